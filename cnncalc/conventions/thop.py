"""thop (pytorch-OpCounter): hooks on modules, looked up by their exact class."""

from __future__ import annotations

from cnncalc.conventions.base import MAC, Convention, Rule
from cnncalc.formula import Formula

TWICE = Rule(Formula("4*I"), "4 per element, where a scale and a shift would be 2")
AVERAGE = "an addition per element, a division per output"
ONCE = Rule(Formula("2*I"), "2 per element: a subtraction and a division")

THOP = Convention(
    name="thop",
    tool="thop profile()",
    version="thop 0.1.1.post2209072238",
    called="MACs",
    counts="MACs, and operations per element of norms, averages and upsampling",
    how="Hooks modules by their exact class; what is no module, and every other class, counts 0.",
    rules={
        "Conv": MAC,
        "ConvTranspose": Rule(
            Formula("O * (C_in / g) * prod(k)"),
            "takes the output's positions, as for a convolution; every weight meets the input's",
            bug=True,
        ),
        "Linear": MAC,
        "Local": Rule(Formula("0"), "a class that it does not know"),
        "BatchNorm": (TWICE._replace(when={"affine": True}), ONCE),
        "InstanceNorm": (TWICE._replace(when={"affine": True}), ONCE),
        "LayerNorm": (TWICE._replace(when={"elementwise_affine": True}), ONCE),
        "PReLU": Rule(Formula("I"), "one operation per element; other activations count 0"),
        "Softmax": Rule(
            Formula("floor(I / along) * (3*along - 1)"), "an exponential, a sum and a division along the axis"
        ),
        "AvgPool": Rule(Formula("O"), "one operation per element of the output"),
        "AdaptiveAvgPool": (
            Rule(Formula("I + O"), AVERAGE, {"given": "whole"}),
            Rule(Formula("floor((ratio + 1) * O)"), f"{AVERAGE}, where rounding may lose one"),
        ),
        "Upsample": (
            Rule(Formula("O"), "one operation per element of the output", {"mode": "nearest"}),
            Rule(Formula("5*O"), "five operations per element of the output", {"mode": "linear"}),
            Rule(Formula("11*O"), "eleven operations per element of the output", {"mode": "bilinear"}),
            Rule(Formula("259*O"), "259 operations per element of the output", {"mode": "bicubic"}),
            Rule(Formula("0"), "this mode has no rule", bug=True),
        ),
    },
)
