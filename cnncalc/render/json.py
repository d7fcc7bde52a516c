"""JSON, schema 1: exact numbers, shapes without the batch and channels first, whatever the table shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc import __version__
from cnncalc.analysis import Analysis, Row
from cnncalc.render.column import Column
from cnncalc.render.further import FURTHER

SCHEMA = 1


def render(
    analysis: Analysis,
    rows: Sequence[Row],
    further: Sequence[Column] = FURTHER,
    convention: Mapping[str, Any] | None = None,
) -> str:
    """The rows, with what further columns show of them, and the totals as one object."""
    network = analysis.network
    folded = {placed.path: row.path for row in rows for placed in row.placed}
    sums = {column.name: column.sum(analysis) for column in further if column.adds_up}
    whole = {
        "schema": SCHEMA,
        "cnncalc": __version__,
        "name": network.name,
        "inputs": network.inputs,
        "outputs": [folded.get(name, name) for name in network.outputs],
        "batch": analysis.batch,
        "dtype": analysis.dtype,
        **({"convention": convention} if convention else {}),
        "layers": [{**layer(row), **{c.name: c.get(analysis, row) for c in further}} for row in rows],
        "totals": {"layers": len(analysis.rows), "depth": analysis.depth, **analysis.totals, **sums},
    }
    return f"{json.dumps(whole, default=str)}\n"  # a fraction is written 1/2


def layer(row: Row) -> dict[str, Any]:
    """A row with every field of it."""
    first = row.placed[0]
    reuses = first.reuses if row.path == first.path else None
    return {
        "path": row.path,
        "type": row.type,
        "file": row.mark.source.name,
        "line": row.mark.line,
        "called": [call.mark.line for call in row.calls],
        "called_in": [call.mark.source.name for call in row.calls],
        "from": row.sources,
        "inputs": row.inputs,
        "output": row.output,
        **({"reuse": reuses} if reuses else {}),
        **row.counts,
    }
