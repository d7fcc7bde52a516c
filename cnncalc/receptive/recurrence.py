"""The field of a layer from that of its input, where both are regular (Araujo, Norris, Sim 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnncalc.formula import Formula, Number
from cnncalc.network import Placed
from cnncalc.receptive import Field

SIZE = Formula("r + (k - 1)*d*j")
STRIDE = Formula("j*s")
PADDING = Formula("P + p0*j")
WHOLE = Formula("r + (n - 1)*j")
"""The size where every position is seen: behind a global pool, and in a fully connected layer."""


class Recurrence(NamedTuple):
    """Size, stride and padding along one axis with their workings; no stride where there is but one field."""

    size: Number
    stride: Number | None
    padding: Number


def recurrence(placed: Placed, fields: Mapping[str, Field]) -> tuple[Recurrence, ...] | None:
    """Per axis; None where the formulas don't lead to the layer's field: where units differ, and in joins."""
    field, before = fields[placed.path], fields[placed.sources[0]]
    if len(placed.sources) > 1 or not (field.size and before.size and before.stride and before.padding):
        return None
    reaches = placed.layer.sees(0, *placed.inputs)[1:]
    found = []
    for reach, n, r, j, padding in zip(reaches, placed.inputs[0][1:], before.size, before.stride, before.padding):
        if reach is None or reach.period > 1 or not isinstance(j, int):
            return None
        taps = reach.taps(0)
        symbols = dict(r=r, j=j, P=padding, k=len(taps), d=taps.step, s=reach.advance, p0=-taps.start, n=n)
        whole = reach.advance == 0
        stride = None if whole else STRIDE.of(symbols)
        found.append(Recurrence((WHOLE if whole else SIZE).of(symbols), stride, PADDING.of(symbols)))
    sizes = tuple(one.size.value for one in found)
    strides = tuple(one.stride.value if one.stride else None for one in found)
    paddings = tuple(one.padding.value for one in found)
    return tuple(found) if (sizes, strides, paddings) == field[:3] else None
