# ruff: noqa: E501
"""Questions with matrices in them: PyTorch's answer, however they are asked, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from cnncalc import SpecError
from cnncalc.questions.matrices import matrices
from cnncalc.questions.numeric import numeric
from cnncalc.questions.reply import NotUnderstood

SHARED = Path(__file__).parent.parent.parent / "shared" / "questions.yaml"

IMAGE = [[1, 2, 0, 3], [4, 1, 1, 0], [2, 5, 3, 1], [0, 1, 2, 4]]
KERNEL = [[1, 0], [-1, 2]]
SIGNED = [[1, -2, 3, 0], [-1, 4, -5, 2], [0, 2, -2, 1], [3, -1, 0, 5]]
SIGNAL, TAPS = [3, 1, 4, 1, 5, 9, 2], [1, 0, -2]
LINES = "\n".join(" ".join(map(str, row)) for row in IMAGE)
BARS = "\n".join(" | ".join(map(str, row)) for row in KERNEL)
LATEX = r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(str, row)) for row in IMAGE) + r" \end{bmatrix}"
TABLE = "\n".join(
    "| " + " | ".join(map(str, row)) + " |" + ("\n|---|---|---|---|" if at == 0 else "") for at, row in enumerate(IMAGE)
)


def t(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def conv(x: Any = IMAGE, w: Any = KERNEL, b: float = 0, **options: Any) -> Any:
    one = F.conv1d if t(w).dim() == 1 else F.conv2d
    return (one(t(x)[None, None], t(w)[None, None], t([b]), **options)[0, 0]).tolist()


def back(x: Any = IMAGE, w: Any = KERNEL, **options: Any) -> Any:
    return F.conv_transpose2d(t(x)[None, None], t(w)[None, None], **options)[0, 0].tolist()


def most(x: Any = IMAGE, k: Any = 2, **options: Any) -> Any:
    return F.max_pool2d(t(x)[None], k, **options)[0].tolist()


def mean(x: Any = IMAGE, k: Any = 2, **options: Any) -> Any:
    return F.avg_pool2d(t(x)[None], k, **options)[0].tolist()


def relu(x: Any) -> Any:
    return t(x).relu().tolist()


FLIPPED = t(KERNEL).flip(0, 1).tolist()

QUESTIONS: list[tuple[str, Any]] = [
    # a convolution and its settings
    (f"Convolve the image {IMAGE} with the kernel {KERNEL}.", conv()),
    (f"Input: {IMAGE}\nFilter: {KERNEL}\nStride 1, no padding. What is the output?", conv()),
    (f"Compute the cross-correlation of X = {IMAGE} and W = {KERNEL}.", conv()),
    (f"X={IMAGE}, K={KERNEL}. Calculate the feature map with valid padding.", conv()),
    (f"Given the 4x4 input\n{LINES}\n\nand the 2x2 kernel\n{BARS}\n\ncalculate the convolution with stride 2.", conv(stride=2)),
    (f"The input image is ${LATEX}$ and the filter is {KERNEL}. Apply the filter with a stride of two and zero padding of 1.", conv(stride=2, padding=1)),
    (f"Image:\n{TABLE}\n\nKernel:\n{KERNEL}\n\nFind the result of convolving them (P=1, S=1).", conv(padding=1)),
    (f"For the matrix {IMAGE} and the kernel {KERNEL}, evaluate the 2-dilated convolution, padding 0 and stride 1.", conv(dilation=2)),
    (f"Input {IMAGE}, kernel {KERNEL}, bias b = -3. What does the convolutional layer output?", conv(b=-3)),
    (f"Input {IMAGE}, kernel {KERNEL}, bias of 2, stride=(2, 1). Output of the convolution?", conv(b=2, stride=(2, 1))),
    (f"Slide the kernel {KERNEL} over the input {IMAGE}, moving 2 pixels at a time, without any padding. Give the resulting matrix.", conv(stride=2)),
    (f"Input {IMAGE} padded with 1 layer of zeros on each side; kernel {KERNEL}; stride 3. Compute the convolution.", conv(padding=1, stride=3)),
    (f"x = {SIGNAL}, w = {TAPS}. What is the 1D convolution output with S=2 and P=1?", conv(SIGNAL, TAPS, stride=2, padding=1)),
    (f"The signal [3, 1, 4, 1, 5, 9, 2] is convolved with the filter [1, 0, -2] in a CNN layer, same padding. What comes out?", conv(SIGNAL, TAPS, padding=1)),
    (f"1-D input sequence: 3 1 4 1 5 9 2\nFilter: 1 0 -2\nCompute the output of the convolution, dilation rate 2.", conv(SIGNAL, TAPS, dilation=2)),
    (f"Compute the full cross-correlation of x={SIGNAL} with w={TAPS}.", conv(SIGNAL, TAPS, padding=2)),
    (f"Smooth the image {IMAGE} by a convolution with the filter 1/4 [[1,1],[1,1]].", mean(IMAGE, 2, stride=1)),
    (f"Image I = {IMAGE}; kernel K = \\frac{{1}}{{2}}\\begin{{pmatrix}}1 & 0\\\\ -1 & 2\\end{{pmatrix}}. Compute the cross-correlation.", (t(conv()) / 2).tolist()),
    (f"What is the true convolution (kernel flipped) of the input {IMAGE} with the kernel {KERNEL}?", conv(w=FLIPPED)),
    (f"Rotate the kernel {KERNEL} by 180 degrees and convolve the image {IMAGE} with it, stride 1.", conv(w=FLIPPED)),
    (f"Without flipping the kernel {KERNEL}, convolve the input {IMAGE}.", conv()),
    # parts of the output
    (f"Convolve the input {IMAGE} with the kernel {KERNEL}. What is the top-left value of the output?", conv()[0][0]),
    (f"Input {IMAGE}, kernel {KERNEL}, stride 1. Give the value in row 2, column 3 of the convolution's output.", conv()[1][2]),
    (f"Input {IMAGE}, kernel {KERNEL}: convolve. What is the value at position (0, 2) of the output?", conv()[0][2]),
    (f"Input {IMAGE}, kernel {KERNEL}: convolve. What is the output value at (3, 3), rows and columns counted from 1?", conv()[2][2]),
    (f"Input {IMAGE}, kernel {KERNEL}: what is the first row of the output of the convolution?", conv()[0]),
    (f"Input {IMAGE}, kernel {KERNEL}: convolve with stride 1. What is the central value of the output?", conv()[1][1]),
    (f"Convolve the input {IMAGE} with the kernel {KERNEL} and give the sum of all elements of the output.", t(conv()).sum().item()),
    (f"Convolve the input {IMAGE} with the kernel {KERNEL}. What is the maximum value in the output?", t(conv()).max().item()),
    (f"Convolve the input {IMAGE} with the kernel {KERNEL}. What is the size of the output?", [3, 3]),
    # pools
    (f"Apply 2x2 max pooling with stride 2 to {IMAGE}.", most()),
    (f"Max pool the feature map\n{LINES}\n\nwith a 2×2 window.", most()),
    (f"Input:\n{LINES}\n\nWhat is the result of average pooling, window 2x2, stride 2?", mean()),
    (f"Feature map {IMAGE}: 3x3 max pooling, stride 1, no padding. Output?", most(k=3, stride=1)),
    (f"Feature map {IMAGE}: perform max pooling with pool size 2 and strides 1.", most(stride=1)),
    (f"Compute min pooling (2x2, stride 2) of the matrix {IMAGE}.", (-t(most((-t(IMAGE)).tolist()))).tolist()),
    (f"Compute the sum pooling of {IMAGE} with non-overlapping 2x2 regions.", (4 * t(mean())).tolist()),
    (f"What does global average pooling give for the feature map {IMAGE}?", t(IMAGE).mean().item()),
    (f"Input {IMAGE}, kernel {KERNEL}. Using the original input, apply max pooling with a 2x2 window.", most()),
    (f"Down-sample the input {IMAGE} by average pooling using a 2x2 filter.", mean()),
    (f"If the input of a 2x2 max pooling is [7, 2, 9, 4], what is the output?", 9),
    # chains and others
    (f"Convolve the input {SIGNED} with the kernel {KERNEL}, then apply ReLU. What is the output?", relu(conv(SIGNED))),
    (f"Input {SIGNED}, kernel {KERNEL}, stride 1. Apply the convolution, then ReLU, then 2x2 max pooling with stride 1.", most(relu(conv(SIGNED)), stride=1)),
    (f"Apply ReLU followed by 2x2 average pooling to the matrix {SIGNED}.", mean(relu(SIGNED))),
    (f"Apply 2x2 average pooling and then ReLU to the matrix {SIGNED}.", relu(mean(SIGNED))),
    (f"What is the ReLU of {SIGNED}?", relu(SIGNED)),
    ("Compute the softmax of the vector [1, 2, 3].", t([1, 2, 3]).softmax(0).tolist()),
    ("Apply sigmoid to the values [0, -1, 2].", t([0, -1, 2]).sigmoid().tolist()),
    ("Apply tanh to x = [0, -1, 2].", t([0, -1, 2]).tanh().tolist()),
    ("Leaky ReLU with slope 0.1 of x = [-10, 5, -1].", [-1, 5, -0.1]),
    ("Batch normalization of the mini-batch x = [1, 2, 3, 6], gamma = 2, beta = 1, epsilon = 0: what is the output?", (2 * (t([1, 2, 3, 6]) - 3) / t([1, 2, 3, 6]).std(correction=0) + 1).tolist()),
    ("What is the transposed convolution of the input [[1, 2], [3, 4]] with the kernel [[1, 0], [-1, 2]], stride 2?", back([[1, 2], [3, 4]], stride=2)),
    ("Input [[1,2],[3,4]], kernel [[1,1],[1,1]]: output of a transposed convolution with stride 1 and padding 0?", back([[1, 2], [3, 4]], [[1, 1], [1, 1]])),
    ("Two 1-D convolutions are applied, both with the kernel w = [1, 2, 1]. What is the equivalent single kernel?", [1, 4, 6, 4, 1]),
    ("Input channel 1: [[1,2],[3,4]]\nInput channel 2: [[0,1],[1,0]]\nKernel channel 1: [[1,0],[0,1]]\nKernel channel 2: [[2,2],[0,0]]\nConvolve.", 7),
]  # fmt: skip


def value(found: Any) -> Any:
    return torch.tensor(found, dtype=torch.float64)


@pytest.mark.parametrize(("question", "answer"), QUESTIONS, ids=range(len(QUESTIONS)))
def test_the_answer_is_pytorchs(question: str, answer: Any) -> None:
    reply = numeric(question)
    assert reply is not None
    [given] = reply.answers
    assert value(given.value).shape == value(answer).squeeze().shape or value(given.value).shape == value(answer).shape
    torch.testing.assert_close(value(given.value).squeeze(), value(answer).squeeze(), rtol=1e-9, atol=1e-9)
    assert reply.steps
    assert reply.understood.startswith("cnncalc compute ")


def test_enough_phrasings() -> None:
    assert len(QUESTIONS) >= 40
