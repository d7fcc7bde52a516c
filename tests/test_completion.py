"""What the shell offers: by typer's protocol, and in the shells themselves where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from test_imports import heavy_after

from cnncalc.bundled import names
from cnncalc.cli import complete
from cnncalc.layers import REGISTRY
from cnncalc.render.columns import COLUMNS

PATH = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
PACKAGE = Path(complete.__file__).parents[2]
ENVIRONMENT = {**os.environ, "PATH": PATH, "PYTHONPATH": str(PACKAGE), "PYTHONIOENCODING": "utf-8"}


def run(command: list[str], cwd: Path | None = None, **env: str) -> list[str]:
    """The lines that a command prints, but for empty ones."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=ENVIRONMENT | env)
    return [line for line in done.stdout.splitlines() if line]


def offered(line: str, cwd: Path | None = None) -> list[str]:
    """What bash is offered for the line, its last word being the one to complete."""
    words = line.split(" ")
    env = {"_CNNCALC_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    return run(["cnncalc"], cwd, **env)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with specs, other files and folders."""
    for name in ("resnet_mine.yaml", "notes.txt", ".hidden.yaml", "two words.yaml", "nets/a.yml", "nets/b.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "nets" / "deep").mkdir()
    (tmp_path / "nets" / "deep" / "c.yaml").write_text("")
    return tmp_path


@pytest.mark.parametrize("command", ["summary", "explain", "verify", "check", "compare", "verify alexnet"])
def test_every_command_offers_specs(command: str, here: Path) -> None:
    assert offered(f"cnncalc {command} ", here) == [*names(), "resnet_mine.yaml"]


def test_specs_has_names_alone(here: Path) -> None:
    assert offered("cnncalc specs resn", here) == [name for name in names() if name.startswith("resn")]


def test_specs_are_bundled_names_and_files(here: Path) -> None:
    resnets = [name for name in names() if name.startswith("resn")]
    assert len(resnets) > 5
    assert offered("cnncalc summary resn", here) == [*resnets, "resnet_mine.yaml"]
    assert offered("cnncalc summary nets/a", here) == ["nets/a.yml"]
    assert offered("cnncalc summary nets/", here) == ["nets/a.yml", "nets/b.yaml", "nets/deep/c.yaml"]
    assert offered("cnncalc summary ./net", here) == ["./nets/a.yml", "./nets/b.yaml"]
    assert offered(f"cnncalc summary {here}/res", here) == [f"{here}/resnet_mine.yaml"]
    assert offered("cnncalc summary .h", here) == [".hidden.yaml"]
    assert offered("cnncalc summary no/such/folder", here) == []
    assert offered("cnncalc summary note", here) == []


def test_layer_types() -> None:
    assert offered("cnncalc layers ") == list(REGISTRY)
    assert offered("cnncalc layers conv_t") == [name for name in REGISTRY if name.startswith("conv_t")]


def test_columns() -> None:
    assert offered("cnncalc summary alexnet --columns p") == ["params", "param_bytes", "params%", "param_bytes%"]
    assert offered("cnncalc summary alexnet --columns output,params,ma") == [
        "output,params,macs",
        "output,params,macs%",
    ]
    assert "layer,layer" not in offered("cnncalc summary alexnet --columns layer,")
    assert offered("cnncalc summary alexnet --sort ") == list(COLUMNS)
    assert offered("cnncalc summary alexnet --format j") == ["json"]
    assert offered("cnncalc summary alexnet --dtype bf") == ["bfloat16"]


def test_every_column_that_is_offered_is_one() -> None:
    from cnncalc import analyze, load
    from cnncalc.render.columns import chosen, column

    analysis = analyze(load("lenet5"))
    assert all(chosen(name, analysis) for name in complete.columns(""))
    assert all(column(name, "--sort", analysis) for name in complete.column(""))


def test_completing_needs_nothing_heavy() -> None:
    code = """
import os, sys
os.environ.update(_CNNCALC_COMPLETE="complete_bash", COMP_WORDS="cnncalc layers c", COMP_CWORD="2")
from cnncalc.cli import main
sys.argv = ["cnncalc"]
try:
    main()
except SystemExit:
    pass
"""
    assert heavy_after(code) == []


# the shells


def installed(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


def script(shell: str) -> str:
    """What `--show-completion` prints for the shell."""
    show = "from typer._completion_shared import get_completion_script as made; import sys"
    made = "made(prog_name='cnncalc', complete_var='_CNNCALC_COMPLETE', shell=sys.argv[1])"
    return "\n".join(run([sys.executable, "-c", f"{show}; print({made})", shell]))


@installed("bash")
def test_in_bash(here: Path) -> None:
    def completed(*words: str) -> list[str]:
        listed = " ".join(f"'{word}'" for word in words)
        asked = f"COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; $function cnncalc"
        found = "function=$(complete -p cnncalc | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
        told = "printf '%s\\n' \"${COMPREPLY[@]}\""
        return run(["bash", "--norc", "-c", f"{script('bash')}\n{found}\n{asked}\n{told}"], here)

    assert completed("cnncalc", "summary", "resnet_") == ["resnet_mine.yaml"]
    assert completed("cnncalc", "summary", "lenet5_") == ["lenet5_1998"]
    assert completed("cnncalc", "summary", "note") == []  # and bash goes on to files
    assert completed("cnncalc", "layers", "gel") == ["gelu"]
    assert completed("cnncalc", "summary", "alexnet", "--columns", "output,fl") == ["output,flops", "output,flops%"]
    assert completed("cnncalc", "lay") == ["layers"]


@installed("bash")
def test_the_script_that_bash_is_given() -> None:
    """`--show-completion` in a bash prints the script that the tests use."""
    shown = run(["bash", "--norc", "-c", "cnncalc --show-completion; true"])
    assert "\n".join(shown) == script("bash")


@installed("zsh")
def test_in_zsh(here: Path) -> None:
    """`_arguments` is zsh's own and wants a terminal; here it prints what it is asked to offer."""
    stubs = 'compdef() { :; }; _arguments() { print -r -- "$1" }; _files() { print files }'

    def completed(*words: str) -> list[str]:
        listed = " ".join(f"'{word}'" for word in words)
        asked = f"words=({listed}); CURRENT={len(words)}; _cnncalc_completion"
        [*shown] = run(["zsh", "-f", "-c", f"{stubs}\n{script('zsh')}\n{asked}"], here)
        return re.findall(r'"([^"]*)"(?::"[^"]*")?', " ".join(shown)) or shown

    assert completed("cnncalc", "summary", "resnet_") == ["resnet_mine.yaml"]
    assert completed("cnncalc", "layers", "gel") == ["gelu"]
    assert completed("cnncalc", "summary", "alexnet", "--columns", "output,fl") == ["output,flops", "output,flops%"]
    assert completed("cnncalc", "summary", "note") == ["files"]


@installed("fish")
def test_in_fish(here: Path) -> None:
    def completed(line: str) -> list[str]:
        return run(["fish", "--no-config", "-c", f"{script('fish')}\ncomplete -C '{line}'"], here, HOME=str(here))

    assert completed("cnncalc summary resnet_") == ["resnet_mine.yaml"]
    assert completed("cnncalc layers gel") == ["gelu\tGaussian error linear unit"]
    assert completed("cnncalc summary alexnet --columns output,fl") == ["output,flops", "output,flops%"]
    assert completed("cnncalc summary note") == ["notes.txt"]
