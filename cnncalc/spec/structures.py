"""Repeats, residuals and joins, unrolled."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import REGISTRY
from cnncalc.spec.expressions import Lookup, written
from cnncalc.spec.problems import described
from cnncalc.spec.scope import Scope, Tensor
from cnncalc.spec.tree import Branch, JoinStep, RepeatStep, ResidualStep, Value
from cnncalc.spec.values import described as kind_of

if TYPE_CHECKING:
    from cnncalc.spec.expand import Expansion


_ITERATIONS = itertools.count(1)


def run_repeat(
    expansion: Expansion, step: RepeatStep, tensor: Tensor | None, scope: Scope, lookup: Lookup
) -> Tensor | None:
    """The body as often as the repeat says; its names are gone behind it."""
    over = {name: expansion.value(value, lookup) for name, value in step.over.items()}
    count = _length(step, over) if step.times is None else _times(expansion, step.times, lookup)
    names, outer, iteration = scope.names, dict(scope.names), scope.iteration
    for index in range(count):
        expansion.budget.count(step.common.mark)
        scope.iteration = next(_ITERATIONS)
        for name, values in over.items():
            names[name] = values[index]
        names["index"] = index
        tensor = expansion.run(step.body, tensor, scope)
    names.clear()
    names.update(outer)
    scope.iteration = iteration
    if not iteration:
        scope.leave_repeats()
    return tensor


def _times(expansion: Expansion, value: Value, lookup: Lookup) -> int:
    """How often a repeat with a number runs, refused before it runs where that is too often."""
    count = expansion.value(value, lookup)
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        node = value.node
        hint = f"to run over a list give it a name: repeat: {{width: {described(node)}}}"
        message = f"repeat is a whole number, at least 0, not {kind_of(count)}"
        raise SpecError(Problem(message, node.mark, hint=hint if isinstance(count, tuple) else None))
    if count > expansion.budget.left:
        expansion.budget.count(value.node.mark, count)
    return count


def run_residual(
    expansion: Expansion, step: ResidualStep, entering: Tensor, scope: Scope, lookup: Lookup
) -> tuple[Tensor | None, str]:
    """The body plus the shortcut; the body alone where the shortcut is left out as a whole."""
    body = expansion.run(step.body, entering, scope)
    shortcut: Tensor | None = entering
    if step.shortcut is not None:
        shortcut = _branch(expansion, step.shortcut, entering, scope, lookup)
    if shortcut is None:
        return body, scope.given_path(step.common)
    path = scope.path(step.common, "add")
    add = expansion.graph.layer(REGISTRY["add"], {})
    sources = (expansion.needed(body, step.common), shortcut)
    return expansion.graph.place(path, add, sources, step.common, scope.calls), path


def run_join(
    expansion: Expansion, step: JoinStep, entering: Tensor | None, scope: Scope, lookup: Lookup
) -> tuple[Tensor | None, str]:
    """The branches together; the one that is left where all others are left out."""
    found = [_branch(expansion, branch, entering, scope, lookup) for branch in step.branches]
    tensors = [tensor for tensor in found if tensor is not None]
    if not tensors:
        message = f"{step.layer.type} has no branch left: every when: is false"
        raise SpecError(Problem(message, step.common.mark))
    if len(tensors) == 1:
        return tensors[0], scope.given_path(step.common)
    path = scope.path(step.common, step.layer.type)
    layer = expansion.graph.layer(step.layer, expansion.options(step.layer, step.options, lookup))
    return expansion.graph.place(path, layer, tensors, step.common, scope.calls, step.nodes), path


def _branch(
    expansion: Expansion, branch: Branch, entering: Tensor | None, scope: Scope, lookup: Lookup
) -> Tensor | None:
    """The tensor of a branch, None where the branch is left out."""
    expansion.budget.count(branch.mark)
    if branch.when is not None and not expansion.truth(branch.when, lookup):
        return None
    if branch.name is not None:
        return scope.find(branch.name, "a branch").tensor
    tensor = expansion.run(branch.body, entering, scope)
    if tensor is None:
        message = "no tensor enters this branch: the network has several inputs"
        raise SpecError(Problem(message, branch.mark, hint=f"name one of {', '.join(expansion.spec.inputs)}"))
    return tensor


def _length(step: RepeatStep, over: Mapping[str, Any]) -> int:
    """How often a repeat over lists runs."""
    for name, values in over.items():
        if not isinstance(values, tuple):
            hint = f"write [{written(values)}] for a list of one, or repeat: {written(values)}"
            message = f"repeat runs over lists; {name} is {kind_of(values)}"
            raise SpecError(Problem(message, step.over[name].node.mark, hint=hint))
    lengths = {name: len(values) for name, values in over.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        short = min(lengths, key=lambda name: lengths[name])
        raise SpecError(Problem(f"repeat: lists of unequal lengths: {found}", step.over[short].node.mark))
    return next(iter(lengths.values()))
