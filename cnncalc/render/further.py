"""Columns of what is found only where it is asked for: memory, receptive fields, initial weights; in JSON always."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cnncalc.analysis import Analysis, Row
from cnncalc.render.cells import in_bytes, number, per_axis, quotient
from cnncalc.render.column import Column

if TYPE_CHECKING:
    from cnncalc.initialisation import Initial
    from cnncalc.memory import Use


def _memory(name: str, quantity: str, over: Callable[[Iterable[int]], int] = sum) -> Column:
    """Bytes that a layer uses; of a folded call the sum, or the most."""

    def get(analysis: Analysis, row: Row) -> int:
        used = _uses(analysis)
        return over([getattr(used[placed.path], quantity) for placed in row.placed])

    return Column(name, name.replace("_", " "), get, in_bytes, adds_up=over is sum, numeric=True)


@lru_cache(maxsize=1)
def _uses(analysis: Analysis) -> Mapping[str, Use]:
    from cnncalc.memory import memory

    return {use.path: use for use in memory(analysis).uses}


def _intensity(analysis: Analysis, row: Row) -> float | None:
    from cnncalc.roofline import intensity

    return intensity(analysis, row)


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


def _initial(name: str, header: str) -> Column:
    """A number that initial weights go by; None for a layer without weights, and for a folded call."""

    def get(analysis: Analysis, row: Row) -> int | float | None:
        found = _initials(analysis).get(row.path)
        return getattr(found, name).value if found else None

    return Column(name, header, get, number, numeric=True)


@lru_cache(maxsize=1)
def _initials(analysis: Analysis) -> Mapping[str, Initial | None]:
    from cnncalc.initialisation import initial

    return {placed.path: initial(placed) for placed in analysis.network.layers}


FURTHER = (
    _memory("activation_bytes", "allocated"),
    _memory("live_bytes", "live", max),
    _memory("saved_bytes", "saved"),
    Column("intensity", "FLOPs/byte", _intensity, quotient, numeric=True),
    _field("receptive_field", "size"),
    _field("effective_stride", "stride"),
    _field("effective_padding", "padding"),
    _field("aligned", "aligned"),
    _initial("fan_in", "fan in"),
    _initial("fan_out", "fan out"),
    _initial("xavier_std", "Xavier std"),
    _initial("kaiming_std", "Kaiming std"),
)
