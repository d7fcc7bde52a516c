"""What `verify` says where this machine can't do it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from by_hand import Sketch

from cnncalc.errors import CannotRun
from cnncalc.network import Network
from cnncalc.pytorch import machine, verify


def small() -> Network:
    """One layer of 2,000 weights."""
    place = Sketch(input=(200,))
    place("fc1", "fc", out_features=10)
    return place.network()


def huge() -> Network:
    """43 TB."""
    place = Sketch(input=(10**6, 10**3, 10**3))
    place("conv1", "conv", out_channels=10**6, kernel_size=3)
    return place.network()


def test_memory_short_before_anything_is_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: 8000)
    with pytest.raises(CannotRun, match=r"needs 8,880 bytes .* of memory on cpu, 8,000 bytes"):
        verify(small())
    monkeypatch.setattr(machine, "devices", lambda: ["cpu", "mps"])
    with pytest.raises(
        CannotRun, match=r"needs 43,\d{3},\d{3},\d{3},\d{3} bytes .* of memory on mps, 8,000 bytes .*; device cpu"
    ):
        verify(huge(), device="mps")


def test_a_tensor_that_pytorch_can_not_address() -> None:
    place = Sketch(input=(10**6, 10**7, 10**7))
    place("conv1", "conv", out_channels=10**6, kernel_size=3)
    with pytest.raises(CannotRun, match=r"a tensor of 4\d\d,\d{3},.* bytes; PyTorch's are below 2\*\*63"):
        verify(place.network())


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes"),
    ],
)
def test_memory_short_while_running(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*args: Any) -> None:
        raise error

    monkeypatch.setattr(torch.nn.Linear, "forward", fail)
    with pytest.raises(CannotRun, match="memory ran short on cpu"):
        verify(small())


@pytest.mark.parametrize("device", ["tpu", "cuda:", "cuda:x", "cpu:0", "", "cuda:99", "\x1b[31m"])
def test_device_that_is_not_there(device: str) -> None:
    with pytest.raises(CannotRun, match=r"this machine has|it has") as error:
        verify(small(), device=device)
    assert "cpu" in str(error.value)
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        ("sys.modules['torch'] = None", "PyTorch is not installed; pip install 'cnncalc[torch]'"),
        ("sys.modules['torch.utils.flop_counter'] = None", "PyTorch is installed and can't be imported: "),
    ],
)
def test_without_pytorch(prepare: str, sentence: str) -> None:
    code = f"import sys; {prepare}\nfrom cnncalc.pytorch import verify\nverify(None)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"CannotRun: {sentence}" in done.stderr


def test_memory_is_that_of_the_container_where_it_has_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = {"max": "5000\n", "current": "4000\n", "stat": "anon 3000\ninactive_file 1000\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(machine, "CGROUPS", [[str(tmp_path / name) for name in files]])
    assert machine.available_memory() == 5000 - 4000 + 1000
    (tmp_path / "max").write_text("max\n")
    available = machine.available_memory()
    assert available is None or available > 2**20
