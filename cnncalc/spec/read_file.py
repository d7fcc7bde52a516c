"""The whole of a spec: its top level, its blocks and its steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cnncalc.errors import Mark, Source, did_you_mean
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described, is_nothing
from cnncalc.spec.read_claims import OF_THE_NETWORK, read_expectations
from cnncalc.spec.read_layers import read_defaults
from cnncalc.spec.read_names import NAME
from cnncalc.spec.read_steps import Entries, StepReader
from cnncalc.spec.signatures import by_name, read_signature
from cnncalc.spec.texts import Texts, merged
from cnncalc.spec.tree import Block, Constant, Expectation, Step, Value
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import FILE_KEYS, TENSOR_NAMES

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
    unpadded: frozenset[Mark]
    """The places of the convolutions of a pattern that nothing gives a padding."""
    outputs: tuple[Scalar, ...]
    expect: tuple[Expectation, ...]
    reader: StepReader


def read_spec(texts: Texts) -> Spec:
    """Reads the texts as one; `SpecError` holds every problem that they alone can tell."""
    problems = Problems()
    spec = _Top(texts, problems).read()
    problems.raise_any()
    return spec


class _Top:
    """The top level of a spec."""

    def __init__(self, texts: Texts, problems: Problems) -> None:
        self.texts, self.problems = texts, problems
        self.reader = StepReader(problems, texts.length)
        self.variables = Visible()

    def read(self) -> Spec:
        input_node, layers = self._check_keys()
        signatures: Entries = {}
        for node in self.texts.each("blocks"):
            signatures = merged(by_name(self.reader, node), signatures)
        # words that a variable may hold before their blocks, inputs and steps are read
        names = given_names([layers, *(body for _, body in signatures.values())])
        inputs = input_node.entries if isinstance(input_node, Mapping) else {}
        self.reader.know(names, [*signatures, *inputs, "input"])
        variables = self._variables()
        shapes = self._inputs(input_node)
        visible = self.variables.within(TENSOR_NAMES)
        self._blocks(signatures, visible)
        if isinstance(layers, Scalar) and not is_nothing(layers):
            from cnncalc.spec.read_patterns import read_pattern  # most specs start without it

            steps, unpadded = read_pattern(self.reader, layers, visible)
        else:
            steps, unpadded = self.reader.steps(layers, visible, "layers"), frozenset()
        return Spec(
            self.texts.own.source,
            self._text("name"),
            self._text("source"),
            shapes,
            variables,
            self.reader.blocks,
            steps,
            layers,
            unpadded,
            self._outputs(),
            read_expectations(self.reader, self.value("expect"), self.variables, OF_THE_NETWORK),
            self.reader,
        )

    def value(self, key: str) -> Node | None:
        """What stands behind a key; None where it is left out or nothing stands there."""
        node = self.texts.find(key)
        return None if node is None or is_nothing(node) else node

    def _check_keys(self) -> tuple[Node, Node]:
        """What stands behind input: and layers:, without which there is nothing to go on with."""
        for root in self.texts.roots:
            for key, (node, _) in root.entries.items():
                if key not in FILE_KEYS:
                    hint = did_you_mean(key, FILE_KEYS) or f"keys of a spec: {', '.join(FILE_KEYS)}"
                    self.problems.add(f"unknown key {described(node)}", node, hint=hint)
        others = " and ".join(root.source.name for root in self.texts.roots[1:])
        because = (f"there is none in {others} either",) if others else ()
        found = {key: self.texts.find(key) for key in _EXAMPLES}
        for key in [key for key, node in found.items() if node is None]:
            hint = f"for example {_EXAMPLES[key]}"
            self.problems.add(f"the spec has no {key}:", self.texts.own, because=because, hint=hint)
        if found["input"] is None or found["layers"] is None:
            self.problems.raise_any()
        assert found["input"] is not None and found["layers"] is not None
        return found["input"], found["layers"]

    def _text(self, key: str) -> str | None:
        node = self.value(key)
        if node is None or isinstance(node, Scalar):
            return None if node is None else node.text
        self.problems.add(f"{key} is a text, not {described(node)}", node, hint='text with ": " in it stands in quotes')
        return None

    def _variables(self) -> dict[str, Value]:
        """The variables in order; each sees those before it."""
        found: dict[str, Value] = {}
        entries: Entries = {}
        for given in self.texts.each("vars"):
            entries = merged(self.reader.entries(given, "vars"), entries)
        self.reader.later = {name: key for name, (key, _) in entries.items()}
        for name, (key, node) in entries.items():
            self.reader.check_variable(name, key)
            del self.reader.later[name]
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
        layers, hint = self.texts.find("layers"), None
        if layers is not None and layers.source is not node.source:
            hint = f"the layers are those of {layers.source.name}: give it outputs: too, empty for the last step"
        for item in node.items:
            name = self.reader.reference(item, self.variables, "outputs", hint)
            if name is not None and name.text in names:
                self.problems.add(f"outputs: {described(name)} is named twice", name)
            elif name is not None:
                names[name.text] = name
        return tuple(names.values())

    def _blocks(self, signatures: Entries, visible: Visible) -> None:
        """All signatures before any body: a body may call a block that stands below it, or in another text."""
        bodies = []
        for key, body in signatures.values():
            block = read_signature(self.reader, key, visible)
            if block is not None:
                self.reader.blocks[block.name] = block
                bodies.append((block, body))
        if len(bodies) < len(signatures):
            self.problems.raise_any()  # calls of a block that couldn't be read would all look wrong
        for node in self.texts.each("defaults"):
            self.reader.defaults[node.source] = read_defaults(self.reader, node, visible)
        for block, body in bodies:
            inner = visible.within(parameter.name for parameter in block.parameters)
            self.reader.body_of = block
            block.body = self.reader.steps(body, inner, f"block {block.name}")
        self.reader.body_of = None


def given_names(rest: list[Node]) -> Iterator[str]:
    """Every `name:` of a step in these nodes."""
    seen: set[Node] = set()
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
