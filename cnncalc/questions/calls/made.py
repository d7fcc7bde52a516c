"""The layers that the calls of a text make, with what holds them: a model, a variable, nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls import keras, prose, pytorch
from cnncalc.questions.calls.arguments import NotReadError, arguments
from cnncalc.questions.calls.pieces import operand_end
from cnncalc.questions.calls.tokens import Call, Program
from cnncalc.questions.described import Described

_TORCH, _KERAS = frozenset({"nn", "torch", "F", "functional"}), frozenset({"keras", "tf", "layers", "tensorflow"})
_METHODS: Final = frozenset({"add", "append", "extend", "add_module"})
_HOLDERS: Final = _METHODS | {"Sequential", "OrderedDict", "ModuleList", "ModuleDict", "Model"}
_SHOWING: Final = frozenset({"print", "summary", "list", "len", "sum", "repr", "count_parameters"})
_NO_LAYERS: Final = frozenset({
    "Module", "ModuleList", "ModuleDict", "Sequential", "Model", "Input", "InputLayer", "Parameter", "Functional",
    "Variable", "Tensor",
})  # fmt: skip
_BEFORE_LAYERS: Final = frozenset({"nn", "layers"})
_KERAS_1: Final = frozenset({"nb_filter", "border_mode", "subsample", "nb_row", "dim_ordering", "Convolution2D"})
_MOST: Final = 500
"""Layers that one text may have; what comes after is not read."""
_HIGHEST: Final = 25


class Made(NamedTuple):
    """One constructor call and its layers."""

    call: Call
    layers: tuple[Described, ...]
    framework: str | None
    holder: str | None
    """The model that the call is part of."""
    target: str | None
    """The variable that the call, or what holds it, is assigned to."""
    outermost: int
    """The first token of the expression that the call is part of."""
    applied: bool
    """Whether it is called on a tensor at once, as Keras's functional way has it."""


class Makers:
    """Goes through the calls of a program; `made` and `unread` (spans) are the result."""

    def __init__(self, program: Program, values: Mapping[str, Any]) -> None:
        self.program, self.values = program, values
        self.by_open = {call.open: call for call in program.calls}
        self.around = _around(program)
        self.made: list[Made] = []
        self.unread: list[tuple[int, int]] = []
        self.rank: set[int | None] = set()
        self.words = {token.text for token in program.tokens if token.kind == "name"}
        self.framework = self._framework()
        self.read = 0
        for call in program.calls:
            self._read(call)
        self._unname()
        self.unread += self._elided()

    def span(self, call: Call) -> tuple[int, int]:
        """Where the call stands in the text."""
        tokens = self.program.tokens
        return tokens[call.first].start, tokens[self.program.last(call)].end

    def whole(self, made: Made) -> tuple[int, int]:
        """Where the whole expression stands that the call is part of, with the label that PyTorch prints."""
        tokens = self.program.tokens
        label = made.outermost == made.call.first and self._is_printed(made.call)
        end = operand_end(self.program, made.outermost) - 1
        return tokens[made.outermost - 4 * label].start, tokens[max(end, made.outermost)].end

    def _framework(self) -> str | None:
        """The one framework whose words the text has; None where it has those of both or of none."""
        found = {self._of(call) for call in self.program.calls} - {None}
        if not found:
            found = {
                name for name, words in (("torch", {"torch"}), ("keras", {"keras", "tensorflow"})) if words & self.words
            }
        return found.pop() if len(found) == 1 else None

    def _of(self, call: Call) -> str | None:
        """The framework that a call's name belongs to."""
        roots = set(call.path[:-1])
        if roots & _KERAS or call.name == "InputLayer":
            return "keras"
        if roots & _TORCH:
            return "torch"
        here, there = pytorch.is_module(call.name), keras.is_layer(call.name)
        return None if here == there else "torch" if here else "keras"

    def _read(self, call: Call) -> None:
        framework = self._of(call) or self.framework
        known = keras.is_layer(call.name) if framework == "keras" else pytorch.is_module(call.name)
        bare = len(call.path) == 1 and prose.is_bare(call.name)
        if not known and not bare:
            if self._is_strange(call):
                self.unread.append(self.span(call))
            return
        self.read += 1
        if self.read > _MOST:
            self.unread.append(self.span(call))
            return
        tokens = self.program.inside(call)
        if bare and not any(token.kind in ("number", "dims", "unknown") for token in tokens):
            return
        holders, outermost, proper = self._holders(call)
        if holders is None:
            return
        try:
            if not proper:
                raise NotReadError("made within a call that is not known")
            layers = self._layers(call, framework, bare)
        except NotReadError as error:
            alone = not holders and self._target(outermost) is None
            mentioned = alone and (not tokens or (error.prose and len(call.path) == 1))
            if not mentioned:
                self.unread.append(self.span(call))
            return
        target = self._target(outermost)
        named = [name for name in holders if name]
        holder = named[-1] if named else f"@{outermost}" if holders else None
        after = self.program.last(call) + 1
        self.rank.add(pytorch.rank_of(call.name.removesuffix("Transpose")))
        made = Made(call, layers, framework, holder, target, outermost, self.program.is_applied(after))
        self.made.append(made._replace(layers=self._placed(made)))
        if self._is_repeated(call):
            self.unread.append(self.span(call))

    def _layers(self, call: Call, framework: str | None, bare: bool) -> tuple[Described, ...]:
        given = arguments(self.program.inside(call), self.values)
        if bare or given.arrow or given.loose:
            return (prose.layer(call.name, given),)
        if framework == "keras":
            first = bool(self.words & _KERAS_1)
            return tuple(keras.layers(call.name, given, first, bool(self.words & {"tf", "tensorflow"})))
        return (pytorch.module(call.name, given),)

    def _placed(self, made: Made) -> tuple[Described, ...]:
        """The layers with where they stand; the first bears the name."""
        start, end = self.span(made.call)
        names = [self._name(made), *[None] * len(made.layers)]
        return tuple([replace(layer, start=start, end=end, name=name) for layer, name in zip(made.layers, names)])

    def _name(self, made: Made) -> str | None:
        call, tokens = made.call, self.program.tokens
        for at in range(call.open, self.program.last(call)):
            if self.program.is_text(at, "name", "=") and tokens[at + 2 : at + 3] and tokens[at + 2].kind == "string":
                return tokens[at + 2].text[1:-1]
        before = call.first - 1
        if before >= 1 and tokens[before].text in (",", ":") and tokens[before - 1].kind == "string":
            return tokens[before - 1].text[1:-1]  # ("conv1", Conv2d(…)) or {"conv1": Conv2d(…)}
        if self._is_printed(call):
            return None if tokens[before - 2].kind == "number" else tokens[before - 2].text
        label = tokens[before - 1] if before >= 1 and tokens[before].text == ":" else None
        if label and label.kind == "name" and any(map(str.isdigit, label.text)):
            return label.text
        return made.target if made.outermost == call.first else None

    def _unname(self) -> None:
        """A variable that is assigned again and again (`x = …`) is no layer's name."""
        several: dict[str | None, set[int]] = {}
        for made in self.made:
            several.setdefault(made.target, set()).add(made.outermost)
        for made in self.made:
            if made.target and len(several[made.target]) > 1 and made.layers[:1] and made.layers[0].name == made.target:
                made.layers[0].name = None

    def _elided(self) -> list[tuple[int, int]]:
        """Where dots stand for layers in the midst of a model."""
        held = [made.call.first for made in self.made if made.holder is not None]
        dots = []
        for at, token in enumerate(self.program.tokens):
            if token.kind != "unknown" or token.text[0] not in ".…" or not held or not held[0] < at < held[-1]:
                continue
            around, before = self.around[at], self.program.tokens[at - 1]
            owner = self.by_open.get(around) if around is not None else None
            if owner.name in _HOLDERS if owner else around is not None or before.kind == "line":
                dots.append((token.start, token.end))
        return dots

    def _is_printed(self, call: Call) -> bool:
        """Whether it stands as PyTorch prints a module: `(conv1): Conv2d(…)`."""
        before = call.first - 1
        return before >= 3 and self.program.is_text(before - 1, ")", ":") and self.program.is_text(before - 3, "(")

    def _target(self, outermost: int) -> str | None:
        tokens = self.program.tokens
        if outermost >= 2 and tokens[outermost - 1].text in ("=", "+=") and tokens[outermost - 2].kind == "name":
            return tokens[outermost - 2].text
        return None

    def _holders(self, call: Call) -> tuple[list[str | None] | None, int, bool]:
        """What holds the call, innermost first; None where it is part of another layer; the first token of the whole
        expression; and whether everything around is known.
        """
        holders: list[str | None] = []
        outermost, proper, printed = call.first, True, self._is_printed(call)
        at, outer = self.around[call.first], None
        for _ in range(_HIGHEST):
            if at is None:
                is_list = not printed or (outer is not None and outer.name == "Sequential")
                return holders if is_list else [], outermost, proper
            proper = proper and not self._is_multiplied(self.program.close[at] + 1)
            outer = self.by_open.get(at)
            if outer is None:
                target = self._target(at)
                outermost = at if target or self.program.tokens[at].text == "[" else outermost
                holders += [target] if target else []
            elif pytorch.is_module(outer.name) or keras.is_layer(outer.name) or self._is_strange(outer):
                break
            else:
                outermost = outer.first
                if outer.name in _HOLDERS:
                    owned = outer.name in _METHODS and len(outer.path) > 1
                    holders.append(outer.path[-2] if owned else self._target(outer.first))
                elif not printed and outer.name not in _SHOWING:
                    proper = False
            at = self.around[outer.first if outer else at]
        return None, outermost, proper

    def _is_strange(self, call: Call) -> bool:
        """Whether it looks like a layer that is not known here."""
        name, before = call.name, call.path[:-1]
        if name.endswith("Loss") or name in _NO_LAYERS:
            return False
        if before[-1:] == ("nn",) and before[:1] == ("tf",):
            return any(word in name for word in ("conv", "pool", "matmul"))
        if before[-1:] in (("F",), ("functional",), ("slim",)):
            return any(word in name for word in ("conv", "linear", "norm", "connected")) and name != "normalize"
        if before and before[-1] in _BEFORE_LAYERS:
            return name[:1].isupper() or any(word in name for word in ("conv", "dense", "pool", "add", "concat"))
        at = self.around[call.first]
        holder = self.by_open.get(at) if at is not None else None
        in_model = holder is not None and holder.name == "add" and len(holder.path) > 1
        return name[:1].isupper() and (in_model or name in _JOINS)

    def _is_repeated(self, call: Call) -> bool:
        """Whether it is written as several: `3 x Conv2d(…)`, `Conv2d(…) × 3`."""
        tokens, before = self.program.tokens, call.first - 1
        times = before >= 1 and tokens[before].text in _TIMES and tokens[before - 1].kind == "number"
        return times or self._is_multiplied(self.program.last(call) + 1)

    def _is_multiplied(self, at: int) -> bool:
        """Whether the token there says that what comes before it stands for several."""
        tokens = self.program.tokens
        return at + 1 < len(tokens) and tokens[at].text in _TIMES and tokens[at + 1].kind in ("number", "name")


_TIMES: Final = frozenset({"x", "×", "*"})
_JOINS: Final = frozenset({
    "Add", "Concatenate", "Merge", "Multiply", "Average", "Subtract", "LSTM", "GRU", "SimpleRNN", "Embedding",
    "Lambda", "TimeDistributed",
})  # fmt: skip


def _around(program: Program) -> list[int | None]:
    """The innermost bracket around every token that is closed again."""
    found: list[int | None] = []
    stack: list[int] = []
    for at in range(len(program.tokens)):
        while stack and program.close[stack[-1]] <= at:
            stack.pop()
        found.append(stack[-1] if stack else None)
        if at in program.close:
            stack.append(at)
    return found
