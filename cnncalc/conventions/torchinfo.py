"""torchinfo: hooks on modules; mult-adds are reckoned from the sizes of their parameters."""

from __future__ import annotations

from cnncalc.conventions.base import BIAS, Convention, Rule
from cnncalc.formula import Formula

LEARNT = Rule(Formula("N*P"), "one per parameter and image, not per element")
COUNTED = "BatchNorm InstanceNorm LayerNorm GroupNorm Affine PReLU"

TORCHINFO = Convention(
    name="torchinfo",
    tool="torchinfo total_mult_adds",
    version="torchinfo 1.8.0",
    called="mult-adds",
    counts="MACs, bias additions, and one per further parameter",
    how="Multiplies the size of every weight and bias by the positions of the output, of a convolution only.",
    rules={
        "Conv": BIAS,
        "ConvTranspose": Rule(
            Formula("N * prod(o) * P"),
            "takes the weights times the output's positions, as for a convolution; every weight meets the input's",
            bug=True,
        ),
        "Linear": (
            BIAS._replace(when={"rank": 0}),
            Rule(Formula("N*P"), "only the batch counts: the axes between it and the features are forgotten", bug=True),
        ),
        "Local": Rule(Formula("N*P"), BIAS.why),
        **dict.fromkeys(COUNTED.split(), LEARNT),
    },
)
