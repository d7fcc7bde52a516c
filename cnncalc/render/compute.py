"""A worked example in print: the matrices beside each other, then every number of the output with its working."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from fractions import Fraction

from cnncalc import __version__
from cnncalc.layers.activation import Softmax
from cnncalc.layers.base import dims
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.conv import Conv
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.worked import Cell, Computed
from cnncalc.worked.matrix import Nested
from cnncalc.worked.terms import Number, decimals, written

GAP = "    "


def lines(computed: Computed, width: int | None = None) -> Iterator[Line]:
    """The example as text."""
    room = max(40, min(width or 100, 100))
    for text, role in ((_heading(computed), "title"), (_flow(computed), "note")):
        yield from (Line(line, role) for line in textwrap.wrap(text, room))
    yield from (Line(line, "note") for note in computed.notes for line in textwrap.wrap(note, room))
    yield Line("")
    yield from _side_by_side(computed, room)
    yield Line("")
    places = [_place(cell) for cell in computed.cells]
    wide = max(map(len, places))
    for place, cell in zip(places, computed.cells):
        working, equals = cell.working, _equals(cell)
        text = f"{place:<{wide}}  {working}{equals}"
        yield from (Line(line) for line in textwrap.wrap(text, room, subsequent_indent=" " * (wide + 2)))


def markdown(computed: Computed) -> str:
    """The example as Markdown: the matrices as a block of text, the working as a table."""
    grids = "\n".join(line.text.rstrip() for line in _side_by_side(computed, 100))
    rows = [(_place(cell), cell.working, written(cell.value)) for cell in computed.cells]
    notes = "".join(f"\n{escaped(note)}\n" for note in computed.notes)
    working = table(("cell", "working", "value"), (False, False, True), rows)
    return f"### {escaped(_heading(computed))}\n\n{_flow(computed)}\n{notes}\n```text\n{grids}\n```\n\n{working}"


def render(computed: Computed) -> str:
    """The example as JSON: decimals are floats, and where that is not all of a fraction, `exact` has it."""
    cells = [
        {"at": cell.at, "value": decimals(cell.value), **_exact(cell.value), "working": cell.working}
        for cell in computed.cells
    ]
    whole = {
        "schema": SCHEMA,
        "cnncalc": __version__,
        "layer": computed.described,
        **{name: decimals(value) for name, value in computed.inputs.items()},
        "flip": computed.flip,
        "output": decimals(computed.output),
        "shape": computed.shapes[1],
        "cells": cells,
        "notes": computed.notes,
    }
    return f"{json.dumps(whole)}\n"


def _exact(x: Number) -> dict[str, str]:
    rounded = isinstance(x, Fraction) and x.denominator > 1 and Fraction(repr(float(x))) != x
    return {"exact": str(x)} if rounded else {}


_ALONG = {(2, 0): "down each column", (2, 1): "along each row", (3, 0): "over the channels of each pixel"}


def _heading(computed: Computed) -> str:
    if isinstance(computed.layer, Softmax):
        entering = computed.shapes[0]
        axis = axis_of(computed.layer.dim, entering) - 1
        return ", ".join(filter(None, (computed.described, _ALONG.get((len(entering), axis)))))
    if not isinstance(computed.layer, Conv):
        return computed.described
    how = "turned by half a turn (convolution)" if computed.flip else "not flipped (cross-correlation)"
    return f"{computed.described}; the kernel is {how}"


def _flow(computed: Computed) -> str:
    entering, shape = computed.shapes
    return f"{dims(entering)} → {dims(shape)}"


def _place(cell: Cell) -> str:
    return f"[{', '.join(map(str, cell.at))}]"


def _equals(cell: Cell) -> str:
    """What stands behind the working; nothing where that is the number itself."""
    value = written(cell.value)
    return "" if value == cell.working else f" {'≈' if isinstance(cell.value, float) else '='} {value}"


def _side_by_side(computed: Computed, room: int) -> Iterator[Line]:
    """The matrices in bands, as many side by side as fit."""
    matrices = [*computed.inputs.items(), ("output", computed.output)]
    blocks = [block for name, values in matrices for block in _blocks(name, values)]
    while blocks:
        count = 1
        while count < len(blocks) and sum(len(b[0]) + len(GAP) for b in blocks[: count + 1]) - len(GAP) <= room:
            count += 1
        band, blocks = blocks[:count], blocks[count:]
        for at in range(max(map(len, band))):
            text = GAP.join(block[at] if at < len(block) else " " * len(block[0]) for block in band)
            yield Line(text, "" if at else "header")
        if blocks:
            yield Line("")


def _blocks(name: str, values: Nested) -> Iterator[list[str]]:
    """A grid for every matrix, lines of equal length below its name."""
    values = values if isinstance(values, list) else [values]
    if isinstance(values[0], list) and isinstance(values[0][0], list):
        for at, inner in enumerate(values):
            yield from _blocks(f"{name}[{at}]", inner)
        return
    rows = [[written(x) for x in row] for row in (values if isinstance(values[0], list) else [values])]
    wide = [max(map(len, column)) for column in zip(*rows)]
    texts = ["  ".join(cell.rjust(w) for cell, w in zip(row, wide)) for row in rows]
    longest = max(map(len, [name, *texts]))
    yield [name.ljust(longest), *(text.ljust(longest) for text in texts)]
