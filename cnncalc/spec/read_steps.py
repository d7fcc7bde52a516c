"""Nodes to steps: which key is the type, which keys are its options, what is missing, unknown or misplaced.

Everything that the text alone can tell is told here, all problems at once; `expand` evaluates what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cnncalc.errors import SpecError
from cnncalc.layers import REGISTRY, Layer
from cnncalc.layers.join import Join
from cnncalc.spec.expressions import RESERVED
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence, missing_space
from cnncalc.spec.problems import Problems, described, rewritten
from cnncalc.spec.read_values import ValueReader, Visible
from cnncalc.spec.tree import (
    Block,
    Branch,
    CallStep,
    Common,
    GroupStep,
    JoinStep,
    LayerStep,
    RepeatStep,
    ResidualStep,
    ReuseStep,
    Step,
    Value,
    WordStep,
)
from cnncalc.spec.vocabulary import STEP_KEYS, STRUCTURES, TENSOR_NAMES, option_hint, type_hint

NAME = re.compile(r"[A-Za-z0-9_-]+")
TYPES: dict[str, type[Layer]] = {name: cls for name, cls in REGISTRY.items() if not issubclass(cls, Join)}

Entries = dict[str, tuple[Scalar, Node]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A step taken apart: its type key, what stands behind it, and the other keys."""

    key: str
    node: Scalar
    value: Node | None
    rest: Entries
    common: Common
    visible: Visible


class StepReader(ValueReader):
    """Reads the steps of one text, with its blocks and defaults."""

    def __init__(self, problems: Problems, words: Iterable[str], blocks: dict[str, Block]) -> None:
        super().__init__(problems, words)
        self.blocks = blocks
        self.read: dict[tuple[int, Visible], Step | None] = {}
        self.default_options: dict[type[Layer], dict[str, tuple[Node, Value]]] = {}

    def steps(self, node: Node, visible: Visible, what: str) -> tuple[Step, ...]:
        """A list of steps."""
        if not isinstance(node, Sequence):
            hint = f"write it as a list: [{rewritten(node)}]" if described(node) != "nothing" else None
            self.problems.add(f"{what} is a list of steps, not {described(node)}", node, hint=hint)
            return ()
        found = []
        for at, item in enumerate(node.items):
            step = self.step(item, visible)
            if step is not None:
                if at > 0:
                    self._check_when(step)
                found.append(step)
        return tuple(found)

    def _check_when(self, step: Step) -> None:
        when = step.common.when
        found = [name for name in TENSOR_NAMES if when is not None and name in when.names]
        if when is not None and found:
            self.problems.add(
                f"when: mentions {found[0]} on a step that is not the first of its list",
                when.node,
                because=(f"the steps before it change {found[0]}",),
                hint="make it the first step of a group {layers: […], when: …},"
                f" or give the block a parameter with the default {found[0]}",
            )

    def step(self, node: Node, visible: Visible) -> Step | None:
        """One step; None where it can't be read, which has then been reported."""
        key = id(node), visible
        if key not in self.read:
            self.read[key] = self._step(node, visible)
        return self.read[key]

    def _step(self, node: Node, visible: Visible) -> Step | None:
        if isinstance(node, Scalar):
            if described(node) == "nothing":
                self.problems.add("an empty step", node, hint="write a layer behind the dash, or delete the dash")
                return None
            return self.typed(Piece(node.text, node, None, {}, Common(node), visible))
        if isinstance(node, Sequence):
            hint = "branches belong under add:, concat: or multiply:; steps that belong together are {layers: […]}"
            self.problems.add("a step is a layer type or a mapping, not a list", node, hint=hint)
            return None
        assert isinstance(node, Mapping)
        key = self._type_key(node, visible)
        if key is None:
            return None
        key_node, value = node.entries[key]
        rest = {k: v for k, v in node.entries.items() if k != key and k not in STEP_KEYS}
        empty = isinstance(value, Scalar) and value.plain and value.value is None
        common = self._common(node, visible)
        return self.typed(Piece(key, key_node, None if empty else value, rest, common, visible))

    def _type_key(self, node: Mapping, visible: Visible) -> str | None:
        keys = [key for key in node.entries if key not in STEP_KEYS]
        found = [key for key in keys if key in TYPES or key in self.blocks or key in STRUCTURES]
        if len(found) > 1:
            found = [key for key in found if not any(key in self._takes(other) for other in found if other != key)]
        if not found:
            found = [key for key in keys if key in visible and key not in TENSOR_NAMES][:1]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"two types in one step: {' and '.join(found)}"
            self.problems.add(message, node.entries[found[1]][0], hint="give each a step of its own")
        elif not keys:
            self.problems.add("a step without a layer type", node, hint="for example {relu, name: act}")
        else:
            self._no_type(node, keys)
        return None

    def _takes(self, key: str) -> Iterable[str]:
        if key in self.blocks:
            return {parameter.name for parameter in self.blocks[key].parameters}
        return STRUCTURES[key] if key in STRUCTURES else TYPES[key].options()

    def _no_type(self, node: Mapping, keys: list[str]) -> None:
        options = {name for layer in TYPES.values() for name in layer.options()}
        strangers = [key for key in keys if key not in options]
        if strangers:
            self._unknown(strangers[0], node.entries[strangers[0]][0])
            return
        key_node, value = node.entries[keys[0]]
        hint = f"for example {{conv: 64, {keys[0]}: {rewritten(value)}}}"
        self.problems.add(f"a step without a layer type: {keys[0]} is an option", key_node, hint=hint)

    def _unknown(self, word: str, node: Node) -> None:
        spaced = missing_space(word)
        hint = f"a space is missing: {spaced}" if spaced else type_hint(word, [*TYPES, *STRUCTURES, *self.blocks])
        self.problems.add(f"unknown layer type {word}", node, hint=hint)

    def _common(self, node: Mapping, visible: Visible) -> Common:
        given = {key: value for key, (_, value) in node.entries.items() if key in STEP_KEYS}
        when, freeze = given.get("when"), given.get("freeze")
        return Common(
            node,
            self._name(given.get("name")),
            self.value(when, visible, "when") if when else None,
            self.reference(given["from"], "from") if "from" in given else None,
            self.expectations(given.get("expect"), visible),
            self.value(freeze, visible, "freeze") if freeze else None,
        )

    def _name(self, node: Node | None) -> Scalar | None:
        if node is None:
            return None
        if isinstance(node, Scalar) and NAME.fullmatch(node.text) and node.text != "input":
            return node
        taken = isinstance(node, Scalar) and node.text == "input"
        reason = "input is the name of the network's input" if taken else "a name is letters, digits, _ and -"
        self.problems.add(f"{described(node)} can't be a name", node, because=(reason,))
        return None

    def reference(self, node: Node, what: str) -> Scalar | None:
        """The name of a tensor made before."""
        if isinstance(node, Scalar) and described(node) != "nothing":
            return node
        self.problems.add(f"{what}: takes the name of an earlier step, not {described(node)}", node)
        return None

    def typed(self, piece: Piece) -> Step | None:
        """The step of the type that the piece's key names."""
        key = piece.key
        if key in self.blocks:
            return self._call(piece, self.blocks[key])
        if key in STRUCTURES:
            return self._structure(piece)
        if key in TYPES:
            return self._layer(piece, TYPES[key])
        if key in piece.visible and key not in TENSOR_NAMES:
            return WordStep(piece.common, piece.node, lambda word: self._from_word(piece, word))
        self._unknown(key, piece.node)
        return None

    def _from_word(self, piece: Piece, word: str) -> Step:
        """The step once the word is known; here problems are raised, since reading is over."""
        known = len(self.problems.found)
        if word in TYPES or word in self.blocks:
            step = self.typed(replace(piece, key=word))
        else:
            self._unknown(word, piece.node)
            step = None
        if step is None or len(self.problems.found) > known:
            raise SpecError(self.problems.found[known:])
        return step

    def _layer(self, piece: Piece, layer: type[Layer]) -> LayerStep | None:
        options = layer.options()
        given: Entries = dict(piece.rest)
        if isinstance(piece.value, Mapping):
            given |= piece.value.entries
        elif piece.value is not None:
            if layer.principal is None:
                message = f"{layer.type} takes no value, found {described(piece.value)}"
                self.problems.add(message, piece.value, hint=option_hint("", list(options)))
                return None
            given[layer.principal] = piece.node, piece.value
        values, nodes = self.options(layer, given, piece.visible)
        missing = [name for name, opt in options.items() if opt.required and name not in values]
        if missing and not any(key not in options for key in given):
            example = f"{{{piece.key}: …, {missing[0]}: 3}}" if missing[0] != layer.principal else f"{piece.key}: 64"
            hint = f"for example {example}"
            self.problems.add(f"{piece.key} needs {' and '.join(missing)}", piece.node, hint=hint)
        return LayerStep(piece.common, layer, values, nodes)

    def options(self, layer: type[Layer], given: Entries, visible: Visible) -> tuple[dict[str, Value], dict[str, Node]]:
        """The options of a layer, those of `defaults:` first, and where each was written."""
        values: dict[str, Value] = {}
        nodes: dict[str, Node] = {}
        for parent in reversed(layer.__mro__):
            for name, (node, value) in self.default_options.get(parent, {}).items():
                values[name], nodes[name] = value, node
        options = layer.options()
        for name, (key, node) in given.items():
            if name in options:
                values[name], nodes[name] = self.option(options[name], node, visible), node
            else:
                self.problems.add(f"{layer.type} has no option {name}", key, hint=option_hint(name, list(options)))
        return values, nodes

    def _call(self, piece: Piece, block: Block) -> CallStep | None:
        parameters = {parameter.name: parameter for parameter in block.parameters}
        positional = [parameter.name for parameter in block.parameters if not parameter.by_name_only]
        given: dict[str, Node] = {}
        if isinstance(piece.value, Mapping):
            given = {key: value for key, (_, value) in piece.value.entries.items()}
        elif piece.value is not None:
            values = piece.value.items if isinstance(piece.value, Sequence) else [piece.value]
            if len(values) > len(positional):
                takes = f"{len(positional)} ({', '.join(positional)})" if positional else "none"
                self.problems.add(f"{block.name} takes {takes} by position, found {len(values)}", piece.value)
                return None
            given = dict(zip(positional, values))
        keys = piece.value.entries if isinstance(piece.value, Mapping) else {}
        for name, (key, value) in {**keys, **piece.rest}.items():
            if name not in parameters:
                self.problems.add(f"{block.name} has no parameter {name}", key, hint=option_hint(name, [*parameters]))
            elif name in given and name in piece.rest:
                self.problems.add(f"{name} is given twice", key)
            given[name] = value
        missing = [name for name, parameter in parameters.items() if parameter.default is None and name not in given]
        if missing:
            self.problems.add(f"{block.name} needs {' and '.join(missing)}", piece.node)
        arguments = {name: self.value(node, piece.visible, name) for name, node in given.items() if name in parameters}
        return CallStep(piece.common, block.name, arguments)

    def _structure(self, piece: Piece) -> Step | None:
        for name, (key, _) in piece.rest.items():
            if name not in STRUCTURES[piece.key]:
                self.problems.add(f"{piece.key}: no such key as {name}", key, hint=option_hint(name, [*STEP_KEYS]))
                return None
        if piece.value is None:
            self.problems.add(f"{piece.key}: is empty", piece.node)
            return None
        if piece.key == "repeat":
            return self._repeat(piece, piece.value)
        if piece.key == "residual":
            body = self.steps(piece.value, piece.visible, "residual")
            shortcut = piece.rest.get("shortcut")
            branch = self._branch(shortcut[1], piece.visible, "shortcut") if shortcut else None
            return ResidualStep(piece.common, body, branch)
        if piece.key == "layers":
            return GroupStep(piece.common, self.steps(piece.value, piece.visible, "layers"))
        if piece.key == "reuse":
            name = self.reference(piece.value, "reuse")
            return ReuseStep(piece.common, name) if name else None
        return self._join(piece, piece.value)

    def _repeat(self, piece: Piece, count: Node) -> Step | None:
        if "layers" not in piece.rest:
            self.problems.add("repeat needs layers", piece.node, hint="for example {repeat: 3, layers: [relu]}")
            return None
        inner = piece.visible | {"index"}
        over: dict[str, Value] = {}
        if isinstance(count, Mapping):
            for name, (key, node) in count.entries.items():
                self.check_variable(name, key)
                over[name] = self.value(node, piece.visible, name)
            inner |= set(over)
        number = None if over else self.value(count, piece.visible, "repeat")
        return RepeatStep(piece.common, number, over, self.steps(piece.rest["layers"][1], inner, "layers"))

    def check_variable(self, name: str, node: Node) -> None:
        """Whether a variable, parameter or repeat may be called so."""
        if not name.isidentifier() or not name.isascii():
            self.problems.add(
                f"{name} can't be the name of a variable", node, hint="letters, digits and _, as in depth2"
            )
        elif name in RESERVED_NAMES:
            self.problems.add(f"{name} has a meaning of its own in expressions", node)

    def _join(self, piece: Piece, value: Node) -> Step | None:
        layer = REGISTRY[piece.key]
        if not isinstance(value, Sequence):
            self.problems.add(f"{piece.key} takes a list of branches, not {described(value)}", value)
            return None
        branches = [self._branch(item, piece.visible, piece.key) for item in value.items]
        values, nodes = self.options(layer, piece.rest, piece.visible)
        return JoinStep(piece.common, layer, tuple(b for b in branches if b is not None), values, nodes)

    def _branch(self, node: Node, visible: Visible, what: str) -> Branch | None:
        if isinstance(node, Sequence):
            return Branch(node, self.steps(node, visible, "a branch"))
        if isinstance(node, Mapping) and "layers" in node.entries and not {*node.entries} - {"layers", "when"}:
            when = node.entries.get("when")
            body = self.steps(node.entries["layers"][1], visible, "a branch")
            return Branch(node, body, when=self.value(when[1], visible, "when") if when else None)
        if isinstance(node, Scalar) and described(node) != "nothing" and not self._is_type(node.text, visible):
            return Branch(node, name=node)
        if described(node) == "nothing":
            hint = f"the tensor itself is written []; a branch of {what} has no empty entry"
            self.problems.add("an empty branch", node, hint=hint)
        else:
            self.problems.add(
                f"a branch of {what} is a list of steps, a given name or {{layers: […], when: …}}",
                node,
                hint=f"for the steps of one branch write [{rewritten(node)}]",
            )
        return None

    def _is_type(self, word: str, visible: Visible) -> bool:
        return (
            word not in self.words - set(self.blocks) and word not in visible and (word in TYPES or word in self.blocks)
        )


RESERVED_NAMES = frozenset((*TENSOR_NAMES, "index", "input", *STEP_KEYS, *STRUCTURES, *RESERVED))
