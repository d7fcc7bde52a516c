"""PyTorch takes another way through a Linear whose input is out of order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.layers.linear import Linear
from cnncalc.layers.strides import Strides, in_order, is_in_order
from cnncalc.layers.tensors import Run
from cnncalc.network import Network


def scattered(network: Network) -> Mapping[str, Mapping[str, Any]]:
    """The `linear` layers whose input, of one image, is out of order."""
    strides: dict[str, Strides] = {name: in_order((1, *shape)) for name, shape in network.inputs.items()}
    found = {}
    for placed in network.layers:
        inputs = tuple([(1, *shape) for shape in placed.inputs])
        run = Run(inputs, tuple([strides[source] for source in placed.sources]), (1, *placed.output), training=False)
        strides[placed.path] = placed.layer.view(run) or placed.layer.written(run)
        if type(placed.layer) is Linear and not is_in_order(run.inputs[0], run.strides[0]):
            found[placed.path] = {"scattered": True}
    return found
