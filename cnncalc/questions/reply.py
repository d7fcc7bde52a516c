"""What comes back: the answers, what was understood, what was assumed, and the steps."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.errors import Mark, Problem, Source, SpecError


class NotUnderstood(SpecError):
    """The question can't be answered for certain: a fact is missing, or there are two readings."""


def not_understood(
    message: str, text: str = "", span: tuple[int, int] | None = None, hint: str | None = None
) -> NotUnderstood:
    """The error that says what is missing; with a span of the question, what stands there is quoted."""
    mark = None
    if span is not None:
        line, start = text.count("\n", 0, span[0]) + 1, text.rfind("\n", 0, span[0]) + 1
        mark = Mark(Source("question", text), line, span[0] - start + 1, span[1] - start + 1)
    return NotUnderstood(Problem(message, mark, hint=hint))


class Assumption(NamedTuple):
    """A fact that the question leaves out and its field has a default for."""

    fact: str
    value: Any
    because: str


class Answer(NamedTuple):
    """One thing asked and its answer."""

    quantity: str
    """`output`, `params`, `weights`, `biases`, `macs`, `flops`, `padding`, …"""
    value: Any
    """An integer, a float, a shape in the question's own layout, a matrix, a word, or an expression."""
    text: str
    """The answer as a sentence would have it: `760 parameters`."""
    of: str | None = None
    """The question's own name for the layer."""
    unit: str | None = None
    option: str | None = None
    """The letter of the choice, where the question has some."""
    columns: tuple[str, ...] | None = None
    """What the columns of `value` are, where several settings fit."""


class Reply(NamedTuple):
    """Everything there is to say to a question."""

    question: str
    understood: str
    """A spec that could be saved, or a command that could be run."""
    answers: tuple[Answer, ...]
    steps: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    convention: str = "torch"
