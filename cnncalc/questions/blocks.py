"""Layers one after the other, as comparisons and blocks tell them: `1×1 down to 16 channels, then a 5×5 with 32`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnncalc.questions.mentions import Mention
from cnncalc.questions.numbers import Number
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, Scene

CHANNELS = r"(?:channels?|ch\b|(?:feature |activation )?maps?|filters?|planes)"
_SPREAD = r"(?:throughout|everywhere|in and out|both in and out|all along|all the way|at (?:both|each|every|all)\b|in (?:each|every|all|both)\b|on (?:both|either)\b|for both|as (?:both )?input and output|at input and output)"
_RESIZES = r"(?:reduc|squeez|compress|expand|project|bring)\w*"
_MEANS = rf"(?i)[\s-]*(?:{CHANNELS})?,?\s*(?:with|by|using|through|via|by means of)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?"
_NOT_CHANNELS = ("stride", "padding", "dilation", "groups", "batch", "count", "ordinal", "height", "width", "side", "output_padding", "pool_size")


class Fact(NamedTuple):
    """Something said of a layer, or of all: `kernel_size`, `in`, `out`, `both` (in and out alike), `channels` (in or out)."""

    kind: str
    value: Any
    start: int
    end: int


@dataclass
class Part:
    """A layer of a variant and what is said of it."""

    type: str
    start: int
    end: int
    facts: dict[str, Any] = field(default_factory=dict)
    count: int = 1
    article: str = ""
    again: bool = False
    """Whether it is the layer before with another count."""

    def say(self, fact: Fact, text: str) -> None:
        """Adds a fact; `NotUnderstood` where another value is said already."""
        if fact.kind == "count":
            self.count = fact.value
        elif self.facts.setdefault(fact.kind, fact.value) != fact.value:
            raise not_understood("this is said of the same layer twice, with different values", text, (fact.start, fact.end))


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
        if _speaks_of_all(text, number):
            continue
        kind = _size_kind(text, number) if number.is_size else _number_kind(text, number)
        if kind is None:
            raise not_understood(f"it is not clear what {text[number.start : number.end]} is", text, (number.start, number.end))
        found.append(Fact(kind, number.value, number.start, number.end))
    for remark in scene.remarks:
        if remark.kind in ("padding", "stride", "dilation") and not any(one.role == remark.kind and one.words[0] < remark.end and one.words[1] > remark.start for one in numbers):
            found.append(Fact(remark.kind, remark.value, remark.start, remark.end))
    found += [Fact("count", 2, match.start(), match.end()) for match in re.finditer(r"(?i)\b(?:pair|couple) of\b(?= (?:stacked |successive |consecutive )*\d)", text)]
    return sorted(found, key=lambda one: one.start)


def _speaks_of_all(text: str, number: Number) -> bool:
    """Whether a number only says how many are compared: `the 2 designs`, `the ratio of the 2`."""
    before, behind = text[max(0, number.start - 12) : number.start], text[number.end : number.end + 40]
    of = r"\s*(?:$|[.,;:?)]|(?:versions|variants|options|designs|cases|blocks|networks|stacks|approaches|alternatives|setups|of them|numbers|counts|costs)\b)"
    return number.value in (2, 3, 4) and bool(re.search(r"(?i)\b(?:the|these|both)\s+$", before) and re.match(f"(?i){of}", behind))


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
    incoming = re.fullmatch(rf"(?i)[\s-]*(?:input|in|incoming)?[\s-]*{CHANNELS}?\s*(?:input|in)?\s*(?:,|and|/|, and|but)?\s*", between)
    return bool(incoming and re.search(r"(?i)\bin(?:put|coming)?\b", between) and re.match(rf"(?i)[\s-]*{CHANNELS}?\s*out(?:put|going)?\b", behind))


def _size_kind(text: str, number: Number) -> str | None:
    value: Any = number.value
    if number.role in ("kernel_size", "pool_size"):
        return "kernel_size"
    alone = number.words == (number.start, number.end)
    if number.role == "volume" and alone and len(value) == 2 and all(isinstance(side, int) and side <= 11 for side in value):
        return "kernel_size"
    return "volume" if number.role in ("volume", "input", "output") else number.role


def _number_kind(text: str, number: Number) -> str | None:
    before, behind = text[max(0, number.start - 60) : number.start], text[number.end : number.end + 60]
    role = number.role
    if role == "out_channels" and re.match(r"(?i)\s*(?:stacked|successive|consecutive|sequential)\s+\d", behind):
        return "count"
    if role is None and re.search(r"(?i)[?.;]\s*(?:and )?(?:after|for|with)\s+$", before) and re.match(r"\s*(?:of (?:them|these|those)\s*)?\?", behind):
        return "recount"
    if number.value == 1 and re.match(r"(?i)\s*(?:filter|kernel)s? (?:per|for each|for every) (?:input )?channel\b", behind):
        return "ordinal"
    if role in _NOT_CHANNELS or role in ("out_features", "length"):
        return role
    counted = re.match(rf"(?i)[\s-]*(?:(input and output |in and out |in/out |input/output )|(?:output |input |conv\w* |linear )*){CHANNELS}", behind)
    if counted and (counted[1] or re.match(rf"\s*{_SPREAD}", behind[counted.end() :], re.IGNORECASE)):
        return "both"
    if re.search(r"(?i)\bC_in\s*=\s*C_out\s*=\s*$|\b(?:in(?:put)? and output|in/out(?:put)?)(?: channels?| maps)*\s*(?:=|:|of|are|is|both|equal)*\s*$", before):
        return "both"
    if re.match(r"(?i)[\s-]*(?:times|-?fold)\b", behind) or re.search(r"(?i)\bexpansion (?:factor|ratio|rate)[\s=:]*(?:of |is )?$|\bt\s*=\s*$|\bby a factor(?: of)? $", before):
        return "expansion" if re.search(r"(?i)\bexpan", text) else None
    if re.match(r"(?i)[\s-]*(?:(?:input|incoming)[\s-]|channels? in\b(?! (?:front|each|all|both|every|total|the))|channel (?:input|image|volume|map|feature|tensor))", behind):
        return "in"
    if re.search(rf"(?i)\b(?:to|into|onto)\s+(?:only |just |the )*$", before) or re.search(r"(?i)\bat\s+$", before):
        return "out"
    if re.search(rf"(?i)\b(?:from|{_RESIZES})\s+(?:the |from )*$", before) or re.match(rf"(?i)[\s-]*(?:input )?channels? (?:(?:are|is|get|being) )?(?:first )?{_RESIZES}", behind):
        return "in"
    if role == "out_channels":
        return role.replace("out_channels", "out")
    if role == "in_channels":
        entering = re.search(r"(?i)\b(?:on|over|for|takes?|receiv\w+|input|inputs|after)\b[^#,.;?]{0,30}$|(?:maps?|image|volume|tensor|picture)\s*(?:with|having|of|has)\s+$|C_in\s*=\s*$|\bdepth\b", before)
        return "in" if entering else "channels"
    if role == "kernel_size" and not re.search(r"(?i)conv\w*[\s,]*$", before):
        return role
    near = re.search(r"(?i)(?:conv\w*|\d+x\d+)(?:\s*,\s*(?:same|valid))?[\s,(]*$", before)
    return "out" if near and re.match(r"\s*(?:$|[,.;:?)→+]|=>|->|then\b|and\b|or\b|vs\b|versus\b|on\b|\()", behind) else None


_WEIGHTED = ("conv", "conv_transpose", "local", "depthwise", "pointwise", "separable", "fc", "global_avgpool", "global_maxpool", "flatten", *POOLS)
_STANDARD = re.compile(r"(?i)\b(?:standard|ordinary|regular|normal|conventional|vanilla|full|plain|usual|classic(?:al)?)(?: one)?(?=\s*(?:,|\(|against|vs|versus|or\b|and\b|compared|than))")
_ONES = re.compile(r"(?i)\b(?:expan(?:d(?:ed|s|ing)?|sion)(?! (?:factor|ratio|rate))|project(?:ed|s|ing|ion)?)\b")
END = re.compile(r"[.;?\n](?=\s|$)|:(?=\s)")
BEGIN = re.compile(r"(?i)\b(?:how (?:many|much|large|do|does)|what|which|compute|calculate|find|give|determine|compare)\b")
ALTERNATIVE = re.compile(
    r"(?i)\b(?:or|vs|versus|against|than|as opposed to|rather than|instead of|in place of|in contrast (?:to|with)|compar\w+ [^.?;]{0,80}?\b(?:to|with)|in comparison (?:to|with)|relative to|alternatively|whereas|while|"
    r"and (?:how|what)|how (?:many|much) (?:would|does|do|are|is|has|have|if)|(?:replac|substitut|swap|exchang|factori[sz]|decompos)\w*)\b|\?\s*(?:and|or)\b"
)
CHAIN = re.compile(r"(?i)\b(?:then|followed by|next|afterwards|after (?:that|which)|before|plus|finally|goes? into|feeds?|passes|passed)\b|→|=>|->|\+")
BEFORE = re.compile(r"(?i)\bpreceded by\b|\bgets? an?\b|\bfirst (?:reduc|squeez|compress)\w+")


def parts(scene: Scene, found: list[Fact]) -> tuple[list[Part], list[Fact]]:
    """The layers in reading order with what is said of each, and what is said of none of them."""
    anchors: list[Any] = [fact for fact in found if fact.kind == "kernel_size"]
    anchors += [one for one in scene.mentions if one.type in _WEIGHTED]
    anchors += [Mention("conv", *match.span()) for match in _STANDARD.finditer(scene.text)]
    if any(one.type == "depthwise" for one in scene.mentions):
        anchors += [Mention("pointwise", *match.span()) for match in _ONES.finditer(scene.text)]
        if not re.search(r"(?i)\bexpan(?!sion (?:factor|ratio|rate))", scene.text):
            anchors += [Mention("pointwise", fact.start, fact.end) for fact in found if fact.kind == "expansion"]
    anchors.sort(key=lambda one: (one.start, one.end))
    made: list[Part] = []
    for anchor in anchors:
        if not (made and _joins(scene.text, made[-1], anchor)):
            made.append(Part("", anchor.start, anchor.end))
        part = made[-1]
        if isinstance(anchor, Fact):
            part.facts["kernel_size"] = anchor.value
        elif part.type in ("", "conv"):
            part.type = anchor.type
        if isinstance(anchor, Mention):
            part.article = part.article or anchor.article
        part.end = max(part.end, anchor.end)
    made = _described(scene.text, made, found)
    shared = _of_all(made)
    made = _merged(scene.text, made)
    _recounted(made, found)
    for fact in found:
        if fact.kind in ("kernel_size", "ordinal", "recount"):
            continue
        of = _owner(scene.text, made, fact)
        if of is None or fact.kind in ("volume", "height", "width", "side", "length", "batch"):
            shared.append(fact)
        else:
            of.say(fact, scene.text)
            if fact.kind == "out" and fact.end < of.start and scene.text[fact.end : of.start].isspace():
                of.facts["counted"] = True
    for part, following in zip(made, [*made[1:], None]):
        part.type = part.type or "conv"
        _single(scene.text, part)
        if following is not None and following.again:
            following.facts, following.type = dict(part.facts), part.type
    return made, shared


def _recounted(made: list[Part], found: list[Fact]) -> None:
    """`After two 3×3 layers? After three?`: the layer before once more, as often as said."""
    for fact in found:
        before = [part for part in made if part.start < fact.start]
        if fact.kind == "recount" and before:
            made.insert(len(before), Part("", fact.start, fact.end, count=fact.value, again=True))


def _single(text: str, part: Part) -> None:
    """`an 11×11 filter`: one filter, where nothing is said of their number."""
    alone = re.search(r"(?i)\b(?:an?|one|1|single)\s+$", text[max(0, part.start - 10) : part.start]) and re.match(r"(?i)\s*(?:filter|kernel)\b(?!s)", text[part.end :])
    if alone and part.type == "conv" and not {"out", "channels", "both"} & part.facts.keys():
        part.facts["single"] = True


def _joins(text: str, part: Part, anchor: Any) -> bool:
    """Whether a further word or size is of the same layer."""
    between = text[part.end : anchor.start]
    if isinstance(anchor, Fact):
        sides = anchor.value if isinstance(anchor.value, tuple) else (anchor.value,)
        if "kernel_size" in part.facts or (part.type == "pointwise" and set(sides) != {1}):
            return False
    elif part.type and (part.type != "conv" or anchor.type != "conv") and not (anchor.type == "conv" and re.fullmatch(r"[\s(-]*", between)):
        return False
    return not (END.search(between) or ALTERNATIVE.search(between) or CHAIN.search(between))


def _described(text: str, made: list[Part], found: list[Fact]) -> list[Part]:
    """Without the parts that only speak of an earlier one again."""
    kept: list[Part] = []
    for at, part in enumerate(made):
        following = made[at + 1].start if at + 1 < len(made) else len(text)
        bare = not any(part.end <= fact.start < following and not END.search(text[part.end : fact.start]) for fact in found)
        alike = [one for one in kept if one.facts.get("kernel_size") == part.facts.get("kernel_size") or "kernel_size" not in part.facts]
        article = re.search(r"(?i)\b(the|this|that|these|those|both|each)(?: \w+)?\s*$", text[max(0, part.start - 30) : part.start])
        if bare and alike and article and not _ONES.match(text, part.start) and (part.type in ("", "conv") or any(one.type == part.type for one in alike)):
            continue
        kept.append(part)
    return kept


def _of_all(made: list[Part]) -> list[Fact]:
    """Takes out the size that stands alone, behind layers that have none, and is the size of them all."""
    without = [part for part in made if part.type and part.type not in _SIZELESS and "kernel_size" not in part.facts]
    alone = [part for part in made if not part.type]
    if len(without) < 2 or len(alone) != 1 or alone[0].start < without[-1].start:
        return []
    made.remove(alone[0])
    return [Fact("kernel_size", alone[0].facts["kernel_size"], alone[0].start, alone[0].end)]


def _merged(text: str, made: list[Part]) -> list[Part]:
    """`Normal convolution: an image is convolved with 5 filters of 3×3`: a name and what follows are one layer."""
    kept: list[Part] = []
    if [part.type for part in made[:3]] == ["separable", "depthwise", "pointwise"] and "kernel_size" not in made[0].facts:
        made = made[1:]
    for part in made:
        last = kept[-1] if kept else None
        gap = text[last.end : part.start] if last else ""
        if last is not None and set(last.facts) == {"kernel_size"} == set(part.facts) and last.facts == part.facts and re.match(r"\s*\([^)]*$", gap):
            last.end = part.end
        elif last is not None and last.type and not last.facts and "kernel_size" in part.facts and part.type in ("", "conv", last.type) and not (ALTERNATIVE.search(gap) or CHAIN.search(gap)) and re.match(r"\s*(?:\w+\s*){0,2}:", gap):
            last.facts, last.end = part.facts, part.end
        else:
            kept.append(part)
    return kept


_SIZELESS = ("fc", "pointwise", "flatten", "global_avgpool", "global_maxpool")


def _owner(text: str, made: list[Part], fact: Fact) -> Part | None:
    """Whose fact it is: the layer's on its side of the words that part two layers; None is said of all."""
    if re.match(rf"(?i)[\s-]*(?:{CHANNELS}\s*)?(?:each\b|for (?:each|all|both)|in (?:each|all|both)|throughout|everywhere)", text[fact.end : fact.end + 50]):
        if fact.kind in ("out", "channels", "both"):
            return None
    left = next((one for one in reversed(made) if one.start <= fact.start), None)
    right = next((one for one in made if one.start > fact.start), None)
    if right is not None and fact.kind in ("in", "out", "expansion") and re.fullmatch(_MEANS, text[fact.end : right.start]):
        if re.search(rf"(?i)\b{_RESIZES}[^,.;?]*$", text[left.end if left else 0 : fact.start]):
            return right
    if right is not None and (fact.kind == "count" or (fact.kind == "out" and text[fact.end : right.start].isspace())):
        if not re.search(r"[,.;:?\n()]", text[fact.end : right.start]):
            return right
    if left is not None and not _parted(text, left.end, fact.start, right is not None):
        return left
    if right is not None and not re.search(r"[,.;:?\n(]|\b(?:and|or|then|with|on|how|what)\b", text[fact.end : right.start]):
        return right
    return None


def _parted(text: str, start: int, end: int, more: bool) -> bool:
    between = text[start:end]
    if END.search(between):
        return True
    return bool(more and (ALTERNATIVE.search(between) or CHAIN.search(between) or re.search(r"(?i)\band\s+$", between)))
