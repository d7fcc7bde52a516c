"""Names: those given to steps, those that steps refer to, and what a variable may be called."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from typing import Final

from cnncalc.errors import Mark, did_you_mean, shortened
from cnncalc.spec.expressions import RESERVED
from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.problems import ROOM, Problems, described, is_nothing
from cnncalc.spec.read_values import ValueReader
from cnncalc.spec.tree import Block
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import STEP_KEYS, STRUCTURES, TENSOR_NAMES, TYPES

NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
RESERVED_NAMES: Final = frozenset((*TENSOR_NAMES, "index", "input", *STEP_KEYS, *STRUCTURES, *RESERVED))


class NameReader(ValueReader):
    """Reads names, and knows those of a spec: `names` are the given ones."""

    def __init__(self, problems: Problems, length: int) -> None:
        super().__init__(problems, (), length)
        self.names: frozenset[str] = frozenset()
        self.blocks: dict[str, Block] = {}

    def know(self, names: Iterable[str], others: Iterable[str]) -> None:
        """Takes in the names given to steps, and the other words that there are: of blocks and inputs."""
        self.names = frozenset(names)
        self.words |= {*self.names, *others}

    def is_type(self, key: str) -> bool:
        """Whether the language or a block gives the word a meaning as a step."""
        return key in TYPES or key in self.blocks or key in STRUCTURES

    def name(self, node: Node | None) -> Scalar | None:
        """The name that a step is given."""
        if node is None:
            return None
        found = described(node)
        if isinstance(node, Scalar) and NAME.fullmatch(node.text) and not is_nothing(node) and found != "input":
            return node
        reason = "input is the name of what enters" if found == "input" else "a name is letters, digits, _ and -"
        self.problems.add(f"name: {found} can't be a name", node, because=(reason,))
        return None

    def reference(self, node: Node, visible: Visible, what: str, hint: str | None = None) -> Scalar | None:
        """The name of a tensor made before; a name that no step of the text has is refused here, with the hint."""
        if not isinstance(node, Scalar) or is_nothing(node):
            self.problems.add(f"{what} takes the name of an earlier step, not {described(node)}", node)
            return None
        first = node.text.partition(".")[0]
        unnumbered = first.rstrip("0123456789")
        if first in self.words or unnumbered in self.words or first in visible or self.is_type(unnumbered):
            return node
        hint = hint or did_you_mean(first, [*self.names, *visible])
        if not hint:
            known = f"; there are {', '.join(sorted(self.names)[:12])}" if self.names else ""
            hint = f"give the step that is meant a name: {{…, name: {described(node)}}}{known}"
        self.problems.add(f"{what}: no step is named {described(node)}", node, hint=hint)
        return None

    def check_variable(self, name: str, node: Node | Mark) -> None:
        """Whether a variable, parameter or repeat may be called so."""
        if not name.isidentifier() or not name.isascii():
            hint = "letters, digits and _, as in depth2"
            shown = shortened(name, ROOM) or '""'
            self.problems.add(f"{shown} can't be the name of a variable", node, hint=hint)
        elif name in RESERVED_NAMES or keyword.iskeyword(name):
            self.problems.add(f"{name} has a meaning of its own, so no variable can be called so", node)
