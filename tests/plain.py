"""What a text says, without the places."""

from __future__ import annotations

from typing import Any

from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence


def plain(node: Node) -> Any:
    """The node as Python's own lists, dicts and scalars."""
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    assert isinstance(node, Scalar)
    return node.value
