"""Laws: the same network, however it is written, has the same rows; and what may depend on what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import plain

from cnncalc import Network, analyze, bundled, load, loads
from cnncalc.errors import Source
from cnncalc.spec.yaml import read

SPECS = [*sorted(bundled.folder().glob("*.yaml")), *sorted((Path(__file__).parent / "specs").glob("*.yaml"))]


def rows(network: Network) -> list[tuple[Any, ...]]:
    """Everything about every layer but its path and its place."""
    paths = {placed.path: at for at, placed in enumerate(network.layers)}
    found = []
    for row in analyze(network).rows:
        (placed,) = row.placed
        sources = tuple(paths.get(source, source) for source in row.sources)
        found.append((row.type, placed.layer, sources, row.inputs, row.output, tuple(row.counts.items())))
    return found


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_a_spec_as_json_with_sorted_keys_gives_equal_rows(path: Path) -> None:
    """But for what a mapping keeps in order: variables, which see those above, and inputs."""
    tree = plain(read(Source(path.name, path.read_text(encoding="utf-8"))))
    ordered = {key: tree.pop(key) for key in ("vars", "input") if key in tree}
    text = json.dumps({**json.loads(json.dumps(tree, sort_keys=True)), **ordered}, ensure_ascii=False)
    as_json, as_yaml = loads(text), load(path)
    assert rows(as_json) == rows(as_yaml)
    assert [placed.path for placed in as_json.layers] == [placed.path for placed in as_yaml.layers]
    told = [[(c.path, c.quantity, c.value) for c in network.claims] for network in (as_json, as_yaml)]
    assert sorted(map(repr, told[0])) == sorted(map(repr, told[1]))


@pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])
def test_params_do_not_change_with_the_batch_and_macs_are_proportional_to_it(path: Path) -> None:
    network = load(path)
    one, eight = analyze(network, batch=1), analyze(network, batch=8)
    for name in ("params", "weights", "biases", "trainable", "buffers", "param_bytes"):
        assert one.totals[name] == eight.totals[name]
    for first, second in zip(one.rows, eight.rows):
        assert 8 * first.counts["macs"] == second.counts["macs"]
        assert second.counts["flops"] == 2 * second.counts["macs"]


# random networks, written flat and folded

_WIDTHS = st.integers(1, 6)
_LEAVES = st.one_of(
    st.builds(
        lambda width, bias: {"conv": width, "kernel_size": 3, "padding": 1, "bias": bias}, _WIDTHS, st.booleans()
    ),
    st.builds(
        lambda width, stride: {"conv": width, "kernel_size": 1, "stride": stride}, _WIDTHS, st.sampled_from([1, 2])
    ),
    st.sampled_from(
        ["batchnorm", "relu", "tanh", {"maxpool": 2, "ceil_mode": True}, {"dropout": 0.5}, {"upsample": 2}]
    ),
)
_STEPS = st.lists(_LEAVES, min_size=1, max_size=4)


def steps(inner: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[list[Any]]:
    """Lists of steps with structures in them, as a spec without blocks and repeats would have them."""
    shaping = st.sampled_from(["batchnorm", "relu", "tanh", {"dropout": 0.5}])
    keeping = st.lists(shaping, min_size=1, max_size=3)
    structure = st.one_of(
        keeping.map(lambda body: {"residual": body}),
        st.lists(keeping, min_size=2, max_size=3).map(lambda branches: {"concat": branches}),
        st.lists(keeping, min_size=2, max_size=3).map(lambda branches: {"add": [[], *branches]}),
    )
    return st.lists(st.one_of(inner, structure.map(lambda step: [step])), min_size=1, max_size=3).map(
        lambda lists: [step for steps in lists for step in steps]
    )


@given(st.lists(steps(_STEPS), min_size=1, max_size=3), st.data())
def test_flat_and_with_blocks_repeats_groups_and_words_gives_equal_rows(
    parts: list[list[Any]], data: st.DataObject
) -> None:
    flat: list[Any] = []
    folded: list[Any] = []
    blocks: dict[str, Any] = {}
    for at, part in enumerate(parts):
        times = data.draw(st.integers(1, 3))
        flat += part * times
        form = data.draw(st.sampled_from(["block", "repeat", "group", "parameters", "word", "left out"]))
        if form == "block":
            blocks[f"b{at}()"] = part
            folded += [f"b{at}"] * times
        elif form == "repeat":
            folded.append({"layers": part, "repeat": times})
        elif form == "group":
            folded += [{"layers": part, "when": "true"}] * times
        elif form == "parameters":
            blocks[f"b{at}(width, act=relu, *, deep=true)"] = _parametrised(part)
            folded.append({"repeat": {"w": [3] * times}, "layers": [{f"b{at}": "w"}]})
        elif form == "word":
            blocks[f"b{at}"] = part
            blocks[f"c{at}(block)"] = ["block"]
            folded += [{f"c{at}": f"b{at}"}] * times
        else:
            folded += [{"layers": part, "when": "1 > 2"}, *part * times, {"repeat": 0, "layers": part}]
    top = {"input": [3, 16, 16]}
    first = loads(json.dumps({**top, "layers": flat}))
    second = loads(json.dumps({**top, "blocks": blocks, "layers": folded}, sort_keys=True))
    assert rows(first) == rows(second)
    for depth in (1, 2):
        analysis = analyze(second)
        assert sum(row.counts["params"] for row in analysis.folded(depth)) == analyze(first).totals["params"]


def _parametrised(part: list[Any]) -> list[Any]:
    """The steps with a width of 3 and every relu written with the block's parameters."""
    changed: list[Any] = []
    for step in part:
        if isinstance(step, dict) and step.get("conv") == 3:
            changed.append({**step, "conv": "width"})
        else:
            changed.append({"act": None, "when": "deep"} if step == "relu" else step)
    return changed
