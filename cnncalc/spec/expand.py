"""Steps to layers: evaluates what the text left open, and unrolls repeats, structures and calls into the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cnncalc.errors import Problem, SpecError
from cnncalc.layers import REGISTRY, Layer, Unfit
from cnncalc.network import BlockCall, Claim
from cnncalc.spec.budget import MAX_LAYERS, Budget
from cnncalc.spec.expressions import ExpressionError, Lookup, Word, written
from cnncalc.spec.graph import Graph
from cnncalc.spec.problems import described
from cnncalc.spec.read_file import Spec
from cnncalc.spec.read_steps import OPTIONS
from cnncalc.spec.read_values import cast, claimed
from cnncalc.spec.reuse import run_again
from cnncalc.spec.scope import Given, Scope, Surroundings, Tensor
from cnncalc.spec.tree import (
    Branch,
    CallStep,
    Common,
    Constant,
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
from cnncalc.spec.values import described as kind_of
from cnncalc.spec.vocabulary import TENSOR_NAMES

__all__ = ["MAX_LAYERS", "MAX_NESTING", "Expansion"]

MAX_NESTING: Final = 100
_NO_VALUES: Final[dict[str, Value]] = {}
Placement = tuple["Tensor | None", str, "Scope | None"]
"""The tensor behind a step, the step's path, and the scope inside it, if it is a call."""


class Expansion:
    """The network as far as it is unrolled."""

    def __init__(self, spec: Spec, variables: Mapping[str, Any], budget: Budget) -> None:
        self.spec, self.budget = spec, budget
        self.around = Surroundings(spec.reader, budget, variables)
        self.graph = Graph()
        self.claims: list[Claim] = []
        self.blocks: dict[str, str] = {}
        """The tensor behind each call, by the path of the call."""
        self._constant: dict[int, Layer] = {}
        self._running: dict[str, None] = {}
        self._nesting = 0

    def close(self) -> None:
        """Gives every call that was interrupted the tensor that it had got to."""
        for placed in self.graph.layers[-1:]:
            for call in placed.calls:
                self.blocks.setdefault(call.path, placed.path)

    def run(self, steps: Sequence[Step], tensor: Tensor | None, scope: Scope) -> Tensor | None:
        """The tensor behind the steps."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            mark = steps[0].common.mark if steps else None
            raise SpecError(Problem(f"structures and calls nested deeper than {MAX_NESTING}", mark))
        for step in steps:
            tensor = self.step(step, tensor, scope)
        self._nesting -= 1
        return tensor

    def step(self, step: Step, current: Tensor | None, scope: Scope) -> Tensor | None:
        """One step; one that is left out hands on the tensor it was given."""
        common, graph = step.common, self.graph
        self.budget.count(common.mark)
        when = common.when
        # what is left out may take a tensor that is left out too
        if when is not None and when.names.isdisjoint(TENSOR_NAMES) and not self.truth(when, scope.lookup(None)):
            return current
        entering = scope.find(common.source, "from").tensor if common.source else current
        lookup = scope.lookup(entering)
        if when is not None and not self.truth(when, lookup):
            return current
        frozen, first = graph.frozen, len(graph.layers)
        if common.freeze is not None:
            graph.frozen = self.truth(common.freeze, lookup, "freeze") or frozen
        tensor, path, inner = self._place(step, entering, scope, lookup)
        graph.frozen = frozen
        if common.name is not None and tensor is not None:
            scope.give(common, path, Given(tensor, first, len(graph.layers), inner))
        if common.expect:
            self.expect(common.expect, path, first, lookup)
        return tensor

    def _place(self, step: Step, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Placement:
        if isinstance(step, WordStep):
            step = self._read_word(step, lookup)
        if isinstance(step, LayerStep):
            return self._layer(step, self.needed(entering, step.common), scope, lookup)
        if isinstance(step, CallStep):
            return self._call(step, entering, scope, lookup)
        if isinstance(step, ResidualStep):
            return self._residual(step, self.needed(entering, step.common), scope, lookup)
        if isinstance(step, JoinStep):
            return self._join(step, entering, scope, lookup)
        if isinstance(step, ReuseStep):
            tensor = self.needed(entering, step.common)
            return run_again(step, tensor, scope, self.graph, self.blocks, self.budget)
        path = scope.given_path(step.common)
        if isinstance(step, RepeatStep):
            return self._repeat(step, entering, scope, lookup), path, None
        assert isinstance(step, GroupStep)
        return self.run(step.body, entering, scope), path, None

    def _read_word(self, step: WordStep, lookup: Lookup) -> Step:
        """The step of the type or block whose name a variable holds."""
        values = {key: lookup(key.text) for key in step.keys}
        words = [(key, value.text) for key, value in values.items() if isinstance(value, Word)]
        if len(words) > 1:  # a variable may be called like a parameter of the block that another one stands for
            takes = {key: self.spec.reader.takes(word) for key, word in words if self.spec.reader.is_type(word)}
            words = [(key, word) for key, word in words if not any(key.text in names for names in takes.values())]
        if len(words) == 1:
            return step.read(*words[0])
        if words:
            found = " and ".join(f"{key.text}, which is {word}" for key, word in words)
            mark, hint = words[1][0].mark, "give each a step of its own"
            raise SpecError(Problem(f"two types in one step: {found}", mark, hint=hint))
        key = next((key for key in step.keys if key.text not in OPTIONS), step.keys[0])
        message = f"a step without a layer type: {key.text} is {written(values[key])}"
        hint = "a variable stands for a type where it holds the name of a layer type or a block"
        raise SpecError(Problem(message, key.mark, hint=hint))

    # values

    def value(self, value: Value, lookup: Lookup) -> Any:
        """The value; what takes long to evaluate counts as so many steps."""
        if value.cost:
            self.budget.count(value.node.mark, value.cost)
        return value.at(lookup)

    def truth(self, value: Value, lookup: Lookup, what: str = "when") -> bool:
        found = self.value(value, lookup)
        if not isinstance(found, bool):
            message = f"{what} is true or false, not {kind_of(found)}"
            raise SpecError(Problem(message, value.node.mark, hint="for example stride > 1"))
        return found

    def needed(self, tensor: Tensor | None, common: Common) -> Tensor:
        """The tensor that enters a step which needs one."""
        if tensor is not None:
            return tensor
        known = ", ".join(self.spec.inputs)
        message = "no tensor enters this step: the network has several inputs"
        raise SpecError(Problem(message, common.mark, hint=f"add from: with one of {known}"))

    def expect(self, claims: Sequence[Expectation], path: str, first: int, lookup: Lookup) -> None:
        """Enters what an `expect:` states of the layers placed since `first`."""
        for quantity, value, mark in claims:
            try:
                found = claimed(quantity, self.value(value, lookup))
            except ExpressionError as error:
                raise SpecError(Problem(error.message, value.node.mark, hint=error.hint)) from None
            self.claims.append(Claim(path, first, len(self.graph.layers), quantity, found, mark))

    # layers

    def _layer(self, step: LayerStep, entering: Tensor, scope: Scope, lookup: Lookup) -> Placement:
        path = scope.path(step.common, step.layer.type)
        layer = self._constant.get(id(step))
        if layer is None:
            options = self._options(step.layer, step.defaults, scope.lookup_outside(entering))
            options |= self._options(step.layer, step.options, lookup)
            layer = self.graph.layer(step.layer, options)
            if not any(value.names for value in (*step.defaults.values(), *step.options.values())):
                self._constant[id(step)] = layer
        return self.graph.place(path, layer, (entering,), step.common, scope.calls, step.nodes), path, None

    def _options(self, layer: type[Layer], values: Mapping[str, Value], lookup: Lookup) -> dict[str, Any]:
        found = {}
        for name, value in values.items():
            if isinstance(value, Constant):  # in its type since it was read
                found[name] = value.value
                continue
            evaluated = self.value(value, lookup)
            try:
                found[name] = cast(layer.options()[name], evaluated)
            except Unfit as unfit:
                raise SpecError(Problem(unfit.message, value.node.mark, unfit.because, unfit.hint)) from None
        return found

    # calls

    def _call(self, step: CallStep, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Placement:
        """A block run as a function: it sees the variables and its own parameters, nothing of its caller."""
        path, mark = scope.path(step.common, step.block), step.common.mark
        if step.block in self._running:
            running = [*self._running]
            cycle = " → ".join([*running[running.index(step.block) :], step.block])
            raise SpecError(Problem(f"block {step.block} calls itself, which never ends", mark, (cycle,)))
        inner = Scope(self.around, entering, (*scope.calls, BlockCall(path, step.block, mark)))
        given = {name: self.value(value, lookup) for name, value in step.arguments.items()}
        block = self.spec.blocks[step.block]
        own = inner.lookup(entering)
        for parameter in block.parameters:
            if parameter.name in given:
                inner.names[parameter.name] = given[parameter.name]
            elif parameter.default is not None:
                inner.names[parameter.name] = self.value(parameter.default, own)
        self._running[step.block] = None
        tensor = self.run(block.body, entering, inner)
        del self._running[step.block]
        if tensor is not None:
            self.blocks[path] = tensor.name
        return tensor, path, inner

    # structures

    def _repeat(self, step: RepeatStep, tensor: Tensor | None, scope: Scope, lookup: Lookup) -> Tensor | None:
        over = {name: self.value(value, lookup) for name, value in step.over.items()}
        count = _length(step, over) if step.times is None else self._times(step.times, lookup)
        names, outer, iteration = scope.names, dict(scope.names), scope.iteration
        for index in range(count):
            self.budget.count(step.common.mark)
            scope.iteration = self.budget.left  # no two iterations begin with as much left
            for name, values in over.items():
                names[name] = values[index]
            names["index"] = index
            tensor = self.run(step.body, tensor, scope)
        names.clear()
        names.update(outer)
        scope.iteration = iteration
        if not iteration:
            scope.leave_repeats()
        return tensor

    def _times(self, value: Value, lookup: Lookup) -> int:
        count = self.value(value, lookup)
        if isinstance(count, float) and count.is_integer():
            count = int(count)
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            node = value.node
            hint = f"to run over a list give it a name: repeat: {{width: {described(node)}}}"
            message = f"repeat is a whole number, at least 0, not {kind_of(count)}"
            raise SpecError(Problem(message, node.mark, hint=hint if isinstance(count, tuple) else None))
        if count > self.budget.left:
            self.budget.count(value.node.mark, count)
        return count

    def _residual(self, step: ResidualStep, entering: Tensor, scope: Scope, lookup: Lookup) -> Placement:
        body = self.run(step.body, entering, scope)
        shortcut: Tensor | None = entering
        if step.shortcut is not None:
            shortcut = self._branch(step.shortcut, entering, scope, lookup)
        if shortcut is None:
            return body, scope.given_path(step.common), None
        path = scope.path(step.common, "add")
        add = self.graph.layer(REGISTRY["add"], {})
        sources = (self.needed(body, step.common), shortcut)
        return self.graph.place(path, add, sources, step.common, scope.calls), path, None

    def _join(self, step: JoinStep, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Placement:
        found = [self._branch(branch, entering, scope, lookup) for branch in step.branches]
        tensors = [tensor for tensor in found if tensor is not None]
        if not tensors:
            message = f"{step.layer.type} has no branch left: every when: is false"
            raise SpecError(Problem(message, step.common.mark))
        if len(tensors) == 1:
            return tensors[0], scope.given_path(step.common), None
        path = scope.path(step.common, step.layer.type)
        layer = self.graph.layer(step.layer, self._options(step.layer, step.options, lookup))
        return self.graph.place(path, layer, tensors, step.common, scope.calls, step.nodes), path, None

    def _branch(self, branch: Branch, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Tensor | None:
        """The tensor of a branch, None where the branch is left out."""
        self.budget.count(branch.mark)
        if branch.when is not None and not self.truth(branch.when, lookup):
            return None
        if branch.name is not None:
            return scope.find(branch.name, "a branch").tensor
        tensor = self.run(branch.body, entering, scope)
        if tensor is None:
            message = "no tensor enters this branch: the network has several inputs"
            raise SpecError(Problem(message, branch.mark, hint=f"name one of {', '.join(self.spec.inputs)}"))
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
