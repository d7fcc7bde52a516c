"""`cnncalc compare`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.render.lines import width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def compare(
    specs: Annotated[
        list[str],
        typer.Argument(
            help="Two specs or more. mobilenet_v1:alpha=0.5:input=3x160x160 has a variable and an input of its own.",
            metavar="SPEC SPEC...",
            autocompletion=complete.specs,
        ),
    ],
    layers: Annotated[bool, typer.Option("--layers", help="Align the layers with those of the first.")] = False,
    depth: Annotated[int | None, typer.Option(min=1, help="Fold block calls below this level.")] = None,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    layout: options.Layout = "chw",
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Two networks or more side by side."""
    from cnncalc.comparison import aligned
    from cnncalc.render import comparison, differences

    if len(specs) < 2:
        hint = f"for example cnncalc compare {specs[0]} vgg16"
        raise SpecError(Problem("compare takes two specs or more", hint=hint))
    if depth and not layers:
        raise SpecError(Problem("--depth: without --layers there is nothing to fold"))
    sides, problems = [], []
    for spec in specs:
        try:
            name, values, shapes = _own(spec)
            found = network(name, [*(set or []), *values], shapes or input, layout, max_layers)
            sides.append(comparison.Side(spec if name != "-" else f"<stdin>{spec[1:]}", analyze(found, batch=batch)))
        except SpecError as error:
            problems += [_of(spec, problem) for problem in error.problems]
    if problems:
        raise SpecError(problems)
    first, *rest = sides
    alignments = [aligned(first.analysis, side.analysis, depth) for side in rest] if layers else []
    compared = [*zip(rest, alignments)]
    if format == "json":
        write(comparison.json(sides, alignments), output)
    elif format == "csv":
        write(differences.csv(compared) if layers else comparison.csv(sides), output)
    elif format == "markdown":
        tables = [differences.markdown(first, side, pairs, layout) for side, pairs in compared]
        write("\n".join([*tables, comparison.markdown(sides, layout)]), output)
    else:
        room = None if output else width(sys.stdout)
        lines = [line for side, pairs in compared for line in differences.lines(first, side, pairs, layout, room)]
        write_lines([*lines, *comparison.lines(sides, layout, room)], output)


def _of(spec: str, problem: Problem) -> Problem:
    """A problem that has no place, and so would not say which of the specs it is one of."""
    told = problem.mark or problem.message.startswith(spec)
    return problem if told else problem._replace(message=f"{spec}: {problem.message}")


def _own(spec: str) -> tuple[str, list[str], list[str]]:
    """The spec, and the variables and inputs of its own that stand behind it: resnet50:input=3x160x160."""
    if Path(spec).is_file():
        return spec, [], []
    name, *given = re.split(r":(?=[A-Za-z_][\w-]*=)", spec)
    shapes = [text.removeprefix("input=") for text in given if text.startswith("input=")]
    return name, [text for text in given if not text.startswith("input=")], shapes
