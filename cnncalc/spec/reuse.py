"""`reuse`: the layers of a named step run again, on another tensor and with the same weights."""

from __future__ import annotations

from cnncalc.errors import Problem, SpecError
from cnncalc.layers.join import Join
from cnncalc.network import BlockCall, Placed
from cnncalc.spec.budget import Budget
from cnncalc.spec.graph import Graph
from cnncalc.spec.problems import described
from cnncalc.spec.scope import Given, Scope, Tensor
from cnncalc.spec.tree import ReuseStep


def run_again(
    step: ReuseStep, entering: Tensor, scope: Scope, graph: Graph, blocks: dict[str, str], budget: Budget
) -> tuple[Tensor, str, Scope | None]:
    """The tensor behind the step, its path, and the scope inside it, if it is a call that runs again."""
    found = scope.find(step.of, "reuse")
    again = graph.layers[found.first : found.last]
    if not again or (found.inner is None and (len(again) > 1 or isinstance(again[0].layer, Join))):
        message = f"reuse takes a layer or a block call; {described(step.of)} is neither"
        raise SpecError(Problem(message, step.of.mark, hint="put the steps into a block and name its call"))
    path = scope.path(step.common, "reuse")
    inner = found.inner
    root = inner.calls[-1].path if inner else again[0].path
    entered = inner.entering if inner else Tensor(again[0].sources[0], again[0].inputs[0])
    moved = {entered.name: entering} if entered else {}
    shift = len(graph.layers) - found.first
    calls: dict[str, BlockCall] = {}
    for old in again:
        budget.count(step.common.mark)
        sources = [moved.get(name, Tensor(name, shape)) for name, shape in zip(old.sources, old.inputs)]
        around = _calls(old, root, path, step, calls)
        new = path + old.path[len(root) :]
        moved[old.path] = graph.place_again(old, new, sources, (*scope.calls, *around), step.common, step.of)
    for old_path in calls:
        tensor = blocks[old_path]
        blocks[calls[old_path].path] = moved[tensor].name if tensor in moved else tensor
    copy = _copied(inner, moved, shift, (*scope.calls, calls[root])) if inner and root in calls else None
    return moved.get(found.tensor.name, found.tensor), path, copy


def _calls(old: Placed, root: str, path: str, step: ReuseStep, known: dict[str, BlockCall]) -> tuple[BlockCall, ...]:
    """The calls around a layer that runs again, from the one that is reused inwards."""
    inner = [call for call in old.calls if call.path == root or call.path.startswith(f"{root}.")]
    for call in inner:
        if call.path not in known:
            known[call.path] = BlockCall(path + call.path[len(root) :], call.block, step.common.mark)
    return tuple([known[call.path] for call in inner])


def _copied(inner: Scope, moved: dict[str, Tensor], shift: int, calls: tuple[BlockCall, ...]) -> Scope:
    """The scope inside a call as it is inside the call that runs again: dotted paths lead into both."""
    copy = Scope(inner.around, inner.entering and moved.get(inner.entering.name, inner.entering), calls)
    for name, given in inner.given.items():
        tensor = moved.get(given.tensor.name, given.tensor)
        deeper = None
        if given.inner is not None and given.inner.calls:
            last = given.inner.calls[-1]
            below = last._replace(path=calls[-1].path + last.path[len(inner.calls[-1].path) :])
            deeper = _copied(given.inner, moved, shift, (*calls, below))
        copy.given[name] = Given(tensor, given.first + shift, given.last + shift, deeper)
    return copy
