"""From what was made to the answers: one entry per thing asked, in the question's own layout and units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.polynomial import Polynomial
from cnncalc.questions.engine import Made, missing
from cnncalc.questions.plan import Plan
from cnncalc.questions.reply import Answer, not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted

UNITS = {
    "params": "parameters", "weights": "weights", "biases": "biases", "trainable": "trainable parameters",
    "non_trainable": "parameters that are not trainable", "macs": "MACs", "flops": "FLOPs",
}  # fmt: skip


@dataclass
class Answering:
    """All that answers are made of."""

    scene: Scene
    plan: Plan
    made: list[Made]

    def part(self, index: int) -> list[Made]:
        """What the layer of that place in the question comes to."""
        return [self.made[at] for at in self.plan.parts[index]]


def told(value: Any) -> str:
    """A value for reading: 32×32×10, 1,228,800, 2·h + 1."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, (list, tuple)):
        return "×".join(f"({one})" if " " in one else one for one in (_side(one) for one in value))
    return _side(value)


_PIECE = re.compile(r"\*\*(?P<power>\d+)|(?P<open>floor\(|ceil\(|\()|.", re.DOTALL)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BRACKETS = {"floor(": ("⌊", "⌋"), "ceil(": ("⌈", "⌉"), "(": ("(", ")")}
_SET = {"*": "·", "-": "−"}


def _side(value: Any) -> str:
    """A side without separators; an expression as formulas are set: ⌊(n + 2·p − f)/s⌋, k²·C."""
    if not isinstance(value, Polynomial):
        return str(value)
    out, closing = [], list[str]()
    for piece in _PIECE.finditer(str(value)):
        if piece["power"]:
            out.append(piece["power"].translate(_RAISED))
        elif piece["open"]:
            begin, end = _BRACKETS[piece["open"]]
            out.append(begin)
            closing.append(end)
        else:
            out.append(closing.pop() if piece[0] == ")" else _SET.get(piece[0], piece[0]))
    return "".join(out)


def plain(value: Any) -> Any:
    """A value as JSON has it: expressions as text."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Polynomial) else value


def check_known(value: Any, scene: Scene) -> None:
    """`NotUnderstood` where the value depends on what the question doesn't give."""
    absent = missing(value)
    if absent:
        raise not_understood(f"the question doesn't say {' or '.join(absent)}")


_SIZED = {
    "output",
    "spatial",
    "width",
    "height",
    "length",
    "elements",
    "in_features",
    "factor",
    "memory",
    "output_memory",
}
_PER_POSITION = {"macs", "flops", "operations", "connections"}
_SEEN = {"receptive", "total_stride"}


def assume_defaults(found: Answering, quantities: set[str]) -> None:
    """Names the defaults that the answers rest on: stride 1 and no padding, where the question says neither."""
    facts = {"stride": 1} if quantities & (_SIZED | _PER_POSITION | _SEEN) else {}
    facts |= {"padding": 0} if quantities & (_SIZED | _PER_POSITION) else {}
    for kind, options in found.plan.steps:
        for fact, value in facts.items():
            if kind in ("conv", "local") and fact not in options and options.get("kernel_size") != 1:
                found.plan.assume(fact, value)


def count(found: Answering, quantity: str, made: Sequence[Made], of: str | None) -> Answer:
    """A sum of counts."""
    total: Any = sum((one.counts[quantity] for one in made), 0)
    check_known(total, found.scene)
    unit = UNITS[quantity]
    if quantity in ("macs", "flops") and found.plan.batch is not None and found.plan.batch != 1:
        total = total * found.plan.batch
    return Answer(quantity, plain(total), f"{told(total)} {unit}", of, unit)


def output(found: Answering, made: Made, of: str | None, part: str) -> Answer:
    """The shape of an output, or the part of it that is asked for."""
    plan, shape = found.plan, made.output
    sides = list(shape[1:])
    if part == "channels":
        check_known(shape[0], found.scene)
        return Answer("channels", plain(shape[0]), f"{told(shape[0])} channels", of)
    if not sides and part == "length":
        part = "elements"
    if part in ("width", "height", "length"):
        value = sides[-1] if part in ("width", "length") else sides[-2] if len(sides) > 1 else sides[-1]
        check_known(value, found.scene)
        return Answer(part, plain(value), told(value), of)
    if part == "elements":
        return elements(found, shape, of)
    if part == "output" and sides and missing(shape[0]):
        part = "spatial"
    if part == "spatial" and sides:
        check_known(sides, found.scene)
        return Answer("output", plain(sides), told(sides), of)
    written = plan.written(shape)
    check_known(written, found.scene)
    if not sides:
        return Answer("output", plain(written if len(written) > 1 else written[0]), told(written), of)
    return Answer("output", plain(written), told(written), of)


def elements(found: Answering, shape: Sequence[Any], of: str | None) -> Answer:
    """How many numbers a volume holds."""
    value = _product(shape)
    check_known(value, found.scene)
    if found.plan.batch is not None:
        value = value * found.plan.batch
    elif found.scene.batch not in (None, 1):
        raise not_understood("it is not clear whether one image or the whole batch is meant", found.scene.text)
    return Answer("elements", plain(value), f"{told(value)} numbers", of)


def _product(shape: Sequence[Any]) -> Any:
    value: Any = 1
    for side in shape:
        value = value * side
    return value


def leftover(made: Made) -> str:
    """What to say of a window that doesn't tile its input: `(7 + 2·0 − 3)/3 leaves 1`; empty where it does."""
    if len(made.sizes) < 2:
        return ""
    for number in made.sizes[1:]:
        values = number.symbols
        if "floor" not in number.formula.source or not isinstance(values.get("s"), int) or values["s"] == 1:
            continue
        if not isinstance(values.get("n"), int):
            continue
        if not all(isinstance(values.get(one, 0), int) for one in "pdk"):
            continue
        span = values["n"] + 2 * values.get("p", 0) - values.get("d", 1) * (values["k"] - 1) - 1
        if span % values["s"]:
            exact = span / values["s"] + 1
            return f"rounded down: the window does not fit exactly, {exact:.4g} is no integer"
    return ""


_EACH = re.compile(
    r"(?i)\b(?:each|every|per|all (?:the )?(?:layers|steps|stages)|at each|layer by layer|after each|both|respectively|the layers)\b"
)
_WHOLE = re.compile(
    r"(?i)\b(?:total|in total|altogether|whole|entire|complete|network|net|cnn|model|architecture|overall|block|in all|together|combined|sum)\b"
)


def is_each(scene: Scene, one: Wanted) -> bool:
    sentence = scene.text[slice(*one.sentence)]
    return bool(_EACH.search(scene.text[slice(*one.part)] if re.search(r"(?i)\bwhat\b", sentence) else sentence))


def is_whole(scene: Scene, one: Wanted) -> bool:
    return bool(_WHOLE.search(scene.text[slice(*one.part)]))
