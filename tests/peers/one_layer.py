"""Small networks around single layers: every layer type as its reference shows it, and where the tools part ways."""

from __future__ import annotations

import json
from typing import Any

from cnncalc.layers import REGISTRY
from cnncalc.layers.join import Join

Step = str | dict[str, Any]

PROBE: Step = {"affine": None, "name": "probe", "from": "input"}
"""calflops needs a network to have parameters."""


def spec(shape: tuple[int, ...], *steps: Step) -> str:
    """The network of these steps, with a probe beside them."""
    first, *rest = steps
    first = {first: None} if isinstance(first, str) else first
    return json.dumps({"input": shape, "layers": [PROBE, {**first, "from": "input"}, *rest]})


def examples() -> dict[str, tuple[str, int]]:
    """The example of every type, and its variants."""
    found = {}
    for name, layer in REGISTRY.items():
        if issubclass(layer, Join):
            continue
        for at, variant in enumerate(({}, *layer.example.variants)):
            options = {**layer.example.options, **variant}
            found[name if not at else f"{name} {at}"] = spec(layer.example.inputs[0], {name: None, **options}), 1
    return found


def conv(width: int, kernel: Any = 3, **options: Any) -> Step:
    return {"conv": width, "kernel_size": kernel, **options}


def up(width: int, kernel: Any = 3, **options: Any) -> Step:
    return {"conv_transpose": width, "kernel_size": kernel, **options}


IMAGE, LINE, VOLUME = (6, 11, 13), (6, 17), (6, 5, 7, 9)
SHAPES = {"line": LINE, "image": IMAGE, "volume": VOLUME}

WHEREVER: dict[str, Step] = {
    "conv": conv(10, stride=2, padding=1),
    "conv without bias": conv(10, bias=False),
    "conv same": conv(10, padding="same"),
    "conv same even": conv(10, 4, padding="same"),
    "conv same even dilated": conv(10, 4, padding="same", dilation=3),
    "conv same strided": conv(10, 4, padding="same", stride=2),
    "conv same reflected": conv(10, 4, padding="same", padding_mode="reflect"),
    "conv same reflected strided": conv(10, 4, padding="same", padding_mode="reflect", stride=2),
    "conv valid": conv(10, padding="valid", stride=2),
    "conv valid replicated": conv(10, padding="valid", padding_mode="replicate"),
    "conv circular": conv(10, padding=1, padding_mode="circular"),
    "conv grouped": conv(10, groups=2, dilation=2, padding=2),
    "conv same grouped": conv(10, 2, groups=2, padding="same"),
    "conv depthwise": conv(12, groups=6),
    "conv_transpose": up(10, 4, stride=2, padding=1),
    "conv_transpose without bias": up(10, 4, stride=2, padding=1, bias=False),
    "conv_transpose grouped": up(12, 3, stride=2, padding=1, groups=2),
    "conv_transpose grouped wide": up(8, 3, groups=2, stride=3),
    "conv_transpose depthwise": up(6, 3, groups=6, dilation=2),
    "conv_transpose output padding": up(10, 3, stride=2, output_padding=1),
    "local": {"local": 4, "kernel_size": 3, "stride": 2},
    "local same": {"local": 4, "kernel_size": 4, "padding": "same", "bias": False},
    **{
        f"{pool} {said}": {pool: 3, **options}
        for pool in ("maxpool", "minpool", "avgpool", "sumpool")
        for said, options in {
            "strided": {"stride": 2, "padding": 1},
            "ceil": {"stride": 2, "ceil_mode": True},
            "same": {"stride": 2, "padding": "same"},
            "valid": {"padding": "valid"},
        }.items()
    },
    **{
        f"{pool} same even": {pool: 2, "stride": 1, "padding": "same"}
        for pool in ("maxpool", "minpool", "avgpool", "sumpool")
    },
    "lppool": {"lppool": 3, "stride": 2},
    "lppool ceil": {"lppool": 3, "stride": 2, "ceil_mode": True},
    "stochasticpool": {"stochasticpool": 3, "stride": 2},
    "stochasticpool ceil": {"stochasticpool": 3, "stride": 2, "ceil_mode": True},
    "global_avgpool": "global_avgpool",
    "global_maxpool": "global_maxpool",
    "adaptive_avgpool": {"adaptive_avgpool": 4},
    "adaptive_avgpool 3": {"adaptive_avgpool": 3},
    "adaptive_maxpool": {"adaptive_maxpool": 4},
    "upsample": {"upsample": 2},
    "upsample half": {"upsample": 1.5},
    "upsample size": {"upsample": None, "size": 20},
    "upsample area": {"upsample": 2, "mode": "area"},
    "upsample area size": {"upsample": None, "size": 7, "mode": "area"},
    "upsample nearest-exact": {"upsample": 2, "mode": "nearest-exact"},
    "batchnorm": "batchnorm",
    "batchnorm not affine": {"batchnorm": None, "affine": False},
    "batchnorm without statistics": {"batchnorm": None, "track_running_stats": False},
    "batchnorm without both": {"batchnorm": None, "track_running_stats": False, "affine": False},
    "instancenorm": "instancenorm",
    "instancenorm affine": {"instancenorm": None, "affine": True},
    "instancenorm with statistics": {"instancenorm": None, "track_running_stats": True},
    "layernorm": "layernorm",
    "layernorm not affine": {"layernorm": None, "elementwise_affine": False},
    "layernorm without bias": {"layernorm": None, "bias": False},
    "groupnorm": {"groupnorm": 3},
    "groupnorm not affine": {"groupnorm": 3, "affine": False},
    "lrn": {"lrn": 5},
    "prelu": "prelu",
    "softmax": "softmax",
    "softmax last": {"softmax": -1},
    "linear": {"linear": 5},
    "linear without bias": {"linear": 5, "bias": False},
    "fc": {"fc": 5},
    "fc without bias": {"fc": 5, "bias": False},
    "affine": "affine",
    "maxout": {"maxout": 3},
    "flatten": "flatten",
}
"""What acts on any number of axes."""

BY_RANK = {"line": ["linear"], "image": ["bilinear", "bicubic"], "volume": ["trilinear"]}


PERMUTED: dict[str, tuple[tuple[int, ...], Step]] = {
    "line": ((17, 6), {"permute": [0, 2, 1]}),
    "image": ((12, 14, 8), {"permute": [0, 3, 1, 2]}),
    "volume": ((6, 8, 10, 4), {"permute": [0, 4, 1, 2, 3]}),
}
"""A shape, and a step that puts the channels in front without moving an element."""

BEHIND: dict[str, Step] = {
    "conv": conv(4),
    "conv same": conv(4, padding="same", stride=2),
    "transposed conv": up(4),
    "local": {"local": 4, "kernel_size": 3},
    **{pool: {pool: 2} for pool in ("maxpool", "minpool", "avgpool", "sumpool")},
    **{f"{pool} same": {pool: 3, "padding": "same"} for pool in ("maxpool", "minpool", "avgpool", "sumpool")},
    "lppool": {"lppool": 2},
    "stochasticpool": {"stochasticpool": 2},
    "adaptive_avgpool": {"adaptive_avgpool": 3},
    "adaptive_maxpool": {"adaptive_maxpool": 3},
    "global_avgpool": "global_avgpool",
    "batchnorm": "batchnorm",
    "instancenorm": "instancenorm",
    "groupnorm": {"groupnorm": 2},
    "layernorm": "layernorm",
    "lrn": {"lrn": 3},
    "affine": "affine",
    "scale": {"scale": 2},
    "prelu": "prelu",
    "gelu": "gelu",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "maxout": {"maxout": 2},
    "dropout": "dropout",
    "drop_path": {"drop_path": 0.1},
    "identity": "identity",
    "upsample": {"upsample": 2},
    "upsample area": {"upsample": 2, "mode": "area"},
    "zero_pad": {"zero_pad": 1},
    "crop": {"crop": 3},
    "slice": {"slice": 1},
    "select": {"select": [0, 2, 3]},
    "channel_shuffle": {"channel_shuffle": 2},
    "concat": {"concat": [[], ["tanh"]]},
    "add": {"add": [[], ["tanh"]]},
    "flatten": {"flatten": 1, "end_dim": 1},
}
"""What may stand between a permute and a linear: is the order of the elements kept?"""

SPECIAL: dict[str, tuple[str, int]] = {
    "add": (spec(IMAGE, {"add": [[], ["relu"], []]}), 1),
    "multiply": (spec(IMAGE, {"multiply": [[], ["global_avgpool"]]}), 1),
    "concat": (spec(IMAGE, {"concat": [[], [conv(5, 1)]]}), 1),
    "residual": (spec(IMAGE, {"residual": [conv(6, padding=1), "relu"]}), 1),
    "linear on features": (spec((6,), {"linear": 5}), 1),
    "linear on two axes": (spec((6, 7), {"linear": 5}), 1),
    "linear after permute": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"linear": 5}), 1),
    "linear after permute without bias": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"linear": 5, "bias": False}), 1),
    "linear after permute of a line": (spec(LINE, {"permute": [0, 2, 1]}, {"linear": 5}), 1),
    "linear after permute and relu": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, "relu", {"linear": 5}), 1),
    "linear after slice": (spec(IMAGE, {"slice": 1, "stop": 3}, {"linear": 5}), 1),
    "linear after crop": (spec(IMAGE, {"crop": 5}, {"linear": 5}), 1),
    "fc after permute": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"fc": 5}), 1),
    "linear after two permutes": (
        spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"permute": [0, 3, 1, 2]}, {"linear": 5}),
        1,
    ),
    "linear after permute of one pixel": (spec((6, 1, 1), {"permute": [0, 2, 3, 1]}, {"linear": 5}), 1),
    "linear after permute and norm": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, "layernorm", {"linear": 5}), 1),
    "linear after permute and dropout": (spec(LINE, {"permute": [0, 2, 1]}, "dropout", {"linear": 5}), 1),
    "linear after permute and softmax": (spec(LINE, {"permute": [0, 2, 1]}, "softmax", {"linear": 5}), 1),
    "linear after permute and affine": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, "affine", {"linear": 5}), 1),
    "linear after permute and flatten": (
        spec(VOLUME, {"permute": [0, 2, 3, 4, 1]}, {"flatten": 2, "end_dim": 3}, {"linear": 5}),
        1,
    ),
    "linear after permute and flatten of a part": (
        spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"flatten": 1, "end_dim": 2}, {"linear": 5}),
        1,
    ),
    "linear after permute and addition": (
        spec(LINE, {"permute": [0, 2, 1]}, {"add": [[], ["tanh"]]}, {"linear": 5}),
        1,
    ),
    "linear after permute and half an addition": (
        spec(LINE, {"add": [[{"permute": [0, 2, 1]}], [{"reshape": [17, 6]}]]}, {"linear": 5}),
        1,
    ),
    "linear after permute and concat": (
        spec(LINE, {"permute": [0, 2, 1]}, {"concat": [[], ["tanh"]]}, {"linear": 5}),
        1,
    ),
    "linear after crop and relu": (spec(IMAGE, {"crop": 5}, "relu", {"linear": 5}), 1),
    "linear after slice of rows": (spec(IMAGE, {"slice": 1, "stop": 9, "step": 2, "dim": 2}, {"linear": 5}), 1),
    "linear after slice and dropout": (spec(IMAGE, {"slice": 1, "dim": -1}, "dropout", {"linear": 5}), 1),
    "linear after upsample": (spec((11, 13, 6), {"permute": [0, 3, 1, 2]}, {"upsample": 2}, {"linear": 5}), 1),
    "linear after average": (
        spec((11, 13, 6), {"permute": [0, 3, 1, 2]}, {"adaptive_avgpool": [3, 4]}, {"linear": 5}),
        1,
    ),
    "linear after permute and stretched product": (
        spec(LINE, {"permute": [0, 2, 1]}, {"multiply": [["global_avgpool"], []]}, {"linear": 5}),
        1,
    ),
    "linear after half an addition the other way": (
        spec(LINE, {"add": [[{"reshape": [17, 6]}], [{"permute": [0, 2, 1]}]]}, {"linear": 5}),
        1,
    ),
    "linear after linear": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"linear": 5}, "relu", {"linear": 5}), 1),
    "linear after local": (spec(IMAGE, {"local": 4, "kernel_size": 3}, {"linear": 5}), 1),
    "linear after local of a line": (spec(LINE, {"local": 4, "kernel_size": 3}, "relu", {"linear": 5}), 1),
    "linear after pixel_shuffle": (
        spec((11, 13, 12), {"permute": [0, 3, 1, 2]}, {"pixel_shuffle": 2}, {"linear": 5}),
        1,
    ),
    "linear after pixel_unshuffle": (
        spec((12, 14, 3), {"permute": [0, 3, 1, 2]}, {"pixel_unshuffle": 2}, {"linear": 5}),
        1,
    ),
    "mixer": (
        spec(LINE, "layernorm", {"permute": [0, 2, 1]}, {"linear": 8}, "gelu", {"linear": 6}, {"permute": [0, 2, 1]}),
        1,
    ),
    "conv after permute": (spec((11, 13, 6), {"permute": [0, 3, 1, 2]}, conv(4), {"linear": 5}), 1),
    "batchnorm on features": (spec((6,), "batchnorm"), 2),
    "reuse": (spec(IMAGE, conv(6, padding=1, name="a"), "relu", {"reuse": "a"}, {"reuse": "a"}), 1),
    "reuse padded otherwise": (
        spec(IMAGE, conv(6, padding="same", stride=2, name="a"), {"reuse": "a"}, {"upsample": 2}, {"reuse": "a"}),
        1,
    ),
    "reuse of linear": (spec((6, 6), {"linear": 6, "name": "a"}, "flatten", {"reshape": [3, 2, 6]}, {"reuse": "a"}), 1),
    "reuse of norm": (spec(IMAGE, {"batchnorm": None, "name": "a"}, "relu", {"reuse": "a"}), 1),
    "frozen": (spec(IMAGE, conv(10, freeze=True), {"batchnorm": None, "freeze": True}, "relu"), 1),
    "upsample by axis": (spec(IMAGE, {"upsample": [2, 3]}), 1),
    "upsample by fractions": (spec(IMAGE, {"upsample": [1.5, 1.25]}), 1),
    "upsample by axis of two": (spec(IMAGE, {"upsample": [2, 3]}), 2),
    "upsample size by axis": (spec(IMAGE, {"upsample": None, "size": [20, 21], "mode": "bilinear"}), 1),
    "adaptive_avgpool by axis": (spec(IMAGE, {"adaptive_avgpool": [4, None]}), 1),
    "adaptive_avgpool odd": (spec((7, 13, 29), {"adaptive_avgpool": [6, 11]}), 1),
    "adaptive_avgpool odd volume": (spec((3, 13, 29, 17), {"adaptive_avgpool": [6, 11, 7]}), 1),
    "adaptive_avgpool odd volume too": (spec((5, 10, 17, 23), {"adaptive_avgpool": [3, 7, 6]}), 2),
    "conv of other kernels": (spec(IMAGE, conv(4, [2, 4], padding="same", dilation=[3, 1])), 1),
    "dcgan": (spec((100, 1, 1), up(64, 4, bias=True), up(8, 4, stride=2, padding=1)), 1),
    "prelu per channel": (spec(IMAGE, {"prelu": 6}), 1),
    "softmax over the batch": (spec(IMAGE, {"softmax": 0}), 3),
    "layernorm of channels": (spec(IMAGE, {"permute": [0, 2, 3, 1]}, {"layernorm": 6}), 1),
    "layernorm on six axes": (spec((64,), {"reshape": [2, 2, 2, 2, 4]}, "layernorm"), 1),
    "groupnorm on six axes": (spec((64,), {"reshape": [2, 2, 2, 2, 4]}, {"groupnorm": 2}), 1),
    "no parameters": (json.dumps({"input": IMAGE, "layers": [{"maxpool": 2}, "relu"]}), 1),
    "avgpool with a divisor": (spec(IMAGE, {"avgpool": 2, "divisor_override": 3, "padding": "same", "stride": 1}), 1),
    "avgpool of a volume with a divisor": (
        spec(VOLUME, {"avgpool": 2, "divisor_override": 3, "padding": "same", "stride": 1}),
        1,
    ),
    "upsample area by axis": (spec(IMAGE, {"upsample": [2, 3], "mode": "area"}), 1),
    "lppool of norm 3": (spec(IMAGE, {"lppool": 2, "norm_type": 3}), 1),
    "gelu by tanh": (spec(IMAGE, {"gelu": "tanh"}), 1),
}


def _cases() -> dict[str, tuple[str, int]]:
    found = {f"example: {name}": case for name, case in examples().items()}
    for place, shape in SHAPES.items():
        found |= {f"{place}: {name}": (spec(shape, step), 1) for name, step in WHEREVER.items()}
        found |= {
            f"{place}: upsample {mode}": (spec(shape, {"upsample": 2, "mode": mode}), 1) for mode in BY_RANK[place]
        }
    for place, (shape, step) in PERMUTED.items():
        linear: Step = {"linear": 5}
        found |= {
            f"permuted {place}: {name}": (spec(shape, step, behind, linear), 1) for name, behind in BEHIND.items()
        }
    found |= {f"image of two: {name}": (spec(IMAGE, step), 2) for name, step in WHEREVER.items()}
    return found | {f"special: {name}": case for name, case in SPECIAL.items()}


CASES = _cases()
"""Specs by name, each with a batch."""
