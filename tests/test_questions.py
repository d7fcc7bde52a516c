"""Questions in words: an answer is right or it is withheld."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from cnncalc.questions.limits import LONGEST
from grading import Question, lacking, shotgun

from cnncalc import SpecError, ask, loads
from cnncalc.quiz import questions as quiz_questions

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
OWN: list[Question] = yaml.safe_load((HERE / "questions.yaml").read_text(encoding="utf-8"))
REFUSED: list[Question] = yaml.safe_load((HERE / "refused_questions.yaml").read_text(encoding="utf-8"))

ANSWERED = 0.6
"""The part of our own questions that is answered at least; the others are withheld."""


def verdict(question: Question) -> tuple[str, Any]:
    """`right`, `withheld` or `wrong`, and why."""
    try:
        reply = ask(question["question"])
    except SpecError as error:
        return "withheld", str(error)
    lacks = lacking(question["answer"], reply.answers)
    if lacks or shotgun(question["answer"], reply.answers):
        return "wrong", (lacks, [answer.value for answer in reply.answers])
    return "right", ""


@pytest.fixture(scope="module")
def verdicts() -> dict[str, tuple[str, Any]]:
    return {question["id"]: verdict(question) for question in OWN}


def test_nothing_is_answered_wrongly(verdicts: dict[str, tuple[str, Any]]) -> None:
    assert {name: why for name, (found, why) in verdicts.items() if found == "wrong"} == {}


def test_most_is_answered(verdicts: dict[str, tuple[str, Any]]) -> None:
    found = Counter(found for found, _ in verdicts.values())
    assert found["right"] >= 150
    assert found["right"] >= ANSWERED * len(OWN)


def test_every_kind_of_question_is_answered(verdicts: dict[str, tuple[str, Any]]) -> None:
    kinds = {question["category"] for question in OWN} - {"twist"}
    assert {q["category"] for q in OWN if verdicts[q["id"]][0] == "right"} >= kinds


def test_a_wrong_answer_would_be_seen() -> None:
    right = ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: output volume?").answers
    assert not lacking({"shape": [32, 32, 10]}, right)
    assert lacking({"shape": [32, 32, 11]}, right)
    assert lacking({"values": [760]}, right)
    assert verdict({"question": "Input 32x32x3, 10 filters 5x5: output volume?", "answer": {"shape": [32, 32, 10]}})[0] == "wrong"


@pytest.mark.parametrize("question", REFUSED, ids=[question["id"] for question in REFUSED])
def test_refused(question: Question) -> None:
    with pytest.raises(SpecError) as caught:
        ask(question["question"])
    assert str(caught.value)
    assert str(caught.value).isprintable() or "\n" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "3x3 " * 25_000,
        "9" * 100_000,
        "(" * 100_000,
        "conv 3x3 stride 2 " * 6_000,
        "filter " * (LONGEST // 7),
        "3x3 " * (LONGEST // 4),
        "[" * LONGEST,
        "1," * (LONGEST // 2),
        "Conv2d(" * (LONGEST // 7),
        "a) 3x3 " * (LONGEST // 7),
        "how many parameters? " * (LONGEST // 21),
        "x" * LONGEST,
    ],
    ids=lambda text: f"{text[:8]}… {len(text)}",
)
def test_long_texts_are_refused(text: str) -> None:
    with pytest.raises(SpecError):
        ask(text)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared questions lie beside the checkout")
def test_no_shared_question_is_answered_wrongly() -> None:
    found = [(q["id"], *verdict(q)) for q in yaml.safe_load((SHARED / "questions.yaml").read_text(encoding="utf-8"))]
    assert [one for one in found if one[1] == "wrong"] == []
    assert sum(one[1] == "right" for one in found) >= 66


@pytest.mark.skipif(not SHARED.exists(), reason="the shared grader lies beside the checkout")
def test_our_grader_is_the_shared_one() -> None:
    shared = _module(SHARED / "grade_questions.py")
    for question in OWN:
        try:
            reply = ask(question["question"])
        except SpecError:
            continue
        answers = [{**answer._asdict(), "columns": answer.columns} for answer in reply.answers]
        assert bool(shared.missing(question["answer"], answers)) == bool(lacking(question["answer"], reply.answers))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_understood_is_a_spec() -> None:
    reply = ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: number of parameters?")
    assert loads(reply.understood).shape("conv1") == (10, 32, 32)
    assert [(one.fact, one.value) for one in reply.assumptions] == [("bias", True)]
    assert any("= 750" in step for step in reply.steps)


QUIZ = [question for topic in ("output", "pool", "params", "macs", "transposed", "dilation", "fc") for question in quiz_questions(topic, 7, 12)]


def test_the_quiz_is_answered() -> None:
    """Another part of the product writes questions; what is answered of them is answered equally."""
    found = Counter()  # type: ignore[var-annotated]
    for question in QUIZ:
        try:
            [answer, *rest] = ask(question.text).answers
        except SpecError:
            found["withheld"] += 1
            continue
        wanted = list(question.value) if isinstance(question.value, tuple) else question.value
        assert answer.value == wanted, question.text
        assert not rest, question.text
        found["right"] += 1
    assert found["right"] > found["withheld"]


def test_the_json_is_as_the_contract_has_it() -> None:
    question = "How many parameters has a conv layer with 10 filters of 5x5 on a 32x32x3 image?"
    run = [sys.executable, "-m", "cnncalc", "ask", "--format", "json", question]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert list(found) == ["schema", "question", "understood", "convention", "assumptions", "answers", "steps"]
    [answer] = found["answers"]
    assert answer == {"quantity": "params", "of": None, "value": 760, "unit": "parameters", "option": None, "text": "760 parameters"}
