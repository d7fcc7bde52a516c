"""Convolutions: tied weights, transposed, untied."""

import math
from typing import Any

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import Call, Example, Shape, Symbols
from cnncalc.layers.options import Axes, Padding, Unfit, option
from cnncalc.layers.tensors import Kept, Run, padded, windows_kept
from cnncalc.layers.window import PADDING_WORDS, Window, torch_padding, zero_padding
from cnncalc.reach import Reach, transposed

TRANSPOSED_SIZE = Formula("(n - 1)*s - 2*p + d*(k - 1) + output_padding + 1")


class Conv(Window, type="conv"):
    """Slides out_channels filters over the input; every filter sees in_channels / groups channels.

    `padding: same` gives ⌈n/s⌉ at any stride: TensorFlow's rule, which at stride 1 is PyTorch's own. What
    `defaults:` gives conv it gives conv1d, conv2d and conv3d too.
    """

    channels_last = (2,)
    principal = "out_channels"
    torch_class = "Conv{rank}d"
    keeps = ("input",)
    channels = Formula("C_out")
    weights = Formula("C_out * (C_in / g) * prod(k)")
    biases = Formula("b * C_out")
    macs = Formula("prod(o) * C_out * (C_in / g) * prod(k)")
    fan_in = Formula("prod(k) * (C_in / g)")
    fan_out = Formula("C_out * prod(k)")
    example = Example((3, 227, 227), out_channels=96, kernel_size=11, stride=4, variants=({"padding": "same"},))

    out_channels: int = option(symbol="C_out", least=1)
    stride: Axes = option(1, symbol="s", least=1)
    padding: Padding = option(0, symbol="p", words=PADDING_WORDS)
    dilation: Axes = option(1, symbol="d", least=1)
    groups: int = option(1, symbol="g", least=1, divides=("C_in", "C_out"))
    bias: bool = option(True, symbol="b")
    padding_mode: str = option("zeros", words=("zeros", "reflect", "replicate", "circular"))

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        # PyTorch's other modes cut off what is negative, as zero_pad does
        if self.padding_mode == "zeros" and not self.same and min(symbols["p"]) < 0:
            raise Unfit(f"padding is at least 0, not {min(symbols['p'])}", option="padding")
        # a reflection needs one more element than it copies, a wrap-around as many
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        if spare is None:
            return
        for size, pair in zip(symbols["n"], self.pads(inputs[0])):
            if max(pair) > size - spare:
                raise Unfit(
                    f"padding_mode {self.padding_mode} can't add {max(pair)} to a side of length {size}",
                    option="padding" if self.padding else "padding_mode",
                    hint=f"at most {size - spare} here; zeros and replicate have no such limit",
                )

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        options: dict[str, Any] = {"in_channels": inputs[0][0], **self.torch_options()}
        rank = len(inputs[0]) - 1
        conv = f"Conv{rank}d"
        if not self.same or set(self.symbols(*inputs)["s"]) == {1}:
            return ((conv, options),)
        kind = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
        pad = (f"{kind[self.padding_mode]}Pad{rank}d", {"padding": torch_padding(self.pads(inputs[0]))})
        return pad, (conv, options | {"padding": 0, "padding_mode": "zeros"})

    def copied(self, run: Run) -> int:
        shape = run.inputs[0][1:]
        if self.padding_mode != "zeros" or (self.same and set(self.symbols(shape)["s"]) != {1}):
            return math.prod(padded(run.inputs[0], self.pads(shape)))
        # at stride 1 PyTorch adds by itself what one side has more than the other
        more = [(0, after - before) for before, after in self.pads(shape)]
        return math.prod(padded(run.inputs[0], more)) if any(map(any, more)) else 0

    def kept(self, run: Run) -> Kept:
        # mirroring and repeating keep what they pad
        pads_itself = self.padding_mode in ("reflect", "replicate") and run.grads[0]
        return super().kept(run)._replace(inputs=(0,)) if pads_itself else super().kept(run)


class Conv1d(Conv, type="conv1d"):
    """conv for one spatial axis only."""

    ranks = (1,)
    example = Conv.example.on((3, 227))


class Conv2d(Conv, type="conv2d"):
    """conv for two spatial axes only."""

    ranks = (2,)


class Conv3d(Conv, type="conv3d"):
    """conv for three spatial axes only."""

    ranks = (3,)
    example = Example((3, 16, 112, 112), out_channels=64, kernel_size=3, padding=1, variants=({"padding": "same"},))


class ConvTranspose(Window, type="conv_transpose"):
    """A convolution run backwards: its gradient with respect to its input, as a layer; it enlarges by its stride.

    Every input element meets every weight of its filters once, so its MACs go with the size of the input.
    """

    channels_last = (2,)
    principal = "out_channels"
    torch_class = "ConvTranspose{rank}d"
    keeps = ("input",)
    channels = Formula("C_out")
    weights = Formula("C_in * (C_out / g) * prod(k)")
    biases = Formula("b * C_out")
    macs = Formula("prod(n) * C_in * (C_out / g) * prod(k)")
    # PyTorch reads the axes of the weights as a convolution's: what goes in and out change places
    fan_in = Formula("prod(k) * (C_out / g)")
    fan_out = Formula("C_in * prod(k)")
    workings = (
        ("grid", Formula("n + (n - 1)*(s - 1) + 2*d*(k - 1) - 2*p + output_padding")),
        ("o", Formula("grid - (d*(k - 1) + 1) + 1")),
    )

    example = Example((128, 8, 8), out_channels=64, kernel_size=4, stride=2, padding=1)

    out_channels: int = option(symbol="C_out", least=1)
    stride: Axes = option(1, symbol="s", least=1)
    padding: Axes = option(0, symbol="p", least=0)
    output_padding: Axes = option(0, symbol="output_padding", least=0, most=Formula("max(s, d) - 1"))
    groups: int = option(1, symbol="g", least=1, divides=("C_in", "C_out"))
    bias: bool = option(True, symbol="b")
    dilation: Axes = option(1, symbol="d", least=1)

    def size_formula(self) -> Formula:
        return TRANSPOSED_SIZE

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        symbols = self.symbols(*inputs)
        windows = zip(symbols["k"], symbols["s"], symbols["p"], symbols["d"])
        return self.seen_channels(symbols), *[transposed(axis, *each) for axis, each in enumerate(windows, 1)]

    def refuse_empty(self, output: tuple[Number, ...]) -> None:
        worst = min(output, key=lambda number: number.value)
        reason = f"{worst.formula.text()} = {worst.text()} = {worst.value}"
        most = (worst.symbols["p"] * 2 + worst.value - 1) // 2
        raise Unfit(
            f"{self.type} does not fit: the output would be {worst.value} long",
            option="padding",
            because=(reason,),
            hint=f"padding at most {most} fits" if most >= 0 else None,
        )

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        rank = len(inputs[0]) - 1
        return ((f"ConvTranspose{rank}d", {"in_channels": inputs[0][0], **self.torch_options()}),)


class ConvTranspose1d(ConvTranspose, type="conv_transpose1d"):
    """conv_transpose for one spatial axis only."""

    ranks = (1,)
    example = ConvTranspose.example.on((128, 8))


class ConvTranspose2d(ConvTranspose, type="conv_transpose2d"):
    """conv_transpose for two spatial axes only."""

    ranks = (2,)


class ConvTranspose3d(ConvTranspose, type="conv_transpose3d"):
    """conv_transpose for three spatial axes only."""

    ranks = (3,)
    example = ConvTranspose.example.on((128, 4, 8, 8))


class Local(Window, type="local"):
    """A convolution whose weights are not shared: every output position has filters of its own."""

    principal = "out_channels"
    beyond_torch = True
    keeps = ("input",)
    channels = Formula("C_out")
    weights = Formula("prod(o) * C_out * C_in * prod(k)")
    biases = Formula("b * C_out * prod(o)")
    macs = Formula("prod(o) * C_out * C_in * prod(k)")
    fan_in = Formula("C_in * prod(k)")
    fan_out = Formula("C_out * prod(k)")
    example = Example((3, 32, 32), out_channels=16, kernel_size=5, variants=({"padding": "same"},))

    out_channels: int = option(symbol="C_out", least=1)
    stride: Axes = option(1, symbol="s", least=1)
    padding: Padding = option(0, symbol="p", least=0, words=PADDING_WORDS)
    bias: bool = option(True, symbol="b")

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        symbols, pads = self.symbols(*inputs), self.pads(inputs[0])
        options = dict(
            in_channels=inputs[0][0],
            out_channels=self.out_channels,
            kernel_size=symbols["k"],
            stride=symbols["s"],
            output_size=self.on(*inputs).shape[1:],
            bias=self.bias,
        )
        local: Call = ("Local", options)
        return (zero_padding(pads), local) if any(map(any, pads)) else (local,)

    def copied(self, run: Run) -> int:
        pads = self.pads(run.inputs[0][1:])
        source = padded(run.inputs[0], pads) if any(map(any, pads)) else None
        symbols, rank = self.symbols(run.inputs[0][1:]), len(pads)
        order = (*range(2, 2 + rank), 1, *range(2 + rank, 2 + 2 * rank), 0)
        matrices = math.prod(run.output[2:]), symbols["C_in"] * math.prod(symbols["k"]), run.inputs[0][0]
        return windows_kept(run, symbols, source, order, matrices)

    def kept(self, run: Run) -> Kept:
        return super().kept(run) if run.trainable else Kept()
