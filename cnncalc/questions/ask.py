"""A question in words, answered: read, planned, run through the engine, told."""

from __future__ import annotations

import re
from typing import Any

from cnncalc.errors import SpecError
from cnncalc.questions import engine
from cnncalc.questions.answers import Answering
from cnncalc.questions.compare import compared
from cnncalc.questions.forward import forward
from cnncalc.questions.calls import Code, read_code
from cnncalc.questions.guard import check
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import Reply, not_understood
from cnncalc.questions.scene import read, stated
from cnncalc.questions.shorthand import corrected, expanded
from cnncalc.questions.sweeps import swept
from cnncalc.questions.text import plain, spelled
from cnncalc.questions.wanted import Wanted, wanted

LONGEST = 20_000
_RANKED = re.compile(r"(?i)(?:conv|pool|conv\w*transpose|separable\w*|depthwise\w*|norm|upsampling|zeropad\w*)_?([123])d\b")


def ask(question: str) -> Reply:
    """The answer to a question in words; `NotUnderstood` where it can't be given for certain.

    >>> ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: output volume?").answers[0].text
    '32×32×10'
    """
    typed = plain(question)
    text, code = _without_code(typed)
    ranks = {int(match[1]) for match in _RANKED.finditer(typed)} if code.layers else set()
    if len(ranks) > 1:
        raise not_understood("the layers are for different numbers of axes")
    scene = read(spelled(expanded(corrected(text))), code, next(iter(ranks), None))
    text = scene.text
    asked = wanted(text, stated(scene))
    if not asked:
        raise not_understood("it is not clear what the question asks for", hint="for example: output volume? number of parameters?")
    comparison = swept(question, scene, asked) or compared(question, scene, asked)
    if comparison is not None:
        return comparison
    check(scene, asked)
    plan = planned(scene)
    return forward(question, scene, asked, plan)


def _without_code(text: str) -> tuple[str, Code]:
    """The text with `«0»`, `«1»`, … where a call describes a layer and nothing where other code stands; and what it says."""
    code = read_code(text)
    if code.unread:
        start, end = code.unread[0]
        raise not_understood(f"this call is not understood: {text[start:end][:80]}", text, (start, end))
    rest = list(text)
    for start, end in [*code.spans, *((layer.start, layer.end) for layer in code.layers)]:
        rest[start:end] = [sign if sign == "\n" else " " for sign in text[start:end]]
    for at, layer in enumerate(code.layers):
        rest[layer.start] = f"{rest[layer.start].strip(' ')} «{at}» "
    return "".join(rest), code
