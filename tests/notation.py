"""Reads printed formulas back: an evaluator of its own for ⌊ ⌋ ⌈ ⌉ · − / ∏ ∑ min max, exact but for decimal numbers.

And for what LaTeX has in their places, with products that have no sign.
"""

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
    return reader.whole(text)


def read_latex(text: str, symbols: Mapping[str, Any] | None = None) -> Any:
    """The value of a formula in LaTeX."""
    reader = LatexReader(text, {latex_name(name): value for name, value in (symbols or {}).items()})
    return reader.whole(text)


def latex_name(symbol: str) -> str:
    """A symbol without what only tells how it is set."""
    return re.sub(r"\\text|[{}_\\]", "", symbol)


class Reader:
    """Descends from sums over products to single values."""

    token = TOKEN

    def __init__(self, text: str, symbols: Mapping[str, Any]) -> None:
        self.rest, self.symbols = self.token.findall(text), symbols
        if "".join(self.rest) != re.sub(r"\s", "", text):
            raise ValueError(f"a sign that nobody knows in {text}")

    def whole(self, text: str) -> Any:
        """The value of everything there is."""
        value = self.sum()
        if self.rest:
            raise ValueError(f"{' '.join(self.rest)} is left of {text}")
        return value

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


LATEX_SIGNS = {"-": "−", r"\cdot": "·", r"\prod": "∏", r"\sum": "∑", r"\min": "min", r"\max": "max"}
LATEX_FENCES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "(": (")", lambda x: x),
    r"\lfloor": (r"\rfloor", math.floor),
    r"\lceil": (r"\rceil", math.ceil),
    r"\left(": (r"\right)", lambda x: x),
    r"\left\lfloor": (r"\right\rfloor", math.floor),
    r"\left\lceil": (r"\right\rceil", math.ceil),
}


class LatexReader(Reader):
    """The same from LaTeX; its brackets come in pairs, `\\left(` with `\\right)`."""

    token = re.compile(
        r"\s*(\d+(?:\.\d+)?|\\text\{(?:\w|\\_)+\}|[A-Za-z](?:_\{(?:\w|\\text\{\w+\})\})?|"
        r"\\left(?:\(|\\lfloor|\\lceil)|\\right(?:\)|\\rfloor|\\rceil)|\\[a-z]+|[-+(),{}^])"
    )

    def __init__(self, text: str, symbols: Mapping[str, Any]) -> None:
        super().__init__(text, symbols)
        self.rest = [LATEX_SIGNS.get(sign, sign) for sign in self.rest]

    def product(self) -> Any:
        value = self.single()
        while self.take("·") or self.another():
            value = value * self.single()
        return value

    def single(self) -> Any:
        if self.take("−"):
            return -self.single()
        if fence := self.take(*LATEX_FENCES):
            closing, function = LATEX_FENCES[fence]
            return self.up_to(closing, function)
        if self.take(r"\frac"):
            return self.braced() / self.braced()
        word = self.rest.pop(0)
        if word in FUNCTIONS:
            return Fraction(FUNCTIONS[word](self.arguments()))
        if word[0].isdigit():
            value = float(word) if "." in word else Fraction(word)
            return value ** int(self.braced()) if self.take("^") else value
        value = self.symbols[latex_name(word)]
        return value if isinstance(value, float | tuple) else Fraction(value)

    def another(self) -> bool:
        """Whether a factor follows without a sign."""
        return any(self.rest[0] in ("(", r"\left(") or latex_name(word) in self.symbols for word in self.rest[:1])

    def up_to(self, closing: str, function: Callable[[Any], Any]) -> Any:
        value = function(self.sum())
        if not self.take(closing):
            raise ValueError(f"no {closing}")
        return value

    def braced(self) -> Any:
        if not self.take("{"):
            raise ValueError("no {")
        return self.up_to("}", lambda x: x)

    def arguments(self) -> Any:
        """One tuple by its symbol, with or without brackets, or values in brackets."""
        fence = self.take("(", r"\left(")
        if not fence:
            return self.single()
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        if not self.take(LATEX_FENCES[fence][0]):
            raise ValueError("no closing bracket")
        return values[0] if isinstance(values[0], tuple) else values
