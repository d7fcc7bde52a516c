"""The numbers of a question, each with the words around it and the role that they give it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from cnncalc.questions.roles import LAYER_ADJECTIVE, LETTERS, OF_LAYERS, RULES

Value = Union[int, str, tuple[Union[int, str], ...]]
"""A number, a symbol such as `n`, or a size with an entry per side."""

_SIDE = r"(?:\d+|[A-Za-z](?:_(?:in|out|\w))?\d?)"
_TOKEN = re.compile(
    rf"(?<![\w.×«^/])(?:(?P<batch>batchx)?(?P<size>{_SIDE}(?:x{_SIDE})+)|(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?P<scale>[kKMG]\b)?|(?P<symbol>[A-Za-z](?:_(?:in|out|\d))?(?![\w'=(]|\s*[=(]|\s*:\s*\d)))(?![\w»]|\.\d)"
)
_LAYOUT_NOTE = re.compile(r"(?i)\b[hwdcnlft](?:x[hwdcnlft]){1,4}\b")
_SYMBOL_BEFORE = re.compile(
    r"(?i)(?:\b(?:strides?|pad(?:ding)?|dilation(?: rate)?|(?:kernel|filter|window)(?: size)?|size|side|with|of|has|have|and|length|width|height|input|from|to|maps)(?:\s+(?:of|is|size|by|equal to))*\s+|=\s*|,\s*)$"
)
_SYMBOL_AFTER = re.compile(
    r"(?i)\s*(?:filters?|kernels?|channels?|input channels?|output channels?|feature maps?|inputs?|outputs?|units?|neurons?|$|[,.;:?)]|and\b|zero|at\b)"
)


@dataclass
class Number:
    """A number or a size, the text around it up to its neighbours, and its role (`volume` for a size without one)."""

    value: Value
    start: int
    end: int
    before: str = ""
    after: str = ""
    role: str | None = None
    letter: str | None = None
    """The symbol that it is the value of: the `S` of `S=2`."""
    words: tuple[int, int] = (0, 0)
    """Where the words stand that give it its role, itself among them."""
    series: tuple[int, ...] = ()
    """The numbers of a list that has one role: `8, 16 and 32 filters`; the value is then the first."""
    batch: bool = False
    """Whether the size begins with the place of the batch: `(None, 28, 28, 1)`."""

    @property
    def is_size(self) -> bool:
        return isinstance(self.value, tuple)


def numbers(text: str) -> list[Number]:
    """All numbers of a text in its one spelling, with their roles."""
    found = [number for match in _TOKEN.finditer(text) if (number := _number(match, text)) is not None]
    for at, number in enumerate(found):
        left = found[at - 1].end if at else 0
        right = found[at + 1].start if at + 1 < len(found) else len(text)
        number.before = _clause_before(text[left : number.start], at > 0)
        number.after = _clause_after(text[number.end : right], at + 1 < len(found))
        number.words = number.start, number.end
        letter = _LETTER.search(number.before)
        number.letter = letter[1] if letter else None
    for number, following in zip(found, [*found[1:], None]):
        sure = _SURE.get((number.letter or "").lower())
        number.role = (_counts(number, following) if following else None) or _role(number)
        if number.role != "unread":
            number.role = sure or number.role
        trailing = (
            _TRAILING.match(number.after) if number.role in ("kernel_size", "volume", "input", "output") else None
        )
        if trailing:
            number.words = number.words[0], max(number.words[1], number.end + trailing.end())
    for number in found:
        if number.role == "volume" and _ATTRIBUTED.match(text, number.end):
            number.role = "kernel_size"
    _letters(found, text)
    return _lists(found, text)


_ATTRIBUTED = re.compile(
    r"(?i)[\s,-]*(?:(?:strid(?:e|ed)|pad(?:ding|ded)?|dilation|rate|[spd])[\s=-]*(?:\d+|1)[\s,-]*(?:and )?)+"
    r"(?:conv\w*|layers?|filters?|kernels?|(?:max|avg|average)?[- ]?pool\w*)\b"
)
"""What makes a size that of a filter though numbers stand between: `5x5 stride-1 layers`."""


_COMMA = re.compile(r"\s*(?:,|,?\s*(?:and|or|&)|/)\s*(?:then |finally )?")


def _lists(found: list[Number], text: str) -> list[Number]:
    """Lists of numbers with one role: `8, 16 and 32 filters`."""
    kept: list[Number] = []
    for number in reversed(found):
        following = kept[-1] if kept else None
        joins = following is not None and _COMMA.fullmatch(text[number.end : following.start]) is not None
        if following is not None and joins and isinstance(number.value, int) and isinstance(following.value, int):
            of_first = number.role is not None and following.role is None and _goes_on(number, following, text)
            if (
                (number.role is None and following.role is not None)
                or of_first
                or number.role == following.role in _LISTED
            ):
                series = (number.value, *(following.series or (following.value,)))
                merged = Number(
                    number.value,
                    number.start,
                    following.end,
                    number.before,
                    following.after,
                    number.role or following.role,
                )
                merged.series, merged.words = (
                    series,
                    (min(number.words[0], following.words[0]), max(number.words[1], following.words[1])),
                )
                kept[-1] = merged
                continue
        kept.append(number)
    return kept[::-1]


_LISTED = ("out_channels", "out_features", "stride", "dilation")
_PLURAL = re.compile(
    r"(?i)\b(?:rates|strides|filters|kernels|channels|units|dilations|maps|layers|sizes|paddings|neurons)\b"
)
_ENDS = re.compile(r"\s*(?:[,.;:)?]|and\b|or\b|$|#?$)")


def _goes_on(number: Number, following: Number, text: str) -> bool:
    """Whether a number without a role goes on a list: `with rates 1, 2, 4`."""
    return bool(
        _PLURAL.search(text[number.words[0] : number.start]) and (following.series or _ENDS.match(following.after))
    )


_MINUS = re.compile(r"(?:^|[\s(=:,\[])-$")


def _number(match: re.Match[str], text: str) -> Number | None:
    if not match["symbol"] and _MINUS.search(text, max(0, match.start() - 2), match.start()):
        return Number(f"-{match[0]}", match.start() - 1, match.end(), role="unread")
    if match["size"]:
        sides = tuple(int(side) if side.isdigit() else side for side in match["size"].split("x"))
        if (
            all(isinstance(side, str) for side in sides)
            and len(set(sides)) == len(sides)
            and _LAYOUT_NOTE.fullmatch(match["size"])
            and match["size"].replace("x", "").isupper()
        ):
            return None
        return Number(sides, match.start(), match.end(), batch=bool(match["batch"]))
    if match["symbol"]:
        before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 30]
        if not (_SYMBOL_BEFORE.search(before) and _SYMBOL_AFTER.match(after)) or match["symbol"] in ("a", "A", "I"):
            return None
        return Number(match["symbol"], match.start(), match.end())
    digits = match["number"]
    if not digits.isdigit() or match["scale"] or len(digits) > 30:
        return Number(match[0], match.start(), match.end(), role="unread")
    return Number(int(digits), match.start(), match.end())


_BREAK = re.compile(r"[\n;?]|\.\s|\.$")
_LETTER = re.compile(r"(?<![A-Za-z])([A-Za-z](?:_?(?:in|out|[a-z\d]))?|pad|ksize)\s*[=:]\s*$")


def _clause_before(gap: str, adjoins: bool) -> str:
    breaks = list(_BREAK.finditer(gap.rstrip()))
    if breaks and gap[breaks[-1].start()] == "\n" and not re.search(r"[A-Za-z]", gap[breaks[-1].end() :]):
        listed = re.search(r"[-*]", gap[breaks[-1].end() :])
        if not listed or len(breaks) > 1 or gap[: breaks[-1].start()].rstrip().endswith(":"):
            breaks.pop()  # a number alone: the line above says what it is
    return gap[breaks[-1].end() :] if breaks else f"#{gap}" if adjoins else gap


def _clause_after(gap: str, adjoins: bool) -> str:
    found = _BREAK.search(gap)
    return gap[: found.start()] if found else f"{gap}#" if adjoins else gap


def _role(number: Number) -> str | None:
    if number.role:
        return number.role
    for rule in RULES:
        if rule.sizes is not None and rule.sizes != number.is_size:
            continue
        before = rule.before.search(number.before) if rule.before else None
        after = rule.after.match(number.after) if rule.after else None
        if (rule.before and not before) or (rule.after and not after):
            continue
        start = number.start - (len(number.before) - before.start() if before else 0)
        number.words = start, number.end + (len(after[0].rstrip("#")) if after else 0)
        return rule.role
    return "volume" if number.is_size else None


_TRAILING = re.compile(r"(?i)\s*(?:in )?(?:sizes?|dimensions?|shapes?)\b(?!\s*(?:of|=|:|is)?\s*#)")
_SURE = {"s": "stride", "p": "padding"}
_DEFINED = r"(?P<out_channels>(?:the )?(?:number|no\.?|count) of (?:\w+ )?(?:filters|kernels|output channels|feature maps))|(?P<kernel_size>(?:the )?(?:(?:spatial )?(?:size|extent|width) of (?:the |each )?(?:filter|kernel|window)s?|(?:filter|kernel|window)s?(?:'s)? ?(?:size|extent|width)?(?! of)))|(?P<stride>(?:the )?strides?)|(?P<padding>(?:the )?(?:amount of )?(?:zero[- ])?padding)|(?P<dilation>(?:the )?dilation(?: rate| factor)?)|(?P<side>(?:the )?(?:input|image) (?:size|width|side)|(?:size|width|side) of the (?:input|image))|(?P<in_channels>(?:the )?(?:number of )?(?:input )?(?:channels|depth)(?: of the input)?)"
_DEFINITION = re.compile(
    rf"(?i)\b(?-i:([A-Za-z](?:_?\w{{1,3}})?))\s*(?:=|:|is|be|denotes|stands for|means|for|being|-)?\s*(?:{_DEFINED}|(?P<kernel_side>their (?:side|size|width)s?))\b(?!\s*(?:of|=|:)?\s*\d)"
)


_FILTERS_OWN = ("kernel_size", "out_channels", "out_features")


def _letters(found: list[Number], text: str) -> None:
    """Gives the numbers that are known by a letter alone their roles."""
    defined = {
        match[1]: next(name for name, words in match.groupdict().items() if words)
        for match in _DEFINITION.finditer(text)
    }
    for number in found:
        if number.role in _FILTERS_OWN and (number.letter or "").lower() in ("d", "g", "c"):
            number.role = None  # the kernel or the filters spoken of are those before the letter
        if number.letter in defined and number.role != "unread":
            number.role = defined[number.letter].replace("kernel_side", "kernel_size")
    roles = {number.role for number in found}
    letters = {(number.letter or "").lower() for number in found}
    alone = {(number.letter or "").lower() for number in found if number.role is None}
    for number in found:
        if number.role is not None or number.letter is None:
            continue
        role = LETTERS.get(number.letter.lower())
        if (
            role in ("K", "F")
            and {"k", "f"} <= alone
            and not alone & {"w", "w1", "h1"}
            and not letters & {"w", "w1", "h1"}
        ):
            role = None  # the size of a filter or their number: books disagree
        if role in ("K", "F"):
            other = "out_channels" not in roles and ("kernel_size" in roles or (role == "K" and "f" in alone))
            role = "out_channels" if other else "kernel_size"
        number.role = role


_STACK = re.compile(
    r"[\s-]*(?:stacked|successive|consecutive|identical|sequential|such|of the|of|valid|same|more|unpadded|dilated|strided|conv\w*|layers?|stride-?1|[\s-])*\s*#"
)
_LAYERS = re.compile(
    rf"(?i)[\s-]*{LAYER_ADJECTIVE}(?:{OF_LAYERS}|convolutions?|convs?|pools?|max-?pools?|poolings?|transposed)\b"
)
_FEATURE_MAPS = re.compile(r"(?i)[\s-]*(?:input )?(?:feature[- ]?maps?|planes?)\b")
_FILTERS = re.compile(r"(?i)[\s-]*(?:\w+ ){0,2}?(?:filters?|kernels?|masks?)\b")


def _counts(number: Number, following: Number) -> str | None:
    """What a number is that stands right before a size: `10 5x5 filters`, `three 3x3 convolutions`."""
    if number.is_size or not following.is_size or not _STACK.fullmatch(number.after):
        return None
    if _LAYERS.match(following.after):
        return "count"
    if _FILTERS.match(following.after):
        return "out_channels"
    return "in_channels" if _FEATURE_MAPS.match(following.after) else None
