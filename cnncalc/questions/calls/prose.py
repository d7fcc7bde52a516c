"""Calls as people write them in a sentence: `Conv2d(32→64, 3×3)`, `MaxPool(2×2, s=2)`, `FC(120)`."""

from __future__ import annotations

import re
from typing import Any, Final

from cnncalc.questions.calls import pytorch
from cnncalc.questions.calls.arguments import Arguments, NotReadError
from cnncalc.questions.described import Described

_NAME: Final = re.compile(
    r"(conv|convolution|maxpool|maxpooling|avgpool|averagepooling|fc|linear|dense)([123]d)?", re.I
)
_BARE: Final = re.compile(r"(?:[Cc]onv|CONV|[Mm]ax[Pp]ool|MAXPOOL|[Aa]vg[Pp]ool|AVGPOOL|fc|FC)(?:[123]d)?")
_KINDS: Final = {"max": "MaxPool", "avg": "AvgPool", "ave": "AvgPool", "con": "Conv"}
_SYNONYMS: Final = {"use_bias": "bias", "dilation_rate": "dilation", "units": "out_features"}


def is_bare(name: str) -> bool:
    """Whether it is the word of no framework but is called like one: `FC`, `MaxPool`."""
    return bool(_BARE.fullmatch(name)) and not pytorch.is_module(name)


def layer(name: str, given: Arguments) -> Described:
    """The layer that such a call describes. Raises `NotReadError`."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotReadError(f"{name} is not written so")
    names = {_SYNONYMS.get(key, key): value for key, value in given.names.items()}
    if found[1].lower() in ("fc", "linear", "dense"):
        return _connected(given, names)
    kind = _KINDS[found[1][:3].lower()]
    if kind == "Conv":
        return _convolution(found[2], given, names)
    if not 1 <= len(given.places) <= 2 and "kernel_size" not in names:
        raise NotReadError("a pool of unknown size")
    return pytorch.module(f"{kind}{(found[2] or '2d').lower()}", given._replace(names=names))


def _connected(given: Arguments, names: dict[str, Any]) -> Described:
    if not 1 <= len(given.places) <= 2:
        raise NotReadError("neither one size nor two")
    layer = pytorch.module("LazyLinear", Arguments(given.places[-1:], names))
    layer.takes = given.places[0] if len(given.places) == 2 else None
    return layer


def _convolution(rank: str | None, given: Arguments, names: dict[str, Any]) -> Described:
    """Channels come before the kernel, which is the first that is written as sides: `64, 3×3` or `3→64, 3`."""
    places = list(given.places)
    sides = [at for at, place in enumerate(places) if isinstance(place, tuple)]
    at = sides[0] if sides else 2 if given.arrow and len(places) == 3 else len(places)
    channels, kernel = places[:at], places[at:]
    if len(kernel) > 1 or len(channels) > 2 or (len(channels) == 2 and rank is None and not given.arrow):
        raise NotReadError("numbers that may mean this or that")
    if channels and not kernel and "kernel_size" not in names and "kernel" not in names and "k" not in names:
        raise NotReadError("no kernel")
    names |= dict(zip(("takes", "out_channels")[-len(channels) :], channels)) if channels else {}
    names |= {"kernel_size": kernel[0]} if kernel else {}
    unstated = "out_channels" not in names and not {"out", "filters"} & set(names)
    made = pytorch.module(f"Conv{(rank or '2d').lower()}", Arguments((), names | ({"out": 1} if unstated else {})))
    if unstated:
        del made.options["out_channels"]
    return made
