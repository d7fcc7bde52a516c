"""What papers count and mostly call FLOPs: the MACs of convolutions and matrix products, without biases."""

from __future__ import annotations

from cnncalc.conventions.base import STILL, Convention, Rule, pieces
from cnncalc.formula import Formula

MAC = Formula("MAC")
MULTIPLY = "Conv ConvTranspose Linear Local"
"""The pieces that multiply by weights."""
REST = STILL | pieces(
    "ReLU ReLU6 ELU SELU CELU GELU SiLU Mish Sigmoid Hardsigmoid Hardswish Tanh Softplus Softsign LeakyReLU PReLU"
    " Softmax LogSoftmax MaxPool MinPool AvgPool SameAvgPool SumPool LPPool StochasticPool AdaptiveAvgPool"
    " AdaptiveMaxPool BatchNorm InstanceNorm LayerNorm GroupNorm LocalResponseNorm Affine Upsample"
)
"""All other pieces."""

PAPER = Convention(
    name="paper",
    tool="most papers",
    version="since ResNet (He et al. 2015), which says: FLOPs (multiply-adds)",
    called="FLOPs",
    counts="MACs",
    per="image",
    how="Reckoned by hand or by a tool that counts MACs; biases, norms, activations and pools are left out.",
    rules=dict.fromkeys(MULTIPLY.split(), Rule(MAC)),
    nothing=REST,
)
