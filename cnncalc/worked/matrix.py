"""Small matrices as people write them: `[[0, 1], [2, 3]]`, `0 1; 2 3`, or rows on lines of their own; exact numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

from cnncalc.errors import Mark, Problem, Source, SpecError, shortened

Nested: TypeAlias = Any
"""A number, or a list of such, all of one length on every level."""

MOST: Final = 100_000
DEEPEST: Final = 5
_LONGEST, _ROOM = 40, 16 * MOST
_HIGHEST: Final = 10**140
"""Above every number that a text may have; the products of two such are still floats."""
_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2}(?!\d))?(?:/\d+)?"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER}(?![\w./+\-−]))|(?P<sign>[\[\],;|\n])|(?P<blank>[^\S\n]+)|(?P<other>[^\s\[\],;|]+)"
)
_WRITTEN = re.compile(r"[\d\s.,;/|eE+\-−\[\]]*")
_WAYS = "for example [[0,1],[2,3]], '0 1; 2 3', or the name of a file"


def read(text: str, name: str) -> Nested:
    """The matrix of a text, or of the file that it names; `name` is what errors call it."""
    if _WRITTEN.fullmatch(text) or text.lstrip().startswith("["):
        return parsed(Source(name, text))
    path = Path(text)
    try:
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                return parsed(Source(text, file.read(_ROOM + 1).strip()))
    except (OSError, ValueError):
        pass
    raise SpecError(Problem(f"{name} {text}: is neither a matrix nor a file of one", hint=_WAYS))


def parsed(source: Source) -> Nested:
    """The matrix of a text; raises `SpecError` where it is none."""
    if len(source.text) > _ROOM:
        raise SpecError(Problem(f"{source.name}: more than {MOST:,} numbers; compute is for small examples"))
    found = _bracketed(source) if "[" in source.text or "]" in source.text else _lines(source)
    return checked(found, source.name)


def checked(found: Nested, name: str) -> Nested:
    """The nested lists, where every level has one length and the numbers are not too many."""
    level, sizes = [found], []
    while level and isinstance(level[0], list):
        size = len(level[0])
        for at, one in enumerate(level, 1):
            if not isinstance(one, list):
                raise SpecError(Problem(f"{name}: a number stands beside a list", hint=_WAYS))
            if len(one) != size:
                message = f"{name}: row {at} has {_many(len(one))}, the rows before it {_many(size)}"
                raise SpecError(Problem(message, hint="all rows of a matrix have the same length"))
        if size == 0:
            raise SpecError(Problem(f"{name}: there is no number in it", hint=_WAYS))
        sizes.append(size)
        if len(sizes) > DEEPEST:
            raise SpecError(Problem(f"{name}: brackets deeper than {DEEPEST} levels"))
        level = [inner for one in level for inner in one]
        if len(level) > MOST:
            raise SpecError(Problem(f"{name}: more than {MOST:,} numbers; compute is for small examples"))
    if any(isinstance(one, list) for one in level):
        raise SpecError(Problem(f"{name}: a number stands beside a list", hint=_WAYS))
    return found


def plain(value: Any, name: str) -> Nested:
    """Python's lists, tuples, arrays and numbers as nested lists of fractions; a float means what it prints."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return checked(_plain(value, name), name)


def _plain(value: Any, name: str, level: int = 0) -> Nested:
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and level <= DEEPEST:
        return [_plain(item, name, level + 1) for item in value]
    exact = _exact(value)
    if exact is None or abs(exact) >= _HIGHEST:
        what = "no number" if exact is None else "beyond what floats hold once multiplied"
        raise SpecError(Problem(f"{name}: {shortened(str(value), 40)} is {what}", hint=_WAYS))
    return exact


def _exact(value: Any) -> Fraction | None:
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(repr(float(value)))
    return number(str(value)) if isinstance(value, Decimal) else None


def number(text: str) -> Fraction | None:
    """The number a text stands for; None where it is none, or has more than 40 characters."""
    if len(text) > _LONGEST or not re.fullmatch(_NUMBER, text):
        return None
    whole, _, below = text.replace("−", "-").partition("/")
    if not below:
        return Fraction(whole)
    return Fraction(whole) / int(below) if int(below) else None


def _tokens(source: Source) -> Iterator[tuple[str, Any, re.Match[str]]]:
    for token in _TOKEN.finditer(source.text):
        value = number(token[0]) if token["number"] else None
        if token["number"] and value is not None:
            yield "number", value, token
        elif token["sign"]:
            yield token[0], None, token
        elif not token["blank"]:
            raise _refused(source, token, f"{shortened(token[0], _LONGEST)} is no number")


def _bracketed(source: Source) -> Nested:
    """Nested lists; a `;` within one ends a row, and so does a line that no comma ends."""
    top: list[Any] = []
    open_, rows, comma = [top], [[0]], False
    for kind, value, token in _tokens(source):
        here = open_[-1]
        if kind in (",", ";") and (comma or not here):
            raise _refused(source, token, "a number is missing before this sign")
        comma = kind == "," or (comma and kind == "\n")
        if kind == "[":
            if len(open_) > DEEPEST:
                raise _refused(source, token, f"brackets deeper than {DEEPEST} levels")
            inner: list[Any] = []
            here.append(inner)
            open_.append(inner)
            rows.append([0])
        elif kind == "]":
            if len(open_) == 1:
                raise _refused(source, token, "a bracket closes that was never opened")
            open_.pop()
            starts = rows.pop()
            if len(starts) > 1 and not any(isinstance(one, list) for one in here):
                here[:] = [here[a:b] for a, b in zip(starts, [*starts[1:], len(here)]) if b > a]
        elif kind == "number":
            here.append(value)
        elif kind == ";" or (kind == "\n" and here and not comma):
            rows[-1].append(len(here))
        elif kind == "|":
            raise _refused(source, token, "a bar separates rows or numbers only outside brackets")
    if len(open_) > 1:
        raise SpecError(Problem(f"{source.name}: a bracket is never closed", hint=_WAYS))
    return top[0] if len(top) == 1 else top


def _lines(source: Source) -> Nested:
    """Rows between `;` and line ends; a blank line ends a channel."""
    channels: list[list[Any]] = [[]]
    row: list[Fraction] = []
    comma = True
    for kind, value, token in _tokens(source):
        if kind == "number":
            row.append(value)
        elif kind == "," and comma:
            raise _refused(source, token, "a number is missing before this sign")
        elif kind in (";", "\n"):
            if row:
                channels[-1].append(row)
            elif kind == "\n" and channels[-1]:
                channels.append([])
            row = []
        comma = kind in (",", ";", "\n")
    if row:
        channels[-1].append(row)
    found = [channel for channel in channels if channel]
    if len(found) > 1:
        return found
    rows = found[0] if found else [[]]
    return rows if len(rows) > 1 else rows[0]


def _refused(source: Source, token: re.Match[str], message: str) -> SpecError:
    before = source.text[: token.start()]
    column = token.start() - before.rfind("\n")
    mark = Mark(source, before.count("\n") + 1, column, column + len(token[0].rstrip()) or 1)
    return SpecError(Problem(message, mark, hint=_WAYS))


def _many(count: int) -> str:
    return f"{count} number" if count == 1 else f"{count} numbers"
