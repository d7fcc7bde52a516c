"""Calls of blocks, and calls or layers that run again with the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.errors import Problem, SpecError
from cnncalc.layers.join import Join
from cnncalc.network import BlockCall
from cnncalc.spec.expressions import Lookup
from cnncalc.spec.graph import Twin
from cnncalc.spec.problems import described
from cnncalc.spec.scope import Placement, Scope, Tensor
from cnncalc.spec.tree import CallStep, ReuseStep

if TYPE_CHECKING:
    from cnncalc.spec.expand import Expansion


def call_block(
    expansion: Expansion, step: CallStep, entering: Tensor | None, scope: Scope, lookup: Lookup
) -> Placement:
    """A block run as a function: it sees the variables and its own parameters, nothing of its caller."""
    path, mark = scope.path(step.common, step.block), step.common.mark
    if step.block in expansion.running:
        running = [*expansion.running]
        cycle = " → ".join([*running[running.index(step.block) :], step.block])
        raise SpecError(Problem(f"block {step.block} calls itself, which never ends", mark, (cycle,)))
    inner = Scope(expansion.around, entering, (*scope.calls, BlockCall(path, step.block, mark)))
    given = {name: expansion.value(value, lookup) for name, value in step.arguments.items()}
    own = inner.lookup(entering)
    for parameter in expansion.spec.blocks[step.block].parameters:
        if parameter.name in given:
            inner.names[parameter.name] = given[parameter.name]
        elif parameter.default is not None:
            inner.names[parameter.name] = expansion.value(parameter.default, own)
    return _run_body(expansion, inner), path, inner


def _run_body(expansion: Expansion, inner: Scope) -> Tensor | None:
    call = inner.calls[-1]
    expansion.running[call.block] = None
    tensor = expansion.run(expansion.spec.blocks[call.block].body, inner.entering, inner)
    del expansion.running[call.block]
    if tensor is not None:
        expansion.blocks[call.path] = tensor.name
    return tensor


def run_again(expansion: Expansion, step: ReuseStep, entering: Tensor, scope: Scope) -> Placement:
    """The named layer or call again, on another tensor and with the same weights."""
    graph, mark = expansion.graph, step.common.mark
    found = scope.find(step.of, "reuse")
    layers = graph.layers[found.first : found.last]
    if not layers or (found.inner is None and (len(layers) > 1 or isinstance(layers[0].layer, Join))):
        message = f"reuse takes a layer or a block call; {described(step.of)} is neither"
        raise SpecError(Problem(message, step.of.mark, hint="put the steps into a block and name its call"))
    path = scope.path(step.common, "reuse")
    if found.inner is None:
        with graph.again(Twin(path, layers[0].path, {layers[0].path: layers[0]}, step.of)):
            return graph.place(path, layers[0].layer, (entering,), step.common, scope.calls), path, None
    call = found.inner.calls[-1]
    inner = Scope(expansion.around, entering, (*scope.calls, BlockCall(path, call.block, mark)))
    inner.names.update(found.inner.names)
    with graph.again(Twin(path, call.path, {placed.path: placed for placed in layers}, step.of)):
        tensor = _run_body(expansion, inner)
    return tensor, path, inner
