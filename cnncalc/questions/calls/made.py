"""The layers that the calls of a text make, with what holds them: a model, a variable, nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from cnncalc.questions.calls import keras, prose, pytorch, strangers
from cnncalc.questions.calls.arguments import NotReadError, arguments
from cnncalc.questions.calls.pieces import operand_end
from cnncalc.questions.calls.strangers import is_strange
from cnncalc.questions.calls.surroundings import HOLDERS, Surroundings
from cnncalc.questions.calls.tokens import ADDING, Call, Program, Span
from cnncalc.questions.described import Described

_TORCH, _KERAS = frozenset({"nn", "torch", "F", "functional"}), frozenset({"keras", "tf", "layers", "tensorflow"})
_SHOWING: Final = frozenset({"print", "summary", "list", "len", "sum", "repr", "count_parameters"})
_KERAS_1: Final = frozenset({"nb_filter", "border_mode", "subsample", "nb_row", "dim_ordering", "Convolution2D"})
_SIZES: Final = frozenset({"number", "dims", "unknown"})
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
        self.around = Surroundings(program)
        self.made: list[Made] = []
        self.unread: list[Span] = []
        self.ranks: set[int | None] = set()
        self.words = {token.text for token in program.tokens if token.kind == "name"}
        self.framework = self._framework()
        self.tried = 0
        self.passed: list[int] = []
        """The first tokens of the calls that are unread."""
        for call in program.calls:
            self._read(call)
        self._unname()
        self._watch()

    def _watch(self) -> None:
        """What is beside the layers that were read, where there are any."""
        known = [made.call.first for made in self.made] + self.passed
        self.unread += strangers.elided(self.around, [made.call.first for made in self.made if made.holder])
        lists, models = [made.target for made in self.made], [made.holder for made in self.made]
        self.unread += strangers.foreign(self.around, known, lists, models)
        if self.made:
            self.unread += strangers.changed(self.around)

    def span(self, call: Call) -> Span:
        """Where the call stands in the text."""
        tokens = self.program.tokens
        return tokens[call.first].start, tokens[self.program.last(call)].end

    def whole(self, made: Made) -> Span:
        """Where the whole expression stands that the call is part of, with the label that PyTorch prints."""
        tokens = self.program.tokens
        label = made.outermost == made.call.first and self.around.is_printed(made.call)
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
            if is_strange(self.around, call):
                self._pass(call)
            return
        self.tried += 1
        if self.tried > _MOST:
            self._pass(call)
            return
        tokens = self.program.inside(call)
        if bare and not any(token.kind in _SIZES for token in tokens):
            return
        holders, outermost, proper = self._holders(call)
        if holders is None:
            return
        if not proper:
            self._pass(call)
            return
        try:
            layers = self._layers(call, framework, bare)
        except NotReadError as error:
            alone = not holders and self.around.target(outermost) is None
            sized = any(token.kind in _SIZES or token.text == "=" for token in tokens)
            mentioned = alone and (not tokens or (len(call.path) == 1 and (error.prose or not sized)))
            if not mentioned:
                self._pass(call)
            return
        target = self.around.target(outermost)
        named = [name for name in holders if name]
        holder = named[-1] if named else f"@{outermost}" if holders else None
        after = self.program.last(call) + 1
        self.ranks.add(pytorch.rank_of(call.name))
        made = Made(call, layers, framework, holder, target, outermost, self.program.is_applied(after))
        self.made.append(made._replace(layers=self._placed(made)))
        if self.around.is_repeated(call):
            self.unread.append(self.span(call))

    def _pass(self, call: Call) -> None:
        self.passed.append(call.first)
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
        if self.around.is_printed(call):
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

    def _holders(self, call: Call) -> tuple[list[str | None] | None, int, bool]:
        """What holds the call, innermost first; None where it is part of another layer; the first token of the whole
        expression; and whether everything around is known.
        """
        holders: list[str | None] = []
        outermost, proper, printed = call.first, True, self.around.is_printed(call)
        at, outer = self.around.around[call.first], None
        for _ in range(_HIGHEST):
            if at is None:
                is_list = not printed or (outer is not None and outer.name == "Sequential")
                return holders if is_list else [], outermost, proper
            proper = proper and not self.around.is_multiplied(self.program.close[at] + 1)
            outer = self.around.by_open.get(at)
            if outer is None:
                target = self.around.target(at)
                outermost = at if target or self.program.tokens[at].text == "[" else outermost
                holders += [target] if target else []
            elif pytorch.is_module(outer.name) or keras.is_layer(outer.name) or is_strange(self.around, outer):
                return None, outermost, proper
            else:
                outermost = outer.first
                if outer.name in HOLDERS:
                    owned = outer.name in ADDING and len(outer.path) > 1
                    holders.append(outer.path[-2] if owned else self.around.target(outer.first))
                elif not printed and outer.name not in _SHOWING and not pytorch.is_function(outer.name):
                    proper = False
            at = self.around.around[outer.first if outer else at]
        return holders, outermost, False
