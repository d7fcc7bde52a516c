"""The values of expressions and what may be done with them: closed, bounded and quick to refuse.

Results stay below 2**256, and a power is judged before it is computed, so no expression can take long or fill memory.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, Union

from cnncalc.spec.tokens import MAX_LEVELS, ExpressionError

MAX_ITEMS: Final = 100_000
_LIMIT: Final = 2**256
_SIZE_LIMIT: Final = 2**63


@dataclass(frozen=True, slots=True)
class Word:
    """The name of a type, block or earlier step; `scope`, for those who resolve it, is no part of the comparison."""

    text: str
    scope: object = field(default=None, compare=False)


Value: TypeAlias = Union[int, float, bool, None, Word, tuple["Value", ...]]
Number: TypeAlias = Union[int, float]


def written(value: Value) -> str:
    """The value as a spec would write it, cut where it is long."""
    pieces, rest, length = [], [value], 0
    closing = object()
    while rest and length < 60:
        item: Any = rest.pop()
        if item is closing:
            piece = "]"
        elif isinstance(item, tuple):
            piece = "["
            rest += [closing, *reversed(item[:60])]
        else:
            piece = _scalar(item) + (", " if rest and rest[-1] is not closing else "")
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces) + ("…" if rest else "")
