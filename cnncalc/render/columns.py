"""The columns that every table reads: what they show of a row, exact for machines, grouped for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.analysis import Analysis, Row
from cnncalc.errors import Problem, SpecError, did_you_mean, visible
from cnncalc.initialisation import initial
from cnncalc.layers import Shape
from cnncalc.render.units import human_bytes

if TYPE_CHECKING:
    from cnncalc.memory import Use


class Column(NamedTuple):
    """A column: its header, its exact value, how people read it, and whether it adds up to a total."""

    name: str
    header: str
    get: Callable[[Analysis, Row], Any]
    cell: Callable[[Any, str], str]
    """The cell of a value, in a layout of shapes (`chw` or `hwc`)."""
    adds_up: bool = False
    numeric: bool = False

    @property
    def right(self) -> bool:
        """Whether its cells are aligned right."""
        return self.adds_up or self.numeric

    def values(self, analysis: Analysis, rows: Sequence[Row]) -> list[Any]:
        """Its exact values."""
        return [self.get(analysis, row) for row in rows]

    def sum(self, analysis: Analysis) -> Any:
        """The sum over all rows; None where the value of a row is not known."""
        values = self.values(analysis, analysis.rows)
        return None if None in values else sum(values)

    def total(self, analysis: Analysis) -> str:
        """The sum over all rows for reading, where it adds up."""
        return self.cell(self.sum(analysis), "chw") if self.adds_up else ""


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


NONE = "–"
"""The cell of what a layer has not."""


def _field(name: str, quantity: str) -> Column:
    """A quantity of the receptive field of what a row gives; by input where there are several."""

    def get(analysis: Analysis, row: Row) -> Any:
        tensor = analysis.network.blocks.get(row.path, row.path)
        each = {name: _of_any_axis(getattr(fields[tensor], quantity)) for name, fields in analysis.fields.items()}
        return each if len(each) > 1 else next(iter(each.values()))

    return Column(name, name.replace("_", " "), get, per_axis, numeric=True)


def _of_any_axis(value: Any) -> Any:
    """What is undefined along every axis is undefined."""
    return None if isinstance(value, tuple) and set(value) == {None} else value


def per_axis(value: Any, layout: str = "chw") -> str:
    """A number per axis for reading: 195×195; a dash for what there is not."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {per_axis(one)}" for name, one in value.items())
    if isinstance(value, tuple):
        return "×".join(map(per_axis, value))
    return NONE if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def order(value: Any) -> Any:
    """What a value is sorted by: null is less than anything."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    return (value is not None, tuple(map(order, value)) if isinstance(value, tuple) else value)


def _counts(quantity: str, header: str, cell: Callable[[Any, str], str] = _count) -> Column:
    return Column(quantity, header, lambda _, row: row.counts[quantity], cell, adds_up=True)


def _memory(name: str, quantity: str, over: Callable[[Iterable[int]], int] = sum) -> Column:
    """Bytes that a layer uses; of a folded call the sum, or the most."""

    def get(analysis: Analysis, row: Row) -> int:
        used = _uses(analysis)
        return over([getattr(used[placed.path], quantity) for placed in row.placed])

    return Column(name, name.replace("_", " "), get, _bytes, adds_up=over is sum, numeric=True)


@lru_cache(maxsize=1)
def _uses(analysis: Analysis) -> Mapping[str, Use]:
    from cnncalc.memory import memory

    return {use.path: use for use in memory(analysis).uses}


def _initial(name: str, header: str) -> Column:
    """A number that initial weights go by; None for a layer without weights, and for a folded call."""

    def get(_: Analysis, row: Row) -> int | float | None:
        found = initial(row.placed[0]) if row.path == row.placed[0].path else None
        return getattr(found, name).value if found else None

    return Column(name, header, get, _real_or_count, numeric=True)


def _real_or_count(value: float | None, layout: str) -> str:
    return NONE if value is None else f"{value:.4g}" if isinstance(value, float) else f"{value:,}"


def _intensity(analysis: Analysis, row: Row) -> float | None:
    from cnncalc.roofline import intensity

    return intensity(analysis, row)


def _quotient(value: float | None, layout: str) -> str:
    return NONE if value is None else f"{value:,.2f}"


LAYER = Column("layer", "layer", lambda _, row: row.path, _text)
_COLUMNS = (
    LAYER,
    Column("type", "type", lambda _, row: row.type, _text),
    Column("from", "from", lambda _, row: " ".join(row.sources), _text),
    Column("input", "input", lambda _, row: row.inputs, _shapes),
    Column("output", "output", lambda _, row: row.output, shape_text, numeric=True),
    _counts("params", "params"),
    _counts("weights", "weights"),
    _counts("biases", "biases"),
    _counts("trainable", "trainable"),
    _counts("buffers", "buffers"),
    _counts("macs", "MACs"),
    _counts("flops", "FLOPs"),
    _counts("param_bytes", "param bytes", _bytes),
    Column("line", "line", lambda _, row: row.mark.line, _text),
    Column("file", "file", lambda _, row: visible(row.mark.source.name), _text),
)
FURTHER = (
    _memory("activation_bytes", "allocated"),
    _memory("live_bytes", "live", max),
    _memory("saved_bytes", "saved"),
    Column("intensity", "FLOPs/byte", _intensity, _quotient, numeric=True),
    _field("receptive_field", "size"),
    _field("effective_stride", "stride"),
    _field("effective_padding", "padding"),
    _field("aligned", "aligned"),
    _initial("fan_in", "fan in"),
    _initial("fan_out", "fan out"),
    _initial("xavier_std", "Xavier std"),
    _initial("kaiming_std", "Kaiming std"),
)
"""What is found only where it is asked for; in JSON always."""

COLUMNS = {column.name: column for column in (*_COLUMNS, *FURTHER)}
DEFAULT = ("layer", "type", "output", "params", "macs")

LEAVES_FIRST = (
    *(column.name for column in reversed(FURTHER)),
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


def chosen(names: str | None, analysis: Analysis, also: Sequence[Column] = ()) -> list[Column]:
    """The columns of a comma-separated list: names, `all`, or one that adds up with `%` for its share of the total.

    `also` are columns that only this analysis has.
    """
    if names is None:
        return [*(COLUMNS[name] for name in DEFAULT), *also]
    columns: list[Column] = []
    for name in names.split(","):
        wanted = name.strip().lower()
        columns += (*COLUMNS.values(), *also) if wanted == "all" else [column(wanted, "--columns", analysis, also)]
    return columns if LAYER in columns else [LAYER, *columns]


def shares(columns: Iterable[Column] = COLUMNS.values()) -> list[str]:
    """The names of the columns that are shares of a total, in percent."""
    return [f"{column.name}%" for column in columns if column.adds_up]


def column(name: str, option: str, analysis: Analysis, also: Sequence[Column] = ()) -> Column:
    """The column of that name, as an option gave it."""
    columns = COLUMNS | {column.name: column for column in also}
    if name in columns:
        return columns[name]
    known = [*columns, *shares(columns.values())]
    if name in known:
        return _share(columns[name.removesuffix("%")], analysis)
    hint = did_you_mean(name, known) or f"columns: {', '.join(known)}"
    raise SpecError(Problem(f"{option}: no column is called {name}", hint=hint))


def _share(whole: Column, analysis: Analysis) -> Column:
    total = whole.sum(analysis)

    def get(analysis: Analysis, row: Row) -> float | None:
        return None if total is None else share(whole.get(analysis, row), total)

    return Column(f"{whole.name}%", f"{whole.header} %", get, _percent, adds_up=True)


def _percent(value: float | None, layout: str) -> str:
    return "–" if value is None else f"{value:.2f}"


def share(part: int, total: int) -> float:
    """A part in percent of the total."""
    return 100 * part / total if total else 0.0
