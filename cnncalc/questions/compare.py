"""Comparisons: variants of a layer or of a stack on the same input, and what the one saves against the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.questions import answers as told
from cnncalc.questions import engine, relations, working
from cnncalc.questions.answers import UNITS, Answering
from cnncalc.questions.blocks import MOST, Part, parts
from cnncalc.questions.contrast import Contrast, contrast, contrasts
from cnncalc.questions.facts import Fact, facts, unpaired
from cnncalc.questions.guard import check_words
from cnncalc.questions.inherit import completed
from cnncalc.questions.reply import Answer, Assumption, NotUnderstood, Reply, not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.variants import Variant, grouped, in_front, said
from cnncalc.questions.wanted import Wanted

COUNTS = ("params", "weights", "macs", "flops", "trainable")
OUTPUTS = ("output", "spatial", "channels", "elements")
_BLOCK = re.compile(
    r"(?i)\b(?:bottleneck|mobilenet\w*|inverted residual|squeez\w+|expand\w*|expansion|reduce|reduction|"
    r"inception|separable|depth-?wise)\b"
)
_SAME = re.compile(
    r"(?i)\bsame\b(?! (?:\d|(?:\w+ )?(?:input|image|picture|volume|tensor|feature|map|number|amount|"
    r"count|two|layers?|job|task|stride|channels?|shape|output|receptive|kernel|filter)s?\b))"
)
_ALLOWED = re.compile(
    r"(?i)(?:replac|swap|instead|inception|squeez|residual|invert|project|expan|shrink|shrunk|sav|"
    r"branch|insert|slash|outperform|cheap|former|latter|mobilenet|yield|feed|compress|factori[sz]|"
    r"expan|differ|substitut|alternativ|decompos|slim|drop|relativ)\w*|halve|versus|whereas|vs|instead|"
    r"multiple|reduces?d?|percent\w*|ratio|respectively|stacked|beforehand"
)
_READ = re.compile(r"(?i)before|preced|in front|same|bias|first")
"""Relations that a comparison reads itself."""
_PER_PAIR = re.compile(
    r"(?i)\b(?:per|for (?:one|a|each|every|a single)) (?:input[- /]+output |in[- /]+out |"
    r"input and output )?(?:channel pair|pair of (?:input and output |input[- /]output )?channels|"
    r"in(?:put)? and out(?:put)? channel)"
)


@dataclass
class _Wants:
    """What is asked of every variant, and what of them together."""

    quantities: list[str] = field(default_factory=list)
    contrasts: list[Contrast] = field(default_factory=list)


def compared(question: str, scene: Scene, asked: list[Wanted]) -> Reply | None:
    """The reply to a comparison, or to a question about a block; None where the question is neither."""
    text = scene.text
    if "«" in text:
        return None
    if len(scene.numbers) > 10 * MOST:
        raise not_understood("there are too many numbers to tell them apart", text)
    try:
        found = facts(scene)
        scene = replace(scene, text=unpaired(scene.text, found))
        text = scene.text
        made, shared = parts(scene, found)
        groups = in_front(text, made) or grouped(text, made, bool(contrasts(text, asked)[0]))
    except NotUnderstood:
        return None
    if groups is None or (len(groups) == 1 and not _BLOCK.search(text)):
        return None
    wants = _asked(scene, asked)
    if not (wants.quantities or wants.contrasts) or (wants.contrasts and len(groups) == 1):
        return None
    check_words(scene, asked, _ALLOWED)
    related = relations.unread(scene, asked, _READ)
    if related:
        raise not_understood(f"“{text[slice(*related)]}” relates things in a way that is not understood", text, related)
    _check_same(scene)
    if len({one.value for one in scene.remarks if one.kind == "bias"}) > 1:
        raise not_understood("it is not clear which of them have a bias", text)
    if _PER_PAIR.search(text):
        shared = _per_pair(made, shared)
    needed = [*wants.quantities, *(one.quantity for one in wants.contrasts)]
    variants = completed(groups, said(text, made, shared), scene, needed)
    return _reply(question, scene, variants, wants)


def _check_same(scene: Scene) -> None:
    """Refuses a `same` that may be a padding and is not read as one."""
    for match in _SAME.finditer(scene.text):
        if not any(one.start <= match.start() < one.end for one in scene.remarks):
            raise not_understood("it is not clear what is the same here", scene.text, match.span())


def _asked(scene: Scene, asked: list[Wanted]) -> _Wants:
    """The quantities asked of each, without those that are only asked against one another."""
    wants = _Wants()
    known = [one for one in asked if one.quantity in (*COUNTS, *OUTPUTS, "operations", "receptive")]
    named = {one.quantity for one in known}
    if "operations" in named & {"operations"} and named & {"macs", "flops"}:
        known = [one for one in known if one.quantity != "operations"]
    wants.contrasts, taken = contrasts(scene.text, known)
    for one in known:
        if one not in taken and one.quantity not in wants.quantities:
            wants.quantities.append(one.quantity)
    if "params" in wants.quantities and "weights" in wants.quantities:
        wants.quantities.remove("weights")
    return wants


def _per_pair(made: list[Part], shared: list[Fact]) -> list[Fact]:
    """With one channel in and one out, whatever else is said of channels."""
    for part in made:
        for name in ("in", "out", "channels", "both"):
            part.facts.pop(name, None)
    return [
        *(fact for fact in shared if fact.kind not in ("in", "out", "channels", "both", "volume")),
        Fact("both", 1, 0, 0),
    ]


def _reply(question: str, scene: Scene, variants: list[Variant], wants: _Wants) -> Reply:
    made = [_made(variant) for variant in variants]
    several = len(variants) > 1
    answers = [
        Answer("output", list(variant.output), f"{told.told(variant.output)}, as the question says", variant.name)
        for variant in variants
        if variant.output is not None
    ]
    for quantity in wants.quantities:
        answers += [_answer(one, quantity, variant.name if several else None) for one, variant in zip(made, variants)]
    answers += [
        contrast(
            scene.text, one, [variant.name for variant in variants], [_value(found, one.quantity) for found in made]
        )
        for one in wants.contrasts
    ]
    for found in made:
        told.assume_defaults(found, {*wants.quantities, *(one.quantity for one in wants.contrasts)})
    needed = {*wants.quantities, *(one.quantity for one in wants.contrasts)}
    assumptions = list(dict.fromkeys(one for found in made for one in found.plan.assumptions))
    if needed & {"params", "trainable"} and scene.remark("bias") is None:
        assumptions.append(Assumption("bias", True, "not given"))
    if "operations" in needed:
        assumptions.append(Assumption("operation", "one multiply-accumulate", "not said"))
    specs = [f"# {variant.name}\n{engine.spec(found.plan)}" for variant, found in zip(variants, made)]
    steps = tuple(
        f"{variant.name}: {step}" if several else step
        for variant, found in zip(variants, made)
        for step in working.steps(found.made, sorted(needed))
    )
    return Reply(question, "---\n".join(specs), tuple(answers), steps, tuple(assumptions), scene.framework or "torch")


def _made(variant: Variant) -> Answering:
    assert variant.scene is not None and variant.plan is not None
    found = Answering(variant.scene, variant.plan, engine.made(variant.plan))
    last = found.made[-1].output
    if (
        variant.output is not None
        and len(last) > 1
        and list(variant.output) not in (variant.plan.written(last), list(last[1:]))
    ):
        raise not_understood(f"{variant.name} does not give {told.told(variant.output)}", variant.scene.text)
    for index, part in enumerate(variant.parts):
        stated = part.facts.get("gives")
        if stated is not None and list(stated) != variant.plan.written(found.part(index)[-1].output):
            raise not_understood(
                f"{variant.name} does not give {told.told(stated)}", variant.scene.text, (part.start, part.end)
            )
    return found


def _answer(found: Answering, quantity: str, of: str | None) -> Answer:
    if quantity == "operations":
        quantity = "macs"
    if quantity in UNITS:
        return told.count(found, quantity, found.made, of)
    if quantity == "receptive":
        size = _value(found, quantity)
        value = size[0] if len(set(size)) == 1 else list(size)
        return Answer("receptive_field", value, told.told(list(size)), of, "pixel")
    return told.output(found, found.made[-1], of, quantity)


def _value(found: Answering, quantity: str) -> Any:
    if quantity == "receptive":
        return engine.field(found.plan, found.plan.steps).size
    return sum((one.counts["macs" if quantity == "operations" else quantity] for one in found.made), 0)
