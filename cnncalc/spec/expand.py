"""Steps to layers: evaluates what the text left open, and unrolls repeats, structures and calls into the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cnncalc.analysis import OF_WEIGHTS
from cnncalc.errors import Problem, SpecError
from cnncalc.layers import Layer, Unfit
from cnncalc.network import Claim
from cnncalc.spec.budget import MAX_LAYERS, Budget
from cnncalc.spec.calls import call_block, run_again
from cnncalc.spec.expressions import ExpressionError, Lookup, Word, written
from cnncalc.spec.graph import Graph
from cnncalc.spec.read_claims import claimed
from cnncalc.spec.read_file import Spec
from cnncalc.spec.read_values import cast, misfit
from cnncalc.spec.scope import Given, Placement, Scope, Surroundings, Tensor
from cnncalc.spec.structures import run_join, run_repeat, run_residual
from cnncalc.spec.tree import (
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
from cnncalc.spec.vocabulary import OPTIONS, TENSOR_NAMES

__all__ = ["MAX_LAYERS", "MAX_NESTING", "Expansion"]

MAX_NESTING: Final = 100


class Expansion:
    """The network as far as it is unrolled."""

    def __init__(self, spec: Spec, variables: Mapping[str, Any], budget: Budget, *, stated: bool = True) -> None:
        self.spec, self.budget, self.stated = spec, budget, stated
        self.around = Surroundings(spec.reader, budget, variables)
        self.graph = Graph()
        self.claims: list[Claim] = []
        self.claims_set_aside = 0
        """How many claims say nothing here, where the variables or inputs are not those `stated`."""
        self.blocks: dict[str, str] = {}
        """The tensor behind each call, by the path of the call."""
        self._constant: dict[int, Layer] = {}
        self.running: dict[str, None] = {}
        """The blocks whose bodies are being run, the innermost last."""
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
        when, asks = common.when, bool(common.when and not common.when.names.isdisjoint(TENSOR_NAMES))
        # what is left out may take a tensor that is left out too
        if when is not None and not asks and not self.truth(when, scope.lookup(None)):
            return current
        entering = scope.find(common.source, "from").tensor if common.source else current
        lookup = scope.lookup(entering)
        if when is not None and asks and not self.truth(when, lookup):
            return current
        frozen, first = graph.frozen, len(graph.layers)
        if common.freeze is not None:
            graph.frozen = self.truth(common.freeze, lookup, "freeze") or frozen
        tensor, path, inner = self._place(step, entering, scope, lookup)
        graph.frozen = frozen
        if common.name is not None and tensor is not None:
            scope.give(common, path, Given(tensor, first, len(graph.layers), inner))
        if common.expect:
            self.expect(common.expect, path or self._span(first), first, lookup, tensor)
        return tensor

    def _place(self, step: Step, entering: Tensor | None, scope: Scope, lookup: Lookup) -> Placement:
        if isinstance(step, WordStep):
            step = self._read_word(step, lookup)
        if isinstance(step, LayerStep):
            return self._layer(step, self.needed(entering, step.common), scope, lookup)
        if isinstance(step, CallStep):
            return call_block(self, step, entering, scope, lookup)
        if isinstance(step, ResidualStep):
            return *run_residual(self, step, self.needed(entering, step.common), scope, lookup), None
        if isinstance(step, JoinStep):
            return *run_join(self, step, entering, scope, lookup), None
        if isinstance(step, ReuseStep):
            return run_again(self, step, self.needed(entering, step.common), scope)
        path = scope.given_path(step.common)
        if isinstance(step, RepeatStep):
            return run_repeat(self, step, entering, scope, lookup), path, None
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

    def expect(
        self, claims: Sequence[Expectation], path: str, first: int, lookup: Lookup, tensor: Tensor | None = None
    ) -> None:
        """Enters what an `expect:` states of the layers placed since `first`, which made the tensor."""
        name = tensor.name if tensor else ""
        for claim in claims:
            if claim.value.node.source is not self.spec.source:  # about the spec that this one extends
                continue
            if self.graph.runs_again and claim.quantity in OF_WEIGHTS:  # judged where the weights are counted
                continue
            if not self.stated:
                self.claims_set_aside += 1
                continue
            quantity, value, mark = claim.quantity, claim.value, claim.value.node.mark
            if path and not name and quantity == "output":
                raise SpecError(Problem("expect: output: no tensor leaves this step", mark))
            try:
                found = claimed(quantity, self.value(value, lookup))
            except ExpressionError as error:
                raise SpecError(Problem(error.message, mark, hint=error.hint)) from None
            last = len(self.graph.layers)
            self.claims.append(Claim(path, first, last, name, quantity, found, claim.written, mark))

    def _span(self, first: int) -> str:
        """What a step without a path is called: its layers."""
        layers = self.graph.layers[first:]
        if not layers:
            return "no layer"
        return layers[0].path if len(layers) == 1 else f"{layers[0].path} … {layers[-1].path}"

    # layers

    def _layer(self, step: LayerStep, entering: Tensor, scope: Scope, lookup: Lookup) -> Placement:
        path = scope.path(step.common, step.layer.type)
        layer = self._constant.get(id(step))
        if layer is None:
            options = self.options(step.layer, step.defaults, scope.lookup_outside(entering))
            options |= self.options(step.layer, step.options, lookup)
            layer = self.graph.layer(step.layer, options)
            if not any(value.names for value in (*step.defaults.values(), *step.options.values())):
                self._constant[id(step)] = layer
        return self.graph.place(path, layer, (entering,), step.common, scope.calls, step.nodes), path, None

    def options(self, layer: type[Layer], values: Mapping[str, Value], lookup: Lookup) -> dict[str, Any]:
        """The options of a layer, evaluated and in their types."""
        found = {}
        for name, value in values.items():
            if isinstance(value, Constant):  # in its type since it was read
                found[name] = value.value
                continue
            evaluated = self.value(value, lookup)
            try:
                found[name] = cast(layer.options()[name], evaluated)
            except Unfit as unfit:
                raise SpecError(misfit(unfit, value)) from None
        return found
