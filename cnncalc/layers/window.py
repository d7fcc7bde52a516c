"""What slides a window over its input: convolutions and pools."""

import math
from typing import Any, Optional

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import Call, Example, Shape, Spatial, Symbols, along
from cnncalc.layers.options import Axes, Unfit, option
from cnncalc.layers.tensors import Run, padded
from cnncalc.reach import Reach, grouped, slides, stays

SIZE = Formula("floor((n + 2*p - d*(k - 1) - 1) / s) + 1")
SAME_SIZE = Formula("ceil(n / s)")
SAME_TOTAL = Formula("max((ceil(n / s) - 1)*s + d*(k - 1) + 1 - n, 0)")
"""What `padding: same` adds to an axis; the smaller half goes before. TensorFlow's rule, PyTorch's at stride 1."""

CEIL_SIZE = Formula("min(ceil((n + 2*p - d*(k - 1) - 1) / s) + 1, ceil((n + p) / s))")
"""PyTorch's ceil mode: rounded up, but no window may start in the padding behind the input."""

PADDING_WORDS = ("same", "valid")


class Window(Spatial):
    """A window of kernel_size that slides over every spatial axis by its stride."""

    kernel_size: Axes = option(symbol="k", least=1)

    def symbols(self, *inputs: Shape) -> Symbols:
        symbols = super().symbols(*inputs)
        rank = len(symbols["n"])
        symbols.setdefault("d", (1,) * rank)
        if symbols.setdefault("p", (0,) * rank) == "valid":
            symbols["p"] = (0,) * rank
        return symbols

    @property
    def same(self) -> bool:
        return getattr(self, "padding", 0) == "same"

    def size_formula(self) -> Formula:
        return SAME_SIZE if self.same else SIZE

    def pads(self, shape: Shape) -> tuple[tuple[int, int], ...]:
        """Padding before and after each axis."""
        symbols = self.symbols(shape)
        if not self.same:
            return tuple((p, p) for p in symbols["p"])
        totals = [SAME_TOTAL(along(symbols, axis)) for axis in range(len(symbols["n"]))]
        return tuple((total // 2, total - total // 2) for total in totals)

    def seen_channels(self, symbols: Symbols) -> Reach:
        """The channels that a unit sees."""
        return grouped(symbols["C_out"], symbols["C_in"], symbols.get("g", 1))

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        symbols, beyond = self.symbols(*inputs), getattr(self, "padding_mode", "zeros")
        windows = zip(self.pads(inputs[0]), symbols["k"], symbols["d"], symbols["s"])
        slide = [slides(axis, -before, k, d, s, beyond) for axis, ((before, _), k, d, s) in enumerate(windows, 1)]
        return self.seen_channels(symbols), *slide

    def keeps_channels_last(self, run: Run) -> bool:
        padded_line = self.same and len(run.output) == 3 and any(map(any, self.pads(run.inputs[0][1:])))
        return super().keeps_channels_last(run) and not padded_line

    def refuse_empty(self, output: tuple[Number, ...]) -> None:
        worst = min(output, key=lambda number: number.value)
        at = worst.symbols
        room = at["n"] + 2 * at["p"]
        raise Unfit(
            f"{self.type} does not fit: the output would be {worst.value} long",
            option="kernel_size",
            because=(f"{worst.formula.text()} = {worst.text()} = {worst.value}",),
            hint=f"kernel_size at most {(room - 1) // at['d'] + 1} fits {at['n']}"
            + (f" padded to {room}" if at["p"] else ""),
        )


class Pool(Window):
    """A window that keeps one number per channel and position."""

    principal = "kernel_size"
    example = Example((96, 55, 55), kernel_size=3, stride=2, variants=({"ceil_mode": True}, {"padding": "same"}))

    stride: Optional[Axes] = option(None, symbol="s", least=1, default_to="kernel_size")
    ceil_mode: bool = option(False)

    def size_formula(self) -> Formula:
        return CEIL_SIZE if self.ceil_mode and not self.same else super().size_formula()

    def seen_channels(self, symbols: Symbols) -> Reach:
        return stays(0)

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        options = super().torch_options(*inputs)
        if options.get("padding") == "valid":
            options["padding"] = 0  # PyTorch's pools take no words
        return options

    def copied(self, run: Run) -> int:
        return self.padded(run) if self.same else 0

    def padded(self, run: Run) -> int:
        """The elements of the input together with its padding."""
        return math.prod(padded(run.inputs[0], self.pads(run.inputs[0][1:])))

    def planes(self, run: Run) -> int:
        """The elements that sums over a volume have after its height and width, before its depth; else 0."""
        batch, channels, *sizes = run.inputs[0]
        if len(sizes) < 3:
            return 0
        (before, after), *_ = self.pads(run.inputs[0][1:])
        depth = sizes[0] + (before + after if self.same else 0)
        return batch * channels * depth * math.prod(run.output[3:])


def torch_padding(pads: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    """The padding as PyTorch's padding modules take it: last axis first."""
    return tuple(number for pair in reversed(pads) for number in pair)


def zero_padding(pads: tuple[tuple[int, int], ...]) -> Call:
    """The module that pads with zeros in front of another one."""
    return f"ZeroPad{len(pads)}d", {"padding": torch_padding(pads)}
