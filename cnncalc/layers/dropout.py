"""Dropout in its forms; all are the identity in evaluation."""

from cnncalc.layers.base import Example, Layer
from cnncalc.layers.options import option


class Dropout(Layer, type="dropout"):
    """Zeroes elements with probability p in training (Srivastava et al. 2014)."""

    principal = "p"
    torch_class = "Dropout"

    example = Example((4096,), p=0.5)

    p: float = option(0.5, least=0, most=1)


class Dropout1d(Dropout, type="dropout1d"):
    """Zeroes whole channels of sequences in training."""

    torch_class = "Dropout1d"
    ranks = (0, 1)
    example = Example((64, 128), p=0.5)


class Dropout2d(Dropout, type="dropout2d"):
    """Zeroes whole channels of images in training (Tompson et al. 2015)."""

    torch_class = "Dropout2d"
    example = Example((64, 56, 56), p=0.5)


class Dropout3d(Dropout, type="dropout3d"):
    """Zeroes whole channels of volumes in training."""

    torch_class = "Dropout3d"
    example = Example((64, 16, 56, 56), p=0.5)


class DropPath(Layer, type="drop_path"):
    """Drops the tensors of whole images in training: each with probability p (stochastic depth, Huang et al. 2016)."""

    principal = "p"
    torch_class = "DropPath"
    beyond_torch = True
    example = Example((64, 56, 56), p=0.2)

    p: float = option(least=0, most=1)
