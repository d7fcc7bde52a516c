"""`cnncalc solve`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.cli import options
from cnncalc.cli.edge import edge, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.render.lines import width


@edge
def solve(
    step: Annotated[str, typer.Argument(help="One step in the spec language; _ stands for a number to be found.")],
    input: Annotated[
        str, typer.Option(help="The shape of the input, _ for sizes to be found: 3x227x227.", metavar="SHAPE")
    ],
    output: Annotated[str, typer.Option(help="The shape of the output, _ for any size: 96x55x55.", metavar="SHAPE")],
    layout: options.Layout = "chw",
    max_kernel: Annotated[int | None, typer.Option(min=1, help="Largest kernel_size tried; 11 without.")] = None,
    max_stride: Annotated[int | None, typer.Option(min=1, help="Largest stride tried; 11 without.")] = None,
    max_padding: Annotated[int | None, typer.Option(min=0, help="Largest padding tried; 5 without.")] = None,
    max_dilation: Annotated[int | None, typer.Option(min=1, help="Largest dilation tried; 4 without.")] = None,
    max_groups: Annotated[int | None, typer.Option(min=1, help="Most groups tried.")] = None,
    max_repeat: Annotated[int | None, typer.Option(min=1, help="Most repeats tried; 100 without.")] = None,
    max_input: Annotated[int | None, typer.Option(min=1, help="Largest size of the input tried.")] = None,
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the result.")] = "table",
    file: options.Output = None,
) -> None:
    """Every setting of what is written _ that gives the output."""
    from cnncalc import solving
    from cnncalc.render import solve as outcome

    given = {
        "kernel_size": max_kernel,
        "stride": max_stride,
        "padding": max_padding,
        "dilation": max_dilation,
        "groups": max_groups,
        "repeat": max_repeat,
        "in_channels": max_input,
        "input": max_input,
    }
    bounds = {name: most for name, most in given.items() if most is not None}
    found = solving.solve(
        step, input=_sizes("--input", input, layout), output=_sizes("--output", output, layout), bounds=bounds
    )
    for flag in dict.fromkeys(solving.FLAGS[name] for name in bounds):
        if not any(solving.FLAGS.get(name) == flag for name in found.bounds):
            hint = f"unknown here: {', '.join(found.columns)}"
            raise SpecError(Problem(f"{flag}: nothing that it bounds is unknown", hint=hint))
    if format == "table":
        write_lines(outcome.lines(found, layout, None if file else width(sys.stdout)), file)
    elif format == "markdown":
        write(outcome.markdown(found, layout), file)
    else:
        write({"json": outcome.json, "csv": outcome.csv}[format](found), file)
    if not found.settings:
        raise typer.Exit(1)


def _sizes(option: str, text: str, layout: str) -> tuple[int | None, ...]:
    """A shape, channels first; None where it has _."""
    parts = text.lower().replace("×", "x").split("x")
    known = [part for part in parts if part != "_"]
    if len(parts) > 4 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in known):
        example = "227x227x3, channels last" if layout == "hwc" else "3x227x227, channels first"
        hint = f"for example {option} {example}; _ for a size"
        raise SpecError(Problem(f"{option} {text}: is no shape", hint=hint))
    sizes = tuple(None if part == "_" else int(part) for part in parts)
    return (sizes[-1], *sizes[:-1]) if layout == "hwc" else sizes
