"""Reads printed formulas back: an evaluator of its own for ⌊ ⌋ ⌈ ⌉ · − / ∏ ∑ min max, exact but for decimal numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?(?:e-?\d+)?|[^\W\d]\w*|[-+−·/(),⌊⌋⌈⌉∏∑])")
FENCES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "⌊": ("⌋", math.floor),
    "⌈": ("⌉", math.ceil),
    "(": (")", lambda x: x),
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "∏": math.prod, "∑": sum}


def read(text: str, symbols: Mapping[str, Any] | None = None) -> Any:
    """The value of a printed formula; symbols only where it is printed with symbols."""
    reader = Reader(text, symbols or {})
    value = reader.sum()
    if reader.rest:
        raise ValueError(f"{' '.join(reader.rest)} is left of {text}")
    return value


class Reader:
    """Descends from sums over products to single values."""

    def __init__(self, text: str, symbols: Mapping[str, Any]) -> None:
        self.rest, self.symbols = TOKEN.findall(text), symbols
        if "".join(self.rest) != re.sub(r"\s", "", text):
            raise ValueError(f"a sign that nobody knows in {text}")

    def take(self, *signs: str) -> str | None:
        """The next sign if it is one of these."""
        return self.rest.pop(0) if self.rest and self.rest[0] in signs else None

    def sum(self) -> Any:
        value = self.product()
        while sign := self.take("+", "−"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Any:
        value = self.single()
        while sign := self.take("·", "/"):
            other = self.single()
            value = value * other if sign == "·" else value / other
        return value

    def single(self) -> Any:
        if self.take("−"):
            return -self.single()
        if fence := self.take(*FENCES):
            closing, function = FENCES[fence]
            value = function(self.sum())
            if not self.take(closing):
                raise ValueError(f"no {closing}")
            return value
        word = self.rest.pop(0)
        if word in FUNCTIONS:
            return Fraction(
                FUNCTIONS[word](self.arguments() if self.rest[0] == "(" else self.symbols[self.rest.pop(0)])
            )
        if word[0].isdigit():
            return float(word) if {".", "e"} & set(word) else Fraction(word)
        value = self.symbols[word]
        return value if isinstance(value, float) else Fraction(value)

    def arguments(self) -> Any:
        """What stands in brackets: one tuple by its symbol, or values."""
        self.take("(")
        if len(self.rest) > 1 and self.rest[1] == ")" and isinstance(self.symbols.get(self.rest[0]), tuple):
            return self.symbols[(self.rest.pop(0), self.rest.pop(0))[0]]
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        if not self.take(")"):
            raise ValueError("no )")
        return values
