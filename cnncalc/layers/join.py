"""Joins of several tensors: `+`, `*` and `torch.cat`."""

import math
from typing import Any, ClassVar

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import SIZE, Example, Layer, Shape, Symbols, dims
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.options import Unfit, option
from cnncalc.layers.tensors import Kept, Run
from cnncalc.reach import ANOTHER, Reach, slides, stays, whole


class Join(Layer):
    """Several tensors become one."""

    operator: ClassVar[str]
    """What joins them: `add` and `mul` as operators, `cat` of `torch`."""
    example = Example((64, 56, 56), (64, 56, 56))

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
            differ = [(name, a, b) for at, (name, a, b) in enumerate(pairs) if at != axis and not self.fits(a, b)]
            because = [f"{name}: {a} and {b}" for name, a, b in differ]
        listed = " and ".join(dims(shape) for shape in inputs)
        return Unfit(f"{self.type} needs {need}, not {listed}", because=tuple(because), hint=self.way_out(inputs))

    def fits(self, one: int, other: int) -> bool:
        """Whether two sizes of one axis go together."""
        return one == other

    def agree(self, one: Shape, other: Shape, axis: int | None = None) -> bool:
        return one == other

    def way_out(self, inputs: tuple[Shape, ...]) -> str | None:
        """How the first shape that differs could be brought to agree."""
        first, other = inputs[0], next(shape for shape in inputs if shape != inputs[0])
        if len(other) == len(first) > 1 and not all(map(self.fits, first[1:], other[1:])):
            return "padding: same keeps the sizes of a map, crop cuts the larger one"
        return None


class Add(Join, type="add"):
    """The sum of tensors of one shape."""

    as_read = True
    operator = "add"

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if len(set(inputs)) > 1:
            raise self.unequal(inputs, "equal shapes")

    def way_out(self, inputs: tuple[Shape, ...]) -> str | None:
        body, other = inputs[0], next(shape for shape in inputs if shape != inputs[0])
        strides = {(n - 1) // max(o - 1, 1) if n != o else 1 for o, n in zip(body[1:], other[1:])}
        stride = max(strides, default=1)
        reached = tuple((n - 1) // stride + 1 for n in other[1:]) if stride else ()
        if len(body) != len(other) or len(body) == 1 or reached != body[1:]:
            return super().way_out(inputs)
        beside = f" with stride {stride}" if stride > 1 else ""
        return f"a 1×1 conv to {body[0]} channels{beside} takes {dims(other)} to {dims(body)}"


class Multiply(Join, type="multiply"):
    """The product of tensors; a size of 1 stretches to the others' (squeeze-and-excitation: C×1×1 by C×H×W)."""

    as_read = True
    operator = "mul"
    example = Example((64, 56, 56), (64, 1, 1))
    stretched = Formula("max(n)")

    def fits(self, one: int, other: int) -> bool:
        return one == other or 1 in (one, other)

    def agree(self, one: Shape, other: Shape, axis: int | None = None) -> bool:
        return len(one) == len(other) and all(map(self.fits, one, other))

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        largest = inputs[0]
        for other in inputs:
            if not self.agree(largest, other):
                one = next(shape for shape in inputs if not self.agree(shape, other))
                raise self.unequal((one, other), "equal shapes, or sizes of 1")
            largest = tuple(map(max, largest, other))

    def way_out(self, inputs: tuple[Shape, ...]) -> str | None:
        short, long = sorted(inputs[:2], key=len)
        if len(short) == 1 < len(long):
            ones = ", 1" * (len(long) - 1)
            return f"reshape: [{short[0]}{ones}] gives {short[0]} numbers the axes of {dims(long)}"
        return super().way_out(inputs)

    def kept(self, run: Run) -> Kept:
        """Every factor for the gradient of the other; of several, products on the way are factors too."""
        kept, numbers, product, grad = set[int](), 0, run.inputs[0], run.grads[0]
        for at, (shape, needs) in enumerate(zip(run.inputs[1:], run.grads[1:]), start=1):
            kept |= {at} if grad else set()
            if needs and at == 1:
                kept.add(0)
            elif needs:
                numbers += math.prod(product)
            product, grad = tuple(map(max, product, shape)), grad or needs
        return Kept(tuple(sorted(kept)), numbers=numbers)

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return tuple(self.stretched.of({"n": sizes}) for sizes in zip(*inputs))

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        stretched = [1 in sizes and max(sizes) > 1 for sizes in zip(*inputs)]
        sizes = inputs[source]
        return tuple(whole(1) if size == 1 and stretched[axis] else stays(axis) for axis, size in enumerate(sizes))


class Concat(Join, type="concat"):
    """Tensors one behind the other along dim (1 = channels); equal in all other axes."""

    channels_last = (2, 3)
    operator = "cat"
    example = Example((64, 28, 28), (128, 28, 28))
    joined = Formula("sum(c)")

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
        joined = self.joined.of({"c": tuple(shape[axis] for shape in inputs)})
        return tuple(joined if at == axis else SIZE.of({"n": size}) for at, size in enumerate(inputs[0]))

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        along = axis_of(self.dim, inputs[0]) - 1
        before = sum(shape[along] for shape in inputs[:source])
        part = slides(along, -before, 1, beyond=ANOTHER)
        return tuple(part if axis == along else stays(axis) for axis in range(len(inputs[0])))

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"dim": self.dim}
