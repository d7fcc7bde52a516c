"""What a counting convention is: rules as data, found by the piece of PyTorch that a tool sees.

Tools see modules and functions, not the types of a spec: `fc` is a Linear to them, `global_avgpool` an
AdaptiveAvgPool, a join an operator. So rules are listed by piece: the class in `torch.nn` (or ours) without its number
of axes, or the name of the operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnncalc.formula import ZERO, Formula
from cnncalc.layers.base import Symbols, along
from cnncalc.network import Network

SYMBOLS = {
    "MAC": "the MACs of the layer",
    "N": "images that are counted",
    "I": "input elements, with the zeros of padding: same",
    "O": "output elements",
    "P": "its parameters",
    "own": "parameters of its own",
    "statistics": "running means and variances",
    "C_in": "channels of the input",
    "C_out": "channels of the output",
    "n": "sizes of the input along its axes",
    "o": "sizes of the output along its axes",
    "k": "kernel_size",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
    "b": "1 with a bias",
    "a": "1 if affine",
    "size": "neighbouring channels that are summed",
    "x": "sizes of the output as the tool computes them",
    "along": "elements along the axis of the softmax",
    "ratio": "elements in per element out, in double precision",
    "rise": "product of the scale factors, in double precision",
    "steps": "product of the scale factors, each without its fraction",
    "reach": "the option size: its product, or the number itself where it is one for all axes",
    "padded": "sizes of the input with the zeros of padding: same",
    "planes": "elements of a channel whose height and width are summed and whose depth is not",
}
"""What the symbols of the formulas mean; counts are for all images that the tool counts."""


def pieces(words: str) -> frozenset[str]:
    """Pieces separated by blanks."""
    return frozenset(words.split())


MULTIPLY = "Conv ConvTranspose Linear Local"
"""The pieces that multiply by weights."""

REST = pieces(
    "Identity Dropout DropPath Flatten Unflatten Permute Slice Crop Select ZeroPad PixelShuffle PixelUnshuffle"
    " ChannelShuffle cat add mul Exponential Maxout Scale"
    " ReLU ReLU6 ELU SELU CELU GELU SiLU Mish Sigmoid Hardsigmoid Hardswish Tanh Softplus Softsign LeakyReLU PReLU"
    " Softmax LogSoftmax MaxPool MinPool AvgPool SameAvgPool SumPool LPPool StochasticPool AdaptiveAvgPool"
    " AdaptiveMaxPool BatchNorm InstanceNorm LayerNorm GroupNorm LocalResponseNorm Affine Upsample"
)
"""All other pieces."""


class Rule(NamedTuple):
    """What a tool counts for a piece, and in a few words why; no formula where it stops with an error."""

    formula: Formula | None
    why: str = ""
    when: Mapping[str, Any] = {}
    """Its conditions: the value of an option, as PyTorch's constructor gets it, or of a fact; a tuple is a choice."""
    bug: bool = False
    """Whether the tool's authors meant to count something else."""
    axes: Mapping[str, Formula] = {}
    """Symbols with one value per axis, worked out first."""

    def fits(self, options: Mapping[str, Any]) -> bool:
        """Whether the rule is for a piece with these options and facts."""
        wanted = self.when.items()
        return all(options.get(name) in (value if isinstance(value, tuple) else (value,)) for name, value in wanted)


MAC = Rule(Formula("MAC"))
BIAS = Rule(Formula("MAC + b*O"), "an addition per output for the bias")
NOTHING = Rule(ZERO.formula)
UNKNOWN = Rule(None, "does not know such a layer")

Rules = Mapping[str, Rule | Sequence[Rule]]
"""By piece, the rules of which the first that fits holds."""


@dataclass(frozen=True)
class Convention:
    """A tool, what it calls the figure it prints, and what the figure is."""

    name: str
    tool: str
    """The tool and what is asked of it."""
    version: str
    """The version that was measured, or the source that was read."""
    called: str
    """The tool's own word for the figure."""
    counts: str
    """What the figure is, in our words."""
    rules: Rules
    uncounted: frozenset[str] = REST
    """The pieces that it does not count, or counts as 0, unless it has a rule for them."""
    per: str = "batch"
    """Whether the figure is for the whole batch, for one image, or the same for any."""
    beside: str = "macs"
    """The count of ours that it is nearest to."""
    how: str = ""
    """How the tool looks at a network."""
    facts: Callable[[Network], Mapping[str, Mapping[str, Any]]] = field(default=lambda network: {})
    """Facts about layers that their neighbours decide, by path."""
    stops: Callable[[Network], str | None] = field(default=lambda network: None)
    """Why the tool stops with an error on a network, whatever its layers are."""

    @property
    def nothing(self) -> frozenset[str]:
        """The pieces that it does not count, or counts as 0."""
        return self.uncounted - self.rules.keys()

    def rules_of(self, piece: str) -> Sequence[Rule]:
        """The rules for a piece; the first that fits holds."""
        found = self.rules.get(piece, NOTHING if piece in self.uncounted else UNKNOWN)
        return (found,) if isinstance(found, Rule) else found


def worked_out(rule: Rule, found: Symbols) -> Symbols:
    """The symbols, with those that the rule itself defines per axis."""
    axes = range(len(found["n"]))
    return found | {name: tuple(formula(along(found, at)) for at in axes) for name, formula in rule.axes.items()}
