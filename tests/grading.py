"""Grades replies: whether the answers hold what a right one holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from cnncalc.questions import Answer

Question: TypeAlias = dict[str, Any]
_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")


def figures(value: Any) -> list[float]:
    """All numbers in a value, those in words and expressions too."""
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return [float(value)]
    if isinstance(value, str):
        return [float(found.replace(",", "")) for found in _FIGURE.findall(value)]
    return [figure for one in value for figure in figures(one)]


def is_near(found: float, wanted: float) -> bool:
    """Whether it rounds to what is wanted, at as many decimals."""
    decimals = len(str(wanted).partition(".")[2].rstrip("0")) if isinstance(wanted, float) else 0
    if decimals:
        return abs(found - wanted) <= 0.51 * 10**-decimals
    return found == wanted or (wanted != 0 and abs(found / wanted - 1) < 1e-9)


def lacking(wanted: Mapping[str, Any], answers: Sequence[Answer]) -> list[Any]:
    """What a right answer would hold and these don't."""
    values = [answer.value for answer in answers]
    found = figures(values)
    lacks: list[Any] = [wanted["shape"]] if "shape" in wanted and wanted["shape"] not in values else []
    lacks += [value for value in wanted.get("values", ()) if not any(is_near(one, value) for one in found)]
    letters = {(answer.option or "").strip("().").lower() for answer in answers}
    if "option" in wanted and not letters & {letter.lower() for letter in wanted["option"]}:
        lacks.append(wanted["option"])
    words = " ".join(f"{answer.value} {answer.text}" for answer in answers).lower().replace("−", "-")
    lacks += [text for text in wanted.get("text", ()) if not any(_said(one, words) for one in str(text).split("|"))]
    if "fits" in wanted and not all(map(bool, _fitting(wanted["fits"], answers))):
        lacks.append(wanted["fits"])
    alternatives = wanted.get("any_of", ())
    if alternatives and all(lacking(one, answers) for one in alternatives):
        lacks.append(alternatives)
    return lacks


def _said(text: str, words: str) -> bool:
    text = text.strip().lower().replace("−", "-")
    tight = re.sub(r"\s", "", text)
    whole = re.search(rf"(?<!\w){re.escape(text)}(?!\w)", words)
    return bool(whole) or (len(text) > 2 and tight in re.sub(r"\s", "", words))


def _fitting(condition: str, answers: Sequence[Answer]) -> Iterable[bool]:
    rows = [dict(zip(one.columns, row)) for one in answers if one.columns for row in one.value]
    for row in rows or [{one.quantity: one.value for one in answers}]:
        try:
            yield bool(eval(condition, {"__builtins__": {}}, row))
        except NameError:
            yield False


def shotgun(wanted: Mapping[str, Any], answers: Sequence[Answer]) -> bool:
    """Whether there are so many numbers that some are right by chance."""
    asked = max(1, sum(len(wanted.get(key, ())) for key in ("shape", "values", "text", "any_of")))
    return len({figure for one in answers if not one.columns for figure in figures(one.value)}) > 3 * asked + 6
