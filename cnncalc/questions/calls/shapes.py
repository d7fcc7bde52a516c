"""What a program says of its input: the shape that a layer, a tensor or a summary is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls.arguments import Arguments, Name, NotReadError, arguments
from cnncalc.questions.calls.tokens import Call, Program, Span
from cnncalc.questions.described import UNKNOWN

RANDOM: Final = frozenset({"randn", "rand", "zeros", "ones", "empty", "normal", "uniform"})
"""Functions that make a tensor of a given shape."""
_WEIGHTS: Final = re.compile(r"(?i).*(?:weight|kernel|filter|bias|target|label|hidden)s?\d*|[wkbyh]\d*")
_SEEN: Final = re.compile(
    r"\b(?:x|X|inputs?|imgs?|images?)[ ]?\.[ ]?(?:shape|size\(\))[ ]{0,3}(?:==|=|:|->|is)[ ]{0,3}"
    r"(?:torch\.Size\()?[\[(]([\d, None]{1,60})[\])]"
)


class Given(NamedTuple):
    """A shape as written; `batched` is None where only the rank tells whether a batch comes first."""

    sizes: tuple[Any, ...]
    batched: bool | None
    span: Span


def given(program: Program, values: Mapping[str, Any], layer_like: set[int]) -> Iterator[Given]:
    """Every input shape in a text; `layer_like` holds the first tokens of the calls that make layers."""
    for call in program.calls:
        try:
            found = _of(program, call, values, call.first in layer_like)
        except NotReadError:
            continue
        if found:
            yield Given(*found, (program.tokens[call.first].start, program.tokens[program.last(call)].end))
    for match in _SEEN.finditer(program.text):
        sizes = tuple(None if part == "None" else int(part) for part in re.findall(r"None|\d{1,9}", match[1]))
        yield Given(sizes, None, match.span())


def _of(
    program: Program, call: Call, values: Mapping[str, Any], is_layer: bool
) -> tuple[tuple[Any, ...], bool | None] | None:
    """The sizes that a call gives, and whether a batch comes first."""
    name = call.name
    random = name in RANDOM and len(call.path) > 1
    if not (is_layer or random or name in ("Input", "InputLayer", "summary", "build")):
        return None
    stated = arguments(program.inside(call), values)
    if random:
        return None if _is_weight(program, call) else (_sizes(stated), None)
    names, places = stated.names, stated.places
    for key, batched in _KEYS:
        if isinstance(names.get(key), tuple):
            return names[key], batched
    if is_layer and isinstance(names.get("input_dim"), int):
        length = (names["input_length"],) if "input_length" in names else ()
        return (*length, names["input_dim"]), False
    if name == "summary" and len(places) > 1 and isinstance(places[1], tuple):
        return places[1], None
    if name == "build" and places and isinstance(places[0], tuple):
        return places[0], True
    if name == "Input" and places and isinstance(places[0], tuple) and not stated.loose:
        return places[0], False
    return None


_KEYS: Final = (
    ("batch_shape", True),
    ("batch_input_shape", True),
    ("input_shape", False),
    ("shape", False),
    ("input_size", None),
)


def _sizes(stated: Arguments) -> tuple[Any, ...]:
    places = stated.places
    return places[0] if places and isinstance(places[0], tuple) else places


def _is_weight(program: Program, call: Call) -> bool:
    tokens, at = program.tokens, call.first
    return at >= 2 and tokens[at - 1].text == "=" and bool(_WEIGHTS.fullmatch(tokens[at - 2].text))


_AXES: Final = {1: 0, 2: 0, 3: 2, 4: 2}
"""How many spatial axes a shape of so many numbers has, where no layer tells."""


def shape(found: Given, rank: int | None, last: bool) -> tuple[tuple[int | str, ...], int | None] | None:
    """The shape channels first and the batch, if it has one; None where these can't be told."""
    sizes: list[Any] = [
        UNKNOWN if size is None else str(size) if isinstance(size, Name) else size for size in found.sizes
    ]
    if not sizes or not all(isinstance(size, (int, str)) and not isinstance(size, bool) for size in sizes):
        return None
    batched = found.batched
    if batched is None:
        axes = _AXES.get(len(sizes)) if rank is None else rank
        if axes is None or len(sizes) not in (axes + 1, axes + 2):
            return None
        batched = len(sizes) == axes + 2
    batch, rest = (sizes[0], sizes[1:]) if batched else (None, sizes)
    if not rest:
        return None
    ordered = (*rest[-1:], *rest[:-1]) if last else tuple(rest)
    return ordered, batch if isinstance(batch, int) else None
