"""The problems of one text, gathered while it is read, so that all independent ones are told at once."""

from __future__ import annotations

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence

MOST = 50


class Problems:
    """What is wrong so far."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, message: str, at: Node | Mark, *, because: tuple[str, ...] = (), hint: str | None = None) -> None:
        mark = at if isinstance(at, Mark) else at.mark
        problem = Problem(message, mark, because, hint)
        if problem not in self.found:
            self.found.append(problem)
        if len(self.found) >= MOST:
            self.raise_any()

    def raise_any(self) -> None:
        if self.found:
            raise SpecError(sorted(self.found, key=lambda p: (p.mark.line, p.mark.column) if p.mark else (0, 0)))


def described(node: Node) -> str:
    """What a node is, for `…, not a list`."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    assert isinstance(node, Scalar)
    return "nothing" if node.plain and node.value is None else node.text


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
    return node.text if node.plain else f'"{node.text}"'


def _within(items: list[Node], room: int) -> list[str]:
    texts: list[str] = []
    for item in items:
        texts.append(rewritten(item, room))
        room -= len(texts[-1]) + 2
        if room <= 0:
            break
    return texts
