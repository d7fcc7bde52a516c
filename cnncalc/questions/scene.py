"""What a question states: its layers one by one, what goes in, what comes out, and what nobody has read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from cnncalc.questions.choices import Choice
from cnncalc.questions.described import Described
from cnncalc.questions.mentions import Mention
from cnncalc.questions.numbers import Number
from cnncalc.questions.remarks import Remark

Shape = tuple[Any, ...]
Fact = Number | Remark
"""What is said of a layer, in a number or in words."""

ATTRIBUTES = (
    "kernel_size",
    "pool_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "out_channels",
    "out_features",
    "output_padding",
    "count",
)
"""The roles of numbers that belong to a layer."""

POOLS = ("pool", "maxpool", "avgpool", "minpool", "sumpool")
CONVS = ("conv", "conv_transpose", "local", "depthwise", "pointwise", "separable")
WINDOWED = (*POOLS, *CONVS)


@dataclass
class Scene:
    """What a question states: the layers in their order, the input, and the rest."""

    text: str
    layers: list[Described] = field(default_factory=list)
    shape: Shape | None = None
    """The input as the question writes it."""
    entering: Shape | None = None
    """The input as its code gives it: channels first, without the batch."""
    sides: dict[str, Any] = field(default_factory=dict)
    """Single sides of the input that the question states: `height`, `in_channels`, …"""
    output: Shape | None = None
    """The final output that the question states."""
    remarks: list[Remark] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    unread: list[Number] = field(default_factory=list)
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Options of all layers of a type."""
    batch: int | None = None
    layout: str | None = None
    framework: str | None = None
    rank: int | None = None
    chained: bool = False
    """Whether its code says that every layer takes what the one before it gives."""
    separate: bool = False
    """Whether every layer acts on the input itself, as the items of a numbered list do."""
    choices: tuple[Choice, ...] = ()
    """The answers that the question offers."""
    references: list[tuple[Mention, Any]] = field(default_factory=list)
    """Layers spoken of again: the mention, and its place (`first`, `last`) if one is said."""

    doubtful: list[Mention] = field(default_factory=list)
    """Layers named beside code without any fact: it is not clear whether they belong to it."""

    owners: dict[int, list[Described]] = field(default_factory=dict)
    """The layers that a fact was given to, by where it stands."""

    def remark(self, kind: str) -> Any:
        """The value of the first remark of a kind."""
        return next((one.value for one in self.remarks if one.kind == kind), None)


class Spanned(Protocol):
    """What stands somewhere in a question."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def spans(*groups: Iterable[Spanned]) -> list[tuple[int, int]]:
    """Where they stand."""
    return [(one.start, one.end) for group in groups for one in group]


def stated(scene: Scene) -> list[tuple[int, int]]:
    """Where facts are stated, which ask for nothing."""
    spans = [number.words for number in scene.numbers if number.role]
    for one in scene.remarks:
        both = one.kind == "bias" and re.match(r"(?i)(?:and|plus)\b", scene.text[one.start : one.end])
        if one.kind in ("bias", "padding", "keeps", "dilation", "stride", "bytes", "layout") and not both:
            spans.append((one.start, one.end))
    return spans


def kind_of(fact: Fact) -> str:
    """What a fact is about: an option, or the number of layers."""
    return (fact.role or "") if isinstance(fact, Number) else fact.kind


def family_of(kind: str) -> str:
    """Types that a question may speak of by the same word."""
    return "pool" if kind in POOLS else "conv" if kind in ("conv", "conv_transpose", "local") else kind


def option_of(kind: str, type_: str) -> str:
    """What an option is called on a type."""
    return (
        "kernel_size" if kind == "pool_size" else "out_features" if kind == "out_channels" and type_ == "fc" else kind
    )
