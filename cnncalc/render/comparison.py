"""Networks side by side, with the ratios of their totals to those of the first."""

from __future__ import annotations

import json as javascript
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnncalc import __version__
from cnncalc.analysis import Analysis
from cnncalc.comparison import Pair, ratio, totals
from cnncalc.render.cells import shape_text
from cnncalc.render.columns import COLUMNS
from cnncalc.render.csv import written
from cnncalc.render.grid import Grid
from cnncalc.render.json import SCHEMA, layer
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table


class Side(NamedTuple):
    """A network, and its spec as the user named it."""

    label: str
    analysis: Analysis


def times(value: int, to: int) -> str:
    """A ratio to three digits, 2.54×; `=` where the numbers are equal, nothing where there is none.

    >>> times(254, 100), times(10004, 10000), times(7, 7), times(7, 0), times(0, 7)
    ('2.54×', '1.0004×', '=', '', '0×')
    """
    found = ratio(value, to)
    if value == to or not found:
        return "=" if value == to else "" if found is None else "0×"
    if found >= 10**6 or found < 10**-6:
        return f"{found:.2e}×"
    if found >= 999.5:
        return f"{_rounded(value, to, 0):,}×"
    # as many digits as it takes to tell it from 1
    for digits in (3, 4, 5, 6):
        places = digits - 1 - math.floor(math.log10(found))
        if _rounded(value, to, places) != 10**places:
            break
    return f"{_rounded(value, to, places) / 10**places:.{places}f}×"


def _rounded(value: int, to: int, places: int) -> int:
    """The ratio in units of the last of so many decimal places, halves rounded up."""
    return int((2 * value * 10**places + to) // (2 * to))


def lines(sides: Sequence[Side], layout: str, width: int | None) -> list[Line]:
    """The totals of all; on a narrow terminal in several tables, each with the first network in it."""
    first, *rest = sides
    found = [Line(title(sides), "title")]
    while rest:
        for count in range(len(rest), 0, -1):
            grid = _grid([first, *rest[:count]], layout).lines()
            if width is None or len(grid[1].text) <= width:
                break
        found += [Line(""), *grid]
        rest = rest[count:]
    return [*found, Line(""), Line(legend(sides), "note")]


def title(sides: Sequence[Side]) -> str:
    """The names of the networks, and the batch if there is more than one image in it."""
    *names, last = dict.fromkeys(side.analysis.network.name for side in sides)
    batch = sides[0].analysis.batch
    many = f", batch {batch}: MACs and FLOPs are for the whole batch" if batch > 1 else ""
    return f"{', '.join(names)}{' and ' if names else ''}{last}{many}"


def legend(sides: Sequence[Side]) -> str:
    """Which way the ratios go."""
    return f"ratios are to {sides[0].label}: 2× is twice as much"


def _grid(sides: Sequence[Side], layout: str) -> Grid:
    headers = _headers(sides)
    return Grid(headers, headers, _numeric(headers), [("", cells) for cells in _rows(sides, layout)])


def _headers(sides: Sequence[Side]) -> list[str]:
    first, *others = (_short(side.label) for side in sides)
    return ["", first, *(header for label in others for header in (label, "ratio"))]


def _short(label: str) -> str:
    """A label that leaves room for the numbers below it."""
    return label if len(label) <= 28 else f"{label[:13]}…{label[-14:]}"


def _numeric(headers: Sequence[str]) -> list[bool]:
    return [False, *[True] * (len(headers) - 1)]


def _rows(sides: Sequence[Side], layout: str) -> Iterator[list[str]]:
    """The name of a total, its value in the first network, and in each other its value and ratio."""
    for name, shapes in (("input", _inputs), ("output", _outputs)):
        first, *texts = (shapes(side.analysis, layout) for side in sides)
        yield [name, first, *(cell for text in texts for cell in (text, "=" if text == first else ""))]
    sums = [totals(side.analysis) for side in sides]
    for name, value in sums[0].items():
        others = [its[name] for its in sums[1:]]
        header = COLUMNS[name].header if name in COLUMNS else name
        yield [header, f"{value:,}", *(cell for other in others for cell in (f"{other:,}", times(other, value)))]


def _inputs(analysis: Analysis, layout: str) -> str:
    return " ".join(shape_text(shape, layout) for shape in analysis.network.inputs.values())


def _outputs(analysis: Analysis, layout: str) -> str:
    network = analysis.network
    return " ".join(shape_text(network.shape(name), layout) for name in network.outputs)


def markdown(sides: Sequence[Side], layout: str) -> str:
    """The totals as a table."""
    headers = _headers(sides)
    body = table(headers, _numeric(headers), [*_rows(sides, layout)])
    return f"### {escaped(title(sides))}\n\n{body}\n{escaped(legend(sides))}\n"


def json(sides: Sequence[Side], alignments: Sequence[Sequence[Pair]] = ()) -> str:
    """Every network with its totals and their ratios to the first, exact, and its layers aligned with the first's."""
    first = totals(sides[0].analysis)
    found = []
    for at, side in enumerate(sides):
        network, sums = side.analysis.network, totals(side.analysis)
        one = {
            "spec": side.label,
            "name": network.name,
            "inputs": network.inputs,
            "outputs": {name: network.shape(name) for name in network.outputs},
            "totals": sums,
            "ratios": {name: ratio(value, first[name]) for name, value in sums.items()},
        }
        pairs = alignments[at - 1] if at and alignments else ()
        found.append({**one, "aligned": [_pair(pair) for pair in pairs]} if pairs else one)
    whole = {"schema": SCHEMA, "cnncalc": __version__, "batch": sides[0].analysis.batch, "specs": found}
    return f"{javascript.dumps(whole)}\n"


def _pair(pair: Pair) -> dict[str, Any]:
    one, other = (layer(row) if row else None for row in (pair.one, pair.other))
    return {"change": pair.change, "differs": pair.differs, "first": one, "other": other}


def csv(sides: Sequence[Side]) -> str:
    """A line per network, its totals and their ratios to the first, exact."""
    sums = [totals(side.analysis) for side in sides]
    rows: list[Sequence[Any]] = [["spec", "name", "input", "output", *sums[0], *(f"{name}_ratio" for name in sums[0])]]
    for side, its in zip(sides, sums):
        network = side.analysis.network
        shapes = tuple(network.inputs.values()), tuple(map(network.shape, network.outputs))
        ratios = [ratio(value, sums[0][name]) for name, value in its.items()]
        rows.append([side.label, network.name, *shapes, *its.values(), *ratios])
    return written(rows)
