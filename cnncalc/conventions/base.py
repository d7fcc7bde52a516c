"""What a counting convention is: rules as data, found by the piece of PyTorch that a tool sees.

Tools see modules and functions, not the types of a spec: `fc` is a Linear to them, `global_avgpool` an
AdaptiveAvgPool, a join an operator. So rules are listed by piece: the class in `torch.nn` (or ours) without its number
of axes, or the name of the operator.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnncalc.formula import Formula
from cnncalc.layers import Shape
from cnncalc.layers.base import Call, Symbols, along
from cnncalc.layers.join import Join
from cnncalc.network import Network, Placed

SYMBOLS = {
    "MAC": "the MACs of the layer",
    "N": "images that are counted",
    "I": "elements in, padding: same added",
    "O": "elements out",
    "P": "its parameters",
    "own": "parameters of its own",
    "statistics": "running means and variances",
    "C_in": "channels of the input",
    "C_out": "channels of the output",
    "n": "sizes of the input along its axes",
    "o": "sizes of the output along its axes",
    "k": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
    "b": "1 with a bias",
    "a": "1 if affine",
    "size": "neighbouring channels that are summed",
    "x": "sizes of the output as the tool reckons them",
    "along": "elements along the axis of the softmax",
    "ratio": "elements in per element out, in double precision",
    "rise": "product of the scale factors, in double precision",
    "steps": "product of the scale factors, each without its fraction",
    "reach": "the option size: its product, or the number itself where it is one for all axes",
    "padded": "sizes of the input with the zeros of padding: same",
    "planes": "elements of a channel whose height and width are summed and whose depth is not",
}
"""What the symbols of the formulas mean; counts are for all images that the tool counts."""


class Rule(NamedTuple):
    """What a tool counts for a piece, and in a few words why; no formula where it stops with an error."""

    formula: Formula | None
    why: str = ""
    when: Mapping[str, Any] = {}
    """Options as PyTorch's constructor gets them, or facts of `look`, by their value or their possible values."""
    bug: bool = False
    """Whether the tool means something else."""
    axes: Mapping[str, Formula] = {}
    """Symbols with one value per axis, worked out first."""

    def fits(self, options: Mapping[str, Any]) -> bool:
        """Whether the rule is for a piece with these options and facts."""
        wanted = self.when.items()
        return all(options.get(name) in (value if isinstance(value, tuple) else (value,)) for name, value in wanted)


Rules = Mapping[str, Rule | Sequence[Rule]]
"""By piece, the rules of which the first that fits holds."""


@dataclass(frozen=True)
class Convention:
    """A tool, what it calls the figure it prints, and what the figure is."""

    name: str
    tool: str
    """The tool and what is asked of it."""
    version: str
    """The version that was measured, or the source that was read."""
    called: str
    """The tool's own word for the figure."""
    counts: str
    """What the figure is, in our words."""
    rules: Rules
    nothing: frozenset[str]
    """The pieces that it does not count, or counts as 0."""
    per: str = "batch"
    """Whether the figure is for the whole batch, for one image, or the same for any."""
    beside: str = "macs"
    """The count of ours that it is nearest to."""
    how: str = ""
    """How the tool looks at a network."""
    facts: Callable[[Network], Mapping[str, Mapping[str, Any]]] = field(default=lambda network: {})
    """Facts about layers that their neighbours decide, by path."""
    stops: Callable[[Network], str | None] = field(default=lambda network: None)
    """Why the tool stops with an error on a network, whatever its layers are."""


def pieces(words: str) -> frozenset[str]:
    """Pieces separated by blanks."""
    return frozenset(words.split())


STILL = pieces(
    "Identity Dropout DropPath Flatten Unflatten Permute Slice Crop Select ZeroPad PixelShuffle PixelUnshuffle"
    " ChannelShuffle cat add mul Exponential Maxout Scale"
)
"""The pieces that no tool counts that looks at PyTorch; operators are seen by none of them, functions would be."""


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
    piece, known = re.sub(r"\dd$", "", name), _symbols(placed, entering, images)
    further = _FURTHER.get(piece)
    known |= further(options, entering, placed.output, images) if further else {}
    facts = {"rank": len(entering) - 1, "given": known.pop("given", None)}
    return Seen(piece, {**options, **facts}, known)


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


def worked_out(rule: Rule, found: Symbols) -> Symbols:
    """The symbols with those of the rule's axes."""
    axes = range(len(found["n"]))
    return found | {name: tuple(formula(along(found, at)) for at in axes) for name, formula in rule.axes.items()}


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


def _conv(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    word = options["padding"] if options["padding_mode"] == "zeros" else None
    if word != "same":
        return {"given": "word" if word == "valid" else None}
    rank = len(entering) - 1
    kernels, dilations = (
        value if isinstance(value, tuple) else (value,) * rank
        for value in (options["kernel_size"], options["dilation"])
    )
    uneven = any(d * (k - 1) % 2 for k, d in zip(kernels, dilations))
    return {"given": "same, uneven" if uneven else "word"}


def _softmax(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    return {"along": (images, *entering)[options["dim"]]}


def _adaptive(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    whole = not any(n % o for n, o in zip(entering[1:], output[1:]))
    return {"given": "whole" if whole else None, "ratio": math.prod(n / o for n, o in zip(entering[1:], output[1:]))}


def _upsample(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    size, scale = options["size"], options["scale_factor"]
    if size is not None:
        return {"given": "size", "reach": math.prod(size) if isinstance(size, tuple) else size}
    if not isinstance(scale, tuple):
        return {"given": "factor", "rise": float(scale) ** (len(entering) - 1)}
    known = {"rise": math.prod(map(float, scale)), "steps": math.prod(map(int, scale))}
    return {"given": "factors, one per image" if len(scale) == images else "factors", **known}


def _windows(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    padded, padding = entering[1:], options.get("padding", ())
    if len(padding) == 2 * len(padded):  # that of an average, which pads by itself; a sum has one number per axis
        padded = _padded(padding, padded)
    return {"padded": padded, "planes": padded[0] * math.prod(output[2:])}


def _lrn(options: Mapping[str, Any], entering: Shape, output: Shape, images: int) -> Symbols:
    return {"size": options["size"]}


_FURTHER: Mapping[str, Callable[[Mapping[str, Any], Shape, Shape, int], Symbols]] = {
    "Conv": _conv,
    "Softmax": _softmax,
    "AdaptiveAvgPool": _adaptive,
    "LocalResponseNorm": _lrn,
    "Upsample": _upsample,
    "SumPool": _windows,
    "SameAvgPool": _windows,
    "StochasticPool": _windows,
}
"""Symbols of single pieces; `given` among them is a fact, the way an option was given."""
