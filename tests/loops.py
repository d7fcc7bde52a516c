"""The types beyond PyTorch as textbook loops over NumPy arrays (N, C, …), with rules of their own for what is legal."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class Illegal(ValueError):
    """The loop's own rules forbid it."""


def require(condition: bool, why: str) -> None:
    """The rule `condition`, or else `Illegal`."""
    if not condition:
        raise Illegal(why)


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One entry per axis."""
    values = value if isinstance(value, tuple) else (value,) * rank
    require(len(values) == rank, f"{len(values)} entries for {rank} axes")
    return values


class Grid:
    """Where windows lie along every axis: found by laying them down one after the other."""

    def __init__(self, x: Array, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1, ceil: bool = False):
        rank = x.ndim - 2
        require(1 <= rank <= 3, "one to three spatial axes")
        self.x, self.sizes = x, x.shape[2:]
        self.k, self.s, self.d = (per_axis(value, rank) for value in (kernel_size, stride, dilation))
        require(min(*self.k, *self.s, *self.d) >= 1, "kernel, stride and dilation are at least 1")
        self.same = padding == "same"
        if self.same:
            self.pads = [_same(*axis) for axis in zip(self.sizes, self.k, self.s, self.d)]
        else:
            self.pads = [(p, p) for p in per_axis(0 if padding == "valid" else padding, rank)]
        ceil = ceil and not self.same
        axes = zip(self.sizes, self.k, self.s, self.d, self.pads)
        self.starts = [_starts(*axis, ceil) for axis in axes]
        require(all(self.starts), "no window fits")

    def half(self) -> None:
        """PyTorch's rule for pools: padding of at most half the kernel, dilated or not."""
        require(self.same or min(before for before, _ in self.pads) >= 0, "no negative padding")
        require(self.same or all(2 * p <= k for (p, _), k in zip(self.pads, self.k)), "padding of at most half")

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of windows per axis."""
        return tuple(map(len, self.starts))

    def places(self) -> Iterator[tuple[tuple[int, ...], list[tuple[tuple[int, ...], tuple[int, ...]]]]]:
        """For every output position the elements that exist: (place in the window, place in the input)."""
        for position in itertools.product(*map(range, self.shape)):
            corner = [starts[at] for starts, at in zip(self.starts, position)]
            offsets = itertools.product(*map(range, self.k))
            pairs = [(o, tuple(c + i * d for c, i, d in zip(corner, o, self.d))) for o in offsets]
            yield position, [(o, at) for o, at in pairs if all(0 <= i < n for i, n in zip(at, self.sizes))]

    def pool(self, function: Callable[[Array], Array]) -> Array:
        """The function of the elements of every window, given as (N, C, elements)."""
        out, nothing = np.zeros((*self.x.shape[:2], *self.shape)), np.zeros((*self.x.shape[:2], 0))
        for position, elements in self.places():
            inside = [self.x[(..., *at)][..., None] for _, at in elements]
            out[(..., *position)] = function(np.concatenate([nothing, *inside], axis=-1))
        return out


def _same(n: int, k: int, s: int, d: int) -> tuple[int, int]:
    total = max((math.ceil(n / s) - 1) * s + d * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def _starts(n: int, k: int, s: int, d: int, pads: tuple[int, int], ceil: bool) -> list[int]:
    starts, start = [], -pads[0]
    slack = s - 1 if ceil else 0  # ceil mode: a window may hang over, but must begin before the padding behind
    while start + d * (k - 1) <= n - 1 + pads[1] + slack and not (ceil and start >= n):
        starts.append(start)
        start += s
    return starts


def conv(x: Array, weight: Array, bias: Array | None, mode: str = "zeros", **window: Any) -> Array:
    """A convolution with `padding: same` at any stride."""
    groups = window.pop("groups", 1)
    grid = Grid(x, **window)
    if mode != "zeros":
        least = {"reflect": 1, "circular": 0}.get(mode, -math.inf)
        require(all(max(pads) + least <= n for pads, n in zip(grid.pads, grid.sizes)), "too little to copy from")
        how = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
        padded = np.pad(x, [(0, 0), (0, 0), *grid.pads], mode=how)  # type: ignore[call-overload]
        grid = Grid(padded, **{**window, "padding": 0})
    channels, per_group = len(weight), x.shape[1] // groups
    out = np.zeros((len(x), channels, *grid.shape))
    for position, elements in grid.places():
        for group in range(groups):
            seen = slice(group * per_group, (group + 1) * per_group)
            made = slice(group * channels // groups, (group + 1) * channels // groups)
            terms = [grid.x[(slice(None), seen, *at)] @ weight[(made, slice(None), *o)].T for o, at in elements]
            out[(slice(None), made, *position)] = sum(terms)
    return out if bias is None else out + bias.reshape(-1, *[1] * len(grid.shape))


def local(x: Array, weight: Array, bias: Array | None, **window: Any) -> Array:
    """As a convolution; the weights are (positions, C_out, C_in·∏k), those of one position side by side."""
    grid = Grid(x, **window)
    out = np.zeros((len(x), weight.shape[1], *grid.shape))
    for number, (position, elements) in enumerate(grid.places()):
        kernels = weight[number].reshape(weight.shape[1], x.shape[1], *grid.k)
        terms = [x[(..., *at)] @ kernels[(..., *o)].T for o, at in elements]
        out[(..., *position)] = sum(terms)
    return out if bias is None else out + bias


def stochastic(elements: Array) -> Array:
    """Σa²/Σa, and 0 where Σa is 0."""
    sums = elements.sum(-1)
    return np.where(sums == 0, 0, (elements**2).sum(-1) / np.where(sums == 0, 1, sums))


def maxout(x: Array, pool_size: int) -> Array:
    """The largest of consecutive channels."""
    require(pool_size >= 1 and x.shape[1] % pool_size == 0, "pool_size divides the channels")
    groups = range(0, x.shape[1], pool_size)
    return np.stack([x[:, first : first + pool_size].max(axis=1) for first in groups], axis=1)


def crop(x: Array, size: Any, offset: Any = None) -> Array:
    """A piece of the map, from the middle unless an offset is given."""
    rank = x.ndim - 2
    require(1 <= rank <= 3, "one to three spatial axes")
    sizes = per_axis(size, rank)
    offsets = tuple((n - z) // 2 for n, z in zip(x.shape[2:], sizes)) if offset is None else per_axis(offset, rank)
    for n, z, o in zip(x.shape[2:], sizes, offsets):
        require(z >= 1 and o >= 0 and o + z <= n, "the piece lies in the map")
    return x[(..., *(slice(o, o + z) for o, z in zip(offsets, sizes)))]


def cut(x: Array, start: int = 0, stop: int | None = None, step: int = 1, dim: int = 1) -> Array:
    """Every step-th element, gathered one by one."""
    require(-x.ndim <= dim < x.ndim and dim % x.ndim > 0 and step >= 1, "an axis but the batch, a step forwards")
    n = x.shape[dim]
    first, end = ((at + n if at < 0 else at) for at in (start, n if stop is None else stop))
    require(0 <= first < end <= n, "start and stop lie in order within the axis")
    return np.stack([x.take(at, axis=dim) for at in range(first, end, step)], axis=dim)


def select(x: Array, channels: tuple[int, ...]) -> Array:
    """The listed channels."""
    require(
        isinstance(channels, tuple) and all(0 <= channel < x.shape[1] for channel in channels), "channels that exist"
    )
    return np.stack([x[:, channel] for channel in channels], axis=1)


def permute(x: Array, dims: tuple[int, ...]) -> Array:
    """The axes in another order, element by element."""
    require(all(-x.ndim <= axis < x.ndim for axis in dims), "axes that exist")
    axes = [axis % x.ndim for axis in dims]
    require(sorted(axes) == list(range(x.ndim)) and axes[0] == 0, "every axis once, the batch in front")
    out = np.zeros([x.shape[axis] for axis in axes])
    for place in np.ndindex(*out.shape):
        out[place] = x[tuple(place[axes.index(axis)] for axis in range(x.ndim))]
    return out
