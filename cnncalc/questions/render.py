"""A reply as text and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from cnncalc.questions.reply import Answer, Reply
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line

_WIDTH = 80


def lines(reply: Reply, width: int | None = None) -> Iterator[Line]:
    """The answers first, then what was assumed, what was understood, and the steps."""
    room = max(40, min(width or _WIDTH, 100))
    yield from (line._replace(role="total") for line in brief(reply))
    for fact, value, because in reply.assumptions:
        yield from _wrapped(f"assumed: {fact} {_shown(value)}, {because}", room, "note")
    if reply.convention != "torch":
        yield Line(f"counted as {reply.convention} does", "note")
    if reply.understood.strip():
        yield Line("")
        yield Line("understood as", "header")
        yield from (Line(f"  {line}") for line in reply.understood.rstrip().splitlines())
    if reply.steps:
        yield Line("")
        yield Line("steps", "header")
        for step in reply.steps:
            for line in step.splitlines():
                yield from _wrapped(f"  {line}", room)


def brief(reply: Reply) -> Iterator[Line]:
    """The answers alone."""
    several = len(reply.answers) > 1
    for answer in reply.answers:
        yield from _answer(answer, several)


def _answer(answer: Answer, several: bool) -> Iterator[Line]:
    label = f"{answer.of}: " if several and answer.of else ""
    letter = f"{answer.option}) " if answer.option else ""
    first, *others = answer.text.splitlines() or [""]
    if others:  # a matrix stands below its name
        if label or letter:
            yield Line(f"{label}{letter}".rstrip())
        yield from map(Line, (first, *others))
    else:
        yield Line(f"{label}{letter}{first}")


def _wrapped(line: str, room: int, role: str = "") -> Iterator[Line]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    if len(line) <= room:
        yield Line(line, role)
        return
    parts = textwrap.wrap(line, room, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    yield from (Line(part, role) for part in parts)


def _shown(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def as_json(reply: Reply) -> str:
    """The reply as one line of JSON."""
    answers = [_fields(answer) for answer in reply.answers]
    assumptions = [assumption._asdict() for assumption in reply.assumptions]
    found = {
        "schema": SCHEMA,
        "question": reply.question,
        "understood": reply.understood,
        "convention": reply.convention,
        "assumptions": assumptions,
        "answers": answers,
        "steps": reply.steps,
    }
    return f"{json.dumps(found, default=str)}\n"  # an expression is written as it prints


def _fields(answer: Answer) -> dict[str, Any]:
    names = ("quantity", "of", "value", "unit", "option", "text", "columns")
    return {name: getattr(answer, name) for name in names if name != "columns" or answer.columns is not None}


def refusal(question: str, error: Exception) -> str:
    """A question without an answer, and why, as one line of JSON."""
    return f"{json.dumps({'schema': SCHEMA, 'question': question, 'error': str(error)})}\n"
