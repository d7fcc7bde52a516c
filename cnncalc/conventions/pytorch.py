"""FlopCounterMode of PyTorch: sees the operators below the modules, and knows matrix products and convolutions."""

from __future__ import annotations

from cnncalc.conventions.base import MULTIPLY, Convention, Rule
from cnncalc.formula import Formula

TORCH = Convention(
    name="torch",
    tool="torch.utils.flop_counter.FlopCounterMode",
    version="torch 2.13.0",
    called="FLOPs",
    counts="2 × MACs",
    beside="flops",
    how="Sees PyTorch's operators as they run: mm, addmm, bmm, convolution; two FLOPs per MAC, no bias.",
    rules=dict.fromkeys(MULTIPLY.split(), Rule(Formula("2*MAC"))),
)
