"""A layer as a question describes it, before anything is known of its input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "?"
"""What the question asks for, or leaves open, in the place of a number."""


@dataclass
class Described:
    """A layer in our words: a type of the spec language and the options that the question states.

    `options` has PyTorch's names and values as a spec would have them (numbers, tuples per axis in the order D, H, W,
    the words `same` and `valid`), the principal one among them; what the question doesn't say is not there. `takes`
    is what the question says that it takes: the `in_channels` of `nn.Conv2d(3, 16, 5)`.
    """

    type: str
    options: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    """What the question calls it."""
    takes: int | str | None = None
    start: int = 0
    end: int = 0
    """Where in the question it stands."""
    gives: tuple[int | str, ...] | None = None
    """The size of its output that the question states, as written there."""
    implied: bool = False
    """Whether the question names no layer, only its filters."""
