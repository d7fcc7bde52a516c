"""What is taken for a question at all; everything else is refused before anybody reads it."""

from __future__ import annotations

import re
from typing import Final

from cnncalc.questions.reply import not_understood

LONGEST: Final = 12_000
"""Characters of a question; whole exam papers are shorter."""

MOST_NUMBERS: Final = 600
"""Numbers of a question; two matrices of 16×16 have fewer."""

_FIGURE = re.compile(r"\d+")

# what a text copied from a page may hold: breaks of lines and pages, tabs; nothing that moves a terminal's cursor
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# what bytes that are no UTF-8 become
_SURROGATE = re.compile("[\ud800-\udfff]")


def legible(question: str) -> str:
    """The question as it is; `NotUnderstood` where it is empty, too long or no text.

    >>> legible("How many parameters?")
    'How many parameters?'
    """
    if len(question) > LONGEST:
        raise not_understood(f"a question of more than {LONGEST:,} characters is not read")
    if sum(1 for _ in _FIGURE.finditer(question)) > MOST_NUMBERS:
        raise not_understood(f"a question of more than {MOST_NUMBERS} numbers is not read")
    if not question.strip():
        raise not_understood(
            "the question is empty", hint="for example: input 32x32x3, 10 filters 5x5: how many params?"
        )
    if _SURROGATE.search(question):
        raise not_understood("the question is not UTF-8")
    found = _CONTROL.search(question)
    if found:
        what = f"control character 0x{ord(found[0]):02x} in the question"
        raise not_understood(what, question, found.span(), "remove it")
    return question
