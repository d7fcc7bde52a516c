"""Options of layers from the sizes that go in and come out: every setting that fits, by `solve`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnncalc.questions.answers import told
from cnncalc.questions.described import Described
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.scene import CONVS, POOLS, WINDOWED
from cnncalc.questions.task import TRIALS, WORDS, Sizes, Step, Task, is_open, is_tied, settled
from cnncalc.solving import Setting, Solutions


class Segment:
    """Layers between two sizes that the question states."""

    def __init__(self, task: Task, layers: Sequence[int], output: Sizes | None) -> None:
        self.task, self.layers, self.output = task, list(layers), output
        described = [task.scene.layers[at] for at in self.layers]
        self.unknown = [name for name in task.unknown if any(is_open(layer, name) for layer in described)]
        self.tied = "stride" in self.unknown and "kernel_size" in self.unknown and is_tied(task, described)
        steps = []
        for at in self.layers:
            steps += [self.opened(task.plan.steps[index], task.scene.layers[at]) for index in task.plan.parts[at]]
        self.steps = settled(steps, self.unknown)

    def opened(self, step: Step, layer: Described) -> Step:
        """The step with `_` for what is sought."""
        kind, options = step
        options = dict(options)
        for name in self.unknown:
            if is_open(layer, name) and (name != "stride" or not self.tied):
                options[name] = None
        return kind, options


def settings(task: Task) -> list[Answer]:
    """The answers: for every group of layers whose input and output are known."""
    parts = segments(task)
    if not set(task.unknown) <= {name for part in parts for name in part.unknown}:
        raise not_understood("what is sought here is no option of these layers, or is given")
    several = sum(bool(part.unknown) for part in parts) > 1
    entering: tuple[Any, ...] = task.plan.shape
    answers: list[Answer] = []
    for part in parts:
        if part.unknown:
            layer = task.scene.layers[part.layers[-1]]
            answers += _told(task, part, _fitting(task, part, entering), layer.name if several else None)
        entering = _behind(part, entering)
    distinct = list({(one.quantity, str(one.value)): one for one in answers}.values())
    return answers if len(task.seeking) == len(answers) else distinct


def segments(task: Task) -> list[Segment]:
    """The layers cut where a size is stated."""
    scene, found, since = task.scene, [], 0
    for at, layer in enumerate(scene.layers):
        stated = task.split(layer.gives) if layer.gives is not None else None
        if stated is None and at == len(scene.layers) - 1:
            stated = final(task)
        scaled = task.goal.factor is not None and at == len(scene.layers) - 1
        if stated is None and (scaled or (task.keeps and layer.type in WINDOWED)):
            stated = ()
        if stated is not None:
            found.append(Segment(task, range(since, at + 1), stated or None))
            since = at + 1
    if since < len(scene.layers) and any(
        is_open(layer, name) for layer in scene.layers[since:] for name in task.unknown
    ):
        raise not_understood("the question doesn't say what shall come out")
    if not found:
        raise not_understood("the question doesn't say what shall come out")
    return found


def final(task: Task) -> Sizes | None:
    goal, rank = task.goal, len(task.plan.sides)
    if goal.output is not None:
        return None, *(goal.output,) * rank
    if task.scene.output is not None:
        return task.split(task.scene.output)
    return None


def _entering(task: Task, shape: Sequence[Any], part: Segment) -> list[tuple[int, ...]]:
    """The inputs to try: the one stated, else several."""
    channels, *sides = shape
    groups = [value for _, options in part.steps if isinstance(value := options.get("groups"), int)]
    if not isinstance(channels, int):
        if "groups" in part.unknown:
            raise not_understood("the question doesn't say how many channels the input has")
        channels = math.lcm(*groups) if groups else 1
    if all(isinstance(side, int) for side in sides):
        return [(channels, *sides)]
    if any(isinstance(side, int) for side in sides) or (part.output is not None and task.goal.factor is None):
        raise not_understood("the question doesn't say the size of the input")
    return [(channels, *[side] * len(sides)) for side in TRIALS]


def _leaving(task: Task, part: Segment, shape: Sequence[int]) -> Sizes:
    """What shall come out of that input."""
    if task.goal.factor is not None and part.layers[-1] == len(task.scene.layers) - 1:
        above, below = task.goal.factor
        if any(side * above % below for side in shape[1:]):
            raise not_understood("the input can't be divided so")
        return None, *(side * above // below for side in shape[1:])
    if part.output is None:
        return None, *shape[1:]
    layers = [task.scene.layers[at] for at in part.layers]
    filtered = [layer for layer in layers if layer.type in CONVS]
    if filtered and "out_channels" not in filtered[-1].options and "out_channels" not in part.unknown:
        return None, *part.output[1:]  # as many filters as come out
    return part.output


class Found(NamedTuple):
    """A search, those of its settings that are answers, and the input of the search."""

    search: Solutions
    fits: list[Setting]
    input: tuple[int, ...]


def _fitting(task: Task, part: Segment, entering: Sequence[Any]) -> Found:
    """The settings that give the output, whatever the input is where it isn't stated."""
    shapes = _entering(task, entering, part)
    searches = [task.search(part.steps, shape, _leaving(task, part, shape)) for shape in shapes]
    numeric = [
        [one for one in found.settings if not any(isinstance(value, str) for value in one)] for found in searches
    ]
    common = [one for one in numeric[0] if all(one in others for others in numeric[1:])]
    if not common and any(numeric):
        raise not_understood("what fits depends on the size of the input, which the question doesn't say")
    return Found(searches[0], [one for one in common if _sensible(searches[0], one)], shapes[0])


def _sensible(search: Solutions, setting: Setting) -> bool:
    """A padding as large as the window is none that anybody means, where the window is to be found too."""
    values = dict(zip(search.columns, setting))
    kernel, padding = values.get("kernel_size"), values.get("padding")
    return not (isinstance(kernel, int) and isinstance(padding, int)) or padding < kernel


def _behind(part: Segment, entering: Sequence[Any]) -> tuple[Any, ...]:
    """What the next layers take."""
    filters = [options["out_channels"] for _, options in part.steps if isinstance(options.get("out_channels"), int)]
    channels, *sides = part.output or (None, *entering[1:])
    return channels if channels is not None else filters[-1] if filters else entering[0], *sides


def _told(task: Task, part: Segment, found: Found, of: str | None) -> list[Answer]:
    """The settings as answers: each sought number by itself, or rows where several fit."""
    if not found.fits:
        return [_none(task, part, found, of)]
    rows = [dict(zip(found.search.columns, setting)) for setting in found.fits]
    if part.tied:
        rows = [{**row, "stride": row["kernel_size"]} for row in rows]
    names = [name for name in task.unknown if name in rows[0]]
    if len(names) < len(part.unknown):
        raise not_understood("several layers are open, and it is not clear which of them is meant")
    assume_unsaid(task, part)
    if len(rows) == 1:
        _fill(task, part, rows[0])
        return [Answer(name, _plain(rows[0][name]), _phrase(name, rows[0][name]), of) for name in names]
    values = [[_plain(row[name]) for name in names] for row in rows]
    if len(names) == 1:
        listed = " or ".join(told(one) for [one] in values[:12])
        return [Answer(names[0], values, f"{WORDS[names[0]]} {listed}", of, None, None, tuple(names))]
    texts = (", ".join(_phrase(name, value) for name, value in zip(names, row)) for row in values[:12])
    return [Answer("settings", values, "; or ".join(texts), of, None, None, tuple(names))]


def _phrase(name: str, value: Any) -> str:
    """A setting in words: `stride 2`, `10 filters`."""
    return f"{told(value)} {WORDS[name]}" if name in ("out_channels", "groups") else f"{WORDS[name]} {told(value)}"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _fill(task: Task, part: Segment, row: dict[str, Any]) -> None:
    """Puts what was found in its place, so that the rest of the question can be answered."""
    for at in part.layers:
        layer = task.scene.layers[at]
        layer.options |= {name: value for name, value in row.items() if is_open(layer, name)}


def unsaid(task: Task, part: Segment) -> dict[str, int]:
    """What the question leaves out and has a default that decides the size."""
    layers = [task.scene.layers[at] for at in part.layers if task.scene.layers[at].type in WINDOWED]
    pools = all(layer.type in POOLS for layer in layers)
    defaults = {"padding": 0} if pools else {"stride": 1, "padding": 0}
    return {
        name: value
        for name, value in defaults.items()
        if any(is_open(one, name) for one in layers) and name not in task.unknown
    }


def assume_unsaid(task: Task, part: Segment) -> None:
    """Says which defaults were taken."""
    for name, value in unsaid(task, part).items():
        task.plan.assume(name, value)


def _none(task: Task, part: Segment, found: Found, of: str | None) -> Answer:
    """That nothing fits, and why; withheld where something that is not said may be the cause."""
    left_out, reason = unsaid(task, part), found.search.why(lambda shape: told(list(shape[1:])))
    name = part.unknown[0]
    if len(part.unknown) > 1 or at_bounds(found.search):
        raise not_understood(f"no setting within the numbers tried gives that: {reason}")
    if left_out or found.search.refusal:
        told_unsaid = " or ".join(f"the {WORDS[one]}" for one in left_out) or "enough"
        raise not_understood(f"no {WORDS[name]} gives that: {reason}; the question doesn't say {told_unsaid}")
    words = [one for one in found.search.settings if one == ("same",)]
    beyond = ""
    if words and len(part.steps) == 1:
        [placed] = found.search.layers(words[0])
        before, after = placed.layer.pads(found.input)[-1]  # type: ignore[attr-defined]
        beyond = f"; “same” adds {before} before and {after} after"
    size = "" if None not in task.plan.sides else f" (on {told(list(found.input[1:]))}, say)"
    return Answer(name, "none", f"none, no {WORDS[name]} does{size}: {reason}{beyond}", of)


def at_bounds(search: Solutions) -> bool:
    """Whether the nearest settings are the largest tried, so that a larger one may do."""
    most = [search.bounds.get(name.split()[0]) for name in search.columns]
    pairs = ((value, bound) for near in search.near for value, bound in zip(near.setting, most))
    return any(isinstance(value, int) and bound is not None and value >= bound for value, bound in pairs)
