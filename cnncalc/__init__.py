"""Output shapes, parameters and MACs of convolutional networks, each with its formula, each proven in PyTorch.

>>> network = load("alexnet")
>>> analyze(network).totals["params"]
62378344
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.errors import CannotRun, SpecError
from cnncalc.load import load, loads
from cnncalc.network import Network

if TYPE_CHECKING:
    from cnncalc.claims import Finding, Findings, check
    from cnncalc.pytorch import Verification, verify
    from cnncalc.questions.ask import ask
    from cnncalc.questions.reply import Reply
    from cnncalc.solving import Solutions, solve
    from cnncalc.worked import Computed, compute

__all__ = [
    "Analysis",
    "CannotRun",
    "Computed",
    "Finding",
    "Findings",
    "Network",
    "Reply",
    "Row",
    "Solutions",
    "SpecError",
    "Verification",
    "analyze",
    "ask",
    "check",
    "compute",
    "load",
    "loads",
    "solve",
    "verify",
]

_FOUND_IN = {
    **dict.fromkeys(("Finding", "Findings", "check"), "cnncalc.claims"),
    **dict.fromkeys(("Verification", "verify"), "cnncalc.pytorch"),
    **dict.fromkeys(("Reply", "ask"), "cnncalc.questions"),
    **dict.fromkeys(("Solutions", "solve"), "cnncalc.solving"),
    **dict.fromkeys(("Computed", "compute"), "cnncalc.worked"),
}
"""What only some commands need, and would cost every other one its import."""


def __getattr__(name: str) -> Any:
    if name not in _FOUND_IN:
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    return getattr(import_module(_FOUND_IN[name]), name)
