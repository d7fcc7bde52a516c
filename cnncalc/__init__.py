"""Output shapes, parameters and MACs of convolutional networks, each with its formula, each proven in PyTorch.

>>> network = load("alexnet")
>>> analyze(network).totals["params"]
62378344
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.errors import CannotRun, SpecError
from cnncalc.load import load, loads
from cnncalc.network import Network

if TYPE_CHECKING:
    from cnncalc.claims import Finding, Findings, check
    from cnncalc.pytorch import Verification, verify
    from cnncalc.worked import Computed, compute

__all__ = [
    "Analysis",
    "CannotRun",
    "Computed",
    "Finding",
    "Findings",
    "Network",
    "Row",
    "SpecError",
    "Verification",
    "analyze",
    "check",
    "compute",
    "load",
    "loads",
    "verify",
]


def __getattr__(name: str) -> Any:
    # what only `check`, `compute` and `verify` need would cost every other command its import
    if name in ("Finding", "Findings", "check"):
        from cnncalc import claims

        return getattr(claims, name)
    if name in ("Computed", "compute"):
        from cnncalc import worked

        return getattr(worked, name)
    if name in ("Verification", "verify"):
        from cnncalc import pytorch

        return getattr(pytorch, name)
    raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
