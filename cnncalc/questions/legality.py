"""Whether settings can be at all, tile their input, or keep a size; and which of several do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnncalc.errors import SpecError
from cnncalc.polynomial import Polynomial
from cnncalc.questions import engine
from cnncalc.questions.answers import leftover, told
from cnncalc.questions.goals import Goal
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.reply import Answer, NotUnderstood, not_understood
from cnncalc.questions.scene import WINDOWED, Scene
from cnncalc.questions.task import WORDS, split

_YES_NO = re.compile(
    r"(?i)(?:^|[,;:.!?\n]|\b(?:and|so|but|then|whether|if)\b)\s*(?:does|do|can|could|is|are|will|"
    r"would|may|must|whether|if)\b"
)
_EXACTLY = (
    r"(?:evenly|exactly|cleanly|neatly|perfectly|precisely|completely|fully|without (?:a |"
    r"any )?(?:remainder|leftovers?|rest|gaps?|overhang|rounding)|with no (?:remainder|leftovers?|rest|"
    r"rounding))"
)

_TILE = re.compile(
    rf"(?i)\btil(?:es?|ed|ing)\b|\b(?:fit|fits|fitting|covers?|covered|covering|sweeps?|scans?|"
    rf"divides?|divided|works? out|goes?|integer|whole)\b[^.?\n]*\b{_EXACTLY}\b|\b{_EXACTLY} (?:fit|"
    rf"cover|tile|divide)\w*"
)
_FIT = re.compile(r"(?i)\bfits?\b|\bfitted\b")
_LEGAL = re.compile(
    r"(?i)\b(?:legal|illegal|valid(?! (?:padding|conv\w*|mode))|invalid|possible|impossible|allowed|"
    r"permitted|permissible|feasible|admissible|be (?:built|constructed|created|made|defined|split|"
    r"divided|used|applied|run|done)|works?|divisible|fails?|raises?|throws?)\b"
)
_KEEP = re.compile(r"(?i)\b(?:keeps?|preserves?|retains?|maintains?|leaves?[^.?\n]*unchanged)\b")


@dataclass
class Test:
    """What is asked of settings."""

    kind: str
    """`tile`, `fit`, `legal` or `gives`."""
    wanted: Callable[[Plan], tuple[int | None, ...]] | None = None
    """The output that they shall give."""

    def of(self, scene: Scene) -> tuple[bool, str]:
        """Whether the layers of the scene do, and why or what comes out."""
        plan = planned(scene)
        try:
            made = engine.made(plan)
        except NotUnderstood:
            raise
        except SpecError as error:
            problem = error.problems[0]
            return False, "; ".join([problem.message, *problem.because])
        groups = any("groups" in options for _, options in plan.steps)
        out = made[-1].output
        if any(isinstance(size, Polynomial) and not engine.missing(size) for size in out[1:]):
            raise not_understood("whether they fit can't be told from symbols")
        absent = engine.missing(list(out[1:]))
        if absent and (self.kind != "legal" or not groups):
            raise not_understood(f"the question doesn't say {' or '.join(absent)}")
        size = "" if absent else f"{told(list(out[1:]))} comes out"
        over = [text for one in made if (text := leftover(one))]
        if self.wanted is not None:
            goal = self.wanted(plan)
            fits = all(want is None or want == have for want, have in zip(goal, out)) and len(goal) == len(out)
            return fits, size
        if over and self.kind == "legal":
            raise not_understood(f"two readings: {over[0].removeprefix('rounded down: ')}, yet rounded down, {size}")
        if over:
            return False, f"{over[0].removeprefix('rounded down: ')}; rounded down, {size}"
        return True, size or "the channels can be divided so"


def test(scene: Scene, goal: Goal, sentence: str) -> Test | None:
    """What a sentence asks of settings; None if it is nothing of the kind."""
    if _TILE.search(sentence):
        return Test("tile")
    if _FIT.search(sentence):
        return Test("fit")
    if _LEGAL.search(sentence):
        return Test("legal")
    keeps = any(one.kind == "keeps" and one.start < len(scene.text) for one in scene.remarks)
    if keeps and (_KEEP.search(sentence) or scene.remark("keeps")):
        return Test("gives", lambda plan: (None, *plan.sides))
    if goal.factor is not None:
        above, below = goal.factor
        return Test(
            "gives",
            lambda plan: (None, *(side * above // below if side * above % below == 0 else -1 for side in plan.sides)),
        )
    if (
        scene.output is not None
        and scene.shape is not None
        and re.search(
            r"(?i)\b(?:turns?|takes?|brings?|maps?|gives?|produces?|yields?|reduces?|leads?|results?|"
            r"downsamples?|upsamples?|goes?|get)\b",
            sentence,
        )
    ):
        return Test("gives", lambda plan: split(scene, plan, scene.output or ()))
    return None


def is_yes_no(sentence: str) -> bool:
    """Whether a sentence asks for yes or no."""
    return bool(_YES_NO.search(sentence)) and not re.search(
        r"(?i)\b(?:what|which|how|why|when|calculate|compute|find|determine)\b", sentence
    )


def yes_or_no(scene: Scene, asked: Test) -> Answer:
    """The answer to whether the settings of the scene do."""
    if not any(layer.type in WINDOWED for layer in scene.layers):
        raise not_understood("the question names no layer")
    good, why = asked.of(scene)
    if asked.kind == "gives" and scene.output is not None:
        made = engine.made(planned(scene))[-1].output
        plan = planned(scene)
        sides = len(scene.output) == len(plan.sides)
        return Answer("output", list(made[1:]) if sides else plan.written(made), f"{'yes' if good else 'no'}: {why}")
    return Answer("fits", "yes" if good else "no", f"{'yes' if good else 'no'}: {why}")


def which(scenes: list[tuple[Any, Scene]], asked: Test, quantity: str) -> list[Answer]:
    """Those of several values (or letters) with which the scenes do, in their order."""
    found, reasons = [], []
    for value, scene in scenes:
        good, why = asked.of(scene)
        reasons.append(f"{value}: {why}")
        if good:
            letter = value if quantity == "choice" else None
            found.append(
                Answer(quantity, value if letter is None else _setting(scene), f"{value}: {why}", None, None, letter)
            )
    return found or [Answer(quantity, "none", "none: " + "; ".join(reasons))]


def _setting(scene: Scene) -> str:
    """The setting of a choice in words."""
    return "; ".join(
        ", ".join(f"{WORDS.get(name, name)} {told(value)}" for name, value in layer.options.items())
        for layer in scene.layers
    )
