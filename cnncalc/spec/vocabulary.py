"""The words of the language, and those of other tools with ours for them."""

from __future__ import annotations

import re
from typing import Final

from cnncalc.errors import nearest
from cnncalc.layers import REGISTRY, Layer
from cnncalc.layers.join import Join

TYPES: Final[dict[str, type[Layer]]] = {name: cls for name, cls in REGISTRY.items() if not issubclass(cls, Join)}
"""The layer types that a step can have; joins are structures."""

OPTIONS: Final = frozenset(name for layer in REGISTRY.values() for name in layer.options())

STEP_KEYS = ("name", "when", "from", "expect", "freeze")
"""Keys that go on any step."""

STRUCTURES = {
    "repeat": ("layers",),
    "residual": ("shortcut",),
    "add": (),
    "concat": ("dim",),
    "multiply": (),
    "layers": (),
    "reuse": (),
}
"""The structures, each with the keys that go with it."""

NOT_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
"""Words that YAML 1.1 took for booleans."""

FILE_KEYS = ("extends", "name", "source", "input", "vars", "defaults", "blocks", "layers", "outputs", "expect")

TENSOR_NAMES = ("in_channels", "in_shape")
"""What an expression may know of the tensor that enters its step."""

OTHER_TYPES = {
    "batch_norm": "batchnorm", "bn": "batchnorm", "batch_normalization": "batchnorm", "batchnormalization": "batchnorm",
    "batchnorm1d": "batchnorm", "batchnorm2d": "batchnorm", "batchnorm3d": "batchnorm", "norm": "batchnorm",
    "instance_norm": "instancenorm", "layer_norm": "layernorm", "group_norm": "groupnorm", "gn": "groupnorm",
    "localresponsenorm": "lrn", "local_response_norm": "lrn",
    "convolution": "conv", "conv_1d": "conv1d", "conv_2d": "conv2d", "conv_3d": "conv3d",
    "deconv": "conv_transpose", "deconvolution": "conv_transpose", "convtranspose": "conv_transpose",
    "conv2dtranspose": "conv_transpose", "convtranspose2d": "conv_transpose", "transposed_conv": "conv_transpose",
    "upconv": "conv_transpose", "locally_connected": "local",
    "dense": "fc", "fully_connected": "fc", "inner_product": "fc", "innerproduct": "fc",
    "max_pool": "maxpool", "maxpool2d": "maxpool", "maxpooling2d": "maxpool", "max_pooling": "maxpool",
    "pool": "maxpool",
    "avg_pool": "avgpool", "avgpool2d": "avgpool", "average_pool": "avgpool", "averagepooling2d": "avgpool",
    "avgpooling": "avgpool", "mean_pool": "avgpool",
    "gap": "global_avgpool", "global_avg_pool": "global_avgpool", "globalaveragepooling2d": "global_avgpool",
    "global_average_pooling": "global_avgpool", "global_max_pool": "global_maxpool",
    "adaptive_avg_pool": "adaptive_avgpool", "adaptiveavgpool2d": "adaptive_avgpool",
    "swish": "silu", "hardswish": "hard_swish", "hardsigmoid": "hard_sigmoid", "leakyrelu": "leaky_relu",
    "lrelu": "leaky_relu", "logsoftmax": "log_softmax", "linear_activation": "identity",
    "pad": "zero_pad", "padding": "zero_pad", "zeropadding2d": "zero_pad", "cropping2d": "crop",
    "interpolate": "upsample", "resize": "upsample", "upsampling2d": "upsample", "depth_to_space": "pixel_shuffle",
    "space_to_depth": "pixel_unshuffle", "transpose": "permute", "view": "reshape", "stochastic_depth": "drop_path",
    "concatenate": "concat", "cat": "concat", "sum": "add", "mul": "multiply", "skip": "residual",
    "sequential": "layers", "block": "layers",
}  # fmt: skip
"""Other tools' words for a layer type, in lower case."""

NO_TYPES = {
    "input": "the input is given once, at the top: input: [3, 224, 224]",
    "activation": "an activation is a step of its own: - relu",
    "output": "expect: {output: […]} goes on a step; outputs: at the top names several outputs",
    "repeat_over": "lists are run over by repeat: {width: [64, 128]}",
    "branch": "branches are lists under add:, concat: or multiply:",
    "branches": "branches are lists under add:, concat: or multiply:",
    "shortcut": "shortcut: goes beside residual:",
    "if": "a condition is when: on the step",
    "index": "index counts the repeat around a step",
    **dict.fromkeys(("lstm", "gru", "rnn"), "recurrent layers are not covered"),
    **dict.fromkeys(
        ("attention", "multiheadattention", "self_attention", "transformer", "embedding"),
        "attention and embeddings are not covered",
    ),
}
"""Words that are taken for a layer type and stand elsewhere."""

TYPE_REMARKS = {
    "deconv": "deconvolution inverts a convolution; this layer is the transposed convolution",
    "deconvolution": "deconvolution inverts a convolution; this layer is the transposed convolution",
}

OTHER_OPTIONS = {
    "filters": "out_channels", "num_filters": "out_channels", "channels": "out_channels", "num_output": "out_channels",
    "out": "out_channels", "units": "out_features", "neurons": "out_features",
    "kernel": "kernel_size", "kernel_shape": "kernel_size", "ksize": "kernel_size", "size": "kernel_size",
    "pool_size": "kernel_size", "filter_size": "kernel_size",
    "strides": "stride", "subsample": "stride", "pad": "padding", "pads": "padding",
    "dilations": "dilation", "dilation_rate": "dilation", "group": "groups", "use_bias": "bias", "bias_term": "bias",
    "rate": "p", "drop_prob": "p", "epsilon": "eps", "axis": "dim", "alpha": "negative_slope",
    "interpolation": "mode", "factor": "scale_factor", "scale": "scale_factor",
}  # fmt: skip
"""Other tools' words for an option."""

NOT_OPTIONS = {
    "inplace": "in place or not, the numbers are the same: leave it out",
    "activation": "an activation is a step of its own, behind this one: - relu",
    "in_channels": "the input channels follow from the layer before",
    "in_features": "the input features follow from the layer before",
    "input_shape": "the input is given once, at the top: input: [3, 224, 224]",
    "num_channels": "the input channels follow from the layer before",
    "num_features": "the input channels follow from the layer before",
}


OTHER_QUANTITIES: Final = {
    "parameters": "params", "total_params": "params", "num_params": "params", "weight": "weights", "bias": "biases",
    "shape": "output", "size": "output", "output_shape": "output", "output_size": "output",
    "mac": "macs", "mult_adds": "macs", "madds": "macs", "multadds": "macs", "ops": "macs", "flop": "flops",
    "bytes": "param_bytes", "memory": "param_bytes", "trainable_params": "trainable",
}  # fmt: skip
"""Other words for what an `expect:` states."""


def type_hint(word: str, known: list[str]) -> str | None:
    """Our word for a type that another tool calls so, else the nearest one."""
    called = re.match(r"(?:torch\.)?(?:nn|layers)\.(?:functional\.)?(\w+)", word)  # nn.Conv2d(3, 64, 3)
    lower = (called[1] if called else word).lower().replace("-", "_")
    ours = OTHER_TYPES.get(lower) or OTHER_TYPES.get(lower.replace("_", "")) or (lower if lower in known else None)
    if ours and ours != word:
        remark = TYPE_REMARKS.get(lower)
        return f"write {ours}: {remark}" if remark else f"here it is called {ours}"
    head = word.split()[0] if word.split() else word
    if head != word and head in known:
        return f"write {head}: {word[len(head) :].strip()}"
    found = nearest(word, known)
    return f"did you mean {found}?" if found else None


def option_word(word: str) -> str | None:
    """Our word for an option of some layer type, None for a word that is no option."""
    return word if word in OPTIONS else OTHER_OPTIONS.get(word)


def option_hint(word: str, known: list[str]) -> str:
    """Our word for an option that another tool calls so, else the nearest one, else all there are."""
    if word in NOT_OPTIONS:
        return NOT_OPTIONS[word]
    ours = OTHER_OPTIONS.get(word)
    found = ours if ours in known else nearest(word, known)
    if found:
        return f"here it is called {found}" if found == ours else f"did you mean {found}?"
    return f"it takes {', '.join(known)}" if known else "it takes none"
