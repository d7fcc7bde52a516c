"""Windows over the spatial axes of a tensor (N, C, …)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional as F


def windows(x: Tensor, kernel_size: Sequence[int], stride: Sequence[int]) -> Tensor:
    """A view (N, C, positions per axis, elements per axis) of the windows that lie within x."""
    for axis, (size, step) in enumerate(zip(kernel_size, stride), start=2):
        x = x.unfold(axis, size, step)
    return x


def window_sums(
    x: Tensor, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool = False
) -> Tensor:
    """The sum of each window; a window that hangs over the edge sums what exists."""
    if len(kernel_size) == 1:  # avg_pool1d has no divisor to set
        return window_sums(x.unsqueeze(-1), (*kernel_size, 1), (*stride, 1), (*padding, 0), ceil_mode).squeeze(-1)
    if len(kernel_size) == 2:
        axes = tuple(kernel_size), tuple(stride), tuple(padding)
        return F.avg_pool2d(x, *axes, ceil_mode, divisor_override=1)
    # avg_pool3d wants an input larger than the kernel, whatever the padding: images first, then along the depth
    planes = window_sums(x.flatten(1, 2), kernel_size[1:], stride[1:], padding[1:], ceil_mode)
    planes = planes.view(*x.shape[:3], *planes.shape[2:])
    lines = window_sums(planes.flatten(3), (kernel_size[0], 1), (stride[0], 1), (padding[0], 0), ceil_mode)
    return lines.view(*lines.shape[:3], *planes.shape[3:])
