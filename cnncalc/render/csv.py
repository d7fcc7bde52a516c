"""CSV: the rows and no total, so that a column can be summed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.render.column import Column


def render(analysis: Analysis, rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The columns under their names."""
    return written([[column.name for column in columns], *zip(*(column.values(analysis, rows) for column in columns))])


def written(rows: Iterable[Sequence[Any]]) -> str:
    """Rows of any cells; shapes as 96x55x55, channels first, None as nothing."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_cell(one)}" for name, one in value.items() if one is not None)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, tuple):
        return value
    nested = value and isinstance(value[0], tuple)
    return " ".join(map(_cell, value)) if nested else "x".join("" if one is None else str(one) for one in value)
