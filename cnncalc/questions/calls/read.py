"""Framework calls in a question become layers described in our words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final, NamedTuple

from cnncalc.questions.calls import order, shapes
from cnncalc.questions.calls import pieces as parts
from cnncalc.questions.calls.made import Makers
from cnncalc.questions.calls.names import values_of
from cnncalc.questions.calls.tokens import Program, Span
from cnncalc.questions.described import Described


class Code(NamedTuple):
    """What the program text in a question says."""

    layers: tuple[Described, ...]
    """In the order of their use, or where none is told in that of the text; each with the place of its call."""
    shape: tuple[int | str, ...] | None
    """Of the input: channels first, no batch; what is open is `UNKNOWN` or an identifier."""
    layout: str | None
    """`chw` or `hwc`, as the framework has it."""
    batch: int | None
    framework: str | None
    """`torch` or `keras`; None for calls of no framework, or of both."""
    spans: tuple[Span, ...]
    """The parts of the text that are program."""
    unread: tuple[Span, ...]
    """What looks like a layer or a network and is not understood: nothing should be answered from the rest."""
    rank: int | None = None
    """The number of spatial axes that the names of the layers tell."""
    chained: bool = False
    """Whether the program itself says that every layer takes what the one before it gives."""


def read_code(text: str) -> Code:
    """The layers that calls of PyTorch or Keras in a text make; nothing is run, and any text is read in linear time.

    >>> read_code("What does nn.Conv2d(3, 16, 5, padding=2) give?").layers[0].options
    {'out_channels': 16, 'kernel_size': 5, 'padding': 2}
    """
    program = Program(text)
    values = values_of(program)
    makers = Makers(program, values)
    layer_like = {made.call.first for made in makers.made}
    variables = frozenset({made.target for made in makers.made if made.target} | {m.holder or "" for m in makers.made})
    known = {call.first: call.first in layer_like or parts.is_program(call.path, variables) for call in program.calls}
    statements = list(parts.pieces(program, known))
    unread = [*makers.unread, *order.loops(program, makers.made)]
    bodies = order.bodies(program)
    layers, chained = order.used(makers, values, statements, bodies, unread)
    ranks = makers.ranks - {None}
    rank = ranks.pop() if len(ranks) == 1 else None
    last = makers.framework == "keras" and "channels_first" not in text and '"th"' not in program.text
    found = list(shapes.given(program, values, layer_like))
    sizes, batch = _input(found, rank, last, unread)
    _settle(layers, makers.framework, chained, sizes is None or len(sizes) == 1, unread)
    written = [*statements, *itertools.chain.from_iterable(bodies)]
    spans = [(program.tokens[piece.first].start, program.tokens[piece.end - 1].end) for piece in written]
    spans += [makers.whole(made) for made in makers.made]
    spans += [*unread, *parts.lines(program), *values.spans(), *program.prompts]
    spans += parts.comments(program, spans)
    return Code(
        tuple(layers),
        sizes,
        None if makers.framework is None else "hwc" if last else "chw",
        batch,
        makers.framework,
        _merged(spans),
        _merged(unread),
        rank,
        chained,
    )


def _settle(layers: list[Described], framework: str | None, chained: bool, flat: bool, unread: list[Span]) -> None:
    """Dense layers: fully connected where the program doesn't say what they take; `flat` is whether the input is a row.

    Keras's Dense on a map acts on its channels, which a writer seldom means.
    """
    for layer in layers:
        if layer.type == "linear":
            if not chained:
                layer.type = "fc"
            elif framework == "keras" and not flat:
                unread.append((layer.start, layer.end))
        elif layer.type in ("flatten", "fc"):
            flat = True
        elif layer.type in _MAPS:
            flat = False
        elif layer.type == "reshape":
            flat = len(layer.options["shape"]) == 1


_MAPS: Final = frozenset({
    "conv", "conv_transpose", "local", "maxpool", "avgpool", "lppool", "adaptive_avgpool", "adaptive_maxpool",
    "global_avgpool", "global_maxpool", "zero_pad", "upsample", "pixel_shuffle", "pixel_unshuffle",
})  # fmt: skip


def _input(
    found: list[shapes.Given], rank: int | None, last: bool, unread: list[Span]
) -> tuple[tuple[int | str, ...] | None, int | None]:
    """The one shape that is given, and its batch; several are not understood."""
    known = [(given.span, told) for given in found if (told := shapes.shape(given, rank, last))]
    if not known:
        return None, None
    first = known[0][1]
    unread += [span for span, told in known if told != first]
    return first


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that meet as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return tuple(merged)
