"""PyTorch's modules and functions in our words."""

from __future__ import annotations

import re
from typing import Any, Final

from cnncalc.questions.calls.arguments import Arguments, NotReadError
from cnncalc.questions.calls.options import bound, flag, number, options, whole_numbers
from cnncalc.questions.described import Described

_CONV: Final = "takes OUT_CHANNELS KERNEL_SIZE stride padding dilation groups bias padding_mode"
_TRANSPOSED: Final = "takes OUT_CHANNELS KERNEL_SIZE stride padding output_padding groups bias dilation padding_mode"
_NORM: Final = "takes eps momentum affine track_running_stats bias"
_LP: Final = "NORM_TYPE KERNEL_SIZE stride ceil_mode"

# by name without the 1d, 2d or 3d: our type, and the signature with what must be there in capitals
_RANKED: Final = {
    "Conv": ("conv", _CONV),
    "LazyConv": ("conv", _CONV.replace("takes ", "")),
    "ConvTranspose": ("conv_transpose", _TRANSPOSED),
    "LazyConvTranspose": ("conv_transpose", _TRANSPOSED.replace("takes ", "")),
    "MaxPool": ("maxpool", "KERNEL_SIZE stride padding dilation return_indices ceil_mode"),
    "AvgPool": ("avgpool", "KERNEL_SIZE stride padding ceil_mode count_include_pad divisor_override"),
    "LPPool": ("lppool", _LP),
    "AdaptiveAvgPool": ("adaptive_avgpool", "OUTPUT_SIZE"),
    "AdaptiveMaxPool": ("adaptive_maxpool", "OUTPUT_SIZE return_indices"),
    "BatchNorm": ("batchnorm", _NORM),
    "LazyBatchNorm": ("batchnorm", _NORM.replace("takes ", "")),
    "InstanceNorm": ("instancenorm", _NORM),
    "LazyInstanceNorm": ("instancenorm", _NORM.replace("takes ", "")),
    "Dropout": ("dropout", "p inplace"),
    "ZeroPad": ("zero_pad", "PADDING"),
    "UpsamplingNearest": ("upsample", "size scale_factor"),
    "Softmax": ("softmax", ""),
}
_PLAIN: Final = {
    "Linear": ("linear", "takes OUT_FEATURES bias"),
    "LazyLinear": ("linear", "OUT_FEATURES bias"),
    "GroupNorm": ("groupnorm", "NUM_GROUPS takes eps affine bias"),
    "LayerNorm": ("layernorm", "NORMALIZED_SHAPE eps elementwise_affine bias"),
    "LocalResponseNorm": ("lrn", "SIZE alpha beta k"),
    "Flatten": ("flatten", "start_dim end_dim"),
    "Unflatten": ("reshape", "DIM SHAPE"),
    "Upsample": ("upsample", "size scale_factor mode align_corners recompute_scale_factor"),
    "PixelShuffle": ("pixel_shuffle", "UPSCALE_FACTOR"),
    "PixelUnshuffle": ("pixel_unshuffle", "DOWNSCALE_FACTOR"),
    "ChannelShuffle": ("channel_shuffle", "GROUPS"),
    "Dropout": ("dropout", "p inplace"),
    "Softmax": ("softmax", "dim"),
    "LogSoftmax": ("log_softmax", "dim"),
    "LeakyReLU": ("leaky_relu", "negative_slope inplace"),
    "PReLU": ("prelu", "num_parameters init"),
    "ELU": ("elu", "alpha inplace"),
    "CELU": ("celu", "alpha inplace"),
    "GELU": ("gelu", "approximate"),
    "Softplus": ("softplus", "beta threshold"),
    "ReLU": ("relu", "inplace"),
    "ReLU6": ("relu6", "inplace"),
    "SELU": ("selu", "inplace"),
    "SiLU": ("silu", "inplace"),
    "Mish": ("mish", "inplace"),
    "Hardsigmoid": ("hard_sigmoid", "inplace"),
    "Hardswish": ("hard_swish", "inplace"),
    "Sigmoid": ("sigmoid", ""),
    "Tanh": ("tanh", ""),
    "Softsign": ("softsign", ""),
    "Identity": ("identity", ""),
}
_FUNCTIONS: Final = {
    "max_pool": ("maxpool", "KERNEL_SIZE stride padding dilation ceil_mode return_indices"),
    "avg_pool": _RANKED["AvgPool"],
    "lp_pool": ("lppool", _LP),
    "adaptive_avg_pool": _RANKED["AdaptiveAvgPool"],
    "adaptive_max_pool": _RANKED["AdaptiveMaxPool"],
    "dropout": ("dropout", "p training inplace"),
    "flatten": _PLAIN["Flatten"],
    "interpolate": _PLAIN["Upsample"],
    "pixel_shuffle": _PLAIN["PixelShuffle"],
    "softmax": ("softmax", "dim"),
    "log_softmax": ("log_softmax", "dim"),
    "leaky_relu": _PLAIN["LeakyReLU"],
    "elu": _PLAIN["ELU"],
    "gelu": _PLAIN["GELU"],
    "hardswish": _PLAIN["Hardswish"],
    "hardsigmoid": _PLAIN["Hardsigmoid"],
    **{name: (name, "inplace") for name in ("relu", "relu6", "selu", "silu", "mish", "sigmoid", "tanh", "softsign")},
}
_SYNONYMS: Final = {
    "in_channels": "takes", "in_features": "takes", "num_features": "takes", "num_channels": "takes",
    "in_": "takes", "in_ch": "takes", "in_c": "takes", "cin": "takes", "c_in": "takes", "input_channels": "takes",
    "out": "out_channels", "out_": "out_channels", "out_ch": "out_channels", "out_c": "out_channels",
    "cout": "out_channels", "c_out": "out_channels", "filters": "out_channels", "output_channels": "out_channels",
    "kernel": "kernel_size", "k": "kernel_size", "ks": "kernel_size", "pool_size": "kernel_size",
    "s": "stride", "strides": "stride", "p": "padding", "pad": "padding", "d": "dilation", "g": "groups",
    "unflattened_size": "shape", "upscale": "upscale_factor",
}  # fmt: skip
_IGNORED: Final = frozenset({"device", "dtype", "inplace", "antialias"})
_DROPPED: Final = frozenset({
    "inplace", "training", "return_indices", "recompute_scale_factor", "dim",
})  # fmt: skip
_NORMS: Final = frozenset({"batchnorm", "instancenorm", "groupnorm"})
_RANK: Final = re.compile(r"(.*?)_?([123])d")


def rank_of(name: str) -> int | None:
    """The number of spatial axes that a name of PyTorch or Keras ends in."""
    found = re.fullmatch(r".*([123])[dD](?:Transpose)?", name)
    return int(found[1]) if found else None


def _known(name: str) -> tuple[str, str] | None:
    ranked = _RANK.fullmatch(name)
    return _RANKED.get(ranked[1]) if ranked else _PLAIN.get(name)


def is_module(name: str) -> bool:
    """Whether PyTorch's class of that name is a layer that is known here."""
    return _known(name) is not None


def is_function(name: str) -> bool:
    """Whether PyTorch's function of that name is a layer that is known here."""
    ranked = _RANK.fullmatch(name)
    return (ranked[1] if ranked else name) in _FUNCTIONS


def module(name: str, given: Arguments) -> Described:
    """The layer that a constructor call makes. Raises `NotReadError`."""
    known = _known(name)
    if known is None:
        raise NotReadError(f"{name} is not known")
    return _layer(name, *known, given)


def function(name: str, given: Arguments) -> Described:
    """The layer that a call of a function amounts to, its tensor left out."""
    ranked = _RANK.fullmatch(name)
    kind, signature = _FUNCTIONS[ranked[1] if ranked else name]
    return _layer(name, kind, signature, given)


def _layer(name: str, kind: str, signature: str, given: Arguments) -> Described:
    if kind == "identity":
        return Described(kind)
    found = bound(given, signature, _SYNONYMS, _IGNORED.__contains__)
    rank = rank_of(name)
    for name_of_flag in ("inplace", "training"):
        flag(found.get(name_of_flag, False))
    if "dim" in found and kind != "reshape" and found["dim"] is not None:
        whole_numbers([found["dim"]])
    if found.get("return_indices"):
        raise NotReadError("return_indices=")
    if kind == "zero_pad":
        return Described(kind, {"padding": _pairs(found["padding"], rank or 2)})
    if kind == "reshape":
        if found["dim"] != 1 or not isinstance(found["shape"], tuple):
            raise NotReadError("Unflatten of another axis")
        return Described(kind, {"shape": whole_numbers(found["shape"])})
    if kind == "lrn":
        return Described(kind, {key: number(given) for key, given in found.items()})
    if found.get("padding") == "same" and set(_each(found.get("stride", 1))) != {1}:
        raise NotReadError("PyTorch has no same padding with a stride")
    stated = options({name: value for name, value in found.items() if name not in _DROPPED}, rank)
    takes = stated.pop("takes", None)
    if kind == "conv_transpose" and stated.pop("padding_mode", "zeros") != "zeros":
        raise NotReadError("padding_mode of a transposed convolution")  # PyTorch refuses it too
    if kind in _NORMS and not stated.pop("bias", True) and stated.get("affine", True):
        raise NotReadError("a norm with γ and no β")
    if kind == "dropout" and rank:
        kind = f"dropout{rank}d"
    return Described(kind, stated, takes=takes)


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _pairs(padding: Any, rank: int) -> Any:
    """PyTorch's paddings begin with the last axis; ours go in the order of the shape."""
    if not isinstance(padding, tuple):
        return whole_numbers([padding])[0]
    numbers = whole_numbers(padding)
    if len(numbers) != 2 * rank:
        raise NotReadError(f"{len(numbers)} paddings for {rank} axes")
    return tuple([numbers[at : at + 2] for at in range(2 * rank - 2, -1, -2)])
