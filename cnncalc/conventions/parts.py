"""A tool's figure taken apart: what it counts beside ours, by layer type and rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnncalc.analysis import Analysis
from cnncalc.conventions import CONVENTIONS, Convention, counts
from cnncalc.conventions.base import Rule


class Part(NamedTuple):
    """The layers of one type that a tool counts by one rule."""

    type: str
    rule: Rule
    layers: int
    counted: int | None
    """What the tool counts for them; None where it stops with an error."""
    ours: int
    """Our count of the same: MACs, FLOPs or parameters."""

    @property
    def beyond(self) -> int | None:
        """What the tool counts more than we do."""
        return None if self.counted is None else self.counted - self.ours


class Figure(NamedTuple):
    """What a tool prints for a network, and what it is made of."""

    convention: Convention
    parts: tuple[Part, ...]
    macs: int
    """The MACs of as many images as the tool counts."""

    @property
    def counted(self) -> int | None:
        """The figure itself; None where the tool gives none."""
        found = [part.counted for part in self.parts if part.counted is not None]
        return sum(found) if len(found) == len(self.parts) else None

    @property
    def ours(self) -> int:
        return sum(part.ours for part in self.parts)


def figure(analysis: Analysis, name: str) -> Figure:
    """The figure of one tool."""
    convention, found = CONVENTIONS[name], counts(analysis, name)
    images = analysis.batch if convention.per == "image" else 1
    sums: dict[tuple[str, int], Part] = {}
    for row in analysis.rows:
        number, rule = found[row.path]
        whole = row.counts[convention.beside]
        ours = whole if convention.beside == "params" else whole // images
        known = sums.get((row.type, id(rule)), Part(row.type, rule, 0, 0, 0))
        counted = None if number is None or known.counted is None else known.counted + number.value
        sums[row.type, id(rule)] = Part(row.type, rule, known.layers + 1, counted, known.ours + ours)
    return Figure(convention, tuple(sums.values()), analysis.totals["macs"] // images)


def figures(analysis: Analysis) -> Mapping[str, Figure]:
    """The figures of all tools."""
    return {name: figure(analysis, name) for name in CONVENTIONS}
