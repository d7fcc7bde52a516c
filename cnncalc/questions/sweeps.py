"""The same layers with one thing another way: `once with 1 group, once with 4`, `and what if the stride is 2?`"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from cnncalc.questions.answers import told
from cnncalc.questions.calls import read_code
from cnncalc.questions.forward import forward
from cnncalc.questions.guard import check, check_words
from cnncalc.questions.plan import planned
from cnncalc.questions.reading import read
from cnncalc.questions.remarks import places
from cnncalc.questions.reply import Reply, not_understood
from cnncalc.questions.scene import WINDOWED, Scene, stated
from cnncalc.questions.wanted import Wanted, wanted

_SEVERAL = re.compile(r"(?i)\b(?:respectively|layers|convolutions|convs)\b")
_OPTION = r"(?:kernel sizes?|filter sizes?|strides?|padding|paddings|dilations?|dilation (?:rates?|factors?)|groups?)"
_NUMBERS = r"(?:\d+\s*,\s*)*\d+\s*,?\s*(?:and|or|vs|versus)\s+\d+"
_LIST = re.compile(rf"(?i)\b{_OPTION}(?: of| is| are|:|=)*\s+({_NUMBERS})(?=\s*(?:[?.,;:)]|$))|\b({_NUMBERS}) groups\b")
_REPEATED = re.compile(
    r"(?i)\b(?P<option>stride|padding|dilation|kernel size|filter size)(?: of)? \d+(?:\s*(?:,|and|or|vs|"
    r"versus)\s*(?:and |or )?(?:with |for |a )*(?P=option)(?: of)? \d+)+"
)
_OFFERED = re.compile(r"(?i)\b(?:with|for|at|using|by|when|if)(?: the| a)?\s*\0|\b(?:or|vs|versus)\b")
_GROUPS = re.compile(r"(?i)\b\d+ groups?(?:\s*(?:,|and|or|vs|versus)\s*(?:and |or )?(?:with |for )?\d+ groups?)+")
_ONCE = re.compile(r"(?i)\bonce\s+((?:with|without|using|for)\b[^,;.?\n(]*)")
_BIASES = re.compile(
    r"(?i)\bwith(?P<one> bias(?:es)?)? (?:and|or|versus|vs) without(?: an?|"
    r" any)?(?P<other> bias(?:es)?)?|\bwithout(?P<third> bias(?:es)?)? (?:and|or|versus|vs) with(?: an?|"
    r" any)?(?P<fourth> bias(?:es)?)?"
)
_AGAIN = re.compile(
    r"(?i)(?<=[.?;,:\n)])\s*(?:and |but |now )*(?:what|how)(?: (?:would|will|does|do|is|"
    r"are))?(?: \w+){0,2}? (?:if|when|about|happens (?:if|when))\b|(?<=[.?;\n])\s*(?:and|but|"
    r"now)(?: (?:what|how))?(?: the same)? (?:with|for|if|when|using|without)\b|"
    r"(?<=[.?;,:\n])\s*(?:and )?the same,? (?:but )?(?:with|for|if|when|using)\b|(?<=[.?;\n])\s*(?:part|"
    r"case|option) [b-f]\s*[:.)]?\s*(?:the same,? )?(?:but )?(?:with|without)\b"
)
_HEAD = re.compile(r"(?i)\b(?:part|case|option) [a-f]\s*[:.)]")
_PLACES = re.compile(r"(?i)\b(?:all|both|every|each)\b")
_CHANGES = ("stride", "padding", "dilation", "groups", "kernel_size", "pool_size", "out_channels", "output_padding")


MOST = 20
"""How many cases of one question are answered."""


def swept(question: str, scene: Scene, asked: list[Wanted]) -> Reply | None:
    """The reply for every way that the question lists; None where it lists none."""
    if "«" in scene.text:
        return None
    texts = _ways(scene.text)
    if len(texts) > MOST:
        raise not_understood(f"more than {MOST} cases are not told", scene.text)
    if texts:
        return _joined(question, [(name, _reply(question, text)) for name, text in texts])
    return _changed(question, scene, asked)


def _ways(text: str) -> list[tuple[str, str]]:
    """The text once for each way, with the others blank."""
    once = list(_ONCE.finditer(text))
    if len(once) > 1:
        return [
            (one[1].strip(), _blank(text, [other.span() for other in once if other is not one], one.span(), one[1]))
            for one in once
        ]
    both = _BIASES.search(text)
    if both and any(both.groups()):
        return [
            (way, _blank(text, [], both.span(), way))
            for way in (
                ("with bias", "without bias") if both["one"] or both["other"] else ("without bias", "with bias")
            )
        ]
    repeated = _REPEATED.search(text)
    if repeated and _OFFERED.search(f"{text[: repeated.start()][-12:]}\0{repeated[0]}") and not _SEVERAL.search(text):
        ways = re.findall(rf"(?i){repeated['option']}(?: of)? \d+", repeated[0])
        return [(way, _blank(text, [], repeated.span(), way)) for way in ways]
    groups = _GROUPS.search(text)
    if groups and not _SEVERAL.search(text):
        return [(way, _blank(text, [], groups.span(), way)) for way in re.findall(r"(?i)\d+ groups?", groups[0])]
    lists = list(_LIST.finditer(text))
    if len(lists) != 1 or _SEVERAL.search(text):
        return []
    group = 1 if lists[0][1] else 2
    return [
        (
            re.sub(
                r"\s+", " ", text[lists[0].start() : lists[0].start(1)] + one if group == 1 else f"{one} groups"
            ).strip(),
            _blank(text, [], lists[0].span(group), one),
        )
        for one in re.findall(r"\d+", lists[0][group])
    ]


def _blank(text: str, spans: list[tuple[int, int]], kept: tuple[int, int], words: str) -> str:
    signs = list(text)
    for start, end in spans:
        signs[start:end] = " " * (end - start)
    signs[slice(*kept)] = words
    return re.sub(r"(?:\s*,)+(?=\s*(?:,|\(|[.?]))", "", "".join(signs))


def _reply(question: str, text: str) -> Reply:
    scene = read(text, read_code(""))
    asked = wanted(text, stated(scene))
    check(scene, asked)
    if len([layer for layer in scene.layers if layer.type in WINDOWED]) != 1:
        raise not_understood("it is not clear which layer is meant in each case", text)
    return forward(question, scene, asked, planned(scene))


def _joined(question: str, replies: list[tuple[str, Reply]]) -> Reply:
    answers = tuple(
        answer._replace(of=f"{answer.of}, {name}" if answer.of else name)
        for name, reply in replies
        for answer in reply.answers
    )
    understood = "---\n".join(f"# {name}\n{reply.understood}" for name, reply in replies)
    steps = tuple(f"{name}: {step}" for name, reply in replies for step in reply.steps)
    assumptions = tuple(dict.fromkeys(one for _, reply in replies for one in reply.assumptions))
    return Reply(question, understood, answers, steps, assumptions, replies[0][1].convention)


def _changed(question: str, scene: Scene, asked: list[Wanted]) -> Reply | None:
    """The layers as they are described, and again with what `and what if …` changes."""
    openings = list(_AGAIN.finditer(scene.text))
    if not 0 < len(openings) <= MOST:
        return None
    spans = []
    for one, following in zip(openings, [*openings[1:], None]):
        end = re.compile(r"[?.;\n](?=\s|$)").search(scene.text, one.end())
        spans.append(
            (
                one.start(),
                min(end.start() if end else len(scene.text), following.start() if following else len(scene.text)),
            )
        )
    for start, stop in spans:
        if re.search(
            r"(?i)\b(?:before|after|behind|in front|insert\w*|add\w*|another|preced\w*|follow\w*)\b",
            scene.text[start:stop],
        ):
            raise not_understood("what this changes is not understood", scene.text, (start, stop))
    signs = list(scene.text)
    for start, stop in spans:
        signs[start:stop] = " " * (stop - start)
    base = read(_HEAD.sub(lambda found: " " * len(found[0]), "".join(signs)), read_code(""))
    wants = wanted(base.text, stated(base))
    found = [_changes(scene, span) for span in spans]
    changes = [change for change in found if change is not None]
    if not wants or len(changes) < len(found) or not base.layers:
        return None
    check(base, wants)
    check_words(scene, asked, re.compile("(?i)instead"))
    for (_, before), (_, after) in pairwise(changes):
        if not before.keys() <= after.keys():
            raise not_understood(
                "it is not clear whether each case changes the first one or the one before it", scene.text
            )
    replies = [("as described", forward(question, base, wants, planned(base)))]
    for span, (place, options) in zip(spans, changes):
        again = _with(base, place, options, scene, span)
        replies.append((_told(options), forward(question, again, wants, planned(again))))
    return _joined(question, replies)


def _changes(scene: Scene, span: tuple[int, int]) -> tuple[Any, dict[str, Any]] | None:
    """The layer meant and its changed options; None where the words say anything else."""
    start, end = span
    options: dict[str, Any] = {}
    for number in scene.numbers:
        if start <= number.start < end:
            if number.role not in _CHANGES:
                return None
            options[number.role] = number.value
    for remark in scene.remarks:
        if start <= remark.start < end and remark.kind in ("padding", "stride", "dilation"):
            options.setdefault(remark.kind, remark.value)
    at = [one.value for one in places(scene.text[start:end])]
    if (
        not options
        or len(at) > 1
        or [
            one
            for one in scene.mentions
            if start <= one.start < end and one.type not in ("conv", "pool", "maxpool", "avgpool")
        ]
    ):
        return None
    return (at[0] if at else "all" if _PLACES.search(scene.text[start:end]) else None), options


def _with(base: Scene, place: Any, options: dict[str, Any], scene: Scene, span: tuple[int, int]) -> Scene:
    layers = [replace(layer, options=dict(layer.options), gives=None) for layer in base.layers]
    windowed = [layer for layer in layers if layer.type in WINDOWED]
    meant = (
        windowed
        if place == "all" or len(windowed) == 1
        else [windowed[place]]
        if isinstance(place, int) and -len(windowed) <= place < len(windowed)
        else []
    )
    if not meant:
        raise not_understood("it is not clear which layer is changed", scene.text, span)
    for layer in meant:
        for name, value in options.items():
            layer.options["kernel_size" if name == "pool_size" else name] = value
    return replace(base, layers=layers)


def _told(options: dict[str, Any]) -> str:
    return ", ".join(f"{name} {told(value)}" for name, value in options.items())
