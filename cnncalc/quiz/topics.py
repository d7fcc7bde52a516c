"""Questions at random, by topic: numbers are drawn, a spec is written with them, and the engine does the rest.

A draw that makes no good question gives None, one whose sizes don't fit raises `SpecError`; the next one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from cnncalc.analysis import Analysis, analyze
from cnncalc.errors import SpecError
from cnncalc.load import loads
from cnncalc.quiz import answers, lists, wording
from cnncalc.quiz.question import Draw, Question

Options = dict[str, Any]

SIDES = (
    6, 7, 8, 10, 12, 13, 14, 16, 20, 24, 27, 28, 30, 32, 32, 32, 39, 48, 55, 56, 63, 64, 64, 96, 100, 112, 128, 224,
)  # fmt: skip
OBLONG = ((6, 8), (20, 30), (24, 32), (32, 64), (48, 64), (64, 128), (120, 160), (240, 320), (480, 640))
DEPTHS = (1, 3, 3, 3, 5, 6, 8, 10, 16, 20, 32, 48, 64, 96, 128, 192, 256)
FILTERS = (4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
KERNELS = (1, 2, 3, 3, 3, 4, 5, 5, 7, 9, 11)
STRIDES = (1, 1, 1, 2, 2, 3, 4)
UNITS = (10, 20, 32, 50, 64, 84, 100, 120, 128, 200, 256, 500, 512, 1000, 4096)


def spec(shape: Sequence[int], *steps: Options) -> str:
    """The text of a spec."""
    lines = "".join(
        f"  - {{{', '.join(f'{key}: {_scalar(value)}' for key, value in step.items())}}}\n" for step in steps
    )
    return f"input: [{', '.join(map(str, shape))}]\nlayers:\n{lines}"


def _scalar(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def made(text: str) -> Analysis:
    """The network of a spec with its counts; `SpecError` where its sizes don't fit."""
    return analyze(loads(text))


def fitting(texts: Iterable[str]) -> Iterator[Analysis]:
    """Those networks whose sizes fit."""
    for text in texts:
        with suppress(SpecError):
            yield made(text)


def of_layer(rng: Random, topic: str, text: str, quantity: str, fitting: float = 0.8) -> Question | None:
    """A question about the last layer of a spec; that its windows fit to the last pixel is as frequent as asked for."""
    analysis = made(text)
    placed = analysis.network.layers[-1]
    if wording.sticks_out(placed):
        return None
    if not wording.tiles(placed) and rng.randrange(100) < 100 * fitting:
        return None
    words = wording.question(rng, placed, quantity)
    return Question(topic, words, quantity, answers.of_layer(analysis, placed, quantity), text) if words else None


def _volume(rng: Random) -> tuple[int, ...]:
    side = rng.choice(SIDES)
    return rng.choice(DEPTHS), *(rng.choice(OBLONG) if rng.randrange(8) == 0 else (side, side))


def _convolution(rng: Random, **more: Any) -> Options:
    kernel = rng.choice(KERNELS)
    padding = rng.choice((0, 0, kernel // 2, kernel // 2, rng.randrange(kernel // 2 + 1)))
    options = {"conv": rng.choice(FILTERS), "kernel_size": kernel, "stride": rng.choice(STRIDES), "padding": padding}
    return options | more


def _output(rng: Random) -> Question | None:
    shape = _volume(rng)
    kind = rng.randrange(12)
    if kind == 0:
        shape = rng.choice((1, 4, 8, 16, 32)), rng.choice((50, 60, 100, 128, 200, 1000))
    elif kind == 1:
        shape = rng.choice((1, 3)), *[rng.choice((16, 24, 32, 64))] * 3
    step = _convolution(rng)
    if kind == 2:
        step |= {"stride": 1, "padding": "same"}
    return of_layer(rng, "output", spec(shape, step), "output")


def _pool(rng: Random) -> Question | None:
    shape = _volume(rng)
    if rng.randrange(8) == 0:
        return of_layer(rng, "pool", spec(shape, {"global_avgpool": "null"}), "output")
    kernel = rng.choice((2, 2, 2, 3, 3, 4, 5))
    step = {rng.choice(("maxpool", "maxpool", "avgpool")): kernel, "stride": rng.choice((kernel, kernel, 1, 2))}
    quantity = "output" if rng.randrange(8) else "params"
    return of_layer(rng, "pool", spec(shape, step), quantity)


def _params(rng: Random) -> Question | None:
    if rng.randrange(4) == 0:
        return of_layer(rng, "params", spec(_volume(rng), _convolution(rng, bias=False)), "params")
    return of_layer(rng, "params", spec(_volume(rng), _convolution(rng)), rng.choice(("params", "params", "weights")))


def _macs(rng: Random) -> Question | None:
    return of_layer(rng, "macs", spec(_volume(rng), _convolution(rng)), rng.choice(("macs", "macs", "flops")), 1)


def _transposed(rng: Random) -> Question | None:
    side, stride = rng.choice((2, 3, 4, 5, 6, 7, 8, 12, 14, 16, 28, 32)), rng.choice((1, 2, 2, 2, 3, 4))
    kernel = rng.choice((2, 3, 4, 4, 5))
    step = {"conv_transpose": rng.choice(FILTERS), "kernel_size": kernel, "stride": stride}
    step |= {"padding": rng.randrange(kernel // 2 + 1)}
    if stride > 1 and rng.randrange(5) == 0:
        step |= {"output_padding": 1}
    quantity = rng.choice(("output", "output", "output", "params"))
    return of_layer(rng, "transposed", spec((rng.choice(DEPTHS), side, side), step), quantity)


def _dilation(rng: Random) -> Question | None:
    step = _convolution(rng, kernel_size=rng.choice((2, 3, 3, 5, 7)), dilation=rng.choice((2, 2, 3, 4)))
    if rng.randrange(3):
        step |= {"stride": rng.choice((1, 1, 1, 2)), "padding": rng.choice((0, 0, 1, 2, 4))}
        return of_layer(rng, "dilation", spec(_volume(rng), step), "output")
    text = spec((1, 224, 224), step | {"stride": 1, "padding": 0})
    return lists.spread(rng, made(text), text)


def _depthwise(rng: Random) -> Question | None:
    depth = rng.choice((8, 16, 24, 32, 64, 96, 128, 256))
    side, kernel = rng.choice((7, 14, 16, 28, 32, 56, 112)), rng.choice((3, 3, 3, 5))
    shape = depth, side, side
    depthwise = {"conv": depth, "kernel_size": kernel, "padding": kernel // 2, "groups": depth, "bias": False}
    if rng.randrange(3) == 0:
        return of_layer(rng, "depthwise", spec(shape, depthwise), rng.choice(("params", "macs", "output")))
    if rng.randrange(3) == 0:
        groups = rng.choice((2, 4, 8))
        grouped = {"conv": rng.choice((2, 4)) * depth, "kernel_size": kernel, "padding": kernel // 2, "groups": groups}
        return of_layer(rng, "depthwise", spec(shape, grouped), rng.choice(("params", "weights", "macs")))
    text = spec(
        shape,
        {**depthwise, "name": "depthwise"},
        {"conv": rng.choice(FILTERS), "kernel_size": 1, "bias": False, "name": "pointwise"},
    )
    return lists.stack(rng, "depthwise", made(text), rng.choice(("params", "macs")), text)


def _fc(rng: Random) -> Question | None:
    side = rng.choice((1, 4, 5, 6, 7, 8, 12, 16, 28, 32))
    shape = (rng.choice(DEPTHS), side, side)
    if rng.randrange(4) == 0:
        return of_layer(rng, "fc", spec(shape, {"flatten": "null"}), "output")
    if rng.randrange(5) == 0:
        return of_layer(rng, "fc", spec(shape, {"fc": rng.choice(UNITS), "bias": False}), "params")
    step = {"fc": rng.choice(UNITS)}
    return of_layer(rng, "fc", spec(shape, step), rng.choice(("params", "params", "weights", "macs")))


def _padding(rng: Random) -> Question | None:
    shape, step = _volume(rng), _convolution(rng)
    if rng.randrange(4) == 0:
        return of_layer(rng, "padding", spec(shape, {"zero_pad": rng.choice((1, 1, 2, 3, 4))}), "output")
    if rng.randrange(2) == 0:
        text = spec(shape, step | {"stride": 1, "padding": "same"})
        return lists.keeping(rng, made(text), text)
    text, paddings = spec(shape, step), range(step["kernel_size"] + 4)
    others = list(fitting(spec(shape, step | {"padding": padding}) for padding in paddings))
    return lists.padded(rng, made(text), others, text)


def _stack(rng: Random, kernels: Sequence[int]) -> list[Options]:
    steps: list[Options] = []
    for at in range(rng.choice((2, 2, 3, 3, 4))):
        if at and rng.randrange(3) == 0:
            steps.append({"maxpool": 2, "stride": 2})
        else:
            kernel = rng.choice(kernels)
            steps.append({"conv": 8, "kernel_size": kernel, "stride": rng.choice((1, 1, 1, 2)), "padding": kernel // 2})
    return steps


def _receptive(rng: Random) -> Question | None:
    text = spec((3, 224, 224), *_stack(rng, (3, 3, 3, 5, 7)))
    analysis = made(text)
    return lists.field(rng, "receptive", analysis, analysis.network.layers, text)


def _network(rng: Random) -> Question | None:
    side, depth = rng.choice(((28, 1), (32, 3), (32, 3), (64, 3)))
    steps: list[Options] = []
    for _ in range(rng.choice((1, 2, 2))):
        kernel = rng.choice((3, 5))
        filters = rng.choice((6, 8, 10, 16, 20, 32, 64))
        steps.append({"conv": filters, "kernel_size": kernel, "padding": rng.choice((0, kernel // 2))})
        steps.append({"maxpool": 2, "stride": 2})
    volume = rng.randrange(3) == 0
    text = spec((depth, side, side), *steps, *([] if volume else [{"fc": rng.choice((10, 10, 100))}]))
    quantity = "output" if volume else rng.choice(("params", "params", "macs"))
    return lists.stack(rng, "network", made(text), quantity, text)


TOPICS: dict[str, Draw] = {
    "output": _output,
    "padding": _padding,
    "pool": _pool,
    "params": _params,
    "macs": _macs,
    "transposed": _transposed,
    "dilation": _dilation,
    "depthwise": _depthwise,
    "receptive": _receptive,
    "fc": _fc,
    "network": _network,
}
