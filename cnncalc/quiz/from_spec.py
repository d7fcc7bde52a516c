"""Every question that there is about the layers of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

from cnncalc.analysis import Analysis
from cnncalc.layers.conv import Conv, ConvTranspose
from cnncalc.layers.linear import Linear
from cnncalc.layers.window import Pool
from cnncalc.network import Placed
from cnncalc.quiz import answers, lists, wording
from cnncalc.quiz.question import Draw, Question

DEEPEST = 8
"""More layers than this make no receptive field to be worked out by hand."""


def candidates(analysis: Analysis) -> Iterator[tuple[str, Draw]]:
    """A topic and a question on it that may be drawn, for everything there is to ask."""
    for placed in analysis.network.layers:
        for topic, quantity in _asked(placed):
            yield topic, partial(_of_layer, analysis, placed, topic, quantity)
        chain = _chain(analysis, placed)
        if chain:
            yield "receptive", partial(_of_chain, analysis, chain)


def _of_layer(analysis: Analysis, placed: Placed, topic: str, quantity: str, rng: Random) -> Question | None:
    words = wording.question(rng, placed, quantity, wording.LAYER_FRAMES)
    if words is None:
        return None
    found = answers.of_layer(analysis, placed, quantity)
    return Question(topic, f"{analysis.network.name}, {placed.path}: {words}", quantity, found)


def _of_chain(analysis: Analysis, chain: Sequence[Placed], rng: Random) -> Question | None:
    question = lists.field(rng, "receptive", analysis, chain, "")
    return question and question._replace(text=f"{analysis.network.name}, {chain[-1].path}: {question.text}")


def _asked(placed: Placed) -> Iterator[tuple[str, str]]:
    """What can be asked of a layer, and the topic that this belongs to."""
    layer = placed.layer
    topic = None
    if isinstance(layer, Pool) or layer.type.startswith("global_"):
        topic = "pool"
    elif isinstance(layer, Linear):
        topic = "fc"
    elif isinstance(layer, ConvTranspose):
        topic = "transposed"
    elif isinstance(layer, Conv):
        symbols = layer.symbols(*placed.inputs)
        topic = "depthwise" if layer.groups > 1 else "dilation" if set(symbols["d"]) != {1} else None
    if not isinstance(layer, Linear):
        yield topic or "output", "output"
    if isinstance(layer, Conv | ConvTranspose | Linear):
        yield topic or "params", "params"
        if placed.sized.biases.value:
            yield topic or "params", "weights"
        yield topic or "macs", "macs"


def _chain(analysis: Analysis, placed: Placed) -> list[Placed]:
    """The layers from the input to this one, which slides a window; none where they are no chain or too many."""
    if not isinstance(placed.layer, Conv | Pool):
        return []
    layers, tensor = [], placed.path
    while tensor not in analysis.network.inputs:
        one = analysis.network.by_path[tensor]
        layers.append(one)
        if len(one.sources) > 1 or len(layers) > 3 * DEEPEST:
            return []
        tensor = one.sources[0]
    shown = [one for one in layers if not wording.silent(one)]
    return layers[::-1] if 1 < len(shown) <= DEEPEST and len(analysis.network.inputs) == 1 else []
