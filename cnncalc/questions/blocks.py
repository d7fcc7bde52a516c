"""Layers one after the other, as comparisons and blocks tell them: `1×1 down to 16 channels, then a 5×5 with 32`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from cnncalc.questions.facts import CHANNELS, RESIZES, Fact
from cnncalc.questions.mentions import Mention
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, Scene

_MEANS = rf"(?i)[\s-]*(?:{CHANNELS})?,?\s*(?:with|by|using|through|via|by means of)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?"


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
            raise not_understood(
                "this is said of the same layer twice, with different values", text, (fact.start, fact.end)
            )


_WEIGHTED = (
    "conv",
    "conv_transpose",
    "local",
    "depthwise",
    "pointwise",
    "separable",
    "fc",
    "global_avgpool",
    "global_maxpool",
    "flatten",
    *POOLS,
)
_STANDARD = re.compile(
    r"(?i)\b(?:standard|ordinary|regular|normal|conventional|vanilla|full|plain|usual|"
    r"classic(?:al)?)(?: one)?(?=\s*(?:,|\(|against|vs|versus|or\b|and\b|compared|than))"
)
_ONES = re.compile(r"(?i)\b(?:expan(?:d(?:ed|s|ing)?|sion)(?! (?:factor|ratio|rate))|project(?:ed|s|ing|ion)?)\b")
END = re.compile(r"[.;?\n](?=\s|$)|:(?=\s)")
BEGIN = re.compile(
    r"(?i)\b(?:how (?:many|much|large|do|does)|what|which|compute|calculate|find|give|determine|compare)\b"
)
ALTERNATIVE = re.compile(
    r"(?i)\b(?:or|vs|versus|against|than|as opposed to|rather than|instead of|in place of|"
    r"in contrast (?:to|with)|compar\w+ [^.?;]{0,80}?\b(?:to|with)|in comparison (?:to|with)|"
    r"relative to|alternatively|whereas|while|"
    r"and (?:how|what)|how (?:many|much) (?:would|does|do|are|is|has|have|if)|(?:replac|substitut|swap|"
    r"exchang|factori[sz]|decompos)\w*)\b|\?\s*(?:and|or)\b"
)
CHAIN = re.compile(
    r"(?i)\b(?:then|followed by|next|afterwards|after (?:that|which)|before|plus|finally|goes? into|"
    r"feeds?|passes|passed)\b|→|=>|->|\+"
)
BEFORE = re.compile(r"(?i)\bpreceded by\b|\bgets? an?\b|\bfirst (?:reduc|squeez|compress)\w+")


MOST = 60
"""How many layers are told apart."""


def parts(scene: Scene, found: list[Fact]) -> tuple[list[Part], list[Fact]]:
    """The layers in reading order with what is said of each, and what is said of none of them."""
    anchors: list[Any] = [fact for fact in found if fact.kind == "kernel_size"]
    anchors += [one for one in scene.mentions if one.type in _WEIGHTED]
    anchors += [Mention("conv", *match.span()) for match in _STANDARD.finditer(scene.text)]
    if any(one.type == "depthwise" for one in scene.mentions):
        anchors += [Mention("pointwise", *match.span()) for match in _ONES.finditer(scene.text)]
        if not re.search(r"(?i)\bexpan(?!sion (?:factor|ratio|rate))", scene.text):
            anchors += [Mention("pointwise", fact.start, fact.end) for fact in found if fact.kind == "expansion"]
    if len(anchors) > MOST:
        raise not_understood(f"more than {MOST} layers are not compared", scene.text)
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
    alone = re.search(r"(?i)\b(?:an?|one|1|single)\s+$", text[max(0, part.start - 10) : part.start]) and re.match(
        r"(?i)\s*(?:filter|kernel)\b(?!s)", text[part.end :]
    )
    if alone and part.type == "conv" and not {"out", "channels", "both"} & part.facts.keys():
        part.facts["single"] = True


def _joins(text: str, part: Part, anchor: Any) -> bool:
    """Whether a further word or size is of the same layer."""
    between = text[part.end : anchor.start]
    if isinstance(anchor, Fact):
        sides = anchor.value if isinstance(anchor.value, tuple) else (anchor.value,)
        if "kernel_size" in part.facts or (part.type == "pointwise" and set(sides) != {1}):
            return False
    elif (
        part.type
        and (part.type != "conv" or anchor.type != "conv")
        and not (anchor.type == "conv" and re.fullmatch(r"[\s(-]*", between))
    ):
        return False
    return not (END.search(between) or ALTERNATIVE.search(between) or CHAIN.search(between))


def _described(text: str, made: list[Part], found: list[Fact]) -> list[Part]:
    """Without the parts that only speak of an earlier one again."""
    kept: list[Part] = []
    for at, part in enumerate(made):
        following = made[at + 1].start if at + 1 < len(made) else len(text)
        bare = not any(
            part.end <= fact.start < following and not END.search(text[part.end : fact.start]) for fact in found
        )
        alike = [
            one
            for one in kept
            if one.facts.get("kernel_size") == part.facts.get("kernel_size") or "kernel_size" not in part.facts
        ]
        article = re.search(
            r"(?i)\b(the|this|that|these|those|both|each)(?: \w+)?\s*$", text[max(0, part.start - 30) : part.start]
        )
        if (
            bare
            and alike
            and article
            and not _ONES.match(text, part.start)
            and (part.type in ("", "conv") or any(one.type == part.type for one in alike))
        ):
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
    if [part.type for part in made[:3]] == ["separable", "depthwise", "pointwise"] and "kernel_size" not in made[
        0
    ].facts:
        made = made[1:]
    for part in made:
        last = kept[-1] if kept else None
        gap = text[last.end : part.start] if last else ""
        if (
            last is not None
            and set(last.facts) == {"kernel_size"} == set(part.facts)
            and last.facts == part.facts
            and re.match(r"\s*\([^)]*$", gap)
        ):
            last.end = part.end
        elif (
            last is not None
            and last.type
            and not last.facts
            and "kernel_size" in part.facts
            and part.type in ("", "conv", last.type)
            and not (ALTERNATIVE.search(gap) or CHAIN.search(gap))
            and re.match(r"\s*(?:\w+\s*){0,2}:", gap)
        ):
            last.facts, last.end = part.facts, part.end
        else:
            kept.append(part)
    return kept


_SIZELESS = ("fc", "pointwise", "flatten", "global_avgpool", "global_maxpool")


def _owner(text: str, made: list[Part], fact: Fact) -> Part | None:
    """Whose fact it is: the layer's on its side of the words that part two layers; None is said of all."""
    if re.match(
        rf"(?i)[\s-]*(?:{CHANNELS}\s*)?(?:each\b|for (?:each|all|both)|in (?:each|all|both)|throughout|everywhere)",
        text[fact.end : fact.end + 50],
    ) and fact.kind in ("out", "channels", "both"):
        return None
    left = next((one for one in reversed(made) if one.start <= fact.start), None)
    right = next((one for one in made if one.start > fact.start), None)
    if right is not None and _leads_to(text, fact, right, left.end if left else 0):
        return right
    if left is not None and not _parted(text, left.end, fact.start, right is not None):
        return left
    if right is not None and not re.search(
        r"[,.;:?\n(]|\b(?:and|or|then|with|on|how|what)\b", text[fact.end : right.start]
    ):
        return right
    return None


def _leads_to(text: str, fact: Fact, part: Part, since: int) -> bool:
    """Whether a fact is of the layer behind it: `two 3×3`, `10 5×5`, `reduced to 16 channels by a 1×1`."""
    between = text[fact.end : part.start]
    if fact.kind == "count" or (fact.kind == "out" and between.isspace()):
        return not re.search(r"[,.;:?\n()]", between)
    means = fact.kind in ("in", "out", "expansion") and re.fullmatch(_MEANS, between)
    return bool(means and re.search(rf"(?i)\b{RESIZES}[^,.;?]*$", text[since : fact.start]))


def _parted(text: str, start: int, end: int, more: bool) -> bool:
    between = text[start:end]
    if END.search(between):
        return True
    return bool(more and (ALTERNATIVE.search(between) or CHAIN.search(between) or re.search(r"(?i)\band\s+$", between)))
