"""What a question says in words alone: paddings, biases, colours, number types, places of layers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple


class Remark(NamedTuple):
    """A fact in words: its kind, its value and where it stands."""

    kind: str
    value: Any
    start: int
    end: int


_WITHOUT = r"(?:no|without(?: any| counting| including| considering| using)?|w/o|zero|neither|not using(?: any)?|omit\w*|ignor\w+|excluding|exclude|except(?: for)?(?: the)?|neglect\w*|leaving out|leave out|disregard\w*|dropp?(?:ing|ed)?|minus|free of|not count\w*|don't count|do not count|not includ\w*)"
_BIAS = r"(?:the |any |its |all |additive |of the )*bias(?:es)?(?:[- ](?:terms?|units?|parameters?|weights?|values?|vectors?))?"

_REMARKS: tuple[tuple[str, Any, str], ...] = (
    ("bias", False, rf"\b{_WITHOUT} (?:use of )?{_BIAS}\b"),
    ("bias", False, r"\bbias(?:es)?(?:[- ]terms?)?\s*(?:is|are|were|being)?\s*(?:not (?:\w+ )?(?:used|included|counted|present|considered|learned|added|there)|omitted|ignored|excluded|neglected|dropped|disregarded|left out|disabled|turned off|off\b|absent)"),
    ("bias", False, r"\bbias\s*[=:]\s*(?:false|no|0|none|off)\b|\buse_bias\s*=\s*false|\bbias[- ]?(?:free|less)\b|\bunbiased\b|\bweights only\b|\bonly (?:the )?weights\b"),
    ("bias", False, r"\b(?:does not|doesn't|do not|don't|did not|didn't|has no|have no|having no|there (?:is|are) no|not) (?:use|have|include|add|count|consider|contain|with)?\s*(?:the |any |a )*bias(?:es)?(?:[- ]terms?)?\b"),
    ("bias", True, rf"\b(?:with|includ\w+|plus|counting|count|add\w*|and|using|have|has|having|owns?|(?:one|a|1|single)) (?:also )?(?:a |one |1 |its own |single |the |their )*{_BIAS}\b(?: (?:per|for each|for every|of) (?:its own|filter|output \w+|kernel|neuron|unit|map|channel))?"),
    ("bias", True, r"\bbias(?:es)?(?:[- ](?:terms?|parameters?))?\s*(?:is|are|being)?\s*(?:included|counted|used|present|too|also|considered)\b|\bbias\s*[=:]\s*(?:true|yes|1)\b|\bbiased\b"),
    ("padding", "same", r"[\"']\s*same\s*[\"'](?:[- ](?:zero[- ])?(?:padding|padded|conv\w*|mode|pad))?|\bpad(?:ding)?\s*(?:=|:|is|type|mode|of|set to|scheme)*\s*[\"']?same\b[\"']?|\bsame[- ](?:zero[- ])?(?:padding|padded|pad|mode|conv\w*)\b|(?<=[,(])\s*same\b(?=\s*(?:[,.;:)→]|$))|(?<=\dx\d )same(?=[- ](?:filters?|kernels?|layers?)\b)"),
    ("padding", "valid", r"[\"']\s*valid\s*[\"'](?:[- ](?:padding|conv\w*|mode|pad))?|\bpad(?:ding)?\s*(?:=|:|is|type|mode|of|set to|scheme)*\s*[\"']?valid\b[\"']?|\bvalid[- ](?:padding|padded|pad|mode|conv\w*)\b|(?<=,)\s*valid\b(?=\s*(?:[,.;)→]|$))"),
    ("padding", 0, r"\b(?:no|without(?: any)?|w/o(?: any)?|with no|zero amount of|never any|nor any)(?: zero[- ]?| extra | additional | implicit )?\s*-?pad(?:d(?:ing|ed))?\b|\b(?:un|non-?)padded\b|\bnot? (?:zero-?)?padded\b|\b(?:does|do|is|are|did)(?: not|n't) (?:use |apply |any |add )*(?:zero-?)?pad(?:d(?:ing|ed))?\b|\bpad(?:ding)?\s*[=:]\s*(?:none|no)\b"),
    ("padding", "zero", r"\b(?:zero|0)[- ]padding\b|\bpadded with zeros?\b|\bzero[- ]padded\b|\bzeros padding\b"),
    ("padding", "causal", r"[\"']?\bcausal\b[\"']?(?:[- ](?:padding|conv\w*))?"),
    ("dilation", 1, r"\b(?:no|without(?: any)?|zero) dilation\b|\b(?:un|non-?)dilated\b|\bnot dilated\b"),
    ("stride", 1, r"\b(?:no|without(?: any)?) strid(?:e|es|ing)\b|\bunstrided\b|\bnon-?strided\b|\bunit[- ]strides?\b|\b(?:one|1) pixel at a time\b"),
    ("colour", 3, r"\brgb\b|\bcolou?r(?:ed)?\b(?! channels?)(?:[- ]image\w*)?|\bthree-channel\b"),
    ("colour", 1, r"\bgr[ae]y[- ]?(?:scale|level)?\b|\bblack[- ]and[- ]white\b|\bmono(?:chrome)?\b|\bsingle[- ]channel(?:led)?\b|\bone-channel\b|\bmnist\b"),
    ("overlap", False, r"\bnon-?overlapping\b|\bno overlap\b|\bwithout overlap(?:ping)?\b|\beach pixel appearing exactly once\b|\bdo(?:es)? not overlap\b|\bdisjoint\b"),
    ("bytes", 2, r"\b(?:fp|float|f|bfloat)[- ]?16\b|\b16-?\s?bits?(?: floats?(?:ing[- ]point)?)?\b|\bhalf[- ]precision\b|\bbf16\b|\b2 bytes\b"),
    ("bytes", 4, r"\b(?:fp|float|f)[- ]?32\b|\b32-?\s?bits?(?: floats?(?:ing[- ]point)?)?\b|\bsingle[- ]precision\b|\b4 bytes(?: each| per \w+)?\b|\b4-bytes?\b"),
    ("bytes", 8, r"\b(?:fp|float|f)[- ]?64\b|\b64-?\s?bits?(?: floats?(?:ing[- ]point)?)?\b|\bdouble[- ]precision\b|\b8 bytes(?: each| per \w+)?\b"),
    ("bytes", 1, r"\bu?int[- ]?8\b|\b8-?\s?bits?(?: (?:integers?|ints?|quanti\w+))?\b|\b1 byte(?: each| per \w+)?\b"),
    ("kernel_size", "input", r"\b(?:filters?|kernels?)\b[^.;\n]{0,30}\b(?:(?:the )?same size as|as (?:large|big) as|(?:exactly )?the size of|covers?) the (?:whole |entire |full )?(?:input|image)(?: feature map| image| volume)?"),
    ("form", True, r"\b(?:has|have|had) been (?:converted|transformed|turned|read) (?:in)?to (?:a|an|the) (?:matrix|tensor|array|volume)\b"),
    ("bias", True, r"\b(?:with|including) (?:an? )?offsets?\b"),
    ("keeps", True, r"\b(?:(?:keep|keeps|keeping|kept|preserv\w+|maintain\w*|retain\w*|conserv\w+)(?: (?:it|its|the|their|same|spatial|input|output|image|height|width|and|map|an?|\d+x\d+|at|exactly|as|to|be|of))*(?: (?:sizes?|shapes?|dimensions?|resolution|length))?|unchanged|leav\w+ [^.?\n]{0,40}unchanged|does(?: not|n't) change|same (?:spatial |output |input )?(?:size|height|width|shape|dimension\w*|resolution)|equal to (?:the |that of the )?input|(?:as|to) the input(?: size)?\b|size[- ]preserving)"),
    ("layout", "hwc", r"\bchannels?[- _]last\b|\bn?h\W*x?w\W*x?[cd]\b(?! ?=)|\(?\bheight\s*[x,×]\s*width\s*[x,×]\s*(?:depth|channels?|maps?|filters?|number of \w+)\b\)?|\bNHWC\b"),
    ("layout", "hwc", r"\((?:length|time|steps|positions)\s*[,x×]\s*(?:channels|features|filters|maps)\)"),
    ("layout", "chw", r"\((?=\s*(?:batch(?:_size)?|N)\s*=\s*\d+,\s*(?:in_)?c(?:hannels)?\s*=)|\bchannels?[- _]first\b|\bn?cx?[dt]?x?hx?w\b|\b(?:depth|channels?)\s*[x,×]\s*height\s*[x,×]\s*width\b|\bnumber of channels is given in the first dimension\b|\bNCHW\b"),
    ("batched", True, r"\(\s*(?:batch(?:_size)?|N)\s*=|\bN(?:CHW|HWC|CL|LC|CDHW|DHWC)\b|\bN ?[,×x] ?(?:C|H)(?: ?[,×x]|\b)"),
    ("framework", "keras", r"\bkeras\b|\btensorflow\b|\btf\b"),
    ("framework", "torch", r"\b(?:py)?torch\b"),
    ("rank", 1, r"\b1-?d(?:imensional)?\b|\bone-dimensional\b|\b(?:time[- ]series|temporal|audio|waveform)\b|\bconv1d\b"),
    ("rank", 3, r"\b3-?d(?:imensional)?\b|\bthree-dimensional\b|\bvolumetric\b|\bconv3d\b"),
)  # fmt: skip
_PATTERNS = tuple((kind, value, re.compile(words, re.IGNORECASE)) for kind, value, words in _REMARKS)

_PLACES = (
    (0, r"1st|first|lowest|bottom(?:most)?|initial|earliest"),
    (1, r"2nd|second"),
    (2, r"3rd|third"),
    (3, r"4th|fourth"),
    (4, r"5th|fifth"),
    (5, r"6th|sixth"),
    (-1, r"last|final|topmost|top|uppermost"),
    ("middle", r"middle"),
)
_PLACE = re.compile("|".join(rf"(?P<p{at}>\b(?:{words})\b)" for at, (_, words) in enumerate(_PLACES)), re.IGNORECASE)


def remarks(text: str) -> list[Remark]:
    """All remarks, in reading order; of two that overlap, the longer one."""
    found = [
        Remark(kind, value, match.start(), match.end())
        for kind, value, pattern in _PATTERNS
        for match in pattern.finditer(text)
    ]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Remark] = []
    for one in found:
        if not any(other.kind == one.kind and one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def places(text: str) -> list[Remark]:
    """The ordinals that point at a layer: first, second, lowest, last."""
    found = []
    for match in _PLACE.finditer(text):
        behind = text[match.end() : match.end() + 40].lower()
        if re.match(r"\s*(?:dimension|row|column|element|entry|axis|image|input|of all|,)", behind):
            continue
        found.append(Remark("place", _PLACES[int((match.lastgroup or "p0")[1:])][0], match.start(), match.end()))
    return found
