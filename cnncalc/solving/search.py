"""The search: which candidates are run, and in what order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from cnncalc.errors import Problem, SpecError
from cnncalc.solving.candidates import Candidates, Effort, TooMuch
from cnncalc.solving.inputs import Inputs
from cnncalc.solving.runs import Runs
from cnncalc.solving.solutions import Setting, Sizes, Solutions, Value
from cnncalc.spec.unknowns import EXAMPLE, OpenStep

Numbers = Sequence[Sequence[int]]
"""The numbers to try for each unknown of the step."""


def solve(
    step: str, *, input: Sequence[int | None], output: Sequence[int | None], bounds: Mapping[str, int] | None = None
) -> Solutions:
    """Every setting of what is written `_` in a step, and of the None in its input, that gives the output.

    None in the output may be anything; `bounds` are the largest numbers to try, by the name of the option, `repeat`,
    `in_channels` or `input`. Raises `SpecError` where the step is wrong or there is too much to try.

    >>> solve("{conv: 8, kernel_size: _, stride: 2}", input=[3, 32, 32], output=[8, 14, 14]).settings
    ((5,), (6,))
    """
    for name, shape in (("input", input), ("output", output)):
        if not 1 <= len(shape) <= 4 or any(size is not None and not 0 < size < 2**63 for size in shape):
            raise SpecError(Problem(f"--{name}: one to four sizes, each at least 1 and below 2**63"))
    return _Search(OpenStep(step), tuple(input), tuple(output), bounds or {}).solutions()


class _Search:
    """One search."""

    def __init__(self, step: OpenStep, input: Sizes, output: Sizes, bounds: Mapping[str, int]) -> None:
        self.step, self.input, self.output = step, input, output
        if not step.unknowns and None not in input:
            raise SpecError(Problem("nothing is unknown", hint=f"write _ for what is to be found: {EXAMPLE}"))
        self.candidates = Candidates(step, input, output, bounds)
        self.runs = Runs(step, input, output)
        self.inputs = Inputs(self.runs, bounds)

    def solutions(self) -> Solutions:
        """Numbers first, then words where no number does the same."""
        candidates = self.candidates.within_bounds()
        found = self.numbers(candidates) or self.numbers_beyond()
        near = () if found else self.runs.near()
        refusal = None if found or near else self.runs.refusal or "there is no number within the bounds"
        words = list(self.words(candidates, found))
        return Solutions(
            (*_numbered([unknown.of for unknown in self.step.unknowns]), *self.inputs.columns),
            (*sorted(found, key=_order), *sorted(words, key=_order)),
            {**self.candidates.tried, **self.inputs.tried},
            near,
            refusal,
            self.one_for_all,
            (self.input, self.output),
            self.step,
        )

    @property
    def one_for_all(self) -> bool:
        """Whether numbers that differ between axes are beyond the search."""
        options = any(u.per_axis for u in self.step.unknowns) and (not self.step.axiswise or None in self.input)
        sizes = len(self.inputs.axes) > 1 and not self.step.axiswise
        return len(self.input) > 2 and (options or sizes)

    def numbers(self, candidates: Numbers) -> list[Setting]:
        """The settings in numbers: the same on all axes, else those that differ between axes in as few as possible."""
        self.runs.effort, self.runs.most_repeats = Effort(), self.candidates.tried.get("repeat", 1)
        found = [(*values, *tail) for values in product(*candidates) for tail in self.inputs.completing(values)]
        return found or self.by_axis(candidates)

    def numbers_beyond(self) -> list[Setting]:
        """Those of a lone unknown past its bound."""
        tried = dict(self.candidates.tried)
        wider = self.candidates.beyond()
        if wider is None:
            return []
        try:
            return self.numbers(wider)
        except TooMuch:
            self.candidates.tried = tried
            return []

    def by_axis(self, candidates: Numbers) -> list[Setting]:
        """The settings with a number per axis in as few places as possible, each axis looked at by itself."""
        spread = [at for at, unknown in enumerate(self.step.unknowns) if unknown.per_axis]
        if not spread or len(self.input) < 3 or len(self.input) != len(self.output) or self.one_for_all:
            return []
        self.runs.effort = Effort()
        axes = [self.on_axis(axis, candidates) for axis in range(1, len(self.input))]
        for count in range(1, len(spread) + 1):
            joined = (setting for places in combinations(spread, count) for setting in _joined(axes, places))
            found = [setting for setting in joined if self.runs.fits(setting)]
            if found:
                return found
        return []

    def on_axis(self, axis: int, candidates: Numbers) -> list[tuple[int, ...]]:
        """The numbers that give the output along an axis: those for an input as long as that on every axis."""
        first, *sizes = self.input
        shape: Any = (first, *[self.input[axis]] * len(sizes))
        wanted = [(at, self.output[at]) for at in (0, axis) if self.output[at] is not None]
        outs = ((values, self.runs.out(values, shape)) for values in product(*candidates))
        return [
            values for values, out in outs if out and len(out) == len(shape) and all(out[at] == o for at, o in wanted)
        ]

    def words(self, candidates: Numbers, found: Sequence[Setting]) -> Iterator[Setting]:
        """The settings with a word for one of the unknowns, where no number does the same beside the others."""
        self.runs.effort = Effort()
        for at, unknown in enumerate(self.step.unknowns):
            taken = {(*setting[:at], *setting[at + 1 :]) for setting in found}
            for word in unknown.words:
                for before, after in product(product(*candidates[:at]), product(*candidates[at + 1 :])):
                    for tail in self.inputs.completing((*before, word, *after)):
                        if (*before, *after, *tail) not in taken:
                            taken.add((*before, *after, *tail))
                            yield (*before, word, *after, *tail)


def _joined(axes: Sequence[Sequence[tuple[int, ...]]], places: Sequence[int]) -> Iterator[Setting]:
    """One candidate per axis, all with the same numbers but in some places, which hold one per axis."""
    sorted_out: list[dict[tuple[int, ...], list[tuple[int, ...]]]] = []
    for candidates in axes:
        by_rest: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
        for values in candidates:
            rest = tuple(value for at, value in enumerate(values) if at not in places)
            by_rest.setdefault(rest, []).append(tuple(values[at] for at in places))
        sorted_out.append(by_rest)
    for rest in sorted_out[0]:
        for picks in product(*(by_rest.get(rest, ()) for by_rest in sorted_out)):
            per_place = dict(zip(places, zip(*picks)))
            others = iter(rest)
            yield tuple(per_place[at] if at in per_place else next(others) for at in range(len(rest) + len(places)))


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, those that come more than once with a number behind them."""
    counted = [names[: at + 1].count(name) for at, name in enumerate(names)]
    return [f"{name} {at}" if names.count(name) > 1 else name for name, at in zip(names, counted)]


def _order(setting: Setting) -> list[tuple[bool, tuple[Value, ...]]]:
    """Smaller first, in the order of the columns; one number for all axes before one for each."""
    return [(isinstance(v, tuple), v if isinstance(v, tuple) else (v,)) for v in setting]
