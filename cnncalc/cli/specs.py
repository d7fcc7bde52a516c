"""`cnncalc specs`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.load import load
from cnncalc.render.lines import width


@edge
def specs(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A name, or a part of a name, of the network's name or of the source.", autocompletion=complete.bundled
        ),
    ] = None,
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
) -> None:
    """What is bundled; with the NAME of a spec its text."""
    from cnncalc.render import specs as listing
    from cnncalc.spec import catalogue

    known = catalogue.entries()
    shown = list(known.values()) if name is None else catalogue.matching(name, known)
    if not shown:
        hint = catalogue.bundled_near(name or "")
        message = "no bundled spec has that in its name, title or source"
        raise SpecError(Problem(f"{name or 'an empty name'}: {message}", hint=hint))
    listed, code = [], 0
    for level, entry in catalogue.families(shown):
        try:
            listed.append(listing.Listed(level, entry, analyze(load(entry.path))))
        except SpecError as error:
            code = 2
            sys.stderr.write(f"{error}\n")
    room = None if output else width(sys.stdout)
    if format != "table":
        forms = {"json": listing.json, "csv": listing.csv, "markdown": listing.markdown}
        write(forms[format](listed), output)
    elif len(shown) == len(listed) == 1:
        write_lines(listing.text(listed[0], known, room), output)
    elif listed:
        write_lines(listing.table(listed, room, len(known)), output)
    if code:
        raise typer.Exit(code)
