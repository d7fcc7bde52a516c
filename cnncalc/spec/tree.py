"""The steps of a spec as read: checked as far as the text alone allows, nothing evaluated yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.layers import Layer
from cnncalc.spec.expressions import Expression, ExpressionError, Lookup
from cnncalc.spec.nodes import Node, Scalar


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in the text."""

    node: Node
    value: Any

    def at(self, lookup: Lookup) -> Any:
        return self.value

    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Computed:
    """An expression."""

    node: Scalar
    expression: Expression

    def at(self, lookup: Lookup) -> Any:
        try:
            return self.expression.evaluate(lookup)
        except ExpressionError as error:
            mark = self.node.part(error.offset, error.length) if error.length else self.node.mark
            raise SpecError(Problem(error.message, mark, hint=error.hint)) from None

    @property
    def names(self) -> frozenset[str]:
        return self.expression.names


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values."""

    node: Node
    items: tuple[Value, ...]
    size: int = 0
    """How many values it holds on all levels."""

    def __post_init__(self) -> None:
        inner = sum(item.size if isinstance(item, Listed) else 1 for item in self.items)
        object.__setattr__(self, "size", 1 + inner)

    def at(self, lookup: Lookup) -> Any:
        return tuple(item.at(lookup) for item in self.items)

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(item.names for item in self.items))


Value: TypeAlias = Constant | Computed | Listed


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry of `expect:`."""

    quantity: str
    value: Value
    mark: Mark


@dataclass(frozen=True, slots=True)
class Common:
    """What may stand on any step."""

    node: Node
    name: Scalar | None = None
    when: Value | None = None
    source: Scalar | None = None
    expect: tuple[Expectation, ...] = ()
    freeze: Value | None = None


@dataclass(frozen=True, slots=True)
class LayerStep:
    """One layer of a known type; `nodes` are the places of its options."""

    common: Common
    layer: type[Layer]
    options: dict[str, Value]
    nodes: dict[str, Node]


@dataclass(frozen=True, slots=True)
class CallStep:
    """A call of a block; `arguments` by the names of the parameters."""

    common: Common
    block: str
    arguments: dict[str, Value]


@dataclass(frozen=True, slots=True)
class WordStep:
    """A step whose type is the word that a variable holds; `read` reads it as soon as the word is known."""

    common: Common
    word: Scalar
    read: Callable[[str], Step]


@dataclass(frozen=True, slots=True)
class GroupStep:
    """Steps that are left out, named or frozen together."""

    common: Common
    body: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RepeatStep:
    """Steps run a number of times, or over lists in parallel."""

    common: Common
    count: Value | None
    over: dict[str, Value]
    body: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A list of steps on the current tensor, or (`name`) a tensor made before."""

    node: Node
    body: tuple[Step, ...] = ()
    name: Scalar | None = None
    when: Value | None = None


@dataclass(frozen=True, slots=True)
class ResidualStep:
    """A body and what is added to its output: the tensor that entered, unless a shortcut says otherwise."""

    common: Common
    body: tuple[Step, ...]
    shortcut: Branch | None


@dataclass(frozen=True, slots=True)
class JoinStep:
    """Branches brought together by a join layer."""

    common: Common
    layer: type[Layer]
    branches: tuple[Branch, ...]
    options: dict[str, Value]
    nodes: dict[str, Node]


@dataclass(frozen=True, slots=True)
class ReuseStep:
    """A named step run again with the same weights."""

    common: Common
    of: Scalar


Step: TypeAlias = LayerStep | CallStep | WordStep | GroupStep | RepeatStep | ResidualStep | JoinStep | ReuseStep


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a block, with its default, if it has one."""

    name: str
    default: Value | None
    by_name_only: bool = False


@dataclass(slots=True)
class Block:
    """A block: its parameters and, once read, its steps."""

    name: str
    parameters: tuple[Parameter, ...]
    node: Node
    body: tuple[Step, ...] = field(default=())
