"""What a network costs, layer by layer in columns, and all of it exact for machines."""

from __future__ import annotations

import json as javascript
from fractions import Fraction
from typing import Any

from cnncalc import __version__
from cnncalc.analysis import Row
from cnncalc.cost import Cost
from cnncalc.render import csv as comma_separated
from cnncalc.render.cells import in_bytes
from cnncalc.render.column import Column
from cnncalc.render.columns import COLUMNS
from cnncalc.render.durations import human_seconds
from cnncalc.render.json import SCHEMA, layer
from cnncalc.roofline import bytes_moved

LEAVES_FIRST = (
    "type",
    "output",
    "macs",
    "moved_bytes",
    "bound",
    "activation_bytes",
    "saved_bytes",
    "seconds",
    "intensity",
    "live_bytes",
)
"""The order in which columns are left out where the terminal is narrow."""


def columns(cost: Cost) -> list[Column]:
    """What there is to say of a layer: of training where the type trains, of time where there is a machine."""
    uses = {use.path: use for use in cost.memory.uses}

    def used(name: str, quantity: str, *, adds_up: bool = True) -> Column:
        def get(_: object, row: Row) -> int:
            value: int = getattr(uses[row.path], quantity)
            return value

        return Column(name, quantity, get, in_bytes, adds_up, numeric=True)

    return [
        *(COLUMNS[name] for name in ("layer", "type", "output")),
        used("activation_bytes", "allocated"),
        used("live_bytes", "live", adds_up=False),
        *([used("saved_bytes", "saved")] if cost.trains else []),
        COLUMNS["macs"],
        Column("moved_bytes", "moved", bytes_moved, in_bytes, adds_up=True),
        COLUMNS["intensity"],
        *(_on_a_machine(cost) if cost.machine else []),
    ]


def _on_a_machine(cost: Cost) -> list[Column]:
    bounds = {row.path: found for row, found in zip(cost.analysis.rows, cost.bounds)}
    return [
        Column("seconds", "time", lambda _, row: as_float(bounds[row.path].seconds), _time, adds_up=True),
        Column("bound", "bound", lambda _, row: bounds[row.path].by, lambda value, _: value or ""),
    ]


def _time(value: float, layout: str) -> str:
    return human_seconds(Fraction(value))


def as_float(value: Fraction) -> float:
    """The nearest float; a whole number where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return round(value)


def csv(cost: Cost) -> str:
    """A line per layer."""
    return comma_separated.render(cost.analysis, cost.analysis.rows, columns(cost))


def json(cost: Cost) -> str:
    """Everything, bytes as whole numbers."""
    analysis, held = cost.analysis, cost.memory
    own = [column for column in columns(cost) if column.name not in ("layer", "type", "output", "macs")]
    needs = {use: {**need._asdict(), "total": need.total} for use, need in cost.needs.items()}
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "cnncalc": __version__,
        "name": analysis.network.name,
        "inputs": analysis.network.inputs,
        "outputs": analysis.network.outputs,
        "batch": analysis.batch,
        "dtype": analysis.dtype,
        "inplace": cost.in_place,
        "layers": [{**layer(row), **{c.name: c.get(analysis, row) for c in own}} for row in analysis.rows],
        "memory": {
            "activation_elements": held.elements,
            "activations": held.activations,
            "peak": held.peak,
            "peak_at": held.peak_at,
            **({"saved": held.saved} if cost.trains else {}),
        },
        "needs": needs,
    }
    if cost.budget:
        whole["largest_batch"] = {"memory": cost.budget, **cost.batches}
    if cost.schedule:
        of_one = {name: (one, cost.schedule.seconds(one)) for name, one in cost.operations.items()}
        times = {name: {"per_example": one, "seconds": as_float(spent)} for name, (one, spent) in of_one.items()}
        whole["time"] = {**cost.schedule._asdict(), **times}
    if cost.machine:
        spent = {by: as_float(cost.seconds(by)) for by in ("compute", "memory")}
        whole["roofline"] = {**cost.machine._asdict(), "seconds": as_float(cost.seconds()), **spent}
    return f"{javascript.dumps(whole)}\n"
