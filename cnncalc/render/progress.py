"""A progress bar on standard error while several things are done, if a terminal is there to show it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cnncalc.errors import visible
from cnncalc.render.lines import Line, show

if TYPE_CHECKING:
    from rich.progress import Progress


class Steps:
    """Goes through names, the bar showing the one under way; `show` writes result lines without tearing the bar."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.bar: Progress | None = None

    def __iter__(self) -> Iterator[str]:
        if len(self.names) > 1 and sys.stderr.isatty():
            yield from self._with_bar()
        else:
            yield from self.names

    def _with_bar(self) -> Iterator[str]:
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
        task = self.bar.add_task("", total=len(self.names))
        try:
            for done, name in enumerate(self.names):
                self.bar.update(task, description=visible(name), completed=done)
                self.bar.start()
                yield name
                self.bar.stop()
        finally:
            self.bar.stop()

    def show(self, lines: Iterable[Line]) -> None:
        """Writes lines to standard output, the bar out of the way."""
        if self.bar is not None:
            self.bar.stop()
        show(lines)
        sys.stdout.flush()
