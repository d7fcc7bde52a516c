"""Runs the built network once on zeros and sets what happened beside what was predicted.

Real tensors of batch 1, evaluation and inference mode: the meta device accepts options that the CPU refuses, and is
left to what has no room on the CPU. A layer gets its weights for as long as it runs. One that fails, or ran without
memory, hands on zeros of the predicted shape, so that one fault names one layer.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils.flop_counter import FlopCounterMode
from torch.utils.weak import WeakTensorKeyDictionary

from cnncalc.analysis import Row, analyze
from cnncalc.errors import CannotRun
from cnncalc.layers import Shape
from cnncalc.layers.join import Join
from cnncalc.network import Network, Placed
from cnncalc.pytorch.build import BuildError, Built, Compute, build
from cnncalc.pytorch.joins import Watch, predicted_join
from cnncalc.pytorch.machine import device_of, out_of_memory, require_memory
from cnncalc.pytorch.storage import BUDGET, Storage, storage
from cnncalc.pytorch.verification import COUNTS, QUANTITIES, Check, LayerCheck, Verification


def verify(network: Network, device: str = "cpu") -> Verification:
    """The whole comparison; see `cnncalc.pytorch.verify`."""
    place, analysis = device_of(device), analyze(network)
    given = storage(network, BUDGET if place.type == "cpu" else None)
    require_memory(network.name, given.need, place)
    try:
        built = build(network)
    except BuildError as error:
        row = next(row for row in analysis.rows if row.path == error.placed.path)
        refused = LayerCheck(row.path, _predicted(row), {"error": str(error)})
        return Verification(network.name, str(place), _checks([refused], {}, {}), (refused,))
    measuring = _Measuring(network, place, given)
    outputs = measuring.run(built)
    layers = tuple(
        LayerCheck(row.path, _predicted(row), measured) for row, measured in zip(analysis.rows, measuring.rows)
    )
    checks = _checks(layers, analysis.totals, measuring.totals(built))
    checks["outputs"] = Check((), [[name, list(network.shape(name))] for name in network.outputs], outputs)
    return Verification(network.name, str(place), checks, layers, given.on_meta, given.not_allocated)


class _Measuring:
    """Measures every layer as it runs; knows every tensor by the path of the layer that made it."""

    def __init__(self, network: Network, device: torch.device, given: Storage) -> None:
        self.network, self.device, self.given = network, device, given
        self.on_meta = frozenset(given.on_meta)
        self.rows: list[dict[str, Any]] = []
        self.flops = FlopCounterMode(display=False)
        self.names = WeakTensorKeyDictionary()
        self.owners: dict[int, str] = {}
        """The layer that each parameter and buffer belongs to, by its id."""
        self.modules: dict[int, str] = {}
        """The names of the submodules, by the id of the module."""

    def run(self, built: Built) -> list[list[Any]]:
        """Runs the network; gives the names and shapes of its outputs in their order."""
        try:
            built.eval()
            self.modules = {id(module): name for name, module in built.named_modules(remove_duplicate=False)}
            with warnings.catch_warnings(), torch.inference_mode(), self.flops:
                warnings.simplefilter("ignore")  # of slow padding, mostly: no news about the network
                inputs = [self.zeros(shape, name) for name, shape in self.network.inputs.items()]
                given = built(*inputs, through=self.layer)
            if self.device.type == "cuda":
                torch.cuda.synchronize(self.device)
        except (RuntimeError, MemoryError) as error:
            if out_of_memory(error):
                raise CannotRun(f"memory ran short on {self.device}: {error}") from None
            raise
        outputs = given if isinstance(given, tuple) else (given,)
        return [[self.name(output), _size(output)] for output in outputs]

    def layer(self, placed: Placed, compute: Compute, arguments: Sequence[Tensor]) -> Tensor:
        """Computes one layer and notes everything about it."""
        measured: dict[str, Any] = {"inputs": [self.name(argument) for argument in arguments]}
        measured |= self.holds(placed, compute)
        result, before, watch = None, self.flops.get_total_flops(), Watch()
        if placed.path in self.on_meta:
            arguments = [self.known(argument.to("meta"), self.name(argument)) for argument in arguments]
        try:
            if isinstance(placed.layer, Join):
                with watch:
                    result = compute(*arguments)
                measured["join"] = watch.expression(result, self.name)
            else:
                result = self.run_module(placed, compute, arguments)
            measured["output"] = _size(result)
        except Exception as error:  # whatever PyTorch raises, the layer is at fault, unless memory ran short
            if out_of_memory(error):
                raise
            measured["error"] = str(error) or type(error).__name__
        measured["flops"] = self.flops.get_total_flops() - before
        self.rows.append({quantity: measured[quantity] for quantity in QUANTITIES if quantity in measured})
        without = placed.path in self.given.tensors
        if isinstance(result, Tensor) and _size(result) == list(placed.output) and result.is_meta == without:
            return self.known(result, placed.path)
        return self.zeros(placed.output, placed.path)

    def run_module(self, placed: Placed, module: Compute, arguments: Sequence[Tensor]) -> Any:
        """Computes one layer with zeros for weights, which nobody else holds; on the meta device where it has none."""
        if placed.path in self.on_meta:
            return module(*arguments)
        assert isinstance(module, nn.Module)
        held = (*module.named_parameters(), *module.named_buffers())
        zeros = {name: torch.zeros(tensor.shape, dtype=tensor.dtype, device=self.device) for name, tensor in held}
        return functional_call(module, zeros, tuple(arguments))

    def holds(self, placed: Placed, compute: Compute) -> dict[str, Any]:
        """The sizes of what a layer owns, its name among the submodules, and the layer whose weights it has."""
        if not isinstance(compute, nn.Module):
            return _sizes([], [])
        held = [*compute.named_parameters(), *compute.named_buffers()]
        owners = dict.fromkeys(self.owners[id(tensor)] for _, tensor in held if id(tensor) in self.owners)
        parameters = [(name, p) for name, p in compute.named_parameters() if id(p) not in self.owners]
        buffers = [b for b in compute.buffers() if id(b) not in self.owners]
        self.owners.update(dict.fromkeys(map(id, [*(p for _, p in parameters), *buffers]), placed.path))
        name = self.modules.get(id(compute), "a module of no name")
        reuses = {"reuses": ", ".join(owners)} if owners else {}
        return {**_sizes(parameters, buffers), "module": _named(name, placed), **reuses}

    def totals(self, built: Built) -> dict[str, int]:
        """What the network as a whole holds and computed."""
        return _sizes([*built.named_parameters()], [*built.buffers()]) | {"flops": self.flops.get_total_flops()}

    def zeros(self, shape: Shape, name: str) -> Tensor:
        device = torch.device("meta") if name in self.given.tensors else self.device
        return self.known(torch.zeros((1, *shape), device=device), name)

    def known(self, tensor: Tensor, name: str) -> Tensor:
        """The tensor under this name; another object where a layer hands its input on, which has a name already."""
        tensor = tensor.view_as(tensor) if tensor in self.names else tensor
        self.names[tensor] = name
        return tensor

    def name(self, tensor: Tensor) -> str:
        return str(self.names.get(tensor, "a tensor of no layer"))  # type: ignore[no-untyped-call]


def _predicted(row: Row) -> dict[str, Any]:
    """The very numbers that the table shows."""
    [placed] = row.placed
    identity = {"join": predicted_join(placed)} if isinstance(placed.layer, Join) else {"module": placed.path}
    sized = placed.sized
    if placed.reuses and sized.weights.value + sized.biases.value + sized.buffers.value:
        identity["reuses"] = placed.reuses
    counts = {name: row.counts[name] for name in COUNTS}
    return {"output": list(row.output), **counts, "inputs": list(row.sources), **identity}


def _named(name: str, placed: Placed) -> str:
    """The path for the name of a submodule that is the path: the layer's own, or that of the one whose module it runs.

    A name that nn.Module owns bears a trailing `_` there.
    """
    for path in filter(None, (placed.path, placed.reuses)):
        parts = zip(path.split("."), name.split("."), strict=False)
        if path.count(".") == name.count(".") and all(b.rstrip("_") == a.rstrip("_") for a, b in parts):
            return placed.path
    return name


def _checks(
    layers: Sequence[LayerCheck], predicted: Mapping[str, int], measured: Mapping[str, int]
) -> dict[str, Check]:
    failed = {quantity: tuple(layer.path for layer in layers if quantity in layer.failed) for quantity in QUANTITIES}
    return {
        quantity: Check(paths, predicted.get(quantity), measured.get(quantity)) for quantity, paths in failed.items()
    }


def _sizes(parameters: Sequence[tuple[str, Tensor]], buffers: Sequence[Tensor]) -> dict[str, int]:
    counts = [(name.rpartition(".")[2], parameter.requires_grad, parameter.numel()) for name, parameter in parameters]
    return {
        "params": sum(size for _, _, size in counts),
        "weights": sum(size for name, _, size in counts if name != "bias"),
        "trainable": sum(size for _, trainable, size in counts if trainable),
        "buffers": sum(buffer.numel() for buffer in buffers),
    }


def _size(result: Any) -> list[int] | str:
    """The shape without the batch; with it where it is not 1 any more."""
    if not isinstance(result, Tensor):
        return type(result).__name__
    return list(result.shape[1:] if result.shape[:1] == (1,) else result.shape)
