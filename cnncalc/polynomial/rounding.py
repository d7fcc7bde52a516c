"""Rounded quotients of polynomials, as simple as can be told without the values of their symbols."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from cnncalc.polynomial import Polynomial, Rounded, as_polynomial, plain
from cnncalc.polynomial.terms import ALONE, Atom, Factors, Terms, ordered, product


def floor(above: Polynomial, below: Polynomial) -> Any:
    """⌊above/below⌋: what divides is taken out, and roundings of roundings become one."""
    if not below.terms:
        raise ZeroDivisionError(f"({above})/0")
    above, below = _lowest(*_integral(above, below))
    if above == below:
        return 1
    whole, rest = _taken_out(above, below)
    if not rest.terms:
        return plain(whole + 0)
    for factors, coefficient in rest.terms.items():
        atom = _rounded(factors)
        if not atom or abs(coefficient) != 1 or not below.terms.keys() == atom.below.terms.keys() == {ALONE}:
            continue
        if (atom.rounding == "floor") == (coefficient > 0):  # ⌊(⌊a/b⌋ + c)/d⌋ = ⌊(a + b·c)/(b·d)⌋
            beside = rest - Polynomial({factors: coefficient}, rest.atoms)
            inner = as_polynomial(atom.above * coefficient + atom.below * beside)
            return whole + floor(inner, as_polynomial(atom.below * below))
    negative = rest.terms[ordered(rest.terms, rest.atoms)[0]] < 0
    atom = Rounded("ceil", -rest, below) if negative else Rounded("floor", rest, below)
    return whole + Polynomial({frozenset({(atom, 1)}): Fraction(-1 if negative else 1)}, (atom,))


def _rounded(factors: Factors) -> Rounded | None:
    """The rounded quotient that these factors are, if they are one."""
    [(atom, exponent), *others] = factors or [(None, 0)]
    return atom if isinstance(atom, Rounded) and exponent == 1 and not others else None


def _integral(above: Polynomial, below: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The two times what leaves no division in them, the second not below 0."""
    parts = [*above.terms.items(), *below.terms.items()]
    common = math.lcm(*(coefficient.denominator for _, coefficient in parts))
    exponents: dict[Atom, int] = {}
    for factors, _ in parts:
        for atom, exponent in factors:
            exponents[atom] = max(exponents.get(atom, 0), -exponent)
    if below.terms.get(ALONE, 0) < 0 and len(below.terms) == 1:
        common = -common
    times = Polynomial({frozenset((a, e) for a, e in exponents.items() if e): Fraction(common)}, (*exponents,))
    return as_polynomial(above * times), as_polynomial(below * times)


def _lowest(above: Polynomial, below: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The two without the number that divides them; what is rounded away of a single summand doesn't count."""
    parts = [*above.terms.items(), *((None, coefficient) for coefficient in below.terms.values())]
    divisor = math.gcd(*(coefficient.numerator for factors, coefficient in parts if factors != ALONE))
    return _over(above, divisor), _over(below, divisor)


def _over(polynomial: Polynomial, divisor: int) -> Polynomial:
    terms = {factors: Fraction(coefficient // divisor) for factors, coefficient in polynomial.terms.items()}
    return Polynomial({factors: c for factors, c in terms.items() if c}, polynomial.atoms)


def _taken_out(above: Polynomial, below: Polynomial) -> tuple[Polynomial, Polynomial]:
    """The quotient of the terms that `below` divides, and the other terms."""
    out: Terms = {}
    if len(below.terms) == 1:
        [(factors, divisor)] = below.terms.items()
        turned = frozenset((atom, -exponent) for atom, exponent in factors)
        for over, coefficient in above.terms.items():
            left = product(over, turned)
            if not coefficient % divisor and all(exponent > 0 for _, exponent in left):
                out[left] = coefficient / divisor
    whole = Polynomial(out, above.atoms)
    return whole, as_polynomial(above - whole * below)
