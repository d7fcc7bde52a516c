"""The columns that every table reads: what they show of a row, exact for machines, grouped for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.errors import Problem, SpecError, did_you_mean, visible
from cnncalc.render.cells import count, in_bytes, percent, shape_text, shapes, text
from cnncalc.render.column import Column
from cnncalc.render.further import FURTHER


def _counts(quantity: str, header: str, cell: Callable[[Any, str], str] = count) -> Column:
    return Column(quantity, header, lambda _, row: row.counts[quantity], cell, adds_up=True)


LAYER = Column("layer", "layer", lambda _, row: row.path, text)
_COLUMNS = (
    LAYER,
    Column("type", "type", lambda _, row: row.type, text),
    Column("from", "from", lambda _, row: " ".join(row.sources), text),
    Column("input", "input", lambda _, row: row.inputs, shapes),
    Column("output", "output", lambda _, row: row.output, shape_text, numeric=True),
    _counts("params", "params"),
    _counts("weights", "weights"),
    _counts("biases", "biases"),
    _counts("trainable", "trainable"),
    _counts("buffers", "buffers"),
    _counts("macs", "MACs"),
    _counts("flops", "FLOPs"),
    _counts("param_bytes", "param bytes", in_bytes),
    Column("line", "line", lambda _, row: row.mark.line, text),
    Column("file", "file", lambda _, row: visible(row.mark.source.name), text),
)

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
    if name.removesuffix("%") == "counted":
        raise SpecError(
            Problem(f"{option}: {name} is what another tool counts", hint="for example --convention fvcore")
        )
    hint = did_you_mean(name, known) or f"columns: {', '.join(known)}"
    message = f"no column is called {name}" if name else "a name is empty"
    raise SpecError(Problem(f"{option}: {message}", hint=hint))


def _share(whole: Column, analysis: Analysis) -> Column:
    total = whole.sum(analysis)

    def get(analysis: Analysis, row: Row) -> float | None:
        return None if total is None else share(whole.get(analysis, row), total)

    return Column(f"{whole.name}%", f"{whole.header} %", get, percent, adds_up=True)


def share(part: int, total: int) -> float:
    """A part in percent of the total."""
    return 100 * part / total if total else 0.0
