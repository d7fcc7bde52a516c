"""From words to layers: what the question states, layer by layer, and what goes in."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.questions.calls import Code
from cnncalc.questions.choices import Choice
from cnncalc.questions.described import Described
from cnncalc.questions.mentions import Mention, mentions
from cnncalc.questions.numbers import Number, numbers
from cnncalc.questions.remarks import Remark, places, remarks
from cnncalc.questions.wanted import is_asking, sentences

Shape = tuple[Any, ...]

ATTRIBUTES = (
    "kernel_size",
    "pool_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "out_channels",
    "out_features",
    "output_padding",
    "count",
)
"""The roles of numbers that belong to a layer."""

POOLS = ("pool", "maxpool", "avgpool", "minpool", "sumpool")
CONVS = ("conv", "conv_transpose", "local", "depthwise", "pointwise", "separable")
WINDOWED = (*POOLS, *CONVS)

_BREAK = re.compile(
    r"\n|;|\.(?=\s|$)|\?|→|=>|->|\bfollowed by\b|\band then\b|\bthen\b|\bafter (?:that|which)\b|\bnext comes\b|\bnext,|\bfeeds? into\b|\bfed (?:in)?to\b|\b(?:goes|go|passed|passes|going|sent) (?:in)?to\b",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"(?i)[\s-]*(?:(?:\d+(?:x\d+)*|[a-z]+-?)[\s-]*){0,3}$")
_REFERENCES = (
    "the",
    "this",
    "that",
    "these",
    "those",
    "such",
    "its",
    "our",
    "said",
    "same",
    "each",
    "every",
    "above",
    "all",
    "whole",
)
_OUTWARDS = re.compile(
    r"(?i)(?:\bafter (?:the )?[\w-]+(?: layer)?|\boutput\w*|\bresult\w*|\bproduc\w+|\bgiv\w+|\bgave|\byield\w*|\bbecom\w+|\bobtain\w*|\bgenerat\w+|\breturns?|\bget\b|\bgets\b|\bgot\b|\breach\w*|\bwant\w*|\bdesir\w*|→|=>|->|\bto|\binto|\bleaves?|\bcomes? out|\bend up with|\bsays?|\bclaims?|\banswer\w*)\s*(?:(?:a|an|the|of|is|as|at|size|sized|shape|dimensions?|volumes?|feature|activation|maps?|tensors?|be|with|exactly|it|:|=|spatial|was|\()\s*)*$"
)

_SURELY_OUT = re.compile(r"(?i)after|output|result|produc|yield|generat|becom|→|=>|->")
_INWARDS = re.compile(
    r"(?i)\b(?:appl\w+|happens?|fed|feed\w*|given|giv\w+|sen[dt]\w*|pass\w*|present\w*|goes|respect|subject\w*|shown|belongs?)\s+(?:in)?to\b[^#]*$|\b(?:takes?(?! to\b)|accepts?|receiv\w+) (?:as input )?(?:an?|the)?[^#]{0,20}$"
)


@dataclass
class Scene:
    """What a question states: the layers in their order, the input, and the rest."""

    text: str
    layers: list[Described] = field(default_factory=list)
    shape: Shape | None = None
    """The input as the question writes it."""
    entering: Shape | None = None
    """The input as its code gives it: channels first, without the batch."""
    sides: dict[str, Any] = field(default_factory=dict)
    """Single sides of the input that the question states: `height`, `in_channels`, …"""
    output: Shape | None = None
    """The final output that the question states."""
    remarks: list[Remark] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    unread: list[Number] = field(default_factory=list)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Options of all layers of a type."""
    batch: int | None = None
    layout: str | None = None
    framework: str | None = None
    rank: int | None = None
    chained: bool = False
    """Whether its code says that every layer takes what the one before it gives."""
    separate: bool = False
    """Whether every layer acts on the input itself, as the items of a numbered list do."""
    choices: tuple[Choice, ...] = ()
    """The answers that the question offers."""
    references: list[tuple[Mention, Any]] = field(default_factory=list)
    """Layers spoken of again: the mention, and its place (`first`, `last`) if one is said."""

    owners: dict[int, list[Described]] = field(default_factory=dict)
    """The layers that a fact was given to, by where it stands."""

    def remark(self, kind: str) -> Any:
        """The value of the first remark of a kind."""
        return next((one.value for one in self.remarks if one.kind == kind), None)


def read(text: str, code: Code) -> Scene:
    """The scene of a question in its one spelling, where `«0»`, `«1»`, … stand for the layers of its code."""
    scene = Scene(text, remarks=remarks(text), mentions=mentions(text), numbers=numbers(text))
    scene.entering, scene.layout, scene.framework = code.shape, code.layout, code.framework
    scene.batch, scene.rank, scene.chained = code.batch, code.rank, code.chained
    scene.framework = scene.framework or scene.remark("framework")
    _Assembly(scene, code.layers).run()
    return scene


def stated(scene: Scene) -> list[tuple[int, int]]:
    """Where facts are stated, which ask for nothing."""
    spans = [number.words for number in scene.numbers if number.role]
    for one in scene.remarks:
        both = one.kind == "bias" and re.match(r"(?i)(?:and|plus)\b", scene.text[one.start : one.end])
        if one.kind in ("bias", "padding", "keeps", "dilation", "stride", "bytes", "layout") and not both:
            spans.append((one.start, one.end))
    return spans


class _Assembly:
    """Goes through the question clause by clause and gives every fact to its layer."""

    def __init__(self, scene: Scene, code: tuple[Described, ...]) -> None:
        self.scene, self.code = scene, code
        self.restated = {
            value for one in code for name, value in one.options.items() if name in ("out_channels", "out_features")
        }
        """Numbers that the words around code only say once more."""
        self.in_order = all(one.start < other.start for one, other in zip(code, code[1:]))
        self.target: list[Described] = []
        self.kernel: dict[str, Any] = {}
        self.places = places(scene.text)

    def run(self) -> None:
        start = 0
        for match in [*_BREAK.finditer(self.scene.text), None]:
            end = match.start() if match else len(self.scene.text)
            self.clause(start, end)
            start = match.end() if match else end
        self.begin()
        if self.kernel:
            scene_numbers = [number for number in self.scene.numbers if number.role in ("height", "width")]
            self.scene.unread += scene_numbers[-1:]
        for layer in self.scene.layers:
            family = "pool" if layer.type in POOLS else "conv" if layer.type in CONVS else layer.type
            for name, value in {
                **self.scene.defaults.get(family, {}),
                **self.scene.defaults.get(layer.type, {}),
            }.items():
                layer.options.setdefault(name, value)

    def begin(self) -> None:
        """`A conv output is 5x5x64`, and nothing else of that layer: it is what goes into the next one."""
        scene = self.scene
        if len(scene.layers) > 1 and scene.entering is None and scene.layers[0].gives and not scene.layers[0].options:
            scene.shape = scene.layers.pop(0).gives
            scene.output = None if scene.output == scene.shape else scene.output

    def clause(self, start: int, end: int) -> None:
        scene = self.scene
        inside = [number for number in scene.numbers if start <= number.start < end and not self.in_words(number)]
        named = [one for one in scene.mentions if start <= one.start < end]
        said = [
            one
            for one in scene.remarks
            if start <= one.start < end and one.kind in ("padding", "stride", "dilation", "overlap", "kernel_size")
        ]
        at = [one for one in self.places if start <= one.start < end]
        for number in inside:
            if (
                number.role == "ordinal"
                and re.search(r"(?i)\blayer\s*#?$", scene.text[: number.start])
                and isinstance(number.value, int)
            ):
                at.append(Remark("place", number.value - 1, number.start, number.end))
        at.sort(key=lambda one: one.start)
        for match in re.finditer(r"«(\d+)»", scene.text[start:end]):
            self.from_code(int(match[1]), start + match.start(), start + match.end())
        facts: list[Number | Remark] = [one for one in inside if one.role in ATTRIBUTES]
        facts += [one for one in said if not self.has_number(one)]
        facts.sort(key=lambda one: one.start)
        chunks = self.chunks(facts, named)
        opening = chunks.pop(None, [])
        if at and not named:
            self.place(at[0])
            for place in at:
                behind = scene.text[place.end : place.end + 20]
                if (
                    re.match(r"\s*(?:hidden |of the \w+ )?(?:layer|one)", behind)
                    or scene.text[place.start : place.end].isdigit()
                ):
                    self.refer(Mention("layer", place.end, place.end), [place])
        if len(at) > 1 and not named and opening:
            self.by_place(opening, at)
        elif opening:
            self.state(opening, bool(at))
        for index, mention in enumerate(named):
            facts = chunks.get(index, [])
            stop = named[index + 1].start if index + 1 < len(named) else end
            behind = [
                one for one in at if mention.end <= one.start < stop and any(fact.start > one.start for fact in facts)
            ]
            cut = behind[0].start if behind else end
            self.mention(
                mention,
                [fact for fact in facts if fact.start < cut],
                [one for one in at if one.start < mention.start and (index == 0 or one.start > named[index - 1].start)],
            )
            if behind:
                self.by_place([fact for fact in facts if fact.start >= cut], behind)
        for number in inside:
            if number.role not in ATTRIBUTES:
                self.rest(number)

    def in_words(self, number: Number) -> bool:
        """Whether a number is part of words that say something else: the 1 of `1-D`, the 32 of `32-bit`."""
        kinds = ("rank", "bytes", "bias", "stride", "layout", "colour", "framework")
        spans = [(one.start, one.end) for one in self.scene.remarks if one.kind in kinds]
        spans += [(one.start, one.end) for one in self.scene.mentions]
        return any(first <= number.start and number.end <= last for first, last in spans)

    def from_code(self, at: int, start: int, end: int) -> None:
        """A layer of the code; all of them at the first one, where they run in another order than they are written in."""
        layer = self.code[at]
        if not self.in_order:
            if layer in self.scene.layers:
                return
            for one in self.code:
                one.start = one.end = start
                self.add(one)
            return
        layer.start, layer.end = start, end
        self.add(layer)

    def has_number(self, remark: Remark) -> bool:
        """Whether a number stands with the words: `zero padding of 1`."""
        return any(
            n.role == remark.kind and n.words[0] < remark.end and n.words[1] > remark.start for n in self.scene.numbers
        )

    def chunks(self, facts: list[Number | Remark], named: list[Mention]) -> dict[int | None, list[Number | Remark]]:
        """Which facts of a clause go with which layer that it names; without one, with None."""
        found: dict[int | None, list[Number | Remark]] = {}
        for fact in facts:
            before = [i for i, one in enumerate(named) if one.start < fact.end]
            after = [i for i, one in enumerate(named) if one.start >= fact.end]
            if before and after:
                between = self.scene.text[fact.end : named[after[0]].start]
                of = after[0] if _TIGHT.fullmatch(between) and fact.start >= named[before[-1]].end else before[-1]
            else:
                of = before[-1] if before else after[0] if after else None  # type: ignore[assignment]
            found.setdefault(of, []).append(fact)
        return found

    def place(self, place: Remark) -> None:
        layers = self.weighted()
        where = place.value
        if where == "middle":
            where = len(layers) // 2 if len(layers) % 2 else None
        if where is not None and -len(layers) <= where < len(layers):
            self.target = [layers[where]]

    def by_place(self, facts: list[Number | Remark], at: list[Remark]) -> None:
        """`the first has stride 2, the second dilation 2`: every fact to the layer named before it."""
        self.state([fact for fact in facts if fact.start < at[0].start], True)
        for place, following in zip(at, [*at[1:], None]):
            self.place(place)
            end = following.start if following else len(self.scene.text)
            self.state([fact for fact in facts if place.end <= fact.start < end], True)

    def weighted(self) -> list[Described]:
        return [layer for layer in self.scene.layers if layer.type in (*WINDOWED, "fc")]

    def mention(self, mention: Mention, facts: list[Number | Remark], at: list[Remark]) -> None:
        scene = self.scene
        if (
            mention.type == "flatten"
            and not facts
            and not self.code
            and any(one.type == "fc" for one in scene.mentions)
        ):
            return  # a fully connected layer flattens by itself
        family = _family(mention.type)
        current = self.target[-1] if self.target else None
        alike = [layer for layer in scene.layers if _family(layer.type) == family]
        if self.code and not facts and any(_family(layer.type) == family for layer in self.code):
            self.refer(mention, at)
            return
        named = next(
            (
                layer
                for layer in scene.layers
                if mention.name and layer.name and layer.name.lower() == mention.name.lower()
            ),
            None,
        )
        if named is not None:
            self.refer(mention, at)
            self.target = [named]
            self.state(facts, True)
            return
        if (
            mention.article in ("all", "every", "each")
            and facts
            and not (mention.type == "fc" and re.match(r"\s*(?:to|with)\b", scene.text[mention.end :]))
            and not any(_kind(f) == "count" for f in facts)
        ):
            self.default(family, facts)
            return
        if alike and not facts and scene.text[: mention.start].rstrip().endswith("("):
            self.refer(mention, at)
            return
        if (
            current is not None
            and current.implied
            and all(one.implied for one in alike)
            and self.fits(current, mention, facts)
        ):
            current.type, current.implied = mention.type, False
            self.state(facts, True)
            return
        if at and not facts and mention.article == "the" and not alike:
            self.refer(mention, at)
            return
        if (
            current is not None
            and _family(current.type) == family
            and (not current.options or (not facts and mention.article in _REFERENCES))
        ):
            if current.options or current.gives:
                self.refer(mention, at)
            if mention.type != "pool" and mention.type != "conv":
                current.type = mention.type
            current.implied = False
            self.state(facts, True)
            return
        kinds = {_kind(fact) for fact in facts}
        if (
            alike
            and kinds
            and kinds <= {"padding", "stride", "dilation"}
            and current in alike
            and not kinds & set(current.options)
            and not at
        ):
            self.state(facts, True)  # one thing more of the layer that is spoken of: `a "same" convolution`
            return
        if alike and not any(
            _kind(f) in ("kernel_size", "out_channels", "out_features", "pool_size", "count") for f in facts
        ):
            if at and facts:
                self.place(at[-1])
                self.state(facts, True)
                return
            if mention.article in _REFERENCES or at or (not facts and not self.listed(mention)):
                self.refer(mention, at)
                if facts:
                    self.state(facts, True)
                return
        if (
            not facts
            and not alike
            and mention.article in _REFERENCES
            and mention.type not in (*WINDOWED, "fc", "flatten")
            and self.asks(mention)
        ):
            return
        self.add(Described(mention.type, name=mention.name, start=mention.start, end=mention.end))
        self.state(facts, True)

    def asks(self, mention: Mention) -> bool:
        """Whether it stands in a sentence that asks."""
        return any(
            start <= mention.start < end and is_asking(self.scene.text[start:end])
            for start, end in sentences(self.scene.text)
        )

    def fits(self, layer: Described, mention: Mention, facts: list[Number | Remark]) -> bool:
        """Whether a layer known by its filters alone may be the one that is named now."""
        if mention.type in POOLS:
            return not facts and "out_channels" not in layer.options
        if mention.type not in CONVS:
            return False
        return not {_kind(fact) for fact in facts} & set(layer.options)

    def refer(self, mention: Mention, at: list[Remark]) -> None:
        near = [place for place in at if mention.start - place.end < 25]
        self.scene.references.append((mention, near[-1].value if near else None))

    def listed(self, mention: Mention) -> bool:
        """Whether a layer without any fact stands in a list: alone on its line or between arrows."""
        text = self.scene.text
        left = max(text.rfind(sign, 0, mention.start) for sign in "\n→>,;+[(")
        right = min(
            (at for at in (text.find(sign, mention.end) for sign in "\n→=-,;+])") if at >= 0), default=len(text)
        )
        around = text[left + 1 : mention.start] + text[mention.end : right]
        return len(re.findall(r"[A-Za-z]+", around)) <= 2

    def default(self, family: str, facts: list[Number | Remark]) -> None:
        into = self.scene.defaults.setdefault(family, {})
        for fact in facts:
            into[_option(_kind(fact), family)] = fact.value

    def add(self, layer: Described) -> None:
        self.scene.layers.append(layer)
        self.target = [layer]

    def state(self, facts: list[Number | Remark], sure: bool) -> None:
        """Gives facts to the layer that is spoken of, or to a new one where they can't be its."""
        scene = self.scene
        if not self.target and facts and not self.hidden(facts[0]):
            facts = sorted(facts, key=lambda fact: _kind(fact) == "count")
        for fact in facts:
            kind = _kind(fact)
            if kind == "count":
                self.repeat(fact)
                continue
            if kind == "overlap":
                continue
            current = self.target[-1] if self.target else None
            if (
                kind == "out_features"
                and current is not None
                and current.type in CONVS
                and "out_channels" not in current.options
                and not current.implied
            ):
                kind = "out_channels"
            if kind == "out_features" and current is not None and current.type not in ("fc", *WINDOWED):
                open_ = [layer for layer in scene.layers if layer.type == "fc" and "out_features" not in layer.options]
                if open_ and open_[-1] is scene.layers[-2]:
                    self.target = [open_[-1]]
                    current = open_[-1]
            if kind == "out_features" and (
                current is None or current.type != "fc" or "out_features" in current.options
            ):
                self.add(Described("fc", start=fact.start, end=fact.end))
            elif kind == "out_channels" and (current is None or (current.type not in CONVS and current.type != "fc")):
                self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif current is None:
                if kind == "padding":
                    self.add(Described("zero_pad", start=fact.start, end=fact.end, implied=True))
                else:
                    self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif current.type == "zero_pad" and kind != "padding":
                current.type = "conv"
            elif current.type not in (*WINDOWED, "zero_pad", "fc"):
                self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif (
                self.taken(current, kind, fact)
                and kind in ("kernel_size", "out_channels", "out_features")
                and self.goes_on(current, fact)
            ):
                self.add(Described(current.type, start=fact.start, end=fact.end, implied=current.implied))
            if isinstance(fact, Number) and fact.series:
                self.distribute(fact, kind)
                continue
            for layer in self.target:
                name = _option(kind, layer.type)
                if name in layer.options and layer.options[name] != fact.value:
                    if isinstance(fact, Number):
                        self.scene.unread.append(fact)
                    continue
                layer.options[name] = fact.value
                layer.end = max(layer.end, fact.end)
                scene.owners.setdefault(fact.start, []).append(layer)

    def distribute(self, fact: Number, kind: str) -> None:
        """The numbers of a list to as many layers: `three layers with 8, 16 and 32 filters`."""
        if len(self.target) == 1:
            first = self.target[0]
            copies = [
                Described(first.type, dict(first.options), start=first.start, end=first.end) for _ in fact.series[1:]
            ]
            self.scene.layers += copies
            self.target = [first, *copies]
        if len(self.target) != len(fact.series):
            self.scene.unread.append(fact)
            return
        for layer, value in zip(self.target, fact.series):
            name = _option(kind, layer.type)
            if layer.options.get(name, value) != value:
                self.scene.unread.append(fact)
            layer.options[name] = value

    def goes_on(self, layer: Described, fact: Number | Remark) -> bool:
        """Whether words between them say that another layer follows, where none is named; without them it is a contradiction."""
        between = self.scene.text[layer.end : fact.start]
        return not layer.implied or bool(
            re.search(
                r"(?i)\n|→|->|=>|;|,|\b(?:then|follow\w*|next|second|third|last|after|another|more|and)\b", between
            )
        )

    def taken(self, layer: Described, kind: str, fact: Number | Remark) -> bool:
        name = _option(kind, layer.type)
        return name in layer.options and layer.options[name] != fact.value

    def hidden(self, fact: Number | Remark) -> bool:
        """Whether it counts hidden layers, which are fully connected."""
        return isinstance(fact, Number) and bool(
            re.match(r"(?i)\s*hidden layers", self.scene.text[fact.end : fact.end + 20])
        )

    def repeat(self, fact: Number | Remark) -> None:
        if fact.value == 1:
            return
        if self.code:
            weighted = [layer for layer in self.code if layer.type in (*WINDOWED, "fc", "linear")]
            if fact.value not in (1, len(weighted)) and isinstance(fact, Number):
                self.scene.unread.append(fact)
            return
        if not self.target and self.hidden(fact):
            self.add(Described("fc", start=fact.start, end=fact.end))
        if not isinstance(fact.value, int) or not 1 <= fact.value <= 200 or not self.target:
            if isinstance(fact, Number):
                self.scene.unread.append(fact)
            return
        first = self.target[-1]
        if isinstance(fact, Number) and re.search(
            r"(?i)\b(?:these|those|the|all|both|of)\s+(?:these )?$", self.scene.text[: fact.start]
        ):
            if fact.value == len(self.weighted()):
                return
        if (
            any(name in first.options for name in ("kernel_size", "out_channels", "out_features"))
            and first.end < fact.start - 60
        ):
            self.scene.unread.append(fact)  # type: ignore[arg-type]
            return
        copies = [
            Described(first.type, dict(first.options), start=first.start, end=first.end) for _ in range(fact.value - 1)
        ]
        self.scene.layers += copies
        for layers in self.scene.owners.values():
            if first in layers:
                layers += copies
        self.target = [first, *copies]

    def rest(self, number: Number) -> None:
        """A number that belongs to no layer: to the input, to an output, or to nothing that is known."""
        scene = self.scene
        role = number.role
        if self.is_product(number):
            return
        if number.is_size and role in ("volume", "input", "output"):
            self.volume(number)
        elif role == "batch":
            scene.batch = number.value if scene.batch is None else scene.batch
        elif number.series:
            scene.unread.append(number)
        elif role in ("height", "width", "kernel_height", "kernel_width") and self.is_of_kernel(number):
            self.kernel_side(number)
        elif role in ("height", "width", "length", "side", "in_channels", "features"):
            self.side(number)
        elif number.value in self.restated:
            pass
        elif role == "unread" or (role != "ordinal" and not isinstance(number.value, str)):
            scene.unread.append(number)

    def is_product(self, number: Number) -> bool:
        """Whether it only multiplies out the size before it: `64x64x3 = 12288`."""
        at = self.scene.numbers.index(number)
        before = self.scene.numbers[at - 1] if at else None
        sides = before.value if before is not None and isinstance(before.value, tuple) else ()
        return (
            bool(sides)
            and re.fullmatch(r"#?\s*(?:=|or|i\.e\.,?)\s*", number.before) is not None
            and all(isinstance(side, int) for side in sides)
            and math.prod(sides) == number.value
        )  # type: ignore[arg-type]

    def is_of_kernel(self, number: Number) -> bool:
        """Whether a height or a width is that of a filter: the last thing spoken of."""
        if (number.role or "").startswith("kernel"):
            return True
        text = self.scene.text[max(0, number.start - 120) : number.start]
        nouns = re.findall(
            r"(?i)\b(?:(kernels?|filters?|masks?|windows?)|(images?|inputs?|volumes?|pictures?|maps?|scans?|sequence|signal))\b",
            re.split(r"[.;\n]", text)[-1],
        )
        return bool(nouns and nouns[-1][0])

    def kernel_side(self, number: Number) -> None:
        """A single side of a filter; the kernel size once both are known, or on one axis."""
        role = (number.role or "").removeprefix("kernel_")
        self.kernel[role] = number.value
        if self.scene.remark("rank") == 1 or self.scene.rank == 1:
            self.kernel = {}
            self.state([replace(number, role="kernel_size")], True)
        elif len(self.kernel) == 2:
            size = self.kernel["height"], self.kernel["width"]
            self.state([replace(number, role="kernel_size", value=size)], True)
            self.kernel = {}

    def side(self, number: Number) -> None:
        sides, role = self.scene.sides, number.role or ""
        colour = self.scene.remark("colour")
        if role == "in_channels" and colour is not None and number.value != colour and role not in sides:
            self.state([replace(number, role="out_channels")], True)
            return
        if sides.get(role, number.value) != number.value:
            current = self.target[-1] if self.target else None
            if (
                role == "in_channels"
                and current is not None
                and current.type in CONVS
                and "out_channels" not in current.options
            ):
                current.options["out_channels"] = number.value
                return
            self.scene.unread.append(number)
        sides[role] = number.value

    def volume(self, number: Number) -> None:
        scene, size = self.scene, number.value
        found = None if _INWARDS.search(number.before) else _OUTWARDS.search(number.before)
        outwards = number.role == "output" or bool(found and (scene.shape is not None or _SURELY_OUT.match(found[0])))
        if number.role != "input" and outwards and (scene.layers or scene.shape is not None):
            if self.target and self.target[-1].gives in (None, size):
                self.target[-1].gives = size
            elif size not in (scene.shape, scene.output):
                scene.unread.append(number)
            scene.output = size
        elif scene.shape is None or scene.shape == size:
            scene.shape = size
            if number.batch:
                scene.sides["batch"] = None
        elif any(layer.gives == size for layer in scene.layers):
            pass
        else:
            scene.unread.append(number)


def _kind(fact: Number | Remark) -> str:
    return (fact.role or "") if isinstance(fact, Number) else fact.kind


def _family(kind: str) -> str:
    return "pool" if kind in POOLS else "conv" if kind in ("conv", "conv_transpose", "local") else kind


def _option(kind: str, type_: str) -> str:
    return (
        "kernel_size" if kind == "pool_size" else "out_features" if kind == "out_channels" and type_ == "fc" else kind
    )
