"""Nodes to values: numbers, expressions and lists of them, every name checked against those that are known there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from cnncalc.errors import Problem, SpecError, did_you_mean
from cnncalc.layers import REGISTRY, Option, Unfit
from cnncalc.spec import nodes
from cnncalc.spec.expressions import FUNCTIONS, Expression, ExpressionError, Word
from cnncalc.spec.nodes import Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described, is_nothing, line_of
from cnncalc.spec.tokens import MAX_LEVELS
from cnncalc.spec.tree import Block, Computed, Constant, Named, Value, listed
from cnncalc.spec.values import MAX_ITEMS
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import NOT_BOOLEANS, TENSOR_NAMES

OPTION_WORDS: Final = frozenset(
    word for layer in REGISTRY.values() for opt in layer.options().values() for word in opt.words
)
_PATH = re.compile(r"([A-Za-z0-9_-]+)((?:\.[A-Za-z0-9_-]+)*)")
_SPARE_READS: Final = 100_000


class ValueReader:
    """Reads the values of one text of a given length; `words` are the names of its blocks, inputs and steps."""

    def __init__(self, problems: Problems, words: Iterable[str], length: int) -> None:
        self.problems = problems
        self.words = set(words)
        self._expressions: dict[str, Expression] = {}
        self._lists: dict[tuple[Node, Visible], Value] = {}
        # Every step and value takes a character, so only aliases can need more readings than that.
        self._readings_left = length + _SPARE_READS
        self.later: dict[str, Node] = {}
        """The variables that are declared further down, and where."""
        self.body_of: Block | None = None
        """The block whose body is being read."""

    def count_reading(self, node: Node, readings: int = 1) -> None:
        """Refuses a text whose aliases, read anew wherever other names are visible, multiply without end."""
        self._readings_left -= readings
        if self._readings_left < 0:
            self.problems.add("the aliases of this text unfold to too much", node, hint="a block is read only once")
            self.problems.raise_any()

    def value(self, node: Node, visible: Visible, what: str) -> Value:
        """A number, an expression or a list of them."""
        if isinstance(node, Scalar):
            return self._scalar(node, visible, what)
        if isinstance(node, nodes.Mapping):
            self.problems.add(f"{what} is a number, an expression or a list, not a mapping", node)
            return Constant(node, None)
        assert isinstance(node, Sequence)
        if not node.aliased:
            return self._list(node, visible, what)
        key = node, visible
        if key not in self._lists:
            self._lists[key] = self._list(node, visible, what)
        return self._lists[key]

    def _list(self, node: Sequence, visible: Visible, what: str) -> Value:
        if node.height > MAX_LEVELS:
            self.problems.add(f"{what}: a list of more than {MAX_LEVELS} levels", node)
            return Constant(node, None)
        self.count_reading(node, len(node.items))
        value = listed(node, [self.value(item, visible, what) for item in node.items])
        if value.size <= MAX_ITEMS:
            return value
        self.problems.add(f"{what}: a list of {value.size:,} values; at most {MAX_ITEMS:,} are read", node)
        return Constant(node, None)

    def _scalar(self, node: Scalar, visible: Visible, what: str) -> Value:
        if not isinstance(node.value, str):
            return Constant(node, node.value)
        path = _PATH.fullmatch(node.text)
        if path and (path[2] or "-" in node.text) and path[1] in self.words:
            return Named(node, frozenset((node.text,)))
        try:
            expression = self._expressions.get(node.text) or Expression(node.text)
        except ExpressionError as error:
            mark = node.part(error.offset, error.length) if error.length else node.mark
            self.problems.add(f"{what}: {error.message}", mark, hint=error.hint)
            return Constant(node, None)
        self._expressions[node.text] = expression
        for name in sorted(expression.names):
            if name not in visible and not self.is_word(name):
                mark = node.part(*expression.where(name))
                self.problems.add(f"{what}: unknown name {name}", mark, hint=self.known(name, visible, node))
        return Computed(node, expression)

    def is_word(self, name: str) -> bool:
        """Whether an expression may hold the name as a word."""
        numbered = name.rstrip("0123456789")  # a name that is given in a repeat
        return name in REGISTRY or name in OPTION_WORDS or name in self.words or numbered in self.words

    def known(self, name: str, visible: Visible, node: Node) -> str:
        """The hint beside a name that nobody knows where the node stands."""
        if name == "index":
            return "index counts the repeat that is written around it; hand it to a block as a parameter"
        if name in TENSOR_NAMES:
            return f"{name} is known in steps and in the defaults of a block's parameters: no tensor enters here"
        if name in self.later:
            declared = self.later[name]
            if declared.source is node.source:
                return f"{name} is declared further down; a variable sees those above it"
            order = "inherited variables keep their order, a new one stands above the next of them that is given here"
            return f"{name} is declared further down, in {line_of(declared.mark, node.mark)}: {order}"
        meant = did_you_mean(name, {*visible, *self.words}) or did_you_mean(name, {*FUNCTIONS, *REGISTRY})
        if meant:
            return meant
        if self.body_of is not None:
            signature = self.body_of.written
            return f"a block sees the variables and its own parameters: hand {name} to {signature} as one of them"
        names = sorted({*visible} - {*TENSOR_NAMES})
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        return f"known here: {shown}" if names else f"declare it at the top: vars: {{{name}: …}}"

    def option(self, opt: Option, node: Node, visible: Visible) -> Value:
        """The value of an option; what can be judged without evaluating is judged here, and is in the option's type."""
        if isinstance(node, Scalar):
            if node.text in opt.words:
                return Constant(node, node.text)
            unknown = node.text not in visible and not self.is_word(node.text)
            if isinstance(node.value, str) and node.text.isidentifier() and unknown:
                self._refuse_word(opt, node, visible)
                return Constant(node, None)
        known = len(self.problems.found)
        value = self.value(node, visible, opt.name)
        if value.names or len(self.problems.found) > known:
            return value
        try:
            return Constant(node, cast(opt, value.at(_nothing)))
        except Unfit as unfit:
            self.problems.extend([misfit(unfit, value)])
        except SpecError as error:
            self.problems.extend(error.problems)
        return Constant(node, None)

    def _refuse_word(self, opt: Option, node: Scalar, visible: Visible) -> None:
        word = node.text
        boolean = "true or false" in opt.expectation
        if boolean and word.lower() in NOT_BOOLEANS:
            hint: str | None = f"write {NOT_BOOLEANS[word.lower()]}"
        elif word.lower() in opt.words:
            hint = f"write {word.lower()}"
        elif boolean or opt.kind is str:
            hint = did_you_mean(word, [*visible, *opt.words, *(("true", "false") if boolean else ())])
        else:
            hint = self.known(word, visible, node)
        self.problems.add(f"{opt.name} {opt.expectation}, not {described(node)}", node, hint=hint)

    def flag(self, node: Node | None, visible: Visible, what: str) -> Value | None:
        """The value of `when:` or `freeze:`."""
        if node is None:
            return None
        word = described(node).lower()
        known = len(self.problems.found)
        if word in NOT_BOOLEANS and word not in visible:
            value: Value = Constant(node, None)
        else:
            value = self.value(node, visible, what)
        wrong = isinstance(value, Constant) and not isinstance(value.value, bool)
        if wrong and len(self.problems.found) == known:
            hint = f"write {NOT_BOOLEANS[word]}" if word in NOT_BOOLEANS else "for example stride > 1"
            self.problems.add(f"{what} is true or false, not {described(node)}", node, hint=hint)
        return value

    def entries(self, node: Node | None, what: str) -> dict[str, tuple[Scalar, Node]]:
        """The entries of a mapping; none where there is nothing."""
        if isinstance(node, nodes.Mapping):
            return node.entries
        if node is not None and not is_nothing(node):
            self.problems.add(f"{what} is a mapping, not {described(node)}", node)
        return {}


def misfit(unfit: Unfit, value: Value) -> Problem:
    """The problem of an option that doesn't have the type it should have."""
    hint = unfit.hint
    if hint and isinstance(value, Computed):  # what makes it whole is written around the expression
        hint = ", ".join(f"{name}({value.expression.text.strip()})" for name in ("int", "round", "divisible"))
        hint = f"make it whole: {hint}"
    return Problem(unfit.message, value.node.mark, unfit.because, hint)


def cast(opt: Option, value: Any) -> Any:
    """The value in the option's type; `Unfit` where it has none, or is no size."""
    found = opt.cast(_plain(value))
    for number in found if isinstance(found, tuple) else (found,):
        if isinstance(number, int) and not -(2**63) < number < 2**63:
            raise Unfit(f"{opt.name} is below 2**63, not {number}", option=opt.name)
    return found


def _plain(value: Any) -> Any:
    """The value with its words as texts."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.text if isinstance(value, Word) else value


def _nothing(name: str) -> Any:
    raise KeyError(name)
