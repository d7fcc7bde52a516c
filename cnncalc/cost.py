"""What a network costs to run and to train: memory by its parts, the largest batch, and time on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from types import MappingProxyType
from typing import NamedTuple

from cnncalc.analysis import Analysis, analyze
from cnncalc.errors import SpecError
from cnncalc.memory import Memory, memory, most
from cnncalc.roofline import Bound, Machine, Schedule, bound

SLOTS: Mapping[str, int] = MappingProxyType({"sgd": 0, "momentum": 1, "adam": 2})
"""Tensors that an optimizer keeps for each that it trains."""


class Need(NamedTuple):
    """What is held at once to run or to train, in bytes; None where a part has no place."""

    parameters: int
    buffers: int
    peak: int | None
    saved: int | None
    gradients: int | None
    optimizer: int | None

    @property
    def fixed(self) -> int:
        """What doesn't grow with the batch."""
        return self.parameters + self.buffers + (self.gradients or 0) + (self.optimizer or 0)

    @property
    def total(self) -> int:
        return sum(part for part in self if part is not None)


@dataclass(frozen=True)
class Cost:
    """The cost of a network at the batch and the type of its analysis."""

    analysis: Analysis
    memory: Memory
    in_place: bool
    budget: int | None
    """Bytes to fit the largest batch into."""
    schedule: Schedule | None
    machine: Machine | None

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """For inference, and for training with each optimizer."""
        return needs(self.memory, self.trains)

    @property
    def trains(self) -> bool:
        """Whether the type has gradients: in PyTorch only floating point does."""
        return self.analysis.dtype != "int8"

    @cached_property
    def batches(self) -> Mapping[str, int | None]:
        """The largest batch of each use that fits into the budget; None where nothing grows with the batch."""
        budget, at = self.budget, cache(self._at)
        if budget is None:
            return {}

        def largest(use: str) -> int | None:
            return most(budget, lambda batch: at(batch)[use].total)

        return {use: largest(use) for use in self.needs}

    @cached_property
    def least(self) -> tuple[int, Mapping[str, Need]]:
        """The smallest batch that the network takes, and its needs: what normalises one value takes two images."""
        try:
            return 1, self._at(1)
        except SpecError:
            return 2, self._at(2)

    def _at(self, batch: int) -> Mapping[str, Need]:
        """The needs at another batch."""
        analysis = analyze(self.analysis.network, batch=batch, dtype=self.analysis.dtype)
        return needs(memory(analysis, in_place=self.in_place), self.trains)

    @cached_property
    def operations(self) -> Mapping[str, int]:
        """MACs and FLOPs of one example."""
        return {name: self.analysis.totals[name] // self.analysis.batch for name in ("macs", "flops")}

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The bound of every layer on the machine."""
        if self.machine is None:
            return ()
        return tuple(bound(self.analysis, row, self.machine) for row in self.analysis.rows)

    def seconds(self, by: str | None = None) -> Fraction:
        """The sum of the bounds, of all or of those by `compute` or `memory`."""
        return sum((found.seconds for found in self.bounds if by in (None, found.by)), Fraction(0))


def needs(memory: Memory, trains: bool = True) -> dict[str, Need]:
    """What inference holds, and, where the type has gradients, training with each optimizer."""
    base, one = (memory.weights, memory.buffers), memory.trainable
    found = {"inference": Need(*base, memory.peak, None, None, None)}
    if trains:
        found |= {name: Need(*base, None, memory.saved, one, slots * one) for name, slots in SLOTS.items()}
    return found
