"""Every number of a layer: its formula in symbols, in values, then the result, from the objects that computed it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.analysis import Analysis, numbers
from cnncalc.errors import Problem, SpecError, did_you_mean
from cnncalc.formula import ZERO
from cnncalc.initialisation import initial
from cnncalc.layers import Layer
from cnncalc.layers.base import along
from cnncalc.network import Placed
from cnncalc.render.cells import shape_text
from cnncalc.render.columns import COLUMNS
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.render.receptive import seen
from cnncalc.render.units import human_bytes
from cnncalc.render.working import AXES, Part, Step, alike

LEGEND = {
    "C_in": "channels of the input",
    "C_out": "channels of the output",
    "n": "size of the input along an axis",
    "o": "size of the output along an axis",
    "d": "dilation, always 1 here",
    "p": "padding, always 0 here",
    "F_in": "features of the input",
    "F_out": "features of the output",
    "rows": "rows of the input, the axes before the last",
    "p0": "padding before an axis",
    "p1": "padding behind an axis",
    "S": "normalized_shape",
    "merged": "sizes of the merged axes",
    "whole": "shape of the input",
    "known": "the sizes given",
    "selected": "channels listed",
    "c": "sizes of the inputs along dim",
    "grid": "size of the input with zeros between and around",
    "total": "zeros added to an axis in all",
    "batch": "images in the batch",
    "x_i": "one element along dim",
    "x_k": "all elements along dim",
    "delta_ij": "1 where i = j, else 0",
    "weight": "the learnt slope, init before training",
    "r": "receptive field of the input",
    "j": "effective stride of the input",
    "P": "effective padding of the input",
    "fan_in": "inputs of a unit",
    "fan_out": "units that an input reaches, the groups taken as one",
    "a": "slope below 0 of the activation behind it, 0 for relu",
    "k": "positions of the input that a unit sees along an axis",
    "s": "positions of the input from unit to unit",
}
"""What the symbols mean that are no option's."""


ORDER = ("weights", "biases", "params", "trainable", "param_bytes", "buffers", "macs", "flops")
"""The counts, each behind those it is made of."""


class Explanation(NamedTuple):
    """One layer explained."""

    heading: str
    flow: str
    steps: tuple[Step, ...]
    zero: tuple[str, ...]
    """The counts that are nothing by definition."""
    parts: tuple[Part, ...]
    """The output size once more, the receptive field on every input, the spread of initial weights."""
    legend: tuple[tuple[str, str], ...]

    @property
    def workings(self) -> list[Step]:
        """Every step, those of the parts too."""
        return [*self.steps, *(step for part in self.parts for step in part.steps)]


def chosen(analysis: Analysis, layer: str | None) -> list[Placed]:
    """The layer of that path, or those of the block call; all where none is named."""
    layers = analysis.network.layers
    if layer is None:
        return list(layers)
    found = [placed for placed in layers if placed.path == layer or placed.path.startswith(f"{layer}.")]
    if found:
        return found
    if layer in analysis.network.blocks:
        raise SpecError(Problem(f"{layer}: the call has no layers"))
    paths = [*(placed.path for placed in layers), *analysis.network.blocks]
    near = did_you_mean(layer, paths)
    raise SpecError(Problem(f"{layer}: no layer is called so", hint=near or f"layers: {', '.join(paths[:8])} …"))


def explained(placed: Placed, analysis: Analysis, layout: str) -> Explanation:
    """Everything there is to say of a layer's numbers."""
    steps = [*_sizes(placed)]
    zero = []
    counts = numbers(placed, analysis.batch, analysis.dtype)
    if analysis.batch > 1 and placed.sized.macs is not ZERO:
        one = placed.sized.macs
        steps.append(Step("MACs per image", one, f"{one.value:,}"))
    for name in ORDER:
        number = counts[name]
        if number is ZERO:
            zero.append(
                "trainable: it is frozen"
                if name == "trainable" and placed.frozen and counts["params"] is not ZERO
                else COLUMNS[name].header
            )
        else:
            rounded = f" = {human_bytes(number.value)}" if name == "param_bytes" and number.value >= 1000 else ""
            steps.append(Step(COLUMNS[name].header, number, f"{number.value:,}{rounded}"))
    parts = (*_drawn(placed), *seen(analysis, placed), *_initial(placed))
    inputs = " and ".join(f"{s} {shape_text(i, layout)}" for s, i in zip(placed.sources, placed.inputs))
    reused = f", with the weights of {placed.reuses}" if placed.reuses else ""
    return Explanation(
        f"{placed.path}: {placed.layer.type}, {placed.mark.source.name}:{placed.mark.line}",
        f"{inputs} → {shape_text(placed.output, layout)}{reused}",
        tuple(steps),
        tuple(zero),
        parts,
        tuple(legend(placed.layer, [*steps, *(step for part in parts for step in part.steps)])),
    )


def _sizes(placed: Placed) -> Iterator[Step]:
    first, *rest = placed.sized.output
    yield Step("channels" if rest else "features", first, f"{first.value:,}")
    names = AXES.get(len(rest), tuple(f"axis {at}" for at in range(2, len(rest) + 2)))
    yield from alike([Step(name, number, f"{number.value:,}") for name, number in zip(names, rest)])


def _drawn(placed: Placed) -> Iterator[Part]:
    """The layer's own working, per axis."""
    layer = placed.layer
    if not layer.workings:
        return
    symbols = layer.symbols(*placed.inputs)
    found: dict[str, list[Step]] = {}
    names = AXES[len(placed.inputs[0]) - 1]
    for axis, axis_name in enumerate(names):
        here = along(symbols, axis)
        for symbol, formula in layer.workings:
            number = formula.of(dict(here))
            here[symbol] = number.value
            label = symbol if len(set(names)) == 1 else f"{symbol} ({axis_name})"
            found.setdefault(symbol, []).append(Step(label, number, f"{number.value:,}"))
    drawn: list[Step] = []
    for steps in found.values():
        same = len({step.number.text() for step in steps}) == 1
        drawn += [steps[0]._replace(name=steps[0].name.split()[0])] if same else steps
    yield Part("the output size step by step:", tuple(drawn))


def _initial(placed: Placed) -> Iterator[Part]:
    """What initial weights go by."""
    found = initial(placed)
    if found:
        names = {name: COLUMNS[name] for name in found._fields}
        numbers = found._asdict()
        steps = [Step(one.header, numbers[name], one.cell(numbers[name].value, "")) for name, one in names.items()]
        yield Part("initial weights, as torch.nn.init draws them:", tuple(steps))


def legend(layer: Layer, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    """What the symbols of the steps mean."""
    options = {opt.symbol: opt.name for opt in layer.options().values() if opt.symbol}
    used = dict.fromkeys(symbol for step in steps for symbol in step.number.formula.symbols)
    for symbol in used:
        meaning = options.get(symbol) or LEGEND.get(symbol)
        if meaning and meaning != symbol:
            flag = symbol in options and layer.options()[meaning].kind is bool
            yield symbol, f"{meaning} (1 or 0)" if flag else meaning


def lines(analysis: Analysis, placed: Sequence[Placed], layout: str, width: int | None = None) -> list[Line]:
    """The explanations as text."""
    found: list[Line] = []
    for one in placed:
        if found:
            found.append(Line(""))
        found += _lines(explained(one, analysis, layout), max(40, min(width or 100, 100)))
    return found


def _lines(one: Explanation, width: int) -> Iterator[Line]:
    yield Line(one.heading, "title")
    yield Line(one.flow, "note")
    wide = max(len(step.name) for step in one.workings)
    for step in one.steps:
        yield from working(step, wide)
    if one.zero:
        yield Line(f"0 by definition: {', '.join(one.zero)}", "note")
    for part in one.parts:
        yield from (Line(line) for line in textwrap.wrap(part.told, width))
        for step in part.steps:
            yield from working(step, wide)
    yield from meanings(one.legend, width)


def meanings(legend: Sequence[tuple[str, str]], width: int) -> Iterator[Line]:
    """The legend as text of so many columns."""
    told = "; ".join(f"{symbol} = {meaning}" for symbol, meaning in legend)
    return (Line(line, "note") for line in textwrap.wrap(told, width))


def working(step: Step, wide: int) -> Iterator[Line]:
    """A step below its name: symbols, values, result."""
    symbols, values = step.number.formula.text(), step.number.text()
    yield Line(f"  {step.name:<{wide}}  = {symbols}")
    if values not in (symbols, str(step.number.value)):
        yield Line(f"  {'':<{wide}}  = {values}")
    if step.result != symbols:
        yield Line(f"  {'':<{wide}}  = {step.result}", "total")


def markdown(analysis: Analysis, placed: Sequence[Placed], layout: str) -> str:
    """The explanations as Markdown, a table per layer."""
    return "\n".join(_markdown(explained(one, analysis, layout)) for one in placed)


def _markdown(one: Explanation) -> str:
    text = f"### {escaped(one.heading)}\n\n{escaped(one.flow)}\n\n{step_table(one.steps)}"
    if one.zero:
        text += f"\n0 by definition: {', '.join(one.zero)}\n"
    for part in one.parts:
        text += f"\n{part.told[:1].upper()}{part.told[1:]}\n"
        text += f"\n{step_table(part.steps)}" if part.steps else ""
    if one.legend:
        text += f"\n{'; '.join(f'{symbol} = {meaning}' for symbol, meaning in one.legend)}\n"
    return text


def step_table(steps: Sequence[Step]) -> str:
    """The steps as a table in Markdown."""
    rows = [(s.name, s.number.formula.text(), s.number.text(), s.result) for s in steps]
    return table(("", "in symbols", "in values", "result"), (False, False, False, True), rows)
