"""Formulas in print: from Python's notation to that of mathematics, in symbols or with values in their places."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""An int (a float only as a scale factor), a NumPy array of them, or a tuple with one entry per axis."""

_CASES, _SUM, _PRODUCT, _SIGN, _ATOM = range(5)
_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: (" + ", _SUM),
    ast.Sub: (" − ", _SUM),
    ast.Mult: ("·", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {ast.Lt: " < ", ast.LtE: " ≤ ", ast.Gt: " > ", ast.GtE: " ≥ "}
_FENCES = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}
_SERIES = {"prod": ("∏", "·", _PRODUCT, "1"), "sum": ("∑", " + ", _SUM, "0")}
_NAMES = {"pi": "π", "Phi": "Φ", "sigma": "σ", "delta_ij": "δ_ij", "f": "f(x)", "log": "ln"}
_RAISED = str.maketrans("0123456789−x", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣ")


def printed(tree: ast.expr, values: Mapping[str, Value] | None = None) -> str:
    """The formula in symbols, or with the values in their places."""
    return _Printer(values).print(tree)[0]


def sign(symbol: str) -> str:
    """How a symbol is written."""
    return _NAMES.get(symbol, symbol)


def function_of(node: ast.AST) -> str | None:
    """The name of the function that a node calls."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


class _Printer:
    """Prints a tree as (text, how tightly it binds)."""

    def __init__(self, values: Mapping[str, Value] | None) -> None:
        self.values = values

    def print(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Constant):
            return str(node.value), _ATOM
        if isinstance(node, ast.Name):
            return (sign(node.id), _ATOM) if self.values is None else _literal(self.values[node.id])
        if isinstance(node, ast.UnaryOp):
            return "−" + self.within(node.operand, _ATOM), _SIGN
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        if isinstance(node, ast.IfExp):
            return self.cases(node), _CASES
        if isinstance(node, ast.Compare):
            signs = (_COMPARISONS[type(op)] for op in node.ops)
            rest = (than + self.within(side, _SUM) for than, side in zip(signs, node.comparators))
            return self.within(node.left, _SUM) + "".join(rest), _CASES
        assert isinstance(node, ast.Call)
        return self.call(function_of(node) or "", node.args)

    def within(self, node: ast.expr, least: int) -> str:
        text, binds = self.print(node)
        return text if binds >= least else f"({text})"

    def operation(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Pow):
            return self.within(node.left, _ATOM) + self.print(node.right)[0].translate(_RAISED), _ATOM
        between, binds = _OPERATORS[type(node.op)]
        series = isinstance(node.op, ast.Mult) and function_of(node.right) == "prod"
        return self.within(node.left, binds) + between + self.within(node.right, binds + (not series)), binds

    def cases(self, node: ast.IfExp) -> str:
        """`x if x > 0, alpha·(eˣ − 1) otherwise`."""
        case = f"{self.print(node.body)[0]} if {self.print(node.test)[0]}, "
        other = node.orelse
        return case + (self.cases(other) if isinstance(other, ast.IfExp) else f"{self.print(other)[0]} otherwise")

    def spread(self, args: list[ast.expr]) -> list[tuple[str, int]] | None:
        """The entries of the one symbol that a function takes, where values are printed."""
        if self.values is None or len(args) != 1 or not isinstance(args[0], ast.Name):
            return None
        return [_literal(value) for value in self.values[args[0].id]]

    def call(self, name: str, args: list[ast.expr]) -> tuple[str, int]:
        if name in _FENCES:
            left, right = _FENCES[name]
            return left + self.print(args[0])[0] + right, _ATOM
        if name == "sqrt":
            return "√" + self.within(args[0], _ATOM), _ATOM
        if name == "exp":
            return self.power_of_e(args[0]), _ATOM
        parts = self.spread(args)
        if name in _SERIES:
            series, between, binds, empty = _SERIES[name]
            if parts is None:
                return series + self.within(args[0], _ATOM), _ATOM
            within = [text if tight > binds else f"({text})" for text, tight in parts]
            return (between.join(within) or empty), binds if len(parts) > 1 else _SIGN
        texts = [text for text, _ in parts] if parts is not None else [self.print(arg)[0] for arg in args]
        return f"{sign(name)}({', '.join(texts)})", _ATOM

    def power_of_e(self, exponent: ast.expr) -> str:
        """`e⁻ˣ`, or `exp(x/alpha)` where the exponent can't be raised."""
        text = self.print(exponent)[0]
        raised = text.translate(_RAISED)
        return f"exp({text})" if set(text) & set(raised) else f"e{raised}"


def _literal(value: Any) -> tuple[str, int]:
    if hasattr(value, "tree"):  # a polynomial: its symbols stand for themselves
        return _Printer({name: name for name in value.symbols}).print(value.tree)
    text = str(value)
    return (f"−{text[1:]}", _SUM) if text.startswith("-") else (text, _ATOM)
