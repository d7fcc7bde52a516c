"""The same network in PyTorch. Importing this package does not import torch; the first call of `verify` does."""

from __future__ import annotations

from cnncalc.errors import CannotRun
from cnncalc.network import Network
from cnncalc.pytorch.verification import Check, LayerCheck, Verification

__all__ = ["Check", "LayerCheck", "Verification", "verify"]


def verify(network: Network, *, device: str = "cpu") -> Verification:
    """Builds the network in PyTorch, runs it once and compares every prediction with what was measured.

    `device` is `cpu`, `cuda`, `cuda:N` or `mps`; `CannotRun` where PyTorch, the device or the memory is missing.
    """
    try:
        from cnncalc.pytorch import measure
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "torch" and not _installed():
            raise CannotRun("PyTorch is not installed; pip install 'cnncalc[torch]'") from None
        raise CannotRun(f"PyTorch is installed and can't be imported: {error}") from error
    return measure.verify(network, device)


def _installed() -> bool:
    import importlib.util

    try:
        return importlib.util.find_spec("torch") is not None
    except ValueError:  # sys.modules["torch"] is None, or a stub without a spec
        return False
