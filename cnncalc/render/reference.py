"""The reference of layer types, from their classes: all of them by family, or one with its formulas and an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnncalc.analysis import analyze
from cnncalc.errors import Problem, SpecError
from cnncalc.formula import Formula
from cnncalc.layers import FAMILIES, REGISTRY, Layer
from cnncalc.layers.activation import Activation
from cnncalc.layers.base import ANY_RANK
from cnncalc.layers.bounds import axes
from cnncalc.layers.join import Join
from cnncalc.layers.options import shown
from cnncalc.load import loads
from cnncalc.network import Placed
from cnncalc.notation import sign
from cnncalc.render.columns import COLUMNS
from cnncalc.render.explain import LEGEND, Explanation, explained
from cnncalc.render.page import Page, Table
from cnncalc.render.working import Part
from cnncalc.spec.vocabulary import NO_TYPES, STRUCTURES, type_hint

POINTS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Where f and f′ are shown, beside the kinks."""

_LEFT_OUT = (COLUMNS["trainable"].header, COLUMNS["param_bytes"].header)

Options = Mapping[str, Any]
Rows = Iterator[tuple[str, ...]]


def index() -> Page:
    """All types by family."""
    parts: list[str | Table] = []
    for family in FAMILIES:
        types = [layer for layer in REGISTRY.values() if layer.__module__ == family.__name__]
        rows = [(f"{layer.type}{'*' * layer.beyond_torch}", layer.principal or "", summary(layer)) for layer in types]
        parts.append(Table((family.__name__.rpartition(".")[2], "", ""), rows))
    parts.append("The second column is the option behind the colon. * is not in PyTorch; it is built from its pieces.")
    return Page("Layer types", parts)


def summary(layer: type[Layer]) -> str:
    """What a type does, in a few words: the first of its docstring."""
    return re.split(r"[;:] | \(|\.$", layer.paragraphs()[0], maxsplit=1)[0]


def found(word: str) -> type[Layer]:
    """The type that is called so."""
    if word in REGISTRY:
        return REGISTRY[word]
    if word in STRUCTURES:
        hint = "it is a structure, which holds steps; the README has them all"
    else:
        hint = NO_TYPES.get(word.lower()) or type_hint(word, [*REGISTRY]) or "cnncalc layers lists them all"
    raise SpecError(Problem(f"{word or 'an empty name'}: no layer type is called so", hint=hint))


def step(layer: type[Layer], options: Options) -> str:
    """A step as a spec would write it; a join has the inputs a, b, …"""
    given = {name: _written(value) for name, value in options.items()}
    first = f"[{', '.join(_names(layer))}]" if issubclass(layer, Join) else given.pop(layer.principal or "", None)
    if first is None and not given:
        return layer.type
    head = layer.type if first is None else f"{layer.type}: {first}"
    return f"{{{', '.join([head, *(f'{name}: {value}' for name, value in given.items())])}}}"


def example(layer: type[Layer], variant: Options) -> str:
    """The example of a type, or a variant of it, as a whole spec."""
    shapes = [str(list(shape)) for shape in layer.example.inputs]
    named = ", ".join(f"{name}: {shape}" for name, shape in zip(_names(layer), shapes))
    given = f"{{{named}}}" if issubclass(layer, Join) else shapes[0]
    return f"input: {given}\nlayers: [{step(layer, {**layer.example.options, **variant})}]\n"


def _names(layer: type[Layer]) -> str:
    return "abcdefgh"[: len(layer.example.inputs)]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def page(layer: type[Layer]) -> Page:
    """All there is to say of a type."""
    placed, main = _explained(layer, {})
    variants = [(_label(variant), _explained(layer, variant)[1]) for variant in layer.example.variants]
    zero = ", ".join(name for name in main.zero if name not in _LEFT_OUT)
    parts = [
        *layer.paragraphs(),
        Table(("option", "symbol", "default", "takes"), [*_options(layer)]),
        *_facts(layer),
        *_functions(layer),
        Table(("quantity", "formula"), [*_formulas(main, variants)]),
        f"0 by definition: {zero}" if zero else "",
        *[Table((part.told.rstrip(":"), "formula"), [*_once(part)]) for part in main.parts if part.steps],
        Table(("symbol", "meaning"), [*_symbols(layer, [main, *(other for _, other in variants)])]),
        f"For example `{step(layer, layer.example.options)}`: {main.flow}",
        Table(("quantity", "in values"), [*_values(main)]),
        "PyTorch has no such layer; it is built from its pieces."
        if layer.beyond_torch
        else f"PyTorch: `{module(placed)}`",
    ]
    return Page(layer.type, [part for part in parts if (part if isinstance(part, str) else part.rows)])


def _explained(layer: type[Layer], variant: Options) -> tuple[Placed, Explanation]:
    analysis = analyze(loads(example(layer, variant), name=layer.type))
    [placed] = analysis.network.layers
    return placed, explained(placed, analysis, "chw")


def _label(variant: Options) -> str:
    return ", ".join(f"{name}: {_written(value)}" for name, value in variant.items() if value is not None)


def _options(layer: type[Layer]) -> Rows:
    """The options, the principal one first."""
    options = layer.options()
    for name in sorted(options, key=lambda name: name != layer.principal):
        opt = options[name]
        yield name, opt.symbol or "", opt.default_text, opt.range


def _facts(layer: type[Layer]) -> Iterator[str]:
    if layer.principal:
        yield f"{layer.principal} may stand behind the colon: `{{{layer.type}: …}}`"
    if layer.ranks is not ANY_RANK:
        yield f"The input has {axes(*layer.ranks)}."


def module(placed: Placed) -> str:
    """PyTorch's constructors, without the options that the example leaves as they are."""
    layer, inputs = placed.layer, placed.inputs
    if isinstance(layer, Join):
        if layer.operator == "cat":
            along = [f"{key}={value}" for key, value in layer.torch_options(*inputs).items()]
            return f"torch.cat([{', '.join(placed.sources)}], {', '.join(along)})"
        return {"add": " + ", "mul": " * "}[layer.operator].join(placed.sources)
    own, calls = layer.options(), []
    for name, options in layer.torch(*inputs):
        given = [k for k, v in options.items() if k not in own or k in layer.example.options or v != own[k].default]
        given.sort(key=lambda key: (key in own, key != layer.principal))
        calls.append(f"nn.{name}({', '.join(f'{key}={options[key]!r}' for key in given)})")
    return ", then ".join(calls)


def _functions(layer: type[Layer]) -> Iterator[str | Table]:
    """f and f′ in symbols, and where they are of one number, their values at some points."""
    if not issubclass(layer, Activation):
        return
    constants = layer(**layer.example.options).constants()
    for curve in layer.curves:
        formulas = [*zip(curve.labels, (curve.f, curve.slope)), *curve.parts.items()]
        yield Table(("function", curve.when), [(sign(name), formula.text()) for name, formula in formulas])
        if not curve.of_one:
            continue
        kinks = curve.kinks(constants)
        points = sorted({*POINTS, *kinks})
        values = zip(*(curve.at(x, constants) for x in points))
        rows = [(label, *map(_short, row)) for label, row in zip(curve.labels, values)]
        yield Table(("x", *map(_short, points)), rows)
        if kinks:
            yield f"f has a kink at {' and '.join(map(_short, kinks))}; f′ is there what PyTorch takes."


def _short(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")


def _formulas(main: Explanation, variants: Sequence[tuple[str, Explanation]]) -> Rows:
    """The formula of every quantity, and what it is in a variant."""
    for name, number, _ in main.steps:
        if name in _LEFT_OUT:
            continue
        yield name, number.formula.text()
        for label, other in variants:
            for one in other.steps:
                if one.name == name and one.number.formula.source != number.formula.source:
                    yield "", f"{one.number.formula.text()} with {label}"


def _once(part: Part) -> Rows:
    """The formulas of a working, which are the same for all axes."""
    yield from dict.fromkeys((one.name.partition(" (")[0], one.number.formula.text()) for one in part.steps)


def _values(main: Explanation) -> Rows:
    for name, number, result in main.steps:
        if name not in _LEFT_OUT:
            text = number.text()
            yield name, result if text == str(number.value) else f"{text} = {result}"


def _symbols(layer: type[Layer], explanations: Sequence[Explanation]) -> Rows:
    """What the symbols mean that are no option's."""
    options = layer.options().values()
    formulas = [step.number.formula for one in explanations for step in one.workings]
    formulas += [opt.most for opt in options if isinstance(opt.most, Formula)]
    if issubclass(layer, Activation):
        formulas += [formula for curve in layer.curves for formula in (curve.f, curve.slope)]
    used = dict.fromkeys(symbol for formula in formulas for symbol in formula.symbols)
    for symbol in {**used, **dict.fromkeys(symbol for opt in options for symbol in opt.divides)}:
        if symbol in LEGEND and symbol not in {opt.symbol for opt in options}:
            yield sign(symbol), LEGEND[symbol]
