"""Which operations a question runs, in which order, and whether its kernel is flipped."""

from __future__ import annotations

import re

from cnncalc.questions.numeric.given import Given
from cnncalc.questions.numeric.guard import words
from cnncalc.questions.numeric.operations import ACTIVATIONS, GLOBAL, POOLS, Operation, Reading
from cnncalc.questions.reply import NotUnderstood, not_understood

EQUIVALENT = words(
    r"(?:equivalent|effective|single|combined|composite)\s+(?:\w+\s+)?(?:operator|kernel|filter|convolution)"
)
STACKED = words(
    r"(?:two|2)\s+(?:[\w-]+\s+){0,3}?(?:operators?|kernels?|filters?|convolutions?|layers?)",
    r"applied\s+twice|twice|stack\w*|followed by|then|successively|after another",
)
SEQUENCE = re.compile(r"\bthen\b|followed by|\bnext\b|\bafter\b|→|->|\bsubsequently\b")
ORIGINAL = words(
    r"original\s+(?:input|image|matrix|table)",
    r"(?:down-?sampl\w+|pool\w*|sub-?sampl\w+)\s+(?:the\s+)?(?:input|image)",
    r"(?:to|on|of|using)\s+the\s+(?:original\s+)?(?:input|image)",
)
_FORWARDS = re.compile(r"\bthen\b|followed by|\bnext\b|→|->")
_BACKWARDS = re.compile(
    r"\bafter\b|obtained|result\w*|output of|feature map|applied to the|following|\b(?:to|of|on)\s+(?:the\s+)?$"
)
_KERNEL = r"(?:\s+(?:the\s+)?(?:kernel|filter))?"
_FLIP = re.compile(
    r"\b(?:true|mathematical(?:ly)?|strict|proper|signal[\s-]processing|textbook)\s+(?:\w+\s+)?convol\w+|\bflip\w*"
    rf"|\brotat\w+{_KERNEL}(?:\s+«\d+»)?(?:\s+by)?\s+180(?:\s*°|\s*degrees?)?|\bmathematician\w*"
)
_UNFLIPPED = re.compile(
    r"\b(?:no|not|n't|without|never|un|do not|don't|isn't|does not)[\s-]*(?:be\s+|being\s+|any\s+|to\s+)?"
    rf"(?:kernel[\s-]*)?(?:flip\w*|rotat\w*){_KERNEL}|cross[\s-]*correlat\w*|deep[\s-]learning|\bunflipped"
)
_NOT_CORRELATION = re.compile(r"(?:not\s+(?:the\s+)?|rather than\s+|as opposed to\s+)cross")


def chain(reading: Reading, mentioned: list[Operation], given: Given, *, entered: bool) -> list[Operation]:
    """The operations, one of each kind, in the order in which they run; `entered` says that they go on from before."""
    first: dict[str, Operation] = {}
    for one in mentioned:
        first.setdefault(one.kind, one)
    generic, filtered = first.pop("pool", None), first.pop("filter", None)
    pools = [kind for kind in first if kind in (*POOLS, *GLOBAL)]
    if generic and not pools:
        raise not_understood("the kind of pooling is not given: max, average, …")
    open_ = bool(given.kernels) and not entered and not {"conv", "conv_transpose"} & set(first)
    on_input = bool(pools) and bool(ORIGINAL.search(reading.text))
    if open_ and not on_input and (filtered or not first):
        first["conv"] = Operation("conv", filtered.start if filtered else 0, filtered.end if filtered else 0)
    elif open_ and not ORIGINAL.search(reading.text):
        hint = "say: of the original input, or of the feature map"
        raise not_understood("it is not clear whether the kernel is applied first", hint=hint)
    if not first:
        hint = "for example a convolution or max pooling"
        raise not_understood("it is not clear what is done with the numbers", hint=hint)
    if "conv" in first and "conv_transpose" in first:
        raise not_understood("it is not clear whether the convolution is transposed")
    return _ordered(reading, list(first.values()))


def _rank(one: Operation) -> int:
    last = 3 if one.kind in (*POOLS, *GLOBAL) else 0
    return last or (2 if one.kind in ACTIVATIONS else 1 if one.kind == "batchnorm" else 0)


def _ordered(reading: Reading, operations: list[Operation]) -> list[Operation]:
    """By what the sentence says comes first; as networks have it where it says nothing."""
    told = sorted(operations, key=lambda one: one.start)
    usual = sorted(told, key=_rank)
    if told == usual:
        return told
    between = reading.text[told[0].end : told[-1].start]
    if _FORWARDS.search(between):
        return told
    if _BACKWARDS.search(between) and len(told) == 2:
        return usual
    raise _unclear()


def _unclear() -> NotUnderstood:
    return not_understood("the order of the operations is not clear", hint="say: first …, then …")


def flips(reading: Reading) -> bool:
    """Whether the question wants the kernel turned by half a turn."""
    never, turned = reading.take(_UNFLIPPED), reading.take(_FLIP)
    correlates = all("correlat" in match[0] for match in never) and _NOT_CORRELATION.search(reading.text)
    if turned and never and not correlates:
        raise not_understood("it is not clear whether the kernel is flipped")
    return bool(turned)


def says_unflipped(text: str) -> bool:
    """Whether the question itself says that the kernel is not flipped."""
    return bool(_UNFLIPPED.search(text))
