"""Keras: `model.summary()` shows no operations at all, parameters only."""

from __future__ import annotations

from cnncalc.conventions.base import Convention, Rule
from cnncalc.formula import Formula

OWN = Rule(Formula("own"))
STATISTICS = Rule(Formula("own + statistics"), "two per channel, parameters that are not trainable")

KERAS = Convention(
    name="keras",
    tool="keras model.summary()",
    version="keras 3, layer by layer from its weights",
    called="Total params",
    counts="parameters, no operations",
    per="network",
    beside="params",
    how="Adds up the weights of every layer, the running statistics of a norm among them.",
    rules={
        **dict.fromkeys(
            ["Conv", "ConvTranspose", "Linear", "Local", "LayerNorm", "GroupNorm", "Affine", "PReLU"],
            OWN,
        ),
        "BatchNorm": STATISTICS,
        "InstanceNorm": STATISTICS,
    },
)
