"""Nodes to values: numbers, expressions and lists of them, with every name checked against those that are known there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnncalc.analysis import QUANTITIES
from cnncalc.errors import did_you_mean
from cnncalc.layers import REGISTRY, Layer, Option, Unfit
from cnncalc.spec import nodes
from cnncalc.spec.expressions import CONSTANTS, FUNCTIONS, Expression, ExpressionError, Word
from cnncalc.spec.nodes import Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described
from cnncalc.spec.tree import Computed, Constant, Expectation, Listed, Value
from cnncalc.spec.vocabulary import TENSOR_NAMES

EXPECTED = ("output", *QUANTITIES, "depth", "layers")
OPTION_WORDS = frozenset(word for layer in REGISTRY.values() for opt in layer.options().values() for word in opt.words)

MAX_ITEMS = 100_000

Visible = frozenset[str]
"""The names that an expression may use where it stands."""


class ValueReader:
    """Reads the values of one text; `words` are the names of its blocks and steps."""

    def __init__(self, problems: Problems, words: Iterable[str]) -> None:
        self.problems = problems
        self.words = frozenset(words)
        # by node, since aliases share theirs: a text that unfolds to millions of values is still read once
        self.values: dict[tuple[int, Visible], Value] = {}

    def value(self, node: Node, visible: Visible, what: str) -> Value:
        """A number, an expression or a list of them."""
        key = id(node), visible
        if key not in self.values:
            self.values[key] = self._value(node, visible, what)
        return self.values[key]

    def _value(self, node: Node, visible: Visible, what: str) -> Value:
        if isinstance(node, Sequence):
            return self._list(Listed(node, tuple(self.value(item, visible, what) for item in node.items)))
        if isinstance(node, nodes.Mapping):
            self.problems.add(f"{what} is a number, an expression or a list, not a mapping", node)
            return Constant(node, None)
        assert isinstance(node, Scalar)
        if not isinstance(node.value, str):
            return Constant(node, node.value)
        if "-" in node.text and node.text in self.words:
            return Constant(node, Word(node.text))
        return self._expression(node, visible, what)

    def _list(self, listed: Listed) -> Value:
        if listed.size <= MAX_ITEMS:
            return listed
        self.problems.add(f"a list of {listed.size:,} values; at most {MAX_ITEMS:,} are read", listed.node)
        return Constant(listed.node, None)

    def _expression(self, node: Scalar, visible: Visible, what: str) -> Value:
        try:
            expression = Expression(node.text)
        except ExpressionError as error:
            mark = node.part(error.offset, error.length) if error.length else node.mark
            self.problems.add(f"{what}: {error.message}", mark, hint=error.hint)
            return Constant(node, None)
        for name in sorted(expression.names - visible):
            if not self.is_word(name):
                mark = node.part(*expression.where(name))
                self.problems.add(f"{what}: unknown name {name}", mark, hint=self._known(name, visible))
        return Computed(node, expression)

    def is_word(self, name: str) -> bool:
        """Whether an expression may hold the name as a word."""
        return name in REGISTRY or name in self.words or name in OPTION_WORDS

    def _known(self, name: str, visible: Visible) -> str:
        if name == "index":
            return "index counts the repeat that is written around it; hand it to a block as a parameter"
        if name in TENSOR_NAMES:
            return "no tensor enters here"
        meant = did_you_mean(name, {*visible, *FUNCTIONS, *CONSTANTS, *self.words})
        known = ", ".join(sorted(visible - {*TENSOR_NAMES}))
        return meant or (f"known here: {known}" if known else "declare it under vars:")

    def option(self, opt: Option, node: Node, visible: Visible) -> Value:
        """The value of an option; what can be judged without evaluating is judged here."""
        if isinstance(node, Scalar) and node.text in opt.words:
            return Constant(node, node.text)
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.text.isidentifier():
            if node.text not in visible and not self.is_word(node.text):
                near = did_you_mean(node.text, {*visible, *opt.words})
                hint = near or self._known(node.text, visible)
                message = f"{opt.name} {opt.expectation}; {node.text} is no name that is known here"
                self.problems.add(message, node, hint=hint)
                return Constant(node, opt.default)
        known = len(self.problems.found)
        value = self.value(node, visible, opt.name)
        if not value.names and len(self.problems.found) == known:
            try:
                return Constant(node, opt.cast(value.at(_nothing)))
            except Unfit as unfit:
                self.problems.add(unfit.message, node, because=unfit.because, hint=unfit.hint)
        return value

    def expectations(self, node: Node | None, visible: Visible) -> tuple[Expectation, ...]:
        """The entries of an `expect:`."""
        if node is None:
            return ()
        if not isinstance(node, nodes.Mapping):
            self.problems.add(f"expect is a mapping such as {{params: 760}}, not {described(node)}", node)
            return ()
        found = []
        for quantity, (key, value) in node.entries.items():
            if quantity not in EXPECTED:
                hint = did_you_mean(quantity, EXPECTED) or f"quantities: {', '.join(EXPECTED)}"
                self.problems.add(f"expect: unknown quantity {quantity}", key, hint=hint)
            else:
                found.append(Expectation(quantity, self.value(value, visible, f"expect: {quantity}"), key.mark))
        return tuple(found)

    def defaults(
        self, node: Node | None, types: Mapping[str, type[Layer]], visible: Visible
    ) -> dict[type[Layer], dict[str, tuple[Node, Value]]]:
        """The `defaults:` by layer type."""
        found: dict[type[Layer], dict[str, tuple[Node, Value]]] = {}
        if node is None:
            return found
        for name, (key, entries) in self.entries(node, "defaults").items():
            if name not in types:
                hint = did_you_mean(name, types)
                self.problems.add(f"defaults: unknown layer type {name}", key, hint=hint)
                continue
            options = types[name].options()
            found[types[name]] = {}
            for option_name, (option_key, value) in self.entries(entries, f"defaults: {name}").items():
                if option_name in options:
                    found[types[name]][option_name] = value, self.option(options[option_name], value, visible)
                else:
                    hint = did_you_mean(option_name, options) or f"it takes {', '.join(options)}"
                    self.problems.add(f"{name} has no option {option_name}", option_key, hint=hint)
        return found

    def entries(self, node: Node | None, what: str) -> dict[str, tuple[Scalar, Node]]:
        """The entries of a mapping; of none where there is nothing."""
        if node is None or (isinstance(node, Scalar) and node.value is None and node.plain):
            return {}
        if isinstance(node, nodes.Mapping):
            return node.entries
        self.problems.add(f"{what} is a mapping, not {described(node)}", node)
        return {}


def _nothing(name: str) -> Value:
    raise KeyError(name)
