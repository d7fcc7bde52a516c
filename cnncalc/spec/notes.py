"""Remarks on what is legal and often a mistake, one line each for standard error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from cnncalc.errors import Mark, visible
from cnncalc.layers import Shape
from cnncalc.layers.base import dims
from cnncalc.layers.conv import Conv
from cnncalc.network import Placed
from cnncalc.spec.nodes import Node


def notes(
    inputs: Mapping[str, tuple[Node, Shape]],
    layers: Sequence[Placed],
    outputs: Sequence[str],
    found: Iterable[tuple[str, Mark]],
    unpadded: Collection[Mark] = (),
) -> tuple[str, ...]:
    """Every note once, with its place; `found` are those that arose while the layers were placed;
    `unpadded` are the places of convolutions that a pattern gives no padding.
    """
    shrinking = _about_patterns(unpadded, layers)
    all_notes = [*_about_inputs(inputs, layers), *shrinking, *found, *_unreached(layers, outputs)]
    return tuple(dict.fromkeys(visible(f"{mark.place}: note: {note}") for note, mark in all_notes))


def _about_inputs(inputs: Mapping[str, tuple[Node, Shape]], layers: Sequence[Placed]) -> Iterable[tuple[str, Mark]]:
    for node, shape in inputs.values():
        if len(shape) == 3 and min(shape[:2]) > 4 and shape[2] in (1, 3, 4):
            yield f"read as {shape[0]} channels of {dims(shape[1:])}; channels come first", node.mark
        # one channel of some length is a signal, which nobody mistakes for an image
        if len(shape) == 2 and shape[0] > 1 and any(_is_conv_1d(placed) for placed in layers):
            grey = f"a grey image is [1, {shape[0]}, {shape[1]}]"
            yield f"read as {shape[0]} channels of length {shape[1]}; {grey}", node.mark


def _is_conv_1d(placed: Placed) -> bool:
    return placed.layer.type == "conv" and len(placed.inputs[0]) == 2


def _about_patterns(unpadded: Collection[Mark], layers: Sequence[Placed]) -> Iterable[tuple[str, Mark]]:
    """The first convolution of a pattern that shrinks its input, as those of the VGG paper don't."""
    for placed in layers if unpadded else ():
        if placed.mark in unpadded and isinstance(placed.layer, Conv):
            kernel = placed.layer.kernel_size
            sizes = kernel if isinstance(kernel, tuple) else (kernel,)
            if max(sizes) > 1:
                element = f"CONV{dims(sizes)}-{placed.layer.out_channels}"
                cure = "to keep the size, as the VGG paper does, write defaults: {conv: {padding: same}}"
                yield f"{element} has no padding and shrinks its input; {cure}", placed.mark
                return


def _unreached(layers: Sequence[Placed], outputs: Sequence[str]) -> Iterable[tuple[str, Mark]]:
    """Layers from which no way leads to an output, those of one step together."""
    needed = set(outputs)
    unreached: dict[Mark, list[str]] = {}
    for placed in reversed(layers):
        if placed.path in needed:
            needed.update(placed.sources)
        else:
            unreached.setdefault(placed.mark, []).append(placed.path)
    for mark, paths in reversed(unreached.items()):
        more = f" and {len(paths) - 1:,} more from this step" if len(paths) > 1 else ""
        yield f"{paths[-1]}{more} {'reach' if more else 'reaches'} no output", mark
