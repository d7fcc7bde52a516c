"""Notations that a question defines in words and then uses: `CONVk-n means n filters of k×k`, then `CONV5-10`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

_NAME = r"(?P<word>(?:conv(?:olution)?|(?:max|avg)?-?pool|fc|dense|linear))(?P<dash>[-_ ]?)(?P<one>[A-Za-z]|\d{1,3}|)(?:(?P<joint>[-_])(?P<two>[A-Za-z]|\d{1,5}))?"
_VERB = r"\s*(?P<verb>means?|denotes?|stands? for|refers? to|represents?|describes?|indicates?|is|has|=|:|-(?=\s))\s*"
_DEFINITION = re.compile(rf"(?<![\w-])[\"'`]?{_NAME}[\"'`]?{_VERB}(?!\?)", re.IGNORECASE)
_WHERE = re.compile(r"(?i),?\s*\(?where\s+[A-Z]\s+(?:is|denotes|stands for|=)\s+[^.;\n()]*\)?")
_AFTER = re.compile(r"(?i)\s*(?:the )?(?:zero[- ]?)?(?:padding|pad|strides?)\b|\s*(?:it|they) (?:has|have|uses?)\b")
_COMPUTED = re.compile(r"\(?\(\s*(\d+)\s*([-+])\s*(\d+)\s*\)\s*/\s*(\d+)\)?|(?<![\w/])(\d+)\s*/\s*(\d+)(?![\w/])")
_SHORT = (
    (re.compile(r"(?i)(?<![\w-])conv(\d{1,2})-(\d{1,5})(?![\w-]|\.\d)"), r"conv \1x\1 \2 filters"),
    (re.compile(r"(?i)(?<![\w-])(max|avg)?-?pool-(\d{1,2})(?![\w-]|\.\d)"), lambda m: f"{m[1] or ''}pool {m[2]}x{m[2]}"),
    (re.compile(r"(?i)(?<![\w-])(?:fc|dense|linear)-(\d{1,6})(?![\w-]|\.\d)|(?<![\w-])FC(\d{2,6})(?![\w-]|\.\d)"), lambda m: f"fc {m[1] or m[2]} units"),
)  # fmt: skip
_NOTES = re.compile(r"(?i)(?:\bnotations?\b\s*:?\s*)?\x00[\x00\s]*(?:(?:[\s.;,]|flatten|relu|and|-|\*)*\x00)?")
"""Definitions, and the names between them that need none."""
_NUMBERED = re.compile(r"(?i)(?<![\w-])conv(\d{1,2})(?![\w-]|\.\d|\s*[:=]\s*(?:\w+\s+){0,2}\d)")
_LABELLED = re.compile(
    r"(?im)\b(?:conv|(?:max|avg)?_?pool)\d{1,2}\s*[:=]\s*(?:\w+\s+){0,2}\d|^\W*(?:conv|pool)\d{1,2}\s(?!\s*(?:→|->|=>))"
)
_POOLED = re.compile(r"(?i)(?<![\w-])(?:max|avg)?pool(\d{1,2})(?![\w-]|\.\d|\s*[:=]\s*(?:\w+\s+){0,2}\d)")


class _Template(NamedTuple):
    """A name with one or two places, numbers or letters, and the words that it stands for."""

    word: str
    places: tuple[str, ...]
    body: str


def written_out(text: str) -> str | None:
    """The text with every notation in words, its definitions taken away; None where a definition is not understood."""
    templates, spans = _templates(text)
    for start, end in reversed(spans):
        text = text[:start] + re.sub(r"[^\n]", "\x00", text[start:end]) + text[end:]
    text = _NOTES.sub(" ", text).replace("\x00", " ")
    for template in templates:
        text = _using(template).sub(lambda found, t=template: _expansion(t, found), text)  # type: ignore[misc]
    short: list[tuple[re.Pattern[str], Any]] = list(_SHORT)
    if _LABELLED.search(text):
        return _replaced(text, short)
    if _are_sizes(_NUMBERED.findall(text)) and all(int(size) % 2 for size in _NUMBERED.findall(text)):
        short.append((_NUMBERED, r"conv \1x\1"))
    if _are_sizes(_POOLED.findall(text)):
        short.append((_POOLED, lambda found: f"{found[0].rstrip('0123456789')} {found[1]}x{found[1]}"))
    return _replaced(text, short)


def _replaced(text: str, short: list[tuple[re.Pattern[str], Any]]) -> str:
    for pattern, words in short:
        text = pattern.sub(words, text)
    return text


def _are_sizes(numbers: list[str]) -> bool:
    """Whether the numbers behind `conv` or `pool` are sizes: names would count from 1."""
    return bool(numbers) and numbers != [str(at) for at in range(1, len(numbers) + 1)] and "1" not in numbers[:1]


def _templates(text: str) -> tuple[list[_Template], list[tuple[int, int]]]:
    heads = [found for found in _DEFINITION.finditer(text) if _is_definition(found)]
    templates, spans = [], []
    for found, following in zip(heads, [*heads[1:], None]):
        stop = following.start() if following else len(text)
        line = text.find("\n", found.end())
        stop = min(stop, line if line >= 0 else len(text))
        body, end = _body(text, found.end(), stop)
        places = tuple(place for place in (found["one"], found["two"]) if place)
        templates.append(_Template(found["word"], places, body))
        spans.append((found.start(), end))
    return templates, spans


def _is_definition(found: re.Match[str]) -> bool:
    """Whether a name with places is defined there: `POOL-n`, and not `conv1: 5×5` or `so x is 3`."""
    places = [place for place in (found["one"], found["two"]) if place]
    if not places or (
        found["one"].isalpha()
        and not found["two"]
        and not found["dash"]
        and found["word"][-1].islower() == found["one"].islower()
    ):
        return False
    letters = [place for place in places if place.isalpha()]
    return bool(letters) or found["verb"].lower() not in ("is", "has", "=", ":", "-")


def _body(text: str, start: int, stop: int) -> tuple[str, int]:
    """The words of a definition: its sentence, and those behind that only go on with padding and stride."""
    end = start
    for sentence in re.finditer(r"[^.;]*(?:\.\d[^.;]*)*[.;]?", text[start:stop]):
        if not sentence[0].strip() or (sentence.start() and not _AFTER.match(sentence[0])):
            if sentence[0].strip():
                break
            continue
        end = start + sentence.end()
    return _WHERE.sub(" ", text[start:end]), end


def _using(template: _Template) -> re.Pattern[str]:
    places = [r"(\d{1,6})" if place.isalpha() else f"({place})" for place in template.places]
    return re.compile(rf"(?i)(?<![\w-]){template.word}[-_ ]?{'[-_]'.join(places)}(?![\w-]|\.\d)")


def _expansion(template: _Template, found: re.Match[str]) -> str:
    """What a use of a notation stands for, the letters replaced by its numbers, without a comma or a full stop."""
    body = template.body
    for place, number in zip(template.places, found.groups()):
        if place.isalpha():
            body = re.sub(
                rf"(?<![A-Za-wyz]){place}(?=x{place}(?![a-z]))|(?<=x){place}(?![A-Za-z])|(?<![A-Za-z]){place}(?![A-Za-wyz])(?=x\d|\W|$)",
                number,
                body,
            )
    body = _COMPUTED.sub(_computed, body)
    body = re.sub(r"(?<=\d)\s*[×]\s*(?=\d)", "x", body)
    opening = "" if re.search(r"(?i)\b(?:conv|pool|fc\b|fully|dense|max)\w*", body) else f"{template.word} "
    words = re.sub(r"[,.;:]|\bunits?/neurons?\b", " ", body)
    return f"{opening}{re.sub(r'  +', ' ', words).strip()}"


def _computed(found: re.Match[str]) -> str:
    if found[1]:
        value = Fraction(int(found[1]) + (1 if found[2] == "+" else -1) * int(found[3]), int(found[4]) or 1)
    else:
        value = Fraction(int(found[5]), int(found[6]) or 1)
    return str(value.numerator) if value.denominator == 1 else found[0]
