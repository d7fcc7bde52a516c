"""Receptive fields: the laws they keep, cases known by hand, and every layer type against its Jacobian."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import net

from cnncalc import Network, analyze, load, loads
from cnncalc.bundled import names
from cnncalc.layers import REGISTRY
from cnncalc.receptive import NONE, Field, fields, region, unclipped, units
from cnncalc.receptive.recurrence import recurrence
from cnncalc.receptive.tracks import tracks
from cnncalc.render.column import order
from cnncalc.render.reference import example

HUGE = 2**40


def line(*steps: dict[str, Any], size: int = HUGE, channels: int = 2) -> Network:
    """Steps on a line of so many pixels."""
    return loads(json.dumps({"input": [channels, size], "layers": list(steps)}))


def last(network: Network) -> str:
    return network.layers[-1].path


def conv(k: int, **options: Any) -> dict[str, Any]:
    return {"conv": 2, "kernel_size": k, **options}


WINDOWS = st.builds(
    lambda kind, k, s, p, d: (
        conv(k, stride=s, padding=p, dilation=d)
        if kind == "conv"
        else {kind: k, "stride": s, "padding": min(p, k // 2), **({"dilation": d} if kind == "maxpool" else {})}
    ),
    st.sampled_from(("conv", "maxpool", "avgpool", "sumpool")),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(1, 3),
)


@given(st.lists(WINDOWS, min_size=1, max_size=8))
def test_a_stack_has_the_sums_of_its_windows(steps: list[dict[str, Any]]) -> None:
    """r = 1 + Σ (k − 1)·d·∏s, j = ∏s, P = Σ p·∏s, the products over the layers before."""
    network = line(*steps)
    r, j, padding = 1, 1, 0
    for step in steps:
        k = step.get("kernel_size", 0) or next(iter(step.values()))
        r += (k - 1) * step.get("dilation", 1) * j
        padding += step["padding"] * j
        j *= step["stride"]
    assert fields(network)[last(network)] == Field((r,), (j,), (padding,), True)


@given(st.lists(WINDOWS, min_size=1, max_size=5), st.integers(0, 3))
def test_a_unit_far_from_the_ends_sees_the_whole_field_and_moves_by_the_stride(
    steps: list[dict[str, Any]], further: int
) -> None:
    network = line(*steps)
    path = last(network)
    field = fields(network)[path]
    assert field.size and field.stride and field.padding
    at = network.shape(path)[1] // 2 + further
    [(first, end)] = region(network, path, (at,)) or ()
    start = unclipped(network, path, (at,))
    assert start == (
        (at * field.stride[0] - field.padding[0], at * field.stride[0] - field.padding[0] + field.size[0] - 1),
    )
    assert start[0][0] <= first <= end <= start[0][1]
    if all(step.get("dilation", 1) == 1 and step["stride"] == 1 for step in steps):  # no holes at the ends
        assert end - first + 1 == field.size[0]


# networks with branches, small enough to ask every unit

SMALL = st.one_of(
    WINDOWS.map(lambda step: [step]),
    st.builds(
        lambda k, s, p: [{"conv_transpose": 2, "kernel_size": k, "stride": s, "padding": p}],
        st.integers(1, 4), st.integers(1, 3), st.integers(0, 1),
    ),
    st.sampled_from(
        (
            [{"upsample": 2}], [{"upsample": 1.5, "mode": "linear"}], [{"upsample": 0.7}], [{"zero_pad": [3, -2]}],
            [{"adaptive_avgpool": 7}], [{"slice": 1, "step": 2, "dim": 2}], [{"crop": 5}], ["relu"],
        )
    ),
)  # fmt: skip


@st.composite
def branched(draw: st.DrawFn) -> Network | None:
    """A few steps, a join of branches cut or stretched to one size, and a few more; None where they don't fit."""
    before, after = draw(st.lists(SMALL, max_size=2)), draw(st.lists(SMALL, max_size=2))
    branches = draw(st.lists(st.lists(SMALL, min_size=1, max_size=2), min_size=2, max_size=3))
    fit = draw(st.sampled_from(([{"adaptive_avgpool": 9}], [{"upsample": None, "size": 9}])))
    dim = draw(st.sampled_from((1, 1, 2)))
    join = {"concat": [[*chain(*branch), *fit] for branch in branches], "dim": dim}
    steps = [*chain(*before), join, conv(1), *chain(*after)]
    try:
        return line(*steps, size=draw(st.integers(9, 24)))
    except ValueError:
        return None


@settings(deadline=None, max_examples=60)
@given(branched())
def test_the_field_of_every_unit_fits_the_field_of_the_layer(network: Network | None) -> None:
    if network is None:
        return
    found, all_tracks = fields(network), tracks(network, "input")
    for placed in network.layers:
        field, path = found[placed.path], placed.path
        if field.size is None:
            continue
        [track] = all_tracks[path]
        assert track
        asked = [(track.at(at), region(network, path, (at,))) for at in range(placed.output[1])]
        assert max(last - first + 1 for first, last in (seen for seen, _ in asked if seen)) == field.size[0]
        [size] = network.inputs["input"][1:]
        for seen, clipped in asked:
            if clipped:
                assert seen
                assert max(seen[0], 0) <= clipped[0][0] <= clipped[0][1] <= min(seen[1], size - 1)
        first = unclipped(network, path, (0,))
        assert first == (asked[0][0] and (asked[0][0],))
        if field.padding and field.padding[0] is not None:
            assert first
            assert field.padding[0] == -first[0][0]


@settings(deadline=None, max_examples=60)
@given(branched())
def test_units_and_pixels_agree_on_who_sees_whom(network: Network | None) -> None:
    if network is None:
        return
    path = last(network)
    sees = [region(network, path, (at,)) for at in range(network.shape(path)[1])]
    seen = [units(network, path, (pixel,)) for pixel in range(network.inputs["input"][1])]
    for at, pixels in enumerate(sees):
        for end in pixels[0] if pixels else ():
            by = seen[end]
            assert by
            assert by[0][0] <= at <= by[0][1]
    for pixel, by in enumerate(seen):
        for end in by[0] if by else ():
            pixels = sees[end]
            assert pixels
            assert pixels[0][0] <= pixel <= pixels[0][1]


@pytest.mark.parametrize("name", names())
def test_what_hands_on_its_input_hands_on_its_field(name: str) -> None:
    network = load(name)
    for tensor, found in ((p, fields(network, input=p)) for p in network.inputs):
        for placed in network.layers:
            if placed.layer.type in ("relu", "batchnorm", "dropout", "layernorm", "identity"):
                assert found[placed.path] == found[placed.sources[0]], (tensor, placed.path)


# what a unit sees, by the Jacobian of each layer

JACOBIANS = [
    ("{permute: [0, 2, 3, 1]}", (2, 3, 4)),
    ("{reshape: [2, 12]}", (2, 3, 4)),
    ("{reshape: [2, 3, 20]}", (2, 3, 4, 5)),
    ("{flatten: 2}", (2, 3, 4)),
    ("{linear: 3}", (2, 3, 4)),
    ("{softmax: 3}", (2, 3, 4)),
    ("{softmax: 1}", (3, 4)),
    ("{slice: -3, step: 2, dim: 2}", (2, 5, 4)),
    ("{slice: 1, dim: 1}", (3, 4)),
    ("{select: [3, 0, 0]}", (4, 3)),
    ("{channel_shuffle: 2}", (6, 3)),
    ("{lrn: 4}", (6, 3)),
    ("{conv: 4, kernel_size: 3, groups: 2, dilation: 2, padding: 2, stride: 2}", (4, 8)),
    ("{conv: 2, kernel_size: 4, padding: same, padding_mode: reflect}", (2, 8)),
    ("{conv: 2, kernel_size: 3, padding: 2, padding_mode: circular}", (2, 5)),
    ("{conv: 2, kernel_size: 3, padding: 2, padding_mode: replicate, stride: 2}", (2, 5)),
    ("{conv: 2, kernel_size: 2, padding: [-1, 1], padding_mode: replicate}", (2, 4, 3)),
    ("{conv_transpose: 4, kernel_size: 3, stride: 2, groups: 2, padding: 1, output_padding: 1}", (4, 5)),
    ("{conv_transpose: 2, kernel_size: 2, stride: 4, dilation: 2}", (2, 3)),
    ("{conv_transpose: 2, kernel_size: 3, stride: 3, dilation: 2}", (2, 4)),
    ("{conv_transpose: 2, kernel_size: 4, stride: 3, dilation: 4, padding: 2}", (2, 5)),
    ("{local: 2, kernel_size: 3, stride: 2, padding: 1}", (2, 6)),
    ("{avgpool: 3, stride: 2, padding: 1, ceil_mode: true}", (2, 6)),
    ("{adaptive_avgpool: 3}", (2, 7)),
    ("{adaptive_avgpool: 7}", (2, 3)),
    ("global_avgpool", (2, 3, 4)),
    ("{upsample: 1.5}", (2, 6)),
    ("{upsample: 3, mode: nearest-exact}", (2, 4)),
    ("{upsample: null, size: 9, mode: linear}", (2, 4)),
    ("{upsample: null, size: 9, mode: linear, align_corners: true}", (2, 5)),
    ("{upsample: 2, mode: bicubic}", (1, 5, 4)),
    ("{upsample: 0.5, mode: bicubic, align_corners: true}", (1, 8, 7)),
    ("{upsample: 0.5, mode: area}", (2, 7)),
    ("{zero_pad: [[-1, 2], [2, -1]]}", (2, 4, 5)),
    ("{crop: 3}", (2, 6)),
]


@pytest.mark.parametrize(("step", "shape"), JACOBIANS, ids=[step for step, _ in JACOBIANS])
def test_a_layer_sees_what_its_jacobian_has(step: str, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    from cnncalc.pytorch.build import construct
    from cnncalc.receptive import positions

    [placed] = loads(f"input: {list(shape)}\nlayers: [{step}]").layers
    torch.manual_seed(0)
    module = construct(placed.layer.torch(shape)).double().eval()
    found = torch.autograd.functional.jacobian(module, torch.rand(1, *shape, dtype=torch.float64) + 1)
    found = found.reshape(*placed.output, *shape).abs() > 1e-12
    reaches = placed.layer.sees(0, shape)
    for unit in torch.ones(placed.output).nonzero().tolist():
        seen = found[tuple(unit)].nonzero()
        for axis, (reach, size) in enumerate(zip(reaches, shape)):
            assert reach is not None
            said = {
                at
                for run in positions.seen(reach, (range(unit[reach.axis], unit[reach.axis] + 1),), size)
                for at in run
            }
            assert said >= set(seen[:, axis].tolist())
            if len(seen):
                assert said == set(seen[:, axis].tolist()), (unit, axis)


@pytest.mark.parametrize("layer", REGISTRY.values(), ids=REGISTRY)
def test_every_type_has_an_answer(layer: Any) -> None:
    network = loads(example(layer, {}))
    for name, shape in network.inputs.items():
        [placed] = network.layers
        field = fields(network, input=name)[placed.path]
        assert (field == NONE) == (len(shape) == 1)
        if len(shape) > 1:
            at = tuple(size // 2 for size in placed.output[1:])
            seen, clipped = (
                unclipped(network, placed.path, at, input=name),
                region(network, placed.path, at, input=name),
            )
            assert seen
            assert clipped
            assert field.size
            assert len(seen) == len(clipped) == len(field.size) == len(shape) - 1


# by hand


def field(layers: str, shape: str = "[2, 8, 8]") -> Field:
    network = net(layers, input=shape)
    return fields(network)[last(network)]


@pytest.mark.parametrize(
    ("layers", "shape", "known"),
    [
        # the second branch sees the pixel two before its own; the hull is 4, and its centre is not the first one's
        (
            "- add: [[{conv: 2, kernel_size: 3, padding: 1}], [{zero_pad: [2, -2]}]]",
            "[2, 8]",
            Field((4,), (None,), (None,), False),
        ),
        # one centre, two sizes
        (
            "- concat: [[{conv: 2, kernel_size: 3, padding: 1}], [{conv: 2, kernel_size: 5, padding: 2}]]",
            "[2, 8, 8]",
            Field((5, 5), (1, 1), (2, 2), True),
        ),
        # along one axis only
        (
            "- concat: [[{conv: 2, kernel_size: [2, 3], padding: [1, 1]}, {crop: 8, offset: 0}], []]",
            "[2, 8, 8]",
            Field((2, 3), (None, 1), (None, 1), False),
        ),
        # squeeze and excitation: every unit sees the whole map of fields of 3, one pixel of padding included
        (
            "- {conv: 2, kernel_size: 3, padding: 1}\n- multiply: [[], [global_avgpool, sigmoid]]\n- maxpool: 2",
            "[2, 8, 8]",
            Field((10, 10), (None, None), (None, None), False),
        ),
        # nothing is stretched where all there is is one unit
        ("- {conv: 2, kernel_size: 8}\n- multiply: [[], [sigmoid]]", "[2, 8]", Field((8,), (1,), (0,), True)),
        # a stride of 2 beside one of 1: at unit 4 of 8 pixels the hull is 8 − 4 + 1
        ("- add: [[{maxpool: 1, stride: 2}], [{crop: 5, offset: 0}]]", "[2, 9]", Field((5,), (None,), (None,), False)),
        ("- {conv: 2, kernel_size: 3}\n- global_avgpool", "[2, 8, 8]", Field((8, 8), (None, None), (0, 0), True)),
        ("- {conv: 2, kernel_size: 3, padding: 1}\n- fc: 5", "[2, 8, 8]", Field((10, 10), (None, None), (1, 1), True)),
        ("- {upsample: 2}", "[2, 8]", Field((1,), (Fraction(1, 2),), (0,), True)),
        ("- {upsample: 2, mode: linear}", "[2, 8]", Field((2,), (Fraction(1, 2),), (1,), True)),
        ("- {upsample: 2}\n- {maxpool: 2}", "[2, 8]", Field((1,), (1,), (0,), True)),
        (
            "- {conv_transpose: 2, kernel_size: 4, stride: 2, padding: 1}",
            "[2, 8]",
            Field((2,), (Fraction(1, 2),), (1,), True),
        ),
        ("- {adaptive_avgpool: 4}", "[2, 8]", Field((2,), (2,), (0,), True)),
        ("- {adaptive_avgpool: 4}", "[2, 10]", Field((3,), (None,), (0,), True)),
        # asymmetric: of the two zeros that a kernel of 4 at stride 2 needs on 8, one stands in front
        ("- {conv: 2, kernel_size: 4, stride: 2, padding: same}", "[2, 8]", Field((4,), (2,), (1,), True)),
        ("- {conv: 2, kernel_size: 2, padding: same}", "[2, 8]", Field((2,), (1,), (0,), True)),
        ("- {zero_pad: [-2, 0]}\n- {conv: 2, kernel_size: 3, padding: 1}", "[2, 8]", Field((3,), (1,), (-1,), True)),
        ("- {pixel_unshuffle: 2}", "[2, 8, 8]", Field((2, 2), (2, 2), (0, 0), True)),
        ("- {pixel_shuffle: 2}", "[4, 8, 8]", Field((1, 1), (Fraction(1, 2),) * 2, (0, 0), True)),
        ("- {linear: 3}", "[2, 8, 6]", Field((1, 6), (1, None), (0, 0), True)),
        ("- {softmax: 2}", "[2, 8, 6]", Field((8, 1), (None, 1), (0, 0), True)),
        ("- {slice: 1, step: 3, dim: 2}", "[2, 8]", Field((1,), (3,), (-1,), True)),
        # channels last and back
        (
            "- {permute: [0, 2, 3, 1]}\n- layernorm\n- {linear: 5}\n- {permute: [0, 3, 1, 2]}",
            "[2, 8, 6]",
            Field((1, 1), (1, 1), (0, 0), True),
        ),
        # tokens: the position along the row starts anew with every row
        ("- {flatten: 2}", "[2, 8, 6]", Field((1, 1), (None, None), (0, 0), True)),
        ("- {flatten: 2}\n- {linear: 3}", "[2, 8, 6]", Field((8, 6), (None, None), (0, 0), True)),
        # the rows of a vector are no period to follow, however many
        ("- flatten\n- {linear: 3}", "[2, 300, 200]", Field((300, 200), (None, None), (0, 0), True)),
        # one behind the other: no size for all units, until all of them are seen at once
        ("- concat: [[], [{maxpool: 2}]]\n  dim: 2", "[2, 8]", NONE),
        ("- concat: [[], [{maxpool: 2}]]\n  dim: 2\n- global_maxpool", "[2, 8]", Field((8,), (None,), (None,), False)),
        # rows that are divided among two axes
        ("- {reshape: [2, 4, 2, 8]}", "[2, 8, 8]", NONE),
        ("- {fc: 8}\n- {reshape: [2, 2, 2]}", "[2, 8, 8]", Field((8, 8), (None, None), (0, 0), True)),
        ("- {fc: 8}\n- relu", "[20]", NONE),
    ],
)
def test_known_by_hand(layers: str, shape: str, known: Field) -> None:
    assert field(layers, shape) == known


def test_a_branch_that_sees_nothing_claims_nothing() -> None:
    """Rows below the image through a tall window, columns through a wide one: the first sees zeros only."""
    network = net(
        "- zero_pad: 4\n"
        "- add: [[{conv: 2, kernel_size: [5, 1], padding: [2, 0]}], [{conv: 2, kernel_size: [1, 5], padding: [0, 2]}]]",
        input="[2, 8, 8]",
    )
    assert region(network, last(network), (8, 3)) == ((4, 4), (0, 1))
    assert region(network, last(network), (2, 2)) is None


def test_behind_one_another_each_sees_its_own() -> None:
    network = net("- concat: [[], [{maxpool: 2}]]\n  dim: 2", input="[2, 8]")
    assert [region(network, "concat1", (at,)) for at in (7, 8, 11)] == [((7, 7),), ((0, 1),), ((6, 7),)]
    assert units(network, "concat1", (1,)) == ((1, 8),)


def test_a_field_per_input() -> None:
    network = loads(
        "input: {left: [2, 8, 8], right: [2, 8, 8], word: [4]}\n"
        "layers: [{conv: 2, kernel_size: 3, padding: 1, from: left}, {add: [[], right]}, {fc: 4}, {add: [[], word]}]"
    )
    with pytest.raises(ValueError, match="the input is one of left, right, word"):
        fields(network)
    assert fields(network, input="left")["add1"] == Field((3, 3), (1, 1), (1, 1), True)
    assert fields(network, input="right")["add1"] == Field((1, 1), (1, 1), (0, 0), True)
    assert fields(network, input="right")["conv1"] == NONE
    assert fields(network, input="word")["add2"] == NONE
    assert region(network, "add1", (0, 5), input="left") == ((0, 1), (4, 6))
    assert region(network, "add1", (0, 5), input="right") == ((0, 0), (5, 5))
    assert region(network, "conv1", (0, 5), input="right") is None


@pytest.mark.parametrize(
    ("path", "at", "told"),
    [
        ("conv1", (3,), r"conv1 is 55×55 and takes 2 coordinates, not 1"),
        ("conv1", (3, 55), r"55 is not among 0 to 54: conv1 is 55×55"),
        ("conv1", (-1, 5), r"-1 is not among"),
        ("fc1", (1,), r"fc1 is a vector and has no positions"),
    ],
)
def test_units_that_are_not_there(path: str, at: tuple[int, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        region(load("alexnet"), path, at)


def test_positions_that_are_not_followed_are_no_region() -> None:
    network = net("- {reshape: [2, 4, 2, 8]}\n- {conv: 2, kernel_size: 1}", input="[2, 8, 8]")
    with pytest.raises(ValueError, match="reshape1"):
        region(network, "conv1", (0, 0, 0))


def test_no_size_is_too_large() -> None:
    """A loop over the positions would not end."""
    network = line(
        conv(3, stride=5), conv(3, stride=2, dilation=3), {"upsample": 2}, {"residual": [conv(3, padding=1)]},
        conv(2**20, stride=3), {"multiply": [[], ["global_avgpool"]]}, {"adaptive_avgpool": 1},
    )  # fmt: skip
    found = fields(network)
    assert found["conv2"] == Field((33,), (10,), (0,), True)
    assert found["add1"] == Field((43,), (None,), (None,), False)
    assert (found["adaptive_avgpool1"].size or (0,))[0] > HUGE - 100
    at = network.shape("conv4")[1] // 2
    assert region(network, "conv4", (at,))
    assert region(network, "multiply1", (at,)) == region(network, "adaptive_avgpool1", (0,))
    [(first, _)] = region(network, "conv4", (at,)) or ()
    [(one, other)] = units(network, "conv4", (first,)) or ()
    assert one <= at <= other
    assert units(network, "conv1", (3,)) is None


def test_a_period_that_is_too_long_is_told_as_null() -> None:
    network = line({"adaptive_avgpool": 100_003}, {"global_avgpool": None}, size=1_000_003)
    assert fields(network)["adaptive_avgpool1"] == NONE
    assert region(network, "adaptive_avgpool1", (1,)) == ((9, 19),)


@pytest.mark.parametrize("name", names())
def test_the_recurrence_leads_to_the_field(name: str) -> None:
    """Where a layer is regular and has one input, as most have, `explain` shows the formula, and it is true."""
    network = load(name)
    if {"upsample", "conv_transpose"} & {placed.layer.type for placed in network.layers}:
        return  # behind them units differ, also where they lie a pixel apart again
    for input, shape in network.inputs.items():
        found = fields(network, input=input)
        for placed in network.layers:
            before = found[placed.sources[0]]
            regular = placed.layer.type in ("conv", "maxpool", "avgpool") and len(shape) == 3
            if regular and all(isinstance(stride, int) for stride in before.stride or (None,)):
                workings = recurrence(placed, found)
                assert workings
                assert tuple(one.size.value for one in workings) == found[placed.path].size


# in tables


def test_columns_in_every_format() -> None:
    from typer.testing import CliRunner

    from cnncalc.cli import app

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == 0, done.stderr
        return done.stdout

    columns = "receptive_field,effective_stride,effective_padding,aligned"
    rows = json.loads(run("summary", "three_layer_net", "--format", "json"))["layers"]
    assert rows[-1]["receptive_field"] is None
    rows = json.loads(run("summary", "espcn", "--format", "json"))["layers"]
    assert rows[-1]["effective_stride"] == ["1/3", "1/3"]
    assert (
        run("summary", "espcn", "--format", "csv", "--columns", columns).splitlines()[-1].endswith("1/3x1/3,4x4,true")
    )
    text = run("summary", "seresnet50", "--depth", "1", "--columns", columns, "--sort", "receptive_field")
    assert "619×619                 –                  –       no" in text
    assert sorted([(3, 3), None, (3, Fraction(1, 2)), (3, None)], key=order)[:2] == [None, (3, None)]
    deepest = load("seresnet50").blocks["stage4"]
    assert fields(load("seresnet50"))[deepest].size == (619, 619)
    network = loads("input: {a: [2, 8], b: [4]}\nlayers: [{fc: 4, from: a}, {add: [[], b]}]")
    assert analyze(network).fields["a"]["add1"].size == (8,)


def test_one_unit_is_explained() -> None:
    from typer.testing import CliRunner

    from cnncalc.cli import app

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["explain", *arguments])
        assert done.exit_code == code
        return done.stdout or done.stderr

    text = run("alexnet", "conv2", "--at", "0,5", "--pixel", "100,3")
    assert "size           = r + (k − 1)·d·j\n                 = 19 + (5 − 1)·1·8\n                 = 51\n" in text
    assert "Unit 0,5 sees a region of 35×51 pixels of input:\n" in text
    assert "height  0      34    35                    −16    34    51\n" in text
    assert "Pixel 100,3 of input is seen by units from 9,0 to 14,2, a region of 6×3.\n" in text
    assert "| height | 0 | 34 | 35 |" in run("alexnet", "conv2", "--at", "0,5", "--format", "markdown")
    assert "that of conv2" in run("alexnet", "relu2")
    assert "Pixel 3,4 of input is seen by fc1." in run("alexnet", "fc1", "--pixel", "3,4")
    assert "--at 3: conv2 is 27×27 and takes 2 coordinates" in run("alexnet", "conv2", "--at", "3", code=2)
    assert "--at: is of one layer" in run("alexnet", "--at", "3,4", code=2)
    assert "is a block call" in run("resnet50", "stage1", "--at", "3,4", code=2)
    assert "--at x: is no position" in run("alexnet", "conv1", "--at", "x", code=2)
    assert "no receptive field" in run("three_layer_net", "fc1", "--at", "3", code=2)


def test_a_pixel_between_the_windows_is_seen_by_none() -> None:
    network = line(conv(2, stride=3), size=11)
    assert [units(network, "conv1", (pixel,)) for pixel in range(4)] == [((0, 0),), ((0, 0),), None, ((1, 1),)]
    assert math.prod(network.shape("conv1")) == 8


def test_a_small_map_has_a_field_however_long_the_pattern_of_its_branches() -> None:
    """The windows of 101 and 97 repeat together after 9,797 units, of which the map has 20."""
    branches = ", ".join(
        f"[{{conv_transpose: 1, kernel_size: {stride}, stride: {stride}}}, {{crop: 20, offset: 91}}]"
        for stride in (101, 97)
    )
    network = loads(f"input: [1, 8]\nlayers: [{{add: [{branches}]}}]")
    seen = [region(network, "add1", (at,)) for at in range(20)]
    assert {one[0][1] - one[0][0] + 1 for one in seen if one} == {1, 2}
    field = fields(network)["add1"]
    assert (field.size, field.stride, field.aligned) == ((2,), (None,), False)
