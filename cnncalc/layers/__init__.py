"""Every layer type, one class each; the families register theirs on import. They know formulas and nothing else."""

from cnncalc.layers import activation, channels, conv, dropout, join, linear, norm, pool, resample, shape
from cnncalc.layers.base import REGISTRY, Layer, Shape, Sized
from cnncalc.layers.options import Option, Unfit

__all__ = ["FAMILIES", "REGISTRY", "Layer", "Option", "Shape", "Sized", "Unfit"]

FAMILIES = (activation, channels, conv, dropout, join, linear, norm, pool, resample, shape)
