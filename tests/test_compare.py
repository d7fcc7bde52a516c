"""`compare`: the laws of totals, ratios and alignments; what a reader expects to see; the command."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import net
from terminal import on_terminal
from typer.testing import CliRunner, Result

from cnncalc import Analysis, SpecError, alignment, analyze, load, loads
from cnncalc.alignment import OPEN, Pairs, Spelled
from cnncalc.bundled import folder, names
from cnncalc.cli import app
from cnncalc.comparison import TOTALS, Pair, aligned, ratio, totals
from cnncalc.render import comparison, differences
from cnncalc.render.comparison import Side, times
from cnncalc.render.lines import plain

COUPLES = [
    ("alexnet", "alexnet_two_gpus"),
    ("vgg16", "vgg16_bn"),
    ("vgg11", "vgg19"),
    ("resnet50", "resnet101"),
    ("resnet34", "resnet50"),
    ("resnet50", "preact_resnet50"),
    ("googlenet", "googlenet_torchvision"),
    ("lenet5", "unet"),
    ("mobilenet_v1", "mobilenet_v2"),
    ("densenet121", "densenet169"),
]
DEPTHS = (None, 1, 2)


def analysis(spec: str, **options: Any) -> Analysis:
    return analyze(load(spec, **options))


def small(layers: str, **options: Any) -> Analysis:
    return analyze(net(layers, **options))


def mirrored(pair: Pair) -> Pair:
    change = {"removed": "added", "added": "removed"}.get(pair.change, pair.change)
    return Pair(pair.other, pair.one, change, {name: (b, a) for name, (a, b) in pair.differs.items()})


def listed(pairs: tuple[Pair, ...]) -> Counter[str]:
    """The pairs, whatever order those without a counterpart stand in."""
    return Counter(
        f"{p.one and p.one.path} {p.other and p.other.path} {p.change} {sorted(p.differs.items())}" for p in pairs
    )


def told(pairs: tuple[Pair, ...]) -> list[str]:
    """The pairs in short: runs of equal ones by their number."""
    found = []
    for change, group in itertools.groupby(pairs, key=lambda pair: pair.change):
        run = list(group)
        if change in ("equal", "resized"):
            found.append(f"{len(run)} {change}")
            continue
        for pair in run:
            differs = ", ".join(f"{name} {a} → {b}" for name, (a, b) in pair.differs.items())
            where = pair.one or pair.other
            assert where
            sign = {"removed": "-", "added": "+"}.get(change, "~")
            found.append(f"{sign} {where.path} {differs}".rstrip())
    return found


# laws


@pytest.mark.parametrize("name", names())
def test_a_network_beside_itself(name: str) -> None:
    one = analysis(name)
    found = aligned(one, one)
    assert len(found) == len(one.rows)
    assert all(pair.change == "equal" and pair.one is pair.other and not pair.differs for pair in found)
    assert all(ratio(value, value) == 1.0 if value else ratio(value, value) is None for value in totals(one).values())
    text = plain(comparison.lines([Side("a", one), Side("b", one)], "chw", None))
    assert text.count(" =\n") == len(TOTALS) + 2


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("couple", COUPLES, ids=" ".join)
def test_every_row_stands_once_in_its_order_and_the_differences_add_up(couple: Any, depth: int | None) -> None:
    one, other = map(analysis, couple)
    pairs = aligned(one, other, depth)
    rows = [a.folded(depth) if depth else a.rows for a in (one, other)]
    assert [pair.one for pair in pairs if pair.one] == [*rows[0]]
    assert [pair.other for pair in pairs if pair.other] == [*rows[1]]
    layers = [sum(counts) for counts in zip(*(pair.layers for pair in pairs))]
    assert layers == [len(one.rows), len(other.rows)]
    for quantity in one.totals:
        assert sum(p.difference(quantity) for p in pairs) == other.totals[quantity] - one.totals[quantity]
    for pair in pairs:
        if pair.change == "equal":
            assert pair.one and pair.other
            assert (pair.one.counts, pair.one.output) == (pair.other.counts, pair.other.output)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("couple", COUPLES, ids=" ".join)
def test_two_networks_are_the_mirror_image_of_each_other(couple: Any, depth: int | None) -> None:
    one, other = map(analysis, couple)
    there, back = aligned(one, other, depth), aligned(other, one, depth)
    assert listed(there) == listed(tuple(map(mirrored, back)))


@pytest.mark.parametrize("couple", COUPLES, ids=" ".join)
def test_the_lines_that_are_shown_stand_for_all_layers(couple: Any) -> None:
    """Counted as printed; and what one side alone has bears the parameters that the sums below say."""
    one, other = map(analysis, couple)
    text = differences.markdown(Side("a", one), Side("b", other), aligned(one, other), "chw")
    table, sums = ([cells_of(line) for line in part.splitlines()[2:]] for part in text.split("\n\n")[1:3])
    layers, alone = Counter[str](), Counter[str]()
    for (layer, _, differs, _, params, found, *_), below in itertools.zip_longest(table, table[1:], fillvalue=[""] * 8):
        if same := re.match(r"([\d,]+) (?:equal )?layer", layer):
            layers.update({sign: int(same[1].replace(",", "")) for sign in "-+"})
            continue
        held = re.fullmatch(r"(?:(\d+) × )?(\d+) layers?", differs)
        layers[layer[0]] += int(held[1] or 1) * int(held[2]) if held else 1
        if not found and not (layer[0] == "-" and below[5]):
            alone[layer[0]] += int(params.replace(",", ""))
    assert layers == {"-": len(one.rows), "+": len(other.rows)}
    printed = {cells[0]: cells[1:] for cells in sums}
    assert printed["all"][:2] == [f"{len(one.rows):,}", f"{len(other.rows):,}"]
    for sign, name, factor in (("-", "only in -", -1), ("+", "only in +", 1)):
        assert int(printed.get(name, ["", "", "0"])[2].replace(",", "")) == factor * alone[sign]


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


# the alignment


def score(one: Spelled, other: Spelled, pairs: Pairs) -> int:
    """What an alignment is worth, by its definition."""
    total = 0
    for i, j in pairs:
        letters = zip(one.letters[i], other.letters[j], one.worth)
        total += sum(worth for a, b, worth in letters if a == b)
    ends = [(-1, -1), *pairs, (len(one.letters), len(other.letters))]
    for (i, j), (next_i, next_j) in itertools.pairwise(ends):
        for seams, start, end in ((one.seams, i + 1, next_i), (other.seams, j + 1, next_j)):
            total -= OPEN + seams[start] + seams[end] if end > start else 0
    return total


def every(one: Spelled, other: Spelled) -> list[Pairs]:
    """All alignments that there are."""
    found = []
    for size in range(min(len(one.letters), len(other.letters)) + 1):
        for mine in itertools.combinations(range(len(one.letters)), size):
            for its in itertools.combinations(range(len(other.letters)), size):
                pairs = list(zip(mine, its))
                if all(one.letters[i][-1] == other.letters[j][-1] for i, j in pairs):
                    found.append(pairs)
    return found


@st.composite
def spelled(draw: st.DrawFn, most: int) -> Spelled:
    letters = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=most))
    inside = draw(st.lists(st.integers(0, 2), min_size=max(len(letters) - 1, 0), max_size=max(len(letters) - 1, 0)))
    return Spelled(letters, [0, *inside, 0][: len(letters) + 1], (1, 3))


@given(spelled(5), spelled(5))
def test_no_alignment_is_worth_more(one: Spelled, other: Spelled) -> None:
    found = alignment.aligned(one, other)
    assert found in every(one, other)
    assert score(one, other, found) == max(score(one, other, pairs) for pairs in every(one, other))


@given(spelled(30), spelled(30))
def test_alignments_are_one_to_one_in_order_and_mirrored(one: Spelled, other: Spelled) -> None:
    found = alignment.aligned(one, other)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(found))
    assert all(one.letters[i][-1] == other.letters[j][-1] for i, j in found)
    assert alignment.aligned(other, one) == [(j, i) for i, j in found]
    assert alignment.aligned(one, one) == [(at, at) for at in range(len(one.letters))]


def test_the_number_of_an_item_does_not_depend_on_the_side() -> None:
    one, other = alignment.numbered("abca", "cab")
    assert (one, other) == ([0, 1, 2, 0], [2, 0, 1])
    assert alignment.numbered("cab", "abca") == [other, one]


def test_what_is_too_long_is_refused_and_what_is_equal_never_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "MOST", 400)
    one, other = analysis("alexnet"), analysis("vgg16")
    assert len(aligned(one, one)) == 22
    with pytest.raises(SpecError, match="22 and 38 layers are too many to align"):
        aligned(one, other)


# what a reader expects


def test_a_deeper_network_has_more_of_the_same() -> None:
    assert told(aligned(analysis("vgg16"), analysis("vgg19"))) == [
        *("16 equal", "+ conv8", "+ relu8"),
        *("7 equal", "+ conv12", "+ relu12"),
        *("7 equal", "+ conv16", "+ relu16"),
        "8 equal",
    ]


def test_normalization_stands_alone() -> None:
    found = aligned(analysis("vgg16"), analysis("vgg16_bn"))
    assert [pair.change for pair in found].count("equal") == 38
    assert {pair.other.type for pair in found if pair.other and not pair.one} == {"batchnorm"}


STAGES = """
    - {{conv: 8, kernel_size: 3, padding: 1}}
    - repeat: {{width: [8, 16, 32], depth: {depths}}}
      layers:
        - {{stage: [width, depth]}}
    - batchnorm
"""
BLOCKS = """
    blocks:
      unit(width):
        - batchnorm
        - relu
        - {conv: width, kernel_size: 3, padding: 1}
      stage(width, depth):
        - repeat: depth
          layers: [{unit: width}]
"""


def staged(*depths: int) -> Analysis:
    return small(STAGES.format(depths=list(depths)), top=BLOCKS)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((2, 3, 2), (2, 5, 2), ["16 equal", "+ stage2.unit4", "+ stage2.unit5", "7 equal"]),
        ((2, 3, 2), (2, 3, 4), ["22 equal", "+ stage3.unit3", "+ stage3.unit4", "1 equal"]),
        ((3, 3, 3), (1, 3, 3), ["4 equal", "- stage1.unit2", "- stage1.unit3", "19 equal"]),
    ],
)
def test_blocks_come_and_go_whole(before: Any, after: Any, expected: list[str]) -> None:
    """The next stage begins with the norm and relu that one more unit would begin with: the gap could lie inside."""
    one, other = staged(*before), staged(*after)
    text = differences.markdown(Side("a", one), Side("b", other), aligned(one, other), "chw")
    layers = [cells_of(line)[0] for line in text.split("\n\n")[1].splitlines()[2:]]
    assert [re.sub(r" (equal) layers?$", r" \1", layer) for layer in layers] == expected


def test_another_input_is_told_where_the_output_is_the_same() -> None:
    one, other = (small(f"- {{conv: {n}, kernel_size: 1}}\n- {{conv: 8, kernel_size: 1}}") for n in (4, 5))
    text = plain(differences.lines(Side("a", one), Side("b", other), aligned(one, other), "chw", None))
    assert re.findall(r"^. conv2  conv  (\S+ \S+) ", text, re.MULTILINE) == ["input 4×32×32", "input 5×32×32"]


def test_many_that_repeat_are_told_in_one_line() -> None:
    one, other = analysis("resnet50"), analysis("resnet152")
    text = plain(differences.lines(Side("a", one), Side("b", other), aligned(one, other), "chw", None))
    assert re.findall(r"^\+ (\S+ … \S+) .*? (\d+ × \d+ layers) ", text, re.MULTILINE) == [
        ("stage2.bottleneck5 … relu8", "4 × 10 layers"),
        ("stage3.bottleneck7 … relu36", "30 × 10 layers"),
    ]


def test_another_stride_is_named_and_what_follows_from_it_is_shown_where_it_costs() -> None:
    strided = load_changed("alexnet", "stride: 4,", "stride: 2,")
    found = aligned(analysis("alexnet"), strided)
    assert told(found) == ["~ conv1 stride (4, 4) → (2, 2)", "16 resized", "5 equal"]
    shown = plain(differences.lines(Side("a", analysis("alexnet")), Side("b", strided), found, "chw", None))
    assert re.search(r"^- conv1  +conv  +stride 4 .*\n\+ conv1  +conv  +stride 2 .* 3\.93×$", shown, re.MULTILINE)
    assert "  3 layers at another size\n- conv2" in shown


def load_changed(name: str, before: str, after: str) -> Analysis:
    """A bundled spec with one thing in its text changed."""
    text = (folder() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(before) == 1
    return analyze(loads(text.replace(before, after)))


@pytest.mark.parametrize("options", [{"alpha": 0.5}, {"alpha": 0.25}, {"alpha": 0.75}])
@pytest.mark.parametrize("side", [224, 160, 128, 112])
def test_half_as_wide_is_layer_by_layer(options: dict[str, Any], side: int) -> None:
    other = analysis("mobilenet_v1", set=options, input=(3, side, side))
    pairs = aligned(analysis("mobilenet_v1"), other)
    assert all(pair.one and pair.other and pair.one.path == pair.other.path for pair in pairs)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("- {conv: 4, kernel_size: 3}", "- {conv2d: 4, kernel_size: [3, 3], stride: 1}", ["1 equal"]),
        ("- maxpool: 2", "- {maxpool: [2, 2], stride: 2}", ["1 equal"]),
        ("- {conv: 4, kernel_size: 3}", "- {conv: 4, kernel_size: [3, 1]}", ["~ conv1 kernel_size (3, 3) → (3, 1)"]),
        ("- {conv: 4, kernel_size: 3}", "- {conv: 4, kernel_size: 3, freeze: true}", ["~ conv1 freeze False → True"]),
        ("- relu", "- silu", ["- relu1", "+ silu1"]),
        (
            "- {conv: 8, kernel_size: 5, padding: 2}\n- relu",
            "- repeat: 2\n  layers: [{conv: 8, kernel_size: 3, padding: 1}, relu]",
            ["~ conv1 kernel_size (5, 5) → (3, 3), padding (2, 2) → (1, 1)", "1 equal", "+ conv2", "+ relu2"],
        ),
        (
            "- {relu, name: a}\n- {tanh, name: b}\n- add: [a, b]",
            "- {relu, name: a}\n- {tanh, name: b}\n- add: [b, a]",
            ["2 equal", "~ add1 from b → a"],
        ),
        (
            "- {conv: 3, kernel_size: 1, name: a}\n- {conv: 3, kernel_size: 1, name: b}",
            "- {conv: 3, kernel_size: 1, name: a}\n- {reuse: a, name: b}",
            ["1 equal", "~ b reuse False → True"],
        ),
    ],
)
def test_what_differs(one: str, other: str, expected: list[str]) -> None:
    assert told(aligned(small(one), small(other))) == expected


RUN = "- {conv: %s, kernel_size: 3, padding: 1}\n- relu"


@pytest.mark.parametrize(
    ("widths", "other", "expected"),
    [
        ((4, 8, 16), (4, 8, 8, 16), ["4 resized", "+ conv3", "+ relu3", "2 resized"]),
        ((4, 8, 8, 16), (4, 8, 16), ["4 resized", "- conv3", "- relu3", "2 resized"]),
    ],
)
def test_what_is_new_is_found_at_another_size_too(widths: Any, other: Any, expected: list[str]) -> None:
    """Names of layers count for less than their options."""
    one = small("\n".join(RUN % width for width in widths))
    assert told(aligned(one, small("\n".join(RUN % width for width in other), input="[3, 20, 20]"))) == expected


def test_shapes_count_for_more_than_names() -> None:
    one = small("- {conv: 4, kernel_size: 2, stride: 2}\n- relu")
    other = small("- {conv: 4, kernel_size: 2, stride: 1}\n- relu\n- {maxpool: 1, stride: 2}\n- relu")
    assert told(aligned(one, other))[1:] == ["+ relu1", "+ maxpool1", "1 equal"]


def test_names_count_where_nothing_else_tells() -> None:
    found = aligned(analysis("resnet50"), analysis("preact_resnet50"))
    adds = [(pair.one.path, pair.other.path) for pair in found if pair.one and pair.other and pair.one.type == "add"]
    assert len(adds) == 16
    assert all(one == other for one, other in adds)


def test_a_folded_call_belongs_to_the_one_with_most_of_its_layers() -> None:
    top = "blocks:\n  a: [relu, {conv: 3, kernel_size: 1}, tanh]\n  b: [relu]\n  c: [{conv: 3, kernel_size: 1}, tanh]\n"
    one, other = small("- a", top=top), small("- b\n- c", top=top)
    assert told(aligned(one, other)) == ["3 equal"]
    [new, changed] = aligned(one, other, 1)
    assert (new.change, changed.change) == ("added", "changed")
    assert changed.other and changed.other.path == "c1"


def test_folded_calls_are_compared_by_what_is_in_them() -> None:
    found = aligned(staged(2, 3, 2), staged(2, 5, 2), 1)
    assert told(found) == ["2 equal", "~ stage2 layers 9 → 15", "2 equal"]


# ratios and tables


@pytest.mark.parametrize(
    ("value", "to", "text"),
    [
        (254, 100, "2.54×"), (7, 7, "="), (0, 0, "="), (7, 0, ""), (0, 7, "0×"), (10004, 10000, "1.0004×"),
        (9996, 10000, "0.9996×"), (200, 100, "2.00×"), (123, 1, "123×"), (999_600, 1000, "1,000×"), (1, 3, "0.333×"),
        (123_456, 1, "123,456×"), (50, 16, "3.13×"), (1005, 1000, "1.01×"),
        (9999, 1000, "10.00×"), (321, 10**7, "0.0000321×"), (10**9 + 1, 10**9, "1.00000×"),
        (10**20, 1, "1.00e+20×"), (1, 10**9, "1.00e-09×"),
    ],
)  # fmt: skip
def test_ratios_as_they_are_printed(value: int, to: int, text: str) -> None:
    assert times(value, to) == text


@given(st.integers(1, 10**30), st.integers(1, 10**30))
def test_a_printed_ratio_is_right_to_three_digits(value: int, to: int) -> None:
    text = times(value, to)
    assert (text == "=") == (value == to)
    if value != to:
        assert float(text.rstrip("×").replace(",", "")) == pytest.approx(value / to, rel=0.006)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200, None])
@pytest.mark.parametrize("couple", [*COUPLES[:4], ("alexnet", "vgg16", "resnet50", "unet")], ids=" ".join)
def test_no_digit_is_cut_at_any_width(couple: Any, width: int | None) -> None:
    sides = [Side(name, analysis(name)) for name in couple]
    lines = comparison.lines(sides, "chw", width)
    text = plain(lines)
    for side in sides:
        for value in totals(side.analysis).values():
            assert re.search(rf"(^|\s){value:,}($|\s)", text, re.MULTILINE)
    if width and width >= 60:
        assert max(len(line.text) for line in lines if line.role != "note") <= width
    pairs = aligned(sides[0].analysis, sides[1].analysis)
    text = plain(differences.lines(*sides[:2], pairs, "chw", width))
    for pair in pairs:
        if pair.change == "changed" and pair.one:
            assert f"{pair.one.counts['macs']:,}" in text


# the command


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments], input=stdin)


def test_totals_side_by_side() -> None:
    done = run("alexnet", "vgg16", "resnet50")
    assert done.exit_code == 0
    assert re.search(r"^params +62,378,344 +138,357,544 +2\.22× +25,557,032 +0\.410×$", done.stdout, re.MULTILINE)
    assert "ratios are to alexnet: 2× is twice as much" in done.stdout


def test_json_is_exact_and_whole() -> None:
    found = json.loads(run("vgg16", "vgg19", "--layers", "--batch", "2", "--format", "json").stdout)
    assert (found["schema"], found["batch"]) == (1, 2)
    first, other = found["specs"]
    assert first["totals"] == dict(totals(analyze(load("vgg16"), batch=2)))
    assert (first["ratios"]["params"], first["ratios"]["buffers"]) == (1.0, None)
    assert other["ratios"]["macs"] == other["totals"]["macs"] / first["totals"]["macs"]
    assert (first["inputs"], first["outputs"]) == ({"input": [3, 224, 224]}, {"fc3": [1000]})
    assert "aligned" not in first
    pairs = other["aligned"]
    assert Counter(pair["change"] for pair in pairs) == {"equal": 38, "added": 6}
    assert {tuple(pair) for pair in pairs} == {("change", "differs", "first", "other")}
    assert sum(pair["other"]["params"] for pair in pairs if pair["other"]) == other["totals"]["params"]
    assert all((pair["first"] is None) == (pair["change"] == "added") for pair in pairs)


def test_csv_is_exact_and_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(run("alexnet", "vgg16", "--format", "csv").stdout)))
    assert [row["spec"] for row in rows] == ["alexnet", "vgg16"]
    assert [row["input"] for row in rows] == ["3x227x227", "3x224x224"]
    assert float(rows[1]["params_ratio"]) == int(rows[1]["params"]) / int(rows[0]["params"])
    rows = list(csv.DictReader(io.StringIO(run("alexnet", "vgg16", "zfnet", "--layers", "--format", "csv").stdout)))
    for name in ("vgg16", "zfnet"):
        params = sum(int(row["params_other"] or 0) for row in rows if row["spec"] == name)
        assert params == analysis(name).totals["params"]
        first = sum(int(row["params_first"] or 0) for row in rows if row["spec"] == name)
        assert first == analysis("alexnet").totals["params"]


def test_markdown_has_a_table_for_each_other_and_the_totals() -> None:
    text = run("alexnet", "vgg16", "zfnet", "--layers", "--format", "markdown").stdout
    assert re.findall(r"^### (.*)", text, re.MULTILINE) == [
        "- alexnet, + vgg16", "- alexnet, + zfnet", "AlexNet, VGG-16 and ZFNet"
    ]  # fmt: skip
    assert "| params | 62,378,344 | 138,357,544 | 2.22× |" in text


def test_a_spec_has_variables_and_an_input_of_its_own() -> None:
    done = run("mobilenet_v1", "mobilenet_v1:alpha=0.5:input=3x160x160", "--format", "json")
    totals = json.loads(done.stdout)["specs"][1]["totals"]
    assert (totals["params"], totals["macs"]) == (1_331_592, 76_524_800)
    done = run("resnet50", "resnet50:depths=[3, 4, 23, 3]", "--input", "3x160x160", "--format", "json")
    first, other = json.loads(done.stdout)["specs"]
    assert first["inputs"] == other["inputs"] == {"input": [3, 160, 160]}
    assert other["totals"]["params"] == 44_549_160
    done = run("mobilenet_v1", "mobilenet_v1:alpha=1.0", "--set", "alpha=0.25", "--format", "json")
    assert [spec["totals"]["params"] for spec in json.loads(done.stdout)["specs"]] == [470_072, 4_231_976]


def test_a_file_may_be_called_like_a_spec_with_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b=1").write_text("input: [3]\nlayers: [{fc: 2}]\n")
    assert json.loads(run("a:b=1", "-", "--format", "json", stdin="input: [3]\nlayers: [{fc: 4}]\n").stdout)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["alexnet"], ["compare takes two specs or more", "cnncalc compare alexnet vgg16"]),
        ([], ["SPEC"]),
        (["alexnet", "mobilenet_v1", "--set", "alpha=0.5"], ["alexnet: --set alpha: no such variable"]),
        (["alexnet", "resnet50:deths=1"], ["resnet50:deths=1: --set deths: no such variable"]),
        (["alexnet", "vgg16:input=3y4"], ["vgg16:input=3y4: --input 3y4: is no shape"]),
        (["nowhere", "./no.yaml"], ["nowhere: no such file", "./no.yaml: no such file"]),
        (["alexnet", "VGG-16"], ["did you mean vgg16"]),
        (["alexnet", "vgg16", "--layers", "--depth", "0"], ["x>=1"]),
        (["alexnet", "vgg16", "--depth", "1"], ["--depth: without --layers there is nothing to fold"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and value else None,
)
def test_mistakes_end_with_2_and_say_which_spec(arguments: list[str], told: list[str]) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert all(text in done.stderr for text in told), done.stderr


def test_a_mistake_inside_a_spec_has_its_place() -> None:
    done = run("alexnet", "-", stdin="input: [3, 8, 8]\nlayers: [{conv: 8}]\n")
    assert done.exit_code == 2
    assert done.stderr.startswith("<stdin>:2:")


def test_colours_on_a_terminal_and_none_in_a_pipe() -> None:
    arguments = ["compare", "vgg16", "vgg19", "--layers"]
    text = on_terminal(arguments, columns=80)
    assert b"\x1b[32m+ conv8" in text
    assert "\x1b" not in run(*arguments[1:]).stdout
