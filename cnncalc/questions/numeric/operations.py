"""What a question does with its matrices: the operations that it mentions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

_KINDS: Final = (
    ("", r"convolution(?:al)? neural net\w*|\bcnns?\b|\bconv-?nets?\b|convolutional nets?(?:works?)?"),
    ("conv_transpose",
        r"transposed?[\s-]*conv\w*|deconv\w*|fractionally[\s-]strided conv\w*|\bconv\w*[\s-]?transposed?\w*"),
    ("global_avgpool", r"global[\s-]*(?:average|avg|mean)[\s-]*pool\w*|\bgap\b"),
    ("global_maxpool", r"global[\s-]*max(?:imum)?[\s-]*pool\w*"),
    ("maxpool",
        r"max(?:imum|imal)?[\s-]*pool\w*|pool\w*\W{0,3}(?:type|layer|operation|mode)?\W{0,3}\(?max(?:imum)?\b\)?"),
    ("avgpool",
        r"(?:average|avg|mean)[\s-]*pool\w*|pool\w*\W{0,3}(?:type|layer|operation|mode)?\W{0,3}\(?(?:average|avg"
        r"|mean)\b\)?"),
    ("minpool", r"min(?:imum|imal)?[\s-]*pool\w*"),
    ("sumpool", r"sum[\s-]*pool\w*"),
    ("lppool", r"\bl[2_]*[\s-]*(?:norm[\s-]*)?pool\w*"),
    ("stochasticpool", r"stochastic[\s-]*pool\w*"),
    ("leaky_relu", r"leaky[\s-]*relu|\blrelu\b"),
    ("relu6", r"\brelu-?6\b"),
    ("relu", r"\brelus?\b|rectified linear(?: units?)?|rectifier"),
    ("log_softmax", r"log[\s_-]*softmax"),
    ("softmax", r"\bsoftmax"),
    ("sigmoid", r"\bsigmoid\w*|logistic function"),
    ("tanh", r"\btanh\b|hyperbolic tangent"),
    ("elu", r"\belu\b"), ("gelu", r"\bgelu\b"), ("silu", r"\bsilu\b|\bswish\b"), ("softplus", r"\bsoftplus\b"),
    ("softsign", r"\bsoftsign\b"), ("selu", r"\bselu\b"),
    ("batchnorm", r"batch[\s-]*norm\w*"),
    ("conv", r"cross[\s-]*correlat\w*|\bconvol\w+|\bconv(?:1d|2d)?\b|\bcorrelat\w+"),
    ("pool", r"\bpool(?:ing|ed|s)?\b|\bdown-?sampl\w+|\bsub-?sampl\w+"),
    ("filter",
        r"(?:apply|applies|applying|applied|slid\w+|us(?:e|es|ed|ing))\s+(?:the |this |a |an |given |following "
        r"|above |\d+\s*[x×]\s*\d+ )*"
     r"(?:\w+ )?(?:kernels?|filters?|masks?)\b|\bfiltered\b|\bfiltering\b|feature maps?|activation maps?"),
)  # fmt: skip
_PATTERNS = [(kind, re.compile(pattern)) for kind, pattern in _KINDS]

POOLS: Final = ("maxpool", "avgpool", "minpool", "sumpool", "lppool", "stochasticpool")
GLOBAL: Final = ("global_avgpool", "global_maxpool")
WINDOWED: Final = ("conv", "conv_transpose", *POOLS)
ACTIVATIONS: Final = (
    "leaky_relu", "relu6", "relu", "log_softmax", "softmax", "sigmoid", "tanh", "elu", "gelu", "silu", "softplus",
    "softsign", "selu",
)  # fmt: skip

_CLAUSE = re.compile(
    r"[.;?!](?=\s|$)|\n\s*\n|\bthen\b|\bfollowed by\b|\bafter (?:that|which)\b|\bafterwards\b|\band (?:apply"
    r"|perform|take|use)\b|,\s*and\b|\bsubsequently\b|\bnext\b"
)


@dataclass
class Operation:
    """One layer as the question has it."""

    kind: str
    start: int
    end: int
    options: dict[str, Any] = field(default_factory=dict)


class Reading:
    """The words of a question, lower case; what is read is struck out, so that what is left is known to be unread."""

    def __init__(self, text: str) -> None:
        self.text = self.left = text

    def strike(self, start: int, end: int) -> None:
        self.left = self.left[:start] + "\0" * (end - start) + self.left[end:]

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Every match of the pattern in what is left, struck out."""
        found = list(pattern.finditer(self.left))
        for match in found:
            self.strike(*match.span())
        return found

    def clause(self, at: int) -> tuple[int, int]:
        """The stretch around a place that says one thing."""
        start = max((m.end() for m in _CLAUSE.finditer(self.text, 0, at)), default=0)
        later = _CLAUSE.search(self.text, at)
        return start, later.start() if later else len(self.text)


def mentions(reading: Reading) -> list[Operation]:
    """Every word for an operation, in the order of the text; they stay readable, for settings stand among them."""
    left, found = reading.text, []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(left):
            left = left[: match.start()] + " " * len(match[0]) + left[match.end() :]
            if kind:
                found.append(Operation(kind, *match.span()))
    return sorted(found, key=lambda one: one.start)
