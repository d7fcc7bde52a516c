"""Laws of formulas, over all layer types: what is printed is what was computed, and arrays compute what numbers do."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from by_hand import NOWHERE
from declared import TYPES, Draw, draws
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from notation import read, read_latex

from cnncalc.analysis import numbers
from cnncalc.formula import Formula, Number
from cnncalc.layers import REGISTRY, Sized, Unfit
from cnncalc.layers.base import Layer, along
from cnncalc.layers.conv import ConvTranspose
from cnncalc.network import Placed

CALM = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

HUGE = st.sampled_from((1, 1, 1, 3, 2**20, 2**31, 2**40))
"""Products go beyond 64 bits: the arrays are widened and stay exact."""
FACTORS = st.lists(st.lists(HUGE, min_size=12, max_size=12), min_size=2, max_size=4)


def fitting(draw: Draw) -> tuple[Layer, Sized]:
    """The layer of a draw on its inputs; a draw that doesn't fit is no example."""
    declared = REGISTRY[draw.type].options()
    try:
        layer = REGISTRY[draw.type](**{name: declared[name].cast(value) for name, value in draw.options.items()})
        return layer, layer.on(*draw.inputs)
    except Unfit:
        assume(False)
        raise


def results(draw: Draw) -> list[Number]:
    """Every number that a layer shows: the axes of its output and all its counts."""
    layer, sized = fitting(draw)
    sources = tuple(map(str, range(len(draw.inputs))))
    placed = Placed("layer", layer, sources, draw.inputs, sized, NOWHERE, (), False, None)
    return [*sized.output, *numbers(placed, batch=draw.batch).values()]


def over_all_types(examples: int, law: Callable[[Draw, list[list[int]]], None]) -> None:
    """The law for so many draws that fit, of every type, with factors for the values of formulas."""
    for name in TYPES:

        @settings(CALM, max_examples=examples)
        @given(draws(name, "none"), FACTORS)
        def of_a_type(draw: Draw, factors: list[list[int]]) -> None:
            law(draw, factors)

        of_a_type()


def test_printed_formulas_read_back_give_the_printed_value() -> None:
    seen = 0

    def law(draw: Draw, factors: list[list[int]]) -> None:
        nonlocal seen
        for number in results(draw):
            assert read(number.text()) == number.value, number.text()
            assert read(number.formula.text(), number.symbols) == number.value, number.formula.text()
            assert read_latex(number.latex()) == number.value, number.latex()
            assert read_latex(number.formula.latex(), number.symbols) == number.value, number.formula.latex()
        seen += 1

    over_all_types(10, law)
    assert seen >= 500


def test_arrays_of_values_compute_what_single_values_do() -> None:
    def law(draw: Draw, factors: list[list[int]]) -> None:
        for number in results(draw):
            names = number.formula.symbols
            variants = [{name: number.symbols[name] for name in names}]
            for row in factors:
                variants.append({name: times(variants[0][name], factor) for name, factor in zip(names, row)})
            compare(number.formula, variants)

    over_all_types(12, law)


def times(value: Any, factor: int) -> Any:
    """A whole number or a tuple of them so many times; flags and fractions as they are."""
    if isinstance(value, tuple):
        return tuple(times(entry, factor) for entry in value)
    return value * factor if isinstance(value, int) and value * factor < 2**63 else value


def compare(formula: Formula, variants: list[dict[str, Any]]) -> None:
    """One pass over arrays against one call per variant, leaving out those where a division has a remainder."""
    whole, wanted = [], []
    for values in variants:
        try:
            wanted.append(formula(values))
            whole.append(values)
        except ArithmeticError:
            pass
    if not whole or not formula.symbols:
        return
    found = formula({name: stacked([values[name] for values in whole]) for name in formula.symbols})
    assert [int(value) for value in np.broadcast_to(found, len(wanted))] == wanted, formula


def stacked(values: list[Any]) -> Any:
    """The variants of one symbol as an array, or as a tuple of arrays where it has an entry per axis."""
    if isinstance(values[0], tuple):
        return tuple(map(stacked, map(list, zip(*values))))
    return np.array(values)


@pytest.mark.parametrize("name", [name for name in TYPES if REGISTRY[name].workings])
def test_the_grid_steps_of_a_transposed_convolution_give_its_size(name: str) -> None:
    @settings(CALM, max_examples=200)
    @given(draws(name, "none"))
    def law(draw: Draw) -> None:
        layer, sized = fitting(draw)
        symbols = layer.symbols(*draw.inputs)
        for axis, size in enumerate(sized.shape[1:]):
            seen = along(symbols, axis)
            for symbol, step in layer.workings:
                seen[symbol] = step(seen)
            assert seen["o"] == size

    assert issubclass(REGISTRY[name], ConvTranspose)
    law()


def test_the_notation_reader_can_fail() -> None:
    assert read("⌊(227 + 2·0 − 11)/4⌋ + 1") == 55
    assert read("⌈7/2⌉·−1") == -4
    assert read("min(∏k, 3)", {"k": (2, 2)}) == 3
    for broken in ("⌊7/2", "7 2", "7 ? 2"):
        with pytest.raises(ValueError):
            read(broken)


def test_the_latex_reader_can_fail() -> None:
    assert read_latex(r"\left\lfloor \frac{227 + 2 \cdot 0 - 11}{4}\right\rfloor + 1") == 55
    assert read_latex(r"2p - d(k - 1) s_{0}", {"p": 3, "d": 2, "k": 4, "s0": 5}) == -24
    assert read_latex(r"\min(\prod k, 3) \cdot 10^{-1}", {"k": (2, 2)}) == Fraction(3, 10)
    for broken in (r"\left\lfloor 7\rfloor", "7 2", r"\frac{7}2", "7 ? 2", r"\frac{7 - 2"):
        with pytest.raises(ValueError):
            read_latex(broken)
