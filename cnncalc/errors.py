"""What went wrong, where, why, and the nearest thing that would work.

Code that meets a problem raises the bare fact (`Unfit` in a layer, `ExpressionError` in an expression); one place, the
expansion of a spec, adds the mark. Nothing here prints: `str(error)` is the whole report, free of control characters.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final, NamedTuple

LONGEST: Final = 300
"""Characters of a message; a longer one quotes a text that nobody wants to read again."""


class Source:
    """A text and the name under which the user knows it (a file name, `<stdin>`, `--set`)."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._lines: list[str] | None = None

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {shortened(self.text, 40)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and (self.name, self.text) == (other.name, other.text)

    def __hash__(self) -> int:
        return hash((self.name, self.text))

    def line(self, number: int) -> str:
        """The line of that number, counted from 1; empty past the end."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines[number - 1] if number <= len(self._lines) else ""


class Mark(NamedTuple):
    """A span of one line of a source; line and columns count from 1, `end` is the column behind the span."""

    source: Source
    line: int
    column: int
    end: int

    @property
    def place(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    def quote(self) -> str:
        """The user's own line with carets below the span, long lines cut to the part around it."""
        line, start = self.source.line(self.line), self.column - 1
        length = max(1, min(self.end - 1, len(line)) - start)
        first = max(0, start - 60) if start + length > 100 else 0
        before, span = visible(line[first:start]), visible(line[start : start + length][:60])
        margin = f"{self.line} | "
        cut = "…" if first else ""
        rest = visible(line[start:][:100]).rstrip() + ("…" if len(line) > start + 100 else "")
        text = f"{margin}{cut}{before}{rest}"
        return f"{text}\n{' ' * (len(margin) + len(cut) + len(before))}{'^' * max(1, len(span))}"


class Problem(NamedTuple):
    """One thing that is wrong: the message, the place, the reasons (a formula with its numbers) and a way out."""

    message: str
    mark: Mark | None = None
    because: tuple[str, ...] = ()
    hint: str | None = None

    def __str__(self) -> str:
        message = shortened(self.message)
        report = [f"{visible(self.mark.place)}: {message}" if self.mark else message]
        if self.mark:
            report.append(self.mark.quote())
        report += [f"  because {shortened(reason)}" for reason in self.because]
        if self.hint:
            report.append(f"  {shortened(self.hint)}")
        return "\n".join(report)


class SpecError(ValueError):
    """The spec is wrong. `problems` holds every independent one; `partial`, where a size was at fault, the network
    up to the failing layer; `notes` are remarks on what came before it.
    """

    def __init__(self, problems: Iterable[Problem] | Problem, partial: Any = None, notes: tuple[str, ...] = ()) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.partial, self.notes = partial, notes
        super().__init__("\n".join(map(str, self.problems)))


class CannotRun(RuntimeError):
    """This machine can't do it: PyTorch or a device is missing, or memory is short."""


def visible(text: str) -> str:
    """The text with every control character, terminal escape and direction override spelled out.

    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shortened(text: str, room: int = LONGEST) -> str:
    """The text, visible and cut in the middle where it is too long."""
    if len(text) > room:
        text = f"{text[: room - 20]} … {text[-10:]}"
    return visible(text)


_SLIP, _MANY = 3, 500


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a typing mistake most likely meant, if any comes close."""
    lower = word.lower()
    by_lower = {name.lower(): name for name in known}
    if len(by_lower) > _MANY:  # comparing takes long; a mistake in the first letter is rare
        alike = (name for name in by_lower if name[:1] == lower[:1] and abs(len(name) - len(word)) <= _SLIP)
        by_lower = {name: by_lower[name] for name in islice(alike, _MANY)}
    found = difflib.get_close_matches(lower, by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known word."""
    found = nearest(word, known)
    return f"did you mean {found}?" if found else None
