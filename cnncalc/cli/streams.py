"""Standard output and error as they are: closed, full, or of a narrow alphabet."""

from __future__ import annotations

import codecs
import os
import re
import sys
from pathlib import Path
from typing import TextIO

ASCII = {
    "×": "x", "·": "*", "−": "-", "─": "-", "→": "->", "…": "...", "∏": "prod ", "∑": "sum ",
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "✓": "ok", "✗": "FAIL", "≤": "<=", "≥": ">=", "√": "sqrt ",
    "⁻ˣ": "^-x", "ˣ": "^x", "²": "^2", "³": "^3", "′": "'", "π": "pi", "Φ": "Phi", "σ": "sigma", "δ": "delta", "∂": "d",
}  # fmt: skip
"""What stands for our signs where the encoding of a stream lacks them."""


def prepare() -> None:
    """Gives the program two streams that it can write anything to."""
    codecs.register_error("cnncalc", _substitute)
    sys.stdout, sys.stderr = _open(sys.stdout), _open(sys.stderr)


def _open(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by the shell: >&-
        return Path(os.devnull).open("w", encoding="utf-8")
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="cnncalc")
    return stream


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    signs = re.findall(f"{'|'.join(ASCII)}|.", error.object[error.start : error.end], re.DOTALL)
    return "".join(ASCII.get(sign, "?") for sign in signs), error.end


def discard(stream: TextIO) -> None:
    """Drops what is still buffered: it would raise again when Python closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
