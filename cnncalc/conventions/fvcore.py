"""fvcore: traces the model and looks the operators up in a table; "one fused multiply-add as one flop"."""

from __future__ import annotations

from cnncalc.conventions.base import MAC, Convention, Rule
from cnncalc.conventions.functions import NORMS
from cnncalc.formula import Formula

TOO_MANY = Rule(None, "stops: its rule for norms takes at most five axes", {"rank": tuple(range(4, 63))})
IMAGES_ONLY = "only its form for images has a rule"

FVCORE = Convention(
    name="fvcore",
    tool="fvcore FlopCountAnalysis.total()",
    version="fvcore 0.1.5.post20221221",
    called="flops",
    counts="MACs, and a few operations per element of norms",
    how="Traces the model and looks up the operators; one multiply-add is one flop, biases are none.",
    rules={
        "Conv": (
            Rule(
                Formula("0"),
                "padding given as a word makes another operator of it, for which there is no rule",
                {"given": ("word", "same, uneven")},
                bug=True,
            ),
            MAC,
        ),
        "ConvTranspose": MAC,
        "Linear": MAC,
        "Local": MAC,
        "BatchNorm": NORMS["BatchNorm"],
        "InstanceNorm": NORMS["InstanceNorm"],
        "LayerNorm": (TOO_MANY, *NORMS["LayerNorm"]),
        "GroupNorm": (TOO_MANY, *NORMS["GroupNorm"]),
        "AdaptiveAvgPool": (
            Rule(Formula("I"), "one addition per element", {"rank": 2}),
            Rule(Formula("0"), IMAGES_ONLY, bug=True),
        ),
        "Upsample": (
            Rule(Formula("O"), "one operation per element of the output", {"mode": "nearest", "rank": 2}),
            Rule(Formula("4*O"), "four operations per element of the output", {"mode": "bilinear"}),
            Rule(Formula("I"), "averages, by the same operator as adaptive pooling", {"mode": "area", "rank": 2}),
            Rule(Formula("0"), "this mode has no rule", bug=True),
        ),
    },
)
