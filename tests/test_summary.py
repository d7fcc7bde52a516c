"""The layer table: golden at every width, and the laws that its numbers keep.

`CNNCALC_WRITE_TABLES=1 pytest tests/test_summary.py` writes the golden tables anew.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import on_terminal
from typer.testing import CliRunner

from cnncalc import analyze, load
from cnncalc.analysis import QUANTITIES
from cnncalc.bundled import names
from cnncalc.cli import app
from cnncalc.render import columns, summary
from cnncalc.render.lines import plain

TABLES = Path(__file__).parent / "tables"
WIDTHS = (60, 80, 120, 200)
GOLDEN = {
    "resnet50": ["summary", "resnet50", "--columns", "type,output,params,params%,macs,macs%,flops,buffers"],
    "resnet50-depth1": ["summary", "resnet50", "--depth", "1"],
    "unet-all": ["summary", "unet", "--columns", "all"],
    "c3d": ["summary", "c3d", "--batch", "8", "--layout", "hwc"],
}


def run(arguments: list[str], **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")} | environment
    command = [sys.executable, "-m", "cnncalc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, env=env).stdout


def run_here(arguments: list[str]) -> str:
    """The same without a process of its own: a tenth of the time."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("width", [*WIDTHS, None], ids=lambda w: f"{w} columns" if w else "pipe")
@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str, width: int | None) -> None:
    text = on_terminal(GOLDEN[name], width, NO_COLOR="1").decode().replace("\r\n", "\n") if width else run(GOLDEN[name])
    path = TABLES / f"{name}-{width or 'pipe'}.txt"
    if os.environ.get("CNNCALC_WRITE_TABLES"):
        TABLES.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    if width:
        table = text.split("\n\n")[1]
        assert max(map(len, table.splitlines())) <= width
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [20, 40, 60, 80])
@pytest.mark.parametrize("name", names())
def test_no_digit_is_cut_and_what_is_left_out_is_named(name: str, width: int) -> None:
    analysis = analyze(load(name))
    shown = columns.chosen("all", analysis)
    text = plain(summary.lines(analysis, analysis.rows, shown, width=width))
    for quantity in ("params", "macs"):
        for row in analysis.rows:
            assert f"{row.counts[quantity]:,}" in text
    [told] = re.findall(r"left out at \d+ columns: ((?:.|\n)*?)\n\n", text)
    left_out = {header.strip() for header in told.replace("\n", " ").split(",")}
    header = next(line for line in text.splitlines() if line.startswith("layer "))
    kept = {column.header for column in shown if re.search(rf"(^|  +){re.escape(column.header)}(  +|$)", header)}
    assert kept | left_out == {column.header for column in shown}
    assert not kept & left_out


@pytest.mark.parametrize("name", names())
def test_totals_are_the_sum_of_the_rows_at_every_depth(name: str) -> None:
    analysis = analyze(load(name), batch=3)
    deepest = max(len(row.calls) for row in analysis.rows)
    for depth in range(1, deepest + 2):
        rows = analysis.folded(depth)
        for quantity in QUANTITIES:
            assert sum(row.counts[quantity] for row in rows) == analysis.totals[quantity]
        assert sum(len(row.placed) for row in rows) == len(analysis.rows)
        assert all(len(row.calls) <= depth for row in rows)
    assert analysis.folded(deepest + 1) == analysis.rows


@pytest.mark.parametrize("name", names())
def test_the_printed_columns_add_up(name: str) -> None:
    """The figures as printed, read back, give the printed total."""
    for depth in (["--depth", "1"], []):
        text = run_here(["summary", name, "--columns", "params,macs,flops,buffers", *depth])
        _, table, *_ = text.split("\n\n")
        lines = [line.split() for line in table.splitlines() if not line.startswith("─")]
        numbers = [[int(cell.replace(",", "")) for cell in line[1:]] for line in lines[1:] if len(line) == 5]
        *rows, total = numbers
        assert [sum(column) for column in zip(*rows)] == total


@pytest.mark.parametrize("name", names())
def test_batches_multiply_macs_and_leave_parameters(name: str) -> None:
    network = load(name)
    one, many = analyze(network), analyze(network, batch=7)
    for a, b in zip(one.rows, many.rows):
        assert b.counts["macs"] == 7 * a.counts["macs"]
        assert b.counts["flops"] == 7 * a.counts["flops"]
        for quantity in ("params", "weights", "biases", "trainable", "buffers", "param_bytes"):
            assert a.counts[quantity] == b.counts[quantity]


def test_json_is_as_the_contract_has_it() -> None:
    found = json.loads(run(["summary", "alexnet", "--format", "json"]))
    assert list(found) == ["schema", "cnncalc", "name", "inputs", "outputs", "batch", "dtype", "layers", "totals"]
    assert found["schema"] == 1
    assert found["inputs"] == {"input": [3, 227, 227]}
    assert found["outputs"] == ["fc3"]
    first = found["layers"][0]
    expected = {
        "path": "conv1", "type": "conv", "file": "alexnet.yaml", "line": 5, "from": ["input"],
        "inputs": [[3, 227, 227]], "output": [96, 55, 55], "params": 34944, "weights": 34848, "biases": 96,
        "trainable": 34944, "buffers": 0, "macs": 105415200, "flops": 210830400,
    }  # fmt: skip
    assert {key: first[key] for key in expected} == expected
    totals = {
        "layers": 22, "depth": 8, "params": 62378344, "weights": 62367776, "biases": 10568, "trainable": 62378344,
        "buffers": 0, "macs": 1135256096, "flops": 2270512192,
    }  # fmt: skip
    assert {key: found["totals"][key] for key in totals} == totals


def test_json_says_where_the_calls_stand() -> None:
    found = json.loads(run(["summary", "resnet50", "--format", "json"]))
    inside = next(row for row in found["layers"] if row["path"] == "stage1.bottleneck1.conv1")
    text = (Path(__file__).parent.parent / "specs" / "resnet50.yaml").read_text(encoding="utf-8").splitlines()
    assert "conv: inner" in text[inside["line"] - 1]
    assert ["stage:" in text[inside["called"][0] - 1], "block:" in text[inside["called"][1] - 1]] == [True, True]
    assert (inside["file"], inside["called_in"]) == ("resnet50.yaml", ["resnet50.yaml"] * 2)


def test_every_line_has_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what a spec extends, the steps, calls and blocks stand in different files."""
    (tmp_path / "base.yaml").write_text("input: [3, 8, 8]\nblocks: {a: [b], b: [relu]}\nlayers: [a, tanh]\n")
    (tmp_path / "child.yaml").write_text("extends: base.yaml\nblocks:\n  a: [b, sigmoid]\n")
    monkeypatch.chdir(tmp_path)
    found = json.loads(run_here(["summary", "child.yaml", "--format", "json"]))["layers"]
    assert [(row["file"], row["line"], row["called_in"], row["called"]) for row in found] == [
        ("base.yaml", 2, ["base.yaml", "child.yaml"], [3, 3]),
        ("child.yaml", 3, ["base.yaml"], [3]),
        ("base.yaml", 3, [], []),
    ]
    table = csv.DictReader(io.StringIO(run_here(["summary", "child.yaml", "--format", "csv"])))
    assert [(row["file"], int(row["line"])) for row in table] == [(row["file"], row["line"]) for row in found]


@pytest.mark.parametrize("name", names())
def test_csv_columns_sum_to_the_totals(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run_here(["summary", name, "--format", "csv"]))))
    totals = analyze(load(name)).totals
    for quantity in QUANTITIES:
        assert sum(int(row[quantity]) for row in rows) == totals[quantity]


def test_markdown_has_a_table_and_the_totals() -> None:
    text = run(["summary", "lenet5", "--format", "markdown"])
    assert "| conv1 | conv | 6×28×28 | 156 | 117,600 |\n" in text
    assert "| **total** |  |  | **61,706** | **416,520** |\n" in text
    assert "- params: 61,706 (" in text


def test_shares_add_up_to_a_hundred() -> None:
    rows = list(csv.DictReader(io.StringIO(run(["summary", "vgg16", "--format", "csv", "--columns", "params%,macs%"]))))
    assert sum(float(row["macs%"]) for row in rows) == pytest.approx(100)


def test_channels_last_on_request() -> None:
    text = run(["summary", "alexnet", "--layout", "hwc", "--input", "227x227x3"])
    assert "AlexNet on 227×227×3" in text
    assert "55×55×96" in text


def test_sorted_rows_come_largest_first_with_their_whole_paths() -> None:
    text = run(["summary", "resnet50", "--sort", "macs", "--top", "3"])
    assert re.findall(r"^(\S+)  +conv ", text, re.MULTILINE)[1] == "stage1.bottleneck1.conv2"
    assert "3 of 174 rows; the totals are those of all" in text
