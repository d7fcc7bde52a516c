"""What stands around a call: brackets, other calls, a variable, the marks of a printed module."""

from __future__ import annotations

from typing import Final

from cnncalc.questions.calls.tokens import ADDING, Call, Program

_TIMES: Final = frozenset({"x", "×", "*", "x2", "x3", "x4", "x5"})
HOLDERS: Final = ADDING | {"Sequential", "OrderedDict", "ModuleList", "ModuleDict", "Model"}
"""Calls that hold layers."""


class Surroundings:
    """Answers what stands around a call of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_open = {call.open: call for call in program.calls}
        self.around = _around(program)

    def outer(self, call: Call) -> Call | None:
        """The call in whose innermost brackets it stands."""
        at = self.around[call.first]
        return None if at is None else self.by_open.get(at)

    def labels(self, at: int) -> bool:
        """Whether the name there only says which argument follows, or which module PyTorch prints: `(conv1): …`."""
        return self.program.is_text(at + 1, "=") or (
            self.program.is_text(at - 1, "(") and self.program.is_text(at + 1, ")", ":")
        )

    def is_printed(self, call: Call) -> bool:
        """Whether it stands as PyTorch prints a module: `(conv1): Conv2d(…)`."""
        before = call.first - 1
        return before >= 3 and self.program.is_text(before - 1, ")", ":") and self.program.is_text(before - 3, "(")

    def target(self, outermost: int) -> str | None:
        """The variable that the expression beginning there is assigned to."""
        tokens = self.program.tokens
        if outermost >= 2 and tokens[outermost - 1].text in ("=", "+=") and tokens[outermost - 2].kind == "name":
            return tokens[outermost - 2].text
        return None

    def is_repeated(self, call: Call) -> bool:
        """Whether it is written as several: `3 x Conv2d(…)`, `Conv2d(…) × 3`."""
        tokens, before = self.program.tokens, call.first - 1
        times = before >= 1 and tokens[before].text in _TIMES and tokens[before - 1].kind == "number"
        return times or self.is_multiplied(self.program.last(call) + 1)

    def is_multiplied(self, at: int) -> bool:
        """Whether the token there says that what comes before it stands for several."""
        tokens = self.program.tokens
        if at >= len(tokens) or tokens[at].text not in _TIMES:
            return False
        return len(tokens[at].text) > 1 or (at + 1 < len(tokens) and tokens[at + 1].kind in ("number", "name"))


def _around(program: Program) -> list[int | None]:
    """The innermost bracket around every token that is closed again."""
    found: list[int | None] = []
    stack: list[int] = []
    for at in range(len(program.tokens)):
        while stack and program.close[stack[-1]] <= at:
            stack.pop()
        found.append(stack[-1] if stack else None)
        if at in program.close:
            stack.append(at)
    return found
