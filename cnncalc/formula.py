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
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = Any
"""An int (a float only as a scale factor), a NumPy array of them, or a tuple with one entry per axis."""


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
        names = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name) and node.id not in _FUNCTIONS]
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
        return _Printer(values).print(self.tree)[0]

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


ZERO = Number(0, Formula("0"), {})


def _compiled(rewrite: ast.NodeTransformer, source: str) -> CodeType:
    tree = rewrite.visit(ast.parse(source, mode="eval"))
    return compile(ast.fix_missing_locations(tree), source, "eval")


def _function(node: ast.AST) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def _is_division(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


class _Exact(ast.NodeTransformer):
    """Rewrites `floor(a/b)` to `a // b`, `ceil(a/b)` to `-(-a // b)` and any other `a/b` to a checked division."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name, [first, *_] = _function(node), node.args
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


_SUM, _PRODUCT, _SIGN, _ATOM = range(1, 5)
_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: (" + ", _SUM),
    ast.Sub: (" − ", _SUM),
    ast.Mult: ("·", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
}
_FENCES = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_SERIES = {"prod": ("∏", "·", _PRODUCT, "1"), "sum": ("∑", " + ", _SUM, "0")}


class _Printer:
    """Prints a tree as (text, how tightly it binds)."""

    def __init__(self, values: Mapping[str, Value] | None) -> None:
        self.values = values

    def print(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Constant):
            return str(node.value), _ATOM
        if isinstance(node, ast.Name):
            return (node.id, _ATOM) if self.values is None else _literal(self.values[node.id])
        if isinstance(node, ast.UnaryOp):
            return "−" + self.within(node.operand, _ATOM), _SIGN
        if isinstance(node, ast.BinOp):
            sign, binds = _OPERATORS[type(node.op)]
            series = isinstance(node.op, ast.Mult) and _function(node.right) == "prod"
            return self.within(node.left, binds) + sign + self.within(node.right, binds + (not series)), binds
        assert isinstance(node, ast.Call)
        return self.call(_function(node) or "", node.args)

    def within(self, node: ast.expr, least: int) -> str:
        text, binds = self.print(node)
        return text if binds >= least else f"({text})"

    def spread(self, args: list[ast.expr]) -> list[tuple[str, int]] | None:
        """The entries of the one symbol that a function takes, where values are printed."""
        if self.values is None or len(args) != 1 or not isinstance(args[0], ast.Name):
            return None
        return [_literal(value) for value in self.values[args[0].id]]

    def call(self, name: str, args: list[ast.expr]) -> tuple[str, int]:
        if name in _FENCES:
            left, right = _FENCES[name]
            return left + self.print(args[0])[0] + right, _ATOM
        parts = self.spread(args)
        if name in _SERIES:
            sign, between, binds, empty = _SERIES[name]
            if parts is None:
                return sign + self.within(args[0], _ATOM), _ATOM
            within = [text if tight > binds else f"({text})" for text, tight in parts]
            return (between.join(within) or empty), binds if len(parts) > 1 else _SIGN
        texts = [text for text, _ in parts] if parts is not None else [self.print(arg)[0] for arg in args]
        return f"{name}({', '.join(texts)})", _ATOM


def _literal(value: Any) -> tuple[str, int]:
    text = str(value)
    return (f"−{text[1:]}", _SUM) if text.startswith("-") else (text, _ATOM)
