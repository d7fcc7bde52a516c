"""Small numeric examples, worked: a layer, an input and a weight come to numbers, each with its sum of products.

By the textbook definitions, in exact fractions; PyTorch is not asked. Sizes are those of the layer itself.
"""

from typing import TYPE_CHECKING, Any

from cnncalc.worked.terms import Cell

if TYPE_CHECKING:
    from cnncalc.worked.example import Computed, compute

__all__ = ["Cell", "Computed", "compute"]


def __getattr__(name: str) -> Any:
    # matrices are also looked for where there may be none, and then nobody needs NumPy
    if name in ("Computed", "compute"):
        from cnncalc.worked import example

        return getattr(example, name)
    raise AttributeError(f"module 'cnncalc.worked' has no attribute {name!r}")
