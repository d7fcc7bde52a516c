"""The expressions of a spec (`4*width`, `s if index == 0 else 1`): parsed once, evaluated many times.

A user's text is never compiled or run: `ast.parse` reads it, a whitelist of nodes becomes closures over the operations
in `values`. (Our own formulas, constants of this package, do go through `compile`; see `formula`.)
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from cnncalc.errors import did_you_mean
from cnncalc.spec.tokens import MAX_LENGTH, MAX_LEVELS, ExpressionError, Token, tokens
from cnncalc.spec.values import (
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    Value,
    Word,
    check_limits,
    item,
    negative,
    positive,
    truth,
    whole,
    written,
)

__all__ = ["CONSTANTS", "FUNCTIONS", "RESERVED", "Expression", "ExpressionError", "Value", "Word"]
__all__ += ["check_limits", "whole", "written"]

Lookup: TypeAlias = Callable[[str], Value]
Step: TypeAlias = Callable[[Lookup], Value]
CONSTANTS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
# Names that nobody can give to a variable or parameter and still use in an expression.
RESERVED: Final = frozenset({*FUNCTIONS, *CONSTANTS, "True", "False", "None"})


class Expression:
    """A text that gives a value once its names have theirs."""

    __slots__ = ("_run", "_spots", "names", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        builder = _Builder(len(text) - len(text.lstrip()))
        self._run = builder.build(_parse(text))
        self._spots = builder.spots
        self.names = frozenset(builder.spots)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def where(self, name: str) -> tuple[int, int]:
        """Offset and length of the first use of one of the names."""
        return self._spots[name], len(name)

    def evaluate(self, lookup: Lookup) -> Value:
        """The value; `lookup` raises KeyError for a name that nobody knows, or its own ExpressionError for one that
        can't be used here, which is then placed at the name.
        """
        return self._run(lookup)


def _parse(text: str) -> ast.expr:
    found = tokens(text)
    line = text.strip().translate({ord(c): " " for c in "\t\r\n"})
    try:
        return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        raise _unparsed(found, len(text) - len(text.lstrip()) + (error.offset or 1) - 1) from None


def _unparsed(found: list[Token], offset: int) -> ExpressionError:
    """What Python's parser could not read, in our words; its own change from version to version."""
    words = [token.text for token in found]
    if words.count("if") != words.count("else"):
        token = found[words.index("if" if "if" in words else "else")]
        return token.error("if and else go together", "write a if condition else b")
    if not found[-1].ends:
        return found[-1].error(f"the expression breaks off behind {words[-1]}")
    token = next((token for token in found if token.end > offset), found[-1])
    return token.error(f"{token.text} is not expected here")


class _Builder:
    """Turns nodes into closures; `spots` gathers the names and where they first stand."""

    def __init__(self, shift: int) -> None:
        self.shift = shift
        self.spots: dict[str, int] = {}
        self.level = 0

    def build(self, node: ast.expr) -> Step:
        make = getattr(self, f"_{type(node).__name__.lower()}", None)
        if make is None:
            raise self.error(node, "this can't stand in an expression", _FOREIGN.get(type(node)))
        self.level += 1
        if self.level > MAX_LEVELS:
            raise self.error(node, f"an expression of more than {MAX_LEVELS} levels")
        step: Step = make(node)
        self.level -= 1
        return step

    def error(self, node: ast.expr, message: str, hint: str | None = None) -> ExpressionError:
        start = node.col_offset + self.shift
        return ExpressionError(message, start, (node.end_col_offset or start + 1) - node.col_offset, hint)

    def placed(self, node: ast.expr, step: Step) -> Step:
        """The step, with its errors placed at the node unless a part of it already was."""
        offset, length = node.col_offset + self.shift, (node.end_col_offset or 0) - node.col_offset

        def run(lookup: Lookup) -> Value:
            try:
                return step(lookup)
            except ExpressionError as error:
                if not error.length:
                    error.offset, error.length = offset, length
                raise

        return run

    def _constant(self, node: ast.Constant) -> Step:
        value: Any = node.value
        try:
            check_limits(value)
        except ExpressionError:
            raise self.error(node, "this number is out of bounds; numbers are below 2**256") from None
        return lambda _: value

    def _name(self, node: ast.Name) -> Step:
        name = node.id
        if name in CONSTANTS:
            value = CONSTANTS[name]
            return lambda _: value
        if name in FUNCTIONS:
            raise self.error(node, f"{name} is a function", f"write {name}(…)")
        offset = node.col_offset + self.shift  # parts are not built in the order of the text
        self.spots[name] = min(offset, self.spots.get(name, offset))

        def look_up(lookup: Lookup) -> Value:
            try:
                return lookup(name)
            except KeyError:
                raise ExpressionError(f"unknown name {name!r}", name=name) from None

        return self.placed(node, look_up)

    def _list(self, node: ast.List) -> Step:
        items = [self.build(element) for element in node.elts]
        return self.placed(node, lambda lookup: check_limits(tuple([step(lookup) for step in items])))

    def _binop(self, node: ast.BinOp) -> Step:
        """A chain of operators is one level, however long: a + b + c, read as (a + b) + c."""
        chain: list[tuple[Callable[[Value, Value], Value], Step]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            chain.append((ARITHMETIC[type(left.op).__name__], self.build(left.right)))
            left = left.left
        first = self.build(left)
        chain.reverse()

        def run(lookup: Lookup) -> Value:
            value = first(lookup)
            for operate, right in chain:
                value = operate(value, right(lookup))
            return value

        return self.placed(node, run)

    def _unaryop(self, node: ast.UnaryOp) -> Step:
        operand = self.build(node.operand)
        if isinstance(node.op, ast.Not):
            return self.placed(node, lambda lookup: not truth(operand(lookup)))
        operate = negative if isinstance(node.op, ast.USub) else positive
        return self.placed(node, lambda lookup: operate(operand(lookup)))

    def _boolop(self, node: ast.BoolOp) -> Step:
        parts, stop = [self.build(value) for value in node.values], isinstance(node.op, ast.Or)

        def run(lookup: Lookup) -> Value:
            for part in parts:
                value = part(lookup)
                if truth(value) is stop:
                    break
            return value

        return self.placed(node, run)

    def _compare(self, node: ast.Compare) -> Step:
        first = self.build(node.left)
        tests = [COMPARISONS[type(op).__name__] for op in node.ops]
        chain = list(zip(tests, [self.build(right) for right in node.comparators], strict=True))

        def run(lookup: Lookup) -> Value:
            left = first(lookup)
            for test, step in chain:
                right = step(lookup)
                if not test(left, right):
                    return False
                left = right
            return True

        return self.placed(node, run)

    def _ifexp(self, node: ast.IfExp) -> Step:
        test, yes, no = self.build(node.test), self.build(node.body), self.build(node.orelse)
        condition = self.placed(node.test, lambda lookup: truth(test(lookup)))
        return lambda lookup: yes(lookup) if condition(lookup) else no(lookup)

    def _subscript(self, node: ast.Subscript) -> Step:
        values, index = self.build(node.value), self.build(node.slice)
        return self.placed(node, lambda lookup: item(values(lookup), index(lookup)))

    def _call(self, node: ast.Call) -> Step:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS) or f"functions are {', '.join(FUNCTIONS)}"
            raise self.error(node.func, f"unknown function {name!r}" if name else "only names can be called", hint)
        arguments = list(node.args)
        for keyword in node.keywords:
            if name != "divisible" or keyword.arg != "d" or len(node.args) != 1 or len(node.keywords) > 1:
                raise self.error(node, f"{name} takes no {keyword.arg}= here")
            arguments.append(keyword.value)
        least, most = _ARITIES.get(name, (1, 1))
        if not least <= len(arguments) <= most:
            wanted = "at least 1" if most > 2 else "1 or 2" if most == 2 else "1"
            raise self.error(node, f"{name} takes {wanted} in its brackets, not {len(arguments)}")
        function, steps = FUNCTIONS[name], [self.build(argument) for argument in arguments]
        return self.placed(node, lambda lookup: function(*[step(lookup) for step in steps]))


_ARITIES: Final = {"min": (1, MAX_LENGTH), "max": (1, MAX_LENGTH), "divisible": (1, 2)}
_FOREIGN: Final[dict[type[ast.expr], str]] = {
    ast.Tuple: "a list is written [a, b]",
    ast.Starred: "min and max take a list as it is",
    ast.Slice: "one item at a time: x[0]",
}
