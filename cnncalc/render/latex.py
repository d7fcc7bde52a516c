"""LaTeX: a table with a caption, ready to be pasted where the package booktabs is loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnncalc.analysis import Analysis, Row
from cnncalc.errors import visible
from cnncalc.render.column import Column
from cnncalc.render.summary import Total, title, total_cells, totals

_SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "×": r"$\times$",
    "–": "--",
    "−": "$-$",
    "→": r"$\to$",
    "…": r"\dots{}",
}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))


def escaped(text: str) -> str:
    """The text with every sign that means something to LaTeX spelled out.

    >>> escaped("conv_1 is 3×32×32")
    'conv\\\\_1 is 3$\\\\times$32$\\\\times$32'
    """
    return _SIGN.sub(lambda found: _SIGNS[found[0]], visible(text))


def table(
    headers: Sequence[str], right: Sequence[bool], rows: Sequence[Sequence[str]], total: Sequence[str] = ()
) -> str:
    """The `tabular` environment, numbers aligned right, a total below a rule."""
    listed = [_row(headers), r"\midrule", *map(_row, rows), *([r"\midrule", _row(total)] if total else [])]
    columns = "".join("r" if one else "l" for one in right)
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", r"\toprule", *listed, r"\bottomrule", r"\end{tabular}"])


def _row(cells: Sequence[str]) -> str:
    return rf"{' & '.join(map(escaped, cells))} \\"


def render(
    analysis: Analysis,
    rows: Sequence[Row],
    columns: Sequence[Column],
    layout: str,
    of: int,
    also: Sequence[Total] = (),
) -> str:
    """The layer table, `of` so many rows that there are, with the totals and `also` these in its caption."""
    cells = [[column.cell(column.get(analysis, row), layout) for column in columns] for row in rows]
    body = table([c.header for c in columns], [c.right for c in columns], cells, total_cells(analysis, columns))
    sums = "; ".join(
        f"{name} {exact}{f' ({remark})' if remark else ''}" for name, exact, remark in [*totals(analysis), *also]
    )
    part = f" {len(rows):,} of {of:,} rows; the totals are those of all." if len(rows) < of else ""
    caption = escaped(f"{title(analysis, layout)[0].text}. {sums}.{part}")
    return (
        "% needs \\usepackage{booktabs}\n"
        f"\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n{body}\n\\end{{table}}\n"
    )
