"""Activations: functions of single elements, and those that look across channels."""

from cnncalc.formula import Formula, Number
from cnncalc.layers.base import SIZE, Layer, Shape, Symbols
from cnncalc.layers.options import Unfit, option


class ReLU(Layer, type="relu"):
    """max(0, x)."""

    torch_class = "ReLU"


class ReLU6(Layer, type="relu6"):
    """min(max(0, x), 6)."""

    torch_class = "ReLU6"


class ELU(Layer, type="elu"):
    """x above 0, alpha·(eˣ − 1) below (Clevert et al. 2015)."""

    principal = "alpha"
    torch_class = "ELU"

    alpha: float = option(1.0)


class SELU(Layer, type="selu"):
    """ELU with the two constants that keep mean and variance (Klambauer et al. 2017)."""

    torch_class = "SELU"


class CELU(Layer, type="celu"):
    """x above 0, alpha·(exp(x/alpha) − 1) below (Barron 2017)."""

    principal = "alpha"
    torch_class = "CELU"

    alpha: float = option(1.0)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if self.alpha == 0:
            raise Unfit("alpha can't be 0: celu divides by it", option="alpha")


class GELU(Layer, type="gelu"):
    """x·Φ(x), Φ the normal distribution (Hendrycks & Gimpel 2016)."""

    principal = "approximate"
    torch_class = "GELU"

    approximate: str = option("none", words=("none", "tanh"))


class SiLU(Layer, type="silu"):
    """x·σ(x), also called swish."""

    torch_class = "SiLU"


class Mish(Layer, type="mish"):
    """x·tanh(softplus(x)) (Misra 2019)."""

    torch_class = "Mish"


class Sigmoid(Layer, type="sigmoid"):
    """1/(1 + e⁻ˣ)."""

    torch_class = "Sigmoid"


class HardSigmoid(Layer, type="hard_sigmoid"):
    """min(max(0, x + 3), 6)/6."""

    torch_class = "Hardsigmoid"


class HardSwish(Layer, type="hard_swish"):
    """x·min(max(0, x + 3), 6)/6 (Howard et al. 2019)."""

    torch_class = "Hardswish"


class Tanh(Layer, type="tanh"):
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)."""

    torch_class = "Tanh"


class Softplus(Layer, type="softplus"):
    """log(1 + exp(beta·x))/beta, and x where beta·x exceeds the threshold."""

    principal = "beta"
    torch_class = "Softplus"

    beta: float = option(1.0)
    threshold: float = option(20.0)


class Softsign(Layer, type="softsign"):
    """x/(1 + |x|)."""

    torch_class = "Softsign"


class Exponential(Layer, type="exponential"):
    """eˣ."""

    torch_class = "Exponential"
    beyond_torch = True


class Identity(Layer, type="identity"):
    """x."""

    torch_class = "Identity"


class LeakyReLU(Layer, type="leaky_relu"):
    """x above 0, negative_slope·x below."""

    principal = "negative_slope"
    torch_class = "LeakyReLU"

    negative_slope: float = option(0.01)


class PReLU(Layer, type="prelu"):
    """Leaky ReLU whose slope is learnt: one for all, or one per channel (He et al. 2015)."""

    principal = "num_parameters"
    torch_class = "PReLU"
    weights = Formula("num_parameters")

    num_parameters: int = option(1, symbol="num_parameters", least=1)
    init: float = option(0.25)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if self.num_parameters not in (1, symbols["C_in"]):
            channels = symbols["C_in"]
            raise Unfit(
                f"num_parameters is 1 or the number of channels, {channels}, not {self.num_parameters}",
                option="num_parameters",
            )


class Softmax(Layer, type="softmax"):
    """eˣ divided by the sum of all eˣ along dim (1 = channels)."""

    principal = "dim"
    torch_class = "Softmax"

    dim: int = option(1)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        axis_of(self.dim, inputs[0])


class LogSoftmax(Softmax, type="log_softmax"):
    """The logarithm of softmax."""

    torch_class = "LogSoftmax"


class Maxout(Layer, type="maxout"):
    """The largest of pool_size consecutive channels (Goodfellow et al. 2013)."""

    principal = "pool_size"
    torch_class = "Maxout"
    channels = Formula("C_in / pool_size")
    beyond_torch = True

    pool_size: int = option(symbol="pool_size", least=1, divides=("C_in",))

    def output(self, symbols: Symbols, *inputs: Shape) -> tuple[Number, ...]:
        return self.channels.of(symbols), *(SIZE.of({"n": size}) for size in inputs[0][1:])


def axis_of(dim: int, shape: Shape, option_name: str = "dim") -> int:
    """The axis that `dim` means, counted as PyTorch does: 0 is the batch, negative from the end."""
    axes = len(shape) + 1
    if not -axes <= dim < axes:
        raise Unfit(
            f"{option_name} is between {-axes} and {axes - 1} here, not {dim}",
            option=option_name,
            hint="axes are counted as PyTorch does: 0 is the batch, 1 the channels",
        )
    return dim % axes
