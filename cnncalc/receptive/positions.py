"""Sets of positions along one axis, held as ranges so that a large axis costs no more: what units see, and who sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd

from cnncalc.reach import Reach

Positions = tuple[range, ...]

KINDS = 65536
"""The most kinds of windows along one axis that are followed; beyond, `ValueError`."""


def union(runs: Iterable[range]) -> Positions:
    """The set of what lies in any of them: neighbours joined, what lies in another left out."""
    solid: list[range] = []
    sparse: dict[range, None] = {}
    for run in sorted(filter(None, runs), key=lambda run: run.start):
        if len(run) > 1 and run.step > 1:
            sparse[run] = None
        elif solid and run.start <= solid[-1].stop:
            solid[-1] = range(solid[-1].start, max(run[-1] + 1, solid[-1].stop))
        else:
            solid.append(range(run.start, run[-1] + 1))
    return *solid, *(run for run in sparse if not any(_holds(other, run) for other in (*solid, *sparse)))


def covers(whole: Positions, part: Positions) -> bool:
    """Whether every run of a set lies in one of another."""
    return all(any(run == other or _holds(other, run) for other in whole) for run in part)


def common(one: Positions, other: Positions) -> Positions:
    """The positions in both."""
    return union(_common(a, b) for a in one for b in other)


def seen(reach: Reach, units: Positions, size: int) -> Positions:
    """What these units see of an axis of this size."""
    return union(inside for run in _windows(reach, units) for inside in _folded(run, size, reach.beyond))


def seeing(reach: Reach, places: Positions, size: int, outputs: int) -> Positions:
    """Which of so many units see one of these places of an axis of that size."""
    _check(min(reach.period, outputs))
    found = []
    for first in range(min(reach.period, outputs)):
        taps, turns = reach.taps(first), range((outputs - 1 - first) // reach.period + 1)
        back = range(-taps[-1], -taps[0] + 1, taps.step) if taps else taps
        images = [image for run in places for image in _images(run, size, reach, outputs)] if taps else []
        for shift in (shift for image in images for shift in _sums(back, image)):
            hit = turns if not reach.advance and 0 in shift else _common(_quotients(shift, reach.advance), turns)
            if hit:
                found.append(
                    range(first + hit.start * reach.period, first + hit[-1] * reach.period + 1, hit.step * reach.period)
                )
    return union(found)


def _check(kinds: int) -> None:
    if kinds > KINDS:
        raise ValueError(f"{kinds:,} different windows along one axis are too many to follow")


def _windows(reach: Reach, units: Positions) -> Iterator[range]:
    for run in units:
        kinds = reach.period // gcd(run.step, reach.period)
        _check(min(kinds, len(run)))
        step = run.step * kinds // reach.period * reach.advance
        for first in range(min(kinds, len(run))):
            turns = (len(run) - 1 - first) // kinds + 1
            yield from _sums(reach.at(run[first]), range(0, turns * step, step) if step else range(1))


def _sums(one: range, other: range) -> Iterator[range]:
    """Every sum of a number of one and a number of the other."""
    if not one or not other:
        return
    fine, coarse = sorted((one, other), key=lambda run: (len(run) == 1, run.step))
    first, last = fine.start + coarse.start, fine[-1] + coarse[-1]
    if len(coarse) == 1 or (coarse.step % fine.step == 0 and coarse.step <= len(fine) * fine.step):
        yield range(first, last + 1, fine.step)
        return
    shared = gcd(fine.step, coarse.step)
    if len(coarse) * shared < fine.step:
        for shift in coarse:
            yield range(fine.start + shift, fine[-1] + shift + 1, fine.step)
        return
    # numbers of the fine run that lie a multiple of the coarse step apart go on from one another
    cycle = coarse.step // shared
    for at in range(min(len(fine), cycle)):
        alike = fine[at::cycle]
        yield range(alike.start + coarse.start, alike[-1] + coarse[-1] + 1, coarse.step)


def _folded(run: range, size: int, beyond: str) -> Iterator[range]:
    """What is read: the part inside, and the elements inside that stand in for the part outside."""
    yield _within(run, 0, size - 1)
    before, behind = _within(run, min(run.start, 0), -1), _within(run, size, max(run[-1], size))
    if beyond == "reflect":
        yield from (_mirrored(before, 0), _mirrored(behind, 2 * (size - 1)))
    elif beyond == "circular":
        yield from (_moved(before, size), _moved(behind, -size))
    elif beyond == "replicate":
        yield from (range(1 if before else 0), range(size - 1, size if behind else size - 1))


def _images(run: range, size: int, reach: Reach, outputs: int) -> Iterator[range]:
    """Where an element is read: at its own place, and beyond the ends."""
    yield run
    if reach.beyond == "reflect":
        yield from (_mirrored(_within(run, 1, size), 0), _mirrored(_within(run, 0, size - 2), 2 * (size - 1)))
    elif reach.beyond == "circular":
        yield from (_moved(run, -size), _moved(run, size))
    elif reach.beyond == "replicate":
        yield range(reach.at(0)[0] if 0 in run else 0, 0)
        yield range(size, reach.at(outputs - 1)[-1] + 1 if size - 1 in run else size)


def _mirrored(run: range, twice: int) -> range:
    return range(twice - run[-1], twice - run.start + 1, run.step) if run else run


def _moved(run: range, by: int) -> range:
    return range(run.start + by, run.stop + by, run.step)


def _within(run: range, first: int, last: int) -> range:
    return run[max(0, -((run.start - first) // run.step)) : max(0, (last - run.start) // run.step + 1)]


def _holds(whole: range, part: range) -> bool:
    if len(part) == 1:
        return part.start in whole
    return part != whole and part.start in whole and part[-1] in whole and part.step % whole.step == 0


def _quotients(run: range, divisor: int) -> range:
    """The multiples of the divisor in a run, divided by it."""
    if divisor == 0:
        return range(0)
    shared = gcd(run.step, divisor)
    if run.start % shared:
        return range(0)
    between = divisor // shared
    multiples = run[-run.start // shared * pow(run.step // shared, -1, between) % between :: between]
    return range(multiples[0] // divisor, multiples[-1] // divisor + 1, run.step // shared) if multiples else range(0)


def _common(one: range, other: range) -> range:
    """The numbers in both; one with a step, as all ranges here, of at least 1."""
    steps = _within(_quotients(_moved(one, -other.start), other.step), 0, len(other) - 1) if one and other else range(0)
    return range(other[steps.start], other[steps[-1]] + 1, steps.step * other.step) if steps else steps
