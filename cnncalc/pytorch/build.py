"""The network as an `nn.Module` whose submodules are named by the paths of the layers.

Every layer says as data which constructors to call; nothing here knows a layer type. Joins have no module: they are
`+`, `*` and `torch.cat`, applied in order. Other tools tell `a + b` from `torch.add(a, b)`, and count only the latter.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from cnncalc.layers.base import Call
from cnncalc.layers.join import Join
from cnncalc.network import Network, Placed
from cnncalc.pytorch import modules

Compute: TypeAlias = Callable[..., Any]
Through: TypeAlias = Callable[[Placed, Compute, Sequence[Tensor]], Any]
"""Stands around the computation of one layer: is given what computes it and on which tensors, returns the result."""


class BuildError(RuntimeError):
    """PyTorch refuses to construct a layer."""

    def __init__(self, placed: Placed, error: Exception) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.placed = placed


@dataclass(frozen=True)
class Step:
    """A layer, what computes it, and the tensors that nobody needs afterwards."""

    placed: Placed
    compute: Compute
    dies: tuple[str, ...]


class Built(nn.Module):
    """Takes the network's inputs in their order; gives its output, or a tuple where there are several."""

    # Private twice over: every public name of the root would be one that no layer can have.
    __steps: tuple[Step, ...]
    __network: Network

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.__network, self.__steps = network, ()
        self.__steps = tuple(_steps(network, self))

    def forward(self, *inputs: Tensor, through: Through | None = None) -> Tensor | tuple[Tensor, ...]:
        tensors = dict(zip(self.__network.inputs, inputs, strict=True))
        for step in self.__steps:
            arguments = [tensors[source] for source in step.placed.sources]
            call = step.compute if through is None else functools.partial(_observed, through, step)
            tensors[step.placed.path] = call(*arguments)
            del arguments
            for name in step.dies:
                del tensors[name]
        outputs = tuple(tensors[name] for name in self.__network.outputs)
        return outputs[0] if len(outputs) == 1 else outputs


def build(network: Network, device: str = "meta") -> Built:
    """The network in PyTorch; on `meta` without storage, elsewhere with PyTorch's usual initial weights.

    `built(*inputs, through=f)` runs it with `f(placed, compute, arguments)` around every layer.
    """
    with torch.device(device):
        return Built(network)


def deaths(network: Network) -> list[tuple[str, ...]]:
    """For every layer in order, the tensors that nobody needs after it has run."""
    last = dict.fromkeys(network.inputs, 0)
    for at, placed in enumerate(network.layers):
        last.update(dict.fromkeys((*placed.sources, placed.path), at))
    dying: list[list[str]] = [[] for _ in network.layers]
    for name, at in last.items():
        if name not in network.outputs:
            dying[at].append(name)
    return [tuple(names) for names in dying]


def construct(calls: Sequence[Call]) -> nn.Module:
    """The module of these constructor calls: ours where PyTorch has none, a sequence where there are several."""
    built = [(getattr(modules, name, None) or getattr(nn, name))(**options) for name, options in calls]
    return built[0] if len(built) == 1 else nn.Sequential(*built)


def _steps(network: Network, root: nn.Module) -> list[Step]:
    containers, computes, steps = {"": root}, dict[str, Compute](), list[Step]()
    for placed, dying in zip(network.layers, deaths(network)):
        try:
            compute = _compute(placed, network, computes)
        except Exception as error:  # whatever a constructor raises, the layer is at fault
            raise BuildError(placed, error) from error
        if isinstance(compute, nn.Module) and compute is not computes.get(placed.reuses or ""):
            _register(compute, placed.path, containers)
        computes[placed.path] = compute
        steps.append(Step(placed, compute, dying))
    return steps


def _compute(placed: Placed, network: Network, computes: dict[str, Compute]) -> Compute:
    layer, inputs = placed.layer, placed.inputs
    if isinstance(layer, Join):
        return functools.partial(_join, layer.operator, layer.torch_options(*inputs))
    calls = layer.torch(*inputs)
    if placed.reuses is None:
        module = construct(calls)
        return module.requires_grad_(False) if placed.frozen else module
    first = computes[placed.reuses]
    assert isinstance(first, nn.Module)
    used = network.by_path[placed.reuses]
    if calls == used.layer.torch(*used.inputs):
        return first
    # the same weights in a module for another input: of another rank, or padded otherwise
    return _share(construct(calls), first)


def _share(module: nn.Module, first: nn.Module) -> nn.Module:
    """Gives a module the parameters and buffers of another, one for one."""
    for held in ("_parameters", "_buffers"):
        theirs = [tensor for owner in first.modules() for tensor in getattr(owner, held).values() if tensor is not None]
        own = [(getattr(owner, held), name) for owner in module.modules() for name in getattr(owner, held)]
        taken = [(tensors, name) for tensors, name in own if tensors[name] is not None]
        for (tensors, name), tensor in zip(taken, theirs, strict=True):
            tensors[name] = tensor
    return module


def _join(name: str, options: dict[str, Any], *tensors: Tensor) -> Tensor:
    if name == "cat":
        return torch.cat(tensors, **options)
    return functools.reduce(getattr(operator, name), tensors)


def _register(module: nn.Module, path: str, containers: dict[str, nn.Module]) -> None:
    """Puts a module in its place in the tree; a name that is taken, most likely by nn.Module, gets a trailing `_`."""
    above, _, name = path.rpartition(".")
    if above not in containers:
        containers[above] = nn.Module()
        _register(containers[above], above, containers)
    while hasattr(containers[above], name):
        name += "_"
    containers[above].add_module(name, module)


def _observed(through: Through, step: Step, *arguments: Tensor) -> Any:
    return through(step.placed, step.compute, arguments)
