"""Networks beside each other: the ratios of their totals, and the layers of two of them aligned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from cnncalc import alignment
from cnncalc.analysis import Analysis, Row
from cnncalc.errors import Problem, SpecError
from cnncalc.layers import REGISTRY
from cnncalc.network import Placed

TOTALS: Final = ("params", "weights", "biases", "trainable", "buffers", "macs", "flops", "depth", "layers")
"""What is compared of whole networks, in this order."""


def totals(analysis: Analysis) -> Mapping[str, int]:
    """Every total of a network by its name."""
    found = {**analysis.totals, "depth": analysis.depth, "layers": len(analysis.rows)}
    return {name: found[name] for name in TOTALS}


def ratio(value: int, to: int) -> float | None:
    """How many times the other a number is; None where that is 0."""
    return value / to if to else None


class Pair(NamedTuple):
    """A row of one network and its counterpart in the other; None where there is none."""

    one: Row | None
    other: Row | None
    change: str
    """`equal`; `resized`: the same layer on a tensor of another shape; `changed`; `removed`; `added`."""
    differs: Mapping[str, tuple[Any, Any]]
    """What differs beside the shapes: the names of options, each with both values."""

    @property
    def layers(self) -> tuple[int, int]:
        """How many layers it stands for on either side."""
        return len(self.one.placed) if self.one else 0, len(self.other.placed) if self.other else 0

    def difference(self, quantity: str) -> int:
        """How much more of a count the other network has here."""
        return (self.other.counts[quantity] if self.other else 0) - (self.one.counts[quantity] if self.one else 0)


def aligned(one: Analysis, other: Analysis, depth: int | None = None) -> tuple[Pair, ...]:
    """The layers of both in their orders, counterparts paired; folded below `depth` levels of block calls.

    Counterparts are of one type, and of all ways to pair them it is the one in which the most is equal, shapes and
    options too, in the fewest pieces. A folded call is the counterpart of the one that most of its layers lie in.
    """
    pairs = _counterparts(one.rows, other.rows)
    mine, its = one.rows, other.rows
    if depth:
        mine, its = one.folded(depth), other.folded(depth)
        pairs = _folded(pairs, mine, its)
    forth = dict(zip(one.network.inputs, other.network.inputs)) | {mine[i].path: its[j].path for i, j in pairs}
    back = {there: here for here, there in forth.items()}
    found: list[Pair] = []
    i0 = j0 = 0
    for i, j in [*pairs, (len(mine), len(its))]:
        found += [Pair(row, None, "removed", {}) for row in mine[i0:i]]
        found += [Pair(None, row, "added", {}) for row in its[j0:j]]
        if i < len(mine):
            found.append(_compared(mine[i], its[j], forth, back))
        i0, j0 = i + 1, j + 1
    return tuple(found)


def _counterparts(mine: Sequence[Row], its: Sequence[Row]) -> alignment.Pairs:
    """The indices of layers that are each other's counterparts."""
    worth = tuple(count for count, _ in _LETTERS)
    letters = zip(*(alignment.numbered(map(letter, mine), map(letter, its)) for _, letter in _LETTERS))
    spelled = [alignment.Spelled([*zip(*of)], _seams(rows), worth) for of, rows in zip(letters, (mine, its))]
    try:
        return alignment.aligned(*spelled)
    except alignment.TooLong as error:
        lengths = " and ".join(f"{length:,}" for length in error.args)
        message = f"{lengths} layers are too many to align"
        raise SpecError(Problem(message, hint="10,000 on both sides can be aligned")) from None


def _folded(pairs: alignment.Pairs, mine: Sequence[Row], its: Sequence[Row]) -> alignment.Pairs:
    """The folded rows that are each other's counterparts: those with the most pairs of layers between them."""
    rows = [[at for at, row in enumerate(side) for _ in row.placed] for side in (mine, its)]
    links = Counter((rows[0][i], rows[1][j]) for i, j in pairs)
    found: alignment.Pairs = []
    taken: tuple[set[int], set[int]] = set(), set()
    for (i, j), _ in links.most_common():
        if i not in taken[0] and j not in taken[1]:
            found.append((i, j))
            taken[0].add(i)
            taken[1].add(j)
    return sorted(found)


def _compared(one: Row, other: Row, forth: Mapping[str, str], back: Mapping[str, str]) -> Pair:
    """Two counterparts, and what differs; `forth` and `back` lead from a tensor to its counterpart."""
    differs = _differing(one, other)
    for here, there in zip(one.sources, other.sources):
        # a tensor without a counterpart is new or gone, and told as such
        if here in forth and there in back and forth[here] != there:
            differs["from"] = here, there
    if differs or _settings(one) != _settings(other):
        return Pair(one, other, "changed", differs)
    return Pair(one, other, "equal" if (one.inputs, one.output) == (other.inputs, other.output) else "resized", {})


def _settings(row: Row) -> Hashable:
    """The types and options of the layers that a row stands for."""
    return tuple((_type(placed), *_options(placed).items()) for placed in row.placed)


def _type(placed: Placed) -> str:
    """The layer's type; conv2d, which insists on a rank and is nothing else, is conv."""
    layer = placed.layer
    general = REGISTRY.get(layer.type[:-2])
    return general.type if general and general.torch_class == layer.torch_class else layer.type


def _options(placed: Placed) -> dict[str, Any]:
    """The options as they act: one entry per axis, and what stands in for those left out."""
    layer, rank = placed.layer, len(placed.inputs[0]) - 1
    declared, found = layer.options(), {}
    for name, option in declared.items():
        stands_in = declared[option.default_to] if option.default_to and getattr(layer, name) is None else option
        found[name] = stands_in.spread(getattr(layer, stands_in.name), rank)
    return {**found, "freeze": placed.frozen, "reuse": placed.reuses is not None}


def _differing(one: Row, other: Row) -> dict[str, tuple[Any, Any]]:
    """The options of two layers that differ; of folded calls, how many layers they hold if that does."""
    if len(one.placed) > 1 or len(other.placed) > 1:
        counts = len(one.placed), len(other.placed)
        return {"layers": counts} if counts[0] != counts[1] else {}
    mine, its = _options(one.placed[0]), _options(other.placed[0])
    return {name: (mine[name], its[name]) for name in mine if name in its and mine[name] != its[name]}


_LETTERS: Final[tuple[tuple[int, Callable[[Row], Hashable]], ...]] = (
    (1, lambda row: row.path),
    (2, lambda row: (row.inputs, row.output)),
    (3, _settings),
    (4, lambda row: _type(row.placed[0])),
)
"""What may be equal in two layers, and what it counts: tried on pairs of bundled networks, where a reader sees what
belongs together.
"""


def _seams(rows: Sequence[Row]) -> list[int]:
    """Before every row, and at the end, how many block calls go on."""
    calls = [[call.path for call in row.calls] for row in rows]
    shared = (
        next((at for at, (a, b) in enumerate(zip(*two)) if a != b), min(map(len, two))) for two in pairwise(calls)
    )
    return [0, *shared, 0]
