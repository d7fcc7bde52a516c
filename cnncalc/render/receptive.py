"""Receptive fields explained: the recurrence of a layer, what one unit sees, and which units see one pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import TypeVar

from cnncalc.analysis import Analysis
from cnncalc.errors import Problem, SpecError
from cnncalc.formula import Number
from cnncalc.network import Placed
from cnncalc.reach import stays
from cnncalc.receptive import Field, region, unclipped, units
from cnncalc.receptive.recurrence import recurrence
from cnncalc.receptive.tracks import Interval
from cnncalc.render.cells import per_axis, shape_text
from cnncalc.render.page import Page, Table
from cnncalc.render.working import AXES, Part, Step, alike

Found = TypeVar("Found")


def seen(analysis: Analysis, placed: Placed) -> Iterator[Part]:
    """The receptive field of a layer on every input."""
    for name, fields in analysis.fields.items():
        on = f" on {name}" if len(analysis.fields) > 1 else ""
        field = fields[placed.path]
        steps = () if _hands_on(placed) else tuple(_steps(placed, fields))
        if not field.size:
            spatial = len(analysis.network.inputs[name]) > 1
            yield Part(f"receptive field{on}: none{'' if spatial else f', {name} has no spatial axis'}")
        elif steps:
            yield Part(f"receptive field{on}, in pixels and not clipped:", steps)
        else:
            yield Part(f"receptive field{on}: {_summed_up(field)}{_whence(placed, fields)}")


def _hands_on(placed: Placed) -> bool:
    """Whether every unit sees its own position only."""
    reaches = placed.layer.sees(0, *placed.inputs)
    return len(placed.sources) == 1 and all(reach is stays(axis) for axis, reach in enumerate(reaches))


def _steps(placed: Placed, fields: Mapping[str, Field]) -> Iterator[Step]:
    found = recurrence(placed, fields) or ()
    axes = AXES[len(found)] if found else ()

    def per_quantity(name: str, numbers: Sequence[Number | None]) -> Iterator[Step]:
        steps = [Step(axis, number, f"{number.value:,}") for axis, number in zip(axes, numbers) if number]
        same = list(alike(steps))
        for step in same:
            yield step._replace(name=name if len(same) == 1 else f"{name} ({step.name})")

    yield from per_quantity("size", [one.size for one in found])
    yield from per_quantity("stride", [one.stride for one in found])
    yield from per_quantity("padding", [one.padding for one in found])


def _summed_up(field: Field) -> str:
    told = [per_axis(field.size)]
    if field.stride and set(field.stride) != {None}:
        told.append(f"stride {per_axis(field.stride)}")
    if field.padding and set(field.padding) != {None}:
        told.append(f"padding {per_axis(field.padding)}")
    if not field.aligned:
        told.append("not aligned: branches disagree in stride or centre")
    return ", ".join(told)


def _whence(placed: Placed, fields: Mapping[str, Field]) -> str:
    if _hands_on(placed):
        return f"; that of {placed.sources[0]}"
    if len(placed.sources) > 1:
        branches = {name: per_axis(fields[name].size) for name in placed.sources if fields[name].size}
        return f"; the hull of {', '.join(f'{name} {size}' for name, size in branches.items())}"
    if prod(placed.output[1:]) == 1:
        return f"; all that {placed.sources[0]} sees"
    return "; the largest over the positions"


def page(analysis: Analysis, layer: str | None, at: str | None, pixel: str | None) -> Page:
    """What one unit of a layer sees, and which of its units see one pixel; the positions as an option gave them."""
    option, network = "--pixel" if at is None else "--at", analysis.network
    if layer is None:
        raise SpecError(Problem(f"{option}: is of one layer; name it"))
    if layer in network.blocks:
        last = f"what it gives is that of {network.blocks[layer]}"
        raise SpecError(Problem(f"{option}: {layer} is a block call, not a layer", hint=last))
    on = [name for name, fields in analysis.fields.items() if fields[layer].size]
    if not on:
        raise SpecError(Problem(f"{option}: {layer} has no receptive field", hint="nothing in it is spatial"))
    parts: list[str | Table] = []
    for name in on:
        if at is not None:
            parts += _unit(analysis, layer, at, name)
        if pixel is not None:
            parts.append(_pixel(analysis, layer, pixel, _position("--pixel", pixel), name))
    return Page(f"{layer}, {shape_text(network.shape(layer))}", parts)


def _unit(analysis: Analysis, layer: str, text: str, name: str) -> Iterator[str | Table]:
    at, network = _position("--at", text), analysis.network
    sees = _asked("--at", text, lambda: region(network, layer, at, input=name))
    whole = unclipped(network, layer, at, input=name)
    if sees is None or whole is None:
        yield f"Unit {text} sees no pixel of {name}: all it sees is padding."
        return
    size = shape_text(tuple(last - first + 1 for first, last in sees))
    yield f"Unit {text} sees a region of {size} pixels of {name}:"
    rows = [(axis, *_ends(clipped), *_ends(wide)) for axis, clipped, wide in zip(AXES[len(sees)], sees, whole)]
    yield Table(
        ("", "first", "last", "pixels", "not clipped:", "first", "last", "pixels"), [(*r[:4], "", *r[4:]) for r in rows]
    )
    centre = [(first + last) // 2 for first, last in sees]
    yield _pixel(analysis, layer, ",".join(map(str, centre)), centre, name, "in the middle of that region")


def _ends(ends: Interval) -> tuple[str, str, str]:
    first, last = ends
    return f"{first}".replace("-", "−"), f"{last}".replace("-", "−"), f"{last - first + 1}"


def _pixel(analysis: Analysis, layer: str, text: str, pixel: Sequence[int], name: str, where: str = "") -> str:
    found = _asked("--pixel", text, lambda: units(analysis.network, layer, pixel, input=name))
    told = f"Pixel {text} {where or f'of {name}'} is seen by"
    if found is None:
        return f"{told} no unit of {layer}."
    if not found:
        return f"{told} {layer}."
    count = shape_text(tuple(last - first + 1 for first, last in found))
    first, last = (",".join(map(str, corner)) for corner in zip(*found))
    return f"{told} unit {first}." if first == last else f"{told} units from {first} to {last}, a region of {count}."


def _position(option: str, text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise SpecError(
            Problem(f"{option} {text}: is no position; they count from 0", hint=f"for example {option} 3,5")
        )
    return [int(part) for part in parts]


def _asked(option: str, text: str, ask: Callable[[], Found]) -> Found:
    try:
        return ask()
    except ValueError as error:
        raise SpecError(Problem(f"{option} {text}: {error}")) from None
