"""Nodes to steps: which key is the type, which keys are its options, what is missing, unknown or misplaced.

Everything that the text alone can tell is told here, all problems at once; `expand` evaluates what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cnncalc.errors import Source, SpecError
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described, is_nothing, rewritten
from cnncalc.spec.read_claims import read_expectations
from cnncalc.spec.read_layers import Defaults, read_call, read_layer
from cnncalc.spec.read_names import NameReader
from cnncalc.spec.read_structures import read_structure
from cnncalc.spec.refused_steps import refuse_keys, refuse_list, refuse_word
from cnncalc.spec.tree import Common, Step, WordStep
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import STEP_KEYS, STRUCTURES, TENSOR_NAMES, TYPES

Entries = dict[str, tuple[Scalar, Node]]


class Piece(NamedTuple):
    """A step taken apart: its type key, what stands behind it, and the other keys."""

    key: str
    node: Scalar
    value: Node | None
    rest: Entries
    common: Common
    visible: Visible


class StepReader(NameReader):
    """Reads the steps of a spec, with its defaults."""

    def __init__(self, problems: Problems, length: int) -> None:
        super().__init__(problems, length)
        self.defaults: dict[Source, Defaults] = {}
        """What each text gives its own steps."""
        self._aliased_lists: dict[tuple[Node, Visible], tuple[Step, ...]] = {}
        self._aliased_steps: dict[tuple[Node, Visible], Step | None] = {}

    def steps(self, node: Node, visible: Visible, what: str) -> tuple[Step, ...]:
        """A list of steps."""
        if not isinstance(node, Sequence):
            hint = "an empty list is []" if is_nothing(node) else f"write it as a list: [{self._as_steps(node)}]"
            self.problems.add(f"{what} is a list of steps, not {described(node)}", node, hint=hint)
            return ()
        if not node.aliased:
            return self._steps(node, visible)
        key = node, visible
        if key not in self._aliased_lists:
            self._aliased_lists[key] = self._steps(node, visible)
        return self._aliased_lists[key]

    def _as_steps(self, node: Node) -> str:
        """A mapping that stands for a list, as the steps that it holds; one step where it has one type."""
        keys = list(node.entries) if isinstance(node, Mapping) else []
        types = [key for key in keys if self.is_type(key)]
        if not isinstance(node, Mapping) or len(types) < 2 or len(types) < len(keys):
            return rewritten(node)
        values = [value for _, value in node.entries.values()]
        steps = [key if is_nothing(value) else f"{{{key}: {rewritten(value)}}}" for key, value in zip(keys, values)]
        return ", ".join(steps[:4]) + (", …" if len(steps) > 4 else "")

    def _steps(self, node: Sequence, visible: Visible) -> tuple[Step, ...]:
        found = []
        for at, item in enumerate(node.items):
            step = self.step(item, visible)
            if step is not None:
                if at > 0 and step.common.when is not None:
                    self._check_when(step)
                found.append(step)
        return tuple(found)

    def _check_when(self, step: Step) -> None:
        """A conv changes in_channels for the batchnorm after it, so a condition on it may only begin a list."""
        when = step.common.when
        found = next((name for name in TENSOR_NAMES if when is not None and name in when.names), None)
        if when is None or found is None:
            return
        condition = described(when.node)
        self.problems.add(
            f"when: mentions {found}, and this step is not the first of its list",
            when.node,
            because=(f"{found} is that of the tensor entering this step, which the steps before it change",),
            hint=f"make it a group that begins its list: - layers: [{{layers: […], when: {condition}}}],"
            f" or a block parameter with the default {found}",
        )

    def step(self, node: Node, visible: Visible) -> Step | None:
        """One step; None where it can't be read, which has then been reported."""
        self.count_reading(node)
        if isinstance(node, Mapping):
            if not node.aliased:
                return self._mapping(node, visible)
            key = node, visible
            if key not in self._aliased_steps:
                self._aliased_steps[key] = self._mapping(node, visible)
            return self._aliased_steps[key]
        if isinstance(node, Scalar) and not is_nothing(node):
            return self.typed(Piece(node.text, node, None, {}, Common(node.mark), visible))
        if isinstance(node, Sequence):
            refuse_list(self.problems, node)
        else:
            self.problems.add("an empty step", node, hint="write a layer behind the dash, or delete the dash")
        return None

    def _mapping(self, node: Mapping, visible: Visible) -> Step | None:
        keys = self._type_keys(node, visible)
        pieces = [self._piece(node, key, visible) for key in keys]
        if not pieces:
            return None
        return self.typed(pieces[0]) if self.is_type(keys[0]) else self._word_step(pieces)

    def _piece(self, node: Mapping, key: str, visible: Visible) -> Piece:
        key_node, value = node.entries[key]
        rest = {k: v for k, v in node.entries.items() if k != key and k not in STEP_KEYS}
        return Piece(key, key_node, None if is_nothing(value) else value, rest, self._common(node, visible), visible)

    def _type_keys(self, node: Mapping, visible: Visible) -> list[str]:
        """The one key that is the type; several where only the words they hold can tell which one it is."""
        keys = [key for key in node.entries if key not in STEP_KEYS]
        found = [key for key in keys if self.is_type(key)]
        if len(found) > 1:  # an option may be called like a type: {batchnorm: null, affine: false}
            found = [key for key in found if not any(key in self.takes(other) for other in found)] or found
        if len(found) == 1:
            return found
        if found:
            message = f"two types in one step: {' and '.join(found)}"
            self.problems.add(message, node.entries[found[1]][0], hint="give each a step of its own")
            return []
        words = [key for key in keys if key in visible and key not in TENSOR_NAMES]
        if not words:
            refuse_keys(self.problems, node, keys, self.blocks)
        return words

    def takes(self, key: str) -> Iterable[str]:
        """The options, parameters or further keys of a type, block or structure."""
        if key in self.blocks:
            return {parameter.name for parameter in self.blocks[key].parameters}
        return STRUCTURES[key] if key in STRUCTURES else TYPES[key].options()

    def _common(self, node: Mapping, visible: Visible) -> Common:
        given = {key: value for key, (_, value) in node.entries.items() if key in STEP_KEYS}
        if not given:
            return Common(node.mark)
        return Common(
            node.mark,
            self.name(given.get("name")),
            self.flag(given.get("when"), visible, "when"),
            self.reference(given["from"], visible, "from") if "from" in given else None,
            read_expectations(self, given.get("expect"), visible),
            self.flag(given.get("freeze"), visible, "freeze"),
        )

    def typed(self, piece: Piece) -> Step | None:
        """The step of the type that the piece's key names."""
        key = piece.key
        if key in self.blocks:
            return read_call(self, piece, self.blocks[key])
        if key in STRUCTURES:
            return read_structure(self, piece)
        if key in TYPES:
            return read_layer(self, piece, TYPES[key])
        if key in piece.visible and key not in TENSOR_NAMES:
            return self._word_step([piece])
        refuse_word(self.problems, key, piece.node, self.blocks)
        return None

    def _word_step(self, pieces: Iterable[Piece]) -> WordStep:
        by_key = {piece.node: piece for piece in pieces}
        made: dict[tuple[Scalar, str], Step] = {}

        def read(key: Scalar, word: str) -> Step:
            if (key, word) not in made:
                made[key, word] = self._from_word(by_key[key], word)
            return made[key, word]

        return WordStep(next(iter(by_key.values())).common, tuple(by_key), read)

    def _from_word(self, piece: Piece, word: str) -> Step:
        """The step once the word is known; here problems are raised, since reading is over."""
        known = len(self.problems.found)
        if word in TYPES or word in self.blocks:
            step = self.typed(piece._replace(key=word))
        else:
            hint = "a word stands for a layer type or a block; structures such as add: are written out"
            self.problems.add(f"{piece.key} is {word}, which is no layer type and no block", piece.node, hint=hint)
            step = None
        found, self.problems.found = self.problems.found[known:], self.problems.found[:known]
        if step is None or found:
            raise SpecError(found)
        return step
