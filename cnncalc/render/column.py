"""What a column is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnncalc.analysis import Analysis, Row


class Column(NamedTuple):
    """A column: its header, its exact value, how people read it, and whether it adds up to a total."""

    name: str
    header: str
    get: Callable[[Analysis, Row], Any]
    cell: Callable[[Any, str], str]
    """The cell of a value, in a layout of shapes (`chw` or `hwc`)."""
    adds_up: bool = False
    numeric: bool = False

    @property
    def right(self) -> bool:
        """Whether its cells are aligned right."""
        return self.adds_up or self.numeric

    def values(self, analysis: Analysis, rows: Sequence[Row]) -> list[Any]:
        """Its exact values."""
        return [self.get(analysis, row) for row in rows]

    def sum(self, analysis: Analysis) -> Any:
        """The sum over all rows; None where the value of a row is not known."""
        values = self.values(analysis, analysis.rows)
        return None if None in values else sum(values)

    def total(self, analysis: Analysis) -> str:
        """The sum over all rows for reading, where it adds up."""
        return self.cell(self.sum(analysis), "chw") if self.adds_up else ""


def order(value: Any) -> Any:
    """What a value is sorted by: null is less than anything."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    return (value is not None, tuple(map(order, value)) if isinstance(value, tuple) else value)
