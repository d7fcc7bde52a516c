"""`cnncalc summary`."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import typer

from cnncalc.analysis import Analysis, analyze
from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.errors import SpecError
from cnncalc.network import Network
from cnncalc.render import columns as table_columns
from cnncalc.render import summary as table
from cnncalc.render.column import Column, order
from cnncalc.render.lines import show, width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def summary(
    spec: options.Spec,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Comma-separated columns, all, or shares such as params%.",
            metavar="NAMES",
            autocompletion=complete.columns,
        ),
    ] = None,
    depth: Annotated[int | None, typer.Option(min=1, help="Fold block calls below this level.")] = None,
    sort: Annotated[
        str | None,
        typer.Option(help="Sort by this column, largest first.", metavar="COLUMN", autocompletion=complete.column),
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    dtype: options.Dtype = "float32",
    convention: options.Convention = None,
    layout: options.Layout = "chw",
    format: Annotated[
        Literal["table", "json", "csv", "markdown", "latex"], typer.Option(help="Form of the output.")
    ] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """The layer table: output shapes, parameters and MACs."""
    try:
        analysis = analyze(network(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    except SpecError as error:
        _show_part(error, layout, batch, dtype)
        raise
    counted, total, facts = _counted(analysis, convention)
    shown = table_columns.chosen("all" if format == "csv" and columns is None else columns, analysis, counted)
    rows = analysis.folded(depth) if depth else analysis.rows
    if sort:
        by = table_columns.column(sort.strip().lower(), "--sort", analysis, counted)
        rows = tuple(sorted(rows, key=lambda row: order(by.get(analysis, row)), reverse=True))
    of, rows = len(rows), rows[:top]
    if format == "table":
        room = None if output else width(sys.stdout)
        write_lines(
            table.lines(analysis, rows, shown, layout=layout, tree=not sort, width=room, of=of, also=total), output
        )
    elif format == "json":
        from cnncalc.render import json
        from cnncalc.render.further import FURTHER

        write(json.render(analysis, rows, (*FURTHER, *counted), facts), output)
    elif format == "csv":
        from cnncalc.render import csv

        write(csv.render(analysis, rows, shown), output)
    elif format == "latex":
        from cnncalc.render import latex

        write(latex.render(analysis, rows, shown, layout, of, total), output)
    else:
        from cnncalc.render import markdown

        write(markdown.render(analysis, rows, shown, layout, of, total), output)


def _counted(analysis: Analysis, convention: str | None) -> tuple[list[Column], list[table.Total], dict[str, Any]]:
    """The column of a convention, its total, and what it is."""
    if convention is None:
        return [], [], {}
    from cnncalc.render import conventions

    column = conventions.column(analysis, convention)
    return [column], [conventions.total(analysis, convention, column)], conventions.facts(convention)


def _show_part(error: SpecError, layout: str, batch: int, dtype: str) -> None:
    """Where a size is at fault, the table up to the failing layer goes to standard error first."""
    if isinstance(error.partial, Network):
        try:
            part: Analysis = analyze(error.partial, batch=batch, dtype=dtype)
        except SpecError:  # the batch is at fault in a layer before; what the user is told first is the size
            return
        shown = table_columns.chosen(None, part)
        show(table.lines(part, part.rows, shown, layout=layout, width=width(sys.stderr)), sys.stderr)
        sys.stderr.write("\n")
