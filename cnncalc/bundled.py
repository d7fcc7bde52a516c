"""Where the bundled specs lie: inside the package when installed, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """The folder of the bundled specs."""
    inside = _PACKAGE / "specs"
    return inside if inside.is_dir() else _PACKAGE.parent / "specs"


def names() -> list[str]:
    """The names of the bundled specs."""
    return sorted(path.stem for path in folder().glob("*.yaml"))
