"""The whole of a spec's text: its top level, its blocks and their signatures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cnncalc.errors import Problem, Source, SpecError, did_you_mean
from cnncalc.spec import yaml
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import Problems, described
from cnncalc.spec.read_steps import NAME, TYPES, StepReader
from cnncalc.spec.read_values import Visible
from cnncalc.spec.tree import Block, Expectation, Parameter, Step, Value
from cnncalc.spec.vocabulary import FILE_KEYS, STEP_KEYS, STRUCTURES, TENSOR_NAMES

SIGNATURE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\((.*)\))?\s*", re.DOTALL)


@dataclass(frozen=True)
class Spec:
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
    problems = Problems()
    if not isinstance(root, Mapping):
        hint = "a spec begins with input: [3, 224, 224] and layers:"
        raise SpecError(Problem(f"a spec is a mapping, not {described(root)}", root.mark, hint=hint))
    spec = _Top(root, problems).read(source)
    problems.raise_any()
    return spec


class _Top:
    """The top level of one text."""

    def __init__(self, root: Mapping, problems: Problems) -> None:
        self.root, self.problems = root, problems
        self.blocks: dict[str, Block] = {}
        self.reader = StepReader(problems, _given_names(root), self.blocks)

    def read(self, source: Source) -> Spec:
        for key, (node, _) in self.root.entries.items():
            if key not in FILE_KEYS:
                self.problems.add(f"unknown key {key}", node, hint=did_you_mean(key, FILE_KEYS))
        for key in ("input", "layers"):
            if key not in self.root.entries:
                example = "input: [3, 224, 224]" if key == "input" else "layers: [{conv: 64, kernel_size: 3}]"
                self.problems.add(f"the spec has no {key}:", self.root, hint=f"for example {example}")
        self.problems.raise_any()
        variables = self._variables()
        visible = frozenset(variables)
        self._signatures(visible)
        self.reader.words |= set(self.blocks)
        inner = visible | set(TENSOR_NAMES)
        self.reader.default_options = self.reader.defaults(self.value("defaults"), TYPES, inner)
        self._bodies(inner)
        layers = self.root.entries["layers"][1]
        return Spec(
            source,
            self._text("name"),
            self._text("source"),
            self._inputs(visible),
            variables,
            self.blocks,
            self.reader.steps(layers, inner, "layers"),
            layers,
            self._outputs(),
            self.reader.expectations(self.value("expect"), visible),
            self.reader,
        )

    def value(self, key: str) -> Node | None:
        return self.root.entries[key][1] if key in self.root.entries else None

    def _text(self, key: str) -> str | None:
        node = self.value(key)
        if node is None or isinstance(node, Scalar):
            return None if node is None else node.text
        self.problems.add(f"{key} is a text, not {described(node)}", node, hint='text with ": " in it stands in quotes')
        return None

    def _variables(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, (key, node) in self.reader.entries(self.value("vars"), "vars").items():
            self.reader.check_variable(name, key)
            found[name] = self.reader.value(node, frozenset(found), f"vars: {name}")
        return found

    def _inputs(self, visible: Visible) -> dict[str, tuple[Node, Value]]:
        node = self.root.entries["input"][1]
        if not isinstance(node, Mapping):
            return {"input": (node, self.reader.value(node, visible, "input"))}
        found = {}
        for name, (key, shape) in node.entries.items():
            if not NAME.fullmatch(name):
                self.problems.add(f"{name} can't be a name", key, hint="a name is letters, digits, _ and -")
            found[name] = shape, self.reader.value(shape, visible, f"input: {name}")
        if not found:
            self.problems.add("input: is empty", node, hint="for example input: [3, 224, 224]")
        return found

    def _outputs(self) -> tuple[Scalar, ...]:
        node = self.value("outputs")
        if node is None:
            return ()
        if isinstance(node, Sequence) and node.items:
            names = [self.reader.reference(item, "outputs") for item in node.items]
            return tuple(name for name in names if name is not None)
        self.problems.add(f"outputs is a list of names, not {described(node)}", node)
        return ()

    def _signatures(self, visible: Visible) -> None:
        for text, (key, _) in self.reader.entries(self.value("blocks"), "blocks").items():
            match = SIGNATURE.fullmatch(text)
            if match is None:
                hint = "for example bottleneck(width, stride=1):"
                self.problems.add(f"{text} is no signature of a block", key, hint=hint)
                continue
            name = match[1]
            if name in TYPES or name in STRUCTURES or name in STEP_KEYS or name in FILE_KEYS:
                self.problems.add(f"a block can't be called {name}, the language has that word", key)
            elif name in self.blocks:
                self.problems.add(f"two blocks are called {name}", key)
            else:
                self.blocks[name] = Block(name, self._parameters(key, match, visible), key)

    def _parameters(self, key: Scalar, match: re.Match[str], visible: Visible) -> tuple[Parameter, ...]:
        start = match.start(2)
        args = _parsed(match[2] or "")
        if args is None:
            hint = "written as in Python: bottleneck(width, stride=1, *, groups=1)"
            self.problems.add(f"{match[0].strip()} is no signature of a block", key, hint=hint)
            return ()
        padded = [None] * (len(args.args) - len(args.defaults)) + list(args.defaults)
        pairs = [*zip(args.args, padded, [False] * len(padded))]
        pairs += [*zip(args.kwonlyargs, args.kw_defaults, [True] * len(args.kwonlyargs))]
        seen = visible | set(TENSOR_NAMES)
        found = []
        for arg, default, by_name_only in pairs:
            self.reader.check_variable(arg.arg, key)
            value = None
            if default is not None:
                offset, end = (
                    default.col_offset - len(_HEAD) + start,
                    (default.end_col_offset or 0) - len(_HEAD) + start,
                )
                value = self.reader.value(key.within(offset, end - offset), seen, f"{match[1]}: {arg.arg}")
            found.append(Parameter(arg.arg, value, by_name_only))
            seen |= {arg.arg}
        return tuple(found)

    def _bodies(self, visible: Visible) -> None:
        by_key = {block.node.text: block for block in self.blocks.values()}
        for text, (_, node) in self.reader.entries(self.value("blocks"), "blocks").items():
            if text in by_key:
                block = by_key[text]
                names = visible | {parameter.name for parameter in block.parameters}
                block.body = self.reader.steps(node, names, f"block {block.name}")


_HEAD = "def f("


def _parsed(text: str) -> ast.arguments | None:
    """The parameters of a signature, None where they can't be read."""
    if len(text) > 500 or not text.isascii() or "\n" in text:
        return None
    try:
        [function] = ast.parse(f"{_HEAD}{text}): pass").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if not isinstance(function, ast.FunctionDef):
        return None
    args = function.args
    plain = not (
        args.posonlyargs or args.vararg or args.kwarg or any(a.annotation for a in [*args.args, *args.kwonlyargs])
    )
    return args if plain and isinstance(function.body[0], ast.Pass) and len(function.body) == 1 else None


def _given_names(root: Node) -> Iterator[str]:
    """Every `name:` in the text."""
    seen: set[int] = set()
    rest: list[Node] = [root]
    while rest:
        node = rest.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            rest += node.items
        elif isinstance(node, Mapping):
            for key, (_, value) in node.entries.items():
                rest.append(value)
                if key == "name" and isinstance(value, Scalar):
                    yield value.text
