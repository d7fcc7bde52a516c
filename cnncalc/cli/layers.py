"""`cnncalc layers`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, write, write_lines
from cnncalc.render.lines import width


@edge
def layers(
    type: Annotated[
        str | None, typer.Argument(help="A layer type; all without it.", autocompletion=complete.types)
    ] = None,
    format: Annotated[Literal["text", "markdown"], typer.Option(help="Form of the output.")] = "text",
    output: options.Output = None,
) -> None:
    """The reference of layer types: options, formulas, examples."""
    from cnncalc.render import page, reference

    shown = reference.page(reference.found(type)) if type is not None else reference.index()
    if format == "markdown":
        write(page.markdown(shown), output)
    else:
        write_lines([*page.lines(shown, None if output else width(sys.stdout))], output)
