"""Questions that take more than a layer and its input: stacks, whole networks, and settings that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from cnncalc.analysis import Analysis
from cnncalc.layers.window import Window
from cnncalc.network import Placed
from cnncalc.quiz import answers
from cnncalc.quiz.question import Question
from cnncalc.quiz.wording import phrase, short, sides, silent, sticks_out, tiles, volume, worded

STACKS = (
    "A network takes {a_input} input through these layers, in this order: {layers}. {ask}",
    "An input of {input} goes through {layers}. {ask}",
    "The input of a network is {input}. Its layers are, one after the other, {layers}. {ask}",
)
TOTALS = {
    "params": (
        "How many parameters does it have in total, biases included?",
        "How many parameters (weights and biases) do all layers have together?",
    ),
    "unbiased": ("How many parameters do the layers have together?", "What is the total number of parameters?"),
    "macs": (
        "How many multiply-accumulate operations (MACs) do all layers take together for one image?",
        "How many MACs does one forward pass take in total?",
    ),
    "output": ("What is the size of the output volume?", "Which volume comes out of the last layer?"),
}
FIELDS = (
    "Consider this stack of layers: {layers}. How large is the receptive field of one unit in its output? "
    "Give the side in input pixels.",
    "A network applies these layers, in this order: {layers}. What is the receptive field of a unit of the last "
    "layer, as a side length in pixels of the input?",
    "What is the side length of the receptive field, in input pixels, after these layers: {layers}?",
)
SPREAD = (
    "{A_kernel} filter is applied with dilation {dilation}. What is its effective size, the side of the region that "
    "it covers?",
    "What is the effective kernel size (one side) of {a_kernel} convolution with dilation {dilation}?",
    "{A_kernel} kernel has a dilation of {dilation}. How many pixels wide is the region of the input that it covers?",
)
KEEPING = (
    "A convolution with {kernel} filters and stride 1 is to keep the height and width of {a_input} volume. "
    "How much zero padding does it need on each side?",
    "Which padding on each side makes the output of {a_kernel} convolution with stride 1 as high and as wide as "
    "its {input} input?",
    "You convolve {a_input} volume with {kernel} filters at stride 1 and want a same convolution. "
    "What is the padding on each side?",
)
PADDED = (
    "{A_input} volume is convolved with {filters} filters of size {kernel} and stride {stride}, and the output volume "
    "is {output}. How much zero padding was added on each side?",
    "A convolutional layer with {filters} filters of size {kernel} and stride {stride} turns {a_input} input into "
    "{a_output} output. What is its padding on each side?",
)


def stack(rng: Random, topic: str, analysis: Analysis, quantity: str, text: str) -> Question | None:
    """A question about all layers together: a total, or what comes out of the last one."""
    layers = analysis.network.layers
    phrases = [phrase(rng, placed) for placed in layers]
    if None in phrases or not all(map(tiles, layers)) or any(map(sticks_out, layers)):
        return None
    biased = any(placed.sized.biases.value for placed in layers)
    ask = rng.choice(TOTALS["unbiased" if quantity == "params" and not biased else quantity])
    words = _listed([words for words in phrases if words])
    question = worded(rng, STACKS, input=volume(layers[0].inputs[0]), layers=words, ask=ask)
    if quantity == "output":
        return Question(topic, question, quantity, answers.through(analysis), text)
    return Question(topic, question, quantity, answers.of_network(analysis, quantity), text)


def field(rng: Random, topic: str, analysis: Analysis, layers: Sequence[Placed], text: str) -> Question | None:
    """A question about the receptive field of the last of a chain of layers."""
    found = answers.field(analysis, layers)
    phrases = [short(placed) for placed in layers if not silent(placed)]
    if not found or None in phrases:
        return None
    words = rng.choice((" → ", ", then ")).join(words for words in phrases if words)
    return Question(topic, worded(rng, FIELDS, layers=words), "field", found, text)


def spread(rng: Random, analysis: Analysis, text: str) -> Question | None:
    """A question about the region that a dilated filter covers: what a unit sees of the layer before."""
    [placed] = analysis.network.layers
    found, symbols = answers.field(analysis, [placed]), placed.layer.symbols(*placed.inputs)
    words = worded(rng, SPREAD, kernel=sides(symbols["k"]), dilation=str(symbols["d"][0]))
    return found and Question("dilation", words, "field", found, text)


def keeping(rng: Random, analysis: Analysis, text: str) -> Question | None:
    """A question about the padding that keeps the size."""
    [placed] = analysis.network.layers
    assert isinstance(placed.layer, Window)
    found = answers.same(placed, placed.layer)
    kernel = sides(placed.layer.symbols(*placed.inputs)["k"])
    words = worded(rng, KEEPING, kernel=kernel, input=volume(placed.inputs[0]))
    return found and Question("padding", words, "padding", found, text)


def padded(rng: Random, analysis: Analysis, others: Sequence[Analysis], text: str) -> Question | None:
    """A question about the padding that leads to an output, where none of the others leads there too."""
    [placed] = analysis.network.layers
    alike = [other for other in others if other.network.layers[0].output == placed.output]
    if len(alike) > 1 or not tiles(placed) or sticks_out(placed):
        return None
    symbols = placed.layer.symbols(*placed.inputs)
    words = dict(
        input=volume(placed.inputs[0]),
        output=volume(placed.output),
        filters=str(symbols["C_out"]),
        kernel=sides(symbols["k"]),
        stride=str(symbols["s"][0]),
    )
    found = answers.setting(analysis, placed, symbols["p"][0])
    return Question("padding", worded(rng, PADDED, **words), "padding", found, text)


def _listed(phrases: Sequence[str]) -> str:
    *first, last = phrases
    return f"{'; '.join(first)}; and {last}" if first else last
