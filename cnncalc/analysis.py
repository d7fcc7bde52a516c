"""What a network costs: exact counts per layer and in total, for a batch.

Params are learnable tensors as PyTorch registers them. MACs are those of convolutions and matrix products, positions
that fall on padding included, bias additions not; FLOPs are two per MAC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.formula import ZERO, Formula, Number
from cnncalc.layers import Shape, Unfit
from cnncalc.layers.base import NOTHING
from cnncalc.network import BlockCall, Network, Placed

if TYPE_CHECKING:
    from cnncalc.receptive import Field

PARAMS = Formula("weights + biases")
TRAINABLE = Formula("params")
FLOPS = Formula("2*MACs")
BATCHED = Formula("batch * MACs")
PARAM_BYTES = Formula("params * bytes")

DTYPES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""Bytes of one number, by PyTorch's name of its type."""

QUANTITIES = ("params", "weights", "biases", "trainable", "buffers", "macs", "flops", "param_bytes")
"""The counts of a row, all of which add up to the totals."""

OF_WEIGHTS = tuple(name for name in QUANTITIES if name not in ("macs", "flops"))
"""The counts that are 0 where a layer runs again with the weights of another."""


class Row(NamedTuple):
    """The counts of one layer, or of a folded block call: whole numbers for the whole batch."""

    path: str
    type: str
    sources: tuple[str, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    counts: Mapping[str, int]
    placed: tuple[Placed, ...]
    """The layers it stands for: one, or those of a folded block."""

    calls: tuple[BlockCall, ...]
    """The block calls around it, from the outside in."""

    @property
    def mark(self) -> Mark:
        """Where the layer, or the folded call, is written."""
        first = self.placed[0]
        return first.mark if len(self.calls) == len(first.calls) else first.calls[len(self.calls)].mark


@dataclass(frozen=True, repr=False, eq=False)
class Analysis:
    """A network and its counts at one batch size and one type of number; equal to itself alone, so that it is a key."""

    network: Network
    batch: int
    dtype: str
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        return f"<Analysis of {self.network!r}, batch {self.batch}, {self.dtype}>"

    @cached_property
    def totals(self) -> Mapping[str, int]:
        """The sum over the rows of every count."""
        return _sums(self.rows)

    @cached_property
    def depth(self) -> int:
        """The number of weight layers on the longest path to an output: the 50 of ResNet-50."""
        depths = dict.fromkeys(self.network.inputs, 0)
        for placed in self.network.layers:
            before = max(depths[source] for source in placed.sources)
            depths[placed.path] = before + (placed.layer.macs is not NOTHING)
        return max(depths[output] for output in self.network.outputs)

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, Field]]:
        """The receptive field of every tensor on every input, by the name of the input."""
        from cnncalc.receptive import fields

        return {name: fields(self.network, input=name) for name in self.network.inputs}

    def folded(self, depth: int) -> tuple[Row, ...]:
        """The rows with every block call deeper than `depth` levels folded into one row."""
        names = {placed.path: _fold(placed, depth) or placed.path for placed in self.network.layers}
        folds = groupby(self.rows, key=lambda row: _fold(row.placed[0], depth))
        found = (row for path, rows in folds for row in self._fold(path, list(rows), depth))
        return tuple(row._replace(sources=tuple(names.get(s, s) for s in row.sources)) for row in found)

    def _fold(self, path: str | None, rows: list[Row], depth: int) -> list[Row]:
        if path is None:
            return rows
        placed = tuple(row.placed[0] for row in rows)
        made = {p.path for p in placed}
        entering = dict.fromkeys((s, i) for p in placed for s, i in zip(p.sources, p.inputs) if s not in made)
        sources, inputs = tuple(s for s, _ in entering), tuple(i for _, i in entering)
        block, output = placed[0].calls[depth - 1].block, self.network.shape(self.network.blocks[path])
        return [Row(path, block, sources, inputs, output, _sums(rows), placed, placed[0].calls[: depth - 1])]


def analyze(network: Network, *, batch: int = 1, dtype: str = "float32") -> Analysis:
    """Counts everything; raises `SpecError` where a layer can't work at this batch size.

    >>> analyze(loads("input: [3, 32, 32]\\nlayers: [{conv: 10, kernel_size: 5, padding: 2}]")).totals["params"]
    760
    """
    if batch < 1:
        raise ValueError(f"batch is at least 1, not {batch}")
    if dtype not in DTYPES:
        raise ValueError(f"dtype is one of {', '.join(DTYPES)}, not {dtype}")
    rows = tuple(_row(placed, batch, dtype) for placed in network.layers)
    return Analysis(network, batch, dtype, rows)


def numbers(placed: Placed, batch: int = 1, dtype: str = "float32") -> dict[str, Number]:
    """Every count of a layer with its formula and the numbers that went in."""
    sized = placed.sized
    weights, biases, buffers = (ZERO, ZERO, ZERO) if placed.reuses else (sized.weights, sized.biases, sized.buffers)
    params = ZERO if weights is biases is ZERO else PARAMS.of({"weights": weights.value, "biases": biases.value})
    macs = sized.macs
    if batch > 1 and macs is not ZERO:
        macs = BATCHED.of({"batch": batch, "MACs": macs.value})
    return {
        "params": params,
        "weights": weights,
        "biases": biases,
        "trainable": ZERO if placed.frozen or params is ZERO else TRAINABLE.of({"params": params.value}),
        "buffers": buffers,
        "macs": macs,
        "flops": ZERO if macs is ZERO else FLOPS.of({"MACs": macs.value}),
        "param_bytes": ZERO if params is ZERO else PARAM_BYTES.of({"params": params.value, "bytes": DTYPES[dtype]}),
    }


def _row(placed: Placed, batch: int, dtype: str) -> Row:
    try:
        placed.layer.check_batch(batch, placed.inputs[0])
    except Unfit as unfit:
        message = f"{unfit.message} (batch {batch})"
        raise SpecError(Problem(message, placed.mark, unfit.because, unfit.hint)) from None
    counts = {name: number.value for name, number in numbers(placed, batch, dtype).items()}
    made = placed.layer.type, placed.sources, placed.inputs, placed.output
    return Row(placed.path, *made, counts, (placed,), placed.calls)


def _sums(rows: Iterable[Row]) -> dict[str, int]:
    counts = [row.counts for row in rows]
    return {name: sum(count[name] for count in counts) for name in QUANTITIES}


def _fold(placed: Placed, depth: int) -> str | None:
    """The path of the block call that is folded around a layer."""
    return placed.calls[depth - 1].path if depth > 0 and len(placed.calls) >= depth else None
