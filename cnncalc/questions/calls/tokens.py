"""Program text pasted into a question: its tokens, its brackets and the calls among them.

Pasted code is rarely whole: quotes are curly, brackets stay open, prose goes on in the same line. So brackets that are
never closed count as nothing, and every step takes a time in proportion to the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Where something begins in the text, and where it has ended."""
MOST_TOKENS: Final = 400
"""Tokens of a call's arguments; one with more is none that people write."""
_DEEPEST = 20
"""Brackets that one closing bracket may find left open inside its own."""

_PLAIN: Final = str.maketrans("‘’‚′`“”„″\u00a0\u2009\u202f−–", "''''`\"\"\"\"   --")
"""One character for one: a place in the plain text is the same place in the question."""

_PROMPT: Final = re.compile(r"(?m)^[ \t]*(?:>>>|\.\.\.(?=[ \t]+[^\s,]))")
_COUNTED: Final = "of|params?|parameters|filters|kernels?|channels|layers|weights|biases|neurons|units"
_TOKEN: Final = re.compile(
    rf"""
    (?P<comment>\#(?!\s?(?:{_COUNTED})\b)[^\n]*)
  | (?P<string>(?<![\w)\]])(?:'[^'"\n]{{0,80}}['"]|"[^'"\n]{{0,80}}['"]))
  | (?P<dims>\d{{1,9}}(?:[ ]?[x×X][ ]?\d{{1,9}}){{1,3}}\b)
  | (?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?\.?)
  | (?P<unknown>\?+|\.\.\.+|…+|_{{1,40}}(?!\w))
  | (?P<name>[^\W\d]\w*)
  | (?P<line>\n)
  | (?P<arrow>->|→|⟶|=>|⇒)
  | (?P<op>==|\+=|\*\*|//|[-+*/=.,:@])
  | (?P<open>[(\[{{])
  | (?P<close>[)\]}}])
  | (?P<other>[^\s])
    """,
    re.VERBOSE,
)
_STATEMENT: Final = re.compile(
    r"[ \t]*(?:def |class |return\b|from [\w.]+ import|import |self\.\w+[ \t]*=|[\w.]+[ \t]*\.[ \t]*add[ \t]*\("
    r"|\w+[ \t]*=[ \t]*[\w.]+\((?![^\n]*,[ \t]*(?:\n|$)))"
)
ADDING: Final = frozenset({"add", "append", "extend", "add_module"})
"""Methods by which a model or a list gets one more layer."""
METHODS: Final = ADDING | {"compile", "fit", "evaluate", "predict", "summary", "build"}
"""Methods of models and lists that program text is known by."""
_OWNERS: Final = frozenset({"nn", "layers", "keras", "models", "tf", "torch", "self", "F"})
_LISTS: Final = frozenset({"Sequential", "OrderedDict", "ModuleList", "add"})
_IN_LISTS: Final = frozenset({"open", "close", "string", "unknown", "op"})
_CLOSES: Final = {")": "(", "]": "[", "}": "{"}


class Token(NamedTuple):
    """A word of the program and where it stands; `kind` is the name of its pattern."""

    kind: str
    text: str
    start: int
    end: int


class Call(NamedTuple):
    """A call by the indices of its tokens; `close` is None where the bracket is never closed."""

    path: tuple[str, ...]
    """The dotted name: ("nn", "Conv2d"); its first part is empty where it is called on a result."""
    first: int
    open: int
    close: int | None

    @property
    def name(self) -> str:
        return self.path[-1]


class Program:
    """The tokens of a text without its comments, `close` of every bracket that has one, and all calls."""

    def __init__(self, text: str) -> None:
        plain = text.translate(_PLAIN)
        if ">>>" in plain:
            plain = _PROMPT.sub(lambda prompt: " " * len(prompt[0]), plain)
        self.text = plain
        self.prompts = [match.span() for match in _PROMPT.finditer(text)] if ">>>" in text else []
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        for match in _TOKEN.finditer(plain):
            token = Token(match.lastgroup or "", match[0], *match.span())
            (self.comments if token.kind == "comment" else self.tokens).append(token)
        self.close = _pairs(plain, self.tokens)
        self.line_ends = _line_ends(self.tokens)
        self.calls = [call for i in range(len(self.tokens)) if (call := self._call(i))]
        self._close_holders()

    def _call(self, at: int) -> Call | None:
        if self.tokens[at].text != "(" or not at or self.tokens[at - 1].kind != "name":
            return None
        first = self.dotted(at - 1)
        path = tuple(token.text for token in self.tokens[first:at:2])
        if first and self.joins(first - 1):
            path = ("", *path)
        spaced = self.tokens[at].start > self.tokens[at - 1].end
        if spaced and len(path) == 1 and path[0][-1:] not in "dD":
            return None  # prose: a word and a remark in brackets
        return Call(path, first, at, self.close.get(at))

    def _close_holders(self) -> None:
        """A list of layers whose bracket stays open ends with its last layer."""
        names = {call.first: call for call in self.calls}
        for number in range(len(self.calls) - 1, -1, -1):
            call = self.calls[number]
            if call.close is not None or call.name not in _LISTS:
                continue
            end = at = call.open
            while at + 1 < len(self.tokens):
                at += 1
                kind, inner = self.tokens[at].kind, names.get(at)
                if inner and inner.name[:1].isupper():
                    end = at = self.last(inner)
                elif kind in _IN_LISTS:
                    end = at
                elif kind != "line":
                    break
            self.close[call.open] = end
            self.calls[number] = names[call.first] = call._replace(close=end)

    def dotted(self, at: int) -> int:
        """The index of the first token of the dotted name that ends there."""
        for _ in range(_DEEPEST):
            if at < 2 or self.tokens[at - 2].kind != "name" or not self.joins(at - 1):
                break
            at -= 2
        return at

    def joins(self, at: int) -> bool:
        """Whether the token is the dot of a dotted name rather than the end of a sentence: `model. add(`."""
        if at == 0 or self.tokens[at].text != "." or at + 1 == len(self.tokens) or self.tokens[at + 1].kind != "name":
            return False
        before, dot, after = self.tokens[at - 1 : at + 2]
        near = after.start - before.end == 1
        return near or (dot.start == before.end and (before.text in _OWNERS or after.text in METHODS))

    def inside(self, call: Call) -> list[Token]:
        """The tokens of the arguments; without a closing bracket those of the line."""
        end = min(self.last(call) + (call.close is None), call.open + MOST_TOKENS + 2)
        return self.tokens[call.open + 1 : end]

    def last(self, call: Call) -> int:
        """The index of the last token of the call."""
        return self.line_ends[call.open] if call.close is None else call.close

    def is_applied(self, at: int) -> bool:
        """Whether a bracket there calls what stands before it: at once, or behind a space on a name alone."""
        if at not in self.close or self.tokens[at].text != "(":
            return False
        near = self.tokens[at].start == self.tokens[at - 1].end
        return near or (self.close[at] == at + 2 and self.tokens[at + 1].kind == "name")

    def is_text(self, at: int, *texts: str) -> bool:
        """Whether the tokens from there on read so."""
        return [token.text for token in self.tokens[max(at, 0) : max(at, 0) + len(texts)]] == list(texts) and at >= 0


def _line_ends(tokens: list[Token]) -> list[int]:
    """For every token the last one of its line."""
    ends = [0] * len(tokens)
    end = len(tokens) - 1
    for at in range(len(tokens) - 1, -1, -1):
        end = at - 1 if tokens[at].kind == "line" else end
        ends[at] = max(end, at)
    return ends


def _pairs(text: str, tokens: Iterable[Token]) -> dict[int, int]:
    """The closing bracket of every bracket that has one; a line that begins a statement leaves nothing open."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    kinds: list[str] = []
    for at, token in enumerate(tokens):
        if token.kind == "open":
            waiting.append(at)
            kinds.append(token.text)
        elif token.kind == "close":
            wanted, recent = _CLOSES[token.text], kinds[-_DEEPEST:]
            if wanted in recent:
                gone = recent[::-1].index(wanted)
                found[waiting[-1 - gone]] = at
                del waiting[-1 - gone :], kinds[-1 - gone :]
        elif token.kind == "line" and waiting and _STATEMENT.match(text, token.end):
            waiting.clear()
            kinds.clear()
    return found
