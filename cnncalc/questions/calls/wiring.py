"""The order in which a program uses its layers: by `forward`, or by what is called on what.

Only a chain is understood: a tensor that is used twice, joined with another or computed with ends it (`Tangled`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from cnncalc.questions.calls import pytorch
from cnncalc.questions.calls.arguments import NotReadError, called, parsed, source, value
from cnncalc.questions.calls.made import Made
from cnncalc.questions.calls.options import count, whole_numbers
from cnncalc.questions.calls.pieces import Piece
from cnncalc.questions.calls.tokens import Program
from cnncalc.questions.described import UNKNOWN, Described

_WEIGHTED: Final = frozenset({
    "conv", "conv_transpose", "linear", "local", "batchnorm", "instancenorm", "groupnorm", "layernorm", "prelu",
})  # fmt: skip
_SAME: Final = frozenset({"contiguous", "to", "cuda", "cpu", "float", "detach"})
_ASKING: Final = frozenset({
    "size", "dim", "print", "summary", "Model", "len", "numel", "type", "item",
})  # fmt: skip


class Tangled(Exception):
    """The layers are no chain, or something unknown happens to the tensor."""


class Tensor:
    """What flows from layer to layer; once used, it is gone. A source is an input of the network."""

    def __init__(self, source: bool = False) -> None:
        self.source, self.used = source, False


class Wiring:
    """Runs through statements in their order; `chain` gathers the layers as they are used.

    `inputs` are the calls that make an input tensor, by their first and last tokens.
    """

    def __init__(
        self, program: Program, made: Iterable[Made], values: Mapping[str, Any], inputs: Mapping[int, int]
    ) -> None:
        self.program, self.values = program, values
        self.made = list(made)
        self.chain: list[Described] = []
        self.applied: set[int] = set()
        self.variables: dict[str, Tensor] = {}
        self.sources = 0
        self.span = (0, 0)
        self.held: dict[str, list[Made]] = {}
        for each in self.made:
            if each.target is not None:
                self.held.setdefault(each.target, []).append(each)

        self.stand_ins = {m.call.first: (f"layer_{n}_", program.last(m.call)) for n, m in enumerate(self.made)}
        self.stand_ins |= {first: ("input_()", last) for first, last in inputs.items()}

    def run(self, piece: Piece) -> None:
        """One statement."""
        tokens = self.program.tokens
        self.span = tokens[piece.first].start, tokens[piece.end - 1].end
        here = {
            first - piece.value: (name, last - first + 1)
            for first in range(piece.value, piece.end)
            if first in self.stand_ins
            for name, last in [self.stand_ins[first]]
        }
        try:
            node = parsed(source(tokens[piece.value : piece.end], here))
            result = self._value(node)
        except NotReadError as error:
            raise Tangled(str(error)) from None
        if piece.target[:1] == ("+=",) and (isinstance(result, Tensor) or piece.target[-1] in self.variables):
            raise Tangled("a sum")
        if piece.target and piece.target != ("return",):
            self.variables.pop(piece.target[-1], None)
            if isinstance(result, Tensor):
                self.variables[piece.target[-1]] = result

    def _value(self, node: ast.expr) -> Any:
        """A tensor, a list of `Made`, or None for anything else."""
        if isinstance(node, ast.Name):
            return self.variables.get(node.id) or self._layers(node.id)
        if isinstance(node, ast.Attribute):
            of = self._value(node.value)
            return None if isinstance(of, Tensor) else self._layers(node.attr)
        if isinstance(node, ast.Call):
            return self._call(node)
        parts = [self._value(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        if any(isinstance(part, Tensor) for part in parts) and not isinstance(node, ast.Tuple):
            raise Tangled(f"{type(node).__name__} of a tensor")
        return None

    def _layers(self, name: str) -> list[Made] | None:
        if name.startswith("layer_") and name.endswith("_"):
            return [self.made[int(name[6:-1])]]
        held = self.held.get(name)
        if held and len({each.outermost for each in held}) > 1 and any(each.holder != name for each in held):
            raise Tangled(f"{name} is given twice")
        return held

    def _call(self, node: ast.Call) -> Tensor | None:
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name == "input_":
            return Tensor(source=True)
        on = self._value(function.value) if isinstance(function, ast.Attribute) else None
        if isinstance(on, Tensor):
            return self._method(on, name, node)
        layers = self._value(function)
        if isinstance(layers, list):
            if len(node.args) > 1:
                raise Tangled("a layer takes one tensor")
            self._use(self._argument(node))
            for each in layers:
                self._emit(each)
            return Tensor()
        if name == "Sequential":
            return None
        if pytorch.is_function(name):
            return self._function(name, node)
        given = [self._value(entry) for entry in node.args]
        if any(isinstance(entry, Tensor) for entry in given) and name not in _ASKING:
            raise Tangled(f"{name} of a tensor")
        return None

    def _argument(self, node: ast.Call) -> Tensor:
        """The tensor that a call is made on; a name not seen before is the network's input."""
        if not node.args or (len(node.args) > 1 and isinstance(self._value(node.args[1]), Tensor)):
            raise Tangled("not one tensor")
        first = node.args[0]
        found = self._value(first)
        if isinstance(found, Tensor):
            return found
        if not isinstance(first, (ast.Name, ast.Attribute)) or found is not None:
            raise Tangled("no tensor")
        name = first.id if isinstance(first, ast.Name) else first.attr
        self.variables[name] = Tensor(source=True)
        return self.variables[name]

    def _use(self, tensor: Tensor) -> None:
        if tensor.used:
            raise Tangled("a tensor is used twice")
        tensor.used = True
        self.sources += tensor.source
        if self.sources > 1:
            raise Tangled("several inputs")

    def _emit(self, made: Made) -> None:
        if made.call.first in self.applied and any(layer.type in _WEIGHTED for layer in made.layers):
            raise Tangled("weights are used twice")
        self.applied.add(made.call.first)
        self.chain += [replace(layer) for layer in made.layers]

    def _function(self, name: str, node: ast.Call) -> Tensor:
        self._use(self._argument(node))
        rest = ast.Call(node.func, node.args[1:], node.keywords)
        self._put(pytorch.function(name, called(rest, self.values)))
        return Tensor()

    def _put(self, layer: Described) -> None:
        self.chain.append(replace(layer, start=self.span[0], end=self.span[1]))

    def _method(self, tensor: Tensor, name: str, node: ast.Call) -> Tensor | None:
        if name in _ASKING:
            return None
        if name in _SAME:
            return tensor
        self._use(tensor)
        if name in ("view", "reshape"):
            self._put(_viewed(node, self.values))
        elif pytorch.is_function(name):
            self._put(pytorch.function(name, called(node, self.values)))
        else:
            raise Tangled(f"{name} of a tensor")
        return Tensor()


def _viewed(node: ast.Call, values: Mapping[str, Any]) -> Described:
    """`x.view(-1, 400)` and its like: every image becomes a row, or a map of given sizes."""
    sizes = [_size(entry, values) for entry in node.args]
    if len(sizes) < 2 or (sizes[0] != -1 and sizes[1:] != [-1]):
        raise Tangled("view of the batch")
    if len(sizes) > 2:
        return Described("reshape", {"shape": whole_numbers(sizes[1:])})
    return Described("flatten", takes=None if sizes[1] in (-1, UNKNOWN) else count(sizes[1]))


def _size(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """One size; the batch, asked of the tensor itself, counts as -1, and a function that knows the rest as open."""
    text = ast.unparse(node)
    if text.endswith((".size(0)", ".shape[0]", ".size()[0]", "batch_size", "BATCH_SIZE")) or text == "len(x)":
        return -1
    if isinstance(node, ast.Call) and "flat" in text:
        return UNKNOWN
    return value(node, values)
