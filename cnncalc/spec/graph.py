"""The layers placed so far. A layer that doesn't fit raises the bare fact; here it gets its place in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from cnncalc.errors import Mark, Problem, SpecError
from cnncalc.layers import Layer, Shape, Sized, Unfit
from cnncalc.layers.base import NOTHING, dims
from cnncalc.network import BlockCall, Placed
from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.scope import Tensor
from cnncalc.spec.tree import Common

_LARGEST: Final = 2**63
_NO_NODES: Final[Mapping[str, Node]] = {}
_REARRANGING: Final = ("flatten", "reshape", "permute")


class Twin(NamedTuple):
    """A call (or layer) at `path` that runs again what ran at `of_path`: the layers there, by their paths."""

    path: str
    of_path: str
    layers: Mapping[str, Placed]
    of: Scalar

    def origin(self, path: str, layer: Layer, shapes: tuple[Shape, ...], sized: Sized) -> str:
        """The path of the layer whose weights the layer at `path` has."""
        old = self.layers.get(self.of_path + path[len(self.path) :])
        if old is None or old.layer != layer:
            raise self.differs(f"{path} has no twin")
        if _weights(sized) != _weights(old.sized):
            made, entering = dims(old.inputs[0]), dims(shapes[0])
            message = f"reuse: the weights of {old.path} don't fit: it was made for {made}, here enters {entering}"
            hint = "weights fit where they have the same shape: the same channels, and the same sizes under fc"
            raise SpecError(Problem(message, self.of.mark, hint=hint))
        return old.reuses or old.path

    def differs(self, how: str) -> SpecError:
        """The refusal of a body that depends on the tensor which enters it, and unrolls to other layers this time."""
        message = f"reuse: on this tensor {self.of_path} unrolls to other layers: {how}"
        return SpecError(Problem(message, self.of.mark, hint="a condition in the block asks for the tensor's shape"))


class Graph:
    """Layers in the order in which they run; equal layers on equal shapes are sized once."""

    def __init__(self) -> None:
        self.layers: list[Placed] = []
        self.notes: list[tuple[str, Mark]] = []
        self.frozen = False
        """Whether what is placed now is not trained."""
        self._layers: dict[tuple[Any, ...], Layer] = {}
        self._sized: dict[tuple[int, tuple[Shape, ...]], tuple[Sized, Shape]] = {}
        self._twin: Twin | None = None
        self._maps: set[str] = set()
        """The tensors that still have the axes of a map: channels, then positions."""

    def layer(self, layer: type[Layer], options: dict[str, Any]) -> Layer:
        """The layer with these options; the same object for equal ones."""
        key = layer, *options.items(), *map(type, options.values())
        if key not in self._layers:
            self._layers[key] = layer(**options)
        return self._layers[key]

    def place(
        self,
        path: str,
        layer: Layer,
        sources: Sequence[Tensor],
        common: Common,
        calls: tuple[BlockCall, ...],
        nodes: Mapping[str, Node] = _NO_NODES,
    ) -> Tensor:
        """Puts a layer behind its sources; `nodes` are the places of its options."""
        shapes = tuple([source.shape for source in sources])
        mark = common.mark
        try:
            sized, shape = self._size(layer, shapes)
        except Unfit as unfit:
            node = nodes.get(unfit.option or "")
            raise misfit(unfit, path, node.mark if node else mark) from None
        on_map = sources[0].name in self._maps
        note = layer.note(shapes[0], on_map)
        if note:
            self.notes.append((note, mark))
        if 0 not in layer.ranks or (on_map and layer.macs is NOTHING and layer.type not in _REARRANGING):
            self._maps.add(path)
        names = tuple([source.name for source in sources])
        origin = self._twin.origin(path, layer, shapes, sized) if self._twin else None
        self.layers.append(Placed(path, layer, names, shapes, sized, mark, calls, self.frozen, origin))
        return Tensor(path, shape)

    @property
    def runs_again(self) -> bool:
        """Whether what is placed now has the weights of layers placed before."""
        return self._twin is not None

    @contextmanager
    def again(self, twin: Twin) -> Iterator[None]:
        """What is placed meanwhile has the weights of the layers that it is the twin of."""
        outer, self._twin = self._twin, twin
        placed = len(self.layers)
        yield
        self._twin = outer
        if len(self.layers) - placed != len(twin.layers):
            raise twin.differs(f"{len(self.layers) - placed} instead of {len(twin.layers)}")

    def _size(self, layer: Layer, shapes: tuple[Shape, ...]) -> tuple[Sized, Shape]:
        key = id(layer), shapes
        found = self._sized.get(key)
        if found is None:
            sized = layer.on(*shapes)
            largest = max(sized.output, key=lambda number: number.value)
            if largest.value >= _LARGEST:
                reason = f"{largest.formula.text()} = {largest.text()} = {largest.value}"
                raise Unfit(f"an output of {dims(sized.shape)}; sizes are below 2**63", because=(reason,))
            self._sized[key] = found = sized, sized.shape
        return found


def misfit(unfit: Unfit, path: str, mark: Mark) -> SpecError:
    """The problem of a layer that doesn't fit, in its place."""
    return SpecError(Problem(f"{path}: {unfit.message}", mark, unfit.because, unfit.hint))


def _weights(sized: Sized) -> list[Any]:
    """What the shapes of a layer's tensors follow from: the numbers that go into the formulas of their counts."""
    counts = [number for number in (sized.weights, sized.biases, sized.buffers) if number.value]
    return [(number.formula, *(number.symbols[name] for name in number.formula.symbols)) for number in counts]
