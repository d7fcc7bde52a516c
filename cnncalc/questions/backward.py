"""Questions that go backwards: which padding, which number of filters, how many layers give what shall come out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnncalc.questions import counting, engine
from cnncalc.questions.candidates import candidates
from cnncalc.questions.described import Described
from cnncalc.questions.forward import COUNTS, forward
from cnncalc.questions.goals import Goal, cut
from cnncalc.questions.guard import check
from cnncalc.questions.inputs import inputs
from cnncalc.questions.insertion import inserted
from cnncalc.questions.legality import Test, is_yes_no, test, which, yes_or_no
from cnncalc.questions.paddings import added, has_symbols, in_all, kinds, of_kinds, symbolic
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.reply import Answer, Reply, not_understood
from cnncalc.questions.scene import POOLS, WINDOWED, Scene, stated
from cnncalc.questions.settings import settings
from cnncalc.questions.sought import Sought, sought
from cnncalc.questions.task import Task, is_open, split
from cnncalc.questions.wanted import Wanted, sentences, wanted

KNOWN = re.compile(
    r"(?i)at least|of zeros|odd|evenly|exactly|legal|illegal|possible|impossible|allowed|permitted|"
    r"valid|invalid|til(?:e|es|ed|ing)|fits?|fitting|reach\w*|until|till|"
    r"bring\w*|bringing|down|shrink\w*|wide|long|fewest|smallest|largest|minimum|minimal|maximum|"
    r"original|turns?|turned|went|came|shall|must|whole|entire|cover\w*|sees?|"
    r"built|split|divided|divide|used|applied|works?|group|counts?|among|pick|settings?|sweep|cleanly|"
    r"remainder|leftovers?|rounding|integer|total\w*|altogether|number|"
    r"amount|added|zeros?|rows?|edges?|border|left|right|top|bottom|before|after|both|ends?|full|once|"
    r"again|so|that|suffice|suffices|enough|necessary|required|requires?|takes?|took|have|become|"
    r"becomes"
)
"""Words that guards refuse elsewhere and that are read here, or change nothing here."""
_KNOWN_OF_KINDS = re.compile(rf"{KNOWN.pattern}|full[- ](?:conv\w*|padding|mode)")


def backward(question: str, scene: Scene, asked: list[Wanted], reread: Callable[[str], Scene]) -> Reply | None:
    """The reply to a question for a number that goes in, given what comes out; None if it is no such question.

    `reread` makes a scene of what is left of the text once what shall come out is cut from it.
    """
    drawn = inserted(question, scene)
    if drawn is not None:
        return drawn
    text, goal = cut(scene.text)
    listed = candidates(text)
    if listed is not None:
        text = listed[0]
    if goal.spans or listed is not None:
        scene = reread(text)
        asked = wanted(scene.text, stated(scene))
    if listed is not None:
        return _among(question, scene, asked, goal, listed[1], listed[2])
    seeking = sought(scene, asked)
    _turn(scene, seeking)
    judged = _judged(question, scene, asked, goal) if not seeking else None
    if judged is not None:
        return judged
    named = kinds(scene, seeking)
    if named:
        return _kinds(question, scene, asked, seeking, named)
    strided = any(layer.options.get("padding") == "same" for layer in scene.layers)
    keeps = _keeps(scene, seeking)
    _clear(scene, seeking)
    seeking = [one for one in seeking if _is_open(scene, one)]
    says_output = scene.output is not None or any(layer.gives is not None for layer in scene.layers)
    if not seeking or not (goal.spans or keeps or says_output):
        return None
    return _reply(question, scene, asked, goal, seeking, keeps, strided)


def _checked(scene: Scene, asked: list[Wanted], seeking: list[Sought], known: re.Pattern[str] = KNOWN) -> None:
    spans = [(one.start, one.end) for one in seeking if one.option == "in_channels"]
    others = [one for one in asked if not any(start < one.end and one.start < end for start, end in spans)]
    check(scene, [*others, *(Wanted(one.option, one.start, one.end, one.sentence) for one in seeking)], known)


def _sure(question: str, scene: Scene, answers: list[Answer], plan: Plan, understood: str = "") -> Reply:
    return Reply(
        question,
        understood or engine.spec(plan),
        tuple(answers),
        (),
        tuple(plan.assumptions),
        scene.framework or "torch",
    )


def _judged(question: str, scene: Scene, asked: list[Wanted], goal: Goal) -> Reply | None:
    """Yes or no to whether the settings can be, fit or keep the size."""
    for start, end in sentences(scene.text):
        sentence = scene.text[start:end]
        if sentence.rstrip().endswith("?") and is_yes_no(sentence):
            asks = test(scene, goal, sentence)
            if asks is None or goal.counts or goal.seen is not None or any(one.quantity in COUNTS for one in asked):
                return None
            settle(scene, goal)
            _checked(scene, [Wanted("fits", start, end, (start, end))], [])
            return _sure(question, scene, [yes_or_no(scene, asks)], planned(scene))
    return None


def _among(
    question: str, scene: Scene, asked: list[Wanted], goal: Goal, option: str, values: list[Any]
) -> Reply | None:
    """Which of several numbers for an option do."""
    picks = re.compile(r"(?i)\b(?:which|what|pick|choose|select|name|find)\b")
    span = next((span for span in sentences(scene.text) if picks.search(scene.text[slice(*span)])), None)
    asks = test(scene, goal, scene.text[slice(*span)]) if span else None
    if span is None or asks is None:
        if scene.output is None:
            return None
        asks = Test("gives")
    _clear(scene, [Sought(option, 0, 0, (0, 0))])
    settle(scene, goal)
    _checked(scene, [Wanted("fits", *span, span)] if span else asked, [])
    if asks.kind == "gives" and asks.wanted is None:
        asks = Test("gives", lambda plan: split(scene, plan, scene.output or ()))
    layers = [at for at, layer in enumerate(scene.layers) if is_open(layer, option)]
    if len(layers) != 1:
        raise not_understood("it is not clear which layer the numbers are for")
    trials = []
    for value in values:
        changed = [
            replace(layer, options={**layer.options, option: value}) if at in layers else layer
            for at, layer in enumerate(scene.layers)
        ]
        trials.append((value, replace(scene, layers=changed)))
    return _sure(question, scene, which(trials, asks, option), planned(scene))


def _kinds(question: str, scene: Scene, asked: list[Wanted], seeking: list[Sought], named: list[str]) -> Reply:
    for layer in scene.layers:
        layer.options.pop("padding", None)
    sentence = seeking[0].sentence
    _checked(scene, [*asked, Wanted("padding", *sentence, sentence)], seeking, _KNOWN_OF_KINDS)
    plan = planned(scene)
    return _sure(question, scene, of_kinds(scene, plan, named), plan)


def settle(scene: Scene, goal: Goal) -> None:
    """Puts the single side of the input that the question states in its place."""
    if goal.clash:
        raise not_understood("the question says more than one thing that shall come out")
    if goal.input is not None:
        scene.sides.setdefault("side", goal.input)


def _keeps(scene: Scene, seeking: list[Sought]) -> bool:
    same = any(layer.options.get("padding") == "same" for layer in scene.layers)
    return bool(scene.remark("keeps")) or (same and any(one.option == "padding" for one in seeking))


def _turn(scene: Scene, seeking: list[Sought]) -> None:
    """Puts sizes right that are said to come out before anything is said to go in."""
    for number in list(scene.unread):
        if number.role == "output" and scene.output == number.value:
            scene.unread.remove(number)
        elif number.role == "input" and number.is_size and scene.output is None and scene.shape is not None:
            scene.output, scene.shape = scene.shape, number.value  # type: ignore[assignment]
            scene.unread.remove(number)
    first = next((number for number in scene.numbers if number.value == scene.shape), None)
    if (
        any(one.option == "input" for one in seeking)
        and scene.output is None
        and first is not None
        and first.role == "output"
    ):
        scene.output, scene.shape = scene.shape, None


def _clear(scene: Scene, seeking: list[Sought]) -> None:
    """Takes away what only names what is sought: `zero padding`, `same`; a layer that isn't named is a conv."""
    sought_ = {one.option for one in seeking}
    if "padding" in sought_ and len(scene.layers) > 1:
        scene.layers[:] = [one for one in scene.layers if one.type != "zero_pad" or one.options != {"padding": "zero"}]
    for layer in scene.layers:
        if "padding" in sought_ and layer.options.get("padding") in ("zero", "same"):
            del layer.options["padding"]
            layer.type = "conv" if layer.type == "zero_pad" else layer.type
    pools = [layer for layer in scene.layers if layer.type in POOLS]
    if len(pools) < len([layer for layer in scene.layers if layer.type in WINDOWED]):
        for layer in pools:  # what is sought is an option of the convolutions
            if "padding" in sought_:
                layer.options.setdefault("padding", 0)
            if "stride" in sought_ and "kernel_size" in layer.options:
                layer.options.setdefault("stride", layer.options["kernel_size"])
    if not scene.layers and sought_ & {"kernel_size", "stride", "padding", "out_channels", "dilation"}:
        scene.layers.append(Described("conv", implied=True))


def _is_open(scene: Scene, one: Sought) -> bool:
    if one.option in ("layers", "in_features", "in_channels"):
        return True
    if one.option == "input":
        return scene.shape is None and scene.entering is None
    return any(is_open(layer, one.option) for layer in scene.layers)


def _reply(
    question: str, scene: Scene, asked: list[Wanted], goal: Goal, seeking: list[Sought], keeps: bool, same: bool
) -> Reply:
    _checked(scene, asked, seeking)
    settle(scene, goal)
    task = Task(question, scene, planned(scene), goal, seeking, keeps)
    summed = in_all(scene, seeking)
    if summed and not keeps:
        raise not_understood("the padding is sought per side, not the sum over both", scene.text, summed)
    answers = (added(task) if same or summed else None) or _answers(task)
    rest = [one for one in asked if one.quantity in COUNTS and not goal.counts]
    more: tuple[Answer, ...] = ()
    if rest:
        behind = forward(question, scene, rest, planned(scene))
        more = behind.answers
    first = not rest or seeking[0].start < rest[0].start
    together = (*answers, *more) if first else (*more, *answers)
    understood = "\n".join(dict.fromkeys(task.commands)) or engine.spec(task.plan)
    assumptions = tuple(one for one in task.plan.assumptions if one.value is not None)
    return Reply(question, understood, together, (), assumptions, scene.framework or "torch")


def _answers(task: Task) -> list[Answer]:
    if "layers" in task.unknown:
        return counting.layers(task)
    if task.goal.counts:
        return counting.from_counts(task)
    if task.goal.seen is not None:
        return counting.from_field(task)
    if task.unknown == ["padding"] and has_symbols(task):
        return [symbolic(task)]
    if "input" in task.unknown:
        return inputs(task)
    return settings(task)
