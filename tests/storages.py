"""What the built network does with memory, measured: storages that come and go, and tensors that autograd keeps."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence, Set
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from cnncalc.network import Network, Placed
from cnncalc.pytorch.build import Built, Compute, build


class Storages(TorchDispatchMode):
    """The storages of some tensors, and every one made below it, for as long as they exist; `held` ones aside."""

    def __init__(self, tensors: Iterable[Tensor], held: Iterable[Tensor]) -> None:
        super().__init__()
        self.held = {tensor.untyped_storage()._cdata for tensor in held}
        self.made: dict[int, tuple[StorageWeakRef, int]] = {}
        for tensor in tensors:
            self.see(tensor)

    def see(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self.held:
            self.made[storage._cdata] = StorageWeakRef(storage), storage.nbytes()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, Tensor):
                self.see(tensor)
        return result

    def alive(self) -> dict[int, int]:
        """The bytes of every storage that still exists."""
        self.made = {at: (ref, size) for at, (ref, size) in self.made.items() if not ref.expired()}
        return {at: size for at, (_, size) in self.made.items()}


def measured_live(network: Network, batch: int, overwriting: Set[str] = frozenset()) -> list[tuple[str, int, int]]:
    """Of every layer the bytes of new storages that it leaves behind, and of all that exist when it has run.

    In evaluation and inference mode. What it has allocated and freed inside is gone by then; its inputs are not.
    """
    built, inputs = _built(network, batch, training=False)
    found: list[tuple[str, int, int]] = []
    with torch.inference_mode(), Storages(inputs, _held(built)) as storages:

        def through(placed: Placed, compute: Compute, arguments: Sequence[Tensor]) -> Any:
            before = storages.alive()
            result = _call(compute, arguments, placed.path in overwriting)
            alive = storages.alive()
            new = sum(size for at, size in alive.items() if at not in before)
            found.append((placed.path, new, sum(alive.values())))
            return result

        built(*inputs, through=through)
    return found


class _Packed:
    """What autograd holds in place of a tensor that it keeps."""

    def __init__(self, tensor: Tensor, path: str) -> None:
        self.tensor, self.path = tensor.detach(), path  # an output would hold what made it, and that would hold this


def measured_saved(network: Network, batch: int, overwriting: Set[str] = frozenset()) -> dict[str, int]:
    """Of every layer the bytes that autograd keeps because of it at the end of a forward pass in training.

    By storage, for the first layer that keeps it; parameters and buffers aside.
    """
    built, inputs = _built(network, batch, training=True)
    packed: list[weakref.ref[_Packed]] = []
    now = ""

    def pack(tensor: Tensor) -> _Packed:
        held = _Packed(tensor, now)
        packed.append(weakref.ref(held))
        return held

    def through(placed: Placed, compute: Compute, arguments: Sequence[Tensor]) -> Any:
        nonlocal now
        now = placed.path
        return _call(compute, arguments, placed.path in overwriting)

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda held: held.tensor):
        outputs = built(*inputs, through=through)  # they hold all that is kept
        seen = {tensor.untyped_storage()._cdata for tensor in _held(built)}
        saved = dict.fromkeys(network.by_path, 0)
        for held in filter(None, [reference() for reference in packed]):
            storage = held.tensor.untyped_storage()
            if storage._cdata not in seen:
                seen.add(storage._cdata)
                saved[held.path] += storage.nbytes()
        del outputs
    return saved


def train(network: Network, batch: int, overwriting: Set[str]) -> None:
    """One forward and one backward pass; PyTorch raises where what it kept was overwritten."""
    built, inputs = _built(network, batch, training=True)
    outputs = built(*inputs, through=lambda placed, *call: _call(*call, placed.path in overwriting))
    loss = sum(output.sum() for output in (outputs if isinstance(outputs, tuple) else (outputs,)))
    if isinstance(loss, Tensor) and loss.requires_grad:
        loss.backward()


def _built(network: Network, batch: int, *, training: bool) -> tuple[Built, list[Tensor]]:
    built = build(network, device="cpu").train(training)
    return built, [torch.rand(batch, *shape) for shape in network.inputs.values()]


def _held(built: Built) -> list[Tensor]:
    return [*built.parameters(), *built.buffers()]


def _call(compute: Compute, arguments: Sequence[Tensor], in_place: bool) -> Any:
    if in_place:
        compute.inplace = True
    try:
        return compute(*arguments)
    finally:
        if in_place:
            compute.inplace = False
