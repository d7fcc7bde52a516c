"""Networks put together by hand, without the reader of specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.errors import Mark, Source
from cnncalc.layers import REGISTRY, Shape
from cnncalc.network import Network, Placed

NOWHERE = Mark(Source("<by hand>", ""), 1, 1, 1)


class Sketch:
    """Collects layers: each call places one behind the last, or `after` the tensors it names."""

    def __init__(self, **inputs: Shape) -> None:
        self.shapes: dict[str, Shape] = dict(inputs)
        self.inputs: Mapping[str, Shape] = dict(inputs)
        self.layers: list[Placed] = []

    def __call__(
        self, path: str, type: str, *after: str, reuses: str | None = None, frozen: bool = False, **options: Any
    ) -> str:
        sources = after or (list(self.shapes)[-1],)
        shapes = tuple(self.shapes[source] for source in sources)
        layer = REGISTRY[type](**options)
        sized = layer.on(*shapes)
        self.layers.append(Placed(path, layer, tuple(sources), shapes, sized, NOWHERE, (), frozen, reuses))
        self.shapes[path] = sized.shape
        return path

    def network(self, *outputs: str) -> Network:
        return Network("sketch", None, self.inputs, outputs or (self.layers[-1].path,), tuple(self.layers))
