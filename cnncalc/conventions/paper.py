"""What papers count and mostly call FLOPs: the MACs of convolutions and matrix products, without biases."""

from __future__ import annotations

from cnncalc.conventions.base import MAC, MULTIPLY, Convention

PAPER = Convention(
    name="paper",
    tool="most papers",
    version="since ResNet (He et al. 2015), which says: FLOPs (multiply-adds)",
    called="FLOPs",
    counts="MACs",
    per="image",
    how="Reckoned by hand or by a tool that counts MACs; biases, norms, activations and pools are left out.",
    rules=dict.fromkeys(MULTIPLY.split(), MAC),
)
