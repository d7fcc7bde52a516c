"""The blanks of a table of layers, filled in: every row through the engine, every number that is stated compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from cnncalc.questions import engine
from cnncalc.questions.answers import UNITS, plain, told
from cnncalc.questions.described import Described
from cnncalc.questions.engine import Made
from cnncalc.questions.items import item, layers
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.scene import CONVS, Scene
from cnncalc.questions.tables import Cell, Row, Table

_INPUT = re.compile(
    r"(?i)\s*(?:the )?(?:inputs?|images?)\b(?: (?:layer|image|volume))?\W*(?P<size>(?:batchx)?\d+(?:x\d+)*)?[\s)]*(?:rgb|gr[ae]y\w*)?"
)


@dataclass
class Filled:
    """The network of a table: its plan, its layers, and what every row comes to; None for the input."""

    plan: Plan
    layers: list[Described]
    rows: list[tuple[Row, list[Made] | None]]


def described(table: Table) -> list[list[Described]] | None:
    """The layers of every row but that of the input; None where one is not understood."""
    found = []
    for at, row in enumerate(table.rows):
        if at == 0 and _INPUT.fullmatch(row.words):
            continue
        made = item(row.words)
        several = None if made is None or made.quantified else layers(made, 0, 0)
        if (
            made is not None
            and made.type == "fc"
            and not (several or made.sizes or made.numbers or made.units or made.maps)
            and not _is_asked(row)
        ):
            several = [Described("fc", dict(made.options)), *(Described(kind) for kind in made.also)]
        if not several:
            return None
        for layer in several:
            layer.name = layer.name or row.name
        found.append(several)
    return found


def _is_asked(row: Row) -> bool:
    cell = row.cells.get("output")
    return cell is None or cell.is_blank


def entering(table: Table) -> tuple[int, ...] | None:
    """The size that the row of the input states."""
    row = table.rows[0]
    first = _INPUT.fullmatch(row.words)
    if first is None:
        return None
    if first["size"]:
        return tuple(int(side) for side in first["size"].removeprefix("batchx").split("x"))
    cell = row.cells.get("output")
    return None if cell is None or cell.is_blank else tuple(int(side) for side in cell.entries if side is not None)


def filled(table: Table, found: list[list[Described]], scene: Scene) -> Filled:
    """Every row through the engine, the next one on what the last gives or is said to give. Raises `NotUnderstood`."""
    plan = planned(replace(scene, layers=[layer for row in found for layer in row]))
    rows: list[tuple[Row, list[Made] | None]] = []
    at = 0
    shape: tuple[Any, ...] | None = plan.shape if scene.shape is not None else None
    plan = replace(plan, steps=[], parts=[], takes=[])
    begun = iter(found)
    for index, row in enumerate(table.rows):
        if index == 0 and _INPUT.fullmatch(row.words):
            rows.append((row, None))
            continue
        several = next(begun)
        made, shape = _made(row, several, shape, plan, scene)
        for layer in several:
            layer.start = layer.end = at
            at += 1
        rows.append((row, made))
    return Filled(plan, [layer for row in found for layer in row], rows)


def _made(
    row: Row, several: list[Described], shape: tuple[Any, ...] | None, plan: Plan, scene: Scene
) -> tuple[list[Made], tuple[Any, ...]]:
    """What a row makes of a shape, channels first, and the shape behind it."""
    first, stated = several[0], _stated(row, plan)
    if stated is not None and first.type in ("conv", "pointwise") and len(stated) > 1:
        first.options.setdefault("out_channels", stated[0])
    if first.type == "fc" and stated is not None:
        first.options.setdefault("out_features", stated[0])
    if "kernel_size" not in first.options and first.type in CONVS and first.type != "pointwise" and shape is not None:
        _inferred(first, row, shape, stated, scene)
    if stated is not None and (shape is None or _is_open(first, shape)):
        if any(cell.is_blank for cell in row.cells.values()):
            raise not_understood(f"it is not clear what “{row.words}” makes of its input")
        plan.steps += [step for layer in several for step in _steps(layer, stated, plan, scene)]
        return [], stated
    if shape is None:
        raise not_understood("the table doesn't say what goes into its first layer")
    made = _run(several, shape, plan, scene, stated, row)
    for name in ("params", "weights", "biases", "macs"):
        cell = row.cells.get(name)
        if cell is not None and not cell.is_blank and cell.entries != (sum(one.counts[name] for one in made),):
            raise not_understood(
                f"the table says {told(cell.entries[0])} {UNITS[name]} where there are {told(sum(one.counts[name] for one in made))}"
            )
    return made, made[-1].output


_TRIES: tuple[dict[str, Any], ...] = ({}, {"padding": "same"}, {"stride": 2, "padding": "same"}, {"stride": 2})
_WINDOWS: tuple[dict[str, Any], ...] = (
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
)


def _run(
    several: list[Described], shape: tuple[Any, ...], plan: Plan, scene: Scene, stated: tuple[Any, ...] | None, row: Row
) -> list[Made]:
    first = several[0]
    options = dict(first.options)
    pool = first.type in ("pool", "maxpool", "avgpool")
    tries: tuple[dict[str, Any], ...] = ({},)
    if stated is not None and first.type == "conv":
        tries = _TRIES
    elif stated is not None and pool and "kernel_size" not in options:
        tries = _WINDOWS
    for more in tries:
        if set(more) & set(options):
            continue
        first.options = {**options, **more}
        own = replace(
            plan,
            channels=shape[0],
            sides=shape[1:],
            steps=[step for layer in several for step in _steps(layer, shape, plan, scene)],
            takes=[],
        )
        made = engine.made(own)
        if stated is None or _agrees(row, made[-1].output, plan):
            taken = first.takes
            if isinstance(taken, int) and shape[0] != taken:
                raise not_understood(f"{shape[0]} channels go into a layer whose filters are {taken} deep")
            if not _agrees(row, made[-1].output, plan):
                break
            plan.steps += own.steps
            return made
    raise not_understood(f"what the table says comes out of “{row.words}” is not what comes out")


def _steps(layer: Described, shape: tuple[Any, ...], plan: Plan, scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    one = planned(
        Scene(
            scene.text,
            layers=[Described(layer.type, dict(layer.options))],
            entering=shape,
            layout=plan.layout,
            remarks=scene.remarks,
        )
    )
    for assumption in one.assumptions:
        if assumption.value is not None:
            plan.assume(*assumption)
    return one.steps


def _is_open(layer: Described, shape: tuple[Any, ...]) -> bool:
    return "kernel_size" not in layer.options and layer.type == "conv"


def _stated(row: Row, plan: Plan) -> tuple[Any, ...] | None:
    """The output that a row states in full, channels first."""
    cell = row.cells.get("output")
    if cell is None or cell.is_blank or len(cell.entries) == 2:
        return None
    entries = cell.entries
    return entries if len(entries) == 1 or plan.layout == "chw" else (entries[-1], *entries[:-1])


def _agrees(row: Row, shape: tuple[Any, ...], plan: Plan) -> bool:
    """Whether what a row states of its output, in full or in part, is so."""
    cell = row.cells.get("output")
    if cell is None or not cell.entries:
        return True
    written = _written(shape, plan, cell)
    return len(written) == len(cell.entries) and all(
        entry in (None, side) for entry, side in zip(cell.entries, written)
    )


def _written(shape: tuple[Any, ...], plan: Plan, cell: Cell) -> list[Any]:
    channels, *sides = shape
    if sides and len(cell.entries) == len(sides):
        return sides
    if not sides and len(cell.entries) == 3:
        return [1, 1, channels] if plan.layout == "hwc" else [channels, 1, 1]
    return [channels] if not sides else [*sides, channels] if plan.layout == "hwc" else [channels, *sides]


def _inferred(layer: Described, row: Row, shape: tuple[Any, ...], stated: tuple[Any, ...] | None, scene: Scene) -> None:
    """The window of a convolution from the parameters that its row states, a square one with the biases that go with it."""
    cell = row.cells.get("params")
    filters = layer.options.get("out_channels")
    if cell is None or cell.is_blank or not isinstance(filters, int) or len(shape) != 3:
        return
    biases = 0 if scene.remark("bias") is False or layer.options.get("bias") is False else filters
    weights = int(cell.entries[0] or 0) - biases
    for kernel in range(1, 16):
        if kernel * kernel * shape[0] * filters == weights:
            layer.options["kernel_size"] = kernel


def answers(done: Filled, wanted: set[str] | None) -> list[Answer]:
    """One answer per blank, row by row; of the quantities that are wanted, or of all."""
    found = []
    for row, made in done.rows:
        if made is None:
            continue
        for name, cell in row.cells.items():
            if not cell.is_blank or (wanted is not None and name not in wanted):
                continue
            if not made:
                raise not_understood(f"it is not clear what “{row.words}” makes of its input")
            found.append(_answer(done, row, made, name, cell))
    return found


def _answer(done: Filled, row: Row, made: list[Made], name: str, cell: Cell) -> Answer:
    of = cell.label or row.name or row.words.strip()
    if name in ("output", "input"):
        shape = made[-1].output if name == "output" else made[0].input
        written = _written(shape, done.plan, cell)
        absent = [side for entry, side in zip(cell.entries, written) if entry is None]
        value: Any = written if not cell.entries or len(absent) == len(written) else absent
        value = value[0] if len(value) == 1 else value
        return Answer(name, plain(value), told(written), of)
    if name in UNITS:
        value = sum(one.counts[name] for one in made)
        return Answer(name, plain(value), f"{told(value)} {UNITS[name]}", of, UNITS[name])
    raise not_understood(f"a column of the table asks for what is not answered in tables: {name}")
