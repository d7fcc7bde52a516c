"""The outcome of a verification: what was predicted and what was measured, layer by layer. Torch-free, frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COUNTS = ("params", "weights", "trainable", "buffers", "flops")
"""What is compared per layer and in total."""
QUANTITIES = ("output", *COUNTS, "inputs", "join", "module", "reuses", "error")
"""What is compared per layer: `inputs` are the tensors that went in, `join` is what a join computed of which ones."""


@dataclass(frozen=True)
class LayerCheck:
    """A layer's predictions and measurements under the same keys; `error` is PyTorch's message where it refused."""

    path: str
    predicted: Mapping[str, Any]
    measured: Mapping[str, Any]

    @property
    def failed(self) -> tuple[str, ...]:
        """The quantities that differ."""
        return tuple(q for q in QUANTITIES if self.predicted.get(q) != self.measured.get(q))

    @property
    def passed(self) -> bool:
        return not self.failed

    def as_json(self) -> dict[str, Any]:
        """As `verify --format json` prints it."""
        return {
            "path": self.path,
            "predicted": dict(self.predicted),
            "measured": dict(self.measured),
            "passed": self.passed,
        }


@dataclass(frozen=True)
class Check:
    """One quantity over the whole network: the layers that differ and, where there are totals, these."""

    failed: tuple[str, ...] = ()
    predicted: Any = None
    measured: Any = None

    @property
    def passed(self) -> bool:
        return not self.failed and self.predicted == self.measured

    def as_json(self) -> dict[str, Any]:
        """`passed` and what it rests on; the totals only where there are any."""
        totals = {"predicted": self.predicted, "measured": self.measured}
        given = totals if (self.predicted, self.measured) != (None, None) else {}
        return {"passed": self.passed, **given, "failed": list(self.failed)}


@dataclass(frozen=True)
class Verification:
    """A network measured on a device."""

    name: str
    device: str
    checks: Mapping[str, Check]
    layers: tuple[LayerCheck, ...]
    on_meta: tuple[str, ...] = ()
    """The layers that ran on PyTorch's meta device, their tensors being too large: shapes and counts, no values."""
    not_allocated: int = 0
    """Bytes of the tensors that were too large."""

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks.values())

    def as_json(self) -> dict[str, Any]:
        """As `verify --format json` prints it."""
        return {
            "name": self.name,
            "device": self.device,
            "passed": self.passed,
            "on_meta": list(self.on_meta),
            "not_allocated": self.not_allocated,
            "checks": {name: check.as_json() for name, check in self.checks.items()},
            "layers": [layer.as_json() for layer in self.layers],
        }
