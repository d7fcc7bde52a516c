"""How a question speaks of the layers of its list: by name, by number, in parts that go on with the part before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cnncalc.questions.described import Described
from cnncalc.questions.forward import is_called
from cnncalc.questions.mentions import Mention
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted

_PLACE = r"(?:first|second|third|fourth|fifth|sixth|last|final)"
_SPOKEN = (
    (
        re.compile(
            r"(?i)\b(?P<what>(?:sizes?|shapes?|volumes?|dim\w*|outputs?|fields?|activations?|channels|maps)\b[^.;?\n]{0,25}?)\b(?:after|behind)\s+(?=(?:each|every|all|both)\b)"
        ),
        r"\g<what>of ",
    ),
    (re.compile(r"(?i)\bwith (?:full|complete) connections? between\s+[\ue000-\uf8ff]\s+and\s+[\ue000-\uf8ff]"), " "),
    (re.compile(r"(?i)\b(outputs?) (?:of|from|behind|after)\s+(?=[\ue000-\uf8ff]\s*(?:\?|$|\n|\())"), r"\1 "),
    (
        re.compile(
            r"(?i)\b(?:the |these |all )*\d+ (?=(?:missing|blanks?|unknown|question marks?|open|empty|gaps?)\b)"
        ),
        "the ",
    ),
    (re.compile(r"(?i)\((?:e\.g\.?|for example|for instance|such as|like)[^()\n]*\)"), " "),
    (re.compile(r"(?i)\bof (?:the )?(?:2|both)(?: layers)? (?:together|combined)"), "in total"),
    (re.compile(r"(?<![\w(])(?=(?:[a-h]|i{1,3}|iv|v)\)\s)"), "("),
    (re.compile(rf"(?i)\b(the {_PLACE})(?=\s*(?:$|[?.,;:)(]|and\b))"), r"\1 layer"),
)


def spoken(text: str, count: int) -> str:
    """The text with its parts as `(a)`, and layers that it counts in words."""
    for pattern, words in _SPOKEN:
        text = pattern.sub(words, text)
    return re.sub(rf"(?i)\b(?:all|each) (?:of )?(?:the |these )?{count}(?! ?\w)(?: layers)?", "each layer", text)


_SIGN = 0xE000
"""Private signs that stand for names while shorthand is written out."""


def signed(text: str, layers: tuple[Described, ...]) -> tuple[str, list[Described]]:
    """The text with a sign for every name that the list gives a layer, and the layer of every sign."""
    named: list[Described] = []
    for layer in sorted((layer for layer in layers if layer.name), key=lambda one: -len(one.name or "")):
        pattern = rf"(?i)(?:\blayer )?(?<![\w«]){re.escape(layer.name or '')}(?![\w.-]*\w)"
        text, count = re.subn(pattern, f" {chr(_SIGN + len(named))} ", text)
        named += [layer] if count else []
    for layer in layers:
        size = layer.options.get("out_features" if layer.type == "fc" else "out_channels")
        alike = [one for one in layers if one.type == layer.type and size in one.options.values()]
        if layer.name or not isinstance(size, int) or len(alike) != 1 or layer.type not in _OF_SIZE:
            continue
        pattern = rf"(?i)\b(?:the )?{_OF_SIZE[layer.type]}(?: layer)? (?:with|of|having)(?: the)? {size} (?:hidden )?{_SIZES[layer.type]}\b(?=[^.\n]*\?)"
        text, count = re.subn(pattern, f" {chr(_SIGN + len(named))} ", text)
        named += [layer] if count else []
    return text, named


_OF_SIZE = {"fc": r"(?:(?:fully|densely)[- ]connected|dense|fc|linear|hidden)", "conv": r"conv\w*"}
_SIZES = {"fc": r"(?:neurons|units|nodes|outputs)", "conv": r"(?:filters|maps|feature maps|kernels|channels)"}
"""How a layer is spoken of by its size: `the dense layer with 1024 neurons`."""


def references(
    text: str, named: list[Described], layers: tuple[Described, ...]
) -> tuple[str, list[tuple[Mention, Any]]]:
    """The text with blanks for the signs, and the layers that they stood for."""
    found: list[tuple[Mention, Any]] = []
    for at, sign in enumerate(text):
        if 0 <= ord(sign) - _SIGN < len(named):
            layer = named[ord(sign) - _SIGN]
            alike = [one for one in layers if is_called(one.type, layer.type)]
            place = None if layer.name else next(index for index, one in enumerate(alike) if one is layer)
            found.append((Mention(layer.type, at, at + 1, "the", layer.name), place))
    return "".join(" " if 0 <= ord(sign) - _SIGN < len(named) else sign for sign in text), found


_ITEM = re.compile(r"\((?:[a-h]|i{1,3}|iv|v)\)")


def elliptical(scene: Scene, asked: list[Wanted]) -> list[Wanted]:
    """What is asked, and what goes on with it: `(i) the size after C1 (ii) after S2`; empty where a part asks for nothing."""
    starts = [match.start() for match in _ITEM.finditer(scene.text)]
    found = list(asked)
    for start, end in zip(starts, [*starts[1:], len(scene.text)]):
        if any(start <= one.start < end for one in asked):
            continue
        before = [one for one in found if one.start < start]
        if not before or not any(start <= mention.start < end for mention, _ in scene.references):
            return []
        found.append(replace(before[-1], start=start + 1, end=start + 2, part=(start, end)))
    return sorted(found, key=lambda one: one.start)


def resolved(scene: Scene, mention: Mention, place: Any) -> tuple[Mention, Any]:
    """`conv2` as the second convolution, where no layer is called so."""
    numbered = re.search(r"\d+$", mention.name or "")
    named = {(layer.name or "").lower() for layer in scene.layers}
    if mention.name is None or mention.name.lower() in named or numbered is None:
        return mention, place
    if any(layer.name for layer in scene.layers if is_called(layer.type, mention.type)):
        raise not_understood(f"the list names no layer “{mention.name}”", scene.text, (mention.start, mention.end))
    return replace(mention, name=None, article="the"), int(numbered[0]) - 1
