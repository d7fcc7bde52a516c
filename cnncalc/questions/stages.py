"""Stages told once and made several times: `three blocks, each a 3×3 convolution and a pooling; 32, 64, 128 filters`."""

from __future__ import annotations

import re
from typing import NamedTuple

_EACH = (
    r"(?:each|every|all)(?: of (?:them|these|those|the \w+|which))?(?: (?:one|block|stage|unit|module|group|step|level)s?)?\s*"
    r"(?:is|are|=|:|has|have|consists? of|consisting of|contains?|containing|comprises?|being|applies|made (?:up )?of|with)\s*"
)
_STAGES = re.compile(
    rf"(?i)(?P<count>\d{{1,2}}) (?:identical |similar |such |consecutive |successive |conv\w* )*(?:blocks|stages|units|modules|groups|levels)\b[^.;:,(\n]{{0,20}}[;:.,(]?\s*(?:where |and |with |in which )?{_EACH}(?P<body>[^.;\n]*)"
)
_LIST = re.compile(
    r"(?i)[(,;]?\s*(?:\b(?:with|having|using|whose|and|the|their|its|number of|numbers of|output)\s+)*(?:(?:\b(?:filters|channels|widths|maps|convolutions|convs|convolutional layers|conv layers|blocks|stages|filter counts)\b)\s*(?:have|has|use|are|is|of|=|:|with|in the \w+ \w+)*\s*)?"
    r"(?P<list>\d{1,4}(?:\s*,\s*\d{1,4})*\s*,?\s*(?:and|then)\s*\d{1,4}|\d{1,4}(?:\s*,\s*\d{1,4}){2,}|\d{1,4}(?:/\d{1,4})+)(?!x|\d)(?:\s*(?:filters|channels|maps|feature maps|output channels))?(?:\s*,?\s*respectively)?\s*\)?"
)
_SAYS_FILTERS = re.compile(r"(?i)\b(?:filters|channels|widths|maps)\b")
_CONV = re.compile(r"(?i)\bconv\w*(?: layers?)?")
_FILTERS = re.compile(r"(?i)\d\s*(?:\w+ )?(?:filters|channels|maps|kernels)\b")
_FOLLOWERS = re.compile(
    r"(?i)(?:^|(?<=[.;\n,(]))\s*(?:and )?(?:each|every|all)(?: of the)? (?P<what>conv\w*|fully[- ]connected|dense|hidden)(?: layers?| blocks?)? (?:is|are|gets?) (?:immediately |directly |always )?followed by (?P<body>[^.;\n]*)"
)


class Followed(NamedTuple):
    """The text without the words that every convolution is followed by something, and by what."""

    text: str
    body: str | None
    what: str = ""


def unrolled(text: str) -> str:
    """The text with the layers of its stages written out one after the other, where that is certain; else as it is."""
    stages = _STAGES.search(text)
    if stages is None or len(_STAGES.findall(text)) > 1:
        return text
    count, body, end = int(stages["count"]), stages["body"], stages.end()
    if not 1 <= count <= 20:
        return text
    inside = _LIST.search(body)
    if inside is not None:
        body = body[: inside.start()] + " " + body[inside.end() :]
        values = _values(inside)
    elif _FILTERS.search(body):
        values = []
    else:
        behind = next(
            (found for found in _LIST.finditer(text, end) if _SAYS_FILTERS.search(found[0]) or _CONV.search(found[0])),
            None,
        )
        if behind is None:
            return text
        values = _values(behind)
        text = text[: behind.start()] + " . " + text[behind.end() :]
    made = _written(body, values, count)
    return text if made is None else f"{text[: stages.start()]}; {made} ; {text[end:]}"


def _values(found: re.Match[str]) -> list[int]:
    return [int(value) for value in re.findall(r"\d+", found["list"])]


def _written(body: str, values: list[int], count: int) -> str | None:
    """The layers of all stages; None where it is not certain which of them has the filters that are listed."""
    if not values:
        return " ; ".join([body] * count)
    convs = list(_CONV.finditer(body))
    if len(values) != count or len(convs) != 1 or _FILTERS.search(body):
        return None
    at = convs[0].end()
    return " ; ".join(f"{body[:at]} with {value} filters {body[at:]}" for value in values)


def followed(text: str) -> Followed:
    """What every convolution, or every dense layer, is followed by, and the text without it."""
    found = _FOLLOWERS.search(text)
    if found is None or len(_FOLLOWERS.findall(text)) > 1:
        return Followed(text, None)
    return Followed(text[: found.start()] + " " + text[found.end() :], found["body"], found["what"].lower())
