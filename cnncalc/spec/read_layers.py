"""Steps that are a layer or a call of a block: their options and arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncalc.errors import did_you_mean
from cnncalc.layers import Layer
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence, missing_space
from cnncalc.spec.problems import described, in_words, line_of, rewritten
from cnncalc.spec.tree import Block, CallStep, LayerStep, Value
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import TYPES, option_hint

if TYPE_CHECKING:
    from cnncalc.spec.read_steps import Entries, Piece, StepReader

Defaults = dict[str, dict[str, tuple[Node, Value]]]
"""The options that `defaults:` gives, by layer type."""


def read_layer(reader: StepReader, piece: Piece, layer: type[Layer]) -> LayerStep | None:
    """A layer with its options, those that `defaults:` gives it where the step doesn't."""
    given = _given_options(reader, piece, layer)
    if given is None:
        return None
    options, nodes = read_options(reader, layer, given, piece.visible)
    defaults: dict[str, Value] = {}
    for name, (node, value) in defaults_of(reader, piece.node, layer).items():
        if name not in options:
            defaults[name], nodes[name] = value, node
    missing = [name for name, opt in layer.options().items() if opt.required and name not in nodes]
    missing.sort(key=lambda name: name != layer.principal)
    if missing and not any(key not in layer.options() for key in given):
        example = _example(piece, layer, missing)
        reader.problems.add(f"{piece.key} needs {in_words(missing)}", piece.node, hint=f"for example {example}")
    return LayerStep(piece.common, layer, options, defaults, nodes)


def defaults_of(reader: StepReader, node: Node, layer: type[Layer]) -> dict[str, tuple[Node, Value]]:
    """What `defaults:` of its own text gives a step; conv1d, conv2d and conv3d are a conv that insists on a rank."""
    defaults = reader.defaults.get(node.source) if reader.defaults else None
    if not defaults:
        return {}
    family = re.sub("[123]d$", "", layer.type)
    return {**defaults.get(family, {}), **defaults.get(layer.type, {})}


def _given_options(reader: StepReader, piece: Piece, layer: type[Layer]) -> Entries | None:
    """The options by name: what stands behind the type and beside it; None where a list stands for one value."""
    if isinstance(piece.value, Mapping):
        behind = piece.value.entries
    elif piece.value is None:
        behind = {}
    elif layer.principal is None:
        hint = option_hint("", list(layer.options())) if layer.options() else f"write - {piece.key}"
        reader.problems.add(f"{layer.type} takes no value, found {described(piece.value)}", piece.value, hint=hint)
        behind = {}
    elif isinstance(piece.value, Sequence) and layer.options()[layer.principal].kind is int:
        names = [layer.principal, *(name for name in layer.options() if name != layer.principal)]
        named = [f"{name}: {rewritten(node)}" for name, node in zip(names[1:], piece.value.items[1:])]
        first = rewritten(piece.value.items[0]) if piece.value.items else "…"
        hint = f"options are named: {{{', '.join([f'{piece.key}: {first}', *named])}}}"
        reader.problems.add(f"{piece.key} takes one value, {layer.principal}, not a list", piece.value, hint=hint)
        return None
    else:
        behind = {layer.principal: (piece.node, piece.value)}
    for name, (key, _) in piece.rest.items():
        if name in behind:
            reader.problems.add(f"{name} is given twice, beside {piece.key} and behind it", key)
    return {**behind, **piece.rest}


def _example(piece: Piece, layer: type[Layer], missing: list[str]) -> str:
    known = {"kernel_size": "3", "out_channels": "64", "out_features": "10"}
    behind = piece.value if isinstance(piece.value, Scalar) else None
    principal = rewritten(behind) if behind is not None else known.get(layer.principal or "", "2")
    others = "".join(f", {name}: {known.get(name, '2')}" for name in missing if name != layer.principal)
    return f"{{{piece.key}: {principal}{others}}}"


def read_options(
    reader: StepReader, layer: type[Layer], given: Entries, visible: Visible
) -> tuple[dict[str, Value], dict[str, Node]]:
    """The options of a layer and where each was written."""
    values: dict[str, Value] = {}
    nodes: dict[str, Node] = {}
    options = layer.options()
    for name, (key, node) in given.items():
        if name in options:
            values[name], nodes[name] = reader.option(options[name], node, visible), node
        else:
            spaced = missing_space(name)
            hint = f"a space is missing: {spaced}" if spaced else option_hint(name, list(options))
            reader.problems.add(f"{layer.type} has no option {described(key)}", key, hint=hint)
    return values, nodes


def read_defaults(reader: StepReader, node: Node, visible: Visible) -> Defaults:
    """The `defaults:` by layer type."""
    found: Defaults = {}
    for name, (key, entries) in reader.entries(node, "defaults").items():
        if name not in TYPES:
            hint = did_you_mean(name, TYPES)
            reader.problems.add(f"defaults: unknown layer type {described(key)}", key, hint=hint)
            continue
        values, nodes = read_options(reader, TYPES[name], reader.entries(entries, f"defaults: {name}"), visible)
        found[name] = {option: (nodes[option], value) for option, value in values.items()}
    return found


def read_call(reader: StepReader, piece: Piece, block: Block) -> CallStep | None:
    """A call of a block: its arguments by position, by name, or the first beside the others."""
    parameters = {parameter.name: parameter for parameter in block.parameters}
    given = _positional(reader, piece, block)
    if given is None:
        return None
    because = _redefined(piece, block)
    keys = piece.value.entries if isinstance(piece.value, Mapping) else {}
    for name, (key, node) in [*keys.items(), *piece.rest.items()]:
        if name not in parameters:
            hint = option_hint(name, [*parameters])
            reader.problems.add(f"{block.name} has no parameter {described(key)}", key, because=because, hint=hint)
        elif name in given:
            reader.problems.add(
                f"{name} is given twice", key, because=because, hint=f"its signature is {block.written}"
            )
        given[name] = node
    missing = [name for name, parameter in parameters.items() if parameter.default is None and name not in given]
    if missing:
        hint = f"its signature is {block.written}"
        reader.problems.add(f"{block.name} needs {in_words(missing)}", piece.node, because=because, hint=hint)
    arguments = {name: reader.value(node, piece.visible, name) for name, node in given.items() if name in parameters}
    return CallStep(piece.common, block.name, arguments)


def _positional(reader: StepReader, piece: Piece, block: Block) -> dict[str, Node] | None:
    """The arguments that stand behind the block's name; None where there are too many."""
    value = piece.value
    if value is None or isinstance(value, Mapping):
        return {}
    values = value.items if isinstance(value, Sequence) else [value]
    names = [parameter.name for parameter in block.parameters if not parameter.by_name_only]
    if len(values) <= len(names):
        return dict(zip(names, values))
    takes = f"{len(names)} ({', '.join(names)})" if names else "none"
    hint = f"its signature is {block.written}"
    if len(names) == 1:
        hint = f"a list as the only argument is written [{rewritten(value)}]"
    elif len(block.parameters) >= len(values):
        named = block.parameters[len(names)].name
        hint = f"what stands behind * is given by name: {{{block.name}: …, {named}: …}}"
    message = f"{block.name} takes {takes} by position, found {len(values)}"
    reader.problems.add(message, value, because=_redefined(piece, block), hint=hint)
    return None


def _redefined(piece: Piece, block: Block) -> tuple[str, ...]:
    """The reason why a call no longer fits: another text than its own has the block now."""
    where = line_of(block.node.mark, piece.node.mark)
    return (f"{where} says {block.written}",) if block.node.source is not piece.node.source else ()
