"""`cnncalc verify`."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Literal

import typer

from cnncalc.cli import options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.errors import CannotRun, SpecError
from cnncalc.render.lines import plain, width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def verify(
    specs: options.Specs = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:N or mps.")] = "cpu",
    input: options.Input = None,
    set: options.Set = None,
    layout: options.Layout = "chw",
    format: Annotated[Literal["table", "json"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Builds the network in PyTorch, runs it and compares."""
    # PyTorch's threads wait for each other by spinning: four times as slow where another program has one of two cores
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import json

    from cnncalc import pytorch
    from cnncalc.bundled import names
    from cnncalc.render import verification as outcome
    from cnncalc.render.progress import Steps

    wanted = specs or names()
    done: list[pytorch.Verification] = []
    told, code = [], 0
    steps = Steps(wanted)
    for spec in steps:
        try:
            verification = pytorch.verify(network(spec, set, input, layout, max_layers), device=device)
        except (SpecError, CannotRun) as error:
            code = max(code, 2 if isinstance(error, SpecError) else 3)
            sys.stderr.write(f"{error}\n")
            continue
        done.append(verification)
        code = max(code, 0 if verification.passed else 1)
        told += outcome.one_line(spec, verification)
        if len(wanted) > 1 and format == "table" and output is None:
            steps.show(outcome.one_line(spec, verification))
    if format == "json":
        write(f"{json.dumps([verification.as_json() for verification in done])}\n", output)
    elif len(wanted) == 1 and done:
        write_lines(outcome.table(done[0], None if output else width(sys.stdout)), output)
    elif output is not None:
        write(plain(told), output)
    if code:
        raise typer.Exit(code)
