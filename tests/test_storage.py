"""Which tensors of a verification get memory, and what becomes of layers that have none."""

from __future__ import annotations

import subprocess
import sys
import weakref
from typing import Any

import pytest
import torch
from by_hand import Sketch
from declared import TYPES, Draw, draws
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnncalc import SpecError, loads
from cnncalc.layers import REGISTRY, Unfit
from cnncalc.network import Network
from cnncalc.pytorch import measure, storage, verify
from cnncalc.render.verification import one_line, table

PERCEPTRON = "name: Perceptron\ninput: [3, 3000, 4000]\nlayers: [{fc: 100}, relu, {fc: 10}]"


def network() -> Network:
    """One of each: a tensor used late, weights as large as a tensor, a join, a layer whose output is not used."""
    place = Sketch(input=(3, 8, 8))
    place("stem", "conv", out_channels=4, kernel_size=3, padding=1)
    place("wide", "local", out_channels=1, kernel_size=3, bias=False)
    place("norm", "batchnorm", "stem")
    place("sum", "add", "norm", "stem")
    place("same", "conv", "sum", out_channels=4, kernel_size=3, padding=1, bias=False)
    place("out", "fc", out_features=10)
    return place.network()


EVERYTHING = storage.storage(network(), None)


def test_without_a_budget_all_has_memory() -> None:
    assert (EVERYTHING.on_meta, EVERYTHING.tensors, EVERYTHING.not_allocated) == ((), frozenset(), 0)


def test_what_is_needed_at_a_time() -> None:
    place = Sketch(input=(100,))
    place("fc1", "fc", out_features=10, bias=False)
    place("fc2", "fc", out_features=300, bias=False)
    place("sum", "linear", out_features=1, bias=False)
    assert storage.storage(place.network(), None).need == 4 * (100 + 10 + 300 + 10 * 300)
    found = storage.storage(place.network(), 4 * 3000)  # the weights of fc2 are the largest, and then those of fc1
    assert (found.need, found.on_meta) == (4 * (100 + 10 + 1000), ("fc2",))
    assert found.not_allocated == 4 * 3000
    found = storage.storage(place.network(), 4 * 1000)
    assert (found.need, found.on_meta) == (4 * (100 + 300 + 1 + 300), ("fc1", "fc2"))
    found = storage.storage(place.network(), 4 * 200)
    assert (found.need, found.tensors, found.on_meta) == (4 * 110, {"fc2"}, ("fc1", "fc2", "sum"))


@given(st.integers(0, 2 * EVERYTHING.need), st.integers(0, 2 * EVERYTHING.need))
def test_what_has_memory_stays_within_the_budget(budget: int, more: int) -> None:
    small, large = (storage.storage(network(), size) for size in sorted((budget, more)))
    assert small.need <= min(budget, more)
    assert small.need <= large.need <= EVERYTHING.need
    assert set(large.on_meta) <= set(small.on_meta)
    assert large.not_allocated <= small.not_allocated
    assert (small.not_allocated > 0) == bool(small.on_meta) == (small.need < EVERYTHING.need)


@pytest.mark.parametrize("share", range(10))
def test_what_is_measured_does_not_depend_on_the_memory(monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    real = verify(network())
    assert (real.passed, real.on_meta) == (True, ())
    budget = EVERYTHING.need * share // 10
    monkeypatch.setattr(measure, "BUDGET", budget)
    found = verify(network())
    assert (found.layers, found.checks) == (real.layers, real.checks)
    assert found.on_meta == storage.storage(network(), budget).on_meta


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("type", TYPES)
def test_every_layer_type_runs_without_memory(monkeypatch: pytest.MonkeyPatch, type: str) -> None:
    monkeypatch.setattr(measure, "BUDGET", 0)

    @settings(max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(draws(type, "none"))
    def passes(draw: Draw) -> None:
        declared = REGISTRY[type].options()
        place = Sketch(**{f"input{at}": shape for at, shape in enumerate(draw.inputs)})
        try:
            options = {name: declared[name].cast(value) for name, value in draw.options.items()}
            place("layer", type, *place.inputs, **options)
            verification = verify(place.network())
        except (Unfit, SpecError):  # illegal after all, or not for a batch of one
            assume(False)
        assert verification.passed
        assert verification.on_meta == ("layer",)

    passes()


def test_weights_live_while_their_layer_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[weakref.ref[Any]] = []
    alive: list[int] = []
    forward = torch.nn.Linear.forward

    def watched(module: torch.nn.Linear, x: torch.Tensor) -> torch.Tensor:
        seen.append(weakref.ref(module.weight))
        alive.append(sum(reference() is not None for reference in seen))
        assert module.weight.device.type == "cpu"
        return forward(module, x)

    monkeypatch.setattr(torch.nn.Linear, "forward", watched)
    assert verify(loads("input: [4]\nlayers: [{fc: 5, name: a}, {fc: 4}, {fc: 4}, {reuse: a}]")).passed
    assert alive == [1, 1, 1, 1]


def test_what_was_not_allocated_is_said() -> None:
    verification = verify(loads(PERCEPTRON))
    assert verification.passed
    assert {key: verification.as_json()[key] for key in ("device", "on_meta", "not_allocated")} == {
        "device": "cpu",
        "on_meta": ["fc1"],
        "not_allocated": 14_400_000_400,
    }
    told = "\n".join(line.text for line in table(verification, None))
    assert "fc1: 14.4 GB were not allocated: checked on PyTorch's meta device,\n  which computes shapes" in told
    [line] = one_line("perceptron", verification)
    assert line.text.endswith("every prediction measured, 1 layer on PyTorch's meta device")


def test_of_many_layers_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "BUDGET", 0)
    told = [line.text for line in table(verify(network()), None)]
    assert any(text.startswith("stem, wide, norm and 3 more: ") for text in told)


def test_the_meta_device_takes_options_that_the_cpu_refuses() -> None:
    made = {device: torch.nn.ConvTranspose2d(1, 1, 3, output_padding=2, device=device) for device in ("meta", "cpu")}
    assert made["meta"](torch.zeros(1, 1, 4, 4, device="meta")).shape == (1, 1, 8, 8)
    with pytest.raises(RuntimeError, match="output padding must be smaller"):
        made["cpu"](torch.zeros(1, 1, 4, 4))


PEAK = """
import sys
from cnncalc import loads, verify
assert verify(loads(sys.argv[1])).passed
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(int(peak) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("spec", "most"),
    [
        (PERCEPTRON, 1),
        ("input: [6000, 8, 8]\nlayers: [{conv: 7400, kernel_size: 3, stride: 8}]", 4),  # 1.49 GiB, which are copied
        ("input: [1000, 100000, 1000]\nlayers: [{conv: 1000, kernel_size: 3}, relu, global_avgpool, {fc: 10}]", 1),
    ],
    ids=["weights too large", "weights just not too large", "tensors too large"],
)
def test_peak_of_memory(spec: str, most: int) -> None:
    done = subprocess.run([sys.executable, "-c", PEAK, spec], capture_output=True, text=True, check=True)
    print(f"{int(done.stdout):,} bytes")
    assert int(done.stdout) < most * 2**30
