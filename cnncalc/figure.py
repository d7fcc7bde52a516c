"""Counts as papers write them: 60M, 4.1G. Each is stated to its last digit and says nothing of those behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

UNITS: Final = {"K": 1, "k": 1, "M": 2, "G": 3, "B": 3, "T": 4, "P": 5}
"""The powers of 1000 by their letters; B is the billion of papers."""

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_FIGURE = re.compile(rf"\s*({_DIGITS})?(?:\.({_DIGITS}))?\s*([{''.join(UNITS)}])\s*")
LONGEST: Final = 100
_LIMIT: Final = 2**256


@dataclass(frozen=True, slots=True)
class Figure:
    """So many steps, a step being a one in the last digit: 4.1G is 41 steps of 100 million."""

    text: str
    steps: int
    step: int

    @classmethod
    def read(cls, text: str) -> Figure | None:
        """The figure that a text is, if it is one.

        >>> Figure.read("4.1G")
        Figure(text='4.1G', steps=41, step=100000000)
        """
        found = _FIGURE.fullmatch(text) if len(text) <= LONGEST else None
        if not found or found[1] is found[2] is None:
            return None
        whole, part = (found[1] or "").replace("_", ""), (found[2] or "").replace("_", "")
        zeros = 3 * UNITS[found[3]] - len(part)
        if zeros < 0:  # digits behind the ones, which no count has
            return None
        figure = cls(text.strip(), int(whole + part), 10**zeros)
        return figure if figure.value < _LIMIT else None

    def __str__(self) -> str:
        return self.text

    @property
    def value(self) -> int:
        """The count that it would be if nothing had been left out."""
        return self.steps * self.step

    def rounds(self, exact: int) -> bool:
        """Whether it is the exact count rounded, a half either way."""
        return 2 * abs(exact - self.value) <= self.step

    def cuts(self, exact: int) -> bool:
        """Whether it is the exact count with its further digits cut off."""
        return self.value <= exact < self.value + self.step
