"""An operation of a question as a step that `compute` works, and what its field takes for granted."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.questions.numeric.asked import size
from cnncalc.questions.numeric.given import Given
from cnncalc.questions.numeric.operations import POOLS, Operation
from cnncalc.questions.reply import Assumption, not_understood
from cnncalc.worked.matrix import Nested
from cnncalc.worked.terms import written

if TYPE_CHECKING:
    from cnncalc.worked import Computed

Options = dict[str, Any]


class Stage(NamedTuple):
    """A step with the numbers that it needs beside its input."""

    step: str
    weight: Nested | None = None
    bias: Fraction | None = None
    flip: bool = False
    assumed: tuple[Assumption, ...] = ()

    def run(self, x: Nested) -> Computed:
        """The step worked on an input."""
        from cnncalc.worked import compute

        return compute(self.step, input=x, weight=self.weight, bias=self.bias, flip=self.flip)

    def command(self, computed: Computed) -> str:
        """The command that works the same."""
        matrices = "".join(f" --{name} '{_compact(value)}'" for name, value in computed.inputs.items())
        step = self.step if self.step.isidentifier() else f"'{self.step}'"
        return f"cnncalc compute {step}{matrices}{' --flip' if self.flip else ''}"


def stage(operation: Operation, x: Nested, given: Given, *, flip: bool) -> Stage:
    """The stage of an operation on an input; raises `NotUnderstood` where a fact is missing."""
    kind, options = operation.kind, dict(operation.options)
    if kind in ("conv", "conv_transpose"):
        return _convolution(kind, options, x, given, flip)
    if kind in POOLS:
        return _pool(kind, options, x)
    if kind == "batchnorm":
        return _norm(options, x)
    if kind in ("softmax", "log_softmax") and len(size(x)) > 1:
        raise not_understood("it is not clear along which axis softmax goes")
    name, default = {"leaky_relu": ("negative_slope", 0.01), "elu": ("alpha", 1.0)}.get(kind, ("", 0.0))
    if "slope" in options:
        return Stage(step(kind, {name: float(options["slope"])}))
    return Stage(kind, assumed=(Assumption(name, default, "not given"),) if name else ())


def _convolution(kind: str, options: Options, x: Nested, given: Given, flip: bool) -> Stage:
    bias, weight = options.pop("bias", None), given.kernel()
    assumed = [
        Assumption(name, value, "not given") for name, value in (("stride", 1), ("padding", 0)) if name not in options
    ]
    if options.get("padding") == "full":
        kernel = size(weight)[-min(len(size(x)), 2) :]
        spread = options.get("dilation", 1)
        spread = spread if isinstance(spread, list) else [spread] * len(kernel)
        options["padding"] = [d * (k - 1) for d, k in zip(spread, kernel)]
    if kind == "conv" and not flip and given.turns:
        because = "convolution as deep learning has it: cross-correlation"
        assumed.append(Assumption("kernel", "not flipped", because))
    return Stage(step(kind, options), weight, bias, flip and kind == "conv", tuple(assumed))


def _pool(kind: str, options: Options, x: Nested) -> Stage:
    if "kernel_size" not in options:
        raise not_understood("the size of the pooling window is not given")
    window, rank = options["kernel_size"], min(len(size(x)), 2)
    if rank == 1 and len(window) == 2:
        if window[0] * window[1] != len(x):
            raise not_understood(f"a window of {window[0]}×{window[1]} does not lie in a row of {len(x)} numbers")
        return Stage(step(kind, {"kernel_size": len(x)}))  # the numbers of one window
    options["kernel_size"] = list(window) * rank if len(window) == 1 else list(window)
    if "stride" in options:
        return Stage(step(kind, options))
    side: Any = window[0] if len(set(window)) == 1 else list(window)
    return Stage(step(kind, options), assumed=(Assumption("stride", side, "not given: that of the window"),))


def _norm(options: Options, x: Nested) -> Stage:
    if len(size(x)) > 1:
        raise not_understood("it is not clear over which numbers batch norm takes its mean")
    defaults = {"gamma": 1, "beta": 0, "eps": 0}
    assumed = tuple(Assumption(name, value, "not given") for name, value in defaults.items() if name not in options)
    gamma, beta, eps = (Fraction(options.get(name, value)) for name, value in defaults.items())
    return Stage(step("batchnorm", {"eps": float(eps)}), [gamma], beta, assumed=assumed)


def step(kind: str, options: Options) -> str:
    """The step as a spec has it, what is default left out."""
    defaults = {"stride": 1, "padding": 0, "dilation": 1} if "conv" in kind else {"padding": 0}
    told = {name: json.dumps(value).strip('"') for name, value in options.items() if defaults.get(name) != value}
    if not told:
        return kind
    head = f"{kind}: {told.pop('kernel_size')}" if "kernel_size" in told else kind
    return "{" + ", ".join([head, *(f"{name}: {value}" for name, value in told.items())]) + "}"


def left_over(computed: Computed) -> str:
    """A remark where the windows don't tile the input."""
    layer, (entering, _) = computed.layer, computed.shapes
    symbols = layer.symbols(entering)
    if layer.type not in ("conv", *POOLS) or not isinstance(symbols["p"], tuple):
        return ""
    axes = zip(entering[1:], symbols["p"], symbols["d"], symbols["k"], symbols["s"])
    fits = all((n + 2 * p - d * (k - 1) - 1) % s == 0 for n, p, d, k, s in axes)
    return "" if fits else " (the window doesn't fit a whole number of times; what is left over is not covered)"


def _compact(value: Nested) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_compact, value))}]"
    return repr(value) if isinstance(value, float) else written(value).replace("−", "-")
