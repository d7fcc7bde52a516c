"""How the answers come about: the formulas that are asked for, in symbols, in values, and the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analysis import Analysis
from cnncalc.formula import Number
from cnncalc.questions.answers import told
from cnncalc.questions.engine import Made, missing
from cnncalc.render.receptive import seen

_NEEDED = {
    "params": ("weights", "biases", "params"),
    "trainable": ("weights", "biases", "params"),
    "weights_biases": ("weights", "biases", "params"),
    "filter_params": ("weights", "biases", "params"),
    "weights": ("weights",),
    "biases": ("biases",),
    "macs": ("macs",),
    "operations": ("macs",),
    "connections": ("macs",),
    "flops": ("macs", "flops"),
}
"""The counts that lead to what is asked; of everything else the sizes do."""


def steps(made: Sequence[Made], quantities: Sequence[str]) -> tuple[str, ...]:
    """A line per number that leads to the quantities asked."""
    counts = dict.fromkeys(name for asked in quantities for name in _NEEDED.get(asked, ()))
    sizes = any(asked not in _NEEDED for asked in quantities) or "macs" in counts
    found = [line for one in made for line in _lines(one, sizes, tuple(counts))]
    return tuple(dict.fromkeys(found))


def _lines(one: Made, sizes: bool, counts: tuple[str, ...]) -> Iterator[str]:
    numbers: list[tuple[str, Number]] = []
    if sizes:
        numbers += [("side", number) for number in one.sizes[1:]]
    numbers += [(name, one.numbers[name]) for name in counts if name in one.numbers]
    for name, number in numbers:
        symbols, values = number.formula.text(), number.text()
        if missing(number.value) or symbols in ("0", "n", values) or (name == "params" and number.value == 0):
            continue
        result = told(number.value)
        yield f"{one.path}: {'' if name == 'side' else f'{name} = '}{symbols} = {values}{'' if result == values else f' = {result}'}"


def of_fields(analysis: Analysis) -> tuple[str, ...]:
    """The recurrence of the receptive field, layer by layer."""
    lines = []
    for placed in analysis.network.layers:
        for step in (step for part in seen(analysis, placed) for step in part.steps):
            if step.name.startswith(("size", "stride")):
                formula, values = step.number.formula.text(), step.number.text()
                lines.append(f"{placed.path}: {step.name} = {formula} = {values} = {step.result}")
    return tuple(dict.fromkeys(lines))
