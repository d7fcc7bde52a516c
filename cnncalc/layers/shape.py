"""Layers that only rearrange, add or leave out elements."""

import math
from typing import Any, Optional

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import SIZE, Call, Example, Layer, Shape, Spatial, Symbols, along, dims
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.options import Axes, Pairs, Unfit, option
from cnncalc.layers.strides import Strides, viewed
from cnncalc.layers.tensors import Run
from cnncalc.layers.window import torch_padding
from cnncalc.reach import Reach, regrouped, slides, stays


class Flatten(Layer, type="flatten"):
    """Merges the axes from start_dim to end_dim; the batch is axis 0."""

    principal = "start_dim"
    torch_class = "Flatten"
    merged = Formula("prod(merged)")
    example = Example((256, 6, 6))

    start_dim: int = option(1)
    end_dim: int = option(-1)

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        shape = inputs[0]
        start, end = axis_of(self.start_dim, shape, "start_dim"), axis_of(self.end_dim, shape, "end_dim")
        if start > end:
            raise Unfit(f"start_dim {self.start_dim} lies behind end_dim {self.end_dim}", option="start_dim")
        if start == 0 and end > 0:
            raise Unfit("the batch (axis 0) can't be flattened", option="start_dim", hint="start_dim: 1 keeps it")
        first, last = max(start - 1, 0), max(end, 1)
        kept = [SIZE.of({"n": size}) for size in shape]
        return *kept[:first], self.merged.of({"merged": shape[first:last]}), *kept[last:]

    def sees(self, source: int, *inputs: Shape) -> tuple[Optional[Reach], ...]:
        return regrouped(inputs[0], self.on(*inputs).shape)

    def view(self, run: Run) -> Optional[Strides]:
        return viewed(run.inputs[0], run.strides[0], run.output)


class Reshape(Layer, type="reshape"):
    """The same elements in order, in another shape; one entry may be -1, which takes the rest."""

    principal = "shape"
    rest = Formula("prod(whole) / prod(known)")
    given = Formula("shape")
    example = Example((6272,), shape=(128, 7, -1))

    shape: tuple[int, ...] = option(least=-1)

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        known = tuple(size for size in self.shape if size != -1)
        if len(known) < len(self.shape) - 1 or 0 in known:
            raise Unfit("shape has sizes of at least 1 and no more than one -1", option="shape")
        have, want = math.prod(inputs[0]), math.prod(known)
        if have % want if len(known) < len(self.shape) else have != want:
            raise Unfit(
                f"the {have} elements of {dims(inputs[0])} don't fill {dims(self.shape).replace('-1', '?')}",
                option="shape",
                because=(f"{'·'.join(map(str, inputs[0]))} = {have}, {'·'.join(map(str, known))} = {want}",),
            )
        rest = self.rest.of({"whole": inputs[0], "known": known})
        return tuple(rest if size == -1 else self.given.of({"shape": size}) for size in self.shape)

    def sees(self, source: int, *inputs: Shape) -> tuple[Optional[Reach], ...]:
        return regrouped(inputs[0], self.on(*inputs).shape)

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        return ("Flatten", {}), ("Unflatten", {"dim": 1, "unflattened_size": self.shape})

    def view(self, run: Run) -> Optional[Strides]:
        batch, *rest = run.inputs[0]
        flat = (batch, math.prod(rest))
        strides = viewed(run.inputs[0], run.strides[0], flat)
        return None if strides is None else viewed(flat, strides, run.output)


class Permute(Layer, type="permute"):
    """The axes in another order; counted as PyTorch does: `[0, 3, 1, 2]` brings H×W×C to C×H×W."""

    principal = "dims"
    torch_class = "Permute"
    beyond_torch = True
    example = Example((224, 224, 3), dims=(0, 3, 1, 2))

    dims: tuple[int, ...] = option()

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        shape = inputs[0]
        axes = [axis_of(dim, shape, "dims") for dim in self.dims]
        if sorted(axes) != list(range(len(shape) + 1)):
            raise Unfit(
                f"dims names each of the axes 0 to {len(shape)} once, the batch (0) too, not {list(self.dims)}",
                option="dims",
            )
        if axes[0] != 0:
            raise Unfit("dims starts with 0: the batch stays in front", option="dims")
        return tuple(SIZE.of({"n": shape[axis - 1]}) for axis in axes[1:])

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        axes = [axis_of(dim, inputs[0], "dims") - 1 for dim in self.dims[1:]]
        return tuple(stays(axes.index(axis)) for axis in range(len(axes)))

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"dims": self.dims}

    def view(self, run: Run) -> Optional[Strides]:
        return tuple(run.strides[0][dim] for dim in self.dims)


class ZeroPad(Spatial, type="zero_pad"):
    """Zeros around every spatial axis; a negative number cuts elements off."""

    channels_last = (2, 3)
    principal = "padding"
    torch_class = "ZeroPad{rank}d"
    padded = Formula("n + p0 + p1")
    example = Example((3, 224, 224), padding=(2, 3))

    padding: Pairs = option()

    def pairs(self, rank: int) -> tuple[tuple[int, int], ...]:
        """(before, after) per axis in the order of the shape."""
        if isinstance(self.padding, int):
            return ((self.padding, self.padding),) * rank
        if isinstance(self.padding[0], int):
            return ((self.padding[0], self.padding[1]),) * rank
        if len(self.padding) != rank:
            raise Unfit(f"padding has {len(self.padding)} pairs for {rank} spatial axes", option="padding")
        return self.padding

    def symbols(self, *inputs: Shape) -> Symbols:
        symbols = super().symbols(*inputs)
        pairs = self.pairs(len(symbols["n"]))
        return symbols | {"p0": tuple(p for p, _ in pairs), "p1": tuple(p for _, p in pairs)}

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        for n, before, after in zip(symbols["n"], symbols["p0"], symbols["p1"]):
            if -before > n or -after > n:
                raise Unfit(f"padding {min(before, after)} cuts more than the {n} elements there are", option="padding")

    def size_formula(self) -> Formula:
        return self.padded

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        pairs = self.pairs(len(inputs[0]) - 1)
        return stays(0), *[slides(axis, -before, 1) for axis, (before, _) in enumerate(pairs, 1)]

    def torch_options(self, *inputs: Shape) -> dict[str, Any]:
        return {"padding": torch_padding(self.pairs(len(inputs[0]) - 1))}


class Crop(Spatial, type="crop"):
    """Cuts a piece of the given size out of the map; from the middle unless an offset is given."""

    principal = "size"
    spare = Formula("floor((n - size) / 2)")
    cut = Formula("size")
    beyond_torch = True
    example = Example((64, 64, 64), size=56)

    size: Axes = option(symbol="size", least=1)
    offset: Optional[Axes] = option(None, symbol="offset", least=0)

    def symbols(self, *inputs: Shape) -> Symbols:
        symbols = super().symbols(*inputs)
        if self.offset is None:
            symbols["offset"] = tuple(self.spare(along(symbols, axis)) for axis in range(len(symbols["n"])))
        return symbols

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        for n, size, offset in zip(symbols["n"], symbols["size"], symbols["offset"]):
            if max(offset, 0) + size > n:
                raise Unfit(
                    f"a piece of {size} from offset {max(offset, 0)} does not lie in {n}",
                    option="size" if self.offset is None else "offset",
                )

    def size_formula(self) -> Formula:
        return self.cut

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        offsets = self.symbols(*inputs)["offset"]
        return stays(0), *[slides(axis, offset, 1) for axis, offset in enumerate(offsets, 1)]

    def torch(self, *inputs: Shape) -> tuple[Call, ...]:
        symbols = self.symbols(*inputs)
        return (("Crop", {"size": symbols["size"], "offset": symbols["offset"]}),)

    def view(self, run: Run) -> Optional[Strides]:
        return run.strides[0]


class Slice(Layer, type="slice"):
    """Every step-th element from start up to stop; along dim (1 = channels), negative numbers from the end."""

    principal = "start"
    torch_class = "Slice"
    taken = Formula("ceil((stop - start) / step)")
    beyond_torch = True
    example = Example((64, 56, 56), start=0, stop=32)

    start: int = option(0)
    stop: Optional[int] = option(None)
    step: int = option(1, least=1)
    dim: int = option(1)

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        shape = inputs[0]
        axis = axis_of(self.dim, shape) - 1
        if axis < 0:
            raise Unfit("the batch (axis 0) can't be sliced", option="dim")
        n = shape[axis]
        start, stop = ((at + n if at < 0 else at) for at in (self.start, n if self.stop is None else self.stop))
        if not 0 <= start < stop <= n:
            raise Unfit(
                f"start {start} and stop {stop} don't lie in order within the {n} elements of axis {axis + 1}",
                option="start" if not 0 <= start < n else "stop",
            )
        cut = self.taken.of({"start": start, "stop": stop, "step": self.step})
        return tuple(cut if at == axis else SIZE.of({"n": size}) for at, size in enumerate(shape))

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        along = axis_of(self.dim, inputs[0]) - 1
        start = self.start % inputs[0][along]
        cut = slides(along, start, 1, stride=self.step)
        return tuple(cut if axis == along else stays(axis) for axis in range(len(inputs[0])))

    def view(self, run: Run) -> Optional[Strides]:
        axis = axis_of(self.dim, run.inputs[0][1:])
        return tuple(step * self.step if at == axis else step for at, step in enumerate(run.strides[0]))
