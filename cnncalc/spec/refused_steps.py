"""What is told about a step that has no type we know: the nearest thing that was most likely meant."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.errors import shortened
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence, missing_space
from cnncalc.spec.problems import ROOM, Problems, rewritten
from cnncalc.spec.vocabulary import NO_TYPES, STRUCTURES, TYPES, option_word, type_hint


def refuse_list(problems: Problems, node: Sequence) -> None:
    """A list stands for a step."""
    first = node.items[0] if node.items else node
    if len(node.items) > 1 and isinstance(first, Scalar) and first.text in TYPES:
        hint = f"options are named: {{{first.text}: …, OPTION: …}}"
    elif not node.flow:
        hint = "one dash begins a step; two begin a branch, under add:, concat: or multiply:"
    else:
        hint = "branches belong under add:, concat: or multiply:; steps that belong together are {layers: […]}"
    problems.add("a step is a layer type or a mapping, not a list", node, hint=hint)


def refuse_keys(problems: Problems, node: Mapping, keys: list[str], blocks: Iterable[str]) -> None:
    """None of the keys that don't go on every step is a type."""
    if not keys:
        problems.add("a step without a layer type", node, hint="for example {relu, name: act}")
        return
    strangers = [key for key in keys if key in NO_TYPES or type_hint(key, []) or not option_word(key)]
    if strangers:
        refuse_word(problems, strangers[0], node.entries[strangers[0]][0], blocks)
        return
    key_node, value = node.entries[keys[0]]
    option = option_word(keys[0])
    example = next(name for name, layer in TYPES.items() if option in layer.options())
    hint = f"for example {{{example}: …, {option}: {rewritten(value)}}}"
    problems.add(f"a step without a layer type: {keys[0]} is an option", key_node, hint=hint)


def refuse_word(problems: Problems, word: str, node: Node, blocks: Iterable[str]) -> None:
    """The word is no type."""
    spaced, (head, dash, tail) = missing_space(word), word.partition(" - ")
    if "->" in word or "→" in word:
        hint: str | None = "a pattern stands behind layers: at the top, alone and not in a list"
    elif dash:
        hint = f"- {tail} is a step of its own: begin it on a new line, below the dash of {head}"
    elif spaced:
        hint = f"a space is missing: {spaced}"
    else:
        hint = NO_TYPES.get(word.lower()) or type_hint(word, [*TYPES, *STRUCTURES, *blocks])
    shown = shortened(word, ROOM) or '""'
    problems.add(f"unknown layer type {shown}", node, hint=shortened(hint, 2 * ROOM) if hint else None)
