"""Normalisation. Weights are the γ, biases the β of the papers; running statistics are buffers."""

import math
from typing import Any, Optional

from cnncalc.formula import Formula
from cnncalc.layers.base import ANY_RANK, Call, Example, Layer, Shape, Symbols, dims
from cnncalc.layers.options import Tail, Unfit, option
from cnncalc.layers.strides import is_in_order
from cnncalc.layers.tensors import Kept, Run
from cnncalc.reach import Reach, slides, stays


class BatchNorm(Layer, type="batchnorm"):
    """Normalises channels over batch and positions (Ioffe & Szegedy 2015)."""

    channels_last = (2, 3)
    weights = Formula("a * C_in")
    biases = Formula("a * C_in")
    buffers = Formula("t * (2*C_in + 1)")
    counters = 1
    keeps = ("input",)
    keeps_beside = Formula("2 * C_in")
    ranks = (0, 1, 2, 3)

    eps: float = option(1e-5, least=0)
    momentum: Optional[float] = option(0.1)
    affine: bool = option(True, symbol="a")
    track_running_stats: bool = option(True, symbol="t")

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if self.eps == 0 and not self.track_running_stats:
            raise Unfit("eps is greater than 0 where no running statistics are kept", option="eps")

    def check_batch(self, batch: int, shape: Shape) -> None:
        if not self.track_running_stats:
            _refuse_single(self.type, batch * math.prod(shape[1:]), "track_running_stats")

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        rank = max(1, len(inputs[0]) - 1)
        return ((f"BatchNorm{rank}d", {"num_features": inputs[0][0], **self.torch_options()}),)


class InstanceNorm(Layer, type="instancenorm"):
    """Normalises every channel of every image (over its positions, Ulyanov et al. 2016)."""

    ranks = (1, 2, 3)
    weights = Formula("a * C_in")
    biases = Formula("a * C_in")
    buffers = Formula("t * (2*C_in + 1)")
    counters = 1
    keeps = ("input",)
    keeps_beside = Formula("(2 + 2*t + a) * batch * C_in")

    eps: float = option(1e-5)
    momentum: Optional[float] = option(0.1)
    affine: bool = option(False, symbol="a")
    track_running_stats: bool = option(False, symbol="t")

    def check_batch(self, batch: int, shape: Shape) -> None:
        if not self.track_running_stats:
            _refuse_single(self.type, math.prod(shape[1:]))

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        rank = len(inputs[0]) - 1
        return ((f"InstanceNorm{rank}d", {"num_features": inputs[0][0], **self.torch_options()}),)

    def copied(self, run: Run) -> int:
        return 0 if is_in_order(run.inputs[0], run.strides[0]) else math.prod(run.inputs[0])


class LayerNorm(Layer, type="layernorm"):
    """Normalises the trailing axes of every image (Ba et al. 2016); by default the whole of it."""

    principal = "normalized_shape"
    torch_class = "LayerNorm"
    keeps = ("input",)
    keeps_beside = Formula("2 * batch * (C_in * prod(n) / prod(S))")
    weights = Formula("e * prod(S)")
    biases = Formula("e * b * prod(S)")

    normalized_shape: Tail = option(None, least=1)
    eps: float = option(1e-5)
    elementwise_affine: bool = option(True, symbol="e")
    bias: bool = option(True, symbol="b")

    def trailing(self, shape: Shape) -> Shape:
        sizes = self.normalized_shape
        return shape if sizes is None else (sizes,) if isinstance(sizes, int) else sizes

    def symbols(self, *inputs: Shape) -> Symbols:
        return super().symbols(*inputs) | {"S": self.trailing(inputs[0])}

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        sizes, shape = symbols["S"], inputs[0]
        if len(sizes) > len(shape) or shape[len(shape) - len(sizes) :] != sizes:
            raise Unfit(
                f"normalized_shape {dims(sizes)} is not the end of the input {dims(shape)}",
                option="normalized_shape",
                hint=f"it could be {' or '.join(dims(shape[axis:]) for axis in range(len(shape)))}",
            )

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return super().torch_options() | {"normalized_shape": self.trailing(inputs[0])}


class GroupNorm(Layer, type="groupnorm"):
    """Normalises groups of channels of every image (over their positions, Wu & He 2018)."""

    channels_last = (2, 3)
    principal = "num_groups"
    keeps = ("input",)
    keeps_beside = Formula("2 * batch * num_groups")
    weights = Formula("a * C_in")
    biases = Formula("a * C_in")

    example = Example((64, 56, 56), num_groups=32)

    num_groups: int = option(symbol="num_groups", least=1, divides=("C_in",))
    eps: float = option(1e-5)
    affine: bool = option(True, symbol="a")

    def check_batch(self, batch: int, shape: Shape) -> None:
        _refuse_single(self.type, batch * shape[0] // self.num_groups * math.prod(shape[1:]))

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        return (("GroupNorm", {"num_channels": inputs[0][0], **self.torch_options()}),)

    def copied(self, run: Run) -> int:
        return 0 if is_in_order(run.inputs[0], run.strides[0]) else math.prod(run.inputs[0])


class LocalResponseNorm(Layer, type="lrn"):
    """Divides by squares of neighbouring channels (Krizhevsky et al. 2012, section 3.3).

    x/(k + alpha/size·Σx²)^beta; the paper has alpha where PyTorch has alpha/size.
    """

    as_read = True
    principal = "size"
    ranks = ANY_RANK[1:]
    torch_class = "LocalResponseNorm"
    keeps = ("input",)
    keeps_beside = Formula("batch * prod(n) * (C_in + size - 1) + 2 * (batch * C_in * prod(n))")
    example = Example((96, 27, 27), size=5)

    size: int = option(symbol="size", least=1)
    alpha: float = option(1e-4)
    beta: float = option(0.75)
    k: float = option(1.0)

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        return slides(0, -(self.size // 2), self.size), *map(stays, range(1, len(inputs[0])))


class Affine(Layer, type="affine"):
    """A learnable factor per channel; with bias also a summand."""

    as_read = True
    beyond_torch = True
    keeps = ("input",)
    weights = Formula("C_in")
    biases = Formula("b * C_in")

    bias: bool = option(True, symbol="b")

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        return (("Affine", {"num_features": inputs[0][0], "bias": self.bias}),)

    def kept(self, run: Run) -> Kept:
        return super().kept(run) if run.trainable else Kept()


class Scale(Layer, type="scale"):
    """Multiplies by a constant."""

    as_read = True
    principal = "factor"
    torch_class = "Scale"
    beyond_torch = True
    example = Example((64, 56, 56), factor=0.1)

    factor: float = option()


def _refuse_single(type_name: str, values: int, option_name: str | None = None) -> None:
    if values == 1:
        raise Unfit(
            f"{type_name} would normalise one single value, which PyTorch refuses",
            option=option_name,
            hint="the mean of one value is the value: nothing would be left of it",
        )
