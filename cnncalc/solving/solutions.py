"""What a search has found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from cnncalc.formula import Formula, Number
from cnncalc.layers import Shape
from cnncalc.layers.base import dims
from cnncalc.network import Placed
from cnncalc.notation import function_of
from cnncalc.spec.budget import MAX_LAYERS, Budget
from cnncalc.spec.unknowns import OpenStep

Value: TypeAlias = int | tuple[int, ...] | str
"""One number (for all axes), one per axis in the order D, H, W, or a word."""
Setting: TypeAlias = tuple[Value, ...]
Sizes: TypeAlias = tuple[int | None, ...]
"""A shape, channels first, with None for what is unknown (of an input) or may be anything (of an output)."""


class Near(NamedTuple):
    """A setting that comes close, and what it gives."""

    setting: Setting
    output: Shape


@dataclass(frozen=True)
class Solutions:
    """What was found: `settings` in the order of `columns`, the smallest first, those with a word last."""

    columns: tuple[str, ...]
    """The unknown options as they stand in the step, then `in_channels` and `input`, the sizes of its unknown axes."""
    settings: tuple[Setting, ...]
    bounds: Mapping[str, int]
    """The largest value tried, by the name of the option."""
    near: tuple[Near, ...]
    """The numbers that come closest, from below and from above, where none fits."""
    refusal: str | None
    """Where no number even fits, why the first doesn't."""
    one_for_all: bool
    """Whether numbers that differ between axes were not looked for."""
    asked: tuple[Sizes, Sizes]
    """The input and the output."""
    open_step: OpenStep

    @property
    def text(self) -> str:
        """The step as it was written."""
        return self.open_step.source.text

    @property
    def reason(self) -> str | None:
        """Why no number fits: what the nearest ones give; None where one does."""
        return self.why(dims)

    def why(self, shown: Callable[[Shape], str]) -> str | None:
        """The reason, its shapes shown in that way."""
        if not self.near:
            return self.refusal
        gives = ", ".join(f"{self.told(near.setting)} gives {shown(near.output)}" for near in self.near)
        return f"with one number for all axes {gives}" if self.one_for_all else gives

    def told(self, setting: Setting) -> str:
        """A setting in words: `kernel_size 3, stride 2`."""
        return " with ".join(f"{name} {written(value)}" for name, value in zip(self.columns, setting))

    def step(self, setting: Setting) -> str:
        """The text of the step with the values in their places."""
        return self.open_step.written(self.open_step.by_variable([*map(written, setting)]))

    def input(self, setting: Setting) -> Shape:
        """The shape of the input, what is unknown of it filled in."""
        return filled(self.asked[0], setting[len(self.open_step.unknowns) :])

    def layers(self, setting: Setting) -> tuple[Placed, ...]:
        """The layers of the step with that setting, sized."""
        values = self.open_step.by_variable(setting)
        return tuple(self.open_step.layers(values, self.input(setting), Budget(MAX_LAYERS)))

    def left_over(self, setting: Setting) -> dict[str, tuple[int, ...]] | None:
        """What the windows leave over per axis: by the path of the layer, nothing where they tile its input exactly;
        None where no size comes of a division.
        """
        found = {placed.path: [_left_over(number) for number in placed.sized.output] for placed in self.layers(setting)}
        divided = {path: tuple(rest for rest in rests if rest is not None) for path, rests in found.items()}
        return {path: rests for path, rests in divided.items() if any(rests)} if any(divided.values()) else None


def written(value: Value) -> str:
    """A value as a spec has it."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def filled(shape: Sizes, found: Sequence[Any]) -> Shape:
    """The shape with the channels and the sizes that were found, one or one per axis, in place of the unknown ones."""
    channels = found[: shape[:1].count(None)]
    sizes = [part for value in found[len(channels) :] for part in (value if isinstance(value, tuple) else (value,))]
    each = iter([*channels, *(sizes if len(sizes) > 1 else sizes * shape[1:].count(None))])
    return tuple(next(each) if size is None else size for size in shape)


@lru_cache
def _divisions(formula: Formula) -> tuple[tuple[Formula, Formula], ...]:
    """What a formula divides by what and rounds down."""
    calls = [node for node in ast.walk(formula.tree) if isinstance(node, ast.Call) and function_of(node) == "floor"]
    inner = [part for call in calls for part in call.args if isinstance(part, ast.BinOp)]
    quotients = [part for part in inner if isinstance(part.op, ast.Div)]
    return tuple((Formula(ast.unparse(part.left)), Formula(ast.unparse(part.right))) for part in quotients)


def _left_over(number: Number) -> int | None:
    """The remainder that the formula of a size drops."""
    rests = [above(number.symbols) % below(number.symbols) for above, below in _divisions(number.formula)]
    return max(rests, default=None)
