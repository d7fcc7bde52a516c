"""Text to network: finds a spec, reads it and sizes every layer."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import Any

from cnncalc.errors import Problem, Source, SpecError
from cnncalc.layers import Shape
from cnncalc.network import Network
from cnncalc.spec import settings
from cnncalc.spec.budget import MAX_LAYERS, Budget
from cnncalc.spec.expand import Expansion
from cnncalc.spec.find import Text, found, hides_bundled
from cnncalc.spec.notes import notes
from cnncalc.spec.read_file import Spec, read_spec
from cnncalc.spec.scope import Given, Scope, Tensor
from cnncalc.spec.texts import read_texts

__all__ = ["MAX_LAYERS", "hides_bundled", "load", "loads"]


def load(
    spec: str | PathLike[str],
    *,
    set: Mapping[str, Any] | None = None,
    input: settings.Shapes = None,
    max_layers: int = MAX_LAYERS,
) -> Network:
    """The network of a spec: a path, the name of a bundled one, or `-` for standard input.

    `set` gives variables other values, `input` the inputs other shapes. Raises `SpecError`.

    >>> load("alexnet").shape("conv1")
    (96, 55, 55)
    """
    text = found(spec)
    with _undisturbed():
        return _network(text, set or {}, input, max_layers)


def loads(
    text: str,
    *,
    name: str = "<string>",
    set: Mapping[str, Any] | None = None,
    input: settings.Shapes = None,
    max_layers: int = MAX_LAYERS,
) -> Network:
    """The network of a spec's text; `name` is what errors call it."""
    with _undisturbed():
        return _network(Text(Source(name, text)), set or {}, input, max_layers)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keeps the garbage collector away: what is made here stays, and going through it takes a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _network(text: Text, given: Mapping[str, Any], shapes: settings.Shapes, max_layers: int) -> Network:
    budget = Budget(max_layers)
    spec = read_spec(read_texts(text, budget))
    variables = settings.variables(spec, given, budget)
    inputs = settings.inputs(spec, variables, shapes, budget)
    # what the source states is about its own variables and inputs
    expansion = Expansion(spec, variables, budget, stated=not given and not shapes)
    name = spec.name or text.name or text.source.name

    def network(outputs: tuple[str, ...], notes: tuple[str, ...] = ()) -> Network:
        return Network(
            name,
            spec.origin,
            inputs,
            outputs,
            tuple(expansion.graph.layers),
            expansion.blocks,
            tuple(expansion.claims),
            notes,
            expansion.claims_set_aside,
        )

    places = {name: (spec.inputs[name][0], shape) for name, shape in inputs.items()}
    try:
        outputs = _expand(spec, inputs, expansion)
    except SpecError as error:
        expansion.close()
        layers = expansion.graph.layers
        partial = network((layers[-1].path,)) if layers else None
        told = notes(places, layers, [placed.path for placed in layers], expansion.graph.notes, spec.unpadded)
        raise SpecError(error.problems, partial, told) from None
    return network(outputs, notes(places, expansion.graph.layers, outputs, expansion.graph.notes, spec.unpadded))


def _expand(spec: Spec, inputs: Mapping[str, Shape], expansion: Expansion) -> tuple[str, ...]:
    """Unrolls the whole spec; the names of its outputs."""
    tensors = {name: Tensor(name, shape) for name, shape in inputs.items()}
    entering = next(iter(tensors.values())) if len(tensors) == 1 else None
    scope = Scope(expansion.around, entering)
    scope.given |= {name: Given(tensor, 0, 0) for name, tensor in tensors.items()}
    scope.taken |= {name: spec.inputs[name][0].mark for name in tensors}
    last = expansion.run(spec.layers, entering, scope)
    if not expansion.graph.layers or last is None:
        hint = "every step is empty or left out" if spec.layers else "for example layers: [{conv: 64, kernel_size: 3}]"
        raise SpecError(Problem("the network has no layer", spec.layers_node.mark, hint=hint))
    outputs = tuple(scope.find(node, "outputs").tensor.name for node in spec.outputs) or (last.name,)
    expansion.expect(spec.expect, "", 0, scope.lookup(None))
    return outputs
