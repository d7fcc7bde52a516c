"""Rounded figures for people; exact ones always stand beside them. K, M, G, T are powers of 1000."""

from __future__ import annotations

_POWERS = {1: "K", 2: "M", 3: "G", 4: "T"}


def human(value: int) -> str:
    """A count in a unit: 4.09 G."""
    return (_scaled(value, 2) or str(value)).rstrip()


def human_bytes(value: int) -> str:
    """Bytes in a unit: 249.5 MB."""
    scaled = _scaled(value, 1)
    return f"{scaled.replace('K', 'k')}B" if scaled else f"{value} B"


def _scaled(value: int, digits: int) -> str | None:
    """The value in the largest unit that it reaches when rounded; None below a thousand."""
    if value < 1000:
        return None
    if value >= 10**18:
        return f"{value:.2e} " if value < 10**300 else f"1e{len(str(value)) - 1} "
    for power, unit in reversed(_POWERS.items()):
        scale = 1000**power // 10**digits
        rounded = (value + scale // 2) // scale
        if rounded >= 10**digits:
            return f"{rounded // 10**digits:,}.{rounded % 10**digits:0{digits}d} {unit}"
    return None
