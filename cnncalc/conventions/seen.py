"""What a tool sees of a layer: which piece of PyTorch it is, and the numbers that rules compute with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnncalc.layers import Shape
from cnncalc.layers.base import Call, Symbols
from cnncalc.layers.join import Join
from cnncalc.network import Placed


class Seen(NamedTuple):
    """What a tool sees of a layer: the piece that counts, its options and facts, and the symbols of the formulas."""

    piece: str
    options: Mapping[str, Any]
    symbols: Symbols


def look(placed: Placed, images: int) -> Seen:
    """What there is to see of a layer that runs on so many images.

    Where a layer is several modules, those before the last one pad or flatten.
    """
    layer, entering = placed.layer, placed.inputs[0]
    if isinstance(layer, Join):
        return Seen(layer.operator, {}, _symbols(placed, entering, images))
    *before, (name, options) = layer.torch(*placed.inputs)
    for call in before:
        entering = _through(call, entering)
    piece = re.sub(r"\dd$", "", name)
    given, further = _FURTHER.get(piece, _none)(options, entering, placed.output, images)
    facts = {"rank": len(entering) - 1, "given": given}
    return Seen(piece, {**options, **facts}, _symbols(placed, entering, images) | further)


def _symbols(placed: Placed, entering: Shape, images: int) -> Symbols:
    sized, output = placed.sized, placed.output
    params = sized.weights.value + sized.biases.value
    return placed.layer.symbols(*placed.inputs) | {
        "N": images,
        "MAC": images * sized.macs.value,
        "I": images * math.prod(entering),
        "O": images * math.prod(output),
        "P": params,
        "own": 0 if placed.reuses else params,
        "statistics": 0 if placed.reuses else max(sized.buffers.value - 1, 0),
        "C_out": output[0],
        "o": output[1:],
    }


def _through(call: Call, shape: Shape) -> Shape:
    """The shape behind a module that pads or flattens."""
    name, options = call
    if name == "Flatten":
        return (math.prod(shape),)
    return shape[0], *_padded(options["padding"], shape[1:])


def _padded(padding: Sequence[int], sizes: Shape) -> Shape:
    """Sizes with padding as `F.pad` takes it: the last axis first."""
    pairs = [padding[at : at + 2] for at in range(0, len(padding), 2)]
    return tuple(size + sum(pair) for size, pair in zip(sizes, reversed(pairs)))


Further = tuple[str | None, Symbols]
"""What rules for a single piece also ask: the fact `given`, the way an option was given, and symbols."""


def _none(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    return None, {}


def _conv(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    word = options["padding"] if options["padding_mode"] == "zeros" else None
    if word != "same":
        return "word" if word == "valid" else None, {}
    rank = len(entering) - 1
    kernels, dilations = (
        value if isinstance(value, tuple) else (value,) * rank
        for value in (options["kernel_size"], options["dilation"])
    )
    uneven = any(d * (k - 1) % 2 for k, d in zip(kernels, dilations))
    return "same, uneven" if uneven else "word", {}


def _softmax(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    return None, {"along": (images, *entering)[options["dim"]]}


def _adaptive(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    axes = list(zip(entering[1:], output[1:]))
    whole = not any(n % o for n, o in axes)
    return "whole" if whole else None, {"ratio": math.prod(n / o for n, o in axes)}


def _upsample(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    size, scale = options["size"], options["scale_factor"]
    if size is not None:
        return "size", {"reach": math.prod(size) if isinstance(size, tuple) else size}
    if not isinstance(scale, tuple):
        return "factor", {"rise": float(scale) ** (len(entering) - 1)}
    symbols = {"rise": math.prod(map(float, scale)), "steps": math.prod(map(int, scale))}
    return "factors, one per image" if len(scale) == images else "factors", symbols


def _windows(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    padded, padding = entering[1:], options.get("padding", ())
    if len(padding) == 2 * len(padded):  # that of an average, which pads by itself; a sum has one number per axis
        padded = _padded(padding, padded)
    return None, {"padded": padded, "planes": padded[0] * math.prod(output[2:])}


def _lrn(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Further:
    return None, {"size": options["size"]}


_FURTHER: Mapping[str, Callable[[Mapping[str, Any], Shape, Shape, int], Further]] = {
    "Conv": _conv,
    "Softmax": _softmax,
    "AdaptiveAvgPool": _adaptive,
    "LocalResponseNorm": _lrn,
    "Upsample": _upsample,
    "SumPool": _windows,
    "SameAvgPool": _windows,
    "StochasticPool": _windows,
}
