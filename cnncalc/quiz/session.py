"""The quiz itself: asks, reads a line, says whether it is right, shows how it is done after a miss, and keeps score."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

from cnncalc.quiz.grading import grade
from cnncalc.quiz.question import Question
from cnncalc.quiz.wording import LAYOUT
from cnncalc.render.explain import meanings, working
from cnncalc.render.lines import Line

WIDTH = 80


def run(
    questions: Sequence[Question], read: Callable[[], str | None], show: Callable[[list[Line]], None], width: int | None
) -> None:
    """Asks all of them; `read` gives the next answer, None where there is no further one."""
    room = max(40, min(width or WIDTH, 100))
    show([*_wrapped(f"{LAYOUT} An empty line skips a question, q ends the quiz.", room, "note")])
    right = asked = 0
    for number, question in enumerate(questions, 1):
        show([Line(""), *_wrapped(f"{number}. {question.text}", room)])
        answer = read()
        if answer is None or answer.strip().lower() in ("q", "quit"):
            break
        asked += 1
        if not answer.strip():
            show([Line(f"The answer is {question.answer}."), *derivation(question, room)])
            continue
        given = grade(question, answer)
        right += given.right
        if given.right:
            exact = f", {given.remark}: exactly {question.answer}" if given.remark else ""
            show([Line(f"right{exact}", "good")])
        else:
            remark = f" ({given.remark})" if given.remark else ""
            show([Line(f"wrong{remark}: {question.answer}", "bad"), *derivation(question, room)])
    show([Line(""), Line(f"{right} of {asked} right", "total")])


def derivation(question: Question, room: int) -> Iterator[Line]:
    """How the answer comes about."""
    if not question.derivation:
        yield Line("  0 by definition", "note")
    wide = max((len(step.name) for step in question.derivation), default=0)
    for step in question.derivation:
        yield from working(step, wide)
    yield from meanings(question.found.legend, room)


def _wrapped(text: str, room: int, role: str = "") -> Iterator[Line]:
    return (Line(line, role) for line in textwrap.wrap(text, room, break_on_hyphens=False))
