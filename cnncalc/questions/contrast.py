"""One number against another: ratios, differences and percentages, as a question asks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnncalc.polynomial import Polynomial
from cnncalc.questions import engine
from cnncalc.questions.answers import told
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.wanted import Wanted

_KINDS = (
    ("share", r"\b(?:per ?cent(?:age)?|fraction|share)\b|%"),
    ("ratio", r"\bratio\b|\b(?:what|which|the|a) (?:\w+ )?factor\b|\bhow many times\b|\b(?:what|which) multiple\b|"
        r"\bspeed-?up\b|\bhow much (?:cheaper|more expensive|smaller|larger|bigger|lighter|heavier)\b|"
        r"\btimes as (?:many|much)\b"),
    ("difference", r"\bhow many (?:more|fewer|less)\b|\bsav(?:ed?|es|ings?)\b|\bdifference (?:in|of)\b|\bhow (?:much|"
        r"many) (?:\w+ )?(?:does|do|would|is|are) (?:\w+ )*sav\w+"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _KINDS)
_LEFT = re.compile(
    r"(?i)\b(?:left|remain\w*|still|needed|of the (?:\w+ )*(?:cost|weights|parameters|"
    r"multiplications)\b[^?.]*\b(?:need\w*|cost|ha(?:s|ve)|use[sd]?))\b"
)
_LESS = re.compile(r"(?i)\b(?:sav\w+|reduc\w+|fewer|less|drop\w*|cheaper|smaller|cut|decreas\w+)\b")


class Contrast(NamedTuple):
    """What is asked of two variants together, and of which quantity."""

    kind: str
    quantity: str
    span: tuple[int, int]


def contrasts(text: str, asked: list[Wanted]) -> tuple[list[Contrast], list[Wanted]]:
    """What is asked of the variants together, and the quantities that are asked for nothing else."""
    found: list[Contrast] = []
    taken: list[Wanted] = []
    sites: list[tuple[str, int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if re.match(r"(?i)\s*(?:of )?\d", text[match.end() : match.end() + 12]) and kind == "ratio":
                continue
            if not any(_one_clause(text, match.span(), site[1:]) for site in sites):
                sites.append((kind, *match.span()))
    for kind, start, end in sites:
        near = [one for one in asked if _one_clause(text, (start, end), (one.start, one.end))]
        of = near or [one for one in asked if one.start < start][-1:] or asked[:1]
        if not of:
            raise not_understood("it is not clear of what the ratio is", text, (start, end))
        found.append(Contrast(kind, of[0].quantity, (start, end)))
        taken += near
    return found, taken


def _one_clause(text: str, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    first, last = sorted((one, other))
    return not re.search(r"[,;?:\n]|\.\s|\band\b", text[first[1] : last[0]])


def contrast(text: str, asked: Contrast, names: Sequence[str], values: Sequence[Any]) -> Answer:
    """The ratio, difference or percentage of two values; larger over smaller unless the question says which."""
    if len(values) != 2:
        raise not_understood("a ratio is of two things, and here are more", text, asked.span)
    of = f"{names[0]} against {names[1]}"
    one, other = values
    if asked.kind == "difference":
        if isinstance(one, Polynomial) or isinstance(other, Polynomial):
            raise not_understood("the question doesn't say all sizes that the difference depends on", text, asked.span)
        return Answer("difference", abs(one - other), told(abs(one - other)), of)
    one, other = _numbers(text, asked, one, other)
    if not one or not other:
        raise not_understood("one of them has none, so there is no ratio", text, asked.span)
    small, large = sorted((one, other))
    if asked.kind == "ratio":
        if re.match(r"(?i)ratio (?:of|between) (?:the )?[^.?;]{0,80}?\bto\b", text[asked.span[0] :]):
            raise not_understood("it is not clear which way round the ratio is", text, asked.span)
        value = engine.ratio(large, small)
        return Answer("ratio", value, f"{told(value)} times", of)
    sentence = text[max(text.rfind(sign, 0, asked.span[0]) for sign in "?.\n") + 1 :]
    if bool(_LEFT.search(sentence)) == bool(_LESS.search(_LEFT.sub("", sentence))) and not _LEFT.search(sentence):
        raise not_understood("it is not clear what the percentage is of", text, asked.span)
    share = small if _LEFT.search(sentence) else large - small
    if re.match(r"(?i)fraction|share", text[asked.span[0] :]):
        value = engine.ratio(share, large)
        return Answer("fraction", value, told(value), of)
    value = engine.ratio(100 * share, large)
    return Answer("percentage", value, f"{told(value)} %", of, "percent")


def _numbers(text: str, asked: Contrast, one: Any, other: Any) -> tuple[Any, Any]:
    """Two numbers in the ratio of two values, whatever the sizes are that the question leaves open."""
    if not (isinstance(one, Polynomial) or isinstance(other, Polynomial)):
        return one, other
    names = {name for value in (one, other) if isinstance(value, Polynomial) for name in value.symbols}
    at = dict.fromkeys(names, 1)
    first, second = (value.at(at) if isinstance(value, Polynomial) else value for value in (one, other))
    if one * second != other * first:
        raise not_understood("the ratio depends on a size that the question doesn't give", text, asked.span)
    return first, second
