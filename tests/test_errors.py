"""Broken specs and the whole report that each of them gets, word for word: `errors/NAME.yaml` and `errors/NAME.txt`.

After a message was changed, `REWRITE_ERRORS=1 pytest tests/test_errors.py` writes the reports anew: see `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnncalc import SpecError, load, loads
from cnncalc.errors import Mark, Problem, Source, did_you_mean, shortened, visible

FOLDER = Path(__file__).parent / "errors"
SPECS = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_reports(path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        loads(path.read_text(encoding="utf-8"), name=path.name)
    report = f"{caught.value}\n"
    expected = path.with_suffix(".txt")
    if "REWRITE_ERRORS" in os.environ:
        expected.write_text(report, encoding="utf-8")
    assert report == expected.read_text(encoding="utf-8")


def test_every_report_belongs_to_a_spec() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in SPECS}


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_what_every_report_has(path: Path) -> None:
    """A place in front, the user's line with carets below it, nothing unprintable, no full stop, no long line."""
    lines = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert all(line.isprintable() and len(line) <= 400 for line in lines)
    for at, line in enumerate(lines):
        if line.startswith(f"{path.name}:"):
            _, row, column, message = line.split(":", 3)
            quoted, carets = lines[at + 1 : at + 3]
            assert quoted.startswith(f"{row} | ")
            assert carets.strip().strip("^") == ""
            if "…" not in quoted and "\\" not in quoted:
                assert carets.index("^") == len(f"{row} | ") + int(column) - 1
            assert message[1].islower() or not message[1].isalpha() or message[1:].split()[0].isidentifier()
            assert not message.endswith(".")


# files


def told(spec: str | Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(spec)
    assert str(caught.value).replace("\n", "").isprintable()
    return str(caught.value)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


LISTED = "cnncalc specs lists those that are bundled"


def test_missing_files(here: Path) -> None:
    (here / "mynet.yaml").write_text("input: [3]\nlayers: [relu]")
    no = "no such file, and no bundled spec of that name"
    assert told("mynets.yaml") == f"mynets.yaml: {no}\n  did you mean mynet.yaml?"
    assert told("mynett") == f"mynett: {no}\n  did you mean mynet.yaml?"
    assert told("./mynett.yaml") == "./mynett.yaml: no such file\n  did you mean mynet.yaml?"
    assert told("alexnt") == f"alexnt: {no}\n  did you mean alexnet, which is bundled?"
    assert told("ResNet-50.yaml") == f"ResNet-50.yaml: {no}\n  did you mean resnet50, which is bundled?"
    assert told("resnet").startswith(f"resnet: {no}\n  did you mean resnet18, ")
    assert told("mobilenet").startswith(f"mobilenet: {no}\n  did you mean mobilenet_v1, ")
    assert told("qqqq") == f"qqqq: {no}\n  {LISTED}"
    assert told("no/such/folder/qqqq.yaml") == f"no/such/folder/qqqq.yaml: no such file\n  {LISTED}"
    assert told("") == f"the name of the spec is empty\n  {LISTED}"


def test_directories_never_win(here: Path) -> None:
    (here / "alexnet").mkdir()
    assert load("alexnet").name == "AlexNet"
    (here / "mine").mkdir()
    assert told("mine") == f"mine: is a directory, not a spec\n  {LISTED}"
    (here / "mine" / "a.yaml").write_text("")
    assert told("mine/") == "mine/: is a directory, not a spec\n  in it: a.yaml"


def test_names_that_no_file_can_have(here: Path) -> None:
    assert told("a\x00b") == "a\\x00b: no file can be called so"
    assert told("x" * 5000).startswith("xxx")
    assert told("\x1b[31mred.yaml").startswith("\\x1b[31mred.yaml: no such file")
    assert told("\udcff.yaml").startswith("\\udcff.yaml: ")


def test_bytes_that_are_no_text(here: Path) -> None:
    (here / "a.yaml").write_bytes(b"input: [3]\nlayers: [\xff]\n")
    assert told("a.yaml") == (
        "a.yaml:2:10: byte 0xff is not UTF-8\n2 | layers: [\ufffd]\n             ^\n  save the file as UTF-8"
    )
    (here / "utf16.yaml").write_bytes("input: [3]".encode("utf-16"))
    assert "is not UTF-8" in told("utf16.yaml")
    (here / "zero.yaml").write_bytes(b"\x00" * 100)
    assert "control character 0x00 in the text" in told("zero.yaml")
    (here / "\x1b[31m.yaml").write_text("hello")
    assert told("./\x1b[31m.yaml").startswith("./\\x1b[31m.yaml:1:1: a spec is a mapping, not hello")


def test_a_file_that_never_ends() -> None:
    if Path("/dev/zero").exists():
        assert "a file of more than 16,777,216 bytes is not read" in told("/dev/zero")


def test_a_path_never_means_a_bundled_spec(here: Path) -> None:
    (here / "alexnet.yaml").write_text("input: [3]\nlayers: [relu]\nname: mine")
    assert load("alexnet.yaml").name == "mine"
    assert load("alexnet").name == "AlexNet"
    assert load(here / "alexnet.yaml").name == "mine"
    with pytest.raises(SpecError, match="no such file"):
        load("./vgg16")


# the report itself


def test_a_long_line_is_cut_around_its_caret() -> None:
    text = f"input: [3]\nlayers: [{'relu, ' * 5000}rleu{', relu' * 5000}]"
    with pytest.raises(SpecError) as caught:
        loads(text, name="a.yaml")
    first, quoted, carets, hint = str(caught.value).splitlines()
    assert first == "a.yaml:2:30010: unknown layer type rleu"
    assert len(quoted) < 200
    assert quoted[carets.index("^") : carets.index("^") + 4] == "rleu" and carets.strip() == "^^^^"
    assert hint == "  did you mean relu?"


def test_long_words_are_cut() -> None:
    for text in (
        f"- {'x' * 100_000}",
        f"- {{{'x' * 900}: 3}}",
        f"- {{relu, from: {'x' * 100_000}}}",
        f"- {{conv: {'x' * 100_000}}}",
    ):
        with pytest.raises(SpecError) as caught:
            loads(f"input: [3]\nlayers:\n{text}")
        assert len(str(caught.value)) < 1500


def test_escapes_are_never_echoed() -> None:
    bad = '"\\e[31m\\u202e\\x07"'
    places = [
        f"layers: [{bad}]",
        f"layers: [{{relu, name: {bad}}}]",
        f"layers: [{{relu, from: {bad}}}]",
        f"layers: [{{relu, {bad}: 3}}]",
        f"layers: [{{{bad}: 3}}]",
        f"layers: [{{conv: {bad}, kernel_size: {bad}}}]",
        f"layers: [{{relu, expect: {{{bad}: 3}}}}]",
        f"layers: [{{relu, when: {bad}}}]",
        f"layers: [{{add: [{bad}]}}]",
        f"layers: [{{repeat: {{{bad}: [1]}}, layers: []}}]",
        f"layers: [{{reuse: {bad}}}]",
        f"layers: [{{concat: {bad}}}]",
        f"{bad}: 3\nlayers: [relu]",
        f"layers: [relu]\nvars: {{{bad}: 3}}",
        f"layers: [relu]\nvars: {{a: {bad}}}",
        f"layers: [relu]\nblocks: {{{bad}: []}}",
        f"layers: [relu]\noutputs: [{bad}]",
        f"layers: [relu]\noutputs: {bad}",
        f"layers: [relu]\ndefaults: {{{bad}: {{}}}}",
        f"layers: [relu]\ndefaults: {{conv: {{{bad}: 1}}}}",
        f"layers: [{{f: 3, {bad}: 2}}]\nblocks: {{f(x): []}}",
        f"layers: {bad}",
    ]
    for place in places:
        with pytest.raises(SpecError) as caught:
            loads(f"input: [3]\n{place}", name="a\x1b[31m.yaml")
        assert str(caught.value).replace("\n", "").isprintable(), place
    network = loads(f"input: [3, 8]\nname: {bad}\nlayers: [relu, {{conv: 3, kernel_size: 1}}]", name="\x1b.yaml")
    assert all(note.isprintable() for note in network.notes)
    with pytest.raises(SpecError) as caught:
        loads("input: [3]\nlayers: [relu]", set={"\x1b[31m": "1"}, input={"\x1b": (3,)})
    assert str(caught.value).replace("\n", "").isprintable()


def test_problems_are_told_in_the_order_of_the_text_and_fifty_at_most() -> None:
    with pytest.raises(SpecError) as caught:
        loads("input: [3]\nlayers:\n" + "  - {conv: 8, kernal_size: 3, filtres: 3}\n" * 1000)
    marks = [(p.mark.line, p.mark.column) for p in caught.value.problems if p.mark]
    assert marks == sorted(marks) and len(marks) == 50


def test_marks_and_hints() -> None:
    mark = Mark(Source("f", "a\tb\x1bc"), 1, 4, 5)
    assert str(Problem("m", mark, ("r",), "h")) == "f:1:4: m\n1 | a\\tb\\x1bc\n        ^^^^\n  because r\n  h"
    assert str(Problem("m")) == "m"
    assert Mark(Source("f", "a"), 9, 9, 10).quote() == "9 | \n    ^"
    assert visible("a\u202eb\x00") == "a\\u202eb\\x00"
    assert shortened("x" * 99, 40) == f"{'x' * 20} … {'x' * 10}"
    assert did_you_mean("kernal_size", ["kernel_size", "stride"]) == "did you mean kernel_size?"
    assert did_you_mean("zzz", ["kernel_size"]) is None
