"""Receptive fields that are not clipped, carried from layer to layer: one track per axis of the input.

A track holds the first and the last pixel that a unit sees, as periodic functions of the unit's position along one axis
of its tensor; so a layer costs the same whatever the size of its input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from cnncalc.layers import Shape
from cnncalc.network import Network
from cnncalc.reach import ANOTHER, Reach, stays

LONGEST = 4096
"""The longest period that is followed; the field of a layer beyond is not computed, and told as null."""

Interval = tuple[int, int]


class Term(NamedTuple):
    """The fields of the first `period` units; those of the next `period` lie `advance` pixels further, and so on."""

    period: int
    advance: int
    seen: tuple[Interval | None, ...]

    def at(self, position: int) -> Interval | None:
        """First and last pixel of the unit at this position; None if it sees none."""
        turns, rest = divmod(position, self.period)
        seen, shift = self.seen[rest], turns * self.advance
        return (seen[0] + shift, seen[1] + shift) if seen else None


class Track(NamedTuple):
    """One axis of an input as seen by the positions along one axis of a tensor."""

    axis: int
    terms: tuple[Term, ...]
    """A unit's field is the hull of these, one for each stride among the branches; without any, it is not known."""
    aligned: bool = True
    even: bool = True
    parts: Interval | None = None
    """Behind a concatenation along this axis: the first and last pixel that all units together see."""

    @property
    def fixed(self) -> bool:
        """Whether all positions see the same."""
        return bool(self.terms) and all(term.period == 1 and term.advance == 0 for term in self.terms)

    def at(self, position: int) -> Interval | None:
        """First and last pixel of the unit at this position, not clipped."""
        return hull(term.at(position) for term in self.terms)

    def ends(self, size: int) -> list[Interval] | None:
        """The fields of all units among which the largest and the outermost are; None if the period is too long.

        Every bound moves evenly from period to period, so the width of their hull is largest in the first or last.
        """
        period = min(lcm(*(term.period for term in self.terms)), size)
        if period > LONGEST:
            return None
        firsts = range(period)
        positions = {*firsts, *(size - 1 - (size - 1 - first) % period for first in firsts)}
        return [seen for seen in map(self.at, positions) if seen]

    def span(self, size: int) -> Interval | None:
        """What all units see together."""
        return self.parts or hull(self.ends(size) or ())


Tracks = tuple["Track | None", ...]
"""A track per axis of the input, None where it depends on several axes of the tensor."""


def lost(axis: int, parts: Interval | None = None) -> Track:
    """A track of which no more is known than the axis, and perhaps what all units see together."""
    return Track(axis, (), aligned=False, even=False, parts=parts)


def hull(seen: Iterable[Interval | None]) -> Interval | None:
    """The first and the last pixel of them all."""
    found = [one for one in seen if one]
    return (min(first for first, _ in found), max(last for _, last in found)) if found else None


def tracks(network: Network, input: str) -> dict[str, Tracks]:
    """The tracks of every tensor that depends on the input; one per spatial axis of the input."""
    axes = range(1, len(network.inputs[input]))
    found: dict[str, Tracks] = {input: tuple(Track(axis, (Term(1, 1, ((0, 0),)),)) for axis in axes)}
    for placed in network.layers:
        joined = []
        for at, source in enumerate(placed.sources):
            if source in found:
                reaches = placed.layer.sees(at, *placed.inputs)
                joined.append(tuple(_through(track, reaches, placed.inputs[at]) for track in found[source]))
        if joined:
            found[placed.path] = tuple(_joined(each, placed.output) for each in zip(*joined))
    return found


def _through(track: Track | None, reaches: Sequence[Reach | None], shape: Shape) -> Track | None:
    """The track of a layer's output from that of its input; None where it depends on several axes."""
    if track is None or track.fixed:
        return track
    reach = reaches[track.axis]
    if reach is None or reach is stays(track.axis):
        return track if reach else None
    if reach.advance == 0 and reach.period == 1 and reach.taps(0) == range(shape[track.axis]):
        span = track.span(shape[track.axis])
        return Track(0, (Term(1, 0, (span,)),), track.aligned) if span else None
    if reach.beyond == ANOTHER:
        return lost(reach.axis, track.span(shape[track.axis]))
    terms = [_composed(term, reach) for term in track.terms]
    if not terms or None in terms:
        return lost(reach.axis)
    return Track(reach.axis, tuple(term for term in terms if term), track.aligned, track.even and reach.even)


def _composed(term: Term, reach: Reach) -> Term | None:
    """What is seen through a window; None if the period becomes too long."""
    period = reach.period * (term.period // gcd(reach.advance, term.period))
    if period > LONGEST:
        return None
    advance = reach.advance * (period // reach.period) // term.period * term.advance
    return Term(period, advance, tuple(_seen(term, reach.at(position)) for position in range(period)))


def _seen(term: Term, taps: range) -> Interval | None:
    """The hull over the taps; only the outermost period on either side can reach its ends."""
    outer = taps if len(taps) <= 2 * term.period else (*taps[: term.period], *taps[-term.period :])
    return hull(map(term.at, outer))


def _joined(branches: Sequence[Track | None], shape: Shape) -> Track | None:
    """The hull of what branches see."""
    first, *others = branches
    if None in branches or all(other == first for other in others):
        return None if None in branches else first
    each = [track for track in branches if track]
    moving = {track.axis for track in each if not track.fixed}
    if len(moving) > 1:
        return None
    axis = moving.pop() if moving else 0
    if not all(track.terms for track in each):
        spans = [track.span(shape[track.axis]) for track in each]
        return lost(axis, None if None in spans else hull(spans))
    by_rate: dict[Fraction, list[Term]] = {}
    for term in (term for track in each for term in track.terms):
        by_rate.setdefault(Fraction(term.advance, term.period), []).append(term)
    terms = [_merged(alike) for alike in by_rate.values()]
    if None in terms:
        return lost(axis)
    aligned = all(track.aligned for track in each) and len(terms) == 1 and _concentric(each)
    return Track(axis, tuple(term for term in terms if term), aligned, all(track.even for track in each))


def _merged(terms: Sequence[Term]) -> Term | None:
    """One term for several of the same stride, their hull; None if the common period is too long."""
    period = lcm(*(term.period for term in terms))
    if period > LONGEST:
        return None
    seen = tuple(hull(term.at(position) for term in terms) for position in range(period))
    return Term(period, terms[0].advance * (period // terms[0].period), seen)


def _concentric(branches: Sequence[Track]) -> bool:
    """Whether the fields of every unit have one centre in all branches of one stride."""
    period = lcm(*(term.period for track in branches for term in track.terms))
    for position in range(period):
        seen = [one for one in (track.at(position) for track in branches) if one]
        if len({first + last for first, last in seen}) > 1:
            return False
    return True
