"""What a sheet or a forum puts around a question: marks, numbering, politeness, the answer somebody had."""

from __future__ import annotations

import re

_AROUND = (
    # marks: [1 mark], (0.5 pts), [2M] behind the end of a sentence
    r"[\[(]\s*\d{1,2}(?:\.\d+)?\s*(?:points?|marks?|pts?\.?|%|p|credits?)\s*[\])]",
    r"(?<=[.?:])\s*[\[(]\s*\d{1,2}\s*M\s*[\])]",
    # headings: Lab 4, exercise 1. Quick question:
    r"^\s*(?:(?:lab|homework|hw|assignment|quiz|exam|midterm|final|sheet|exercise|question|problem|task|part|week|unit|module)"
    r"\s*#?\d{1,3}(?:\.\d+)?[a-z]?\s*[,:.)-]\s+)+(?=\D)",
    r"^\s*(?:[a-z']+[ ,]+){0,4}(?:question|doubt|help|problem|newbie|beginner)\b(?:[ ,]+[a-z']+){0,3}\s*:",
    # how it was found is told anyway
    r"(?:,|;|\band\b|&)?\s*(?:also )?\bhow (?:to|do (?:you|i|we)|can (?:you|i|we|one)|did you) (?:compute|calculate|get|find|derive|obtain|work out)"
    r" (?:it|this|that|them)\b(?: by hand)?",
    r"(?:,|;|\band\b|&)?\s*\b(?:please )?(?:show|explain|justify|write down) (?:your|the|all|all your|me the) (?:work|working|workings|steps|calculations?|answers?|reasoning)\b",
    # somebody's answer: (my answer: 19)
    r"\((?:my|his|her|their|the given|our) (?:answer|guess|solution|result)(?: is| was|:)? [^()]{1,40}\)",
    r",?\s*\bbut (?:that|this|it)(?:'s| is) not (?:what (?:i|we) (?:get|got|see)|right|correct|the case|so)\b",
    # what is so by default
    r"(?<=on) all (?:four|4) (?=sides|borders|edges)",
    r"[(,;]?\s*(?:and |but )?\b(?:(?:all |the )*(?:sizes|fractions|results?|values|dimensions) (?:are |is )?(?:always )?)?(?:round(?:ed|ing)?(?: it| them)? down|floored)"
    r"(?: to (?:an|the (?:next|nearest)) (?:lower )?integer)?\b\s*\)?",
    r"[(,;]?\s*\b(?:strides?|padding|dilation)(?: is| are)? (?:not (?:given|specified|stated|set|mentioned)|left at (?:its|their|the) defaults?)\b\s*\)?",
    r"\binstead of the (?:usual|default|standard|typical|common|normal) [^,.;?()\n]{1,30}(?=[,.;?()\n]|$)",
    r"[(,;]?\s*\b(?:in|using|with) the same (?:order|layout|format|notation|form)\b(?: as (?:above|the input|given|in the question))?\s*\)?",
    r"\(same (?:order|layout|format|notation)[^()\n]{0,30}\)",
    r"\(not (?:in )?(?:bytes|bits|kb|mb)[^()]{0,20}\)",
    r"[(,;]?\s*(?:and )?\bcount(?:ing)? (?:an? |one |each |every )?(?:multiplication and (?:an? |one )?addition|multiply[- ]add|multiply[- ]accumulate|mac) as (?:2|two)"
    r" (?:separate )?(?:flops?|operations|floating[- ]point operations)\b\s*\)?",
    r"\(\s*(?:1 )?flops? ?= ?2 ?[x×*]? ?macs?\s*\)|\(\s*1 mac ?= ?2 flops?\s*\)",
    # the sides of the output by name: W2 x H2 x D2
    r"\(?(?<![\w=])[WHDCKMN](?:_?2|_?out|_?o|')(?:\s*[x×,*]\s*[WHDCKMN](?:_?2|_?out|_?o|')){1,3}(?!\w)\)?(?!\s*=)",
)  # fmt: skip
_PATTERNS = tuple(re.compile(words, re.IGNORECASE | re.MULTILINE) for words in _AROUND)


def bare(text: str) -> str:
    """The text with blanks for what is around the question, so that everything else stays where it is.

    >>> bare("Output size? [2 marks]").rstrip()
    'Output size?'
    """
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text
