"""How a call's arguments become the options of a layer: by the order of the signature, by name, each of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from cnncalc.questions.calls.arguments import Arguments, Name, NotReadError
from cnncalc.questions.described import UNKNOWN

COUNTS: Final = frozenset({
    "takes", "out_channels", "out_features", "groups", "num_groups", "upscale_factor", "downscale_factor",
    "num_parameters",
})  # fmt: skip
"""Parameters that are one whole number."""
SIDES: Final = frozenset({
    "kernel_size", "stride", "dilation", "output_padding", "padding", "output_size", "size", "scale_factor",
})  # fmt: skip
"""Parameters that are one number, or one per spatial axis."""
FLAGS: Final = frozenset({
    "bias", "ceil_mode", "count_include_pad", "affine", "track_running_stats", "elementwise_affine",
    "align_corners",
})  # fmt: skip
_EXPRESSIONS = frozenset({"in_channels", "in_shape", "index"})


def bound(
    given: Arguments, signature: str, synonyms: Mapping[str, str], ignored: Callable[[str], bool] = lambda _: False
) -> dict[str, Any]:
    """The arguments by the names in the signature; those in capitals must be there. Raises `NotReadError`."""
    places = signature.lower().split()
    if len(given.places) > len(places):
        raise NotReadError("too many arguments")
    found = dict(zip(places, given.places))
    for name, value in given.names.items():
        ours = name if name in places else synonyms.get(name, "")
        if ours in places and ours not in found:
            found[ours] = value
        elif ours in places or not ignored(name):
            raise NotReadError(f"{name}=")
    missing = [name for name in signature.split() if name.isupper() and name.lower() not in found]
    if missing:
        raise NotReadError(f"without {missing[0].lower()}")
    return found


def options(found: Mapping[str, Any], rank: int | None) -> dict[str, Any]:
    """The arguments checked and as a spec would have them; one that is None is left out."""
    return {name: _checked(name, value, rank) for name, value in found.items() if value is not None}


def _checked(name: str, value: Any, rank: int | None) -> Any:
    if name in COUNTS:
        return str(value) if isinstance(value, Name) and name == "takes" else own(count(value))
    if name in SIDES:
        if name == "padding" and str(value).lower() in ("same", "valid"):
            return str(value).lower()
        return sides(value, rank, fraction=name == "scale_factor", keeps=name == "output_size")
    if name in FLAGS:
        return flag(value)
    if name in ("mode", "padding_mode", "approximate"):
        return str(value)
    if name == "normalized_shape":
        return whole_numbers(value) if isinstance(value, tuple) else own(count(value))
    return number(value)


def own(value: Any) -> Any:
    """The value, but for an identifier that would mean something else in a spec: that is left open."""
    if isinstance(value, Name):
        return UNKNOWN if any(word in value for word in _EXPRESSIONS) else str(value)
    return value


def count(value: Any) -> Any:
    """One whole number, one that is asked for, or an identifier."""
    if isinstance(value, Name) or value == UNKNOWN or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise NotReadError(f"{value!r} is no whole number")


def sides(value: Any, rank: int | None, fraction: bool = False, keeps: bool = False) -> Any:
    """One number, or one for each of so many axes."""
    if isinstance(value, tuple):
        if not value or (rank is not None and len(value) != rank) or any(isinstance(side, tuple) for side in value):
            raise NotReadError(f"{len(value)} numbers for {rank} axes")
        return tuple([None if keeps and side is None else sides(side, None, fraction) for side in value])
    if fraction and isinstance(value, float):
        return int(value) if value.is_integer() else value
    return own(count(value))


def flag(value: Any) -> bool:
    """True or false."""
    if value in (True, False) and not isinstance(value, float):
        return bool(value)
    raise NotReadError(f"{value!r} is neither true nor false")


def number(value: Any) -> Any:
    """Any number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise NotReadError(f"{value!r} is no number")


def whole_numbers(values: Iterable[Any]) -> tuple[int, ...]:
    """Whole numbers that are all known."""
    numbers = tuple(values)
    if not all(isinstance(entry, int) and not isinstance(entry, bool) for entry in numbers):
        raise NotReadError("no whole numbers")
    return numbers
