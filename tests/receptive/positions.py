"""What every unit sees by the definition of its layer, position by position, as if no map had an edge.

A unit of a layer meets a set of positions of the map before it, written out below for every type. A position outside
that map meets what its layer would show there if it went on: so paddings add nothing and nothing is cut off.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from fractions import Fraction

from cnncalc.layers.join import Join
from cnncalc.network import Network, Placed

Span = tuple[int, int]
"""First and last pixel along one axis; both may lie outside the image."""

PERIODS, LOOKED_AT = 40, 300
"""The longest period that is looked for, and among how many units: enough that none repeats by chance."""


class Positions:
    """What the units of one network see, along one axis."""

    def __init__(self, network: Network, axis: int) -> None:
        self.network, self.axis = network, axis
        self.span = functools.cache(self._span)
        self.aligned = functools.cache(self._aligned)

    def _span(self, tensor: str, at: int) -> Span | None:
        """The pixels that the unit at this position sees; None for one that sees none."""
        if tensor in self.network.inputs:
            return at, at
        spans = (self.span(source, i) for source, i in met(self.network.by_path[tensor], self.axis, at))
        found = [span for span in spans if span]
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def size(self, tensor: str) -> int:
        """The largest region of any unit there is; 0 where none sees anything."""
        spans = [self.span(tensor, at) for at in range(self.network.shape(tensor)[self.axis + 1])]
        return max((last - first + 1 for first, last in filter(None, spans)), default=0)

    def stride(self, tensor: str) -> Fraction | None:
        """Pixels per unit, if the regions repeat, moved on, every so many units; None if they stay."""
        spans = [self.span(tensor, at) for at in range(LOOKED_AT)]
        for period in range(1, PERIODS + 1):
            pairs = [pair for pair in zip(spans, spans[period:]) if pair != (None, None)]
            moves = {None if None in pair else _move(*pair) for pair in pairs}
            if len(moves) == 1 and None not in moves:
                return Fraction(moves.pop() or 0, period) or None
        raise TooLong(tensor)

    def _aligned(self, tensor: str) -> bool:
        """Whether at no join on the way here a unit has regions of different middles in different branches."""
        if tensor in self.network.inputs:
            return True
        placed = self.network.by_path[tensor]
        return all(map(self.aligned, placed.sources)) and all(self._concentric(placed, at) for at in range(LOOKED_AT))

    def _concentric(self, placed: Placed, at: int) -> bool:
        if not isinstance(placed.layer, Join):
            return True
        spans = [self.span(source, i) for source, i in met(placed, self.axis, at)]
        return len({sum(span) for span in spans if span}) <= 1


class TooLong(Exception):
    """The regions do not repeat within as many units as are looked at."""


def _move(one: Span, other: Span) -> int | None:
    """How far one region lies behind another; None where they differ in size."""
    first, last = other[0] - one[0], other[1] - one[1]
    return first if first == last else None


def met(placed: Placed, axis: int, at: int) -> list[tuple[str, int]]:
    """The positions along an axis of its sources that a layer's unit is computed from."""
    layer, sources = placed.layer, placed.sources
    if isinstance(layer, Join):
        if getattr(layer, "dim", 1) == axis + 2:
            for source, shape in zip(sources[:-1], placed.inputs):
                if at < shape[axis + 1]:
                    return [(source, at)]
                at -= shape[axis + 1]
            return [(sources[-1], at)]
        wide = placed.output[axis + 1]
        return [(s, 0 if shape[axis + 1] < wide else at) for s, shape in zip(sources, placed.inputs)]
    return [(sources[0], i) for i in _met(placed, axis, at)]


def _met(placed: Placed, axis: int, at: int) -> Iterable[int]:
    layer, n, o = placed.layer, placed.inputs[0][axis + 1], placed.output[axis + 1]

    def option(name: str, default: int = 0) -> int:
        value = getattr(layer, name, default)
        value = default if value is None else value
        return int(value[axis] if isinstance(value, tuple) else value)

    kernel, dilation = option("kernel_size", 1), option("dilation", 1)
    match layer.type:
        case "conv" | "local" | "maxpool" | "minpool" | "avgpool" | "sumpool" | "lppool" | "stochasticpool":
            stride = option("stride", 1 if layer.type in ("conv", "local") else kernel)
            padding = getattr(layer, "padding", 0)
            if padding == "same":
                before = max((math.ceil(n / stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0) // 2
            else:
                before = 0 if padding == "valid" else option("padding")
            return [at * stride - before + dilation * tap for tap in range(kernel)]
        case "conv_transpose":
            reached = [at + option("padding") - dilation * tap for tap in range(kernel)]
            return [i // option("stride") for i in reached if i % option("stride") == 0]
        case "global_avgpool" | "global_maxpool":
            return range(at * n, (at + 1) * n)
        case "adaptive_avgpool" | "adaptive_maxpool":
            return range(at * n // o, -(-(at + 1) * n // o))
        case "linear" | "softmax":
            along = axis + 2 == getattr(layer, "dim", len(placed.inputs[0]))
            return range(n) if along else [at]
        case "zero_pad":
            return [at - layer.pairs(len(placed.inputs[0]) - 1)[axis][0]]  # type: ignore[attr-defined]
        case "crop":
            return [at + option("offset", (n - o) // 2)]
        case "slice":
            return [option("start") + at * option("step")] if getattr(layer, "dim", 1) == axis + 2 else [at]
        case "pixel_shuffle":
            return [at // option("upscale_factor")]
        case "pixel_unshuffle":
            factor = option("downscale_factor")
            return range(at * factor, (at + 1) * factor)
        case "upsample":
            return _interpolated(placed, axis, at, n, o)
    return [at]


def _interpolated(placed: Placed, axis: int, at: int, n: int, o: int) -> Iterable[int]:
    """As PyTorch lays the units of an interpolation over the pixels."""
    factor, mode = getattr(placed.layer, "scale_factor", None), getattr(placed.layer, "mode", "")
    factor = factor[axis] if isinstance(factor, tuple) else factor
    step = Fraction(n, o) if factor is None else 1 / Fraction(factor)
    if mode == "area":
        return range(at * n // o, -(-(at + 1) * n // o))
    if mode.startswith("nearest"):
        return [math.floor((at + Fraction(mode == "nearest-exact", 2)) * step)]
    if getattr(placed.layer, "align_corners", False):
        middle = at * Fraction(n - 1, max(o - 1, 1))
    else:
        middle = (at + Fraction(1, 2)) * step - Fraction(1, 2)
    first = math.floor(middle)
    if middle == first:
        return [first]
    return range(first - 1, first + 3) if mode == "bicubic" else range(first, first + 2)
