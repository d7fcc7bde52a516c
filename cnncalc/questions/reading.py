"""From words to layers: goes through a question clause by clause and gives every fact to its layer."""

from __future__ import annotations

import itertools
import re

from cnncalc.questions.calls import Code
from cnncalc.questions.described import Described
from cnncalc.questions.entering import Entering
from cnncalc.questions.mentions import Mention, mentions
from cnncalc.questions.naming import Naming
from cnncalc.questions.numbers import Number, numbers
from cnncalc.questions.remarks import Remark, places, remarks
from cnncalc.questions.scene import ATTRIBUTES, CONVS, POOLS, Fact, Scene
from cnncalc.questions.spoken import Spoken

_BREAK = re.compile(
    r"\n|;|\.(?=\s|$)|\?|→|=>|->|\bfollowed by\b|\band then\b|\bthen\b|\bafter (?:that|which)\b|\bnext comes\b|\bnext,|\bfeeds? into\b|\bfed (?:in)?to\b|\b(?:goes|go|passed|passes|going|sent) (?:in)?to\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"«(\d+)»")
_TIGHT = re.compile(r"(?i)[\s-]*(?:(?:\d+(?:x\d+)*|[a-z]+-?)[\s-]*){0,3}$")


def read(text: str, code: Code) -> Scene:
    """The scene of a question in its one spelling, where `«0»`, `«1»`, … stand for the layers of its code."""
    scene = Scene(text, remarks=remarks(text), mentions=mentions(text), numbers=numbers(text))
    scene.entering, scene.layout, scene.framework = code.shape, code.layout, code.framework
    scene.batch, scene.rank, scene.chained = code.batch, code.rank, code.chained
    scene.framework = scene.framework or scene.remark("framework")
    _Reading(scene, code.layers).run()
    return scene


class _Reading:
    """One way through a question."""

    def __init__(self, scene: Scene, code: tuple[Described, ...]) -> None:
        self.scene, self.code = scene, code
        self.spoken = Spoken(scene, code)
        self.entering = Entering(scene, self.spoken)
        self.naming = Naming(scene, self.spoken)
        self.in_order = all(one.start < other.start for one, other in itertools.pairwise(code))
        self.places = places(scene.text)

    def run(self) -> None:
        start = 0
        for match in [*_BREAK.finditer(self.scene.text), None]:
            end = match.start() if match else len(self.scene.text)
            self.clause(start, end)
            start = match.end() if match else end
        self.begin()
        self.entering.close()
        for layer in self.scene.layers:
            family = "pool" if layer.type in POOLS else "conv" if layer.type in CONVS else layer.type
            for name, value in {
                **self.scene.defaults.get(family, {}),
                **self.scene.defaults.get(layer.type, {}),
            }.items():
                layer.options.setdefault(name, value)

    def begin(self) -> None:
        """`A conv output is 5x5x64`, and nothing else of that layer: it is what goes into the next one."""
        scene = self.scene
        if len(scene.layers) > 1 and scene.entering is None and scene.layers[0].gives and not scene.layers[0].options:
            scene.shape = scene.layers.pop(0).gives
            scene.output = None if scene.output == scene.shape else scene.output

    def clause(self, start: int, end: int) -> None:
        scene = self.scene
        inside = [number for number in scene.numbers if start <= number.start < end and not self.in_words(number)]
        named = [one for one in scene.mentions if start <= one.start < end]
        said = [
            one
            for one in scene.remarks
            if start <= one.start < end and one.kind in ("padding", "stride", "dilation", "overlap", "kernel_size")
        ]
        at = [one for one in self.places if start <= one.start < end]
        for number in inside:
            if (
                number.role == "ordinal"
                and re.search(r"(?i)\blayer\s*#?$", scene.text[: number.start])
                and isinstance(number.value, int)
            ):
                at.append(Remark("place", number.value - 1, number.start, number.end))
        at.sort(key=lambda one: one.start)
        calls = list(_CALL.finditer(scene.text, start, end))
        self.calls_before(calls, named[0].start if named else end)
        facts: list[Fact] = [one for one in inside if one.role in ATTRIBUTES]
        facts += [one for one in said if not self.has_number(one)]
        facts.sort(key=lambda one: one.start)
        chunks = self.chunks(facts, named)
        opening = chunks.pop(None, [])
        self.spoken.begin(opening)
        if at and not named:
            self.spoken.place(at[0])
            for place in at:
                behind = scene.text[place.end : place.end + 20]
                if (
                    re.match(r"\s*(?:hidden |of the \w+ )?(?:layer|one)", behind)
                    or scene.text[place.start : place.end].isdigit()
                ):
                    self.naming.refer(Mention("layer", place.end, place.end), [place])
        if len(at) > 1 and not named and opening:
            self.spoken.by_place(opening, at)
        elif opening:
            self.spoken.state(opening)
        for index, mention in enumerate(named):
            self.calls_before(calls, mention.start)
            own = chunks.get(index, [])
            stop = named[index + 1].start if index + 1 < len(named) else end
            ordinals = [
                one for one in at if mention.end <= one.start < stop and any(fact.start > one.start for fact in own)
            ]
            cut = ordinals[0].start if ordinals else end
            self.naming.name(
                mention,
                [fact for fact in own if fact.start < cut],
                [one for one in at if one.start < mention.start and (index == 0 or one.start > named[index - 1].start)],
            )
            if ordinals:
                self.spoken.by_place([fact for fact in own if fact.start >= cut], ordinals)
        self.calls_before(calls, end)
        for number in inside:
            if number.role not in ATTRIBUTES:
                self.entering.rest(number)

    def calls_before(self, calls: list[re.Match[str]], end: int) -> None:
        """The calls of code that stand before a place, in their turn."""
        while calls and calls[0].start() < end:
            call = calls.pop(0)
            self.from_code(int(call[1]), call.start(), call.end())

    def in_words(self, number: Number) -> bool:
        """Whether a number is part of words that say something else: the 1 of `1-D`, the 32 of `32-bit`."""
        kinds = ("rank", "bytes", "bias", "stride", "layout", "colour", "framework")
        spans = [(one.start, one.end) for one in self.scene.remarks if one.kind in kinds]
        spans += [(one.start, one.end) for one in self.scene.mentions]
        return any(first <= number.start and number.end <= last for first, last in spans)

    def from_code(self, at: int, start: int, end: int) -> None:
        """A layer of the code; all of them at the first one, where they run in another order than they are written in."""
        layer = self.code[at]
        if not self.in_order:
            if layer in self.scene.layers:
                return
            for one in self.code:
                one.start = one.end = start
                self.spoken.add(one)
            return
        layer.start, layer.end = start, end
        self.spoken.add(layer)

    def has_number(self, remark: Remark) -> bool:
        """Whether a number stands with the words: `zero padding of 1`."""
        return any(
            n.role == remark.kind and n.words[0] < remark.end and n.words[1] > remark.start for n in self.scene.numbers
        )

    def chunks(self, facts: list[Fact], named: list[Mention]) -> dict[int | None, list[Fact]]:
        """Which facts of a clause go with which layer that it names; without one, with None."""
        found: dict[int | None, list[Fact]] = {}
        for fact in facts:
            before = [i for i, one in enumerate(named) if one.start < fact.end]
            after = [i for i, one in enumerate(named) if one.start >= fact.end]
            if before and after:
                between = self.scene.text[fact.end : named[after[0]].start]
                of = after[0] if _TIGHT.fullmatch(between) and fact.start >= named[before[-1]].end else before[-1]
            else:
                of = before[-1] if before else after[0] if after else None  # type: ignore[assignment]
            found.setdefault(of, []).append(fact)
        return found
