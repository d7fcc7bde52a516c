"""What padding words come to: the zeros of a valid, a same and a full convolution, before and after."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cnncalc.questions import engine
from cnncalc.questions.answers import told
from cnncalc.questions.plan import Plan
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.sought import Sought
from cnncalc.questions.task import TRIALS, Task, settled
from cnncalc.solving import solve

_KINDS = re.compile(
    r"(?i)\b(valid|same|full)\b(?! (?:size|as|height|width|spatial|resolution|dimension\w*|shape|"
    r"image|input|number|output|way|thing|for|question|layer))"
)
_IN_ALL = re.compile(r"(?i)\b(?:in all|in total|altogether|total(?: number| amount)?|all in all|together)\b")
_BOTH_ENDS = re.compile(r"(?i)\bbefore\b[^.?]*\bafter\b|\b(?:left|top)\b[^.?]*\b(?:right|bottom)\b")
_EACH_END = re.compile(
    r"(?i)\b(?:before and|left and|top and|front and|each side|either side|both sides|per side|"
    r"each end|beginning and|start and|which side)\b"
)


def kinds(scene: Scene, seeking: list[Sought]) -> list[str]:
    """Which of valid, same and full a question for a padding names, where it means the words themselves."""
    named = []
    for one in seeking:
        if one.option == "padding":
            named += [found.lower() for found in _KINDS.findall(scene.text[slice(*one.sentence)])]
    named = list(dict.fromkeys(named))
    return [] if named == ["same"] else named


def of_kinds(scene: Scene, plan: Plan, named: list[str]) -> list[Answer]:
    """The padding of each; that of a full convolution gives what the transposed one gives, each place that overlaps."""
    if len(plan.steps) != 1 or plan.steps[0][0] != "conv":
        raise not_understood("it is not clear which convolution is meant")
    [(_, options)] = settled([(plan.steps[0][0], {**plan.steps[0][1], "padding": 0})])
    if options.get("stride", 1) != 1:
        raise not_understood("valid, same and full are for a stride of 1 here")
    shape = (int(options.get("groups", 1)), *(TRIALS[0],) * len(plan.sides))
    found = []
    for word in named:
        if word == "valid":
            found.append(Answer("padding", 0, "valid: padding 0", word))
            continue
        output: Any = shape
        if word == "full":
            spread = {
                name: value
                for name, value in options.items()
                if name in ("out_channels", "kernel_size", "dilation", "groups")
            }
            output = engine.made(
                replace(plan, channels=shape[0], sides=shape[1:], steps=[("conv_transpose", spread)], takes=[])
            )[0].output
        step = engine.step("conv", {**options, "padding": None})
        fits = [
            one[0]
            for one in solve(step, input=shape, output=(None, *output[1:])).settings
            if not isinstance(one[0], str)
        ]
        if not fits:
            raise not_understood(f"no padding is the same on all sides and {word}")
        value = list(fits[0]) if isinstance(fits[0], tuple) else fits[0]
        found.append(Answer("padding", value, f"{word}: padding {told(value)}", word))
    return found


def in_all(scene: Scene, seeking: list[Sought]) -> tuple[int, int] | None:
    """Where a padding is asked for as the sum over both sides."""
    for one in seeking:
        found = _IN_ALL.search(scene.text, *one.sentence) if one.option == "padding" else None
        if found:
            return found.span()
    return None


def added(task: Task) -> list[Answer] | None:
    """The zeros that `same` adds, where the question asks for their sum or for both ends, or strides; else None."""
    plan = task.plan
    sentence = task.scene.text[slice(*task.seeking[0].sentence)]
    if len(plan.steps) != 1 or task.unknown != ["padding"]:
        return None
    kind, options = plan.steps[0]
    stride = options.get("stride", 1)
    in_all, ends = _IN_ALL.search(sentence), _EACH_END.search(sentence)
    if stride == 1 and not in_all and not _BOTH_ENDS.search(sentence):
        return None
    if stride != 1 and task.scene.framework != "keras":
        raise not_understood("what “same” adds with a stride is a matter of the framework; the question names none")
    sides = plan.sides
    if stride == 1 and not all(isinstance(side, int) for side in sides):
        sides = (TRIALS[0],) * len(sides)
    if not all(isinstance(side, int) for side in sides):
        raise not_understood("the question doesn't say the size of the input")
    trial = replace(plan, sides=sides, channels=plan.channels if isinstance(plan.channels, int) else 1, takes=[])
    trial.steps = settled([(kind, {**options, "padding": "same"})])
    [made] = engine.made(trial)
    pads = list(dict.fromkeys(made.layer.pads(made.input)))  # type: ignore[attr-defined]
    if len(pads) != 1:
        raise not_understood("the zeros differ between the axes")
    [(before, after)] = pads
    where = f"{before} before and {after} after"
    if in_all and not ends:
        return [Answer("padding", before + after, f"{before + after} zeros along an axis: {where}")]
    if before == after:
        return [Answer("padding", before, f"padding {before} on each side")]
    return [Answer("padding", [before, after], f"padding {where}")]


def has_symbols(task: Task) -> bool:
    """Whether some option or side is a symbol."""
    values = [value for _, options in task.plan.steps for value in options.values()]
    entries = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return any(isinstance(one, str) and len(one) <= 2 for one in (*entries, *task.plan.sides))


def symbolic(task: Task) -> Answer:
    """The padding in the question's own symbols: what is missing without any, over what each unit of it adds."""
    if len(task.plan.steps) != 1 or not task.keeps or "stride" not in task.plan.steps[0][1]:
        raise not_understood("what is sought can't be told from symbols")
    [(kind, options)] = task.plan.steps
    growths = []
    for padding in (0, 1, 2):
        [made] = engine.made(replace(task.plan, steps=[(kind, {**options, "padding": padding})]))
        growths.append({str(out - size): out - size for out, size in zip(made.output[1:], made.input[1:])})
    values = [next(iter(found.values())) for found in growths]
    if (
        any(len(found) != 1 for found in growths)
        or not isinstance(values[1] - values[0], int)
        or values[2] - values[1] != values[1] - values[0]
    ):
        raise not_understood("the padding can't be told from these symbols")
    lacks, each = str(-values[0]), values[1] - values[0]
    value = f"({lacks})/{each}" if " " in lacks else f"{lacks}/{each}"
    return Answer("padding", value, f"padding {value}")
