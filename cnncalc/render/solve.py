"""What a search found: the settings as a table, the formula of the first, or why there is none."""

from __future__ import annotations

import json as javascript
import textwrap
from collections.abc import Iterator
from typing import Any

from cnncalc import __version__
from cnncalc.errors import shortened
from cnncalc.network import Placed
from cnncalc.render.cells import per_axis, shape_text
from cnncalc.render.csv import written
from cnncalc.render.grid import Grid
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.render.working import AXES, Step, alike
from cnncalc.solving import Setting, Sizes, Solutions

WIDTH, FEW = 100, 4
"""The columns of a remark, and of how many layers in a row the sizes are shown."""


def lines(found: Solutions, layout: str, width: int | None) -> list[Line]:
    """The settings with what each leaves over, the formula of the first, and within which bounds they were sought."""
    told = [Line(_title(found, layout), "title"), Line("")]
    if found.settings:
        told += [*_grid(found).lines(width), Line("")]
    room = min(width or WIDTH, WIDTH)
    why, working = _why(found, layout), [Line(line) for line in _working(found)]
    if why:
        told += [Line(line, "" if found.settings else "bad") for line in textwrap.wrap(why, room)]
    told += working
    told += [Line("")] * bool(working)
    return told + [Line(line, "note") for line in textwrap.wrap(_summary(found), room)]


def markdown(found: Solutions, layout: str) -> str:
    """The same as Markdown."""
    parts = [f"### {escaped(_title(found, layout))}\n"]
    if found.settings:
        grid = _grid(found)
        parts.append(table(grid.headers, grid.numeric, [cells for _, cells in grid.rows]))
    parts += [f"{escaped(part)}\n" for part in (_why(found, layout), *_working(found), _summary(found)) if part]
    return "\n".join(parts)


def csv(found: Solutions) -> str:
    """A line per setting, and what it leaves over per axis."""
    left = [found.left_over(setting) for setting in found.settings]
    rows = [(*setting, rest) for setting, rest in zip(found.settings, left)]
    return written([(*found.columns, "left_over"), *rows])


def json(found: Solutions) -> str:
    """Everything, for machines; shapes channels first, null where a size is unknown or may be anything."""
    asked_input, asked_output = found.asked
    whole: dict[str, Any] = {
        "schema": SCHEMA,
        "cnncalc": __version__,
        "step": found.text,
        "input": asked_input,
        "output": asked_output,
        "bounds": dict(found.bounds),
        "columns": found.columns,
        "settings": found.settings,
        "left_over": [found.left_over(setting) for setting in found.settings],
        "reason": found.reason,
    }
    return f"{javascript.dumps(whole)}\n"


def _title(found: Solutions, layout: str) -> str:
    asked_input, asked_output = (_asked(sizes, layout) for sizes in found.asked)
    return f"{shortened(' '.join(found.text.split()))} on {asked_input} → {asked_output}"


def _asked(sizes: Sizes, layout: str) -> str:
    return shape_text(tuple("_" if size is None else size for size in sizes), layout)  # type: ignore[misc]


def _grid(found: Solutions) -> Grid:
    left = [found.left_over(setting) for setting in found.settings]
    names, numeric = list(found.columns), [True] * len(found.columns)
    rows = [[per_axis(value) for value in setting] for setting in found.settings]
    if any(rest is not None for rest in left):
        names, numeric = [*names, ""], [*numeric, False]
        rows = [[*cells, _remainder(rest)] for cells, rest in zip(rows, left)]
    return Grid(names, names, numeric, [("", cells) for cells in rows])


def _remainder(left: dict[str, tuple[int, ...]] | None) -> str:
    """What the windows leave over, of the first layer where several do."""
    if not left:
        return "" if left is None else "tiles exactly"
    [(path, rest), *others] = left.items()
    more = f" in {path} and {len(others)} more" if others else ""
    return f"{per_axis(rest[0] if len(set(rest)) == 1 else rest)} left over{more}"


def _why(found: Solutions, layout: str) -> str:
    why = found.why(lambda shape: shape_text(shape, layout))
    return "" if why is None else f"no number does: {why}" if found.settings else f"none: {why}"


def _working(found: Solutions) -> Iterator[str]:
    """The sizes in values: of the first setting, or of those that come closest."""
    shown = [near.setting for near in found.near] or list(found.settings[:1])
    for setting in shown:
        yield from (f"{found.told(setting)}: {line}" if len(shown) > 1 else line for line in _sizes(found, setting))


def _sizes(found: Solutions, setting: Setting) -> Iterator[str]:
    layers = found.layers(setting)
    shown = layers if len(layers) <= FEW else (*layers[: FEW - 1], layers[-1])
    for placed in shown:
        if placed is layers[-1] and len(shown) < len(layers):
            yield "…"
        start = f"{placed.path}: " if len(layers) > 1 else ""
        yield from (f"{start}{step.name} = {step.number.text()} = {step.result}" for step in _computed(placed))


def _computed(placed: Placed) -> Iterator[Step]:
    """The axes of the output that a formula gives, not an option alone."""
    output = placed.sized.output
    names = ("channels", *AXES[len(output) - 1]) if len(output) > 1 else ("features",)
    steps = [Step(name, number, str(number.value)) for name, number in zip(names, output)]
    yield from alike([step for step in steps if not step.number.formula.source.isidentifier()])


def _summary(found: Solutions) -> str:
    count = len(found.settings)
    tried = ", ".join(f"{name} up to {most:,}" for name, most in found.bounds.items())
    order = "; the smallest first, in the order of the columns" if count > 1 else ""
    return f"{count:,} setting{'s' * (count != 1)}, tried: {tried}{order}"
