"""What a numeric question wants of the output: all of it, one cell, a row, its sum, its size."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, NamedTuple

from cnncalc.questions.numeric.operations import Reading
from cnncalc.questions.reply import not_understood
from cnncalc.worked.matrix import Nested

_ORDINALS: Final = {
    "first": 0, "top": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "last": -1, "bottom": -1,
}  # fmt: skip
_ORDINAL = "|".join(_ORDINALS)
_OUTPUT = (
    r"(?:the\s+)?(?:resulting\s+|final\s+|output\s+|convolved\s+|pooled\s+|whole\s+|equivalent\s+|feature\s+"
    r"|activation\s+)*(?:output|results?|feature|maps?|matrix|image|plane|operator|kernel|filter"
    r"|vector)s?(?:\s+(?:map|matrix|feature map|plane|image|o))?\b"
)
_IN_OUTPUT = rf"\s+(?:in|of|from)\s+{_OUTPUT}"
_THING = r"(?:values?|elements?|entry|entries|pixels?|cells?|numbers?|outputs?|activations?|positions?)"

_CELL = (
    re.compile(
        rf"\b(?:{_THING}|point|position|location|index|cell|coordinates?|at|output|[yo])(?:\s+(?:at|in|of|is|the"
        rf"|position|location|index|point|cell|output|value|coordinates?|row|col|map|feature"
        rf"|matrix))*\s*[\[(]\s*(\d+)\s*,\s*(\d+)\s*[\])]"),
    re.compile(r"\b[a-z]\w*\s*\[(\d+)\]\s*\[(\d+)\]"),
    re.compile(r"\brow\s+(\d+)\s*,?\s*(?:and\s+|of\s+)?col(?:umn)?\s+(\d+)"),
)  # fmt: skip
_NAMED_CELL = re.compile(rf"\b({_ORDINAL})\s+row\s*,?\s*(?:and\s+|of\s+|in\s+)?(?:the\s+)?({_ORDINAL})\s+column")
_CORNER = re.compile(
    rf"\b(top|upper|bottom|lower)[\s-]*(left|right)(?:[\s-]*(?:most|hand))?(?:\s+corner)?(?:\s+{_THING}"
    rf"|\s+corner|(?={_IN_OUTPUT}))(?:{_IN_OUTPUT})?"
)
_CENTRE = re.compile(rf"\b(?:cent(?:er|re|ral)|middle)\s+(?:{_THING})(?:{_IN_OUTPUT})?|\bcent(?:er|re)(?:{_IN_OUTPUT})")
_LINE = re.compile(rf"\b({_ORDINAL})\s+(row|column)(?:{_IN_OUTPUT})")
_NTH = re.compile(rf"\b(?:the\s+)(first|second|third|fourth|last)\s+{_THING}(?:{_IN_OUTPUT})?")
_SUM = re.compile(
    rf"\bsum\s+of\s+(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:output\s+)?{_THING}(?:{_IN_OUTPUT})?"
    rf"|\bsum\s+of\s+(?:the\s+)?{_OUTPUT}"
)
_EXTREME = re.compile(rf"\b(maximum|largest|highest|minimum|smallest|lowest)(?:\s+{_THING})?(?:{_IN_OUTPUT})")
_MEAN = re.compile(rf"\b(?:average|mean)(?:\s+{_THING})?(?:{_IN_OUTPUT})")
_COUNT = re.compile(
    rf"\bhow many\s+(?:of the\s+)?(?:{_THING}\s+)?(?:are\s+)?(?:in the output are\s+)?(non-?zero|zero|negative"
    rf"|positive)s?(?:\s+{_THING})?"
)
_SIZE = re.compile(
    rf"\b(?:spatial\s+)?(?:size|shape|dimensions?|dimensionality)\s+(?:of|for|will|does|would)\s+{_OUTPUT}"
    rf"|\boutput\s+(?:feature map\s+)?(?:size|shape|dimensions?)\b"
)
_VERB = re.compile(
    r"\?|\b(?:what|which|compute|calculate|find|show|draw|give|determine|perform|write|evaluate|work out|fill in)\b"
)
_FROM_ONE = re.compile(
    r"\b(?:1-based|one-based|1-indexed|one-indexed|(?:index\w*|start\w*|count\w*)\s+(?:from|at|with)\s+(?:1"
    r"|one)\b|i-?th row)|\brow\s+[1-9]"
)
_FROM_ZERO = re.compile(
    r"\b(?:0-based|zero-based|0-indexed|zero-indexed|(?:index\w*|start\w*|count\w*)\s+(?:from|at|with)\s+(?:0"
    r"|zero)\b|numpy|python)|\brow\s+0"
)


class Wanted(NamedTuple):
    """One thing that is asked of an output: what it is called, and how it is found there."""

    quantity: str
    told: str
    of: Callable[[Nested], Any]


def wanted(reading: Reading) -> list[Wanted]:
    """What is asked, in the order of the text; the whole output where nothing less is named."""
    found: list[tuple[int, Wanted]] = []
    base = _base(reading)
    for pattern in _CELL:
        for match in reading.take(pattern):
            at = int(match[1]), int(match[2])
            found.append((match.start(), Wanted("value", f"value at ({at[0]}, {at[1]})", _cell(at, base))))
    for match in reading.take(_NAMED_CELL):
        place = _ORDINALS[match[1]], _ORDINALS[match[2]]
        found.append((match.start(), Wanted("value", match[0], _place(place))))
    for match in reading.take(_CORNER):
        corner = 0 if match[1] in ("top", "upper") else -1, 0 if match[2] == "left" else -1
        found.append((match.start(), Wanted("value", f"{match[1]} {match[2]} value", _place(corner))))
    for match in reading.take(_CENTRE):
        found.append((match.start(), Wanted("value", "value in the centre", _centre)))
    for match in reading.take(_LINE):
        found.append((match.start(), Wanted(match[2], f"{match[1]} {match[2]}", _line(_ORDINALS[match[1]], match[2]))))
    for match in reading.take(_NTH):
        found.append((match.start(), Wanted("value", f"{match[1]} value", _nth(_ORDINALS[match[1]]))))
    for match in reading.take(_SUM):
        found.append((match.start(), Wanted("sum", "sum", lambda out: sum(flat(out)))))
    for match in reading.take(_EXTREME):
        of = _most if match[1] in ("maximum", "largest", "highest") else _least
        found.append((match.start(), Wanted(match[1], f"{match[1]} value", of)))
    for match in reading.take(_MEAN):
        found.append((match.start(), Wanted("mean", "mean", lambda out: sum(flat(out)) / len(flat(out)))))
    for match in reading.take(_COUNT):
        found.append((match.start(), Wanted("count", f"{match[1]} values", _count(match[1]))))
    sizes = reading.take(_SIZE)
    if sizes:
        found.append((sizes[0].start(), Wanted("size", "size", size)))
    if not found or (len(found) == 1 and sizes and len(_VERB.findall(_without_clauses(reading, sizes))) > 0):
        found.append((len(reading.text), Wanted("output", "output", lambda out: out)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _without_clauses(reading: Reading, sizes: list[re.Match[str]]) -> str:
    """What is left to ask when the sentences that ask for the size are taken away."""
    text = reading.text
    for match in reversed(sizes):
        start = max((m.end() for m in re.finditer(r"[.?!;](?=\s)|\n", text[: match.start()])), default=0)
        later = re.compile(r"[.?!;](?=\s|$)|\n").search(text, match.end())
        end = later.end() if later else len(text)
        stretch = text[start:end]
        second = re.search(r"\band\s+(?:compute|calculate|find|show|give|its values|what are|what is)", stretch)
        text = text[:start] + (stretch[second.start() :] if second else " ") + text[end:]
    return text


def _base(reading: Reading) -> int | None:
    one, zero = reading.take(_FROM_ONE), reading.take(_FROM_ZERO)
    for match in (*one, *zero):
        if match[0].startswith("row"):  # asked for by its number: read once more
            reading.left = reading.left[: match.start()] + match[0] + reading.left[match.end() :]
    if one and zero:
        raise not_understood("it is not clear whether rows are counted from 0 or from 1")
    return 1 if one else 0 if zero else None


def _cell(at: tuple[int, int], base: int | None) -> Callable[[Nested], Any]:
    def value(out: Nested) -> Any:
        bases = [base] if base is not None else [0, 1]
        places = [(at[0] - b, at[1] - b) for b in bases]
        sizes = size(out) if isinstance(out, list) and isinstance(out[0], list) else [1, len(out)]
        places = [p for p in places if 0 <= p[0] < sizes[0] and 0 <= p[1] < sizes[1]]
        found = {_at(out, *place) for place in places}
        if len(found) != 1:
            why = "is counted from 0 or from 1" if found else f"lies in an output of {'×'.join(map(str, sizes))}"
            raise not_understood(f"it is not clear how the place ({at[0]}, {at[1]}) {why}")
        return found.pop()

    return value


def _place(at: tuple[int, int]) -> Callable[[Nested], Any]:
    return lambda out: _at(out, *at)


def _most(out: Nested) -> Fraction:
    return max(flat(out))


def _least(out: Nested) -> Fraction:
    return min(flat(out))


def _at(out: Nested, row: int, column: int) -> Any:
    rows = out if isinstance(out, list) and isinstance(out[0], list) else [out]
    try:
        return rows[row][column]
    except IndexError:
        raise not_understood(f"the output has no row {row + 1} with a column {column + 1}") from None


def _centre(out: Nested) -> Any:
    sizes = size(out)
    if not all(one % 2 for one in sizes):
        raise not_understood(f"an output of {'×'.join(map(str, sizes))} has no centre")
    return _at(out, sizes[0] // 2, sizes[1] // 2) if len(sizes) == 2 else out[sizes[0] // 2]


def _line(which: int, kind: str) -> Callable[[Nested], Any]:
    def line(out: Nested) -> Any:
        if not isinstance(out[0], list) or which >= (len(out) if kind == "row" else len(out[0])):
            raise not_understood(f"the output has no such {kind}")
        return out[which] if kind == "row" else [row[which] for row in out]

    return line


def _nth(which: int) -> Callable[[Nested], Any]:
    def nth(out: Nested) -> Any:
        if isinstance(out[0], list) and which not in (0, -1):
            raise not_understood("it is not clear how the values of the output are counted")
        values = flat(out)
        if which >= len(values):
            raise not_understood(f"the output has {len(values)} values")
        return values[which]

    return nth


def _count(kind: str) -> Callable[[Nested], int]:
    tests = {"zero": lambda x: x == 0, "negative": lambda x: x < 0, "positive": lambda x: x > 0}
    test = tests.get(kind, lambda x: x != 0)
    return lambda out: sum(map(test, flat(out)))


def flat(out: Nested) -> list[Fraction]:
    """All numbers of an output."""
    return [x for one in out for x in flat(one)] if isinstance(out, list) else [out]


def size(out: Nested) -> list[int]:
    """The sizes of an output, from the outside in."""
    sizes = []
    while isinstance(out, list):
        sizes.append(len(out))
        out = out[0]
    return sizes
