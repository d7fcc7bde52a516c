"""The laws of `cost`: parts add up, batches fit, times scale; the lecture's figures; what the command line takes."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from small import net
from terminal import on_terminal
from typer.testing import CliRunner

from cnncalc import Network, SpecError, analyze, load
from cnncalc.analysis import DTYPES, Analysis
from cnncalc.bundled import names
from cnncalc.cli import app
from cnncalc.cli.quantities import BANDWIDTH, BYTES, COUNT, RATE, Kind, quantity
from cnncalc.cost import SLOTS, Cost
from cnncalc.memory import memory
from cnncalc.network import Placed
from cnncalc.pytorch.build import build
from cnncalc.render import cost as page
from cnncalc.render import cost_data
from cnncalc.render.durations import human_seconds
from cnncalc.render.lines import plain
from cnncalc.roofline import Machine, Schedule, bound, bytes_moved, intensity

CLAIMS = Path(__file__).parent.parent.parent / "shared" / "lecture_claims.yaml"
TEN_LAYERS = """
input: [100, 64, 64]
layers:
  - {repeat: 10, layers: [{conv: 100, kernel_size: 5, padding: 2, bias: false}]}
"""
SOME = ("lenet5", "resnet18", "mobilenet_v2", "unet", "densenet121")
V100 = Machine(rate=12 * 10**12, bandwidth=600 * 10**9)


def cost_of(network: Network, *, batch: int = 1, dtype: str = "float32", in_place: bool = False, **given: Any) -> Cost:
    """The cost with whatever else is given; nothing of it by default."""
    analysis = analyze(network, batch=batch, dtype=dtype)
    rest = {"budget": None, "schedule": None, "machine": None} | given
    return Cost(analysis, memory(analysis, in_place=in_place), in_place, **rest)


def run(*arguments: str, stdin: str | None = None) -> str:
    done = CliRunner().invoke(app, ["cost", *arguments], input=stdin)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["cost", "lenet5", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr


# Time on paper


@pytest.mark.parametrize(("rate", "macs", "flops"), [("0.15T", "18.96 h", "37.93 h"), ("12T", "14.2 min", "28.4 min")])
def test_the_times_of_the_lecture(rate: str, macs: str, flops: str) -> None:
    text = run("-", "--flops-rate", rate, "--examples", "1M", stdin=TEN_LAYERS)
    [of_macs] = [line for line in text.splitlines() if line.startswith("MACs  ") and "000" in line]
    [of_flops] = [line for line in text.splitlines() if line.startswith("FLOPs  ") and "000" in line]
    assert of_macs.split() == ["MACs", "10,240,000,000", "10,240,000,000,000,000", *macs.split()]
    assert of_flops.split() == ["FLOPs", "20,480,000,000", "20,480,000,000,000,000", *flops.split()]


@pytest.mark.skipif(not CLAIMS.exists(), reason="the claims of the lectures lie beside a working copy only")
def test_the_times_are_those_of_the_claims() -> None:
    truth = {claim["id"]: claim["truth"] for claim in yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))}
    assert truth["6b"]["macs"] == 1024 * 10**6 * 10 * 10**6
    cpu, gpu = (Schedule(10**6, 1, rate).seconds(10 * 1024 * 10**6) for rate in (15 * 10**10, 12 * 10**12))
    assert cpu / 3600 == Fraction(10240, 540)
    assert round(float(cpu / 3600), 3) == truth["6c"]["hours_from_10_24PF"]
    assert round(float(2 * cpu / 3600), 4) == truth["6c"]["hours_2x"]
    assert round(float(gpu / 60), 4) == truth["6d"]["min_from_10_24PF"]


COUNTS = st.integers(1, 2**70)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_time_scales(operations: int, examples: int, epochs: int, rate: int, times: int) -> None:
    one = Schedule(examples, epochs, rate).seconds(operations)
    assert one * rate == operations * examples * epochs
    assert Schedule(examples * times, epochs, rate).seconds(operations) == one * times
    assert Schedule(examples, epochs * times, rate).seconds(operations) == one * times
    assert Schedule(examples, epochs, rate * times).seconds(operations) == one / times


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (Fraction(0), "0 s"),
        (Fraction(1, 10**14), "1.00e-14 s"),
        (Fraction(1, 8 * 10**9), "125.00 ps"),
        (Fraction(3, 2000), "1.50 ms"),
        (Fraction(1), "1.00 s"),
        (Fraction(5999, 100), "59.99 s"),
        (Fraction(60), "1.0 min"),
        (Fraction(3600), "1.00 h"),
        (Fraction(3600 * 99), "99.00 h"),
        (Fraction(3600 * 240), "240.00 h = 10.00 days"),
        (Fraction(10**400), "1e396 h = 1e395 days"),
    ],
)
def test_times_for_people(seconds: Fraction, text: str) -> None:
    assert human_seconds(seconds) == text


def test_the_time_of_a_batch_where_no_examples_are_given() -> None:
    alone = json.loads(run("lenet5", "--flops-rate", "1G", "--batch", "7", "--format", "json"))["time"]
    assert (alone["examples"], alone["epochs"], alone["macs"]["per_example"]) == (7, 1, 416520)
    assert alone["macs"]["seconds"] == 7 * 416520 / 10**9
    assert alone["flops"]["seconds"] == 2 * alone["macs"]["seconds"]


# Memory


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SOME)
def test_parts_add_up(name: str, dtype: str, in_place: bool) -> None:
    cost = cost_of(load(name), batch=3, dtype=dtype, in_place=in_place)
    inference = cost.needs["inference"]
    held = cost.memory.weights + cost.memory.buffers
    assert inference.total == held + cost.memory.peak
    assert (inference.saved, inference.gradients, inference.optimizer) == (None, None, None)
    assert cost.needs.keys() == {"inference", *(SLOTS if dtype != "int8" else ())}
    for optimizer, slots in SLOTS.items() if dtype != "int8" else ():
        need = cost.needs[optimizer]
        assert need.total == held + cost.memory.saved + (1 + slots) * cost.memory.trainable
        assert need.gradients == cost.analysis.totals["trainable"] * DTYPES[dtype]
        assert (need.optimizer, need.peak) == (slots * cost.analysis.totals["trainable"] * DTYPES[dtype], None)


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
@pytest.mark.parametrize("budget", [10**6, 10**8, 24 * 10**9, 2**80])
def test_the_largest_batch_fits_and_one_more_does_not(budget: int, dtype: str, in_place: bool) -> None:
    network = net("- {conv: 8, kernel_size: 3}\n- relu\n- {maxpool: 2}\n- batchnorm\n- dropout: 0.5\n- fc: 500")

    def need(use: str, batch: int) -> int:
        return cost_of(network, batch=batch, dtype=dtype, in_place=in_place).needs[use].total

    cost = cost_of(network, dtype=dtype, in_place=in_place, budget=budget)
    assert cost.batches.keys() == cost.needs.keys()
    for use, batch in cost.batches.items():
        assert batch is not None, use
        assert need(use, batch + 1) > budget
        assert batch == 0 or need(use, batch) <= budget


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_to_the_byte(batch: int) -> None:
    network = load("lenet5")
    for use, need in cost_of(network, batch=batch).needs.items():
        assert cost_of(network, budget=need.total).batches[use] == batch
        assert cost_of(network, budget=need.total - 1).batches[use] == batch - 1


def test_what_does_not_fit_at_all_says_why() -> None:
    text = run("lenet5", "--memory", "0.28MB")
    assert "inference 0    one image takes 288,552 bytes; 246,824 without activations" in text
    [line] = [line for line in text.splitlines() if line.startswith("largest batch  ") and "0" in line.split()]
    assert line.split() == ["largest", "batch", "0", "0", "0", "0"]
    assert "one image takes" not in run("lenet5", "--memory", "24GB")
    for use, one in cost_of(load("lenet5"), batch=5).least[1].items():
        assert one.total - one.fixed == (one.peak if use == "inference" else one.saved)
        assert f"{use} 0".ljust(15) + f"one image takes {one.total:,} bytes; {one.fixed:,} without activations" in text


def test_where_one_image_is_refused_two_are_the_least() -> None:
    spec = "input: [8, 1, 1]\nlayers: [{conv: 4, kernel_size: 1}, {groupnorm: 4}]\n"
    text = run("-", "--batch", "2", "--memory", "200", stdin=spec)
    assert "inference 0    2 images, the least here, take 304 bytes; 176 without activations" in text
    fits = json.loads(run("-", "--batch", "2", "--memory", "1000", "--format", "json", stdin=spec))["largest_batch"]
    assert fits["inference"] == 2 + (1000 - 304) // 64


def test_nothing_to_train_fits_any_batch() -> None:
    network = net("- {maxpool: 2}\n- relu")
    cost = cost_of(network, budget=10**6)
    assert cost.needs["adam"].total == cost.needs["adam"].gradients == 0
    assert cost.batches["adam"] is None
    assert cost.batches["inference"]
    assert "any where nothing grows with it" in " ".join(plain(page.lines(cost, False, "chw", 80)).split())


def test_int8_is_not_trained() -> None:
    with pytest.raises(RuntimeError, match="floating point"):
        torch.zeros(1, dtype=torch.int8, requires_grad=True)
    text = run("lenet5", "--dtype", "int8", "--memory", "1GB", "--layers")
    assert "not in int8: PyTorch has gradients of floating point only" in text
    assert not {"sgd", "adam", "saved"} & set(text.split())
    found = json.loads(run("lenet5", "--dtype", "int8", "--memory", "1GB", "--format", "json"))
    assert found["needs"].keys() == {"inference"}
    assert found["largest_batch"].keys() == {"memory", "inference"}


# What moves, and what binds


def _small(name: str) -> Network:
    return load(name, input={"unet": (1, 188, 188)}.get(name, (3, 64, 64)) if name != "lenet5" else None)


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x1_0", "unet"])
def test_bytes_moved_are_those_of_the_tensors_of_pytorch(name: str) -> None:
    """The sizes of what every module is given, holds and gives; nothing where the result lies in what is given."""
    network = _small(name)
    built, seen = build(network, "cpu").eval(), {}

    def through(placed: Placed, compute: Any, arguments: Any) -> Any:
        result = compute(*arguments)
        shared = {tensor.untyped_storage().data_ptr() for tensor in arguments}
        params = sum(p.nbytes for p in compute.parameters()) if isinstance(compute, torch.nn.Module) else 0
        given = {id(tensor): tensor.nbytes for tensor in arguments}
        all_of_it = sum(given.values()) + params + result.nbytes
        seen[placed.path] = 0 if result.untyped_storage().data_ptr() in shared else all_of_it
        return result

    with torch.inference_mode():
        built(*(torch.zeros(2, *shape) for shape in network.inputs.values()), through=through)
    analysis = analyze(network, batch=2)
    assert {row.path: bytes_moved(analysis, row) for row in analysis.rows} == seen


def test_a_layer_moves_each_tensor_once_and_its_weights_again_where_they_are_reused() -> None:
    network = net("- {conv: 3, kernel_size: 1, name: a}\n- {reuse: a}\n- {add: [[], []]}\n- flatten", input="[3, 2, 2]")
    analysis = analyze(network, batch=10, dtype="float16")
    assert [bytes_moved(analysis, row) for row in analysis.rows] == [504, 504, 480, 0]
    assert [intensity(analysis, row) for row in analysis.rows] == [720 / 504, 720 / 504, 0, None]


@pytest.mark.parametrize("name", SOME)
def test_a_roofline_is_the_larger_of_two_bounds(name: str) -> None:
    cost = cost_of(load(name), batch=2, machine=V100)
    for row, found in zip(cost.analysis.rows, cost.bounds):
        compute = Fraction(row.counts["flops"], V100.rate)
        traffic = Fraction(bytes_moved(cost.analysis, row), V100.bandwidth)
        assert found.seconds == max(compute, traffic)
        assert found.by == (None if compute == traffic == 0 else "memory" if traffic > compute else "compute")
        ratio = intensity(cost.analysis, row)
        assert (found.by == "memory") == (ratio is not None and ratio < V100.ridge)
    assert cost.seconds() == cost.seconds("compute") + cost.seconds("memory")
    assert cost.seconds() >= Fraction(cost.analysis.totals["flops"], V100.rate)


def test_the_shares_of_the_roofline() -> None:
    cost = cost_of(load("alexnet"), machine=V100)
    text = run("alexnet", "--flops-rate", "12T", "--bandwidth", "600GB")
    rows = [line.split() for line in text.splitlines() if line.startswith(("compute ", "memory "))]
    for row, by in zip(rows, ("compute", "memory"), strict=True):
        assert int(row[1]) == sum(found.by == by for found in cost.bounds)
        assert float(row[-1]) == round(float(100 * cost.seconds(by) / cost.seconds()), 1)
    assert "memory below 20 FLOPs/byte" in text


def test_a_faster_machine_is_never_slower() -> None:
    analysis = analyze(load("resnet18"))
    for faster in (V100._replace(rate=V100.rate * 2), V100._replace(bandwidth=V100.bandwidth * 2)):
        for row in analysis.rows:
            one, other = bound(analysis, row, V100).seconds, bound(analysis, row, faster).seconds
            assert one / 2 <= other <= one


def test_a_larger_batch_has_no_lower_intensity() -> None:
    network = load("alexnet")
    one, many = analyze(network), analyze(network, batch=256)
    for small, large in zip(one.rows, many.rows):
        low, high = intensity(one, small), intensity(many, large)
        assert (low is None) == (high is None)
        assert low is None or high is None or low <= high


def test_intensity_is_a_column_of_the_summary() -> None:
    done = CliRunner().invoke(app, ["summary", "lenet5", "--columns", "intensity", "--sort", "intensity"])
    assert done.exit_code == 0
    cells = [line.split() for line in done.stdout.splitlines()[4:18]]
    assert cells[0] == ["conv2", "23.11"]
    assert [float(cell[1]) for cell in cells] == sorted((float(cell[1]) for cell in cells), reverse=True)


def test_a_view_has_no_intensity_and_comes_last() -> None:
    spec = "input: [4, 4]\nlayers: [flatten, {linear: 4}, identity, relu]\n"
    done = CliRunner().invoke(app, ["summary", "-", "--columns", "intensity", "--sort", "intensity"], input=spec)
    assert [line.split() for line in done.stdout.splitlines()[4:8]] == [
        ["linear1", f"{2 * 64 / (4 * (16 + 4 + 68)):.2f}"],
        ["relu1", "0.00"],
        ["flatten1", "–"],
        ["identity1", "–"],
    ]


def test_a_folded_row_has_the_intensity_of_its_layers_together() -> None:
    analysis = analyze(load("mobilenet_v2"), batch=4)
    for row in analysis.folded(1):
        moved = sum(bytes_moved(analysis, one) for one in analysis.rows if one.placed[0] in row.placed)
        assert bytes_moved(analysis, row) == moved
        assert intensity(analysis, row) == (row.counts["flops"] / moved if moved else None)


# Forms of the output

EVERYTHING = ("--memory", "24GB", "--flops-rate", "12T", "--examples", "1M", "--epochs", "90", "--bandwidth", "600GB/s")


@pytest.mark.parametrize("name", SOME)
def test_json_and_csv_have_the_exact_numbers(name: str) -> None:
    found = json.loads(run(name, "--batch", "2", *EVERYTHING, "--format", "json"))
    cost = cost_of(load(name), batch=2, machine=V100, budget=24 * 10**9)
    assert found["memory"]["activations"] == 4 * found["memory"]["activation_elements"] == cost.memory.activations
    assert max(layer["live_bytes"] for layer in found["layers"]) == found["memory"]["peak"]
    peaks = [layer["path"] for layer in found["layers"] if layer["live_bytes"] == found["memory"]["peak"]]
    assert peaks[0] == found["memory"]["peak_at"]
    assert sum(layer["saved_bytes"] for layer in found["layers"]) == found["memory"]["saved"]
    for need in found["needs"].values():
        parts = [part for key, part in need.items() if key != "total" and part is not None]
        assert need["total"] == sum(parts)
    assert found["largest_batch"] == {"memory": 24 * 10**9, **cost.batches}
    assert {key: found["time"][key] for key in ("examples", "epochs", "rate")} == {
        "examples": 10**6,
        "epochs": 90,
        "rate": V100.rate,
    }
    assert found["time"]["flops"]["seconds"] == cost.analysis.totals["flops"] // 2 * 90 * 10**6 / V100.rate
    assert found["time"]["flops"]["per_example"] * 2 == cost.analysis.totals["flops"]
    assert found["roofline"]["seconds"] == float(cost.seconds())
    rows = list(csv.DictReader(io.StringIO(run(name, "--batch", "2", *EVERYTHING, "--format", "csv"))))
    assert [row["layer"] for row in rows] == [layer["path"] for layer in found["layers"]]
    for row, layer in zip(rows, found["layers"]):
        for key in row.keys() & layer.keys() - {"output"}:
            assert row[key] == ("" if layer[key] is None else str(layer[key]))
    assert sum(int(row["activation_bytes"]) for row in rows) + _inputs(cost.analysis) == cost.memory.activations


def _inputs(analysis: Analysis) -> int:
    return analysis.batch * 4 * sum(torch.Size(shape).numel() for shape in analysis.network.inputs.values())


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_tables_have_the_numbers_of_the_json(form: str) -> None:
    found = json.loads(run("alexnet", *EVERYTHING, "--format", "json"))
    text = run("alexnet", *EVERYTHING, "--layers", "--format", form).replace(",", "")
    held = found["memory"]
    numbers = [held["activations"], held["activation_elements"], held["peak"], held["saved"]]
    numbers += [part for need in found["needs"].values() for part in need.values() if part is not None]
    numbers += [*found["largest_batch"].values(), found["time"]["macs"]["per_example"] * 90 * 10**6]
    for number in numbers:
        assert re.search(rf"\b{number}\b", text)
    assert f"while {held['peak_at']} runs" in text
    assert "1000000 examples 90 epochs 12.00 T operations per second" in text
    for layer in found["layers"]:
        assert layer["path"] in text.split()


def test_layers_are_shown_where_asked_for() -> None:
    assert "conv1" not in run("alexnet").split()
    assert "conv1" in run("alexnet", "--layers").split()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", names())
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    schedule = Schedule(10**6, 90, V100.rate)
    cost = cost_of(load(name), batch=64, budget=24 * 10**9, schedule=schedule, machine=V100)
    found = [line.text for line in page.lines(cost, True, "chw", width)]
    assert [line for line in found if len(line) > width] == [found[0]] * (len(found[0]) > width)


def test_a_terminal_shows_what_a_pipe_does() -> None:
    shown = on_terminal(["cost", "vgg16", *EVERYTHING], 100, NO_COLOR="1").decode().replace("\r\n", "\n")
    assert max(map(len, shown.splitlines())) <= 100
    for number in ("553,430,176", "28,793,320", "15,470,264,320"):
        assert number in shown


def test_in_place_is_said_and_smaller() -> None:
    one, other = run("vgg16"), run("vgg16", "--inplace")
    assert "28,793,320 elements" in one
    assert "15,237,608 elements" in other
    assert "activations in place" in other.splitlines()[0]


def test_beyond_64_bits() -> None:
    batch = 10**30
    found = json.loads(
        run("lenet5", "--batch", str(batch), "--memory", "1e70", "--flops-rate", "1", "--format", "json")
    )
    assert found["memory"]["activations"] == 17212 * 4 * batch
    assert found["largest_batch"]["inference"] == (10**70 - 246824) // 41728
    assert "17,212" in run("lenet5", "--batch", "1", "--memory", "1e70")
    far = cost_of(load("lenet5"), batch=10**400, schedule=Schedule(2**255, 2**255, 1), machine=Machine(1, 1))
    assert json.loads(cost_data.json(far))["roofline"]["seconds"] == far.seconds()
    assert plain(page.lines(far, True, "chw", 80))


# The command line


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (BYTES, "24GB", 24 * 1000**3),
        (BYTES, "24 GiB", 24 * 1024**3),
        (BYTES, "24G", 24 * 1000**3),
        (BYTES, "1.5KiB", 1536),
        (BYTES, "512", 512),
        (BYTES, "512B", 512),
        (BYTES, "1_000 kB", 10**6),
        (BYTES, "3TiB", 3 * 1024**4),
        (COUNT, "1M", 10**6),
        (COUNT, "1.281167M", 1281167),
        (COUNT, "1e6", 10**6),
        (COUNT, " 90 ", 90),
        (RATE, "12T", 12 * 10**12),
        (RATE, "0.15T", 15 * 10**10),
        (RATE, ".15T", 15 * 10**10),
        (RATE, "1.5e+12", 15 * 10**11),
        (RATE, "12TFLOPS", 12 * 10**12),
        (RATE, "12 TFLOP/s", 12 * 10**12),
        (RATE, "1P", 10**15),
        (BANDWIDTH, "600GB", 600 * 10**9),
        (BANDWIDTH, "600GB/s", 600 * 10**9),
        (BANDWIDTH, "1.5 TiB/s", 3 * 2**39),
    ],
)
def test_quantities(kind: Kind, text: str, value: int) -> None:
    assert quantity("--option", text, kind) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "24XB", "GB", "-1", "0", "0GB", "inf", "nan", "1e999", "1e-5", "1e99999", "1e9999999999999", "1,5GB",
     "24Gb", "24gb", "2 4", "1__0", "_1", "0x10", "٣", "2**70", "1.0000000000000000001", "1" * 500, "1.5B", "24GB GB"],
)  # fmt: skip
def test_no_quantities(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        quantity("--memory", text, BYTES)
    [problem] = caught.value.problems
    assert problem.message.startswith(f"--memory {text}: is ")
    assert problem.hint == "for example --memory 24GB or 24GiB"


@settings(max_examples=200)
@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_refused(text: str) -> None:
    for kind in (BYTES, COUNT, RATE, BANDWIDTH):
        with contextlib.suppress(SpecError):
            assert 1 <= (quantity("--option", text, kind) or 0) < 2**256


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory", "24XB"], "--memory 24XB: is no quantity\n  for example --memory 24GB or 24GiB\n"),
        (["--memory", "0"], "--memory 0: is below 1\n  for example --memory 24GB or 24GiB\n"),
        (["--flops-rate", "fast"], "--flops-rate fast: is no quantity\n  for example --flops-rate 12T\n"),
        (
            ["--flops-rate", "12T", "--examples", "1.5"],
            "--examples 1.5: is no whole number\n  for example --examples 1M\n",
        ),
        (
            ["--flops-rate", "12T", "--bandwidth", "1e80"],
            "--bandwidth 1e80: is beyond 2**256\n  for example --bandwidth 600GB/s\n",
        ),
        (["--epochs", "90"], "--epochs: needs --examples too\n  for example --examples 1M\n"),
        (["--examples", "1M"], "--examples: needs --flops-rate too\n  for example --flops-rate 12T\n"),
        (["--bandwidth", "1G"], "--bandwidth: needs --flops-rate too\n  for example --flops-rate 12T\n"),
    ],
)
def test_what_is_refused(arguments: list[str], message: str) -> None:
    assert refused(*arguments) == message
