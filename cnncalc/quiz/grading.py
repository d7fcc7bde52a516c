"""Reads an answer as people write it, and tells whether it is right."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.quiz.question import Question

_LONGEST = 80
_VOLUME = re.compile(r"[0-9]{1,9}(?:\s*[x×*,]\s*[0-9]{1,9}|\s+[0-9]{1,9}){1,4}", re.IGNORECASE)
_COUNT = (
    r"(?P<whole>[0-9]{1,3}(?:[ ,_'][0-9]{3})+|[0-9]{1,30})(?:\.(?P<part>[0-9]{1,20}))?"
    r"(?:e\+?(?P<e>[0-9]{1,2})|\s*[x×*·]\s*10\s*\^\s*(?P<power>[0-9]{1,2}))?"
    r"\s*(?P<unit>k|m|g|b|t|thousand|million|billion|trillion)?"
)
_POWERS = {"k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "billion": 9, "t": 12, "trillion": 12}
_THINGS = {
    "params": "parameters|parameter|params",
    "weights": "weights|weight|parameters|params",
    "macs": "macs|multiplications|operations|ops",
    "flops": "flops|operations|ops",
    "field": "pixels|pixel|px",
    "padding": "pixels|pixel|px|zeros|zero",
    "output": "features|numbers",
}


class Grade(NamedTuple):
    """Whether an answer is right, and what is to say of it."""

    right: bool
    remark: str = ""


def grade(question: Question, text: str) -> Grade:
    """Right is the exact answer, or of a count a rounded one of two digits or more, with its unit: 0.77M."""
    text = text.strip()
    if isinstance(question.value, tuple):
        return _volume(question.value, text)
    side = _sizes(text)  # a square may be written for its side
    if question.quantity in ("field", "padding") and len(side) == 2:
        return Grade(set(side) == {question.value})
    return _count(question.value, text, _THINGS[question.quantity])


def _volume(value: tuple[int, ...], text: str) -> Grade:
    sizes = _sizes(text)
    if sizes == value:
        return Grade(True)
    if not sizes:
        return Grade(False, "a volume is written like 28×28×10")
    if sorted(sizes) == sorted(value):
        return Grade(False, "the order of the sizes is another: channels come last")
    if len(sizes) != len(value):
        return Grade(False, f"the volume has {len(value)} sizes, not {len(sizes)}")
    return Grade(False)


def _sizes(text: str) -> tuple[int, ...]:
    """The sizes of a volume; none where the text is something else."""
    inner = text[1:-1].strip() if text[:1] + text[-1:] in ("[]", "()") else text
    if len(inner) > _LONGEST or not inner.isprintable() or not _VOLUME.fullmatch(inner):
        return ()
    return tuple(int(digits) for digits in re.findall(r"[0-9]+", inner))


def _count(value: int, text: str, things: str) -> Grade:
    found = re.fullmatch(rf"{_COUNT}\s*(?:{things})?", text, re.IGNORECASE) if len(text) <= _LONGEST else None
    if not found:
        return Grade(False, "a count is written like 1,200 or 34.9K")
    part = found["part"] or ""
    digits = int(re.sub(r"\D", "", found["whole"]) + part)
    power = int(found["e"] or found["power"] or 0) + _POWERS.get((found["unit"] or "").lower(), 0) - len(part)
    if power <= 0:
        return Grade(digits == value * 10**-power)
    given, step = digits * 10**power, 10**power
    if given == value:
        return Grade(True)
    rounded = digits >= 10 and 2 * abs(given - value) <= step
    return Grade(rounded, "rounded" if rounded else "")
