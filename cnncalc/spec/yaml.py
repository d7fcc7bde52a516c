"""Text to marked nodes, in one loop over libyaml's events.

No recursion, so nesting can't end the process; aliases share their node, so a document never grows on reading; every
node knows its place. `compose` and `load` are never called: their C composer recurses.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cnncalc.errors import Mark, Problem, Source, SpecError
from cnncalc.spec.nodes import Collection, Mapping, Node, Scalar, Sequence, missing_space, scalar_value
from cnncalc.spec.yaml_errors import bare, begins_badly, explain, quoted

__all__ = ["Collection", "Mapping", "Node", "Scalar", "Sequence", "decode", "missing_space", "read", "scalar_value"]

MAX_BYTES: Final = 16 * 2**20
MAX_DEPTH: Final = 100
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML 1.2 calls a printable character; libyaml refuses all others.
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decode(data: bytes, name: str) -> Source:
    """The bytes of a file as text, refused where they are too many or not UTF-8."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if len(data) > MAX_BYTES:
        start = Source(name, data[:200].decode("utf-8", "replace"))
        _refuse(f"a file of more than {MAX_BYTES:,} bytes is not read", Mark(start, 1, 1, 2))
    try:
        return Source(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        source = Source(name, data.decode("utf-8", "replace"))
        mark = _mark_behind(source, data[: error.start].decode("utf-8"))
        _refuse(f"byte 0x{data[error.start]:02x} is not UTF-8", mark, "save the file as UTF-8")


def read(source: Source) -> Node:
    """The one document of the text."""
    reader = _Reader(source)
    try:
        reader.run()
    except yaml.MarkedYAMLError as error:
        raise SpecError(explain(error, source, reader.last, reader.open)) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        found = _UNPRINTABLE.search(source.text)
        before, code = (source.text[: found.start()], ord(found[0])) if found else ("", 0)
        _refuse(f"control character 0x{code:02x} in the text", _mark_behind(source, before), "remove it")
    root = reader.root
    if root is None or (isinstance(root, Scalar) and root.plain and not root.text):
        _refuse("the document is empty", Mark(source, 1, 1, 2), "a spec begins with input: and layers:")
    return root


class _Reader:
    """The collections still open, and what the next event adds to them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.open: list[Sequence | Mapping] = []
        self.anchors: dict[str, Node] = {}
        self.values: dict[str, Any] = {}
        self.last: Scalar | None = None
        self.patience = 1000  # a look ahead for each of a million lone parentheses would take minutes
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """Source.line, without splitting the text again at every call."""
        if self._lines is None:
            self._lines = self.source.text.splitlines()
        return self._lines[number - 1] if number <= len(self._lines) else ""

    def mark(self, place: Any, end: int = 0) -> Mark:
        return Mark(self.source, place.line + 1, place.column + 1, end or place.column + 2)

    def run(self) -> None:
        """Every event in turn; scalars, two thirds of them, come first and call as little as possible."""
        scalar = self.scalar
        for event in yaml.parse(self.source.text, Loader=_LOADER):
            kind = type(event)
            if kind is ScalarEvent:
                scalar(event)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.close(event)
            elif kind is MappingStartEvent:
                self.push(Mapping(self.source, event), event)
            elif kind is SequenceStartEvent:
                self.push(Sequence(self.source, event), event)
            elif kind is AliasEvent:
                self.add(self.alias(event))
            elif kind is DocumentStartEvent and self.root is not None:
                _refuse("a second document", self.mark(event.start_mark), "a file holds one spec; remove the ---")

    def scalar(self, event: Any) -> None:
        text: str = event.value
        node = Scalar(self.source, event, text)
        if node.plain:
            if text in self.values:
                node.value = self.values[text]
            else:
                node.value = self.values[text] = scalar_value(text)
            if "(" in text and self.open and self.open[-1].flow:
                self.check_whole(node)
        if event.anchor or event.tag:
            self.label(node, event)
        self.last = node
        self.add(node)

    def label(self, node: Node, event: Any) -> None:
        """Enters the node under its anchor; the mark of an anchored scalar begins behind the anchor."""
        if event.tag:
            hint = "a value that begins with ! is quoted; in an expression write not"
            _refuse("tags are not read", self.mark(event.start_mark), hint)
        self.anchors[event.anchor] = node
        name = re.compile(r"&\S+[ \t]*(?=[^\s#])").match(self.line(node.line), node.column - 1)
        if isinstance(node, Scalar) and name:
            node.column = name.end() + 1

    def check_whole(self, node: Scalar) -> None:
        """Refuses `{conv: min(a, b)}`, which YAML takes for the entries `conv: min(a` and `b): null`."""
        if node.text.count("(") <= node.text.count(")") or not self.patience:
            return
        self.patience -= 1
        text = bare(self.line(node.line), node.column, flow=True)
        if text and len(text) > len(node.text):
            mark = Mark(self.source, node.line, node.column, node.column + len(text))
            _refuse("inside [ ] and { } a bare value ends at a comma or bracket", mark, quoted(text))

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        mark = self.mark(event.start_mark, event.end_mark.column + 1)
        if node is None:
            hint = begins_badly(self.line(mark.line), mark.column)
            _refuse(f"no anchor &{event.anchor} stands before this alias", mark, hint)
        if isinstance(node, Collection):
            if not node.height:
                _refuse(f"alias *{event.anchor} stands inside its own anchor", mark)
            self.check_depth(node.height, mark)
            node.aliased = True
            self.open[-1].inner = max(self.open[-1].inner, node.height)
        return node

    def check_depth(self, height: int, mark: Mark) -> None:
        if len(self.open) + height > MAX_DEPTH:
            _refuse(f"nested deeper than {MAX_DEPTH} levels", mark)

    def push(self, node: Sequence | Mapping, event: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            self.check_depth(1, node.mark)
        if event.anchor or event.tag:
            self.label(node, event)
        self.add(node)
        self.open.append(node)

    def close(self, event: Any) -> None:
        node = self.open.pop()
        node.height = node.inner + 1
        if self.open:
            self.open[-1].inner = max(self.open[-1].inner, node.height)
        if node.flow:
            node.end = event.end_mark.column + 1 if event.end_mark.line + 1 == node.line else 0

    def add(self, node: Node) -> None:
        """Gives the node to the innermost open collection, as an item, a key or a value."""
        top = self.open[-1] if self.open else None
        if isinstance(top, Mapping):
            key = top.key
            if key is None:
                top.key = self.check_key(node, top)
            else:
                top.entries[key.text] = key, node
                top.key = None
        elif top is None:
            self.root = node
        else:
            top.items.append(node)

    def check_key(self, node: Node, mapping: Mapping) -> Scalar:
        if not isinstance(node, Scalar):
            _refuse("a key must be one word", node.mark, "a value with brackets or braces is quoted")
        if node.text == "<<" and node.plain:
            _refuse("merge keys are not read", node.mark, "use defaults: or a block instead")
        if node.text in mapping.entries:
            first = mapping.entries[node.text][0]
            _refuse(f"key {node.text!r} stands here twice, first on line {first.line}", node.mark)
        return node


def _mark_behind(source: Source, before: str) -> Mark:
    """The place of the character that follows the text."""
    lines = (before + "x").splitlines()
    return Mark(source, len(lines), len(lines[-1]), len(lines[-1]) + 1)


def _refuse(message: str, mark: Mark, hint: str | None = None) -> NoReturn:
    raise SpecError(Problem(message, mark, hint=hint))
