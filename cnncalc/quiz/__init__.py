"""Practice questions: data at random or from a spec, words for it, and the engine's own answer and derivation.

Nothing is computed here that the engine doesn't compute. The same seed gives the same questions everywhere: only
`randrange` and `choice` are called, whose numbers Python keeps from version to version.
"""

from __future__ import annotations

from contextlib import suppress
from random import Random

from cnncalc.analysis import analyze
from cnncalc.errors import SpecError
from cnncalc.network import Network
from cnncalc.quiz.from_spec import candidates
from cnncalc.quiz.question import Question
from cnncalc.quiz.topics import TOPICS

__all__ = ["ALL", "TOPICS", "Question", "questions", "questions_about"]

ALL = "all"
_DRAWS = 1000
"""After so many draws without a new question there is none left."""


def questions(topic: str = ALL, seed: int = 0, count: int = 5) -> list[Question]:
    """So many different questions on a topic; more of them begin with the same ones.

    >>> questions("params", seed=1, count=1)[0].unit
    'parameters'
    """
    rng, found = Random(seed), dict[str, Question]()
    draws = [TOPICS[topic]] if topic != ALL else list(TOPICS.values())
    idle = 0
    while len(found) < count and idle < _DRAWS:
        idle += 1
        with suppress(SpecError):  # its numbers don't fit
            question = rng.choice(draws)(rng)
            if question and question.text not in found:
                found[question.text], idle = question, 0
    return list(found.values())


def questions_about(network: Network, topic: str = ALL, seed: int = 0, count: int = 5) -> list[Question]:
    """So many questions about the layers of a network, none twice; fewer where there are no more."""
    rng, found = Random(seed), list[Question]()
    left = [draw for about, draw in candidates(analyze(network)) if topic in (ALL, about)]
    while left and len(found) < count:
        question = left.pop(rng.randrange(len(left)))(rng)
        found += [question] if question else []
    return found
