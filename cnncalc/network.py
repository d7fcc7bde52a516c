"""The network: a flat graph of layers in execution order, every size known, every layer with the place it was written.

Tensors are known by the path of the layer that makes them, or by the name of an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from cnncalc.errors import Mark
from cnncalc.figure import Figure
from cnncalc.layers import Layer, Shape, Sized


class BlockCall(NamedTuple):
    """A call of a block around a layer: `stage1.bottleneck2` of the block `bottleneck`."""

    path: str
    block: str
    mark: Mark


class Placed(NamedTuple):
    """A layer in its place: where its inputs come from, their shapes, and everything that follows from them."""

    path: str
    layer: Layer
    sources: tuple[str, ...]
    inputs: tuple[Shape, ...]
    sized: Sized
    mark: Mark
    calls: tuple[BlockCall, ...]
    frozen: bool
    reuses: str | None
    """The path of the layer whose weights it uses again."""

    @property
    def output(self) -> Shape:
        return self.sized.shape


class Claim(NamedTuple):
    """One entry of an `expect:`: a quantity of the layers from `first` up to `last`, and what the source states."""

    path: str
    """The path of the step, of one without a name those of its first and last layer; empty for the whole network."""
    first: int
    last: int
    tensor: str
    """What leaves the step; empty for the whole network."""
    quantity: str
    value: Shape | tuple[Shape, ...] | int | Figure
    written: str
    mark: Mark
    """The place of the value."""


@dataclass(frozen=True, repr=False)
class Network:
    """A network read from a spec."""

    name: str
    source: str | None
    inputs: Mapping[str, Shape]
    outputs: tuple[str, ...]
    layers: tuple[Placed, ...]
    blocks: Mapping[str, str] = field(default_factory=dict)
    """The tensor that each block call gives, by the path of the call."""
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """Remarks on what is legal and often a mistake, each with its place."""
    claims_set_aside: int = 0
    """How many claims say nothing here: they hold for the variables and inputs of the spec itself."""

    def __repr__(self) -> str:
        return f"<Network {self.name}: {len(self.layers):,} layers>"

    @cached_property
    def by_path(self) -> Mapping[str, Placed]:
        return {placed.path: placed for placed in self.layers}

    def shape(self, tensor: str) -> Shape:
        """The shape of a tensor, by the path of its layer or the name of an input; `KeyError` if there is none."""
        return self.inputs[tensor] if tensor in self.inputs else self.by_path[tensor].output
