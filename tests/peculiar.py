"""Values for the options whose range no declaration can state: those that fit the input, and those that go astray."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cnncalc.layers import Shape

Strategy = st.SearchStrategy[Any]
Choice = Callable[[Shape, dict[str, Any]], Strategy]
"""From the input's shape and the options drawn before."""


def _axis(shape: Shape, options: dict[str, Any]) -> Strategy:
    axes = len(shape) + 1
    return st.integers(1, axes - 1) | st.integers(-axes + 1, -1)


def _beside(shape: Shape, options: dict[str, Any]) -> Strategy:
    axes = len(shape) + 1
    return st.sampled_from((-axes - 1, -axes, 0, axes, axes + 1))


@st.composite
def _factors(draw: st.DrawFn, shape: Shape) -> tuple[int, ...]:
    """As many elements as the input has, one entry perhaps -1."""
    rest, sizes = math.prod(shape), list[int]()
    for _ in range(draw(st.integers(0, 3))):
        sizes.append(draw(st.sampled_from([d for d in range(1, rest + 1) if rest % d == 0])))
        rest //= sizes[-1]
    sizes.insert(draw(st.integers(0, len(sizes))), rest)
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return tuple(sizes)


@st.composite
def _orders(draw: st.DrawFn, shape: Shape) -> tuple[int, ...]:
    axes = len(shape) + 1
    order = [0, *draw(st.permutations(range(1, axes)))]
    return tuple(axis - axes if draw(st.booleans()) else axis for axis in order)


def _tail(shape: Shape, options: dict[str, Any]) -> Strategy:
    return st.none() | st.just(shape[-1]) | st.integers(0, len(shape) - 1).map(lambda first: shape[first:])


def _no_tail(shape: Shape, options: dict[str, Any]) -> Strategy:
    return st.sampled_from(((shape[-1] + 1,), (*shape, 1), (2, *shape), (*shape[:-1], 0), shape[-1] - 1))


def _pairs(least: int) -> Choice:
    def pairs(shape: Shape, options: dict[str, Any]) -> Strategy:
        number = st.integers(least, 2)
        pair = st.tuples(number, number)
        return number | pair | st.tuples(*[pair] * (len(shape) - 1)) if len(shape) > 1 else number | pair

    return pairs


def _start(shape: Shape, options: dict[str, Any]) -> Strategy:
    return st.integers(0, min(shape) - 1) | st.integers(-min(shape), -1)


def _stop(shape: Shape, options: dict[str, Any]) -> Strategy:
    return st.none() | st.integers(1, min(shape))


def _piece(shape: Shape, options: dict[str, Any]) -> Strategy:
    least = min(shape[1:], default=1)
    return st.integers(1, least) | st.tuples(*(st.integers(1, size) for size in shape[1:] or (1,)))


def _spare(shape: Shape, options: dict[str, Any]) -> Strategy:
    size = options["size"]
    sizes = size if isinstance(size, tuple) else (size,) * len(shape[1:])
    spare = [max(n - z, 0) for n, z in zip(shape[1:], sizes)]
    return (
        st.none() | st.integers(0, min(spare, default=0)) | st.tuples(*(st.integers(0, most) for most in spare or [0]))
    )


def _factor(shape: Shape, options: dict[str, Any]) -> Strategy:
    one = st.sampled_from((0.5, 0.7, 1, 1.5, 2, 2.6, 3)) | st.floats(0.2, 4)
    return one | st.tuples(*[one] * (len(shape) - 1)) if len(shape) > 1 else one


def _size(shape: Shape, options: dict[str, Any]) -> Strategy:
    one = st.integers(1, 9)
    sizes = one | st.tuples(*[one] * (len(shape) - 1)) if len(shape) > 1 else one
    return st.none() if options.get("scale_factor") is not None else sizes


def _output_size(shape: Shape, options: dict[str, Any]) -> Strategy:
    one = st.none() | st.integers(1, 9)
    return one | st.tuples(*[one] * (len(shape) - 1)) if len(shape) > 1 else one


def _mode(shape: Shape, options: dict[str, Any]) -> Strategy:
    smooth = {2: ("linear",), 3: ("bilinear", "bicubic"), 4: ("trilinear",)}.get(len(shape), ())
    return st.sampled_from(("nearest", "nearest-exact", "area", *smooth))


def _corners(shape: Shape, options: dict[str, Any]) -> Strategy:
    smooth = "linear" in options.get("mode", "") or options.get("mode") == "bicubic"
    return st.booleans() if smooth else st.none()


def _fixed(*values: Any) -> Choice:
    return lambda shape, options: st.sampled_from(values)


FITTING: dict[tuple[str, str], Choice] = {
    ("softmax", "dim"): _axis,
    ("log_softmax", "dim"): _axis,
    ("concat", "dim"): _axis,
    ("flatten", "start_dim"): _axis,
    ("flatten", "end_dim"): _axis,
    ("slice", "dim"): _axis,
    ("slice", "start"): _start,
    ("slice", "stop"): _stop,
    ("reshape", "shape"): lambda shape, options: _factors(shape),
    ("permute", "dims"): lambda shape, options: _orders(shape),
    ("select", "channels"): lambda shape, _: st.lists(st.integers(0, shape[0] - 1), min_size=1, max_size=4).map(tuple),
    ("layernorm", "normalized_shape"): _tail,
    ("prelu", "num_parameters"): lambda shape, options: st.sampled_from((1, shape[0])),
    ("zero_pad", "padding"): _pairs(-1),
    ("crop", "size"): _piece,
    ("crop", "offset"): _spare,
    ("upsample", "scale_factor"): _factor,
    ("upsample", "size"): _size,
    ("upsample", "mode"): _mode,
    ("upsample", "align_corners"): _corners,
    ("pixel_shuffle", "upscale_factor"): lambda shape, _: st.sampled_from([r for r in (1, 2) if shape[0] % r**2 == 0]),
    ("pixel_unshuffle", "downscale_factor"): lambda shape, _: st.sampled_from((1, math.gcd(*shape[1:]) or 1)),
    ("adaptive_avgpool", "output_size"): _output_size,
    ("adaptive_maxpool", "output_size"): _output_size,
    **{(f"conv{rank}", "padding"): _fixed(0, 1, 1, 2, "same", "valid") for rank in ("", "1d", "2d", "3d")},
    ("lrn", "size"): _fixed(1, 2, 3, 5),
}
ASTRAY: dict[tuple[str, str], Choice] = {
    ("softmax", "dim"): _beside,
    ("log_softmax", "dim"): _beside,
    ("concat", "dim"): _beside,
    ("flatten", "start_dim"): _beside,
    ("flatten", "end_dim"): _beside,
    ("slice", "dim"): _beside,
    ("reshape", "shape"): lambda shape, _: st.lists(st.integers(-2, 6), min_size=1, max_size=4).map(tuple),
    ("permute", "dims"): lambda shape, _: st.lists(st.integers(-2, 4), min_size=1, max_size=len(shape) + 2).map(tuple),
    ("select", "channels"): lambda shape, _: st.just((0, shape[0])),
    ("layernorm", "normalized_shape"): _no_tail,
    ("prelu", "num_parameters"): lambda shape, _: st.just(shape[0] + 1),
    ("zero_pad", "padding"): lambda shape, options: _pairs(-6)(shape, options) | st.just(((1, 1),) * len(shape)),
    ("crop", "size"): lambda shape, _: st.just(max(shape[1:], default=1) + 1),
    ("crop", "offset"): lambda shape, _: st.just(max(shape[1:], default=1)),
    ("upsample", "size"): _fixed(2),
    ("upsample", "mode"): _fixed("linear", "bilinear", "bicubic", "trilinear"),
    ("upsample", "align_corners"): _fixed(True, False),
    ("pixel_shuffle", "upscale_factor"): _fixed(2, 3),
    ("pixel_unshuffle", "downscale_factor"): _fixed(2, 3),
    ("avgpool", "divisor_override"): _fixed(0, -1, 3),
    **{(f"conv{rank}", "padding"): _fixed(-1, -2, 9) for rank in ("", "1d", "2d", "3d")},
}
