"""The figures on the slides of the lectures: each computed anew, and each judged as the README says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from slides import CLAIMS, Claim, sizes, truth

from cnncalc import check, loads
from cnncalc.figure import Figure
from cnncalc.formula import Formula
from cnncalc.spec.read_claims import OF_THE_NETWORK

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
SHARED = HERE.parent.parent / "shared" / "lecture_claims.yaml"

VERDICTS = ("right", "truncated", "wrong")
"""In the order of their gravity."""

FORMULAS = {identity: claim for identity, claim in CLAIMS.items() if "formula" in claim}
COUNTS = {identity: claim for identity, claim in CLAIMS.items() if "formula" not in claim}
STATED = {identity: claim for identity, claim in COUNTS.items() if "states" in claim}
SLIPS = {identity: claim for identity, claim in CLAIMS.items() if "wrong" in str(claim["verdict"])}

for_each = pytest.mark.parametrize


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@for_each("claim", COUNTS.values(), ids=COUNTS)
def test_the_truth_is_what_the_network_gives(claim: Claim) -> None:
    assert near(truth(claim), claim["truth"])


@for_each("claim", FORMULAS.values(), ids=FORMULAS)
def test_a_formula_is_true_of_every_legal_network(claim: Claim) -> None:
    found = [size == Formula(claim["truth"])(values) for values, size in sizes(claim["id"])]
    assert len(found) > 40
    assert all(found)


@for_each("claim", FORMULAS.values(), ids=FORMULAS)
def test_the_formula_of_a_slide_is_right_where_it_gives_a_whole_number(claim: Claim) -> None:
    found = list(where_whole(claim))
    assert len(found) > 20
    assert all(found)
    assert claim["verdict"] == "right"


def where_whole(claim: Claim) -> Iterator[bool]:
    for values, size in sizes(claim["id"]):
        if claim.get("where", {}).items() <= values.items():
            try:
                yield Formula(claim["formula"])(values) == size
            except ArithmeticError:  # a remainder
                continue


@for_each("claim", STATED.values(), ids=STATED)
def test_the_verdict_follows(claim: Claim) -> None:
    stated, exact, verdict = claim["states"], claim["truth"], claim["verdict"]
    if isinstance(verdict, dict):
        assert {key: judged(stated[key], exact[key]) for key in stated} == verdict
    else:
        assert judged(stated, exact) == {"a convention": "wrong"}.get(verdict, verdict)


@for_each("claim", [claim for claim in COUNTS.values() if "states" not in claim], ids=lambda claim: claim["id"])
def test_what_states_nothing_else_is_a_table_or_computed(claim: Claim) -> None:
    assert claim["verdict"] == ("right" if "rows" in claim and "(" not in claim["claim"] else "computed")


@for_each("claim", [claim for claim in SLIPS.values() if "ratio" in claim], ids=lambda claim: claim["id"])
def test_how_many_times_too_high(claim: Claim) -> None:
    for key, ratio in claim["ratio"].items():
        number, _ = figure(claim["states"][key])
        assert number / claim["truth"][key] == pytest.approx(ratio, rel=0.005)


OF_WHOLE_NETWORKS = {
    identity: claim
    for identity, claim in STATED.items()
    if isinstance(claim["states"], dict) and claim["states"].keys() <= {*OF_THE_NETWORK} and "layers" not in claim
    if "network" in claim or "spec" in claim
}


@for_each("claim", OF_WHOLE_NETWORKS.values(), ids=OF_WHOLE_NETWORKS)
def test_cnncalc_check_judges_alike(claim: Claim) -> None:
    network = claim.get("network") or {"extends": claim["spec"]}
    spec = {**network, "vars": {**network.get("vars", {}), **claim.get("set", {})}, "expect": claim["states"]}
    of_the_slide = [finding for finding in check(loads(yaml.safe_dump(spec))).found if not finding.claim.path]
    found = {finding.claim.quantity: finding.verdict.replace("false", "wrong") for finding in of_the_slide}
    assert found == {quantity: judged(stated, claim["truth"][quantity]) for quantity, stated in claim["states"].items()}


@for_each(
    ("stated", "exact", "verdict"),
    [
        ("35K", 34_848, "right"),
        ("46M", 46_737_440, "truncated"),
        ("46M", 47_000_000, "wrong"),
        ("46M", 45_999_999, "right"),
        ("46M", 45_499_999, "wrong"),
        ("1.2M", 117_600, "wrong"),
        ("~18", 18.52, "truncated"),
        (36, 36.5, "wrong"),
        ([[36, 80]], [[36.5, 80]], "wrong"),
        (["~2", "~3"], [2.4, 3.7], "truncated"),
        ({"weights": 150, "macs": "1.2M"}, {"weights": 150, "macs": 117_600}, "wrong"),
        ({"weights": 150}, {"weights": 150, "macs": 117_600}, "right"),
    ],
)
def test_verdicts_of_all_three_kinds(stated: Any, exact: Any, verdict: str) -> None:
    assert judged(stated, exact) == verdict


def judged(stated: Any, exact: Any) -> str:
    """The gravest verdict; a figure such as 35K or ~18 is stated to its last digit, anything else exactly."""
    if isinstance(stated, dict):
        return max((judged(stated[key], exact[key]) for key in stated), key=VERDICTS.index)
    if isinstance(stated, str):
        number, step = figure(stated)
        if 2 * abs(exact - number) <= step:
            return "right"
        return "truncated" if number <= exact < number + step else "wrong"
    if isinstance(stated, list) and any(isinstance(item, str) for item in stated):
        return max(map(judged, stated, exact), key=VERDICTS.index)
    return "right" if stated == exact else "wrong"


def figure(text: str) -> tuple[int, int]:
    """A number and what a one in its last digit is worth."""
    if text.startswith("~"):
        return int(text[1:]), 1
    found = Figure.read(text)
    assert found
    return found.value, found.step


def near(found: Any, stated: Any) -> bool:
    """Equal; where a number with a fraction is stated, to four digits."""
    if isinstance(stated, dict):
        return found.keys() == stated.keys() and all(near(found[key], stated[key]) for key in stated)
    if isinstance(stated, list):
        return len(found) == len(stated) and all(map(near, found, stated))
    return math.isclose(found, stated, rel_tol=1e-4) if isinstance(stated, float) else bool(found == stated)


# the README and the list that the issue came with


@for_each("claim", SLIPS.values(), ids=SLIPS)
def test_the_readme_lists_every_slip(claim: Claim) -> None:
    assert row(claim) in README.read_text(encoding="utf-8").splitlines()


def test_the_readme_lists_nothing_else() -> None:
    table = README.read_text(encoding="utf-8").partition("Slips on the slides")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert sorted(rows) == sorted(map(row, SLIPS.values()))


def row(claim: Claim) -> str:
    return f"| {claim['lecture']} | {claim['claim']} | {claim['correct']} | {claim['why']} |"


@pytest.mark.skipif(not SHARED.exists(), reason="the list of claims lies beside some checkouts only")
def test_every_claim_of_the_list_is_here() -> None:
    listed = yaml.safe_load(SHARED.read_text(encoding="utf-8"))
    listed = [entry for entry in listed if entry["verdict"] != "out of scope"]
    assert {entry["id"] for entry in listed} <= CLAIMS.keys()
    for entry in listed:
        ours = set(numbers([c["truth"] for i, c in CLAIMS.items() if f"{i}.".startswith(f"{entry['id']}.")]))
        missing = [n for n in numbers(entry["truth"]) if not any(math.isclose(n, m, rel_tol=1e-3) for m in ours)]
        assert missing == [], entry["id"]
        assert ("WRONG" in entry["verdict"]) <= any(i.startswith(entry["id"]) for i in SLIPS), entry["id"]


def numbers(value: Any) -> Iterator[float]:
    """Every number in a nest of lists and mappings."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, (int, float)):
        yield value
