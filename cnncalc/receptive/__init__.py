"""The receptive field of every tensor over the whole graph (Araujo, Norris, Sim 2019), in input pixels.

A unit is all the numbers at one position of a map: its channels are taken together, and those of a vector are one unit.
Which channels a later layer picks is followed by `region`, not by `fields`: there a slice of some sees what all saw.
With several inputs a unit has a field on each; `input` names the one that is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnncalc.layers import Shape
from cnncalc.network import Network
from cnncalc.receptive import boxes
from cnncalc.receptive.tracks import Interval, Track, Tracks, tracks


class Field(NamedTuple):
    """The receptive field of a tensor on one input, per spatial axis of that input; all None where it has none."""

    size: tuple[int, ...] | None
    """In pixels, not clipped; the largest over the positions."""
    stride: tuple[int | Fraction | None, ...] | None
    """Pixels from unit to unit; None where that is not one number."""
    padding: tuple[int | Fraction | None, ...] | None
    """How far before pixel 0 the field of unit 0 begins."""
    aligned: bool | None
    """False where branches disagree in stride or centre: the size is then that of their hull."""


NONE = Field(None, None, None, None)


def fields(network: Network, *, input: str | None = None) -> Mapping[str, Field]:
    """The receptive field of every tensor, by the path of its layer or the name of an input."""
    found = tracks(network, only(network, input))
    return {tensor: _field(found.get(tensor), network.shape(tensor)) for tensor in (*network.inputs, *network.by_path)}


def region(network: Network, path: str, at: Sequence[int], *, input: str | None = None) -> tuple[Interval, ...] | None:
    """The first and the last input pixel per axis that can influence the unit at this position; None if none can.

    Exact: what lies in the padding of any layer on the way is not there. `ValueError` where there is no such unit.
    """
    shape = _positioned(network, path, at)
    return boxes.seen(network, path, boxes.point(shape, at), only(network, input))


def units(
    network: Network, path: str, pixel: Sequence[int], *, input: str | None = None
) -> tuple[Interval, ...] | None:
    """The first and the last unit per axis of a layer that an input pixel can influence; None if it can't any."""
    name = only(network, input)
    shape = _positioned(network, name, pixel)
    return boxes.seeing(network, path, boxes.point(shape, pixel), name)


def unclipped(
    network: Network, path: str, at: Sequence[int], *, input: str | None = None
) -> tuple[Interval, ...] | None:
    """The first and the last pixel per axis of a unit's field, negative before the image; None if it has none."""
    shape = _positioned(network, path, at)
    found = tracks(network, only(network, input)).get(path, ())
    ends = [_one(track, shape, (0, *at)) for track in found]
    return tuple(seen for seen in ends if seen) if ends and None not in ends else None


def only(network: Network, input: str | None) -> str:
    """The input of that name, or the one there is; `ValueError` where it has to be named."""
    names = list(network.inputs)
    if input is None and len(names) == 1:
        return names[0]
    if input is None or input not in names:
        raise ValueError(f"the input is one of {', '.join(names)}{f', not {input}' if input else ''}")
    return input


def _positioned(network: Network, tensor: str, at: Sequence[int]) -> Shape:
    """The shape of a tensor that has this position; `ValueError` if it has not."""
    shape = network.shape(tensor)
    sizes = shape[1:]
    if at and not sizes:
        raise ValueError(f"{tensor} is a vector and has no positions")
    has = f"{tensor} is {'×'.join(map(str, sizes))}"
    if len(at) != len(sizes):
        raise ValueError(f"{has} and takes {len(sizes)} coordinate{'s' if len(sizes) > 1 else ''}, not {len(at)}")
    for place, size in zip(at, sizes):
        if not 0 <= place < size:
            raise ValueError(f"{place} is not among 0 to {size - 1}: {has}")
    return shape


def _field(found: Tracks | None, shape: Shape) -> Field:
    each = [track for track in found or () if track]
    sizes = [_size(track, shape) for track in each]
    if not found or None in found or None in sizes:
        return NONE
    stride = tuple(_stride(track) for track in each)
    padding = tuple(_padding(track, shape) for track in each)
    return Field(tuple(size for size in sizes if size), stride, padding, all(track.aligned for track in each))


def _size(track: Track, shape: Shape) -> int | None:
    if track.axis == 0:
        span = track.span(shape[0])
        return span[1] - span[0] + 1 if span else None
    ends = None if track.parts else track.ends(shape[track.axis])
    return max(last - first + 1 for first, last in ends) if ends else None


def _stride(track: Track) -> int | Fraction | None:
    term, *others = track.terms or (None,)
    if term is None or others or not (track.aligned and track.even and track.axis and term.advance):
        return None
    stride = Fraction(term.advance, term.period)
    return stride.numerator if stride.denominator == 1 else stride


def _padding(track: Track, shape: Shape) -> int | None:
    first = track.at(0) if track.axis else track.span(shape[0])
    return -first[0] if track.aligned and first else None


def _one(track: Track | None, shape: Shape, at: Sequence[int]) -> Interval | None:
    if track is None or track.parts:
        return None
    return track.at(at[track.axis]) if track.axis else track.span(shape[0])
