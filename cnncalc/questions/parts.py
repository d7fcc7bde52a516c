"""The parts of a question and the choices it offers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from cnncalc.errors import Source, SpecError
from cnncalc.questions.matrices import matrices
from cnncalc.worked.matrix import Nested, parsed

_MARKER = re.compile(
    r"(?:(?:^|\n)[ \t]*(?:[-*•][ \t]*)?|(?<=[\s?:.;]))(?:\(([A-Ha-h])\)|([A-Ha-h])[).]|([A-H]):)(?=\s)"
)
_ASKS = re.compile(
    r"(?i)\?|\b(?:what|which|compute|calculate|find|show|draw|give|determine|perform|apply|write|evaluate|how|using|use|list|state)\b"
)


class Choice(NamedTuple):
    """A letter and the number, vector or matrix that stands behind it; None where that is something else."""

    letter: str
    value: Nested | None


class Parts(NamedTuple):
    """A question taken apart; the texts are as long as the whole, blank where they have nothing to say."""

    setup: str
    asked: tuple[str, ...]
    choices: tuple[Choice, ...]


def parts_of(text: str) -> Parts:
    """What is told first, what is asked one after the other, and what there is to choose from."""
    for markers in _series(text):
        ends = [marker.start() for marker in markers[1:]] + [len(text)]
        bodies = [text[marker.end() : end] for marker, end in zip(markers, ends)]
        asking = [bool(_ASKS.search(body)) for body in bodies]
        if all(asking):
            asked = tuple(_only(text, marker.end(), end) for marker, end in zip(markers, ends))
            return Parts(_only(text, 0, markers[0].start()), asked, ())
        if not any(asking) and len(markers) > 1:
            values = [
                Choice((marker[1] or marker[2] or marker[3]), _value(body)) for marker, body in zip(markers, bodies)
            ]
            return Parts(_only(text, 0, markers[0].start()), (), tuple(values))
    return Parts(text, (), ())


def _series(text: str) -> list[list[re.Match[str]]]:
    """Markers that follow each other in the alphabet, from the last `A` or `a` on."""
    markers = list(_MARKER.finditer(text))
    found = []
    for at, marker in enumerate(markers):
        letter = marker[1] or marker[2] or marker[3]
        if letter not in "Aa":
            continue
        run = [marker]
        for later in markers[at + 1 :]:
            if (later[1] or later[2] or later[3]) == chr(ord(letter) + len(run)):
                run.append(later)
        if len(run) > 1:
            found.append(run)
    return found[::-1]


def _only(text: str, start: int, end: int) -> str:
    """That stretch of the text in its place, all else blank."""
    blank = re.sub(r"[^\n]", " ", text)
    return blank[:start] + text[start:end] + blank[end:]


def _value(body: str) -> Nested | None:
    bare = body.strip().rstrip(".,;").strip()
    try:
        return parsed(Source("", bare.replace("–", "-"))) if re.search(r"\d", bare) else None
    except SpecError:
        found: list[Any] = matrices(f"x = {bare}\n") or matrices(body)
        return found[0].values if len(found) == 1 else None
