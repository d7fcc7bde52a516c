"""Draws layers and inputs from what the layer classes declare, and from one step outside it.

A draw goes astray in one place at most by intention (an option, or the shape of the input) and in others by chance; the
test decides by PyTorch which draws are legal, not by what was intended here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from cnncalc.layers import REGISTRY, Option, Shape, options as kinds
from cnncalc.layers.join import Join

TYPES = tuple(sorted(REGISTRY))


@dataclass(frozen=True)
class Draw:
    """A layer type, options as a user would give them, the shapes that go in, and the batch."""

    type: str
    options: dict[str, Any]
    inputs: tuple[Shape, ...]
    batch: int


Strategy = st.SearchStrategy[Any]
Situation = tuple[Shape, dict[str, Any]]
"""The input's shape and the options drawn so far."""


@st.composite
def draws(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> Draw:
    """One layer on its input."""
    type_name = draw(st.sampled_from(types))
    layer = REGISTRY[type_name]
    declared = layer.options()
    astray = draw(st.sampled_from((None, None, "shape", *(2 * tuple(declared)))))
    ranks = [rank for rank in (0, 1, 2, 3) if rank in layer.ranks]
    shape = draw(shapes(st.sampled_from((0, 1, 2, 3, 4) if astray == "shape" else ranks)))
    options: dict[str, Any] = {}
    for name, option in declared.items():
        if option.required or name == astray or draw(st.booleans()):
            strategy = outside if name == astray else within
            options[name] = draw(strategy(type_name, option, (shape, options)))
    inputs = draw(several(shape, options)) if issubclass(layer, Join) else (shape,)
    return Draw(type_name, options, inputs, draw(st.sampled_from((1, 1, 2))))


@st.composite
def shapes(draw: st.DrawFn, ranks: Strategy) -> Shape:
    """Many channel numbers that divide well, short sides: some windows fit and some don't."""
    rank = draw(ranks)
    channels = draw(st.sampled_from((1, 2, 3, 4, 4, 6, 8)))
    most = {0: 0, 1: 9, 2: 7, 3: 5}.get(rank, 2)
    return channels, *(draw(st.integers(1, most)) for _ in range(rank))


@st.composite
def several(draw: st.DrawFn, shape: Shape, options: dict[str, Any]) -> tuple[Shape, ...]:
    """Two to four shapes for a join: equal, or different along one axis, stretched or of another rank."""
    inputs = [shape]
    for _ in range(draw(st.integers(1, 3))):
        other = list(shape)
        change = draw(st.sampled_from(("none", "none", "size", "one", "rank")))
        at = draw(st.integers(0, len(shape) - 1))
        if change == "size":
            at = max(0, options.get("dim", 1) - 1) if draw(st.booleans()) and options.get("dim", 1) <= len(shape) else at
            other[at] += draw(st.integers(1, 2))
        elif change == "one":
            other[at] = 1
        elif change == "rank":
            other = other[1:] or [*other, 2]
        inputs.append(tuple(other))
    return tuple(draw(st.permutations(inputs)))


def within(type_name: str, option: Option, at: Situation) -> Strategy:
    """Values that the declaration allows, as far as it can tell."""
    if (type_name, option.name) in SPECIAL:
        return SPECIAL[type_name, option.name](at)
    shape, options = at
    rank = len(shape) - 1
    if option.divides:
        numbers = [{"C_in": shape[0], "C_out": options.get("out_channels", 1)}[symbol] for symbol in option.divides]
        return st.sampled_from([d for d in range(1, 9) if math.gcd(*numbers) % d == 0])
    if option.kind is str:
        return st.sampled_from(option.words)
    values = st.nothing() if not option.words else st.sampled_from(option.words)
    if option.default is None:
        values |= st.none()
    return values | _numbers(option, rank)


def outside(type_name: str, option: Option, at: Situation) -> Strategy:
    """Values one step outside the declaration; where it has no bound, the unlikely ones."""
    rank = len(at[0]) - 1
    values = st.nothing()
    if option.divides:
        values |= st.sampled_from((0, 3, 5, 7, 9))
    if option.kind is str:
        return st.just("nothing-of-the-kind")
    if option.least is not None:
        values |= st.just(_step(option, option.least, -1))
    if option.above is not None:
        values |= st.sampled_from((option.above, option.above - 0.5))
    if isinstance(option.most, (int, float)):
        values |= st.just(_step(option, option.most, 1))
    elif option.most is not None:
        values |= st.integers(1, 4)
    if option.per_axis and not values.is_empty:
        values |= _one_of_many(values, rank)
        # a list of one is left out: some of PyTorch's functions take it for all axes, we never do
        values |= st.lists(st.integers(1, 2), min_size=rank + 1, max_size=rank + 1).map(tuple) if rank else values
    if (type_name, option.name) in STRANGE:
        values |= STRANGE[type_name, option.name](at)
    if option.kind is bool:
        return st.booleans()
    return values if not values.is_empty else st.sampled_from(_FAR[float in _members(option.kind)])


def _numbers(option: Option, rank: int) -> Strategy:
    if option.kind is bool:
        return st.booleans()
    if option.kind in (float, kinds.Optional[float]):
        return st.sampled_from([v for v in (0.0, 1e-5, 0.1, 0.5, 1, 1.0, 1.5, 2, 3.0) if _allowed(option, v)])
    if option.kind in (kinds.Scales, kinds.Optional[kinds.Scales]):
        one: Strategy = st.sampled_from((0.5, 0.7, 1, 1.5, 2, 2.6, 3))
    else:
        least = int(option.least) if option.least is not None else -3
        one = st.integers(least, least + 3 if option.least is not None else 3)
    if option.kind == kinds.Sizes:
        one |= st.none()
    return one | st.tuples(*[one] * rank) if option.per_axis and rank else one


def _allowed(option: Option, value: float) -> bool:
    most = option.most if isinstance(option.most, (int, float)) else math.inf
    least = -math.inf if option.least is None else option.least
    return least <= value <= most and (option.above is None or value > option.above)


def _step(option: Option, bound: float, step: int) -> float:
    return bound + step / 2 if float in _members(option.kind) else int(bound) + step


def _members(kind: Any) -> tuple[Any, ...]:
    return getattr(kind, "__args__", (kind,))


def _one_of_many(values: Strategy, rank: int) -> Strategy:
    """A legal list but for one entry."""
    if not rank:
        return values
    return st.builds(lambda bad, at: tuple(bad if axis == at else 1 for axis in range(rank)), values, st.integers(0, rank - 1))


_FAR = {False: (-9, -5, 5, 9), True: (-2.5, -1.0, -0.5, 0.0, 0)}

Choice = Callable[[Situation], Strategy]


def _axis(at: Situation) -> Strategy:
    axes = len(at[0]) + 1
    return st.integers(-axes, axes - 1)


def _beside(at: Situation) -> Strategy:
    axes = len(at[0]) + 1
    return st.sampled_from((-axes - 1, axes, axes + 1, 0))


def _position(at: Situation) -> Strategy:
    size = max(at[0])
    return st.integers(-size, size)


@st.composite
def _factors(draw: st.DrawFn, at: Situation) -> tuple[int, ...]:
    """A shape with as many elements as the input, one entry perhaps -1."""
    rest, sizes = math.prod(at[0]), []
    for _ in range(draw(st.integers(0, 3))):
        size = draw(st.sampled_from([d for d in range(1, rest + 1) if rest % d == 0]))
        sizes.append(size)
        rest //= size
    sizes.insert(draw(st.integers(0, len(sizes))), rest)
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return tuple(sizes)


@st.composite
def _orders(draw: st.DrawFn, at: Situation) -> tuple[int, ...]:
    axes = len(at[0]) + 1
    order = [0, *draw(st.permutations(range(1, axes)))]
    return tuple(axis - axes if draw(st.booleans()) else axis for axis in order)


def _tail(at: Situation) -> Strategy:
    return st.none() | st.integers(0, len(at[0]) - 1).map(lambda first: at[0][first:]) | st.just(at[0][-1])


def _pairs(least: int) -> Choice:
    """Padding: a number, a pair, or a pair per axis."""

    def pairs(at: Situation) -> Strategy:
        number = st.integers(least, 2)
        pair = st.tuples(number, number)
        return number | pair | st.tuples(*[pair] * (len(at[0]) - 1))

    return pairs


def _cut(at: Situation) -> Strategy:
    sizes = st.tuples(*(st.integers(1, size) for size in at[0][1:]))
    return sizes | st.just(min(at[0][1:], default=1))


def _exclusive(other: str, strategy: Strategy) -> Choice:
    """Only where the other option is not given; one of the two then has to be."""
    return lambda at: st.none() if at[1].get(other) is not None else strategy


def _size_of_upsample(at: Situation) -> Strategy:
    one = st.integers(1, 9)
    sizes = one | st.tuples(*[one] * (len(at[0]) - 1)) if len(at[0]) > 1 else one
    return st.none() if at[1].get("scale_factor") is not None else sizes


def _mode(at: Situation) -> Strategy:
    return st.sampled_from(("nearest", "nearest-exact", "area", *{2: ["linear"], 3: ["bilinear", "bicubic"], 4: ["trilinear"]}.get(len(at[0]), [])))


SPECIAL: dict[tuple[str, str], Choice] = {
    ("softmax", "dim"): _axis,
    ("log_softmax", "dim"): _axis,
    ("concat", "dim"): _axis,
    ("slice", "dim"): _axis,
    ("slice", "start"): _position,
    ("slice", "stop"): _position,
    ("flatten", "start_dim"): _axis,
    ("flatten", "end_dim"): _axis,
    ("reshape", "shape"): _factors,
    ("permute", "dims"): _orders,
    ("select", "channels"): lambda at: st.lists(st.integers(0, at[0][0] - 1), min_size=1, max_size=4).map(tuple),
    ("layernorm", "normalized_shape"): _tail,
    ("prelu", "num_parameters"): lambda at: st.sampled_from((1, at[0][0])),
    ("zero_pad", "padding"): _pairs(-1),
    ("crop", "size"): _cut,
    ("crop", "offset"): lambda at: st.none() | st.integers(0, 2),
    ("upsample", "size"): _size_of_upsample,
    ("upsample", "mode"): _mode,
    ("upsample", "align_corners"): lambda at: st.none() if "linear" not in at[1].get("mode", "") else st.booleans(),
    ("pixel_shuffle", "upscale_factor"): lambda at: st.sampled_from([r for r in (1, 2) if at[0][0] % r**2 == 0]),
    ("pixel_unshuffle", "downscale_factor"): lambda at: st.sampled_from((1, math.gcd(*at[0][1:]) or 1)),
}
"""What the class says in its own `check` and no declaration can."""

STRANGE: dict[tuple[str, str], Choice] = {
    ("softmax", "dim"): _beside,
    ("log_softmax", "dim"): _beside,
    ("concat", "dim"): _beside,
    ("slice", "dim"): _beside,
    ("flatten", "start_dim"): _beside,
    ("flatten", "end_dim"): _beside,
    ("reshape", "shape"): lambda at: st.lists(st.integers(-2, 6), min_size=1, max_size=4).map(tuple),
    ("permute", "dims"): lambda at: st.lists(_axis(at), min_size=1, max_size=len(at[0]) + 2).map(tuple),
    ("select", "channels"): lambda at: st.just((0, at[0][0])),
    ("layernorm", "normalized_shape"): lambda at: st.just((at[0][-1] + 1,)) | st.just((*at[0], 1)) | st.just((2, *at[0])),
    ("prelu", "num_parameters"): lambda at: st.just(at[0][0] + 1),
    ("zero_pad", "padding"): lambda at: _pairs(-6)(at) | st.just(((1, 1),) * len(at[0])),
    ("crop", "size"): lambda at: st.just(max(at[0][1:], default=1) + 1),
    ("upsample", "size"): lambda at: st.just(2),
    ("upsample", "mode"): lambda at: st.sampled_from(("linear", "bilinear", "bicubic", "trilinear")),
    ("upsample", "align_corners"): lambda at: st.booleans(),
    ("pixel_shuffle", "upscale_factor"): lambda at: st.sampled_from((2, 3)),
    ("pixel_unshuffle", "downscale_factor"): lambda at: st.sampled_from((2, 3)),
    ("avgpool", "divisor_override"): lambda at: st.sampled_from((0, -1, 3)),
}
"""What goes astray where the declaration has no bound to step over."""
