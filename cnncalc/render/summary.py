"""The layer table: block calls as a tree, a total below, and the totals in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.analysis import Analysis, Row
from cnncalc.render.cells import shape_text
from cnncalc.render.column import Column
from cnncalc.render.columns import LEAVES_FIRST
from cnncalc.render.grid import Grid
from cnncalc.render.lines import Line
from cnncalc.render.units import human, human_bytes

INDENT = "  "


def lines(
    analysis: Analysis,
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    layout: str = "chw",
    tree: bool = True,
    width: int | None = None,
    of: int | None = None,
    also: Sequence[Total] = (),
) -> list[Line]:
    """The table of these rows, `of` so many that there are, and the totals of the whole network and `also` these."""
    body = (
        [*_tree(analysis, rows, columns, layout)]
        if tree
        else [("", _cells(analysis, row, columns, layout)) for row in rows]
    )
    body.append(("total", total_cells(analysis, columns)))
    grid = Grid(
        [column.name for column in columns],
        [column.header for column in columns],
        [column.right for column in columns],
        body,
    )
    part = [Line(f"{len(rows):,} of {of:,} rows; the totals are those of all", "note")] if of and of > len(rows) else []
    return [
        *title(analysis, layout),
        *grid.lines(width, LEAVES_FIRST),
        *part,
        Line(""),
        *_total_lines([*totals(analysis), *also]),
    ]


def title(analysis: Analysis, layout: str) -> list[Line]:
    """The network's name, its inputs, and the batch if there is more than one image in it."""
    batch = f", batch {analysis.batch}: MACs and FLOPs are for the whole batch" if analysis.batch > 1 else ""
    return [Line(f"{heading(analysis, layout)}{batch}", "title"), Line("")]


def heading(analysis: Analysis, layout: str) -> str:
    """The network's name and its inputs."""
    inputs = analysis.network.inputs
    shapes = ", ".join(
        shape_text(shape, layout) if len(inputs) == 1 else f"{name} {shape_text(shape, layout)}"
        for name, shape in inputs.items()
    )
    return f"{analysis.network.name} on {shapes}"


class Total(NamedTuple):
    """A total by its name, exact, with what there is to say of it."""

    name: str
    exact: str
    remark: str


def totals(analysis: Analysis) -> list[Total]:
    """Every total by its name and unit, exact and rounded."""
    sums = analysis.totals
    frozen = sums["params"] - sums["trainable"]
    split = f"{sums['weights']:,} weights + {sums['biases']:,} biases{f', {frozen:,} of them frozen' if frozen else ''}"
    held = f"{human_bytes(sums['param_bytes'])} as {analysis.dtype}"
    count = len(analysis.rows)
    layers = f"weight layers on the longest path, {count:,} layer{'s' if count > 1 else ''} in all"
    return [
        Total("MACs", f"{sums['macs']:,}", human(sums["macs"])),
        Total("FLOPs", f"{sums['flops']:,}", f"{human(sums['flops'])}, two per MAC"),
        Total("params", f"{sums['params']:,}", f"{human(sums['params'])}: {split}; {held}"),
        Total("buffers", f"{sums['buffers']:,}", "running statistics, not learnt" if sums["buffers"] else ""),
        Total("depth", f"{analysis.depth:,}", layers),
    ]


def _total_lines(found: Sequence[Total]) -> list[Line]:
    names, wide = max(7, *(len(total.name) for total in found)), max(len(total.exact) for total in found)
    return [Line(f"{total.name:<{names}} {total.exact:>{wide}}  {total.remark}") for total in found]


def total_cells(analysis: Analysis, columns: Sequence[Column]) -> list[str]:
    """The sums below the columns that add up."""
    return ["total" if column.name == "layer" else column.total(analysis) for column in columns]


def _cells(analysis: Analysis, row: Row, columns: Sequence[Column], layout: str, label: str | None = None) -> list[str]:
    cells = [column.cell(column.get(analysis, row), layout) for column in columns]
    return [label if column.name == "layer" and label else cell for column, cell in zip(columns, cells)]


def _tree(
    analysis: Analysis, rows: Sequence[Row], columns: Sequence[Column], layout: str
) -> Iterator[tuple[str, list[str]]]:
    """The rows indented below their block calls; a call's own line bears its block and its output, no counts."""
    open_calls: tuple[str, ...] = ()
    for row in rows:
        calls = row.calls
        paths = tuple(call.path for call in calls)
        shared = next(
            (at for at, (a, b) in enumerate(zip(open_calls, paths)) if a != b), min(len(open_calls), len(paths))
        )
        for level in range(shared, len(calls)):
            yield "block", _heading(analysis, calls[level].path, calls[level].block, level, columns, layout)
        open_calls = paths
        label = row.path.rpartition(".")[2]
        yield "", _cells(analysis, row, columns, layout, INDENT * len(calls) + label)


def _heading(
    analysis: Analysis, path: str, block: str, level: int, columns: Sequence[Column], layout: str
) -> list[str]:
    output = analysis.network.shape(analysis.network.blocks[path])
    known = {
        "layer": INDENT * level + path.rpartition(".")[2],
        "type": block,
        "output": shape_text(output, layout),
    }
    return [known.get(column.name, "") for column in columns]
