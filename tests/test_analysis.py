"""Counts, folding and depth on small networks whose numbers can be checked by eye."""

from __future__ import annotations

import json

import pytest

from cnncalc import analyze, loads
from cnncalc.analysis import DTYPES
from cnncalc.render import json as json_output
from cnncalc.render.units import human, human_bytes

NET = """
input: [3, 16, 16]
blocks:
  tower(width):
    - {conv: width, kernel_size: 1, name: mid}
    - {conv: 2 * width, kernel_size: 1, name: last}
    - {layers: [], from: mid}
layers:
  - {tower: 4, name: t}
  - {conv: 5, kernel_size: 1}
  - concat: [[], [{relu, from: t.last}]]
"""


def test_a_folded_call_has_its_own_output_and_the_tensors_that_entered_it() -> None:
    """The tower ends in a tensor that is not its last layer's."""
    rows = {row.path: row for row in analyze(loads(NET)).folded(1)}
    assert (rows["t"].type, rows["t"].output) == ("tower", (4, 16, 16))
    assert (rows["t"].sources, rows["t"].inputs) == (("input",), ((3, 16, 16),))
    assert rows["conv1"].sources == ("t",)
    assert rows["relu1"].sources == ("t",)
    assert rows["t"].counts["params"] == (3 * 4 + 4) + (4 * 8 + 8)


def test_an_input_that_enters_a_call_twice_is_listed_once() -> None:
    spec = "input: [3, 8, 8]\nblocks: {twice: [{add: [[relu], [tanh]]}]}\nlayers: [twice]"
    [row] = analyze(loads(spec)).folded(1)
    assert row.sources == ("input",)


def folded(spec: str) -> dict[str, object]:
    analysis = analyze(loads(spec))
    return dict(json.loads(json_output.render(analysis, analysis.folded(1))))


def test_json_at_a_depth_names_the_rows_it_has() -> None:
    found = folded("input: [3, 8, 8]\nblocks: {head: [{conv: 4, kernel_size: 1}]}\nlayers: [{head, name: h}]")
    assert found["outputs"] == ["h"]


def test_json_says_which_weights_are_used_again_on_leaves_only() -> None:
    spec = """
input: [4, 8, 8]
blocks: {"b(t)": [{reuse: t}, {conv: 4, kernel_size: 1}]}
layers: [{conv: 4, kernel_size: 1, name: q}, {b: q}, {reuse: q}]
"""
    rows = {row["path"]: row for row in folded(spec)["layers"]}  # type: ignore[attr-defined]
    assert "reuse" not in rows["b1"]
    assert (rows["reuse1"]["reuse"], rows["reuse1"]["params"], rows["reuse1"]["macs"]) == ("q", 0, 4 * 4 * 64)


def test_depth_counts_layers_used_again_and_only_ways_to_an_output() -> None:
    twice = "input: [4, 8, 8]\nlayers: [{conv: 4, kernel_size: 1, name: a}, {reuse: a}]"
    assert analyze(loads(twice)).depth == 2
    unused = "input: [4]\nlayers: [{fc: 4, name: a}, {fc: 4}, {fc: 4}, {relu, from: a}]"
    assert analyze(loads(unused)).depth == 1


@pytest.mark.parametrize(
    ("dtype", "size"), {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}.items()
)
def test_bytes_of_a_type(dtype: str, size: int) -> None:
    assert set(DTYPES) == {"float64", "float32", "float16", "bfloat16", "int8"}
    spec = "input: [3]\nlayers: [{fc: 5}]"
    assert analyze(loads(spec), dtype=dtype).totals["param_bytes"] == 20 * size


def test_a_batch_or_type_that_is_none_is_refused() -> None:
    network = loads("input: [3]\nlayers: [{fc: 5}]")
    with pytest.raises(ValueError, match="batch is at least 1, not 0"):
        analyze(network, batch=0)
    with pytest.raises(ValueError, match="dtype is one of float64"):
        analyze(network, dtype="float8")


@pytest.mark.parametrize(
    ("value", "count", "size"),
    [
        (0, "0", "0 B"),
        (999, "999", "999 B"),
        (1000, "1.00 K", "1.0 kB"),
        (999_999, "1.00 M", "1.0 MB"),
        (62_378_344, "62.38 M", "62.4 MB"),
        (4_089_184_256, "4.09 G", "4.1 GB"),
        (5 * 10**17, "500,000.00 T", "500,000.0 TB"),
        (2 * 10**20, "2.00e+20", "2.00e+20 B"),
        (10**400, "1e400", "1e400 B"),
    ],
)
def test_rounded_figures(value: int, count: str, size: str) -> None:
    assert (human(value), human_bytes(value)) == (count, size)


def test_counts_past_every_machine_word_are_exact() -> None:
    side = 2**62
    analysis = analyze(loads(f"input: [{side}]\nlayers: [{{fc: {side}}}]"))
    assert analysis.totals["params"] == side * side + side
    assert json.loads(json_output.render(analysis, analysis.rows))["totals"]["macs"] == side * side
