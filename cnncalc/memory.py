"""Memory by liveness: what is allocated, what lives at a time, and what autograd keeps in training.

Tensors are storages: a view allocates nothing and keeps the storage of its input alive. A storage dies after the last
layer that reads it; the network's inputs live throughout, its outputs to the end. What an operation allocates and frees
inside is not counted. Views are followed element by element, also through layers that write in the order in which they
read: where PyTorch has to copy, a copy is counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from cnncalc.analysis import DTYPES, Analysis
from cnncalc.errors import SpecError
from cnncalc.layers.strides import Strides, in_order
from cnncalc.layers.tensors import Kept, Run
from cnncalc.network import Network, Placed

INT64: Final = 8


class Use(NamedTuple):
    """The storages of one layer, in bytes for the whole batch."""

    path: str
    allocated: int
    """What it allocates: nothing if it gives a view or works in place."""
    live: int
    """All that lives while it runs."""
    saved: int
    """What autograd keeps because of it in training; a storage is counted where it is kept first."""


@dataclass(frozen=True)
class Memory:
    """What a network needs at the batch and the type of its analysis, in bytes."""

    uses: tuple[Use, ...]
    """One per layer, in order of execution."""
    weights: int
    buffers: int
    activations: int
    """The network's inputs and every storage allocated."""
    elements: int
    """The same in elements."""
    peak: int
    """The most that lives at a time, weights aside."""
    peak_at: str
    """The first layer at which it does."""
    saved: int
    """What autograd keeps of one forward pass for the backward pass."""
    trainable: int
    """The trainable parameters; gradients need as much."""


def memory(analysis: Analysis, *, in_place: bool = False) -> Memory:
    """The memory of a network; `in_place` lets activations overwrite an input that nothing else reads.

    >>> memory(analyze(load("vgg16"))).elements, memory(analyze(load("vgg16")), in_place=True).elements
    (28793320, 15237608)
    """
    network, size = analysis.network, DTYPES[analysis.dtype]
    evaluation = _storages(network, analysis.batch, in_place, training=False)
    live = [size * elements for elements in evaluation.live()]
    allocated = [size * elements for elements in evaluation.allocated]
    saved = [*_saved(_storages(network, analysis.batch, in_place, training=True), size)]
    peak = max(live)
    elements = sum(evaluation.sizes)
    return Memory(
        uses=tuple(map(Use, network.by_path, allocated, live, saved)),
        weights=analysis.totals["param_bytes"],
        buffers=sum(_buffer_bytes(placed, size) for placed in network.layers),
        activations=size * elements,
        elements=elements,
        peak=peak,
        peak_at=network.layers[live.index(peak)].path,
        saved=sum(saved),
        trainable=analysis.totals["trainable"] * size,
    )


def most(budget_bytes: int, need: Callable[[int], int]) -> int | None:
    """The largest batch whose need, of inference or of training, is within a budget; 0 if none is.

    None if all are: nothing grows with the batch where nothing is trained. From 2 on, every storage is proportional to
    the batch or does not depend on it. A batch of 1 is another case: a part of it may lie in order where that of two
    does not and is copied, and some layers refuse to normalise one value.
    """
    two = need(2)
    if two <= budget_bytes:
        growth = need(3) - two
        return 2 + (budget_bytes - two) // growth if growth else None
    try:
        return int(need(1) <= budget_bytes)
    except SpecError:
        return 0


class _Storages:
    """The storage that every tensor lies in, by number, the network's inputs first; sizes are in elements."""

    def __init__(self, network: Network, batch: int, training: bool, overwriting: Set[str] = frozenset()) -> None:
        self.network, self.overwriting = network, overwriting
        self.sizes: list[int] = []
        self.of: dict[str, int] = {}
        self.allocated: list[int] = []
        self.runs: list[Run] = []
        strides: dict[str, Strides] = {}
        gradient: dict[str, bool] = dict.fromkeys(network.inputs, False)
        for name, shape in network.inputs.items():
            strides[name] = in_order((batch, *shape))
            self._allocate(name, (batch, *shape))
        for placed in network.layers:
            run = Run(
                tuple([(batch, *shape) for shape in placed.inputs]),
                tuple([strides[source] for source in placed.sources]),
                (batch, *placed.output),
                training,
                tuple([gradient[source] for source in placed.sources]),
                _trainable(placed, network),
            )
            lies = run.strides[0] if placed.path in overwriting else placed.layer.view(run)
            if lies is None:
                lies = placed.layer.written(run)
                self.allocated.append(self._allocate(placed.path, run.output))
            else:
                self.of[placed.path] = self.of[placed.sources[0]]
                self.allocated.append(0)
            strides[placed.path], gradient[placed.path] = lies, run.differentiated
            self.runs.append(run)

    def _allocate(self, name: str, shape: tuple[int, ...]) -> int:
        self.of[name] = len(self.sizes)
        self.sizes.append(math.prod(shape))
        return self.sizes[-1]

    def live(self) -> list[int]:
        """What lives while each layer runs."""
        last = [-1] * len(self.sizes)
        for at, placed in enumerate(self.network.layers):
            for name in (*placed.sources, placed.path):
                last[self.of[name]] = at
        kept = {self.of[name] for name in (*self.network.inputs, *self.network.outputs)}
        dying = [0] * len(self.network.layers)
        for storage, at in enumerate(last):
            if storage not in kept:
                dying[at] += self.sizes[storage]
        found, now = [], sum(self.sizes[: len(self.network.inputs)])
        for grown, freed in zip(self.allocated, dying):
            now += grown
            found.append(now)
            now -= freed
        return found

    def kept(self, placed: Placed, run: Run) -> Kept:
        """What autograd keeps of a layer."""
        if not run.differentiated:
            return Kept()
        if placed.path not in self.overwriting:
            views = self.of[placed.path] == self.of[placed.sources[0]]
            return Kept() if views else placed.layer.kept(run)
        return Kept(output=True) if placed.layer.in_place == "output" else Kept(numbers=math.prod(run.output))


def overwriting(network: Network, batch: int = 1, *, training: bool = False) -> Set[str]:
    """The activations that can overwrite their input.

    Nothing else reads it, and in training autograd does not keep it for the layer that made it: to overwrite that would
    be an error of the backward pass.
    """
    return _overwriting(_Storages(network, batch, training))


def views(network: Network, batch: int = 1) -> Set[str]:
    """The layers whose output lies, in evaluation, in the storage of their input."""
    plain = _Storages(network, batch, training=False)
    return {path for path, allocated in zip(network.by_path, plain.allocated) if not allocated}


def _storages(network: Network, batch: int, in_place: bool, training: bool) -> _Storages:
    plain = _Storages(network, batch, training)
    return _Storages(network, batch, training, _overwriting(plain)) if in_place else plain


def _overwriting(plain: _Storages) -> Set[str]:
    """The activations that can overwrite their input, from the storages as they are where nothing does."""
    network = plain.network
    readers = [0] * len(plain.sizes)
    for name in (*network.inputs, *network.outputs):
        readers[plain.of[name]] += 2
    for placed in network.layers:
        for storage in {plain.of[source] for source in placed.sources} - {plain.of[placed.path]}:
            readers[storage] += 1  # a view only hands on
    found, needed = set[str](), set[int]()
    for placed, run in zip(network.layers, plain.runs):
        layer, source, own = placed.layer, plain.of[placed.sources[0]], plain.of[placed.path]
        overwrites = layer.in_place is not None and readers[source] == 1 and source not in needed
        if overwrites:
            found.add(placed.path)
        keeps_output = layer.in_place == "output" if overwrites else "output" in layer.keeps
        if run.training and run.differentiated and keeps_output and own != source:
            needed.add(own)
    return found


def _saved(storages: _Storages, size: int) -> Iterator[int]:
    """What autograd keeps because of each layer: only of those that an output depends on."""
    network = storages.network
    needed = set(network.outputs)
    for placed in reversed(network.layers):
        if placed.path in needed:
            needed.update(placed.sources)
    seen = set[int]()
    for placed, run in zip(network.layers, storages.runs):
        kept = storages.kept(placed, run) if placed.path in needed else Kept()
        names = [placed.sources[at] for at in kept.inputs] + [placed.path] * kept.output
        new = {storages.of[name] for name in names} - seen
        seen |= new
        yield size * (sum(storages.sizes[storage] for storage in new) + kept.numbers) + INT64 * kept.indices


def _trainable(placed: Placed, network: Network) -> bool:
    frozen = network.by_path[placed.reuses].frozen if placed.reuses else placed.frozen
    return not frozen and placed.sized.weights.value + placed.sized.biases.value > 0


def _buffer_bytes(placed: Placed, size: int) -> int:
    buffers = 0 if placed.reuses else placed.sized.buffers.value
    counters = min(placed.layer.counters, buffers)
    return (buffers - counters) * size + counters * INT64
