"""Choices of a question, in the many ways in which people write them, and what only looks like choices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.choices import split_choices
from cnncalc.questions.chosen import matching

SHARED = Path(__file__).parent.parent.parent / "shared" / "questions.yaml"

ASK = "An image of 32x32 pixels meets a 5x5 filter. What is the size of the output?"

FORMS = {
    "lines with a bracket": ("\na) 28x28\nb) 30x30\nc) 32x32", "abc", ["28x28", "30x30", "32x32"]),
    "spaces in front": ("\n   A)  28x28\n   B)  30x30", "AB", ["28x28", "30x30"]),
    "dots": ("\nA. 28 x 28\nB. 30 x 30", "AB", ["28 x 28", "30 x 30"]),
    "dots and indentation": ("\n    a. 127x127x3\n    b. 128x128x4", "ab", ["127x127x3", "128x128x4"]),
    "two brackets": ("\n(a) 28×28\n(b) 30×30\n(c) none of the above", "abc", ["28×28", "30×30", "none of the above"]),
    "bullets and letters": ("\n- A) 576\n- B) 18,432\n- C) 18,496", "ABC", ["576", "18,432", "18,496"]),
    "bullets, letters, dots": ("\n- A. 1228800\n- B. 1228900\n- C. 100", "ABC", ["1228800", "1228900", "100"]),
    "bold": ("\n**A)** 28x28\n**B)** 30x30", "AB", ["28x28", "30x30"]),
    "colons": ("\nA: 28x28\nB: 30x30", "AB", ["28x28", "30x30"]),
    "named options": ("\nOption A: 28x28\nOption B: 30x30", "AB", ["28x28", "30x30"]),
    "square brackets": ("\n[a] 28x28\n[b] 30x30", "ab", ["28x28", "30x30"]),
    "dashes": ("\nA - 28x28\nB - 30x30", "AB", ["28x28", "30x30"]),
    "glued to a tuple": ("\nA(1, 6, 27, 27)\nB(1, 6, 28, 28)", "AB", ["(1, 6, 27, 27)", "(1, 6, 28, 28)"]),
    "bare letters": ("\nA 28x28\nB 30x30", "AB", ["28x28", "30x30"]),
    "glued without a space": ("\nA)28x28\nB)30x30", "AB", ["28x28", "30x30"]),
    "blank lines between": ("\n\na) 28x28\n\nb) 30x30\n", "ab", ["28x28", "30x30"]),
    "on one line": (" A) 28x28  B) 30x30  C) 32x32", "ABC", ["28x28", "30x30", "32x32"]),
    "on one line, commas": (" (a) 28x28, (b) 30x30, or (c) 32x32", "abc", ["28x28", "30x30", "32x32"]),
    "on one line, dots": (" A. 28x28 B. 30x30", "AB", ["28x28", "30x30"]),
    "on one line, semicolons": (" a) 28; b) 30; c) 32", "abc", ["28", "30", "32"]),
    "two and two": ("\nA) 28x28   B) 30x30\nC) 32x32   D) 36x36", "ABCD", ["28x28", "30x30", "32x32", "36x36"]),
    "roman": ("\n(i) 28x28\n(ii) 30x30\n(iii) 32x32", ["i", "ii", "iii"], ["28x28", "30x30", "32x32"]),
    "roman on one line": (" (i) 28x28 (ii) 30x30", ["i", "ii"], ["28x28", "30x30"]),
    "numbers": ("\n1) 28x28\n2) 30x30", "12", ["28x28", "30x30"]),
    "numbers and dots": ("\n1. 28x28\n2. 30x30", "12", ["28x28", "30x30"]),
    "numbers on one line": (" 1) 864 2) 896 3) 288", "123", ["864", "896", "288"]),
    "capital roman": ("\nI. 200\nII. 2000\nIII. 2008", ["I", "II", "III"], ["200", "2000", "2008"]),
    "braces": (" {A: 28x28, B: 30x30}", "AB", ["28x28", "30x30"]),
    "bullets": ("\n- 0\n- 6\n- 8\n- 4", ["", "", "", ""], ["0", "6", "8", "4"]),
    "radio buttons": ("\n○ 28x28\n○ 30x30", ["", ""], ["28x28", "30x30"]),
    "stars": ("\n* 28 × 28 × 32\n* 30 × 30 × 32", ["", ""], ["28 × 28 × 32", "30 × 30 × 32"]),
    "units": ("\na) 760 parameters\nb) 750 parameters", "ab", ["760 parameters", "750 parameters"]),
    "expressions": ("\na) 2h+1\nb) 2h-1", "ab", ["2h+1", "2h-1"]),
    "a remark behind": (" A) 28x28 B) 30x30. Assume no padding.", "AB", ["28x28", "30x30"]),
    "a question mark behind": (" Is it (a) 28x28 or (b) 30x30?", "ab", ["28x28", "30x30"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_choices(form: str) -> None:
    written, letters, texts = FORMS[form]
    text = ASK + written
    stem, choices = split_choices(text)
    assert [choice.letter for choice in choices] == list(letters)
    assert [choice.text for choice in choices] == texts
    assert stem.startswith(ASK)
    assert len(stem) == len(text)
    for choice in choices:
        assert choice.text in text[choice.start : choice.end].replace("**", "")
        assert not stem[choice.start : choice.end].strip()


CALLS = """Which of these layers keeps the height and width of a 28x28 input?
A nn.Conv2d(3, 10, kernel_size=3, stride=1, padding=1)
B nn.Conv2d(3, 10, kernel_size=5, stride=1, padding=0)
C nn.Conv2d(3, 10, kernel_size=3, stride=2, padding=1)"""

CLAIMS = """What happens if a network trained on 224x224 images is run on 32x32 images:
(a) The first convolution would crash because its filters wouldn't fit the input
(b) The first fully connected layer would crash, and nothing
    before it
(c) The network would run fine"""

PADDING = "A 5x5 filter keeps the size. The padding is:\na) 1\nb) 2"

SETTINGS = """Which combination keeps a size of 32?
a) kernel 3, stride 1, padding 0
b) kernel 3, stride 1, padding 1"""


def test_choices_that_are_calls_claims_or_settings() -> None:
    calls = split_choices(CALLS)[1]
    assert [choice.letter for choice in calls] == ["A", "B", "C"]
    assert calls[1].text == "nn.Conv2d(3, 10, kernel_size=5, stride=1, padding=0)"
    claims = split_choices(CLAIMS)[1]
    assert [choice.letter for choice in claims] == ["a", "b", "c"]
    assert claims[1].text.endswith("before it")
    assert claims[2].text == "The network would run fine"
    assert [choice.text for choice in split_choices(PADDING)[1]] == ["1", "2"]
    assert [choice.letter for choice in split_choices(SETTINGS)[1]] == ["a", "b"]


NO_CHOICES = {
    "facts in bullets": "Setup\n- 20 filters of 8x8\n- A stride of 2\n- Padding of 1\nWhat's the shape of the output?",
    "facts behind the question": "What is the output shape, given:\n- input 32x32x3\n- 20 filters of 8x8\n- Stride 2",
    "values of a fact": "Output Layer\n- 14x14x20 (HxWxD)\nHow many parameters does it have?",
    "layers by number": "What are the output sizes after:\n1. Conv2D, 7×7 kernel, stride 2\n2. Conv2D, 3×3 kernel",
    "layers by letter": "A network has\na) a 5x5 convolution with 10 filters\nb) a 2x2 pool\nHow many parameters?",
    "parts with question marks": "For this layer:\na) How many weights?\nb) How many biases?",
    "parts with verbs": "A 3x3 filter on 7x7.\na) Calculate the output size.\nb) Show the padding needed.",
    "parts without verbs": "For a 3x3 conv on 32x32x3 compute:\na) the output volume\nb) the number of parameters",
    "parts on one line": "32x32x3, 10 filters of 5x5: give (a) output size (b) number of parameters",
    "roman parts": "32x32x3, 10 filters of 5x5. Find (i) output size, (ii) number of parameters.",
    "cases": "A 3x3 filter, stride 1. What is the output size for each of the following:\na) 28x28\nb) 32x32",
    "cases by bullets": "What is the output size of a 3x3 filter for inputs:\n- 28x28\n- 32x32",
    "values of an option": "A 5x5 filter on 32x32. What is the output size with padding (a) 0 (b) 1 (c) 2?",
    "values behind a colon": "A 5x5 filter on 32x32. What is the output size if the stride is:\na) 1\nb) 2\nc) 3",
    "kernels": "What is the output size of a 32x32 image for kernel sizes: a) 3 b) 5 c) 7",
    "layers of a network in which": "How many weights? In a network in which\na) conv 5x5, 10 filters\nb) pool 2x2",
    "sizes asked about afterwards": "Two images: a) 28x28 b) 32x32\nWhat does a 3x3 filter make of each?",
    "parts that are short questions": "A 3x3 filter slides over an image:\na) of 28x28?\nb) of 32x32?",
    "parts that are orders": "A 3x3 filter slides over 28x28:\na) Repeat that for 5x5\nb) Repeat that for 7x7",
    "one letter only": "A) What is the output of a 3x3 filter on 7x7",
    "a sentence that begins with a": "A stride of 2 is used.\nBoth sides are padded. What is the output size of 7x7?",
    "letters of a shape": "C: 3\nH: 32\nW: 32\nHow many numbers?",
    "a matrix": "What is the sum?\n1 2 3\n4 5 6",
    "nothing": "",
    "no question": "- 1\n- 2",
    "units that differ": "What is the output?\n- 32x32 pixels\n- 3 channels\n- 5 filters",
    "a call": "nn.Conv2d(3, 16, 5) on (a) grey images",
    "layers behind the question": "How many parameters does this have?\n(a) 10 filters of 5x5\n(b) 20 filters of 3x3",
}


@pytest.mark.parametrize("kind", NO_CHOICES)
def test_what_only_looks_like_choices(kind: str) -> None:
    assert split_choices(NO_CHOICES[kind]) == (NO_CHOICES[kind], ())


@settings(derandomize=True, deadline=None, database=None, max_examples=500)
@given(st.text(st.sampled_from("aAbB()[].:-*123 x×,?\nfo"), max_size=60))
def test_places_stay_where_they_are(text: str) -> None:
    stem, choices = split_choices(text)
    assert len(stem) == len(text)
    assert (stem == text) == (not choices)
    assert all(sign in (" ", "\n", was) for sign, was in zip(stem, text))
    assert [choice.start for choice in choices] == sorted(choice.start for choice in choices)


@pytest.mark.parametrize(
    "text",
    [
        "a) " * 6000,
        "a) b) " * 3000,
        "- 1\n" * 5000,
        " " * 20000,
        "(" * 20000,
        "A. 1, " * 3000,
        "1,111" * 4000,
        "\n" * 20000,
    ],
    ids=range(8),
)
def test_hostile_texts_end(text: str) -> None:
    """Each in a moment; a pattern that tries everything would not come back at all."""
    split_choices(text)
    matching(split_choices(f"Size? a) 1 b) {text}")[1], 5)


VALUES = "What is it?\n"


@pytest.mark.parametrize(
    ("written", "value", "letter"),
    [
        ("A) 28x28\nB) 30x30", [28, 28], "A"),
        ("A) 28×28×10\nB) 28×28×20", [28, 28, 20], "B"),
        ("A) 28 x 28 x 10\nB) (28, 28, 20)", [28, 28, 20], "B"),
        ("A(1, 6, 27, 27)\nB(1, 6, 28, 28)", [1, 6, 28, 28], "B"),
        ("a) [6, 28, 28]\nb) [28, 28, 6]", [28, 28, 6], "b"),
        ("a) 28 by 28\nb) 30 by 30", [28, 28], "a"),
        ("A) 28\nB) 30", [28, 28], "A"),
        ("A) 28x28\nB) 30x30", 30, "B"),
        ("A) 28\nB) 30", [5, 28, 28], None),
        ("A) 576\nB) 18,432\nC) 18,496", 18496, "C"),
        ("A) 18 432\nB) 18 496", 18496, "B"),
        ("A) 18,432 parameters\nB) 18,496 parameters", 18496, "B"),
        ("A) 1228800\nB) 1228900", 1228900, "B"),
        ("A) 18.4K\nB) 18.5K", 18496, "B"),
        ("A) 1.2 million\nB) 2.4M", 1228900, "A"),
        ("A) 784 MB\nB) 392 MB", 822083584, "A"),
        ("A) 822 MB\nB) 411 MB", 822083584, "A"),
        ("A) 0.31\nB) 0.42", 672 / 2160, "A"),
        ("A) 31%\nB) 42%", 672 / 2160, "A"),
        ("A) 1/3\nB) 1/2", 1 / 3, "A"),
        ("A) 7.5\nB) 7", 7, "B"),
        ("A) 7.5\nB) 7", 7.5, "A"),
        ("A) 8\nB) 7", 7.5, None),
        ("A) -2\nB) 2", -2, "A"),
        ("A) −2\nB) 2", -2, "A"),
        ("A) P = 1\nB) P = 2", 2, "B"),
        ("A) 3*3*3 = 27\nB) 3*3*3 + 1 = 28", 28, "B"),
        ("A) 5\nB) 6\nC) None of the above", 7, "C"),
        ("A) 5\nB) 6\nC) None of the above", 6, "B"),
        ("A) 5\nB) 6\nC) none of these.", 7, "C"),
        ("A) 5\nB) 5\nC) 6", 5, None),
        ("A) 5\nB) 6", 7, None),
        ("A) 5\nB) the same\nC) None of the above", 7, None),
        ("- 0\n- 4", 4, None),
        ("A) same\nB) valid", "same", "A"),
        ("A) Yes\nB) No", False, "B"),
        ("A) 2h+1\nB) 2h-1", "2*h + 1", "A"),
        ("A) 2h + 1\nB) 2h − 1", "2*h - 1", "B"),
        ("A) 28x28\nB) 30x30", [28.0, 28.0], "A"),
        ("A) 1\nB) 2", float("nan"), None),
        ("A) 1\nB) 2", float("inf"), None),
        ("A) 1\nB) 2", [[1, 2], [3, 4]], None),
        ("A) 1, 2\nB) 2, 3", [2, 3], "B"),
        ("A) 1,228\nB) 2,456", [1, 228], "A"),
    ],
)
def test_the_choice_that_an_answer_is(written: str, value: Any, letter: str | None) -> None:
    assert matching(split_choices(VALUES + written)[1], value) == letter


@settings(derandomize=True, deadline=None, database=None, max_examples=300)
@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=5, unique=True), st.data())
def test_a_number_is_found_among_others_however_it_is_written(numbers: list[int], data: st.DataObject) -> None:
    forms = st.sampled_from(["{}", "{:,}", "{} parameters", "{:,} MACs", " {} "])
    lines = [f"{letter}) {data.draw(forms).format(number)}" for letter, number in zip("ABCDE", numbers)]
    choices = split_choices("How many?\n" + "\n".join(lines))[1]
    at = data.draw(st.integers(0, len(numbers) - 1))
    assert matching(choices, numbers[at]) == "ABCDE"[at]
    missing = max(numbers) + 1
    assert matching(choices, missing) is None


@pytest.mark.skipif(not SHARED.is_file(), reason="other people's questions are not part of the project")
def test_the_choices_of_real_questions() -> None:
    import yaml

    questions = {one["id"]: one for one in yaml.safe_load(SHARED.read_text(encoding="utf-8"))}
    found = {name: split_choices(one["question"])[1] for name, one in questions.items()}
    wanted = {
        "q016": 4, "q019": 4, "q117": 4, "q121": 4, "q124": 4, "q169": 4, "q171": 4, "q178": 4, "q206": 4, "q207": 4,
    }  # fmt: skip
    assert {name: len(choices) for name, choices in found.items() if choices} == wanted
    assert matching(found["q117"], questions["q117"]["answer"]["shape"]) == "d"
    assert matching(found["q124"], questions["q124"]["answer"]["values"][0]) == "B"
    assert matching(found["q169"], questions["q169"]["answer"]["shape"]) == "C"
    assert matching(found["q206"], questions["q206"]["answer"]["values"][0]) == "C"
    assert matching(found["q207"], questions["q207"]["answer"]["shape"]) == "B"
