"""What a unit sees along one axis, as a function of its position; and sets of positions.

Every layer here is periodic: `period` positions further on, a unit sees the same window `advance` positions further on.
A convolution has period 1 and advances by its stride; a transposed one has the period of its stride and advances by 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil, floor, gcd
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

ANOTHER = "another"
"""Beyond the ends lies another tensor: the parts of a concatenation."""


class Reach(NamedTuple):
    """The positions along one axis of an input that a unit sees, by its own position along `axis` of the output."""

    axis: int
    taps: Callable[[int], range]
    """What the positions 0 … period − 1 see."""
    period: int = 1
    advance: int = 1
    even: bool = True
    """Whether units lie evenly, `advance / period` apart; windows of adaptive pooling may not."""
    beyond: str = "zeros"
    """What lies beyond the ends of the input: a padding_mode, or another tensor."""

    def at(self, position: int) -> range:
        """What the unit at this position sees, the ends of the input disregarded."""
        turns, rest = divmod(position, self.period)
        taps, shift = self.taps(rest), turns * self.advance
        return range(taps.start + shift, taps.stop + shift, taps.step)


@cache
def stays(axis: int) -> Reach:
    """The unit's own position."""
    return slides(axis, 0, 1)


def slides(axis: int, start: int, count: int, step: int = 1, stride: int = 1, beyond: str = "zeros") -> Reach:
    """A window of `count` positions `step` apart; that of unit 0 begins at `start`."""
    taps = range(start, start + count * step, step)
    return Reach(axis, lambda _: taps, 1, stride, beyond=beyond)


def whole(size: int) -> Reach:
    """Every position, whatever the unit's own."""
    return slides(0, 0, size, stride=0)


def grouped(outputs: int, inputs: int, groups: int) -> Reach:
    """The channels of the unit's own group."""
    if groups == 1:
        return whole(inputs)
    taps = range(inputs // groups)
    return Reach(0, lambda _: taps, outputs // groups, inputs // groups)


def transposed(axis: int, kernel_size: int, stride: int, padding: int, dilation: int) -> Reach:
    """The inputs i with position = i·stride − padding + t·dilation for a t of the kernel."""
    common = gcd(stride, dilation)
    between = stride // common

    def taps(position: int) -> range:
        ahead = position + padding
        first = ahead // common * pow(dilation // common, -1, between) % between
        count = 0 if ahead % common else max(0, -((first - kernel_size) // between))
        last = (ahead - first * dilation) // stride
        step = dilation // common
        return range(last - (count - 1) * step, last + 1, step) if count else range(0)

    return Reach(axis, taps, stride, 1)


def dealt(axis: int, units: int) -> Reach:
    """Each position is seen by so many consecutive units: a merged axis whose other axes vary faster."""
    return Reach(axis, lambda _: range(1), units, 1)


def adaptive(axis: int, size: int, output_size: int) -> Reach:
    """Window i of adaptive pooling: ⌊i·n/o⌋ up to ⌈(i + 1)·n/o⌉."""
    common = gcd(size, output_size)

    def taps(position: int) -> range:
        return range(position * size // output_size, -(-(position + 1) * size // output_size))

    return Reach(axis, taps, output_size // common, size // common, even=common in (size, output_size))


def sampled(axis: int, scale: Fraction, offset: Fraction, around: Callable[[Fraction], range]) -> Reach:
    """Interpolation between the neighbours of the point scale·position + offset."""
    return Reach(axis, lambda t: around(scale * t + offset), scale.denominator, scale.numerator)


def nearest(point: Fraction) -> range:
    """The pixel at or before the point."""
    return range(floor(point), floor(point) + 1)


def linear(point: Fraction) -> range:
    """The pixels on either side; a point that is a pixel is that pixel."""
    return range(floor(point), ceil(point) + 1)


def cubic(point: Fraction) -> range:
    """Four neighbours; a point that is a pixel is that pixel."""
    return nearest(point) if point.denominator == 1 else range(floor(point) - 1, ceil(point) + 2)


def regrouped(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[Reach | None, ...]:
    """The same elements in order in another shape; None for an axis that is divided among several.

    An axis that is merged into the channels is seen whole: the channels of a position are one unit.
    """
    found: list[Reach | None] = []
    for axes, into in _groups(before, after):
        inner = 1
        seen: list[Reach | None] = []
        for axis in reversed(axes):
            size = before[axis]
            if size == 1:
                seen.append(whole(1))
            elif len(into) != 1:
                seen.append(None)
            elif size == after[into[0]]:
                seen.append(stays(into[0]))
            elif into == [0]:
                seen.append(whole(size))
            else:
                seen.append(_merged(into[0], inner, size, inner * size == after[into[0]]))
            inner *= size
        found += reversed(seen)
    return tuple(found)


def _merged(axis: int, inner: int, size: int, outermost: bool) -> Reach:
    """An axis of this size seen from the axis it is merged into; `inner` units in a row share each of its positions."""
    if outermost:
        return dealt(axis, inner)._replace(even=False)
    return Reach(axis, lambda t: range(t // inner, t // inner + 1), inner * size, 0, even=False)


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """The fewest axes on either side that hold the same elements, in order; axes of size 1 are of no account."""
    groups: list[tuple[list[int], list[int]]] = []
    ahead = [axis for axis, size in enumerate(after) if size > 1]
    have = want = 1
    for axis, size in enumerate(before):
        if have == want:
            groups.append(([], []))
            have = want = 1
        groups[-1][0].append(axis)
        have *= size
        while want < have and ahead:
            want *= after[ahead[0]]
            groups[-1][1].append(ahead.pop(0))
    return groups
