"""Questions with matrices in them: PyTorch's answer, however they are asked, or none."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
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


IMAGE_TEXT = f" {IMAGE}"
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
    ("The signal [3, 1, 4, 1, 5, 9, 2] is convolved with the filter [1, 0, -2] in a CNN layer, same padding. What comes out?", conv(SIGNAL, TAPS, padding=1)),
    ("1-D input sequence: 3 1 4 1 5 9 2\nFilter: 1 0 -2\nCompute the output of the convolution, dilation rate 2.", conv(SIGNAL, TAPS, dilation=2)),
    (f"Compute the full cross-correlation of x={SIGNAL} with w={TAPS}.", conv(SIGNAL, TAPS, padding=2)),
    (f"Smooth the image {IMAGE} by a convolution with the filter 1/4 [[1,1],[1,1]].", mean(IMAGE, 2, stride=1)),
    (f"Image I = {IMAGE}; kernel K = \\frac{{1}}{{2}}\\begin{{pmatrix}}1 & 0\\\\ -1 & 2\\end{{pmatrix}}. Compute the cross-correlation.", (t(conv()) / 2).tolist()),
    (f"What is the true convolution (kernel flipped) of the input {IMAGE} with the kernel {KERNEL}?", conv(w=FLIPPED)),
    (f"Rotate the kernel {KERNEL} by 180 degrees and convolve the image {IMAGE} with it, stride 1.", conv(w=FLIPPED)),
    (f"Slide the kernel {KERNEL} over the image {IMAGE} with stride 1, no padding, sum of products. Result?", conv()),
    (f"Convolve the image {IMAGE} with the kernel of size 2, {KERNEL}, stride 1.", conv()),
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
    ("If the input of a 2x2 max pooling is [7, 2, 9, 4], what is the output?", 9),
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
    given, *sizes = reply.answers
    assert [one.value for one in sizes] == [list(value(given.value).shape)] * (value(given.value).dim() > 1)
    assert value(given.value).shape == value(answer).squeeze().shape or value(given.value).shape == value(answer).shape
    torch.testing.assert_close(value(given.value).squeeze(), value(answer).squeeze(), rtol=1e-9, atol=1e-9)
    assert reply.steps
    assert reply.understood.startswith("cnncalc compute ")


def test_enough_phrasings() -> None:
    assert len(QUESTIONS) >= 50


WITHHELD = [
    # a fact is missing, or there are two readings
    f"Input {IMAGE}, kernel {KERNEL}, stride 1 and zero padding. What is the output of the convolution?",
    f"Input {IMAGE}, kernel {KERNEL}. Compute the dilated convolution.",
    f"Input {IMAGE}, kernel {KERNEL}. What is the convolution's value at (1, 1)?",
    f"Input {IMAGE}, kernel {KERNEL}. What does max pooling give?",
    f"Input {IMAGE}, kernel {KERNEL}. What is the output of max pooling with a 2x2 window?",
    f"Apply 2x2 pooling to {IMAGE}.",
    f"Apply max pooling to {IMAGE}.",
    f"Input {IMAGE}, kernels {KERNEL} and [[0, 1], [1, 0]]. Convolve.",
    f"Input {IMAGE}, kernel {KERNEL}. Output if the input is padded?",
    f"The matrices {KERNEL} and [[0, 1], [1, 0]] are convolved. Result?",
    "What is the softmax of [[1, 2], [3, 4]]?",
    "Batch normalization of [[1, 2], [3, 4]]?",
    f"Input {IMAGE}, kernel {KERNEL}. What is the output if the stride is 2? What if it is 3?",
    f"Input {IMAGE}, kernel {KERNEL}. Apply average pooling, 2x2, and ReLU and the convolution.",
    f"Should the kernel {KERNEL} be flipped? Without flipping it or with the kernel flipped, convolve {IMAGE}.",
    # numbers that don't fit together
    f"The 5x5 image {IMAGE} is convolved with the kernel {KERNEL}. Output?",
    f"Convolve {IMAGE} with {KERNEL}, padding = -1.",
    "Convolve [[1, 2], [3, 4, 5]] with [[1]].",
    f"Input {KERNEL}, kernel {IMAGE}: convolve.",
    f"Input {IMAGE}, kernel {KERNEL}: what is the value of the output of the convolution at (7, 7)?",
    f"2x2 max pooling of the row x = {SIGNAL}?",
    f"Convolve the image {IMAGE} with the kernel {KERNEL}, 3. Output?",
    # words that change the numbers
    f"Input {IMAGE}, kernel {KERNEL} scaled by two. Convolve.",
    f"Input {IMAGE} (transposed), kernel {KERNEL}. Convolve.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve only over the top.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve and add the input.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve, output modulo 3?",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve with reflect padding of 1.",
    f"Input {IMAGE}, kernel {KERNEL}. Add a border of zeros and convolve.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve, rounding down.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve the image twice.",
    f"Input {IMAGE}, kernel {KERNEL}. Convolve; which position has the maximum?",
    "x = [1, 2, 3, 4], h = [1, 1]: compute their linear convolution.",
    f"Input {IMAGE}, kernel {KERNEL}. The output is [[1, 2], [3, 4]]. Is that right?",
    f"Input {IMAGE}, kernel {KERNEL}. What is the gradient of the loss with respect to the kernel?",
    f"After one update with learning rate 0.1, what is the output for the input {IMAGE} and the kernel {KERNEL}?",
    f"Two layers: 2x2 max pooling, stride 2, in the first and 2x2 average pooling in the second. Input {IMAGE}. Output?",
    # choices that say something else
    f"Apply 2x2 max pooling to {IMAGE}.\nA) [[9, 9], [9, 9]]\nB) [[4, 1], [5, 3]]",
    f"Apply 2x2 max pooling to {IMAGE}.\nA) {most()}\nB) {most()}",
    f"nn.Conv2d(1, 8, kernel_size=2, bias=False), weight {KERNEL}, input {IMAGE}: output?",
    # another matrix than the two
    "The image [[1, 2], [3, 4]] and its output [[5, 6], [7, 8]]: what kernel was convolved?",
    "The kernels [1, 2, 1] and [1, 1] and [1, -1] are applied, then combined. What is the equivalent kernel?",
    "The kernel [1, -2, 1] is applied twice then 3 times. What is the equivalent kernel?",
    "The kernel [1, -2, 1] is applied twice with stride 2. What is the equivalent kernel?",
    f"The image {IMAGE} and the image {SIGNED}: apply relu.",
    f"Bias = [[1], [2]], input {IMAGE}, convolve with the kernel {KERNEL}.",
    # a place that isn't there, or may be several
    f"Apply 2x2 max pooling to {IMAGE}. What is the second value of the output?",
    f"Apply 2x2 max pooling to {IMAGE}. What is the fourth row first column?",
    f"Apply 2x2 max pooling to {IMAGE}. What is the third row of the output?",
    f"Apply 2x2 max pooling to {IMAGE}. What is the centre of the output?",
    f"Apply 2x2 max pooling to {IMAGE}. What is the value at (0, 1), 0-based or 1-based?",
    "Apply relu to x = [1, -2, 3]. What is the fourth value?",
    # operations, calls and orders that are not clear
    f"Do a convolution and a transposed convolution of the input {IMAGE} with the kernel {KERNEL}.",
    f"Apply nn.Linear(4, 4) to {IMAGE}.",
    f"Apply nn.MaxPool2d(2, ceil_mode=True) to {IMAGE}.",
    f"Apply Conv2D(1, 2, foo=3) and nn.ReLU() to {IMAGE}.",
]


@pytest.mark.parametrize("question", WITHHELD, ids=range(len(WITHHELD)))
def test_what_is_not_certain_is_not_answered(question: str) -> None:
    with pytest.raises(SpecError):
        numeric(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Input 32x32x3, ten 5x5 filters, stride 1, pad 2: output volume?",
        "An input of shape [1, 3, 32, 32] goes through a convolution with kernel [3, 3]. Output shape?",
        "Shapes (1, 3, 32, 32) and [3, 224, 224], stride [2, 2].",
        f"How many multiplications does it take to convolve {IMAGE} with {KERNEL}?",
        f"The kernel {KERNEL} is applied to a 32x32 image. What is the output size?",
        "y[0] and x[1, 2] are indices [1].",
        "tf.nn.conv2d(x, w, strides=[1, 2, 2, 1], padding='VALID') with x: [10, 32, 32, 3], w: [5, 5, 3, 16]. Shape?",
    ],
)
def test_other_questions_are_left_to_others(question: str) -> None:
    assert numeric(question) is None


def answers(question: str) -> list[tuple[Any, str | None]]:
    reply = numeric(question)
    assert reply is not None
    sizes = [one for one in reply.answers[1:] if one.quantity == "size"]
    return [(one.value, one.option) for one in reply.answers if one not in sizes]


def test_a_choice_is_named_by_its_letter() -> None:
    pooled = most()
    assert answers(f"Apply 2x2 max pooling to {IMAGE}.\nA) [[9, 9], [9, 9]]\nB) {pooled}") == [(pooled, "B")]
    assert answers(f"Apply 2x2 max pooling to {IMAGE}.\nA) 9 9; 9 9\nB) 4 3; 5 4") == [(pooled, "B")]
    question = f"Apply 2x2 max pooling to {IMAGE}. What is the top-left value?\n(a) 1\n(b) 4\n(c) 2\n(d) 3"
    assert answers(question) == [(4, "b")]


def test_parts_go_on_from_each_other() -> None:
    parts = (
        f"Given the input {SIGNED} and the filter {KERNEL}.\n(a) Compute the output of the convolution, stride 1.\n"
        "(b) Apply ReLU to the result.\n(c) Apply 2x2 max pooling with stride 1 to the output of (b)."
    )
    first = conv(SIGNED)
    assert answers(parts) == [(first, None), (relu(first), None), (most(relu(first), stride=1), None)]
    both = f"Given the input {IMAGE}.\n(a) Compute 2x2 max pooling.\n(b) Compute 2x2 average pooling of the input."
    assert answers(both) == [(most(), None), (mean(), None)]


def test_two_things_asked_are_two_answers() -> None:
    both = f"Perform max pooling and average pooling on {IMAGE} with a 2x2 window and stride 2."
    assert answers(both) == [(most(), None), (mean(), None)]
    sized = f"Convolve the image {IMAGE} with the kernel {KERNEL}. What are the dimensions of the result and what is the result?"
    assert answers(sized) == [([3, 3], None), (conv(), None)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("value in the last row and first column", 5), ("second row, last column", 3), ("last value of the output", 3),
        ("second row of the output", [5, 3]), ("last column of the output", [2, 3]), ("mean of the output", 3.5),
        ("maximum of the output", 5), ("smallest value in the output", 2), ("value at (2, 1), counting from 1", 5),
    ],
)  # fmt: skip
def test_a_part_of_the_output(asked: str, answer: Any) -> None:
    image = [[4, 1, 2, 0], [0, 3, 0, 1], [5, 1, 3, 0], [0, 2, 1, 1]]
    assert most(image) == [[4, 2], [5, 3]]
    assert answers(f"Apply 2x2 max pooling to {image}. What is the {asked}?") == [(answer, None)]


def test_values_that_are_counted() -> None:
    for kind, count in (("nonzero", 2), ("zero", 1), ("positive", 2), ("negative", 0)):
        assert answers(f"Apply relu to x = [1, -2, 3]. How many {kind} values are in the output?") == [(count, None)]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("nn.MaxPool2d(2)", most()),
        ("nn.AvgPool2d(kernel_size=3, stride=1)", mean(k=3, stride=1)),
        ("MaxPooling2D(pool_size=(2, 2), strides=(1, 1))", most(stride=1)),
        ("nn.ReLU()", IMAGE),
    ],
)
def test_a_call_is_read_as_its_layer(call: str, answer: Any) -> None:
    assert answers(f"Apply {call} to {IMAGE}.") == [(answer, None)]


def test_a_call_of_a_convolution_has_its_weight_from_the_words() -> None:
    call = "nn.Conv2d(1, 1, kernel_size=2, padding=1, bias=False)"
    valid = f"Apply Conv2D(1, 2, padding='valid', use_bias=False) to the input {IMAGE} with weights {KERNEL}."
    assert answers(valid) == [(conv(), None)]
    assert answers(f"layer = {call}\nWeight: {KERNEL}\nInput: {IMAGE}\nWhat does it give?") == [(conv(padding=1), None)]


def assumed(question: str) -> dict[str, Any]:
    reply = numeric(question)
    assert reply is not None
    return {one.fact: one.value for one in reply.assumptions}


def test_what_is_taken_for_granted_is_said() -> None:
    free = f"Convolve the input {IMAGE} with the kernel {KERNEL}."
    assert assumed(free) == {"stride": 1, "padding": 0, "kernel": "not flipped"}
    assert assumed(f"Cross-correlate the input {IMAGE} with the kernel {KERNEL}, stride 1, padding 0.") == {}
    even = "Convolve the input [[1, 2], [3, 4]] with the kernel [[1, 2], [2, 1]], stride 1, no padding."
    assert assumed(even) == {}  # half a turn doesn't change it
    assert assumed(f"Apply 2x2 max pooling to {IMAGE}.") == {"stride": 2}


def test_a_window_that_does_not_fit_is_said() -> None:
    reply = numeric(f"Apply 3x3 max pooling with stride 2 to {IMAGE}.")
    assert reply is not None
    assert "doesn't fit" in reply.answers[0].text
    assert reply.answers[0].value == 5


@pytest.mark.parametrize("command", ["cnncalc compute conv", "cnncalc compute '{maxpool: [2, 2], stride: 1}'"])
def test_what_was_understood_is_a_command(command: str) -> None:
    reply = numeric(f"Convolve the input {IMAGE} with the kernel {KERNEL}, then apply 2x2 max pooling with stride 1.")
    assert reply is not None
    assert any(line.startswith(f"{command} --input '[[") for line in reply.understood.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000, "[[1,2]," * 3000, "1 2\n" * 5000, "-" * 20_000, r"\begin{matrix}" * 1500, "stride " * 3000 + IMAGE_TEXT,
        "convolve [[1e400]] with [[1]]", "x = [1/0, 2]", "conv [[1, 2]] " + "is = " * 4000, "pad " * 4000 + IMAGE_TEXT,
        "__import__('os').system('x') [[1, 2], [3, 4]]", IMAGE_TEXT + " size of " * 2000, "a) what b) what " * 1000 + IMAGE_TEXT,
        "[[" + "9" * 500 + "]]: ReLU?", "average " * 3000 + IMAGE_TEXT, "value at " * 3000 + IMAGE_TEXT,
    ],
    ids=range(16),
)  # fmt: skip
def test_hostile_texts_are_refused_or_left(text: str) -> None:
    try:
        assert numeric(text) is None
    except SpecError as error:
        assert str(error)


def test_without_a_matrix_nothing_heavy_is_imported() -> None:
    code = "from cnncalc.questions.numeric import numeric; assert numeric('Input 32x32x3, shape [3, 32, 32]?') is None"
    report = "import sys; print([m for m in ('numpy', 'torch', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        (f"a {IMAGE} b {KERNEL}", [(4, 4), (2, 2)]),
        (f"X:\n{LINES}\n\nW:\n{BARS}", [(4, 4), (2, 2)]),
        (TABLE, [(4, 4)]),
        (LATEX, [(4, 4)]),
        (r"$K=\frac{1}{9}\begin{pmatrix}1&1\\1&1\end{pmatrix}$", [(2, 2)]),
        ("┌─────┐\n│ 1 2 │\n│ 3 4 │\n└─────┘", [(2, 2)]),
        ("[1 2 3]\n[4 5 6]", [(2, 3)]),
        ("x = [1 2; 3 4]", [(2, 2)]),
        ("[1 2\n 3 4]", [(2, 2)]),
        ("Row 1: 1 2 3\nRow 2: 4 5 6", [(2, 3)]),
        ("np.array([[1, 2], [3, 4]])", [(2, 2)]),
        ("[[[1, 2]], [[3, 4]]]", [(2, 1, 2)]),
        ("x=[2, 1, 2, 3], w=[1, -1]", [(4,), (2,)]),
        ("a tensor of shape [3, 32, 32], an input of [1, 28, 28], stride [2, 1], [3, 3]", []),
        ("x[0] = y[1, 2] [1]", []),
        ("1. first\n2. second", []),
    ],
)
def test_matrices_are_found_and_shapes_are_not(text: str, shapes: list[tuple[int, ...]]) -> None:
    assert [one.shape for one in matrices(text)] == shapes


def test_a_factor_belongs_to_its_matrix() -> None:
    assert matrices("2/9 [[9, 18]]")[0].values == [[2, 4]]
    for text in ("1/9 * [[9, 18]]", r"\frac{1}{9}[[9, 18]]", "(1/9) [[9, 18]]", "[[9, 18]] / 9.", "[[9, 18]] * 1/9"):
        assert matrices(text)[0].values == [[1, 2]]
    for text in (
        "K = -1/9 [[9, 18]]",
        r"-\frac{1}{9} [[9, 18]]",
        "K = − 1/9 [[9, 18]]",
        "K=-0.5 * [[2, 4]]",
        "-[[1, 2]]",
        "= - [[1, 2]]",
    ):
        assert matrices(text)[0].values == [[-1, -2]]


def test_a_bullet_multiplies_nothing() -> None:
    assert [one.values for one in matrices("matrix 2\n* [[1, 2]]\n* 3 more\n- 4/2 [[1, 2]]")] == [[[1, 2]], [[2, 4]]]


def test_fractions_in_latex() -> None:
    text = r"\begin{bmatrix} \frac{1}{2} & -\dfrac{3}{4} \\ {5} & \frac{-1}{3} \end{bmatrix}"
    assert matrices(text)[0].values == [[Fraction(1, 2), Fraction(-3, 4)], [5, Fraction(-1, 3)]]


@pytest.mark.parametrize(
    "kernel",
    [
        f"{KERNEL}^T", f"{KERNEL}.T", f"{KERNEL}ᵀ", f"{KERNEL} ^2", f"|{KERNEL}|", f"{KERNEL} / 0", f"{KERNEL} * 3/0", f"1/0 {KERNEL}", r"\begin{bmatrix} 1 & 1/0 \\ 3 & 4 \end{bmatrix}",
        r"\begin{bmatrix} 1 & \frac{1}{0} \\ 3 & 4 \end{bmatrix}", rf"\begin{{bmatrix}} 1 & 2.{'1' * 50} \end{{bmatrix}}",
        f"{KERNEL} and bias 3/0", f"{KERNEL}, then leaky relu with slope 1/0", f"{KERNEL} and bias 0.{'1' * 50}",
    ],
)  # fmt: skip
def test_numbers_that_are_not_clear_are_refused(kernel: str) -> None:
    with pytest.raises(NotUnderstood, match=r"matrix is not clear|is no number"):
        numeric(f"Convolve the input {IMAGE} with the kernel {kernel}.")


@pytest.mark.skipif(not SHARED.exists(), reason="the questions of others lie beside the checkout")
def test_questions_of_others() -> None:
    """Each is answered as its source does, withheld, or left to others."""
    answered = 0
    for entry in yaml.safe_load(SHARED.read_text(encoding="utf-8")):
        try:
            reply = numeric(entry["question"])
        except NotUnderstood:
            continue
        if reply is None:
            continue
        given = [x for one in reply.answers for x in torch.tensor(one.value, dtype=torch.float64).flatten().tolist()]
        assert all(any(abs(x - want) < 1e-9 for x in given) for want in entry["answer"].get("values", [])), entry["id"]
        answered += 1
    assert answered >= 6
