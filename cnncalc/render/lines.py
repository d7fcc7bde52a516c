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


def width(stream: TextIO) -> int | None:
    """The columns of the terminal (`COLUMNS` first); None where the stream is none, and nothing need be left out."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def coloured(stream: TextIO) -> bool:
    """Whether the stream gets colour: on a terminal or by `FORCE_COLOR`, unless `NO_COLOR` is set."""
    forced = os.environ.get("FORCE_COLOR", "") not in ("", "0")
    return (stream.isatty() or forced) and not os.environ.get("NO_COLOR")


def plain(lines: Iterable[Line]) -> str:
    """The lines as text."""
    return "".join(f"{visible(line.text).rstrip()}\n" for line in lines)


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Writes the lines, in colour where the stream gets it."""
    stream = stream or sys.stdout
    if not coloured(stream):
        stream.write(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False)
    for line in lines:
        console.print(Text(visible(line.text).rstrip(), style=STYLES.get(line.role, "")), soft_wrap=True)
