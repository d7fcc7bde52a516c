"""`cnncalc explain`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.render.lines import width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def explain(
    spec: options.Spec,
    layer: Annotated[str | None, typer.Argument(help="The path of a layer or block call; all without it.")] = None,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    dtype: options.Dtype = "float32",
    layout: options.Layout = "chw",
    format: Annotated[Literal["text", "markdown"], typer.Option(help="Form of the output.")] = "text",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Every number of a layer, with its formula."""
    from cnncalc.render import explain as explanation

    analysis = analyze(network(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    placed = explanation.chosen(analysis, layer)
    if format == "markdown":
        write(explanation.markdown(analysis, placed, layout), output)
    else:
        room = None if output else width(sys.stdout)
        write_lines(explanation.lines(analysis, placed, layout, room), output)
