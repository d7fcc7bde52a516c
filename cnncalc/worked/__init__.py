"""Small numeric examples, worked: a layer, an input and a weight come to numbers, each with its sum of products.

By the textbook definitions, in exact fractions; PyTorch is not asked. Sizes are those of the layer itself.
"""

from cnncalc.worked.example import Computed, compute
from cnncalc.worked.terms import Cell

__all__ = ["Cell", "Computed", "compute"]
