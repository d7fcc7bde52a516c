"""Names and the tensors they stand for, in one scope: the file's `layers:` or the body of a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnncalc.errors import Problem, SpecError, did_you_mean
from cnncalc.layers import Shape
from cnncalc.network import BlockCall
from cnncalc.spec.expressions import ExpressionError, Lookup, Word
from cnncalc.spec.nodes import Scalar
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


@dataclass
class Scope:
    """The names of one scope; repeats, residuals, groups and joins unroll into it."""

    reader: StepReader
    names: dict[str, Any]
    entering: Tensor | None
    calls: tuple[BlockCall, ...] = ()
    given: dict[str, Given] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    """The line where each name was taken, given or default."""
    ordinals: dict[str, int] = field(default_factory=dict)
    numbered: dict[str, int] = field(default_factory=dict)
    repeats: int = 0

    def lookup(self, tensor: Tensor | None) -> Lookup:
        """What an expression sees at a step which that tensor enters."""

        def look(name: str) -> Any:
            if name in self.names:
                return self.names[name]
            if name in TENSOR_NAMES:
                if tensor is None:
                    raise ExpressionError(f"{name}: no tensor enters here", hint="the step needs from: first")
                return tensor.shape if name == "in_shape" else tensor.shape[0]
            if self.reader.is_word(name) or name in self.given:
                return Word(name, self)
            raise KeyError(name)

        return look

    def path(self, common: Common, kind: str) -> str:
        """The path of a step: its given name or its type and ordinal, behind the calls around it."""
        self.ordinals[kind] = ordinal = self.ordinals.get(kind, 0) + 1
        label = self.label(common) if common.name else f"{kind}{ordinal}"
        if not common.name:
            self._take(label, common, default=True)
        return f"{self.calls[-1].path}.{label}" if self.calls else label

    def label(self, common: Common) -> str:
        """The given name of a step, numbered inside a repeat."""
        assert common.name is not None
        label = common.name.text
        if self.repeats:
            self.numbered[label] = number = self.numbered.get(label, 0) + 1
            label = f"{label}{number}"
        self._take(label, common, default=False)
        return label

    def _take(self, label: str, common: Common, default: bool) -> None:
        line = common.node.line
        if label in self.taken:
            what = f"{label}, the default name of this step," if default else label
            other = f"line {self.taken[label]}"
            raise SpecError(
                Problem(f"{what} is already the name of the step in {other}", (common.name or common.node).mark)
            )
        self.taken[label] = line

    def find(self, node: Scalar, what: str) -> Given:
        """What a reference stands for: a given name, `input`, a word held by a variable, or a dotted path of names."""
        return self._find(node.text, node, what)

    def _find(self, text: str, node: Scalar, what: str) -> Given:
        first, *rest = text.split(".")
        if text == "input" and self.entering is not None and text not in self.given:
            return Given(self.entering, 0, 0)
        found = self.given.get(first)
        word = self.names.get(first)
        if found is None and not rest and isinstance(word, Word):
            home = word.scope if isinstance(word.scope, Scope) else self
            if home is not self or word.text in self.given or word.text == "input":
                return home._find(word.text, node, what)
            return self._unknown(word.text, node, what)
        for part in rest:
            found = found.inner.given.get(part) if found is not None and found.inner is not None else None
        return found if found is not None else self._unknown(text, node, what)

    def _unknown(self, text: str, node: Scalar, what: str) -> Given:
        if text in self.taken:
            hint = f"give the step in line {self.taken[text]} a name: {{…, name: {text}}}, or another"
            message = f"{what}: {text} is a default name, and those shift when a step is added"
            raise SpecError(Problem(message, node.mark, hint=hint))
        if not self.given and self.entering is not None:
            hint = "no step before this one has a name; input is what enters here"
        else:
            known = ", ".join([*self.given, *(["input"] if self.entering else [])][:12])
            hint = did_you_mean(text, self.given) or f"named so far: {known}"
        raise SpecError(Problem(f"{what}: no earlier step here is named {text}", node.mark, hint=hint))
