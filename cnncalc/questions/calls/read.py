"""Framework calls in a question become layers described in our words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls import pieces as parts
from cnncalc.questions.calls import pytorch, shapes
from cnncalc.questions.calls.arguments import Name, Nested, NotReadError, parsed, source, value
from cnncalc.questions.calls.made import Made, Makers
from cnncalc.questions.calls.pieces import Piece
from cnncalc.questions.calls.tokens import Program
from cnncalc.questions.calls.wiring import Tangled, Wiring
from cnncalc.questions.described import Described

Span = tuple[int, int]
_FUNCTION_ROOTS: Final = frozenset({"F", "functional", "torch", "nn"})
_LOOP: Final = re.compile(r"\bfor[ \t]+\w+(?:[ \t]*,[ \t]*\w+)*[ \t]+in[ \t]+(?:range|enumerate|zip|self)\b[^\n]*")
_TRAINING: Final = re.compile(r"(?i)epoch|loader|batch|dataset|param")
_FORWARD: Final = re.compile(r"\bdef[ \t]+(?:forward|call)[ \t]*\([^()\n]*\)[^:\n]*:")
_NEXT: Final = re.compile(r"\n[ \t]*(?:def|class)[ \t]+\w|\breturn\b[^\n]*")


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
    values = _values(program)
    makers = Makers(program, values)
    layer_like = {made.call.first for made in makers.made}
    variables = frozenset({made.target for made in makers.made if made.target} | {m.holder or "" for m in makers.made})
    known = {
        call.first: call.first in layer_like or parts.is_program(call.path, variables) for call in program.calls
    }
    statements = list(parts.pieces(program, known))
    unread = [*makers.unread, *_loops(program, makers.made)]
    layers, chained = _order(program, makers, values, statements, unread)
    rank = _rank(makers)
    last = makers.framework == "keras" and "channels_first" not in text and '"th"' not in program.text
    layers = _settled(layers, makers.framework, chained, unread)
    found = list(shapes.given(program, values, layer_like))
    sizes, batch = _input(found, rank, last, unread)
    spans = [(program.tokens[p.first].start, program.tokens[p.end - 1].end) for p in statements]
    spans += [makers.span(made.call) for made in makers.made] + unread + list(parts.lines(program)) + values.spans()
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


class _Values(dict[str, Any]):
    """The values of identifiers; it remembers which were asked for, and where they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.places: dict[str, list[Span]] = {}

    def get(self, name: str, default: Any = None) -> Any:
        if name in self:
            self.asked.add(name)
        return super().get(name, default)

    def spans(self) -> list[Span]:
        """Where those that were asked for are given."""
        return [span for name in sorted(self.asked) for span in self.places[name]]


def _values(program: Program) -> _Values:
    """`channels = 3` and the like; a name with two values has none."""
    found, twice = _Values(), set()
    tokens = program.tokens
    opens = {call.open: call for call in program.calls if call.first and tokens[call.first - 1].text != "def"}
    at = 0
    while at + 2 < len(tokens):
        if at in opens and at in program.close:
            at = program.close[at]  # what is given by name in a call is no assignment
        elif tokens[at].kind == "name" and tokens[at + 1].text == "=":
            end = parts.expression_end(program, at + 2)
            try:
                given = value(parsed(source(tokens[at + 2 : min(end, at + 60)])), {})
            except NotReadError:
                given = None
            name = tokens[at].text
            if given is not None and not isinstance(given, (Name, Nested)):
                if name in found and found[name] != given:
                    twice.add(name)
                found[name] = given
                found.places.setdefault(name, []).append((tokens[at].start, tokens[end - 1].end))
            at += 2
            continue
        at += 1
    for name in twice:
        del found[name]
    return found


def _order(
    program: Program, makers: Makers, values: _Values, statements: list[Piece], unread: list[Span]
) -> tuple[list[Described], bool]:
    """The layers in the order of their use, and whether the program says that they are a chain."""
    forwards = list(_FORWARD.finditer(program.text))
    wiring = Wiring(program, makers.made, values)
    targets = {made.target for made in makers.made}
    used = [
        call
        for call in program.calls
        if (len(call.path) == 1 and call.name in targets and not any(m.holder == call.name for m in makers.made))
        or (_FUNCTION_ROOTS & set(call.path[:-1]) and pytorch.is_function(call.name))
    ]
    if len(forwards) > 1:
        unread += [match.span() for match in forwards]
    elif forwards:
        statements = _body(program, forwards[0])
    elif not used and not any(made.applied for made in makers.made):
        return _written(makers.made, unread)
    inputs = {c.first: program.last(c) for c in program.calls if c.name == "Input"}
    try:
        for piece in statements:
            wiring.run(piece, inputs)
    except Tangled:
        unread.append(wiring.span)
    left = [made for made in makers.made if made.call.first not in wiring.applied]
    if not wiring.chain:
        return _written(makers.made, unread)
    if not forwards:
        unread += [makers.span(made.call) for made in left]
    return wiring.chain, True


def _body(program: Program, head: re.Match[str]) -> list[Piece]:
    """The statements of a function, up to its first return."""
    following = _NEXT.search(program.text, head.end())
    stop = len(program.text)
    if following:
        stop = following.end() if following[0].startswith("return") else following.start()
    inside = [at for at, token in enumerate(program.tokens) if head.end() <= token.start < stop]
    return list(parts.pieces(program, {}, inside[0], inside[-1] + 1)) if inside else []


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


def _loops(program: Program, made: list[Made]) -> list[Span]:
    """Loops make more layers than are written."""
    return [m.span() for m in _LOOP.finditer(program.text) if made and not _TRAINING.search(m[0])]


def _rank(makers: Makers) -> int | None:
    ranks = makers.rank - {None}
    return ranks.pop() if len(ranks) == 1 else None


def _settled(
    layers: list[Described], framework: str | None, chained: bool, unread: list[Span]
) -> list[Described]:
    """Dense layers: fully connected where the program doesn't say what they take.

    Keras's Dense on a map acts on its channels, which a writer seldom means.
    """
    flat = True
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
    return layers


_MAPS: Final = frozenset(
    "conv conv_transpose local maxpool avgpool lppool adaptive_avgpool adaptive_maxpool global_avgpool global_maxpool "
    "zero_pad upsample pixel_shuffle pixel_unshuffle".split()
)


def _input(
    found: list[shapes.Given], rank: int | None, last: bool, unread: list[Span]
) -> tuple[tuple[int | str, ...] | None, int | None]:
    """The one shape that is given; several are not understood."""
    read = [(given, shapes.shape(given, rank, last)) for given in found]
    known = [(given, sizes) for given, sizes in read if sizes is not None]
    if not known:
        return None, None
    unread += [given.span for given, sizes in known[1:] if sizes != known[0][1]]
    first = known[0][1]
    return first if first is not None else (None, None)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that meet as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return tuple(merged)
