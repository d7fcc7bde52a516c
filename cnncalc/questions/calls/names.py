"""Identifiers whose values a text gives: `channels = 3`."""

from __future__ import annotations

from typing import Any, Final

from cnncalc.questions.calls.arguments import Name, Nested, NotReadError, parsed, source, value
from cnncalc.questions.calls.pieces import expression_end
from cnncalc.questions.calls.tokens import Program, Span

_LONGEST: Final = 18
"""Tokens of an assignment whose value is a number, a word or a shape."""


class Values(dict[str, Any]):
    """The values of identifiers; it remembers which were asked for, and where they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.places: dict[str, list[Span]] = {}

    def get(self, name: str, default: Any = None) -> Any:
        if name in self:
            self.asked.add(name)
        return super().get(name, default)

    def spans(self) -> list[Span]:
        """Where those that were asked for are given."""
        return [span for name in sorted(self.asked) for span in self.places[name]]


def values_of(program: Program) -> Values:
    """`channels = 3` and the like; a name with two values has none."""
    found, twice = Values(), set()
    tokens = program.tokens
    opens = {call.open for call in program.calls if call.first and tokens[call.first - 1].text != "def"}
    at = 0
    while at + 2 < len(tokens):
        if at in opens and at in program.close:
            at = program.close[at]  # what is given by name in a call is no assignment
        elif tokens[at].kind == "name" and tokens[at + 1].text == "=":
            end, name = expression_end(program, at + 2), tokens[at].text
            try:
                given = value(parsed(source(tokens[at + 2 : end])), {}) if end - at < _LONGEST else None
            except NotReadError:
                given = None
            if given is not None and not isinstance(given, (Name, Nested)):
                if name in found and found[name] != given:
                    twice.add(name)
                found[name] = given
                found.places.setdefault(name, []).append((tokens[at].start, tokens[end - 1].end))
            at += 2
            continue
        at += 1
    for name in twice:
        del found[name]
    return found
