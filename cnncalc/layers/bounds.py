"""The bounds of options that depend on the input, checked and told."""

import math
from collections.abc import Mapping
from typing import Any

from cnncalc.formula import Formula
from cnncalc.layers.options import Option, Unfit


def check_divides(opt: Option, value: int, symbols: Mapping[str, Any]) -> None:
    """Whether the value divides the numbers that it has to; `Unfit` otherwise."""
    numbers = [symbols[target] for target in opt.divides]
    for target, number in zip(opt.divides, numbers):
        if number % value:
            raise Unfit(
                f"{opt.name} {value} doesn't divide the {number} channels",
                option=opt.name,
                because=(f"{target}/{opt.symbol} = {number}/{value} is not whole",),
                hint=f"numbers that divide {' and '.join(map(str, dict.fromkeys(numbers)))}: {_divisors(numbers)}",
            )


def check_most(opt: Option, value: int, symbols: Mapping[str, Any]) -> None:
    """Whether the value along one axis, whose symbols are given, is below its bound; `Unfit` otherwise."""
    assert isinstance(opt.most, Formula)
    most = opt.most.of(symbols)
    if value > most.value:
        reason = f"{opt.most.text()} = {most.text()} = {most.value}"
        raise Unfit(f"{opt.name} is at most {most.value} here, not {value}", option=opt.name, because=(reason,))


def axis_of(dim: int, shape: tuple[int, ...], option_name: str = "dim") -> int:
    """The axis that `dim` means, counted as PyTorch does: 0 is the batch, negative from the end."""
    count = len(shape) + 1
    if not -count <= dim < count:
        raise Unfit(
            f"{option_name} is between {-count} and {count - 1} here, not {dim}",
            option=option_name,
            hint="axes are counted as PyTorch does: 0 is the batch, 1 the channels",
        )
    return dim % count


def axes(*ranks: int) -> str:
    """Numbers of spatial axes in words: `one to three spatial axes`."""
    if len(ranks) > 4:
        return f"at least {axes(ranks[0])}"
    names = {0: "no spatial axis", 1: "one spatial axis", 2: "two spatial axes", 3: "three spatial axes"}
    if ranks == (1, 2, 3):
        return "one to three spatial axes"
    if len(ranks) > 1 and ranks[0] == 0:
        return f"at most {axes(ranks[-1])}"
    return " or ".join(names.get(rank, f"{rank} spatial axes") for rank in ranks)


def _divisors(numbers: list[int]) -> str:
    common = math.gcd(*numbers)
    found = [d for d in range(1, min(common, 4096) + 1) if common % d == 0]
    return ", ".join(map(str, found[:8])) + (" …" if len(found) > 8 else "")
