"""Shorthand and slips: `CONV5-10`, `k3 s2 p1`, `7x7 /2`, `fliters`; and what only numbers the parts of a sheet."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from pathlib import Path

_SHORT = (
    (re.compile(r"(?i)\bconv-?(\d{1,2})-(\d{1,5})\b(?!x)"), r"conv \1x\1 with \2 filters"),
    (re.compile(r"(?i)\b(max|avg|average|mean)?-?pool-(\d{1,2})\b(?!x)|\b(MAX|AVG)?POOL([2-9])\b(?!\s*\)?\s*:)"), lambda m: f"{m[1] or m[3] or ''} pool {m[2] or m[4]}x{m[2] or m[4]}"),
    (re.compile(r"(?i)\b(?:fc|dense|linear)-(\d{1,6})\b|\b(?:FC)(\d{2,6})\b"), lambda m: f"fc with {m[1] or m[2]} units"),
    (re.compile(r"(?i)\b(filters|kernels)\s*:\s*(\d{1,5})\s*(?:of|with|,|@)?\s*(?:shape|size)?\s*(?=\d+\s*[x×])"), r"\2 \1 of size "),
    (re.compile(r"(?i)\bafter (?:a|an|the) (?:previous )?layer (?:with|of|whose|that (?:gives|has)) (?:an? |the )?outputs?(?: shape| size| is| of)*(?=[\s(\[]+(?:batchx|None|\d))"), "on an input of"),
    (re.compile(r"(?i)\b((?:max|avg)?pool|conv)(?=\d+x\d+)"), r"\1 "),
    (re.compile(r"(?i)\b(local(?:ly)?[- ]connected layer),? (?=\d+x\d+\b(?!x))"), r"\1 with filters of "),
    (re.compile(r"(?i)(?<=[,;(] )(\d+) (?:to|->|→) (\d+) (?=(?:channels|maps|feature maps)\b)"), r"\1 input channels and \2 output "),
    (re.compile(r"(\d+x\d+)\s*/\s*(\d)\b"), r"\1 stride \2"),
    (re.compile(r"(?<=[\s,;(\d])([kspdg])(\d{1,3})(?=[\s,;):?.]|[kspd]\d|$)"), r" \1=\2 "),
    (re.compile(r"^([kspd])(\d{1,3})(?=[kspd]\d)"), r" \1=\2 "),
    (re.compile(r"(?<=: )([kspd])(\d{1,3})(?=[kspd]\d)"), r" \1=\2 "),
)  # fmt: skip

_NUMBERING = re.compile(
    r"(?im)^\s*(?:\(?(?:q(?:uestion)?|problem|exercise|ex\.?|task|part|step)\s*\d{1,3}(?:\.\d+)?[a-z]?\)?\s*[.:)]|\(?\d{1,2}\s*[.)](?!\d)(?=\s*[A-Za-z])|\(\d{1,2}\)|\[\d{1,2}\])"
    r"|\b[A-Z]\w+ \d{1,4}(?= dataset)"
    r"|\b(?:cifar|imagenet|mnist|vgg|resnet|lenet|densenet|inception|c|q|question|figure|fig\.?|table|chapter|section|lecture|week|problem|exercise|equation|eq\.?)[- ]\d{1,4}k?\b(?!x|\s*x|\s*(?:filter|kernel|channel|layer))"
)

_VOCABULARY = [
    "filter",
    "filters",
    "kernel",
    "kernels",
    "stride",
    "strides",
    "padding",
    "padded",
    "convolution",
    "convolutional",
    "convolutions",
    "convolve",
    "convolved",
    "parameter",
    "parameters",
    "pooling",
    "pool",
    "dilation",
    "dilated",
    "receptive",
    "channel",
    "channels",
    "output",
    "outputs",
    "input",
    "inputs",
    "weights",
    "weight",
    "biases",
    "neurons",
    "multiplications",
    "operations",
    "dimensions",
    "dimension",
    "volume",
    "trainable",
    "learnable",
    "transposed",
    "depthwise",
    "separable",
    "pointwise",
    "feature",
    "features",
    "maxpool",
    "avgpool",
    "grayscale",
    "connected",
    "fully",
    "number",
    "calculate",
    "compute",
    "layers",
    "image",
    "images",
    "following",
]
_KNOWN = frozenset(_VOCABULARY)
_WORD = re.compile(r"(?<![\w.])[a-z]{5,}(?![\w(.=])")
_ERROR = re.compile(r"\b\w*(?:Error|Exception): (?:[^\n?]|\?(?=[,\]\d]))*?(?=\.\s|\n|$|\s-\s)")
_HINT = re.compile(r"(?i)\bhint: *(?=[^\n]*=)[\d\s()+*/=.x-]+")
_COURSE = re.compile(
    r"\b(?:CS|CSC|EE|MIT ?)\d{3}[A-Za-z]?\b|\b\d\.\d{3}\b(?= exam)|\b(?:VGG|ResNet|AlexNet|LeNet|DenseNet)-?\d+\b(?=[^.?\n]*[:(\[])"
)


def expanded(text: str) -> str:
    """The text with shorthand written out, and numbering of parts, points and data sets taken away."""
    text = _ERROR.sub(lambda found: " " * len(found[0]), text)
    text = _HINT.sub(lambda found: " " * len(found[0]), text)
    text = re.sub(r"_{2,}", " ? ", text)
    text = re.sub(r"(?i)\bno\. of\b", "number of", text)
    text = re.sub(
        r"(?i)\b(incl|excl|e\.g|i\.e|resp|approx|dim|dims|params?|conv|max|avg|fig)\.(?=\s+[a-z])", r"\1", text
    )
    text = _COURSE.sub(lambda found: " " * len(found[0]), text)
    text = _NUMBERING.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for pattern, replacement in _SHORT:
        text = pattern.sub(replacement, text)
    return text


_SLIPS = {"teh": "the", "hte": "the", "waht": "what", "wat": "what", "whta": "what", "hwo": "how", "si": "is", "adn": "and", "wiht": "with"}  # fmt: skip
_SLIP = re.compile(rf"(?<![\w.])(?:{'|'.join(_SLIPS)})(?![\w(.=])", re.IGNORECASE)


def corrected(text: str) -> str:
    """The text with slips in the words that matter put right: `fliters`, `paddding`."""
    text = _SLIP.sub(lambda found: _SLIPS[found[0].lower()], text)
    return _WORD.sub(lambda found: _correction(found[0]), text)


@cache
def vocabulary() -> frozenset[str]:
    """Words that change nothing in a question, or that something here understands."""
    return frozenset((Path(__file__).parent / "vocabulary.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=4096)
def _correction(word: str) -> str:
    if word in _KNOWN or word in vocabulary():
        return word
    near = difflib.get_close_matches(word, _VOCABULARY, n=1, cutoff=0.8)
    if not near or abs(len(near[0]) - len(word)) > 2 or near[0][0] != word[0]:
        return word
    return near[0]
