"""A question with its answer: everything in it comes from a spec that the engine has read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple, TypeAlias

from cnncalc.render.working import Step

UNITS = {
    "params": "parameters",
    "weights": "weights",
    "macs": "MACs",
    "flops": "FLOPs",
    "field": "pixels",
    "output": "features",
}


class Answer(NamedTuple):
    """A value and how it comes about."""

    value: int | tuple[int, ...]
    """A count, a number of pixels, or a volume with its channels last."""
    derivation: tuple[Step, ...]
    legend: tuple[tuple[str, str], ...]
    """The symbols of the derivation."""


class Question(NamedTuple):
    """One thing asked, with all the facts that it takes; volumes are written height × width × channels."""

    topic: str
    text: str
    quantity: str
    """`output`, `params`, `weights`, `macs`, `flops`, `field` or `padding`."""
    found: Answer
    spec: str = ""
    """The network that the answer is read from; empty where the user has it."""

    @property
    def value(self) -> int | tuple[int, ...]:
        """The answer itself."""
        return self.found.value

    @property
    def derivation(self) -> tuple[Step, ...]:
        """How the answer comes about."""
        return self.found.derivation

    @property
    def unit(self) -> str | None:
        """What is counted; None for a volume and for a setting."""
        return None if isinstance(self.value, tuple) else UNITS.get(self.quantity)

    @property
    def answer(self) -> str:
        """The answer as it is written: `28×28×10`, `760 parameters`."""
        if isinstance(self.value, tuple):
            return "×".join(map(str, self.value))
        return f"{self.value:,} {self.unit}" if self.unit else f"{self.value:,}"


Draw: TypeAlias = Callable[[Random], Question | None]
"""Draws a question; none, or a `SpecError`, where the numbers make no good one, and the next draw may."""
