"""What a program says of its input: the shape that a layer, a tensor or a summary is given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls.arguments import Arguments, Name, NotReadError, arguments
from cnncalc.questions.calls.tokens import Call, Program
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
    span: tuple[int, int]


def given(program: Program, values: Mapping[str, Any], layer_like: set[int]) -> Iterator[Given]:
    """Every input shape in a text; `layer_like` holds the first tokens of the calls that make layers."""
    for call in program.calls:
        span = program.tokens[call.first].start, program.tokens[program.last(call)].end
        try:
            yield from [found._replace(span=span) for found in _of(program, call, values, call.first in layer_like)]
        except NotReadError:
            continue
    for match in _SEEN.finditer(program.text):
        sizes = tuple(None if part == "None" else int(part) for part in re.findall(r"None|\d{1,9}", match[1]))
        yield Given(sizes, None, match.span())


def _of(program: Program, call: Call, values: Mapping[str, Any], is_layer: bool) -> list[Given]:
    name, span = call.name, (0, 0)
    random = name in RANDOM and len(call.path) > 1
    if not (is_layer or random or name in ("Input", "InputLayer", "summary", "build")):
        return []
    stated = arguments(program.inside(call), values)
    if random:
        return [] if _is_weight(program, call) else [Given(_sizes(stated), None, span)]
    names = stated.names
    for key, batched in _KEYS:
        if isinstance(names.get(key), tuple):
            return [Given(names[key], batched if key != "input_size" else None, span)]
    if is_layer and isinstance(names.get("input_dim"), int):
        length = (names["input_length"],) if "input_length" in names else ()
        return [Given((*length, names["input_dim"]), False, span)]
    if name == "summary" and len(stated.places) > 1 and isinstance(stated.places[1], tuple):
        return [Given(stated.places[1], None, span)]
    if name == "build" and stated.places and isinstance(stated.places[0], tuple):
        return [Given(stated.places[0], True, span)]
    if name == "Input" and stated.places and isinstance(stated.places[0], tuple) and not stated.loose:
        return [Given(stated.places[0], False, span)]
    return []


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


def shape(found: Given, rank: int | None, last: bool) -> tuple[tuple[int | str, ...], int | None] | None:
    """The shape channels first and the batch, if it has one; None where these can't be told."""
    sizes: list[Any] = [
        UNKNOWN if size is None else str(size) if isinstance(size, Name) else size for size in found.sizes
    ]
    if not sizes or not all(isinstance(size, (int, str)) and not isinstance(size, bool) for size in sizes):
        return None
    batched = found.batched
    if batched is None:
        axes = rank if rank is not None else 2 if len(sizes) == 4 else 0 if len(sizes) < 3 else None
        batched = len(sizes) == (axes or 0) + 2 if axes is not None else False if len(sizes) == 3 else None
        if batched is None or (axes is not None and len(sizes) not in (axes + 1, axes + 2)):
            return None
    batch, rest = (sizes[0], sizes[1:]) if batched else (None, sizes)
    if not rest:
        return None
    ordered = (*rest[-1:], *rest[:-1]) if last else tuple(rest)
    return ordered, batch if isinstance(batch, int) else None
