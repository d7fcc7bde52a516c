"""`cnncalc check`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.cli import options
from cnncalc.cli.edge import edge, network, write
from cnncalc.errors import SpecError
from cnncalc.render.lines import Line, plain, show, width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def check(
    specs: options.Specs = None,
    input: options.Input = None,
    set: options.Set = None,
    layout: options.Layout = "chw",
    format: Annotated[Literal["table", "json"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Compares what the source of a spec states, its `expect:`, with the exact numbers."""
    import json

    from cnncalc import claims
    from cnncalc.bundled import names
    from cnncalc.render import claims as outcome

    wanted = specs or names()
    done: list[claims.Findings] = []
    told: list[Line] = []
    code = 0
    for spec in wanted:
        try:
            findings = claims.check(network(spec, set, input, layout, max_layers))
        except SpecError as error:
            code = 2
            _tell(str(error))
            continue
        done.append(findings)
        code = max(code, 0 if findings.passed else 1)
        room = None if output else width(sys.stdout)
        lines = outcome.table(findings, layout, room) if len(wanted) == 1 else [outcome.one_line(spec, findings)]
        if format == "table" and output is None:
            show(lines)
        told += lines
        for remark in outcome.remarks(spec, findings, layout):
            _tell(remark)
    if format == "json":
        write(f"{json.dumps([findings.as_json() for findings in done])}\n", output)
    elif output is not None and done:
        write(plain(told), output)
    if code:
        raise typer.Exit(code)


def _tell(text: str) -> None:
    """Writes to standard error, behind what was written to standard output before."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
