"""Quantities on the command line: 24GB, 12T, 1M. K, M, G, T, P are powers of 1000, Ki, Mi, Gi, Ti of 1024."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, NamedTuple

from cnncalc.errors import Problem, SpecError
from cnncalc.figure import UNITS

_THOUSANDS: Final = {"": 1} | {letter: 1000**power for letter, power in UNITS.items() if letter != "B"}
_BINARY: Final = {f"{letter}i": 1024**power for letter, power in UNITS.items() if letter in "KMGT"}
_LONGEST, _LIMIT = 60, 2**256
_DIGITS = r"\d+(?:_\d+)*"
_TEXT = re.compile(
    rf"(?P<number>{_DIGITS}(?:\.{_DIGITS})?|\.{_DIGITS})(?P<power>[eE][+-]?\d{{1,3}})? ?(?P<unit>\D*)", re.ASCII
)


class Kind(NamedTuple):
    """What an option counts: its prefixes, the units that may stand behind them, and an example."""

    prefixes: dict[str, int]
    units: tuple[str, ...]
    example: str

    def factor(self, unit: str) -> int | None:
        """What a prefix with its unit stands for."""
        known = {f"{prefix}{unit}": factor for unit in self.units for prefix, factor in self.prefixes.items()}
        return known.get(unit)


COUNT = Kind(_THOUSANDS, ("",), "1M")
BYTES = Kind(_THOUSANDS | _BINARY, ("B", ""), "24GB or 24GiB")
RATE = Kind(_THOUSANDS, ("", "/s", "FLOPS", "FLOP/s", "FLOPs/s"), "12T")
BANDWIDTH = Kind(_THOUSANDS | _BINARY, ("B", "B/s", "", "/s"), "600GB/s")


def quantity(option: str, text: str | None, kind: Kind) -> int | None:
    """The whole number, at least 1, that an option was given, if it was; `SpecError` where it is none.

    >>> quantity("--memory", "1.5 GiB", BYTES), quantity("--flops-rate", "0.15T", RATE)
    (1610612736, 150000000000)
    """
    if text is None:
        return None
    found = _TEXT.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    factor = kind.factor(found["unit"]) if found else None
    if not found or not factor:
        raise _refusal(option, text, "is no quantity", kind)
    value = Fraction(f"{found['number']}{found['power'] or ''}".replace("_", "")) * factor
    if value < 1:
        raise _refusal(option, text, "is below 1", kind)
    if value >= _LIMIT:
        raise _refusal(option, text, "is beyond 2**256", kind)
    if value.denominator > 1:
        raise _refusal(option, text, "is no whole number", kind)
    return int(value)


def _refusal(option: str, text: str, message: str, kind: Kind) -> SpecError:
    return SpecError(Problem(f"{option} {text}: {message}", hint=f"for example {option} {kind.example}"))
