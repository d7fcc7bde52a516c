"""Cells in aligned columns, whole columns left out where the terminal is narrow; no digit is ever cut."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.render.lines import Line

GAP = "  "


class Grid(NamedTuple):
    """Rows of cells below headers; the first column is aligned left, as are those that are not `numeric`."""

    names: Sequence[str]
    headers: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[tuple[str, Sequence[str]]]
    """The role of each row's line, and its cells."""

    def lines(self, width: int | None = None, leaves_first: Sequence[str] = ()) -> list[Line]:
        """The table, and below it the names of the columns that were left out."""
        widths = [max(map(len, cells)) for cells in zip(self.headers, *(cells for _, cells in self.rows))]
        kept = self._kept(widths, width, leaves_first)
        rule = "─" * (sum(widths[at] for at in kept) + len(GAP) * (len(kept) - 1))
        lines = [self._line("header", self.headers, widths, kept), Line(rule)]
        for role, cells in self.rows:
            if role == "total":
                lines.append(Line(rule))
            lines.append(self._line(role, cells, widths, kept))
        left_out = [self.headers[at] for at in range(len(widths)) if at not in kept]
        if left_out:
            told = f"left out at {width} columns: {', '.join(left_out)}"
            lines += [Line(line, "note") for line in textwrap.wrap(told, max(width or 0, 40))]
        return lines

    def _kept(self, widths: Sequence[int], width: int | None, leaves_first: Sequence[str]) -> list[int]:
        kept = list(range(len(widths)))
        shares = [name for name in reversed(self.names) if name.endswith("%")]
        for name in [*shares, *leaves_first]:
            if width is None or sum(widths[at] for at in kept) + len(GAP) * (len(kept) - 1) <= width:
                break
            kept = [at for at in kept if self.names[at] != name]
        return kept

    def _line(self, role: str, cells: Sequence[str], widths: Sequence[int], kept: Sequence[int]) -> Line:
        padded = (cells[at].rjust(widths[at]) if self.numeric[at] else cells[at].ljust(widths[at]) for at in kept)
        return Line(GAP.join(padded), role)
