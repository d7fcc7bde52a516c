"""The layers that a question speaks of, as it names them, and the words that say how they follow one another."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TRANSPOSED = r"convT(?:ranspose)?|(?:transposed?|fractionally[- ]strided|backwards?|up-?)[- ]?conv(?:olution(?:al)?s?|s)?(?: ?[123]-?d)?|conv(?:olution)?[ _-]?transposed?|transpose convolution\w*|deconv(?:olution(?:al)?s?)?|upconv\w*"
_CONV = r"conv(?:olution(?:al|s)?|olv(?:e[sd]?|ing)|s)?(?:[- _]?[123]-?d)?"
_NOT_NETWORK = r"(?![- ]*(?:neural[- ])?(?:net(?:work)?s?\b|nn\b|architecture|autoencoder|encoder|model|arithmetic|calculator|theorem))"

TYPES = (
    ("conv_transpose", _TRANSPOSED),
    ("separable", r"(?:depth-?wise[- ])?separable(?:[- ]conv\w*)?"),
    ("depthwise", r"depth-?wise(?:[- ]conv\w*)?|dw(?:[- ]?conv\w*)?"),
    ("pointwise", r"point-?wise(?:[- ]conv\w*)?"),
    ("global_avgpool", r"(?:global[- ]?(?:average|avg|mean)[- ]?pool\w*|gap\b(?! between))"),
    ("global_maxpool", r"global[- ]?max[- ]?pool\w*"),
    ("maxpool", r"max(?:imum|imal)?[- ]?pool(?:ings?|ed|s)?"),
    ("avgpool", r"(?:av(?:era)?ge?|mean)[- ]?pool(?:ings?|ed|s)?"),
    ("minpool", r"min(?:imum)?[- ]?pool(?:ing|ed|s)?"),
    ("sumpool", r"sum[- ]?pool(?:ing|ed|s)?"),
    ("pool", r"pool(?:ings?|ed|s)?|sub-?sampling(?: layer)"),
    (
        "local",
        r"local(?:ly)?[- ]connected|un-?tied|un-?shared|without (?:parameter|weight)[- ]sharing|no (?:parameter|weight)[- ]sharing|not share",
    ),
    (
        "fc",
        r"fully[- ]?connected|dense(?:ly[- ]connected)?(?! ?net)|fc(?= ?\d|\b)|linear(?= layers?)|multi-?layer perceptron|mlp",
    ),
    ("batchnorm", r"batch[- ]?norm(?:ali[sz]ation)?|bn"),
    ("layernorm", r"layer[- ]?norm(?:ali[sz]ation)?"),
    ("flatten", r"flatten(?:ed|ing|s)?|stretched|unroll(?:ed)?"),
    ("relu", r"relus?"),
    ("sigmoid", r"sigmoid"),
    ("tanh", r"tanh"),
    ("softmax", r"softmax"),
    ("dropout", r"drop-?out"),
    ("zero_pad", r"zero[- ]?pad(?:ding)? layer"),
    ("upsample", r"upsampl(?:e|ing) layer|nearest[- ]neighbou?r upsampl\w+|bilinear upsampl\w+"),
    ("conv", _CONV),
)
_MENTION = re.compile(
    "|".join(rf"(?P<{kind}>(?<![A-Za-z])(?:{words})(?![A-Za-z]){_NOT_NETWORK})" for kind, words in TYPES), re.IGNORECASE
)
_NUMBERED = re.compile(r"[-_ ]?#?(\d|1[0-3])(?![\dx.]|\s*(?:x|\d|filters?|kernels?|maps|neurons|units|->|→|to \d))")
_ARTICLE = re.compile(
    r"(?i)\b(the|this|that|these|those|such|its|our|said|same|each|every|all|a|an|any|another|following|above|whole|single|one)\b(?:[\s-]+[\w×]+){0,3}?[\s-]*$"
)


_LEFT_OUT = (
    *("maxpool", "avgpool", "minpool", "sumpool", "pool", "global_avgpool", "global_maxpool"),
    *("batchnorm", "layernorm", "relu", "sigmoid", "tanh", "softmax", "dropout", "flatten", "zero_pad", "upsample"),
)
_NEGATED = re.compile(r"(?i)\b(?:no|without(?: any| an?)?|w/o|nor|neither)\s+(?:\w+[\s-]+){0,2}$")


@dataclass
class Mention:
    """A layer named in the text; `article` is the word before it, in small letters."""

    type: str
    start: int
    end: int
    article: str = ""
    name: str | None = None


def mentions(text: str) -> list[Mention]:
    """All layers named, in reading order."""
    found = []
    for match in _MENTION.finditer(text):
        line = text[max(0, match.start() - 50) : match.start()]
        line = re.split(r"[.,;:?!\n()]", line)[-1]
        article = _ARTICLE.search(line)
        numbered = _NUMBERED.match(text, match.end())
        name = text[match.start() : numbered.end()].strip() if numbered else None
        kind = match.lastgroup or ""
        if kind in _LEFT_OUT and _NEGATED.search(text, max(0, match.start() - 40), match.start()):
            continue
        found.append(
            Mention(
                kind,
                match.start(),
                numbered.end() if numbered else match.end(),
                article[1].lower() if article else "",
                name,
            )
        )
    return found
