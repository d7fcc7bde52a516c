"""The settings of operations: strides, paddings, biases and windows, each given to the operation that it belongs to."""

from __future__ import annotations

import re
from typing import Any, Final

from cnncalc.questions.numeric.operations import POOLS, WINDOWED, Operation, Reading
from cnncalc.questions.reply import not_understood
from cnncalc.worked.matrix import number

_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
N = r"(\d+|zero|one|two|three|four|five)(?!\w|\.\d|\s*/)"
_PAIR = rf"(?:[(\[]\s*{N}\s*,\s*{N}\s*[)\]]|[(\[]?\s*{N}(?:\s*(?:x|×|by)\s*{N})?)"
_IS = r"(?:-(?=[\da-z])| ?(?:(?:=|:|of|is|are|equals?|equal to|set to|being)(?![a-z]) ?)*)"
_SIGNED = r"([-+−–]?(?:\d+(?:\.\d+)?|\.\d+)(?:/\d+)?)"

_HEIGHT = r"\s+(?:for|in|along|on)\s+(?:the\s+)?(?:height|vertical\w*(?:\s+direction)?|rows?|y)"
_WIDTH = r"\s+(?:for|in|along|on)\s+(?:the\s+)?(?:width|horizontal\w*(?:\s+direction)?|columns?|x)"
_OF_ZEROS = r"(?:[\s-]*(?:pixels?|wide|layers?|rows?|rings?|borders?|columns?|cells?))*\s*(?:of\s+)?zero(?:s|es)?"
_SETTINGS: Final = (
    ("stride", None,
        rf"\bstrides?\s+(?:of\s+)?{N}{_HEIGHT}\s*(?:and|,)\s*(?:a\s+)?(?:stride\s+(?:of\s+)?)?{N}{_WIDTH}"),
    ("stride", None, rf"\bstrides?(?:\s*\(s\))?(?:\s+(?:size|length|value|s))?{_IS}{_PAIR}\)?"),
    ("stride", None, rf"(?<!\w)s\s*=\s*{_PAIR}\)?"),
    ("stride", None, rf"\bsteps?(?:\s+size)?\s*(?:of|=)\s*{N}"),
    ("stride", None,
        rf"\b(?:mov|slid|shift)\w+\s+(?:it\s+)?(?:by\s+)?{N}\s+(?:pixels?|positions?|cells?"
        rf"|steps?)(?:\s+at\s+a\s+time)?"),
    ("stride", None, rf"(?<![\w.]){N}[\s-]+strided\b"),
    ("stride", 1, r"\bunit(?:ary)?[\s-]+strides?\b"),
    ("padding", 0,
        r"\b(?:no|without(?:\s+any)?|zero amount of)[\s-]+(?:zero[\s-]*)?padd?ing\b|\bunpadded\b|\bnot\s+padded\b"
        r"|\bno\s+zero-?padding"),
    ("padding", 0,
        r"\bpadding\s*(?:=|:|is|of)?\s*['\"]?(?:none|valid)\b['\"]?|\bvalid['\"]?\s+(?:padding|convolution|mode"
        r"|cross-correlation)|\bmode\s*=?\s*['\"]?valid\b['\"]?"),
    ("padding", "same",
        r"\bpadding\s*(?:=|:|is)?\s*['\"]?same\b['\"]?|['\"]?\bsame\b['\"]?\s+(?:zero[\s-]*)?(?:padding"
        r"|convolution|mode)|\bmode\s*=?\s*['\"]?same\b['\"]?"),
    ("padding", "full",
        r"\bpadding\s*(?:=|:|is)?\s*['\"]?full\b['\"]?|['\"]?\bfull\b['\"]?\s+(?:zero[\s-]*)?(?:padding"
        r"|convolution|mode|cross-correlation)|\bmode\s*=?\s*['\"]?full\b['\"]?"),
    ("padding", None,
        rf"\b(?:zero[\s-]*)?padding(?:\s*\(p\))?(?:\s+(?:size|width|amount|value|p))?{_IS}(?:size\s*"
        rf"|width\s*)?{_PAIR}\)?(?:\s*pixels?)?"),
    ("padding", None, rf"\bpad\s*(?:=|:|of)?\s*{_PAIR}"),
    ("padding", None, rf"(?<![\w])p\s*=\s*{_PAIR}\)?"),
    ("padding", None,
        rf"\bpad(?:ded|ding|s)?\s+(?:[a-z]+\s+){{0,4}}?(?:with|by)\s+(?:a\s+)?{N}{_OF_ZEROS}(?:\s+(?:on|at|around"
        rf"|to)\s+(?:each|every|all|both|the)\s*(?:sides?|borders?|edges?)?)?"),
    ("padding", 1,
        r"\bpad(?:ded|ding|s)?\s+(?:[a-z]+\s+){0,4}?(?:with|by)\s+a\s+(?:single\s+)?(?:border|ring|layer"
        r"|frame)\s+of\s+zero(?:s|es)?"),
    ("padding", None, rf"(?<![\w.])(?!zero){N}[\s-]*(?:pixels?\s+)?(?:of\s+)?(?:zero[\s-]*)?padding\b"),
    ("dilation", None, rf"(?<![\w.]){N}[\s-]dilat\w+"),
    ("dilation", None,
        rf"\bdilat\w*(?:\s*\(d\))?(?:\s+(?:rate|factor|size|convolution|conv|by|with"
        rf"|a))*{_IS}(?:a\s+)?(?:dilation\s+)?(?:rate|factor)?{_IS}{_PAIR}\)?"),
    ("dilation", None, rf"(?<![\w])d\s*=\s*{N}"),
    ("bias", None,
        r"\b(?:no|without(?:\s+(?:a|any))?|ignor\w+(?:\s+the|\s+any)?)\s+bias(?:es)?(?:\s+terms?)?"
        r"|\bbias(?:es)?(?:\s+terms?)?\s+(?:is|are)?\s*(?:ignored|omitted|not used)|\bzero\s+bias"),
    ("bias", None, rf"\bbias(?:\s+(?:term|value|b))*{_IS}(?:b\s*=\s*)?{_SIGNED}(?!\w|\.\d)"),
    ("bias", None, rf"(?<![\w])b\s*=\s*{_SIGNED}(?!\w|\.\d)"),
    ("slope", None, rf"\b(?:negative\s+)?(?:slope|alpha)(?:\s+alpha)?{_IS}{_SIGNED}(?!\w|\.\d)|α\s*=\s*{_SIGNED}"),
    ("gamma", None, rf"(?:\bgamma|γ){_IS}{_SIGNED}(?!\w|\.\d)"),
    ("beta", None, rf"(?:\bbeta|β){_IS}{_SIGNED}(?!\w|\.\d)"),
    ("eps", None, rf"(?:\beps(?:ilon)?|ε|ϵ){_IS}{_SIGNED}(?!\w|\.\d)"),
)  # fmt: skip
_SET = [(name, value, re.compile(pattern)) for name, value, pattern in _SETTINGS]

_SIZE = re.compile(r"(?<![\w.×])(\d+)\s*(?:x|×|\*|-?by-?|\s+by\s+)\s*(\d+)(?![\w]|\.\d)")
_LENGTH = re.compile(
    rf"\b(?:window|kernel|filter|pool(?:ing)?)(?:[\s_-]+(?:size|length|width|window))*\s*(?:=|:|of|is"
    rf"|\s)*(?:size\s*|length\s*)?{N}(?!\s*[x×])"
    rf"|(?<![\w])[kf]\s*=\s*{N}(?!\s*[x×])|\bof\s+(?:size|length|width)\s+{N}(?!\s*[x×])|\b(?:size|width"
    rf"|length)[\s-]+{N}(?!\s*[x×])(?=\s+(?:window|filter|pool|kernel|max|average))"
)
_POOLED = re.compile(
    r"[\s-]*(?:non-?overlapping\s+|sized?\s+)*(?:(?:max|average|avg|mean|min|sum|l2)(?:imum)?[\s-]*)?(?:pool"
    r"|window|region|block|neighbou?rhood|patch|sub-?matri)"
)
_ENTERS = re.compile(
    r"[\s-]*(?:[a-z]+\s+){0,2}?(?:input|image|matrix|array|table|grid|signal|picture|feature map|map)\b"
)
_ENTERED = re.compile(
    r"(?:input|image|matrix|array|table|grid|picture)s?(?:\s+[a-z])?\W*(?:(?:of|is|has|with|size|the"
    r"|dimensions?|shape|a)\W*)*$"
)


def settle(reading: Reading, operations: list[Operation], mentioned: list[Operation]) -> None:
    """Gives every setting of the text to its operation; raises `NotUnderstood` where that isn't clear."""
    for name, fixed, pattern in _SET:
        for match in reading.take(pattern):
            value = _value(name, match) if fixed is None else fixed
            owner = _owner(reading, operations, mentioned, match.start(), _takers(name))
            if owner is None or owner.options.get(name, value) != value:
                raise not_understood(
                    f"it is not clear what “{match[0].strip()}” belongs to", hint="ask one thing at a time"
                )
            owner.options[name] = value


def _value(name: str, match: re.Match[str]) -> Any:
    """The number that a setting is given, or one for each axis; None for a bias that isn't there."""
    told = [group for group in match.groups() if group]
    if name in ("stride", "padding", "dilation"):
        sides = [int(_WORDS.get(one, one)) for one in told]
        return sides[0] if len(set(sides)) == 1 else sides
    exact = number(told[0]) if told else None
    if told and exact is None:
        raise not_understood(f"{told[0]} is no number")
    return exact


def _takers(name: str) -> tuple[str, ...]:
    if name in ("dilation", "bias"):
        return ("conv", "conv_transpose")
    if name in ("gamma", "beta", "eps"):
        return ("batchnorm",)
    return ("leaky_relu", "elu") if name == "slope" else WINDOWED


def _owner(
    reading: Reading, operations: list[Operation], mentioned: list[Operation], at: int, kinds: tuple[str, ...]
) -> Operation | None:
    """The operation that something said at a place is about."""
    able = [one for one in operations if one.kind in kinds]
    if len(able) < 2:
        return able[0] if able else None
    start, end = reading.clause(at)
    while True:
        here = {one.kind for one in mentioned if start <= one.start < end}
        here = {"pool" if kind in POOLS else "conv" if kind == "filter" else kind for kind in here}
        owners = [one for one in able if ("pool" if one.kind in POOLS else one.kind) in here]
        if owners:
            return owners[0] if len(owners) == 1 else None
        if start == 0:
            head = next((one for one in able if one.kind in ("conv", "conv_transpose")), None)
            return head if re.search(r"\b(?:kernel|filter)s?\b", reading.text[:end]) else None
        start, end = reading.clause(start - 1)[0] if start > 1 else 0, start


def windows(
    reading: Reading, operations: list[Operation], mentioned: list[Operation], known: set[tuple[int, ...]]
) -> list[tuple[int, ...]]:
    """Gives pools their windows; the sizes that are neither those nor `known`, to be found among the outputs."""
    pools = [one for one in operations if one.kind in POOLS]
    unknown: list[tuple[int, ...]] = []
    sizes = [(m, tuple(map(int, m.groups()))) for m in reading.take(_SIZE)]
    sizes += [(m, (int(_WORDS.get(n, n)),)) for m in reading.take(_LENGTH) for n in m.groups() if n]
    for match, size in sizes:
        start, end = reading.clause(match.start())
        named = _POOLED.match(reading.text, match.end()) and pools
        entering = _ENTERS.match(reading.text, match.end()) or _ENTERED.search(reading.text[start : match.start()])
        owner = _owner(reading, operations, mentioned, match.start(), WINDOWED)
        here = {one.kind for one in mentioned if start <= one.start < end}
        apart = bool(here & {*POOLS, "pool"}) and not (size in known and here & {"conv", "conv_transpose"})
        if pools and (named or (not entering and (apart or (size not in known and owner in pools)))):
            pool = owner if owner in pools else pools[0] if len(pools) == 1 else None
            if pool is None or pool.options.get("kernel_size", size) != size:
                raise not_understood(f"it is not clear which window {'×'.join(map(str, size))} is")
            pool.options["kernel_size"] = size
        elif size not in known and size * 2 not in known:  # "of size 3" is 3×3
            unknown.append(size)
    return unknown
