"""What tools count that stand in for the functions of `torch.nn.functional` and a few of `torch`.

Every call counts, whether a module makes it or a function: a Linear calls `F.linear`, lppool calls three of them.
"""

from __future__ import annotations

from cnncalc.conventions.base import Rule, Rules
from cnncalc.formula import Formula

ONE = Rule(Formula("I"), "one per element")
SCALED = Rule(Formula("2*I"), "a scale and a shift per element", {"affine": True})
FIVE = Rule(Formula("5*I"), "about five operations per element: mean, variance, normalising, scale and shift")
FOUR = Rule(Formula("4*I"), "about four operations per element: mean, variance and normalising")

NORMS = {
    "BatchNorm": (
        FIVE._replace(when={"track_running_stats": False, "affine": True}),
        FOUR._replace(when={"track_running_stats": False}),
        SCALED,
        ONE,
    ),
    "InstanceNorm": (FIVE._replace(when={"affine": True}), FOUR),
    "LayerNorm": (FIVE._replace(when={"elementwise_affine": True}), FOUR),
    "GroupNorm": (FIVE._replace(when={"affine": True}), FOUR),
}

POOLS = "MaxPool AvgPool AdaptiveAvgPool AdaptiveMaxPool"

_AVERAGE, _DIVISOR = "an average over the padded input", ", and one that counts what is there"
_SAME_AVERAGE = (
    Rule(Formula("(N*C_in + 1)*(prod(padded) + planes)"), _AVERAGE + _DIVISOR, {"rank": 3, "divisor_override": None}),
    Rule(Formula("N*C_in*(prod(padded) + planes)"), _AVERAGE, {"rank": 3}),
    Rule(Formula("(N*C_in + 1)*prod(padded)"), _AVERAGE + _DIVISOR, {"divisor_override": None}),
    Rule(Formula("N*C_in*prod(padded)"), _AVERAGE),
)

COMPOSED: Rules = {
    "MinPool": ONE,
    "SumPool": (
        Rule(Formula("I + N*C_in*planes"), "two averages one after the other, one operation per element", {"rank": 3}),
        ONE,
    ),
    "StochasticPool": (
        Rule(Formula("2*(I + N*C_in*planes)"), "two sums of two averages each, one operation per element", {"rank": 3}),
        Rule(Formula("2*I"), "two averages, one operation per element"),
    ),
    "LPPool": Rule(Formula("I + 2*O"), "an average, and a relu and a product of what it gives"),
    "LocalResponseNorm": Rule(
        Formula("3*I + N*(C_in + size - 1)*prod(n)"), "two products, a sum, and an average over the padded channels"
    ),
    "SameAvgPool": _SAME_AVERAGE,
}
"""What is put together of functions, some of them counted."""
