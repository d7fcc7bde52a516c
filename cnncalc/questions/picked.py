"""Multiple choice of settings: each choice is read behind the question, and run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cnncalc.questions import engine
from cnncalc.questions.backward import KNOWN, settle
from cnncalc.questions.choices import Choice
from cnncalc.questions.goals import Goal, cut
from cnncalc.questions.guard import check
from cnncalc.questions.legality import test, which
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import Reply, not_understood
from cnncalc.questions.scene import WINDOWED, Scene
from cnncalc.questions.wanted import Wanted, sentences

_PICKS = re.compile(r"(?i)\b(?:which|pick|choose|select|what|name|mark|tick|identify)\b")
_SIZE_FIRST = re.compile(r"\s*\d{1,3}(?:\s*[x×]\s*\d{1,3}|\b(?=\s*,))")

Understand = Callable[[str], tuple[Scene, Callable[[str], Scene]]]


def picked(question: str, stem: str, choices: Sequence[Choice], understand: Understand) -> Reply | None:
    """The letters of the settings that do what the question asks for; None where the choices are no settings."""
    if not all(choice.letter for choice in choices):
        return None
    trials = []
    for choice in choices:
        text = f"filter {choice.text}" if _SIZE_FIRST.match(choice.text) else choice.text
        scene, goal = _read(f"{stem.rstrip()}\n{text}", understand)
        trials.append((choice.letter, scene, goal))
    if not all(any("kernel_size" in layer.options for layer in scene.layers) for _, scene, _ in trials):
        return None
    base, goal = _read(stem, understand)
    if any("kernel_size" in layer.options for layer in base.layers) and all(
        len(scene.layers) > len(base.layers) for _, scene, _ in trials
    ):
        return None
    asking = [span for span in sentences(base.text) if _PICKS.search(base.text[slice(*span)])]
    asks = test(base, goal, base.text[slice(*asking[-1])]) if asking else None
    if asks is None:
        return None
    for _, scene, own in trials:
        if own != goal and own.spans != goal.spans:
            raise not_understood("it is not clear what the choices shall come to")
        settle(scene, own)
        everything = [Wanted("fits", *span, span) for span in sentences(scene.text)]
        check(scene, everything, KNOWN)
    found = which([(letter, scene) for letter, scene, _ in trials], asks, "choice")
    return Reply(question, engine.spec(planned(trials[0][1])), tuple(found), convention=base.framework or "torch")


def _read(text: str, understand: Understand) -> tuple[Scene, Goal]:
    """The scene of a question with one of its choices, and what shall come out."""
    scene, reread = understand(text)
    rest, goal = cut(scene.text)
    scene = reread(rest) if goal.spans else scene
    told = [layer for layer in scene.layers if layer.options or layer.type not in WINDOWED]
    scene.layers = told or scene.layers
    return scene, goal
