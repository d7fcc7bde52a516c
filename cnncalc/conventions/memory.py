"""Where the elements of a tensor lie: PyTorch takes another way through a Linear whose input is out of order.

Views keep the elements where they are; functions of single elements write them in the order in which they read them;
convolutions, pools and batch norms keep an order with the channels last; all else writes them in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import mul
from typing import Any

from cnncalc.layers import Layer, Shape
from cnncalc.layers.activation import Activation, Softmax
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.conv import Local
from cnncalc.layers.dropout import Dropout, DropPath
from cnncalc.layers.join import Add, Multiply
from cnncalc.layers.linear import Linear
from cnncalc.layers.norm import Affine, LocalResponseNorm, Scale
from cnncalc.layers.resample import Upsample
from cnncalc.layers.shape import Crop, Flatten, Permute, Slice
from cnncalc.layers.window import Window
from cnncalc.network import Network, Placed

Strides = tuple[int, ...]
"""How many elements lie between neighbours along each axis, without the batch."""


def scattered(network: Network) -> Mapping[str, Mapping[str, Any]]:
    """The `linear` layers whose input, of one image, is out of order."""
    strides: dict[str, Strides] = {name: in_order(shape) for name, shape in network.inputs.items()}
    for placed in network.layers:
        strides[placed.path] = _written(placed, [strides[source] for source in placed.sources])
    linear = (placed for placed in network.layers if type(placed.layer) is Linear)
    return {
        placed.path: {"scattered": True}
        for placed in linear
        if not _is_in_order(strides[placed.sources[0]], placed.inputs[0])
    }


def in_order(shape: Shape) -> Strides:
    """The strides of elements that lie one behind the other."""
    return tuple(accumulate(shape[:0:-1], mul, initial=1))[::-1]


def _is_in_order(strides: Strides, shape: Shape) -> bool:
    return all(size == 1 or one == other for size, one, other in zip(shape, strides, in_order(shape)))


def _written(placed: Placed, read: list[Strides]) -> Strides:
    """The strides of what a layer gives."""
    layer, shape, output, strides = placed.layer, placed.inputs[0], placed.output, read[0]
    if isinstance(layer, Permute):
        return tuple(strides[axis_of(dim, shape) - 1] for dim in layer.dims[1:])
    if isinstance(layer, Slice):
        cut = axis_of(layer.dim, shape) - 1
        return tuple(stride * (layer.step if axis == cut else 1) for axis, stride in enumerate(strides))
    if isinstance(layer, (Crop, Dropout, DropPath)) or layer.type == "identity":
        return strides
    if isinstance(layer, (Activation, Affine, Scale, LocalResponseNorm)) and not isinstance(layer, Softmax):
        return _dense(strides, output)
    if isinstance(layer, (Add, Multiply)):  # the first operand that is not stretched decides
        return next((_dense(one, output) for one, at in zip(read, placed.inputs) if at == output), in_order(output))
    if isinstance(layer, Local):
        return _channels_last(output)
    if isinstance(layer, Flatten):
        return _merged(layer, shape, strides) or in_order(output)
    last = all(one == _channels_last(at) for one, at in zip(read, placed.inputs))
    return _channels_last(output) if last and _keeps(layer, shape) else in_order(output)


def _keeps(layer: Layer, shape: Shape) -> bool:
    """Whether what is given with the channels last is written so."""
    rank = len(shape) - 1
    if isinstance(layer, Window) and layer.same and rank == 1 and any(map(any, layer.pads(shape))):
        return False  # the padding of a line puts it in order
    averages = isinstance(layer, Upsample) and layer.mode == "area"
    return rank in _CHANNELS_LAST.get("adaptive_avgpool" if averages else layer.type, ())


def _merged(layer: Flatten, shape: Shape, strides: Strides) -> Strides | None:
    """The strides of the view that a flatten is where the axes that it merges lie in order."""
    first, last = (max(axis_of(dim, shape) - 1, 0) for dim in (layer.start_dim, layer.end_dim))
    merged, step = shape[first : last + 1], strides[last]
    if not _is_in_order(tuple(stride // step for stride in strides[first : last + 1]), merged):
        return None
    return *strides[:first], step, *strides[last + 1 :]


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
