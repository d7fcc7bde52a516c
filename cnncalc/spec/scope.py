"""Names and the tensors they stand for, in one scope: the file's `layers:` or the body of a block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from cnncalc.errors import Mark, Problem, SpecError, did_you_mean
from cnncalc.layers import Shape
from cnncalc.network import BlockCall
from cnncalc.spec.budget import Budget
from cnncalc.spec.expressions import ExpressionError, Lookup, Word
from cnncalc.spec.nodes import Scalar
from cnncalc.spec.problems import described, line_of
from cnncalc.spec.read_steps import StepReader
from cnncalc.spec.tree import Common
from cnncalc.spec.vocabulary import TENSOR_NAMES


class Tensor(NamedTuple):
    """What flows between steps: its name (the path of the layer that made it, or of an input) and its shape."""

    name: str
    shape: Shape


class Given(NamedTuple):
    """What a given name stands for: a tensor, the layers from `first` up to `last`, and the scope inside a call."""

    tensor: Tensor
    first: int
    last: int
    inner: Scope | None = None


class Surroundings(NamedTuple):
    """What every scope of a spec sees."""

    reader: StepReader
    budget: Budget
    variables: Mapping[str, Any]


Placement = tuple["Tensor | None", str, "Scope | None"]
"""The tensor behind a step, the step's path, and the scope inside it, if it is a call."""


class Scope:
    """The names of one scope; repeats, residuals, groups and joins unroll into it."""

    __slots__ = ("around", "calls", "entering", "given", "iteration", "names", "numbered", "ordinals", "taken")

    def __init__(self, around: Surroundings, entering: Tensor | None, calls: tuple[BlockCall, ...] = ()) -> None:
        self.around, self.entering, self.calls = around, entering, calls
        self.names: dict[str, Any] = {}
        """Parameters, and what the repeats around a step name."""
        self.given: dict[str, Given] = {}
        self.taken: dict[str, Mark] = {}
        """Where each name was taken, given or default."""
        self.ordinals: dict[str, int] = {}
        self.numbered: dict[str, tuple[int, int]] = {}
        """For each name given in a repeat, how often and in which iteration last."""
        self.iteration = 0
        """The number of the iteration of a repeat that runs; 0 outside."""

    def lookup(self, tensor: Tensor | None) -> Lookup:
        """What an expression sees at a step which that tensor enters."""
        names, variables, look_at = self.names, self.around.variables, self.around.budget.look_at

        def look(name: str) -> Any:
            if name in names:
                return look_at(names[name])
            if name in variables:
                return look_at(variables[name])
            return self._other(name, tensor)

        return look

    def lookup_outside(self, tensor: Tensor | None) -> Lookup:
        """What `defaults:` sees: the variables and the tensor, no parameter and no repeat."""
        variables, look_at = self.around.variables, self.around.budget.look_at
        return lambda name: look_at(variables[name]) if name in variables else self._other(name, tensor)

    def _other(self, name: str, tensor: Tensor | None) -> Any:
        if name in TENSOR_NAMES:
            if tensor is None:
                hint = "the network has several inputs: the step needs from:"
                raise ExpressionError(f"{name}: no tensor enters here", hint=hint)
            return tensor.shape if name == "in_shape" else tensor.shape[0]
        if "." in name or "-" in name or name in self.given or self.around.reader.is_word(name):
            return Word(name, self)
        raise KeyError(name)

    def path(self, common: Common, kind: str) -> str:
        """The path of a step: its given name or its type and ordinal, behind the calls around it."""
        self.ordinals[kind] = ordinal = self.ordinals.get(kind, 0) + 1
        if common.name is not None:
            return self.given_path(common)
        label = f"{kind}{ordinal}"
        self._take(label, common, default=True)
        return f"{self.calls[-1].path}.{label}" if self.calls else label

    def given_path(self, common: Common) -> str:
        """The path of a step that makes no layer of its own: its given name, numbered in a repeat; else empty."""
        if common.name is None:
            return ""
        label = common.name.text
        count, iteration = self.numbered.get(label, (0, 0))
        if self.iteration:
            if iteration == self.iteration or (label in self.taken and not count):
                self._refuse_taken(label, common, self.taken.get(label, common.mark))
            self.numbered[label] = count + 1, self.iteration
            self.taken.setdefault(label, common.mark)
            label = f"{label}{count + 1}"
        self._take(label, common, default=False)
        return f"{self.calls[-1].path}.{label}" if self.calls else label

    def _take(self, label: str, common: Common, default: bool) -> None:
        if label in self.taken:
            what = f"{label}, the default name of this step," if default else label
            self._refuse_taken(what, common, self.taken[label], default)
        self.taken[label] = common.mark

    def _refuse_taken(self, what: str, common: Common, first: Mark, default: bool = False) -> None:
        mark = common.name.mark if common.name else common.mark
        hint = "steps without a name are counted: give one of the two another name" if default else None
        message = f"{what} is already taken in {line_of(first, mark)}"
        raise SpecError(Problem(message, mark, hint=hint or "names are unique"))

    def give(self, common: Common, path: str, given: Given) -> None:
        """Enters a step under its given name and, in a repeat, under the numbered one too."""
        if common.name is not None:
            self.given[common.name.text] = self.given[path.rpartition(".")[2]] = given

    def leave_repeats(self) -> None:
        """Behind a repeat its names are known by their numbers alone."""
        for name in self.numbered:
            self.given.pop(name, None)

    def find(self, node: Scalar, what: str) -> Given:
        """What a reference stands for: a given name, `input`, a word held by a variable, or a dotted path of names."""
        return self._find(node.text, node, what)

    def _find(self, text: str, node: Scalar, what: str) -> Given:
        first, *rest = text.split(".")
        if text == "input" and self.entering is not None and text not in self.given:
            return Given(self.entering, 0, 0)
        found = self.given.get(first)
        if found is None and not rest:
            word = self.names.get(first, self.around.variables.get(first))
            if isinstance(word, Word):
                home = word.scope if isinstance(word.scope, Scope) else self
                return home._find(word.text, node, what) if word.text != text else self._unknown(text, node, what)
        for part in rest:
            found = found.inner.given.get(part) if found is not None and found.inner is not None else None
        return found if found is not None else self._unknown(text, node, what)

    def _unknown(self, text: str, node: Scalar, what: str) -> NoReturn:
        shown = described(node) if node.text == text else f"{described(node)}, which is {text},"
        reader, default = self.around.reader, self._place_of_default(text)
        known = [*self.given, *(["input"] if self.entering and "input" not in self.given else [])]
        message = f"{what}: {shown} is the name of no earlier step here"
        if text in self.numbered:
            message = f"{what}: {shown} is given in a repeat, which numbers it"
            hint: str | None = f"the last one is {text}{self.numbered[text][0]}"
        elif default:
            name = text.rpartition(".")[2]
            message = f"{what}: {shown} is a default name, and those shift when a step is added"
            hint = f"give the step in {line_of(default, node.mark)} a name: {{…, name: {name}}}, or another"
        elif reader.is_type(text):
            branch = f"for the layer itself write the list [{described(node)}]"
            hint = branch if "branch" in what else f"{what} takes the name: of a step"
        elif self.calls and text in reader.names:
            signature = reader.blocks[self.calls[-1].block].written
            hint = f"a block knows no names of its caller: hand the tensor to {signature} as a parameter"
        elif text in reader.names and not self.calls:
            hint = "the step of that name stands further down, or is left out"
        else:
            hint = did_you_mean(text, known) or f"named so far: {', '.join(known[:12])}"
        raise SpecError(Problem(message, node.mark, hint=hint))

    def _place_of_default(self, text: str) -> Mark | None:
        """The place of the step that has this default name, here or in an earlier call."""
        scope: Scope | None = self
        *calls, name = text.split(".")
        for call in calls:
            given = scope.given.get(call) if scope else None
            scope = given.inner if given else None
        return scope.taken.get(name) if scope else None
