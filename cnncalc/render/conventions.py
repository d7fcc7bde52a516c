"""What other tools count: as a column of the layer table, and explained for a network."""

from __future__ import annotations

from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.conventions import CONVENTIONS, Convention, counted
from cnncalc.render.column import Column
from cnncalc.render.summary import Total
from cnncalc.render.units import human


def column(analysis: Analysis, name: str) -> Column:
    """What the tool counts for each row; None where it stops with an error."""
    numbers, convention = counted(analysis, name), CONVENTIONS[name]

    def get(_: Analysis, row: Row) -> int | None:
        found = [number.value for placed in row.placed if (number := numbers[placed.path])]
        return sum(found) if len(found) == len(row.placed) else None

    return Column("counted", f"{name} {convention.called}", get, _cell, adds_up=True)


def _cell(value: int | None, layout: str) -> str:
    return "–" if value is None else f"{value:,}"


def total(analysis: Analysis, name: str, column: Column) -> Total:
    """What the tool prints for the whole network, in its words and in ours."""
    convention, value = CONVENTIONS[name], column.sum(analysis)
    said = f"“{convention.called}”: {convention.counts}; {_per(convention, analysis.batch)}"
    return Total(name, _cell(value, "chw"), f"no figure; {said}" if value is None else f"{human(value)} {said}")


def _per(convention: Convention, batch: int) -> str:
    whole = f" of {batch}" if batch > 1 and convention.per == "batch" else ""
    return f"per {convention.per}{whole}"


def facts(name: str) -> dict[str, Any]:
    """The convention, for machines."""
    convention = CONVENTIONS[name]
    return {
        "name": name,
        "tool": convention.tool,
        "version": convention.version,
        "called": convention.called,
        "counts": convention.counts,
        "per": convention.per,
    }
