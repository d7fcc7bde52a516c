"""Laws of practice questions: their answers are PyTorch's, their words say all it takes, and grades are just."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notation import read, read_latex
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc import load, loads
from cnncalc.pytorch.build import build
from cnncalc.quiz import ALL, TOPICS, Question, questions, questions_about
from cnncalc.quiz.grading import grade

DRAWN = {topic: questions(topic, seed=11, count=60) for topic in TOPICS}
EVERY = [question for drawn in DRAWN.values() for question in drawn]

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """On maps this small threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def measured(spec: str, quantity: str) -> Any:
    """What PyTorch says of the network of a question."""
    network = loads(spec)
    [shape] = network.inputs.values()
    built = build(network).eval()
    if quantity == "params":
        return sum(p.numel() for p in built.parameters())
    if quantity == "weights":
        return sum(p.numel() for name, p in built.named_parameters() if name.endswith("weight"))
    with torch.inference_mode(), FlopCounterMode(display=False) as flops:
        channels, *sizes = built(torch.empty(1, *shape, device="meta")).shape[1:]
    if quantity == "output":
        return (*sizes, channels) if sizes else channels
    return flops.get_total_flops() // {"macs": 2, "flops": 1}[quantity]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_answer_is_what_pytorch_measures(topic: str) -> None:
    for question in DRAWN[topic]:
        if question.quantity not in ("field", "padding"):
            assert question.value == measured(question.spec, question.quantity), question


def spread(spec: str) -> int:
    """From which to which pixel the gradient of a unit in the middle reaches, all weights 1 and pools averages."""
    built = build(loads(spec), "cpu")
    for name, module in list(built.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            setattr(built, name, nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
        elif isinstance(module, nn.Conv2d):
            nn.init.ones_(module.weight)
    network = loads(spec)
    image = torch.zeros(1, *network.inputs["input"], requires_grad=True)
    through = image
    for placed in network.layers:
        through = built.get_submodule(placed.path)(through)
    through[0, 0, through.shape[2] // 2, through.shape[3] // 2].backward()
    assert image.grad is not None
    reached = image.grad[0, 0].abs().sum(0).nonzero()
    return int(reached[-1] - reached[0] + 1)


def test_receptive_fields_are_those_of_the_gradient() -> None:
    fields = [question for question in EVERY if question.quantity == "field"]
    assert len(fields) >= 60
    for question in fields[::3]:
        assert question.value == spread(question.spec), question


def test_paddings_lead_to_the_output_and_no_other_does() -> None:
    asked = [question for question in DRAWN["padding"] if question.quantity == "padding"]
    assert len(asked) >= 20
    for question in asked:
        network = loads(question.spec)
        (_, *before), (_, *after) = network.inputs["input"], network.layers[0].output
        [kernel], [stride] = (set(network.layers[0].layer.symbols(*network.inputs.values())[name]) for name in "ks")
        fits = []
        for padding in range(50):
            window = nn.Conv2d(1, 1, kernel, stride, padding, device="meta")
            if min(before) + 2 * padding >= kernel:
                shape = window(torch.empty(1, 1, *before, device="meta")).shape[2:]
                fits += [padding] if list(shape) == after else []
        assert fits == [question.value], question


# What a reader finds in the words, without the spec.

FACTS = {
    "filters": r"(\d+) filters?",
    "stride": r"stride (\d+)",
    "padding": r"(?<!output )padding (\d+)",
    "dilation": r"dilation (\d+)",
    "groups": r"(\d+) groups",
    "extra": r"output padding (\d+)",
    "units": r"(\d+) (?:units?|neurons?|outputs?)\b",
}
WINDOW = r"filters? of size (\d+)(?:×\1)*|one (\d+)×\2 filter|(\d+)×\3 windows?|(\d+)×\4 (?:max|average)"


class Layer(NamedTuple):
    """What one layer of a question comes to, by the textbook."""

    output: tuple[int, ...]
    weights: int
    biases: int
    macs: int
    fits: bool = True


def by_words(text: str, volume: tuple[int, ...]) -> Layer:
    """One layer from its words and the volume that enters it, channels last."""
    *sizes, depth = volume
    if "flatten" in text:
        return Layer((math.prod(volume),), 0, 0, 0)
    if "lobal" in text:
        return Layer((*[1 for _ in sizes], depth), 0, 0, 0)
    if "ero padding" in text:
        width = int(re.findall(r"padding of (\d+)", text)[0])
        return Layer((*[n + width + width for n in sizes], depth), 0, 0, 0)
    number = {name: int(found[1]) for name, pattern in FACTS.items() if (found := re.search(pattern, text))}
    biased = "no bias" not in text
    if "fully connected" in text:
        units = number["units"]
        weights = math.prod(volume) * units
        return Layer((units,), weights, biased * units, weights)
    window = re.search(WINDOW, text)
    assert window, text
    k = int(next(filter(None, window.groups())))
    s, d, p = number["stride"], number.get("dilation", 1), number.get("padding", 0)
    pool = "pooling" in text
    c = depth if pool or "depthwise" in text else number["filters"]
    g = depth if "depthwise" in text else number.get("groups", 1)
    ends = [n + 2 * p - d * (k - 1) - 1 for n in sizes]
    if "transposed" in text:
        out, ends = [(n - 1) * s - 2 * p + d * (k - 1) + number.get("extra", 0) + 1 for n in sizes], []
    elif "same padding" in text:
        out, ends = sizes, []
    else:
        assert "padding" in text
        out = [end // s + 1 for end in ends]
    weights = 0 if pool else c * (depth // g) * k ** len(sizes)
    macs = math.prod(sizes if "transposed" in text else out) * weights
    return Layer((*out, c), weights, 0 if pool else biased * c, macs, all(end % s == 0 for end in ends))


def answer_by_words(text: str, quantity: str) -> Any:
    """The answer to a question about one layer, or about a list of them, by the textbook and from its words alone."""
    if quantity == "field":
        side, stride = 1, 1
        for k, s, d in re.findall(
            r"(\d+)×\1 (?:convolution|max pooling) with stride (\d+)(?: and dilation (\d+))?", text
        ):
            side, stride = side + (int(k) - 1) * int(d or 1) * stride, stride * int(s)
        effective = re.search(r"(\d+)×\1 .*dilation (?:of )?(\d+)", text)
        return (int(effective[1]) - 1) * int(effective[2]) + 1 if side == 1 and effective else side
    [written] = re.findall(r"\d+(?:×\d+)+|\d+(?= features)", re.sub(WINDOW, "", text))
    volume = tuple(map(int, written.split("×")))
    layers = []
    for words in text.split("; "):
        layers.append(by_words(words, volume))
        volume = layers[-1].output
    if quantity not in ("params", "weights"):
        assert ("Round down" in text) != all(layer.fits for layer in layers)
    macs, weights = sum(layer.macs for layer in layers), sum(layer.weights for layer in layers)
    return {
        "output": volume if len(volume) > 1 else volume[0],
        "params": weights + sum(layer.biases for layer in layers),
        "weights": weights,
        "macs": macs,
        "flops": 2 * macs,
    }[quantity]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_words_say_all_that_the_answer_takes(topic: str) -> None:
    for question in DRAWN[topic]:
        if question.quantity != "padding":
            assert answer_by_words(question.text, question.quantity) == question.value, question.text


@pytest.mark.parametrize("topic", TOPICS)
def test_the_derivation_ends_in_the_answer(topic: str) -> None:
    for question in DRAWN[topic]:
        for step in question.derivation:
            assert read(step.number.text()) == read_latex(step.number.latex()) == step.number.value
        shown = [step.number.value for step in question.derivation]
        if isinstance(question.value, tuple):
            assert {*question.value} <= {*shown}
        elif question.quantity != "padding":
            assert question.value == (shown[-1] if shown else 0)


def test_no_question_is_asked_twice_and_more_begin_with_the_same() -> None:
    for topic in (ALL, "receptive"):
        many = questions(topic, seed=4, count=40)
        assert len({question.text for question in many}) == 40
        assert questions(topic, seed=4, count=7) == many[:7]
        assert questions(topic, seed=5, count=7) != many[:7]
    assert {question.topic for question in questions(ALL, seed=1, count=100)} == set(TOPICS)


def test_a_seed_asks_the_same_on_every_machine() -> None:
    """A change here breaks sheets that people have printed: their seeds ask other questions."""
    assert [(question.text, question.answer) for question in questions(ALL, seed=2024, count=3)] == PRINTED


PRINTED = [
    (
        "The input volume is 56×56×24 and the layer is a depthwise convolution with one 3×3 filter per channel, "
        "stride 1, padding 1 and no bias. What is the output volume size?",
        "56×56×24",
    ),
    (
        "What is the side length of the receptive field, in input pixels, after these layers: 5×5 convolution with "
        "stride 1, then 7×7 convolution with stride 1?",
        "11 pixels",
    ),
    (
        "The input volume is 14×14×8 and the layer is a transposed convolutional layer with 64 filters of size 3×3, "
        "stride 1 and padding 1. What is the size of the output volume?",
        "14×14×64",
    ),
]


def test_every_question_reads_as_a_sentence() -> None:
    for question in EVERY:
        assert re.fullmatch(r"[A-Z].*[.?]", question.text), question.text
        slips = r"\ba (?:[aeio]|8|1[18]\b)|(?<!×)\b1 (?:filters|pixels|units|outputs|neurons)\b|  |[{}_]"
        assert not re.search(slips, question.text), question.text


# Grades.

CONV = next(question for question in DRAWN["output"] if len(question.answer.split("×")) == 3)
COUNT = next(question for question in DRAWN["params"] if question.value >= 100_000)  # type: ignore[operator]
FIELD = next(question for question in EVERY if question.quantity == "field")


def test_a_right_volume_is_right_in_every_spelling() -> None:
    for question in (question for question in EVERY if isinstance(question.value, tuple)):
        sizes = list(map(str, question.value))  # type: ignore[arg-type]
        for text in ("x".join(sizes), "×".join(sizes), " X ".join(sizes), str(list(question.value)), ", ".join(sizes)):  # type: ignore[arg-type]
            assert grade(question, f" {text} ").right, text
        assert grade(question, f"({' '.join(sizes)})").right


def test_another_volume_is_wrong() -> None:
    for question in (question for question in EVERY if isinstance(question.value, tuple)):
        value = list(question.value)  # type: ignore[arg-type]
        for at in range(len(value)):
            for change in (-1, 1, value[at]):
                other = [*value[:at], value[at] + change, *value[at + 1 :]]
                assert not grade(question, "x".join(map(str, other))).right
        assert not grade(question, "x".join(map(str, value[:-1]))).right
        first = [value[-1], *value[:-1]]
        assert grade(question, "x".join(map(str, first))).right == (first == value)


@given(st.sampled_from([q for q in EVERY if isinstance(q.value, int) and q.value]), st.integers(0, 10**12))
@settings(derandomize=True, database=None, max_examples=300)
def test_a_count_is_right_only_if_it_is_the_answer(question: Question, other: int) -> None:
    value = question.value
    assert isinstance(value, int)
    for text in (str(value), f"{value:,}", f"{value:_}", f"{value:,}".replace(",", " "), f"{value}.0", question.answer):
        assert grade(question, text).right, text
    assert grade(question, str(other)).right == (other == value)
    for near in (value - 1, value + 1):
        assert not grade(question, str(near)).right


@given(st.sampled_from([q for q in EVERY if isinstance(q.value, int) and q.value >= 10**4]), st.integers(1, 4))
@settings(derandomize=True, database=None)
def test_a_rounded_count_is_right_with_its_unit(question: Question, places: int) -> None:
    value = question.value
    assert isinstance(value, int)
    for unit, scale in (("K", 10**3), ("M", 10**6), (" million", 10**6), ("e6", 10**6), ("×10^3", 10**3)):
        text = f"{value / scale:.{places}f}"
        digits = len(text.replace(".", "").lstrip("0"))
        near = abs(float(text) * scale - value) / scale * 10**places
        if digits >= 2 and near < 0.499:
            assert grade(question, text + unit).right, text + unit
        far = f"{value / scale + 2 * 10**-places:.{places}f}"
        assert not grade(question, far + unit).right, far + unit


def test_a_rounded_count_is_told_the_exact_one() -> None:
    question = COUNT._replace(found=COUNT.found._replace(value=768_400))
    assert grade(question, "0.77M") == (True, "rounded")
    assert grade(question, "768.4K") == (True, "")
    assert not grade(question, "0.8M").right
    assert not grade(question, "1M").right
    assert not grade(question, "770000").right


def test_a_side_may_be_written_as_a_square() -> None:
    side = FIELD.value
    assert grade(FIELD, f"{side}x{side}").right
    assert grade(FIELD, f"{side} px").right
    assert not grade(FIELD, f"{side}x3").right


@given(st.text())
@example("9" * 100_000)
@example("1e999999999")
@example("__import__('os')")
@example("(" * 5000)
@example("1 " * 40)
@example("-5")
@example("²x²x²")
@example("٣x٣x٣")
@settings(derandomize=True, database=None)
def test_whatever_is_typed_gets_a_grade(text: str) -> None:
    for question in (CONV, COUNT, FIELD):
        if not re.search(r"[0-9]", text) or len(text) > 80:
            assert not grade(question, text).right
        grade(question, text)


# The command.


def quiz(*arguments: str, answers: str | bytes = "", **env: str) -> Any:
    """The finished process."""
    stdin = answers.encode() if isinstance(answers, str) else answers
    return subprocess.run(
        [sys.executable, "-m", "cnncalc", "quiz", *arguments], input=stdin, capture_output=True, check=False
    )


def test_answers_come_line_by_line_and_the_score_at_the_end() -> None:
    asked = questions(ALL, seed=9, count=6)
    right = "".join(f"{question.answer}\n" for question in asked)
    done = quiz("--seed", "9", "--count", "6", answers=right)
    assert done.returncode == 0
    assert done.stdout.decode().endswith("\n6 of 6 right\n")
    assert done.stdout.decode().count("\nright\n") == 6
    missed = quiz("--seed", "9", "--count", "6", answers=f"\n17x17x17\n{asked[2].answer}\nq\n")
    shown = missed.stdout.decode()
    assert shown.endswith("\n1 of 3 right\n")
    assert f"The answer is {asked[0].answer}.\n" in shown
    assert f": {asked[1].answer}\n" in shown
    assert all(f"= {step.number.formula.text()}\n" in shown for step in asked[1].derivation)
    assert "Traceback" not in missed.stderr.decode()


@pytest.mark.parametrize("answers", [b"", b"\xff\xfe\n", b"\x00\n" * 3, b"9" * 200_000 + b"\n", b"\x1b[2J\n"])
def test_hostile_answers_end_in_a_score(answers: bytes) -> None:
    done = quiz("--seed", "9", answers=answers)
    assert done.returncode == 0
    assert re.search(r"\n0 of \d right\n$", done.stdout.decode())
    assert b"\x1b" not in done.stdout
    assert b"Traceback" not in done.stderr


def test_a_sheet_keeps_its_key_apart() -> None:
    asked = questions("all", seed=3, count=25)
    sheet, key = quiz("--seed", "3", "--sheet", "25").stdout.decode().split("\n---\n\n# Key\n")
    assert re.findall(r"(?m)^\d+\. (.*)$", sheet) == [question.text for question in asked]
    assert re.findall(r"(?m)^\*\*\d+\.\*\* (.*?)(?:, by definition)?$", key) == [question.answer for question in asked]
    assert quiz("--seed", "3", "--sheet", "25").stdout.decode() == f"{sheet}\n---\n\n# Key\n{key}"


def test_a_latex_sheet_is_a_document(tmp_path: Path) -> None:
    file = tmp_path / "sheet.tex"
    done = quiz("--seed", "3", "--sheet", "25", "--format", "latex", "-o", str(file))
    assert (done.returncode, done.stdout) == (0, b"")
    text = file.read_text(encoding="utf-8")
    assert text.isascii()
    sheet, key = text.split("\\newpage\n")
    assert sheet.count("\\item ") == key.count("\\item ") == 25
    assert text.count("\\begin{") == text.count("\\end{")
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["padings"], "padings: no topic is called so"),
        (["--format", "latex"], "--format: is for a sheet"),
        (["-o", "x"], "-o: is for a sheet"),
        (["--sheet", "3", "--count", "3"], "--count: the sheet has its own number"),
        (["transposed", "--spec", "alexnet"], "--spec alexnet: has no layer for a question about transposed"),
        (["--spec", "-"], "--spec -: standard input is where the answers come from"),
        (["--spec", "no such"], "no such"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: list[str], message: str) -> None:
    done = quiz(*arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert done.stdout == b""


# Of a spec.


@pytest.mark.parametrize("name", ["alexnet", "lenet5", "mobilenet_v2", "unet", "resnet50", "densenet121"])
def test_questions_about_a_network_have_its_numbers(name: str) -> None:
    network = load(name)
    asked = questions_about(network, seed=1, count=10_000)
    assert len(asked) >= 15
    assert len({question.text for question in asked}) == len(asked)
    assert {question.text for question in questions_about(network, seed=2, count=10_000)} != {q.text for q in asked}
    assert questions_about(network, seed=1, count=5) == asked[:5]
    modules = dict(build(network).named_modules())
    for question in asked:
        path = question.text.removeprefix(f"{network.name}, ").partition(":")[0]
        channels, *sizes = network.shape(path)
        if question.quantity == "params":
            assert question.value == sum(p.numel() for p in modules[path].parameters())
        elif question.quantity == "output":
            assert question.value == (*sizes, channels)
        words = question.text.partition(": ")[2]
        if question.quantity != "field" or "average" not in words:
            assert answer_by_words(words, question.quantity) == question.value


@pytest.mark.parametrize(
    "step",
    [
        "{conv: 8, kernel_size: 3, padding: 1, padding_mode: reflect}", "{maxpool: 2, ceil_mode: true}",
        "{conv: 8, kernel_size: 3, stride: 2, padding: same}", "{conv: 8, kernel_size: 3, freeze: true}",
        "{zero_pad: [[1, 2], [1, 1]]}", "{lppool: 2}", "{minpool: 2}", "{linear: 3}",
    ],
)  # fmt: skip
def test_what_no_line_says_is_not_asked(step: str) -> None:
    assert questions_about(loads(f"input: [3, 9, 9]\nlayers: [{step}]")) == []


def test_a_topic_of_a_network_is_that_topic_alone() -> None:
    asked = questions_about(load("mobilenet_v2"), "depthwise", seed=1, count=1000)
    assert asked
    assert all("depthwise" in question.text and question.topic == "depthwise" for question in asked)
