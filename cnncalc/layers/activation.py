"""Activations: functions of single elements, and those that look across channels."""

from typing import Any, ClassVar, Optional

from cnncalc.curve import Curve
from cnncalc.formula import Formula
from cnncalc.layers.base import Example, Layer, Shape, Symbols
from cnncalc.layers.bounds import axis_of
from cnncalc.layers.options import Unfit, option
from cnncalc.layers.strides import Strides
from cnncalc.layers.tensors import Run
from cnncalc.reach import Reach, stays, whole


class Activation(Layer):
    """A layer that says what it computes: its function and the slope, which at a kink is the one PyTorch takes."""

    as_read = True
    keeps: ClassVar[tuple[str, ...]] = ("input",)
    curves: ClassVar[tuple[Curve, ...]]

    @property
    def curve(self) -> Curve:
        """The function that its options choose."""
        return self.curves[0]

    def constants(self) -> dict[str, Any]:
        """The symbols of the function beside x."""
        return dict(vars(self))


class ReLU(Activation, type="relu"):
    """Rectified linear unit, 0 below 0 (Nair & Hinton 2010)."""

    torch_class = "ReLU"
    keeps = ("output",)
    in_place = "output"
    curves = (Curve("max(0, x)", "1 if x > 0 else 0"),)


class ReLU6(Activation, type="relu6"):
    """ReLU that stops at 6."""

    torch_class = "ReLU6"
    in_place = "copy"
    curves = (Curve("min(max(0, x), 6)", "1 if 0 < x < 6 else 0"),)


class ELU(Activation, type="elu"):
    """Exponential linear unit (Clevert et al. 2015)."""

    principal = "alpha"
    torch_class = "ELU"
    in_place = "output"
    curves = (Curve("x if x > 0 else alpha*(exp(x) - 1)", "1 if x > 0 else alpha*exp(x)"),)

    alpha: float = option(1.0)


class SELU(Activation, type="selu"):
    """ELU scaled so that mean and variance stay (Klambauer et al. 2017)."""

    torch_class = "SELU"
    in_place = "output"
    curves = (
        Curve(
            "scale*x if x > 0 else scale*alpha*(exp(x) - 1)",
            "scale if x > 0 else scale*alpha*exp(x)",
            alpha="1.6732632423543772",
            scale="1.0507009873554805",
        ),
    )


class CELU(Activation, type="celu"):
    """ELU without a kink, whatever alpha is (Barron 2017)."""

    principal = "alpha"
    torch_class = "CELU"
    in_place = "output"
    curves = (Curve("x if x > 0 else alpha*(exp(x/alpha) - 1)", "1 if x > 0 else exp(x/alpha)"),)

    alpha: float = option(1.0)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if self.alpha == 0:
            raise Unfit("alpha can't be 0: celu divides by it", option="alpha")


class GELU(Activation, type="gelu"):
    """Gaussian error linear unit: x·Φ, Φ the normal distribution (Hendrycks & Gimpel 2016)."""

    principal = "approximate"
    torch_class = "GELU"
    curves = (
        Curve(
            "x*Phi",
            "Phi + x*exp(-x**2/2)/sqrt(2*pi)",
            when="approximate: none",
            Phi="(1 + erf(x/sqrt(2)))/2",
        ),
        Curve(
            "x*(1 + tanh(u))/2",
            "(1 + tanh(u))/2 + x*(1 - tanh(u)**2)*sqrt(2/pi)*(1 + 3*0.044715*x**2)/2",
            when="approximate: tanh",
            u="sqrt(2/pi)*(x + 0.044715*x**3)",
        ),
    )

    approximate: str = option("none", words=("none", "tanh"))

    @property
    def curve(self) -> Curve:
        return self.curves[self.approximate == "tanh"]


class SiLU(Activation, type="silu"):
    """x times its sigmoid; also called swish."""

    torch_class = "SiLU"
    in_place = "copy"
    curves = (Curve("x*sigma", "sigma + f*(1 - sigma)", sigma="1/(1 + exp(-x))"),)


class Mish(Activation, type="mish"):
    """x times the tanh of its softplus (Misra 2019)."""

    torch_class = "Mish"
    in_place = "copy"
    curves = (Curve("x*tanh(s)", "tanh(s) + x*(1 - tanh(s)**2)/(1 + exp(-x))", s="log(1 + exp(x))"),)


class Sigmoid(Activation, type="sigmoid"):
    """The logistic function, between 0 and 1."""

    torch_class = "Sigmoid"
    keeps = ("output",)
    curves = (Curve("1/(1 + exp(-x))", "f*(1 - f)"),)


class HardSigmoid(Activation, type="hard_sigmoid"):
    """A sigmoid of three straight pieces."""

    torch_class = "Hardsigmoid"
    in_place = "copy"
    curves = (Curve("min(max(0, x + 3), 6)/6", "1/6 if -3 < x < 3 else 0"),)


class HardSwish(Activation, type="hard_swish"):
    """SiLU with hard_sigmoid in place of the sigmoid (Howard et al. 2019)."""

    torch_class = "Hardswish"
    in_place = "copy"
    curves = (Curve("x*min(max(0, x + 3), 6)/6", "0 if x <= -3 else 1 if x >= 3 else (2*x + 3)/6"),)


class Tanh(Activation, type="tanh"):
    """The hyperbolic tangent, between −1 and 1."""

    torch_class = "Tanh"
    keeps = ("output",)
    curves = (Curve("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "1 - f**2"),)


class Softplus(Activation, type="softplus"):
    """ReLU made smooth, less so the larger beta is."""

    principal = "beta"
    torch_class = "Softplus"
    curves = (
        Curve("x if z > threshold else log(1 + exp(z))/beta", "1 if z > threshold else 1/(1 + exp(-z))", z="beta*x"),
    )

    beta: float = option(1.0)
    threshold: float = option(20.0)


class Softsign(Activation, type="softsign"):
    """Between −1 and 1 like tanh, slower to saturate."""

    torch_class = "Softsign"
    keeps_beside = Formula("batch * C_in * prod(n)")
    curves = (Curve("x/(1 + abs(x))", "1/(1 + abs(x))**2"),)


class Exponential(Activation, type="exponential"):
    """The exponential function."""

    torch_class = "Exponential"
    keeps = ("output",)
    beyond_torch = True
    curves = (Curve("exp(x)", "exp(x)"),)


class Identity(Activation, type="identity"):
    """Hands on what it gets."""

    torch_class = "Identity"
    keeps = ()
    curves = (Curve("x", "1"),)

    def view(self, run: Run) -> Optional[Strides]:
        return run.strides[0]


class LeakyReLU(Activation, type="leaky_relu"):
    """ReLU with a small slope below 0 (Maas et al. 2013)."""

    principal = "negative_slope"
    torch_class = "LeakyReLU"
    in_place = "output"
    curves = (Curve("x if x > 0 else negative_slope*x", "1 if x > 0 else negative_slope"),)

    negative_slope: float = option(0.01)


class PReLU(Activation, type="prelu"):
    """Leaky ReLU whose slope is learnt (He et al. 2015): one for all, or one per channel."""

    principal = "num_parameters"
    torch_class = "PReLU"
    weights = Formula("num_parameters")
    example = Example((64, 56, 56), num_parameters=64)
    curves = (Curve("x if x > 0 else weight*x", "1 if x > 0 else weight"),)

    num_parameters: int = option(1, symbol="num_parameters", least=1)
    init: float = option(0.25)

    def constants(self) -> dict[str, Any]:
        return {"weight": self.init}

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        if self.num_parameters not in (1, symbols["C_in"]):
            channels = symbols["C_in"]
            raise Unfit(
                f"num_parameters is 1 or the number of channels, {channels}, not {self.num_parameters}",
                option="num_parameters",
            )


class Softmax(Activation, type="softmax"):
    """Positive shares that add up to 1 along dim; dim 1 is the channels."""

    as_read = False
    principal = "dim"
    torch_class = "Softmax"
    keeps = ("output",)
    example = Example((1000,), dim=1)
    curves = (Curve("exp(x_i)/sum(exp(x_k))", "f_i*(delta_ij - f_j)", labels=("f_i", "∂f_i/∂x_j")),)

    dim: int = option(1)

    def check(self, symbols: Symbols, *inputs: Shape) -> None:
        axis_of(self.dim, inputs[0])

    def sees(self, source: int, *inputs: Shape) -> tuple[Reach, ...]:
        along = axis_of(self.dim, inputs[0]) - 1
        return tuple(whole(size) if axis == along else stays(axis) for axis, size in enumerate(inputs[0]))


class LogSoftmax(Softmax, type="log_softmax"):
    """The logarithm of softmax."""

    torch_class = "LogSoftmax"
    curves = (Curve("x_i - log(sum(exp(x_k)))", "delta_ij - exp(f_j)", labels=("f_i", "∂f_i/∂x_j")),)
