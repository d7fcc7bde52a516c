"""Steps that hold other steps: groups, repeats, residuals and joins; and `reuse`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.layers import REGISTRY
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import described, is_nothing, rewritten
from cnncalc.spec.read_layers import read_options
from cnncalc.spec.tree import Branch, GroupStep, JoinStep, RepeatStep, ResidualStep, ReuseStep, Step, Value
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import STEP_KEYS, STRUCTURES

if TYPE_CHECKING:
    from cnncalc.spec.read_steps import Piece, StepReader

_EXAMPLES = {
    "repeat": "{repeat: 3, layers: [relu]}",
    "residual": "{residual: [{conv: 64, kernel_size: 3, padding: 1}, relu]}",
    "add": "{add: [[], [relu]]}",
    "concat": "{concat: [[], [relu]]}",
    "multiply": "{multiply: [[], [sigmoid]]}",
    "layers": "{layers: [relu], when: deep}",
    "reuse": "{reuse: NAME}",
}


def read_structure(reader: StepReader, piece: Piece) -> Step | None:
    """The structure that the piece's key names."""
    allowed = STRUCTURES[piece.key]
    for name, (key, _) in piece.rest.items():
        if name not in allowed:
            others = f" beside {' and '.join(allowed)}" if allowed else ""
            hint = f"it takes {', '.join(STEP_KEYS)}{others}"
            reader.problems.add(f"{piece.key} takes no {described(key)}", key, hint=hint)
            return None
    if piece.value is None:
        reader.problems.add(f"{piece.key} is empty", piece.node, hint=f"for example {_EXAMPLES[piece.key]}")
        return None
    if piece.key == "repeat":
        return _repeat(reader, piece, piece.value)
    if piece.key == "residual":
        return _residual(reader, piece, piece.value)
    if piece.key == "layers":
        return GroupStep(piece.common, reader.steps(piece.value, piece.visible, "layers"))
    if piece.key == "reuse":
        of = reader.reference(piece.value, piece.visible, "reuse")
        return ReuseStep(piece.common, of) if of else None
    return _join(reader, piece, piece.value)


def _repeat(reader: StepReader, piece: Piece, count: Node) -> Step | None:
    if "layers" not in piece.rest:
        reader.problems.add("repeat needs layers", piece.node, hint=f"for example {_EXAMPLES['repeat']}")
        return None
    over: dict[str, Value] = {}
    number: Value | None = None
    if isinstance(count, Mapping) and count.entries:
        for name, (key, node) in count.entries.items():
            reader.check_variable(name, key)
            over[name] = reader.value(node, piece.visible, name)
    elif isinstance(count, Scalar):
        number = reader.value(count, piece.visible, "repeat")
    else:
        written = f"{{width: {rewritten(count)}}}" if isinstance(count, Sequence) else "{width: [64, 128]}"
        message = f"repeat is a number or named lists, not {described(count)}"
        reader.problems.add(message, count, hint=f"for example repeat: {written}")
    inner = piece.visible.within((*over, "index"))
    return RepeatStep(piece.common, number, over, reader.steps(piece.rest["layers"][1], inner, "layers"))


def _residual(reader: StepReader, piece: Piece, value: Node) -> Step:
    body = reader.steps(value, piece.visible, "residual")
    shortcut = piece.rest.get("shortcut")
    branch = _branch(reader, shortcut[1], piece.visible, "shortcut") if shortcut else None
    return ResidualStep(piece.common, body, branch)


def _join(reader: StepReader, piece: Piece, value: Node) -> Step | None:
    if not isinstance(value, Sequence) or not value.items:
        found = "an empty one" if isinstance(value, Sequence) else described(value)
        hint = f"for example {_EXAMPLES[piece.key]}; [] is the tensor itself"
        reader.problems.add(f"{piece.key} takes a list of branches, not {found}", value, hint=hint)
        return None
    branches = [_branch(reader, item, piece.visible, piece.key) for item in value.items]
    options, nodes = read_options(reader, REGISTRY[piece.key], piece.rest, piece.visible)
    return JoinStep(piece.common, REGISTRY[piece.key], tuple(b for b in branches if b is not None), options, nodes)


def _branch(reader: StepReader, node: Node, visible: Visible, of: str) -> Branch | None:
    """A list of steps, a name, or a list that may be left out."""
    reader.count_reading(node)
    if isinstance(node, Sequence):
        return Branch(node.mark, reader.steps(node, visible, "a branch"))
    if isinstance(node, Mapping) and "layers" in node.entries and not {*node.entries} - {"layers", "when"}:
        when = node.entries["when"][1] if "when" in node.entries else None
        body = reader.steps(node.entries["layers"][1], visible, "layers")
        return Branch(node.mark, body, when=reader.flag(when, visible, "when"))
    what = "a shortcut" if of == "shortcut" else f"a branch of {of}"
    if is_nothing(node):
        reader.problems.add(f"{what} can't be empty", node, hint="[] is the tensor itself")
    elif isinstance(node, Scalar) and not _is_type(reader, node.text, visible):
        name = reader.reference(node, visible, what)
        return Branch(node.mark, name=name) if name else None
    else:
        kinds = "is a list of steps, a given name or {layers: […], when: …}"
        reader.problems.add(f"{what} {kinds}", node, hint=f"write [{rewritten(node)}]: a branch is a list")
    return None


def _is_type(reader: StepReader, word: str, visible: Visible) -> bool:
    """Whether the word is a bare step where the name of a tensor should stand."""
    return reader.is_type(word) and word not in visible and word not in reader.names
