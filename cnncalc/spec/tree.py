"""The steps of a spec as read: checked as far as the text alone allows, nothing evaluated yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.layers import Layer
from cnncalc.spec.expressions import Expression, ExpressionError, Lookup
from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.problems import rewritten

NO_NAMES: frozenset[str] = frozenset()


class Constant(NamedTuple):
    """A value that stands in the text; `size` is how many values it holds on all levels."""

    node: Node
    value: Any
    size: int = 1
    names: frozenset[str] = NO_NAMES
    cost: int = 0

    def at(self, lookup: Lookup) -> Any:
        return self.value


class Computed(NamedTuple):
    """An expression."""

    node: Scalar
    expression: Expression
    size: int = 1

    def at(self, lookup: Lookup) -> Any:
        try:
            return self.expression.evaluate(lookup)
        except ExpressionError as error:
            mark = self.node.part(error.offset, error.length) if error.length else self.node.mark
            raise SpecError(Problem(error.message, mark, hint=error.hint)) from None

    @property
    def names(self) -> frozenset[str]:
        return self.expression.names

    @property
    def cost(self) -> int:
        """What evaluating it counts for beside the step: nothing, unless it is long."""
        return len(self.expression.text) // 64


class Named(NamedTuple):
    """The name of an earlier step that is no expression: it has a dash in it, or dots."""

    node: Scalar
    names: frozenset[str]
    size: int = 1
    cost: int = 0

    def at(self, lookup: Lookup) -> Any:
        return lookup(self.node.text)


class Listed(NamedTuple):
    """A list of values of which some are still to be computed; `names` are those that they mention."""

    node: Node
    items: tuple[Value, ...]
    size: int
    names: frozenset[str]
    cost: int

    def at(self, lookup: Lookup) -> Any:
        return tuple([item.at(lookup) for item in self.items])


Value: TypeAlias = Constant | Computed | Named | Listed


def listed(node: Node, items: Sequence[Value]) -> Constant | Listed:
    """A list of values: a constant where all of them are."""
    size = 1 + sum([item.size for item in items])
    if all(isinstance(item, Constant) for item in items):
        return Constant(node, tuple([item.value for item in items if isinstance(item, Constant)]), size)
    names = NO_NAMES.union(*(item.names for item in items))
    return Listed(node, tuple(items), size, names, size // 4 + sum([item.cost for item in items]))


class Expectation(NamedTuple):
    """One entry of an `expect:`."""

    quantity: str
    value: Value

    @property
    def written(self) -> str:
        """The value as it stands in the text."""
        node = self.value.node
        return node.text if isinstance(node, Scalar) else rewritten(node)


class Common(NamedTuple):
    """What may stand on any step; `mark` is its place."""

    mark: Mark
    name: Scalar | None = None
    when: Value | None = None
    source: Scalar | None = None
    expect: tuple[Expectation, ...] = ()
    freeze: Value | None = None


class LayerStep(NamedTuple):
    """One layer of a known type; `defaults` are the options that `defaults:` gives, `nodes` the places of all."""

    common: Common
    layer: type[Layer]
    options: dict[str, Value]
    defaults: dict[str, Value]
    nodes: dict[str, Node]


class CallStep(NamedTuple):
    """A call of a block; `arguments` by the names of the parameters."""

    common: Common
    block: str
    arguments: dict[str, Value]


class WordStep(NamedTuple):
    """A step whose type is a word that a variable holds: one of the `keys`; `read` reads it once the word is known."""

    common: Common
    keys: tuple[Scalar, ...]
    read: Callable[[Scalar, str], Step]


class GroupStep(NamedTuple):
    """Steps that are left out, named or frozen together."""

    common: Common
    body: tuple[Step, ...]


class RepeatStep(NamedTuple):
    """Steps run a number of times, or over lists in parallel."""

    common: Common
    times: Value | None
    over: dict[str, Value]
    body: tuple[Step, ...]


class Branch(NamedTuple):
    """A list of steps on the current tensor, or (`name`) a tensor made before."""

    mark: Mark
    body: tuple[Step, ...] = ()
    name: Scalar | None = None
    when: Value | None = None


class ResidualStep(NamedTuple):
    """A body and what is added to its output: the tensor that entered, unless a shortcut says otherwise."""

    common: Common
    body: tuple[Step, ...]
    shortcut: Branch | None


class JoinStep(NamedTuple):
    """Branches brought together by a join layer."""

    common: Common
    layer: type[Layer]
    branches: tuple[Branch, ...]
    options: dict[str, Value]
    nodes: dict[str, Node]


class ReuseStep(NamedTuple):
    """A named step run again with the same weights."""

    common: Common
    of: Scalar


Step: TypeAlias = LayerStep | CallStep | WordStep | GroupStep | RepeatStep | ResidualStep | JoinStep | ReuseStep


class Parameter(NamedTuple):
    """A parameter of a block, with its default, if it has one."""

    name: str
    default: Value | None
    by_name_only: bool = False


class Block:
    """A block: its parameters and, once read, its steps."""

    __slots__ = ("body", "name", "node", "parameters")

    def __init__(self, name: str, parameters: tuple[Parameter, ...], node: Scalar) -> None:
        self.name, self.parameters, self.node = name, parameters, node
        self.body: tuple[Step, ...] = ()

    @property
    def written(self) -> str:
        """The signature as it was written."""
        return " ".join(self.node.text.split())
