"""The layers of two networks, aligned, as far as they differ; and what that amounts to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.comparison import Pair
from cnncalc.render.cells import shape_text
from cnncalc.render.comparison import Side, times
from cnncalc.render.csv import written
from cnncalc.render.grid import Grid
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table

COLUMNS = {
    "layer": "layer", "type": "type", "differs": "differs", "output": "output",
    "params": "params", "params_ratio": "ratio", "macs": "MACs", "macs_ratio": "ratio",
}  # fmt: skip
"""The names of the columns and their headers."""
LEAVES_FIRST = ("type", "params_ratio", "output", "macs_ratio", "params", "differs")
"""The order in which columns are left out where the terminal is narrow."""
COUNTS = ("params", "macs")
SUMS = ("layers", "-", "+", "params", "MACs")
LONGEST_PERIOD = 4
CHANGES = {
    "equal": "equal", "resized": "at another size", "changed": "changed", "removed": "only in -", "added": "only in +"
}  # fmt: skip
"""The changes in words."""

Cells = tuple[str, list[str]]
"""The role of a line, and its cells."""


def lines(one: Side, other: Side, pairs: Sequence[Pair], layout: str, width: int | None) -> list[Line]:
    """The layers that differ, runs of equal ones in a line each; then the sums of what differs."""
    grid = Grid([*COLUMNS], [*COLUMNS.values()], _NUMERIC, [*_rows(one, other, pairs, layout)])
    heading = [Line(f"- {one.label}", "bad"), Line(f"+ {other.label}", "good"), Line("")]
    sums = Grid(SUMS, SUMS, _SUMS_NUMERIC, [*_sums(pairs)])
    return [*heading, *grid.lines(width, LEAVES_FIRST), Line(""), *sums.lines(), Line("")]


def markdown(one: Side, other: Side, pairs: Sequence[Pair], layout: str) -> str:
    """The same as two tables."""
    rows = [cells for _, cells in _rows(one, other, pairs, layout)]
    sums = [cells for _, cells in _sums(pairs)]
    heading = f"### - {escaped(one.label)}, + {escaped(other.label)}"
    layers = table([*COLUMNS.values()], _NUMERIC, [[cell.strip() for cell in cells] for cells in rows])
    return f"{heading}\n\n{layers}\n{table(SUMS, _SUMS_NUMERIC, sums)}\n"


def csv(alignments: Sequence[tuple[Side, Sequence[Pair]]]) -> str:
    """A line per pair of layers, exact: that of the first network, and that of the `spec`."""
    sides = [f"{name}_{side}" for name in ("layer", "type", "output", *COUNTS) for side in ("first", "other")]
    rows: list[Sequence[Any]] = [["spec", "change", "differs", *sides]]
    for other, pairs in alignments:
        for pair in pairs:
            differs = "; ".join(f"{name} {_value(a)} -> {_value(b)}" for name, (a, b) in pair.differs.items())
            both = [
                (row.path, row.type, row.output, *map(row.counts.get, COUNTS)) if row else (None,) * 5
                for row in (pair.one, pair.other)
            ]
            rows.append([other.label, pair.change, differs, *(cell for cells in zip(*both) for cell in cells)])
    return written(rows)


_NUMERIC = (False, False, False, True, True, True, True, True)
_SUMS_NUMERIC = (False, True, True, True, True)


def _rows(one: Side, other: Side, pairs: Sequence[Pair], layout: str) -> Iterator[Cells]:
    """Two lines for a layer that differs, one for a layer or block call on one side alone, one for many equal ones."""
    alone = {"removed": ("-", "bad", _calls(one.analysis)), "added": ("+", "good", _calls(other.analysis))}
    for kind, group in groupby(pairs, key=_kind):
        run = list(group)
        if kind == "changed":
            for pair in run:
                yield from _changed(pair, layout)
        elif kind in alone:
            sign, role, calls = alone[kind]
            rows = _whole([row for pair in run for row in pair[:2] if row], calls)
            for alike, repeats in _repeats(rows):
                yield role, _alone(sign, alike, repeats, layout)
        else:
            count = sum(pair.layers[0] for pair in run)
            layers = f"layer{'s' if count > 1 else ''}"
            told = f"{count:,} equal {layers}" if kind == "equal" else f"{count:,} {layers} at another size"
            yield "block", [f"  {told}", *[""] * (len(COLUMNS) - 1)]


def _kind(pair: Pair) -> str:
    """The change that is shown: a layer at another size is shown itself where its numbers are others."""
    differs = any(pair.difference(quantity) for quantity in COUNTS)
    return "changed" if pair.change == "resized" and differs else pair.change


def _changed(pair: Pair, layout: str) -> Iterator[Cells]:
    assert pair.one and pair.other
    differs = {name: (_value(mine), _value(its)) for name, (mine, its) in pair.differs.items()}
    if not differs and pair.one.output == pair.other.output and pair.one.inputs != pair.other.inputs:
        differs["input"] = _shapes(pair.one, layout), _shapes(pair.other, layout)
    mine, its = (", ".join(f"{name} {both[at]}" for name, both in differs.items()) for at in (0, 1))
    ratios = [times(pair.other.counts[quantity], pair.one.counts[quantity]) for quantity in COUNTS]
    yield "bad", _cells("-", [pair.one], mine, layout)
    yield "good", _cells("+", [pair.other], its, layout, ratios)


def _shapes(row: Row, layout: str) -> str:
    return " ".join(shape_text(shape, layout) for shape in row.inputs)


def _alone(sign: str, rows: Sequence[Row], repeats: int, layout: str) -> list[str]:
    """The cells of what one side alone has: a layer, a block call, or `repeats` times the same of these."""
    layers = sum(len(row.placed) for row in rows) // repeats
    told = f"{layers:,} layer{'s' if layers > 1 else ''}" if layers * repeats > 1 else ""
    cells = _cells(sign, rows, f"{repeats:,} × {told}" if repeats > 1 else told, layout)
    cells[1] = ", ".join(row.type for row in rows[: len(rows) // repeats])
    return cells


def _cells(sign: str, rows: Sequence[Row], differs: str, layout: str, ratios: Sequence[str] = ("", "")) -> list[str]:
    path, last = rows[0].path, rows[-1]
    if len(rows) > 1:
        path = f"{path} … {last.path.rpartition('.')[2]}"
    params, macs = (f"{sum(row.counts[quantity] for row in rows):,}" for quantity in COUNTS)
    return [f"{sign} {path}", last.type, differs, shape_text(last.output, layout), params, ratios[0], macs, ratios[1]]


def _value(value: Any) -> str:
    """An option as a spec has it, one number where all axes have the same."""
    if isinstance(value, tuple):
        return _value(value[0]) if len(set(value)) == 1 else f"[{', '.join(map(_value, value))}]"
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


def _calls(analysis: Analysis) -> dict[str, list[Row]]:
    """The block calls by the path of their first layer, the outermost first."""
    calls: dict[str, list[Row]] = {}
    for depth in range(1, max(len(row.calls) for row in analysis.rows) + 1):
        for call in analysis.folded(depth):
            calls.setdefault(call.placed[0].path, []).append(call)
    return calls


def _whole(rows: Sequence[Row], calls: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The rows of a run, each block call that lies in it whole as one row."""
    ends = [*accumulate(len(row.placed) for row in rows)]
    found: list[Row] = []
    passed = 0
    for row, end in zip(rows, ends):
        if end > passed:
            room = ends[-1] - passed
            whole = (call for call in calls.get(row.placed[0].path, ()) if len(row.placed) < len(call.placed) <= room)
            found.append(next(whole, row))
            passed += len(found[-1].placed)
    return found


def _repeats(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], int]]:
    """The rows, those together that are a few rows over and over again, and how many times over."""
    looks = [(row.type, row.output, len(row.placed), *row.counts.values()) for row in rows]
    at = 0
    while at < len(rows):
        length, repeats = 1, 1
        for period in range(1, LONGEST_PERIOD + 1):
            count, first = 1, looks[at : at + period]
            while looks[at + count * period : at + (count + 1) * period] == first:
                count += 1
            if count > 2 and count * period > length:
                length, repeats = count * period, count
        yield rows[at : at + length], repeats
        at += length


def _sums(pairs: Sequence[Pair]) -> Iterator[Cells]:
    """How many layers there are of each change, and how much more the other network needs for them."""
    for change, words in [*CHANGES.items(), ("", "all")]:
        those = [pair for pair in pairs if change in ("", pair.change)]
        layers = [sum(counts) for counts in zip(*(pair.layers for pair in those))]
        more = [sum(pair.difference(quantity) for pair in those) for quantity in COUNTS]
        if those:
            cells = [words, *(f"{count:,}" for count in layers), *(f"{count:+,}" if count else "0" for count in more)]
            yield "" if change else "total", cells
