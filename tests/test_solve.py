"""`solve`: exactly the settings that a brute force by definition finds, in order; else the reason."""

from __future__ import annotations

import csv
import io
import itertools
import json
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from typer.testing import CliRunner

from cnncalc import Solutions, SpecError, analyze, loads, solve
from cnncalc.cli import app
from cnncalc.layers import REGISTRY, Shape
from cnncalc.spec.unknowns import OpenStep
from cnncalc.spec.vocabulary import TYPES

WINDOWS = ("conv", "local", "maxpool", "avgpool", "lppool", "conv_transpose")
LEAST = {"kernel_size": 1, "stride": 1, "padding": 0, "dilation": 1}


def by_definition(kind: str, n: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int | None:
    """The output size, counted; None where the layer takes no such option."""
    if "pool" in kind and padding > kernel_size // 2:
        return None
    if kind == "conv_transpose":  # every element is spread over the output, which is cut by the padding
        last = max(i * stride + j * dilation for i in range(n) for j in range(kernel_size))
        return len(range(padding, last - padding + 1)) or None
    inside = range(-padding, n + padding)
    starts = itertools.count(inside.start, stride)
    fitting = itertools.takewhile(lambda start: start + dilation * (kernel_size - 1) in inside, starts)
    return len(list(fitting)) or None


def engine(step: str, shape: Shape) -> Shape | None:
    """What the whole program makes of a step."""
    try:
        network = loads(f"input: {list(shape)}\nlayers:\n  - {step}\n")
        analyze(network)
    except SpecError:
        return None
    return network.shape(network.outputs[0])


def written(kind: str, options: dict[str, Any]) -> str:
    principal = REGISTRY[kind].principal
    first = {str(principal): 4} if principal == "out_channels" else {}
    texts = {name: str(list(v) if isinstance(v, tuple) else v) for name, v in (first | options).items()}
    return f"{{{', '.join(f'{kind if name == principal else name}: {text}' for name, text in texts.items())}}}"


@st.composite
def problems(draw: st.DrawFn, rank: int = 1) -> tuple[str, dict[str, Any], list[str], list[int], list[int | None]]:
    """A layer type, the options given, the unknown ones, the sizes that enter and those that shall come out."""
    kind = draw(st.sampled_from(WINDOWS))
    names = [name for name in LEAST if name in REGISTRY[kind].options()]
    real = {name: draw(st.integers(LEAST[name], 4)) for name in names}
    unknown = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    sizes = draw(st.lists(st.integers(1, 20), min_size=rank, max_size=rank))
    out = [by_definition(kind, n, **{**LEAST, **real}) for n in sizes]
    wanted = [draw(st.sampled_from((o, o or 1, draw(st.integers(1, 12))))) or 1 for o in out]
    return kind, {name: real[name] for name in names if name not in unknown}, unknown, sizes, wanted  # type: ignore[return-value]


BOUNDS = dict.fromkeys(LEAST, 4)


def oracle(kind: str, given: dict[str, Any], unknown: list[str], n: int, wanted: int) -> set[tuple[int, ...]]:
    """The settings of one axis that give the size."""
    ranges = [range(LEAST[name], 5) for name in unknown]
    return {
        values
        for values in itertools.product(*ranges)
        if by_definition(kind, n, **{**LEAST, **given, **dict(zip(unknown, values))}) == wanted
    }


def step_of(kind: str, given: dict[str, Any], unknown: list[str]) -> str:
    return written(kind, dict.fromkeys(unknown, "_") | given)


def numbers(found: Solutions) -> list[tuple[Any, ...]]:
    return [setting for setting in found.settings if "same" not in setting]


@settings(max_examples=300, deadline=None)
@given(problems())
def test_what_is_found_is_what_fits_by_definition(problem: Any) -> None:
    kind, rest, unknown, [n], [wanted] = problem
    step = step_of(kind, rest, unknown)
    channels = 4 if REGISTRY[kind].principal == "out_channels" else 3
    found = solve(step, input=[3, n], output=[channels, wanted], bounds=BOUNDS)
    columns = [name for name in written_order(kind, rest, unknown) if name in unknown]
    assert list(found.columns) == columns
    expected = oracle(kind, rest, columns, n, wanted)
    assert numbers(found) == sorted(expected)
    assert (found.reason is None) == bool(expected)
    for setting in found.settings:
        assert engine(found.step(setting), found.input(setting)) == (channels, wanted)


def written_order(kind: str, rest: dict[str, Any], unknown: list[str]) -> list[str]:
    return [*dict.fromkeys(unknown), *rest]


@settings(max_examples=150, deadline=None)
@given(problems(rank=2))
def test_axes_differ_only_where_they_must_and_in_as_few_options_as_possible(problem: Any) -> None:
    kind, rest, unknown, sizes, wanted = problem
    channels = 4 if REGISTRY[kind].principal == "out_channels" else 3
    found = solve(step_of(kind, rest, unknown), input=[3, *sizes], output=[channels, *wanted], bounds=BOUNDS)
    axes = [oracle(kind, rest, unknown, n, o) for n, o in zip(sizes, wanted)]
    expected: dict[int, set[tuple[Any, ...]]] = {}
    for pair in itertools.product(*axes):
        setting = tuple(a if a == b else (a, b) for a, b in zip(*pair))
        expected.setdefault(sum(isinstance(value, tuple) for value in setting), set()).add(setting)
    fewest = expected[min(expected)] if expected else set()
    assert set(numbers(found)) == fewest
    assert len(numbers(found)) == len(fewest)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_setting_within_the_bounds_is_listed_exactly_if_the_program_gives_that_output(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(("conv", "conv2d", "maxpool", "sumpool", "stochasticpool", "local", "groupnorm")))
    options = REGISTRY[kind].options()
    bounds = {"kernel_size": 4, "stride": 3, "padding": 2, "dilation": 2, "groups": 6, "num_groups": 6}
    names = [name for name in bounds if name in options]
    unknown = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    rest = {name: data.draw(st.integers(1, 3)) for name in names if name not in unknown}
    rest |= {"ceil_mode": "true"} if "ceil_mode" in options and data.draw(st.booleans()) else {}
    sizes = (data.draw(st.sampled_from((1, 4, 6))), *data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9))))
    one = {name: data.draw(st.integers(1, bounds[name])) for name in unknown}
    wanted = engine(written(kind, one | rest), sizes)
    assume(wanted is not None)
    found = solve(step_of(kind, rest, unknown), input=sizes, output=wanted or (), bounds=bounds)
    for values in itertools.product(*(range(bounds[name] + 1) for name in unknown)):
        given_ = dict(zip(unknown, values))
        fits = engine(written(kind, given_ | rest), sizes) == wanted
        assert (values in found.settings) == fits, given_


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_the_sizes_of_the_input_are_all_that_the_program_finds(kind: str) -> None:
    layer = REGISTRY[kind]
    for options in ({}, *layer.example.variants):
        stated = {**layer.example.options, **options}
        texts = {name: "null" if v is None else list(v) if isinstance(v, tuple) else v for name, v in stated.items()}
        step = f"{{{', '.join([f'{kind}: null', *(f'{name}: {v}'.lower() for name, v in texts.items())])}}}"
        channels, *sizes = layer.example.inputs[0]
        if not sizes:
            return
        most = 70
        outs = {n: engine(step, (channels, *[n] * len(sizes))) for n in range(1, most + 1)}
        if OpenStep(step).axiswise:
            heights = [out[1] if out else 0 for out in outs.values()]
            assert heights == sorted(heights), step
        for wanted in list(dict.fromkeys(out for out in outs.values() if out))[:8]:
            expected = [(n,) for n, out in outs.items() if out == wanted]
            found = solve(step, input=[channels, *[None] * len(sizes)], output=wanted, bounds={"input": most})
            assert list(found.settings) == expected, step


def test_a_size_of_the_input_is_found_at_any_length() -> None:
    found = solve("{conv: 8, kernel_size: 10, stride: 5}", input=[1, None], output=[8, 100_000])
    assert found.settings == tuple((n,) for n in range(500_005, 500_010))
    steep = f"{{conv_transpose: 8, kernel_size: 3, stride: {2**50}}}"
    assert solve(steep, input=[8, None], output=[8, 2**50 + 3]).settings == ((2,),)


def test_sizes_of_the_input_that_differ() -> None:
    found = solve("{conv: 8, kernel_size: 3, stride: 2}", input=[3, None, None], output=[None, 55, 60])
    assert found.settings == tuple((pair,) for pair in itertools.product((111, 112), (121, 122)))
    assert found.input(found.settings[1]) == (3, 111, 122)
    grouped = "{layers: [{conv: 64, kernel_size: 1, groups: 32}, {pixel_shuffle: 8}]}"
    with pytest.raises(SpecError, match="32 and 64 channels fit alike"):
        solve(grouped, input=[None, 4, 4], output=[1, 32, 32])
    part = solve("{maxpool: _, stride: 2}", input=[None, 10, None], output=[7, 5, 9])
    assert part.columns == ("kernel_size", "in_channels", "input")
    assert part.settings == ((1, 7, 17), (1, 7, 18), (2, 7, 18), (2, 7, 19))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 40), st.integers(1, 20))
def test_repeats_are_those_that_run(kernel: int, stride: int, padding: int, n: int, wanted: int) -> None:
    body = f"{{conv: 2, kernel_size: {kernel}, stride: {stride}, padding: {padding}}}"
    found = solve(f"{{repeat: _, layers: [{body}, relu]}}", input=[2, n], output=[2, wanted], bounds={"repeat": 9})
    runs = {r: engine(f"{{repeat: {r}, layers: [{body}, relu]}}", (2, n)) for r in range(1, 10)}
    assert list(found.settings) == [(r,) for r, out in runs.items() if out == (2, wanted)]


@settings(max_examples=100, deadline=None)
@given(problems())
def test_what_is_left_over_lies_behind_the_last_window(problem: Any) -> None:
    kind, rest, unknown, [n], [wanted] = problem
    assume(kind != "conv_transpose")
    channels = 4 if REGISTRY[kind].principal == "out_channels" else 3
    found = solve(step_of(kind, rest, unknown), input=[3, n], output=[channels, wanted], bounds=BOUNDS)
    for setting in numbers(found):
        at = {**LEAST, **rest, **dict(zip(found.columns, setting))}
        covered = (wanted - 1) * at["stride"] + at["dilation"] * (at["kernel_size"] - 1) + 1
        left = found.left_over(setting)
        assert left is not None
        assert left == ({f"{kind}1": (n + 2 * at["padding"] - covered,)} if n + 2 * at["padding"] > covered else {})


@pytest.mark.parametrize(
    ("step", "input", "output", "expected"),
    [
        ("{conv: 96, kernel_size: _, stride: 4}", (3, 227, 227), (96, 55, 55), [(8,), (9,), (10,), (11,)]),
        ("{conv: 96, kernel_size: 11, stride: _}", (3, 227, 227), (96, 55, 55), [(4,)]),
        ("{conv: 96, kernel_size: 11, stride: 4, padding: _}", (3, 227, 227), (96, 55, 55), [(0,), (1,)]),
        ("{conv: _, kernel_size: 11, stride: 4}", (3, 227, 227), (96, 55, 55), [(96,)]),
        ("{conv: 64, kernel_size: 3, padding: _}", (3, 224, 224), (64, 224, 224), [(1,)]),
        ("{conv: 64, kernel_size: 31, padding: _}", (3, 224, 224), (64, 224, 224), [(15,)]),
        ("{conv: 768, kernel_size: 16, stride: _}", (3, 224, 224), (768, 14, 14), [(15,), (16,)]),
        ("{conv: 10, kernel_size: _}", (64, 14, 14), (10, 1, 1), [(14,)]),
        ("{repeat: _, layers: [{conv: 1, kernel_size: 5}]}", (1, 32, 32), (1, 4, 4), [(7,)]),
        ("{repeat: _, layers: [{conv: 1, kernel_size: 5}]}", (1, 224, 224), (1, 4, 4), [(55,)]),
        ("{repeat: _, layers: [{conv: 1, kernel_size: 3}]}", (1, 1000, 1000), (1, 4, 4), [(498,)]),
        ("{repeat: _, layers: [{maxpool: 2}]}", (1, 224, 224), (1, 7, 7), [(5,)]),
        ("{pixel_shuffle: _}", (64, 8, 8), (16, 16, 16), [(2,)]),
        ("{adaptive_avgpool: _}", (64, 8, 8), (64, 6, 7), [((6, 7),)]),
        ("{fc: _}", (64, 8, 8), (10,), [(10,)]),
        ("{zero_pad: _}", (1, 8, 8), (1, 12, 12), [(2,)]),
        ("{upsample: _}", (1, 8, 8), (1, 24, 24), [(3,)]),
        ("{conv: 1, kernel_size: [_, 3]}", (1, 8, 8), (1, 4, 6), [(5,)]),
        ("{conv: 1, kernel_size: &k _, stride: *k}", (1, 32, 32), (1, 8, 8), [(4,)]),
        ("{repeat: &k _, layers: [{conv: 1, kernel_size: *k}]}", (1, 32, 32), (1, 12, 12), [(5,)]),
        ("{layers: [{conv: 64, kernel_size: 1}, {conv: _, kernel_size: 1}]}", (1, 8, 8), (9, 8, 8), [(9,)]),
        ("{conv: 8, kernel_size: 3, groups: _}", (12, 8, 8), (8, 6, 6), [(1,), (2,), (4,)]),
        ("{residual: [{conv: 8, kernel_size: 5, padding: _}]}", (8, 9, 9), (8, 9, 9), [(2,)]),
        ("{maxpool: 3, stride: 2, padding: _}", (8, 112, 112), (8, 56, 56), [(1,)]),
        ("{conv: 8, kernel_size: [3, 5], padding: _}", (8, 9, 9), (8, 9, 9), [((1, 2),)]),
    ],
)
def test_known_cases(step: str, input: Shape, output: Shape, expected: list[Any]) -> None:
    found = solve(step, input=input, output=output)
    assert list(found.settings) == expected
    assert engine(found.step(found.settings[0]), input) == output


def test_a_transposed_convolution_that_doubles() -> None:
    found = solve("{conv_transpose: 4, kernel_size: _, stride: _, padding: _}", input=[8, 7, 7], output=[4, 14, 14])
    assert (4, 2, 1) in found.settings
    assert (2, 2, 0) in found.settings
    for kernel, stride, padding in found.settings:
        assert nn.ConvTranspose2d(8, 4, kernel, stride, padding)(torch.zeros(1, 8, 7, 7)).shape == (1, 4, 14, 14)  # type: ignore[arg-type]


def test_a_word_stands_where_no_number_does_the_same() -> None:
    both = solve("{conv: 8, kernel_size: _, padding: _}", input=[3, 32, 32], output=[8, 32, 32])
    even = [(2, "same"), (4, "same"), (6, "same"), (8, "same"), (10, "same")]
    assert list(both.settings) == [(1, 0), (3, 1), (5, 2), (7, 3), (9, 4), (11, 5), *even]
    assert both.reason is None
    word = solve("{conv: 8, kernel_size: 4, padding: _}", input=[3, 32, 32], output=[8, 32, 32])
    assert word.settings == (("same",),)
    assert word.reason == "padding 1 gives 8×31×31, padding 2 gives 8×33×33"
    assert engine(word.step(("same",)), (3, 32, 32)) == (8, 32, 32)


def test_a_search_that_would_take_too_long_past_its_bound_stops_there() -> None:
    deep = "{layers: [{repeat: 20, layers: [identity]}, {conv: 8, kernel_size: 4, padding: _}]}"
    found = solve(deep, input=[3, 5000], output=[8, 5000])
    assert found.settings == (("same",),)
    assert found.bounds == {"padding": 5}


def test_columns_stand_as_they_are_written_and_settings_in_their_order() -> None:
    step = "{conv: 8, stride: _, padding: _, kernel_size: _}"
    found = solve(step, input=[3, 32, 32], output=[8, 16, 16])
    assert found.columns == ("stride", "padding", "kernel_size")
    assert list(found.settings) == sorted(found.settings)
    twice = solve("{layers: [{maxpool: _}, {maxpool: _}]}", input=[3, 30, 30], output=[3, 5, 5])
    assert twice.columns == ("kernel_size 1", "kernel_size 2")
    assert twice.settings == ((1, 6), (2, 3), (3, 2), (6, 1))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("{conv_transpose: 8, kernel_size: 4, padding: _}", "padding 2 gives 8×31×31, padding 1 gives 8×33×33"),
        ("{conv: 9, kernel_size: _, padding: 1}", "kernel_size 3 gives 9×32×32"),
        ("{conv: 8, kernel_size: 30, stride: _}", "stride 1 gives 8×3×3"),
        (
            "{conv: 8, kernel_size: 40, stride: _}",
            "conv1: conv does not fit: the output would be -7 long, because"
            " ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1 = ⌊(32 + 2·0 − 1·(40 − 1) − 1)/1⌋ + 1 = -7",
        ),
        (
            "{conv: 8, kernel_size: 3, groups: 5, stride: _}",
            "conv1: groups 5 doesn't divide the 3 channels, because C_in/g = 3/5 is not whole",
        ),
        (
            "{conv1d: 8, kernel_size: _}",
            "conv1d1: conv1d needs one spatial axis, the input 3×32×32 has two spatial axes",
        ),
        ("{permute: [0, 1, 3, 2], name: _x}", None),
    ],
)
def test_the_reason_says_what_comes_close(step: str, reason: str | None) -> None:
    if reason is None:
        found = solve(step, input=[3, None, None], output=[3, 5, 7])
        assert found.reason == "with one number for all axes input 5 gives 3×5×5, input 7 gives 3×7×7"
        return
    found = solve(step, input=[3, 32, 32], output=[8, 32, 32])
    assert found.settings == ()
    assert found.reason == reason


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("", "the step is empty"),
        ("conv", "STEP:1:1: conv needs out_channels and kernel_size"),
        ("relu", "nothing is unknown"),
        ("{conv: 8, kernal_size: _}", "STEP:1:11: conv has no option kernal_size"),
        ("{batchnorm: _}", "STEP:1:13: batchnorm takes no value, found _"),
        ("{_: 3}", "STEP:1:2: unknown layer type _"),
        ("_", "STEP:1:1: _ stands for the number of an option or of repeats"),
        ("{conv: 8, kernel_size: _, when: _}", "STEP:1:33: _ stands for the number of an option or of repeats"),
        ("{conv: 8, kernel_size: _, bias: _}", "STEP:1:33: bias is true or false: _ stands for a whole number"),
        ("{conv: 8, kernel_size: 1, padding: _ // 2}", "STEP:1:36: padding: unknown name _"),
        ('{conv: 8, kernel_size: "_"}', "STEP:1:24: kernel_size is a whole number, or one per axis, not _"),
        ("{conv: 1e400, kernel_size: _}", "STEP:1:8: out_channels: this number is out of bounds"),
        ("{conv: 8, kernel_size: \"__import__('os')\", stride: _}", "STEP:1:36: kernel_size: ' can't stand"),
        ("{reshape: [_, _, _, _, _]}", "33 × 33 × 33 × 33 × 33 = 39,135,393 settings to try; at most 25,000 are tried"),
        (f"{{reshape: [{'_, ' * 50_000} 1]}}", "more than 16 unknowns"),
        ("{repeat: 100000, layers: [{conv: 8, kernel_size: _, padding: 1}]}", "more than 25,000 layers to size"),
        ("[" * 50_000, "nested deeper than 100 levels"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(step: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solve(step, input=[3, 32, 32], output=[8, 30, 30])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("step", "input", "output", "message"),
    [
        ("{conv: 8, kernel_size: 3}", [None, 32, 32], [8, 30, 30], "1 and 2 channels fit alike"),
        ("global_avgpool", [3, None, None], [3, 1, 1], "every size from 1 to 1,048,576 fits"),
        ("{fc: 10}", [3, None, None], [10], "every size from 1 to 1,024 fits"),
        ("{conv: 8, kernel_size: 3}", [3, None, None], [8, None, None], "any size fits"),
        ("{conv: _, kernel_size: 3}", [3, 32, 32], [None, 30, 30], "out_channels is a size of the output"),
        ("{conv: 8, kernel_size: _}", [3, 0, 32], [8, 30, 30], "--input: one to four sizes"),
        ("{conv: 8, kernel_size: _}", [3, 32, 32], [], "--output: one to four sizes"),
    ],
)
def test_what_is_left_open_is_told(step: str, input: list[Any], output: list[Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        solve(step, input=input, output=output)


def test_too_much_names_the_bound_to_lower() -> None:
    with pytest.raises(SpecError, match="lower --max-kernel"):
        solve("{conv: 8, kernel_size: _}", input=[3, 9, 9], output=[8, 1, 1], bounds={"kernel_size": 10**18})
    with pytest.raises(SpecError, match="lower --max-groups"):
        solve("{conv: _, kernel_size: 1, groups: _}", input=[2**60, 9, 9], output=[2**60, 9, 9])


def test_a_bound_of_the_users_own_is_not_passed() -> None:
    step = "{conv: 10, kernel_size: _}"
    assert solve(step, input=[64, 14, 14], output=[10, 1, 1], bounds={"kernel_size": 11}).settings == ()
    assert solve(step, input=[64, 14, 14], output=[10, 1, 1]).bounds == {"kernel_size": 64}


# the command

ALEXNET = ["{conv: 96, kernel_size: _, stride: 4}", "--input", "3x227x227", "--output", "96x55x55"]


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["solve", *arguments])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.stdout if code != 2 else done.stderr


def test_the_table_shows_what_is_left_over_and_the_formula() -> None:
    text = run(*ALEXNET)
    rows = [line.split(maxsplit=1) for line in text.splitlines()[4:8]]
    assert rows == [["8", "3 left over"], ["9", "2 left over"], ["10", "1 left over"], ["11", "tiles exactly"]]
    assert "height, width = ⌊(227 + 2·0 − 1·(8 − 1) − 1)/4⌋ + 1 = 55" in text
    assert "4 settings, tried: kernel_size up to 11" in text


def test_nothing_found_is_exit_code_1_with_the_reason() -> None:
    arguments = "{conv_transpose: 8, kernel_size: 4, padding: _}", "--input", "32x32x3", "--output", "32x32x8"
    text = run(*arguments, "--layout", "hwc", code=1)
    assert "none: padding 2 gives 31×31×8, padding 1 gives 33×33×8" in text
    assert "padding 2: height, width = (32 − 1)·1 − 2·2 + 1·(4 − 1) + 0 + 1 = 31" in text
    found = json.loads(run(*arguments, "--layout", "hwc", "--format", "json", code=1))
    assert (found["settings"], found["reason"]) == ([], "padding 2 gives 8×31×31, padding 1 gives 8×33×33")


def test_the_forms_say_the_same() -> None:
    arguments = "{conv: 8, kernel_size: 3, stride: 2}", "--input", "3x_x_", "--output", "_x55x60"
    data = json.loads(run(*arguments, "--format", "json"))
    assert data["schema"] == 1
    assert (data["input"], data["output"]) == ([3, None, None], [None, 55, 60])
    assert data["columns"] == ["input"]
    assert data["settings"] == [[[111, 121]], [[111, 122]], [[112, 121]], [[112, 122]]]
    assert data["left_over"] == [{}, {"conv1": [0, 1]}, {"conv1": [1, 0]}, {"conv1": [1, 1]}]
    assert data["bounds"] == {"input": 2**20}
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv"))))
    assert [row["input"] for row in rows] == ["111x121", "111x122", "112x121", "112x122"]
    assert [row["left_over"] for row in rows] == ["", "conv1 0x1", "conv1 1x0", "conv1 1x1"]
    assert "| 111×122 | 0×1 left over |" in run(*arguments, "--format", "markdown")


def test_many_layers_are_shown_in_part() -> None:
    text = run("{repeat: _, layers: [{conv: 1, kernel_size: 5}]}", "--input", "1x224x224", "--output", "1x4x4")
    shown = [line.partition(":")[0] for line in text.splitlines() if line.startswith(("conv", "…"))]
    assert shown == ["conv1", "conv2", "conv3", "…", "conv55"]


def test_a_file(tmp_path: Any) -> None:
    assert run(*ALEXNET, "-o", str(tmp_path / "out.txt")) == ""
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == run(*ALEXNET)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*ALEXNET, "--max-stride", "3"], "--max-stride: nothing that it bounds is unknown"),
        ([*ALEXNET[:-1], "96x55x"], "--output 96x55x: is no shape"),
        ([*ALEXNET[:-1], "96x55x55x55x55"], "is no shape"),
        ([*ALEXNET[:-1], "96x-5x55"], "is no shape"),
        ([*ALEXNET[:-1], "96x0x55"], "each at least 1"),
        ([*ALEXNET[:-1], f"96x{'9' * 5000}x55"], "s no shape"),
        ([*ALEXNET[:-1], "96x٣x55"], "is no shape"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str) -> None:
    assert message in run(*arguments, code=2)
