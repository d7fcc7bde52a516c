"""What an option of a layer may hold: its kind, default and bounds, declared once and read by everybody.

The annotation is the kind. `option()` adds what it can't say: the symbol in the formulas and the legal range.
Stop at these bounds; anything stranger is Python in the layer's own `check`.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Optional, Union

from cnncalc.formula import Formula

Axes = Union[int, tuple[int, ...]]
"""One number for every spatial axis, or one per axis in the order D, H, W."""
Scales = Union[int, float, tuple[float, ...]]
"""As `Axes`, fractions allowed."""
Sizes = Union[int, None, tuple[Optional[int], ...]]
"""As `Axes`; None keeps an axis as it is."""
Padding = Union[int, str, tuple[int, ...]]
"""As `Axes`, or the word `same` or `valid`."""
Pairs = Union[int, tuple[Any, ...]]
"""One number, a pair (before, after) for every axis, or a pair per axis."""
Tail = Annotated[Union[int, tuple[int, ...], None], "the last sizes"]
"""The last sizes of a shape, channels included; None is the whole shape."""

REQUIRED: Any = object()
_FOUR = "libraries disagree on the order of four numbers: write [[top, bottom], [left, right]]"


class Unfit(ValueError):
    """A layer that doesn't fit: the bare fact, the option at fault, the reasons and a way out. It knows no file."""

    def __init__(
        self, message: str, *, option: str | None = None, because: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.option, self.because, self.hint = message, option, because, hint


class Option:
    """One option of a layer type, as its class declares it; the annotation is its kind.

    `symbol` is its symbol in the formulas. It is at least `least`, greater than `above`, at most `most` (which may be a
    formula, evaluated per axis), and divides the symbols in `divides`. `words` are the words it takes; `default_to`
    names the option whose value stands in for None.
    """

    name: str
    kind: Any

    def __init__(
        self,
        default: Any,
        symbol: str | None,
        least: float | None,
        above: float | None,
        most: "float | Formula | None",
        divides: tuple[str, ...],
        words: tuple[str, ...],
        default_to: str | None,
    ) -> None:
        self.default, self.symbol, self.default_to = default, symbol, default_to
        self.least, self.above, self.most = least, above, most
        self.divides, self.words = divides, words

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.kind = name, owner.__annotations__[name]

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @cached_property
    def per_axis(self) -> bool:
        return self.kind in _PER_AXIS

    @property
    def takes_null(self) -> bool:
        return self.default is None or type(None) in getattr(self.kind, "__args__", ())

    def cast(self, value: Any) -> Any:
        """The value in the option's type; `Unfit` says what was expected and what was found."""
        if isinstance(value, str) and value in self.words:
            return value
        if value is None and self.takes_null:
            return None
        kind = KINDS[self.kind]
        cast = kind.cast(value)
        if cast is Ellipsis:
            hint = _FOUR if self.kind is Pairs and isinstance(value, tuple) and len(value) == 4 else _offer(value)
            raise Unfit(f"{self.name} {self.expectation}, not {shown(value)}", option=self.name, hint=hint)
        self._refuse_outside(cast)
        return cast

    @property
    def takes(self) -> str:
        """What it takes, in words: `a whole number, or one per axis`."""
        kind, words = KINDS[self.kind].name, f"one of {', '.join(self.words)}"
        return kind if not self.words else words if self.kind is str else f"{kind}, or {words}"

    @property
    def expectation(self) -> str:
        """What it has to be: `is a whole number, or one per axis`."""
        return f"is {self.takes}"

    @property
    def range(self) -> str:
        """What it takes and within which bounds: `a whole number; at least 1, divides C_in`."""
        most = self.most.text() if isinstance(self.most, Formula) else self.most
        divides = " and ".join(self.divides) or None
        bounds = {"at least": self.least, "greater than": self.above, "at most": most, "divides": divides}
        told = ", ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)
        return f"{self.takes}; {told}" if told else self.takes

    @property
    def default_text(self) -> str:
        """Its default as a spec would write it."""
        default = self.default_to or self.default
        return "required" if self.required else default if isinstance(default, str) else shown(default)

    def _refuse_outside(self, value: Any) -> None:
        for number in _numbers(value):
            if self.least is not None and number < self.least:
                raise Unfit(f"{self.name} is at least {self.least:g}, not {number}", option=self.name)
            if self.above is not None and number <= self.above:
                raise Unfit(f"{self.name} is greater than {self.above:g}, not {number}", option=self.name)
            if isinstance(self.most, (int, float)) and number > self.most:
                raise Unfit(f"{self.name} is at most {self.most:g}, not {number}", option=self.name)

    def spread(self, value: Any, rank: int) -> Any:
        """One entry per spatial axis."""
        if not self.per_axis or isinstance(value, str):
            return value
        if not isinstance(value, tuple):
            return (value,) * rank
        if len(value) != rank:
            axes = f"{rank} spatial axis" if rank == 1 else f"{rank} spatial axes"
            raise Unfit(f"{self.name} has {len(value)} entries, the input has {axes}", option=self.name)
        return value


def option(
    default: Any = REQUIRED,
    *,
    symbol: str | None = None,
    least: float | None = None,
    above: float | None = None,
    most: "float | Formula | None" = None,
    divides: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    default_to: str | None = None,
) -> Any:
    """Declares an option in the body of a layer type: `stride: Axes = option(1, symbol="s", least=1)`."""
    return Option(default, symbol, least, above, most, divides, words, default_to)


class Kind(NamedTuple):
    """How a kind is called, and its cast; Ellipsis means that the value is of another kind."""

    name: str
    cast: Callable[[Any], Any]


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ...
    if isinstance(value, float) and not value.is_integer():
        return ...
    return int(value)


def _real(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return ...
    return value


def _listed(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def listed(value: Any) -> Any:
        if not isinstance(value, tuple) or not value:
            return ...
        entries = tuple(map(cast, value))
        return ... if ... in entries else entries

    return listed


def _either(one: Callable[[Any], Any]) -> Callable[[Any], Any]:
    many = _listed(one)
    return lambda value: many(value) if isinstance(value, tuple) else one(value)


def _pairs(value: Any) -> Any:
    if not isinstance(value, tuple):
        return _whole(value)
    entries = _listed(_either(_whole))(value)
    if entries is ...:
        return ...
    pair = all(isinstance(entry, int) for entry in entries)
    if pair:
        return entries if len(entries) == 2 else ...
    return entries if all(isinstance(entry, tuple) and len(entry) == 2 for entry in entries) else ...


KINDS: dict[Any, Kind] = {
    int: Kind("a whole number", _whole),
    Optional[int]: Kind("a whole number or null", _whole),
    float: Kind("a number", _real),
    Optional[float]: Kind("a number or null", _real),
    bool: Kind("true or false", lambda value: value if isinstance(value, bool) else ...),
    Optional[bool]: Kind("true, false or null", lambda value: value if isinstance(value, bool) else ...),
    str: Kind("a word", lambda value: ...),
    Axes: Kind("a whole number, or one per axis", _either(_whole)),
    Optional[Axes]: Kind("a whole number, or one per axis", _either(_whole)),
    Padding: Kind("a whole number, or one per axis", _either(_whole)),
    Scales: Kind("a number, or one per axis", _either(_real)),
    Optional[Scales]: Kind("a number, or one per axis", _either(_real)),
    Sizes: Kind("a whole number or null, or one per axis", _either(lambda v: None if v is None else _whole(v))),
    Tail: Kind("a whole number, or a list of the last sizes", _either(_whole)),
    Pairs: Kind("a number, a pair [before, after], or one pair per axis", _pairs),
    tuple[int, ...]: Kind("a list of whole numbers", _listed(_whole)),
    Optional[tuple[int, ...]]: Kind("a list of whole numbers", _listed(_whole)),
}

_PER_AXIS = (Axes, Optional[Axes], Scales, Optional[Scales], Padding, Sizes)


def shown(value: Any) -> str:
    """The value as the user would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, (int, float)):
        return str(value)
    return f"the word {value}"


def _offer(value: Any) -> str | None:
    if isinstance(value, float) and not value.is_integer():
        return f"make it whole: int({value:g}), round({value:g}) or divisible({value:g})"
    return None


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [number for entry in value for number in _numbers(entry)]
    return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []
