"""Batch normalisation behind one convolution: its parameters, as the question's framework counts them."""

from __future__ import annotations

import re

from cnncalc.questions import engine
from cnncalc.questions.answers import UNITS, told
from cnncalc.questions.plan import Plan
from cnncalc.questions.remarks import remarks
from cnncalc.questions.reply import Answer, Reply
from cnncalc.questions.text import spelled

_CALL = re.compile(r"(?i)\b(?:\w+\.)*batchnorm(?:ali[sz]ation)?(?:2d)?\s*\(\s*\)")
_NORM = re.compile(
    r"(?i)\b(?:batch[ -]?norm(?:ali[sz]ation)?|bn)(?: layer)?,?\s+(?:(?:is|that|which|added|put|placed|applied|adds?|used|directly|right|stands|comes)\s+)*"
    r"(?:after|behind|follows|following)\s+(?:an?|the|one)\s+conv(?:olution(?:al)?)?(?:2d)?(?: layer)?\s+(?:of|with|having)\s+(?P<maps>\d{1,6}) (?:output )?(?:feature maps|maps|filters|channels)\b"
)
_ASKED = (
    ("non_trainable", r"\bnon-?trainable\b|\b(?:can't|cannot|can not) be (?:trained|learned|learnt)\b|\b(?:not|aren't) (?:trainable|trained|learned)\b"),
    ("trainable", r"\b(?:trainable|learnable)(?: param\w*)?\b"),
    ("params", r"\bhow many param\w+|\bnumber of param\w+"),
)  # fmt: skip
_KNOWN = """
a an and are as be can count counts do does each for gain have has how in is it its keras learn learnable list lists many number of
or parameter parameters params param print prints report reports show shown shows summary that the them there these this those
trainable trained what will with add adds layer layers tensorflow tf total model say says pytorch torch
"""
_WORDS = frozenset(_KNOWN.split())


def behind(question: str, text: str) -> Reply | None:
    """The reply to a question about one norm behind a convolution of so many maps; None where it says anything more."""
    words = _CALL.sub("batch normalization", spelled(text))
    found = _NORM.search(words)
    if found is None:
        return None
    rest = words[: found.start()] + " it " + words[found.end() :]
    keras = any(one.kind == "framework" and one.value == "keras" for one in remarks(words))
    channels = int(found["maps"])
    plan = Plan(channels, (8, 8), "chw", None, True, [("batchnorm", {})], [range(1)], [None])
    plan.convention = "keras" if keras else "torch"
    counts = engine.made(plan)[0].counts
    asked: list[tuple[int, str]] = []
    for name, pattern in _ASKED:
        for match in re.finditer(f"(?i){pattern}", rest):
            asked.append((match.start(), name))
            rest = rest[: match.start()] + " " * (match.end() - match.start()) + rest[match.end() :]
    stated = {int(number) for number in re.findall(r"\d+", rest)}
    strange = [word for word in re.findall(r"[A-Za-z']+", rest) if word.lower() not in _WORDS]
    names = [name for _, name in sorted(asked)]
    if not names or strange or stated - set(counts.values()) or ("non_trainable" in names and not keras):
        return None
    answers = [Answer(name, counts[name], f"{told(counts[name])} {UNITS[name]}", None, UNITS[name]) for name in names]
    return Reply(question, engine.spec(plan), tuple(answers), (), (), plan.convention)
