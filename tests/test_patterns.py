"""`layers:` as one string of arrows. The law: a pattern is the list of steps that its elements stand for."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fuzz import check

from cnncalc import Network, SpecError, analyze, load, loads

TOP: dict[str, Any] = {
    "input": [4, 24, 24],
    "vars": {"n": 2, "w": 6, "act": "tanh", "sizes": [1, 2], "down": "avgpool", "Elu": "elu", "SELU": "silu"},
    "defaults": {"conv": {"out_channels": 5, "kernel_size": 3, "padding": "same"}, "maxpool": {"kernel_size": 2}},
    "blocks": {
        "cb(c=4)": [{"conv": "c", "kernel_size": 1}, "batchnorm"],
        "two": ["relu", {"repeat": "n", "layers": ["silu"]}],
        "Gelu": ["gelu"],
    },
}
ELEMENTS: list[tuple[str, Any]] = [
    ("CONV3-4", {"conv": 4, "kernel_size": 3}),
    ("CONV-7", {"conv": 7}),
    ("CONV1", {"conv": None, "kernel_size": 1}),
    ("CONV5-w", {"conv": "w", "kernel_size": 5}),
    ("CONV", "conv"),
    ("CONV2D3-8", {"conv2d": 8, "kernel_size": 3}),
    ("POOL2", {"maxpool": 2}),
    ("MAXPOOL3", {"maxpool": 3}),
    ("MAX-POOL", "maxpool"),
    ("POOL", "maxpool"),
    ("AVGPOOL2", {"avgpool": 2}),
    ("FC-9", {"fc": 9}),
    ("LINEAR-w", {"linear": "w"}),
    ("RELU", "relu"),
    ("RELU6", "relu6"),
    ("LEAKY-RELU", "leaky_relu"),
    ("SOFTMAX", "softmax"),
    ("SOFT-MAX", "softmax"),
    ("BATCH-NORM", "batchnorm"),
    ("LRN-3", {"lrn": 3}),
    ("DROPOUT", "dropout"),
    ("DROPOUT-0.25", {"dropout": 0.25}),
    ("GLOBAL_AVGPOOL", "global_avgpool"),
    ("ADAPTIVE_AVGPOOL-2", {"adaptive_avgpool": 2}),
    ("CB", "cb"),
    ("CB-3", {"cb": 3}),
    ("TWO", "two"),
]
VARIABLES: list[tuple[str, Any]] = [
    ("act", "act"),
    ("down-2", {"down": 2}),
    ("down-n", {"down": "n"}),
    ("Elu", "Elu"),
    ("SELU", "SELU"),
    ("Gelu", "Gelu"),
]
"""Elements that have one spelling: what is declared has its own case, and wins over a type in any case."""
TIMES: list[tuple[str, Any]] = [("2", 2), ("0", 0), ("n", "n"), ("(n - 1)", "(n - 1)"), ("sizes[0]", "sizes[0]")]
SPACES = st.sampled_from(["", " ", "  ", "\n", " \n   "])


def spelt(word: str) -> st.SearchStrategy[str]:
    """The element in some case; the name of a variable behind the dash has its own."""
    head, _, tail = word.rpartition("-")
    if tail == "w":
        return st.sampled_from([f"{head}-w", f"{head.lower()}-w"])
    return st.sampled_from([word, word.lower(), word.title()])


@st.composite
def elements(draw: st.DrawFn) -> tuple[str, list[Any]]:
    if draw(st.integers(0, 9)) == 0:
        word, step = draw(st.sampled_from(VARIABLES))
        return word, [step]
    word, step = draw(st.sampled_from(ELEMENTS))
    return draw(spelt(word)), [step]


@st.composite
def times(draw: st.DrawFn, inner: st.SearchStrategy[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    """Something a number of times."""
    text, steps = draw(inner)
    number, value = draw(st.sampled_from(TIMES))
    sign = draw(st.sampled_from([f"*{number}", f" * {number}", f"^{{*{number}}}", f" ^ {{ * {number} }}"]))
    return text + sign, [{"repeat": value, "layers": steps}]


@st.composite
def chains(draw: st.DrawFn, inner: st.SearchStrategy[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    """Several things, one after the other."""
    parts = draw(st.lists(inner, min_size=1, max_size=4))
    text = parts[0][0]
    for part, _ in parts[1:]:
        text += draw(SPACES) + draw(st.sampled_from(["->", "→"])) + draw(SPACES) + part
    return text, [step for _, steps in parts for step in steps]


@st.composite
def groups(draw: st.DrawFn, inner: st.SearchStrategy[tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
    text, steps = draw(chains(inner))
    opening, closing = draw(st.sampled_from(["[]", "()"]))
    return f"{opening}{draw(SPACES)}{text}{draw(SPACES)}{closing}", steps


PATTERNS = chains(st.recursive(elements(), lambda inner: groups(inner) | times(groups(inner)), max_leaves=8))
PATTERNS |= chains(times(elements()) | elements())


def outcome(layers: Any, **top: Any) -> Any:
    """The rows of the network but for their places, or what is wrong with it."""
    try:
        network = loads(json.dumps({**TOP, **top, "layers": layers}), max_layers=5000)
    except SpecError as error:
        return error.problems[0].message
    rows = analyze(network).rows
    return [(row.path, row.type, row.sources, row.inputs, row.output, row.counts, row.placed[0].layer) for row in rows]


def test_pool_is_what_the_spec_declares() -> None:
    """Never the max pooling in silence: a block of that name in any case, and of a variable the name as declared."""
    top: dict[str, Any] = {"vars": {"n": 2, "pool": "avgpool"}, "blocks": {"pool(k=3)": [{"avgpool": "k"}]}}
    for word, step in {"pool": "pool", "POOL": "pool", "Pool-2": {"pool": 2}}.items():
        found = outcome(word, **top)
        assert found == outcome([step], **top) and isinstance(found, list)
    top["vars"]["POOL"] = "minpool"
    assert outcome("POOL-2", **top) == outcome([{"POOL": 2}], **top) != outcome(["pool"], **top)
    del top["vars"]["POOL"]
    for word in ("POOL", "Pool", "POOL-n"):
        assert outcome(word, vars=top["vars"]) == f"unknown layer type {word.partition('-')[0]}"


def test_index_counts_the_repeat_around_an_element() -> None:
    assert outcome("[SCALE-index -> RELU]*3") == outcome([{"repeat": 3, "layers": [{"scale": "index"}, "relu"]}])
    assert outcome("SCALE-index") == outcome([{"scale": "index"}])


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.sampled_from(["", "INPUT -> ", "input→"]))
def test_a_pattern_is_its_list_of_steps(pattern: tuple[str, list[Any]], first: str) -> None:
    text, steps = pattern
    assert outcome(first + text) == outcome(steps)


def test_the_law_is_about_networks_not_about_errors() -> None:
    """Most of what is drawn has layers: each element alone counts."""
    for word, step in [*ELEMENTS, *VARIABLES]:
        found = outcome(word)
        assert found == outcome([step]) and isinstance(found, list), word


PLAIN = ["RELU", "CONV1-5", "conv1-w", "SOFT-MAX", "DROPOUT-0.25", "relu6", "Conv1D1-3"]
LAYOUTS = {
    "plain": "layers: {}\n# behind it",
    "single quotes": "layers: ' {}'  # behind it",
    "double quotes": 'layers:\n  "{} "',
    "literal": "layers: |\n  {}\n",
    "folded": "layers: >- # about it\n\n  {}\nname: folded",
    "flow": "{{layers: {}, input: [3, 9], vars: {{w: 6}}}}",
    "quoted flow": '{{layers: "{}", input: [3, 9], vars: {{w: 6}}}}',
    "anchored": "layers: &pattern {}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layer_has_the_place_of_its_element(layout: str) -> None:
    draw = random.Random(layout)
    for _ in range(30):
        words = draw.choices(PLAIN, k=6)
        text = words[0]
        for word in words[1:]:
            text += draw.choice([" -> ", "->", " →", " ->\n  ", "\n\n    -> ", "  ->\n     "]) + word
        spec = LAYOUTS[layout].format(text)
        spec = spec if spec.startswith("{") else f"input: [3, 9]\nvars: {{w: 6}}\n{spec}"
        marks = [placed.mark for placed in loads(spec).layers]
        assert [mark.source.line(mark.line)[mark.column - 1 : mark.end - 1] for mark in marks] == words


def test_where_escapes_move_the_columns_the_place_is_the_whole_string() -> None:
    network = loads('input: [3]\nlayers: "RELU \\u2192 TANH"')
    assert {placed.mark[1:] for placed in network.layers} == {(2, 9, 27)}


# what the sources write


def test_the_patterns_of_the_lecture() -> None:
    """INPUT -> [(CONV -> RELU)^{*N} -> POOL]^{*M} -> [FC -> RELU]^{*K} -> FC, with sizes from defaults."""
    top = """
input: [3, 32, 32]
vars: {N: 2, M: 3, K: 2}
defaults: {conv: {out_channels: 16, kernel_size: 3, padding: same}, maxpool: {kernel_size: 2}, fc: {out_features: 10}}
"""
    network = loads(f"{top}layers: INPUT -> [(CONV -> RELU)^{{*N}} -> POOL]^{{*M}} -> [FC -> RELU]^{{*K}} -> FC")
    assert analyze(network).depth == 2 * 3 + 2 + 1
    assert network.shape("maxpool3") == (16, 4, 4)
    assert not network.notes
    twice = loads(f"{top}layers: INPUT -> [CONV -> RELU -> CONV -> RELU -> POOL]^{{*3}} -> [FC -> RELU]^{{*2}} -> FC")
    assert [row[:2] for row in map(tuple, (p[:2] for p in twice.layers))] == [p[:2] for p in network.layers]
    deeper = loads(
        f"{top}layers: INPUT -> [(CONV -> RELU)^{{*N}} -> POOL]^{{*M}} -> [FC -> RELU]^{{*K}} -> FC", set={"N": 3}
    )
    assert analyze(deeper).depth == 3 * 3 + 2 + 1


VGG = (
    "[conv3-64 -> relu]*2 -> maxpool -> [conv3-128 -> relu]*2 -> maxpool -> [conv3-256 -> relu]*{n} -> maxpool ->"
    " [[conv3-512 -> relu]*{n} -> maxpool]*2 -> [FC-4096 -> relu -> dropout]*2 -> FC-1000 -> soft-max"
)


@pytest.mark.parametrize(
    ("n", "params", "macs"), [(3, 138_357_544, 15_470_264_320), (4, 143_667_240, 19_632_062_464)], ids=["16", "19"]
)
def test_vgg_in_one_line(n: int, params: int, macs: int) -> None:
    """The figures are torchvision's for vgg16 and vgg19."""
    defaults = "defaults: {conv: {padding: same}, maxpool: {kernel_size: 2}}"
    network = loads(f"input: [3, 224, 224]\n{defaults}\nlayers: '{VGG.replace('{n}', str(n))}'")
    totals = analyze(network).totals
    assert (totals["params"], totals["macs"]) == (params, macs)
    assert not network.notes


def test_vgg_c_has_convolutions_of_one_pixel() -> None:
    """Configuration C of the paper: 134 M parameters, conv1-256 and conv1-512 among them."""
    text = (
        "INPUT -> [conv3-64 -> relu]*2 -> maxpool2 -> [conv3-128 -> relu]*2 -> maxpool2 ->"
        " [conv3-256 -> relu]*2 -> conv1-256 -> relu -> maxpool2 ->"
        " [[conv3-512 -> relu]*2 -> conv1-512 -> relu -> maxpool2]*2 -> [FC-4096 -> relu]*2 -> FC-1000 -> soft-max"
    )
    network = loads(f"input: [3, 224, 224]\ndefaults: {{conv: {{padding: same}}}}\nlayers: {text}")
    assert round(analyze(network).totals["params"], -6) == 134_000_000


def test_the_readme_shows_a_pattern_that_counts() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    [text] = re.findall(r'^- \*\*Patterns\*\*: .*`("INPUT -> .*?")`', readme, re.MULTILINE)
    assert analyze(loads(f"input: [3, 64, 64]\nlayers: {text}")).depth == 2 * 3 + 2 + 1


# the note


def notes(text: str) -> list[str]:
    return list(loads(f"input: [3, 64, 64]\n{text}", name="a.yaml").notes)


def test_a_convolution_that_shrinks_its_input_is_noted_once() -> None:
    note = (
        "CONV3-64 has no padding and shrinks its input; to keep the size, as the VGG paper does,"
        " write defaults: {conv: {padding: same}}"
    )
    assert notes("layers: INPUT -> CONV1-8 -> [CONV3-64 -> RELU]*2 -> CONV5-8") == [f"a.yaml:2:30: note: {note}"]
    assert notes("vars: {k: 3}\ndefaults: {conv: {kernel_size: k, out_channels: 64}}\nlayers: CONV -> CONV") == [
        f"a.yaml:4:9: note: {note}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "layers: CONV1-8 -> POOL2",
        "layers: RELU -> [CONV3-8]*0",
        "defaults: {conv: {padding: 0}}\nlayers: CONV3-8",
        "defaults: {conv2d: {padding: 1}}\nlayers: CONV2D3-8",
        "layers: [{conv: 8, kernel_size: 3}]",
        'blocks: {"cb(c)": [{conv: c, kernel_size: 3}]}\nlayers: CB-8',
    ],
)
def test_what_is_meant_is_not_noted(text: str) -> None:
    assert notes(text) == []


# nothing ends badly


def test_a_pattern_in_the_parent(tmp_path: Path) -> None:
    """A child sets its variables; its defaults act on its own steps alone."""
    parent = "input: [3, 8, 8]\nvars: {n: 1}\ndefaults: {conv: {padding: 1}}\nlayers: '[CONV3-4 -> RELU]*n'\n"
    (tmp_path / "base.yaml").write_text(parent)
    (tmp_path / "child.yaml").write_text("extends: base.yaml\nvars: {n: 3}\ndefaults: {conv: {padding: 0}}\n")
    network: Network = load(tmp_path / "child.yaml")
    assert len(network.layers) == 6 and network.shape("relu3") == (4, 8, 8)


def test_long_patterns_are_read_in_a_moment() -> None:
    for joint in (" -> ", " ->\n  "):
        start = time.perf_counter()
        network = loads(f"input: [3]\nlayers: {joint.join(['RELU'] * 20_000)}")
        assert len(network.layers) == 20_000
        assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "(" * 40 + "RELU" + ")" * 39,
        "RELU*" * 50_000,
        "RELU*(" + "(" * 100_000,
        "RELU*(" + "(" * 60 + "2" + ")" * 61,
        "RELU ^{*" * 50_000,
        "RELU" * 50_000,
        "RELU-" * 50_000,
        "-" * 50_000,
        "[" * 50 + "RELU" + "]*10" * 50,
        "RELU*" + "9" * 5000,
        "RELU-" + "9" * 5000,
        "->".join(["BLUR"] * 10_000),
        "->".join(["CONV"] * 10_000),
        "RELU*2x" + " " * 100_000,
        "\n" * 100_000 + "x",
    ],
    ids=lambda text: text[:12],
)
def test_bombs_are_refused_in_a_moment(text: str) -> None:
    start = time.perf_counter()
    assert check(f"input: [3, 8, 8]\nlayers: {json.dumps(text)}") in ("refused", "partial")
    assert time.perf_counter() - start < 5


WORDS = [*(word for word, _ in ELEMENTS), *"[]()*?-} \né", "INPUT", "->", "→", "*2", "^{*", "^{*n}", "*n", "*(n+1)"]
WORDS += ["POOL?", "CONVV", "3x3", "act", "n", "*sizes[0]", "index", "in_channels", "add", "POOL2 -> POOL2", "*9"]
STYLES = ["{}", "'{}'", '"{}"', ">\n  {}", "|\n  {}", ">-\n  {}\nname: x"]


def test_changed_patterns_are_read_or_refused() -> None:
    draw, found = random.Random(1), {"read": 0, "refused": 0, "partial": 0}
    top = "\n".join(f"{key}: {json.dumps(value)}" for key, value in TOP.items())
    base = ["INPUT", "->", "[", "(", "CONV3-4", "->", "act", ")", "*n", "->", "POOL2", "]", "*2", "->", "FC-9"]
    for _ in range(1500):
        words = [*base]
        for _ in range(draw.choice([1, 1, 2, 3, 6])):
            at = draw.randrange(len(words) or 1)
            words[at : at + draw.choice([0, 1, 2])] = [draw.choice(WORDS)]
        text = draw.choice(["", " ", " "]).join(words)
        found[check(f"{top}\nlayers: {draw.choice(STYLES).replace('{}', text)}\n")] += 1
    assert found["read"] > 50 and found["partial"] > 0, found


def test_layers_of_one_word() -> None:
    assert [placed.path for placed in loads("input: [3]\nlayers: relu").layers] == ["relu1"]
    with pytest.raises(SpecError, match="the network has no layer"):
        loads("input: [3]\nlayers: INPUT")
