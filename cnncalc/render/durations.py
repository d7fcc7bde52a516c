"""Times for people: 14.2 min, 18.96 h."""

from __future__ import annotations

from fractions import Fraction

from cnncalc.render.units import human

_SPANS = (
    (Fraction(3600), "h", 2),
    (Fraction(60), "min", 1),
    (Fraction(1), "s", 2),
    (Fraction(1, 10**3), "ms", 2),
    (Fraction(1, 10**6), "µs", 2),
    (Fraction(1, 10**9), "ns", 2),
    (Fraction(1, 10**12), "ps", 2),
)
"""Units, each with its seconds and the decimal places that it is shown with."""


def human_seconds(value: Fraction) -> str:
    """A time in the largest unit that it reaches; from a hundred hours on in days too."""
    hours = value / 3600
    if hours >= 100:
        return f"{_large(hours)} h = {_large(hours / 24)} days"
    for size, unit, digits in _SPANS:
        if value >= size:
            return f"{float(value / size):.{digits}f} {unit}"
    return f"{float(value):.2e} s" if value else "0 s"


def _large(value: Fraction) -> str:
    return f"{float(value):,.2f}" if value < 10**9 else human(int(value))
