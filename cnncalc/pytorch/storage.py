"""Which tensors of a verification get memory; the others have a shape and no storage, on PyTorch's meta device.

Weights live while their layer runs, inputs of the network throughout, other tensors until their last consumer has run.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cnncalc.analysis import DTYPES
from cnncalc.errors import CannotRun, visible
from cnncalc.network import Network, Placed
from cnncalc.pytorch.build import deaths

BUDGET: Final = 3 * 2**29
"""Bytes of all tensors that have memory at a time on the CPU, 1.5 GiB: PyTorch's convolutions copy their weights, it
takes 0.3 GiB itself, and a verification stays below 4 GiB. One number, so that every machine says the same.
"""


@dataclass(frozen=True)
class Storage:
    """What has memory and what has none."""

    need: int
    """Bytes that have memory while the greediest layer runs, but for what that layer uses inside."""
    tensors: frozenset[str]
    """The tensors without memory."""
    on_meta: tuple[str, ...]
    """The layers whose weights, an input or the output have no memory."""
    not_allocated: int
    """Bytes of all that has no memory."""


def storage(network: Network, budget: int | None) -> Storage:
    """Gives memory to everything; with a budget, to all up to the size at which they stay within it together."""
    tensors = {name: _bytes(math.prod(network.shape(name))) for name in (*network.inputs, *network.by_path)}
    weights = {placed.path: _bytes(_weights(placed)) for placed in network.layers}
    sizes = sorted({0, *tensors.values(), *weights.values()})
    if sizes[-1] >= 2**63:
        raise CannotRun(f"{visible(network.name)} has a tensor of {sizes[-1]:,} bytes; PyTorch's are below 2**63")

    def need(limit: int) -> int:
        return _most(network, _up_to(limit, tensors), _up_to(limit, weights))

    limit = sizes[-1] if budget is None else sizes[bisect_right(sizes, budget, key=need) - 1]
    without = tensors.keys() - _up_to(limit, tensors)
    heavy = weights.keys() - _up_to(limit, weights)
    on_meta = [p.path for p in network.layers if p.path in heavy or not without.isdisjoint((*p.sources, p.path))]
    owned = [path for path in heavy if not network.by_path[path].reuses]
    not_allocated = sum(tensors[name] for name in without) + sum(weights[path] for path in owned)
    return Storage(need(limit), frozenset(without), tuple(on_meta), not_allocated)


def _most(network: Network, tensors: Mapping[str, int], weights: Mapping[str, int]) -> int:
    live = most = sum(tensors.get(name, 0) for name in network.inputs)
    for placed, dying in zip(network.layers, deaths(network)):
        live += tensors.get(placed.path, 0)
        most = max(most, live + weights.get(placed.path, 0))
        live -= sum(tensors.get(name, 0) for name in dying if name not in network.inputs)
    return most


def _up_to(limit: int, sizes: Mapping[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size <= limit}


def _weights(placed: Placed) -> int:
    sized = placed.sized
    return sized.weights.value + sized.biases.value + sized.buffers.value


def _bytes(elements: int) -> int:
    return DTYPES["float32"] * elements
