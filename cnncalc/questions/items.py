"""One layer as lists of layers write it: `conv 5x5, 20 maps`, `C3: 16 filters 5x5`, `2x2 max pool stride 2`.

The grammar is closed: an item with a word or a number that it doesn't know is no item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from cnncalc.questions.described import Described
from cnncalc.questions.scene import CONVS, POOLS

_N = r"(\d+)"
_SIZE = r"(\d+(?:x\d+)*)"
_IS = r"(?:[\s-]*(?:of|=|:|is|are|size|sizes|to|a|-)\b|\s*[=:-])*\s*"
_MAPS = (
    r"(?:(?:different|learned|learnable|separate|output|conv\w*|feature|activation)[\s-]+)*"
    r"(?:filters?|kernels?|feature[\s-]?maps?|maps|channels?|features|featuremaps|ch|planes)\b"
)
_UNITS = (
    r"(?:(?:hidden|output|linear|dense)[\s-]+)*"
    r"(?:units?|neurons?|nodes?|outputs?|classes|logits|categories|-?way|-?d(?:im)?)\b"
)

_HEADS = (
    ("conv_transpose", r"(?:transposed?|fractionally[- ]strided|up)[\s-]*conv(?:olution(?:al|s)?)?(?:2d)?|conv(?:2d)?[\s_-]?transposed?(?:2d)?|deconv(?:olution(?:al)?)?(?:2d)?"),
    ("depthwise", r"depth-?wise(?:[\s-]*(?:conv(?:olution(?:al|s)?)?))?"),
    ("pointwise", r"point-?wise(?:[\s-]*(?:conv(?:olution(?:al|s)?)?))?"),
    ("global_avgpool", r"global[\s_-]*(?:average|avg|mean)[\s_-]*pool(?:ing)?(?:2d)?|GAP"),
    ("global_maxpool", r"global[\s_-]*max[\s_-]*pool(?:ing)?(?:2d)?"),
    ("maxpool", r"max(?:imum)?[\s_-]*pool(?:ing|s)?(?:[\s_-]*2-?d)?"),
    ("avgpool", r"(?:av(?:era)?ge?|mean)[\s_-]*pool(?:ing|s)?(?:[\s_-]*2-?d)?|average sub-?sampling"),
    ("pool", r"pool(?:ing|s)?(?:2d)?"),
    ("fc", r"fully[\s-]?connected|densely[\s-]?connected|dense|fc|linear|affine"),
    ("readout", r"read-?out|output|classifier|soft-?max classifier|hidden"),
    ("batchnorm", r"batch[\s_-]?norm(?:ali[sz]ation)?(?:2d)?|bn"),
    ("flatten", r"flatten(?:ed|ing)?"),
    ("leaky_relu", r"leaky[\s_-]?relu"),
    ("relu", r"relu"),
    ("sigmoid", r"sigmoid"),
    ("tanh", r"tanh"),
    ("softmax", r"soft-?max"),
    ("dropout", r"drop-?out"),
    ("conv", r"conv(?:olution(?:al|s)?|s)?(?:[\s_-]?2-?d)?"),
)  # fmt: skip
_PLURAL = re.compile(r"(?i)(?:conv(?:olution)?|pool(?:ing)?)s\b")
PLAIN = ("batchnorm", "flatten", "leaky_relu", "relu", "sigmoid", "tanh", "softmax", "dropout")

_SAME = r"[\"']?same[\"']?"
_FACTS = (
    ("gives", r"(?:outputs?|output (?:size|shape|volume)|giv\w+|gives|produc\w+)(?: of)?\s*[=:]?\s*(\d+(?:x\d+){1,2})"),
    ("stride", rf"(?:strides?|s){_IS}{_SIZE}(?![\w.])"),
    ("stride", r"/\s*(\d)(?![\w.])"),
    ("padding", rf"(?:zero[\s-]?)?(?:padding|pad|p){_IS}{_SIZE}(?![\w.])"),
    ("same", rf"(?:zero[\s-]?)?pad(?:ding|ded)?{_IS}{_SAME}(?![\w])|{_SAME}[\s-]*(?:zero[\s-]?)?(?:padding|padded|pad)?\b"),
    ("valid", r"(?:padding|pad)(?:[\s-]*(?:of|=|:|is))*\s*[\"']?valid[\"']?|[\"']?valid[\"']?(?:[\s-]*(?:padding|pad))?(?!\w)"),
    ("unpadded", r"(?:no|without|zero)(?: any)? (?:zero[\s-]?)?pad(?:ding)?\b|unpadded\b|padding[\s:=]+none\b"),
    ("dilation", rf"(?:dilation|dilated|rate)(?: (?:rate|factor))?{_IS}{_N}(?![\w.])"),
    ("groups", rf"groups{_IS}{_N}(?![\w.])|{_N} groups\b"),
    ("unbiased", r"(?:no|without|w/o)(?: any)? bias(?:es)?\b|bias\s*=\s*false\b"),
    ("kernel", rf"(?:(?:kernels?|filters?|windows?|receptive field)(?: sizes?)?{_IS}|[kf]\s*=\s*)(\d+x\d+(?:x\d+)?|(?<=[=:fk])\s*\d+|(?<=size )\d+|(?<=of )\d+)(?![\w.]|\s*(?:filters|maps|channels))"),
    ("kernel", r"(?:of )?(?:height and width|width and height|side(?: length)?)\s*[=:]?\s*(\d+)(?![\w.])"),
    ("count", r"(\d{1,2})\s+(?=(?:\d+x\d+ )?(?:same |valid |padded |unpadded )*(?:conv\w*s|conv\w* layers|(?:max|avg|average)[\s-]?pool\w* layers)\b)"),
    ("flow", r"(\d+)(?: channels)? into (\d+)(?:[\s-]*(?:channels|maps|units|features)\b)?"),
    ("both", rf"{_N}\s*@\s*(\d+x\d+(?:x\d+)?)"),
    ("deep", r"(\d+x\d+)x[A-Z]\b"),
    ("maps", rf"{_N}[\s-]*{_MAPS}"),
    ("units", rf"{_N}[\s-]*{_UNITS}"),
    ("maps", rf"(?:(?:number of )?(?:filters|kernels)|(?:out(?:put)?[\s_-])?channels|feature maps|maps|ch|filters){_IS}{_N}(?![\w.])"),
    ("units", rf"(?:(?:number of )?(?:units|neurons|nodes|outputs|classes)){_IS}{_N}(?![\w.])"),
    ("average", r"(?:average|avg|mean)(?![\s_-]*pool)\b"),
    ("rate", r"(?:(?:p|rate|prob\w*)\s*=?\s*)?(0?\.\d+|\d+\s?%)"),
    ("size", r"(\d+x\d+(?:x\d+)?)(?![\w.])"),
    ("number", r"(\d+)(?![\w.])"),
    ("all", r"(?:all|every|each(?! (?:of (?:size|shape)|with|having|has|\d\w*|is|are)\b)|any|throughout|everywhere|always)\b"),
    ("fill", r"(?:(?:layers?|with|of|an?|the|and|having|has|have|uses?|using|sizes?|kernels?|filters?|windows?|operations?|by|is|are|in|non-?linearity|stage|"
             r"function|activations?|its|followed|max|network|square|2-?d|overlapping|non-?overlapping|feature|maps|applied|hidden|whose|standard|as well as|also|both(?!\s*[.,]?\s*$)|at|finally|final|last|another|one|each(?!\s*[.,]?\s*$| with an?\b))\b|[\s,()\[\]{}+&.:]|-(?=\s)|-(?=[a-z]))"),
)  # fmt: skip
_RULES = tuple((kind, re.compile(rf"(?i){words}")) for kind, words in _FACTS[:-1])
_HEAD = tuple((kind, re.compile(rf"(?i)(?:{words})(?![a-z])(?:[\s-]*layers?\b)?")) for kind, words in _HEADS)
_FILL = re.compile(rf"(?i){_FACTS[-1][1]}")
_WORDY = re.compile(r"\w")

_LABEL = re.compile(
    r"(?i)\s*(?:[-*+]\s+|\d{1,2}[.)]\s+|\(\d{1,2}\)\s*)?"
    r"(?:(?:(?P<name>(?:layer|block|stage|step|output|(?-i:[A-Z]))[ _-]?\d{1,2}|(?:the )?(?:1st|2nd|3rd|[4-9]th|first|second|third|fourth|fifth|sixth|last|next)(?: (?:one|layer))?)\s*(?:[:=]|-(?=\s)|\s(?=\d+@|\d+$)|\(?(?=\b(?:an?|the|conv\w*|max\w*|pool\w*|\d+x\d+)\s)))"
    r"|(?P<own>(?:max_?pool|avg_?pool|conv|pool|fc|dense)(?:2d)?_?\d{1,2}[a-z]?)\b\s*[:=-]?)?\s*"
)  # fmt: skip
_COUNTED = re.compile(r"\s*(?P<count>\d{1,2})\s*[×x]\s+(?=[A-Za-z\[(])")
_TIMES = re.compile(r"(?<![\dx])\s*[×x]\s*(?P<count>\d{1,2})\s*$")


@dataclass
class Item:
    """What one piece of a list says; `options` are those of its first layer."""

    type: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    maps: int | None = None
    units: int | None = None
    sizes: list[tuple[int, ...]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    gives: tuple[int, ...] | None = None
    also: list[str] = field(default_factory=list)
    """Activations and norms that it ends with."""
    name: str | None = None
    takes: int | None = None
    count: int = 1
    quantified: bool = False
    """Whether it speaks of all layers of its kind."""
    plural: bool = False


_LONGEST = 300


def item(text: str) -> Item | None:
    """What a piece of a list says; None where a word or a number of it is not known, or said twice."""
    made = Item()
    if len(text) > _LONGEST:
        return None
    at = _labelled(made, text)
    counted = _COUNTED.match(text, at)
    times = _TIMES.search(text)
    if (counted or times) and any(text.count(one) != text.count(other) for one, other in ("()", "[]", "{}")):
        return None  # what is repeated begins before this piece, or ends behind it
    if counted or times:
        made.count = int((counted or times)["count"])  # type: ignore[index]
        at, text = counted.end() if counted else at, text if counted else text[: times.start()]  # type: ignore[union-attr]
    while at < len(text):
        after = _step(made, text, at)
        if after is None:
            return None
        at = after
    return made


def _labelled(made: Item, text: str) -> int:
    """Takes the label of an item, and where it ends: `C1:`, `2) conv1`, `Layer 3 –`."""
    label = _LABEL.match(text)
    if label is None:
        return 0
    made.name = label["own"] or (label["name"] if re.search(r"\d$", label["name"] or "") else None)
    if made.name:
        made.type = next((kind for start, kind in _NAMES.items() if made.name.lower().startswith(start)), None)
    return label.end()


_NAMES = {
    "conv": "conv",
    "maxpool": "maxpool",
    "max_pool": "maxpool",
    "avgpool": "avgpool",
    "pool": "pool",
    "fc": "fc",
    "dense": "fc",
}


def _step(made: Item, text: str, at: int) -> int | None:
    begins = at == 0 or not _WORDY.match(text[at - 1]) or not _WORDY.match(text[at])
    if begins:
        for kind, rule in _RULES:
            found = rule.match(text, at)
            if found and not (kind == "stride" and found[0][0] == "s" and at and text[at - 1] == "'"):
                return found.end() if _note(made, kind, found) else None
        for kind, rule in _HEAD:
            found = rule.match(text, at)
            if found:
                made.plural = made.plural or found[0].rstrip().endswith("s")
                return found.end() if _head(made, kind) else None
        found = _FILL.match(text, at)
        if found:
            return found.end()
    return at + 1 if text[at].isspace() else None


def _head(made: Item, kind: str) -> bool:
    if made.type is None or (made.type in PLAIN and kind not in PLAIN and not made.also):
        if made.type is not None and kind not in ("fc", "readout"):
            return False
        made.also += [made.type] if made.type is not None else []
        made.type = kind
        return True
    if kind in PLAIN:
        made.also.append(kind)
        return True
    if made.type == "fc" and kind in ("readout", "fc"):
        return True
    if made.type == "readout" and kind == "fc":
        made.type = "fc"
        return True
    if (made.type == "conv" and kind in ("conv", "depthwise", "pointwise")) or (
        made.type in ("depthwise", "pointwise") and kind == "conv"
    ):
        made.type = kind if made.type == "conv" else made.type
        return True
    return made.type == kind or (made.type in POOLS and kind == "pool")


_ONCE = {"maps": "maps", "units": "units", "gives": "gives"}


def _note(made: Item, kind: str, found: re.Match[str]) -> bool:
    """Adds a fact; false where another is said already."""
    told = next((group for group in found.groups() if group is not None), "") if found.groups() else ""
    if kind == "all":
        made.quantified = True
        return True
    if kind == "count":
        made.count *= int(told)
        return made.count == int(told)
    if kind == "flow":
        return _once(made, "takes", int(found[1])) and _once(
            made, "units" if made.type == "fc" else "maps", int(found[2])
        )
    if kind == "average":
        made.type = {"pool": "avgpool", "global_avgpool": "global_avgpool"}.get(made.type or "")
        return made.type is not None
    if kind == "number":
        made.numbers.append(int(told))
        return len(made.numbers) <= 8
    if kind == "size":
        made.sizes.append(_sides(told))
        return True
    if kind == "both":
        sides = _sides(found[2])
        if made.type == "conv" and len(sides) == 2 and max(sides) <= 7 and sides[0] % 2:
            made.sizes.append(sides)
            return _once(made, "maps", int(found[1]))
        return _once(made, "maps", int(found[1])) and _once(made, "gives", sides)
    if kind == "deep":
        return _option(made, "kernel_size", _short(_sides(told)))
    if kind in ("maps", "units"):
        return _once(made, kind, int(told))
    if kind == "gives":
        return _once(made, "gives", _sides(told))
    if kind == "rate":
        return made.type == "dropout" or "dropout" in made.also
    if kind == "unbiased":
        return _option(made, "bias", False)
    if kind in ("same", "valid", "unpadded"):
        return _option(made, "padding", 0 if kind == "unpadded" else kind)
    if kind == "kernel":
        sides = _sides(told.strip())
        if len(sides) == 3:
            made.sizes.append(sides)
            return True
        return _option(made, "kernel_size", _short(sides))
    return _option(made, kind, _short(_sides(told)))


def _once(made: Item, name: str, value: Any) -> bool:
    before = getattr(made, name)
    setattr(made, name, value)
    return before in (None, value)


def _option(made: Item, name: str, value: Any) -> bool:
    return bool(made.options.setdefault(name, value) == value)


def _sides(told: str) -> tuple[int, ...]:
    return tuple(int(side) for side in told.lower().split("x"))


def _short(sides: tuple[int, ...]) -> Any:
    return sides[0] if len(set(sides)) == 1 else sides


WHAT = (*CONVS, *POOLS, "fc", "global_avgpool", "global_maxpool", *PLAIN)


def layers(made: Item, start: int, end: int) -> list[Described] | None:
    """The layers that an item describes; None where it is none, or may be one or another."""
    kind = made.type
    if kind == "readout" or (kind in ("softmax", "sigmoid") and (made.units or made.numbers)):
        made.also += [kind] if kind != "readout" else []
        kind = "fc" if made.units or made.numbers or made.maps else None
    if (
        kind is None
        and made.maps
        and not (made.name or "").lower().startswith("s")
        and (made.sizes or "kernel_size" in made.options)
    ):
        kind = "conv"
    if kind is None and made.units and made.name and not made.sizes and not set(made.options) - {"bias"}:
        kind = "fc"
    if kind is None or not 1 <= made.count <= 50:
        return None
    options = _described(made, kind)
    if options is None:
        return None
    found = []
    for one in options:
        layer = Described(kind, one, name=made.name, takes=made.takes, start=start, end=end, gives=made.gives)
        found += [layer, *(Described(also, start=start, end=end) for also in made.also)]
    if made.count > 1:
        if made.name or made.gives:
            return None
        found = [
            Described(one.type, dict(one.options), start=start, end=end) for _ in range(made.count) for one in found
        ]
    return found


def _described(made: Item, kind: str) -> list[dict[str, Any]] | None:
    """The options of the layers of an item."""
    options, numbers = dict(made.options), list(made.numbers)
    if kind in PLAIN or kind.startswith("global"):
        left = options or made.sizes or numbers or made.maps or made.units
        return None if left and not (kind == "dropout" and not made.sizes) else [{}]
    if kind == "fc":
        if made.sizes or set(options) - {"bias"}:
            return None
        wide = [size for size in (made.units, made.maps) if size is not None]
        wide = wide or numbers
        if (numbers and wide is not numbers) or (len(wide) > 1 and not made.plural):
            return None
        return [{**options, "out_features": one} for one in wide] or None
    for size in made.sizes:
        if not _sized(made, options, size, kind):
            return None
    if kind in POOLS:
        if numbers and "kernel_size" not in options:
            options["kernel_size"] = numbers.pop(0)
        return None if numbers or made.maps or made.units or made.takes else [options]
    maps = made.maps if made.maps is not None else made.units
    if maps is None and len(numbers) == 1 and ("kernel_size" in options or kind == "pointwise"):
        maps = numbers.pop()
    if numbers or (kind == "depthwise" and maps is not None):
        return None
    if maps is not None:
        options["out_channels"] = maps
    return [options]


def _sized(made: Item, options: dict[str, Any], size: tuple[int, ...], kind: str) -> bool:
    """Takes a size without a word: that of the window first, then that of the output."""
    if "kernel_size" not in options and len(size) == 2 and max(size) <= 13:
        options["kernel_size"] = _short(size)
        return True
    if "kernel_size" not in options and len(size) == 3 and max(size[:2]) <= 13 and kind in CONVS and len(set(size)) > 1:
        options["kernel_size"], made.takes = _short(size[:2]), size[2]
        return True
    if made.gives is None and (len(size) == 3 or "kernel_size" in options):
        made.gives = size
        return True
    return False
