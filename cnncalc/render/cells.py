"""How values are written in cells, for people; `layout` is the order of shapes, `chw` or `hwc`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.layers import Shape
from cnncalc.render.units import human_bytes

NONE = "–"
"""The cell of what there is not."""


def shape_text(shape: Shape, layout: str = "chw") -> str:
    """A shape for reading, 96×55×55, or with the channels last."""
    ordered = (*shape[1:], shape[0]) if layout == "hwc" and len(shape) > 1 else shape
    return "×".join(map(str, ordered))


def text(value: Any, layout: str) -> str:
    """Anything as it is."""
    return str(value)


def count(value: int, layout: str) -> str:
    """A count in groups of three digits."""
    return f"{value:,}"


def in_bytes(value: int, layout: str) -> str:
    """Bytes in their unit."""
    return human_bytes(value)


def shapes(shapes: Sequence[Shape], layout: str) -> str:
    """Several shapes."""
    return " ".join(shape_text(shape, layout) for shape in shapes)


def per_axis(value: Any, layout: str = "chw") -> str:
    """A number per axis for reading: 195×195; a dash for what there is not."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {per_axis(one)}" for name, one in value.items() if one is not None) or NONE
    if isinstance(value, tuple):
        return "×".join(map(per_axis, value))
    return NONE if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def number(value: float | None, layout: str) -> str:
    """A count, or a real number to four digits."""
    return NONE if value is None else f"{value:.4g}" if isinstance(value, float) else f"{value:,}"


def quotient(value: float | None, layout: str) -> str:
    """A quotient to two decimals."""
    return NONE if value is None else f"{value:,.2f}"


def percent(value: float | None, layout: str) -> str:
    """Percent to two decimals."""
    return NONE if value is None else f"{value:.2f}"
