"""DeepSpeed's flops profiler: stands in for functions, as calflops, which took its rules from there."""

from __future__ import annotations

from cnncalc.conventions.base import Convention, Rule
from cnncalc.conventions.calflops import ADDED, AREA, DOUBLE, REACH, SEEN
from cnncalc.formula import Formula

DEEPSPEED = Convention(
    name="deepspeed",
    tool="deepspeed get_model_profile()",
    version="deepspeed 0.19.8",
    called="flops",
    counts="2 × MACs, bias additions of convolutions, and operations per element of norms, pools and activations",
    beside="flops",
    how="Stands in for the functions that modules call; operators such as + and * go unseen.",
    rules={
        **SEEN,
        "ConvTranspose": ADDED,
        "Local": Rule(DOUBLE, "two FLOPs per MAC of its bmm; its bias, an operator, is not counted"),
        "Upsample": (
            Rule(Formula("reach + I"), f"{REACH.why}; and the average itself", {"given": "size", **AREA}, bug=True),
            REACH,
            Rule(Formula("floor(I * rise) + I"), "one per element of the output; and the average itself", AREA),
            Rule(Formula("floor(I * rise)"), "one per element of the output"),
        ),
    },
)
