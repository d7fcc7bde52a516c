"""A layer and memory: whether its output is a view of its input, and what autograd keeps for the backward pass."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, Optional

from cnncalc.formula import ZERO, Formula
from cnncalc.layers.strides import Strides, channels_last, dense, in_order, is_channels_last, viewed

Batched = tuple[int, ...]
"""A shape with the batch in front."""


class Run(NamedTuple):
    """One execution of a layer: its tensors with the batch, and what autograd has to follow."""

    inputs: tuple[Batched, ...]
    strides: tuple[Strides, ...]
    output: Batched
    training: bool
    grads: tuple[bool, ...] = ()
    """Which of the inputs need a gradient."""
    trainable: bool = False
    """Whether its own parameters do."""

    @property
    def differentiated(self) -> bool:
        """Whether autograd follows it."""
        return self.trainable or any(self.grads)


class Kept(NamedTuple):
    """What autograd keeps of a run: tensors that are there anyway, and what the layer makes for it."""

    inputs: tuple[int, ...] = ()
    """Which of the inputs, by position."""
    output: bool = False
    numbers: int = 0
    """Further elements, of the type of the network."""
    indices: int = 0
    """Further elements that are int64."""


class Tensors:
    """What every layer type says of its memory; by default it writes a new tensor. As PyTorch 2.13 does on the CPU."""

    counters: ClassVar[int] = 0
    """How many of its buffers are int64 whatever the type of the network: a norm's count of batches."""
    in_place: ClassVar[Optional[str]] = None
    """What autograd keeps where PyTorch's module has run with `inplace=True`: `output`, or a `copy` of the input.

    None where the module has no such option.
    """
    keeps: ClassVar[tuple[str, ...]] = ()
    """What autograd keeps of its tensors: `input`, `output`."""
    keeps_beside: ClassVar[Formula] = ZERO.formula
    """The numbers it keeps beside these; the formula also sees `batch`."""
    keeps_indices: ClassVar[Formula] = ZERO.formula
    """The int64 indices it keeps; the formula also sees `batch`."""

    as_read: ClassVar[bool] = False
    """Whether it writes in the order in which it reads, as functions of single elements do."""
    channels_last: ClassVar[Sequence[int]] = ()
    """The numbers of spatial axes of which it writes the channels innermost where it reads them so."""

    def symbols(self, *inputs: tuple[int, ...]) -> dict[str, Any]:
        """The values that the formulas see."""
        raise NotImplementedError

    def view(self, run: Run) -> Optional[Strides]:
        """The strides of an output that lies in the storage of the input; None where it is a storage of its own."""
        return None

    def written(self, run: Run) -> Strides:
        """The strides of an output that is a storage of its own."""
        if self.as_read:  # the first operand that is not stretched decides
            whole = (strides for shape, strides in zip(run.inputs, run.strides) if shape == run.output)
            return next((dense(strides, run.output) for strides in whole), in_order(run.output))
        last = self.keeps_channels_last(run) and all(map(is_channels_last, run.inputs, run.strides))
        return channels_last(run.output) if last else in_order(run.output)

    def keeps_channels_last(self, run: Run) -> bool:
        """Whether it writes the channels innermost where it reads them so."""
        return len(run.output) - 2 in self.channels_last

    def copied(self, run: Run) -> int:
        """The elements of the copy of its input that it works on and keeps; 0 where it works on the input itself."""
        return 0

    def kept(self, run: Run) -> Kept:
        """What autograd keeps of a run in which something needs a gradient."""
        copied = self.copied(run) if "input" in self.keeps else 0
        return Kept(
            tuple(range(len(run.inputs))) if "input" in self.keeps and not copied else (),
            "output" in self.keeps,
            copied + self.counted(self.keeps_beside, run),
            self.counted(self.keeps_indices, run),
        )

    def counted(self, formula: Formula, run: Run) -> int:
        """The value of a formula of what is kept."""
        if formula is ZERO.formula:
            return 0
        batch, *output = run.output
        symbols = self.symbols(*[shape[1:] for shape in run.inputs])
        return int(formula(symbols | {"batch": batch, "C_out": output[0], "o": tuple(output[1:])}))


def copy_to_view(run: Run, *new: int) -> int:
    """The elements that move when the input takes a new shape: all or none."""
    return 0 if viewed(run.inputs[0], run.strides[0], new) is not None else math.prod(run.inputs[0])


def padded(shape: Batched, pads: Iterable[tuple[int, int]]) -> Batched:
    """The shape with what is added before and after every spatial axis."""
    return *shape[:2], *(size + before + after for size, (before, after) in zip(shape[2:], pads))


def windows_kept(
    run: Run, symbols: dict[str, Any], source: Optional[Batched], order: Sequence[int], shape: Batched
) -> int:
    """The elements of the copy that a layer works on which gathers its windows in another shape; 0 if there is none.

    `source` is the shape of a copy that they are windows of; `order` is that of their axes: batch, channels, positions,
    elements of a window.
    """
    lie = in_order(source) if source else run.strides[0]
    sizes = (*run.inputs[0][:2], *run.output[2:], *symbols["k"])
    strides = (*lie[:2], *[step * stride for step, stride in zip(symbols["s"], lie[2:])], *lie[2:])
    if viewed(tuple([sizes[at] for at in order]), tuple([strides[at] for at in order]), shape) is None:
        return math.prod(sizes)
    return math.prod(source) if source else 0
