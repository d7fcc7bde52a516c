"""The types beyond PyTorch by the loops of `loops.py`: from options as drawn to the output and the parameters taken."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from loops import Array, Grid, conv, crop, cut, local, maxout, per_axis, permute, require, select, stochastic


def whole(*shape: int) -> Array:
    """Small whole numbers, the weights of every test."""
    return (np.arange(math.prod(shape)) % 5 - 2.0).reshape(shape)


Loop = Callable[[Array, dict[str, Any]], tuple[Array, list[Array]]]
"""Gives the output and the parameters that it took."""


def _conv(x: Array, options: dict[str, Any], rank: int | None = None) -> tuple[Array, list[Array]]:
    require(x.ndim - 2 == (rank or x.ndim - 2), "a number of axes")
    given = {"groups": 1, "stride": 1, "dilation": 1, **options}
    width, groups, mode = given.pop("out_channels"), given["groups"], given.pop("padding_mode", "zeros")
    require(width >= 1 and groups >= 1 and width % groups == 0 == x.shape[1] % groups, "groups divide the channels")
    require(mode in ("zeros", "reflect", "replicate", "circular"), "a padding mode")
    bias = whole(width) if given.pop("bias", True) else None
    weight = whole(width, x.shape[1] // groups, *per_axis(given["kernel_size"], x.ndim - 2))
    return conv(x, weight, bias, mode, **given), [weight] if bias is None else [weight, bias]


def _local(x: Array, options: dict[str, Any]) -> tuple[Array, list[Array]]:
    given = {"stride": 1, "padding": 0, **options}
    width, with_bias = given.pop("out_channels"), given.pop("bias", True)
    require(width >= 1, "an output channel")
    grid = Grid(x, **given)
    require(min(min(pads) for pads in grid.pads) >= 0, "no negative padding")
    weight = whole(math.prod(grid.shape), width, x.shape[1] * math.prod(grid.k))
    bias = whole(width, *grid.shape) if with_bias else None
    return local(x, weight, bias, **given), [weight] if bias is None else [weight, bias]


def _pooling(function: Callable[[Array], Array]) -> Loop:
    def pooling(x: Array, options: dict[str, Any]) -> tuple[Array, list[Array]]:
        given = {"padding": 0, **options, "ceil": options.get("ceil_mode", False)}
        given.pop("ceil_mode", None)
        given["stride"] = given["kernel_size"] if given.get("stride") is None else given["stride"]
        grid = Grid(x, **given)
        grid.half()
        return grid.pool(function), []

    return pooling


def _avgpool(x: Array, options: dict[str, Any]) -> tuple[Array, list[Array]]:
    given = dict(options)
    given.pop("count_include_pad", None)
    divisor = given.pop("divisor_override", None)
    require(divisor != 0 and (divisor is None or x.ndim > 3), "a divisor, on images and volumes")
    return _pooling(lambda e: e.mean(-1) if divisor is None else e.sum(-1) / divisor)(x, given)


def _affine(x: Array, options: dict[str, Any]) -> tuple[Array, list[Array]]:
    weight, bias = whole(x.shape[1]), whole(x.shape[1]) if options.get("bias", True) else None
    out = np.stack([x[:, c] * weight[c] + (0 if bias is None else bias[c]) for c in range(x.shape[1])], axis=1)
    return out, [weight] if bias is None else [weight, bias]


def _drop_path(x: Array, options: dict[str, Any]) -> tuple[Array, list[Array]]:
    require(0 <= options["p"] <= 1, "a probability")
    return x, []


def _plain(function: Callable[..., Array]) -> Loop:
    return lambda x, options: (function(x, **options), [])


LOOPS: dict[str, Loop] = {
    "conv": _conv,
    **{f"conv{rank}d": partial(_conv, rank=rank) for rank in (1, 2, 3)},
    "local": _local,
    "maxpool": _pooling(lambda elements: elements.max(-1, initial=-np.inf)),
    "minpool": _pooling(lambda elements: elements.min(-1, initial=np.inf)),
    "avgpool": _avgpool,
    "sumpool": _pooling(lambda elements: elements.sum(-1)),
    "stochasticpool": _pooling(stochastic),
    "exponential": _plain(np.exp),
    "affine": _affine,
    "scale": _plain(lambda x, factor: x * factor),
    "maxout": _plain(maxout),
    "drop_path": _drop_path,
    "permute": _plain(permute),
    "crop": _plain(crop),
    "slice": _plain(cut),
    "select": _plain(select),
}
"""Ours beyond PyTorch; the convolution and the pools of PyTorch for `padding: same`, which there has no stride."""
