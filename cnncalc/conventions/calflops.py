"""calflops: stands in for functions, with rules from DeepSpeed as they were in 2023."""

from __future__ import annotations

from cnncalc.conventions.base import BIAS, Convention, Rule, Rules
from cnncalc.conventions.functions import COMPOSED, NORMS, ONE, POOLS
from cnncalc.formula import Formula
from cnncalc.layers.window import SIZE
from cnncalc.network import Network

DOUBLE = Formula("2*MAC")
ADDED = Rule(Formula("2*MAC + b*O"), BIAS.why)
ACTIVATIONS = "ReLU LeakyReLU PReLU ELU GELU SiLU Softmax"
SEEN: Rules = {
    "Conv": (
        Rule(
            Formula("2*N*prod(x)*C_out*(C_in / g)*prod(k) + b*N*C_out*prod(x)"),
            "takes the padding for half of it on either side, and so an output that is smaller by one",
            {"given": "same, uneven"},
            bug=True,
            axes={"x": Formula("n + 2*floor(d*(k - 1) / 2) - d*(k - 1)")},
        ),
        ADDED,
    ),
    "Linear": Rule(DOUBLE, "two FLOPs per MAC; its bias is not counted, that of a convolution is"),
    **dict.fromkeys([*POOLS.split(), *ACTIVATIONS.split()], ONE),
    **NORMS,
    **COMPOSED,
}
"""What calflops and DeepSpeed count alike."""

LOST = Rule(Formula("I"), "one per element that enters; the scale factor is multiplied in and thrown away", bug=True)
REACH = Rule(
    Formula("reach"),
    "the size as it is given: batch, channels and, for a single number, its square are forgotten",
    {"given": "size"},
    bug=True,
)
AREA = {"mode": "area"}


def without_parameters(network: Network) -> str | None:
    """It asks the first parameter where to run."""
    has = any(placed.sized.weights.value + placed.sized.biases.value for placed in network.layers)
    return None if has else "stops: it asks the first parameter of the network for its device, and there is none"


CALFLOPS = Convention(
    name="calflops",
    tool="calflops calculate_flops()",
    version="calflops 0.3.2",
    called="FLOPs",
    counts="2 × MACs, bias additions of convolutions, and operations per element of norms, pools and activations",
    beside="flops",
    how="Stands in for the functions that modules call; operators such as + and * go unseen.",
    rules={
        **SEEN,
        "ConvTranspose": (
            Rule(DOUBLE, "", {"groups": 1, "bias": False}),
            Rule(
                Formula("2*MAC + b*N*C_out*prod(x)"),
                "its bias is added to an output of the size that a convolution would give",
                {"groups": 1},
                bug=True,
                axes={"x": SIZE},
            ),
            Rule(
                Formula("2*N*prod(n)*C_in*floor(C_out / (g*g))*prod(k) + b*N*(C_out / g)*prod(x)"),
                "divides by the groups twice, and adds the bias to an output of the size a convolution would give",
                bug=True,
                axes={"x": SIZE},
            ),
        ),
        "Local": Rule(Formula("0"), "goes through bmm, which it leaves alone"),
        "Upsample": (
            Rule(Formula("reach + I"), f"{REACH.why}; and the average itself", {"given": "size", **AREA}, bug=True),
            REACH,
            Rule(None, "stops: raises the list of scale factors to a power", {"given": "factors"}, bug=True),
            Rule(Formula("I + I"), f"{LOST.why}; and the average itself", AREA, bug=True),
            LOST,
        ),
    },
    stops=without_parameters,
)
