"""Formulas in print: from Python's notation to that of mathematics, in symbols or with values in their places.

There is one way through the tree, and two ways to write what is met there: as text, and as LaTeX for math mode.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

Value: TypeAlias = Any
"""An int (a float only as a scale factor), a NumPy array of them, or a tuple with one entry per axis."""

_CASES, _SUM, _PRODUCT, _SIGN, _ATOM = range(5)
_NAMES = {"pi": "π", "Phi": "Φ", "sigma": "σ", "delta_ij": "δ_ij", "f": "f(x)", "log": "ln"}
_RAISED = str.maketrans("0123456789−x", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣ")
_LATEX_NAMES = {
    "pi": r"\pi",
    "Phi": r"\Phi",
    "sigma": r"\sigma",
    "alpha": r"\alpha",
    "beta": r"\beta",
    "delta_ij": r"\delta_{ij}",
    "f": "f(x)",
}
_LETTER = re.compile(r"([A-Za-z])(?:_?([0-9ijk])|_(\w+))?")
_LATEX_FUNCTIONS = {"min": r"\min", "max": r"\max", "log": r"\ln", "tanh": r"\tanh"}


def printed(tree: ast.expr, values: Mapping[str, Value] | None = None) -> str:
    """The formula in symbols, or with the values in their places."""
    return _Text(values).print(tree)[0]


def latex(tree: ast.expr, values: Mapping[str, Value] | None = None) -> str:
    """The same in LaTeX, for math mode; words and cases need the package amsmath."""
    return _Latex(values).print(tree)[0]


def sign(symbol: str) -> str:
    """How a symbol is written."""
    return _NAMES.get(symbol, symbol)


def latex_sign(symbol: str) -> str:
    r"""How a symbol is written in LaTeX: a letter with its index, or a word.

    >>> print(latex_sign("C_in"), latex_sign("p0"), latex_sign("scale_factor"))
    C_{\text{in}} p_{0} \text{scale\_factor}
    """
    if symbol in _LATEX_NAMES:
        return _LATEX_NAMES[symbol]
    found = _LETTER.fullmatch(symbol)
    if not found:
        return rf"\text{{{symbol}}}".replace("_", r"\_")
    letter, index, word = found.groups()
    return letter + (f"_{{{index}}}" if index else rf"_{{\text{{{word}}}}}" if word else "")


def function_of(node: ast.AST) -> str | None:
    """The name of the function that a node calls."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


class _Text:
    """Prints a tree as (text, how tightly it binds)."""

    minus: ClassVar = "−"
    times: ClassVar = "·"
    than: ClassVar[Mapping[type[ast.cmpop], str]] = {ast.Lt: "<", ast.LtE: "≤", ast.Gt: ">", ast.GtE: "≥"}
    fences: ClassVar = {"": ("(", ")"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉"), "abs": ("|", "|")}
    series: ClassVar = {"prod": "∏", "sum": "∑"}

    def __init__(self, values: Mapping[str, Value] | None) -> None:
        self.values = values

    def print(self, node: ast.expr) -> tuple[str, int]:
        if isinstance(node, ast.Constant):
            return self.literal(node.value)
        if isinstance(node, ast.Name):
            return (self.symbol(node.id), _ATOM) if self.values is None else self.literal(self.values[node.id])
        if isinstance(node, ast.UnaryOp):
            return self.minus + self.within(node.operand, _ATOM), _SIGN
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        if isinstance(node, ast.IfExp):
            return self.cases(node), _CASES
        if isinstance(node, ast.Compare):
            rest = (f" {self.than[type(op)]} {self.within(x, _SUM)}" for op, x in zip(node.ops, node.comparators))
            return self.within(node.left, _SUM) + "".join(rest), _CASES
        assert isinstance(node, ast.Call)
        return self.call(function_of(node) or "", node.args)

    def within(self, node: ast.expr, least: int) -> str:
        return self.bracketed(self.print(node), least)

    def bracketed(self, part: tuple[str, int], least: int) -> str:
        text, binds = part
        return text if binds >= least else self.fenced("", text)

    def operation(self, node: ast.BinOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Pow):
            return self.power(node), _ATOM
        if isinstance(node.op, ast.Div):
            return self.quotient(node)
        if isinstance(node.op, ast.Mult):
            series = function_of(node.right) == "prod"
            right = self.within(node.right, _PRODUCT + (not series))
            return self.within(node.left, _PRODUCT) + self.between(node) + right, _PRODUCT
        between = " + " if isinstance(node.op, ast.Add) else f" {self.minus} "
        return self.within(node.left, _SUM) + between + self.within(node.right, _PRODUCT), _SUM

    def call(self, name: str, args: list[ast.expr]) -> tuple[str, int]:
        if name in self.fences:
            return self.fenced(name, self.print(args[0])[0]), _ATOM
        if name == "sqrt":
            return self.root(args[0]), _ATOM
        if name == "exp":
            return self.power_of_e(args[0]), _ATOM
        parts = self.spread(args)
        if name in self.series:
            if parts is None:
                return self.series[name] + self.within(args[0], _ATOM), _ATOM
            between, binds, empty = (self.times, _PRODUCT, "1") if name == "prod" else (" + ", _SUM, "0")
            entries = [self.bracketed(part, binds + 1) for part in parts]
            return (between.join(entries) or empty), binds if len(parts) > 1 else _SIGN
        texts = [text for text, _ in parts] if parts is not None else [self.print(arg)[0] for arg in args]
        return self.function(name) + self.fenced("", ", ".join(texts)), _ATOM

    def spread(self, args: list[ast.expr]) -> list[tuple[str, int]] | None:
        """The entries of the one symbol that a function takes, where values are printed."""
        if self.values is None or len(args) != 1 or not isinstance(args[0], ast.Name):
            return None
        return [self.literal(value) for value in self.values[args[0].id]]

    # How each thing is written; LaTeX differs in these alone.

    def symbol(self, name: str) -> str:
        return sign(name)

    def function(self, name: str) -> str:
        return sign(name)

    def literal(self, value: Any) -> tuple[str, int]:
        if hasattr(value, "tree"):  # a polynomial: its symbols stand for themselves
            return type(self)({name: name for name in value.symbols}).print(value.tree)
        text = str(value)
        return (f"{self.minus}{text[1:]}", _SUM) if text.startswith("-") else (text, _ATOM)

    def fenced(self, name: str, text: str) -> str:
        left, right = self.fences[name]
        return left + text + right

    def between(self, product: ast.BinOp) -> str:
        """The sign of a product."""
        return self.times

    def quotient(self, node: ast.BinOp) -> tuple[str, int]:
        return f"{self.within(node.left, _PRODUCT)}/{self.within(node.right, _SIGN)}", _PRODUCT

    def power(self, node: ast.BinOp) -> str:
        return self.within(node.left, _ATOM) + self.print(node.right)[0].translate(_RAISED)

    def power_of_e(self, exponent: ast.expr) -> str:
        """`e⁻ˣ`, or `exp(x/alpha)` where the exponent can't be raised."""
        text = self.print(exponent)[0]
        raised = text.translate(_RAISED)
        return f"exp({text})" if set(text) & set(raised) else f"e{raised}"

    def root(self, node: ast.expr) -> str:
        return "√" + self.within(node, _ATOM)

    def cases(self, node: ast.IfExp) -> str:
        """`x if x > 0, alpha·(eˣ − 1) otherwise`."""
        *cases, (other, _) = self.alternatives(node)
        return f"{', '.join(f'{value} if {test}' for value, test in cases)}, {other} otherwise"

    def alternatives(self, node: ast.expr) -> Sequence[tuple[str, str]]:
        """Values with what each is on condition of; the last is what is left."""
        if not isinstance(node, ast.IfExp):
            return [(self.print(node)[0], "")]
        return [(self.print(node.body)[0], self.print(node.test)[0]), *self.alternatives(node.orelse)]


class _Latex(_Text):
    minus = "-"
    times = r" \cdot "
    than: ClassVar[Mapping[type[ast.cmpop], str]] = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge"}
    fences: ClassVar = {
        "": ("(", ")"),
        "floor": (r"\lfloor ", r" \rfloor"),
        "ceil": (r"\lceil ", r" \rceil"),
        "abs": ("|", "|"),
    }
    series: ClassVar = {"prod": r"\prod ", "sum": r"\sum "}

    def symbol(self, name: str) -> str:
        return latex_sign(name)

    def function(self, name: str) -> str:
        return _LATEX_FUNCTIONS.get(name) or rf"\operatorname{{{name}}}"

    def literal(self, value: Any) -> tuple[str, int]:
        if hasattr(value, "tree"):
            return super().literal(value)
        text, binds = super().literal(value)
        digits, e, exponent = text.partition("e")
        return (rf"{digits} \cdot 10^{{{int(exponent)}}}", min(binds, _PRODUCT)) if e else (text, binds)

    def fenced(self, name: str, text: str) -> str:
        left, right = self.fences[name]
        tall = r"\frac" in text
        return rf"\left{left}{text} \right{right.strip()}" if tall else left + text + right

    def between(self, product: ast.BinOp) -> str:
        """Nothing between letters, and before a letter or a bracket: `2d(k - 1)`; a dot between numbers and words."""
        if self.values is None and _first_factor(product.left) and _next_factor(product.right):
            return " " if isinstance(product.left, ast.Name) and isinstance(product.right, ast.Name) else ""
        return self.times

    def quotient(self, node: ast.BinOp) -> tuple[str, int]:
        return rf"\frac{{{self.print(node.left)[0]}}}{{{self.print(node.right)[0]}}}", _SIGN

    def power(self, node: ast.BinOp) -> str:
        return f"{self.within(node.left, _ATOM)}^{{{self.print(node.right)[0]}}}"

    def power_of_e(self, exponent: ast.expr) -> str:
        return f"e^{{{self.print(exponent)[0]}}}"

    def root(self, node: ast.expr) -> str:
        return rf"\sqrt{{{self.print(node)[0]}}}"

    def cases(self, node: ast.IfExp) -> str:
        *cases, (other, _) = self.alternatives(node)
        rows = [*(rf"{value} & \text{{if }} {test}" for value, test in cases), rf"{other} & \text{{otherwise}}"]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _next_factor(node: ast.expr) -> bool:
    """Whether it may follow a factor without a sign: a letter, or a sum in its bracket."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Sub)
    return isinstance(node, ast.Name) and not latex_sign(node.id).startswith(r"\text")


def _first_factor(node: ast.expr) -> bool:
    """Whether a factor may follow it without a sign: a number and a product of factors, too."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _first_factor(node.left) and _next_factor(node.right)
    return isinstance(node, ast.Constant) or _next_factor(node)
