"""What a spec is run with: its variables and inputs, as the text gives them or as they are set from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from cnncalc.errors import Mark, Problem, Source, SpecError, did_you_mean
from cnncalc.layers import Shape
from cnncalc.layers.base import dims
from cnncalc.spec import nodes, yaml
from cnncalc.spec.budget import Budget
from cnncalc.spec.expressions import ExpressionError, Lookup, Word, check_limits, whole, written
from cnncalc.spec.problems import Problems
from cnncalc.spec.read_file import Spec
from cnncalc.spec.read_values import ValueReader
from cnncalc.spec.tokens import MAX_LEVELS
from cnncalc.spec.values import described
from cnncalc.spec.visible import Visible

Shapes = Union[Sequence[int], Mapping[str, Sequence[int]], None]
"""The shape of the one input, or shapes by the names of inputs."""


def variables(spec: Spec, settings: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    """The variables in order, those that are set taking their values from there."""
    for name in settings:
        if name not in spec.variables:
            hint = did_you_mean(name, spec.variables)
            declared = f"declared: {', '.join(spec.variables)}" if spec.variables else "the spec declares no vars:"
            raise SpecError(Problem(f"--set {name}: no such variable", hint=hint or declared))
    values: dict[str, Any] = {}
    look = _lookup(spec, values, budget)
    for name, value in spec.variables.items():
        if name in settings:
            values[name] = _set(spec, name, settings[name], look, list(values))
        else:
            budget.count(value.node.mark, value.cost)
            values[name] = value.at(look)
    return values


def _lookup(spec: Spec, values: Mapping[str, Any], budget: Budget) -> Lookup:
    """What an expression outside all steps sees: variables, and words."""

    def look(name: str) -> Any:
        if name in values:
            return budget.look_at(values[name])
        if "." in name or "-" in name or spec.reader.is_word(name):
            return Word(name)
        raise KeyError(name)

    return look


def _set(spec: Spec, name: str, value: Any, look: Lookup, before: Sequence[str]) -> Any:
    """The value of a setting: a text is read as `vars:` reads it."""
    if not isinstance(value, str):
        try:
            return check_limits(_plain(value))
        except ExpressionError as error:
            raise SpecError(Problem(f"--set {name}: {error.message}")) from None
    problems = Problems()
    node = yaml.read(Source(f"--set {name}", value or '""'))
    found = ValueReader(problems, spec.reader.words, len(value)).value(node, Visible(before), name)
    problems.raise_any()
    return found.at(look)


def _plain(value: Any, level: int = 0) -> Any:
    """A Python value as an expression would have it."""
    if isinstance(value, (list, tuple)) and level < MAX_LEVELS:
        return tuple(_plain(item, level + 1) for item in value)
    if isinstance(value, str):
        return Word(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise ExpressionError(f"a number, a word or a list of them, not a {type(value).__name__}")


def inputs(spec: Spec, values: Mapping[str, Any], shapes: Shapes, budget: Budget) -> dict[str, Shape]:
    """The shapes of the inputs: as the spec says, or as they are given instead."""
    names = ", ".join(spec.inputs)
    if shapes is not None and not isinstance(shapes, Mapping):
        if len(spec.inputs) > 1:
            first = f"{next(iter(spec.inputs))}={dims(_shape(shapes, '--input')).replace('×', 'x')}"
            raise SpecError(Problem(f"--input: the network has the inputs {names}", hint=f"name one: {first}"))
        shapes = dict.fromkeys(spec.inputs, shapes)
    given = shapes or {}
    for name in given:
        if name not in spec.inputs:
            message = f"--input {name}: no input is called so"
            raise SpecError(Problem(message, hint=did_you_mean(name, spec.inputs) or f"the inputs are {names}"))
    found, look = {}, _lookup(spec, values, budget)
    for name, (node, value) in spec.inputs.items():
        if name in given:
            found[name] = _shape(given[name], "--input" if len(spec.inputs) == 1 else f"--input {name}")
        else:
            items = node.items if isinstance(node, nodes.Sequence) else []
            what = "input" if len(spec.inputs) == 1 else f"input: {name}"
            found[name] = _shape(value.at(look), what, node.mark, [item.mark for item in items])
    return found


def _shape(value: Any, what: str, mark: Mark | None = None, marks: Sequence[Mark] = ()) -> Shape:
    """A shape of one to four sizes; `marks` are the places of the single sizes."""
    if isinstance(value, list):
        value = tuple(value)
    if not isinstance(value, tuple):
        one = isinstance(value, int) and not isinstance(value, bool)
        hint = f"a vector of {written(value)} features is [{written(value)}]" if one else "for example [3, 224, 224]"
        raise SpecError(Problem(f"{what} is a list, channels first, not {described(value)}", mark, hint=hint))
    if not 1 <= len(value) <= 4:
        hint = "[F], [C, L], [C, H, W] or [C, D, H, W], without the batch"
        raise SpecError(Problem(f"{what} has 1 to 4 sizes, not {len(value)}", mark, hint=hint))
    sizes = []
    for at, size in enumerate(value):
        place = marks[at] if at < len(marks) else mark
        try:
            sizes.append(whole(size))
        except ExpressionError as error:
            raise SpecError(Problem(f"{what}: {error.message}", place, hint=error.hint)) from None
        if sizes[-1] < 1:
            raise SpecError(Problem(f"{what}: a size is at least 1, not {sizes[-1]}", place))
    return tuple(sizes)
