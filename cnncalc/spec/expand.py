"""Steps to layers: evaluates what the text left open, unrolls repeats and calls, and places every layer in the graph.

A layer that doesn't fit raises the bare fact; here, and only here, it gets its place in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.layers import REGISTRY, Layer, Shape, Sized, Unfit
from cnncalc.layers.base import dims
from cnncalc.network import BlockCall, Claim, Placed
from cnncalc.spec.expressions import Lookup, Word, written
from cnncalc.spec.nodes import Node
from cnncalc.spec.read_file import Spec
from cnncalc.spec.scope import Given, Scope, Tensor
from cnncalc.spec.tree import (
    Branch,
    CallStep,
    Common,
    Expectation,
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

MAX_LAYERS = 1_000_000
MAX_NESTING = 100


class Expansion:
    """The layers placed so far."""

    def __init__(self, spec: Spec, variables: dict[str, Any], max_layers: int = MAX_LAYERS) -> None:
        self.spec, self.variables, self.max_layers = spec, variables, max_layers
        self.layers: list[Placed] = []
        self.claims: list[Claim] = []
        self.blocks: dict[str, str] = {}
        self.notes: list[tuple[str, Mark]] = []
        self._steps = 0
        self._nesting = 0
        self._frozen = False
        self._open: list[str] = []
        self._at: dict[str, int] = {}
        self._constant: dict[int, Layer] = {}
        self._kept: set[int] = set()
        self._sized: dict[tuple[int, tuple[Shape, ...]], Sized] = {}

    def run(self, steps: Sequence[Step], tensor: Tensor | None, scope: Scope) -> Tensor | None:
        """The tensor behind the steps."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            mark = steps[0].common.node.mark if steps else None
            raise SpecError(Problem(f"structures and calls nested deeper than {MAX_NESTING}", mark))
        for step in steps:
            tensor = self.step(step, tensor, scope)
        self._nesting -= 1
        return tensor

    def step(self, step: Step, current: Tensor | None, scope: Scope) -> Tensor | None:
        """One step; one that is left out hands on the tensor it was given."""
        common = step.common
        self.count(common.node)
        entering = scope.find(common.source, "from").tensor if common.source else current
        lookup = scope.lookup(entering)
        if common.when is not None and not self.truth(common.when, lookup, "when"):
            return current
        frozen, first = self._frozen, len(self.layers)
        if common.freeze is not None:
            self._frozen = frozen or self.truth(common.freeze, lookup, "freeze")
        tensor, path, inner = self.place_step(step, entering, scope, lookup)
        self._frozen = frozen
        if common.name is not None and tensor is not None:
            given = Given(tensor, first, len(self.layers), inner)
            scope.given[common.name.text] = given
            scope.given[path.rpartition(".")[2]] = given
        self.expect(common.expect, path, first, lookup)
        return tensor

    def place_step(
        self, step: Step, entering: Tensor | None, scope: Scope, lookup: Lookup
    ) -> tuple[Tensor | None, str, Scope | None]:
        """The tensor behind a step, the step's path, and the scope inside it, if it is a call."""
        if isinstance(step, WordStep):
            word = lookup(step.word.text)
            if not isinstance(word, Word):
                message = f"{step.word.text} is {written(word)}, not the name of a layer type or block"
                raise SpecError(Problem(message, step.word.mark))
            step = step.read(word.text)
        if isinstance(step, LayerStep):
            path = scope.path(step.common, step.layer.type)
            layer = self.layer(step, lookup)
            return self.place(layer, [self.needed(entering, step.common)], step, path, scope), path, None
        if isinstance(step, CallStep):
            return self.call(step, entering, scope, lookup)
        if isinstance(step, ResidualStep):
            return *self.residual(step, self.needed(entering, step.common), scope, lookup), None
        if isinstance(step, JoinStep):
            return *self.join(step, entering, scope, lookup), None
        if isinstance(step, ReuseStep):
            return *self.reuse(step, self.needed(entering, step.common), scope), None
        label = scope.label(step.common) if step.common.name else ""
        if isinstance(step, RepeatStep):
            return self.repeat(step, entering, scope, lookup), label, None
        assert isinstance(step, GroupStep)
        return self.run(step.body, entering, scope), label, None

    def count(self, node: Node, steps: int = 1) -> None:
        """Counts steps, and refuses more than there may be before they are made."""
        self._steps += steps
        if self._steps > self.max_layers:
            hint = "a larger --max-layers allows more"
            raise SpecError(Problem(f"the spec unrolls to more than {self.max_layers:,} steps", node.mark, hint=hint))

    def truth(self, value: Value, lookup: Lookup, what: str) -> bool:
        found = value.at(lookup)
        if not isinstance(found, bool):
            hint = "a comparison such as stride > 1"
            raise SpecError(Problem(f"{what} is true or false, not {written(found)}", value.node.mark, hint=hint))
        return found

    def needed(self, tensor: Tensor | None, common: Common) -> Tensor:
        """The tensor that enters a step which needs one."""
        if tensor is not None:
            return tensor
        known = ", ".join(self.spec.inputs)
        hint = f"add from: with one of {known}"
        raise SpecError(
            Problem("no tensor enters this step: the network has several inputs", common.node.mark, hint=hint)
        )

    # layers

    def layer(self, step: LayerStep | JoinStep, lookup: Lookup) -> Layer:
        """The layer with its options evaluated."""
        known = self._constant.get(id(step))
        if known is not None:
            return known
        options = {name: self.option(step, name, value, lookup) for name, value in step.options.items()}
        layer = step.layer(**options)
        if not any(value.names for value in step.options.values()):
            self._constant[id(step)] = layer
            self._kept.add(id(layer))
        return layer

    def option(self, step: LayerStep | JoinStep, name: str, value: Value, lookup: Lookup) -> Any:
        found = value.at(lookup)
        if isinstance(found, Word):
            found = found.text
        try:
            return step.layer.options()[name].cast(found)
        except Unfit as unfit:
            raise SpecError(Problem(unfit.message, value.node.mark, unfit.because, unfit.hint)) from None

    def place(
        self,
        layer: Layer,
        sources: Sequence[Tensor],
        step: LayerStep | JoinStep | ResidualStep,
        path: str,
        scope: Scope,
    ) -> Tensor:
        """Puts a layer into the graph."""
        mark = step.common.node.mark
        shapes = tuple(source.shape for source in sources)
        try:
            sized = self.size(layer, shapes)
        except Unfit as unfit:
            nodes = {} if isinstance(step, ResidualStep) else step.nodes
            node = nodes.get(unfit.option or "", step.common.node)
            self.fail(unfit, path, node.mark)
        note = layer.note(shapes[0], self.after_map(sources[0].name))
        if note:
            self.notes.append((note, mark))
        return self.add(
            Placed(path, layer, tuple(s.name for s in sources), shapes, sized, mark, scope.calls, self._frozen, None)
        )

    def add(self, placed: Placed) -> Tensor:
        self._at[placed.path] = len(self.layers)
        self.layers.append(placed)
        return Tensor(placed.path, placed.output)

    def fail(self, unfit: Unfit, path: str, mark: Mark) -> NoReturn:
        raise SpecError(Problem(f"{path}: {unfit.message}", mark, unfit.because, unfit.hint))

    def size(self, layer: Layer, shapes: tuple[Shape, ...]) -> Sized:
        if id(layer) not in self._kept:
            return layer.on(*shapes)
        key = id(layer), shapes
        if key not in self._sized:
            self._sized[key] = layer.on(*shapes)
        return self._sized[key]

    def after_map(self, tensor: str) -> bool:
        """Whether a tensor comes from a layer that works on maps."""
        at = self._at.get(tensor)
        return at is not None and 0 not in self.layers[at].layer.ranks

    # structures

    def call(
        self, step: CallStep, entering: Tensor | None, scope: Scope, lookup: Lookup
    ) -> tuple[Tensor | None, str, Scope]:
        """A block run as a function: it sees the variables and its own parameters, nothing of its caller."""
        path, mark = scope.path(step.common, step.block), step.common.node.mark
        if step.block in self._open:
            cycle = " → ".join([*self._open[self._open.index(step.block) :], step.block])
            raise SpecError(Problem(f"block {step.block} calls itself", mark, (cycle,)))
        call = BlockCall(path, step.block, mark)
        inner = Scope(scope.reader, dict(self.variables), entering, (*scope.calls, call))
        given = {name: value.at(lookup) for name, value in step.arguments.items()}
        block = self.spec.blocks[step.block]
        own = inner.lookup(entering)
        for parameter in block.parameters:
            if parameter.name in given:
                inner.names[parameter.name] = given[parameter.name]
            elif parameter.default is not None:
                inner.names[parameter.name] = parameter.default.at(own)
        self._open.append(step.block)
        tensor = self.run(block.body, entering, inner)
        self._open.pop()
        if tensor is not None:
            self.blocks[path] = tensor.name
        return tensor, path, inner

    def residual(self, step: ResidualStep, entering: Tensor, scope: Scope, lookup: Lookup) -> tuple[Tensor, str]:
        body = self.needed(self.run(step.body, entering, scope), step.common)
        shortcut: Tensor | None = entering
        if step.shortcut is not None:
            shortcut = self.branch(step.shortcut, entering, scope, lookup)
        if shortcut is None:
            return body, self.label(step.common, scope)
        add = REGISTRY["add"]
        path = scope.path(step.common, "add")
        return self.place(add(), [body, shortcut], step, path, scope), path

    def join(self, step: JoinStep, entering: Tensor | None, scope: Scope, lookup: Lookup) -> tuple[Tensor, str]:
        branches = [self.branch(branch, entering, scope, lookup) for branch in step.branches]
        tensors = [tensor for tensor in branches if tensor is not None]
        if not tensors:
            raise SpecError(Problem(f"{step.layer.type} has no branch left", step.common.node.mark))
        if len(tensors) == 1:
            return tensors[0], self.label(step.common, scope)
        path = scope.path(step.common, step.layer.type)
        return self.place(self.layer(step, lookup), tensors, step, path, scope), path

    def label(self, common: Common, scope: Scope) -> str:
        return scope.label(common) if common.name else ""

    def branch(self, branch: Branch, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Tensor | None:
        """The tensor of a branch, None where the branch is left out."""
        if branch.when is not None and not self.truth(branch.when, lookup, "when"):
            return None
        if branch.name is not None:
            return scope.find(branch.name, "a branch").tensor
        tensor = self.run(branch.body, entering, scope)
        if tensor is None:
            known = ", ".join(self.spec.inputs)
            message = "no tensor enters this branch: the network has several inputs"
            raise SpecError(Problem(message, branch.node.mark, hint=f"name one of {known}"))
        return tensor

    def repeat(self, step: RepeatStep, tensor: Tensor | None, scope: Scope, lookup: Lookup) -> Tensor | None:
        rows = self.rows(step, lookup)
        outer = scope.names
        scope.repeats += 1
        for index in range(rows[0]):
            self.count(step.common.node)
            scope.names = {**outer, **{name: values[index] for name, values in rows[1].items()}, "index": index}
            tensor = self.run(step.body, tensor, scope)
        scope.repeats -= 1
        scope.names = outer
        return tensor

    def rows(self, step: RepeatStep, lookup: Lookup) -> tuple[int, dict[str, Any]]:
        """How often a repeat runs, and the lists it runs over."""
        over = {name: value.at(lookup) for name, value in step.over.items()}
        for name, values in over.items():
            if not isinstance(values, tuple):
                mark = step.over[name].node.mark
                raise SpecError(Problem(f"repeat runs over lists; {name} is {written(values)}", mark))
        lengths = {name: len(values) for name, values in over.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise SpecError(Problem(f"repeat: lists of unequal lengths: {found}", step.common.node.mark))
        if step.count is None:
            return next(iter(lengths.values()), 0), over
        count = step.count.at(lookup)
        if isinstance(count, float) and count.is_integer():
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            message = f"repeat is a whole number, at least 0, not {written(count)}"
            raise SpecError(Problem(message, step.count.node.mark))
        if count > self.max_layers - self._steps:
            self.count(step.count.node, count)
        return count, over

    def reuse(self, step: ReuseStep, entering: Tensor, scope: Scope) -> tuple[Tensor, str]:
        """The layers of a named step again, on another tensor and with the same weights."""
        found = scope.find(step.of, "reuse")
        again = self.layers[found.first : found.last]
        if not again or (found.inner is None and len(again) > 1):
            raise SpecError(Problem(f"reuse takes a layer or a block call; {step.of.text} is neither", step.of.mark))
        path = scope.path(step.common, "reuse")
        root = found.inner.calls[-1].path if found.inner else again[0].path
        entered = found.inner.entering if found.inner else None
        moved = {entered.name if entered else again[0].sources[0]: entering}
        for old in again:
            self.count(step.common.node)
            sources = [moved.get(name, Tensor(name, shape)) for name, shape in zip(old.sources, old.inputs)]
            moved[old.path] = self.place_again(old, sources, _moved(old, root, path, step, scope), step)
        for block, tensor in [*self.blocks.items()]:
            if block == root or block.startswith(f"{root}."):
                self.blocks[path + block[len(root) :]] = moved[tensor].name if tensor in moved else tensor
        return moved.get(found.tensor.name, entering), path

    def place_again(
        self, old: Placed, sources: list[Tensor], place: tuple[str, tuple[BlockCall, ...]], step: ReuseStep
    ) -> Tensor:
        path, calls = place
        names, shapes = tuple(source.name for source in sources), tuple(source.shape for source in sources)
        try:
            sized = old.layer.on(*shapes)
        except Unfit as unfit:
            self.fail(unfit, path, step.of.mark)
        if sized.weights.value and old.layer.torch(*shapes) != old.layer.torch(*old.inputs):
            message = f"reuse: the weights of {old.path}, made for {dims(old.inputs[0])}, don't fit {dims(shapes[0])}"
            raise SpecError(Problem(message, step.of.mark))
        origin, mark = old.reuses or old.path, step.common.node.mark
        return self.add(Placed(path, old.layer, names, shapes, sized, mark, calls, self._frozen, origin))

    def expect(self, claims: tuple[Expectation, ...], path: str, first: int, lookup: Lookup) -> None:
        for claim in claims:
            value = claim.value.at(lookup)
            self.claims.append(Claim(path, first, len(self.layers), claim.quantity, value, claim.mark))


def _moved(old: Placed, root: str, path: str, step: ReuseStep, scope: Scope) -> tuple[str, tuple[BlockCall, ...]]:
    """The path of a layer that is used again, and the calls around it there."""
    if old.path == root:
        return path, scope.calls
    inner = [call for call in old.calls if call.path == root or call.path.startswith(f"{root}.")]
    calls = tuple(BlockCall(path + call.path[len(root) :], call.block, step.common.node.mark) for call in inner)
    return path + old.path[len(root) :], (*scope.calls, *calls)
