"""What is tried: the numbers within bounds, and how much work that may be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.solving.solutions import Sizes
from cnncalc.spec.budget import Budget
from cnncalc.spec.unknowns import OpenStep, Unknown

BOUNDS: Final = {"kernel_size": 11, "stride": 11, "padding": 5, "dilation": 4, "repeat": 100}
"""The largest number tried where no other is given; of any other option the largest size of input and output."""

FLAGS: Final = {
    "kernel_size": "--max-kernel",
    "stride": "--max-stride",
    "padding": "--max-padding",
    "dilation": "--max-dilation",
    "groups": "--max-groups",
    "repeat": "--max-repeat",
    "in_channels": "--max-input",
    "input": "--max-input",
}
"""What sets a bound on the command line."""

LIMIT: Final = 25_000
"""How many settings are tried at a time, and how many steps of the spec language are run for them."""


class TooMuch(SpecError):
    """There is more to try than is tried; `name` is the unknown with the most numbers."""

    def __init__(self, message: str, name: str | None = None) -> None:
        lower = f"lower {FLAGS[name]}" if name in FLAGS else "lower a bound"
        hint = f"{lower}, or give {name or 'one more number'}"
        super().__init__(Problem(f"{message}; at most {LIMIT:,} are tried", hint=hint))


class Effort(Budget):
    """Counts the steps that are run."""

    def __init__(self) -> None:
        super().__init__(LIMIT)

    def count(self, mark: Mark, steps: int = 1) -> None:
        """Counts steps, before they are run."""
        if steps > self.left:
            raise TooMuch(f"more than {LIMIT:,} layers to size")
        self.left -= steps


class Candidates:
    """The numbers for each unknown of a step; `tried` are the largest of them, by the name of the option."""

    def __init__(self, step: OpenStep, input: Sizes, output: Sizes, bounds: Mapping[str, int]) -> None:
        self.step, self.input, self.output, self.bounds = step, input, output, bounds
        self.largest = max((size for size in (*input, *output) if size is not None), default=1)
        self.tried: dict[str, int] = {}

    def within_bounds(self) -> list[Sequence[int]]:
        """The numbers of every unknown, refused where together they are too many."""
        found = [self._numbers(u, self.bounds.get(u.of, BOUNDS.get(u.of, self.largest))) for u in self.step.unknowns]
        total = math.prod(map(len, found))
        if total > LIMIT:
            most = max(range(len(found)), key=lambda at: len(found[at]))
            factors = " × ".join(str(len(each)) for each in found)
            raise TooMuch(f"{factors} = {total:,} settings to try", self.step.unknowns[most].of)
        return found

    def beyond(self) -> list[Sequence[int]] | None:
        """Where one number alone is unknown and has no bound of the user's: all up to the largest size there is."""
        [first, *others] = self.step.unknowns or [None]
        if first is None or others or first.of in self.bounds or self.largest <= BOUNDS.get(first.of, self.largest):
            return None
        return [self._numbers(first, min(self.largest, LIMIT))] if None not in self.input else None

    def _numbers(self, unknown: Unknown, most: int) -> Sequence[int]:
        option, least = unknown.option, 1
        if option is not None:
            least = max(0, math.ceil(option.least or 0) if option.above is None else math.floor(option.above) + 1)
            most = min(most, int(option.most)) if isinstance(option.most, (int, float)) else most
        self.tried[unknown.of] = most
        stated = self._stated_sizes(unknown)
        if stated is not None:
            return [size for size in stated if least <= size <= most]
        if most - least >= LIMIT:
            raise TooMuch(f"{most - least + 1:,} settings to try", unknown.of)
        channels = self.input[0]
        if option is not None and "C_in" in option.divides and self.step.layer is not None and channels is not None:
            return [number for number in range(least, most + 1) if number and channels % number == 0]
        return range(least, most + 1)

    def _stated_sizes(self, unknown: Unknown) -> Sequence[int] | None:
        """The sizes of the output where the option is itself one of them, as `out_channels` is; else None."""
        layer, option = self.step.layer, unknown.option
        if layer is None or option is None or option.symbol is None:
            return None
        typical = layer(**layer.example.options).on(*layer.example.inputs).output
        axes = [axis for axis, number in enumerate(typical) if number.formula.source == option.symbol]
        if not axes:
            return None
        sizes = self.output[:1] if axes[0] == 0 or len(self.output) == 1 else self.output[1:]
        stated = {size for size in sizes if size is not None}
        if len(stated) < len(set(sizes)):
            hint = "write that size in the output"
            message = f"{option.name} is a size of the output, which may be anything there"
            raise SpecError(Problem(message, unknown.node.mark, hint=hint))
        return sorted(stated)
