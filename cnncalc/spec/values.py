"""The values of expressions and what may be done with them: closed, bounded and quick to refuse.

Results stay below 2**256, and a power is judged before it is computed, so no expression can take long or fill memory.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, Union

from cnncalc.spec.tokens import MAX_LEVELS, ExpressionError

MAX_ITEMS: Final = 10_000
_LIMIT: Final = 2**256
_SIZE_LIMIT: Final = 2**63


@dataclass(frozen=True, slots=True)
class Word:
    """The name of a type, block or earlier step; `scope`, for those who resolve it, is no part of the comparison."""

    text: str
    scope: object = field(default=None, compare=False)


Value: TypeAlias = Union[int, float, bool, Word, tuple["Value", ...], None]
Number: TypeAlias = Union[int, float]


def written(value: Value, levels: int = 4) -> str:
    """The value as a spec would write it, cut where it is long or deep."""
    if isinstance(value, tuple):
        shown = [written(item, levels - 1) for item in value[:8]] if levels else ["…"]
        return f"[{', '.join(shown)}{', …' if levels and len(value) > 8 else ''}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = value.text if isinstance(value, Word) else repr(value)
    return text if len(text) <= 60 else f"{text[:20]}…{text[-5:]}"


def whole(value: Value) -> int:
    """The value as a size: an integer, or a float that is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float):
        raise ExpressionError(f"{value!r} is not a whole number", hint="int, round or divisible make it one")
    if not isinstance(value, int) or isinstance(value, bool):
        raise ExpressionError(f"{described(value)} is not a whole number")
    if not -_SIZE_LIMIT < value < _SIZE_LIMIT:
        raise ExpressionError(f"{written(value)} is no size; sizes are below 2**63")
    return value


def check_limits(value: Value) -> Value:
    """The value itself, its numbers below 2**256 and its lists, counted with all that they share, neither long nor
    deep.
    """
    if not isinstance(value, tuple):
        return _bounded(value) if isinstance(value, int | float) else value
    rest, items = [(value, 1)], 0
    while rest:
        part, level = rest.pop()
        items += len(part)
        if items > MAX_ITEMS or level > MAX_LEVELS:
            limit = f"{MAX_ITEMS:,} values" if items > MAX_ITEMS else f"{MAX_LEVELS} levels"
            raise ExpressionError(f"a list of more than {limit}")
        for item in part:
            if isinstance(item, tuple):
                rest.append((item, level + 1))
            elif isinstance(item, int | float):
                _bounded(item)
    return value


def described(value: Value) -> str:
    """The value with its kind, for a sentence that says it is the wrong one."""
    if isinstance(value, tuple):
        return f"the list {written(value)}"
    return f"the word {value.text}" if isinstance(value, Word) else written(value)


def _is_number(value: Value) -> bool:
    return value.__class__ is int or value.__class__ is float


def _bounded(value: Number) -> Number:
    if -_LIMIT < value < _LIMIT:
        return value
    raise ExpressionError(f"{written(value)} is out of bounds; numbers are below 2**256")


def number(value: Value, use: str) -> Number:
    """The value, which has to be a number for this use."""
    if value.__class__ is int or value.__class__ is float:
        return value
    raise ExpressionError(f"{use} takes numbers, not {described(value)}")


def truth(value: Value) -> bool:
    """Whether a condition holds; numbers count as in Python, words, lists and null are no conditions."""
    if isinstance(value, bool) or _is_number(value):
        return bool(value)
    raise ExpressionError(f"{described(value)} is neither true nor false", hint="compare it: x == … or x != …")


def arithmetic(sign: str, function: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    """The operator on numbers, its result bounded."""

    def operate(left: Value, right: Value) -> Value:
        if not (_is_number(left) and _is_number(right)):
            number(left, sign), number(right, sign)
        try:
            result = function(left, right)
        except ZeroDivisionError:
            raise ExpressionError(f"{written(left)} {sign} {written(right)} divides by zero") from None
        except OverflowError:
            raise _too_large(left, sign, right) from None
        if -_LIMIT < result < _LIMIT:
            return result  # type: ignore[no-any-return]
        raise _too_large(left, sign, right)

    return operate


def _too_large(left: Value, sign: str, right: Value) -> ExpressionError:
    return ExpressionError(f"{written(left)} {sign} {written(right)} is out of bounds; numbers are below 2**256")


def _power(base: Number, exponent: Number) -> Number:
    """Python's power, refused before it is computed where integers would make it huge."""
    # |base| >= 2**(bits - 1), so such a power is at least 2**256; any other has less than 512 bits.
    integers = isinstance(base, int) and isinstance(exponent, int)
    if integers and exponent > 0 and abs(base) > 1 and (int(base).bit_length() - 1) * exponent >= 256:
        raise OverflowError
    result = base**exponent
    if isinstance(result, complex):
        raise ExpressionError(f"{written(base)} ** {written(exponent)}: a negative number has no such power")
    return result


def ordered(sign: str, function: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    """The comparison, which only numbers have."""

    def compare(left: Value, right: Value) -> bool:
        return function(number(left, sign), number(right, sign))

    return compare


def negative(value: Value) -> Value:
    return -number(value, "-")


def positive(value: Value) -> Value:
    return number(value, "+")


def item(values: Value, index: Value) -> Value:
    """One item of a list; negative indices count from its end."""
    if not isinstance(values, tuple):
        raise ExpressionError(f"{described(values)} is no list, so it has no items")
    if not isinstance(index, int) or isinstance(index, bool):
        hint = "divide with //" if isinstance(index, float) else None
        raise ExpressionError(f"an index is a whole number, not {described(index)}", hint=hint)
    if not -len(values) <= index < len(values):
        hint = f"indices run from 0 to {len(values) - 1}" if values else None
        raise ExpressionError(f"index {written(index)} is outside a list of {len(values)}", hint=hint)
    return values[index]


def divisible(x: Value, d: Value = 8) -> Value:
    """The multiple of d nearest to x, at least d, and not below 0.9 x (torchvision's _make_divisible)."""
    number(x, "divisible")
    step = whole(d)
    if step < 1:
        raise ExpressionError(f"divisible by {step}: the divisor is at least 1")
    half = x + step // 2 if isinstance(x, int) else math.floor(x + step / 2)  # type: ignore[operator]
    result = max(step, half // step * step)
    # Integers compare exactly; for those that a float holds, 0.9 * x rounds to the same answer.
    short = 10 * result < 9 * x if isinstance(x, int) else result < 0.9 * x  # type: ignore[operator]
    return _bounded(result + step if short else result)


def _extreme(name: str, function: Callable[[Any], Any]) -> Callable[..., Value]:
    def choose(*values: Value) -> Value:
        if len(values) == 1 and isinstance(values[0], tuple):
            values = values[0]
        if not values:
            raise ExpressionError(f"{name} of an empty list")
        return function([number(value, name) for value in values])  # type: ignore[no-any-return]

    return choose


def _rounded(name: str, function: Callable[[Any], int]) -> Callable[[Value], Value]:
    return lambda value: function(number(value, name))


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "min": _extreme("min", min),
    "max": _extreme("max", max),
    "round": _rounded("round", round),
    "ceil": _rounded("ceil", math.ceil),
    "floor": _rounded("floor", math.floor),
    "int": _rounded("int", int),
    "divisible": divisible,
}
ARITHMETIC: Final = {
    "Add": arithmetic("+", operator.add),
    "Sub": arithmetic("-", operator.sub),
    "Mult": arithmetic("*", operator.mul),
    "Div": arithmetic("/", operator.truediv),
    "FloorDiv": arithmetic("//", operator.floordiv),
    "Mod": arithmetic("%", operator.mod),
    "Pow": arithmetic("**", _power),
}
COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": ordered("<", operator.lt),
    "LtE": ordered("<=", operator.le),
    "Gt": ordered(">", operator.gt),
    "GtE": ordered(">=", operator.ge),
}
