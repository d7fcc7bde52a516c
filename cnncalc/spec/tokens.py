"""The words and signs of an expression, judged before Python's parser sees them.

The alphabet is closed and ASCII, so nothing but arithmetic reaches `ast.parse`, its offsets are columns, and a slip of
another language (`^`, `&&`, `2x`) is answered in words instead of "invalid syntax".
"""

from __future__ import annotations

import keyword
import re
from typing import Final, NamedTuple

MAX_LENGTH: Final = 500
MAX_LEVELS: Final = 50
OPERATORS: Final = frozenset({"and", "or", "not", "if", "else"})

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_TOKEN = re.compile(
    rf"""(?P<number>0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO][0-7]+(?:_[0-7]+)*
          |(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?{_DIGITS})?)
       |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
       |(?P<sign>\*\*|//|<<|>>|[=!<>]=|[-+*/%()\[\],<>=])
       |(?P<space>[ \t\r\n]+)""",
    re.VERBOSE,
)
_HINTS: Final = {
    "^": "^ is not power here; write **",
    "&": "write and",
    "&&": "write and",
    "|": "write or",
    "||": "write or",
    "!": "write not",
    "?": "write a if condition else b",
    ":": "there are no slices; a condition is written a if condition else b",
    "<<": "write * 2 **",
    ">>": "write // 2 **",
    "=": "write == to compare",
    ".": "an expression has no attributes",
    "'": "an expression holds no text; write the word without quotes",
    '"': "an expression holds no text; write the word without quotes",
    "{": "a list is written [a, b]",
    "}": "a list is written [a, b]",
    "×": "write *",
    "·": "write *",
    "÷": "write / or //",
    "−": "write -",
    "–": "write -",
    "²": "write ** 2",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "in": "write x == a or x == b",
    "is": "write ==",
    "True": "write true",
    "False": "write false",
    "None": "write null",
}


class ExpressionError(ValueError):
    """What is wrong with an expression; a `length` of 0 says that the whole expression is at fault.

    `name` is the name that nobody knows, where that is the problem.
    """

    def __init__(
        self, message: str, offset: int = 0, length: int = 0, hint: str | None = None, name: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.offset, self.length, self.hint, self.name = message, offset, length, hint, name


class Token(NamedTuple):
    """A number, name or sign and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def error(self, message: str, hint: str | None = None) -> ExpressionError:
        return ExpressionError(message, self.start, len(self.text), hint)

    @property
    def begins(self) -> bool:
        """Whether a value can begin here."""
        return self.kind == "number" or self.text in ("(", "[") or (self.kind == "name" and self.text not in OPERATORS)

    @property
    def ends(self) -> bool:
        """Whether a value can end here."""
        return self.kind == "number" or self.text in (")", "]") or (self.kind == "name" and self.text not in OPERATORS)


def tokens(text: str) -> list[Token]:
    """The tokens of an expression that is short, balanced and in our alphabet."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression of {len(text):,} characters; at most {MAX_LENGTH} are read")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _stranger(text, position)
        position = match.end()
        if match.lastgroup != "space":
            token = Token(str(match.lastgroup), match[0], match.start())
            _judge(found, token)
            found.append(token)
    if not found:
        raise ExpressionError("an empty expression")
    _balance(found)
    return found


def _stranger(text: str, position: int) -> ExpressionError:
    char = text[position]
    sign = char * 2 if char in "&|" and text.startswith(char * 2, position) else char
    return Token("", sign, position).error(f"{sign} can't stand in an expression", _HINTS.get(sign))


def _judge(before: list[Token], token: Token) -> None:
    """Refuses a token that Python would read and we don't, or that can't follow the one before it."""
    text, last = token.text, before[-1] if before else None
    if text in ("<<", ">>") or (token.kind == "name" and keyword.iskeyword(text) and text not in OPERATORS):
        raise token.error(f"{text} can't stand in an expression", _HINTS.get(text))
    if text == "=" and not (len(before) > 1 and before[-1].kind == "name" and before[-2].text == ","):
        raise token.error("= compares nothing", _HINTS["="])
    if token.kind == "number" and re.match(r"0[0-9_]*[1-9][0-9_]*$", text):
        raise token.error(f"{text} begins with 0", f"write {text.lstrip('0_')}")
    if last is None or not last.ends:
        return
    if last.kind == "number" and token.kind == "name" and last.end == token.start:
        raise _gap(last, token)
    if token.begins and text != "[" and not (text == "(" and last.kind == "name"):
        raise _gap(last, token)


def _gap(last: Token, token: Token) -> ExpressionError:
    sizes = f"{last.text}{token.text}".split("x")
    if len(sizes) > 1 and all(size.isdigit() for size in sizes):
        hint: str | None = f"write [{', '.join(sizes)}]"
    else:
        hint = f"write {last.text} * {token.text}" if last.kind == "number" and token.text not in OPERATORS else None
    missing = "a space" if token.text in OPERATORS else "an operator"
    message = f"{missing} is missing between {last.text} and {token.text}"
    return ExpressionError(message, last.start, token.end - last.start, hint)


def _balance(found: list[Token]) -> None:
    closing, unclosed = {")": "(", "]": "["}, []
    for token in found:
        if token.text in ("(", "["):
            unclosed.append(token)
            if len(unclosed) > MAX_LEVELS:
                raise token.error(f"an expression of more than {MAX_LEVELS} levels")
        elif token.text in closing and (not unclosed or unclosed.pop().text != closing[token.text]):
            raise token.error(f"{token.text} closes nothing")
    if unclosed:
        raise unclosed[-1].error(f"this {unclosed[-1].text} is never closed")
