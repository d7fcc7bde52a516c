"""The input that gives a known output."""

from __future__ import annotations

import math
import re

from cnncalc.questions.answers import told
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.settings import assume_unsaid, segments
from cnncalc.questions.task import Task


def inputs(task: Task) -> list[Answer]:
    """The input that gives the output of the first layers."""
    part = segments(task)[0]
    if task.unknown != ["input"] or part.output is None:
        raise not_understood("the question doesn't say what comes out")
    groups = [value for _, options in part.steps if isinstance(value := options.get("groups"), int)]
    channels = task.plan.channels if isinstance(task.plan.channels, int) else math.lcm(*groups)
    found = task.search(part.steps, (channels, *task.plan.sides), part.output)
    assume_unsaid(task, part)
    if not found.settings:
        raise not_understood(f"no input gives that: {found.reason}")
    sizes = [found.input(setting)[1:] for setting in found.settings]
    start, end = task.seeking[0].sentence
    extreme = re.search(
        r"(?i)\b(?:(smallest|minim\w+|at least)|(largest|biggest|maxim\w+|at most))\b", task.scene.text[start:end]
    )
    if extreme:
        sizes = sizes[:1] if extreme[1] else sizes[-1:]
    single = task.goal.output is not None or len(task.plan.sides) == 1
    whole = (
        task.scene.output is not None
        and len(task.scene.output) > len(task.plan.sides)
        and isinstance(task.plan.channels, int)
    )
    written = [task.plan.written((channels, *size)) if whole else list(size) for size in sizes]
    values = [size[0] if single and not whole else size for size in written]
    if len(values) == 1:
        task.scene.shape = (*sizes[0],)
        return [Answer("input", values[0], told(values[0]))]
    return [Answer("input", [[one] for one in values], " or ".join(map(told, values)), None, None, None, ("input",))]
