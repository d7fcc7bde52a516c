"""What a question that goes backwards looks for: the options and counts whose numbers it asks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted, is_asking, sentences

_MANY = (
    r"(?:how many|how much|(?:what|which)?(?: is| was| are)? ?(?:the )?(?:minimum |minimal |smallest |"
    r"least |total )?(?:number|count|amount) of|#|no\. of|which)"
)

_FILTER = r"(?:kernels?|filters?|windows?|masks?|pool(?:ing)?(?: windows?)?)"
_EXTENT = r"(?:sizes?|widths?|sides?|side lengths?|dimensions?|extents?)"

OPTIONS = (
    (
        "layers",
        rf"{_MANY} (?:(?!\b(?:filters?|parameters?|weights|neurons|units|channels|zeros?|rows?|does|do|did|"
        rf"would|will|is|are|has|have|in|per|from)\b)[^.?\n;])*?(?:layers|convolutions|convs|poolings?|"
        rf"pools|stages|steps|blocks|times|deconvolutions|upsamplings?|downsamplings?)\b(?! of zeros)",
    ),
    ("output_padding", r"output[ _-]padding"),
    (
        "out_channels",
        rf"{_MANY} (?:the )?(?:conv\w* |different |output |learned )*(?:filters|kernels|masks|feature maps|"
        rf"output maps|activation maps|(?<=output )channels)\b",
    ),
    ("out_features", rf"{_MANY} (?:hidden |output )?(?:neurons|units|nodes|outputs)\b"),
    (
        "in_channels",
        rf"{_MANY} (?:(?:input|incoming|in) )(?:channels|feature maps|maps|planes)\b|"
        rf"{_MANY} channels (?:does|did|do|has|had|must|should|went|go|enter|come)[^.?\n]*?\b(?:input|"
        rf"image|in|enter|volume)\b|\b(?:input depth|depth of (?:the|its) input)\b|{_MANY} channels (?:in|"
        rf"of|at) the input",
    ),
    ("in_features", rf"{_MANY} (?:inputs\b|input (?:units|neurons|features|values|nodes|numbers))"),
    ("groups", r"\bgroups?\b(?: counts?| numbers?)?"),
    ("dilation", r"\bdilation(?: rates?| factors?)?\b"),
    (
        "kernel_size",
        rf"\b{_FILTER}[- _]*{_EXTENT}\b|\b{_EXTENT} (?:of|for) (?:the |each |its |a |"
        rf"an )*(?:\w+ )?{_FILTER}\b|\b(?:how (?:large|big|wide)|what size) (?:is|was|must|should|are|were|"
        rf"can|would) (?:the |its |each |a )*(?:\w+ )?{_FILTER}\b|\b(?:kernel|window|filter)\b(?=\s*(?:\?|"
        rf",|and\b|&|/|$))|\b(?:which|what) (?:square )?(?:kernel|filter|window)s?\b|\b[kfKF]\s*=\s*\?",
    ),
    ("stride", r"\bstrid(?:es?|ing)\b|\bstep width\b|\b[sS]\s*=\s*\?"),
    (
        "padding",
        r"\b(?:zero[- ]?)?pad(?:ding|dings|s)?\b(?:,? (?:and )?(?:if so,? )?how (?:much|many))?|"
        r"\b(?:how many|what number of)(?: \w+){0,3}? zeros?\b(?:[^.?\n]{0,40}\band how many\b)?|"
        r"\bhow many (?:zeros?|rows?|columns?|pixels?|rings?|borders?|layers)(?: (?:or|and) (?:rows|"
        r"columns))?(?: of zeros?| of padding)|\b[pP]\s*=\s*\?",
    ),
    (
        "input",
        rf"\b(?:{_EXTENT}|shapes?|volume|resolution) (?:of|must|should|did|was|does|had) (?:the |its |"
        rf"an? )*(?:original |smallest |minimum |minimal |largest |biggest )*(?:input|image)\b|"
        rf"\binput(?: image| volume| map| feature map| tensor)?(?: spatial)?[- ](?:{_EXTENT}|shape|"
        rf"resolution|height|length)\b|\bhow (?:large|big|wide|long|high) (?:must|should|was|were|is|can|"
        rf"could|may|at least must) (?:the |its |an? )*(?:original |smallest |input )*(?:input|image|map|"
        rf"signal|picture)\b|\bwhat (?:was|is|were) (?:the|its) (?:original |smallest |largest )?(?:input|"
        rf"image)\b|\b(?:smallest|largest|biggest|minimum|minimal|"
        rf"original) (?:possible )?(?:square )?(?:input|image)\b",
    ),
)
"""What can be sought, the more telling words first: what they take is not read again by the others."""
_OPTIONS = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in OPTIONS)

_BEGIN = re.compile(
    r"(?i)\b(?:what|what's|whats|how|which|calculate|compute|find|determine|give|state|work out|"
    r"derive|choose|pick|name|specify|deduce|figure out|tell|need to|do i|do we|is there|does)\b"
)
_FACT = re.compile(r"(?i)\b(?:with|using|and|of|no|without|any|after|before|has|have|same|valid|full)\s*$")


class Sought(NamedTuple):
    """One number looked for: the option (or `layers`, `input`) and where its words stand."""

    option: str
    start: int
    end: int
    sentence: tuple[int, int]


def sought(scene: Scene, asked: list[Wanted]) -> list[Sought]:
    """Everything looked for, in the order asked."""
    text, found = scene.text, list[Sought]()
    stated = [number.words for number in scene.numbers if number.role]
    stated += [
        (one.start, one.end)
        for one in scene.remarks
        if one.kind in ("stride", "dilation", "bias")
        or (one.kind == "padding" and one.value not in ("zero", "same", "valid"))
    ]
    stated += [
        match.span() for one in scene.remarks if one.kind == "keeps" and (match := _SIZE_BEHIND.match(text, one.end))
    ]
    stated += [(one.start, one.end) for one in scene.remarks if one.kind == "keeps"]
    for start, end in sentences(text):
        if not is_asking(text[start:end]):
            continue
        rest = list(text[start:end])
        begin = _BEGIN.search(text, start, end)
        layers = _OPTIONS[0][1].search(text, begin.start(), end) if begin else None
        if layers:
            found.append(Sought("layers", *layers.span(), (start, end)))
            rest[layers.start() - start : layers.end() - start] = "\x01" * (layers.end() - layers.start())
        forward = any(
            one.quantity in _FORWARD and one.sentence == (start, end) and _is_result(text[one.start : one.end])
            for one in asked
        )
        words = [(one.start, one.end) for one in scene.remarks if forward and one.kind == "padding"]
        for first, last in [*stated, *words]:
            for at in range(max(first, start), min(last, end)):
                rest[at - start] = "\x00"
        begin = _BEGIN.search("".join(rest))
        if begin is not None:
            rest[: begin.start()] = "\x00" * begin.start()
        for name, pattern in _OPTIONS[1:]:
            for match in pattern.finditer("".join(rest)):
                found.append(Sought(name, start + match.start(), start + match.end(), (start, end)))
                rest[match.start() : match.end()] = "\x01" * (match.end() - match.start())
    return sorted(found, key=lambda one: one.start)


_SIZE_BEHIND = re.compile(
    r"(?i)\s*(?:the |its |their |spatial |input |output )*(?:sizes?|shapes?|dimensions?|resolution|"
    r"height and width|width and height)\b"
)


def _is_result(words: str) -> bool:
    """Whether what is asked for is surely what comes out, or a count."""
    return bool(
        re.search(r"(?i)output|result|param|weight|bias|mac|flop|operation|multipl|memory|neuron|volume", words)
    )


_FORWARD = (
    "output",
    "elements",
    "params",
    "weights",
    "biases",
    "trainable",
    "macs",
    "flops",
    "channels",
    "memory",
    "receptive",
)
