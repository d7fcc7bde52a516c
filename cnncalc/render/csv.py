"""CSV: the rows and no total, so that a column can be summed."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from cnncalc.analysis import Row
from cnncalc.render.columns import Column


def render(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The columns under their names; shapes as 96x55x55, channels first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([[_cell(column.get(row)) for column in columns] for row in rows])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    nested = value and isinstance(value[0], tuple)
    return " ".join(map(_cell, value)) if nested else "x".join(map(str, value))
