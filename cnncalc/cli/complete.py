"""What the shell offers where the cursor stands; typer keeps what begins as the word does.

Where nothing is offered, every shell falls back to files, and quotes their names. A folder is offered as the specs in
it: bash would put a space behind its name.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path


def bundled(incomplete: str) -> list[str]:
    """Names of bundled specs."""
    from cnncalc.bundled import names

    return names()


def specs(incomplete: str) -> list[str]:
    """Names of bundled specs, and files."""
    return [*bundled(incomplete), *_files(incomplete)]


def _files(incomplete: str) -> Iterator[str]:
    """The specs in the folder of the word, and in the folders there that it may become."""
    folder, slash, beginning = incomplete.rpartition("/")
    folder += slash
    try:
        for entry in sorted(Path(folder or ".").expanduser().iterdir()):
            if not entry.name.startswith(beginning) or (entry.name.startswith(".") and not beginning):
                continue
            if entry.is_dir() and incomplete:
                yield from (f"{folder}{entry.name}/{path.name}" for path in sorted(entry.iterdir()) if _is_spec(path))
            elif _is_spec(entry):
                yield f"{folder}{entry.name}"
    except OSError:
        return


def _is_spec(path: Path) -> bool:
    """Whether it may be a spec, and its name needs no quotes."""
    return path.suffix in (".yaml", ".yml") and shlex.quote(path.name) == path.name and path.is_file()


def types(incomplete: str) -> list[tuple[str, str]]:
    """Layer types and what they do."""
    from cnncalc.layers import REGISTRY
    from cnncalc.render.reference import summary

    return [(name, summary(layer)) for name, layer in REGISTRY.items()]


def topics(incomplete: str) -> list[str]:
    """What the quiz asks about."""
    from cnncalc.quiz import ALL, TOPICS

    return [*TOPICS, ALL]


def column(incomplete: str) -> list[str]:
    """The columns that rows are sorted by."""
    from cnncalc.render.columns import COLUMNS

    return [*COLUMNS]


def columns(incomplete: str) -> list[str]:
    """A list of columns, and of shares of their totals, to which one is added that is not in it."""
    from cnncalc.render.columns import COLUMNS, shares

    listed, comma, _ = incomplete.rpartition(",")
    names = ["all", *COLUMNS, *shares()]
    return [f"{listed}{comma}{name}" for name in names if name not in listed.split(",")]
