"""Time on paper: operations over a rate, and for each layer the bound of arithmetic or of memory, the larger.

Nothing here is measured. Only the forward pass is counted, every layer on its own: each tensor that it reads or writes
is moved once, and nothing stays in a cache for the next layer (the roofline of Williams, Waterman, Patterson 2009).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from cnncalc.analysis import DTYPES, Analysis, Row
from cnncalc.curve import Real
from cnncalc.formula import Formula, Number
from cnncalc.memory import views
from cnncalc.network import Placed

DURATION = Real("examples*epochs*operations/rate")
MOVED = Formula("(batch*(inputs + outputs) + params)*bytes")
INTENSITY = Real("FLOPs/moved")
COMPUTE = Real("FLOPs/rate")
TRAFFIC = Real("moved/bandwidth")
BOUND = Real(f"max({COMPUTE.source}, {TRAFFIC.source})")
RIDGE = Real("rate/bandwidth")


class Schedule(NamedTuple):
    """How often the network runs forward, and how many operations a second it gets."""

    examples: int
    epochs: int
    rate: int

    def seconds(self, operations: int) -> Fraction:
        """The time of all examples, so many operations each."""
        found: Fraction = DURATION(self.symbols(operations))
        return found

    def symbols(self, operations: int) -> dict[str, int | Fraction]:
        """What the formula sees; the rate as a fraction, so that the quotient is exact."""
        return {**self._asdict(), "operations": operations, "rate": Fraction(self.rate)}


class Machine(NamedTuple):
    """A machine on paper: FLOPs and bytes per second."""

    rate: int
    bandwidth: int

    @property
    def symbols(self) -> dict[str, Fraction]:
        """What the formulas see; fractions, so that every quotient is exact."""
        return {"rate": Fraction(self.rate), "bandwidth": Fraction(self.bandwidth)}

    @property
    def ridge(self) -> Fraction:
        """The intensity below which memory binds, in FLOPs per byte."""
        found: Fraction = RIDGE(self.symbols)
        return found


class Bound(NamedTuple):
    """The least time that a row takes, in seconds, and what takes it; nothing does where there is nothing to do."""

    seconds: Fraction
    by: Literal["compute", "memory"] | None


@lru_cache(maxsize=1)
def traffic(analysis: Analysis) -> Mapping[str, int]:
    """The bytes that each layer moves, by its path."""
    seen_through = views(analysis.network, analysis.batch)
    return {
        placed.path: 0 if placed.path in seen_through else moved(placed, analysis.batch, analysis.dtype).value
        for placed in analysis.network.layers
    }


def moved(placed: Placed, batch: int, dtype: str) -> Number:
    """The bytes of the inputs, the parameters and the output of a layer that is no view, each once."""
    sized = placed.sized
    return MOVED.of(
        {
            "batch": batch,
            "inputs": sum(math.prod(shape) for shape in dict(zip(placed.sources, placed.inputs)).values()),
            "outputs": math.prod(placed.output),
            "params": sized.weights.value + sized.biases.value,
            "bytes": DTYPES[dtype],
        }
    )


def bytes_moved(analysis: Analysis, row: Row) -> int:
    """The bytes that the layers of a row move; views move none."""
    found = traffic(analysis)
    return sum(found[placed.path] for placed in row.placed)


def intensity(analysis: Analysis, row: Row) -> float | None:
    """FLOPs per byte moved; None where none is."""
    total = bytes_moved(analysis, row)
    return INTENSITY({"FLOPs": row.counts["flops"], "moved": total}) if total else None


def bound(analysis: Analysis, row: Row, machine: Machine) -> Bound:
    """The bound of a layer on a machine; where both bind alike, arithmetic does."""
    values = {"FLOPs": row.counts["flops"], "moved": bytes_moved(analysis, row), **machine.symbols}
    seconds: Fraction = BOUND(values)
    by_memory = TRAFFIC(values) > COMPUTE(values)
    return Bound(seconds, ("memory" if by_memory else "compute") if seconds else None)
