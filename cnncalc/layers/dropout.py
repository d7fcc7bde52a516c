"""Dropout in its forms; all are the identity in evaluation."""

from typing import Optional

from cnncalc.formula import Formula
from cnncalc.layers.base import Example, Layer
from cnncalc.layers.options import option
from cnncalc.layers.strides import Strides
from cnncalc.layers.tensors import Kept, Run

PER_IMAGE, PER_CHANNEL, PER_ELEMENT = Formula("batch"), Formula("batch * C_in"), Formula("batch * C_in * prod(n)")


class Dropout(Layer, type="dropout"):
    """Zeroes elements with probability p in training (Srivastava et al. 2014)."""

    as_read = True
    principal = "p"
    torch_class = "Dropout"

    example = Example((4096,), p=0.5)

    p: float = option(0.5, least=0, most=1)

    def view(self, run: Run) -> Optional[Strides]:
        return None if run.training and self.p else run.strides[0]

    def kept(self, run: Run) -> Kept:
        return Kept(numbers=1 if self.p == 1 else self.counted(self.mask(len(run.output)), run))

    def mask(self, axes: int) -> Formula:
        """How many numbers decide what is dropped of an input with so many axes, the batch's among them."""
        return PER_ELEMENT


class Dropout1d(Dropout, type="dropout1d"):
    """Zeroes whole channels of sequences in training."""

    torch_class = "Dropout1d"
    ranks = (0, 1)
    example = Example((64, 128), p=0.5)

    def mask(self, axes: int) -> Formula:
        return PER_CHANNEL if axes == 3 else PER_IMAGE  # PyTorch takes two axes for a single image


class Dropout2d(Dropout, type="dropout2d"):
    """Zeroes whole channels of images in training (Tompson et al. 2015)."""

    torch_class = "Dropout2d"
    example = Example((64, 56, 56), p=0.5)

    def mask(self, axes: int) -> Formula:
        return PER_CHANNEL


class Dropout3d(Dropout, type="dropout3d"):
    """Zeroes whole channels of volumes in training."""

    torch_class = "Dropout3d"
    example = Example((64, 16, 56, 56), p=0.5)

    def mask(self, axes: int) -> Formula:
        return PER_CHANNEL if axes == 5 else PER_IMAGE  # PyTorch takes fewer axes for a single image


class DropPath(Layer, type="drop_path"):
    """Drops the tensors of whole images in training: each with probability p (stochastic depth, Huang et al. 2016)."""

    as_read = True
    principal = "p"
    torch_class = "DropPath"
    keeps_beside = PER_IMAGE
    beyond_torch = True
    example = Example((64, 56, 56), p=0.2)

    p: float = option(least=0, most=1)

    def view(self, run: Run) -> Optional[Strides]:
        return None if run.training else run.strides[0]
