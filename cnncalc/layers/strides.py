"""Where the elements of a tensor lie: steps from one element to the next along every axis, as `Tensor.stride()`."""

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
