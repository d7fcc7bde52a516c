"""Rounded figures for people; exact ones always stand beside them. K, M, G, T are powers of 1000."""

from __future__ import annotations


def human(value: int) -> str:
    """A count in a unit: 4.09 G."""
    if value >= 10**18:
        return f"{value:.2e}" if value < 10**300 else f"1e{len(str(value)) - 1}"
    for power, unit in ((5, "P"), (4, "T"), (3, "G"), (2, "M"), (1, "K")):
        if value >= 1000**power:
            return f"{_rounded(value, 1000**power)} {unit}"
    return str(value)


def human_bytes(value: int) -> str:
    """Bytes in a unit: 249.5 MB."""
    if value >= 10**18:
        return f"{human(value)} B"
    for power, unit in ((5, "PB"), (4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if value >= 1000**power:
            tenths = (value * 10 + 1000**power // 2) // 1000**power
            return f"{tenths // 10:,}.{tenths % 10} {unit}"
    return f"{value} B"


def _rounded(value: int, unit: int) -> str:
    hundredths = (value * 100 + unit // 2) // unit
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"
