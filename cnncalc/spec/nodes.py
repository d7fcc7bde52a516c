"""The nodes of a spec's text: what was written, where, and what a bare word means."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, Final

from cnncalc.errors import Mark, Source

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_INT = re.compile(rf"[-+]?{_DIGITS}")
_BASED = re.compile(r"0x[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0o[0-7]+(?:_[0-7]+)*")
_FLOAT = re.compile(rf"[-+]?(?:\.{_DIGITS}|{_DIGITS}(?:\.(?:{_DIGITS})?)?)(?:[eE][-+]?[0-9]+)?")
_BLANK = re.compile(r"\s+")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Node:
    """A value and the place where it was written."""

    __slots__ = ("column", "end", "line", "source")

    def __init__(self, source: Source, line: int, column: int, end: int) -> None:
        self.source, self.line, self.column, self.end = source, line, column, end

    @property
    def mark(self) -> Mark:
        """The place on the node's first line; an `end` of 0 stands for the end of that line."""
        end = self.end or len(self.source.line(self.line).rstrip()) + 1
        return Mark(self.source, self.line, self.column, max(end, self.column + 1))


class Scalar(Node):
    """A number, boolean, null or word; `text` is what was written, quotes and escapes undone."""

    __slots__ = ("plain", "text", "value")

    def __init__(self, source: Source, event: Any, text: str) -> None:
        start, end = event.start_mark, event.end_mark
        self.source = source
        self.line = line = start.line + 1
        self.column = start.column + 1
        self.end = end.column + 1 if end.line + 1 == line else 0
        self.text = text
        self.plain: bool = not event.style
        self.value: int | float | bool | str | None = text

    def part(self, offset: int, length: int) -> Mark:
        """The place of a stretch of the text; of all of it where escapes moved the columns."""
        return Places(self).mark(offset, length)

    def within(self, offset: int, length: int) -> Scalar:
        """A stretch of the text as a scalar of its own."""
        return Places(self).scalar(offset, length)


class Places:
    """Where the characters of a scalar stand, line by line of the source."""

    def __init__(self, node: Scalar) -> None:
        self.node = node
        self._rows = _rows(node)
        self._offsets = [offset for offset, _, _ in self._rows]

    def mark(self, offset: int, length: int) -> Mark:
        """The place of a stretch of the text; of all of it where escapes moved the columns."""
        if not self._rows:
            return self.node.mark
        first, line, column = self._rows[max(0, bisect_right(self._offsets, offset) - 1)]
        start = column + offset - first
        return Mark(self.node.source, line, start, start + max(1, length))

    def scalar(self, offset: int, length: int) -> Scalar:
        """A stretch of the text as a scalar of its own."""
        inner = Scalar.__new__(Scalar)
        mark = self.mark(offset, length)
        Node.__init__(inner, mark.source, mark.line, mark.column, mark.end)
        inner.text, inner.plain = self.node.text[offset : offset + length], True
        inner.value = scalar_value(inner.text)
        return inner


def _rows(node: Scalar) -> list[tuple[int, int, int]]:
    """The offset at which each line of the source begins in the text, the line and the column; none where they differ
    in more than white space.
    """
    text, first, start = node.text, node.line, node.column - 1
    if not node.plain:
        block = node.source.line(first)[start : start + 1] in ("|", ">")
        first, start = (first + 1, 0) if block else (first, start + 1)
    rows: list[tuple[int, int, int]] = []
    end = len(text.rstrip())
    offset = end - len(text[:end].lstrip())
    for line in range(first, first + len(text) + 1):
        row = node.source.line(line)
        here = row[start:].strip()
        column = len(row) - len(row[start:].lstrip())
        if here and text.startswith(here, offset):
            taken = len(here)
        elif row.startswith(text[offset:end], column):
            taken = end - offset
        elif here:
            return []
        else:
            taken = 0
        if taken:
            rows.append((offset, line, column + 1))
        offset += taken
        if offset >= end:
            return rows
        blank = _BLANK.match(text, offset)
        if taken and not blank:
            return []
        offset = blank.end() if blank else offset
        start = 0
    return []


class Collection(Node):
    """A sequence or mapping; `height` is how many levels it holds, itself included; 0 while it is open. `aliased` says
    that it stands in more than one place.
    """

    __slots__ = ("aliased", "flow", "height", "inner")

    def __init__(self, source: Source, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        self.flow = bool(event.flow_style)
        self.aliased = False
        # The event ends behind its anchor: at the bracket of a flow collection, before the first key of a block.
        bracket = self.flow and end.index > start.index
        super().__init__(source, end.line + 1, end.column + (0 if bracket else 1), end.column + 1)
        self.height = self.inner = 0


class Sequence(Collection):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, source: Source, event: Any) -> None:
        super().__init__(source, event)
        self.items: list[Node] = []


class Mapping(Collection):
    """Entries in the order of the text: the key's text to its node and the value's."""

    __slots__ = ("entries", "key")

    def __init__(self, source: Source, event: Any) -> None:
        super().__init__(source, event)
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.key: Scalar | None = None  # of the entry whose value is still to come


def scalar_value(text: str) -> int | float | bool | str | None:
    """What a bare scalar means in YAML 1.2, `_` allowed between digits; a number past every limit stays text, for
    the evaluator to refuse.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 500 or text[0] not in "+-.0123456789":
        return text
    if _INT.fullmatch(text) or _BASED.fullmatch(text):
        whole = int(text, 0 if text[1:2] in ("x", "o") else 10)
        return whole if abs(whole) < 2**256 else text
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) < 2.0**256 else text
    return text


def missing_space(text: str) -> str | None:
    """`conv: 64` for the word `conv:64`, which YAML does not take for an entry."""
    found = re.fullmatch(r"([A-Za-z_]\w*):(\S.*)", text)
    return f"{found[1]}: {found[2]}" if found else None
