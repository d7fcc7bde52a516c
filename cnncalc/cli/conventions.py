"""`cnncalc conventions`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.render.lines import width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def conventions(
    spec: Annotated[
        str | None,
        typer.Argument(help="A spec, to see what every tool prints for it.", autocompletion=complete.specs),
    ] = None,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    layout: options.Layout = "chw",
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """What other tools count as MACs or FLOPs, and why they differ."""
    from cnncalc.render import reconciliation, tools

    room = None if output else width(sys.stdout)
    if spec is None:
        if input or set:
            raise SpecError(Problem("--input and --set: without a spec there is nothing to apply them to"))
        if format == "table":
            write_lines(tools.lines(room), output)
        else:
            write({"json": tools.json, "csv": tools.csv, "markdown": tools.markdown}[format](), output)
        return
    analysis = analyze(network(spec, set, input, layout, max_layers), batch=batch)
    if format == "table":
        write_lines(reconciliation.lines(analysis, layout, room), output)
    elif format == "json":
        write(reconciliation.json(analysis), output)
    elif format == "csv":
        write(reconciliation.csv(analysis), output)
    else:
        write(reconciliation.markdown(analysis, layout), output)
