"""`summary --convention` and `conventions`: the numbers of `cnncalc.conventions` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from terminal import on_terminal
from typer.testing import CliRunner

from cnncalc import analyze, load, loads
from cnncalc.cli import app
from cnncalc.conventions import CONVENTIONS, counted
from cnncalc.conventions.parts import figure
from cnncalc.render import reconciliation
from cnncalc.render.lines import plain

TANH = '{"input": [1, 8, 8], "layers": [{"conv": 4, "kernel_size": 3}, "tanh", {"fc": 10}]}'


def run(*arguments: str, code: int = 0, input: str | None = None) -> str:
    done = CliRunner().invoke(app, arguments, input=input)
    assert done.exit_code == code, done.stderr
    return done.stdout or done.stderr


def text(name: str, width: int | None = 80, batch: int = 1) -> str:
    return plain(reconciliation.lines(analyze(load(name), batch=batch), "chw", width))


# the column


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_form_shows_the_same_numbers(name: str) -> None:
    analysis = analyze(load("alexnet"), batch=2)
    expected = [number and number.value for number in counted(analysis, name).values()]
    whole = sum(number or 0 for number in expected)
    arguments = "summary", "alexnet", "--batch", "2", "--convention", name
    found = json.loads(run(*arguments, "--format", "json"))
    assert [layer["counted"] for layer in found["layers"]] == expected
    assert found["totals"]["counted"] == whole
    convention = CONVENTIONS[name]
    assert (
        found["convention"].items()
        >= {
            "name": name,
            "tool": convention.tool,
            "version": convention.version,
            "called": convention.called,
            "per": convention.per,
        }.items()
    )
    [headers, *rows] = csv.reader(io.StringIO(run(*arguments, "--format", "csv")))
    assert [int(row[headers.index("counted")]) for row in rows] == expected
    for form in ("table", "markdown"):
        shown = run(*arguments, "--format", form)
        assert f"{name} {convention.called}" in shown
        assert f"{whole:,}" in shown


def test_without_the_option_nothing_is_added() -> None:
    found = json.loads(run("summary", "alexnet", "--format", "json"))
    assert "convention" not in found
    assert "counted" not in found["totals"]


def test_macs_and_flops_keep_their_meaning() -> None:
    bare = json.loads(run("summary", "resnet50", "--format", "json"))["totals"]
    with_it = json.loads(run("summary", "resnet50", "--convention", "calflops", "--format", "json"))["totals"]
    assert {**bare, "counted": 8_211_108_352} == with_it


def test_folds_sorts_and_shares() -> None:
    table = run("summary", "resnet50", "--convention", "fvcore", "--depth", "1", "--sort", "counted", "--top", "2")
    first, second, *_ = [line.split() for line in table.splitlines()[4:]]
    assert (first[0], first[-1]) == ("stage3", "1,468,651,520")
    assert second[0] == "stage2"
    shares = run("summary", "resnet50", "--convention", "fvcore", "--columns", "counted,counted%", "--format", "csv")
    assert sum(float(row["counted%"]) for row in csv.DictReader(io.StringIO(shares))) == pytest.approx(100)


def test_a_layer_without_a_figure_is_null_and_so_is_the_total() -> None:
    arguments = "summary", "-", "--convention", "netscope"
    found = json.loads(run(*arguments, "--format", "json", input=TANH))
    assert [layer["counted"] for layer in found["layers"]] == [9 * 36 * 4, None, 4 * 36 * 10]
    assert found["totals"]["counted"] is None
    table = run(*arguments, "--sort", "counted", "--columns", "counted,counted%", input=TANH)
    assert re.search(r"^tanh1 +– +–$", table, re.MULTILINE)
    assert "no figure" in table
    assert run(*arguments, "--format", "csv", "--columns", "counted", input=TANH).splitlines()[2] == "tanh1,"


def test_an_unknown_convention_is_told_the_known_ones() -> None:
    told = run("summary", "alexnet", "--convention", "ptflop", code=2)
    assert all(name in told for name in CONVENTIONS)


def test_the_column_needs_the_option() -> None:
    assert "counted" in run("summary", "alexnet", "--columns", "counted", code=2)


# the command


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("resnet50", 40),
        ("alexnet", 40),
        ("vgg16", 40),
        ("mobilenet_v1", 45),
        ("densenet121", 45),
        ("dcgan_generator", 45),
    ],
)
def test_it_explains_itself_on_one_screen(name: str, most: int) -> None:
    shown = text(name).splitlines()
    assert len(shown) <= most
    assert max(map(len, shown)) <= 80
    assert shown[0] == reconciliation.FIRST


def test_it_says_what_every_tool_prints_and_why() -> None:
    shown = re.sub(r"\s+", " ", text("resnet50"))
    assert "fvcore 4,111,512,576 4.11 G “flops” 1.01 × MACs + 22,227,968 batchnorm: 2·I, a scale and a shift" in shown
    assert "torch 8,178,368,512 8.18 G “FLOPs” = 2 × MACs" in shown
    assert "deepspeed 8,211,108,352 8.21 G “flops” as calflops" in shown
    assert "I = input elements" in shown


@pytest.mark.parametrize(
    ("spec", "tool", "bug"),
    [
        ("dcgan_generator", "thop", "takes the output's positions"),
        ("fcn_time_series", "fvcore", "padding given as a word"),
        ("convnext_tiny", "torchinfo", "only the batch counts"),
    ],
)
def test_known_bugs_that_touch_a_network_are_named(spec: str, tool: str, bug: str) -> None:
    shown = re.sub(r"\s+", " ", text(spec))
    said = shown[shown.index(f" {tool} ") :]
    assert f"a known bug: {bug}" in said
    assert "a known bug: takes" not in text("resnet50")


@pytest.mark.parametrize("name", ["resnet50", "convnext_tiny", "unet", "fcn_time_series"])
@pytest.mark.parametrize("batch", [1, 4])
def test_the_parts_make_up_the_difference(name: str, batch: int) -> None:
    analysis = analyze(load(name), batch=batch)
    found = json.loads(run("conventions", name, "--batch", str(batch), "--format", "json"))
    for one in found["conventions"]:
        known = figure(analysis, one["name"])
        assert (one["counted"], one["ours"]) == (known.counted, known.ours)
        assert sum(part["layers"] for part in one["parts"]) == len(analysis.rows)
        if one["counted"] is not None:
            assert one["ours"] + sum(part["beyond"] for part in one["parts"]) == one["counted"]
    rows = csv.DictReader(io.StringIO(run("conventions", name, "--batch", str(batch), "--format", "csv")))
    sums = dict.fromkeys(CONVENTIONS, 0)
    for row in rows:
        sums[row["convention"]] += int(row["counted"] or 0)
    assert all(sums[one["name"]] == one["counted"] for one in found["conventions"] if one["counted"] is not None)


def test_amounts_in_the_text_make_up_the_difference() -> None:
    for name in ("resnet50", "densenet121", "fcn_time_series"):
        analysis = analyze(load(name))
        blocks = re.split(r"\n(?=\S)", text(name, None))
        for block in blocks:
            tool = block.split(maxsplit=1)[0]
            if tool in CONVENTIONS and "  as " not in block and "no figure" not in block:
                known = figure(analysis, tool)
                amounts = re.findall(r"([+−]) ([\d,]+) \w+", block)
                beyond = sum(int(n.replace(",", "")) * (1 if sign == "+" else -1) for sign, n in amounts)
                assert known.ours + beyond == known.counted, (name, tool)


def test_a_net_without_parameters_stops_calflops() -> None:
    analysis = analyze(loads("{input: [3, 8, 8], layers: [relu]}"))
    assert figure(analysis, "calflops").counted is None
    assert figure(analysis, "deepspeed").counted == 192
    shown = run("conventions", "-", input="{input: [3, 8, 8], layers: [relu]}")
    assert "asks the first parameter" in shown


def test_options_act_as_in_compare() -> None:
    one = run("conventions", "mobilenet_v1", "--set", "alpha=0.5", "--input", "128x128x3", "--layout", "hwc")
    assert "128×128×3" in one
    assert "for a batch of 2" in run("conventions", "lenet5", "--batch", "2")
    assert "without a spec" in run("conventions", "--set", "a=1", code=2)


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_without_a_spec_every_tool_is_told(form: str) -> None:
    shown = run("conventions", "--format", form)
    for name, convention in CONVENTIONS.items():
        assert name in shown
        assert convention.called in shown
    assert len(shown.splitlines()) <= 100


def test_the_rules_are_in_the_json() -> None:
    found = json.loads(run("conventions", "--format", "json"))
    thop = next(one for one in found["conventions"] if one["name"] == "thop")
    assert {"piece": "BatchNorm", "when": {"affine": True}, "formula": "4·I"}.items() <= thop["rules"][4].items()
    assert "I" in found["symbols"]


def test_markdown_has_a_row_per_tool() -> None:
    rows = [line for line in run("conventions", "resnet50", "--format", "markdown").splitlines() if line[:1] == "|"]
    assert len(rows) == 2 + len(CONVENTIONS)


def test_a_terminal_shows_no_line_wider_than_itself() -> None:
    shown = re.sub(r"\x1b\[[\d;]*m", "", on_terminal(["conventions", "resnet50"], 60).decode())
    assert max(map(len, shown.replace("\r", "").splitlines())) <= 60


def test_nothing_is_equal_to_what_a_tool_counts() -> None:
    """Where there are no MACs, 0 is 0 MACs: only Keras counts parameters."""
    found = run("conventions", "-", input='{"input": [3, 8, 8], "layers": ["relu", {"maxpool": 2}]}')
    said = {line.split()[0]: line.partition("  = ")[2] for line in found.splitlines() if "  = " in line}
    assert said.pop("keras") == "params"
    assert said.pop("torch") == "2 × MACs"
    assert set(said.values()) == {"MACs"}
