"""The modules that PyTorch lacks, built from its pieces, for inputs (N, C, …) with any number of spatial axes.

`slice`, `permute` and `crop` give views. Padding that differs before and after an axis is the job of a padding module.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnncalc.pytorch.windows import window_sums, windows


class Local(nn.Module):
    """A convolution with filters of its own at every output position; `bmm`, so that its FLOPs are seen."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sequence[int],
        stride: Sequence[int],
        output_size: Sequence[int],
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = tuple(kernel_size), tuple(stride)
        fan_in = in_channels * math.prod(kernel_size)
        self.weight = nn.Parameter(torch.empty(math.prod(output_size), out_channels, fan_in))
        self.bias = nn.Parameter(torch.empty(out_channels, *output_size)) if bias else None
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def forward(self, x: Tensor) -> Tensor:
        opened = windows(x, self.kernel_size, self.stride)  # N, C, *o, *k
        rank = len(self.kernel_size)
        positions, inner = range(2, 2 + rank), range(2 + rank, 2 + 2 * rank)
        columns = opened.permute(*positions, 1, *inner, 0).flatten(0, rank - 1).flatten(1, -2)
        out = torch.bmm(self.weight, columns).permute(2, 1, 0).contiguous()  # in order, as every convolution gives it
        out = out.view(*out.shape[:2], *opened.shape[2 : 2 + rank])
        return out if self.bias is None else out + self.bias


class MinPool1d(nn.MaxPool1d):
    """−max(−x) over windows of a sequence."""

    def forward(self, input: Tensor) -> Tensor:
        return torch.neg(super().forward(-input))


class MinPool2d(nn.MaxPool2d):
    """−max(−x) over windows of an image."""

    def forward(self, input: Tensor) -> Tensor:
        return torch.neg(super().forward(-input))


class MinPool3d(nn.MaxPool3d):
    """−max(−x) over windows of a volume."""

    def forward(self, input: Tensor) -> Tensor:
        return torch.neg(super().forward(-input))


class SumPool(nn.Module):
    """The sum of each window."""

    def __init__(
        self, kernel_size: Sequence[int], stride: Sequence[int], padding: Sequence[int], ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = tuple(kernel_size), tuple(stride)
        self.padding, self.ceil_mode = tuple(padding), ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        return window_sums(x, self.kernel_size, self.stride, self.padding, self.ceil_mode)


class SameAvgPool(nn.Module):
    """The mean of the elements in each window that exist; `padding` as `F.pad` takes it."""

    def __init__(
        self,
        kernel_size: Sequence[int],
        stride: Sequence[int],
        padding: Sequence[int],
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = tuple(kernel_size), tuple(stride)
        self.padding, self.divisor_override = tuple(padding), divisor_override

    def forward(self, x: Tensor) -> Tensor:
        sums = self.sums(x)
        if self.divisor_override is not None:
            return sums / self.divisor_override
        return sums / self.sums(x.new_ones(1, 1, *x.shape[2:]))

    def sums(self, x: Tensor) -> Tensor:
        return window_sums(F.pad(x, self.padding), self.kernel_size, self.stride, (0,) * len(self.stride))


class StochasticPool(nn.Module):
    """Draws an activation per window in proportion to its size; in evaluation Σa²/Σa, and 0 where Σa is 0."""

    def __init__(self, kernel_size: Sequence[int], stride: Sequence[int], ceil_mode: bool = False) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.ceil_mode = tuple(kernel_size), tuple(stride), ceil_mode

    def forward(self, x: Tensor) -> Tensor:
        sums = self.sums(x)
        if self.training:
            return self.draw(x, sums.shape[2:])
        return torch.where(sums == 0, 0, self.sums(x * x) / sums)

    def sums(self, x: Tensor) -> Tensor:
        return window_sums(x, self.kernel_size, self.stride, (0,) * len(self.stride), self.ceil_mode)

    def draw(self, x: Tensor, sizes: Sequence[int]) -> Tensor:
        spans = [(o - 1) * s + k - n for o, s, k, n in zip(sizes, self.stride, self.kernel_size, x.shape[2:])]
        padded = F.pad(x, [pad for span in reversed(spans) for pad in (0, max(span, 0))])
        activations = windows(padded, self.kernel_size, self.stride).flatten(2 + len(sizes)).clamp(min=0)
        # a window without activation has nothing to draw from: any of its zeros will do
        chances = activations + (activations.sum(-1, keepdim=True) == 0)
        drawn = torch.multinomial(chances.flatten(0, -2), 1).view(*chances.shape[:-1], 1)
        return activations.gather(-1, drawn).squeeze(-1)


class Exponential(nn.Module):
    """eˣ."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.exp(x)


class Affine(nn.Module):
    """A learnable factor, and with bias a learnable summand, per channel."""

    def __init__(self, num_features: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        per_channel = (-1, *[1] * (x.dim() - 2))
        scaled = x * self.weight.view(per_channel)
        return scaled if self.bias is None else scaled + self.bias.view(per_channel)


class Scale(nn.Module):
    """Multiplies by a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class Maxout(nn.Module):
    """The largest of pool_size consecutive channels."""

    def __init__(self, pool_size: int) -> None:
        super().__init__()
        self.pool_size = pool_size

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), -1, self.pool_size, *x.shape[2:]).amax(2)


class DropPath(nn.Module):
    """In training drops the whole tensor of an image with probability p and scales the others up."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * F.dropout(x.new_ones(len(x), *[1] * (x.dim() - 1)), self.p)


class Permute(nn.Module):
    """The axes in another order."""

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = tuple(dims)

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)


class Crop(nn.Module):
    """A piece of every spatial axis."""

    def __init__(self, size: Sequence[int], offset: Sequence[int]) -> None:
        super().__init__()
        self.size, self.offset = tuple(size), tuple(offset)

    def forward(self, x: Tensor) -> Tensor:
        for axis, (size, offset) in enumerate(zip(self.size, self.offset), start=2):
            x = x.narrow(axis, offset, size)
        return x


class Slice(nn.Module):
    """Every step-th element from start up to stop along dim."""

    def __init__(self, start: int = 0, stop: int | None = None, step: int = 1, dim: int = 1) -> None:
        super().__init__()
        self.start, self.stop, self.step, self.dim = start, stop, step, dim

    def forward(self, x: Tensor) -> Tensor:
        before = (slice(None),) * (self.dim % x.dim())
        return x[(*before, slice(self.start, self.stop, self.step))]


class Select(nn.Module):
    """The listed channels in the listed order."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.channels = list(channels)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, self.channels]
