"""Lines of text with the role that each plays; colour is added on a terminal only, and only then is rich imported."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from cnncalc.errors import visible

STYLES = {
    "title": "bold",
    "header": "bold",
    "block": "dim",
    "total": "bold",
    "note": "dim",
    "bad": "red",
    "good": "green",
}


class Line(NamedTuple):
    """A line and its role: plain, or one of the styles."""

    text: str
    role: str = ""


def on_terminal(stream: TextIO) -> bool:
    """Whether people watch the stream; `FORCE_COLOR` says so too."""
    return stream.isatty() or bool(os.environ.get("FORCE_COLOR"))


def width(stream: TextIO) -> int | None:
    """The columns of the terminal (`COLUMNS` first); None where the stream is none, and nothing need be left out."""
    return shutil.get_terminal_size().columns if on_terminal(stream) else None


def plain(lines: Iterable[Line]) -> str:
    """The lines as text."""
    return "".join(f"{visible(line.text).rstrip()}\n" for line in lines)


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Writes the lines, in colour on a terminal unless `NO_COLOR` is set."""
    stream = stream or sys.stdout
    if not on_terminal(stream) or os.environ.get("NO_COLOR"):
        stream.write(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False)
    for line in lines:
        console.print(Text(visible(line.text).rstrip(), style=STYLES.get(line.role, "")), soft_wrap=True)
