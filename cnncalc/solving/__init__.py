"""Backwards: every setting of what is unknown in a step, or in its input, that gives the output asked for.

No formula is turned round: every candidate goes through the layers' own, so what is found is what `summary` would say.
"""

from cnncalc.solving.candidates import BOUNDS, FLAGS
from cnncalc.solving.search import solve
from cnncalc.solving.solutions import Setting, Sizes, Solutions

__all__ = ["BOUNDS", "FLAGS", "Setting", "Sizes", "Solutions", "solve"]
