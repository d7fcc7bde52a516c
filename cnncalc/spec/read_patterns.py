"""Patterns to steps: what each element stands for is the step that a list of steps would have there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from cnncalc.errors import Mark, SpecError
from cnncalc.layers import Layer
from cnncalc.layers.conv import Conv
from cnncalc.spec.nodes import Places, Scalar
from cnncalc.spec.patterns import Element, Group, parse
from cnncalc.spec.problems import in_words
from cnncalc.spec.read_layers import defaults_of
from cnncalc.spec.read_steps import Piece
from cnncalc.spec.refused_steps import refuse_word
from cnncalc.spec.tree import Common, LayerStep, RepeatStep, Step
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import STRUCTURES, TENSOR_NAMES, TYPES

if TYPE_CHECKING:
    from cnncalc.spec.read_steps import StepReader

_ALIASES: Final = {"pool": "maxpool"}
_SIZED = re.compile(r"(.*[A-Za-z_])([0-9]+)")
_OBLONG = re.compile(r"(.*[A-Za-z_])([0-9]+)[xX]([0-9]+)(.*)")
_EXAMPLES: Final = {
    "out_channels": "64",
    "out_features": "10",
    "kernel_size": "3",
    "size": "5",
    "num_groups": "8",
    "p": "0.5",
    "pool_size": "2",
    "groups": "2",
    "factor": "0.5",
}
"""What the hints write for an option that is missing."""


class Pattern(NamedTuple):
    """A pattern as read; `unpadded` are the places of the convolutions that nothing gives a padding."""

    steps: tuple[Step, ...]
    unpadded: frozenset[Mark]


class _Word(NamedTuple):
    """An element taken apart, CONV[3]-[64]: what it stands for, how that is written, and the sizes behind it."""

    key: str
    written: str
    kernel: Scalar | None
    value: Scalar | None


def read_pattern(reader: StepReader, node: Scalar, visible: Visible) -> Pattern:
    """The steps of a pattern."""
    places = Places(node)
    try:
        pattern = parse(node, places)
    except SpecError as error:
        reader.problems.extend(error.problems)
        return Pattern((), frozenset())
    first = pattern.items[0]
    if isinstance(first, Element) and first.node.text.lower() == "input" and first.times is None:
        del pattern.items[0]
    found = _PatternReader(reader, places)
    return Pattern(found.steps(pattern, visible), frozenset(found.unpadded))


class _PatternReader:
    """Reads the elements of one pattern."""

    def __init__(self, reader: StepReader, places: Places) -> None:
        self.reader, self.problems, self.places = reader, reader.problems, places
        self.unpadded: list[Mark] = []

    def steps(self, group: Group, visible: Visible) -> tuple[Step, ...]:
        found: list[Step] = []
        for item in group.items:
            inner = visible if item.times is None else visible.within(("index",))
            steps = self.steps(item, inner) if isinstance(item, Group) else self.step(item, inner)
            if item.times is not None:
                times = self.reader.value(item.times, visible, "repeat")
                steps = (RepeatStep(Common(item.node.mark), times, {}, steps),)
            found += steps
        return tuple(found)

    def step(self, element: Element, visible: Visible) -> tuple[Step, ...]:
        """The step that an element stands for; none where it can't be read, which has then been reported."""
        node, word = element.node, self.word(element, visible)
        if word is None:
            self.refuse(node, visible)
            return ()
        rest = {"kernel_size": (node, word.kernel)} if word.kernel else {}
        named = self.reader.is_type(word.key)  # a variable is looked up by the text of its node
        head = node if named else self.places.scalar(element.offset, len(word.key))
        piece = Piece(word.key, head, word.value, dict(rest), Common(node.mark), visible)
        layer = TYPES.get(word.key)
        if layer is not None and not self.check(piece, word, layer):
            return ()
        step = self.reader.typed(piece)
        if isinstance(step, LayerStep) and issubclass(step.layer, Conv) and "padding" not in step.nodes:
            self.unpadded.append(node.mark)
        return () if step is None else (step,)

    def word(self, element: Element, visible: Visible) -> _Word | None:
        """The element taken apart; None where it is nothing that we know."""
        text, offset = element.node.text, element.offset
        before, dash, behind = text.rpartition("-")
        for head in (text, before) if dash else (text,):
            value = self.places.scalar(offset + len(head) + 1, len(behind)) if head != text else None
            key = self.key(head, visible)
            if key:
                return _Word(key, head, None, value)
            sized = _SIZED.fullmatch(head)
            key = self.key(sized[1], visible) if sized else None
            if sized and key in TYPES and "kernel_size" in TYPES[key].options():
                return _Word(key, sized[1], self.places.scalar(offset + sized.start(2), len(sized[2])), value)
        return None

    def key(self, word: str, visible: Visible) -> str | None:
        """The block, type or variable that is meant: as written, else in lower case, with or without dashes."""
        blocks = self.reader.blocks
        if word in blocks or word in TYPES or (word in visible and word not in TENSOR_NAMES):
            return word
        lower = word.lower()
        for spelt in (lower, lower.replace("-", "_"), lower.replace("-", "")):
            if spelt in blocks or spelt in TYPES:
                return spelt
        return None if lower in visible else _ALIASES.get(lower)

    def check(self, piece: Piece, word: _Word, layer: type[Layer]) -> bool:
        """Whether the element has the sizes that its layer takes, and those that it needs."""
        if piece.value is not None and (layer.principal is None or layer.principal in piece.rest):
            what = "one size" if piece.rest else "no size"
            shown = piece.node.text.rpartition("-")[0]
            self.problems.add(f"{layer.type} takes {what}, found {piece.node.text}", piece.node, hint=f"write {shown}")
            return False
        given = {*piece.rest, *defaults_of(self.reader, piece.node, layer), layer.principal if piece.value else ""}
        missing = [name for name, opt in layer.options().items() if opt.required and name not in given]
        missing.sort(key=lambda name: name != layer.principal)
        if missing:
            message = f"{layer.type} needs {in_words(missing)}"
            self.problems.add(message, piece.node, hint=_cure(word, layer, missing))
        return not missing

    def refuse(self, node: Scalar, visible: Visible) -> None:
        """The element is nothing that we know."""
        text, name, sizes = node.text, *_split(node.text, visible)
        oblong, key = _OBLONG.fullmatch(text), self.key(name, visible)
        if name.lower() == "input":
            hint = "its sizes are given at the top: input: [3, 224, 224]"
            self.problems.add("INPUT stands bare, at the beginning", node, hint=hint)
        elif name.lower() in STRUCTURES:
            hint = "a pattern holds layers and calls of blocks: put it into a block"
            self.problems.add(f"{name.lower()} can't stand in a pattern", node, hint=hint)
        elif oblong:
            head, one, other, rest = oblong.groups()
            hint = f"write {head}{one}{rest}" if one == other else "write a list of steps, with kernel_size: [3, 5]"
            self.problems.add(f"a kernel is one number in a pattern, found {text}", node, hint=hint)
        elif key and sizes:
            self.refuse_sizes(node, name, sizes, TYPES.get(key))
        else:
            refuse_word(self.problems, name, node, [*self.reader.blocks, *visible])

    def refuse_sizes(self, node: Scalar, name: str, sizes: list[str], layer: type[Layer] | None) -> None:
        """The sizes stand where those of this layer, block or variable don't, or there are too many."""
        message = f"the sizes of {node.text} can't be read"
        if layer is not None and "kernel_size" in layer.options():
            shown = sizes[0] if layer.principal == "kernel_size" else "-".join(sizes[:2])
            hint = f"write {name}{shown}; other options stand in defaults:"
            if not sizes[0].isdigit():
                hint = f"only numbers stand right behind it: defaults: {{{layer.type}: {{kernel_size: {sizes[0]}}}}}"
        else:
            hint = f"write {name}-{sizes[0]}" if layer is None or layer.principal else f"write {name}"
            if len(sizes) == 1:
                message = f"only convolutions and pools have a size right behind them, not {node.text}"
        self.problems.add(message, node, hint=hint)


def _split(text: str, visible: Visible) -> tuple[str, list[str]]:
    """The name at the beginning of an element, and the sizes behind it."""
    parts = text.split("-")
    first = next((at for at, part in enumerate(parts) if at and (part[0].isdigit() or part in visible)), len(parts))
    name = "-".join(parts[:first])
    bare = name.rstrip("0123456789")
    return bare, [name[len(bare) :], *parts[first:]] if bare != name else parts[first:]


def _cure(word: _Word, layer: type[Layer], missing: list[str]) -> str:
    """The hint that gives the missing options, in the element and in defaults."""
    pool = layer.principal == "kernel_size"
    examples = {name: "2" if pool else _EXAMPLES.get(name, "…") for name in missing}
    defaults = f"defaults: {{{layer.type}: {{{', '.join(f'{name}: {value}' for name, value in examples.items())}}}}}"
    if pool:
        shown = f"{word.written}{examples['kernel_size']}"
    elif "kernel_size" in layer.options():
        kernel, value = word.kernel, word.value
        shown = f"{word.written}{kernel.text if kernel else 3}-{value.text if value else 64}"
    elif missing[0] == layer.principal and missing[0] in _EXAMPLES:
        shown = f"{word.written}-{examples[missing[0]]}"
    else:
        return f"give it in {defaults}"
    return f"write {shown}, or give it in {defaults}"
