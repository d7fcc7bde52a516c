"""A step with unknowns: read as any other step, then run on an input with values for what is written `_`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Optional

from cnncalc.errors import Problem, Source, SpecError
from cnncalc.layers import Layer, Option, Shape
from cnncalc.layers.base import Spatial
from cnncalc.layers.options import KINDS
from cnncalc.network import Placed
from cnncalc.spec import nodes, yaml
from cnncalc.spec.budget import Budget
from cnncalc.spec.expand import Expansion
from cnncalc.spec.expressions import Lookup
from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.problems import Problems
from cnncalc.spec.read_file import Spec, given_names
from cnncalc.spec.read_steps import StepReader
from cnncalc.spec.scope import Scope, Tensor
from cnncalc.spec.tree import Common, Constant, GroupStep, JoinStep, LayerStep, RepeatStep, ResidualStep, Step
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import TENSOR_NAMES

UNKNOWN: Final = "_"
MOST: Final = 16
_NAME: Final = "_unknown_"
EXAMPLE: Final = "'{conv: 96, kernel_size: _, stride: 4}'"


class Unknown(NamedTuple):
    """A whole number to be found: that of an option, an item of its list, or the number of repeats."""

    node: Scalar
    of: str
    """The option's name, or `repeat`."""
    option: Option | None = None
    layer: type[Layer] | None = None
    whole: bool = True
    """Whether it stands for all of the option, not for an item of a list."""

    @property
    def variable(self) -> str:
        """The name that the value goes by while the step runs."""
        return self.node.text

    @property
    def per_axis(self) -> bool:
        """Whether it may be a number per axis."""
        return self.whole and self.option is not None and self.option.per_axis

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it may be instead of a number."""
        return self.option.words if self.whole and self.option is not None else ()


class _Hidden(Visible):
    """The unknowns: no expression of the user's names them, so no hint does."""

    def __iter__(self) -> Iterator[str]:
        return iter(())


def _as_written(problem: Problem) -> Problem:
    """The problem with `_` for the name that an unknown goes by."""
    message, hint = (re.sub(rf"{_NAME}\d+", UNKNOWN, told or "") for told in (problem.message, problem.hint))
    return problem._replace(message=message, hint=hint or None)


class _Look(Constant):
    """A condition that never holds: it notes the shape of the tensor that enters."""

    def at(self, lookup: Lookup) -> Any:
        self.value.append(lookup("in_shape"))
        return False


class OpenStep:
    """One step in the spec language, with unknowns in it; `SpecError` as for any other step."""

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise SpecError(Problem("the step is empty", hint=f"for example {EXAMPLE}"))
        source = Source("STEP", text)
        root = yaml.read(source)
        found = sorted(_unknowns(root), key=lambda node: (node.line, node.column))
        if len(found) > MOST:
            raise SpecError(Problem(f"more than {MOST} unknowns", found[MOST].mark, hint="give some of them"))
        for at, node in enumerate(found, 1):
            node.text = node.value = f"{_NAME}{at}"  # a name that an expression may have
        problems = Problems()
        reader = StepReader(problems, len(text))
        reader.know(given_names([root]), ["input"])
        step = reader.step(root, _Hidden(node.text for node in found).within(TENSOR_NAMES))
        try:
            problems.raise_any()
        except SpecError as error:
            raise SpecError(map(_as_written, error.problems)) from None
        assert step is not None
        self.source, self.step = source, step
        self._spec = Spec(source, None, None, {}, {}, {}, (step,), root, frozenset(), (), (), reader)
        self.unknowns = _placed(step, found)

    @property
    def layer(self) -> type[Layer] | None:
        """The type of the one layer that the step is, if it is one."""
        return self.step.layer if isinstance(self.step, LayerStep) else None

    @property
    def axiswise(self) -> bool:
        """Whether every size of the output follows from that size of the input alone, and grows with it; a larger one
        fits where a smaller one does.
        """
        return _is_axiswise(self.step)

    @property
    def repeated(self) -> Unknown | None:
        """The number of repeats of the whole step, where that is unknown and nothing in it depends on it."""
        if not isinstance(self.step, RepeatStep) or self.step.times is None or self.step.over:
            return None
        node = self.step.times.node
        uses = [unknown for unknown in _stated(self.step) if unknown.node is node]  # an alias may stand for it too
        return uses[0] if uses[0] in self.unknowns and len(uses) == 1 else None

    def watch(self, values: Mapping[str, Any], shape: Shape, most: int, budget: Budget, seen: list[Shape]) -> None:
        """Appends what comes out of 1, 2, … and `most` repeats; `SpecError` where no more of them fit."""
        step = self.step
        assert isinstance(step, RepeatStep) and step.times is not None
        look = _Look(step.times.node, seen, names=frozenset(TENSOR_NAMES))
        last = GroupStep(Common(step.common.mark, when=look), ())
        self._run(step._replace(times=Constant(step.times.node, most), body=(*step.body, last)), values, shape, budget)

    def layers(self, values: Mapping[str, Any], shape: Shape, budget: Budget) -> list[Placed]:
        """The layers on an input; `SpecError` where one doesn't fit."""
        return self._run(self.step, values, shape, budget)[1]

    def output(self, values: Mapping[str, Any], shape: Shape, budget: Budget) -> Shape:
        """The output on an input; `SpecError` where a layer doesn't fit."""
        return self._run(self.step, values, shape, budget)[0]

    def _run(self, step: Step, values: Mapping[str, Any], shape: Shape, budget: Budget) -> tuple[Shape, list[Placed]]:
        expansion, tensor = Expansion(self._spec, values, budget), Tensor("input", shape)
        behind = expansion.run((step,), tensor, Scope(expansion.around, tensor))
        assert behind is not None
        return behind.shape, expansion.graph.layers

    def by_variable(self, values: Sequence[Any]) -> dict[str, Any]:
        """The values of the unknowns in their order, by the names that these go by; more than those are left out."""
        return {unknown.variable: value for unknown, value in zip(self.unknowns, values)}

    def written(self, values: Mapping[str, str]) -> str:
        """The text of the step with the values in their places."""
        lines = self.source.text.splitlines(keepends=True)
        for unknown in reversed(self.unknowns):
            at, start = unknown.node.line - 1, unknown.node.column - 1
            lines[at] = lines[at][:start] + values[unknown.variable] + lines[at][start + len(UNKNOWN) :]
        return "".join(lines)


def _unknowns(root: Node) -> Iterator[Scalar]:
    rest, seen = [root], set[Node]()
    while rest:
        node = rest.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, nodes.Mapping):
            rest += [value for _, value in node.entries.values()]
        elif isinstance(node, nodes.Sequence):
            rest += node.items
        elif isinstance(node, Scalar) and node.plain and node.text == UNKNOWN:
            yield node


def _placed(step: Step, found: list[Scalar]) -> tuple[Unknown, ...]:
    """The unknowns in their order; refused where one stands for no whole number."""
    places: dict[Scalar, Unknown] = {}
    for unknown in _stated(step):
        places.setdefault(unknown.node, unknown)
    problems = Problems()
    for node in found:
        option = places[node].option if node in places else None
        if node not in places:
            hint = f"for example {EXAMPLE}"
            problems.add(f"{UNKNOWN} stands for the number of an option or of repeats", node, hint=hint)
        elif option is not None and not _takes_whole(option, places[node].whole):
            problems.add(f"{option.name} {option.expectation}: {UNKNOWN} stands for a whole number", node)
    problems.raise_any()
    return tuple(places[node] for node in found)


def _takes_whole(option: Option, whole: bool) -> bool:
    if option.kind in (float, Optional[float]):  # no size follows from them
        return False
    return not whole or KINDS[option.kind].cast(1) is not ...


def _stated(step: Step) -> Iterator[Unknown]:
    """Every scalar that stands where a step has a number, as if it were unknown."""
    if isinstance(step, (LayerStep, JoinStep)):
        for name, node in step.nodes.items():
            option = step.layer.options()[name]
            for scalar in _unknown_names(node):
                yield Unknown(scalar, name, option, step.layer, scalar is node)
    if isinstance(step, RepeatStep) and step.times is not None and isinstance(step.times.node, Scalar):
        yield Unknown(step.times.node, "repeat")
    for inner in _inside(step):
        yield from _stated(inner)


def _unknown_names(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, nodes.Sequence):
        for item in node.items:
            yield from _unknown_names(item)


def _inside(step: Step) -> tuple[Step, ...]:
    """The steps that a structure holds."""
    if isinstance(step, (RepeatStep, GroupStep)):
        return step.body
    if isinstance(step, ResidualStep):
        return (*step.body, *(step.shortcut.body if step.shortcut else ()))
    if isinstance(step, JoinStep):
        return tuple(inner for branch in step.branches for inner in branch.body)
    return ()


def _is_axiswise(step: Step) -> bool:
    asks = step.common.when is not None or step.common.source is not None
    if isinstance(step, (RepeatStep, GroupStep)) and not asks:
        return all(map(_is_axiswise, step.body))
    if not isinstance(step, LayerStep) or asks:
        return False
    grows = issubclass(step.layer, Spatial) or all(
        getattr(step.layer, name) is getattr(Layer, name) for name in ("symbols", "check", "output")
    )
    return grows and all(value.names.isdisjoint(TENSOR_NAMES) for value in step.options.values())
