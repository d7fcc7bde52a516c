"""Sizes as symbols: polynomials with exact coefficients, on which formulas compute as they do on numbers.

What a rounded division makes of a polynomial is a symbol of its own, `floor((n + 1)/2)`. Symbols stand for whole
numbers, and what something is divided by is positive. A result without symbols is a plain number.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from keyword import iskeyword
from typing import Any, Final, NamedTuple

from cnncalc.polynomial.terms import ALONE, Atom, Terms, printed, product

_LONGEST: Final = 300
"""Terms, those inside roundings counted; nobody reads a longer one."""
_BITS: Final = 4096
_FINEST: Final = 1024
"""The largest denominator of a factor given as a float."""


class Undecided(ArithmeticError):
    """What can't be told of symbols without their values, or would get out of hand."""


class Rounded(NamedTuple):
    """A rounded quotient that is no polynomial."""

    rounding: str
    """`floor` or `ceil`."""
    above: Polynomial
    below: Polynomial

    def __str__(self) -> str:
        above, below = str(self.above), str(self.below)
        above = f"({above})" if " " in above else above
        below = f"({below})" if set(below) & set(" *") else below
        return f"{self.rounding}({above}/{below})"

    def at(self, values: Mapping[str, Any]) -> Any:
        """Its value where symbols have these values."""
        above, below = self.above.at(values), self.below.at(values)
        return above // below if self.rounding == "floor" else -(-above // below)


class Polynomial:
    """A sum of products of symbols; immutable.

    >>> n = symbol("n")
    >>> print(2 * n * (n - 3) + 1, (2 * n + 4) // 2, -(-n // 2) - 1, sep=", ")
    2*n**2 - 6*n + 1, n + 2, ceil(n/2) - 1
    """

    def __init__(self, terms: Terms, atoms: tuple[Atom, ...]) -> None:
        self.terms = terms
        used = {atom for factors in terms for atom, _ in factors}
        self.atoms = tuple(atom for atom in dict.fromkeys(atoms) if atom in used)
        """Its atoms in the order in which they came up, which is that in which they are printed."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names in it, those inside roundings too."""
        inner = ((a,) if isinstance(a, str) else a.above.symbols + a.below.symbols for a in self.atoms)
        return tuple(dict.fromkeys(name for names in inner for name in names))

    @property
    def tree(self) -> ast.expr:
        """As an expression, which formulas can print."""
        return ast.parse(str(self), mode="eval").body

    @cached_property
    def size(self) -> int:
        """How many terms it has, those inside roundings counted."""
        inside = (atom.above.size + atom.below.size for atom in self.atoms if isinstance(atom, Rounded))
        return len(self.terms) + sum(inside)

    def at(self, values: Mapping[str, Any]) -> Any:
        """What it is where symbols have these values, numbers or polynomials; the others stay symbols."""
        found: Any = 0
        for factors, coefficient in self.terms.items():
            term: Any = coefficient
            for atom, exponent in factors:
                value = atom.at(values) if isinstance(atom, Rounded) else values.get(atom, symbol(atom))
                value = Fraction(value) if isinstance(value, int) else value
                term = term * value**exponent if exponent > 0 else term / value**-exponent
            found = found + term
        return plain(found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        return printed(self.terms, self.atoms)

    def __add__(self, other: Any) -> Any:
        other = as_polynomial(other)
        found = dict(self.terms)
        for factors, coefficient in other.terms.items():
            found[factors] = found.get(factors, 0) + coefficient
        return made(found, self.atoms + other.atoms)

    def __radd__(self, other: Any) -> Any:
        return as_polynomial(other) + self

    def __neg__(self) -> Polynomial:
        return Polynomial({factors: -coefficient for factors, coefficient in self.terms.items()}, self.atoms)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return as_polynomial(other) - self

    def __mul__(self, other: Any) -> Any:
        other = as_polynomial(other)
        found: Terms = {}
        for factors, coefficient in self.terms.items():
            for others, second in other.terms.items():
                both = product(factors, others)
                found[both] = found.get(both, Fraction(0)) + coefficient * second
        return made(found, self.atoms + other.atoms)

    def __rmul__(self, other: Any) -> Any:
        return as_polynomial(other) * self

    def __pow__(self, exponent: int) -> Any:
        if not 0 <= exponent <= _LONGEST:
            raise Undecided(f"the power {exponent} of {self}")
        return math.prod([self] * exponent)

    def __truediv__(self, other: Any) -> Any:
        """The quotient, taken to be whole."""
        other = as_polynomial(other)
        if self == other:
            return 1
        if not other.terms:
            raise ZeroDivisionError(f"({self})/0")
        if len(other.terms) != 1:
            raise Undecided(f"({self})/({other}) is no sum of products")
        [(factors, coefficient)] = other.terms.items()
        return self * Polynomial({frozenset((a, -e) for a, e in factors): 1 / coefficient}, other.atoms)

    def __rtruediv__(self, other: Any) -> Any:
        return as_polynomial(other) / self

    def __floordiv__(self, other: Any) -> Any:
        from cnncalc.polynomial.rounding import floor

        return floor(self, as_polynomial(other))

    def __rfloordiv__(self, other: Any) -> Any:
        return as_polynomial(other) // self

    def __mod__(self, other: Any) -> Any:
        return self - other * (self // other)

    def __rmod__(self, other: Any) -> Any:
        return as_polynomial(other) % self

    def __floor__(self) -> Any:
        return self // 1

    def __ceil__(self) -> Any:
        return -(-self // 1)

    def __lt__(self, other: Any) -> bool:
        return self._more_than(other) < 0

    def __le__(self, other: Any) -> bool:
        return self._more_than(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self._more_than(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self._more_than(other) >= 0

    def _more_than(self, other: Any) -> Fraction:
        """By how much it is larger, where that is a number."""
        difference = self - other
        if isinstance(difference, Polynomial):
            raise Undecided(f"whether {self} is more than {other} depends on {', '.join(difference.symbols)}")
        return Fraction(difference)

    def __bool__(self) -> bool:
        raise Undecided(f"whether {self} is 0 depends on {', '.join(self.symbols)}")


def symbol(name: str) -> Polynomial:
    """The symbol of that name, a word as Python has them; raises `ValueError` for any other."""
    if not name.isidentifier() or iskeyword(name):
        raise ValueError(f"{name} is no name of a symbol")
    return Polynomial({frozenset({(name, 1)}): Fraction(1)}, (name,))


def as_polynomial(value: Any) -> Polynomial:
    """A number as a polynomial, which only the arithmetic sees."""
    if isinstance(value, Polynomial):
        return value
    number = Fraction(value)
    if number.denominator > _FINEST and isinstance(value, float):
        raise Undecided(f"{value} is no fraction that can be told")
    return Polynomial({ALONE: number} if number else {}, ())


def plain(value: Any) -> Any:
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def made(terms: Terms, atoms: tuple[Atom, ...]) -> Any:
    """The polynomial, or the number that it is."""
    terms = {factors: coefficient for factors, coefficient in terms.items() if coefficient}
    if terms.keys() <= {ALONE}:
        return plain(terms.get(ALONE, 0))
    made = Polynomial(terms, atoms)
    if made.size > _LONGEST or any(c.numerator.bit_length() > _BITS for c in terms.values()):
        raise Undecided("an expression in these symbols gets too long")
    return made
