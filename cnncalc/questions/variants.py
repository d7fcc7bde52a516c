"""The variants of a comparison: which layers belong to which, and what is said of them all."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.questions.blocks import ALTERNATIVE, BEFORE, CHAIN, END, Part
from cnncalc.questions.facts import Fact
from cnncalc.questions.plan import Plan
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import Scene

_TWO = re.compile(
    r"(?i)\b(?:instead of|rather than|replac\w+|substitut\w+|swap\w*|exchang\w*|between|compar\w+|"
    r"either|difference|factori[sz]\w*)\b"
)
_FRONT = re.compile(r"(?i)\b(?:in front|before (?:it|that|the)|beforehand|prepended|upstream)\b")
_OUTWARDS = re.compile(
    r"(?i)(?:→|=>|->|\bto|\binto|\boutput\w*|\bgiv\w+|\bproduc\w+|\byield\w*|\bresult\w*|"
    r"\bget)\s*(?:an?|the|of|is|be|:|=|in|\s)*$"
)
_VERB = re.compile(r"(?i)\b(?:does|do|has|have|is|are|of|as)\b")
INVERTED = ["pointwise", "depthwise", "pointwise"]
"""What an inverted residual block consists of, however it is told."""


WEIGHTY = ("conv", "local", "conv_transpose", "depthwise", "pointwise", "separable")
"""Types of layers that have filters."""


@dataclass
class Variant:
    """One of the things compared: its layers, and the plan that they come to."""

    name: str
    parts: list[Part]
    scene: Scene | None = None
    plan: Plan | None = None
    output: tuple[Any, ...] | None = None
    """What the question says that comes out."""
    entering: Any = None
    """How many channels go in."""


@dataclass
class Said:
    """What is said of all variants."""

    facts: dict[str, Any] = field(default_factory=dict)
    input: tuple[Any, ...] | None = None
    output: tuple[Any, ...] | None = None


def grouped(text: str, made: list[Part], two: bool) -> list[list[Part]] | None:
    """The layers by variants; None where nothing parts them. `two` if they are asked against one another."""
    if len(made) < 2:
        return [made] if made else None
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(made)]
    kinds = [
        "alternative" if ALTERNATIVE.search(gap) or other.again else "chain" if CHAIN.search(gap) else "weak"
        for gap, other in zip(gaps, made[1:])
    ]
    opening = bool(_TWO.search(text[: made[0].start]))
    if "alternative" not in kinds:
        against = opening or (two and len(made) == 2 and _VERB.search(gaps[0]))
        if not against or kinds.count("weak") != 1:
            together = (
                "weak" not in kinds
                or all(not END.search(gap) for gap in gaps)
                or [part.type for part in made] == INVERTED
            )
            return [made] if together else None
        kinds[kinds.index("weak")] = "alternative"
    if any(kind == "weak" and END.search(gap) for kind, gap in zip(kinds, gaps)):
        raise not_understood("it is not clear which layers belong together", text)
    groups = [[made[0]]]
    for kind, part in zip(kinds, made[1:]):
        if kind == "alternative":
            groups.append([part])
        else:
            groups[-1].append(part)
    return groups


def in_front(text: str, made: list[Part]) -> list[list[Part]] | None:
    """A layer alone, and the same one behind another that is put in front of it."""
    if len(made) != 2:
        return None
    one, other = made
    gap = text[one.end : other.start]
    if BEFORE.search(gap) or (_FRONT.search(text[other.end :]) and not ALTERNATIVE.search(gap)):
        behind = again(one)
        behind.facts.pop("in", None)
        return [[one], [other, behind]]
    return None


def again(part: Part) -> Part:
    """The same layer for another variant."""
    return replace(part, facts=dict(part.facts))


def said(text: str, made: list[Part], shared: list[Fact]) -> Said:
    """What the facts that belong to no layer say of all of them, and what goes in and comes out."""
    found = Said()
    for fact in shared:
        if fact.kind == "volume":
            _volume(text, found, fact, made)
        elif found.facts.setdefault(fact.kind, fact.value) != fact.value:
            raise not_understood(
                f"it is not clear what {text[fact.start : fact.end]} belongs to", text, (fact.start, fact.end)
            )
    return found


def _volume(text: str, found: Said, fact: Fact, made: list[Part]) -> None:
    outwards = _OUTWARDS.search(text[max(0, fact.start - 40) : fact.start])
    if fact.value in (found.input, found.output):
        return
    if found.input is None and not (outwards and made and made[0].start < fact.start):
        found.input = fact.value
        return
    before = [part for part in made if part.start < fact.start]
    last = before[-1] if before else None
    inside = last is not None and re.match(r"\s*(?:→|=>|->)", text[fact.end : fact.end + 4])
    if outwards and inside and last is not None:
        last.facts.setdefault("gives", fact.value)
    elif outwards and found.output is None:
        found.output = fact.value
    else:
        raise not_understood(f"it is not clear what {text[fact.start : fact.end]} is", text, (fact.start, fact.end))


def is_one(part: Part) -> bool:
    """Whether a layer sees one position at a time."""
    kernel = part.facts.get("kernel_size")
    return part.type == "pointwise" or kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})
