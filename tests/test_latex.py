"""The table in LaTeX: the same numbers as elsewhere, and nothing in it that LaTeX would take for its own."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cnncalc.cli import app
from cnncalc.render.latex import escaped


def out(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["summary", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def plain(latex: str) -> str:
    """What LaTeX would set."""
    for written, sign in ((r"$\times$", "×"), (r"\_", "_"), (r"\%", "%"), ("--", "–")):
        latex = latex.replace(written, sign)
    return latex


@pytest.mark.parametrize("spec", ["alexnet", "resnet50", "unet"])
def test_the_cells_are_those_of_csv(spec: str) -> None:
    columns = "layer,type,output,params,macs,fan_in"
    latex = out(spec, "--format", "latex", "--columns", columns)
    listed = [line.removesuffix(r" \\").split(" & ") for line in latex.splitlines() if line.endswith(r" \\")]
    header, *rows, total = [[plain(cell) for cell in cells] for cells in listed]
    assert header == ["layer", "type", "output", "params", "MACs", "fan in"]
    exact = list(csv.reader(io.StringIO(out(spec, "--format", "csv", "--columns", columns))))[1:]
    assert [[c.replace(",", "").replace("×", "x").replace("–", "") for c in cells] for cells in rows] == exact
    assert [int(total[at].replace(",", "")) for at in (3, 4)] == [sum(int(row[at]) for row in exact) for at in (3, 4)]


@given(st.text(alphabet="abc01 \\{}$&#%_^~<>×–…"))
def test_no_sign_is_left_to_latex(text: str) -> None:
    r"""Only our own commands have a backslash, only they have braces, and math is never left open."""
    rest = escaped(text)
    for command in (r"\\text\w+\{\}", r"\\dots\{\}", r"\$\\times\$", r"\\[&%$#_{}]"):
        rest = re.sub(command, "", rest)
    assert not set(rest) & set("\\{}$&#%_^~<>")


def test_a_part_of_the_rows_is_called_so() -> None:
    latex = out("alexnet", "--format", "latex", "--sort", "macs", "--top", "3")
    assert latex.count(r" \\") == 1 + 3 + 1
    assert "3 of 22 rows" in latex
    assert latex.startswith("% needs \\usepackage{booktabs}\n\\begin{table}\n")
    assert latex.count(r"\begin{") == latex.count(r"\end{") == 2
