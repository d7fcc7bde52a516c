"""Layers that choose among channels, or put them in another order."""

from typing import Any

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import ANY_RANK, SIZE, Example, Layer, Shape, Symbols
from cnncalc.layers.options import Unfit, option
from cnncalc.layers.tensors import Kept, Run
from cnncalc.reach import Reach, slides, stays


class Maxout(Layer, type="maxout"):
    """The largest of pool_size consecutive channels (Goodfellow et al. 2013)."""

    principal = "pool_size"
    torch_class = "Maxout"
    keeps = ("input", "output")
    channels = Formula("C_in / pool_size")
    beyond_torch = True
    example = Example((64, 56, 56), pool_size=2)

    pool_size: int = option(symbol="pool_size", least=1, divides=("C_in",))

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return self.channels.of(symbols), *(SIZE.of({"n": size}) for size in inputs[0][1:])

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        return slides(0, 0, self.pool_size, stride=self.pool_size), *map(stays, range(1, len(inputs[0])))


class Select(Layer, type="select"):
    """The listed channels in that order; counted from 0."""

    principal = "channels"
    torch_class = "Select"
    selected = Formula("selected")
    beyond_torch = True
    example = Example((6, 14, 14), channels=(0, 1, 2))

    channels: tuple[int, ...] = option(least=0)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        last = symbols["C_in"] - 1
        if max(self.channels) > last:
            raise Unfit(f"channel {max(self.channels)} is not among 0 to {last}", option="channels")

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        chosen = self.selected.of({"selected": len(self.channels)})
        return chosen, *(SIZE.of({"n": size}) for size in inputs[0][1:])

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        listed = self.channels
        return Reach(0, lambda t: range(listed[t], listed[t] + 1), len(listed), 0), *map(
            stays, range(1, len(inputs[0]))
        )

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"channels": self.channels}

    def kept(self, run: Run) -> Kept:
        return Kept(indices=len(self.channels))


class ChannelShuffle(Layer, type="channel_shuffle"):
    """Deals each group's channels out to all groups (Zhang et al. 2018)."""

    channels_last = (2, 3)
    principal = "groups"
    ranks = ANY_RANK[1:]
    torch_class = "ChannelShuffle"
    example = Example((240, 28, 28), groups=3)

    groups: int = option(symbol="g", least=1, divides=("C_in",))

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        each = inputs[0][0] // self.groups
        dealt = Reach(0, lambda t: range(t * each, t * each + 1), self.groups, 1)
        return dealt, *map(stays, range(1, len(inputs[0])))
