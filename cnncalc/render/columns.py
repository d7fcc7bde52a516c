"""The columns that every table reads: what they show of a row, exact for machines, grouped for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cnncalc.analysis import QUANTITIES, Analysis, Row
from cnncalc.errors import Problem, SpecError, did_you_mean, visible
from cnncalc.layers import Shape
from cnncalc.render.units import human_bytes


class Column(NamedTuple):
    """A column: its header, its exact value, how people read it, and whether it adds up to a total."""

    name: str
    header: str
    get: Callable[[Row], Any]
    cell: Callable[[Any, str], str]
    """The cell of a value, in a layout of shapes (`chw` or `hwc`)."""
    adds_up: bool = False


def shape_text(shape: Shape, layout: str = "chw") -> str:
    """A shape for reading, 96×55×55, or with the channels last."""
    ordered = (*shape[1:], shape[0]) if layout == "hwc" and len(shape) > 1 else shape
    return "×".join(map(str, ordered))


def _text(value: Any, layout: str) -> str:
    return str(value)


def _count(value: int, layout: str) -> str:
    return f"{value:,}"


def _bytes(value: int, layout: str) -> str:
    return human_bytes(value)


def _shapes(shapes: Sequence[Shape], layout: str) -> str:
    return " ".join(shape_text(shape, layout) for shape in shapes)


def _counts(quantity: str, header: str, cell: Callable[[Any, str], str] = _count) -> Column:
    return Column(quantity, header, lambda row: row.counts[quantity], cell, adds_up=True)


LAYER = Column("layer", "layer", lambda row: row.path, _text)
_COLUMNS = (
    LAYER,
    Column("type", "type", lambda row: row.type, _text),
    Column("from", "from", lambda row: " ".join(row.sources), _text),
    Column("input", "input", lambda row: row.inputs, _shapes),
    Column("output", "output", lambda row: row.output, shape_text),
    _counts("params", "params"),
    _counts("weights", "weights"),
    _counts("biases", "biases"),
    _counts("trainable", "trainable"),
    _counts("buffers", "buffers"),
    _counts("macs", "MACs"),
    _counts("flops", "FLOPs"),
    _counts("param_bytes", "param bytes", _bytes),
    Column("line", "line", lambda row: row.mark.line, _text),
    Column("file", "file", lambda row: visible(row.mark.source.name), _text),
)
COLUMNS = {column.name: column for column in _COLUMNS}
DEFAULT = ("layer", "type", "output", "params", "macs")

LEAVES_FIRST = (
    "file",
    "line",
    "from",
    "input",
    "param_bytes",
    "trainable",
    "biases",
    "weights",
    "buffers",
    "flops",
    "type",
    "output",
)
"""The order in which columns are left out where the terminal is narrow; percentages go before them all."""


def chosen(names: str | None, analysis: Analysis) -> list[Column]:
    """The columns of a comma-separated list: names, `all`, or a count with `%` for its share of the total."""
    if names is None:
        return [COLUMNS[name] for name in DEFAULT]
    wanted = [name.strip().lower() for name in names.split(",")]
    columns = [c for name in wanted for c in (COLUMNS.values() if name == "all" else [_column(name, analysis)])]
    return columns if LAYER in columns else [LAYER, *columns]


def _column(name: str, analysis: Analysis) -> Column:
    if name in COLUMNS:
        return COLUMNS[name]
    quantity = name.removesuffix("%")
    if name.endswith("%") and quantity in QUANTITIES:
        return _share(quantity, analysis.totals[quantity])
    known = [*COLUMNS, *(f"{quantity}%" for quantity in QUANTITIES)]
    hint = did_you_mean(name, known) or f"columns: {', '.join(known)}"
    raise SpecError(Problem(f"--columns: no column is called {name}", hint=hint))


def _share(quantity: str, total: int) -> Column:
    header = f"{COLUMNS[quantity].header} %"
    return Column(f"{quantity}%", header, lambda row: share(row.counts[quantity], total), lambda v, _: f"{v:.2f}", True)


def share(part: int, total: int) -> float:
    """A part in percent of the total."""
    return 100 * part / total if total else 0.0


def sort_key(name: str) -> Callable[[Row], Any]:
    """What `--sort` compares: counts by size, the rest as text."""
    if name not in COLUMNS:
        hint = did_you_mean(name, COLUMNS) or f"columns: {', '.join(COLUMNS)}"
        raise SpecError(Problem(f"--sort: no column is called {name}", hint=hint))
    return COLUMNS[name].get
