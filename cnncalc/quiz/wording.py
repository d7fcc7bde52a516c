"""English for layers and for what is asked of them; every number in it is read from the layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from cnncalc.layers import Shape, Unfit
from cnncalc.layers.conv import Conv, ConvTranspose
from cnncalc.layers.linear import FullyConnected, Linear
from cnncalc.layers.pool import AvgPool, GlobalAvgPool, MaxPool, MinPool
from cnncalc.layers.shape import Flatten, ZeroPad
from cnncalc.layers.window import Pool, Window
from cnncalc.network import Placed
from cnncalc.reach import stays

LAYOUT = "Volumes are written height × width × channels."
ORDERS = {1: " (length × channels)", 2: " (height × width × channels)", 3: " (depth × height × width × channels)"}

LAYER_FRAMES = (
    "An input volume of {input} goes through {layer}. {ask}",
    "{Layer} is applied to an input volume of {input}. {ask}",
    "The input volume is {input} and the layer is {layer}. {ask}",
    "You apply {layer} to a volume of size {input}. {ask}",
)
FRAMES = (*LAYER_FRAMES, "A network starts with an input of {input}, followed by {layer}. {ask}")
ASKS = {
    "output": (
        "What is the size of the output volume?",
        "What are the dimensions of the output volume?",
        "Give the size of the output volume.",
        "What is the output volume size?",
    ),
    "features": ("How many features come out of it?", "How many numbers does the resulting vector have?"),
    "params": (
        "How many parameters does the layer have, biases included?",
        "How many learnable parameters (weights and biases) are there in this layer?",
        "What is the number of parameters of the layer, weights plus biases?",
    ),
    "weights": (
        "How many weights does the layer have, not counting biases?",
        "What is the number of weights of this layer, without the biases?",
    ),
    "macs": (
        "How many multiply-accumulate operations (MACs) does the layer take for one image?",
        "How many MACs does one forward pass of the layer take?",
        "How many multiplications does the layer take for one image?",
    ),
    "flops": ("How many FLOPs does the layer take for one image, counting two for every multiply-accumulate?",),
}
UNBIASED = ("How many parameters does the layer have?", "What is the number of parameters of this layer?")
FLOOR = "Round down where the window does not fit. "


def volume(shape: Shape) -> str:
    """A shape with its channels last: 32×32×3; with the names of its axes where two equal sides don't tell them."""
    channels, *sizes = shape
    if not sizes:
        return _many(channels, "features")
    plain = len(sizes) == 2 and len(set(sizes)) == 1
    return "×".join(map(str, (*sizes, channels))) + ("" if plain else ORDERS.get(len(sizes), ""))


def question(rng: Random, placed: Placed, quantity: str, frames: Sequence[str] = FRAMES) -> str | None:
    """A question about one layer; None where it has no words for the layer."""
    layer = phrase(rng, placed)
    if layer is None:
        return None
    asks = ASKS["features" if quantity == "output" and len(placed.output) == 1 else quantity]
    ask = rng.choice(UNBIASED if quantity == "params" and not placed.sized.biases.value else asks)
    if quantity in ("output", "macs", "flops") and not tiles(placed):
        ask = FLOOR + ask
    return worded(rng, frames, input=volume(placed.inputs[0]), layer=layer, ask=ask)


def worded(rng: Random, frames: Sequence[str], **words: str) -> str:
    """One of the sentences with its words put in: `{a_name}` with an article, `{Name}` at the beginning."""
    forms = {**words, **{f"a_{name}": a(word) for name, word in words.items()}}
    capitals = {name.capitalize(): f"{word[:1].upper()}{word[1:]}" for name, word in forms.items()}
    return rng.choice(frames).format(**forms, **capitals)


def a(word: str) -> str:
    """With its article: a 3×3, an 8×8."""
    return f"an {word}" if re.match(r"[ae]|8|1[18]\b", word) else f"a {word}"


def phrase(rng: Random, placed: Placed) -> str | None:
    """A layer as a noun; None for a layer, or an option, that a course would not ask about in a line."""
    layer, inputs = placed.layer, placed.inputs
    if len(inputs) > 1 or placed.reuses or placed.frozen:
        return None
    if isinstance(layer, Conv | ConvTranspose):
        return _convolution(rng, layer, inputs[0])
    if isinstance(layer, MaxPool | AvgPool) and not isinstance(layer, MinPool):
        return _pool(rng, layer, inputs[0])
    if isinstance(layer, GlobalAvgPool):
        return "global average pooling" if layer.type == "global_avgpool" else "global max pooling"
    if isinstance(layer, FullyConnected) or (isinstance(layer, Linear) and len(inputs[0]) == 1):
        units = rng.choice(("units", "neurons", "outputs"))
        bias = "" if layer.bias else " and no bias"
        return f"a fully connected layer with {_many(layer.out_features, units)}{bias}"
    if isinstance(layer, Flatten) and len(placed.output) == 1:
        return "a flatten layer"
    if isinstance(layer, ZeroPad):
        return _zeros({number for pair in layer.pairs(len(inputs[0]) - 1) for number in pair})
    return None


def _zeros(widths: set[int]) -> str | None:
    width = widths.pop()
    return None if widths or width < 1 else f"zero padding of {_many(width, 'pixels')} on every side"


def _convolution(rng: Random, layer: Conv | ConvTranspose, shape: Shape) -> str | None:
    symbols, rank = layer.symbols(shape), len(shape) - 1
    transposed = isinstance(layer, ConvTranspose)
    if getattr(layer, "padding_mode", "zeros") != "zeros":
        return None
    kind = {1: "1-D ", 3: "3-D "}.get(rank, "") + ("transposed " if transposed else "")
    depthwise = not transposed and layer.groups == symbols["C_in"] == layer.out_channels > 1
    if depthwise:
        subject = f"a depthwise {kind}convolution with one {sides(symbols['k'])} filter per channel"
    else:
        filters = _many(layer.out_channels, "filters")
        article = rng.choice(("convolution", "convolutional layer"))
        subject = f"a {kind}{article} with {filters} of size {sides(symbols['k'])}"
    facts = _slide(layer, shape)
    if facts is None:
        return None
    if layer.groups > 1 and not depthwise:
        facts.append(f"{layer.groups} groups")
    if not layer.bias:
        facts.append("no bias")
    return f"{subject}, {_listed(facts)}"


def _pool(rng: Random, layer: Pool, shape: Shape) -> str | None:
    facts = None if layer.ceil_mode else _slide(layer, shape)
    if facts is None:
        return None
    kind, kernel = "max" if isinstance(layer, MaxPool) else "average", sides(layer.symbols(shape)["k"])
    name = rng.choice(
        (
            f"{a(kernel)} {kind} pooling layer with",
            f"{a(kind)} pooling layer with {kernel} windows,",
            f"{kind} pooling with {a(kernel)} window,",
        )
    )
    return f"{name} {_listed(facts)}"


def _slide(layer: Window, shape: Shape) -> list[str] | None:
    """How a window slides; None where tools disagree on it."""
    symbols = layer.symbols(shape)
    facts = [f"stride {sides(symbols['s'], one=True)}"]
    if layer.same:
        if set(symbols["s"]) != {1}:
            return None
        facts.append("same padding")
    elif any(symbols["p"]):
        facts.append(f"padding {sides(symbols['p'], one=True)}")
    else:
        facts.append("no padding")
    if any(symbols.get("output_padding", ())):
        facts.append(f"output padding {sides(symbols['output_padding'], one=True)}")
    if set(symbols["d"]) != {1}:
        facts.append(f"dilation {sides(symbols['d'], one=True)}")
    return facts


def short(placed: Placed) -> str | None:
    """What of a layer matters to what its units see."""
    layer, inputs = placed.layer, placed.inputs
    pool = isinstance(layer, MaxPool | AvgPool) and not isinstance(layer, MinPool)
    if len(inputs) > 1 or not (isinstance(layer, Conv) or pool):
        return None
    symbols = layer.symbols(*inputs)
    kind = "convolution" if not pool else "max pooling" if isinstance(layer, MaxPool) else "average pooling"
    dilation = f" and dilation {sides(symbols['d'], one=True)}" if set(symbols["d"]) != {1} else ""
    return f"{sides(symbols['k'])} {kind} with stride {sides(symbols['s'], one=True)}{dilation}"


def sides(values: Sequence[int], one: bool = False) -> str:
    """A size per axis; where they are equal, one number for all if asked for."""
    return str(values[0]) if one and len(set(values)) == 1 else "×".join(map(str, values))


def _many(count: int, things: str) -> str:
    return f"{count} {things.removesuffix('s') if count == 1 else things}"


def _listed(facts: Sequence[str]) -> str:
    *first, last = facts
    return f"{', '.join(first)} and {last}" if first else last


def tiles(placed: Placed) -> bool:
    """Whether the windows fit to the last pixel: one pixel less would make the output shorter."""
    layer, shape = placed.layer, placed.inputs[0]
    if not isinstance(layer, Window) or layer.same:
        return True
    for axis in range(1, len(shape)):
        try:
            less = layer.on((*shape[:axis], shape[axis] - 1, *shape[axis + 1 :])).shape
        except Unfit:
            continue
        if less[axis] == placed.output[axis]:
            return False
    return True


def sticks_out(placed: Placed) -> bool:
    """Whether a window is larger than what it slides over, which only its padding makes legal."""
    if not isinstance(placed.layer, Window) or isinstance(placed.layer, ConvTranspose):
        return False
    symbols = placed.layer.symbols(*placed.inputs)
    return any(k > n for k, n in zip(symbols["k"], symbols["n"]))


def silent(placed: Placed) -> bool:
    """Whether a list of layers may leave it out: every unit sees its own position only."""
    reaches = placed.layer.sees(0, *placed.inputs)
    return len(placed.inputs) == 1 and all(reach is stays(axis) for axis, reach in enumerate(reaches) if axis)
