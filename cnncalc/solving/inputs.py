"""What is unknown of the input: its channels and its sizes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Final

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Shape
from cnncalc.solving.runs import Runs
from cnncalc.solving.solutions import Setting, filled

MOST_SIZE: Final = 2**20
"""The largest size tried where the output only grows with it, so that halving finds it."""
MOST_SCANNED: Final = 1024
"""The largest size tried where it may do as it likes, so that each is run."""
MOST_CHANNELS: Final = 4096
MOST_FOUND: Final = 1000

Out = Callable[[int], "Shape | None"]
"""What comes out where every unknown axis has that size."""


class Inputs:
    """The inputs with which a setting gives the output."""

    def __init__(self, runs: Runs, bounds: Mapping[str, int]) -> None:
        self.runs = runs
        self.axes = [axis for axis, size in enumerate(runs.input) if axis and size is None]
        self.tried: dict[str, int] = {}
        """The most channels and the largest size tried."""
        if runs.input[0] is None:
            # one such layer hands channels on, or takes any number that its groups divide, and they divide what comes
            # out: twice that shows which
            made = runs.output[0] if runs.step.axiswise and runs.step.layer else None
            self.tried["in_channels"] = bounds.get("in_channels", 2 * made if made else MOST_CHANNELS)
        if self.axes:
            self.tried["input"] = bounds.get("input", MOST_SIZE if runs.step.axiswise else MOST_SCANNED)

    @property
    def columns(self) -> tuple[str, ...]:
        """What there is to find."""
        return tuple(self.tried)

    def completing(self, values: Setting) -> Iterator[Setting]:
        """What completes a setting so that it fits; `SpecError` where that could be anything."""
        if "in_channels" not in self.tried:
            yield from self._sizes(values)
            return
        found: dict[Setting, int] = {}
        for channels in range(1, self.tried["in_channels"] + 1):
            for sizes in self._sizes((*values, channels)):
                if sizes in found:
                    raise _open(f"{found[sizes]} and {channels} channels fit alike")
                found[sizes] = channels
        yield from ((channels, *sizes) for sizes, channels in found.items())

    def _sizes(self, before: Setting) -> list[Setting]:
        """The sizes of the unknown axes, equal ones where there are such."""
        if not self.axes:
            return [()] if self.runs.fits(before) else []
        count = len(self.runs.step.unknowns)
        out = cache(lambda size: self.runs.out(before[:count], filled(self.runs.input, (*before[count:], size))))
        ways = (self._halved if self.runs.step.axiswise else self._scanned)(before, out)
        fewest = min(ways, key=len, default=())
        same = [size for size in fewest if all(size in way for way in ways)]
        if len(same) > MOST_FOUND:
            raise _open(f"every size from {same[0]:,} to {same[-1]:,} fits")
        found: list[Setting] = [(size,) for size in same if self.runs.fits((*before, size))]
        if found or not 1 < len(self.axes) == len(ways):
            return found
        return [(sizes,) for sizes in product(*ways) if self.runs.fits((*before, sizes))]

    def _halved(self, before: Setting, out: Out) -> list[Sequence[int]]:
        """The sizes for each axis of which the output is given, where a larger size fits too and gives no less."""
        want, most = self.runs.output, self.tried["input"]
        fitting = next((size for size in _probes(most) if out(size)), None)
        reached = out(fitting) if fitting else None
        if fitting is None or reached is None:
            return []
        if len(reached) != len(want) or want[0] not in (None, reached[0]):
            self.runs.judge((*before, fitting), reached)
            return []
        ways = []
        for axis, size in enumerate(want):
            if axis in self.axes and size is not None:
                ways.append(self._along(axis, size, before, out, fitting))
        if not ways and self.runs.fits((*before, fitting)):
            raise _open("any size fits")
        return ways

    def _along(self, axis: int, size: int, before: Setting, out: Out, fitting: int) -> Sequence[int]:
        """The sizes of the input that give an axis of the output that size, between two that are found by halving."""

        def reach(n: int) -> int:
            reached = out(n)
            return reached[axis] if reached else 2**63 if n > fitting else 0

        sizes = range(1, self.tried["input"] + 1)
        found = sizes[bisect_left(sizes, size, key=reach) : bisect_right(sizes, size, key=reach)]
        if not found:  # what the sizes below and above give
            for near in sizes[max(found.start - 2, 0) : found.start]:
                self.runs.judge((*before, near), out(near))
        return found

    def _scanned(self, before: Setting, out: Out) -> list[Sequence[int]]:
        """The sizes that fit on all unknown axes."""
        return [[size for size in range(1, self.tried["input"] + 1) if self.runs.judge((*before, size), out(size))]]


def _probes(most: int) -> Iterator[int]:
    """The largest size, then others in which to look for one that fits: the largest may give too much."""
    yield most
    yield from (2**power for power in range(most.bit_length() - 1))


def _open(message: str) -> SpecError:
    return SpecError(Problem(f"the input is left open: {message}", hint="give more of the input or of the output"))
