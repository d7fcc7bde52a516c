"""Candidates run through the engine, and what is remembered of those that don't give the output asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Shape, Unfit
from cnncalc.solving.candidates import Effort, TooMuch
from cnncalc.solving.solutions import Near, Setting, Sizes, Value, filled
from cnncalc.spec.unknowns import OpenStep


class Runs:
    """A step on its input, with one setting after the other."""

    def __init__(self, step: OpenStep, input: Sizes, output: Sizes) -> None:
        self.step, self.input, self.output = step, input, output
        self.effort = Effort()
        self.refusal: str | None = None
        """Why the first setting that doesn't fit at all doesn't."""
        self.most_repeats = 1
        self._misses: dict[int, tuple[float, Near]] = {}
        self._after_each: dict[Any, list[Shape]] = {}
        self._repeated = step.repeated

    def fits(self, setting: Setting) -> bool:
        """Whether the setting gives the output."""
        count = len(self.step.unknowns)
        shape = filled(self.input, setting[count:])
        return self.judge(setting, self.out(setting[:count], shape)) and self._works(setting[:count], shape)

    def out(self, values: Sequence[Value], shape: Shape) -> Shape | None:
        """What comes out of the step; None where a layer doesn't fit."""
        given = self.step.by_variable(values)
        try:
            if self._repeated is None:
                return self.step.output(given, shape, self.effort)
            repeats = given.pop(self._repeated.variable)
            seen = self._repeats(given, shape)
            return seen[repeats - 1] if repeats <= len(seen) else None
        except TooMuch:
            raise
        except SpecError as error:
            self._refused(error.problems[0])
            return None

    def judge(self, setting: Setting, out: Shape | None) -> bool:
        """Whether that is the output asked for; what comes close is remembered."""
        if out is None:
            return False
        gaps: list[float] = [have - want for have, want in zip(out, self.output) if want is not None]
        if len(out) != len(self.output):
            gaps = [-math.inf, math.inf]
        if not any(gaps):
            return True
        side = -1 if max(gaps) <= 0 else 1 if min(gaps) >= 0 else 0
        distance = sum(map(abs, gaps))
        if side not in self._misses or distance < self._misses[side][0]:
            self._misses[side] = distance, Near(setting, out)
        return False

    def near(self) -> tuple[Near, ...]:
        """The settings that come closest, from below and from above, else from anywhere."""
        sides: list[int] = [side for side in (-1, 1) if side in self._misses] or [0]
        return tuple(self._misses[side][1] for side in sides if side in self._misses)

    def _refused(self, problem: Problem) -> None:
        if self.refusal is None:
            self.refusal = ", because ".join((problem.message, *problem.because))

    def _repeats(self, given: Mapping[str, Any], shape: Shape) -> list[Shape]:
        """What comes out of 1, 2, … repeats, as far as they fit."""
        key = *given.items(), shape, self.most_repeats
        if key not in self._after_each:
            seen: list[Shape] = []
            self._after_each[key] = seen
            try:
                self.step.watch(given, shape, self.most_repeats, self.effort, seen)
            except TooMuch:
                raise
            except SpecError as error:
                self._refused(error.problems[0])
        return self._after_each[key]

    def _works(self, values: Sequence[Value], shape: Shape) -> bool:
        """Whether the layers take one image: a norm can't normalise a single value."""
        try:
            for placed in self.step.layers(self.step.by_variable(values), shape, self.effort):
                placed.layer.check_batch(1, placed.inputs[0])
        except Unfit as unfit:
            self._refused(Problem(unfit.message, None, unfit.because))
            return False
        return True
