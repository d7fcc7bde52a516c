"""What a network costs: figures and tables, and for every figure a line that says what it means."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cnncalc.analysis import DTYPES
from cnncalc.cost import Cost
from cnncalc.render.cost_data import LEAVES_FIRST, columns
from cnncalc.render.durations import human_seconds
from cnncalc.render.grid import Grid
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.render.summary import heading
from cnncalc.render.units import human, human_bytes
from cnncalc.roofline import BOUND, DURATION, INTENSITY, MOVED, Machine, Schedule

WIDTH, LEAST = 80, 40

Legend = list[tuple[str, str]]
"""Figures by their names, and what they mean."""


class Section(NamedTuple):
    """A table and what its figures mean; `leaves_first` are the columns that a narrow terminal does without."""

    heading: str
    grid: Grid
    legend: Legend
    leaves_first: Sequence[str] = ()


def title(cost: Cost, layout: str) -> str:
    """The network, its inputs, and what the figures are for."""
    analysis = cost.analysis
    held = ", activations in place" if cost.in_place else ""
    return f"{heading(analysis, layout)}, batch {analysis.batch:,}, {analysis.dtype}{held}"


def lines(cost: Cost, layers: bool, layout: str, width: int | None) -> list[Line]:
    """Everything as text."""
    figures = _figures(cost)
    wide = [max(map(len, cells)) for cells in list(zip(*figures))[:3]]
    begun = [(f"{n:<{wide[0]}}  {e:>{wide[1]}}  {r:>{wide[2]}}", text) for n, e, r, text in figures]
    found = [Line(title(cost, layout), "title"), Line(""), *_hanging(begun, width)]
    for about, grid, legend, leaves_first in _sections(cost, layers, layout):
        found += [Line(""), Line(about, "title"), Line("")] if about else [Line("")]
        found += [*grid.lines(width, leaves_first), Line(""), *_hanging(legend, width, "note")]
    return found


def _hanging(entries: Iterable[tuple[str, str]], width: int | None, role: str = "") -> Iterator[Line]:
    """Entries behind their names, the lines that don't fit continued below."""
    entries = list(entries)
    margin, room = max(len(name) for name, _ in entries) + 2, max(width or WIDTH, LEAST)
    for name, text in entries:
        below = " " * min(margin, room - LEAST // 2)
        for line in textwrap.wrap(f"{name:<{margin}}{text}", room, subsequent_indent=below, break_on_hyphens=False):
            yield Line(line, role)


def markdown(cost: Cost, layers: bool, layout: str) -> str:
    """Everything as Markdown."""
    figures = [(name, f"{exact} ({rounded}): {text}") for name, exact, rounded, text in _figures(cost)]
    parts = [f"### {escaped(title(cost, layout))}\n", _listed(figures)]
    for about, grid, legend, _ in _sections(cost, layers, layout):
        parts += [f"{escaped(about)}\n"] if about else []
        parts += [table(grid.headers, grid.numeric, [cells for _, cells in grid.rows]), _listed(legend)]
    return "\n".join(parts)


def _listed(entries: Iterable[tuple[str, str]]) -> str:
    return "".join(f"- {escaped(f'{name}: {text}')}\n" for name, text in entries)


def _figures(cost: Cost) -> list[tuple[str, str, str, str]]:
    """What activations take: name, bytes, the same rounded, what it means."""
    held = cost.memory
    found = [
        ("activations", held.activations, f"{held.elements:,} elements with the input, as if none were freed"),
        ("peak", held.peak, f"the most alive at a time, while {held.peak_at} runs"),
    ]
    if cost.trains:
        found.append(("saved", held.saved, "kept for the backward pass"))
    return [(name, f"{value:,} B", human_bytes(value), text) for name, value, text in found]


def _sections(cost: Cost, layers: bool, layout: str) -> Iterator[Section]:
    if layers:
        yield _layers(cost, layout)
    yield _needs(cost)
    if cost.schedule:
        yield _time(cost, cost.schedule)
    if cost.machine:
        yield _roofline(cost, cost.machine)


def _layers(cost: Cost, layout: str) -> Section:
    analysis, shown = cost.analysis, columns(cost)
    body = [("", [column.cell(column.get(analysis, row), layout) for column in shown]) for row in analysis.rows]
    body.append(("total", ["total", *(column.total(analysis) for column in shown[1:])]))
    grid = Grid([column.name for column in shown], [c.header for c in shown], [c.right for c in shown], body)
    legend = [
        ("allocated", "what a layer makes; a view, or what works in place, makes nothing"),
        ("live", "all that lives while it runs, inputs of the network too"),
        *([("saved", "what the backward pass needs of it, if nothing keeps that already")] if cost.trains else []),
        ("moved", f"{MOVED.text()}: each tensor once"),
        ("FLOPs/byte", f"{INTENSITY.text()}; FLOPs are two per MAC, other layers have none"),
    ]
    return Section("", grid, legend, LEAVES_FIRST)


def _needs(cost: Cost) -> Section:
    needs, size = cost.needs, DTYPES[cost.analysis.dtype]
    parts = zip(*needs.values())
    named_parts = [(name, values) for name, values in zip(needs["inference"]._fields, parts) if set(values) != {None}]
    rows: list[tuple[str, Sequence[str]]] = [
        ("", [name, *("" if value is None else f"{value:,}" for value in values)]) for name, values in named_parts
    ]
    rows.append(("total", ["total", *(f"{need.total:,}" for need in needs.values())]))
    rows.append(("", ["", *(human_bytes(need.total) for need in needs.values())]))
    if cost.budget:
        rows.append(("", ["largest batch", *("any" if fit is None else f"{fit:,}" for fit in cost.batches.values())]))
    headers = ["bytes for", *needs]
    legend = [
        ("parameters", f"weights and biases × {size}"),
        ("buffers", "statistics of norms, and their counts of batches, which are int64"),
    ]
    if cost.trains:
        legend.append(("gradients", f"trainable parameters × {size}"))
        legend.append(("optimizer", "gradients × 0 for sgd, × 1 with momentum, × 2 for adam"))
    else:
        legend.append(("training", f"not in {cost.analysis.dtype}: PyTorch has gradients of floating point only"))
    legend.append(("total", "as if all of it were held at the same time"))
    legend += _fit(cost)
    backward = "; in training the gradients of activations, up to the size of a few" if cost.trains else ""
    legend.append(("not counted", f"what an operation needs inside, and the framework itself{backward}"))
    grid = Grid(headers, headers, [False, *[True] * len(needs)], rows)
    return Section("", grid, legend, ("momentum", "sgd", "adam"))


def _fit(cost: Cost) -> Iterator[tuple[str, str]]:
    """Into what the largest batch fits, and why none does."""
    if not cost.budget:
        return
    any_fits = "; any where nothing grows with it" if None in cost.batches.values() else ""
    yield "largest batch", f"at best: the most images whose total is at most {cost.budget:,} bytes{any_fits}"
    for use in (use for use, batch in cost.batches.items() if batch == 0):
        images, least = cost.least
        need, takes = least[use], "one image takes" if images == 1 else f"{images} images, the least here, take"
        yield f"{use} 0", f"{takes} {need.total:,} bytes; {need.fixed:,} without activations"


def _time(cost: Cost, schedule: Schedule) -> Section:
    rows = []
    for name, header in (("macs", "MACs"), ("flops", "FLOPs")):
        one = cost.operations[name]
        total = one * schedule.examples * schedule.epochs
        rows.append(("", [header, f"{one:,}", f"{total:,}", human_seconds(schedule.seconds(one))]))
    headers = ["forward pass", "per example", "in all", "time"]
    legend = [
        ("MACs", "a MAC is one operation, as lectures count"),
        ("FLOPs", "a MAC is two, as the makers of hardware count"),
        ("time", DURATION.text()),
        ("", f"{DURATION.text(schedule.symbols(cost.operations['macs']))} seconds for MACs"),
        ("counted", "the forward pass alone; backward is about twice that (Hobbhahn 2021)"),
        ("on paper", "as if the rate were reached all the time; nothing is measured"),
    ]
    examples, epochs = _many(schedule.examples, "example"), _many(schedule.epochs, "epoch")
    heading = f"{examples}, {epochs}, {human(schedule.rate)} operations per second"
    return Section(heading, Grid(headers, headers, [False, True, True, True], rows), legend, ("per example", "in all"))


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count > 1 else ''}"


def _roofline(cost: Cost, machine: Machine) -> Section:
    whole, rows = cost.seconds(), []
    for by in ("compute", "memory"):
        count, spent = sum(found.by == by for found in cost.bounds), cost.seconds(by)
        rows.append(
            ("", [by, f"{count:,}", human_seconds(spent), f"{float(100 * spent / whole):.1f}" if whole else ""])
        )
    rows.append(("total", ["all", f"{len(cost.bounds):,}", human_seconds(whole), ""]))
    headers = ["bound by", "layers", "time", "time %"]
    legend = [
        ("time", f"one pass of the batch takes at least ∑ {BOUND.text()}"),
        ("moved", f"{MOVED.text()}: each tensor once"),
        ("bound by", f"memory below {float(machine.ridge):,.4g} FLOPs/byte, else compute; views take no time"),
        ("on paper", "layers run one by one at these rates; nothing is measured"),
    ]
    heading = f"roofline: {human(machine.rate)} FLOPs and {human_bytes(machine.bandwidth)} per second"
    return Section(heading, Grid(headers, headers, [False, True, True, True], rows), legend)
