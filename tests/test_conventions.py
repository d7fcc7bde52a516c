"""What other tools count: our rules against the tools' own answers in `peers/conventions.json`, and laws."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from small import net

from cnncalc import Analysis, analyze, load, loads
from cnncalc.bundled import names
from cnncalc.cli import options
from cnncalc.conventions import CONVENTIONS, SYMBOLS, count, counted, counts
from cnncalc.conventions.base import Rule
from cnncalc.conventions.parts import figure
from cnncalc.conventions.seen import look
from cnncalc.formula import Formula
from cnncalc.layers import REGISTRY
from cnncalc.layers.join import Join

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "peers" / "conventions.json").read_text(encoding="utf-8"))
TOOLS = ("torch", "torchinfo", "fvcore", "thop", "ptflops", "ptflops-aten", "calflops", "deepspeed")
CASES: list[dict[str, Any]] = TABLE["cases"]
NETWORKS = [row for row in TABLE["networks"] if row["spec"] in names()]


def total(analysis: Analysis, name: str) -> int | None:
    return figure(analysis, name).counted


def differences(analysis: Analysis, totals: Mapping[str, int | None]) -> dict[str, tuple[Any, Any]]:
    """Where we say otherwise than a tool: ours and theirs."""
    return {tool: (total(analysis, tool), said) for tool, said in totals.items() if total(analysis, tool) != said}


def by_class(analysis: Analysis, name: str) -> dict[str, int]:
    """What we count, by the class of the module that counts."""
    sums = Counter[str]()
    for placed, number in zip(analysis.network.layers, counted(analysis, name).values()):
        if not isinstance(placed.layer, Join) and number and number.value:
            sums[placed.layer.torch(*placed.inputs)[-1][0]] += number.value
    return dict(sums)


@pytest.mark.parametrize("row", NETWORKS, ids=lambda row: str(row["spec"]))
def test_a_network_counts_what_the_tools_print(row: dict[str, Any]) -> None:
    analysis = analyze(load(row["spec"]))
    assert differences(analysis, row["totals"]) == {}
    assert {name: by_class(analysis, name) for name in row["classes"]} == row["classes"]


def test_a_layer_counts_what_the_tools_print() -> None:
    found = {
        case["case"]: differences(analyze(loads(case["spec"]), batch=case["batch"]), case["totals"]) for case in CASES
    }
    assert {case: said for case, said in found.items() if said} == {}


def test_the_table_is_of_all_tools_many_networks_and_every_type() -> None:
    assert all(tuple(row["totals"]) == TOOLS for row in (*NETWORKS, *CASES))
    assert sum(None not in row["totals"].values() for row in NETWORKS) >= 40
    assert {"torch", "torchinfo", "fvcore", "thop"} == set.intersection(*(set(row["classes"]) for row in NETWORKS))
    measured = {placed.layer.type for case in CASES for placed in loads(case["spec"]).layers}
    assert measured == set(REGISTRY)
    assert len(CASES) >= 400


def test_the_versions_are_those_that_were_measured() -> None:
    for tool in TOOLS:
        package, version = CONVENTIONS[tool].version.split()
        assert TABLE["versions"][package].partition("+")[0].replace("-", ".post") == version


def test_a_tool_that_stops_has_no_figure_and_an_error() -> None:
    stopped = {(case["case"], tool) for case in CASES for tool, said in case["totals"].items() if said is None}
    assert stopped == {(case["case"], tool) for case in CASES for tool in case.get("errors", ())}
    assert {tool for _, tool in stopped} == {"calflops", "fvcore"}


def test_a_difference_is_seen() -> None:
    [row] = [row for row in NETWORKS if row["spec"] == "resnet50"]
    analysis = analyze(load("resnet50"))
    for tool, said in row["totals"].items():
        assert differences(analysis, row["totals"] | {tool: said + 1}) == {tool: (said, said + 1)}
    assert len(differences(analyze(load("resnet34")), row["totals"])) == len(TOOLS)


# laws

LAWFUL = ["lenet5", "resnet50", "convnext_tiny", "unet", "dcgan_generator", "r3d_18", "fcn_time_series", "alexnet"]


@pytest.mark.parametrize("spec", LAWFUL)
@pytest.mark.parametrize("batch", [1, 3])
def test_laws(spec: str, batch: int) -> None:
    analysis, one = analyze(load(spec), batch=batch), analyze(load(spec))
    assert total(analysis, "torch") == 2 * analysis.totals["macs"] == analysis.totals["flops"]
    assert total(analysis, "paper") == one.totals["macs"]
    for name, convention in CONVENTIONS.items():
        numbers, whole = counted(analysis, name), figure(analysis, name)
        assert list(numbers) == [row.path for row in analysis.rows]
        for number in numbers.values():
            assert number is None or number.formula(number.symbols) == number.value
        known = [number.value for number in numbers.values() if number]
        assert whole.counted == (sum(known) if None not in numbers.values() else None)
        images = {"image": batch, "network": 1, "batch": 1}[convention.per]
        assert whole.ours * images == analysis.totals[convention.beside]
        if convention.per != "batch":
            assert whole.counted == total(one, name)
        elif whole.counted is not None:
            assert whole.counted == batch * (total(one, name) or 0)


def test_every_type_has_a_rule_or_an_explicit_nothing_in_every_convention() -> None:
    known = set()
    for case in CASES:
        for placed in loads(case["spec"]).layers:
            piece = look(placed, 1).piece
            known.add(piece)
            for name, convention in CONVENTIONS.items():
                listed = (piece in convention.rules) + (piece in convention.nothing)
                assert listed == 1 or (name == "netscope" and listed == 0), (name, piece)
                assert count(placed, convention).rule.formula or name in ("netscope", "calflops", "fvcore")
    for convention in CONVENTIONS.values():
        assert {*convention.rules, *convention.nothing} <= known


def rules() -> Iterator[tuple[str, Rule]]:
    for name, convention in CONVENTIONS.items():
        for piece in convention.rules:
            yield from ((name, rule) for rule in convention.rules_of(piece))


def test_every_symbol_has_a_meaning_and_every_rule_that_surprises_a_reason() -> None:
    used = {symbol for _, rule in rules() if rule.formula for symbol in rule.formula.symbols}
    assert used <= set(SYMBOLS)
    plain = {"MAC", "2*MAC", "own", "0"}
    for name, rule in rules():
        assert rule.why or (rule.formula and rule.formula.source in plain), (name, rule)
        assert not rule.bug or rule.why


def test_every_rule_is_used_by_some_measured_case() -> None:
    used = {name: set[int]() for name in TOOLS}
    for case in CASES:
        analysis = analyze(loads(case["spec"]), batch=case["batch"])
        for name in TOOLS:
            used[name] |= {id(found.rule) for found in counts(analysis, name).values()}
    unused = {(name, rule.why, str(rule.when)) for name, rule in rules() if name in used and id(rule) not in used[name]}
    assert unused == set()


# the two that are not run

KERAS = {
    "mobilenet_v1": 4_253_864,
    "mobilenet_v2": 3_538_984,
    "densenet121": 8_062_504,
    "densenet169": 14_307_880,
    "densenet201": 20_242_984,
    "xception": 22_910_480,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "convnext_tiny": 28_589_128,
}
"""`count_params()` of keras.applications, as Keras 3.15.1 gives them; those of its networks that are built alike."""


@pytest.mark.parametrize("spec", KERAS)
def test_keras_counts_as_its_own_networks_say(spec: str) -> None:
    assert total(analyze(load(spec)), "keras") == KERAS[spec]


def test_keras_counts_shared_weights_once_and_statistics_where_there_are_any() -> None:
    found = net("- {batchnorm, name: a}\n- relu\n- {reuse: a}\n- {batchnorm, affine: false}\n- instancenorm")
    assert [number and number.value for number in counted(analyze(found), "keras").values()] == [12, 0, 0, 6, 0]


def test_netscope_by_hand() -> None:
    # macc = K·wOut·hOut·chIn·chOut·N/group; a Scale layer O; LRN n·I; a product of tensors I; InnerProduct in·out
    found = net(
        """
        - {conv: 8, kernel_size: 3, groups: 2}
        - {batchnorm, name: n}
        - {lrn: 5}
        - {maxpool: 2}
        - {conv_transpose: 4, kernel_size: 4, stride: 2}
        - {multiply: [[], [global_avgpool]]}
        - {fc: 10}
        """,
        input="[4, 8, 8]",
    )
    expected = [9 * 6 * 6 * 4 * 8 // 2, 8 * 36, 5 * 8 * 36, 0, 8 * 4 * 8 * 8 * 2 * 2, 0, 4 * 8 * 8, 4 * 8 * 8 * 10]
    for batch in (1, 2):
        numbers = counted(analyze(found, batch=batch), "netscope").values()
        assert [number and number.value for number in numbers] == [batch * one for one in expected]


def test_netscope_has_no_figure_for_what_it_does_not_know() -> None:
    assert total(analyze(load("convnext_tiny")), "netscope") is None
    assert total(analyze(load("c3d")), "netscope") is None
    assert total(analyze(load("alexnet")), "netscope") is not None


def test_the_choices_of_the_option_are_the_conventions() -> None:
    [literal, _] = get_args(options.Convention.__origin__)  # type: ignore[attr-defined]
    assert get_args(literal) == tuple(CONVENTIONS)


def test_a_wrong_formula_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**CONVENTIONS["fvcore"].rules, "BatchNorm": Rule(Formula("3*I"))}
    monkeypatch.setattr(type(CONVENTIONS["fvcore"]), "__setattr__", object.__setattr__)
    monkeypatch.setattr(CONVENTIONS["fvcore"], "rules", wrong)
    [row] = [row for row in NETWORKS if row["spec"] == "resnet50"]
    assert differences(analyze(load("resnet50")), row["totals"]).keys() == {"fvcore"}
