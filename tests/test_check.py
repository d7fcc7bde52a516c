"""`cnncalc check`: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import on_terminal


def run(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    command = [sys.executable, "-m", "cnncalc", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


TRUE = "input: [3, 32, 32]\nlayers: [{conv: 10, kernel_size: 5, padding: 2, expect: {params: 760, macs: 0.77M}}]\n"
CUT = f"{TRUE}expect: {{flops: 1.53M}}\n"
FALSE = f"{TRUE}expect: {{params: 7600, output: [10, 32, 31], depth: 1}}\n"
NONE = "input: [3, 8, 8]\nlayers: [relu]\n"
INVALID = "input: [3, 8, 8]\nlayers: [{conv: 8}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"true": TRUE, "cut": CUT, "false": FALSE, "none": NONE, "invalid": INVALID}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_single_spec_is_shown_claim_by_claim(folder: Path) -> None:
    assert run("cut.yaml", cwd=folder) == (
        0,
        "cut: 3 claims, 2 right, 1 truncated\n"
        "\n"
        "layer  quantity  claimed      exact\n"
        "────────────────────────────────────────────────\n"
        "conv1  params        760        760  ✓\n"
        "conv1  macs        0.77M    768,000  ✓\n"
        "total  flops       1.53M  1,536,000  ✓ truncated\n",
        "",
    )


def test_a_false_claim_is_told_like_an_error_and_ends_with_1(folder: Path) -> None:
    code, out, err = run("false.yaml", cwd=folder)
    assert code == 1
    assert out.splitlines()[0] == "false: 5 claims, 3 right, 2 false"
    assert "total  params       7,600       760  ✗ 10 × too high\n" in out
    assert err == (
        "false.yaml:3:18: params claimed 7,600, exact 760: 10 × too high\n"
        "3 | expect: {params: 7600, output: [10, 32, 31], depth: 1}\n"
        "                     ^^^^\n"
        "false.yaml:3:32: output claimed 10×32×31, exact 10×32×32\n"
        "3 | expect: {params: 7600, output: [10, 32, 31], depth: 1}\n"
        "                                   ^^^^^^^^^^^^\n"
    )


def test_in_one_stream_the_result_comes_before_what_is_false_of_it(folder: Path) -> None:
    command = [sys.executable, "-m", "cnncalc", "check", "false.yaml", "true.yaml"]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, env=env, check=False)
    starts = [line[:12] for line in done.stdout.decode().splitlines() if not line[0].isspace() and line[0] != "3"]
    assert starts == ["✗ false.yaml", "false.yaml:3", "false.yaml:3", "✓ true.yaml "]


def test_of_a_repeat_the_false_claim_is_told_once(tmp_path: Path) -> None:
    spec = "input: [3, 8, 8]\nlayers: [{repeat: 3, layers: [{relu, name: act, expect: {params: 2K}}]}]\n"
    (tmp_path / "a.yaml").write_text(spec)
    code, out, err = run("a.yaml", cwd=tmp_path)
    assert code == 1
    assert out.count("✗") == 3
    assert err.splitlines()[0] == "a.yaml:2:66: act1: params claimed 2K, exact 0"
    assert err.splitlines()[3:] == ["  and 2 more from here, up to act3"]


def test_several_specs_take_a_line_each_and_the_gravest_code_counts(folder: Path) -> None:
    assert run("true.yaml", "cut.yaml", "none.yaml", cwd=folder) == (
        0,
        "✓ true.yaml                 2 claims right\n"
        "✓ cut.yaml                  3 claims, 2 right, 1 truncated (flops)\n"
        "✓ none.yaml                 no claims\n",
        "",
    )
    code, out, err = run("false.yaml", "true.yaml", cwd=folder)
    assert code == 1
    assert [line.split("  ")[0] for line in out.splitlines()] == ["✗ false.yaml", "✓ true.yaml"]
    code, out, err = run("false.yaml", "invalid.yaml", "true.yaml", "no_such_spec", cwd=folder)
    assert code == 2
    assert [line.split("  ")[0] for line in out.splitlines()] == ["✗ false.yaml", "✓ true.yaml"]
    assert "false.yaml:3:18: " in err and "invalid.yaml:2:11: " in err and "no_such_spec: " in err


def test_an_invalid_spec_ends_with_2(folder: Path) -> None:
    code, out, err = run("invalid.yaml", cwd=folder)
    assert (code, out) == (2, "")
    assert err.startswith("invalid.yaml:2:11: ")


def test_a_spec_without_claims_says_so(folder: Path) -> None:
    assert run("none.yaml", cwd=folder) == (0, "none: valid, no claims\n", "")


@pytest.mark.parametrize("options", [["--set", "alpha=0.5"], ["--input", "3x160x160"]])
def test_under_set_and_input_claims_are_not_looked_at(options: list[str], folder: Path) -> None:
    spec = FALSE.replace("layers", "vars: {alpha: 1}\nlayers")
    (folder / "false.yaml").write_text(spec)
    assert run("false.yaml", *options, cwd=folder) == (
        0,
        "false: valid, 5 claims not looked at\n",
        "note: false.yaml: 5 claims not looked at: "
        "what a source states holds for the variables and inputs of the spec itself\n",
    )
    assert run("false.yaml", cwd=folder)[0] == 1


def test_json(folder: Path) -> None:
    code, out, err = run("cut.yaml", "false.yaml", "invalid.yaml", "none.yaml", "--format", "json", cwd=folder)
    assert code == 2
    cut, false, none = json.loads(out)
    assert (cut["name"], cut["passed"], len(cut["claims"])) == ("cut", True, 3)
    assert (false["name"], false["passed"], len(false["claims"])) == ("false", False, 5)
    assert none == {"name": "none", "passed": True, "claims": []}
    assert cut["claims"][2] == {
        "path": None,
        "quantity": "flops",
        "claimed": "1.53M",
        "value": 1_530_000,
        "truth": 1_536_000,
        "verdict": "truncated",
        "ratio": 1_530_000 / 1_536_000,
        "file": "cut.yaml",
        "line": 3,
        "column": 17,
    }
    shape = {"claimed": "[10, 32, 31]", "value": [10, 32, 31], "truth": [10, 32, 32], "ratio": None, "column": 32}
    assert shape.items() <= false["claims"][3].items()
    assert (cut["claims"][0]["path"], cut["claims"][0]["verdict"]) == ("conv1", "right")
    assert "false.yaml:3:18: " in err


def test_into_a_file(folder: Path) -> None:
    table = run("false.yaml", cwd=folder)
    assert run("false.yaml", "-o", "out.txt", cwd=folder) == (1, "", table[2])
    assert (folder / "out.txt").read_text(encoding="utf-8") == table[1]
    lines = run("cut.yaml", "true.yaml", cwd=folder)
    assert run("cut.yaml", "true.yaml", "-o", "out.txt", cwd=folder) == (0, "", "")
    assert (folder / "out.txt").read_text(encoding="utf-8") == lines[1]
    run("invalid.yaml", "-o", "out.txt", cwd=folder)
    assert (folder / "out.txt").read_text(encoding="utf-8") == lines[1]


@pytest.mark.parametrize(
    ("width", "left_out"), [(60, ""), (40, "claimed"), (30, "claimed, exact")], ids=["60", "40", "30"]
)
def test_on_a_narrow_terminal_whole_columns_are_left_out(
    width: int, left_out: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    shown = on_terminal(["check", "cut.yaml"], width, NO_COLOR="1").decode().splitlines()
    headers = [name for name in ("layer", "quantity", "claimed", "exact") if name not in left_out]
    assert shown[2].split() == headers
    assert shown[-1] == (f"left out at {width} columns: {left_out}" if left_out else shown[6])
    on_terminal(["check", "cut.yaml", "-o", "out.txt"], width)
    assert (folder / "out.txt").read_text(encoding="utf-8") == run("cut.yaml", cwd=folder)[1]


def test_shapes_in_the_layout_of_the_user(folder: Path) -> None:
    _, out, err = run("false.yaml", "--layout", "hwc", cwd=folder)
    assert "output claimed 32×31×10, exact 32×32×10" in err
    assert "32×31×10" in out


def test_the_options_reach_the_reading(folder: Path) -> None:
    assert run("true.yaml", "--max-layers", "1", cwd=folder)[0] == 0
    (folder / "two.yaml").write_text("input: [3]\nlayers: [relu, relu]\n")
    assert run("two.yaml", "--max-layers", "1", cwd=folder)[0] == 2
    assert run("true.yaml", "--set", "alpha", cwd=folder)[0] == 2


def test_a_quantity_is_stated_to_the_digit_and_as_a_paper_does(folder: Path) -> None:
    spec = "input: [8]\nlayers: [{fc: 12}]\nexpect: {params: [108, 0.1K, 0.12K], output: [12]}\n"
    (folder / "twice.yaml").write_text(spec)
    code, out, err = run("twice.yaml", cwd=folder)
    assert code == 1
    assert out.splitlines()[0] == "twice: 4 claims, 3 right, 1 false"
    assert err.splitlines()[0] == "twice.yaml:3:30: params claimed 0.12K, exact 108: 11 % too high"
