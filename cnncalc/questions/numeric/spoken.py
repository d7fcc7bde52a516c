"""Framework calls said in words, so that the words around them are read together with theirs."""

from __future__ import annotations

from typing import Any

from cnncalc.questions.calls import read_code
from cnncalc.questions.described import Described
from cnncalc.questions.numeric.operations import ACTIVATIONS, POOLS
from cnncalc.questions.reply import not_understood

_NAMES = {"maxpool": "max pooling", "avgpool": "average pooling", "conv": "convolution", "leaky_relu": "leaky relu"}


def spoken(text: str) -> str:
    """The text with its layers in words: `max pooling with a 2x2 window, stride 2` for `nn.MaxPool2d(2)`."""
    code = read_code(text)
    if code.unread and code.layers:
        raise not_understood("this call is not understood", text, code.unread[0])
    for layer in sorted(code.layers, key=lambda one: one.start, reverse=True):
        text = f"{text[: layer.start]} {_said(layer, code.rank or 2, text)} {text[layer.end :]}"
    return text


def _said(layer: Described, rank: int, text: str) -> str:
    kind = layer.type.rstrip("123d") if layer.type.startswith("conv") else layer.type
    if kind in ACTIVATIONS and not layer.options:
        return _NAMES.get(kind, kind)
    options = dict(layer.options)
    if kind == "conv":
        biased = options.pop("bias", True)
        if (
            options.pop("out_channels", 1) != 1
            or layer.takes not in (None, 1)
            or (biased and "bias" not in text.lower())
        ):
            raise not_understood(
                "its channels or its bias are not given with their values", text, (layer.start, layer.end)
            )
    elif kind not in POOLS:
        raise not_understood("this layer is not worked with numbers", text, (layer.start, layer.end))
    known = {name: options.pop(name) for name in ("kernel_size", "stride", "padding", "dilation") if name in options}
    if options:
        raise not_understood(f"{next(iter(options))} is not read here", text, (layer.start, layer.end))
    size = known.pop("kernel_size", None)
    what = "kernel" if kind == "conv" else "window"
    said = [_NAMES.get(kind, kind) + (f" with a {_size(size, rank)} {what}" if size is not None else "")]
    said += [f"{name} {_pair(value)}" for name, value in known.items()]
    return ", ".join([*said, *(["no bias"] if kind == "conv" and not biased else [])])


def _size(value: Any, rank: int) -> str:
    return "x".join(map(str, value if isinstance(value, tuple) else (value,) * rank))


def _pair(value: Any) -> str:
    if value == "valid":
        return "0"
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) and len(value) > 1 else str(value)
