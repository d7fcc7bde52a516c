"""The whole of a spec's text: its top level, its blocks and its steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cnncalc.errors import Problem, Source, SpecError, did_you_mean
from cnncalc.spec import yaml
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described, is_nothing
from cnncalc.spec.read_claims import OF_THE_NETWORK, read_expectations
from cnncalc.spec.read_layers import read_defaults
from cnncalc.spec.read_steps import NAME, StepReader
from cnncalc.spec.signatures import block_name, read_signature
from cnncalc.spec.tree import Block, Constant, Expectation, Step, Value
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import FILE_KEYS, TENSOR_NAMES

_BEGINNING: Final = "a spec begins with input: [3, 224, 224] and layers:"
_EXAMPLES: Final = {"input": "input: [3, 224, 224]", "layers": "layers: [{conv: 64, kernel_size: 3}]"}


class Spec(NamedTuple):
    """A spec as read: every step in its place, nothing evaluated yet."""

    source: Source
    name: str | None
    origin: str | None
    """What its `source:` says."""
    inputs: dict[str, tuple[Node, Value]]
    variables: dict[str, Value]
    blocks: dict[str, Block]
    layers: tuple[Step, ...]
    layers_node: Node
    outputs: tuple[Scalar, ...]
    expect: tuple[Expectation, ...]
    reader: StepReader


def read_spec(source: Source) -> Spec:
    """Reads a text; `SpecError` holds every problem that the text alone can tell."""
    root = yaml.read(source)
    if not isinstance(root, Mapping):
        raise SpecError(Problem(f"a spec is a mapping, not {described(root)}", root.mark, hint=_BEGINNING))
    problems = Problems()
    spec = _Top(root, source, problems).read()
    problems.raise_any()
    return spec


class _Top:
    """The top level of one text."""

    def __init__(self, root: Mapping, source: Source, problems: Problems) -> None:
        self.root, self.source, self.problems = root, source, problems
        self.reader = StepReader(problems, _given_names(root), {}, len(source.text))
        self.variables = Visible()

    def read(self) -> Spec:
        self._check_keys()
        signatures = self.reader.entries(self.value("blocks"), "blocks")
        # words that a variable may hold before their blocks and inputs are read
        self.reader.words |= {name for name in map(block_name, signatures) if name} | {"input"}
        input_node = self.root.entries["input"][1]
        if isinstance(input_node, Mapping):
            self.reader.words |= input_node.entries.keys()
        variables = self._variables()
        inputs = self._inputs(input_node)
        visible = self.variables.within(TENSOR_NAMES)
        self._blocks(signatures, visible)
        layers = self.root.entries["layers"][1]
        return Spec(
            self.source,
            self._text("name"),
            self._text("source"),
            inputs,
            variables,
            self.reader.blocks,
            self.reader.steps(layers, visible, "layers"),
            layers,
            self._outputs(),
            read_expectations(self.reader, self.value("expect"), self.variables, OF_THE_NETWORK),
            self.reader,
        )

    def value(self, key: str) -> Node | None:
        """What stands behind a key; None where it is left out or nothing stands there."""
        node = self.root.entries[key][1] if key in self.root.entries else None
        return None if node is None or is_nothing(node) else node

    def _check_keys(self) -> None:
        """Refuses what can't be read at all; without input: and layers: there is nothing to go on with."""
        entries = self.root.entries
        for key, (node, _) in entries.items():
            if key == "extends":
                hint = "write out what the other spec says"
                self.problems.add("extends: is not supported yet", node, hint=hint)
            elif key not in FILE_KEYS:
                hint = did_you_mean(key, FILE_KEYS) or f"keys of a spec: {', '.join(FILE_KEYS)}"
                self.problems.add(f"unknown key {described(node)}", node, hint=hint)
        for key, example in _EXAMPLES.items():
            if key not in entries and "extends" not in entries:
                self.problems.add(f"the spec has no {key}:", self.root, hint=f"for example {example}")
        layers = entries["layers"][1] if "layers" in entries else None
        if isinstance(layers, Scalar) and not is_nothing(layers):
            hint = "write a list of steps: [{conv: 64, kernel_size: 3}, relu]"
            self.problems.add("layers: as one string of arrows is not supported yet", layers, hint=hint)
        if not _EXAMPLES.keys() <= entries.keys() or isinstance(layers, Scalar):
            self.problems.raise_any()

    def _text(self, key: str) -> str | None:
        node = self.value(key)
        if node is None or isinstance(node, Scalar):
            return None if node is None else node.text
        self.problems.add(f"{key} is a text, not {described(node)}", node, hint='text with ": " in it stands in quotes')
        return None

    def _variables(self) -> dict[str, Value]:
        """The variables in order; each sees those before it."""
        found: dict[str, Value] = {}
        entries = self.reader.entries(self.value("vars"), "vars")
        self.reader.later = set(entries)
        for name, (key, node) in entries.items():
            self.reader.check_variable(name, key)
            self.reader.later.discard(name)
            found[name] = self.reader.value(node, self.variables, f"vars: {name}")
            self.variables.declare(name)
        return found

    def _inputs(self, node: Node) -> dict[str, tuple[Node, Value]]:
        if not isinstance(node, Mapping):
            return {"input": (node, self._shape(node, "input"))}
        found = {}
        for name, (key, shape) in node.entries.items():
            if not NAME.fullmatch(name):
                reason = "a name is letters, digits, _ and -"
                self.problems.add(f"{described(key)} can't be the name of an input", key, because=(reason,))
            found[name] = shape, self._shape(shape, f"input: {name}")
        if not found:
            self.problems.add("input is empty", node, hint="for example input: [3, 224, 224]")
        return found

    def _shape(self, node: Node, what: str) -> Value:
        """The value of an input; 3x224x224, as on the command line, is told how a spec writes it."""
        found = described(node)
        sizes = found.lower().replace("×", "x").split("x")
        if len(sizes) > 1 and all(size.strip().isdigit() for size in sizes):
            hint = f"write [{', '.join(size.strip() for size in sizes)}]"
            self.problems.add(f"{what} is a list, not {found}", node, hint=hint)
            return Constant(node, None)
        return self.reader.value(node, self.variables, what)

    def _outputs(self) -> tuple[Scalar, ...]:
        node = self.value("outputs")
        if node is None:
            return ()
        if not isinstance(node, Sequence) or not node.items:
            found = "an empty one" if isinstance(node, Sequence) else described(node)
            self.problems.add(f"outputs is a list of names, not {found}", node, hint="for example outputs: [mask, box]")
            return ()
        names: dict[str, Scalar] = {}
        for item in node.items:
            name = self.reader.reference(item, self.variables, "outputs")
            if name is not None and name.text in names:
                self.problems.add(f"outputs: {described(name)} is named twice", name)
            elif name is not None:
                names[name.text] = name
        return tuple(names.values())

    def _blocks(self, signatures: dict[str, tuple[Scalar, Node]], visible: Visible) -> None:
        """All signatures before any body: a body may call a block that stands below it."""
        bodies = []
        for key, body in signatures.values():
            block = read_signature(self.reader, key, visible)
            if block is not None:
                self.reader.blocks[block.name] = block
                bodies.append((block, body))
        if len(bodies) < len(signatures):
            self.problems.raise_any()  # calls of a block that couldn't be read would all look wrong
        self.reader.defaults = read_defaults(self.reader, self.value("defaults"), visible)
        for block, body in bodies:
            inner = visible.within(parameter.name for parameter in block.parameters)
            self.reader.body_of = block
            block.body = self.reader.steps(body, inner, f"block {block.name}")
        self.reader.body_of = None


def _given_names(root: Mapping) -> Iterator[str]:
    """Every `name:` of a step in the text."""
    seen: set[Node] = set()
    rest: list[Node] = [value for key, (_, value) in root.entries.items() if key != "name"]
    while rest:
        node = rest.pop()
        if isinstance(node, Scalar) or node in seen:
            continue
        seen.add(node)
        if isinstance(node, Sequence):
            rest += node.items
        elif isinstance(node, Mapping):
            for key, (_, value) in node.entries.items():
                rest.append(value)
                if key == "name" and isinstance(value, Scalar) and NAME.fullmatch(value.text):
                    yield value.text
