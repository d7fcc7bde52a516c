"""The plan's steps through the one engine: a spec where every number is known, else the same formulas on symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from cnncalc.analysis import Analysis, analyze, numbers
from cnncalc.conventions import CONVENTIONS, count
from cnncalc.errors import SpecError
from cnncalc.formula import Number
from cnncalc.layers import REGISTRY, Layer, Unfit
from cnncalc.load import loads
from cnncalc.polynomial import Polynomial, Undecided, symbol
from cnncalc.questions.described import UNKNOWN
from cnncalc.questions.plan import Options, Plan
from cnncalc.questions.reply import not_understood
from cnncalc.questions.symbolic import outline
from cnncalc.receptive import Field

MISSING = {
    "unknown_channels": "how many channels the input has",
    "unknown_height": "the height of the input",
    "unknown_width": "the width of the input",
    "unknown_depth": "the depth of the input",
    "unknown_length": "the length of the input",
    "unknown_filters": "the number of filters",
    "unknown_kernel": "the size of the filter",
    "unknown_units": "the number of units",
}
"""What stands for facts that the question doesn't give, and how they are called."""

_SIDES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
PLACEHOLDER = 1024


class Made(NamedTuple):
    """What a step makes of its input; for one image."""

    layer: Layer
    input: tuple[Any, ...]
    output: tuple[Any, ...]
    counts: Mapping[str, Any]
    """`weights`, `biases`, `params`, `macs`, `flops`."""
    sizes: tuple[Number, ...]
    numbers: Mapping[str, Number]
    path: str


def missing(value: Any) -> list[str]:
    """What the value depends on and the question doesn't give."""
    if isinstance(value, (list, tuple)):
        return list(dict.fromkeys(name for entry in value for name in missing(entry)))
    names = value.symbols if isinstance(value, Polynomial) else ()
    return [MISSING[name] for name in names if name in MISSING]


def entering(plan: Plan) -> tuple[Any, ...]:
    """The shape of the input, channels first, symbols for what isn't known."""
    names = _SIDES.get(len(plan.sides), ())
    sides = (_size(side, f"unknown_{name}") for side, name in zip(plan.sides, names))
    return _size(plan.channels, "unknown_channels"), *sides


def _size(value: Any, unknown: str) -> Any:
    return _named(unknown if value is None or value == UNKNOWN else value) if not isinstance(value, int) else value


def _named(name: str | Polynomial) -> Polynomial:
    """The symbol of that name; `NotUnderstood` for what is none, a fraction or a number out of bounds."""
    if isinstance(name, Polynomial):
        return name
    try:
        return symbol(name)
    except ValueError:
        raise not_understood(f"{name} is no number that can be used here") from None


def is_known(plan: Plan) -> bool:
    """Whether every number is there."""
    entries = [*plan.shape, *(value for _, options in plan.steps for value in options.values())]
    return all(_is_known(entry) for entry in entries)


def _is_known(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_known, value))
    return isinstance(value, (int, float)) or (
        isinstance(value, str)
        and value != UNKNOWN
        and (len(value) > 3 or value in ("same", "valid"))
        and "_" not in value.replace("in_channels", "")
    )


def spec(plan: Plan) -> str:
    """The plan as a spec; several where its parts are separate."""
    if plan.separate:
        return "---\n".join(map(spec, apart(plan)))
    names = ("channels", *_SIDES.get(len(plan.sides), ()))
    any_ = [name for name, side in zip(names, plan.shape) if side is None]
    filled = (side if side is not None else 1 if at == 0 else PLACEHOLDER for at, side in enumerate(plan.shape))
    symbols = {side: PLACEHOLDER for side in plan.shape if isinstance(side, str)}
    steps = []
    for kind, options in plan.steps:
        own = {name: 1 if value is None or value == UNKNOWN else value for name, value in options.items()}
        symbols |= {value: 1 for value in own.values() if isinstance(value, str) and not _is_known(value)}
        steps.append(step(kind, own))
    variables = (
        [f"vars: {{{', '.join(f'{name}: {value}' for name, value in sorted(symbols.items()))}}}  # any"]
        if symbols
        else []
    )
    entering = f"input: [{', '.join(map(str, filled))}]" + (f"  # {', '.join(any_)}: not given" if any_ else "")
    return "\n".join([*variables, entering, "layers:", *(f"  - {one}" for one in steps)]) + "\n"


def step(kind: str, options: Options) -> str:
    """A step in the spec language."""
    principal = REGISTRY[kind].principal
    rest = {name: value for name, value in options.items() if name != principal}
    first = options.get(principal) if principal else None
    if not rest and principal not in options:
        return kind
    told = [
        f"{kind}: {_yaml(first)}".rstrip() if principal in options else f"{kind}:",
        *(f"{name}: {_yaml(value)}" for name, value in rest.items()),
    ]
    return "{" + ", ".join(told) + "}"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_yaml, value))}]"
    return "_" if value is None or value == UNKNOWN else str(value)


def network(plan: Plan) -> Analysis:
    """The analysis of a plan whose every number is known, for one image; the engine's `SpecError` where it doesn't fit."""
    return analyze(loads(spec(plan), name="question"))


def made(plan: Plan) -> list[Made]:
    """Every step with what it makes."""
    if plan.separate:
        return [one for part in apart(plan) for one in made(part)]
    if plan.convention == "keras" and any(kind in ("batchnorm", "instancenorm") for kind, _ in plan.steps):
        plan = replace(plan, sides=tuple(side if isinstance(side, int) else PLACEHOLDER for side in plan.sides))
        if not is_known(plan):
            raise not_understood("the question doesn't say how many channels the input has")
    if not is_known(plan) or not _is_chain(plan):
        return list(_on_symbols(plan))
    return list(_from_network(plan))


def apart(plan: Plan) -> list[Plan]:
    """A plan for each part alone on the input."""
    steps = [[plan.steps[at] for at in part] for part in plan.parts]
    takes = [[plan.takes[at] for at in part] for part in plan.parts]
    each = zip(steps, takes)
    return [replace(plan, steps=own, takes=wanted, parts=[range(len(own))], separate=False) for own, wanted in each]


def _is_chain(plan: Plan) -> bool:
    """Whether every layer takes what the one before it gives; code may show layers that stand elsewhere."""
    if not any(plan.takes):
        return True
    return all(wanted is None or _enters(one) == wanted for one, wanted in zip(_on_symbols(plan), plan.takes))


def _enters(one: Made) -> Any:
    return _arriving(one.layer.type, one.input)


def _arriving(kind: str, shape: tuple[Any, ...]) -> Any:
    """What is compared with what a layer says that it takes: channels, or features."""
    if kind == "fc":
        return prod(shape)
    return shape[-1] if kind == "linear" else shape[0]


def _from_network(plan: Plan) -> Iterator[Made]:
    for placed in network(plan).network.layers:
        found = numbers(placed)
        counts = {name: number.value for name, number in found.items()}
        if plan.convention == "keras":
            listed = count(placed, CONVENTIONS["keras"]).number
            counts["params"] = listed.value if listed else counts["params"]
            counts["non_trainable"] = counts["params"] - counts["trainable"]
        yield Made(placed.layer, placed.inputs[0], placed.output, counts, placed.sized.output, found, placed.path)


def _on_symbols(plan: Plan) -> Iterator[Made]:
    shape = entering(plan)
    for at, (kind, options) in enumerate(plan.steps):
        takes = plan.takes[at] if plan.takes else None
        arrives = _arriving(kind, shape)
        if takes is not None and takes < 1:
            raise not_understood(f"{kind} can't take {takes} channels or features")
        if takes is not None and arrives != takes:
            if isinstance(arrives, int) and (at == 0 or plan.chained):
                raise not_understood(f"{kind} takes {takes} channels or features, but {arrives} come in")
            shape = (
                (takes,)
                if kind in ("linear", "fc")
                else (takes, *(symbol(f"unknown_{name}") for name in _SIDES.get(len(shape) - 1 or 2, ())))
            )
        try:
            layer = _layer(kind, options, shape[0])
            [one] = outline([layer], shape)
        except Unfit as unfit:
            raise SpecError(_problem(unfit)) from None
        except (Undecided, TypeError, ArithmeticError) as undecided:
            raise not_understood(f"this can't be told without the missing sizes: {undecided}") from None
        counts = {
            "trainable": one.params,
            "weights": one.weights,
            "biases": one.biases,
            "params": one.params,
            "macs": one.macs,
            "flops": one.flops,
        }
        yield Made(layer, one.input, one.output, counts, one.sizes, one.numbers, f"{kind}{at + 1}")
        shape = one.output


def _problem(unfit: Unfit) -> Any:
    from cnncalc.errors import Problem

    return Problem(unfit.message, None, unfit.because, unfit.hint)


def _layer(kind: str, options: Options, channels: Any) -> Layer:
    declared = REGISTRY[kind].options()
    values = {}
    for name, value in options.items():
        if name not in declared:
            raise not_understood(f"a {kind} layer has no {name}")
        if value == "in_channels":
            value = channels
        if isinstance(value, str) and value not in declared[name].words:
            if "*" in value:
                raise not_understood("causal padding needs the length of the input")
            value = _named(value) if value != UNKNOWN else None
        if isinstance(value, tuple):
            value = tuple(_named(entry) if isinstance(entry, str) else entry for entry in value)
        if value is None:
            unknown = {
                "out_channels": "unknown_filters",
                "kernel_size": "unknown_kernel",
                "out_features": "unknown_units",
            }.get(name)
            if unknown is None:
                continue
            value = symbol(unknown)
        values[name] = declared[name].cast(value) if isinstance(value, (int, tuple)) and _is_known(value) else value
    return REGISTRY[kind](**values)


def field(plan: Plan, steps: list[tuple[str, Options]]) -> Field:
    """The receptive field of the last step on the input of the first, not clipped."""
    analysis = stack(plan, steps)
    return analysis.fields["input"][analysis.network.layers[-1].path]


def stack(plan: Plan, steps: list[tuple[str, Options]]) -> Analysis:
    """The steps on an input that is large enough, where what a unit sees doesn't depend on its size."""
    sides = tuple(side if isinstance(side, int) else PLACEHOLDER for side in plan.sides)
    same = any(options.get("padding") == "same" and options.get("stride", 1) != 1 for _, options in steps)
    sides = sides if same else (PLACEHOLDER,) * len(sides)
    told = [(kind, {name: 1 if value is None else value for name, value in options.items()}) for kind, options in steps]
    for _kind, options in steps:
        if "kernel_size" in options and not _is_known(options["kernel_size"] or UNKNOWN):
            raise not_understood("the question doesn't say the size of the filter")
    channels = plan.channels if isinstance(plan.channels, int) else 1
    return network(Plan(channels, sides, plan.layout, None, True, told))


def bytes_of(plan: Plan, column: str, dtype: str, batch: int) -> int:
    """The bytes of all weights, or of the last output."""
    from cnncalc.render.further import FURTHER

    if not is_known(plan):
        sides = tuple(side if isinstance(side, int) or column != "param_bytes" else 64 for side in plan.sides)
        channels = plan.channels if plan.channels is not None or column == "param_bytes" else 1
        plan = Plan(channels, sides, plan.layout, None, True, plan.steps)
    if not is_known(plan):
        raise not_understood("a size is missing")
    analysis = analyze(loads(spec(plan), name="question"), batch=batch, dtype=dtype)
    if column == "param_bytes":
        return analysis.totals[column]
    if [kind for kind, _ in plan.steps] == ["identity"]:
        from cnncalc.memory import memory

        return memory(analysis).activations
    [wanted] = [one for one in FURTHER if one.name == column]
    return int(wanted.get(analysis, analysis.rows[-1]))


def ratio(one: Any, other: Any) -> Any:
    """A quotient, whole where it is."""
    if isinstance(one, Polynomial) or isinstance(other, Polynomial):
        raise not_understood("the question doesn't say the sizes that the ratio depends on")
    found = Fraction(one, other)
    return int(found) if found.denominator == 1 else float(found)
