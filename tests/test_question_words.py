"""What stands around a question, letters with values, claims and printed shapes: laws, and what must not be read."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnncalc.questions import NotUnderstood, ask
from cnncalc.questions.letters import substituted
from cnncalc.questions.printed import printed
from cnncalc.questions.sheet import bare

SIZES = st.integers(1, 40)
MARKS = ["[2 marks]", "(0.5 pts)", "(3p)", "[10 points]", "and show your working", "(round down)"]


@given(st.text(max_size=200))
def test_all_that_is_left_stays_where_it_is(text: str) -> None:
    rest = bare(text)
    assert len(rest) == len(text)
    assert all(one in (other, " ") for one, other in zip(rest, text))
    assert rest.count("\n") == text.count("\n")


@pytest.mark.parametrize("mark", MARKS)
@given(size=st.integers(5, 60), filters=SIZES, kernel=st.sampled_from([1, 3, 5]))
def test_marks_change_no_answer(mark: str, size: int, filters: int, kernel: int) -> None:
    question = f"Input {size}x{size}x3, {filters} filters {kernel}x{kernel}, stride 1, no padding. Output volume?"
    assert ask(f"{question} {mark}").answers == ask(question).answers


@given(size=st.integers(7, 60), kernel=st.integers(1, 7), stride=st.integers(1, 3), padding=st.integers(0, 3))
def test_letters_have_their_values(size: int, kernel: int, stride: int, padding: int) -> None:
    question = (
        f"An n x n image is convolved with an f x f filter, stride s, padding p, with n = {size}, f = {kernel}, "
        f"s = {stride} and p = {padding}. What is the output size?"
    )
    made = nn.Conv2d(1, 1, kernel, stride, padding)(torch.zeros(1, 1, size, size))
    assert ask(question).answers[0].value == list(made.shape[2:])


def test_letters_that_have_none_stay() -> None:
    text = "an n x n image and an f x f filter with f = 3"
    assert substituted(text) == text
    twice = "an n x n image with n = 7, later n = 9"
    assert substituted(twice) == twice


@given(channels=SIZES, filters=SIZES, kernel=st.integers(1, 7), more=st.integers(-3, 3))
def test_a_claim_is_true_where_the_number_is(channels: int, filters: int, kernel: int, more: int) -> None:
    count = sum(one.numel() for one in nn.Conv2d(channels, filters, kernel).parameters())
    if count + more <= 0:
        return
    question = (
        f"True or false: a conv layer of {filters} filters of {kernel}x{kernel} on {channels} channels has {count + more} "
        "parameters, biases included."
    )
    assert ask(question).answers[0].value == ("false" if more else "true")


@pytest.mark.parametrize(
    "question",
    [
        "True or false: a conv layer of 8 filters of 3x3 on 4 channels has 288 parameters.",  # with biases or without
        "True or false: a conv layer of 8 filters of 3x3 on 4 channels has 5 weights and 8 biases.",
        "True or false: pooling layers have parameters.",
        "True or false?",
    ],
)
def test_a_claim_that_is_not_clear_is_refused(question: str) -> None:
    with pytest.raises(NotUnderstood):
        ask(question)


CODE = "x = torch.randn(4, 3, 30, 30)\na = nn.Conv2d(3, 8, 3)(x)\nb = nn.MaxPool2d(2)(a)\nprint({}.shape)\nWhat is printed?"


def test_a_shape_on_the_way_is_not_what_comes_out() -> None:
    assert printed(CODE.format("a")) == CODE.format("a")
    with pytest.raises(NotUnderstood):
        ask(CODE.format("a"))
    assert ask(CODE.format("b")).answers[0].value == [4, 8, 14, 14]


def test_a_bias_is_left_out_of_its_own_part() -> None:
    parts = "A layer has 7 filters of 3x3 on 5 channels. (a) {} (b) {}"
    without, all_ = "Number of parameters without biases?", "Number of parameters?"
    assert [one.value for one in ask(parts.format(without, all_)).answers] == [315, 322]
    assert [one.value for one in ask(parts.format(all_, without)).answers] == [322, 315]
