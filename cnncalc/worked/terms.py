"""Numbers and sums in print: exact ones as decimals where they end, else as fractions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeAlias

Number: TypeAlias = "Fraction | float"
"""Exact where it can be, a float behind a root or an exponential."""

_PLACES: Final = 12


class Cell(NamedTuple):
    """One number of the output: where it stands, counted from 0, what it is and how it came about."""

    at: tuple[int, ...]
    value: Number
    working: str


def written(x: Number) -> str:
    """A number for reading: 19, −2, 36.5, 5/3; six digits of one that is not exact."""
    sign = "−" if x < 0 else ""
    if isinstance(x, float):
        return sign + f"{abs(x):.6g}"
    x = abs(x)
    places = _places(x.denominator)
    if places is None:
        return f"{sign}{x.numerator}/{x.denominator}"
    digits = str(x.numerator * 10**places // x.denominator).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits


def _places(denominator: int) -> int | None:
    """How many decimals a fraction with this denominator has; None where they don't end soon."""
    for places in range(_PLACES + 1):
        if 10**places % denominator == 0:
            return places
    return None


def decimals(values: Any) -> Any:
    """Nested lists of numbers as JSON has them: whole ones as such, others as floats."""
    if isinstance(values, list):
        return [decimals(one) for one in values]
    return float(values) if isinstance(values, float) or values.denominator != 1 else int(values)


def factor(x: Number) -> str:
    """A number as it stands in a product."""
    text = written(x)
    return f"({text})" if x < 0 or "/" in text else text


def total(numbers: Iterable[Fraction]) -> str:
    """`1 + 2 − 3`."""
    text = ""
    for x in numbers:
        text += (" − " if x < 0 else " + ") + written(abs(x)) if text else written(x)
    return text


def products(pairs: Iterable[tuple[Number, Number]]) -> str:
    """`0×0 + 1×1`."""
    return " + ".join(f"{factor(a)}×{factor(b)}" for a, b in pairs)


def root(x: Fraction) -> Number:
    """The square root, exact where it is a fraction."""
    above, below = math.isqrt(x.numerator), math.isqrt(x.denominator)
    return Fraction(above, below) if above**2 == x.numerator and below**2 == x.denominator else math.sqrt(x)
