"""ptflops, both backends: one hooks modules by exact class and stands in for functions, the other sees the operators.

It makes its input itself, one image.
"""

from __future__ import annotations

from cnncalc.conventions.base import BIAS, MAC, Convention, Rule
from cnncalc.conventions.functions import COMPOSED, ONE, POOLS, SCALED
from cnncalc.conventions.scattered import scattered
from cnncalc.formula import Formula

TWICE = Rule(Formula("2*I"), "each element counted twice, as module and as function", bug=True)
LARGER = "each output counted twice, as module and as function"
TWICE_BY_WHAT = {"size": "2*O", "factor": "O + floor(I * rise)"}

PTFLOPS = Convention(
    name="ptflops",
    tool="ptflops get_model_complexity_info(), backend pytorch",
    version="ptflops 0.7.5",
    called="MACs",
    counts="MACs, bias additions, and operations per element of norms, pools and some activations",
    per="image",
    how="Hooks modules by their exact class and stands in for functions: most modules call one and count twice.",
    rules={
        "Conv": BIAS,
        "ConvTranspose": BIAS,
        "Linear": BIAS,
        "Local": MAC,
        **dict.fromkeys([*POOLS.split(), "ReLU", "PReLU", "ELU", "GELU"], TWICE),
        **dict.fromkeys(["ReLU6", "LeakyReLU", "SiLU", "Softmax"], ONE),
        **dict.fromkeys(["BatchNorm", "InstanceNorm", "GroupNorm"], (SCALED, ONE)),
        "LayerNorm": Rule(Formula("I"), "one per element; its scale and shift are overlooked", bug=True),
        "Upsample": (
            *(
                Rule(
                    Formula(f"{source} + I"),
                    f"{LARGER}; and the average itself",
                    {"mode": "area", "given": given},
                    True,
                )
                for given, source in TWICE_BY_WHAT.items()
            ),
            *(Rule(Formula(source), LARGER, {"given": given}, True) for given, source in TWICE_BY_WHAT.items()),
            Rule(Formula("O + I*steps + I"), f"{LARGER}; and the average itself", {"mode": "area"}, True),
            Rule(Formula("O + I*steps"), LARGER, bug=True),
        ),
        **COMPOSED,
    },
)

ATEN = Convention(
    name="ptflops-aten",
    tool="ptflops get_model_complexity_info(), backend aten",
    version="ptflops 0.7.5",
    called="MACs",
    counts="MACs and bias additions",
    per="image",
    how="Sees PyTorch's operators as they run: convolution, mm, addmm, bmm.",
    rules={
        "Conv": BIAS,
        "ConvTranspose": BIAS,
        "Linear": (
            Rule(
                Formula("MAC"),
                "where the elements of its input are out of order, as behind a permute, PyTorch adds the bias apart",
                {"scattered": True},
                bug=True,
            ),
            BIAS,
        ),
        "Local": MAC,
    },
    facts=scattered,
)
