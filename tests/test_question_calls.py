"""Framework calls in questions: what they make is what PyTorch makes of them, however they are pasted."""

from __future__ import annotations

import inspect
import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn

import cnncalc
from cnncalc.questions.calls import Code, read_code
from cnncalc.questions.described import UNKNOWN, Described

QUESTIONS = Path(__file__).parents[2] / "shared" / "questions.yaml"
torch.set_num_threads(1)


def step(layer: Described) -> dict[str, Any]:
    """The layer as a step of a spec."""
    principal = cnncalc.layers.REGISTRY[layer.type].principal
    options = dict(layer.options)
    return {layer.type: options.pop(principal, None) if principal else None, **options}


def network(code: Code, shape: tuple[int, ...] | None = None) -> cnncalc.Network:
    """What the spec of these layers comes to."""
    assert not code.unread
    spec = {"input": shape or code.shape, "layers": [step(layer) for layer in code.layers]}
    return cnncalc.loads(json.dumps(spec))


def output(text: str, shape: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """The shape that comes out at the end."""
    return last(network(read_code(text), shape))


def last(result: cnncalc.Network) -> tuple[int, ...]:
    return result.shape(result.outputs[0])


def params(text: str, shape: tuple[int, ...] | None = None) -> int:
    return int(cnncalc.analyze(network(read_code(text), shape)).totals["params"])


def types(text: str) -> list[str]:
    return [layer.type for layer in read_code(text).layers]


def unread(text: str) -> list[str]:
    return [text[start:end] for start, end in read_code(text).unread]


def rest(text: str) -> str:
    """The question without its program."""
    for start, end in reversed(read_code(text).spans):
        text = text[:start] + " " + text[end:]
    return " ".join(text.split())


# PyTorch: every class, its arguments by place and by name, in the order that PyTorch's own signature has


@st.composite
def modules(draw: st.DrawFn, family: str) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    """A class of the family, its arguments and the shape of an input without the batch."""
    rank = draw(st.integers(1, 3)) if not family.startswith("Pixel") else 2
    shape = (draw(st.sampled_from([2, 4, 8])), *draw(st.tuples(*[st.integers(5, 9)] * rank)))
    small, few = st.integers(1, 3), st.sampled_from([2, 4, 6])
    side = st.one_of(small, st.tuples(*[small] * rank))
    yes = st.booleans()
    groups, pad = st.sampled_from([1, 2]), st.one_of(st.integers(0, 1), st.tuples(*[st.integers(0, 1)] * rank))
    conv = dict(in_channels=st.just(shape[0]), out_channels=few, kernel_size=side, stride=side)
    conv |= dict(padding=pad, dilation=side, groups=groups, bias=yes)
    norm = dict(num_features=st.just(shape[0]), affine=yes, track_running_stats=yes)
    kinds: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        f"Conv{rank}d": conv | dict(padding=st.one_of(pad, st.sampled_from(["same", "valid"]))),
        f"LazyConv{rank}d": {key: value for key, value in conv.items() if key != "in_channels"},
        f"ConvTranspose{rank}d": conv | dict(output_padding=pad),
        f"MaxPool{rank}d": dict(kernel_size=side, stride=side, padding=pad, dilation=side, ceil_mode=yes),
        f"AvgPool{rank}d": dict(kernel_size=side, stride=side, padding=pad, ceil_mode=yes, count_include_pad=yes),
        f"AdaptiveAvgPool{rank}d": dict(output_size=side),
        f"AdaptiveMaxPool{rank}d": dict(output_size=side),
        f"BatchNorm{rank}d": norm,
        f"InstanceNorm{rank}d": norm,
        f"Dropout{rank}d": dict(p=st.sampled_from([0.1, 0.5])),
        f"ZeroPad{rank}d": dict(padding=st.one_of(st.integers(0, 2), st.tuples(*[st.integers(0, 2)] * (2 * rank)))),
        "Linear": dict(in_features=st.just(shape[-1]), out_features=few, bias=yes),
        "LazyLinear": dict(out_features=few, bias=yes),
        "GroupNorm": dict(num_groups=groups, num_channels=st.just(shape[0]), affine=yes),
        "LayerNorm": dict(normalized_shape=st.sampled_from([shape[-1], shape[1:], shape]), elementwise_affine=yes),
        "LocalResponseNorm": dict(size=small, alpha=st.just(0.001)),
        "Flatten": dict(start_dim=st.sampled_from([1, 2]), end_dim=st.just(-1)),
        "Upsample": dict(scale_factor=st.sampled_from([2, 3, 1.5])),
        "PReLU": dict(num_parameters=st.sampled_from([1, shape[0]])),
        **{name: {} for name in ("ReLU", "GELU", "Sigmoid", "Tanh", "SiLU", "Identity", "Hardswish", "ReLU6", "Mish")},
        "LeakyReLU": dict(negative_slope=st.just(0.2), inplace=yes),
        "Softmax": dict(dim=st.sampled_from([1, -1])),
        "Dropout": dict(p=st.sampled_from([0.1, 0.5])),
    }
    kinds["PixelUnshuffle"] = dict(downscale_factor=st.just(2))
    kinds["PixelShuffle"] = dict(upscale_factor=st.just(2))
    name = family.replace("{rank}", str(rank))
    required = (
        "in_",
        "out",
        "kernel",
        "num_",
        "output_size",
        "normalized",
        "size",
        "scale",
        "padding",
        "up",
        "down",
        "dim",
    )
    chosen = {
        key: draw(value)
        for key, value in kinds[name].items()
        if (key.startswith(required) and not (key == "padding" and "Zero" not in name)) or draw(yes)
    }
    return name, chosen, shape


def call(draw: st.DrawFn, name: str, chosen: dict[str, Any]) -> str:
    """The call with as many arguments by place as the order allows and chance has it."""
    signature = inspect.signature(getattr(nn, name).__init__).parameters.items()
    places = {key: each.default for key, each in signature if each.kind == each.POSITIONAL_OR_KEYWORD and key != "self"}
    values = {key: chosen.get(key, default) for key, default in places.items() if key not in ("device", "dtype")}
    told = [key for key, value in values.items() if value is not inspect.Parameter.empty]
    by_place = told[: draw(st.integers(0, len(told)))]
    by_name = draw(st.permutations([key for key in chosen if key not in by_place]))
    space = draw(st.sampled_from(["", " "]))
    written = [repr(values[key]) for key in by_place] + [f"{key}{space}={space}{chosen[key]!r}" for key in by_name]
    prefix = draw(st.sampled_from(["nn.", "torch.nn."]))
    return f"{prefix}{name}({space}{', '.join(written)}{',' * (draw(st.booleans()) and bool(written))})"


FAMILIES = [
    "Conv{rank}d", "LazyConv{rank}d", "ConvTranspose{rank}d", "MaxPool{rank}d", "AvgPool{rank}d", "ZeroPad{rank}d",
    "AdaptiveAvgPool{rank}d", "AdaptiveMaxPool{rank}d", "BatchNorm{rank}d", "InstanceNorm{rank}d", "Dropout{rank}d",
    "Linear", "LazyLinear", "GroupNorm", "LayerNorm", "LocalResponseNorm", "Flatten", "Upsample", "PixelShuffle",
    "PixelUnshuffle", "PReLU", "ReLU", "GELU", "Sigmoid", "Tanh", "SiLU", "Identity", "Hardswish", "ReLU6", "Mish",
    "LeakyReLU", "Softmax", "Dropout",
]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_module_is_what_pytorch_makes_of_it(family: str, data: st.DataObject) -> None:
    name, chosen, shape = data.draw(modules(family))
    try:
        module = getattr(nn, name)(**chosen).eval()
        measured = tuple(module(torch.zeros(2, *shape)).shape[1:])
    except (RuntimeError, ValueError):
        assume(False)
    count = sum(p.numel() for p in module.parameters())
    # PyTorch prints neither what a lazy module was nor the ceil_mode of averages
    printed = f"(layer): {module}" if not name.startswith(("Lazy", "AvgPool")) else None
    for text in filter(None, (call(data.draw, name, chosen), printed)):
        question = f"What does {text} give?" if text is not printed else text
        code = read_code(f"import torch\n{question}")
        for layer in code.layers:
            layer.type = "linear" if layer.type == "fc" else layer.type
        result = network(code, shape)
        assert (last(result), cnncalc.analyze(result).totals["params"]) == (measured, count), text


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_printed_sequence_is_the_sequence(data: st.DataObject) -> None:
    drawn: list[nn.Module] = []
    channels, size = 3, 32
    for _ in range(data.draw(st.integers(1, 6))):
        out, k = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 3))
        drawn += [nn.Conv2d(channels, out, k, padding=data.draw(st.integers(0, 1))), nn.BatchNorm2d(out), nn.ReLU()]
        channels = out
    drawn += [nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.5), nn.LazyLinear(10)]
    sequence = nn.Sequential(*drawn)
    shape = tuple(sequence(torch.zeros(1, 3, size, size)).shape[1:])
    code = read_code(f"{sequence}\nHow many parameters does it have?")
    assert code.chained and code.framework == "torch" and len(code.layers) == len(drawn)
    result = network(code, (3, size, size))
    assert last(result) == shape
    assert cnncalc.analyze(result).totals["params"] == sum(p.numel() for p in sequence.parameters())


# PyTorch: programs

NET = """
class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)  # six filters
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, num_classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = FLATTEN
        x = F.relu(self.fc1(x))
        return self.fc2(x)
"""


@pytest.mark.parametrize(
    "flatten",
    [
        "x.view(-1, 16 * 5 * 5)",
        "x.view(x.size(0), -1)",
        "torch.flatten(x, 1)",
        "x.reshape(x.shape[0], -1)",
        "x.flatten(1)",
        "x.view(-1, self.num_flat_features(x))",
        "x.to('cpu').view(len(x), -1)",
    ],
)
def test_forward_gives_the_order(flatten: str) -> None:
    text = NET.replace("FLATTEN", flatten) + "How many parameters does it have for 32×32 images?"
    code = read_code(text)
    assert [layer.type for layer in code.layers] == (
        ["conv", "relu", "maxpool"] * 2 + ["flatten", "linear", "relu", "linear"]
    )
    assert [layer.name for layer in code.layers if layer.name] == ["conv1", "pool", "conv2", "pool", "fc1", "fc2"]
    assert code.chained
    assert output(text, (3, 32, 32)) == (10,)
    assert params(text, (3, 32, 32)) == 456 + 2416 + 48120 + 1210
    assert rest(text) == "How many parameters does it have for 32×32 images?"


def test_methods_of_a_tensor() -> None:
    body = "print(x)\n        x = self.conv(x)\n        x = F.silu(x).relu()\n        n = x.size(0)\n        return x.view(-1, 2, 4, 5)"
    text = f"self.conv = nn.Conv2d(1, 10, 1)\n    def forward(self, x):\n        {body}\n"
    assert types(text) == ["conv", "silu", "relu", "reshape"]
    assert output(text, (1, 2, 2)) == (2, 4, 5)
    assert not unread(text)


def test_a_sequence_among_attributes() -> None:
    text = """self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    self.classifier = nn.Linear(4*26*26, 10)
    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)"""
    assert types(text) == ["conv", "relu", "flatten", "linear"]
    assert read_code(text).layers[-1].takes == 2704


@pytest.mark.parametrize(
    "body",
    [
        "return self.conv(x) + x",
        "y = self.conv(x)\n        return torch.cat([x, y], 1)",
        "x = self.conv(x)\n        x += x\n        return x",
        "x = self.conv(x)\n        x = self.conv(x)\n        return x",
        "x = self.conv(x)\n        x = strange(x)\n        return x",
        "a = self.conv(x)\n        b = F.relu(x)\n        return b",
        "x = self.conv(x)\n        a = F.relu(x)\n        return F.gelu(x)",
        "for i in range(3):\n            x = F.relu(x)\n        return x",
        "return self.conv(x, x)",
        "return self.conv()",
        "return self.conv(x + 1)",
        "return self.conv(x).permute(0, 2, 3, 1)",
        "x = self.conv(x)\n        return x.view(3, 8)",
        "x = self.conv(x)\n        return x.view(-1)",
        "return F.hardtanh(self.conv(x))",
        "return F.glu(self.conv(x))",
    ],
)
def test_what_is_no_chain_is_unread(body: str) -> None:
    start = "class B(nn.Module):\n    def __init__(self):\n        self.conv = nn.Conv2d(3, 3, 1)\n"
    text = f"{start}    def forward(self, x):\n        {body}\n"
    assert unread(text)


def test_two_classes_are_unread() -> None:
    text = NET.replace("FLATTEN", "x.flatten(1)")
    assert not unread(text)
    assert unread(text + text)
    block = "class Other(nn.Module):\n    def __init__(self):\n        self.other = nn.Conv2d(3, 3, 1)\n"
    assert unread(f"{text}{block}    def forward(self, x):\n        return self.other(x)\n")


@pytest.mark.parametrize(
    ("text", "shape", "batch"),
    [
        ("m = nn.Conv2d(16, 33, 3)\nx = torch.randn(20, 16, 50, 100)\ny = m(x)", (16, 50, 100), 20),
        ("nn.Conv2d(3, 8, 3) gets torch.zeros(3, 32, 32)", (3, 32, 32), None),
        ("nn.Conv2d(3, 8, 3) gets torch.zeros((1, 3, 32, 32))", (3, 32, 32), 1),
        ("nn.Conv1d(3, 8, 3) gets torch.rand(4, 3, 32)", (3, 32), 4),
        ("nn.Conv3d(3, 8, 3)(torch.ones(2, 3, 16, 32, 32)).shape", (3, 16, 32, 32), 2),
        ("nn.Linear(784, 10) gets torch.randn(64, 784)", (784,), 64),
        ("net = nn.Sequential(nn.Conv2d(3, 8, 3))\nsummary(net, (3, 32, 32))", (3, 32, 32), None),
        ("net = nn.Sequential(nn.Conv2d(3, 8, 3))\nsummary(net, input_size=(16, 3, 32, 32))", (3, 32, 32), 16),
        ("nn.Conv2d(3, 8, 3), x.shape == (1, 3, 32, 32)", (3, 32, 32), 1),
        ("w = torch.randn(8, 3, 3, 3); x = torch.randn(1, 3, 9, 9); nn.Conv2d(3, 8, 3)", (3, 9, 9), 1),
        ("nn.Conv2d(3, 8, 3) of torch.zeros(2, 3)", None, None),
    ],
)
def test_the_input_that_a_program_of_pytorch_has(text: str, shape: Any, batch: int | None) -> None:
    code = read_code(text)
    assert (code.shape, code.batch, code.layout, code.unread) == (shape, batch, "chw", ())


def test_two_inputs_are_unread() -> None:
    assert unread("x = torch.randn(1, 3, 32, 32) or x = torch.randn(1, 3, 64, 64) into nn.Conv2d(3, 8, 3)")


# Keras

LENET = """
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(6, kernel_size=(5, 5), activation="tanh", padding="same"),
    layers.AveragePooling2D(),
    # second stage
    layers.Conv2D(16, 5, activation="tanh", name="second"),
    layers.AveragePooling2D(pool_size=(2, 2)),
    layers.Flatten(),
    layers.Dense(120, activation="tanh"),
    layers.Dense(84, activation="tanh"),
    layers.Dense(num_classes, activation="softmax"),
])
num_classes = 10
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.summary()
"""


def test_a_sequence_of_keras() -> None:
    code = read_code(LENET + "How many parameters?")
    assert (code.shape, code.layout, code.batch, code.framework) == ((1, 28, 28), "hwc", None, "keras")
    assert (code.rank, code.chained) == (2, True)
    assert params(LENET) == 61706
    assert [layer.name for layer in code.layers if layer.name] == ["second"]
    assert rest(LENET + "How many parameters?") == "How many parameters?"


def test_the_functional_way() -> None:
    text = """inputs = keras.Input(shape=(32, 32, 3))
x = layers.Conv2D(32, 3, activation="relu")(inputs)
x = layers.MaxPooling2D(2)(x)
x = layers.SeparableConv2D(64, 3, padding="same", use_bias=False)(x)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(10)(x)
model = keras.Model(inputs=inputs, outputs=outputs)"""
    assert types(text) == ["conv", "relu", "maxpool", "conv", "conv", "global_avgpool", "flatten", "linear"]
    assert output(text) == (10,)
    assert params(text) == (27 * 32 + 32) + 9 * 32 + 32 * 64 + (64 * 10 + 10)
    assert read_code(text).chained


@pytest.mark.parametrize(
    "line",
    [
        "z = layers.add([x, y])",
        "z = layers.Concatenate()([x, y])",
        "z = layers.Conv2D(8, 3)(inputs)",
        "z = layers.Conv2D(8, 3)(strange)",
        "z = layers.MultiHeadAttention(2, 2)(y)",
    ],
)
def test_a_graph_is_unread(line: str) -> None:
    start = "inputs = keras.Input((28, 28, 1))\nx = layers.Conv2D(8, 3)(inputs)\ny = layers.Conv2D(8, 3)(x)\n"
    assert not unread(start)
    assert unread(start + line)


@pytest.mark.parametrize(
    ("call", "before", "after", "weights"),
    [
        ("Conv2D(32, 3)", (3, 32, 32), (32, 30, 30), 896),
        ("Conv2D(32, (3, 3), (2, 2), 'same')", (3, 31, 31), (32, 16, 16), 896),
        ("Conv2D(filters=8, kernel_size=3, dilation_rate=2, use_bias=False)", (3, 32, 32), (8, 28, 28), 216),
        ("Conv2D(8, 3, groups=2)", (4, 8, 8), (8, 6, 6), 8 * 2 * 9 + 8),
        ("Conv1D(5, 5, padding='causal', dilation_rate=2)", (4, 100), (5, 100), 105),
        ("Conv1D(5, 4, strides=3, padding='causal')", (4, 100), (5, 34), 85),
        ("Conv3D(2, (1, 2, 3))", (3, 8, 8, 8), (2, 8, 7, 6), 38),
        ("DepthwiseConv2D(3, depth_multiplier=2)", (4, 8, 8), (8, 6, 6), 80),
        ("DepthwiseConv2D((3, 3), padding='same', use_bias=False)", (4, 8, 8), (4, 8, 8), 36),
        ("SeparableConv2D(16, 3, depth_multiplier=2)", (4, 8, 8), (16, 6, 6), 72 + 8 * 16 + 16),
        ("SeparableConv1D(16, 3, strides=2, padding='same')", (4, 9), (16, 5), 12 + 4 * 16 + 16),
        ("LocallyConnected2D(2, 3)", (1, 5, 5), (2, 3, 3), 9 * (9 * 2 + 2)),
        ("MaxPooling2D()", (3, 7, 7), (3, 3, 3), 0),
        ("MaxPool2D(pool_size=3, strides=1, padding='same')", (3, 7, 7), (3, 7, 7), 0),
        ("AveragePooling1D(2)", (3, 7), (3, 3), 0),
        ("MaxPooling3D((1, 2, 2))", (3, 4, 4, 4), (3, 4, 2, 2), 0),
        ("GlobalMaxPooling2D()", (3, 7, 7), (3,), 0),
        ("GlobalAveragePooling2D(keepdims=True)", (3, 7, 7), (3, 1, 1), 0),
        ("BatchNormalization()", (3, 7, 7), (3, 7, 7), 6),
        ("BatchNormalization(scale=False, center=False)", (3, 7, 7), (3, 7, 7), 0),
        ("GroupNormalization()", (64, 7, 7), (64, 7, 7), 128),
        ("GroupNormalization(groups=2, scale=False, center=False)", (4, 7, 7), (4, 7, 7), 0),
        ("Softmax()", (3, 7, 7), (3, 7, 7), 0),
        ("ZeroPadding2D()", (3, 7, 7), (3, 9, 9), 0),
        ("ZeroPadding2D(padding=(1, 2))", (3, 7, 7), (3, 9, 11), 0),
        ("ZeroPadding2D(((1, 0), (2, 3)))", (3, 7, 7), (3, 8, 12), 0),
        ("ZeroPadding1D((1, 0))", (3, 7), (3, 8), 0),
        ("ZeroPadding3D((1, 0, 2))", (3, 7, 7, 7), (3, 9, 7, 11), 0),
        ("Cropping2D(((1, 0), (2, 3)))", (3, 7, 7), (3, 6, 2), 0),
        ("Cropping1D(cropping=2)", (3, 7), (3, 3), 0),
        ("UpSampling2D()", (3, 7, 7), (3, 14, 14), 0),
        ("UpSampling2D((2, 3), interpolation='bilinear')", (3, 7, 7), (3, 14, 21), 0),
        ("Reshape((7, 7, 2))", (98,), (2, 7, 7), 0),
        ("Dropout(0.5)", (3, 7, 7), (3, 7, 7), 0),
        ("SpatialDropout2D(0.5)", (3, 7, 7), (3, 7, 7), 0),
        ("ReLU(max_value=6)", (3, 7, 7), (3, 7, 7), 0),
        ("LeakyReLU(alpha=0.1)", (3, 7, 7), (3, 7, 7), 0),
        ("Activation('relu')", (3, 7, 7), (3, 7, 7), 0),
        ("Conv2DTranspose(8, 3, strides=2, padding='same')", (4, 7, 7), (8, 14, 14), 296),
        ("Conv2DTranspose(8, (2, 2), (2, 2))", (4, 7, 7), (8, 14, 14), 136),
    ],
)  # fmt: skip
def test_layers_of_keras(call: str, before: tuple[int, ...], after: tuple[int, ...], weights: int) -> None:
    text = f"What is the output of tf.keras.layers.{call}?"
    assert (output(text, before), params(text, before)) == (after, weights)


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_keras_has_its_own_rule_for_transposed_convolutions(padding: str) -> None:
    for k in range(1, 7):
        for s in range(1, 5):
            text = f"Conv2DTranspose(2, {k}, strides={s}, padding='{padding}')"
            if padding == "same" and s == 1 and k % 2 == 0:
                assert unread(text)
                continue
            expected = 5 * s if padding == "same" else 5 * s + max(k - s, 0)
            assert output(text, (3, 5, 5)) == (2, expected, expected), text


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.booleans(), st.data())
def test_an_output_padding_of_keras_replaces_that_rule(k: int, s: int, d: int, same: bool, data: st.DataObject) -> None:
    extra, wide = data.draw(st.integers(0, max(s, d) - 1)), d * (k - 1) + 1
    expected = 4 * s + wide - 2 * (wide // 2 if same else 0) + extra
    assume(expected > 0)
    options = f"strides={s}, dilation_rate={d}, padding='{'same' if same else 'valid'}', output_padding={extra}"
    assert output(f"Conv2DTranspose(2, {k}, {options})", (3, 5, 5)) == (2, expected, expected)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Conv2D(8, 3, activation='relu')", ["conv", "relu"]),
        ("Conv2D(8, 3, activation=tf.nn.relu)", ["conv", "relu"]),
        ("Conv2D(8, 3, activation=LeakyReLU(0.1))", ["conv", "leaky_relu"]),
        ("Conv2D(8, 3, activation='linear')", ["conv"]),
        ("Conv2D(8, 3, activation=None)", ["conv"]),
        ("SeparableConv2D(8, 3, activation='swish')", ["conv", "conv", "silu"]),
        ("Dense(10, 'softmax')", ["fc", "softmax"]),
    ],
)
def test_activations_are_layers(text: str, types: list[str]) -> None:
    assert [layer.type for layer in read_code(text).layers] == types


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("model.add(Conv2D(8, 3, input_shape=(32, 24, 3)))", (3, 32, 24)),
        ("model.add(Conv2D(8, 3, input_shape=(3, 32, 24), data_format='channels_first'))", (3, 32, 24)),
        ("model.add(Conv2D(8, 3, batch_input_shape=(None, 32, 24, 3)))", (3, 32, 24)),
        ("model.add(Conv2D(8, 3, input_shape=(None, None, 3)))", (3, UNKNOWN, UNKNOWN)),
        ("model.add(Conv2D(8, 3, input_shape=(rows, cols, 3)))", (3, "rows", "cols")),
        ("rows = 32\nmodel.add(Conv2D(8, 3, input_shape=(rows, rows, 3)))", (3, 32, 32)),
        ("input_shape = (28, 28, 1)\nmodel.add(Conv2D(8, 3, input_shape=input_shape))", (1, 28, 28)),
        ("model.add(Conv1D(8, 3, input_shape=(100, 4)))", (4, 100)),
        ("model.add(Dense(8, input_dim=20))", (20,)),
        ("model.add(Dense(8, input_shape=(784,)))", (784,)),
        ("model.add(InputLayer(input_shape=(28, 28, 1)))", (1, 28, 28)),
        ("x = keras.layers.Input(batch_shape=(None, 4096))\ny = keras.layers.Dense(5)(x)", (4096,)),
        ("model.add(Conv2D(8, 3))\nmodel.build((None, 32, 24, 3))", (3, 32, 24)),
        ("layers.Conv2D(8, 3)(tf.random.normal((4, 32, 24, 3)))", (3, 32, 24)),
    ],
)  # fmt: skip
def test_the_input_that_a_program_of_keras_has(text: str, shape: tuple[Any, ...]) -> None:
    code = read_code(text)
    assert (code.shape, code.unread) == (shape, ())


def test_the_words_of_the_first_keras() -> None:
    text = "model.add(Convolution2D(64, 3, 3, border_mode='same', subsample=(2, 2), input_shape=(32, 32, 3)))"
    assert output(text) == (64, 16, 16)
    assert output("Conv1D(nb_filter=8, filter_length=3)", (2, 10)) == (8, 8)
    assert output("model.add(Dense(output_dim=7, input_dim=3))") == (7,)
    assert output("Convolution2D(nb_filter=4, nb_row=3, nb_col=5)", (1, 9, 9)) == (4, 7, 5)


def test_a_third_number_depends_on_the_version() -> None:
    assert unread("model.add(Conv2D(32, 3, 3))")
    assert read_code("tf.keras.layers.Conv2D(32, 3, 3)").layers[0].options["stride"] == 3
    assert read_code("Conv2D(32, 3, 3, border_mode='valid')").layers[0].options["kernel_size"] == (3, 3)


# sentences


@pytest.mark.parametrize(
    ("text", "type", "options", "takes"),
    [
        ("Conv2d(32→64, 3×3)", "conv", {"out_channels": 64, "kernel_size": (3, 3)}, 32),
        ("Conv2d(32 -> 64, 3)", "conv", {"out_channels": 64, "kernel_size": 3}, 32),
        ("Conv2D(64, 3x3)", "conv", {"out_channels": 64, "kernel_size": (3, 3)}, None),
        ("Conv2D(64, 3x3, stride 2)", "conv", {"out_channels": 64, "kernel_size": (3, 3), "stride": 2}, None),
        ("Conv2d(3, 16, 5)", "conv", {"out_channels": 16, "kernel_size": 5}, 3),
        ("Conv2d(3, 16, k=5, s=2, p=1)", "conv", {"out_channels": 16, "kernel_size": 5, "stride": 2, "padding": 1}, 3),
        ("Conv(3×3, s=2)", "conv", {"kernel_size": (3, 3), "stride": 2}, None),
        ("Conv(64, 3×3, p=1)", "conv", {"out_channels": 64, "kernel_size": (3, 3), "padding": 1}, None),
        ("MaxPool(2)", "maxpool", {"kernel_size": 2}, None),
        ("MaxPool(3×3, stride 2)", "maxpool", {"kernel_size": (3, 3), "stride": 2}, None),
        ("AvgPool(3, 2)", "avgpool", {"kernel_size": 3, "stride": 2}, None),
        ("FC(120)", "fc", {"out_features": 120}, None),
        ("FC(400→120)", "fc", {"out_features": 120}, 400),
        ("nn.Linear(?, 512)", "fc", {"out_features": 512}, UNKNOWN),
        ("nn.Linear(…, 512)", "fc", {"out_features": 512}, UNKNOWN),
        ("nn.Linear(____, 512)", "fc", {"out_features": 512}, UNKNOWN),
        ("nn.Linear(xxx, 512)", "fc", {"out_features": 512}, UNKNOWN),
        ("nn.Linear(n, 512)", "fc", {"out_features": 512}, "n"),
        ("n = 7\nnn.Linear(n * n * 2, 512)", "fc", {"out_features": 512}, 98),
        ("nn.Conv2d(c, 2*c, 3)", "conv", {"out_channels": "2 * c", "kernel_size": 3}, "c"),
        ("nn.Conv2d(3, in_channels, 3)", "conv", {"out_channels": UNKNOWN, "kernel_size": 3}, 3),
    ],
)  # fmt: skip
def test_calls_in_a_sentence(text: str, type: str, options: dict[str, Any], takes: Any) -> None:
    code = read_code(f"{text}")
    assert code.unread == ()
    (layer,) = code.layers
    assert (layer.type, layer.options, layer.takes) == (type, options, takes)


@pytest.mark.parametrize(
    "text",
    [
        "Conv2d(32, 3)", "Conv(64, 3)", "Conv(3×3, 64)", "nn.Conv2d(3, 16, 5, 1, 2, 1, 1, True, 'zeros', 4, 5, 6)",
        "nn.Conv2d(3, 16, 5, stride=2, padding='same')", "nn.Conv2d(3, 16, (5, 5, 5))", "nn.Conv2d(3, 16, 5, foo=2)",
        "nn.Conv2d(3, 16, 'five')", "nn.Conv2d(3, 16, 1e400)", "nn.Conv2d(3, 16, 2.5)", "nn.Conv2d(*sizes, 3)",
        "nn.Conv2d(3, 16, **options)", "nn.Linear(512)", "nn.LocalResponseNorm(size)", "nn.BatchNorm2d(3, bias=False)",
        "nn.LSTM(3, 4)", "layers.Embedding(10, 4)", "F.conv2d(x, w)",
        "nn.ReflectionPad2d(1)", "model.add(LSTM(32))", "model.add(TimeDistributed(Conv2D(3, 3)))",
        "weight_norm(nn.Conv1d(3, 6, 3))", "Conv2D(8, 3, padding=1)", "Conv2D(8, 3, padding='full')",
        "Conv2D(8, 3, trainable=False)", "layers.PReLU()", "Conv2D(8, 3, activation='strange')",
        "BatchNormalization(scale=False)", "nn.Sequential(*[nn.Conv2d(3, 3, 3)] * 4)", "3 x nn.Conv2d(3, 3, 3)",
        "for i in range(3):\n    model.add(Conv2D(8, 3))", "nn.Sequential(nn.Conv2d(3, 6, 5), ..., nn.ReLU())",
        "nn.Conv2d(__import__('os').system('x'), 3, 3)", "nn.Conv2d(3, 16, [i for i in x])", "nn.Conv2d(3, 16, 1//0)",
        "model = Sequential([Conv2D(8, 3), Dense(10)])", "nn.Sequential(nn.Conv2d(3, 6, 5), block, nn.ReLU())",
    "nn.Sequential(nn.Conv2d(3, 6, 5), ConvBlock(6, 8))", "self.a = Block(3)\nself.b = nn.Conv2d(3, 6, 5)",
    "model.add(base)\nmodel.add(Dense(10))", "model.add(Dense(10))\nmodel.pop()", "[nn.ReLU(), nn.ReLU()] * 2",
    "m = nn.Sequential(nn.Linear(3, 4))\nm[0].weight.requires_grad = False", "Conv(8, 3×3) ×2",
        "Conv(8, 3×3) x2", "tf.nn.conv2d(x, W, strides=[1, 1, 1, 1], padding='SAME')",
        "nn.Conv2d(3, 8→3)", "nn.Conv2d(3, 'a' * 2, 3)", "nn.LayerNorm([3, 4.5])", "nn.ZeroPad2d((1, 2, 3))",
        "nn.MaxPool2d(2, return_indices=True)", "nn.Unflatten(2, (1, 2))", "FC(1, 2, 3)", "Conv(32, 3, 4, 5)",
        "nn.ConvTranspose2d(3, 8, 3, padding_mode='circular')", "layers.BatchNormalization(axis=1)",
        "layers.Softmax(axis=1)", "layers.ZeroPadding2D('same')", "layers.ZeroPadding2D((1, 2, 3))",
        "layers.UpSampling2D(2, interpolation='lanczos')", "layers.Reshape(784)", "Conv2DTranspose(8, (3, 3, 3))",
        "layers.Conv1D(8, 3, padding='causal', dilation_rate=(2, 2))", f"nn.Conv2d({'-' * 30}3, 8, 3)",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said(text: str) -> None:
    assert unread(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "A convolution (5×5) with stride = 2 and padding (P = 1)", "What is the # of filters (10)?",
        "f(x) = max(0, x)", "What does Conv2D(32 filters of 3x3) give?", "output = floor((32 - 5)/1) + 1",
        "Explain nn.Conv2d() and Dense().", "conv2d_1 (Conv2D)   (None, 26, 26, 32)   320", "¿Qué es (esto)?",
        "The layer's size isn't 'known' (yet).", "ReLU(x) = max(0, x) and Sigmoid(x) = 1/(1+exp(-x))",
    ],
)  # fmt: skip
def test_prose_is_left_alone(text: str) -> None:
    code = read_code(text)
    assert code.layers == () and code.unread == () and code.shape is None


def test_facts_beside_a_program_stay() -> None:
    text = "# of inputs: 3. Let stride = 2. In nn.Conv2d(3, 16, 5) (see 2) the image is (3, 32, 32). How many weights?"
    assert rest(text) == "# of inputs: 3. Let stride = 2. In (see 2) the image is (3, 32, 32). How many weights?"


# how people paste

PASTED = {
    "quotes": "model.add(Conv2D(6, kernel_size=(5, 5), activation=’tanh’, input_shape=(32,32,1), padding=”valid”))",
    "spaces": "model. add( Conv2D( filters= 6, kernel_size=( 5, 5), input_shape=( 32, 32, 1), activation= 'tanh'))",
    "prompt": ">>> model.add(Conv2D(6, (5, 5), input_shape=(32, 32, 1),\n...     activation='tanh'))",
    "open": "model.add(Conv2D(6, (5, 5), input_shape=(32, 32, 1), activation='tanh'",
    "comma": "model.add(Conv2D(6, (5, 5), activation='tanh', input_shape=(32, 32, 1),))",
    "comments": "model.add(Conv2D(6, (5, 5), # six (6\n   activation='tanh', input_shape=(32, 32, 1)))",
    "one line": "model = Sequential() model.add(Conv2D(6, 5, activation='tanh', input_shape=(32,32,1))) What then?",
}


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_pasted_as_it_comes(text: str) -> None:
    code = read_code(text)
    assert [layer.type for layer in code.layers] == ["conv", "tanh"] and code.chained
    assert output(text) == (6, 28, 28)


def test_a_list_that_stays_open() -> None:
    text = 'm = nn.Sequential(OrderedDict([\n("a", nn.Conv2d(c, 32, 3)),\n("b", nn.ReLU()),\n...\nFor 9x9 images, what?'
    code = read_code(text)
    assert [layer.name for layer in code.layers] == ["a", "b"]
    assert code.chained and not code.unread
    assert rest(text) == "For 9x9 images, what?"


def test_a_line_that_stays_open_ends_with_the_line() -> None:
    text = "model.add(Conv2D(8, (3, 3)\nmodel.add(MaxPooling2D((2, 2)))\nmodel.add(Flatten())\nmodel.add(Dense(10"
    assert types(text) == ["conv", "maxpool", "flatten", "linear"]
    assert output(text, (1, 28, 28)) == (10,)


def test_spans_say_where_a_layer_stands() -> None:
    text = "A: nn.Conv2d(3, 6, 5)\nB: nn.MaxPool2d(2)"
    assert [text[layer.start : layer.end] for layer in read_code(text).layers] == [
        "nn.Conv2d(3, 6, 5)",
        "nn.MaxPool2d(2)",
    ]


def test_layers_that_only_stand_side_by_side_are_no_chain() -> None:
    assert not read_code("conv1 = nn.Conv2d(3, 3, 3)\nconv2 = nn.Conv2d(3, 3, 3, groups=3)").chained
    assert not read_code("a = nn.Sequential(nn.ReLU())\nb = nn.Sequential(nn.ReLU())").chained
    assert read_code("a = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())").chained


def test_both_frameworks_are_none() -> None:
    code = read_code("nn.Conv2d(3, 16, 3) or tf.keras.layers.Conv2D(16, 3)")
    assert (code.framework, code.layout, len(code.layers)) == (None, None, 2)


HOSTILE = [
    "(", "Conv2D(", "nn.Conv2d(3,", "a.", "a", "1", "'", '"a', "a=(", "f()+", "a=a", "# x\n", ">>> ", "...", "_", "3x",
    "nn.Sequential([nn.ReLU(),", "model.add(Conv2D(32,(3,3)))\n", "x = layers.Conv2D(32,3)(x)\n", "F.relu(", ")", "-",
    "def forward(self, x):\n", "nn.ReLU()(x)", "Conv2D(1e400)\n", "__import__('os').system('x')\n", "{[(", "É(",
    "Conv2d(3, 16, 9**9**9)\n", "class A(", "f(x)(",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_read(text: str) -> None:
    long = text * (20_000 // len(text))
    code = read_code(long)
    assert all(0 <= start < end <= len(long) for start, end in (*code.spans, *code.unread))
    read_code(long + ")" * long.count("("))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="nCovd2DLiear.()[]=,'\"#x 3×→?…\n_-+*/", max_size=200))
def test_random_text_is_read(text: str) -> None:
    code = read_code("nn.Conv2d(" + text)
    spans = code.spans
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))


def test_numbers_are_bounded() -> None:
    assert unread(f"nn.Conv2d(3, {2**63}, 3)")
    assert unread(f"nn.Conv2d(3, {'9' * 5000}, 3)")
    assert unread(f"nn.Conv2d(3, {'(' * 30}1{')' * 30}, 3)")
    assert not unread(f"nn.Conv2d(3, {2**62}, 3)")
    assert math.prod(read_code("nn.Linear(16*5*5, 10)").layers[0].options.values()) == 10


# the collected questions

COLLECTED: dict[str, tuple[list[str], Any, Any]] = {
    "q035": (["conv", "relu", "maxpool"] * 2 + ["flatten", "linear", "relu", "linear", "sigmoid"], (3, 32, 32), (1,)),
    "q036": ([], None, None),
    "q085": (["conv"], None, (256, 112, 112)),
    "q108": (
        ["conv", "tanh", "avgpool"] * 2 + ["flatten", "linear", "tanh", "linear", "tanh", "linear", "softmax"],
        (1, 32, 32),
        (10,),
    ),
    "q153": (["zero_pad", "conv"] * 2, None, None),
    "q155": (["conv"], None, None),
    "q164": (["conv", "relu", "maxpool"] * 2 + ["conv", "relu", "flatten", "linear", "relu"], (3, 27, 27), (16,)),
    "q169": (["conv"], None, None),
    "q171": (["conv"] * 4, None, None),
    "q209": (["conv"], None, None),
    "q224": (["linear", "relu", "batchnorm", "dropout", "linear", "sigmoid"], (4096,), (80,)),
    "q230": (["conv"] * 2, None, None),
    "q233": (["conv"], (28, 1, 28), None),
    "q235": (["conv", "relu"] * 3 + ["flatten", "linear"], (3, 84, 84), (512,)),
    "q236": (["conv", "leaky_relu"] * 4 + ["flatten"], None, None),
}


@pytest.mark.skipif(not QUESTIONS.exists(), reason="the collected questions are not beside this checkout")
@pytest.mark.parametrize("name", COLLECTED)
def test_collected_questions(name: str) -> None:
    texts = {entry["id"]: entry["question"] for entry in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))}
    expected, shape, final = COLLECTED[name]
    code = read_code(texts[name])
    assert [layer.type for layer in code.layers] == expected
    assert (code.shape, code.unread) == (shape, ())
    if final:
        assert output(texts[name], shape or (3, 224, 224)) == final
