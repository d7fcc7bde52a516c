"""The outcome of a verification: every layer's measurements with ✓ or ✗, and what differs in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.pytorch.verification import Check, LayerCheck, Verification
from cnncalc.render.cells import shape_text
from cnncalc.render.grid import Grid
from cnncalc.render.lines import Line
from cnncalc.render.units import human_bytes

SIGNS = {True: "✓", False: "✗"}
CHECKS = {
    "error": "every layer runs",
    "output": "output shapes",
    "inputs": "inputs of each layer",
    "join": "joins",
    "module": "names of modules",
    "reuses": "shared weights",
    "params": "params",
    "weights": "weights",
    "trainable": "trainable",
    "buffers": "buffers",
    "flops": "FLOPs",
    "outputs": "outputs",
}
"""The checks in words."""
COLUMNS = {"output": "output", "params": "params", "buffers": "buffers", "flops": "FLOPs"}


def table(verification: Verification, width: int | None) -> list[Line]:
    """What was measured of each layer, then the checks."""
    rows = [_row(layer) for layer in verification.layers]
    names = ("layer", *COLUMNS, "passed")
    numeric = (False, True, True, True, True, False)
    grid = Grid(names, ("layer", *(f"{header}" for header in COLUMNS.values()), ""), numeric, rows)
    title = f"{verification.name}, measured on {verification.device}"
    return [Line(title, "title"), Line(""), *grid.lines(width, ("buffers", "output")), Line(""), *report(verification)]


def _row(layer: LayerCheck) -> tuple[str, list[str]]:
    cells = [_value(name, layer.measured.get(name)) for name in COLUMNS]
    return "" if layer.passed else "bad", [layer.path, *cells, SIGNS[layer.passed]]


def report(verification: Verification) -> list[Line]:
    """A line per check, then one per difference."""
    wide = max(map(len, CHECKS.values()))
    found = []
    for name, check in verification.checks.items():
        text = (
            f"{SIGNS[check.passed]} {CHECKS.get(name, name):<{wide}}  {_outcome(name, check, len(verification.layers))}"
        )
        found.append(Line(text, "good" if check.passed else "bad"))
    return [*found, *without_memory(verification), *differences(verification)]


def without_memory(verification: Verification) -> Iterator[Line]:
    """How the layers were checked whose tensors were too large."""
    if verification.on_meta:
        first, others = verification.on_meta[:3], len(verification.on_meta) - 3
        paths = ", ".join(first) + (f" and {others:,} more" if others > 0 else "")
        yield Line(
            f"{paths}: {human_bytes(verification.not_allocated)} were not allocated: checked on PyTorch's meta device,"
        )
        yield Line("  which computes shapes and counts but no values, and takes some options that a CPU refuses")


def _outcome(name: str, check: Check, layers: int) -> str:
    if check.failed:
        return f"differs in {len(check.failed):,} of {_layers(layers)}"
    if check.measured is None:
        return _layers(layers)
    if name == "outputs":
        told = ", ".join(f"{path} {_value('output', shape)}" for path, shape in check.measured)
    else:
        told = _value(name, check.measured)
    return told if check.passed else f"{told} measured, {_value(name, check.predicted)} predicted"


def _layers(count: int) -> str:
    return f"{count:,} layer{'s' * (count != 1)}"


def differences(verification: Verification) -> Iterator[Line]:
    """Every quantity that differs, by its layer."""
    for layer in verification.layers:
        for name in layer.failed:
            predicted, measured = _value(name, layer.predicted.get(name)), _value(name, layer.measured.get(name))
            yield Line(f"  {layer.path}: {name} predicted {predicted}, measured {measured}", "bad")


def one_line(spec: str, verification: Verification) -> list[Line]:
    """The outcome in a line, and the differences, if any."""
    checks = ", ".join(CHECKS.get(name, name) for name, check in verification.checks.items() if not check.passed)
    layers = f"{len(verification.layers):>5,} layers"
    told = f"differs: {checks}" if checks else "every prediction measured"
    if verification.on_meta:
        told += f", {_layers(len(verification.on_meta))} on PyTorch's meta device"
    role = "good" if verification.passed else "bad"
    return [Line(f"{SIGNS[verification.passed]} {spec:<24}{layers}  {told}", role), *differences(verification)]


def _value(name: str, value: Any) -> str:
    if value is None:
        return "nothing"
    if name == "output":
        return shape_text(tuple(value))
    return f"{value:,}" if isinstance(value, int) else str(value)
