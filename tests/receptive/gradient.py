"""The input region of a unit, measured: the pixels where the gradient of that unit is not zero.

The network is built in PyTorch and made linear without changing what meets what: weights are random and positive,
there are no statistics over positions, activations pass, a pool sums its window, a product becomes a sum, and an
interpolation weighs alike every pixel to which PyTorch gives a weight. So no two paths cancel and no zero silences a
path: the gradient is positive exactly where a path leads. A position stands for all its channels.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnncalc.network import Network, Placed
from cnncalc.pytorch.build import build

Box = tuple[tuple[int, int], ...]
"""First and last pixel per axis."""
Unit = tuple[str, tuple[int, ...]]
"""A tensor and a position in it."""


def regions(network: Network, units: Sequence[Unit]) -> list[Box | None]:
    """For every unit the bounding box of the pixels it sees; None for one that sees none."""
    ((_, shape),) = network.inputs.items()
    images = torch.ones(len(units), *shape, dtype=torch.float64, requires_grad=True)
    tensors = run(network, images)
    seen = [tensors[path][(image, slice(None), *at)].sum() for image, (path, at) in enumerate(units)]
    torch.stack(seen).sum().backward()
    assert images.grad is not None
    return [_box(gradient.sum(0)) for gradient in images.grad]


def run(network: Network, images: Tensor) -> dict[str, Tensor]:
    """Every tensor of the network made linear, on these images."""
    built = _positive(build(network).to_empty(device="cpu").double().eval())
    tensors: dict[str, Tensor] = {}

    def keep(placed: Placed, compute: Callable[..., Any], arguments: Sequence[Tensor]) -> Tensor:
        tensors[placed.path] = result = linear(placed.layer.type, compute, arguments)
        return result

    built(images, through=keep)
    return tensors


def linear(type_name: str, compute: Callable[..., Any], arguments: Sequence[Tensor]) -> Tensor:
    """What the layer computes, or a linear stand-in that joins the same elements."""
    if type_name in STAND_INS:
        return STAND_INS[type_name](compute, *arguments)
    return compute(*arguments)


def _positive(built: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(0)
    for tensor in (*built.parameters(), *built.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(0.5, 1.5, generator=generator)
    return built


def _box(gradient: Tensor) -> Box | None:
    assert gradient.isfinite().all() and (gradient >= 0).all()
    pixels = gradient.nonzero()
    if not len(pixels):
        return None
    return tuple(zip(pixels.amin(0).tolist(), pixels.amax(0).tolist()))


def _unchanged(compute: Callable[..., Any], x: Tensor) -> Tensor:
    return x


def _window_sum(compute: nn.Module, x: Tensor) -> Tensor:
    """The sum over the windows of a pool, behind its padding module if it has one; window i starts at i·s − p."""
    *before, pool = compute if isinstance(compute, nn.Sequential) else [compute]
    for module in before:
        x = F.pad(x, module.padding)
    sizes = tuple(x.shape[2:])
    options = {"kernel_size": 1, "stride": None, "padding": 0, "dilation": 1}
    found = {name: getattr(pool, name, default) for name, default in options.items()}
    kernel, padding, dilation = (_each(found[name], len(sizes)) for name in ("kernel_size", "padding", "dilation"))
    stride = _each(found["stride"] or kernel, len(sizes))
    output = pool(x.detach()).shape[2:]
    reach = [(o - 1) * s + d * (k - 1) + 1 for o, s, d, k in zip(output, stride, dilation, kernel)]
    pads = [pad for n, p, r in zip(sizes, padding, reach) for pad in (r - p - n, p)]
    x = F.pad(x, pads[::-1])
    conv = (F.conv1d, F.conv2d, F.conv3d)[len(sizes) - 1]
    ones = x.new_ones(x.shape[1], 1, *kernel)
    return conv(x, ones, stride=stride, dilation=dilation, groups=x.shape[1])


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _adaptive_mean(compute: nn.Module, x: Tensor) -> Tensor:
    mean = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[x.dim() - 3]
    return mean(x, compute(x.detach()).shape[2:])


def _alike(compute: nn.Module, x: Tensor) -> Tensor:
    """An interpolation with weight 1 wherever PyTorch has a weight; asked of it one row of pixels after the other."""
    sizes = x.shape[2:]
    for axis, size in enumerate(sizes):
        rows = torch.eye(size, dtype=x.dtype).view(size, 1, *(size if at == axis else 1 for at in range(len(sizes))))
        weights = compute(rows.expand(size, 1, *sizes)).movedim(2 + axis, -1).flatten(1, -2)[:, 0]
        met = (weights.abs() > 1e-9).to(x.dtype)
        x = (x.movedim(2 + axis, -1) @ met).movedim(-1, 2 + axis)
    return x


def _row_sum(compute: Any, x: Tensor) -> Tensor:
    return x.sum(compute.dim, keepdim=True).expand_as(x)


def _sum(compute: Callable[..., Any], *tensors: Tensor) -> Tensor:
    return functools.reduce(operator.add, tensors)


def _group_sum(compute: Any, x: Tensor) -> Tensor:
    return x.unflatten(1, (-1, compute.pool_size)).sum(2)


NORMS = ("instancenorm", "layernorm", "groupnorm", "lrn")
SIGMOIDS = ("sigmoid", "hard_sigmoid", "tanh", "softsign")
ACTIVATIONS = ("relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "hard_swish", "softplus", "exponential")

STAND_INS: dict[str, Callable[..., Tensor]] = {
    **dict.fromkeys((*NORMS, *SIGMOIDS, *ACTIVATIONS, "leaky_relu", "prelu"), _unchanged),
    **dict.fromkeys(("maxpool", "minpool", "lppool", "stochasticpool"), _window_sum),
    **dict.fromkeys(("adaptive_maxpool", "global_maxpool"), _adaptive_mean),
    **dict.fromkeys(("softmax", "log_softmax"), _row_sum),
    "upsample": _alike,
    "multiply": _sum,
    "maxout": _group_sum,
}
