"""libyaml's complaints in the user's words, each with its cure.

libyaml says what its grammar expected; the user forgot a quote, a space or a bracket. Which one follows from the
complaint, the character where it arose and the scalar before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from cnncalc.errors import Mark, Problem, Source
from cnncalc.spec.nodes import Collection, Scalar, missing_space

_FLOW_CURE: Final = "a value that holds brackets, commas or colons is quoted as a whole"

_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


class _Trouble(NamedTuple):
    """Where libyaml stopped, what it was reading (`opener`), the innermost open bracket, the last scalar before."""

    source: Source
    line: int
    column: int
    opener: Mark | None
    bracket: Mark | None
    last: Scalar | None

    @property
    def text(self) -> str:
        return self.source.line(self.line)

    @property
    def char(self) -> str:
        """The character at which libyaml stopped; empty at the end of a line."""
        return self.text[self.column - 1 : self.column]

    def at(self, message: str, hint: str | None = None, column: int = 0, length: int = 1) -> Problem:
        start = column or self.column
        return Problem(message, Mark(self.source, self.line, start, start + length), hint=hint)


def bare(line: str, column: int, flow: bool) -> str | None:
    """The value that begins at the column, brackets taken as the user meant them; None where they don't close."""
    unclosed: list[str] = []
    start = end = column - 1
    for end in range(start, min(len(line), start + 500)):
        char = line[end]
        if not unclosed and (line.startswith(" #", end) or (flow and (char in ",]}" or line.startswith(": ", end)))):
            break
        if char in "([{":
            unclosed.append(_CLOSING[char])
        elif char in ")]}" and (not unclosed or unclosed.pop() != char):
            return None
    else:
        end = min(len(line), start + 500)
    return None if unclosed else line[start:end].rstrip() or None


def quoted(text: str) -> str:
    """The hint that shows the text with quotes around it."""
    quote = "'" if '"' in text else '"'
    return f"quote it: {quote}{text}{quote}"


def begins_badly(line: str, column: int) -> str | None:
    """The hint for a bare value whose first character YAML keeps for itself."""
    before = line[: column - 1]
    text = bare(line, column, flow=sum(map(before.count, "[{")) > sum(map(before.count, "]}")))
    return quoted(text) if text else None


def explain(error: Any, source: Source, last: Scalar | None, unclosed: Iterable[Collection]) -> Problem:
    """What the user did, from what libyaml said about it, the last scalar and the collections that it had begun."""
    opener, place = error.context_mark, error.problem_mark or error.context_mark
    context = Mark(source, opener.line + 1, opener.column + 1, opener.column + 2) if opener else None
    brackets = [node.mark for node in unclosed if node.flow]
    trouble = _Trouble(source, place.line + 1, place.column + 1, context, brackets[-1] if brackets else None, last)
    said = f"{error.context or ''}: {error.problem or ''}"
    for phrase, cure in _CURES.items():
        if phrase in said:
            return cure(trouble)
    return trouble.at(str(error.problem))


def _token(it: _Trouble) -> Problem:
    if it.char == "\t":
        return _tab(it)
    return it.at(f"a bare value can't begin with {it.char}", begins_badly(it.text, it.column))


def _tab(it: _Trouble) -> Problem:
    return it.at("a tab indents this line", "indent with spaces")


def _alias(it: _Trouble) -> Problem:
    column = it.opener.column if it.opener and it.opener.line == it.line else it.column
    char = it.text[column - 1 : column]
    return it.at(f"a bare value can't begin with {char}", begins_badly(it.text, column), column)


def _tag(it: _Trouble) -> Problem:
    column = it.opener.column if it.opener and it.opener.line == it.line else it.column
    return it.at("tags are not read", "a value that begins with ! is quoted; in an expression write not", column)


def _quote(it: _Trouble) -> Problem:
    return Problem("this quote is never closed", it.opener)


def _flow(it: _Trouble) -> Problem:
    """Inside brackets something other than a comma or the closing bracket follows a value."""
    last, opener = it.last, it.opener
    here = last is not None and last.line == it.line
    if last and here and last.plain and it.char in ("[", "{") and not it.text[last.end - 1 : it.column - 1].strip():
        text = bare(it.text, last.column, flow=True) or last.text
        hint = quoted(text) if text != last.text else _FLOW_CURE
        return it.at("inside [ ] and { } a bare value ends at a comma or bracket", hint, last.column, len(text))
    if opener and (not it.text[it.column - 1 :].strip() or (it.line > opener.line and (not here or it.char == "-"))):
        return _unclosed(it)
    if it.char in ("]", "}") and opener:
        bracket = it.source.line(opener.line)[opener.column - 1 : opener.column]
        return it.at(f"{it.char} closes the {bracket} of line {opener.line}, column {opener.column}")
    if it.char == ":":
        return it.at("a second : in one entry", "put a comma between the entries, or quotes around the value")
    return it.at("a comma or the closing bracket is missing before this", _FLOW_CURE)


def _unclosed(it: _Trouble) -> Problem:
    opener = it.bracket or it.opener
    bracket = opener.source.line(opener.line)[opener.column - 1 : opener.column] if opener else ""
    return Problem(f"this {bracket} is never closed", opener, hint=f"its {_CLOSING.get(bracket, 'end')} is missing")


def _content(it: _Trouble) -> Problem:
    """A value was due."""
    if it.char == "?":
        return _token(it)
    if it.char == ",":
        return it.at("nothing stands before this comma")
    if it.char in ("]", "}"):
        return it.at(f"{it.char} closes nothing")
    return _unclosed(it) if it.bracket else it.at("a value is missing here")


def _indent(it: _Trouble) -> Problem:
    """In a block mapping or list a line begins, or a line goes on, as no entry does."""
    before = it.text[: it.column - 1].rstrip()
    if before.endswith(("]", "}", '"', "'")):
        return it.at("this follows a value that is already closed", _FLOW_CURE)
    if not before and it.char == "-":
        return it.at("a list item among the keys of a mapping", _column(it))
    if not before and it.opener and it.source.line(it.opener.line)[it.opener.column - 1 :].startswith("- "):
        opener = it.opener.column
        hint = f"the items begin at column {opener}, the keys of one step at column {opener + 2}"
        return it.at("a line without - among the items of a list", hint)
    return it.at("this line is indented like nothing above it", _column(it))


def _column(it: _Trouble) -> str | None:
    return f"the entries above begin at column {it.opener.column}" if it.opener else None


def _keyless(it: _Trouble) -> Problem:
    line, column = (it.opener.line, it.opener.column) if it.opener else (it.line, it.column)
    word = _rest(it, line, column)
    mark = Mark(it.source, line, column, column + max(1, len(word)))
    return Problem("a line without a : among the keys of a mapping", mark, hint=f"write {word}: VALUE")


def _rest(it: _Trouble, line: int, column: int) -> str:
    """What stands on the line from that column on, without a comment."""
    return it.source.line(line)[column - 1 :].split(" #")[0].rstrip()


def _second_colon(it: _Trouble) -> Problem:
    """A : inside a value: options without braces, wrong indentation, or a text that wants quotes."""
    last = it.last
    if last is None or not last.plain:
        return it.at("a : where no key can stand", _FLOW_CURE)
    if last.line < it.line:
        return _continued(it, last)
    text = _rest(it, it.line, 1).lstrip(" -")
    if "," in last.text:
        return it.at("options beside a value stand in braces", f"write {{{text}}}")
    return it.at("a second : in one entry", quoted(_rest(it, it.line, last.column)))


def _continued(it: _Trouble, last: Scalar) -> Problem:
    """A key stands on a line that YAML reads as more of the scalar before it."""
    above = _rest(it, last.line, last.column)
    spaced = missing_space(above)
    if spaced and last.text.startswith(above):
        mark = Mark(it.source, last.line, last.column, last.column + len(above))
        return Problem("a space is missing behind the :", mark, hint=f"write {spaced}")
    line = it.source.line(last.line)
    hint = f"keys of one step begin at one column, here column {len(line) - len(line.lstrip(' -')) + 1}"
    return it.at(f"this line goes on with the value of line {last.line}, so no : can stand in it", hint)


def _dash(it: _Trouble) -> Problem:
    return it.at("a list can't begin behind its key", "begin it on the next line, or write it in [ ]")


def _colon(it: _Trouble) -> Problem:
    """`{batchnorm:, affine: false}`: YAML 1.2 reads it, libyaml doesn't."""
    return it.at("nothing stands behind this :", "leave the : out, or put a space behind it")


_CURES: Final[dict[str, Callable[[_Trouble], Problem]]] = {
    "tab character": _tab,
    "cannot start any token": _token,
    "scanning an alias": _alias,
    "scanning an anchor": _alias,
    "scanning a tag": _tag,
    "tag handle": _tag,
    "found unexpected end of stream": _quote,
    "found unexpected document indicator": _quote,
    "expected ',' or": _flow,
    "found unexpected ':'": _colon,
    "expected comment or line break": lambda it: it.at(
        "text behind | or > begins on a new line", "else quote the value"
    ),
    "expected node content": _content,
    "mapping keys are not allowed": _token,
    "expected key": _indent,
    "expected '-' indicator": _indent,
    "could not find expected ':'": _keyless,
    "mapping values are not allowed": _second_colon,
    "sequence entries are not allowed": _dash,
    "scanning a directive": lambda it: it.at("a line can't begin with %", column=1),
    "unknown escape character": lambda it: it.at("no such escape", "in single quotes a backslash is a backslash"),
    "expected <document start>": lambda it: it.at("the document ends before this line"),
}
