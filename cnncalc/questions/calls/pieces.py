"""Which parts of a text are program: statements by their tokens, and lines such as imports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cnncalc.questions.calls.tokens import METHODS, Program, Span

_ROOTS: Final = frozenset({
    "nn", "torch", "F", "tf", "keras", "layers", "self", "super", "optim", "torchvision", "torchinfo",
    "torchsummary", "np", "tensorflow", "models",
})  # fmt: skip
_FUNCTIONS: Final = frozenset({
    "Sequential", "Model", "OrderedDict", "ModuleList", "summary", "print", "super",
})  # fmt: skip
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "//", "@", "**"})
_LINE: Final = re.compile(
    r"""(?m)^[ \t]*(?:
        from[ \t]+[\w.]+[ \t]+import\b[^\n]*
      | import[ \t]+[\w.]+(?:[ \t]+as[ \t]+\w+)?(?:,[ \t]*[\w.]+)*[ \t]*$
      | class[ \t]+\w+[ \t]*(?:\([^()\n]*\))?[ \t]*:
      | def[ \t]+\w+[ \t]*\([^()\n]*\)[^:\n]*:
      | for[ \t]+\w+(?:[ \t]*,[ \t]*\w+)*[ \t]+in[ \t]+[\w.]+[ \t]*(?:\([^\n]*\))?[ \t]*:[ \t]*$
      | with[ \t]+[\w.]+\([^\n]*:[ \t]*$
      | (?:el)?if[ \t]+(?:__name__|self\.|torch\.|not[ ]\w+[ \t]*:|\w+[ ](?:is|==)[ ])[^\n]*:[ \t]*$
      | (?:else|try|finally|pass)\b[ \t]*:?[ \t]*$
      | [)\]},; \t]+$
      | ```\w*[ \t]*$
    )""",
    re.VERBOSE,
)
_INPUT: Final = re.compile(r"(?i)input.*\d")


class Piece(NamedTuple):
    """A statement by the indices of its tokens: `target = …`, `return …` or an expression alone."""

    first: int
    value: int
    """Where the expression begins."""
    end: int
    target: tuple[str, ...] = ()


def operand_end(program: Program, at: int) -> int:
    """The index behind the name, call, number, word or bracket that begins there."""
    tokens, begin = program.tokens, at
    if at < len(tokens) and tokens[at].text == "-":
        at += 1
    if at >= len(tokens):
        return begin
    if at in program.close:
        at = program.close[at] + 1
    elif tokens[at].kind in ("name", "number", "string", "unknown"):
        at += 1
    else:
        return begin
    while at < len(tokens):
        if program.is_applied(at) or (tokens[at].text == "[" and at in program.close):
            at = program.close[at] + 1
        elif program.joins(at):
            at += 2
        else:
            break
    return at


def expression_end(program: Program, at: int) -> int:
    """The index behind the operands and operators that begin there."""
    end = operand_end(program, at)
    while end > at and end < len(program.tokens) and program.tokens[end].text in _OPERATORS:
        after = operand_end(program, end + 1)
        if after == end + 1:
            break
        end = after
    return end


def pieces(program: Program, known: Mapping[int, bool], begin: int = 0, end: int | None = None) -> Iterator[Piece]:
    """The statements between two tokens in order; `known` says by its first token whether a call is program."""
    tokens = program.tokens
    stop = len(tokens) if end is None else end
    everything = end is not None
    at, names = begin, frozenset(call.first for call in program.calls)
    while at < stop:
        if tokens[at].kind != "name":
            at += 1
            continue
        after = at + 1
        while after + 1 < stop and program.joins(after):
            after += 2
        target = tuple(token.text for token in tokens[at:after:2])
        piece = None
        if everything and target == ("return",):
            piece = Piece(at, after, expression_end(program, after), target)
        elif after < stop and tokens[after].text in ("=", "+="):
            value = after + 1
            if everything or _is_program(program, value, known):
                sign = ("+=",) if tokens[after].text == "+=" else ()
                piece = Piece(at, value, expression_end(program, value), (*sign, *target))
        elif at in names and (everything or known.get(at, False)):
            piece = Piece(at, at, expression_end(program, at))
        if piece is not None and piece.end > at:
            yield piece
            at = piece.end
        else:
            at = after


def _is_program(program: Program, at: int, known: Mapping[int, bool]) -> bool:
    """Whether what is assigned begins with a call that is program, perhaps in a list."""
    while at in program.close and program.close[at] > at + 1:
        at += 1
        while at < len(program.tokens) and program.tokens[at].kind == "line":
            at += 1
    return known.get(at, False)


def is_program(path: tuple[str, ...], variables: frozenset[str]) -> bool:
    """Whether a call of that name is program wherever it stands; layers are known elsewhere."""
    if len(path) == 1:
        return path[0] in _FUNCTIONS or path[0] in variables
    return bool(set(path[:-1]) & _ROOTS) or path[-1] in METHODS or path[0] in variables


def lines(program: Program) -> Iterator[Span]:
    """The spans of the lines that are program by their form."""
    for match in _LINE.finditer(program.text):
        if match[0].strip():
            yield match.span()


def comments(program: Program, spans: list[Span]) -> Iterator[Span]:
    """The spans of the comments that stand behind program or in the line above or below it."""
    ends = {end for _, end in spans}
    starts = {start for start, _ in spans}
    for comment in program.comments:
        if _INPUT.search(comment.text):
            continue  # a fact that prose is read for
        line = program.text.rfind("\n", 0, comment.start) + 1
        before = program.text[line : comment.start].rstrip(" \t,)]:")
        behind = program.text[comment.end : comment.end + 200]
        after = comment.end + len(behind) - len(behind.lstrip())
        if before.strip() or after in starts or line - 1 in ends:
            yield comment.start, comment.end
