"""`cnncalc compute`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.cli import options
from cnncalc.cli.edge import edge, write, write_lines
from cnncalc.render.lines import width


@edge
def compute(
    step: Annotated[
        str,
        typer.Argument(help="One layer of a spec; what the weight tells may be left out.", metavar="STEP"),
    ],
    input: Annotated[
        str, typer.Option(help="The numbers that go in: '0 1; 2 3', [[0,1],[2,3]] or a file.", metavar="M")
    ],
    weight: Annotated[str | None, typer.Option(help="The kernel or weight matrix.", metavar="M")] = None,
    bias: Annotated[str | None, typer.Option(help="A number per output channel, or one for all.", metavar="M")] = None,
    flip: Annotated[
        bool, typer.Option("--flip", help="Flip the kernel: convolution as mathematicians have it.")
    ] = False,
    format: Annotated[Literal["text", "json", "markdown"], typer.Option(help="Form of the output.")] = "text",
    output: options.Output = None,
) -> None:
    """A small numeric example, every number with its sum of products."""
    from cnncalc.render import compute as rendered
    from cnncalc.worked import compute as worked

    computed = worked(step, input=input, weight=weight, bias=bias, flip=flip)
    if format == "text":
        write_lines(list(rendered.lines(computed, None if output else width(sys.stdout))), output)
    else:
        write(rendered.render(computed) if format == "json" else rendered.markdown(computed), output)
