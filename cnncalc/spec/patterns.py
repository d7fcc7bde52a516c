"""Pattern strings, `INPUT -> [[CONV3-64 -> RELU]*2 -> POOL2]*3 -> FC-10`, taken apart: elements, groups, repetitions.

What an element means is none of this module's business; see `read_patterns`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from cnncalc.errors import Mark, Problem, SpecError, shortened, visible
from cnncalc.spec.nodes import Places, Scalar
from cnncalc.spec.problems import ROOM
from cnncalc.spec.tokens import MAX_LENGTH, MAX_LEVELS

EXAMPLE: Final = "INPUT -> [[CONV3-64 -> RELU]*2 -> POOL2]*3 -> FC-10"
_TOKEN = re.compile(
    r"""(?P<arrow>->|→)
       |(?P<opening>[\[(])
       |(?P<closing>[\])])
       |(?P<star>\^\s*\{\s*\*?|\*)
       |(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+(?:\.[0-9]+)?)*\??)
       |(?P<space>\s+)""",
    re.VERBOSE,
)
_TIMES = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*(?:\[[^]>→]*\])?|[0-9][A-Za-z0-9_.]*|\()")
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}
_JOINED: Final = "elements are joined by ->"
_HINTS: Final = {
    "?": "decide: write the element, or leave it out",
    "^": "a repetition is written *2 or ^{*2}",
    "+": f"{_JOINED}; a sum of branches is written as a list of steps, with add:",
    "/": "a stride stands in defaults:, for example defaults: {maxpool: {stride: 2}}",
    ":": "options stand in defaults:, or in a list of steps",
    "{": "brackets of a pattern are [ ] and ( )",
    "×": "a repetition is written *2 behind what it repeats",
    **dict.fromkeys(",=>|⇒⟶⟹➔➜➝➞➡", _JOINED),
    **dict.fromkeys("0123456789", "a number stands behind: CONV3-64, FC-10, [CONV3-64]*2"),
    **dict.fromkeys("-–—‐‑−", "sizes stand behind a plain - without spaces: CONV3-64"),
}


class Element(NamedTuple):
    """A word, where it begins in the text, and how often it stands there."""

    node: Scalar
    offset: int
    times: Scalar | None = None


class Group(NamedTuple):
    """What stands in brackets, and how often; the pattern itself is one too."""

    node: Scalar
    items: list[Element | Group]
    times: Scalar | None = None


def parse(node: Scalar, places: Places) -> Group:
    """The elements and groups of a pattern; `SpecError` for the first thing that can't be read."""
    return _Parser(node, places).run()


class _Parser:
    """One pass over the text; `open` are the brackets that are still to be closed, the pattern itself first."""

    def __init__(self, node: Scalar, places: Places) -> None:
        self.text, self.places = node.text, places
        self.open = [Group(node, [])]
        self.last: Scalar | None = None
        """The arrow or element before; None at the beginning of the pattern or a group."""
        self.due = True
        """Whether an element has to follow."""

    def run(self) -> Group:
        position = 0
        while position < len(self.text):
            found = _TOKEN.match(self.text, position)
            if found is None:
                self.refuse_stranger(position)
            position = found.end()
            if found.lastgroup == "star":
                position = self.star(found)
            elif found.lastgroup != "space":
                node = self.places.scalar(found.start(), len(found[0]))
                getattr(self, str(found.lastgroup))(node, found.start())
                self.last = node
        if len(self.open) > 1:
            bracket = self.open[-1].node
            hint = f"its {_CLOSING[bracket.text]} is missing"
            self.refuse(f"this {bracket.text} is never closed", bracket.mark, hint)
        if self.due and self.last is not None:
            self.refuse("nothing stands behind this arrow", self.last.mark)
        if self.due:
            self.refuse("an empty pattern", self.open[0].node.mark, f"for example {EXAMPLE}")
        return self.open[0]

    def arrow(self, node: Scalar, _: int) -> None:
        if self.due:
            self.refuse("nothing stands before this arrow", node.mark)
        self.due = True

    def word(self, node: Scalar, offset: int) -> None:
        self.check_arrow(node, offset)
        if node.text.endswith("?"):
            word = node.text[:-1]
            hint = f"decide: write {word}, or leave it out"
            self.refuse(f"an element that may be there or not: {node.text}", node.mark, hint)
        self.open[-1].items.append(Element(node, offset))
        self.due = False

    def check_arrow(self, node: Scalar, offset: int) -> None:
        if not self.due:
            hint = _HINTS["×"] if re.fullmatch("[xX][0-9]*", node.text) else self.computed(offset) or _JOINED
            self.refuse(f"an arrow is missing before {shortened(node.text, ROOM)}", node.mark, hint)

    def opening(self, node: Scalar, offset: int) -> None:
        self.check_arrow(node, offset)
        if len(self.open) > MAX_LEVELS:
            self.refuse(f"a pattern of more than {MAX_LEVELS} levels", node.mark)
        self.open.append(Group(node, []))

    def closing(self, node: Scalar, _: int) -> None:
        group = self.open[-1]
        if len(self.open) == 1:
            self.refuse(f"{node.text} closes nothing", node.mark)
        if _CLOSING[group.node.text] != node.text:
            place = f"column {group.node.column}"
            if group.node.line != node.line:
                place = f"line {group.node.line}, {place}"
            self.refuse(f"{node.text} closes the {group.node.text} of {place}", node.mark)
        if self.due:
            self.refuse(f"nothing stands before this {node.text}", node.mark)
        self.open.pop()
        self.open[-1].items.append(group)
        self.due = False

    def star(self, found: re.Match[str]) -> int:
        """Gives the last item its number; the position behind that."""
        mark = self.places.mark(found.start(), len(found[0]))
        items = self.open[-1].items
        if self.due:
            hint = "it stands behind an element or a closing bracket: [CONV3-64]*2"
            self.refuse("this * repeats nothing", mark, hint)
        if items[-1].times is not None:
            self.refuse("a second repetition", mark, "write both as one, for example *(2 * 3)")
        start, end = self.braced(found, mark) if "{" in found[0] else self.bare(found.end())
        if not self.text[start:end].strip():
            self.refuse("* without a number", mark, "for example *2, *N or *(N + 1)")
        items[-1] = items[-1]._replace(times=self.places.scalar(start, end - start))
        return end + ("{" in found[0])

    def braced(self, found: re.Match[str], mark: Mark) -> tuple[int, int]:
        """Where the number of ^{*N} begins and ends."""
        end = self.text.find("}", found.end(), found.end() + 2 * MAX_LENGTH)
        if end < 0:
            self.refuse("this { is never closed", mark, "its } is missing")
        if not found[0].endswith("*"):
            self.refuse("a { without *", mark, "a repetition is written *2 or ^{*2}")
        return found.end(), end

    def bare(self, position: int) -> tuple[int, int]:
        """Where a number, a name or an expression in brackets begins and ends; nowhere if there is none."""
        found = _TIMES.match(self.text, position)
        start, end = found.span(1) if found else (position, position)
        level = 1 if self.text[start:end] == "(" else 0
        while level and end < min(len(self.text), start + 2 * MAX_LENGTH):
            level += {"(": 1, ")": -1}.get(self.text[end], 0)
            end += 1
        if level:
            self.refuse("this ( is never closed", self.places.mark(start, 1), "its ) is missing")
        return start, end

    def refuse_stranger(self, position: int) -> NoReturn:
        char = self.text[position]
        hint = self.computed(position) or _HINTS.get(char, f"for example {EXAMPLE}")
        if self.text.startswith(">", position + 1):
            hint = _JOINED
        self.refuse(f"{visible(char)} can't stand in a pattern", self.places.mark(position, 1), hint)

    def computed(self, position: int) -> str | None:
        """The hint where an expression goes on right behind the number of a repetition."""
        items = self.open[-1].items
        if self.due or items[-1].times is None or self.text[position - 1].isspace():
            return None
        return "a number that is computed stands in brackets: *(N + 1)" if self.text[position] in "+-/%([" else None

    def refuse(self, message: str, mark: Mark, hint: str | None = None) -> NoReturn:
        raise SpecError(Problem(message, mark, hint=hint))
