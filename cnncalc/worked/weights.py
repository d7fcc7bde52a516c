"""Weights and biases as people write them, without the axes of length 1, and as a layer has them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.activation import PReLU
from cnncalc.layers.base import dims
from cnncalc.layers.conv import Conv, ConvTranspose
from cnncalc.layers.linear import Linear
from cnncalc.layers.norm import BatchNorm
from cnncalc.worked.step import Read
from cnncalc.worked.windows import Array


class Weight(NamedTuple):
    """A weight with every axis that its layer has, and the options that it tells."""

    values: Array
    options: dict[str, Any]
    lists_outputs: bool
    """Whether the axis of the output channels was written, which then is written in the output too."""


def weight_of(read: Read, entering: Shape, values: Array) -> Weight:
    """The weight of a step; raises `SpecError` where the layer has none, or none like that."""
    layer, depth = read.layer, values.ndim
    if issubclass(layer, (Conv, ConvTranspose)):
        return _of_window(read, entering, values)
    if issubclass(layer, Linear):
        if depth > 2:
            raise _misfit(f"the weight of {layer.type} is a matrix, a row for every output")
        matrix = np.atleast_2d(values)
        return Weight(matrix, {"out_features": len(matrix)}, True)
    if depth > 1:
        raise _misfit(f"the weight of {layer.type} is one number per channel")
    return Weight(values, {"num_parameters": len(values)} if issubclass(layer, PReLU) else {}, True)


def _of_window(read: Read, entering: Shape, values: Array) -> Weight:
    rank, depth = len(entering) - 1, values.ndim
    groups = read.options.get("groups", 1)
    channels = entering[0] // groups if entering[0] % groups == 0 else entering[0]
    listed = depth == rank + 2
    if depth == 1 < rank == 2:  # a row such as [1, -1], laid on an image
        full = values[None, None, None]
    elif depth == rank:
        full = values[None, None]
    elif depth == rank + 1 and issubclass(read.layer, Conv):
        listed = len(values) != channels
        full = values[:, None] if listed else values[None]
    elif depth == rank + 1:
        listed = len(values) != entering[0]
        full = values[None] if listed else values[:, None]
    elif listed:
        full = values
    else:
        levels = f"{rank} for one kernel, {rank + 1} for one per channel, {rank + 2} for several filters"
        raise _misfit(f"the weight has {depth} levels of brackets, here it has {levels}")
    outputs = full.shape[1] * groups if issubclass(read.layer, ConvTranspose) else len(full)
    return Weight(full, {"out_channels": outputs, "kernel_size": full.shape[2:]}, listed)


def check_weight(layer: Layer, entering: Shape, weight: Array) -> None:
    """Raises `SpecError` where the weight is not that of the layer as its options have it."""
    if isinstance(layer, (Conv, ConvTranspose)):
        kernel = layer.symbols(entering)["k"]
        ends = (layer.out_channels, entering[0])
        first, second = ends if isinstance(layer, Conv) else ends[::-1]
        expected, told = (first, second // layer.groups, *kernel), "filters, channels, kernel"
        if isinstance(layer, ConvTranspose):
            told = "channels of the input, of the output, kernel"
    elif isinstance(layer, Linear):
        features = layer.symbols(entering)["F_in"]
        expected, told = (layer.out_features, features), "outputs, inputs"
    elif isinstance(layer, PReLU):
        expected, told = (layer.num_parameters,), "num_parameters"
    else:
        expected, told = (entering[0],), "one per channel"
    if weight.shape != expected:
        needed = f"{layer.type} on {dims(entering)} has {dims(expected)} ({told})"
        raise _misfit(f"the weight is {dims(weight.shape)}; {needed}")


def bias_of(layer: Layer, values: Array, outputs: int) -> Array:
    """One summand per output; a single number is for all."""
    if values.ndim > 1 or len(values) not in (1, outputs):
        many = f"{outputs} outputs" if outputs > 1 else "one output"
        raise SpecError(Problem(f"--bias: {dims(values.shape)} numbers, {layer.type} has {many}"))
    return np.broadcast_to(values, (outputs,))


def takes_weight(layer: type[Layer]) -> bool:
    """Whether a weight makes sense beside the layer."""
    return issubclass(layer, (Conv, ConvTranspose, Linear, PReLU, BatchNorm))


def needs_weight(layer: type[Layer]) -> bool:
    """Whether there is nothing to compute without a weight."""
    return issubclass(layer, (Conv, ConvTranspose, Linear))


def _misfit(message: str) -> SpecError:
    return SpecError(Problem(f"--weight: {message}"))
