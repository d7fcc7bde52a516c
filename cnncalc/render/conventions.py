"""What other tools count: as a column of the layer table, and explained for a network."""

from __future__ import annotations

import textwrap
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.conventions import CONVENTIONS, Convention, Rule, counted
from cnncalc.render.cells import number
from cnncalc.render.column import Column
from cnncalc.render.summary import Total
from cnncalc.render.units import human

FIRST = "1 MAC = 1 multiplication and 1 addition = 2 FLOPs. Most tools’ “flops” are MACs."
WIDTH = 100


def column(analysis: Analysis, name: str) -> Column:
    """What the tool counts for each row; None where it stops with an error."""
    numbers, convention = counted(analysis, name), CONVENTIONS[name]

    def get(_: Analysis, row: Row) -> int | None:
        found = [one.value for placed in row.placed if (one := numbers[placed.path])]
        return sum(found) if len(found) == len(row.placed) else None

    per_image = " per image" if convention.per == "image" and analysis.batch > 1 else ""
    return Column("counted", f"{name} {convention.called}{per_image}", get, number, adds_up=True)


def total(analysis: Analysis, name: str, column: Column) -> Total:
    """What the tool prints for the whole network, in its words and in ours."""
    convention, value = CONVENTIONS[name], column.sum(analysis)
    said = f"“{convention.called}” {_per(convention, analysis.batch)}; conventions says why"
    return Total(name, number(value, "chw"), f"no figure; {said}" if value is None else f"{human(value)} {said}")


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


def facts_of_rule(rule: Rule) -> dict[str, Any]:
    """A rule, for machines."""
    return {"formula": rule.formula and rule.formula.text(), "why": rule.why, "bug": rule.bug}


def wrapped(text: str, room: int, indent: str) -> list[str]:
    """Lines of an indented remark, those after the first a little further in."""
    return textwrap.wrap(text, room, initial_indent=indent, subsequent_indent=f"{indent}  ")
