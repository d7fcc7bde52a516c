"""The parts of a question and the choices it offers."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.errors import Source, SpecError
from cnncalc.questions.choices import split_choices
from cnncalc.questions.matrices import matrices
from cnncalc.worked.matrix import Nested, parsed

_MARKER = re.compile(r"(?:(?:^|\n)[ \t]*(?:[-*•][ \t]*)?|(?<=[\s?:.;]))(?:\(([A-Ha-h])\)|([A-Ha-h])[).])(?=\s)")
_ASKS = re.compile(
    r"(?i)\?|\b(?:what|which|compute|calculate|find|show|draw|give|determine|perform|apply|write|evaluate|how|using|use"
    r"|list|state)\b"
)


class Valued(NamedTuple):
    """A letter and the number, vector or matrix that stands behind it; None where that is something else."""

    letter: str
    value: Nested | None


class Parts(NamedTuple):
    """A question taken apart; the texts are as long as the whole, blank where they have nothing to say."""

    setup: str
    asked: tuple[str, ...]
    choices: tuple[Valued, ...]


def parts_of(text: str) -> Parts:
    """What is told first, what is asked one after the other, and what there is to choose from."""
    rest, choices = split_choices(text)
    valued = tuple(Valued(choice.letter, _value(choice.text)) for choice in choices)
    for markers in _series(rest):
        ends = [marker.start() for marker in markers[1:]] + [len(rest)]
        spans = [(marker.end(), end) for marker, end in zip(markers, ends)]
        if all(_ASKS.search(rest[start:end]) for start, end in spans):
            asked = tuple(_only(rest, start, end) for start, end in spans)
            return Parts(_only(rest, 0, markers[0].start()), asked, valued)
        values = [Valued(marker[1] or marker[2], _value(rest[slice(*span)])) for marker, span in zip(markers, spans)]
        if not choices and sum(one.value is not None for one in values) > 1:
            return Parts(_only(rest, 0, markers[0].start()), (), tuple(values))
    return Parts(rest, (), valued)


def _series(text: str) -> list[list[re.Match[str]]]:
    """Markers that follow each other in the alphabet, from the last `A` or `a` on."""
    markers = list(_MARKER.finditer(text))
    found = []
    for at, marker in enumerate(markers):
        letter = marker[1] or marker[2]
        if letter not in "Aa":
            continue
        run = [marker]
        for later in markers[at + 1 :]:
            if (later[1] or later[2]) == chr(ord(letter) + len(run)):
                run.append(later)
        if len(run) > 1:
            found.append(run)
    return found[::-1][:20]


def _only(text: str, start: int, end: int) -> str:
    """That stretch of the text in its place, all else blank."""
    blank = re.sub(r"[^\n]", " ", text)
    return blank[:start] + text[start:end] + blank[end:]


def _value(body: str) -> Nested | None:
    bare = body.strip().rstrip(".,;").strip()
    try:
        return parsed(Source("", bare.replace("–", "-"))) if re.search(r"\d", bare) else None
    except SpecError:
        found = matrices(f"x = {bare}\n") or matrices(body)
        return found[0].values if len(found) == 1 else None
