"""Networks written as lists of layers, on lines, between arrows or in a sentence: which part of a question is the list."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from cnncalc.questions.definitions import written_out
from cnncalc.questions.described import Described
from cnncalc.questions.items import PLAIN, item, layers
from cnncalc.questions.scene import CONVS, POOLS
from cnncalc.questions.stages import followed, unrolled
from cnncalc.questions.wanted import is_asking

_ITEMS = re.compile(
    r"(?im)\b(?:after|for each|each of|of each|with each)(?: of)?(?: the following)?[^.?\n]{0,40}:\s*\n\s*\(?[1aA]\)?[.)]\s"
)
_CHAIN = re.compile(
    r"(?i)\b(?:then|followed|sequence|sequentially|stack\w*|network|in turn|one after|chain\w*|architecture|cnn)\b"
)
_STRONG = re.compile(
    r"(?i)\n|→|=>|->|;|\.(?=\s|$)|\?|,?\s{0,4}\bfollowed by\b|,?\s{0,4}\b(?:and )?(?:then|next|afterwards|finally)\b,?|\bafter that\b,?"
)
_WEAK = re.compile(r"(?i),(?![^()]*\))|\band\b|\+")
_MAIN = re.compile(
    r"(?i)\b(?:(?:max|avg|average)?-?(?:conv|pool)\w*|fc\d*|dense|linear|fully[ -]connected|densely[ -]connected|read-?out|flatten\w*)\b"
)
_PREFIX = re.compile(
    r"(?i).*?(?::|\b(?:through|into|consists? of|consisting of|contains|comprises|layers|network (?:with|of|has)|cnn (?:with|of|has)|has|by|is)\b)\s*"
)
_SUFFIX = re.compile(
    r"(?i)(?<!\s)\s+(?:on|for|over|applied to|acting on|taking|given|with (?=an input|input|inputs))\b(?P<size>.*)"
)
_TELLS = re.compile(
    r"(?i)\b(?:are|have|use|were)\b|^(?!\W*(?:(?:and|the|then)\s+)*(?:first|second|third|fourth|fifth|sixth|next|last|final|layer|it|there|each|\w+\d)\b).*\b(?:is|has|uses|was)\b"
)
"""The verb of a sentence that says something of layers, and lists none."""
_UNBIASED = re.compile(
    r"(?i)(?:\s*(?:an?|the|rgb|gr[ae]y\w*|colou?r|images?|input))+,? (?:without|with no) bias(?:es)?,?\s*"
)
"""An input of so many colours, and that no layer has biases."""
_COLON = re.compile(r":(?P<size>[^:]*)$")
_INPUT_WORD = re.compile(
    r"(?i)(?:inputs?|images?|pictures?|layers?|volumes?|sizes?|shapes?|tensors?|dimensions?|of|an?|the|rgb|colou?rs?|gr[ae]y[- ]?(?:scale)?|mnist|cifar-?(?:10+)?|imagenet|is|are|pixels?|px|channels?|as|in|on|from|has|with|"
    r"\d+(?:x\d+){1,3}|batchx\d+(?:x\d+)+|\d+(?= (?:colou?r )?channels?))(?!\w)|[\s:,()=*-]"
)  # fmt: skip
_LONGEST = 300
_NUMERAL = re.compile(r"\s*\d{1,2}")
_DIGIT = re.compile(r"\d")


class Listing(NamedTuple):
    """The layers of a list, and the text with `«0»`, `«1»`, … in their place."""

    text: str
    layers: tuple[Described, ...]
    defaults: tuple[Described, ...]
    """What is said of all layers of a kind."""


class _Piece(NamedTuple):
    """A stretch of the text and what it is: `layers`, `input`, `gives`, `numeral`, `blank`, `other`."""

    kind: str
    start: int
    end: int
    layers: tuple[Described, ...] = ()
    gives: tuple[int, ...] | None = None


def are_separate(text: str) -> bool:
    """Whether numbered items are no chain but act on the same input each: `the size after: 1. … 2. …`."""
    return bool(_ITEMS.search(text)) and not _CHAIN.search(text)


def is_list(text: str) -> bool:
    """Whether four layers or more stand there one by one, each with its numbers: what is no prose must not be read as such."""
    told = written_out(text)
    pieces = [] if told is None else [piece for start, end in _segments(told) for piece in _pieces(told, start, end)]
    found = [layer for piece in pieces for layer in piece.layers if layer.options]
    return len([layer for layer in found if layer.type in (*CONVS, *POOLS, "fc")]) >= 4 and not are_separate(text)


def listed(text: str) -> Listing | None:
    """The list in a text in its one spelling; None where there is none of two layers or more, or a part of it is not understood."""
    after = followed(_with_flows(unrolled(text)))
    told = written_out(after.text)
    if told is None:
        return None
    pieces = [piece for start, end in _segments(told) for piece in _pieces(told, start, end)]
    if after.body is not None:
        behind = _read(after.body, 0, len(after.body))
        if behind is None or any(piece.kind != "layers" for piece in behind):
            return None
        pieces = [_with_followers(piece, behind, after.what) for piece in pieces]
    at = [index for index, piece in enumerate(pieces) if piece.kind == "layers"]
    if not at:
        return None
    inside = pieces[at[0] : at[-1] + 1]
    found = [layer for piece in inside for layer in piece.layers]
    if len(found) < 2:
        return None
    if any(piece.kind not in ("layers", "gives", "blank", "input", "numeral") for piece in inside):
        return None
    return _taken(told, pieces, at, found)


_FLOW = re.compile(r"(?<![\dx.])(\d+)\s*(?:→|=>|->)\s*(\d+)(?!\d|\.\d|\s*[×x])")


def _with_flows(text: str) -> str:
    """The text with channels `3→16` as `3 into 16`: the arrow stands between no two layers."""
    return _FLOW.sub(r"\1 into \2", text)


def _with_followers(piece: _Piece, behind: list[_Piece], what: str) -> _Piece:
    """A piece with what every layer of a kind is followed by."""
    made: list[Described] = []
    for layer in piece.layers:
        made.append(layer)
        if layer.type in CONVS if what.startswith("conv") else layer.type == "fc":
            made += [
                Described(one.type, dict(one.options), start=layer.start, end=layer.end)
                for other in behind
                for one in other.layers
            ]
    return piece._replace(layers=tuple(made))


def _taken(text: str, pieces: list[_Piece], at: list[int], found: list[Described]) -> Listing | None:
    """The text with signs in the place of the layers, and what it says of all layers of a kind."""
    begin, end = pieces[at[0]].start, pieces[at[-1]].end
    last: Described | None = None
    cuts: list[tuple[int, int, str]] = []
    defaults: list[Described] = []
    for piece in pieces:
        words = ""
        if piece.kind == "layers":
            words = " ".join(f"«{_place(found, layer)}»" for layer in piece.layers) + " "
            last = piece.layers[-1]
        elif piece.kind == "gives" and last is not None and last.gives is None and piece.start - last.end < 12:
            last.gives = piece.gives
        elif piece.kind == "other" and not begin <= piece.start < end:
            told = _of_all(text[piece.start : piece.end])
            if not told:
                continue
            defaults += told
        elif piece.kind != "numeral":
            continue
        cuts.append((piece.start, piece.end, words))
    for start, stop, words in reversed(cuts):
        text = f"{text[:start]} {words}{text[stop:]}"
    return Listing(text, tuple(found), tuple(defaults))


def _place(found: list[Described], layer: Described) -> int:
    return next(at for at, one in enumerate(found) if one is layer)


def _segments(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for match in _STRONG.finditer(text):
        found.append((start, match.end() if match[0] == "?" else match.start()))
        start = match.end()
    return [*found, (start, len(text))]


def _pieces(text: str, start: int, end: int) -> list[_Piece]:
    """What a segment is; one of prose may end with layers, or begin with them."""
    whole = text[start:end]
    if not whole.strip(" ,.:-|*"):
        return [_Piece("blank", start, end)]
    if _NUMERAL.fullmatch(whole) and text[end : end + 1] == "." and text[start - 1 : start] in ("", "\n"):
        return [_Piece("numeral", start, end)]
    made = _read(text, start, end)
    if made is not None:
        return made
    ends = whole.rstrip().endswith("?")
    asks = ends or is_asking(whole)
    suffix = _SUFFIX.search(whole) or _COLON.search(whole)
    if suffix:
        made = _read(text, start, start + suffix.start())
        if made is not None and made[-1].kind == "layers":
            kind = "input" if _input(suffix["size"]) or _UNBIASED.fullmatch(suffix["size"]) else "other"
            return [*made, _Piece(kind, start + suffix.start(), end)]
    for prefix in _prefixes(whole):
        made = _read(text, start + prefix, start + len(whole.rstrip(" \n?")) if ends else end)
        if made is not None and (not asks or any(layer.options for one in made for layer in one.layers)):
            return [_Piece("other", start, start + prefix), *made]
    return [_Piece("other", start, end)]


def _prefixes(whole: str) -> list[int]:
    found = [
        match.end()
        for match in re.finditer(
            r"(?i):|\b(?:through|into|consists? of|consisting of|contains|comprises|with|of|has|by|after)\b", whole
        )
    ]
    return [at for at in found if at < len(whole)][:12]


def _read(text: str, start: int, end: int) -> list[_Piece] | None:
    """A segment as layers and an input, one after the other; None where something else stands there."""
    found: list[_Piece] = []
    for first, last in _groups(text, start, end):
        stretch = text[first:last]
        if not stretch.strip(" ,.:-|*"):
            continue
        kind = _input(stretch)
        if kind is not None:
            size = kind if _is_bare(stretch) else None
            found.append(_Piece("gives" if size else "input", first, last, gives=size))
            continue
        made = None if _TELLS.search(stretch) else item(stretch)
        several = layers(made, first, last) if made is not None and not made.quantified else None
        if not several:
            return None
        found.append(_Piece("layers", first, last, tuple(several)))
    return found or None


def _groups(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A segment cut at the commas before which a layer is complete and after which one begins."""
    cuts = [start]
    stops = [start + match.start() for match in _WEAK.finditer(text[start:end])] + [end]
    begin = start
    headed = False
    for stop in stops:
        piece = text[begin:stop]
        if begin > start:
            before = text[cuts[-1] : begin]
            if (
                ((headed or _is_plain(before)) and _MAIN.search(piece))
                or _input(before) is not None
                or re.match(r"\W*(?:and\s+)?[A-Z]\d\s*:", piece)
            ):
                cuts.append(begin)
                headed = False
        headed = headed or bool(_MAIN.search(piece))
        begin = stop
    edges = [*cuts, end]
    return [
        (first if at == 0 else first + _opening(text, first), last)
        for at, (first, last) in enumerate(itertools.pairwise(edges))
    ]


def _is_plain(stretch: str) -> bool:
    """Whether it is an activation or a norm alone: what comes next is another layer."""
    made = item(stretch)
    return made is not None and made.type in PLAIN and not made.numbers


def _opening(text: str, at: int) -> int:
    found = _WEAK.match(text, at)
    return found.end() - at if found else 0


def _input(stretch: str) -> tuple[int, ...] | None:
    """The size of an input that a piece states and nothing else."""
    if len(stretch) > _LONGEST:
        return None
    at = 0
    while at < len(stretch):
        found = _INPUT_WORD.match(stretch, at)
        if found is None or (at and stretch[at - 1].isalnum() and stretch[at].isalnum()):
            return None
        at = found.end()
    sizes = re.findall(r"(?:batchx)?\d+(?:x\d+)+", stretch)
    return tuple(int(side) for side in sizes[0].removeprefix("batchx").split("x")) if len(sizes) == 1 else None


def _is_bare(stretch: str) -> bool:
    return not re.search(r"[A-Za-wyz]", stretch.replace("batchx", ""))


def _of_all(sentence: str) -> list[Described]:
    """What a sentence says of all layers of a kind, and nothing else: `every convolution has stride 1`."""
    if not _DIGIT.search(sentence) and not re.search(r"(?i)\b(?:same|valid|padding)\b", sentence):
        return []
    if re.match(r"(?i)\W*an?\b", sentence):
        return []  # one layer
    made = []
    for first, last in _groups(sentence, 0, len(sentence)):
        one = item(sentence[first:last])
        if (
            one is not None
            and one.type is None
            and re.search(r"(?i)\b(?:filters|kernels)\b", sentence[first:last])
            and not one.maps
        ):
            one.type = "conv"
        if (
            one is None
            or one.type not in (*CONVS, *POOLS)
            or not (one.quantified or one.plural or _plural(sentence[first:last]))
            or one.gives
            or one.also
        ):
            return []
        several = layers(one, 0, 0)
        if several is None or len(several) != 1 or several[0].takes or not several[0].options:
            return []
        made.append(several[0])
    return made


def of_all(text: str) -> tuple[str, list[Described]]:
    """The text without the sentences that speak of all layers of a kind, and what they say."""
    defaults = []
    for start, end in _segments(text):
        told = _of_all(text[start:end])
        if told:
            defaults += told
            text = text[:start] + " " * (end - start) + text[end:]
    return text, defaults


def _plural(stretch: str) -> bool:
    return bool(
        re.search(
            r"(?i)\b(?:conv\w*|pool\w*) (?:layers|filters|kernels|windows|regions)\b|\b(?:filters|kernels) (?:are|have)\b|\b(?:convolutions|convs|poolings|pools)\b",
            stretch,
        )
    )


def is_of(layer: Described, default: Described) -> bool:
    """Whether what is said of all layers of a kind is said of this one."""
    if default.type == "conv":
        return layer.type in CONVS
    return layer.type in POOLS if default.type == "pool" else layer.type == default.type
