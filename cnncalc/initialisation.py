"""How far initial weights spread: the standard deviations of Glorot and of He, by the fans of a layer.

As `torch.nn.init` computes them: `xavier_normal_` with gain 1, and `kaiming_normal_` with mode `fan_in`.
"""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.curve import Real
from cnncalc.formula import Number
from cnncalc.layers.base import NOTHING
from cnncalc.network import Placed

XAVIER = Real("sqrt(2 / (fan_in + fan_out))")
"""Glorot & Bengio 2010, equation 16, for the normal distribution: the deviation that keeps variances both ways."""

KAIMING = Real("sqrt(2 / ((1 + a**2) * fan_in))")
"""He et al. 2015, equation 15: a is the slope below 0 of the activation that follows, 0 for relu."""


class Initial(NamedTuple):
    """The fans of a layer's weights and the deviations that follow from them."""

    fan_in: Number
    fan_out: Number
    xavier_std: Number
    kaiming_std: Number


def initial(placed: Placed) -> Initial | None:
    """None for a layer without weights that sum inputs, and for one that uses the weights of another."""
    layer = placed.layer
    if layer.fan_in is NOTHING or placed.reuses:
        return None
    symbols = {**layer.symbols(*placed.inputs), "C_out": placed.output[0]}
    fan_in, fan_out = layer.fan_in.of(symbols), layer.fan_out.of(symbols)
    fans = {"fan_in": fan_in.value, "fan_out": fan_out.value}
    return Initial(fan_in, fan_out, _number(XAVIER, fans), _number(KAIMING, {**fans, "a": 0}))


def _number(formula: Real, values: dict[str, int]) -> Number:
    return Number(formula(values), formula, values)
