"""What must not be passed over in silence: layers that are not known, left out, or changed afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cnncalc.questions.calls.surroundings import HOLDERS, Surroundings
from cnncalc.questions.calls.tokens import Call, Span

_NO_LAYERS: Final = frozenset({
    "Module", "ModuleList", "ModuleDict", "Sequential", "Model", "Input", "InputLayer", "Parameter", "Functional",
    "Variable", "Tensor",
})  # fmt: skip
_BEFORE_LAYERS: Final = frozenset({"nn", "layers"})
_INPUTS: Final = frozenset({"Input", "InputLayer"})
_JOINS: Final = frozenset({
    "Add", "Concatenate", "Merge", "Multiply", "Average", "Subtract", "LSTM", "GRU", "SimpleRNN", "Embedding",
    "Lambda", "TimeDistributed",
})  # fmt: skip
_CHANGED: Final = re.compile(r"\.[ ]?(?:pop|insert|remove|pop_layer)[ ]?\(|\.(?:trainable|requires_grad)[ ]*=(?!=)")


def is_strange(around: Surroundings, call: Call) -> bool:
    """Whether it looks like a layer that is not known here."""
    name, before = call.name, call.path[:-1]
    if name.endswith("Loss") or name in _NO_LAYERS:
        return False
    if before[-1:] == ("nn",) and before[:1] == ("tf",):
        return any(word in name for word in ("conv", "pool", "matmul"))
    if before[-1:] in (("F",), ("functional",), ("slim",)):
        return any(word in name for word in ("conv", "linear", "norm", "connected")) and name != "normalize"
    if before and before[-1] in _BEFORE_LAYERS:
        return name[:1].isupper() or any(word in name for word in ("conv", "dense", "pool", "add", "concat"))
    holder = around.outer(call)
    if holder is None and call.first >= 4 and around.program.is_text(call.first - 4, "self", "."):
        return name[:1].isupper() and around.program.is_text(call.first - 1, "=")
    in_model = holder is not None and holder.name == "add" and len(holder.path) > 1
    return name[:1].isupper() and (in_model or name in _JOINS)


def foreign(
    around: Surroundings, read: Iterable[int], lists: Iterable[str | None], models: Iterable[str | None]
) -> Iterator[Span]:
    """What the models hold beside the calls that begin at the tokens in `read` and the lists of layers."""
    program, known, names, receivers = around.program, set(read), set(lists), set(models)
    calls = {call.first: call for call in program.calls}
    past = 0
    for call in program.calls:
        in_model = call.name == "add" and len(call.path) > 1 and call.path[-2] in receivers
        if (call.name != "Sequential" and not in_model) or call.close is None or call.open < past:
            continue
        at = past = call.open
        while at < call.close - 1:
            at += 1
            token, inner = program.tokens[at], calls.get(at)
            if inner and (at in known or inner.name in _INPUTS):
                at = program.last(inner)
            elif inner and inner.name in HOLDERS:
                at = inner.open
            elif token.kind == "name" and token.text not in names and not around.labels(at):
                yield token.start, token.end
        past = call.close


def changed(around: Surroundings) -> Iterator[Span]:
    """Where a model is changed after it is written."""
    return (match.span() for match in _CHANGED.finditer(around.program.text))


def elided(around: Surroundings, held: list[int]) -> list[Span]:
    """Where dots stand for layers between those of a model, which begin at the tokens in `held`."""
    dots = []
    for at, token in enumerate(around.program.tokens):
        if token.kind != "unknown" or token.text[0] not in ".…" or not held or not held[0] < at < held[-1]:
            continue
        bracket, before = around.around[at], around.program.tokens[at - 1]
        owner = around.by_open.get(bracket) if bracket is not None else None
        if owner.name in HOLDERS if owner else bracket is not None or before.kind == "line":
            dots.append((token.start, token.end))
    return dots
