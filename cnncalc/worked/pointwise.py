"""Activations, softmax, batch norm and matrix products by their textbook definitions."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from cnncalc.curve import Curve, Real
from cnncalc.errors import Problem, SpecError
from cnncalc.layers.activation import Activation, Softmax
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.norm import BatchNorm
from cnncalc.notation import printed
from cnncalc.worked.terms import Cell, Number, factor, products, root, total, written
from cnncalc.worked.windows import Array


def activated(layer: Activation, x: Array, slopes: Array | None) -> list[Cell]:
    """The function of every element; `slopes` are the learnt ones of prelu, one for all or one per channel."""
    symbols = {name: _exact(value) for name, value in layer.constants().items()}
    cells = []
    for at in np.ndindex(*x.shape):
        if slopes is not None:
            symbols["weight"] = slopes[at[0] % len(slopes)]
        value, text = _at(layer.curve, x[at], symbols)
        if isinstance(value, float) and not math.isfinite(value):
            raise SpecError(Problem(f"{layer.type}({written(x[at])}) is beyond what a float holds"))
        cells.append(Cell(at, value, text))
    return cells


def _exact(value: Any) -> Any:
    return Fraction(repr(value)) if isinstance(value, float) else value


def _at(curve: Curve, x: Fraction, symbols: Mapping[str, Any]) -> tuple[Number, str]:
    values: dict[str, Any] = {**symbols, "x": x}
    try:
        for name, part in curve.parts.items():
            values[name] = part(values)
        value = curve.f(values)
    except (OverflowError, ZeroDivisionError, ValueError):
        return math.inf, ""
    case: ast.expr = curve.f.tree
    while isinstance(case, ast.IfExp):
        case = case.body if Real(ast.unparse(case.test))(values) else case.orelse
    shown = {name: _shown(number) for name, number in values.items() if isinstance(number, (int, float, Fraction))}
    return Fraction(value) if isinstance(value, int) else value, printed(case, shown)


def _shown(x: Number) -> str:
    """A value as a formula in print takes it."""
    text = written(x).replace("−", "-")
    return f"({text})" if "/" in text else text


def shared(layer: Softmax, x: Array) -> list[Cell]:
    """Softmax, or its logarithm, along the axis of the layer."""
    axis = axis_of(layer.dim, x.shape) - 1
    if axis < 0:
        message = f"{layer.type} along the batch, which is one example here"
        raise SpecError(Problem(message, hint="dim: 1 is the channels"))
    cells = []
    for at in np.ndindex(*x.shape):
        along = list(x[(*at[:axis], slice(None), *at[axis + 1 :])])
        most = max(along)
        below = math.fsum(math.exp(other - most) for other in along)
        powers = " + ".join(f"e^{factor(other)}" for other in along)
        if layer.type == "softmax":
            cells.append(Cell(at, math.exp(x[at] - most) / below, f"e^{factor(x[at])}/({powers})"))
        else:
            value = float(x[at] - most) - math.log(below)
            cells.append(Cell(at, value, f"{written(x[at])} − ln({powers})"))
    return cells


def normalised(layer: BatchNorm, x: Array, weight: Array | None, bias: Array | None) -> tuple[list[Cell], list[str]]:
    """Every channel by its own mean and standard deviation, and how they came about."""
    cells, notes = [], []
    eps = Fraction(repr(float(layer.eps)))
    for channel, values in enumerate(x):
        numbers = list(values.flat)
        m = len(numbers)
        if m == 1:
            message = "batchnorm would normalise one single value"
            hint = "the mean of one value is the value: give the values of a channel as one row"
            raise SpecError(Problem(message, hint=hint))
        mean = sum(numbers, Fraction(0)) / m
        variance = sum(((n - mean) ** 2 for n in numbers), Fraction(0)) / m
        spread = root(variance + eps)
        if not spread:
            raise SpecError(Problem("all values of a channel are equal and eps is 0: 0/0", hint="give it an eps"))
        notes.append(_statistics(channel, len(x), numbers, mean, variance))
        for at in np.ndindex(*values.shape):
            text = f"({written(values[at])} {'+' if mean < 0 else '−'} {written(abs(mean))})"
            text += f"/√({written(variance)} + {eps_text(eps)})" if eps else f"/{factor(spread)}"
            deviation = values[at] - mean
            value: Number = deviation / spread if deviation else deviation
            if weight is not None:
                value, text = weight[channel] * value, f"{factor(weight[channel])}×{text}"
            if bias is not None:
                value, text = value + bias[channel], f"{text} + {factor(bias[channel])}"
            cells.append(Cell((channel, *at), value, text))
    return cells, notes


def eps_text(eps: Fraction) -> str:
    return written(eps) if "/" not in written(eps) else f"{float(eps):g}"


def _statistics(channel: int, channels: int, numbers: list[Fraction], mean: Fraction, variance: Fraction) -> str:
    m = len(numbers)
    which = f"channel {channel}: " if channels > 1 else ""
    text = f"{which}μ = ({total(numbers)})/{m} = {approximately(mean)}, "
    text += f"σ² = {approximately(variance)}, σ = {written(float(root(variance)))}"
    other = root(variance * m / (m - 1))
    return f"{text}, divided by m = {m} (by m − 1 it would be {written(float(other))})"


def approximately(x: Fraction) -> str:
    """`10/3 ≈ 3.33333`."""
    text = written(x)
    return f"{text} ≈ {written(float(x))}" if "/" in text else text


def multiplied(x: Array, weight: Array, bias: Array | None) -> list[Cell]:
    """The last axis times the weight matrix, a row of it for each feature of the output."""
    cells = []
    for at in np.ndindex(*x.shape[:-1], len(weight)):
        pairs = list(zip(x[at[:-1]], weight[at[-1]]))
        value, text = sum((a * b for a, b in pairs), Fraction(0)), products(pairs)
        if bias is not None:
            value, text = value + bias[at[-1]], f"{text} + {factor(bias[at[-1]])}"
        cells.append(Cell(at, value, text))
    return cells
