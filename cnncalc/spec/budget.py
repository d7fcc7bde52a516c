"""How much a spec may unroll to."""

from __future__ import annotations

from typing import Any, Final

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.spec.expressions import ExpressionError

MAX_LAYERS: Final = 1_000_000
_HINT: Final = "a larger --max-layers allows more"


class Budget:
    """Counts every step, iteration and call, those left out too; and long lists and expressions, which take time."""

    def __init__(self, most: int) -> None:
        self.most, self.left = most, most

    @property
    def refusal(self) -> str:
        return f"the spec unrolls to more than {self.most:,} steps"

    def count(self, mark: Mark, steps: int = 1) -> None:
        """Counts steps, before they are made."""
        if steps > self.left:
            raise SpecError(Problem(self.refusal, mark, hint=_HINT))
        self.left -= steps

    def look_at(self, value: Any) -> Any:
        """The value of a name; a long list counts each time, since `max` may go through all of it."""
        if isinstance(value, tuple) and len(value) >= 64:
            self.left -= len(value) // 64
            if self.left < 0:
                raise ExpressionError(self.refusal, hint=_HINT)
        return value
