"""A question in words, answered: read, planned, run through the engine, told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cnncalc.questions.backward import backward
from cnncalc.questions.biases import apart
from cnncalc.questions.calls import Code, read_code
from cnncalc.questions.choices import Choice, split_choices
from cnncalc.questions.chosen import matching
from cnncalc.questions.claims import claimed
from cnncalc.questions.compare import compared
from cnncalc.questions.forward import forward
from cnncalc.questions.guard import check
from cnncalc.questions.letters import substituted
from cnncalc.questions.limits import legible
from cnncalc.questions.listing import are_separate, is_list
from cnncalc.questions.networks import network
from cnncalc.questions.numeric import numeric
from cnncalc.questions.picked import picked
from cnncalc.questions.plan import planned
from cnncalc.questions.printed import printed
from cnncalc.questions.reading import read
from cnncalc.questions.reply import Answer, Reply, not_understood
from cnncalc.questions.scene import Scene, stated
from cnncalc.questions.sheet import bare
from cnncalc.questions.shorthand import corrected, expanded
from cnncalc.questions.sweeps import swept
from cnncalc.questions.tables import is_table, ruled
from cnncalc.questions.text import plain, spelled
from cnncalc.questions.wanted import heads, wanted

_ASKED_IN_CODE = (
    (re.compile(r"(?<!\w)\w{1,60}(?:\([\w, ]{0,60}\))?\.(?:size\(\)|shape)(?=\s*(?:=\s*)?\?)"), "output shape"),
    (re.compile(r"sum\(\w+\.numel\(\) for [^\n?]*\)(?=[\s)#=]*\?)"), "number of parameters"),
)
_COUNTED_IN_CODE = re.compile(r"\.numel\(\)|\blen\(")
"""What code stands for that is asked for: `m(x).shape = ?`."""
_HELPER = re.compile(r"(?m)^\s*def (?!__init__|forward|call\b)\w+\(")


def ask(question: str) -> Reply:
    """The answer to a question in words; `NotUnderstood` where it can't be given for certain.

    >>> ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: output volume?").answers[0].text
    '32×32×10'
    """
    worked = None if is_table(ruled(plain(legible(question)))) else numeric(legible(question))
    if worked is not None:
        return worked
    text, choices = _stem(printed(bare(plain(question))))
    settings = picked(question, text, choices, _understood) if choices else None
    if settings is not None:
        return settings
    verdict = None if choices else claimed(text, lambda asked: _reply(question, asked, ()))
    if verdict is not None:
        return verdict
    reply = _reply(question, text, choices)
    if heads(text) > sum(
        len(one.value) if one.quantity == "padding" and isinstance(one.value, list) else 1 for one in reply.answers
    ):
        raise not_understood("the question asks for more than what is understood", hint="ask its parts one by one")
    return _chosen(reply, choices) if choices else reply


_STATES = re.compile(
    r"(?i)\bthe (?:stride|padding|dilation|(?:kernel|filter|input|window) size|size of the (?:kernel|filter|input)) (?:is|was|must be|has to be)$"
)


def _stem(text: str) -> tuple[str, tuple[Choice, ...]]:
    """The question without its choices, as a question: `The stride is (A) 2 (B) 3`."""
    text, choices = split_choices(text)
    start = choices[0].start if choices else len(text)
    stem = text[:start].rstrip()
    if choices and _STATES.search(stem) and len(stem) < start:
        text = f"{stem}?{text[len(stem) + 1 :]}"
    return text, choices


def _understood(text: str) -> tuple[Scene, Callable[[str], Scene]]:
    """The scene of a text, and what reads other words for the same code."""
    words, code = _without_code(text)

    def scene_of(words: str) -> Scene:
        return read(words, code)

    return scene_of(spelled(expanded(corrected(substituted(words))))), scene_of


def _reply(question: str, text: str, choices: Sequence[Choice]) -> Reply:
    listed = network(question, text)
    if listed is not None:
        return listed
    scene, scene_of = _understood(text)
    scene.choices, scene.separate = tuple(choices), are_separate(text)
    asked = apart(scene, wanted(scene.text, stated(scene)))
    reply = (swept(question, scene, asked) or compared(question, scene, asked)) if asked else None
    reply = reply or backward(question, scene, asked, scene_of)
    if reply is not None:
        return reply
    if not asked:
        hint = "for example: output volume? number of parameters?"
        raise not_understood("it is not clear what the question asks for", hint=hint)
    check(scene, asked)
    if "«" not in scene.text and is_list(spelled(text)):
        raise not_understood("not every layer of the list is understood, or what is said beside them")
    return forward(question, scene, asked, planned(scene))


def _without_code(text: str) -> tuple[str, Code]:
    """The text with `«0»`, `«1»`, … where a call describes a layer, blanks where other code stands; and what it says."""
    code = read_code(text)
    if code.unread:
        start, end = code.unread[0]
        raise not_understood(f"this call is not understood: {text[start:end][:80]}", text, (start, end))
    helper = _HELPER.search(text) if code.layers else None
    if helper:
        raise not_understood("how often this function is called is not followed", text, helper.span())
    rest = list(text)
    for start, end in [*code.spans, *((layer.start, layer.end) for layer in code.layers)]:
        rest[start:end] = [sign if sign == "\n" else " " for sign in text[start:end]]
    for pattern, words in _ASKED_IN_CODE:
        for match in pattern.finditer(text):
            rest[match.start() : match.end()] = [f" {words} ", *" " * (match.end() - match.start() - 1)]
    read = [match.span() for pattern, _ in _ASKED_IN_CODE for match in pattern.finditer(text)]
    for match in _COUNTED_IN_CODE.finditer(text):
        if not any(start <= match.start() < end for start, end in read):
            raise not_understood("what this counts is not read", text, match.span())
    for at, layer in enumerate(code.layers):
        rest[layer.start] = f"{rest[layer.start].strip(' ')} «{at}» "
    return "".join(rest), code


def _chosen(reply: Reply, choices: Sequence[Choice]) -> Reply:
    """The reply with the letter of the choice that it is; `NotUnderstood` where it is none of them."""
    if any(answer.option for answer in reply.answers):
        return reply
    marked = [choice._replace(letter=choice.letter or f"bullet {at}") for at, choice in enumerate(choices)]
    answers: list[Answer] = []
    found = False
    for answer in reply.answers:
        letter = matching(marked, answer.value)
        found = found or letter is not None
        answers.append(answer._replace(option=None if letter is None or letter.startswith("bullet") else letter))
    if not found:
        told = ", ".join(answer.text for answer in reply.answers)
        raise not_understood(f"what comes out is none of the choices, or several of them: {told}")
    return reply._replace(answers=tuple(answers))
