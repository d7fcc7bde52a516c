"""One step of the spec language beside given matrices: which layer it is, and the shapes that its matrices have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cnncalc.errors import Problem, Source, SpecError
from cnncalc.layers import REGISTRY, Layer, Shape, Unfit
from cnncalc.spec import yaml
from cnncalc.spec.expressions import Word
from cnncalc.spec.graph import Graph
from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.problems import Problems, is_nothing
from cnncalc.spec.read_steps import StepReader
from cnncalc.spec.read_values import cast, misfit
from cnncalc.spec.scope import Tensor
from cnncalc.spec.tree import Common, Constant, LayerStep
from cnncalc.spec.visible import Visible

FROM_WEIGHT: Final = ("kernel_size", "out_channels", "out_features")
"""The options that a weight gives where the step doesn't."""

_RANKS = {1: 1, 2: 2, 3: 2, 4: 3}
"""How many spatial axes an input of so many levels has, where nothing else tells."""


class Read(NamedTuple):
    """A step as read: its layer type and the options that it states, with their places."""

    layer: type[Layer]
    options: dict[str, Any]
    nodes: Mapping[str, Node]
    common: Common

    def rank(self, depth: int) -> int:
        """The spatial axes of an input with so many levels of brackets."""
        if len(self.layer.ranks) == 1:
            return self.layer.ranks[0]
        per_axis = [name for name, option in self.layer.options().items() if option.per_axis]
        stated = {len(self.options[name]) for name in per_axis if isinstance(self.options.get(name), tuple)}
        return stated.pop() if len(stated) == 1 else _RANKS.get(depth, depth - 1)

    def made(self, inferred: Mapping[str, Any]) -> Layer:
        """The layer, with the options that follow from the weight."""
        return self.layer(**{**inferred, **self.options})

    def placed(self, layer: Layer, shape: Shape) -> Shape:
        """The output of the layer on an input; `SpecError` where it doesn't fit."""
        graph = Graph()
        return graph.place(layer.type, layer, (Tensor("input", shape),), self.common, (), self.nodes).shape


def read(step: str, *, weighted: bool) -> Read:
    """A step, `conv` or `{maxpool: 2, stride: 1}`; with a weight, what the weight tells may be left out."""
    if not step.strip():
        raise SpecError(Problem("the step is empty", hint="for example conv or '{maxpool: 2}'"))
    source = Source("STEP", step)
    node = yaml.read(source)
    problems = Problems()
    reader = StepReader(problems, len(step))
    if weighted:
        reader.defaults[source] = {
            name: {key: (node, Constant(node, 1)) for key in FROM_WEIGHT if key in layer.options()}
            for name, layer in REGISTRY.items()
            if "pool" not in name
        }
    if isinstance(node, Scalar) and is_nothing(node):
        problems.add("an empty step", node, hint="for example conv or '{maxpool: 2}'")
        problems.raise_any()
    found = reader.step(node, Visible())
    problems.raise_any()
    if not isinstance(found, LayerStep):
        message = "compute works one layer at a time"
        raise SpecError(Problem(message, node.mark, hint="for example conv or '{maxpool: 2}'"))
    if found.common != Common(found.common.mark, found.common.name):
        message = "compute takes a layer with its options: when, from, expect and freeze belong to a network"
        raise SpecError(Problem(message, node.mark))
    options = {}
    for name, value in found.options.items():
        try:
            options[name] = cast(found.layer.options()[name], value.at(Word))
        except Unfit as unfit:
            raise SpecError(misfit(unfit, value)) from None
    return Read(found.layer, options, found.nodes, found.common)
