"""Text to network: finds a spec, reads it and sizes every layer."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from cnncalc import bundled
from cnncalc.errors import Problem, Source, SpecError, did_you_mean
from cnncalc.layers import Shape
from cnncalc.layers.base import dims
from cnncalc.network import Network
from cnncalc.spec import yaml
from cnncalc.spec.expand import MAX_LAYERS, Expansion
from cnncalc.spec.expressions import ExpressionError, Word, check_limits, whole, written
from cnncalc.spec.nodes import Node
from cnncalc.spec.problems import Problems
from cnncalc.spec.read_file import Spec, read_spec
from cnncalc.spec.read_values import ValueReader
from cnncalc.spec.scope import Given, Scope, Tensor


def load(
    spec: str | PathLike[str],
    *,
    set: Mapping[str, Any] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    max_layers: int = MAX_LAYERS,
) -> Network:
    """The network of a spec: a path, the name of a bundled one, or `-` for standard input.

    `set` gives variables other values, `input` the inputs other shapes. Raises `SpecError`.

    >>> load("alexnet").shape("conv1")
    (96, 55, 55)
    """
    source, default_name = _found(spec)
    return _network(source, default_name, set or {}, input, max_layers)


def loads(
    text: str,
    *,
    name: str = "<string>",
    set: Mapping[str, Any] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    max_layers: int = MAX_LAYERS,
) -> Network:
    """The network of a spec's text; `name` is what errors call it."""
    return _network(Source(name, text), None, set or {}, input, max_layers)


def hides_bundled(spec: str) -> bool:
    """Whether a local file hides a bundled spec of that name."""
    return "/" not in spec and Path(spec).is_file() and spec.removesuffix(".yaml") in bundled.names()


def _found(spec: str | PathLike[str]) -> tuple[Source, str | None]:
    text = str(spec)
    if text == "-":
        return yaml.decode(sys.stdin.buffer.read(), "<stdin>"), None
    path = Path(text)
    if not path.is_file() and "/" not in text and not isinstance(spec, Path):
        inside = bundled.folder() / f"{text.removesuffix('.yaml')}.yaml"
        if inside.is_file():
            return yaml.decode(inside.read_bytes(), inside.name), inside.stem
    try:
        return yaml.decode(path.read_bytes(), text), path.stem
    except OSError as error:
        raise SpecError(_missing(path, text, error)) from None
    except ValueError as error:
        if isinstance(error, SpecError):
            raise
        raise SpecError(Problem(f"{text}: no file can be called so")) from None


def _missing(path: Path, text: str, error: OSError) -> Problem:
    if path.is_dir():
        return Problem(
            f"{text}: is a directory, not a spec",
            hint=_offer(path.name, sorted(p.name for p in path.glob("*.yaml")), ""),
        )
    if not isinstance(error, FileNotFoundError):
        return Problem(f"{text}: {error.strerror or error}")
    try:
        beside = sorted(p.name for p in path.parent.glob("*.yaml"))
    except OSError:
        beside = []
    what = "no such file" if "/" in text else "no such file, and no bundled spec of that name"
    return Problem(f"{text}: {what}", hint=_offer(path.stem, beside, text))


def _offer(stem: str, beside: list[str], text: str) -> str:
    """The nearest names: of the files beside, then of the bundled specs."""
    plain = stem.lower().replace("-", "").replace("_", "")
    known = {name.replace("_", ""): name for name in bundled.names()}
    starts = [name for key, name in known.items() if plain and (key.startswith(plain) or plain.startswith(key))]
    near = did_you_mean(stem, [name.removesuffix(".yaml") for name in beside]) if beside else None
    if near or starts:
        return near or f"did you mean {' or '.join(starts)}?"
    return did_you_mean(plain, known) or f"bundled: {', '.join(bundled.names())}"


def _network(
    source: Source,
    default_name: str | None,
    settings: Mapping[str, Any],
    shapes: Shape | Mapping[str, Shape] | None,
    max_layers: int,
) -> Network:
    spec = read_spec(source)
    variables = _variables(spec, settings)
    inputs = _inputs(spec, variables, shapes)
    expansion = Expansion(spec, variables, max_layers)
    tensors = {name: Tensor(name, shape) for name, shape in inputs.items()}
    entering = next(iter(tensors.values())) if len(tensors) == 1 else None
    scope = Scope(spec.reader, dict(variables), entering)
    scope.given |= {name: Given(tensor, 0, 0) for name, tensor in tensors.items()}
    scope.taken |= {name: spec.inputs[name][0].line for name in tensors}

    def network(outputs: tuple[str, ...], notes: tuple[str, ...] = ()) -> Network:
        claims = () if settings or shapes else tuple(expansion.claims)
        name = spec.name or default_name or source.name
        layers = tuple(expansion.layers)
        return Network(name, spec.origin, inputs, outputs, layers, expansion.blocks, claims, notes)

    try:
        last = expansion.run(spec.layers, entering, scope)
        if not expansion.layers or last is None:
            raise SpecError(Problem("layers: holds no layer", spec.layers_node.mark))
        outputs = tuple(scope.find(node, "outputs").tensor.name for node in spec.outputs) or (last.name,)
        expansion.expect(spec.expect, "", 0, scope.lookup(None))
    except SpecError as error:
        made = expansion.layers[-1:]
        partial = network((made[0].path,)) if made else None
        raise SpecError(error.problems, partial) from None
    return network(outputs, _notes(spec, expansion, inputs, outputs))


def _variables(spec: Spec, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The variables in order, those that are set taking their values from there."""
    for name in settings:
        if name not in spec.variables:
            hint = did_you_mean(name, spec.variables)
            declared = f"declared: {', '.join(spec.variables)}" if spec.variables else "the spec declares no vars:"
            raise SpecError(Problem(f"--set {name}: no such variable", hint=hint or declared))
    values: dict[str, Any] = {}

    def look(name: str) -> Any:
        if name in values:
            return values[name]
        if spec.reader.is_word(name):
            return Word(name)
        raise KeyError(name)

    for name, value in spec.variables.items():
        values[name] = _set(spec, name, settings[name], look) if name in settings else value.at(look)
    return values


def _set(spec: Spec, name: str, value: Any, look: Any) -> Any:
    """The value of a setting: a text is read as `vars:` reads it."""
    if not isinstance(value, str):
        value = _tuples(value)
        try:
            return check_limits(value)
        except ExpressionError as error:
            raise SpecError(Problem(f"--set {name}: {error.message}")) from None
    problems = Problems()
    node = yaml.read(Source(f"--set {name}", value or '""'))
    found = ValueReader(problems, spec.reader.words).value(node, frozenset(spec.variables), name)
    problems.raise_any()
    return found.at(look)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value


def _inputs(spec: Spec, variables: Mapping[str, Any], shapes: Shape | Mapping[str, Shape] | None) -> dict[str, Shape]:
    """The shapes of the inputs: as the spec says, or as they are given instead."""
    given = shapes if isinstance(shapes, Mapping) else {} if shapes is None else {next(iter(spec.inputs)): shapes}
    if shapes is not None and not isinstance(shapes, Mapping) and len(spec.inputs) > 1:
        raise SpecError(
            Problem(f"--input: the network has several inputs, name one: {next(iter(spec.inputs))}={dims(shapes)}")
        )
    for name in given:
        if name not in spec.inputs:
            raise SpecError(Problem(f"--input {name}: the inputs are {', '.join(spec.inputs)}"))
    found = {}
    for name, (node, value) in spec.inputs.items():
        shape = tuple(given[name]) if name in given else value.at(lambda key: variables[key])
        found[name] = _shape(shape, node)
    return found


def _shape(value: Any, node: Node) -> Shape:
    if not isinstance(value, tuple):
        hint = f"a vector is [{written(value)}]" if isinstance(value, int) else "for example [3, 224, 224]"
        raise SpecError(Problem(f"input is a list, channels first, not {written(value)}", node.mark, hint=hint))
    if not 1 <= len(value) <= 4:
        hint = "[F], [C, L], [C, H, W] or [C, D, H, W], without the batch"
        raise SpecError(Problem(f"input has 1 to 4 sizes, not {len(value)}", node.mark, hint=hint))
    try:
        sizes = tuple(whole(size) for size in value)
    except ExpressionError as error:
        raise SpecError(Problem(f"input: {error.message}", node.mark, hint=error.hint)) from None
    if min(sizes) < 1:
        raise SpecError(Problem(f"input sizes are at least 1, not {min(sizes)}", node.mark))
    return sizes


def _notes(spec: Spec, expansion: Expansion, inputs: Mapping[str, Shape], outputs: tuple[str, ...]) -> tuple[str, ...]:
    notes = [(note, mark) for note, mark in expansion.notes]
    for name, shape in inputs.items():
        mark = spec.inputs[name][0].mark
        if len(shape) == 3 and shape[0] == shape[1] > 4 >= shape[2]:
            notes.append((f"read as {shape[0]} channels of {dims(shape[1:])}; channels come first", mark))
        users = [p for p in expansion.layers if name in p.sources and p.layer.type == "conv"]
        if len(shape) == 2 and users:
            grey = f"read as {shape[0]} channels of length {shape[1]}; a grey image is [1, {shape[0]}, {shape[1]}]"
            notes.append((grey, mark))
    notes += [(f"{p.path} reaches no output", p.mark) for p in _unreached(expansion, outputs)]
    return tuple(f"{mark.place}: note: {note}" for note, mark in notes)


def _unreached(expansion: Expansion, outputs: tuple[str, ...]) -> list[Any]:
    needed = set(outputs)
    unreached = []
    for placed in reversed(expansion.layers):
        if placed.path in needed:
            needed.update(placed.sources)
        else:
            unreached.append(placed)
    return unreached[::-1]
