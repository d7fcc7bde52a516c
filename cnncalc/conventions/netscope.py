"""Netscope CNN Analyzer: reads a Caffe prototxt in the browser; five columns, of which macc is shown here.

From the rules in its `src/analyzer.coffee`; comparisons, additions, divisions and exponentials are columns of their
own. Its pools always round their sizes up; here they have the sizes of the network.
"""

from __future__ import annotations

from cnncalc.conventions.base import MAC, Convention, Rule, pieces
from cnncalc.formula import Formula

UNKNOWN = "Caffe has no such layer, or Netscope does not know it"
NORM = Rule(Formula("a * I"), "one per element, for the Scale layer that Caffe puts behind it")
ELEMENT = Rule(Formula("I"), "one multiplication per element")
GLOBAL = (Rule(Formula("0"), when={"output_size": (1, (1,), (1, 1))}), Rule(None, UNKNOWN))
IMAGES = Rule(None, "knows images and vectors only", {"rank": (1, *range(3, 63))})

NETSCOPE = Convention(
    name="netscope",
    tool="Netscope CNN Analyzer, macc",
    version="dgschwend/netscope 8ae36d8, from its source",
    called="macc",
    counts="MACs, and one per element of scales, products and response norms",
    how="Walks a Caffe prototxt; additions, comparisons, divisions and exponentials are columns of their own.",
    rules={
        "Conv": (IMAGES, MAC),
        "Linear": (
            MAC._replace(when={"rank": 0}),
            Rule(None, "an InnerProduct of Caffe flattens its input"),
        ),
        "ConvTranspose": (
            IMAGES,
            Rule(
                Formula("N * floor(C_in*C_out*prod(o)*prod(k) / prod(s))"),
                "output positions, each with a kernel divided by the stride; groups are not looked at",
            ),
        ),
        "AdaptiveAvgPool": GLOBAL,
        "AdaptiveMaxPool": GLOBAL,
        "BatchNorm": NORM,
        "Affine": ELEMENT,
        "Scale": ELEMENT,
        "mul": Rule(Formula("O"), "one multiplication per element"),
        "LocalResponseNorm": Rule(Formula("size * I"), "a square of every neighbour"),
    },
    uncounted=pieces(
        "ReLU ReLU6 ELU PReLU Softmax MaxPool AvgPool SameAvgPool add cat Dropout"
        " Flatten Unflatten Permute Crop Identity"
    ),
)
