"""Questions that go backwards: which padding, which number of filters, how many layers give what shall come out."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.questions import counting, engine
from cnncalc.questions.described import Described
from cnncalc.questions.forward import COUNTS, forward
from cnncalc.questions.goals import Goal, cut
from cnncalc.questions.guard import check
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import Answer, Reply, not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.settings import Task, is_open, settings
from cnncalc.questions.sought import Sought, sought
from cnncalc.questions.wanted import Wanted


def backward(question: str, scene: Scene, asked: list[Wanted], reread: Callable[[str], Scene]) -> Reply | None:
    """The reply to a question for a number that goes in, given what comes out; None if it is no such question.

    `reread` makes a scene of what is left of the text once what shall come out is cut from it.
    """
    text, goal = cut(scene.text)
    if goal.spans:
        scene = reread(text)
    seeking = sought(scene, asked)
    keeps = _keeps(scene, seeking)
    _clear(scene, seeking)
    seeking = [one for one in seeking if _is_open(scene, one)]
    stated = scene.output is not None or any(layer.gives is not None for layer in scene.layers)
    if not seeking or not (goal.spans or keeps or stated):
        return None
    return _reply(question, scene, asked, goal, seeking, keeps)


def _keeps(scene: Scene, seeking: list[Sought]) -> bool:
    same = any(layer.options.get("padding") == "same" for layer in scene.layers)
    return bool(scene.remark("keeps")) or (same and any(one.option == "padding" for one in seeking))


def _clear(scene: Scene, seeking: list[Sought]) -> None:
    """Takes away the words that only name what is sought: `zero padding`, `same`; a layer that isn't named is a conv."""
    sought_ = {one.option for one in seeking}
    for layer in scene.layers:
        if "padding" in sought_ and layer.options.get("padding") in ("zero", "same"):
            del layer.options["padding"]
            layer.type = "conv" if layer.type == "zero_pad" else layer.type
    if not scene.layers and sought_ & {"kernel_size", "stride", "padding", "out_channels", "dilation"}:
        scene.layers.append(Described("conv", implied=True))


def _is_open(scene: Scene, one: Sought) -> bool:
    if one.option in ("layers", "in_features", "in_channels"):
        return True
    if one.option == "input":
        return scene.shape is None and scene.entering is None
    return any(is_open(layer, one.option) for layer in scene.layers)


def _reply(question: str, scene: Scene, asked: list[Wanted], goal: Goal, seeking: list[Sought], keeps: bool) -> Reply:
    if goal.clash:
        raise not_understood("the question says more than one thing that shall come out")
    check(scene, [*asked, *(Wanted(one.option, one.start, one.end, one.sentence) for one in seeking)])
    if goal.input is not None:
        scene.sides.setdefault("side", goal.input)
    task = Task(question, scene, planned(scene), goal, seeking, keeps)
    answers = _answers(task)
    rest = [one for one in asked if one.quantity in COUNTS and not goal.counts]
    more: tuple[Answer, ...] = ()
    if rest:
        behind = forward(question, scene, rest, planned(scene))
        more = behind.answers
    first = not rest or seeking[0].start < rest[0].start
    together = (*answers, *more) if first else (*more, *answers)
    understood = "\n".join(dict.fromkeys(task.commands)) or engine.spec(task.plan)
    return Reply(question, understood, together, (), tuple(task.plan.assumptions), scene.framework or "torch")


def _answers(task: Task) -> list[Answer]:
    if "layers" in task.unknown:
        return counting.layers(task)
    if task.goal.counts:
        return counting.from_counts(task)
    if task.goal.seen is not None:
        return counting.from_field(task)
    return settings(task)
