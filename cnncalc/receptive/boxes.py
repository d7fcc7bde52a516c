"""What a unit sees exactly, and which units see a pixel: sets of positions carried through the graph, layer by layer.

A box is a set of positions for every axis of a tensor, channels included. A tensor may have several boxes: one around
them all would contain positions that none of them has.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.layers import Shape
from cnncalc.network import Network, Placed
from cnncalc.receptive import positions
from cnncalc.receptive.positions import Positions, common, covers, union
from cnncalc.receptive.tracks import Interval, tracks

Box = tuple[Positions, ...]


def point(shape: Shape, at: Sequence[int]) -> Box:
    """The unit at a position: all its channels."""
    return (range(shape[0]),), *((range(place, place + 1),) for place in at)


def seen(network: Network, tensor: str, box: Box, input: str) -> tuple[Interval, ...] | None:
    """The spatial hull of what a box sees of the input."""
    needed: dict[str, list[Box]] = {tensor: [box]}
    for placed in reversed(network.layers):
        for box in needed.pop(placed.path, ()):
            for at, source in enumerate(placed.sources):
                part = _seen(network, placed, at, box, input)
                if all(part):
                    _add(needed.setdefault(source, []), part)
    return _hull(needed.get(input, ()))


def seeing(network: Network, tensor: str, box: Box, input: str) -> tuple[Interval, ...] | None:
    """The spatial hull of the units of a tensor that see something of a box of the input."""
    reached: dict[str, list[Box]] = {input: [box]}
    for placed in network.layers:
        if tensor in reached:
            break
        found: list[Box] = []
        for at, source in enumerate(placed.sources):
            for box in reached.get(source, ()):
                part = _seeing(network, placed, at, box, input)
                if all(part):
                    _add(found, part)
        reached[placed.path] = found
    return _hull(reached[tensor])


def _seen(network: Network, placed: Placed, at: int, box: Box, input: str) -> Box:
    shape = placed.inputs[at]
    reaches = placed.layer.sees(at, *placed.inputs)
    if None in reaches:
        _check_fixed(network, placed, at, input)
    return tuple(
        positions.seen(reach, box[reach.axis], size) if reach else (range(size),) for reach, size in zip(reaches, shape)
    )


def _seeing(network: Network, placed: Placed, at: int, box: Box, input: str) -> Box:
    part: list[Positions] = [(range(size),) for size in placed.output]
    reaches = placed.layer.sees(at, *placed.inputs)
    if None in reaches:
        _check_fixed(network, placed, at, input)
    for reach, places, size in zip(reaches, box, placed.inputs[at]):
        if reach:
            axis = reach.axis
            part[axis] = common(part[axis], positions.seeing(reach, places, size, placed.output[axis]))
    return tuple(part)


def _check_fixed(network: Network, placed: Placed, at: int, input: str) -> None:
    """`ValueError` where the layer rearranges positions in a way that is not followed."""
    reaches = placed.layer.sees(at, *placed.inputs)
    for track in tracks(network, input).get(placed.sources[at], ()):
        if track is None or (not track.fixed and reaches[track.axis] is None):
            raise ValueError(f"positions are not followed through {placed.path}: {placed.layer.type} divides an axis")


def _add(boxes: list[Box], box: Box) -> None:
    """Adds a box, joined with those that it covers, is covered by, or differs from along one axis."""
    for at, other in enumerate(boxes):
        if all(map(covers, other, box)):
            return
        differ = [axis for axis, (one, two) in enumerate(zip(box, other)) if one != two]
        if len(differ) == 1 or all(map(covers, box, other)):
            del boxes[at]
            _add(boxes, tuple(union((*one, *two)) for one, two in zip(box, other)))
            return
    boxes.append(box)


def _hull(boxes: Sequence[Box]) -> tuple[Interval, ...] | None:
    if not boxes:
        return None
    axes = list(zip(*boxes))[1:]
    runs = [[run for places in axis for run in places] for axis in axes]
    return tuple((min(run.start for run in axis), max(run[-1] for run in axis)) for axis in runs)
