"""Every layer type against PyTorch on real small tensors, and what PyTorch lacks against loops over NumPy arrays.

Agreement is required both ways: what we take, PyTorch takes, with the same output shape, parameters, buffers and FLOPs;
what we refuse, PyTorch refuses, or nothing is left of it, or the batch is touched.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pytest
import torch
from beyond import LOOPS
from declared import TYPES, Draw, draws, ways
from hypothesis import HealthCheck, given, settings
from loops import Illegal
from oracle import TORCH, Outcome, Refused, by_loops, by_torch, joined, run
from torch import Tensor

from cnncalc.layers import REGISTRY, Layer, Shape, Sized, Unfit
from cnncalc.layers.base import ANY_RANK
from cnncalc.layers.join import Join
from cnncalc.pytorch.build import construct

torch.set_num_threads(1)

Tally = dict[str, Counter[str]]

CALM = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.filterwarnings("ignore")  # PyTorch's, of what it will refuse one day
def test_every_layer_type_agrees_with_pytorch_both_ways() -> None:
    tally: Tally = defaultdict(Counter)
    for name in TYPES:
        options = settings(CALM, max_examples=25 * len(ways(name)))
        options(given(draws(name))(lambda draw: tally[draw.type].update([agree(draw)])))()
    report(tally)
    assert set(tally) == set(REGISTRY)
    assert {name for name in TYPES if not tally[name]["legal"]} == set()
    assert {name for name in TYPES if not tally[name]["illegal"]} <= NEVER_ILLEGAL
    assert 4 * sum(count["illegal"] for count in tally.values()) >= sum(map(Counter.total, tally.values()))


NEVER_ILLEGAL = {
    name
    for name, layer in REGISTRY.items()
    if layer.ranks is ANY_RANK and all(option.kind is bool for option in layer.options().values())
} - {"add", "multiply"}
"""Functions of single elements: no shape and no option that PyTorch would refuse."""


def report(tally: Tally) -> None:
    """Prints the shares (seen with `pytest -s`)."""
    for name, count in [*sorted(tally.items()), ("all", sum(tally.values(), Counter()))]:
        print(
            f"{name:18} {count['legal']:5} legal {count['illegal']:5} illegal {count['illegal'] / count.total():6.0%}"
        )


def agree(draw: Draw) -> str:
    """Whether the draw is legal, by both."""
    inputs = [_tensor(draw.batch, shape) for shape in draw.inputs]
    ours, theirs = _ours(draw), _theirs(draw, inputs)
    if isinstance(ours, Unfit):
        theirs = theirs if isinstance(theirs, Exception) else _second_opinion(draw)
        assert isinstance(theirs, Exception), f"we refuse ({ours}), PyTorch gives {_shape(theirs)}"
        return "illegal"
    layer, sized = ours
    assert isinstance(theirs, Outcome), f"we take it and give {sized.shape}, refused elsewhere: {theirs}"
    measured = theirs if isinstance(layer, Join) else _built(layer, draw, inputs, theirs)
    assert _shape(theirs) == _shape(measured) == sized.shape
    torch.testing.assert_close(measured.output.double(), theirs.output.double(), equal_nan=True, rtol=1e-4, atol=1e-5)
    params, macs = sized.weights.value + sized.biases.value, draw.batch * sized.macs.value
    assert (theirs.params, theirs.buffers, theirs.flops) == (params, sized.buffers.value, 2 * macs)
    assert (measured.params, measured.buffers, measured.flops) == (theirs.params, theirs.buffers, theirs.flops)
    return "legal"


def _ours(draw: Draw) -> tuple[Layer, Sized] | Unfit:
    declared = REGISTRY[draw.type].options()
    try:
        layer = REGISTRY[draw.type](**{name: declared[name].cast(value) for name, value in draw.options.items()})
        sized = layer.on(*draw.inputs)
        layer.check_batch(draw.batch, draw.inputs[0])
    except Unfit as unfit:
        return unfit
    return layer, sized


def _theirs(draw: Draw, inputs: list[Tensor]) -> Outcome | Exception:
    same = draw.options.get("padding") == "same"
    strided = draw.type.endswith("pool") or draw.options.get("stride", 1) not in (1, (1,) * (len(draw.inputs[0]) - 1))
    try:
        if issubclass(REGISTRY[draw.type], Join):
            return joined(draw, inputs)
        loop = draw.type in LOOPS and (draw.type not in TORCH or (same and strided))
        return by_loops(draw, inputs) if loop else by_torch(draw, inputs)
    except (Refused, Illegal) as refused:
        return refused


def _second_opinion(draw: Draw) -> Outcome | Exception:
    """PyTorch on another batch, by its own kernels.

    A batch of as many images as channels passes for one image without batch; oneDNN takes some dilations of 0.
    """
    with torch.backends.mkldnn.flags(enabled=False):
        return _theirs(draw, [_tensor(draw.batch + 1, shape) for shape in draw.inputs])


def _built(layer: Layer, draw: Draw, inputs: list[Tensor], theirs: Outcome) -> Outcome:
    """The module of the layer's own data, with the parameters and buffers of the other one."""
    module = construct(layer.torch(*draw.inputs)).eval()
    held = [*module.parameters(), *module.buffers()]
    assert [tensor.shape for tensor in held] == [tensor.shape for tensor in theirs.held]
    for tensor, other in zip(held, theirs.held):
        tensor.data.copy_(other)
    return run(module, inputs)


def _tensor(batch: int, shape: Shape) -> Tensor:
    """Small whole numbers in no order, the same for equal shapes."""
    numbers = torch.arange(batch * math.prod(shape)) * 7919 % 11
    return (numbers - 4.0).view(batch, *shape)


def _shape(outcome: Outcome) -> Shape:
    return tuple(outcome.output.shape[1:])
