"""`extends:` laws first: a spec that takes the rest from another counts like the one with everything written out."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fuzz import changed_text, check

from cnncalc import Network, SpecError, analyze, bundled, load, loads
from cnncalc.spec.texts import merged

BASE = """
name: Base
source: a book
input: [3, 32, 32]
vars: {width: 8, depth: 2, act: relu}
defaults: {conv: {padding: same, kernel_size: 3}}
blocks:
  cb(c): [{conv: c, expect: {output: [c, 32, 32]}}, act]
  stage(c): [{repeat: depth, layers: [{cb: c}]}]
layers:
  - stage: width
  - {stage: 2 * width, name: last, expect: {params: 5}}
  - {conv: 4, name: head}
outputs: [last, head]
expect: {params: 3}
"""


def rows(network: Network) -> list[tuple[Any, ...]]:
    """Everything about every layer but its place."""
    return [(row.path, row.type, row.sources, row.inputs, row.output, row.counts) for row in analyze(network).rows]


def claims(network: Network) -> list[tuple[str, str, Any]]:
    return [(claim.path, claim.quantity, claim.value) for claim in network.claims]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def child(here: Path, text: str, name: str = "child.yaml", **options: Any) -> Network:
    """The network of a text beside base.yaml; it extends that, unless it says otherwise."""
    text = dedent(text).lstrip()
    (here / name).write_text(text if "extends" in text else f"extends: base.yaml\n{text}")
    return load(name, **options)


def told(here: Path, text: str) -> str:
    with pytest.raises(SpecError) as caught:
        child(here, text)
    return str(caught.value)


# laws


@pytest.mark.parametrize("name", bundled.names())
def test_a_child_that_overrides_nothing_counts_like_its_parent(name: str) -> None:
    inherited, written = loads(f"extends: {name}"), load(name)
    assert rows(inherited) == rows(written)
    assert (inherited.name, inherited.source, inherited.outputs) == (written.name, written.source, written.outputs)
    assert [placed.mark for placed in inherited.layers] == [placed.mark for placed in written.layers]
    assert inherited.claims == () != written.claims


@pytest.mark.parametrize("name", bundled.names())
def test_a_child_that_writes_everything_counts_like_itself(name: str, here: Path) -> None:
    text = (bundled.folder() / f"{name}.yaml").read_text(encoding="utf-8")
    if "extends:" not in text:
        overriding, itself = child(here, f"extends: base.yaml\noutputs:\n{text}"), load(name)
        assert rows(overriding) == rows(itself)
        assert claims(overriding) == claims(itself)


NUMBERS = st.integers(1, 4)
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["one", "two", "three"]),
    "input": st.sampled_from([[3, 8, 8], [1, 9, 9], [4, 6, 6]]),
    "vars": st.dictionaries(st.sampled_from(["a", "b", "n"]), NUMBERS),
    "blocks": st.dictionaries(
        st.sampled_from(["f(x)", "g(x)"]), st.lists(st.sampled_from([{"conv": "x", "kernel_size": 1}, "relu"]))
    ),
    "layers": st.sampled_from([[{"f": "a"}, {"g": "b"}], [{"repeat": "n", "layers": [{"g": "a"}, {"conv": "b"}]}]]),
}
CHILDREN = st.fixed_dictionaries({}, optional=PARTS)
WHOLE: dict[str, Any] = {
    "input": [3, 8, 8],
    "vars": {"a": 2, "b": 3, "n": 1},
    "blocks": {"f(x)": [{"conv": "x", "kernel_size": 3}], "g(x)": ["relu", {"f": "x + 1"}]},
    "layers": [{"f": "a"}, {"g": "b"}],
}


def over(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """One spec over another, as the language says it, written out."""
    entries = {key: {**other.get(key, {}), **one.get(key, {})} for key in ("vars", "blocks")}
    return {**other, **one, **entries}


@settings(max_examples=40, deadline=None)
@given(CHILDREN, CHILDREN, st.integers(1, 5))
def test_a_chain_counts_like_the_spec_written_out(
    tmp_path_factory: pytest.TempPathFactory, own: dict[str, Any], middle: dict[str, Any], a: int
) -> None:
    """Of two as of one over the other, so of any number; and `--set` is a child with that variable."""
    folder = tmp_path_factory.mktemp("chain")

    def network(name: str, text: dict[str, Any], **options: Any) -> Network | str:
        (folder / name).write_text(json.dumps(text))
        try:
            return load(folder / name, **options)
        except SpecError as error:
            return str(error.problems[0].message)

    def same(one: Network | str, other: Network | str) -> bool:
        return one == other if isinstance(one, str) or isinstance(other, str) else rows(one) == rows(other)

    whole = {**WHOLE, "defaults": {"conv": {"kernel_size": 2}}}
    network("base.yaml", whole)
    network("middle.yaml", {"extends": "base.yaml", **middle})
    chained = network("child.yaml", {"extends": "middle.yaml", **own})
    lexical = "layers" in own or "layers" in middle  # the conv of these needs the defaults of its own text
    written = network("written.yaml", over(own, over(middle, whole)))
    assert same(chained, written) or (lexical and chained == "conv needs kernel_size")
    below = network("below.yaml", {"extends": "child.yaml", "vars": {"a": a}})
    assert same(network("child.yaml", {"extends": "middle.yaml", **own}, set={"a": a}), below)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_merged_entries_keep_the_order_of_the_parent(own: list[str], inherited: list[str]) -> None:
    """And what is new stands before the next overridden one of its own text, behind what it stands behind there."""
    found = list(merged(dict.fromkeys(own, 1), dict.fromkeys(inherited, 0)).items())
    assert [name for name, _ in found if name in inherited] == inherited
    assert dict(found) == {**dict.fromkeys(inherited, 0), **dict.fromkeys(own, 1)}
    order = [name for name, _ in found]
    for at, name in enumerate(own):
        if name not in inherited:  # what follows it in its own text follows at once, if anything does
            assert order[order.index(name) + 1 :][:1] == own[at + 1 : at + 2]


# what is taken over, and what is not


def test_the_readme_of_a_family(here: Path) -> None:
    network = child(
        here,
        """
        extends: resnet50
        name: ResNet-101
        vars: {depths: [3, 4, 23, 3]}
        expect: {params: 44_549_160, macs: 7_801_405_440, depth: 101}
        """,
    )
    analysis = analyze(network)
    assert network.name == "ResNet-101"
    for claim in network.claims:
        assert {**analysis.totals, "depth": analysis.depth}[claim.quantity] == claim.value
    assert len(network.claims) == 3


def test_a_variable_reads_those_of_its_own_text_above_it(here: Path) -> None:
    network = child(here, "vars: {base: 5, width: 2 * base, depth: width // base, last: depth}")
    assert network.shape("stage1.cb2.conv1")[0] == 10
    assert "base is declared further down; a variable" in told(here, "vars: {width: base, depth: 1, base: 4}")


def test_a_new_variable_stands_where_its_own_text_has_it(here: Path) -> None:
    """Above the next inherited one that is given there; so the one that reads the last of them is written last."""
    report = told(here, "vars: {twice: 2 * depth, width: 5}").splitlines()
    assert report[0] == "child.yaml:2:19: vars: twice: unknown name depth"
    assert report[3] == (
        "  depth is declared further down, in line 5 of base.yaml: inherited variables keep their order,"
        " a new one stands above the next of them that is given here"
    )
    assert len(child(here, "vars: {width: 5, twice: 2 * depth}").layers) == 9
    assert "further down, in line 5 of base.yaml" in told(here, "vars: {width: depth}")


def test_a_variable_that_the_parent_never_uses_is_no_mistake(here: Path) -> None:
    assert rows(child(here, "vars: {unused: 3}")) == rows(load("base.yaml"))


def test_set_and_input_reach_inherited_ones(here: Path) -> None:
    network = child(here, "vars: {half: 5, width: half * 2}", set={"half": "3", "depth": "1"}, input=(1, 9, 9))
    assert network.shape("stage1.cb1.conv1") == (6, 9, 9)
    assert len(network.layers) == 5


def test_inherited_steps_call_the_blocks_of_the_child(here: Path) -> None:
    network = child(here, 'blocks: {"cb(c)": [{conv: c, kernel_size: 1}, batchnorm, act]}')
    types = [placed.layer.type for placed in network.layers]
    assert types == ["conv", "batchnorm", "relu"] * 4 + ["conv"]
    assert [placed.mark.source.name for placed in network.layers] == ["child.yaml"] * 12 + ["base.yaml"]
    assert [call.mark.source.name for call in network.layers[0].calls] == ["base.yaml", "base.yaml"]
    assert network.layers[0].mark.line == 2 and network.layers[-1].mark.line == 13


def test_defaults_act_on_the_steps_of_their_own_text(here: Path) -> None:
    text = """
    defaults: {conv: {kernel_size: 5, bias: false}}
    blocks: {"cb(c)": [{conv: c, padding: 2}]}
    """
    convs = [placed.layer for placed in child(here, text).layers]
    assert [(conv.kernel_size, conv.bias) for conv in convs] == [(5, False)] * 4 + [(3, True)]
    assert "conv needs kernel_size" in told(here, "layers: [{conv: 3}]\noutputs:")
    by_word = "vars: {act: conv}\nblocks: {'cb(c)': [{act: c}]}\ndefaults: {conv: {kernel_size: 1}}"
    assert [placed.layer.kernel_size for placed in child(here, by_word).layers] == [1] * 4 + [3]


def test_words_are_those_of_all_texts(here: Path) -> None:
    network = child(here, "vars: {act: own}\nblocks: {own: [relu, {cb: 3, when: false}]}")
    assert network.layers[1].path == "stage1.cb1.own1.relu1"
    network = child(here, "layers: [{stage: 3, name: last}, {layers: [{cb: 7, name: head}], from: last}]")
    assert network.outputs == ("last.cb2.relu1", "head.relu1")


def test_what_a_parent_states_is_never_checked_against_a_child(here: Path) -> None:
    assert len(load("base.yaml").claims) == 4 + 1 + 1
    assert claims(child(here, "")) == []
    own = "blocks: {'cb(c)': [{conv: c, kernel_size: 1, expect: {params: 4 * c}}]}\nexpect: {depth: 5}"
    assert claims(child(here, own)) == [
        *((f"{path}.conv1", "params", 4 * c) for path, c in (("stage1.cb1", 8), ("stage1.cb2", 8))),
        *((f"{path}.conv1", "params", 4 * c) for path, c in (("last.cb1", 16), ("last.cb2", 16))),
        ("", "depth", 5),
    ]


def test_a_claim_that_no_longer_makes_sense_is_not_evaluated(here: Path) -> None:
    text = BASE.replace("expect: {params: 5}", "expect: {output: ['[8, 16][depth - 1]']}")
    (here / "base.yaml").write_text(text)
    assert len(child(here, "vars: {depth: 5}").layers) == 21


def test_outputs_are_replaced_as_a_whole_and_left_out_where_nothing_stands(here: Path) -> None:
    assert child(here, "outputs: [last]").outputs == ("last.cb2.relu1",)
    assert child(here, "outputs:").outputs == ("head",)
    layers = "layers: [{stage: width, name: last}]"
    report = told(here, layers).splitlines()
    assert report[0] == "base.yaml:14:17: outputs: no step is named head"
    assert report[3] == "  the layers are those of child.yaml: give it outputs: too, empty for the last step"
    assert child(here, f"{layers}\noutputs:").outputs == ("last.cb2.relu1",)
    assert child(here, "input: {left: [3, 8, 8]}").inputs == {"left": (3, 8, 8)}


def test_a_base_need_not_be_a_whole_spec(here: Path) -> None:
    (here / "blocks.yaml").write_text("blocks: {two: [relu, tanh]}\n")
    network = child(here, "extends: blocks.yaml\ninput: [3]\nlayers: [two]")
    assert (network.name, len(network.layers)) == ("child", 2)


# files


def test_the_name_is_a_file_beside_the_text_or_below_else_a_bundled_spec(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "sub" / "deep").mkdir(parents=True)
    for path in ("sub/base.yaml", "sub/deep/plain", "sub/alexnet.yaml"):
        (here / path).write_text(BASE.replace("name: Base", f"name: {path}"))
    named = {
        "base.yaml": "sub/base.yaml",
        "deep/plain": "sub/deep/plain",
        "./base.yaml": "sub/base.yaml",
        "alexnet": "AlexNet",
        "alexnet.yaml": "sub/alexnet.yaml",
        "lenet5.yaml": "LeNet-5",
    }
    for text, name in named.items():
        (here / "sub" / "child.yaml").write_text(f"extends: {text}\n")
        assert load("sub/child.yaml").name == name
        assert load(here / "sub" / "child.yaml").name == name
        monkeypatch.chdir(here / "sub")
        assert load("child.yaml").name == name
        monkeypatch.chdir(here)
    (here / "sub" / "alexnet.yaml").write_text("extends: alexnet\n")
    assert load("sub/alexnet.yaml").name == "AlexNet"


def test_places_are_named_as_the_user_would(here: Path) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "base.yaml").write_text(BASE)
    (here / "sub" / "child.yaml").write_text("extends: base.yaml\n")
    assert load("sub/child.yaml").layers[0].mark.source.name == "sub/base.yaml"
    assert load("./sub/child.yaml").layers[0].mark.source.name == "sub/base.yaml"
    (here / "child.yaml").write_text("extends: sub/child.yaml\n")
    assert load("child.yaml").layers[0].mark.source.name == "sub/base.yaml"
    assert loads("extends: alexnet").layers[0].mark.source.name == "alexnet.yaml"


def test_a_directory_never_wins(here: Path) -> None:
    (here / "alexnet").mkdir()
    (here / "mine").mkdir()
    (here / "mine" / "a.yaml").write_text("")
    assert child(here, "extends: alexnet").name == "AlexNet"
    assert told(here, "extends: mine") == (
        "child.yaml:1:10: extends: mine: is a directory, not a spec\n"
        "1 | extends: mine\n             ^^^^\n  in it: a.yaml"
    )


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("bse.yaml", "bse.yaml: no such file, and no bundled spec of that name", "did you mean base.yaml?"),
        ("base", "base: no such file, and no bundled spec of that name", "did you mean base.yaml?"),
        ("b", "b: no such file, and no bundled spec of that name", "did you mean b.yaml?"),
        ("sub/bas", "sub/bas: no such file", "did you mean sub/base.yaml?"),
        ("alexnt", "alexnt: no such file, and no bundled spec of that name", "did you mean alexnet, which is bundled?"),
        ("../base.yaml", "../base.yaml leads out of its folder", "write base.yaml"),
        ("sub/../base.yaml", "sub/../base.yaml leads out of its folder", "write base.yaml"),
        (
            "..",
            ".. leads out of its folder",
            "it names a bundled spec, or a file beside this one or below",
        ),
        ("'..\\base.yaml'", "..\\base.yaml leads out of its folder", "write base.yaml"),
        ("/x/base.yaml", "/x/base.yaml is an absolute path", "write base.yaml"),
        ("/x/alexnet.yaml", "/x/alexnet.yaml is an absolute path", "write alexnet, which is bundled"),
        ("C:\\nets\\base.yaml", "C:\\nets\\base.yaml is an absolute path", "write base.yaml"),
        ('"a\\0b"', "a\\x00b: no file can be called so", None),
        ("child.yaml", "child.yaml extends itself", None),
    ],
)
def test_names_that_lead_nowhere(here: Path, name: str, message: str, hint: str | None) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "base.yaml").write_text(BASE)
    (here / "b.yaml").write_text(BASE)
    lines = told(here, f"extends: {name}").splitlines()
    assert lines[:3] == [f"child.yaml:1:10: extends: {message}", f"1 | extends: {name}", f"{' ' * 13}{'^' * len(name)}"]
    assert lines[3:] == ([f"  {hint}"] if hint else [])


def test_a_name_of_thousands_of_characters(here: Path) -> None:
    assert len(told(here, f"extends: {'x' * 5000}")) < 1000


@pytest.mark.parametrize("before", ["", "../", "/"])
def test_a_name_longer_than_any_file_has(here: Path, before: str) -> None:
    assert "child.yaml:1:10: extends: " in told(here, f"extends: {before}{'x' * 5000}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_a_pipe_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe")
    assert told(here, "extends: pipe").startswith("child.yaml:1:10: extends: pipe: is no plain file")


def test_a_file_that_can_not_be_read(here: Path) -> None:
    (here / "bad.yaml").write_bytes(b"\xff")
    report = told(here, "extends: bad.yaml").splitlines()
    assert report[0] == "bad.yaml:1:1: byte 0xff is not UTF-8"
    assert report[3:] == ["  because line 1 of child.yaml extends this file", "  save the file as UTF-8"]
    (here / "shut.yaml").write_text(BASE)
    (here / "shut.yaml").chmod(0)
    if not os.access(here / "shut.yaml", os.R_OK):
        assert "extends: shut.yaml: Permission denied" in told(here, "extends: shut.yaml")


def test_a_text_without_a_folder_extends_bundled_specs_only(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loads("extends: lenet5").name == "LeNet-5"
    assert loads("extends: lenet5.yaml").name == "LeNet-5"
    for name in ("base.yaml", "./base.yaml"):
        with pytest.raises(SpecError) as caught:
            loads(f"extends: {name}", name="<text>")
        no = f"extends: {name}: no bundled spec of that name, and <text> has no folder to look in"
        assert caught.value.problems[0].message == no

    class Stdin:
        buffer = io.BytesIO(b"extends: lenet5\nname: piped")

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert load("-").name == "piped"


def test_a_circle_names_its_files(here: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (here / f"{one}.yaml").write_text(f"name: {one}\nextends: {other}.yaml\n")
    assert told(here, "extends: a.yaml") == (
        "c.yaml:2:10: extends: the specs extend each other in a circle\n2 | extends: a.yaml\n             ^^^^^^\n"
        "  because a.yaml → b.yaml → c.yaml → a.yaml"
    )
    (here / "link.yaml").symlink_to(here / "child.yaml")
    assert "extends: child.yaml extends itself" in told(here, "extends: link.yaml")
    with pytest.raises(SpecError) as caught:
        child(here, "extends: alexnet.yaml", name="alexnet.yaml")
    assert caught.value.problems[0].message == "extends: alexnet.yaml extends itself"
    assert caught.value.problems[0].hint == "the bundled one is extends: alexnet"


def test_a_chain_is_as_long_as_the_budget(here: Path) -> None:
    """Longer than Python's stack: it is read in a loop."""
    for number in range(1500):
        (here / f"s{number}.yaml").write_text(f"extends: {f's{number - 1}' if number else 'base'}.yaml\n")
    assert rows(load("s1499.yaml")) == rows(load("base.yaml"))
    with pytest.raises(SpecError) as caught:
        load("s1499.yaml", max_layers=1000)
    assert str(caught.value).startswith("s499.yaml:1:10: the spec unrolls to more than 1,000 steps")


# problems


def test_a_problem_stands_in_its_own_file(here: Path) -> None:
    (here / "base.yaml").write_text(BASE.replace("{conv: 4, name", "{conv: 4, kernal_size: 3, name"))
    assert told(here, "blocks: {'cb(c, k)': [rleu]}\nlayer: 3").splitlines() == [
        "child.yaml:2:23: unknown layer type rleu",
        "2 | blocks: {'cb(c, k)': [rleu]}",
        "                          ^^^^",
        "  did you mean relu?",
        "child.yaml:3:1: unknown key layer",
        "3 | layer: 3",
        "    ^^^^^",
        "  did you mean layers?",
        "base.yaml:9:40: cb needs k",
        "9 |   stage(c): [{repeat: depth, layers: [{cb: c}]}]",
        "                                           ^^",
        "  because line 2 of child.yaml says cb(c, k)",
        "  its signature is cb(c, k)",
        "base.yaml:13:15: conv has no option kernal_size",
        "13 |   - {conv: 4, kernal_size: 3, name: head}",
        "                   ^^^^^^^^^^^",
        "  did you mean kernel_size?",
    ]


def test_a_parent_that_is_no_yaml_says_who_extends_it(here: Path) -> None:
    (here / "base.yaml").write_text("input: [3\n")
    assert told(here, "name: x").splitlines() == [
        "base.yaml:1:8: this [ is never closed",
        "1 | input: [3",
        "           ^",
        "  because line 1 of child.yaml extends this file",
        "  its ] is missing",
    ]
    (here / "base.yaml").write_text("- relu\n")
    assert "because line 1 of child.yaml extends this file" in told(here, "name: x")


def test_what_is_missing_is_missing_in_all(here: Path) -> None:
    (here / "base.yaml").write_text("input: [3]")
    assert told(here, "name: x") == (
        "child.yaml:1:1: the spec has no layers:\n1 | extends: base.yaml\n    ^\n"
        "  because there is none in base.yaml either\n  for example layers: [{conv: 64, kernel_size: 3}]"
    )


def test_a_name_taken_in_the_other_text(here: Path) -> None:
    message = "last is already taken in line 2 of child.yaml"
    assert message in told(here, "input: {last: [3, 32, 32]}")


def test_a_size_at_fault_in_inherited_layers(here: Path) -> None:
    (here / "base.yaml").write_text(BASE.replace("- {conv: 4, name: head}", "- {maxpool: 40, name: head}"))
    report = told(here, "vars: {width: 3}")
    assert report.startswith("base.yaml:13:15: head: maxpool does not fit")


def test_changed_children_are_read_or_refused() -> None:
    text = """
extends: resnet50
name: other
vars: {more: 3, depths: [1, more, 1, 1]}
defaults: {conv: {bias: true}}
blocks:
  bottleneck(width, stride): [{conv: 4 * width, stride: stride, kernel_size: 1}, relu]
outputs: [end]
layers: [{stage: [8, "depths[0]", 1]}, {fc: more, name: end}]
expect: {depth: 5}
"""
    assert check(text) == "read"
    draw = random.Random(1)
    found = {check(changed_text(draw, text)) for _ in range(300)}
    assert found >= {"read", "refused"}


def test_on_the_command_line(here: Path) -> None:
    (here / "child.yaml").write_text("extends: resnet50\nvars: {depths: [1, 1, 1, 1]}\n")
    command = [sys.executable, "-m", "cnncalc", "summary", "--format", "json"]
    done = subprocess.run([*command, "child.yaml"], capture_output=True, text=True, check=True)
    layers = json.loads(done.stdout)["layers"]
    assert {layer["file"] for layer in layers} == {"resnet50.yaml"}
    piped = subprocess.run(
        [*command, "-"], capture_output=True, text=True, input="extends: base.yaml\n", check=False, cwd=here
    )
    assert piped.returncode == 2
    assert piped.stderr.splitlines()[0] == (
        "<stdin>:1:10: extends: base.yaml: no bundled spec of that name, and <stdin> has no folder to look in"
    )
