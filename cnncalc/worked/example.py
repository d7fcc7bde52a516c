"""A worked example: what goes in is shaped as the layer wants it, what comes out as the input was written."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.activation import Activation, PReLU, Softmax
from cnncalc.layers.base import NOTHING, dims
from cnncalc.layers.conv import Conv, ConvTranspose
from cnncalc.layers.linear import FullyConnected, Linear
from cnncalc.layers.norm import BatchNorm
from cnncalc.layers.options import shown
from cnncalc.worked import matrix
from cnncalc.worked.matrix import Nested
from cnncalc.worked.pointwise import activated, multiplied, normalised, shared
from cnncalc.worked.step import Read
from cnncalc.worked.step import read as read_step
from cnncalc.worked.terms import Cell
from cnncalc.worked.weights import Weight, bias_of, check_weight, needs_weight, takes_weight, weight_of
from cnncalc.worked.windows import POOLS, Array, convolved, pooled, remarks, transposed, work

MOST_CELLS: Final = 10_000
MOST_PRODUCTS: Final = 100_000
_COVERED: Final = "conv, conv_transpose, every pool, batchnorm, the activations, softmax, linear and fc"


class Computed(NamedTuple):
    """A worked example; nested lists are as the input was written, without a channel axis that it left out."""

    layer: Layer
    inputs: dict[str, Nested]
    """What went in: input, weight, bias."""
    output: Nested
    cells: tuple[Cell, ...]
    flip: bool
    notes: tuple[str, ...]
    """What else there is to say of how it came about."""
    shapes: tuple[Shape, Shape]
    """Of the input and of the output, channels first."""

    @property
    def described(self) -> str:
        """The layer with the options that are not its defaults: `conv, kernel_size 2×2, stride 2`."""
        parts = [self.layer.type]
        for name, option in self.layer.options().items():
            value = getattr(self.layer, name)
            if value != option.default and (name, value) != ("out_channels", 1):
                told = dims(value) if isinstance(value, tuple) else value if isinstance(value, str) else shown(value)
                parts.append(f"{name} {told}")
        return ", ".join(parts)


def compute(step: str, *, input: Any, weight: Any = None, bias: Any = None, flip: bool = False) -> Computed:
    """A step of the spec language on numbers, which are text, nested lists or an array; raises `SpecError`.

    `flip` turns the kernel by half a turn: the mathematician's convolution.

    >>> compute("conv", input="0 1 2; 3 4 5; 6 7 8", weight="0 1; 2 3").cells[0].working
    '0×0 + 1×1 + 3×2 + 4×3'
    """
    read = read_step(step, weighted=weight is not None)
    _refuse_other(read, weight is not None, bias is not None, flip)
    given = {"input": input, "weight": weight, "bias": bias}
    inputs = {
        name: _nested(value, f"--{name}") for name, value in given.items() if value is not None or name == "input"
    }
    arrays = {name: np.array(value, dtype=object, ndmin=1) for name, value in inputs.items()}
    x, adds_channels = _with_channels(read, arrays["input"])
    weights = weight_of(read, x.shape, arrays["weight"]) if weight is not None else None
    layer = read.made(weights.options if weights else {})
    shape = read.placed(layer, x.shape)
    _refuse_large(layer, x.shape, shape)
    if weights:
        check_weight(layer, x.shape, weights.values)
    outputs = shape[-1] if isinstance(layer, Linear) else shape[0]
    summand = bias_of(layer, arrays["bias"], outputs) if bias is not None else None
    cells, notes = _cells(layer, x, weights, summand, flip, shape)
    windowed = isinstance(layer, (Conv, ConvTranspose))
    # an axis of one channel that nobody wrote is not written in the answer either
    implied = not weights.lists_outputs if weights and windowed else adds_channels
    if implied and shape[0] == 1:
        cells, kept = [cell._replace(at=cell.at[1:]) for cell in cells], shape[1:]
    else:
        kept = shape
    output = np.empty(kept, dtype=object)
    for cell in cells:
        output[cell.at] = cell.value
    return Computed(layer, inputs, output.tolist(), tuple(cells), flip, tuple(notes), (x.shape, shape))


def _nested(value: Any, name: str) -> Nested:
    return matrix.read(value, name) if isinstance(value, str) else matrix.plain(value, name)


def _refuse_other(read: Read, weight: bool, bias: bool, flip: bool) -> None:
    """Raises `SpecError` for a layer that isn't computed, or for numbers that it has no use for."""
    layer, mark = read.layer, read.common.mark
    if not (takes_weight(layer) or issubclass(layer, Activation) or layer.type in POOLS):
        raise SpecError(Problem(f"{layer.type} is not among what is computed", mark, hint=f"computed are {_COVERED}"))
    if needs_weight(layer) and not weight:
        raise SpecError(Problem(f"{layer.type} needs its weight", mark, hint="for example --weight '0 1; 2 3'"))
    plain = read.options.get("affine") is False
    if weight and (plain or not takes_weight(layer)):
        raise SpecError(Problem(f"{layer.type} has no weight here", mark, hint="leave --weight out"))
    biased = needs_weight(layer) or issubclass(layer, BatchNorm)
    if bias and (plain or not biased or read.options.get("bias") is False):
        raise SpecError(Problem(f"{layer.type} has no bias here", mark, hint="leave --bias out"))
    if flip and not issubclass(layer, Conv):
        raise SpecError(Problem(f"--flip: {layer.type} has no kernel to flip", mark, hint="--flip goes with conv"))


def _with_channels(read: Read, x: Array) -> tuple[Array, bool]:
    """The input with the axis of its channels, and whether it had to be added."""
    layer = read.layer
    if issubclass(layer, BatchNorm):
        return (x[None], True) if x.ndim == 1 else (x, False)
    if issubclass(layer, (Activation, Linear)):
        return x, False
    rank = read.rank(x.ndim)
    return (x[None], True) if x.ndim == rank else (x, False)


def _refuse_large(layer: Layer, entering: Shape, shape: Shape) -> None:
    """Raises `SpecError` for what nobody would work by hand."""
    products = layer.on(entering).macs.value if layer.macs is not NOTHING else math.prod(shape)
    if layer.type in POOLS:
        products = work(layer, entering, shape)
    pads = layer.pads(entering) if isinstance(layer, Conv) else ()
    room = entering[0] * math.prod(n + before + after for n, (before, after) in zip(entering[1:], pads))
    counts = (math.prod(shape), MOST_CELLS, "cells"), (products, MOST_PRODUCTS, "products")
    for count, most, what in (*counts, (room, MOST_PRODUCTS, "numbers with its padding")):
        if count > most:
            message = f"{layer.type} on {dims(entering)} comes to {count:,} {what}"
            hint = f"compute is for small examples: at most {MOST_CELLS:,} cells and {MOST_PRODUCTS:,} products"
            raise SpecError(Problem(message, hint=hint))


def _cells(
    layer: Layer, x: Array, weights: Weight | None, bias: Array | None, flip: bool, shape: Shape
) -> tuple[list[Cell], list[str]]:
    kernel = weights.values if weights else None
    if isinstance(layer, (Conv, ConvTranspose)):
        assert kernel is not None
        if isinstance(layer, ConvTranspose):
            return transposed(layer, x, kernel, bias, shape), []
        turned = np.flip(kernel, tuple(range(2, kernel.ndim))) if flip else kernel
        return convolved(layer, x, turned, bias, shape), []
    if isinstance(layer, Linear):
        assert kernel is not None
        rows = x.reshape(-1) if isinstance(layer, FullyConnected) else x
        return multiplied(rows, kernel, bias), []
    if isinstance(layer, BatchNorm):
        return normalised(layer, x, kernel, bias)
    if isinstance(layer, Softmax):
        return shared(layer, x), []
    if isinstance(layer, Activation):
        return activated(layer, x, kernel if isinstance(layer, PReLU) else None), []
    return pooled(layer, x, shape), remarks(layer, x, shape)
