"""Convolutions and pools by their textbook definitions: of every cell of the output what it sees and what it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.conv import Conv, ConvTranspose
from cnncalc.layers.pool import AdaptiveAvgPool, AvgPool, GlobalAvgPool, LPPool
from cnncalc.layers.window import Pool, Window
from cnncalc.worked.terms import Cell, Number, factor, products, root, total, written

Array: TypeAlias = Any
"""An array of fractions."""
Pairs = list[tuple[Number, Number]]

_MODES: Final = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def convolved(layer: Conv, x: Array, weight: Array, bias: Array | None, shape: Shape) -> list[Cell]:
    """The sum of products of every window with every filter, over the channels of its group."""
    symbols = layer.symbols(x.shape)
    seen, made = x.shape[0] // layer.groups, shape[0] // layer.groups
    padded = _padded(x, layer.pads(x.shape), layer.padding_mode)
    axes = list(zip(symbols["k"], symbols["s"], symbols["d"]))
    cells = []
    for at in np.ndindex(*shape):
        first = at[0] // made * seen
        spans = [slice(o * s, o * s + d * (k - 1) + 1, d) for o, (k, s, d) in zip(at[1:], axes)]
        window, kernel = padded[(slice(first, first + seen), *spans)], weight[at[0]]
        channels = [list(zip(a.flat, b.flat)) for a, b in zip(window, kernel)]
        cells.append(_sum_of_products(at, channels, bias))
    return cells


def _padded(x: Array, pads: Sequence[tuple[int, int]], mode: str) -> Array:
    kept = x[(slice(None), *(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(pads, x.shape[1:])))]
    widths = [(0, 0), *((max(a, 0), max(b, 0)) for a, b in pads)]
    filling = {"constant_values": Fraction(0)} if mode == "zeros" else {}
    return np.pad(kept, widths, mode=_MODES[mode], **filling)  # type: ignore[call-overload]


def transposed(layer: ConvTranspose, x: Array, weight: Array, bias: Array | None, shape: Shape) -> list[Cell]:
    """Every input element times every weight of its filters, laid down stride apart and added where they overlap."""
    symbols = layer.symbols(x.shape)
    axes = list(zip(symbols["s"], symbols["d"], symbols["p"]))
    seen, made = x.shape[0] // layer.groups, shape[0] // layer.groups
    terms: dict[tuple[int, ...], list[Pairs]] = {at: [[] for _ in range(seen)] for at in np.ndindex(*shape)}
    for source in np.ndindex(*x.shape):
        first = source[0] // seen * made
        for offset in np.ndindex(*weight.shape[1:]):
            to = [i * s + k * d - p for i, k, (s, d, p) in zip(source[1:], offset[1:], axes)]
            pairs = terms.get((first + offset[0], *to))
            if pairs is not None:
                pairs[source[0] % seen].append((x[source], weight[(source[0], *offset)]))
    return [_sum_of_products(at, channels, bias) for at, channels in terms.items()]


def _sum_of_products(at: tuple[int, ...], channels: list[Pairs], bias: Array | None) -> Cell:
    sums = [products(pairs) for pairs in channels if pairs]
    text = " + ".join(f"({one})" for one in sums) if len(sums) > 1 else "".join(sums) or "0"
    value = sum((a * b for pairs in channels for a, b in pairs), Fraction(0))
    if bias is not None:
        added = bias[at[0]]
        text += f" {'−' if added < 0 else '+'} {written(abs(added))}"
        value += added
    return Cell(at, value, text)


def pooled(layer: Layer, x: Array, shape: Shape) -> list[Cell]:
    """What the kind of the pool makes of every window."""
    reduce = _KINDS[layer.type]
    axes = _seen(layer, x.shape, shape)
    cells = []
    for at in np.ndindex(*shape):
        here = [axis[o] for axis, o in zip(axes, at[1:])]
        inside = [[i for i in axis if 0 <= i < n] for axis, n in zip(here, x.shape[1:])]
        elements = list(x[at[0]][np.ix_(*inside)].flat)
        value, text = reduce(elements, math.prod(map(len, here)), layer)
        cells.append(Cell(at, value, text))
    return cells


def _seen(layer: Layer, entering: Shape, shape: Shape) -> list[list[range]]:
    """Per axis and output position the places that a unit sees, padding among them, beyond it none."""
    if isinstance(layer, (GlobalAvgPool, AdaptiveAvgPool)):
        sizes = zip(entering[1:], shape[1:])
        return [[range(i * n // o, -((i + 1) * n // -o)) for i in range(o)] for n, o in sizes]
    assert isinstance(layer, Window)
    symbols, found = layer.symbols(entering), []
    axes = zip(entering[1:], shape[1:], symbols["k"], symbols["s"], symbols["d"], layer.pads(entering))
    for n, o, k, s, d, (before, after) in axes:
        starts = [i * s - before for i in range(o)]
        found.append([range(a, min(a + d * (k - 1) + 1, n + after), d) for a in starts])
    return found


def _largest(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    return max(_some(elements)), f"max({', '.join(map(written, elements))})"


def _smallest(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    return min(_some(elements)), f"min({', '.join(map(written, elements))})"


def _some(elements: list[Fraction]) -> list[Fraction]:
    if not elements:
        message = "a window sees padding only, and nothing there is the largest"
        raise SpecError(Problem(message, hint="less padding or dilation"))
    return elements


def _mean(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    divisor = len(elements)
    if isinstance(layer, AvgPool):
        if layer.count_include_pad and not layer.same:
            divisor = places
        if layer.divisor_override is not None:
            divisor = layer.divisor_override
    text = total(elements)
    return sum(elements, Fraction(0)) / divisor, f"({text})/{factor(Fraction(divisor))}"


def _sum(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    return sum(elements, Fraction(0)), total(elements)


def _norm(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    assert isinstance(layer, LPPool)
    p = Fraction(repr(layer.norm_type) if isinstance(layer.norm_type, float) else layer.norm_type)
    power = written(p)
    if p == 1:
        return sum(map(abs, elements), Fraction(0)), " + ".join(f"|{written(x)}|" for x in elements)
    if p == 2:
        squares = " + ".join(f"{factor(x)}²" for x in elements)
        return root(sum((x * x for x in elements), Fraction(0))), f"√({squares})"
    if p < 0 and not all(elements):
        raise SpecError(Problem(f"norm_type {power}: a negative power of 0 has no value"))
    try:
        value = math.fsum(abs(float(x)) ** float(p) for x in elements) ** (1 / float(p))
    except (OverflowError, ZeroDivisionError):
        raise SpecError(Problem(f"norm_type {power}: the powers of these numbers are too large")) from None
    return value, f"({' + '.join(f'|{written(x)}|^{power}' for x in elements)})^(1/{factor(p)})"


def _expected(elements: list[Fraction], places: int, layer: Layer) -> tuple[Number, str]:
    squares, sums = sum((x * x for x in elements), Fraction(0)), sum(elements, Fraction(0))
    text = f"({' + '.join(f'{factor(x)}²' for x in elements)})/({total(elements)})"
    return (squares / sums, text) if sums else (Fraction(0), "0, as all of the window adds up to 0")


_KINDS: Final[dict[str, Callable[[list[Fraction], int, Layer], tuple[Number, str]]]] = {
    **dict.fromkeys(("maxpool", "global_maxpool", "adaptive_maxpool"), _largest),
    **dict.fromkeys(("avgpool", "global_avgpool", "adaptive_avgpool"), _mean),
    "minpool": _smallest,
    "sumpool": _sum,
    "lppool": _norm,
    "stochasticpool": _expected,
}

POOLS: Final = tuple(_KINDS)


def remarks(layer: Layer, x: Array, shape: Shape) -> list[str]:
    """Where PyTorch does otherwise than the definition."""
    if not isinstance(layer, LPPool):
        return []
    found = []
    axes = _seen(layer, x.shape, shape)
    if any(len(axis[-1]) < k for axis, k in zip(axes, layer.symbols(x.shape)["k"])):
        found.append("a window hangs over the edge: PyTorch scales its sum up to that of a whole window")
    if float(layer.norm_type) % 2 and any(value < 0 for value in x.flat):
        found.append("numbers below 0 count by their absolute value: PyTorch takes their powers as they are")
    return found


def work(layer: Layer, entering: Shape, shape: Shape) -> int:
    """How many numbers all windows of a pool hold together."""
    if isinstance(layer, Pool):
        kernel: tuple[int, ...] = layer.symbols(entering)["k"]
        return math.prod(shape) * math.prod(kernel)
    return entering[0] * math.prod((n // o + 2) * o for n, o in zip(entering[1:], shape[1:]))
