"""Which of the choices of a question an answer is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from cnncalc.questions.choices import Choice
from cnncalc.questions.text import figures

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[, ]\d{3})+(?![\d.,]*\d)")
_DIGITS = r"(?:\d+(?:\.\d+)?|\.\d+)"
_NUMBER = re.compile(rf"(?:(?<![\w)\]])[-−])?{_DIGITS}")
_SCALED = re.compile(rf"({_DIGITS})\s*(?:(thousand|million|billion)|([KMGTkB])|([KMGTk])i?B)(?![A-Za-z])")
_PERCENT = re.compile(rf"({_DIGITS})\s*(?:%|per ?cent)")
_QUOTIENT = re.compile(r"\s*(\d{1,20})\s*/\s*(\d{1,20})\s*")
_POWERS = {"thousand": 1, "million": 2, "billion": 3, "K": 1, "k": 1, "M": 2, "B": 3, "G": 3, "T": 4}
_NONE = re.compile(r"none(?: of)?(?: the)?(?: above| these| them| others?)?\.?", re.IGNORECASE)
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


class _Near(NamedTuple):
    """A number as it is written: to so many digits, half a step of the last one either way."""

    value: Fraction
    spare: Fraction

    def is_(self, number: Any) -> bool:
        return abs(Fraction(number) - self.value) <= self.spare


def matching(choices: Sequence[Choice], value: Any) -> str | None:
    """The letter of the one choice that the value is; None where none or several are, or choices have no letters.

    The value is a number, a shape, a word or an expression. "None of the above" is it where no other can be.

    >>> from cnncalc.questions.choices import split_choices
    >>> matching(split_choices("Output size? A) 28x28 B) 30x30")[1], [30, 30])
    'B'
    """
    choices = [choice._replace(text=figures(choice.text)) for choice in choices]
    found = [choice for choice in choices if _is(choice.text, value)]
    if not found and not isinstance(value, (bool, str)):
        sides = list(value) if isinstance(value, (list, tuple)) else []
        square = sides[0] if len(sides) == 2 and sides[0] == sides[1] else [value, value]
        found = [choice for choice in choices if _is(choice.text, square)] if len(sides) in (0, 2) else []
    if not found and not isinstance(value, (bool, str)):
        found = [choice for choice in choices if _NONE.fullmatch(choice.text.strip())]
        others = [choice for choice in choices if choice not in found]
        found = found if others and all(_NUMBER.search(choice.text) for choice in others) else []
    return found[0].letter or None if len(found) == 1 else None


def _is(text: str, value: Any) -> bool:
    """Whether the text of a choice is that value."""
    text = text.strip().rstrip(".")
    if isinstance(value, bool):
        return _WORDS.get(text.casefold()) is value
    if isinstance(value, str):
        return _tight(text) == _tight(value)
    wanted = list(value) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(one, (int, float)) and abs(one) != float("inf") and one == one for one in wanted):
        return False
    return any(
        len(reading) == len(wanted) and all(near.is_(one) for near, one in zip(reading, wanted))
        for reading in _readings(text)
    )


def _tight(text: str) -> str:
    """Without what people write differently: `2*h + 1` and `2h+1`."""
    return re.sub(r"[\s*·×]|\\cdot|\\times", "", text).replace("−", "-").casefold()


def _readings(text: str) -> Iterator[list[_Near]]:
    """The numbers in a text: with commas as separators and as groups of digits, with a unit, behind the last =."""
    remark = re.sub(r"\([^()]*[A-Za-z][^()]*\)", " ", text)
    for part in dict.fromkeys((text, remark, re.split(r"[=≈]", remark)[-1])):
        for plain in dict.fromkeys((part, _GROUPED.sub(lambda found: re.sub("[, ]", "", found[0]), part))):
            yield list(map(_near, _NUMBER.findall(plain)))
            yield from _with_unit(plain)


def _with_unit(text: str) -> Iterator[list[_Near]]:
    if len(_NUMBER.findall(text)) == 1:
        if found := _SCALED.search(text):
            near, word = _near(found[1]), found[2] or found[3] or found[4]
            for base in (1000, 1024) if found[4] else (1000,):
                times = base ** _POWERS[word]
                half = _half_step(found[1]) * times
                yield [_Near(near.value * times, half)]
        if found := _PERCENT.search(text):
            yield [_Near(_near(found[1]).value / 100, _half_step(found[1]) / 100)]
    elif (found := _QUOTIENT.fullmatch(text)) and int(found[2]):
        yield [_Near(Fraction(int(found[1]), int(found[2])), Fraction(1, 10**9))]


def _near(text: str) -> _Near:
    """A whole number is meant as it stands, a decimal one to its last digit."""
    return _Near(Fraction(text.replace("−", "-")), _half_step(text) if "." in text else Fraction(0))


def _half_step(text: str) -> Fraction:
    return Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
