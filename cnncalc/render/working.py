"""Numbers with their workings, as `explain` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cnncalc.formula import Number

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Step(NamedTuple):
    """A number by its name, with everything that leads to it."""

    name: str
    number: Number
    result: str


class Part(NamedTuple):
    """Steps that belong together, and what is said of them; a sentence alone where there are none."""

    told: str
    steps: tuple[Step, ...] = ()


def alike(steps: Sequence[Step]) -> Iterator[Step]:
    """Axes with the same working become one step: `height, width`."""
    for _, group in groupby(steps, key=lambda step: (step.number.formula.source, step.number.text())):
        same = list(group)
        yield same[0]._replace(name=", ".join(step.name for step in same))
