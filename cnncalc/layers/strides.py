"""Where the elements of a tensor lie: steps from one element to the next along every axis, as `Tensor.stride()`."""

import math
from collections.abc import Sequence
from typing import Optional

Strides = tuple[int, ...]


def in_order(shape: Sequence[int]) -> Strides:
    """The strides of a tensor whose elements lie in their order, without gaps."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


def is_in_order(shape: Sequence[int], strides: Strides) -> bool:
    """Whether a tensor is contiguous."""
    return all(size == 1 or stride == step for size, stride, step in zip(shape, strides, in_order(shape)))


def dense(strides: Strides, shape: Sequence[int]) -> Strides:
    """Strides of the same order without gaps; the batch stays outermost."""
    found = [0] * len(shape)
    step = 1
    for axis in sorted(range(1, len(shape)), key=lambda axis: (strides[axis], -axis)):
        found[axis] = step
        step *= shape[axis]
    return step, *found[1:]


def channels_last(shape: Sequence[int]) -> Strides:
    """The strides of a tensor whose channels, the axis behind the batch, lie innermost."""
    channels, *sizes = shape[1:]
    inner = [channels * stride for stride in in_order(sizes)]
    return channels * math.prod(sizes), 1, *inner


def is_channels_last(shape: Sequence[int], strides: Strides) -> bool:
    """Whether PyTorch takes the channels to lie innermost: outwards, no step is shorter than all that is within it.

    Where steps say nothing, as on a map of 1×1, it takes them to lie in order.
    """
    least = 0
    for axis in (1, *range(len(shape) - 1, 1, -1)):
        if strides[axis] < least:
            return False
        least = strides[axis] * shape[axis]
    return strides[0] >= least != strides[1]


def viewed(shape: Sequence[int], strides: Strides, new: Sequence[int]) -> Optional[Strides]:
    """The strides that give the same elements a new shape without moving any; None where that can't be."""
    runs: list[tuple[int, int]] = []
    for size, stride in zip(shape, strides):
        if size == 1:
            continue
        if runs and runs[-1][1] == size * stride:
            runs[-1] = (runs[-1][0] * size, stride)
        else:
            runs.append((size, stride))
    found = []
    for size in reversed(new):
        length, stride = runs.pop() if runs and size > 1 else (1, 1)
        if length % size:
            return None
        found.append(stride)
        if length > size:
            runs.append((length // size, stride * size))
    return tuple(reversed(found))
