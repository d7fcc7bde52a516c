"""`cnncalc explain`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.render.lines import Line, width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def explain(
    spec: options.Spec,
    layer: Annotated[str | None, typer.Argument(help="The path of a layer or block call; all without it.")] = None,
    at: Annotated[
        str | None, typer.Option(help="What this unit of the layer sees, counted from 0.", metavar="ROW,COL")
    ] = None,
    pixel: Annotated[
        str | None, typer.Option(help="Which units of the layer see this pixel.", metavar="ROW,COL")
    ] = None,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    dtype: options.Dtype = "float32",
    layout: options.Layout = "chw",
    format: Annotated[Literal["text", "markdown", "latex"], typer.Option(help="Form of the output.")] = "text",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Every number of a layer, with its formula."""
    from cnncalc.render import explain as explanation
    from cnncalc.render import explain_latex, receptive
    from cnncalc.render import page as pages

    analysis = analyze(network(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    placed = explanation.chosen(analysis, layer)
    unit = receptive.page(analysis, layer, at, pixel) if at is not None or pixel is not None else None
    if format == "markdown":
        text = explanation.markdown(analysis, placed, layout)
        write(f"{text}\n{pages.markdown(unit)}" if unit else text, output)
    elif format == "latex":
        write(explain_latex.render(analysis, placed, layout, unit), output)
    else:
        room = None if output else width(sys.stdout)
        lines = explanation.lines(analysis, placed, layout, room)
        write_lines([*lines, Line(""), *pages.lines(unit, room)] if unit else lines, output)
