"""Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis import Analysis, Row
from cnncalc.errors import visible
from cnncalc.render.column import Column
from cnncalc.render.summary import Total, title, total_cells, totals


def table(headers: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    """A table, numbers aligned right."""
    rule = ["---:" if right else ":---" for right in numeric]
    return "".join(f"| {' | '.join(escaped(cell) for cell in cells)} |\n" for cells in (headers, rule, *rows))


def escaped(text: str) -> str:
    """The text with the signs that would end a cell spelled out."""
    return visible(text).replace("|", "\\|")


def render(
    analysis: Analysis,
    rows: Sequence[Row],
    columns: Sequence[Column],
    layout: str,
    of: int,
    also: Sequence[Total] = (),
) -> str:
    """The layer table, `of` so many rows that there are, and the totals and `also` these."""
    cells = [[column.cell(column.get(analysis, row), layout) for column in columns] for row in rows]
    total = [f"**{cell}**" if cell else "" for cell in total_cells(analysis, columns)]
    numeric = [column.right for column in columns]
    heading = escaped(title(analysis, layout)[0].text)
    listed = "".join(
        f"- {name}: {exact}{f' ({remark})' if remark else ''}\n" for name, exact, remark in [*totals(analysis), *also]
    )
    part = f"\n{len(rows):,} of {of:,} rows; the totals are those of all.\n" if len(rows) < of else ""
    body = table([c.header for c in columns], numeric, [*cells, total])
    return f"### {heading}\n\n{body}{part}\n{listed}"
