"""Keras: `model.summary()` shows no operations at all, parameters only."""

from __future__ import annotations

from cnncalc.conventions.base import STILL, Convention, Rule, pieces
from cnncalc.formula import Formula

OWN = Rule(Formula("own"))
STATISTICS = Rule(
    Formula("own + statistics"),
    "Keras counts the running mean and variance too: 4 per channel, 2 of them not trainable",
)

KERAS = Convention(
    name="keras",
    tool="keras model.summary()",
    version="keras 3, layer by layer from its weights",
    called="Total params",
    counts="parameters, no operations",
    per="network",
    flops_per_mac=0,
    how="Adds up the weights of every layer, the running statistics of a norm among them.",
    rules={
        **dict.fromkeys(
            "Conv ConvTranspose Linear Local LayerNorm GroupNorm Affine PReLU".split(),
            OWN,
        ),
        "BatchNorm": STATISTICS,
        "InstanceNorm": STATISTICS,
    },
    nothing=STILL
    | pieces(
        "ReLU ReLU6 ELU SELU CELU GELU SiLU Mish Sigmoid Hardsigmoid Hardswish Tanh Softplus Softsign LeakyReLU"
        " Softmax LogSoftmax MaxPool MinPool AvgPool SameAvgPool SumPool LPPool StochasticPool AdaptiveAvgPool"
        " AdaptiveMaxPool LocalResponseNorm Upsample"
    ),
)
