"""Laws of symbolic sizes: numbers put in afterwards give what the engine gives of those numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest
from declared import TYPES, Draw, draws
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnncalc.formula import Formula
from cnncalc.layers import REGISTRY, Unfit
from cnncalc.layers.join import Join
from cnncalc.polynomial import Polynomial, Undecided, symbol
from cnncalc.questions.symbolic import outline

CALM = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

NAMES = "abcxy"
VALUES = st.fixed_dictionaries({name: st.integers(1, 40) for name in NAMES})

# expressions as trees, so that each can be evaluated twice: on symbols, and on their values
LEAVES = st.one_of(st.sampled_from(NAMES), st.integers(-9, 9))
DIVISORS = st.one_of(st.sampled_from(NAMES), st.integers(1, 6))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*"), inner, inner),
        st.tuples(st.sampled_from(["//", "%", "ceil"]), inner, DIVISORS),
        st.tuples(st.just("**"), inner, st.integers(0, 3)),
    ),
    max_leaves=9,
)


def evaluated(tree: Any, values: dict[str, Any]) -> Any:
    """The value of a tree."""
    if not isinstance(tree, tuple):
        return values[tree] if isinstance(tree, str) else tree
    sign, left, right = tree[0], evaluated(tree[1], values), evaluated(tree[2], values)
    if sign == "ceil":
        return -(-left // right)
    operations: dict[str, Any] = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "//": lambda: left // right,
        "%": lambda: left % right,
        "**": lambda: left**right,
    }
    return operations[sign]()


def at(value: Any, values: dict[str, int]) -> Any:
    """The value of a number or polynomial."""
    return value.at(values) if isinstance(value, Polynomial) else value


@settings(CALM, max_examples=1500)
@given(TREES, VALUES)
def test_values_put_in_before_or_after_give_the_same(tree: Any, values: dict[str, int]) -> None:
    found = evaluated(tree, {name: symbol(name) for name in NAMES})
    assert isinstance(found, (int, Polynomial))
    assert at(found, values) == evaluated(tree, values), found


ROUNDINGS = st.lists(st.tuples(st.sampled_from(["//", "ceil"]), st.integers(1, 4), st.integers(-3, 3)), max_size=4)


@settings(CALM, max_examples=500)
@given(ROUNDINGS, st.integers(1, 5), st.integers(0, 60))
def test_roundings_of_roundings(steps: list[tuple[str, int, int]], times: int, value: int) -> None:
    tree: Any = ("*", "a", times)
    for rounding, below, more in steps:
        tree = ("+", (rounding, tree, below), more)
    found = evaluated(tree, {"a": symbol("a")})
    assert at(found, {"a": value}) == evaluated(tree, {"a": value}), found


@settings(CALM, max_examples=500)
@given(TREES, VALUES)
def test_what_is_printed_can_be_read_again(tree: Any, values: dict[str, int]) -> None:
    found = evaluated(tree, {name: symbol(name) for name in NAMES})
    assume(isinstance(found, Polynomial))
    assert Formula(str(found))(values) == found.at(values), found
    assert Formula(str(found))({name: symbol(name) for name in found.symbols}) == found


@settings(CALM, max_examples=300)
@given(TREES, VALUES, VALUES)
def test_some_values_now_and_the_others_later(tree: Any, now: dict[str, int], later: dict[str, int]) -> None:
    found = evaluated(tree, {name: symbol(name) for name in NAMES})
    half = at(found, {name: now[name] for name in "ab"})
    assert at(half, later) == at(found, {**later, "a": now["a"], "b": now["b"]})


n, f, p, s, g, c, k = map(symbol, "nfpsgck")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((2 * n + 4) // 2, "n + 2"),
        ((n + 1) // 2, "floor((n + 1)/2)"),
        (-(-n // 2), "ceil(n/2)"),
        ((n + 2 * p - f) // s + 1, "floor((n + 2*p - f)/s) + 1"),
        (1 - n, "-n + 1"),
        ((n - 3) // 2 + 1, "floor((n - 3)/2) + 1"),
        (n // 2 // 2 // 2, "floor(n/8)"),
        (((n - 1) // 2 + 1) // 2, "floor((n + 1)/4)"),
        (-((n * -1 // 2) // 2), "ceil(n/4)"),
        ((2 * n + 1) // 4, "floor(n/2)"),
        (c * k**2 / g, "c*k**2/g"),
        (c * k**2 / c, "k**2"),
        (512 / g, "512/g"),
        (3 * n / 2, "3*n/2"),
        (n / (2 * g), "n/(2*g)"),
        ((n + 1) ** 2, "n**2 + 2*n + 1"),
        (n // (s * g), "floor(n/(s*g))"),
        (n * 1.5, "3*n/2"),
        (math.floor(n * 1.5), "floor(3*n/2)"),
        (0 * n, "0"),
        (n - n + 7, "7"),
        ((n + 1) // (n + 1), "1"),
        ((2 * n + 1) % 2, "1"),
    ],
)
def test_how_it_is_written(value: Any, text: str) -> None:
    assert str(value) == text
    assert isinstance(value, Polynomial) == (not text.isdigit())
    assert isinstance(value, Polynomial) or type(value) is int


def test_quotients() -> None:
    assert (n + 1) / (n + 1) == 1
    assert str(math.ceil(n / 2)) == "ceil(n/2)"
    assert str(n // -2) == "-ceil(n/2)"
    assert (2 * n + 1) // -2 == -n - 1
    with pytest.raises(ZeroDivisionError):
        n / (n - n)
    with pytest.raises(Undecided, match="no sum of products"):
        n / (n + f)


def test_what_depends_on_the_symbols_is_not_decided() -> None:
    assert max(n + 2, n) == n + 2
    assert n - 3 < n <= n + 1
    for question in (lambda: max(n, p), lambda: n > 3, lambda: bool(n % 2), lambda: int(n), lambda: n**-1):
        with pytest.raises((Undecided, TypeError)):
            question()
    with pytest.raises(ZeroDivisionError):
        n // 0


def test_it_does_not_get_out_of_hand() -> None:
    with pytest.raises(Undecided, match="too long"):
        (n + f + p + s + g + c) ** 9
    with pytest.raises(Undecided):
        n**10**9
    with pytest.raises(Undecided):
        value = n + 2**60
        for _ in range(100):
            value = value * 2**60
    with pytest.raises(ValueError, match="no name"):
        symbol("__import__('os')")
    with pytest.raises(ValueError, match="no name"):
        symbol("lambda")


# layers

ONE_INPUT = [name for name in TYPES if not issubclass(REGISTRY[name], Join)]
SYMBOLIC = {
    "kernel_size": "k",
    "stride": "s",
    "padding": "p",
    "out_channels": "m",
    "out_features": "m",
    "dilation": "d",
}


@pytest.mark.parametrize("name", ONE_INPUT)
def test_a_layer_on_symbols_gives_what_it_gives_on_their_values(name: str) -> None:
    seen = 0

    @settings(CALM, max_examples=60)
    @given(draws(name, "none"), st.data())
    def law(draw: Draw, data: st.DataObject) -> None:
        nonlocal seen
        declared = REGISTRY[name].options()
        options = {key: declared[key].cast(value) for key, value in draw.options.items()}
        try:
            wanted = REGISTRY[name](**options).on(*draw.inputs)
        except Unfit:
            assume(False)
        values: dict[str, int] = {}

        def hidden(value: Any, letter: str) -> Any:
            if isinstance(value, tuple):
                return tuple(hidden(one, f"{letter}{at}") for at, one in enumerate(value))
            if type(value) is not int or not data.draw(st.booleans()):
                return value
            values[letter] = value
            return symbol(letter)

        shape = hidden(draw.inputs[0], "n")
        letters = {key: SYMBOLIC[key] for key in options if key in SYMBOLIC and name not in ("zero_pad",)}
        layer = REGISTRY[name](**{k: hidden(v, letters[k]) if k in letters else v for k, v in options.items()})
        try:
            [found] = outline([layer], shape)
        except (Undecided, Unfit):
            return
        seen += bool(values)
        assert tuple(at(size, values) for size in found.output) == wanted.shape
        for count in ("weights", "biases", "macs"):
            assert at(getattr(found, count), values) == getattr(wanted, count).value, (count, found)
        assert at(found.params, values) == wanted.weights.value + wanted.biases.value
        assert at(found.flops, values) == 2 * wanted.macs.value
        for number in (*found.sizes, *found.numbers.values()):
            assert number.text()

    law()
    assert seen >= 10 or name in ("layernorm", "reshape", "slice", "select"), seen


def test_what_never_fits_is_refused_and_what_might_is_not() -> None:
    conv, wide = REGISTRY["conv"], symbol("n")
    for options, shape in (
        ({"out_channels": 64, "kernel_size": 3, "groups": 3}, (symbol("c"), 8, 8)),
        ({"out_channels": 64, "kernel_size": 9}, (symbol("c"), 8, wide)),
    ):
        with pytest.raises(Unfit):
            outline([conv(**options)], shape)
    [made] = outline([conv(out_channels=64, kernel_size=9, groups=2)], (symbol("c"), wide, wide))
    assert str(made.weights) == "2592*c"
    assert str(made.output[1]) == "n - 8"


def test_a_chain_keeps_its_symbols() -> None:
    layers = [
        REGISTRY["conv"](out_channels=30, kernel_size=1, bias=False),
        REGISTRY["conv"](out_channels=30, kernel_size=3, groups=30, padding="same", bias=False),
        REGISTRY["conv"](out_channels=20, kernel_size=1, bias=False),
    ]
    found = outline(layers, (5, symbol("n"), symbol("n")))
    assert sum(one.params for one in found) == 1020
    assert found[-1].output == (20, symbol("n"), symbol("n"))
    assert str(sum(one.macs for one in found)) == "1020*n**2"
    strided = outline([REGISTRY["conv"](out_channels=8, kernel_size=3, padding="same", stride=2)], (3, n, n))
    assert str(strided[0].output[1]) == "ceil(n/2)"


def test_working_with_symbols_is_printed_with_its_brackets() -> None:
    [made] = outline([REGISTRY["conv_transpose"](out_channels=2, kernel_size=3, stride=2)], (3, n + 1, n - 1))
    assert made.sizes[1].text() == "(n + 1 − 1)·2 − 2·0 + 1·(3 − 1) + 0 + 1"
    assert made.sizes[2].text() == "(n − 1 − 1)·2 − 2·0 + 1·(3 − 1) + 0 + 1"
    [made] = outline([REGISTRY["fc"](out_features=f)], (n + 1, 2, 2))
    assert made.numbers["weights"].text() == "f·(4·n + 4)"
    assert made.biases == f
