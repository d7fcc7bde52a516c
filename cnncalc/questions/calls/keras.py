"""Keras's layers by name: their signatures over the versions, and the words for the same in others."""

from __future__ import annotations

import re
from typing import Any, Final

from cnncalc.questions.calls.arguments import Arguments, Nested, NotReadError
from cnncalc.questions.calls.keras_layers import READERS, refuse, window
from cnncalc.questions.calls.options import bound
from cnncalc.questions.calls.pytorch import rank_of
from cnncalc.questions.described import Described

_CONV: Final = "FILTERS KERNEL_SIZE strides padding data_format dilation_rate groups activation use_bias"
_POOL: Final = "pool_size strides padding data_format"
_SIGNATURES: Final = {
    "Conv": _CONV,
    "SeparableConv": (
        "FILTERS KERNEL_SIZE strides padding data_format dilation_rate depth_multiplier activation use_bias"
    ),
    "DepthwiseConv": "KERNEL_SIZE strides padding depth_multiplier data_format dilation_rate activation use_bias",
    "ConvTranspose": (
        "FILTERS KERNEL_SIZE strides padding output_padding data_format dilation_rate activation use_bias groups"
    ),
    "LocallyConnected": "FILTERS KERNEL_SIZE strides padding data_format activation use_bias",
    "MaxPool": _POOL,
    "AveragePool": _POOL,
    "GlobalMaxPool": "data_format keepdims",
    "GlobalAveragePool": "data_format keepdims",
    "Dense": "UNITS activation use_bias",
    "Flatten": "data_format",
    "BatchNormalization": "axis momentum epsilon center scale",
    "GroupNormalization": "groups axis epsilon center scale",
    "Dropout": "RATE noise_shape seed",
    "SpatialDropout": "RATE",
    "Activation": "ACTIVATION",
    "ReLU": "max_value negative_slope threshold",
    "LeakyReLU": "alpha",
    "ELU": "alpha",
    "Softmax": "axis",
    "ZeroPadding": "padding data_format",
    "Cropping": "cropping data_format",
    "UpSampling": "size data_format interpolation",
    "Reshape": "TARGET_SHAPE",
}
_ALIASES: Final = {
    "Convolution": "Conv", "MaxPooling": "MaxPool", "AveragePooling": "AveragePool", "AvgPool": "AveragePool",
    "GlobalMaxPooling": "GlobalMaxPool", "GlobalAveragePooling": "GlobalAveragePool",
    "GlobalAvgPool": "GlobalAveragePool", "SeparableConvolution": "SeparableConv",
}  # fmt: skip
_SYNONYMS: Final = {
    "nb_filter": "filters", "border_mode": "padding", "subsample": "strides", "subsample_length": "strides",
    "filter_length": "kernel_size", "pool_length": "pool_size", "stride": "strides", "output_dim": "units",
    "bias": "use_bias", "dim_ordering": "data_format", "p": "rate", "kernel": "kernel_size",
    "dilation": "dilation_rate", "negative_slope": "alpha",
}  # fmt: skip
_IGNORED: Final = re.compile(
    r"\w+_(?:initializer|regularizer|constraint)|name|dtype|init|seed|noise_shape|epsilon|momentum|implementation"
    r"|input_shape|batch_input_shape|batch_size|input_dim|input_length|autocast|weights"
)
_ACTIVATIONS: Final = {
    "relu": "relu", "relu6": "relu6", "elu": "elu", "selu": "selu", "celu": "celu", "gelu": "gelu", "silu": "silu",
    "mish": "mish", "sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "softsign": "softsign",
    "hard_sigmoid": "hard_sigmoid", "hard_swish": "hard_swish", "exponential": "exponential", "softmax": "softmax",
    "log_softmax": "log_softmax", "leaky_relu": "leaky_relu", "swish": "silu", "hard_silu": "hard_swish",
}  # fmt: skip
_NAME: Final = re.compile(r"(\w*?)([123])D(Transpose)?")


def _family(name: str) -> str:
    found = _NAME.fullmatch(name)
    base = found[1] if found else name
    return _ALIASES.get(base, base) + (found[3] or "" if found else "")


def is_layer(name: str) -> bool:
    """Whether Keras's class of that name is a layer that is known here."""
    return _family(name) in _SIGNATURES and (rank_of(name) is None) == (_family(name) in _RANKLESS)


_RANKLESS: Final = frozenset({
    "Dense", "Flatten", "BatchNormalization", "GroupNormalization", "Dropout", "Activation", "ReLU", "LeakyReLU",
    "ELU", "Softmax", "Reshape",
})  # fmt: skip


def layers(name: str, given: Arguments, first_version: bool, tensorflow: bool) -> list[Described]:
    """The layers that a constructor call makes, in order.

    `first_version` says that the text is Keras 1, `tensorflow` that it is TensorFlow's: on these depends what a third
    number means. Raises `NotReadError`.
    """
    family, rank = _family(name), rank_of(name)
    if family == "Conv":
        given = _rows_and_columns(given, rank or 2, first_version or name.startswith("Convolution"), tensorflow)
    found = bound(given, _SIGNATURES[family], _SYNONYMS, lambda name: bool(_IGNORED.fullmatch(name)))
    found.pop("data_format", None)
    activation = activations(found.pop("activation", None))
    if family == "Activation":
        return activation or [Described("identity")]
    return [*READERS.get(family, window)(family, found, rank), *activation]


def _rows_and_columns(given: Arguments, rank: int, first_version: bool, tensorflow: bool) -> Arguments:
    """In Keras 1 a kernel is `rows, columns`; later what follows the kernel is the stride."""
    places, names = given.places, dict(given.names)
    if "nb_row" in names and "nb_col" in names and rank == 2:
        names["kernel_size"] = (names.pop("nb_row"), names.pop("nb_col"))
        return given._replace(names=names)
    numbers = [isinstance(place, int) for place in places[1 : 1 + rank]]
    if rank == 1 or len(numbers) < rank or not all(numbers):
        return given
    if first_version:
        return given._replace(places=(places[0], tuple(places[1 : 1 + rank]), *places[1 + rank :]))
    if rank == 2 and not tensorflow:
        raise NotReadError("a third number, which is the kernel's columns in one version and the stride in another")
    return given


def activations(word: Any) -> list[Described]:
    """The layer that an activation's name, function or layer stands for; none for the linear one."""
    if isinstance(word, Nested):
        return layers(word.name, word.arguments, False, False) if word.name in _RANKLESS else refuse(word.name)
    name = str(word).lower().replace("leakyrelu", "leaky_relu")
    if word is None or name in ("linear", "none", "identity"):
        return []
    return [Described(_ACTIVATIONS[name])] if name in _ACTIVATIONS else refuse(name)
