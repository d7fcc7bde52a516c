"""Functions of real numbers and their slopes: one object that computes both and prints both."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import cached_property
from types import CodeType
from typing import Any

from cnncalc.formula import Formula


class Real(Formula):
    """A formula of floats: with any quotient, `exp`, `log`, `tanh`, `erf`, `sqrt`, `abs`, `pi`, and `a if c else b`.

    >>> elu = Real("x if x > 0 else alpha*(exp(x) - 1)")
    >>> elu.text(), elu({"x": 2.0, "alpha": 1.0})
    ('x if x > 0, alpha·(eˣ − 1) otherwise', 2.0)
    """

    def __call__(self, values: Mapping[str, Any]) -> Any:
        return eval(self._code, {**_FUNCTIONS, **values})

    @cached_property
    def _code(self) -> CodeType:
        return compile(self.source, self.source, "eval")


class Curve:
    """A function f and its slope f′, each a formula; parts that they share have names, and see the parts before them.

    Both are of x, and f′ may use f; other labels are for functions of several numbers. `when` is the option that
    chooses this function.
    """

    def __init__(
        self,
        f: str,
        slope: str,
        *,
        labels: tuple[str, str] = ("f(x)", "f′(x)"),
        when: str = "",
        **parts: str,
    ) -> None:
        self.f, self.slope, self.labels, self.when = Real(f), Real(slope), labels, when
        self.parts = {name: Real(source) for name, source in parts.items()}

    @property
    def of_one(self) -> bool:
        """Whether it is a function of x alone."""
        return "x" in self.labels[0].partition("(")[2]

    def at(self, x: float, symbols: Mapping[str, Any]) -> tuple[float, float]:
        """f and f′ at x."""
        values = {**symbols, "x": x}
        for name, part in self.parts.items():
            values[name] = part(values)
        values["f"] = self.f(values)
        return values["f"], self.slope(values)

    def kinks(self, symbols: Mapping[str, Any]) -> list[float]:
        """Where f has no slope, so that f′ is a choice: bounds of its cases with another slope on either side."""
        bounds = set()
        for node in ast.walk(self.slope.tree):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            if any(isinstance(side, ast.Name) and side.id == "x" for side in sides):
                rest = (Real(ast.unparse(side)) for side in sides)
                bounds |= {float(side(symbols)) for side in rest if "x" not in side.symbols}
        return sorted(at for at in bounds if abs(self._beside(at, symbols)) > 1e-3)

    def _beside(self, at: float, symbols: Mapping[str, Any]) -> float:
        return self.at(at + 1e-6, symbols)[1] - self.at(at - 1e-6, symbols)[1]


def _exp(x: Any) -> Any:
    if isinstance(x, tuple):
        return tuple(map(_exp, x))
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


_FUNCTIONS: dict[str, Callable[..., Any] | float] = {
    "exp": _exp,
    "log": math.log,
    "tanh": math.tanh,
    "erf": math.erf,
    "sqrt": math.sqrt,
    "abs": abs,
    "min": min,
    "max": max,
    "sum": math.fsum,
    "pi": math.pi,
}
