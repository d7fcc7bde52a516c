"""Questions about a network that is written as a list of layers: read strictly, or not at all."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

from cnncalc.errors import SpecError
from cnncalc.questions import engine, working
from cnncalc.questions.answers import UNITS, is_each, is_whole, plain, told
from cnncalc.questions.calls import Code, read_code
from cnncalc.questions.definitions import written_out
from cnncalc.questions.described import Described
from cnncalc.questions.filled import Filled, answers, described, entering, filled
from cnncalc.questions.forward import COUNTS, OUTPUTS, forward, is_called, is_plural
from cnncalc.questions.guard import check, check_words
from cnncalc.questions.listing import Listing, are_separate, is_of, listed, of_all
from cnncalc.questions.mentions import Mention
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.prose import changing
from cnncalc.questions.reading import read
from cnncalc.questions.reply import Answer, NotUnderstood, Reply, not_understood
from cnncalc.questions.scene import ATTRIBUTES, POOLS, WINDOWED, Scene, stated
from cnncalc.questions.shorthand import corrected, expanded
from cnncalc.questions.tables import is_table, ruled, table
from cnncalc.questions.text import spelled
from cnncalc.questions.wanted import Wanted, wanted
from cnncalc.questions.zoo import known

_FORWARD = (
    *OUTPUTS,
    *COUNTS,
    "weights_biases",
    "receptive",
    "total_stride",
    "connections",
    "operations",
    "memory",
    "output_memory",
    "input",
)
_OF_COLUMNS = {
    **dict.fromkeys(OUTPUTS, "output"),
    "input": "input",
    "memory": "output",
    "trainable": "params",
    **{name: name for name in ("params", "weights", "biases", "macs")},
}
"""What is asked in words, and the column of a table where it stands."""
_LAYER_FACTS = ("padding", "stride", "dilation", "keeps", "kernel_size")


def network(question: str, text: str) -> Reply | None:
    """The reply where the question lists a network and asks what goes forward; None where it is no list, or not all of it is known."""
    named = known(question, text)
    if named is not None:
        return named
    code = read_code(text)
    if code.layers or code.unread:
        return None
    drawn = spelled(ruled(text))
    tabled = _tabled(question, drawn)
    if tabled is not None:
        return tabled
    if is_table(drawn):
        raise not_understood("not every row, column or cell of the table is understood")
    listing = None if are_separate(text) else listed(spelled(text))
    scene = None if listing is None else _scene(listing)
    if scene is None:
        return None
    asked = _elliptical(scene, wanted(scene.text, stated(scene)))
    if not asked or any(one.quantity not in _FORWARD for one in asked):
        return None
    try:
        check(scene, asked)
    except NotUnderstood:
        return None
    span = changing(scene, asked)
    if span is not None:
        raise not_understood(f"what “{scene.text[slice(*span)]}” changes in the network is not understood", scene.text, span)
    scene.references = [_resolved(scene, mention, place) for mention, place in scene.references]
    for one in asked:
        _check_meant(scene, one)
    plan = completed(scene)
    return forward(question, scene, asked, plan)


_FILL = re.compile(
    r"(?i)missing|fill\w*|complet\w*|blanks?|unknown|absent|gaps?|tables?|columns?|rows?|summary|question|marks?|place|belongs?|entries|empty|cells?|stands?|left|model|entry|torchsummary|prints?|printed|tool|report\w*|below|above|following"
)


def _tabled(question: str, text: str) -> Reply | None:
    """The reply where the layers stand in a table; None where none does, or a part of it is not understood."""
    words = written_out(text)
    drawn = None if words is None else table(words)
    found = None if drawn is None else described(drawn)
    if words is None or drawn is None or not found:
        return None
    flat = [layer for row in found for layer in row]
    around, defaults = of_all(
        words[: drawn.start] + " ".join(f"«{at}»" for at in range(len(flat))) + " .\n" + words[drawn.end :]
    )
    scene = _scene(Listing(around, tuple(flat), tuple(defaults)))
    if scene is None:
        return None
    shape = entering(drawn)
    if shape is not None and scene.shape not in (None, shape):
        return None
    scene.shape = scene.shape or shape
    if drawn.has_batch:
        scene.layout = "chw" if re.search(r"\[\s*-1\s*,", words) else "hwc"
    asked = wanted(scene.text, stated(scene))
    check_words(scene, asked, _FILL)
    span = changing(scene, asked)
    if span is not None:
        raise not_understood(f"what “{scene.text[slice(*span)]}” changes in the network is not understood", scene.text, span)
    if scene.unread:
        return None
    filling = bool(
        re.search(r"(?i)\b(?:fill|complet|missing|blank|gaps?\b|unknown|question mark|place of)", scene.text)
    )
    done = filled(drawn, found, scene)
    replies = _blanks(done, scene, asked, filling)
    if replies is None:
        return None
    made = [one for _, several in done.rows for one in several or ()]
    steps = working.steps(made, [one.quantity for one in asked])
    return Reply(
        question,
        engine.spec(done.plan),
        tuple(replies),
        steps,
        tuple(done.plan.assumptions),
        scene.framework or "torch",
    )


def _blanks(done: Filled, scene: Scene, asked: list[Wanted], filling: bool) -> list[Answer] | None:
    """The answers for the blanks that are asked for, and for the sums; None where something else is asked."""
    columns: set[str] = set()
    sums = []
    for one in asked:
        if one.quantity in COUNTS and is_whole(scene, one):
            sums.append(one.quantity)
        elif one.quantity in _OF_COLUMNS:
            columns.add(_OF_COLUMNS[one.quantity])
        else:
            return None
    found = answers(done, None if filling or not columns else columns)
    if not found and not sums:
        return None
    for quantity in sums:
        if any(several == [] for _, several in done.rows):
            raise not_understood("not every layer of the table is known")
        value = sum(made.counts[quantity] for _, several in done.rows for made in several or ())
        found.append(Answer(quantity, plain(value), f"{told(value)} {UNITS[quantity]}", None, UNITS[quantity]))
    return found


def _scene(listing: Listing) -> Scene | None:
    """The list and what stands around it; None where facts of layers are left there that nobody has read."""
    for default in listing.defaults:
        of = [layer for layer in listing.layers if is_of(layer, default)]
        if not of:
            return None
        for layer in of:
            for name, value in default.options.items():
                layer.options.setdefault(name, value)
    code = Code(listing.layers, None, None, None, None, (), (), None, False)
    signed, named = _signed(listing.text, listing.layers)
    text, references = _references(_spoken(expanded(corrected(signed)), len(listing.layers)), named)
    scene = read(text, code)
    scene.references += references
    if scene.layers != list(listing.layers):
        return None
    if any(number.role in ATTRIBUTES for number in scene.numbers) or any(
        one.kind in _LAYER_FACTS for one in scene.remarks
    ):
        return None
    if len({one.value for one in scene.remarks if one.kind == "bias"}) > 1:
        return None
    overlapping = [layer for layer in scene.layers if layer.type in POOLS and layer.options.get("stride") not in (None, layer.options.get("kernel_size"))]
    if overlapping and scene.remark("overlap") is False:
        return None
    return scene


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
    (re.compile(r"(?<![\w(])(?=(?:[a-h]|i{1,3}|iv|v)\)\s)"), "("),
    (re.compile(rf"(?i)\b(the {_PLACE})(?=\s*(?:$|[?.,;:)(]|and\b))"), r"\1 layer"),
)


def _spoken(text: str, count: int) -> str:
    """The text with its parts as `(a)`, and layers that it counts in words."""
    for pattern, words in _SPOKEN:
        text = pattern.sub(words, text)
    return re.sub(rf"(?i)\b(?:all|each) (?:of )?(?:the |these )?{count}(?! ?\w)(?: layers)?", "each layer", text)


_SIGN = 0xE000
"""Private signs that stand for names while shorthand is written out."""


def _signed(text: str, layers: tuple[Described, ...]) -> tuple[str, list[Described]]:
    """The text with a sign for every name that the list gives a layer, and the layer of every sign."""
    named: list[Described] = []
    for layer in sorted((layer for layer in layers if layer.name), key=lambda one: -len(one.name or "")):
        pattern = rf"(?i)(?:\blayer )?(?<![\w«]){re.escape(layer.name or '')}(?![\w.-]*\w)"
        text, count = re.subn(pattern, f" {chr(_SIGN + len(named))} ", text)
        named += [layer] if count else []
    return text, named


def _references(text: str, named: list[Described]) -> tuple[str, list[tuple[Mention, Any]]]:
    """The text with blanks for the signs, and the layers that they stood for."""
    found = [
        (Mention(named[ord(sign) - _SIGN].type, at, at + 1, "the", named[ord(sign) - _SIGN].name), None)
        for at, sign in enumerate(text)
        if 0 <= ord(sign) - _SIGN < len(named)
    ]
    return "".join(" " if 0 <= ord(sign) - _SIGN < len(named) else sign for sign in text), found


_ITEM = re.compile(r"\((?:[a-h]|i{1,3}|iv|v)\)")


def _elliptical(scene: Scene, asked: list[Wanted]) -> list[Wanted]:
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


def _resolved(scene: Scene, mention: Mention, place: Any) -> tuple[Mention, Any]:
    """`conv2` as the second convolution, where no layer is called so."""
    numbered = re.search(r"\d+$", mention.name or "")
    named = {(layer.name or "").lower() for layer in scene.layers}
    if mention.name is None or mention.name.lower() in named or numbered is None:
        return mention, place
    if any(layer.name for layer in scene.layers if is_called(layer.type, mention.type)):
        raise not_understood(f"the list names no layer “{mention.name}”", scene.text, (mention.start, mention.end))
    return replace(mention, name=None, article="the"), int(numbered[0]) - 1


def _check_meant(scene: Scene, one: Wanted) -> None:
    """Raises `NotUnderstood` where one of several layers is meant and it is not said which."""
    for mention, place in scene.references:
        if not one.part[0] <= mention.start < one.part[1] or mention.name or place is not None:
            continue
        alike = [layer for layer in scene.layers if is_called(layer.type, mention.type)]
        if is_plural(scene.text, mention):
            clear = is_each(scene, one) or is_whole(scene, one)
            if len(alike) > 1 and one.quantity in COUNTS and not clear:
                raise not_understood(
                    "it is not clear whether these layers are meant together or each",
                    scene.text,
                    (mention.start, mention.end),
                )
            continue
        if len(alike) > 1 and mention.article in ("the", "this", "that", "its"):
            word = scene.text[mention.start : mention.end]
            raise not_understood(
                f"there are {len(alike)} layers of the kind “{word}”, and it is not clear which one is meant",
                scene.text,
                (mention.start, mention.end),
            )


def completed(scene: Scene) -> Plan:
    """The plan of a list, with what the outputs that it states tell of its layers; `NotUnderstood` where they can't be true."""
    plan = planned(scene)
    if any(layer.gives for layer in scene.layers):
        for layer in scene.layers:
            if layer.type in _FILTERED and layer.gives is not None and len(layer.gives) == 3:
                layer.options.setdefault("out_channels", layer.gives[-1 if plan.layout == "hwc" else 0])
        for at, layer in enumerate(scene.layers):
            if layer.gives is not None:
                _settle(scene, at)
        plan = planned(scene)
    for at, layer in enumerate(scene.layers):
        if layer.takes is None:
            continue
        enters = engine.made(plan)[plan.parts[at][0]].input
        enters = enters if layer.type == "fc" else enters[:1]
        if math.prod(enters) != layer.takes:
            raise not_understood(
                f"the question says that a layer takes {layer.takes}, but {told(math.prod(enters))} go in"
            )
    return plan


_FILTERED = ("conv", "conv_transpose", "pointwise", "local")
_TRIES: dict[str, tuple[dict[str, object], ...]] = {
    "conv": ({}, {"padding": "same"}, {"stride": 2, "padding": "same"}, {"stride": 2}),
    "pool": (
        {},
        {"kernel_size": 2},
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {"kernel_size": 3, "stride": 2},
        {"kernel_size": 4},
    ),
}


def _settle(scene: Scene, at: int) -> None:
    """Gives a layer the stride, padding or window that makes of its input what the question says, where it doesn't say them."""
    layer = scene.layers[at]
    stated = dict(layer.options)
    for more in _TRIES["pool" if layer.type in POOLS else "conv"] if layer.type in WINDOWED else ({},):
        if set(more) & set(stated) or ("kernel_size" not in stated and layer.type in POOLS and not more):
            continue
        layer.options = {**stated, **more}
        with suppress(SpecError):
            plan = planned(replace(scene, layers=scene.layers[: at + 1]))
            shape = engine.made(plan)[-1].output
            if _is(layer, shape):
                return
    layer.options = stated
    told = "×".join(map(str, layer.gives or ()))
    raise not_understood(
        f"the question says that {told} comes out of a layer, which what it says of the layer doesn't give"
    )


def _is(layer: Described, shape: tuple[object, ...]) -> bool:
    """Whether a stated size is this shape: channels first or last, or the sides alone."""
    channels, *sides = shape
    return list(layer.gives or ()) in ([channels, *sides], [*sides, channels], sides)
