"""Fully connected layers."""

import math

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import SIZE, Call, Example, Layer, Shape, Symbols
from cnncalc.layers.options import option
from cnncalc.layers.tensors import Kept, Run, copy_to_view
from cnncalc.reach import Reach, stays, whole


class Linear(Layer, type="linear"):
    """Multiplies the last axis by a weight matrix; the axes before it count as rows."""

    principal = "out_features"
    torch_class = "Linear"
    keeps = ("input",)
    features = Formula("F_out")
    weights = Formula("F_out * F_in")
    biases = Formula("b * F_out")
    macs = Formula("rows * F_out * F_in")
    fan_in = Formula("F_in")
    fan_out = Formula("F_out")
    example = Example((196, 768), out_features=3072)

    out_features: int = option(symbol="F_out", least=1)
    bias: bool = option(True, symbol="b")

    def symbols(self, *inputs: Shape) -> Symbols:
        *rows, features = inputs[0]
        return super().symbols(*inputs) | {"F_in": features, "rows": math.prod(rows)}

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return *(SIZE.of({"n": size}) for size in inputs[0][:-1]), self.features.of(symbols)

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        *rows, features = inputs[0]
        return *map(stays, range(len(rows))), whole(features)

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        return (("Linear", {"in_features": inputs[0][-1], **self.torch_options()}),)

    def copied(self, run: Run) -> int:
        *rows, features = run.inputs[0]
        return copy_to_view(run, math.prod(rows), features)

    def kept(self, run: Run) -> Kept:
        return super().kept(run) if run.trainable else Kept()

    def note(self, shape: Shape, after_map: bool) -> str | None:
        if after_map and len(shape) > 1:
            return "linear acts on the last axis; for a fully connected layer write fc"
        return None


class FullyConnected(Linear, type="fc"):
    """A fully connected layer as lectures draw it: flattens its input, then one row times the weight matrix."""

    macs = Formula("F_out * F_in")
    example = Example((256, 6, 6), out_features=4096)

    def symbols(self, *inputs: Shape) -> Symbols:
        return super().symbols(*inputs) | {"F_in": math.prod(inputs[0]), "rows": 1}

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return (self.features.of(symbols),)

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        return tuple(map(whole, inputs[0]))

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        linear = ("Linear", {"in_features": math.prod(inputs[0]), **self.torch_options()})
        return (linear,) if len(inputs[0]) == 1 else (("Flatten", {}), linear)

    def copied(self, run: Run) -> int:
        batch, *rest = run.inputs[0]
        return copy_to_view(run, batch, math.prod(rest))

    def note(self, shape: Shape, after_map: bool) -> str | None:
        return None
