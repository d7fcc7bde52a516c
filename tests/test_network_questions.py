"""Whole networks in questions: lists, notations, tables and summaries, each answer as PyTorch has it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from cnncalc.errors import SpecError
from cnncalc.questions import NotUnderstood, ask

torch.set_num_threads(1)


def values(question: str) -> list[Any]:
    return [answer.value for answer in ask(question).answers]


def params(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters())


def weights(*modules: nn.Module) -> int:
    return sum(p.numel() for module in modules for p in module.parameters() if p.ndim > 1)


def volumes(shape: Sequence[int], *modules: nn.Module) -> list[list[int]]:
    """The size behind every module, sides first and channels last."""
    found = []
    with torch.inference_mode():
        now = torch.zeros(2, *shape)
        for module in modules:
            now = module.eval()(now)
            found.append([*now.shape[2:], now.shape[1]])
    return found


def last(shape: Sequence[int], *modules: nn.Module) -> list[int]:
    return volumes(shape, *modules)[-1]


def flat(shape: Sequence[int], *modules: nn.Module) -> int:
    size = 1
    for side in last(shape, *modules):
        size *= side
    return size


def dense(entering: int, *widths: int) -> list[nn.Module]:
    sizes = [entering, *widths]
    return [nn.Linear(one, other) for one, other in pairwise(sizes)]


SMALL = [nn.Conv2d(3, 12, 5), nn.MaxPool2d(2), nn.Conv2d(12, 20, 3), nn.MaxPool2d(2)]
SMALL_DENSE = dense(flat((3, 40, 40), *SMALL), 50, 7)
SAME = [nn.Conv2d(3, 24, 3, padding="same"), nn.MaxPool2d(2), nn.Conv2d(24, 48, 3, padding="same"), nn.MaxPool2d(2)]
SAME_DENSE = dense(flat((3, 48, 48), *SAME), 60, 9)
PADDED = [nn.Conv2d(1, 6, 5, padding=2), nn.AvgPool2d(2), nn.Conv2d(6, 14, 5), nn.AvgPool2d(2)]
PADDED_DENSE = dense(flat((1, 28, 28), *PADDED), 90, 10)
STRIDED = [nn.Conv2d(3, 48, 11, stride=4), nn.MaxPool2d(3, 2), nn.Conv2d(48, 96, 5, padding=2), nn.MaxPool2d(3, 2)]
NORMED = [nn.Conv2d(3, 10, 3, padding=1), nn.BatchNorm2d(10), nn.Conv2d(10, 20, 3, padding=1), nn.BatchNorm2d(20)]
BLOCKS = [
    *(nn.Conv2d(3, 20, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(20, 40, 3, padding=1), nn.MaxPool2d(2)),
    *(nn.Conv2d(40, 80, 3, padding=1), nn.MaxPool2d(2)),
]
DOUBLE = [
    *(nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1), nn.MaxPool2d(2)),
    *(nn.Conv2d(8, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1), nn.MaxPool2d(2)),
]

SMALL_LINES = """Input 40x40x3
Conv 5x5, 12 filters
MaxPool 2x2
Conv 3x3, 20 filters
MaxPool 2x2
FC 50
FC 7
"""
DEFINED = """INPUT-48x48x3, then CONV3-24 -> POOL-2 -> CONV3-48 -> POOL-2 -> FC-60 -> FC-9.
CONVk-n denotes n filters of size k×k, stride 1 and padding (k-1)/2. POOL-n is n×n max pooling with stride n. FC-n has n neurons.
"""
CODED = """a) 28×28×1 picture
conv1: 6 filters 5×5, pad 2
pool1: 2×2 average
conv2: 14 filters 5×5
pool2: 2×2 average
fc1: 90 units
fc2: 10 units
"""

QUESTIONS: dict[str, tuple[str, list[Any]]] = {
    "lines, in total": (SMALL_LINES + "Total number of parameters?", [params(*SMALL, *SMALL_DENSE)]),
    "lines, one layer": (SMALL_LINES + "How many parameters does the first FC layer have?", [params(SMALL_DENSE[0])]),
    "lines, last volume": (
        SMALL_LINES + "What is the output volume of the second pooling layer?",
        [last((3, 40, 40), *SMALL)],
    ),
    "lines, weights": (
        SMALL_LINES + "How many weights are there in total, without biases?",
        [weights(*SMALL, *SMALL_DENSE)],
    ),
    "lines, convolutions": (
        SMALL_LINES + "How many parameters do the convolutional layers have altogether?",
        [params(*SMALL)],
    ),
    "arrows": (
        "40×40 RGB image -> conv 5x5, 12 maps -> maxpool 2 -> conv 3x3, 20 maps -> maxpool 2 -> dense 50 -> dense 7. Number of parameters of every layer?",
        [params(one) for one in (*SMALL[::2], *SMALL_DENSE)],
    ),
    "sentence": (
        "A 40x40x3 image goes through a conv layer with 12 filters of 5x5, then a 2x2 max pooling, then a conv layer with 20 filters of 3x3, then a 2x2 max pooling. What volume comes out?",
        [last((3, 40, 40), *SMALL)],
    ),
    "semicolons, labels": (
        "Input 40×40×3; C1: 12 filters 5×5; S2: max pooling 2×2; C3: 20 filters 3×3; S4: max pooling 2×2; then dense layers of 50 and 7. How many parameters has C3?",
        [params(SMALL[2])],
    ),
    "brackets": (
        "Consider a CNN with these layers: Conv (24 filters, 3x3, same padding), ReLU, MaxPool (2x2), Conv (48 filters, 3x3, same padding), ReLU, MaxPool (2x2), Flatten, Dense (60), Dense (9). The input is 48x48x3. How many trainable parameters in total?",
        [params(*SAME, *SAME_DENSE)],
    ),
    "channels with arrows": (
        "input 3x48x48; conv 3->24, 3x3, padding 1; relu; maxpool 2; conv 24->48, 3x3, padding 1; relu; maxpool 2. Output shape, channels first?",
        [[48, 12, 12]],
    ),
    "after every layer": (
        "Input 3×227×227. conv 11x11 /4, 48 ch; maxpool 3x3 /2; conv 5x5 pad 2, 96 ch; maxpool 3x3 /2. Give the shape after every layer (channels first).",
        [[v[2], v[0], v[1]] for v in volumes((3, 227, 227), *STRIDED)],
    ),
    "numbered": (
        "Input: 227x227x3\n1. Conv: 48 filters, 11x11, stride 4\n2. Max pool: 3x3, stride 2\n3. Conv: 96 filters, 5x5, padding 2\n4. Max pool: 3x3, stride 2\nWhat is the output volume after each layer?",
        volumes((3, 227, 227), *STRIDED),
    ),
    "named layers": (
        CODED.replace("a) ", "") + "Parameters of conv2 and of fc1?",
        [params(PADDED[2]), params(PADDED_DENSE[0])],
    ),
    "named layers, volume": (
        CODED.replace("a) ", "") + "What is the size of the output of pool2?",
        [last((1, 28, 28), *PADDED)],
    ),
    "several parts": (
        CODED.replace("a) ", "") + "(a) output of conv1? (b) parameters of fc1? (c) total number of parameters?",
        [volumes((1, 28, 28), *PADDED)[0], params(PADDED_DENSE[0]), params(*PADDED, *PADDED_DENSE)],
    ),
    "parts that go on": (
        "A grey image of 28x28. Layer 1: convolution, 6 kernels of 5x5, padding 2. Layer 2: average pooling 2x2. Layer 3: convolution, 14 kernels of 5x5. (i) size of the output after layer 1 (ii) after layer 2 (iii) parameters in layer 3",
        [*volumes((1, 28, 28), *PADDED)[:2], params(PADDED[2])],
    ),
    "definitions": (DEFINED + "How many parameters has the network in total?", [params(*SAME, *SAME_DENSE)]),
    "definitions, entering": (
        DEFINED + "What is the shape of the volume that enters the first FC layer?",
        [last((3, 48, 48), *SAME)],
    ),
    "standard notation": (
        "CONV5-12 -> POOL-2 -> CONV3-20 -> POOL-2 -> FC-50 -> FC-7 on 40x40x3 images. How many biases are there in total?",
        [params(*SMALL, *SMALL_DENSE) - weights(*SMALL, *SMALL_DENSE)],
    ),
    "of all convolutions": (
        "Every convolution has 3x3 filters, stride 1 and padding 1, every pooling is 2x2 with stride 2.\nInput: 48x48x3\nConv, 24 filters\nPool\nConv, 48 filters\nPool\nFC, 60 units\nFC, 9 units\nHow many parameters in total?",
        [params(*SAME, *SAME_DENSE)],
    ),
    "stages": (
        "We stack three blocks; each is a 3×3 same convolution followed by 2×2 max pooling with stride 2. The convolutions have 20, 40 and 80 filters. The input is 56×56×3. What is the volume after the last pooling?",
        [last((3, 56, 56), *BLOCKS)],
    ),
    "stages, a dense layer": (
        "A 56x56x3 image passes through 3 stages, each consisting of a 3x3 convolution with stride 1 and padding 1 followed by ReLU and 2x2 max pooling; the number of filters is 20, 40 and 80. Then a fully connected layer with 5 outputs. Total parameters?",
        [params(*BLOCKS, *dense(flat((3, 56, 56), *BLOCKS), 5))],
    ),
    "stages of two": (
        "A network has 2 conv blocks. Each block consists of two 3x3 convolutions with padding 1 followed by 2x2 max pooling. Filters 8 and 16. Input 32x32x3. How many parameters altogether?",
        [params(*DOUBLE)],
    ),
    "followed by each": (
        "Input 32x32x3. conv 3x3, 10 filters, pad 1 -> conv 3x3, 20 filters, pad 1. Each convolution is followed by batch norm and ReLU. How many parameters in total?",
        [params(*NORMED)],
    ),
    "norms in the list": (
        "Input 32x32x3\nConv 3x3, 10 filters, pad 1\nBatchNorm\nReLU\nConv 3x3, 20 filters, pad 1\nBatchNorm\nReLU\nTrainable parameters per layer?",
        [params(one) for one in NORMED],
    ),
    "stated outputs": (
        "input 1x28x28\nconv_a 16x26x26 (3x3 filters)\npool_a 16x13x13\nconv_b 24x11x11 (3x3 filters)\ndense 30\noutput 4\nTotal number of learnable parameters?".replace(
            "conv_a", "conv1"
        )
        .replace("conv_b", "conv2")
        .replace("pool_a", "maxpool1"),
        [params(nn.Conv2d(1, 16, 3), nn.Conv2d(16, 24, 3), *dense(24 * 11 * 11, 30, 4))],
    ),
    "depthwise": (
        "Input 30x30x3. conv 3x3 16 filters -> depthwise conv 3x3 -> pointwise conv 28 -> global average pooling -> fc 6. How many parameters in total?",
        [params(nn.Conv2d(3, 16, 3), nn.Conv2d(16, 16, 3, groups=16), nn.Conv2d(16, 28, 1), nn.Linear(28, 6))],
    ),
    "receptive field": (
        "conv3 -> conv3 -> pool2 (stride 2) -> conv5: how large is the receptive field of one final unit?",
        [14],
    ),
    "receptive field and size": (
        "Input 33x33x3, conv 3x3 8 filters stride 2, conv 3x3 16 filters stride 2. What is the receptive field of the last layer and the output size?",
        [7, last((3, 33, 33), nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 16, 3, 2))],
    ),
    "table": (
        "Fill in the blanks.\n| layer | activation shape | parameters |\n| input | 40×40×3 | 0 |\n| CONV5-12, s=1, p=0 | ? | ? |\n| POOL-2, s=2 | ? | ? |\n| FC-7 | ? | ? |",
        [[36, 36, 12], params(SMALL[0]), [18, 18, 12], 0, 7, params(nn.Linear(18 * 18 * 12, 7))],
    ),
    "table, some given": (
        "| Layer | Output | Params |\n|---|---|---|\n| Input (28, 28, 1) | | |\n| Conv 3×3, 6 filters, valid | (26, 26, 6) | 60 |\n| Conv 3×3, 9 filters, valid | (___) | ___ |\n| MaxPool 2×2 | (12, 12, 9) | 0 |\n| Dense 4 | (4) | ___ |\nComplete the table.",
        [[24, 24, 9], params(nn.Conv2d(6, 9, 3)), params(nn.Linear(12 * 12 * 9, 4))],
    ),
    "table with columns": (
        "Complete the table. Convolutions have stride 1 and no padding.\n| Layer | Kernel | Filters | Output size | Parameters |\n| input | - | - | 40x40x3 | - |\n| conv | 5x5 | 12 | | |\n| maxpool | 2x2 | - | | |\n| fc | - | 7 | | |",
        [[36, 36, 12], params(SMALL[0]), [18, 18, 12], 0, 7, params(nn.Linear(18 * 18 * 12, 7))],
    ),
    "table, letters": (
        "Layer | Output | Parameters\nInput 40x40x3 | - | -\nConv 5x5, 12 filters | A | B\nWhat are A and B? Fill in.",
        [[36, 36, 12], params(SMALL[0])],
    ),
    "summary": (
        "Layer (type)              Output Shape          Param #\nconv2d (Conv2D)           (None, 22, 22, 18)    504\nmax_pooling2d             (None, 11, 11, 18)    0\nflatten (Flatten)         (None, ?)             0\ndense (Dense)             (None, 5)             ?\nWhat are the two missing numbers?",
        [11 * 11 * 18, params(nn.Linear(11 * 11 * 18, 5))],
    ),
    "printed by torchsummary": (
        "        Layer (type)               Output Shape         Param #\n            Conv2d-1           [-1, 8, 26, 26]              80\n         MaxPool2d-2            [-1, 8, 13, 13]               0\n            Linear-3                   [-1, 12]             ?\nFill in the missing number.",
        [params(nn.Linear(8 * 13 * 13, 12))],
    ),
    "by name": ("How many parameters does VGG-16 have?", [138_357_544]),
    "by name, one layer": (
        "How many parameters does the first fully connected layer of VGG-16 have?",
        [params(nn.Linear(512 * 7 * 7, 4096))],
    ),
    "one of its size": (
        SMALL_LINES + "How many parameters does the dense layer with 50 neurons have?",
        [params(SMALL_DENSE[0])],
    ),
    "two together": (
        "Conv layer with 26 filters of 3×3 on an RGB image without bias, then batch norm. Learnable parameters of the two together?",
        [params(nn.Conv2d(3, 26, 3, bias=False), nn.BatchNorm2d(26))],
    ),
    "one norm": (
        "How many learnable parameters does batch normalisation add after a conv layer with 26 feature maps?",
        [params(nn.BatchNorm2d(26))],
    ),
    "one norm, as Keras lists it": (
        "In Keras, BatchNormalization follows a Conv2D with 26 filters. How many parameters does the summary show for it, and how many of them are non-trainable?",
        [104, 52],
    ),
    "norms added": (
        "By how many trainable parameters does a network grow when batch norm is put after conv layers of 12, 20 and 40 maps?",
        [params(nn.BatchNorm2d(12), nn.BatchNorm2d(20), nn.BatchNorm2d(40))],
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_network_is_answered_as_pytorch_counts_it(name: str) -> None:
    question, expected = QUESTIONS[name]
    assert values(question) == expected


REFUSED = {
    "a number that is wrong": "| Layer | Output | Params |\n| Input | 28x28x1 | 0 |\n| Conv 3x3, 8 filters | 26x26x8 | 81 |\n| Dense 10 | ? | ? |\nFill in the blanks.",
    "an output that is wrong": "input 28x28x1 -> conv 5x5 6 filters -> 25x25x6 -> maxpool 2x2 -> fc 10. How many parameters?",
    "what goes in is wrong": "input 3x32x32; conv 3->16, 3x3, padding 1; maxpool 2; linear 1024->10. params?",
    "a cell that is not known": "| Layer | Output | Params |\n| Input | 28x28x1 | 0 |\n| Conv 3x3, 8 filters | large | ? |\n| Dense 10 | ? | ? |\nFill in the blanks.",
    "a column that is not known": "| Layer | Output | Happiness |\n| Input | 28x28x1 | 0 |\n| Conv 3x3, 8 filters | ? | ? |\nFill in the blanks.",
    "a row that is not known": "| Layer | Output | Params |\n| Input | 28x28x1 | 0 |\n| Frobnicate 3x3, 8 filters | ? | ? |\nFill in.",
    "which of several": "Input 28x28x1. Conv 3x3, 32 filters. Max pool 2x2. Dense 128. Dense 10. How many parameters does the dense layer have?",
    "each or together": "Input 28x28x1. Conv 3x3, 32 filters. Conv 3x3, 32 filters. Dense 10. How many parameters do the convolutional layers have?",
    "a join": "Input 28x28x1 -> conv 3x3 8 filters -> skip connection -> conv 3x3 16 filters -> fc 10. Parameters in total?",
    "halves": "Input 28x28x1. conv 3x3 8 -> conv 3x3 16 -> conv 3x3 32. Each conv halves the size. Output?",
    "channels missing": "Input 28x28. The network: conv 3x3 8 filters -> conv 3x3 16 filters -> fc 10. Number of parameters?",
    "all but one": "Input 32x32x3. conv 3x3 16 filters -> conv 3x3 16 filters -> fc 10. Every convolution but the first has stride 2. How many parameters in total?",
    "no such layer": "Input 3x32x32 -> conv 3x3 16 -> conv 3x3 32 -> fc 10. How many parameters does conv3 have?",
    "an unknown word": "Input 32x32x3. conv 3x3 16 filters -> frobnicate 3x3 16 filters -> fc 10. Parameters in total?",
    "a network that is several": "How many parameters does AlexNet have?",
    "a network that is changed": "How many parameters does VGG-16 have without its fully connected layers?",
    "a network on other images": "How many MACs does ResNet-50 need for one 320x320 image?",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_certain_is_not_answered(name: str) -> None:
    with pytest.raises(NotUnderstood):
        ask(REFUSED[name])


LIST = "Input 32x32x3\nConv 3x3, 16 filters\nMaxPool 2x2\nConv 3x3, 32 filters\nMaxPool 2x2\nFC 10\n"
CHANGES = (
    "The second convolution has no bias.",
    "The first convolution has stride 2.",
    "Biases are ignored in the convolutions.",
    "The convolutions are padded so that the size stays the same.",
    "A batch norm layer stands before the first convolution.",
    "Batch normalization is applied after each conv layer.",
    "The input is first resized to 16x16.",
    "The input is padded with 2 zeros on each side.",
    "The first conv layer is repeated twice.",
    "The convolutions are depthwise separable.",
    "The FC layer is replaced by global average pooling.",
    "The weights of both convolutions are shared.",
    "The pooling layers overlap.",
    "Pooling uses ceil mode.",
    "The two conv layers have 8 filters each.",
    "The image is converted to grayscale first.",
    "The images have an alpha channel.",
    "The second conv layer takes the input image as well.",
    "The order of the layers is reversed.",
    "The layers are stacked in the opposite order.",
    "Assume the pooling has learnable scale and bias per channel.",
    "There is also a hidden layer with 100 neurons before the output.",
    "Max pooling is skipped.",
    "The conv layers are frozen.",
    "Each filter only sees one channel.",
)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    "question",
    ["How many trainable parameters are there in total?", "What is the volume after the last pooling layer?"],
)
@pytest.mark.parametrize("change", CHANGES)
def test_a_sentence_that_changes_a_list_is_never_passed_over(change: str, question: str, before: bool) -> None:
    values(LIST + question)
    with pytest.raises(SpecError):
        ask((f"{change}\n{LIST}" if before else f"{LIST}{change}\n") + question)


@pytest.mark.parametrize("separator", ["\n", " -> ", "; ", ", then ", " followed by "])
@pytest.mark.parametrize(
    "filters",
    ["12 filters of size 5x5", "5x5, 12 filters", "12 5x5 filters", "5×5, 12 maps", "kernel size 5, 12 channels"],
)
def test_layers_are_the_same_however_they_are_written(separator: str, filters: str) -> None:
    layers = [
        "input 40x40x3",
        f"conv {filters}",
        "2x2 max pool",
        "conv 3x3, 20 filters",
        "max pooling 2x2",
        "fully connected 50",
        "dense 7 units",
    ]
    assert values(separator.join(layers) + ".\nTotal number of parameters?") == [params(*SMALL, *SMALL_DENSE)]


def test_a_table_and_a_list_agree() -> None:
    rows = "\n".join(f"{line} | |" for line in SMALL_LINES.splitlines())
    table = values(f"Fill in the table.\nLayer | Output | Parameters\n{rows}")
    assert table[1::2] == [params(SMALL[0]), 0, params(SMALL[2]), 0, *(params(one) for one in SMALL_DENSE)]
    assert table[0::2] == [*volumes((3, 40, 40), *SMALL), 50, 7]


def test_a_hostile_list_is_refused() -> None:
    for text in (
        "conv 3x3 8 filters -> " * 3000,
        "| a | b |\n" * 3000,
        "conv5-10 " * 5000,
        "Layer | Output\n" + "conv 9999999999x3 | ?\n" * 50,
    ):
        with pytest.raises(NotUnderstood):
            ask(text + "How many parameters in total?")
