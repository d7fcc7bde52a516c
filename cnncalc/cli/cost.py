"""`cnncalc cost`."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from cnncalc.analysis import analyze
from cnncalc.cli import options
from cnncalc.cli.edge import edge, network, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.render.lines import width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def cost(
    spec: options.Spec,
    layers: Annotated[bool, typer.Option("--layers", help="A row for every layer too.")] = False,
    memory: Annotated[
        str | None, typer.Option(help="The largest batch that fits: 24GB, or 24GiB.", metavar="BYTES")
    ] = None,
    flops_rate: Annotated[
        str | None, typer.Option(help="Operations per second, for time on paper: 12T.", metavar="RATE")
    ] = None,
    examples: Annotated[str | None, typer.Option(help="Examples in an epoch: 1M.", metavar="COUNT")] = None,
    epochs: Annotated[str | None, typer.Option(help="How often each is seen, once without.", metavar="COUNT")] = None,
    bandwidth: Annotated[
        str | None, typer.Option(help="Bytes of memory per second, for the roofline: 600GB.", metavar="RATE")
    ] = None,
    inplace: Annotated[bool, typer.Option("--inplace", help="Activations overwrite what nobody else reads.")] = False,
    input: options.Input = None,
    set: options.Set = None,
    batch: options.Batch = 1,
    dtype: options.Dtype = "float32",
    layout: options.Layout = "chw",
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the output.")] = "table",
    output: options.Output = None,
    max_layers: options.MaxLayers = MAX_LAYERS,
) -> None:
    """Memory to run and to train a network, the largest batch, time on paper."""
    from cnncalc.cli.quantities import BANDWIDTH, BYTES, COUNT, RATE, quantity
    from cnncalc.cost import Cost
    from cnncalc.memory import memory as measured
    from cnncalc.render import cost as page
    from cnncalc.render import cost_data
    from cnncalc.roofline import Machine, Schedule

    _needs("--epochs", epochs, "--examples", examples, "1M")
    _needs("--examples", examples, "--flops-rate", flops_rate, "12T")
    _needs("--bandwidth", bandwidth, "--flops-rate", flops_rate, "12T")
    budget = quantity("--memory", memory, BYTES)
    rate = quantity("--flops-rate", flops_rate, RATE)
    count = quantity("--examples", examples, COUNT)
    times = quantity("--epochs", epochs, COUNT)
    speed = quantity("--bandwidth", bandwidth, BANDWIDTH)
    analysis = analyze(network(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    schedule = Schedule(count or batch, times or 1, rate) if rate and (count or not speed) else None
    machine = Machine(rate, speed) if rate and speed else None
    found = Cost(analysis, measured(analysis, in_place=inplace), inplace, budget, schedule, machine)
    if format == "table":
        write_lines(page.lines(found, layers, layout, None if output else width(sys.stdout)), output)
    elif format == "json":
        write(cost_data.json(found), output)
    elif format == "csv":
        write(cost_data.csv(found), output)
    else:
        write(page.markdown(found, layers, layout), output)


def _needs(option: str, given: str | None, other: str, its: str | None, example: str) -> None:
    if given is not None and its is None:
        raise SpecError(Problem(f"{option}: needs {other} too", hint=f"for example {other} {example}"))
