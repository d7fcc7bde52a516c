"""Pages of paragraphs and small tables, as text, as Markdown and as LaTeX."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.render import latex as tex
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped
from cnncalc.render.markdown import table as markdown_table

WIDTH = 80


class Table(NamedTuple):
    """Rows under their headers; the last column is wrapped where a line is too narrow for it."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Page(NamedTuple):
    """A title, and paragraphs and tables in turn."""

    title: str
    parts: Sequence[str | Table]


def lines(page: Page, width: int | None = None) -> Iterator[Line]:
    """The page as text of so many columns."""
    room = max(40, min(width or WIDTH, 100))
    yield Line(page.title, "title")
    for at, part in enumerate(page.parts):
        if at:
            yield Line("")
        if isinstance(part, str):
            yield from (Line(line) for line in textwrap.wrap(part, room, break_on_hyphens=False))
        else:
            yield from _table(part, room)


def _table(table: Table, room: int) -> Iterator[Line]:
    rows = [table.headers, *table.rows]
    wide = [max(len(row[at]) for row in rows) for at in range(len(table.headers) - 1)]
    left = sum(wide) + 2 * len(wide)
    for row in rows if any(table.headers) else table.rows:
        start = "".join(f"{cell:<{w}}  " for cell, w in zip(row, wide))
        first, *others = textwrap.wrap(row[-1], max(room - left, 20), break_on_hyphens=False) or [""]
        yield Line(start + first, "header" if row is table.headers else "")
        yield from (Line(" " * left + other) for other in others)


def markdown(page: Page) -> str:
    """The page as Markdown."""
    parts = [
        f"{escaped(part)}\n"
        if isinstance(part, str)
        else markdown_table(part.headers, [False] * len(part.headers), part.rows)
        for part in page.parts
    ]
    return "\n".join([f"### {escaped(page.title)}\n", *parts])


def latex(page: Page) -> str:
    """The page as a fragment of LaTeX, which needs the package booktabs."""
    parts = [
        f"{tex.escaped(part)}\n"
        if isinstance(part, str)
        else f"\\begin{{center}}\n{tex.table(part.headers, [False] * len(part.headers), part.rows)}\n\\end{{center}}\n"
        for part in page.parts
    ]
    return "\n".join([f"\\subsection*{{{tex.escaped(page.title)}}}", *parts])
