"""What a command imports, and who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cnncalc

PACKAGE = Path(cnncalc.__file__).parent
HEAVY = ("torch", "numpy", "pydantic", "rich")

# each may import those before it, and itself
ORDER = (
    "errors",
    "notation",
    "formula",
    "curve",
    "polynomial",
    "reach",
    "figure",
    "layers",
    "network",
    "initialisation",
    "receptive",
    "analysis",
    "conventions",
    "memory",
    "roofline",
    "cost",
    "alignment",
    "comparison",
    "claims",
    "bundled",
    "spec",
    "schema",
    "load",
    "worked",
    "solving",
    "pytorch",
    "render",
    "questions",
    "quiz",
    "cli",
)


def heavy_after(code: str) -> list[str]:
    """The heavy modules in `sys.modules` after the code has run, its output going into a pipe."""
    report = f"import sys; found = [m for m in {HEAVY!r} if m in sys.modules]; print(found, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True)
    return list(ast.literal_eval(done.stderr.splitlines()[-1]))


RUN = """
import sys
from cnncalc.cli import app
sys.argv = ["cnncalc", *{arguments!r}]
try:
    app()
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["summary", "alexnet"],
        ["summary", "resnet50", "--columns", "all"],
        ["summary", "lenet5", "--format", "json"],
        ["summary", "lenet5", "--format", "csv"],
        ["explain", "alexnet", "conv1"],
        ["compare", "alexnet", "resnet50"],
        ["summary", "resnet50", "--convention", "fvcore"],
        ["conventions", "resnet50"],
        ["conventions"],
        ["cost", "resnet50", "--layers", "--memory", "24GB", "--flops-rate", "12T", "--bandwidth", "600GB"],
        ["cost", "lenet5", "--format", "json"],
        ["quiz", "--seed", "1", "--sheet", "12"],
        ["solve", "{conv: 8, kernel_size: _}", "--input", "3x32x32", "--output", "8x28x28"],
        ["solve", "{maxpool: 2}", "--input", "3x_x_", "--output", "3x28x28", "--format", "json"],
        ["specs"],
        ["specs", "resnet50"],
        ["check"],
        ["check", "alexnet", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_pipe_needs_nothing_heavy(arguments: list[str]) -> None:
    assert heavy_after(RUN.format(arguments=arguments)) == []


@pytest.mark.parametrize("module", ["numpy", "rich", "torch"])
def test_the_check_can_fail(module: str) -> None:
    assert heavy_after(f"import {module}") != []
    assert module in heavy_after(f"import {module}")


def test_a_terminal_gets_rich() -> None:
    code = "import os\nos.environ['FORCE_COLOR'] = '1'\nos.environ.pop('NO_COLOR', None)\n"
    assert heavy_after(code + RUN.format(arguments=["summary", "lenet5"])) == ["rich"]


def imports(path: Path) -> set[str]:
    """The parts of the package that a module imports, whether at its top or inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = [f"{node.module}.{alias.name}" for node in froms for alias in node.names]
    modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {module.split(".")[1] for module in modules if module.startswith("cnncalc.")} - set(cnncalc.__all__) - OWN


OWN = {"__version__"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_data_flows_one_way(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part in ("__init__", "__main__"):
        return
    allowed = set(ORDER[: ORDER.index(part) + 1])
    assert imports(path) <= allowed, imports(path) - allowed


def test_torch_is_imported_in_one_package() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found = [line for line in text.splitlines() if line.strip().startswith(("import torch", "from torch"))]
        assert not found or path.parent.name == "pytorch", path


def test_every_family_of_layers_is_listed() -> None:
    from cnncalc.layers import FAMILIES

    files = {path.stem for path in (PACKAGE / "layers").glob("*.py")} - {
        "__init__",
        "base",
        "bounds",
        "options",
        "strides",
        "tensors",
        "window",
    }
    assert {family.__name__.rpartition(".")[2] for family in FAMILIES} == files
