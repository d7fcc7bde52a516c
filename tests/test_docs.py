"""The README is true: every command in it is run and prints what stands there, every type, option and spec is named.

`CNNCALC_WRITE_README=1 pytest tests/test_docs.py` writes the outputs of the commands into the README.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

from cnncalc.bundled import names
from cnncalc.layers import FAMILIES, REGISTRY, Layer, Option
from cnncalc.spec import catalogue

README = Path(__file__).parent.parent / "README.md"
CONSOLE = re.compile(r"```console\n\$ (?P<command>(?:.*\n> )*.*)\n(?P<output>(?:(?!```).*\n)*)```\n")
COMMANDS = (
    *("summary", "explain", "verify", "check", "compare", "conventions", "cost"),
    *("ask", "solve", "compute", "quiz"),
    *("specs", "layers", "schema"),
)


def run(command: str) -> str:
    """What a user sees of a command, typed into a pipe."""
    scripts = sysconfig.get_path("scripts")
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    shell = command.replace("\n> ", "\n")
    done = subprocess.run(
        shell,
        shell=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PATH": path},
        check=False,
    )
    return done.stdout + done.stderr if done.returncode == 0 else done.stderr + done.stdout


def test_every_command_prints_what_stands_there() -> None:
    text = README.read_text(encoding="utf-8")
    blocks = list(CONSOLE.finditer(text))
    assert len(blocks) >= 7
    written = CONSOLE.sub(lambda m: f"```console\n$ {m['command']}\n{run(m['command'])}```\n", text)
    if os.environ.get("CNNCALC_WRITE_README"):
        README.write_text(written, encoding="utf-8")
    else:
        assert written == text


def test_the_python_page_runs() -> None:
    [page] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    subprocess.run([sys.executable, "-c", page], check=True, capture_output=True)


def test_it_opens_with_the_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    first = text.index("    pip install . && cnncalc summary alexnet.yaml\n")
    assert first < text.index("    pip install '.[test]' && pytest\n") < text.index("## A tour")
    assert text.index("$ cnncalc summary alexnet.yaml") < first


REFERENCE = re.compile(r"```text\n(.*?)```\n", re.DOTALL)


def signature(layer: type[Layer]) -> str:
    """The options with their defaults: the principal argument first, as it may stand behind the colon."""
    options = layer.options()
    principal = [f"{layer.principal}{_default(options[layer.principal])}"] if layer.principal else []
    rest = ", ".join(f"{name}{_default(opt)}" for name, opt in options.items() if name != layer.principal)
    return "; ".join([*principal, rest] if rest else principal)


def _default(opt: Option) -> str:
    return "" if opt.required else f"={opt.default_text}"


def reference() -> str:
    """All types by family, those with the same options together."""
    found = []
    for family in FAMILIES:
        alike: dict[str, list[str]] = {}
        for cls in REGISTRY.values():
            if cls.__module__ == family.__name__:
                alike.setdefault(signature(cls), []).append(cls.type)
        lines = [f"{', '.join(types)}{': ' if options else ''}{options}" for options, types in alike.items()]
        wrapped = [part for line in lines for part in textwrap.wrap(line, 110, subsequent_indent="    ")]
        found.append("\n".join([f"# {family.__name__.rpartition('.')[2]}", *wrapped]) + "\n")
    return "\n".join(found)


def test_the_reference_of_types_is_that_of_the_classes() -> None:
    text = README.read_text(encoding="utf-8")
    written = REFERENCE.sub(lambda _: f"```text\n{reference()}```\n", text)
    if os.environ.get("CNNCALC_WRITE_README"):
        README.write_text(written, encoding="utf-8")
    else:
        assert written == text


@pytest.mark.parametrize("word", names())
def test_every_bundled_spec_is_named(word: str) -> None:
    assert f"`{word}`" in README.read_text(encoding="utf-8")


def by_family() -> str:
    """The bundled names, a family in a line, what extends nothing and is extended by nothing in the last."""
    families: list[list[str]] = []
    for level, entry in catalogue.families(catalogue.entries().values()):
        if level == 0:
            families.append([])
        families[-1].append(f"`{entry.name}`")
    alone = [name for family in families for name in family if len(family) == 1]
    listed = [family for family in families if len(family) > 1] + [alone]
    return "".join(textwrap.fill(f"- {' '.join(names)}", 130, subsequent_indent="  ") + "\n" for names in listed)


BUNDLED = re.compile(r"(^Bundled, .*\n\n)(?:(?:- |  ).*\n)+", re.MULTILINE)


def test_the_list_of_specs_is_what_is_bundled() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(BUNDLED.findall(text)) == 1
    written = BUNDLED.sub(lambda found: f"{found[1]}{by_family()}", text)
    if os.environ.get("CNNCALC_WRITE_README"):
        README.write_text(written, encoding="utf-8")
    else:
        assert written == text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_named(command: str) -> None:
    shown = run(f"cnncalc {command} --help")
    options = set(re.findall(r"^  (--?[a-z-]+)", shown, re.MULTILINE)) - {"--help"}
    [row] = re.findall(rf"^\| `{command}[^|]*\| `([^`]*)` \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(row.split()) == options


def test_every_command_is_named() -> None:
    shown = run("cnncalc --help").partition("Commands:\n")[2]
    assert set(re.findall(r"^  (\w+)", shown, re.MULTILINE)) == set(COMMANDS)


def test_the_language_page_is_a_spec() -> None:
    """The network on the page, cut short by its ellipsis, reads and sizes."""
    from cnncalc import analyze, loads

    [page] = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    analysis = analyze(loads(page))
    assert analysis.network.name == "MobileNet v2"
    assert analysis.rows[-1].output == (1000,)
