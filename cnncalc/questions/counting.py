"""How many: layers until a size is reached or an input seen, filters and channels that have so many parameters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnncalc.analysis import analyze
from cnncalc.errors import SpecError
from cnncalc.load import loads
from cnncalc.questions import engine
from cnncalc.questions.answers import told
from cnncalc.questions.described import UNKNOWN
from cnncalc.questions.plan import Options, Plan
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.settings import assume_unsaid, at_bounds, segments, unsaid
from cnncalc.questions.task import WORDS, Task, is_open, settled

ENDLESS = 2**40
MOST_LAYERS = 4096
"""The most layers tried for a receptive field."""


def layers(task: Task) -> list[Answer]:
    """How many of the layers, one after the other."""
    if task.unknown != ["layers"]:
        raise not_understood("the number of layers and something else are sought together")
    if task.goal.counts or (task.goal.seen is not None and task.scene.output is not None):
        raise not_understood("it is not clear what the layers shall come to")
    bodies = {engine.step(*step) for step in task.plan.steps}
    words = task.scene.text[slice(*task.seeking[0].sentence)]
    if len(bodies) > 1 and not re.search(r"(?i)\b(?:blocks?|pairs?|stages?|times)\b", words):
        raise not_understood("there are several kinds of layers, and it is not clear which are counted")
    if task.goal.seen is not None or task.goal.whole:
        return [_until_seen(task)]
    return [_until_sized(task)]


def _until_sized(task: Task) -> Answer:
    parts = segments(task)
    [part] = parts[:1]
    if len(parts) > 1 or part.output is None or not isinstance(task.plan.sides[0], int) or part.unknown:
        raise not_understood("the question doesn't say between which sizes the layers shall lead")
    channels = task.plan.channels if isinstance(task.plan.channels, int) else 1
    steps = f"{{repeat: _, layers: [{', '.join(engine.step(*step) for step in part.steps)}]}}"
    found = task.solve(steps, (channels, *task.plan.sides), part.output)
    left_out = unsaid(task, part)
    if not found.settings:
        if at_bounds(found):
            raise not_understood(f"more than {found.bounds['repeat']:,} layers, or none at all")
        if left_out:
            names = " or ".join(f"the {WORDS[name]}" for name in left_out)
            raise not_understood(f"no number of layers gives that: {found.reason}; the question doesn't say {names}")
        near = (f"{setting[0]} give {told(list(shape[1:]))}" for setting, shape in sorted(found.near))
        return Answer("layers", "none", f"none, no number of layers gives exactly that: {', '.join(near)}")
    assume_unsaid(task, part)
    return _number(int(str(found.settings[0][0])), f"{told(list(task.plan.sides))} → {told(list(part.output[1:]))}")


def _number(count: int, why: str) -> Answer:
    return Answer("layers", count, f"{count:,} layer{'s' if count != 1 else ''}: {why}")


def _until_seen(task: Task) -> Answer:
    """The fewest layers whose units see a region that large."""
    goal, plan = task.goal, task.plan
    sides = [side for side in plan.sides if isinstance(side, int)]
    bare = [
        one for one in task.scene.numbers if one.is_size and one.role == "volume" and one.words == (one.start, one.end)
    ]
    if goal.seen is not None and bare:
        raise not_understood("it is not clear what this size is", task.scene.text, (bare[0].start, bare[0].end))
    if goal.seen is None and not sides:
        raise not_understood("the question doesn't say the size of the input")
    size = goal.seen if goal.seen is not None else max(sides)
    steps = settled(plan.steps)
    if not steps:
        raise not_understood("the question doesn't say which layers")

    def seen(count: int) -> int:
        return _seen(task, steps, count)

    count = _least(seen, size, MOST_LAYERS)
    if not any("stride" in layer.options for layer in task.scene.layers):
        plan.assume("stride", 1)
    return _number(count, f"receptive field {seen(count):,}")


def _seen(task: Task, steps: list[tuple[str, Options]], count: int = 1) -> int:
    """The side of the receptive field behind so many times the steps, on an input without an edge."""
    if any(options.get("padding") == "same" and options.get("stride", 1) != 1 for _, options in steps):
        raise not_understood("what a unit sees depends on the size of the input here")
    rank, channels = len(task.plan.sides), task.plan.channels if isinstance(task.plan.channels, int) else 1
    body = f"{{repeat: {count}, layers: [{', '.join(engine.step(*step) for step in steps)}]}}"
    analysis = analyze(
        loads(f"input: [{', '.join(map(str, (channels, *(ENDLESS,) * rank)))}]\nlayers:\n  - {body}\n", name="question")
    )
    size = analysis.fields["input"][analysis.network.layers[-1].path].size
    if size is None:
        raise not_understood("the output has no receptive field")
    return min(size)


def _least(measure: Callable[[int], int], goal: int, most: int) -> int:
    """The least number whose measure is no less than that, where it only grows."""
    high = 1
    while measure(high) < goal:
        high *= 2
        if high > most:
            raise not_understood(f"more than {most:,} would be needed")
    return bisect_left(range(high + 1), goal, lo=1, key=measure)


def from_counts(task: Task) -> list[Answer]:
    """The option, or the channels that go in, with which a layer has that many parameters."""
    if len(task.unknown) != 1 or len(task.goal.counts) != 1 or len(task.scene.layers) != 1:
        raise not_understood("it is not clear what the number of parameters belongs to")
    [name], [(count, number)] = task.unknown, task.goal.counts.items()
    if name in ("layers", "stride", "padding", "dilation", "input", "output_padding"):
        raise not_understood(f"the {WORDS.get(name, name)} can't be told from a number of {count}")

    def measure(value: int) -> int:
        total: Any = sum((one.counts[count] for one in engine.made(_with(task, name, value))), 0)
        absent = engine.missing(total)
        if absent:
            raise not_understood(f"the question doesn't say {' or '.join(absent)}")
        if not isinstance(total, int):
            raise not_understood("what is sought can't be told from symbols")
        return total

    if name == "groups":
        return [_divisor(task, measure, number)]
    biased = task.scene.remark("bias") is not None or any("bias" in one.options for one in task.scene.layers)
    value = _least(measure, number, 2 * number)
    if measure(value) != number:
        near = [one for one in (value - 1, value) if one > 0]
        reason = ", ".join(f"{one:,} would have {measure(one):,}" for one in near)
        if not biased:
            raise not_understood(
                f"no whole number does with biases: {reason}; the question doesn't say whether there are any"
            )
        return [Answer(name, "none", f"none, no whole number does: {reason}")]
    if not biased:
        task.plan.assume("bias", True, "not given")
    _keep(task, name, value)
    return [
        Answer(name, value, f"{value:,} {WORDS[name]}" if name != "kernel_size" else f"kernel size {value}×{value}")
    ]


def _divisor(task: Task, measure: Callable[[int], int], number: int) -> Answer:
    fits = []
    measure(1)  # what the question doesn't say is missing whatever the groups
    for groups in range(1, 4097):
        if isinstance(task.plan.channels, int) and task.plan.channels % groups:
            continue
        try:
            if measure(groups) == number:
                fits.append(groups)
        except SpecError:
            continue
    if len(fits) != 1:
        raise not_understood("no number of groups gives that" if not fits else "several numbers of groups give that")
    return Answer("groups", fits[0], f"{fits[0]} groups")


def _with(task: Task, name: str, value: int) -> Plan:
    """The plan with a number in the place of what is sought."""
    plan = task.plan
    if name == "in_channels":
        return replace(plan, channels=value, takes=[])
    if name == "in_features":
        return replace(plan, channels=value, sides=(), takes=[])
    steps = []
    for kind, options in plan.steps:
        steps.append((kind, {**options, name: value} if options.get(name) in (None, UNKNOWN) else options))
    return replace(plan, steps=steps)


def _keep(task: Task, name: str, value: int) -> None:
    for layer in task.scene.layers:
        if is_open(layer, name):
            layer.options[name] = value


def from_field(task: Task) -> list[Answer]:
    """The kernel or the dilation with which a unit sees a region that large."""
    goal = task.goal.seen
    if task.unknown not in (["kernel_size"], ["dilation"]) or goal is None or task.scene.output is not None:
        raise not_understood("it is not clear what the receptive field shall tell")
    [name] = task.unknown

    def seen(value: int) -> int:
        return _seen(task, settled(_with(task, name, value).steps))

    value = _least(seen, goal, goal)
    if seen(value) != goal:
        return [
            Answer(
                name,
                "none",
                f"none: {value - 1} sees {seen(value - 1)}, {value} sees {seen(value)}" if value > 1 else "none",
            )
        ]
    return [Answer(name, value, f"{WORDS[name]} {value}: receptive field {goal}")]
