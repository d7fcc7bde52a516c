"""Pooling: a window that keeps one number per channel and position."""

import math
from typing import Any, ClassVar, Optional

from cnncalc.formula import Formula
from cnncalc.layers.base import Call, Example, Shape, Spatial, Symbols
from cnncalc.layers.options import Axes, Padding, Sizes, Unfit, option
from cnncalc.layers.tensors import Kept, Run, copy_to_view, padded, windows_kept
from cnncalc.layers.window import PADDING_WORDS, Pool, torch_padding, zero_padding
from cnncalc.reach import Reach, adaptive, stays, whole

ONE, ADAPTED = Formula("1"), Formula("o")
INDICES = Formula("batch * C_in * prod(o)")


class MaxPool(Pool, type="maxpool"):
    """The largest number of each window.

    PyTorch's pools have no `padding: same`; it gives ⌈n/s⌉, and what is padded never wins.
    """

    channels_last = (1, 2, 3)
    torch_class = "MaxPool{rank}d"
    keeps = ("input",)
    keeps_indices = INDICES
    neutral: ClassVar[float] = float("-inf")

    padding: Padding = option(0, symbol="p", least=0, most=Formula("floor(k / 2)"), words=PADDING_WORDS)
    dilation: Axes = option(1, symbol="d", least=1)

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        [(name, options)] = super().torch(*inputs)
        if not self.same:
            return ((name, options),)
        padding = torch_padding(self.pads(inputs[0]))
        pad = (f"ConstantPad{len(inputs[0]) - 1}d", {"padding": padding, "value": self.neutral})
        return pad, (name, options | {"padding": 0, "ceil_mode": False})


class MinPool(MaxPool, type="minpool"):
    """The smallest number of each window: −max(−x)."""

    torch_class = "MinPool{rank}d"
    beyond_torch = True
    neutral = float("inf")

    def copied(self, run: Run) -> int:
        return super().copied(run) or math.prod(run.inputs[0])


def check_volume(symbols: Symbols, *, same: bool = False) -> None:
    """PyTorch's average of volumes wants an input that holds a window even without its padding and its ceiling."""
    if len(symbols["n"]) < 3 or same:
        return
    for size, kernel in zip(symbols["n"], symbols["k"]):
        if kernel > size:
            raise Unfit(
                f"a window of {kernel} doesn't fit {size}; in three dimensions padding is no help",
                option="kernel_size",
                hint=f"kernel_size at most {size} fits",
            )


class AvgPool(Pool, type="avgpool"):
    """The mean of each window.

    PyTorch's pools have no `padding: same`; it gives ⌈n/s⌉, and what is padded is never counted.
    """

    channels_last = (1, 2)
    torch_class = "AvgPool{rank}d"
    keeps = ("input",)

    padding: Padding = option(0, symbol="p", least=0, most=Formula("floor(k / 2)"), words=PADDING_WORDS)
    count_include_pad: bool = option(True)
    divisor_override: Optional[int] = option(None)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        check_volume(symbols, same=self.same)
        if self.divisor_override == 0:
            raise Unfit("divisor_override can't be 0", option="divisor_override")
        if self.divisor_override is not None and len(symbols["n"]) == 1:
            raise Unfit("avgpool has divisor_override in two and three dimensions only", option="divisor_override")

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        if not self.same:
            return super().torch(*inputs)
        symbols = self.symbols(*inputs)
        padded = dict(
            kernel_size=symbols["k"],
            stride=symbols["s"],
            padding=torch_padding(self.pads(inputs[0])),
            divisor_override=self.divisor_override,
        )
        return (("SameAvgPool", padded),)

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        options = super().torch_options(*inputs)
        if len(inputs[0]) == 2:
            del options["divisor_override"]  # not in one dimension
        return options

    def kept(self, run: Run) -> Kept:
        kept = super().kept(run)
        if not self.same:
            return kept
        divisors = math.prod(run.output[2:]) if self.divisor_override is None else 0
        return kept._replace(numbers=kept.numbers + self.planes(run) + divisors)


class SumPool(Pool, type="sumpool"):
    """The sum of each window."""

    channels_last = (2,)
    beyond_torch = True
    keeps = ("input",)

    padding: Padding = option(0, symbol="p", least=0, most=Formula("floor(k / 2)"), words=PADDING_WORDS)

    def copied(self, run: Run) -> int:
        if self.same or len(run.inputs[0]) < 5:
            return super().copied(run)
        batch, channels, depth, *image = run.inputs[0]
        return copy_to_view(run, batch, channels * depth, *image)

    def kept(self, run: Run) -> Kept:
        kept = super().kept(run)
        return kept._replace(numbers=kept.numbers + self.planes(run))

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        symbols, pads = self.symbols(*inputs), self.pads(inputs[0])
        options: dict[str, Any] = dict(kernel_size=symbols["k"], stride=symbols["s"])
        if self.same:
            return zero_padding(pads), ("SumPool", options | {"padding": (0,) * len(pads), "ceil_mode": False})
        return (("SumPool", options | {"padding": symbols["p"], "ceil_mode": self.ceil_mode}),)


class LPPool(Pool, type="lppool"):
    """The p-norm of each window: (Σ|x|^p)^(1/p) with p = norm_type."""

    channels_last = (1, 2)
    torch_class = "LPPool{rank}d"
    keeps = ("input",)
    keeps_beside = Formula("batch * C_in * (prod(n) + 4*prod(o))")
    example = Example((96, 55, 55), kernel_size=3, norm_type=2, stride=2, variants=({"ceil_mode": True},))

    norm_type: float = option(2)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        check_volume(symbols)
        if self.norm_type == 0:
            raise Unfit("norm_type can't be 0", option="norm_type")


class StochasticPool(Pool, type="stochasticpool"):
    """Draws one activation per window at random: in proportion to its size.

    In evaluation it gives the mean of such draws, Σa²/Σa (Zeiler & Fergus 2013, eq. 6).
    """

    channels_last = (2,)
    beyond_torch = True
    keeps = ("input",)
    keeps_beside = Formula("batch * C_in * prod(o) * prod(k)")
    keeps_indices = INDICES
    example = Example((96, 55, 55), kernel_size=3, stride=2, variants=({"ceil_mode": True},))

    def copied(self, run: Run) -> int:
        symbols = self.symbols(run.inputs[0][1:])
        axes = zip(symbols["n"], run.output[2:], symbols["k"], symbols["s"])
        source = padded(run.inputs[0], [(0, max((o - 1) * s + k - n, 0)) for n, o, k, s in axes])
        laid_out = (*run.output, math.prod(symbols["k"]))
        return windows_kept(run, symbols, source, range(2 + 2 * len(symbols["k"])), laid_out)

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        symbols = self.symbols(*inputs)
        return (("StochasticPool", dict(kernel_size=symbols["k"], stride=symbols["s"], ceil_mode=self.ceil_mode)),)


class GlobalAvgPool(Spatial, type="global_avgpool"):
    """The mean of every channel; the rank stays: C×1×1."""

    channels_last = (1, 2)
    torch_class = "AdaptiveAvgPool{rank}d"
    example = Example((512, 7, 7))

    def size_formula(self) -> Formula:
        return ONE

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        return stays(0), *map(whole, inputs[0][1:])

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"output_size": 1}


class GlobalMaxPool(GlobalAvgPool, type="global_maxpool"):
    """The largest number of every channel; the rank stays: C×1×1."""

    torch_class = "AdaptiveMaxPool{rank}d"
    keeps = ("input",)
    keeps_indices = INDICES


class AdaptiveAvgPool(Spatial, type="adaptive_avgpool"):
    """Means of as many windows as output_size says; window i is [⌊i·n/o⌋, ⌈(i+1)·n/o⌉), and null keeps an axis."""

    channels_last = (1, 2)
    principal = "output_size"
    torch_class = "AdaptiveAvgPool{rank}d"
    example = Example((256, 13, 13), output_size=6)

    output_size: Sizes = option(symbol="o", least=1)

    def symbols(self, *inputs: Shape) -> Symbols:
        symbols = super().symbols(*inputs)
        symbols["o"] = tuple(n if o is None else o for o, n in zip(symbols["o"], symbols["n"]))
        return symbols

    def size_formula(self) -> Formula:
        return ADAPTED

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        sizes = zip(inputs[0][1:], self.symbols(*inputs)["o"])
        return stays(0), *[adaptive(axis, n, o) for axis, (n, o) in enumerate(sizes, 1)]

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"output_size": self.symbols(*inputs)["o"]}

    def kept(self, run: Run) -> Kept:
        return means_kept(run)


class AdaptiveMaxPool(AdaptiveAvgPool, type="adaptive_maxpool"):
    """Maxima of as many windows as output_size says; the windows are those of adaptive_avgpool."""

    torch_class = "AdaptiveMaxPool{rank}d"
    keeps = ("input",)
    keeps_indices = INDICES
    kept = Spatial.kept


def means_kept(run: Run) -> Kept:
    """What is kept of adaptive averages: the input, but for the one mean of every channel, which needs none of it."""
    return Kept((0,) if math.prod(run.output[2:]) > 1 else ())
