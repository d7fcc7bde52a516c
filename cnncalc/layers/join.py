"""Joins of several tensors: `+`, `*` and `torch.cat`."""

from typing import Any, ClassVar

from cnncalc.formula import Formula, Number
from cnncalc.layers.activation import axis_of
from cnncalc.layers.base import SIZE, Layer, Shape, Symbols, dims
from cnncalc.layers.options import Unfit, option


class Join(Layer):
    """Several tensors become one."""

    operator: ClassVar[str]
    """The function in `torch` that joins them."""

    def symbols(self, *inputs: Shape) -> Symbols:
        return {"C_in": inputs[0][0], "n": inputs[0][1:]}

    def unequal(self, inputs: tuple[Shape, ...], need: str, axis: int | None = None) -> Unfit:
        """The refusal of these shapes: all of them, and where the first two that disagree differ."""
        because: list[str] = []
        first = inputs[0]
        other = next(shape for shape in inputs if not self.agree(first, shape, axis))
        if len(other) == len(first):
            names = ["channels", *(["length"] if len(first) == 2 else ["height", "width"][: len(first) - 1])]
            names = ["channels", "depth", "height", "width"] if len(first) == 4 else names
            pairs = zip(names, first, other)
            because = [f"{name}: {a} and {b}" for at, (name, a, b) in enumerate(pairs) if a != b and at != axis]
        listed = " and ".join(dims(shape) for shape in inputs)
        return Unfit(f"{self.type} needs {need}, not {listed}", because=tuple(because), hint=self.way_out(inputs))

    def agree(self, one: Shape, other: Shape, axis: int | None = None) -> bool:
        return one == other

    def way_out(self, inputs: tuple[Shape, ...]) -> str | None:
        return None


class Add(Join, type="add"):
    """The sum of tensors of one shape."""

    operator = "add"

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if len(set(inputs)) > 1:
            raise self.unequal(inputs, "equal shapes")

    def way_out(self, inputs: tuple[Shape, ...]) -> str | None:
        body, other = inputs[0], next(shape for shape in inputs if shape != inputs[0])
        if len(body) != len(other):
            return None
        return f"a 1×1 conv to {body[0]} channels, with a stride if need be, takes {dims(other)} to {dims(body)}"


class Multiply(Join, type="multiply"):
    """The product of tensors; a size of 1 stretches to the others' (squeeze-and-excitation: C×1×1 by C×H×W)."""

    operator = "mul"

    def agree(self, one: Shape, other: Shape, axis: int | None = None) -> bool:
        return len(one) == len(other) and all(a == b or 1 in (a, b) for a, b in zip(one, other))

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        for at, one in enumerate(inputs):
            for other in inputs[at + 1 :]:
                if not self.agree(one, other):
                    raise self.unequal((one, other), "equal shapes, or sizes of 1")

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return tuple(Formula("max(n)").of({"n": sizes}) for sizes in zip(*inputs))


class Concat(Join, type="concat"):
    """Tensors one behind the other along dim (1 = channels); equal in all other axes."""

    operator = "cat"

    dim: int = option(1)

    def agree(self, one: Shape, other: Shape, axis: int | None = None) -> bool:
        cut = [tuple(size for at, size in enumerate(shape) if at != axis) for shape in (one, other)]
        return len(one) == len(other) and cut[0] == cut[1]

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        axis = axis_of(self.dim, inputs[0]) - 1
        if axis < 0:
            raise Unfit("the batch (axis 0) is no axis to concatenate along", option="dim")
        if not all(self.agree(inputs[0], shape, axis) for shape in inputs):
            raise self.unequal(inputs, f"equal shapes but for axis {axis + 1}", axis)
        joined = Formula("sum(c)").of({"c": tuple(shape[axis] for shape in inputs)})
        return tuple(joined if at == axis else SIZE.of({"n": size}) for at, size in enumerate(inputs[0]))

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"dim": self.dim}
