"""Questions that go backwards: numbers that give what comes out, and what can be at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.ask import ask
from cnncalc.questions.reply import NotUnderstood


def values(question: str) -> list[Any]:
    return [answer.value for answer in ask(question).answers]


def output(n: int, k: int, s: int, p: int, d: int) -> int:
    """PyTorch's documentation of Conv2d, of one side."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def transposed(n: int, k: int, s: int, p: int, extra: int) -> int:
    """PyTorch's documentation of ConvTranspose2d, of one side."""
    return (n - 1) * s - 2 * p + (k - 1) + extra + 1


ONE = [
    # padding
    ("Which zero padding lets a 9×9 kernel with stride 1 keep a 50×50 map at 50×50?", [4]),
    ("What padding is needed to preserve the spatial size with 13×13 filters and stride 1?", [6]),
    ("A 3×3 convolution with dilation 5 and stride 1: what padding keeps the size?", [5]),
    ("Stride 1, kernel 15: how much padding does a \"same\" convolution need?", [7]),
    ("From 96×96 to 48×48 with a 6×6 kernel and stride 2: which padding?", [2]),
    ("A 7×7 filter with stride 3 maps 25×25 to 8×8. What padding is used?", [2]),
    ("A transposed convolution with kernel 6 and stride 2 brings 20×20 to 40×40. Which padding?", [2]),
    ("What is the padding of a full convolution with a 7×7 kernel?", [6]),
    ("What padding does a valid, what a same and what a full convolution with a 5×5 kernel have?", [0, 2, 4]),
    ("Same padding in Keras, 9x9 kernel, stride 4, a 62x62 input: how many zeros in total per axis?", [7]),
    ("TensorFlow, padding same, 6x6 kernel, stride 1: how many zeros go before and how many after?", [[2, 3]]),
    # stride, kernel, dilation, output padding
    ("A 3x3 max pool without padding turns 21x21 into 10x10. Which stride has it?", [2]),
    ("A 61×61 input becomes 15×15 through a 5×5 filter without padding. What was the stride?", [4]),
    ("Which kernel size turns a 40×40 map into 34×34 at stride 1 and without padding?", [7]),
    (
        "The output of a conv layer is 50×50 for a 60×60 input with stride 1 and no padding. How big is "
        "the filter?"
    , [11]),
    ("Transposed conv: 6×6 in, 30×30 out, stride 5, no padding. Kernel?", [5]),
    ("We want 6x6 maps out of 30x30 ones by one average pooling layer without overlap. Window and stride?", [5, 5]),
    ("Which dilation must a 5×5 convolution with padding 6 and stride 1 have so that a 70×70 map keeps its size?", [3]),
    ("Which dilation makes a 3×3 kernel cover 15×15 pixels?", [7]),
    ("Transposed convolution from 9x9 to 18x18, kernel 5, stride 2, padding 2. Which output padding is needed?", [1]),
    (
        "A 1-D convolution without padding at stride 1 turns a signal of length 80 into one of length "
        "66. Kernel size?"
    , [15]),
    # inputs
    ("A 9×9 convolution at stride 1 with no padding produced a 40×40 map. How large was the input?", [[48, 48]]),
    ("What is the smallest input for which a 5×5 filter with stride 3 and no padding gives a 7×7 output?", [[23, 23]]),
    # filters, channels and units
    (
        "48×48×3 went in, 46×46×20 came out; stride 1, no padding. What is the filter size and how many "
        "filters?"
    , [3, 20]),
    ("A conv layer with 5×5 kernels on 4 channels has 1616 parameters with biases. How many filters has it?", [16]),
    ("A layer of 24 filters of 3×3 has 3456 weights and no biases. How many input channels are there?", [16]),
    ("Dense layer, 30 outputs, 15030 parameters with biases. Number of inputs?", [500]),
    ("A fully connected layer from 64 inputs has 1300 parameters with biases. How many output units?", [20]),
    ("A conv layer with 8 filters on 2 channels has 408 parameters with biases. What is the kernel size?", [5]),
    ("How many groups does a 5×5 convolution from 20 to 40 channels have if it has 4000 weights and no bias?", [5]),
    # layers
    ("How many 7×7 stride-1 layers without padding bring a 50×50 image down to 2×2?", [8]),
    ("How many 2×2 max poolings with stride 2 take 416×416 to 13×13?", [5]),
    ("With 5x5 kernels, stride 1, no padding, how many layers until a 41x41 image has become 1x1?", [10]),
    ("How many transposed convolutions of kernel 2 and stride 2 does it take from 5×5 to 80×80?", [4]),
    ("How many 3x3 layers of stride 1 have the same receptive field as one 11x11 layer?", [5]),
    (
        "A stack of 5×5 convolutions with stride 1 shall have a receptive field of at least 30. How many "
        "layers are needed?"
    , [8]),
    ("The receptive field has to cover the whole 100×100 image. How many 3×3 layers with stride 1 are needed?", [50]),
    # what is behind a drawing
    ("A 5×5 input gets two zeros between neighbouring pixels. How large is the grid then?", [13]),
    (
        "Transposed convolution: a 9x9 grid after inserting zeros, a 3x3 filter, a 9x9 output, stride 2. "
        "N and P?"
    , [5, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "wanted"), ONE, ids=[question[:40] for question, _ in ONE])
def test_one_setting(question: str, wanted: list[Any]) -> None:
    assert values(question) == wanted


YES_NO = [
    ("Does a 5×5 filter with stride 3 and no padding fit evenly over a 17×17 input?", "yes", "5×5"),
    ("Does a 5×5 filter with stride 3 and no padding fit evenly over an 18×18 input?", "no", "no integer"),
    ("Does a 9×9 filter fit into a 6×6 input without padding?", "no", "= -2"),
    ("Can nn.Conv2d(12, 20, 3, groups=8) be built?", "no", "doesn't divide"),
    ("Can nn.Conv2d(12, 20, 3, groups=4) be built?", "yes", "divided"),
    ("Does padding 2 keep a 30x30 map at 30x30 with a 5x5 kernel and stride 1?", "yes", "30×30"),
    ("Does padding 1 keep a 30x30 map at 30x30 with a 5x5 kernel and stride 1?", "no", "28×28"),
]


@pytest.mark.parametrize(("question", "word", "why"), YES_NO, ids=[question[:40] for question, *_ in YES_NO])
def test_yes_or_no(question: str, word: str, why: str) -> None:
    [answer] = ask(question).answers
    assert answer.value == word
    assert answer.text.startswith(f"{word}: ")
    assert why in answer.text


SEVERAL = [
    ("Which of the strides 1, 2, 3 and 4 tile a 13×13 input exactly with a 5×5 filter and no padding?", [1, 2, 4]),
    ("Which of the kernel sizes 3, 4, 5 and 6 with stride 2 and no padding tile a 12×12 input?", [4, 6]),
    ("Which group counts among 2, 3, 5 and 6 are possible for a conv from 12 to 30 channels?", [2, 3, 6]),
]


@pytest.mark.parametrize(("question", "wanted"), SEVERAL, ids=[question[:40] for question, _ in SEVERAL])
def test_those_of_a_list_that_do(question: str, wanted: list[int]) -> None:
    assert values(question) == wanted


LETTERS = [
    (
        "Which of these keeps a 24×24 map at 24×24?\nA) 7×7, stride 1, pad 2\nB) 5×5, stride 1, pad "
        "2\nC) 3×3, stride 2, pad 1"
    , "B"),
    (
        "Which transposed convolution triples an 8x8 map?\na) kernel 2, stride 2, padding 0\nb) kernel "
        "3, stride 3, padding 0"
    , "b"),
    (
        "Which layer keeps the height and width of a 3×32×32 input?\nA nn.Conv2d(3, 8, 3)\nB "
        "nn.Conv2d(3, 8, 3, padding=1)\nC nn.Conv2d(3, 8, 1)"
    , "BC"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "letters"), LETTERS, ids=[question[:40] for question, _ in LETTERS])
def test_choices_that_are_settings(question: str, letters: str) -> None:
    assert "".join(answer.option or "" for answer in ask(question).answers) == letters


def reaches_20(k: int, s: int, p: int) -> bool:
    return output(40, k, s, p, 1) == 20


def reaches_27(k: int, s: int, p: int) -> bool:
    return transposed(9, k, s, p, 0) == 27


@pytest.mark.parametrize(
    ("question", "law"),
    [
        ("Find a kernel size, stride and padding that take 40×40 to 20×20 by a convolution.", reaches_20),
        ("Which kernel size, stride and padding make a transposed convolution map 9×9 to 27×27?", reaches_27),
    ],
    ids=["conv", "transposed"],
)  # fmt: skip
def test_rows_of_settings(question: str, law: Any) -> None:
    [answer] = ask(question).answers
    assert answer.columns == ("kernel_size", "stride", "padding")
    assert len(answer.value) > 2
    assert all(law(*row) for row in answer.value)


def test_drawings_that_look_alike() -> None:
    question = "After zero insertion the grid is 5×5, the filter 2×2 and the output 4×4. What are N, S, F and P?"
    [answer] = ask(question).answers
    assert answer.columns == ("N", "S", "F", "P")
    assert answer.value == [[3, 2, 2, 1], [2, 4, 2, 1]]  # the first is the lecture's


def test_two_inputs_may_give_the_same() -> None:
    [answer] = ask("For what input size does a 3x3 conv with stride 2 and padding 1 produce 30x30?").answers
    assert answer.value == [[[59, 59]], [[60, 60]]]


def test_what_is_found_goes_on() -> None:
    question = (
        "What zero padding is needed to preserve the size of a 40x40x3 volume under 20 filters 5x5 with stride 1? "
        "How many parameters has this layer?"
    )
    assert values(question) == [2, 1520]


NONE = [
    ("Which padding keeps a 20×20 map at 20×20 under an 8×8 kernel at stride 1?", "“same” adds 3 before and 4 after"),
    ("How many 3×3 layers with stride 1 and no padding bring a 20×20 map to 5×5?", "7 give 6×6, 8 give 4×4"),
    ("A layer with 3×3 kernels on 3 channels has 500 weights without biases. How many filters?", "18 would have 486"),
    (
        "After zero insertion a 5×5 grid is covered by a 3×3 filter and the output is 4×4. What are N, "
        "S, F and P?"
    , "2×2 filter with P = 1"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "why"), NONE, ids=[question[:40] for question, _ in NONE])
def test_none_with_its_reason(question: str, why: str) -> None:
    [answer] = ask(question).answers
    assert answer.value == "none"
    assert why in answer.text


def test_symbols() -> None:
    [answer] = ask("What padding keeps the size under a kernel of size k at stride 1?").answers
    assert answer.value == "(k - 1)/2"


WITHHELD = [
    "Which padding does a 3×3 convolution have?",
    "How many layers are needed to reach 4×4?",
    "Which stride keeps the size of a 3×3 convolution?",
    "Which padding keeps the size of a map under a 3×3 kernel with stride 2?",
    "A 5×5 convolution of stride 2 without padding gives 10×10. How many filters has it?",
    "Is a 2×2 max pooling with stride 2 possible on an 11×11 map?",
    "What does padding same add with stride 2 and a 5×5 kernel on a 20×20 map in total per axis?",
    "Which stride fits: 9×9 input, 3×3 filter, no padding, 1, 2 or 3?",
    "A layer of 5×5 filters has 760 parameters. How many filters are there?",
    "Which kernel size turns 1000000×1000000 into 10×10 at stride 1 without padding?",
    "How many 3×3 layers see as much as a 7×7 layer followed by a 5×5 layer?",
]


@pytest.mark.parametrize("question", WITHHELD)
def test_what_is_not_certain_is_withheld(question: str) -> None:
    with pytest.raises(NotUnderstood):
        ask(question)


def found(question: str, name: str) -> list[int]:
    """All numbers that are answered, none where the question is withheld."""
    try:
        answers = ask(question).answers
    except NotUnderstood:
        return []
    assert [answer.quantity for answer in answers] == [name]
    [answer] = answers
    return [row[0] for row in answer.value] if answer.columns else [answer.value]


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(8, 120),
    k=st.integers(1, 9),
    s=st.integers(1, 4),
    p=st.integers(0, 4),
    d=st.integers(1, 3),
    asked=st.sampled_from(["padding", "stride", "kernel_size", "dilation"]),
)
def test_law_of_what_is_hidden(n: int, k: int, s: int, p: int, d: int, asked: str) -> None:
    """Every number that is answered gives the output, and the one that was hidden is among them."""
    out = output(n, k, s, p, d)
    if out < 1 or p >= k:
        return
    facts = {
        "kernel_size": f"a {k}×{k} kernel",
        "stride": f"stride {s}",
        "padding": f"padding {p}",
        "dilation": f"dilation {d}",
    }
    hidden = {"kernel_size": k, "stride": s, "padding": p, "dilation": d}[asked]
    said = ", ".join(words for name, words in facts.items() if name != asked)
    question = f"A convolution with {said} turns {n}×{n} into {out}×{out}. Which {asked.replace('_', ' ')} has it?"
    answered = found(question, asked)
    for value in answered:
        k_, s_, p_, d_ = (value if name == asked else own for name, own in zip(facts, (k, s, p, d)))
        assert output(n, k_, s_, p_, d_) == out
    assert not answered or hidden in answered


@settings(max_examples=30, deadline=None)
@given(n=st.integers(2, 30), k=st.integers(1, 7), s=st.integers(1, 4), p=st.integers(0, 3), extra=st.integers(0, 3))
def test_law_of_transposed(n: int, k: int, s: int, p: int, extra: int) -> None:
    out = transposed(n, k, s, p, extra)
    if extra >= s or out < 1:
        return
    question = (
        f"Transposed convolution from {n}×{n} to {out}×{out} with kernel {k}, stride {s} and padding {p}. "
        f"Which output padding is needed?"
    )
    assert found(question, "output_padding") == [extra]
