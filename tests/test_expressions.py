"""The evaluator against Python's own, and against everything that it refuses."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnncalc.spec.expressions import (
    FUNCTIONS,
    Expression,
    ExpressionError,
    Value,
    Word,
    check_limits,
    whole,
    written,
)

NAMES: dict[str, Value] = {
    "width": 64,
    "k": 3,
    "index": 1,
    "ratio": 0.5,
    "widths": (64, 128, 256),
    "act": Word("relu"),
    "flag": True,
    "nothing": None,
}


def value(text: str) -> Value:
    return Expression(text).evaluate(NAMES.__getitem__)


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    return caught.value


def _binary(inner: st.SearchStrategy[str], signs: list[str]) -> st.SearchStrategy[str]:
    return st.builds("({} {} {})".format, inner, st.sampled_from(signs), inner)


_NUMBERS = (
    st.integers(0, 1000).map(str)
    | st.floats(0, 1e6, allow_nan=False).map(repr)
    | st.sampled_from(["width", "k", "ratio"])
)
_ARITHMETIC = st.recursive(
    _NUMBERS,
    lambda inner: (
        _binary(inner, ["+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", ">", ">=", "and", "or"])
        | st.builds("(-{})".format, inner)
        | st.builds("(not {})".format, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("max({}, {})".format, inner, inner)
        | st.builds("round({})".format, inner)
        | st.builds("[{}, {}][{}]".format, inner, inner, st.sampled_from(["0", "1", "-1"]))
        | st.builds("{} - {} * {}".format, inner, inner, inner)
    ),
    max_leaves=8,
)


@given(_ARITHMETIC)
def test_values_are_pythons_own(text: str) -> None:
    try:
        ours = value(text)
    except ExpressionError:
        return  # the next test says when this is allowed
    theirs = eval(text, {"max": max, "round": round, **NAMES})
    assert (ours, type(ours)) == (theirs, type(theirs))


@given(_ARITHMETIC)
def test_refusals_have_a_reason(text: str) -> None:
    try:
        value(text)
    except ExpressionError as error:
        reasons = ("out of bounds", "divides by zero", "takes numbers, not", "no such power", "levels", "500")
        assert any(reason in error.message for reason in reasons)
        assert 0 <= error.offset < error.offset + error.length <= len(text) or not error.length


@given(st.text(alphabet="12.aek_ +-*/%()[],<>=!&|^'\"ifelsndotrumxé\n:", max_size=30))
def test_any_text_has_a_value_or_a_placed_refusal(text: str) -> None:
    try:
        value(text)
    except ExpressionError as error:
        assert error.message
        assert 0 <= error.offset <= error.offset + error.length <= len(text)


def _make_divisible(v: float, divisor: int) -> int:
    """torchvision.models._utils._make_divisible, word for word."""
    min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


@given(st.integers(0, 10**6) | st.floats(0, 1e9, allow_nan=False), st.integers(1, 64))
def test_divisible_is_torchvisions(x: float, d: int) -> None:
    assert Expression(f"divisible(x, {d})").evaluate(lambda _: x) == _make_divisible(x, d)
    assert Expression(f"divisible(x, d={d})").evaluate(lambda _: x) == _make_divisible(x, d)
    assert Expression("divisible(x)").evaluate(lambda _: x) == _make_divisible(x, 8)


VALUES: list[tuple[str, Any]] = [
    ("4*width", 256),
    (" \n width\n + 1 ", 65),
    ("1_000", 1000),
    ("0x1F + 0o17", 46),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("8 / 2", 4.0),
    ("2 ** -1", 0.5),
    ("-2 ** 2", -4),
    ("true", True),
    ("false", False),
    ("null", None),
    ("act", Word("relu")),
    ("act == act", True),
    ("act != nothing", True),
    ("nothing == null", True),
    ("widths == [64, 128, 256]", True),
    ("widths[index]", 128),
    ("widths[-1]", 256),
    ("[1, [2, act], true, null]", (1, (2, Word("relu")), True, None)),
    ("[]", ()),
    ("width if index == 0 else 2 * width", 128),
    ("width if index else 0", 64),
    ("1 < k <= 3 != 4", True),
    ("1 < k < 2 < 1 / 0", False),
    ("false and 1 / 0", False),
    ("0 or 2", 2),
    ("not flag", False),
    ("min(widths)", 64),
    ("max(1, 2.5, k)", 3),
    ("round(2.5)", 2),
    ("ceil(2.1) + floor(2.9) + int(-2.9)", 3),
    ("divisible(33)", 32),
    ("divisible(11)", 16),
    ("divisible(2 ** 200 + 1)", 2**200),
    ("2 ** 255 + (2 ** 255 - 1)", 2**256 - 1),
    ("(-1) ** (10 ** 60)", 1),
    ("1 ** (10 ** 60)", 1),
    ("+".join(["k"] * 200), 600),
    ("(" * 50 + "1" + ")" * 50, 1),
]


@pytest.mark.parametrize(("text", "expected"), VALUES, ids=[row[0][:30] for row in VALUES])
def test_values(text: str, expected: Any) -> None:
    found = value(text)
    assert (found, type(found)) == (expected, type(expected))


REFUSED = [
    # text, the stretch that is at fault, words of the message, words of the hint
    ("widht + 1", "widht", "unknown name 'widht'", None),
    ("act + 1", "act + 1", "+ takes numbers, not the word relu", None),
    ("[1, 2] * 3", "[1, 2] * 3", "* takes numbers, not the list [1, 2]", None),
    ("flag + 1", "flag + 1", "not true", None),
    ("-nothing", "-nothing", "not null", None),
    ("act < 3", "act < 3", "not the word relu", None),
    ("widths < widths", "widths < widths", "not the list", None),
    ("1 if act else 2", "act", "neither true nor false", "compare"),
    ("not widths", "not widths", "neither true nor false", "compare"),
    ("flag and nothing", "flag and nothing", "null is neither", "compare"),
    ("1 + widths[3]", "widths[3]", "index 3 is outside a list of 3", "0 to 2"),
    ("[][0]", "[][0]", "outside a list of 0", None),
    ("widths[-4]", "widths[-4]", "index -4 is outside a list of 3", None),
    ("widths[k / 2]", "widths[k / 2]", "whole number, not 1.5", "//"),
    ("widths[flag]", "widths[flag]", "not true", None),
    ("width[0]", "width[0]", "64 is no list", None),
    ("widths[0, 1]", "0, 1", "can't stand", "[a, b]"),
    ("widths[0:1]", ":", "can't stand", "no slices"),
    ("1 / 0", "1 / 0", "divides by zero", None),
    ("1 % 0", "1 % 0", "divides by zero", None),
    ("0 ** -1", "0 ** -1", "divides by zero", None),
    ("(-8) ** (1 / 3)", "(-8) ** (1 / 3)", "no such power", None),
    ("2 ** (10 ** 9)", "2 ** (10 ** 9)", "out of bounds; numbers are below 2**256", None),
    ("9 ** 9 ** 9 ** 9", "9 ** 9 ** 9", "out of bounds", None),
    ("2 ** 256", "2 ** 256", "out of bounds", None),
    ("2.0 ** 1e9", "2.0 ** 1e9", "out of bounds", None),
    ("1e77 * 10", "1e77 * 10", "out of bounds", None),
    ("1e400", "1e400", "out of bounds", None),
    ("9" * 80, "9" * 80, "out of bounds", None),
    ("a ^ b", "^", "can't stand", "^ is not power here; write **"),
    ("a && b", "&&", "can't stand", "write and"),
    ("a || b", "||", "can't stand", "write or"),
    ("!a", "!", "can't stand", "write not"),
    ("1 << 3", "<<", "can't stand", "write * 2 **"),
    ("~1", "~", "can't stand", None),
    ("a @ b", "@", "can't stand", None),
    ("k ? 1 : 2", "?", "can't stand", "a if condition else b"),
    ("x = 3", "=", "compares nothing", "write =="),
    ("(x := 3)", ":", "can't stand", None),
    ("'relu'", "'", "can't stand", "without quotes"),
    ("act == 'relu'", "'", "can't stand", "without quotes"),
    ("().__class__", ".", "can't stand", "no attributes"),
    ("width.real", ".", "can't stand", "no attributes"),
    ("{1}", "{", "can't stand", "[a, b]"),
    ("3 × 4", "×", "can't stand", "write *"),
    ("größe", "ö", "can't stand", None),
    ("4 # four", "#", "can't stand", None),
    ("1; 2", ";", "can't stand", None),
    ("True", "True", "can't stand", "write true"),
    ("None", "None", "can't stand", "write null"),
    ("k in widths", "in", "can't stand", "write x == a"),
    ("k is 3", "is", "can't stand", "write =="),
    ("lambda: 3", "lambda", "can't stand", None),
    ("[x for x in widths]", "for", "can't stand", None),
    ("await k", "await", "can't stand", None),
    ("2x", "2x", "operator is missing between 2 and x", "write 2 * x"),
    ("2 (3)", "2 (", "operator is missing", "write 2 * ("),
    ("a b", "a b", "operator is missing between a and b", None),
    ("1j", "1j", "operator is missing", None),
    ("2if k else 3", "2if", "a space is missing", None),
    ("010", "010", "begins with 0", "write 10"),
    ("(1, 2)", "(1, 2)", "can't stand", "[a, b]"),
    ("64, 3", "64, 3", "can't stand", "[a, b]"),
    ("min(*widths)", "*widths", "can't stand", "as it is"),
    ("min", "min", "min is a function", "min(…)"),
    ("min()", "min()", "takes at least 1", None),
    ("min([])", "min([])", "empty list", None),
    ("max(1, [2])", "max(1, [2])", "not the list [2]", None),
    ("max(1, act)", "max(1, act)", "not the word relu", None),
    ("round(2.5, 1)", "round(2.5, 1)", "takes 1 in its brackets, not 2", None),
    ("int(true)", "int(true)", "takes numbers, not true", None),
    ("min(1, k=3)", "min(1, k=3)", "min takes no k=", None),
    ("divisible(1, 2, d=3)", "divisible(1, 2, d=3)", "no d=", None),
    ("divisible(1, **k)", "divisible(1, **k)", "takes no", None),
    ("divisible(8, 0)", "divisible(8, 0)", "at least 1", None),
    ("divisible(8, 2.5)", "divisible(8, 2.5)", "2.5 is not a whole number", None),
    ("sqrt(4)", "sqrt", "unknown function 'sqrt'", "functions are"),
    ("divisble(4)", "divisble", "unknown function", "divisible"),
    ("__import__(k)", "__import__", "unknown function", None),
    ("k(1)(2)", ")(", "operator is missing", None),
    ("(1 + 2", "(", "never closed", None),
    ("(1]", "]", "closes nothing", None),
    ("1)", ")", "closes nothing", None),
    ("1 +", "+", "breaks off behind +", None),
    ("  * 3", "*", "* is not expected", None),
    ("1 if k", "if", "go together", "a if condition else b"),
    ("k not 3", "3", "not expected", None),
]


@pytest.mark.parametrize(("text", "span", "message", "hint"), REFUSED, ids=[row[0][:30] for row in REFUSED])
def test_refusals_name_the_stretch_and_the_cure(text: str, span: str, message: str, hint: str | None) -> None:
    error = refusal(text)
    assert message in error.message
    assert text[error.offset : error.offset + error.length] == span
    if hint:
        assert error.hint and hint in error.hint


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_no_expression(text: str) -> None:
    assert refusal(text).message == "an empty expression"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + ")" * 5000,
        "(" * 51 + "1" + ")" * 51,
        "-" * 400 + "1",
        "not " * 100 + "k",
        "2**" * 150 + "1",
        "1 if k else " * 35 + "[" * 20 + "]" * 20,
        "9" * 501,
    ],
)
def test_bombs_of_text_are_refused_before_they_are_parsed(text: str) -> None:
    assert any(word in refusal(text).message for word in ("levels", "at most 500"))


def test_a_chain_of_squarings_ends_at_the_limit() -> None:
    power: Value = 3
    with pytest.raises(ExpressionError, match="out of bounds"):
        for _ in range(1000):
            power = Expression("x * x").evaluate(lambda _, x=power: x)  # type: ignore[misc]
    assert isinstance(power, int) and 2**128 <= power < 2**256


def test_lists_cannot_double_for_ever() -> None:
    """A list may hold one list twice; comparing or printing such a tower would take 2**n steps."""
    tower: Value = 1
    with pytest.raises(ExpressionError, match="a list of more than 10,000 values"):
        for _ in range(60):
            tower = Expression("[x, x]").evaluate(lambda _, x=tower: x)  # type: ignore[misc]


def test_lists_cannot_deepen_for_ever() -> None:
    tower: Value = 1
    with pytest.raises(ExpressionError, match="a list of more than 50 levels"):
        for _ in range(60):
            tower = Expression("[x]").evaluate(lambda _, x=tower: x)  # type: ignore[misc]


def test_names_and_their_places() -> None:
    expression = Expression("  min(b, a) + (true if b == null else c)")
    assert expression.names == {"a", "b", "c"}
    assert expression.where("b") == (6, 1)
    assert expression.where("c") == (38, 1)
    assert expression.text == "  min(b, a) + (true if b == null else c)"


def test_an_unknown_name_is_told_apart() -> None:
    assert refusal("1 + widht").name == "widht"
    assert refusal("1 + act").name is None


def test_a_lookups_own_refusal_is_placed_at_the_name() -> None:
    def lookup(name: str) -> Value:
        raise ExpressionError(f"{name} can't be used here")

    with pytest.raises(ExpressionError, match="can't be used here") as caught:
        Expression("1 + in_channels").evaluate(lookup)
    assert (caught.value.offset, caught.value.length) == (4, 11)


def test_words_are_equal_by_their_text() -> None:
    assert Word("relu", scope=1) == Word("relu") != Word("elu")
    assert len({Word("relu", scope=1), Word("relu")}) == 1
    others: list[object] = ["relu", None, ("relu",)]
    assert Word("relu") not in others


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_a_size_if_it_is_whole(x: float) -> None:
    assume(abs(x) < 2**63)
    if x.is_integer():
        assert whole(x) == x and type(whole(x)) is int
    else:
        with pytest.raises(ExpressionError) as caught:
            whole(x)
        assert all(name in str(caught.value.hint) for name in ("int", "round", "divisible"))


@pytest.mark.parametrize("wrong", [True, None, Word("relu"), (1,), 2**63, -(2**63), 2.0**63, math.inf, math.nan])
def test_what_is_no_size(wrong: Value) -> None:
    with pytest.raises(ExpressionError):
        whole(wrong)


@pytest.mark.parametrize("wrong", [2**256, -(2**256), 2.0**256, math.inf, math.nan, (1, (2**256,))])
def test_what_is_out_of_bounds(wrong: Value) -> None:
    with pytest.raises(ExpressionError, match="out of bounds"):
        check_limits(wrong)


def test_values_are_written_as_in_a_spec() -> None:
    assert written((1, 2.5, True, None, Word("relu"), ())) == "[1, 2.5, true, null, relu, []]"
    assert written(tuple(range(20))) == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    assert len(written(10**70)) < 40


def test_the_functions_are_those_of_the_contract() -> None:
    assert set(FUNCTIONS) == {"min", "max", "round", "ceil", "floor", "int", "divisible"}
