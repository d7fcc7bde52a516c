"""What must not be answered: words that change the meaning, and numbers that nothing has read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cnncalc.questions.numeric.operations import Operation, Reading
from cnncalc.questions.reply import not_understood


def words(*patterns: str) -> re.Pattern[str]:
    """Any of these, as whole words."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_COUNTED = "parameters|weights|multiplications|operations|additions|neurons|filters|layers|macs|flops"
_COUNTS = words(rf"(?:how many|number of) (?:learnable |trainable )?(?:{_COUNTED})", "receptive field", "memory")

_BEYOND = words(
    # training
    r"learn(?:s|ed|ing)?(?<!deep learning)|back-?prop\w*|backward\w*|loss|updat\w+|derivative|train(?:ing|ed)?|dropout",
    r"targets?|label(?:s|ed|led)|gradients?(?!\s+(?:filter|kernel|operator|detector))",
    r"deep learning (?!terminolog|convention|sense|\()",
    # other operations
    r"depth-?wise|separable|group(?:ed|s)?|residual|skip|flatten\w*|fully[\s-]connected|dense|linear layer|sparse|roi",
    r"unpool\w*|up-?sampl\w*|interpolat\w*|bilinear|nearest|bed of nails|pyramid|median|layer[\s-]norm\w*",
    r"instance[\s-]norm\w*|group[\s-]norm\w*|unbiased|bessel|running|fft|fourier|strassen|im2col|toeplitz",
    r"matrix multiplication|transpose of|eigen\w*|determinant|inverse|dot product of",
    # convolution in the sense of signals
    r"(?:linear|discrete|circular) convolution|impulse response|polynomial|np\.convolve|signal\.|scipy|[xh]\[n\]",
    # borders
    r"circular\w*|reflect\w*|replicat\w*|mirror\w*|symmetric padding|wrap\w*",
    # what is done to numbers
    r"normali[sz]ed? (?:by|the kernel|kernel)|divide[ds]?|absolute|clip\w*|saturat\w*|threshold\w*"
    r"|magnitude|truncat\w*",
    r"round(?:ed|ing|s)? (?:down|up|off)|round(?:ed|ing)?(?! to)|floor\w*|ceil\w*|negate\w*|doubled|halved|squared?",
    r"invert\w*|swap\w*|shuffl\w*|product of|standard deviation|variance|difference|ratio|percent\w*"
    r"|norm of(?<!batch norm of)",
    r"arg-?max|ind(?:ex|ices) of",
    # other questions
    r"twice|before|instead|except|unless|every (?:second|other)|what if|what about|how about|error|missing|unknown",
    r"corrupt\w*|mistake|wrong|incorrect|correct\?",
)
_HARMLESS = re.compile(
    r"\b[1-3][\s-]?d(?:imensional)?\b|\b[1-3]-dimensional\b|\bconv(?:olution\w*)?[12]d\b|\b(?:max"
    r"|avg)_?pool(?:ing)?[12]d\b"
    r"|\b(?:question|problem|exercise|q|figure|fig\.?|part|task|example|table)\s*\.?\s*\d+(?:\.\d+)*(?:\s*[.:)])?"
    r"|[(\[]\s*\d+\s*(?:points?|marks?|pts?|p)\s*[)\]]|^\s*\d+[.)](?=\s)|«\d+»|\b(?:layer|channel)\s*#?\d\b"
    r"|\b(?:round\w*\s+)?to\s+\d+\s+(?:decimal|digit|significant)\w*(?:\s+(?:places?|digits?|figures?))?"
    r"|\bsums?\s+(?:of|up)\s+(?:the\s+)?(?:element-?wise\s+)?products"
    r"|\bl2\b(?=[\s-]*(?:norm[\s-]*)?pool)|\bsame\s+[a-z]\s*=|\bfirst\b(?=,|\s+(?:apply|perform|compute|convolve|we)\b)"
)
_SETTING = re.compile(r"\b(?:strid\w*|pad(?:s|ded|ding)?|dilat\w*|atrous|bias\w*|slope|full|valid)\b")
_DIGIT = re.compile(r"[^\s\0«»]{0,20}\d[^\s\0]{0,20}")
_WORD = re.compile(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*")
_VERBS = "compute|calculate|find|show|draw|give|determine|evaluate|write"
_ASKING = re.compile(
    rf"\?|^\W*(?:and |now |then |also |finally |next |please )*,?\s*(?:{_VERBS}|what|state)\b"
    rf"|[,;] (?:and |then )*(?:{_VERBS})\b"
)


def asks_for_counts(text: str) -> bool:
    """Whether a question is after other things than the numbers of an output."""
    return bool(_COUNTS.search(text))


def refuse_beyond(text: str, except_for: Iterable[str] = ()) -> None:
    """Raises `NotUnderstood` for words that change the meaning in a way that is not read."""
    beyond = next((match for match in _BEYOND.finditer(text) if match[0] not in except_for), None)
    if beyond:
        raise not_understood(f"“{beyond[0]}” changes the question in a way that is not understood")


def refuse_unread(reading: Reading, mentioned: Iterable[Operation], known: Iterable[str] = ()) -> None:
    """Raises `NotUnderstood` for numbers, settings and words that nothing has read and that might change something;
    the words in `known` don't.
    """
    reading.take(_HARMLESS)
    rest = _SETTING.search(reading.left) or _DIGIT.search(reading.left)
    if rest:
        raise not_understood(f"it is not clear what “{rest[0].strip('.,;')}” is")
    for one in mentioned:
        reading.strike(one.start, one.end)
    harmless = _harmless().union(known)
    strange = next((match for match in _WORD.finditer(reading.left) if match[0] not in harmless), None)
    if strange:
        raise not_understood(f"it is not clear what “{strange[0]}” means for the numbers")


@cache
def _harmless() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "harmless.txt").read_text(encoding="utf-8").split())


def sentences_asking(text: str) -> int:
    """How many sentences ask for something."""
    return sum(bool(_ASKING.search(sentence)) for sentence in re.split(r"[.;](?=\s|$)|(?<=\?)|\n\n", text))
