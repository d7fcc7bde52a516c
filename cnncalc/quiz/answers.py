"""Answers with their derivations, out of what `explain` says of a layer."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis import Analysis
from cnncalc.formula import Formula
from cnncalc.layers.base import along
from cnncalc.layers.window import SAME_TOTAL, Window
from cnncalc.network import Placed
from cnncalc.quiz.question import Answer
from cnncalc.render.columns import COLUMNS
from cnncalc.render.explain import ORDER, explained, legend
from cnncalc.render.receptive import seen
from cnncalc.render.working import Step

LEADS_TO = {
    "params": ("weights", "biases", "params"),
    "weights": ("weights",),
    "macs": ("macs",),
    "flops": ("macs", "flops"),
}
"""The counts that a derivation shows, in this order."""

TOTALS = {quantity: Formula(f"sum({name})") for quantity, name in (("params", "params"), ("macs", "MACs"))}
EACH_SIDE = Formula("total / 2")


def of_layer(analysis: Analysis, placed: Placed, quantity: str) -> Answer:
    """The output volume of a layer, channels last, or one of its counts."""
    if quantity == "output":
        return _answer(_channels_last(placed), _sizes(analysis, placed), [placed])
    by_output = quantity in ("macs", "flops") and "o" in placed.sized.macs.formula.symbols
    first = _sizes(analysis, placed)[1:] if by_output else []
    [row] = [row for row in analysis.rows if row.path == placed.path]
    return _answer(row.counts[quantity], [*first, *_counts(analysis, placed, LEADS_TO[quantity])], [placed])


def through(analysis: Analysis) -> Answer:
    """The output volume of a chain of layers, with the sizes after every layer."""
    layers = analysis.network.layers
    steps = [
        step._replace(name=f"{step.name} after {placed.path}") for placed in layers for step in _sizes(analysis, placed)
    ]
    return _answer(_channels_last(layers[-1]), steps, layers)


def setting(analysis: Analysis, placed: Placed, value: int) -> Answer:
    """The value of an option, shown by the output that it leads to."""
    return _answer(value, _sizes(analysis, placed)[1:], [placed])


def of_network(analysis: Analysis, quantity: str) -> Answer:
    """The sum of a count over the layers."""
    counted = [row for row in analysis.rows if row.counts[quantity]]
    layers = [analysis.network.by_path[row.path] for row in counted]
    steps = [
        step._replace(name=f"{step.name} of {layer.path}")
        for layer in layers
        for step in _counts(analysis, layer, LEADS_TO[quantity])
    ]
    formula = TOTALS[quantity]
    total = formula.of({formula.symbols[0]: tuple(row.counts[quantity] for row in counted)})
    steps.append(Step("total", total, f"{total.value:,}"))
    return _answer(analysis.totals[quantity], steps, layers)


def field(analysis: Analysis, layers: Sequence[Placed]) -> Answer | None:
    """The side of the receptive field of the last of these layers; None where it has no one side."""
    [fields] = analysis.fields.values()
    sides = set(fields[layers[-1].path].size or ())
    steps = []
    for placed in layers:
        shown = ("size",) if placed is layers[-1] else ("size", "stride")
        for step in (step for part in seen(analysis, placed) for step in part.steps):
            if step.name in shown:
                steps.append(step._replace(name=f"{step.name} after {placed.path}"))
    # axes that differ are shown apart, under other names
    return _answer(sides.pop(), steps, layers) if len(sides) == 1 and steps else None


def same(placed: Placed, layer: Window) -> Answer | None:
    """The zeros on each side of a window that keeps the size; None where the sides differ."""
    pads = set(sum(layer.pads(placed.inputs[0]), ()))
    if len(pads) != 1:
        return None
    total = SAME_TOTAL.of(along(layer.symbols(*placed.inputs), 0))
    each = EACH_SIDE.of({"total": total.value})
    steps = [Step("total", total, f"{total.value:,}"), Step("on each side", each, f"{each.value:,}")]
    return _answer(pads.pop(), steps, [placed])


def _channels_last(placed: Placed) -> int | tuple[int, ...]:
    channels, *sizes = placed.output
    return (*sizes, channels) if sizes else channels


def _answer(value: int | tuple[int, ...], steps: Sequence[Step], layers: Sequence[Placed]) -> Answer:
    symbols = dict(entry for placed in layers for entry in legend(placed.layer, steps))
    return Answer(value, tuple(steps), tuple(symbols.items()))


def _sizes(analysis: Analysis, placed: Placed) -> list[Step]:
    """The steps of the output, channels first."""
    counts = {COLUMNS[name].header for name in ORDER}
    return [step for step in explained(placed, analysis, "hwc").steps if step.name not in counts]


def _counts(analysis: Analysis, placed: Placed, names: Sequence[str]) -> list[Step]:
    by_name = {step.name: step for step in explained(placed, analysis, "hwc").steps}
    return [by_name[header] for header in (COLUMNS[name].header for name in names) if header in by_name]
