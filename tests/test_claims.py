"""What a source states: figures as papers write them, which number each is about, verdicts and ratios."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import net, refusals

from cnncalc import Finding, Findings, SpecError, check, loads
from cnncalc.errors import Mark, Source
from cnncalc.figure import UNITS, Figure
from cnncalc.layers import Shape
from cnncalc.network import Claim
from cnncalc.render.claims import apart

EXACT = Context(prec=400)

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
        ("params: ~60_965_224", "write 60_965_224"),
        ("params: 760+", "write 760"),
        ("params: '1,5'", "for example 60_965_224"),
        ("params: '60,965 K'", "write 60_965K"),
        ("params: '4,1G'", "write 4.1G"),
        ("params: 1.2345K", "1.2345K is no count → for example 60_965_224, 61M or 0.47M"),
        ("params: 60E", "60E is no count → for example"),
        ("params: 60X", "60X is no count → for example"),
        ("params: 60.M", "60.M is no count → for example"),
        (f"params: {'9' * 90}P", "is no count → for example"),
        (f"params: {'9' * 1000}P", "at most 500 are read"),
        (f"params: 1{'a' * 1_000_000}!", "at most 500 are read"),
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


POWERS = {"K": 3, "k": 3, "M": 6, "G": 9, "B": 9, "T": 12, "P": 15}


def test_every_unit_is_tried() -> None:
    assert {unit: 3 * power for unit, power in UNITS.items()} == POWERS


@given(st.integers(0, 10**30), st.integers(0, 16), st.sampled_from("KkMGBTP"), st.sampled_from(("", " ")))
def test_a_figure_is_its_number_times_its_unit(digits: int, decimals: int, unit: str, gap: str) -> None:
    number = f"{Decimal(digits).scaleb(-decimals, EXACT):f}"
    found = Figure.read(f"{number}{gap}{unit}")
    if decimals > POWERS[unit]:  # digits behind the ones
        assert found is None
    else:
        assert found is not None
        assert found.value == Decimal(number).scaleb(POWERS[unit], EXACT)
        assert found.step == 10 ** (POWERS[unit] - decimals)
        assert str(found) == f"{number}{gap}{unit}"


# whether it is true

MARK = Mark(Source("a.yaml", ""), 1, 1, 2)


def finding(value: int | Figure, truth: int) -> Finding:
    return Finding(Claim("", 0, 1, "", "params", value, "", MARK), truth)


def written(exact: int, unit: str, decimals: int, rounding: str) -> str:
    """The exact count in the unit, with so many decimals."""
    scaled = Decimal(exact).scaleb(-POWERS[unit], EXACT)
    return f"{scaled.quantize(Decimal(1).scaleb(-decimals), rounding, EXACT):f}{unit}"


COUNTS = st.integers(0, 10**24) | st.integers(0, 10**6).map(lambda n: n * 500_000) | st.integers(0, 2000)
FORMS = st.sampled_from("KMGBTP").flatmap(lambda u: st.tuples(st.just(u), st.integers(0, min(POWERS[u], 7))))


@given(COUNTS, FORMS)
def test_what_is_rounded_is_right_and_what_is_cut_is_no_worse_than_truncated(exact: int, form: tuple[str, int]) -> None:
    up, down, cut = (Figure.read(written(exact, *form, how)) for how in (ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_DOWN))
    assert up and down and cut
    assert finding(up, exact).verdict == finding(down, exact).verdict == "right"
    assert finding(cut, exact).verdict == ("right" if cut in (up, down) else "truncated")


@given(COUNTS, FORMS, st.integers(-3, 3) | st.integers(-(10**6), 10**6))
def test_every_other_figure_is_false(exact: int, form: tuple[str, int], off: int) -> None:
    cut = Decimal(written(exact, *form, ROUND_DOWN)[:-1])
    number = cut + Decimal(off).scaleb(-form[1])
    if number < 0:
        return
    figure = Figure.read(f"{number:f}{form[0]}")
    assert figure is not None
    rounded = {written(exact, *form, how) for how in (ROUND_HALF_UP, ROUND_HALF_DOWN)}
    expected = "right" if str(figure) in rounded else "truncated" if off == 0 else "false"
    assert finding(figure, exact).verdict == expected


@given(COUNTS, COUNTS)
def test_a_whole_number_is_right_or_false(claimed: int, exact: int) -> None:
    assert finding(claimed, exact).verdict == ("right" if claimed == exact else "false")
    assert finding(exact, exact).verdict == "right"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("61M", "right"),
        ("60.97M", "right"),
        ("60.965224M", "right"),
        ("60M", "truncated"),
        ("60.96M", "truncated"),
        ("60.0M", "false"),
        ("62M", "false"),
        ("59M", "false"),
        ("0.061G", "right"),
        ("0.1G", "right"),
        ("0.0G", "truncated"),
        ("0G", "right"),
        ("60_965K", "right"),
        ("60_965_224", "right"),
        ("60_965_225", "false"),
    ],
)
def test_what_papers_say_of_the_60965224_parameters_of_alexnet(text: str, verdict: str) -> None:
    claimed = Figure.read(text) or int(text)
    assert finding(claimed, 60_965_224).verdict == verdict


@pytest.mark.parametrize(("exact", "verdict"), [(1499, "false"), (1500, "right"), (2500, "right"), (2501, "truncated")])
def test_a_half_is_right_either_way(exact: int, verdict: str) -> None:
    figure = Figure.read("2K")
    assert figure is not None
    assert finding(figure, exact).verdict == verdict
    assert finding(figure, 3000).verdict == "false"


# how far apart


@given(COUNTS, COUNTS)
def test_the_ratio_is_told_to_two_digits(claimed: int, exact: int) -> None:
    """The number in the text, read back, is the factor or the percentage to within half of its last digit."""
    ratio = finding(claimed, exact).ratio
    text = apart(ratio)
    if not claimed or not exact or claimed == exact:
        assert text == ""
        return
    assert ratio == Fraction(claimed, exact)
    [(number, unit, side)] = re.findall(r"^(.*) ([×%]) too (high|low)$", text)
    assert side == ("high" if claimed > exact else "low")
    factor = max(ratio, 1 / ratio)
    assert (unit == "×") == (factor >= 2)
    shown = factor if unit == "×" else abs(ratio - 1) * 100
    if number.startswith("less than "):
        assert number == "less than 0.01" and 0 < shown < Fraction(1, 100)
        return
    last = Fraction(1) if shown >= 10 else Fraction(1, 10) if shown >= 1 else Fraction(1, 100)
    assert abs(Fraction(number.replace(",", "")) - shown) <= last / 2


@pytest.mark.parametrize(
    ("claimed", "exact", "text"),
    [
        (7600, 760, "10 × too high"),
        (100, 210, "2.1 × too low"),
        (1004, 1000, "0.4 % too high"),
        (2, 1, "2 × too high"),
        (1999, 1000, "100 % too high"),
        (1, 3, "3 × too low"),
        (2, 3, "33 % too low"),
        (749, 750, "0.13 % too low"),
        (10**9 + 1, 10**9, "less than 0.01 % too high"),
        (100_009, 100_000, "less than 0.01 % too high"),
        (99_990, 100_000, "0.01 % too low"),
        (12_345_000, 1, "12,345,000 × too high"),
        (995, 100, "10 × too high"),
        (1049, 100, "10 × too high"),
        (1234, 1000, "23 % too high"),
        (1012, 1000, "1.2 % too high"),
        (0, 5, ""),
        (5, 0, ""),
    ],
)
def test_ratios_in_words(claimed: int, exact: int, text: str) -> None:
    assert apart(finding(claimed, exact).ratio) == text


# which number a claim is about


def verdicts(findings: Findings) -> list[tuple[str, str, int | Shape | tuple[Shape, ...], str]]:
    return [(found.claim.path, found.claim.quantity, found.truth, found.verdict) for found in findings.found]


def test_a_claim_is_about_its_own_step() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 3, expect: {output: [4, 30, 30], params: 112, macs: 97.2K}}
        - {layers: [{conv: 4, kernel_size: 3}, relu], expect: {output: [4, 28, 28], params: 148}}
        - {b, name: call, expect: {output: [8, 28, 28], weights: 32, biases: 8, flops: 50K}}
        - {layers: [], expect: {output: [8, 28, 28], params: 0}}
        - {repeat: 2, layers: [{residual: [tanh, tanh], expect: {params: index}}]}
        """,
        top="""
        blocks: {b: [{conv: 8, kernel_size: 1, expect: {params: 41}}, relu]}
        expect: {params: 300, layers: 10, depth: 3, output: [8, 28, 28]}
        """,
    )
    assert verdicts(check(network)) == [
        ("conv1", "output", (4, 30, 30), "right"),
        ("conv1", "params", 112, "right"),
        ("conv1", "macs", 97_200, "right"),
        ("conv2 … relu1", "output", (4, 28, 28), "right"),
        ("conv2 … relu1", "params", 148, "right"),
        ("call.conv1", "params", 40, "false"),
        ("call", "output", (8, 28, 28), "right"),
        ("call", "weights", 32, "right"),
        ("call", "biases", 8, "right"),
        ("call", "flops", 50_176, "right"),
        ("no layer", "output", (8, 28, 28), "right"),
        ("no layer", "params", 0, "right"),
        ("add1", "params", 0, "right"),
        ("add2", "params", 0, "false"),
        ("", "params", 300, "right"),
        ("", "layers", 11, "false"),
        ("", "depth", 3, "right"),
        ("", "output", (8, 28, 28), "right"),
    ]


def test_what_a_body_states_of_its_weights_is_judged_where_they_are_counted() -> None:
    """Run again, its layers have no parameters of their own; what is stated of the second run holds for that."""
    block = "blocks: {b: [{conv: 3, kernel_size: 1, expect: {output: [3, 32, 32], params: 12, weights: 8, macs: 9K}}]}"
    layers = "- {b, name: first}\n- {reuse: first, expect: {params: 0, macs: 27K}}"
    assert [(path, quantity, verdict) for path, quantity, _, verdict in verdicts(check(net(layers, top=block)))] == [
        ("first.conv1", "output", "right"),
        ("first.conv1", "params", "right"),
        ("first.conv1", "weights", "false"),
        ("first.conv1", "macs", "right"),
        ("reuse1.conv1", "output", "right"),
        ("reuse1.conv1", "macs", "right"),
        ("reuse1", "params", "right"),
        ("reuse1", "macs", "false"),
    ]


def test_the_outputs_of_a_network() -> None:
    layers = "- {conv: 4, kernel_size: 3, name: a}\n- {conv: 4, kernel_size: 3, name: b}"
    for text, passed in {
        "[[4, 30, 30], [4, 28, 28]]": True,
        "[[4, 28, 28], [4, 30, 30]]": False,
        "[4, 30, 30]": False,
    }.items():
        network = net(layers, top=f"outputs: [a, b]\nexpect: {{output: {text}}}")
        assert check(network).passed == passed, text
    assert check(net(layers, top="expect: {output: [[4, 28, 28]]}")).passed


def test_nothing_leaves_an_empty_step_that_nothing_enters() -> None:
    text = "input: {a: [3], b: [3]}\nlayers: [{layers: [], expect: {output: [3]}}, {add: [a, b]}]"
    with pytest.raises(SpecError, match=r"^<string>:2:40: expect: output: no tensor leaves this step"):
        loads(text)


def test_claims_say_nothing_of_other_variables_and_inputs() -> None:
    text = """
input: [3, 8, 8]
vars: {widths: [4, 8]}
layers: [{repeat: {w: widths}, layers: [{conv: w, kernel_size: 1, expect: {output: "[widths[1], 8, 8]"}}]}]
expect: {params: 5}
"""
    assert [found.verdict for found in check(loads(text)).found] == ["false", "right", "false"]
    for network in (loads(text, set={"widths": [4]}), loads(text, input=[3, 9, 9])):
        findings = check(network)
        assert (findings.found, findings.passed, findings.set_aside) == ((), True, len(network.layers) + 1)
