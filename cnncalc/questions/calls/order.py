"""The layers of a program in the order of their use, or else in that of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from cnncalc.questions.calls import pytorch, shapes
from cnncalc.questions.calls.made import Made, Makers
from cnncalc.questions.calls.pieces import Piece, pieces
from cnncalc.questions.calls.tokens import Program, Span
from cnncalc.questions.calls.wiring import Tangled, Wiring
from cnncalc.questions.described import Described

_FUNCTION_ROOTS: Final = frozenset({"F", "functional", "torch", "nn"})
_LOOP: Final = re.compile(r"\bfor[ \t]+\w+(?:[ \t]*,[ \t]*\w+)*[ \t]+in[ \t]+(?:range|enumerate|zip|self)\b[^\n]*")
_MOST: Final = 2000
"""Statements that are followed."""
_TRAINING: Final = re.compile(r"(?i)epoch|loader|batch|dataset|param")
_FORWARD: Final = re.compile(r"\bdef[ \t]+(?:forward|call)[ \t]*\([^()\n]*\)[^:\n]*:")
_NEXT: Final = re.compile(r"\n[ \t]*(?:def|class)[ \t]+\w|\breturn\b[^\n]*")


def used(
    makers: Makers, values: Mapping[str, Any], statements: list[Piece], bodies: list[list[Piece]], unread: list[Span]
) -> tuple[list[Described], bool]:
    """The layers in order, and whether the program says that they are a chain; what is no chain goes to `unread`.

    `bodies` are those of functions that say how layers are used, `statements` those of the text.
    """
    program, made = makers.program, makers.made
    if len(bodies) > 1:
        unread += [_span(program, body) for body in bodies if body]
    elif not bodies and not _says_use(program, made):
        return _written(made, unread)
    inputs = {
        call.first: program.last(call)
        for call in program.calls
        if call.name == "Input" or (call.name in shapes.RANDOM and len(call.path) > 1)
    }
    wiring = Wiring(program, made, values, inputs)
    body = bodies[0] if bodies else statements
    if len(body) > _MOST:
        unread.append(_span(program, body))
    try:
        for piece in body[:_MOST]:
            wiring.run(piece)
    except Tangled:
        unread.append(wiring.span)
    if not wiring.chain:
        return _written(made, unread)
    if not bodies:
        unread += [makers.span(each.call) for each in made if each.call.first not in wiring.applied]
    return wiring.chain, True


def _says_use(program: Program, made: list[Made]) -> bool:
    """Whether layers are called on tensors, or functions of PyTorch are."""
    if any(each.applied for each in made):
        return True
    variables = {each.target for each in made} - {each.holder for each in made}
    return any(
        (len(call.path) == 1 and call.name in variables)
        or (_FUNCTION_ROOTS & set(call.path[:-1]) and pytorch.is_function(call.name))
        for call in program.calls
    )


def _span(program: Program, body: list[Piece]) -> Span:
    return program.tokens[body[0].first].start, program.tokens[body[-1].end - 1].end


def bodies(program: Program) -> list[list[Piece]]:
    """The statements of the first `forward` or `call` and of the next, up to their first return."""
    return [_body(program, head) for head in islice(_FORWARD.finditer(program.text), 2)]


def _body(program: Program, head: re.Match[str]) -> list[Piece]:
    """The statements of a function, up to its first return."""
    following = _NEXT.search(program.text, head.end())
    stop = len(program.text)
    if following:
        stop = following.end() if following[0].startswith("return") else following.start()
    inside = [at for at, token in enumerate(program.tokens) if head.end() <= token.start < stop]
    return list(pieces(program, {}, inside[0], inside[-1] + 1)) if inside else []


def _written(made: list[Made], unread: list[Span]) -> tuple[list[Described], bool]:
    """The layers in the order of the text; beside a model, one that is only mentioned is none of it."""
    holders = {each.holder for each in made}
    if None in holders and len(holders) > 1:
        for each in made:
            if each.holder is None and (each.layers and each.layers[0].options):
                unread.append((each.layers[0].start, each.layers[0].end))
        made = [each for each in made if each.holder is not None]
        holders.discard(None)
    return [layer for each in made for layer in each.layers], len(holders) == 1 and None not in holders


def loops(program: Program, made: list[Made]) -> list[Span]:
    """Loops make more layers than are written."""
    return [m.span() for m in _LOOP.finditer(program.text) if made and not _TRAINING.search(m[0])]
