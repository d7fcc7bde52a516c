"""What PyTorch makes of a draw, from the options as drawn: constructed here, not from the data of our layer classes."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from beyond import LOOPS
from declared import Draw
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc.layers import REGISTRY, Shape

REFUSALS = (ArithmeticError, AssertionError, IndexError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What PyTorch raises where it refuses; a KeyError or AttributeError would be a fault of this oracle."""


class Refused(Exception):
    """PyTorch, or a loop's own rule, doesn't take it."""


@dataclass(frozen=True)
class Outcome:
    """What came out, and what the module holds."""

    output: Tensor
    params: int
    buffers: int
    flops: int
    held: list[Tensor]
    """Parameters, then buffers."""


Make = Callable[[dict[str, Any], Shape], nn.Module]


class Function(nn.Module):
    """A function in a module's clothes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.forward = function


def by_class(name: str, principal: str = "", **fixed: Any) -> Make:
    """The class of that name in torch.nn, `{rank}` and `{batched}` (at least 1) for the number of spatial axes."""

    def make(options: dict[str, Any], shape: Shape) -> nn.Module:
        rank = len(shape) - 1
        found = getattr(nn, name.format(rank=rank, batched=max(rank, 1)), None)
        if found is None:
            raise Refused(f"torch.nn has no {name.format(rank=rank, batched=rank)}")
        given = {principal: shape[0]} if principal else {}
        module: nn.Module = found(**given, **fixed, **options)
        return module

    return make


def _pool(name: str) -> Make:
    """`valid` is a word for 0 that PyTorch's pools don't have."""
    make = by_class(name)
    return lambda options, shape: make({k: 0 if v == "valid" else v for k, v in options.items()}, shape)


def _adaptive(name: str) -> Make:
    """A bare null keeps every axis; PyTorch takes null in a list only."""
    make = by_class(name)

    def keeping(options: dict[str, Any], shape: Shape) -> nn.Module:
        size = options["output_size"]
        sizes = size if isinstance(size, tuple) else (size,) * (len(shape) - 1)
        return make({"output_size": tuple(n if o is None else o for o, n in zip(sizes, shape[1:], strict=True))}, shape)

    return keeping


def _linear(options: dict[str, Any], shape: Shape) -> nn.Module:
    return nn.Linear(shape[-1], **options)


def _fc(options: dict[str, Any], shape: Shape) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), **options))


def _layernorm(options: dict[str, Any], shape: Shape) -> nn.Module:
    given = options.get("normalized_shape")
    return nn.LayerNorm(**{**options, "normalized_shape": shape if given is None else given})


def _avgpool(options: dict[str, Any], shape: Shape) -> nn.Module:
    # null is as good as not given, and AvgPool1d doesn't have it
    return _pool("AvgPool{rank}d")({k: v for k, v in options.items() if (k, v) != ("divisor_override", None)}, shape)


def _lppool(options: dict[str, Any], shape: Shape) -> nn.Module:
    kernel = options["kernel_size"]
    alone = kernel[0] if isinstance(kernel, tuple) and len(kernel) == 1 else kernel  # LPPool1d takes no list
    return by_class("LPPool{rank}d")({"norm_type": 2, **options, "kernel_size": alone}, shape)


def _pixels(name: str) -> Make:
    def make(options: dict[str, Any], shape: Shape) -> nn.Module:
        if len(shape) < 3:
            raise Refused("the batch would be taken for the channels")
        return by_class(name)(options, shape)

    return make


def _softmax(name: str) -> Make:
    return lambda options, shape: by_class(name)({"dim": 1, **options}, shape)


def _flatten(options: dict[str, Any], shape: Shape) -> nn.Module:
    # whether the batch is merged into another axis shows in its size only if that axis is longer than 1
    module = nn.Flatten(**options)
    if len(module(torch.zeros(3, *(max(size, 2) for size in shape)))) != 3:
        raise Refused("merges the batch")
    return module


def _reshape(options: dict[str, Any], shape: Shape) -> nn.Module:
    return Function(lambda x: x.reshape(len(x), *options["shape"]))


def _zero_pad(options: dict[str, Any], shape: Shape) -> nn.Module:
    rank, padding = len(shape) - 1, options["padding"]
    pair = isinstance(padding, tuple) and isinstance(padding[0], int)
    pairs = [padding] * rank if pair else list(padding) if isinstance(padding, tuple) else [(padding, padding)] * rank
    if len(pairs) != rank:
        raise Refused("a pair per axis")
    found = getattr(nn, f"ZeroPad{rank}d", None)
    if found is None:
        raise Refused(f"torch.nn has no ZeroPad{rank}d")
    module: nn.Module = found(tuple(p for pair in pairs[::-1] for p in pair))
    return module


TORCH: dict[str, Make] = {
    **{f"conv{r}": by_class(f"Conv{r or '{rank}d'}", "in_channels") for r in ("", "1d", "2d", "3d")},
    **{f"conv_transpose{r}": by_class(f"ConvTranspose{r or '{rank}d'}", "in_channels") for r in ("", "1d", "2d", "3d")},
    "maxpool": _pool("MaxPool{rank}d"),
    "avgpool": _avgpool,
    "lppool": _lppool,
    "global_avgpool": by_class("AdaptiveAvgPool{rank}d", output_size=1),
    "global_maxpool": by_class("AdaptiveMaxPool{rank}d", output_size=1),
    "adaptive_avgpool": _adaptive("AdaptiveAvgPool{rank}d"),
    "adaptive_maxpool": _adaptive("AdaptiveMaxPool{rank}d"),
    "linear": _linear,
    "fc": _fc,
    "batchnorm": by_class("BatchNorm{batched}d", "num_features"),
    "instancenorm": by_class("InstanceNorm{rank}d", "num_features"),
    "layernorm": _layernorm,
    "groupnorm": by_class("GroupNorm", "num_channels"),
    "lrn": by_class("LocalResponseNorm"),
    "relu": by_class("ReLU"),
    "relu6": by_class("ReLU6"),
    "elu": by_class("ELU"),
    "selu": by_class("SELU"),
    "celu": by_class("CELU"),
    "gelu": by_class("GELU"),
    "silu": by_class("SiLU"),
    "mish": by_class("Mish"),
    "sigmoid": by_class("Sigmoid"),
    "hard_sigmoid": by_class("Hardsigmoid"),
    "hard_swish": by_class("Hardswish"),
    "tanh": by_class("Tanh"),
    "softplus": by_class("Softplus"),
    "softsign": by_class("Softsign"),
    "identity": by_class("Identity"),
    "leaky_relu": by_class("LeakyReLU"),
    "prelu": by_class("PReLU"),
    "softmax": _softmax("Softmax"),
    "log_softmax": _softmax("LogSoftmax"),
    "dropout": by_class("Dropout"),
    "dropout1d": by_class("Dropout1d"),
    "dropout2d": by_class("Dropout2d"),
    "dropout3d": by_class("Dropout3d"),
    "flatten": _flatten,
    "reshape": _reshape,
    "zero_pad": _zero_pad,
    "upsample": by_class("Upsample"),
    "pixel_shuffle": _pixels("PixelShuffle"),
    "pixel_unshuffle": _pixels("PixelUnshuffle"),
    "channel_shuffle": by_class("ChannelShuffle"),
}
"""PyTorch's own. The names of options are PyTorch's, so they go through as drawn."""


def by_torch(draw: Draw, inputs: list[Tensor]) -> Outcome:
    """The CPU forward of PyTorch's own module in evaluation."""
    try:
        # a type that is not listed takes its options as they are, into the class that it names
        make = TORCH.get(draw.type) or by_class(REGISTRY[draw.type].torch_class)
        module = make(draw.options, draw.inputs[0]).eval()
        randomise(module)
        return run(module, inputs)
    except REFUSALS as error:
        raise Refused(f"{type(error).__name__}: {error}") from error


def run(module: nn.Module, inputs: list[Tensor]) -> Outcome:
    """Runs a module and measures it."""
    with torch.inference_mode(), FlopCounterMode(display=False) as flops:
        output = module(*inputs)
    if len(output) != len(inputs[0]):
        raise Refused("changes the batch axis")
    if output.dim() < 2 or 0 in output.shape:
        raise Refused("nothing is left")
    held = [*module.parameters(), *module.buffers()]
    params = sum(p.numel() for p in module.parameters())
    return Outcome(output, params, sum(t.numel() for t in held) - params, flops.get_total_flops(), held)


def by_loops(draw: Draw, inputs: list[Tensor]) -> Outcome:
    """A textbook loop; a convolution multiplies each of its weights once per position, an untied one once."""
    try:
        output, held = LOOPS[draw.type](inputs[0].double().numpy(), draw.options)
    except TypeError as error:
        raise Refused(str(error)) from error
    weights = held[0].size if held else 0
    uses = {"local": 1, "affine": 0}.get(draw.type, math.prod(output.shape[2:]))
    tensors = [torch.from_numpy(np.array(array)) for array in held]
    flops = 2 * draw.batch * uses * weights
    return Outcome(torch.from_numpy(np.array(output)), sum(map(torch.numel, tensors)), 0, flops, tensors)


def randomise(module: nn.Module) -> None:
    """Small whole numbers, so that sums are exact in any order; running variances positive."""
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        values = torch.arange(tensor.numel()) % 5
        tensor.data.copy_((values + 1 if "var" in name else values - 2).view(tensor.shape))


def joined(draw: Draw, inputs: list[Tensor]) -> Outcome:
    """Joins by PyTorch's operators; that `add` takes equal shapes only and `multiply` equal ranks is our own rule."""
    shapes = draw.inputs
    try:
        if draw.type == "concat":
            return run(Function(lambda *x: torch.cat(x, **{"dim": 1, **draw.options})), inputs)
        if len(set(shapes if draw.type == "add" else map(len, shapes))) > 1:
            raise Refused("shapes differ")
        combine = {"add": operator.add, "multiply": operator.mul}[draw.type]
        return run(Function(lambda *x: functools.reduce(combine, x)), inputs)
    except (RuntimeError, IndexError) as error:
        raise Refused(str(error)) from error
