"""The problems of one text, gathered while it is read, so that all independent ones are told at once."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.errors import Mark, Problem, SpecError, shortened
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence

MOST = 50
ROOM = 60


class Problems:
    """What is wrong so far."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def extend(self, problems: Iterable[Problem]) -> None:
        self.found += [problem for problem in problems if problem not in self.found]
        if len(self.found) >= MOST:
            self.raise_any()

    def add(self, message: str, at: Node | Mark, *, because: tuple[str, ...] = (), hint: str | None = None) -> None:
        mark = at if isinstance(at, Mark) else at.mark
        self.extend([Problem(message, mark, because, hint)])

    def raise_any(self) -> None:
        if self.found:
            texts = list(dict.fromkeys(p.mark.source for p in self.found if p.mark))
            found = sorted(
                self.found, key=lambda p: (texts.index(p.mark.source), p.mark.line, p.mark.column) if p.mark else ()
            )
            raise SpecError(found[:MOST])


def line_of(place: Mark, seen_from: Mark) -> str:
    """The line of a place, with its file where that is another one."""
    return f"line {place.line}" + (f" of {place.source.name}" if place.source != seen_from.source else "")


def described(node: Node) -> str:
    """What a node is, for `…, not a list`."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    assert isinstance(node, Scalar)
    return "nothing" if is_nothing(node) else shortened(node.text, ROOM) or '""'


def is_nothing(node: Node) -> bool:
    """Whether nothing stands there, or null, which is YAML for it."""
    return isinstance(node, Scalar) and node.plain and node.value is None


def in_words(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def rewritten(node: Node, room: int = 80) -> str:
    """A piece of a spec as it could stand on one line, cut where it is long."""
    if room <= 0:
        return "…"
    if isinstance(node, Sequence):
        return f"[{', '.join(_within(node.items, room))}]"
    if isinstance(node, Mapping):
        values = _within([value for _, value in node.entries.values()], room)
        return f"{{{', '.join(f'{key}: {value}' for key, value in zip(node.entries, values))}}}"
    assert isinstance(node, Scalar)
    text = shortened(node.text, ROOM)
    return text if node.plain else f'"{text}"'


def _within(items: list[Node], room: int) -> list[str]:
    texts: list[str] = []
    for item in items:
        texts.append(rewritten(item, room))
        room -= len(texts[-1]) + 2
        if room <= 0:
            break
    return texts
