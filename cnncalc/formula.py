"""One object per formula: it computes, on integers and on NumPy arrays, and it prints itself, in symbols or in values.

A formula is our own constant in Python's notation, with `floor`, `ceil`, `min`, `max`, `prod` and `sum`. Division is
exact: a remainder raises, except directly below `floor` and `ceil`. So whole numbers stay whole at any size. What users
write never comes here: their expressions go through the closed evaluator of `cnncalc.spec.expressions`.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from types import CodeType
from typing import Any, NamedTuple

from cnncalc.notation import Value, function_of, latex, printed


class Formula:
    """A formula such as `floor((n + 2*p - d*(k - 1) - 1) / s) + 1`.

    >>> size = Formula("floor((n + 2*p - k) / s) + 1")
    >>> values = {"n": 227, "p": 0, "k": 11, "s": 4}
    >>> size.text(), size.text(values), size(values)
    ('⌊(n + 2·p − k)/s⌋ + 1', '⌊(227 + 2·0 − 11)/4⌋ + 1', 55)
    """

    def __init__(self, source: str) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"Formula({self.source!r})"

    @cached_property
    def tree(self) -> ast.expr:
        return ast.parse(self.source, mode="eval").body

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols it uses, in order of appearance."""
        nodes = list(ast.walk(self.tree))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
        return tuple(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))

    def __call__(self, values: Mapping[str, Value]) -> Any:
        """The result; an array as soon as a value is one, widened to Python's integers where 64 bits fall short."""
        arrays = "numpy" in sys.modules and any(map(_has_array, values.values()))
        if arrays:
            values = self._widened(values)
        return eval(self._code, {**_FUNCTIONS, **values})

    def of(self, values: Mapping[str, Value]) -> Number:
        """The result together with how it came about."""
        return Number(eval(self._code, {**_FUNCTIONS, **values}), self, values)

    def text(self, values: Mapping[str, Value] | None = None) -> str:
        """In symbols, or with the values in their places."""
        return printed(self.tree, values)

    def latex(self, values: Mapping[str, Value] | None = None) -> str:
        """The same in LaTeX, for math mode."""
        return latex(self.tree, values)

    @cached_property
    def _code(self) -> CodeType:
        return _compiled(_Exact(), self.source)

    def _widened(self, values: Mapping[str, Value]) -> dict[str, Value]:
        used = {name: values[name] for name in self.symbols}
        # of a min, too, the larger argument counts: every step has to fit
        largest = {**_FUNCTIONS, "min": _FUNCTIONS["max"]}
        most = eval(_compiled(_Magnitude(), self.source), {**largest, **_each(used, _magnitude)})
        kind = object if most >= 2**63 else "int64"
        return _each(used, lambda x: x.astype(kind) if hasattr(x, "dtype") and x.dtype.kind in "iu" else x)


class Number(NamedTuple):
    """A result that remembers its formula and the values that went in."""

    value: int
    formula: Formula
    symbols: Mapping[str, Value]

    def text(self) -> str:
        """The formula with its numbers: `⌊(227 + 2·0 − 11)/4⌋ + 1`."""
        return self.formula.text(self.symbols)

    def latex(self) -> str:
        """The same in LaTeX, for math mode."""
        return self.formula.latex(self.symbols)


ZERO = Number(0, Formula("0"), {})


def _compiled(rewrite: ast.NodeTransformer, source: str) -> CodeType:
    tree = rewrite.visit(ast.parse(source, mode="eval"))
    return compile(ast.fix_missing_locations(tree), source, "eval")


def _is_division(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


class _Exact(ast.NodeTransformer):
    """Rewrites `floor(a/b)` to `a // b`, `ceil(a/b)` to `-(-a // b)` and any other `a/b` to a checked division."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name, [first, *_] = function_of(node), node.args
        if name not in ("floor", "ceil") or not (isinstance(first, ast.BinOp) and _is_division(first)):
            return self.generic_visit(node)
        above, below = self.visit(first.left), self.visit(first.right)
        if name == "floor":
            return ast.BinOp(above, ast.FloorDiv(), below)
        down = ast.BinOp(ast.UnaryOp(ast.USub(), above), ast.FloorDiv(), below)
        return ast.UnaryOp(ast.USub(), down)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if _is_division(node):
            return ast.Call(ast.Name("_exact", ast.Load()), [node.left, node.right], [])
        return node


class _Magnitude(ast.NodeTransformer):
    """Rewrites a formula so that, on magnitudes, it bounds its own result and every step on the way."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div):
            return node.left
        return ast.BinOp(node.left, ast.Add() if isinstance(node.op, ast.Sub) else node.op, node.right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self.visit(node.operand)  # type: ignore[no-any-return]


def _exact(above: Any, below: Any) -> Any:
    rest = above % below
    if hasattr(rest, "terms"):  # a polynomial: whatever its symbols stand for is taken to divide
        return above / below
    if rest.any() if hasattr(rest, "dtype") else rest:
        raise ArithmeticError(f"{above}/{below} leaves a remainder")
    return above // below


def _floor(x: Any) -> Any:
    if not hasattr(x, "dtype"):
        return math.floor(x)
    numpy = sys.modules["numpy"]
    return numpy.floor(x).astype("int64") if x.dtype.kind == "f" else numpy.frompyfunc(math.floor, 1, 1)(x)


def _pick(builtin: Callable[..., Any], array: str) -> Callable[..., Any]:
    def pick(*values: Any) -> Any:
        first, *rest = values[0] if len(values) == 1 else values
        for value in rest:
            arrays = hasattr(first, "dtype") or hasattr(value, "dtype")
            first = getattr(sys.modules["numpy"], array)(first, value) if arrays else builtin(first, value)
        return first

    return pick


_FUNCTIONS: dict[str, Any] = {
    "_exact": _exact,
    "floor": _floor,
    "ceil": math.ceil,
    "min": _pick(min, "minimum"),
    "max": _pick(max, "maximum"),
    "prod": math.prod,
    "sum": sum,
}


def _has_array(value: Value) -> bool:
    return any(map(_has_array, value)) if isinstance(value, tuple) else hasattr(value, "dtype")


def _magnitude(value: Any) -> int:
    return max(1, int(abs(value).max()) if hasattr(value, "dtype") else math.ceil(abs(value)))


def _each(values: Mapping[str, Value], function: Callable[[Any], Any]) -> dict[str, Value]:
    return {k: tuple(map(function, v)) if isinstance(v, tuple) else function(v) for k, v in values.items()}
