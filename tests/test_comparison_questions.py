"""Comparisons in words: variants of a layer or of a stack, blocks, and what one saves against the other."""

from __future__ import annotations

import pytest

from cnncalc.analysis import analyze
from cnncalc.load import loads
from cnncalc.questions import ask
from cnncalc.questions.reply import NotUnderstood, Reply

VARIANTS = (
    ("How many parameters does one 7x7 conv layer have versus a stack of three 3x3 conv layers, with 32 "
"channels in and out everywhere and no biases?",
     [49 * 32 * 32, 3 * 9 * 32 * 32]),
    ("Compare a standard 3x3 convolution and a depthwise separable one with 32 input channels, 64 "
"output channels: number of parameters without bias?",
     [9 * 32 * 64, 9 * 32 + 32 * 64]),
    ("Input 12x12x3, 256 kernels of 5x5, valid, stride 1. How many multiplications does the normal "
"convolution need and how many the depthwise separable convolution?",
     [64 * 75 * 256, 64 * 25 * 3 + 64 * 3 * 256]),
    ("Locally connected versus convolutional layer: 32x32x3 input, 8 filters of size 5x5, stride 1, no "
"padding, no bias. How many weights in each?",
     [28 * 28 * 75 * 8, 75 * 8]),
    ("Which has more weights, a 3x3 conv with 128 filters on 64 channels or a 1x1 conv with 512 filters "
"on 64 channels?",
     [9 * 64 * 128, 64 * 512]),
    ("An image of 64x64x3 enters either a fully connected layer with 100 units or a 3x3 conv layer with "
"100 filters and same padding. How many parameters does each have?",
     [(64 * 64 * 3 + 1) * 100, 28 * 100]),
    ("How many weights does a grouped convolution with 2 groups have compared with an ordinary one: "
"3x3, 64 input and 128 output channels, no bias?",
     [9 * 32 * 128, 9 * 64 * 128]),
    ("Number of weights of a 3x3 conv from 128 to 256 channels compared to the same conv with 4 groups, without bias.",
     [9 * 128 * 256, 9 * 32 * 256]),
    ("One 5x5 convolution vs two 3x3 convolutions on 32x32x16 input, 16 filters each, same padding. "
"Number of MACs of each?",
     [1024 * 25 * 256, 2 * 1024 * 9 * 256]),
    ("How many parameters does a 1x1 conv have, 256 channels to 64, against a 3x3 conv, 256 channels to "
"64, both with bias?",
     [257 * 64, (9 * 256 + 1) * 64]),
    ("Compare 3x3 depthwise conv and 3x3 standard conv on 32x32x64, padding same, 64 filters in the "
"standard one. MACs?",
     [1024 * 9 * 64, 1024 * 9 * 64 * 64]),
    ("Average pooling 2x2 versus a 2x2 conv with stride 2 and 32 filters on a 16x16x32 volume: how many "
"parameters has each?",
     [0, (4 * 32 + 1) * 32]),
    ("Factorise a 3x3 conv into a 1x3 followed by a 3x1, 64 channels throughout. Weights of each version without bias?",
     [9 * 64 * 64, 6 * 64 * 64]),
    ("Compare: (a) a 5x5 conv with 16 filters, (b) two 3x3 convs with 16 filters each. Input has 16 "
"channels, no biases. Weights of each?",
     [25 * 256, 18 * 256]),
    ("Is a stack of two 3x3 convs cheaper than a 5x5 conv? Give the weights of both for 128 channels in "
"and out, ignoring biases.",
     [18 * 128 * 128, 25 * 128 * 128]),
    ("Two stacked 3x3 kernels against a single 5x5 kernel: weights per input-output channel pair?",
     [18, 25]),
    ("What is the receptive field of two 3x3 convs versus one 5x5 conv?",
     [5, 5]),
    ("A 3x3 kernel with dilation 2 versus a 5x5 kernel without dilation: what are their receptive fields?",
     [5, 5]),
    ("Receptive field and weights: one 7x7 layer against three 3x3 layers, 64 channels in and out of "
"every layer, biases ignored.",
     [7, 7, 49 * 4096, 27 * 4096]),
    ("3x3 conv with stride 2 vs 3x3 conv with stride 1, on 20x20x8 with 8 filters and padding 1: output sizes?",
     [[10, 10, 8], [20, 20, 8]]),
    ("Is a 3x3 conv with 32 filters or a 5x5 conv with 16 filters larger on an RGB image? Give parameters of each.",
     [28 * 32, 76 * 16]),
    ("How many MACs does a standard convolution (3x3, 32 to 64 channels, 56x56 input, same padding) "
"need? And a depthwise separable one?",
     [3136 * 9 * 32 * 64, 3136 * (9 * 32 + 32 * 64)]),
)  # fmt: skip

BOTTLENECKS = (
    ("A 5x5 convolution maps 48 channels to 64 channels on a 14x14 map with same padding. How many MACs "
"does it need, and how many if a 1x1 bottleneck with 16 channels comes first?",
     [196 * 25 * 48 * 64, 196 * (48 * 16 + 25 * 16 * 64)]),
    ("How many multiplications are needed for a 5x5 same conv, 32 filters, on 28x28x192? And if you "
"first reduce to 16 channels with a 1x1 conv?",
     [784 * 25 * 192 * 32, 784 * (192 * 16 + 25 * 16 * 32)]),
    ("Is it cheaper to apply a 3x3 conv with 64 filters directly on 32x32x256, or to reduce to 64 "
"channels with a 1x1 conv first? Same padding; count multiplications for both.",
     [1024 * 9 * 256 * 64, 1024 * (256 * 64 + 9 * 64 * 64)]),
    ("A 1x1 conv with 32 filters followed by a 3x3 same conv with 64 filters, versus the 3x3 same conv "
"with 64 filters directly, on a 28x28x128 input. How many multiplications for both?",
     [784 * (128 * 32 + 9 * 32 * 64), 784 * 9 * 128 * 64]),
    ("A 3x3 conv with 256 filters on 14x14x256 is replaced by a 1x1 conv to 64 channels, a 3x3 conv "
"with 64 filters, and a 1x1 conv to 256 channels. Same padding. How many MACs before and after?",
     [196 * 9 * 256 * 256, 196 * (256 * 64 + 9 * 64 * 64 + 64 * 256)]),
)  # fmt: skip

BLOCKS = (
    ("A bottleneck block reduces 256 channels to 64 with a 1x1 conv, applies a 3x3 conv with 64 filters "
"and expands back to 256 channels with a 1x1 conv. How many weights does it have, without biases?",
     [256 * 64 + 9 * 64 * 64 + 64 * 256]),
    ("Squeeze 64 channels to 16 by a 1x1 conv, then expand to 64 with a 3x3 conv. Weights in total, without biases?",
     [64 * 16 + 9 * 16 * 64]),
    ("An inverted residual block takes 32 channels, expands them to 192 with a 1x1 convolution, applies "
"a 3x3 depthwise convolution and projects to 64 channels. How many weights without bias?",
     [32 * 192 + 9 * 192 + 192 * 64]),
    ("MobileNetV2 block: input 56x56x24, expansion factor 6, 3x3 depthwise, projection to 32 channels. "
"Number of weights without biases and batch norm?",
     [24 * 144 + 9 * 144 + 144 * 32]),
    ("Consider an inverted residual block with an m×m×7 input volume. We use 28 filters for the "
"expansion. In the depthwise convolution we use 5×5 filters, and 12 filters for the projection. "
"How many weights, no biases?",
     [7 * 28 + 25 * 28 + 28 * 12]),
    ("Depthwise separable convolution with 3x3 kernels, 32 input channels and 64 output channels: "
"parameters without bias?",
     [9 * 32 + 32 * 64]),
    ("Depthwise separable convolution: 5x5 depthwise over 24 channels followed by a pointwise layer "
"with 48 filters, no biases. Total number of parameters?",
     [25 * 24 + 24 * 48]),
)  # fmt: skip

CONTRASTS = (
    ("How many times fewer parameters does a depthwise separable 3x3 conv need than a standard one, for "
"256 channels in and 256 out, no biases?",
     [9 * 65536 / (9 * 256 + 65536)]),
    ("How much cheaper in multiplications is a depthwise separable convolution than a standard 3x3 "
"convolution with 128 input channels and 256 output channels?",
     [9 * 128 * 256 / (9 * 128 + 128 * 256)]),
    ("How many weights do you save if you use a depthwise separable convolution instead of a standard "
"3x3 convolution with 64 input and 64 output channels? No bias.",
     [9 * 4096 - 9 * 64 - 4096]),
    ("Difference in the number of parameters between a 3x3 and a 5x5 conv, both with 16 filters on an "
"RGB image (with biases)?",
     [16 * 3 * 16]),
    ("Replace a 5×5 convolution (64 → 64 channels) by two 3×3 convolutions (64 → 64 each). What "
"fraction of the weights is saved, ignoring bias?",
     [0.28]),
    ("By how many percent are the multiplications reduced when a 3x3 conv from 64 to 64 channels is "
"replaced by a depthwise separable one?",
     [100 * (1 - (9 * 64 + 4096) / (9 * 4096))]),
    ("How many more parameters does a 5x5 conv have than a 3x3 conv, if both have 64 filters and 32 input channels?",
     [16 * 32 * 64]),
    ("How many times more weights does an 11x11 filter have than a 5x5 filter?",
     [121 / 25]),
    ("Two 3×3 convolutions or one 5×5 on 10 channels, every layer 10 filters, no biases: how many "
"weights does each option have, and what is the ratio?",
     [1800, 2500, 25 / 18]),
)  # fmt: skip

SWEEPS = (
    ("How many parameters does a 3x3 conv with 64 input and 64 output channels have with and without bias?",
     [9 * 4096 + 64, 9 * 4096]),
    ("A 16x16x8 volume is processed by a 3x3 conv (8 filters, same padding), once with bias, once "
"without bias. Parameters in each case?",
     [73 * 8, 72 * 8]),
    ("Consider 5x5 filters with 20 input channels and 20 output channels. How many weights are there "
"with 1 group and with 20 groups?",
     [25 * 400, 25 * 20]),
    ("A 32x32 input goes through a 3x3 convolution with padding 1. What is the output size with stride "
"1 and with stride 2?",
     [[32, 32], [16, 16]]),
    ("For a 5x5 kernel on a 28x28 image, what is the output size with no padding? And with padding 2?",
     [[24, 24], [28, 28]]),
    ("What is the output size of a 5x5 conv with stride 2 on a 33x33 image, and what is it if the padding is 2?",
     [[15, 15], [17, 17]]),
)  # fmt: skip

ALL = VARIANTS + BOTTLENECKS + BLOCKS + CONTRASTS + SWEEPS


def answered(question: str) -> list[object]:
    return [answer.value for answer in ask(question).answers]


@pytest.mark.parametrize(("question", "values"), ALL, ids=[question[:40] for question, _ in ALL])
def test_values_in_the_order_of_the_question(question: str, values: list[object]) -> None:
    found = answered(question)
    assert len(found) == len(values)
    for one, value in zip(found, values):
        assert one == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value)


@pytest.mark.parametrize(("question", "values"), VARIANTS[:2] + BOTTLENECKS + CONTRASTS[:3])
def test_what_was_understood_is_a_spec_for_each_variant(question: str, values: list[object]) -> None:
    reply = ask(question)
    for spec in reply.understood.split("---\n"):
        assert spec.startswith("# ")
        if "_" not in spec.split("layers:")[0]:
            analyze(loads(spec, name="variant"))


def totals(reply: Reply, column: str) -> list[int]:
    return [analyze(loads(spec, name="variant")).totals[column] for spec in reply.understood.split("---\n")]


@pytest.mark.parametrize(("question", "values"), BOTTLENECKS)
def test_the_specs_give_the_answers(question: str, values: list[object]) -> None:
    assert totals(ask(question), "macs") == values


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a 5x5 conv with 24 filters", "a 3x3 conv with 24 filters"),
        ("a 1x1 conv with 9 filters", "two 3x3 convs with 9 filters"),
    ],
)
@pytest.mark.parametrize(
    "words", ["{} or {}", "{} vs {}", "{} versus {}", "{}, compared with {}", "{} against {}", "{} instead of {}"]
)
def test_order_follows_the_question_whatever_joins_them(one: str, other: str, words: str) -> None:
    ending = " on 9 input channels, no bias: how many weights does each have?"
    there = answered(words.format(one, other) + ending)
    back = answered(words.format(other, one) + ending)
    assert there == back[::-1]
    assert len(set(there)) == 2


REFUSED = (
    "Stride 1 and stride 3, kernel 5x5, input 17x17, no padding: what is the output size of this layer?",
    "Two 3x3 filters or one 5x5 filter on an RGB image: how many weights?",
    "How many MACs has a 5x5 conv with stride 2 against a 3x3 conv, both 16 filters on 32x32x3, same padding?",
    "A 5x5 conv with 32 filters or two 3x3 convs: how many weights, 16 input channels?",
    "A 5x5 conv on 16 channels, against a 3x3 conv on 16 channels: number of weights?",
    "3x3 conv, 8 filters, on 16x16x4 against the same with dropout and an attention layer: how many parameters?",
    "Which is better, a 3x3 conv or a 5x5 conv?",
    "Two 3x3 convs or one 5x5 conv on 28x28x16 with 16 filters each: how many multiplications?",
    "A 3x3 conv from 16 to 32 channels against one with doubled filters: how many weights?",
    "A depthwise 3x3 conv with 64 filters on 32 channels or a 3x3 conv with 64 filters: weights?",
    "Three 3x3 convs (64 filters), a 5x5 conv and a pool: how many weights in each?",
    "1x1 conv with 16 filters or 5x5 conv with 32 filters on 8x8x12 in a batch of 7 of 12: what is the "
    "ratio of A to B in MACs?",
)


@pytest.mark.parametrize("question", REFUSED)
def test_what_is_not_certain_is_withheld(question: str) -> None:
    with pytest.raises(NotUnderstood):
        ask(question)


@pytest.mark.parametrize(
    "unit",
    ["3x3 conv or ", "1x1 vs ", "once with 1 group, ", "stride 1 and stride 2 and ", "and what if the stride is 2? "],
)
def test_long_texts_are_refused(unit: str) -> None:
    with pytest.raises(NotUnderstood):
        ask("How many weights has a " + unit * (19_000 // len(unit)))
