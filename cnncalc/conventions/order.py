"""Where the elements of a tensor lie: PyTorch takes another way through a Linear whose input is out of order.

Views keep the elements where they are; functions of single elements write them in the order in which they read them;
convolutions, pools and batch norms keep an order with the channels last; all else writes them in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.layers import Layer, Shape
from cnncalc.layers.activation import Activation, Softmax
from cnncalc.layers.conv import Local
from cnncalc.layers.join import Add, Multiply
from cnncalc.layers.linear import Linear
from cnncalc.layers.norm import Affine, LocalResponseNorm, Scale
from cnncalc.layers.resample import Upsample
from cnncalc.layers.strides import Strides, in_order, is_in_order
from cnncalc.layers.tensors import Run
from cnncalc.layers.window import Window
from cnncalc.network import Network, Placed


def scattered(network: Network) -> Mapping[str, Mapping[str, Any]]:
    """The `linear` layers whose input, of one image, is out of order."""
    strides: dict[str, Strides] = {name: in_order(shape) for name, shape in network.inputs.items()}
    for placed in network.layers:
        strides[placed.path] = _written(placed, [strides[source] for source in placed.sources])
    linear = (placed for placed in network.layers if type(placed.layer) is Linear)
    return {
        placed.path: {"scattered": True}
        for placed in linear
        if not is_in_order(placed.inputs[0], strides[placed.sources[0]])
    }


def _written(placed: Placed, read: list[Strides]) -> Strides:
    """The strides of what a layer gives."""
    layer, shape, output, strides = placed.layer, placed.inputs[0], placed.output, read[0]
    lies = layer.view(_alone(placed, read))
    if lies is not None:
        return lies[1:]
    if isinstance(layer, (Activation, Affine, Scale, LocalResponseNorm)) and not isinstance(layer, Softmax):
        return _dense(strides, output)
    if isinstance(layer, (Add, Multiply)):  # the first operand that is not stretched decides
        return next((_dense(one, output) for one, at in zip(read, placed.inputs) if at == output), in_order(output))
    if isinstance(layer, Local):
        return _channels_last(output)
    last = all(one == _channels_last(at) for one, at in zip(read, placed.inputs))
    return _channels_last(output) if last and _keeps(layer, shape) else in_order(output)


def _alone(placed: Placed, read: list[Strides]) -> Run:
    """The layer at work on one image; the stride of the batch, an axis of size 1, is of no account."""
    inputs = tuple((1, *shape) for shape in placed.inputs)
    return Run(inputs, tuple((0, *strides) for strides in read), (1, *placed.output), training=False)


def _keeps(layer: Layer, shape: Shape) -> bool:
    """Whether what is given with the channels last is written so."""
    rank = len(shape) - 1
    if isinstance(layer, Window) and layer.same and rank == 1 and any(map(any, layer.pads(shape))):
        return False  # the padding of a line puts it in order
    averages = isinstance(layer, Upsample) and layer.mode == "area"
    return rank in _CHANNELS_LAST.get("adaptive_avgpool" if averages else layer.type, ())


def _dense(strides: Strides, shape: Shape) -> Strides:
    """Strides of the same order without holes."""
    found = [0] * len(shape)
    step = 1
    for axis in sorted(range(len(shape)), key=lambda axis: (strides[axis], -axis)):
        found[axis] = step
        step *= shape[axis]
    return tuple(found)


_POOLS = "avgpool lppool adaptive_avgpool adaptive_maxpool global_avgpool global_maxpool"
_CHANNELS_LAST: Mapping[str, Sequence[int]] = {
    **dict.fromkeys(("maxpool", "minpool"), (1, 2, 3)),
    **dict.fromkeys(_POOLS.split(), (1, 2)),
    **dict.fromkeys(("sumpool", "stochasticpool", "pixel_shuffle", "pixel_unshuffle"), (2,)),
    **dict.fromkeys(("conv", "conv2d", "conv_transpose", "conv_transpose2d"), (2,)),
    **dict.fromkeys(("batchnorm", "groupnorm", "upsample", "zero_pad", "channel_shuffle", "concat"), (2, 3)),
}
"""The types that keep an order with the channels last, by the numbers of spatial axes; as seen on the CPU."""


def _channels_last(shape: Shape) -> Strides:
    return 1, *(shape[0] * stride for stride in in_order(shape[1:]))
