"""Layers on sizes that are symbols: the formulas of the layers, evaluated on polynomials instead of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from cnncalc.analysis import FLOPS, PARAMS
from cnncalc.formula import ZERO, Number
from cnncalc.layers import Layer, Unfit
from cnncalc.layers.base import NOTHING
from cnncalc.polynomial import Polynomial, Undecided

Size = int | Polynomial
Sizes = tuple[Size, ...]
"""A shape, channels first, without the batch."""


class Outline(NamedTuple):
    """What a layer makes of its input: numbers where no symbol is left, else polynomials; for one image."""

    layer: Layer
    input: Sizes
    output: Sizes
    weights: Size
    biases: Size
    params: Size
    macs: Size
    flops: Size
    sizes: tuple[Number, ...]
    """Every axis of the output with its formula and what went in."""
    numbers: Mapping[str, Number]
    """Every count so."""


def outline(layers: Sequence[Layer], shape: Sizes) -> list[Outline]:
    """The layers one after the other; sizes of the input and options that are numbers may be `Polynomial`s.

    Raises `Unfit` for what is certain not to fit, and `Undecided` where what comes out depends on the symbols; a bound
    that they might break is let pass.

    >>> from cnncalc.layers import REGISTRY
    >>> from cnncalc.polynomial import symbol
    >>> n, f, p, s = map(symbol, "nfps")
    >>> conv = REGISTRY["conv"](out_channels=8, kernel_size=f, padding=p, stride=s)
    >>> [made] = outline([conv], (3, n, n))
    >>> print(made.output[1], made.params, sep=", ")
    floor((n + 2*p - f)/s) + 1, 24*f**2 + 8
    """
    found: list[Outline] = []
    for layer in layers:
        found.append(_outlined(layer, found[-1].output if found else shape))
    return found


def _outlined(layer: Layer, shape: Sizes) -> Outline:
    entering: Any = shape
    symbols = layer.symbols(entering)
    _check(layer, symbols, entering)
    sizes = layer.output(symbols, entering)
    if any(isinstance(number.value, int) and number.value < 1 for number in sizes):
        layer.refuse_empty(tuple(number for number in sizes if isinstance(number.value, int)))
    output = tuple(number.value for number in sizes)
    symbols |= {"C_out": output[0], "o": output[1:]}
    formulas = {"weights": layer.weights, "biases": layer.biases, "macs": layer.macs}
    numbers = {name: ZERO if formula is NOTHING else formula.of(symbols) for name, formula in formulas.items()}
    numbers["params"] = PARAMS.of({name: numbers[name].value for name in PARAMS.symbols})
    numbers["flops"] = FLOPS.of({"MACs": numbers["macs"].value})
    counts = {name: number.value for name, number in numbers.items()}
    return Outline(layer, shape, output, **counts, sizes=sizes, numbers=numbers)


def _check(layer: Layer, symbols: Mapping[str, Any], shape: Any) -> None:
    """Refuses what is certain not to fit."""
    for name, opt in layer.options().items():
        for target in opt.divides:
            rest = symbols[target] % getattr(layer, name)
            if isinstance(rest, int) and rest:
                raise Unfit(f"{name} {getattr(layer, name)} doesn't divide {target} = {symbols[target]}", option=name)
    with suppress(Undecided):
        layer.check_bounds(dict(symbols))
    with suppress(Undecided):
        layer.check(dict(symbols), shape)
