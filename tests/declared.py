"""Draws layers and inputs from what the layer classes declare, and from one step outside it.

A draw goes astray in one place at most by intention, in an option or in the shape of its input, and elsewhere by
chance. What it was meant to be is not told: the test asks PyTorch which draws are legal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from peculiar import ASTRAY, FITTING

from cnncalc.formula import Formula
from cnncalc.layers import REGISTRY, Option, Shape
from cnncalc.layers import options as kinds
from cnncalc.layers.join import Join

TYPES = tuple(sorted(REGISTRY))
Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True)
class Draw:
    """A layer type, options as a user would give them, the shapes that go in, and the batch."""

    type: str
    options: dict[str, Any]
    inputs: tuple[Shape, ...]
    batch: int


@st.composite
def draws(draw: st.DrawFn, type_name: str, astray: str | None = None) -> Draw:
    """A layer of that type on its input, astray in that way or in any."""
    layer, astray = REGISTRY[type_name], astray or draw(st.sampled_from(ways(type_name)))
    ranks = range(5) if astray == "its shape" else [rank for rank in range(4) if rank in layer.ranks]
    shape = draw(shapes(st.sampled_from(ranks)))
    options: dict[str, Any] = {}
    for name, option in layer.options().items():
        if option.required or name == astray or draw(st.booleans()):
            strategy = outside if name == astray else within
            options[name] = draw(strategy(type_name, option, shape, options))
    inputs = draw(several(shape, options.get("dim", 1))) if issubclass(layer, Join) else (shape,)
    return Draw(type_name, options, inputs, draw(st.sampled_from((1, 1, 2))))


def ways(type_name: str) -> list[str]:
    """The ways to go astray, and as often none of them; there is no third way beside true and false."""
    options = [name for name, option in REGISTRY[type_name].options().items() if option.kind is not bool]
    return ["its shape", *options, *["none"] * (1 + len(options) // 2)]


@st.composite
def shapes(draw: st.DrawFn, ranks: Strategy) -> Shape:
    """Channel numbers that divide well, sides in which a small window mostly fits."""
    rank = draw(ranks)
    sides = st.sampled_from({1: (1, 2, 5, 7, 8, 9), 2: (1, 3, 4, 6, 7, 8), 3: (1, 3, 4, 5)}.get(rank, (1, 2)))
    channels = draw(st.sampled_from((1, 2, 3, 4, 4, 6, 8)))
    return channels, *(draw(sides) for _ in range(rank))


@st.composite
def several(draw: st.DrawFn, shape: Shape, dim: int) -> tuple[Shape, ...]:
    """Two to four shapes for a join: equal, different along one axis, stretched, or of another rank."""
    inputs = [shape]
    for _ in range(draw(st.integers(1, 3))):
        other = list(shape)
        along = (dim - 1 if dim > 0 else dim) % len(shape)
        at = draw(st.integers(0, len(shape) - 1) | st.just(along))
        change = draw(st.sampled_from(("none", "none", "along", "longer", "one", "rank")))
        if change in ("along", "longer"):
            other[along if change == "along" else at] += draw(st.integers(1, 2))
        elif change == "one":
            other[at] = 1
        elif change == "rank":
            other = other[1:] or [*other, 2]
        inputs.append(tuple(other))
    return tuple(draw(st.permutations(inputs)))


def within(type_name: str, option: Option, shape: Shape, options: dict[str, Any]) -> Strategy:
    """Values that the declaration allows."""
    if (type_name, option.name) in FITTING:
        return FITTING[type_name, option.name](shape, options)
    if option.divides:
        common = math.gcd(
            *({"C_in": shape[0]}.get(symbol, options.get("out_channels", 1)) for symbol in option.divides)
        )
        return st.sampled_from([d for d in range(1, common + 1) if common % d == 0])
    values = st.sampled_from(option.words) if option.words else st.nothing()
    if option.kind is str:
        return values
    if option.default is None or type(None) in getattr(option.kind, "__args__", ()):
        values |= st.none()
    return values | _numbers(type_name, option, len(shape) - 1, options)


def outside(type_name: str, option: Option, shape: Shape, options: dict[str, Any]) -> Strategy:
    """Values one step outside the declaration; where it has no bound, unlikely ones."""
    step = 0.5 if _real(option) else 1
    least = -math.inf if option.least is None else option.least - step
    bounds = [bound for bound in (least, option.above, _most(type_name, option, options) + step) if bound is not None]
    found: list[Any] = [bound if _real(option) else int(bound) for bound in bounds if math.isfinite(bound)]
    found += [0, 3, 5, 7] if option.divides else []
    found += ["nothing-of-the-kind"] if option.kind is str else []
    if option.kind == tuple[int, ...]:
        found = [(1, bad) for bad in found]
    values = st.sampled_from(found) if found else st.nothing()
    if (type_name, option.name) in ASTRAY:
        values |= ASTRAY[type_name, option.name](shape, options)
    if values.is_empty:
        unlikely = (-2.5, -1, -0.5, 0) if _real(option) else (-9, -5, -1, 0, 5, 9)
        values = st.sampled_from(unlikely) | st.just("nothing-of-the-kind")
    rank = len(shape) - 1
    return values | _lists(values, rank) if option.per_axis and rank else values


@st.composite
def _lists(draw: st.DrawFn, values: Strategy, rank: int) -> tuple[Any, ...]:
    """A list that goes astray in one entry, or that has one too many.

    A list of one is left out: some of PyTorch's functions take it for all axes, this language never does.
    """
    at = draw(st.integers(0, rank))
    if at == rank:
        return (1,) * (rank + 1)
    bad = draw(values)
    return tuple(bad if axis == at else 1 for axis in range(rank))


def _numbers(type_name: str, option: Option, rank: int, options: dict[str, Any]) -> Strategy:
    if option.kind is bool:
        return st.booleans()
    least = -math.inf if option.least is None else option.least
    most = _most(type_name, option, options)
    if option.above is not None:
        least = option.above + 0.25
    if _real(option):
        one: Strategy = st.sampled_from([x for x in (0.0, 1e-5, 0.5, 0.7, 1, 1.0, 1.5, 2, 2.6) if least <= x <= most])
    else:
        first = int(max(least, -3))
        one = st.integers(first, int(min(first + 2, most)))
    if option.kind == kinds.Sizes:
        one |= st.none()
    return one | st.tuples(*[one] * rank) if option.per_axis and rank else one


def _real(option: Option) -> bool:
    return option.kind in (float, kinds.Optional[float], kinds.Scales, kinds.Optional[kinds.Scales])


def _most(type_name: str, option: Option, options: dict[str, Any]) -> float:
    """The upper bound, that of the narrowest axis where it is a formula."""
    if not isinstance(option.most, Formula):
        return math.inf if option.most is None else option.most
    declared = REGISTRY[type_name].options()
    given = {declared[name].symbol: value for name, value in options.items() if value is not None}
    values = {symbol: given.get(symbol, 1) for symbol in option.most.symbols}
    narrow = {symbol: min(value) if isinstance(value, tuple) else value for symbol, value in values.items()}
    return float(option.most(narrow))
