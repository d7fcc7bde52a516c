"""Dropout in its forms; all are the identity in evaluation."""

from cnncalc.layers.base import Layer
from cnncalc.layers.options import option


class Dropout(Layer, type="dropout"):
    """In training zeroes each element with probability p (Srivastava et al. 2014)."""

    principal = "p"
    torch_class = "Dropout"

    p: float = option(0.5, least=0, most=1)


class Dropout1d(Dropout, type="dropout1d"):
    """In training zeroes whole channels of a sequence."""

    torch_class = "Dropout1d"
    ranks = (0, 1)


class Dropout2d(Dropout, type="dropout2d"):
    """In training zeroes whole channels of an image (Tompson et al. 2015)."""

    torch_class = "Dropout2d"


class Dropout3d(Dropout, type="dropout3d"):
    """In training zeroes whole channels of a volume."""

    torch_class = "Dropout3d"


class DropPath(Layer, type="drop_path"):
    """In training drops the whole tensor of an image with probability p: stochastic depth (Huang et al. 2016)."""

    principal = "p"
    torch_class = "DropPath"
    beyond_torch = True

    p: float = option(least=0, most=1)
