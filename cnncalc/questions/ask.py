"""A question in words, answered: read, planned, run through the engine, told."""

from __future__ import annotations

import re
from typing import Any

from cnncalc.errors import SpecError
from cnncalc.questions import engine
from cnncalc.questions.answers import Answering
from cnncalc.questions.forward import forward
from cnncalc.questions.guard import check
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import Reply, not_understood
from cnncalc.questions.scene import Scene, read
from cnncalc.questions.shorthand import corrected, expanded
from cnncalc.questions.text import plain, spelled
from cnncalc.questions.wanted import Wanted, wanted

LONGEST = 20_000


def ask(question: str) -> Reply:
    """The answer to a question in words; `NotUnderstood` where it can't be given for certain.

    >>> ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: output volume?").answers[0].text
    '32×32×10'
    """
    text = spelled(expanded(corrected(plain(question))))
    scene = read(text)
    asked = wanted(text, _stated(scene))
    if not asked:
        raise not_understood("it is not clear what the question asks for", hint="for example: output volume? number of parameters?")
    check(scene, asked)
    plan = planned(scene)
    return forward(question, scene, asked, plan)


def _stated(scene: Scene) -> list[tuple[int, int]]:
    """What states a fact, and so asks for nothing."""
    spans = [number.words for number in scene.numbers if number.role]
    return spans + [(one.start, one.end) for one in scene.remarks if one.kind in ("bias", "padding", "keeps", "dilation", "stride", "bytes", "layout")]
