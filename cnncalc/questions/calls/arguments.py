"""The arguments of one call: read by Python's own parser, evaluated by a handful of rules, never run."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls.tokens import MOST_TOKENS, Token
from cnncalc.questions.described import UNKNOWN

_LONGEST, _DEEPEST = 2000, 20
_LIMIT = 2**63
_BLANK: Final = "blank_"
_BLANKS: Final = frozenset({"xxx", "XXX", "blank", "BLANK", "todo", "TODO", "fill_in", "FILL_IN", _BLANK})
_BEFORE_NUMBERS: Final = frozenset({
    "stride", "strides", "padding", "pad", "kernel", "kernel_size", "filters", "dilation", "groups", "s", "p", "k",
    "d", "g",
})  # fmt: skip
"""Words that a number may follow as in speech: `MaxPool(2×2, stride 2)`."""


class NotReadError(Exception):
    """The arguments mean nothing that is known here; `prose` where they are words rather than a program."""

    def __init__(self, message: str, prose: bool = False) -> None:
        super().__init__(message)
        self.prose = prose


class Name(str):
    """An identifier, or a calculation with one, whose value the text doesn't tell."""

    __slots__ = ()


class Nested(NamedTuple):
    """A call in the place of an argument."""

    name: str
    arguments: Arguments


class Arguments(NamedTuple):
    """The values of a call, by place and by name."""

    places: tuple[Any, ...]
    names: dict[str, Any]
    arrow: bool = False
    """Whether an arrow stands between the first two: `32→64`."""
    loose: bool = False
    """Whether a side is written as no program has it: `3×3`."""


def arguments(tokens: Sequence[Token], values: Mapping[str, Any]) -> Arguments:
    """The arguments that these tokens give; `values` are those of the identifiers. Raises `NotReadError`."""
    node = parsed(f"call({source(tokens)})")
    if not isinstance(node, ast.Call):
        raise NotReadError("no call")
    arrows = [at for at, token in enumerate(tokens) if token.kind == "arrow"]
    if arrows and arrows != [1]:
        raise NotReadError("an arrow not between the first two numbers")
    given = called(node, values)
    return given._replace(arrow=bool(arrows), loose=any(token.kind == "dims" for token in tokens))


def source(tokens: Sequence[Token], placeholders: Mapping[int, tuple[str, int]] | None = None) -> str:
    """The tokens as Python reads them; `placeholders` stand, from the token's place on, for so many of them."""
    parts: list[str] = []
    at = 0
    while at < len(tokens):
        token, after = tokens[at], tokens[at + 1].kind if at + 1 < len(tokens) else ""
        if placeholders and at in placeholders:
            name, length = placeholders[at]
            parts.append(name)
            at += length
            continue
        parts.append(_written(token, after))
        at += 1
    return _bounded(" ".join(parts), len(parts))


def _written(token: Token, after: str) -> str:
    kind, text = token.kind, token.text
    if kind == "other":
        raise NotReadError(f"{text} in a call", prose=True)
    if kind == "string":
        return repr(text[1:-1])
    if kind == "dims":
        sides = text.replace("×", "x").replace("X", "x").split("x")
        return f"({', '.join(str(int(side)) for side in sides)})"
    if kind == "name":
        name = f"{text}_" if keyword.iskeyword(text) and text not in ("True", "False", "None", "not") else text
        if after in ("number", "dims") and name in _BEFORE_NUMBERS:
            return f"{name} ="
        if after in ("name", "number", "dims") and name != "not":
            raise NotReadError("words", prose=True)
        return name
    if kind in ("number", "dims") and after == "name":
        raise NotReadError("words", prose=True)
    return {"unknown": _BLANK, "arrow": ",", "line": ""}.get(kind, text.rstrip(".") if kind == "number" else text)


def _bounded(text: str, count: int) -> str:
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if len(text) > _LONGEST or count > MOST_TOKENS or deepest > _DEEPEST:
        raise NotReadError("a call too long or too deep to be one")
    return text


def parsed(text: str) -> ast.expr:
    """The expression that a bounded text is."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise NotReadError("no Python") from None


def called(node: ast.Call, values: Mapping[str, Any], level: int = 0) -> Arguments:
    """The arguments of a parsed call."""
    names: dict[str, Any] = {}
    for entry in node.keywords:
        if entry.arg is None or entry.arg in names:
            raise NotReadError("** or a name given twice")
        names[entry.arg] = value(entry.value, values, level)
    return Arguments(tuple([value(entry, values, level) for entry in node.args]), names)


def value(node: ast.expr, values: Mapping[str, Any], level: int = 0) -> Any:
    """A number, word, tuple, `Name`, `Nested` call, None or `UNKNOWN`."""
    if level > _DEEPEST:
        raise NotReadError("too deep")
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple([value(entry, values, level + 1) for entry in node.elts])
    if isinstance(node, ast.Name):
        return UNKNOWN if node.id in _BLANKS else values.get(node.id, Name(node.id))
    if isinstance(node, ast.Attribute):
        return values.get(node.attr, Name(node.attr))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _calculated(node, (value(node.operand, values, level + 1),), lambda a: -a)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        pair = value(node.left, values, level + 1), value(node.right, values, level + 1)
        return _calculated(node, pair, _OPERATIONS[type(node.op)])
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return Nested(name, called(node, values, level + 1))
    raise NotReadError(f"{type(node).__name__} in a call")


_OPERATIONS: Final[dict[type[ast.operator], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}


def _constant(constant: Any) -> Any:
    if isinstance(constant, (bool, str)) or constant is None:
        return constant
    if isinstance(constant, (int, float)) and abs(constant) < _LIMIT:
        return constant
    raise NotReadError("a number out of bounds")


def _calculated(node: ast.expr, operands: tuple[Any, ...], operation: Any) -> Any:
    if UNKNOWN in operands:
        return UNKNOWN
    if any(isinstance(operand, Name) for operand in operands):
        return Name(ast.unparse(node))
    if not all(isinstance(operand, (int, float)) and not isinstance(operand, bool) for operand in operands):
        raise NotReadError("a calculation with no numbers")
    try:
        return _constant(operation(*operands))
    except ZeroDivisionError:
        raise NotReadError("a division by zero") from None
