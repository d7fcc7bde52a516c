"""The terms of a polynomial, and how they are written: `2*n**2 - c/g + 1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

Atom: TypeAlias = Any
"""The name of a symbol, or a rounded quotient."""
Factors: TypeAlias = frozenset[tuple[Atom, int]]
"""Atoms and their exponents, a negative one where it divides."""
Terms: TypeAlias = dict[Factors, Fraction]
"""Coefficients by what they are multiplied with."""

ALONE: Final[Factors] = frozenset()
"""The factors of a number."""


def product(one: Factors, other: Factors) -> Factors:
    """The factors of both."""
    if not one or not other:
        return one or other
    exponents = dict(one)
    for atom, exponent in other:
        exponents[atom] = exponents.get(atom, 0) + exponent
    return frozenset((atom, exponent) for atom, exponent in exponents.items() if exponent)


def ordered(terms: Mapping[Factors, Fraction], atoms: Sequence[Atom]) -> list[Factors]:
    """The terms in the order in which they are written: by degree, then by the first of the atoms."""

    def place(factors: Factors) -> tuple[int, list[int]]:
        exponents = dict(factors)
        return -sum(map(abs, exponents.values())), [-exponents.get(atom, 0) for atom in atoms]

    return sorted(terms, key=place)


def printed(terms: Mapping[Factors, Fraction], atoms: Sequence[Atom]) -> str:
    """The sum as Python writes it, its summands and factors in the order of the atoms."""
    text = ""
    for factors in ordered(terms, atoms):
        exponents = dict(factors)
        term = _term(terms[factors], {atom: exponents[atom] for atom in atoms if atom in exponents})
        minus = term.startswith("-")
        text += (f" - {term[1:]}" if minus else f" + {term}") if text else term
    return text or "0"


def _term(coefficient: Fraction, exponents: Mapping[Atom, int]) -> str:
    above = [_power(atom, exponent) for atom, exponent in exponents.items() if exponent > 0]
    below = [_power(atom, -exponent) for atom, exponent in exponents.items() if exponent < 0]
    if abs(coefficient.numerator) != 1 or not above:
        above.insert(0, str(abs(coefficient.numerator)))
    if coefficient.denominator != 1:
        below.insert(0, str(coefficient.denominator))
    over = f"/({'*'.join(below)})" if len(below) > 1 else f"/{below[0]}" if below else ""
    return f"{'-' if coefficient < 0 else ''}{'*'.join(above)}{over}"


def _power(atom: Atom, exponent: int) -> str:
    return str(atom) if exponent == 1 else f"{atom}**{exponent}"
