"""What a source states and whether it is true: figures as papers write them, verdicts, ratios and the command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import net, refusals

from cnncalc.figure import Figure
from cnncalc.network import Claim

# how a claim may be written


def claims(entry: str, layers: str = "- relu") -> tuple[Claim, ...]:
    return net(layers, top=f"expect: {{{entry}}}").claims


@pytest.mark.parametrize(
    ("text", "value", "step"),
    [
        ("60M", 60 * 10**6, 10**6),
        ("60.0M", 60 * 10**6, 10**5),
        ("4.1G", 41 * 10**8, 10**8),
        ("0.47M", 470_000, 10**4),
        (".5M", 500_000, 10**5),
        ("35K", 35_000, 10**3),
        ("35k", 35_000, 10**3),
        ("3.6B", 36 * 10**8, 10**8),
        ("1.5T", 15 * 10**11, 10**11),
        ("10P", 10**16, 10**15),
        ("60 M", 60 * 10**6, 10**6),
        ("'60M'", 60 * 10**6, 10**6),
        ("1_200.5M", 1_200_500_000, 10**5),
        ("1.234K", 1_234, 1),
    ],
)
@pytest.mark.parametrize("quantity", ["params", "macs", "flops", "weights"])
def test_counts_as_papers_write_them(text: str, value: int, step: int, quantity: str) -> None:
    [of_all] = claims(f"{quantity}: {text}")
    [of_a_step] = net(f"- {{relu, expect: {{{quantity}: {text}}}}}").claims
    for claim in (of_all, of_a_step):
        assert isinstance(claim.value, Figure)
        assert (claim.value.value, claim.value.step, claim.value.text) == (value, step, text.strip("'"))


def test_a_number_without_a_unit_is_exact() -> None:
    network = net("- relu", top="vars: {M: 3}\nexpect: {params: 60_000, macs: 1e6, flops: 2 * M, depth: 1.0}")
    assert [claim.value for claim in network.claims] == [60_000, 1_000_000, 6, 1]
    assert all(type(claim.value) is int for claim in network.claims)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("params: 60m", "expect: params: 60m is no count → write 60M"),
        ("params: 60 million", "60 million is no count → write 60M"),
        ("params: 3.6 billion", "write 3.6G"),
        ("params: 35 thousand", "write 35K"),
        ("macs: 4.1 GFLOPs", "write 4.1G"),
        ("macs: 4.1GMACs", "write 4.1G"),
        ("params: ~60M", "write 60M"),
        ("params: 60M+", "write 60M"),
        ("params: '60,965,224'", "write 60_965_224"),
        ("params: '4,1G'", "write 4.1G"),
        ("params: 1.2345K", "1.2345K is no count → for example 60_965_224, 61M or 0.47M"),
        ("params: 60E", "60E is no count → for example"),
        ("params: 60X", "60X is no count → for example"),
        ("params: 60.M", "60.M is no count → for example"),
        (f"params: {'9' * 90}P", "is no count → for example"),
        ("params: 60M * 2", "an operator is missing between 60 and M"),
        ("params: -5M", "an operator is missing between 5 and M"),
        ("param_bytes: 240B", "expect: param_bytes: 240B is no count → for example"),
        ("depth: 1K", "expect: depth: 1K is no whole number → only counts such as params are written so"),
        ("layers: 0.1K", "expect: layers: 0.1K is no whole number"),
        ("output: 60M", "expect: output: an operator is missing between 60 and M"),
        ("output: [64, 1K, 1K]", "expect: output: an operator is missing between 1 and K"),
    ],
)
def test_what_is_no_count(entry: str, told: str) -> None:
    found = refusals("- relu", top=f"expect: {{{entry}}}")
    assert all(problem.mark is not None and problem.mark.line == 2 for problem in found)
    assert told in f"{found[0].message} → {found[0].hint}"


def test_the_caret_is_below_the_figure() -> None:
    [problem] = refusals("- {relu, expect: {output: [3, 32, 32], params: 60m}}")
    assert str(problem) == (
        "a.yaml:4:50: expect: params: 60m is no count\n"
        "4 |   - {relu, expect: {output: [3, 32, 32], params: 60m}}\n"
        "                                                     ^^^\n"
        "  write 60M"
    )


@given(st.integers(0, 10**30), st.integers(0, 15), st.sampled_from("KkMGBTP"), st.sampled_from(("", " ")))
def test_a_figure_is_its_number_times_its_unit(steps: int, decimals: int, unit: str, gap: str) -> None:
    """Against the decimal number that the text is."""
    from decimal import Context, Decimal

    digits = f"{steps:0{decimals + 1}d}"
    number = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    power = {"K": 3, "k": 3, "M": 6, "G": 9, "B": 9, "T": 12, "P": 15}[unit]
    found = Figure.read(f"{number}{gap}{unit}")
    if decimals > power:
        assert found is None
    else:
        assert found is not None
        exact = Context(prec=100)
        assert found.value == exact.multiply(Decimal(number), Decimal(10) ** power)
        assert found.step == Decimal(10) ** (power - decimals)
        assert str(found) == f"{number}{gap}{unit}"
