"""Facts as comparisons and blocks tell them: `64 → 128 channels`, `reduced to 16`, `32 channels throughout`."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cnncalc.questions.numbers import Number
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import Scene

CHANNELS = r"(?:channels?|ch\b|(?:feature |activation )?maps?|filters?|planes)"
_SPREAD = (
    r"(?:throughout|everywhere|in and out|both in and out|all along|all the way|at (?:both|each|every|"
    r"all)\b|in (?:each|every|all|both)\b|on (?:both|either)\b|for both|as (?:both )?input and output|"
    r"at input and output)"
)
RESIZES = r"(?:reduc|squeez|compress|expand|project|bring)\w*"
_NOT_CHANNELS = (
    "stride",
    "padding",
    "dilation",
    "groups",
    "batch",
    "count",
    "ordinal",
    "height",
    "width",
    "side",
    "output_padding",
    "pool_size",
)


class Fact(NamedTuple):
    """Something said of a layer, or of all: `in`, `out`, `both` of them alike, `channels` (in or out), `stride`, …"""

    kind: str
    value: Any
    start: int
    end: int


def facts(scene: Scene) -> list[Fact]:
    """All facts in numbers and words, in reading order; `NotUnderstood` where a number is none."""
    found: list[Fact] = []
    text, numbers = scene.text, scene.numbers
    skip = -1
    for at, number in enumerate(numbers):
        if at == skip:
            continue
        following = numbers[at + 1] if at + 1 < len(numbers) else None
        if following is not None and _is_pair(text, number, following):
            found.append(Fact("in", number.value, number.start, following.end))
            found.append(Fact("out", following.value, number.start, following.end))
            skip = at + 1
            continue
        one = following is not None and following.is_size and not text[number.end : following.start].strip()
        if _speaks_of_all(text, number) or (number.value == 1 and one):
            continue
        kind = _size_kind(text, number) if number.is_size else _number_kind(text, number)
        if kind is None:
            raise not_understood(
                f"it is not clear what {text[number.start : number.end]} is", text, (number.start, number.end)
            )
        found.append(Fact(kind, number.value, number.start, number.end))
    for remark in scene.remarks:
        if remark.kind in ("padding", "stride", "dilation") and not any(
            one.role == remark.kind and one.words[0] < remark.end and one.words[1] > remark.start for one in numbers
        ):
            found.append(Fact(remark.kind, remark.value, remark.start, remark.end))
    found += [
        Fact("count", 2, match.start(), match.end())
        for match in re.finditer(r"(?i)\b(?:pair|couple) of\b(?= (?:stacked |successive |consecutive )*\d)", text)
    ]
    return sorted(found, key=lambda one: one.start)


def _speaks_of_all(text: str, number: Number) -> bool:
    """Whether a number only says how many are compared: `the 2 designs`, `the ratio of the 2`."""
    before, behind = text[max(0, number.start - 12) : number.start], text[number.end : number.end + 40]
    of = (
        r"\s*(?:$|[.,;:?)]|(?:versions|variants|options|designs|cases|blocks|networks|stacks|approaches|"
        r"alternatives|setups|of them|numbers|counts|costs)\b)"
    )
    return number.value in (2, 3, 4) and bool(
        re.search(r"(?i)\b(?:the|these|both)\s+$", before) and re.match(f"(?i){of}", behind)
    )


def unpaired(text: str, found: list[Fact]) -> str:
    """The text without the signs between channels in and out: `64 → 128`, which part no layers."""
    for fact in found:
        if fact.kind == "in" and not text[fact.start : fact.end].isalnum():
            text = text[: fact.start] + " " * (fact.end - fact.start) + text[fact.end :]
    return text


def _is_pair(text: str, one: Number, other: Number) -> bool:
    """Whether two numbers are the channels in and out: `64 to 128 channels`, `20 channels in, 40 out`."""
    if one.is_size or other.is_size or one.role in _NOT_CHANNELS or other.role in _NOT_CHANNELS:
        return False
    between, behind = text[one.end : other.start], text[other.end : other.end + 30]
    if re.fullmatch(rf"(?i)[\s-]*(?:input |in )?{CHANNELS}?\s*(?:to|into|→|=>|->)\s*", between):
        return not re.match(r"\s*(?:units|neurons|classes|x|%)", behind)
    incoming = re.fullmatch(
        rf"(?i)[\s-]*(?:input|in|incoming)?[\s-]*{CHANNELS}?\s*(?:input|in)?\s*(?:,|and|/|, and|but)?\s*", between
    )
    return bool(
        incoming
        and re.search(r"(?i)\bin(?:put|coming)?\b", between)
        and re.match(rf"(?i)[\s-]*{CHANNELS}?\s*out(?:put|going)?\b", behind)
    )


def _size_kind(text: str, number: Number) -> str | None:
    value: Any = number.value
    if number.role in ("kernel_size", "pool_size"):
        return "kernel_size"
    alone = number.words == (number.start, number.end)
    if (
        number.role == "volume"
        and alone
        and len(value) == 2
        and all(isinstance(side, int) and side <= 11 for side in value)
    ):
        return "kernel_size"
    return "volume" if number.role in ("volume", "input", "output") else number.role


def _number_kind(text: str, number: Number) -> str | None:
    before, behind = text[max(0, number.start - 60) : number.start], text[number.end : number.end + 60]
    role = number.role
    if role == "out_channels" and re.match(r"(?i)\s*(?:stacked|successive|consecutive|sequential)\s+\d", behind):
        return "count"
    if (
        role is None
        and re.search(r"(?i)[?.;]\s*(?:and )?(?:after|for|with)\s+$", before)
        and re.match(r"\s*(?:of (?:them|these|those)\s*)?\?", behind)
    ):
        return "recount"
    if number.value == 1 and re.match(
        r"(?i)\s*(?:filter|kernel)s? (?:per|for each|for every) (?:input )?channel\b", behind
    ):
        return "ordinal"
    if role in _NOT_CHANNELS or role in ("out_features", "length"):
        return role
    counted = re.match(
        rf"(?i)[\s-]*(?:(input and output |in and out |in/out |input/output )|(?:output |input |conv\w* |"
        rf"linear )*){CHANNELS}",
        behind,
    )
    if counted and (counted[1] or re.match(rf"\s*{_SPREAD}", behind[counted.end() :], re.IGNORECASE)):
        return "both"
    if re.search(
        r"(?i)\bC_in\s*=\s*C_out\s*=\s*$|\b(?:in(?:put)? and output|in/out(?:put)?)(?: channels?|"
        r" maps)*\s*(?:=|:|of|are|is|both|equal)*\s*$",
        before,
    ):
        return "both"
    if re.match(r"(?i)[\s-]*(?:times|-?fold)\b", behind) or re.search(
        r"(?i)\bexpansion (?:factor|ratio|rate)[\s=:]*(?:of |is )?$|\bt\s*=\s*$|\bby a factor(?: of)? $", before
    ):
        return "expansion" if re.search(r"(?i)\bexpan", text) else None
    if re.match(
        r"(?i)[\s-]*(?:(?:input|incoming)[\s-]|channels? in\b(?! (?:front|each|all|both|every|total|the))|"
        r"channel (?:input|image|volume|map|feature|tensor))",
        behind,
    ):
        return "in"
    if re.search(r"(?i)\b(?:to|into|onto)\s+(?:only |just |the )*$", before) or re.search(r"(?i)\bat\s+$", before):
        return "out"
    if re.search(rf"(?i)\b(?:from|{RESIZES})\s+(?:the |from )*$", before) or re.match(
        rf"(?i)[\s-]*(?:input )?channels? (?:(?:are|is|get|being) )?(?:first )?{RESIZES}", behind
    ):
        return "in"
    if role == "out_channels":
        return role.replace("out_channels", "out")
    if role == "in_channels":
        entering = re.search(
            r"(?i)\b(?:on|over|for|takes?|receiv\w+|input|inputs|after)\b[^#,.;?]{0,30}$|(?:maps?|image|volume|"
            r"tensor|picture)\s*(?:with|having|of|has)\s+$|C_in\s*=\s*$|\bdepth\b",
            before,
        )
        return "in" if entering else "channels"
    if role == "kernel_size" and not re.search(r"(?i)conv\w*[\s,]*$", before):
        return role
    near = re.search(r"(?i)(?:conv\w*|\d+x\d+)(?:\s*,\s*(?:same|valid))?[\s,(]*$", before)
    return (
        "out"
        if near and re.match(r"\s*(?:$|[,.;:?)→+]|=>|->|then\b|and\b|or\b|vs\b|versus\b|on\b|\()", behind)
        else None
    )
