"""The layers that a question speaks of: who a fact belongs to, and when it says that there is another layer."""

from __future__ import annotations

import re

from cnncalc.questions.described import Described
from cnncalc.questions.numbers import Number
from cnncalc.questions.remarks import Remark
from cnncalc.questions.scene import CONVS, WINDOWED, Fact, Scene, kind_of, option_of


class Spoken:
    """The layers so far, and those that are spoken of now."""

    def __init__(self, scene: Scene, code: tuple[Described, ...]) -> None:
        self.scene, self.code = scene, code
        self.target: list[Described] = []

    @property
    def current(self) -> Described | None:
        return self.target[-1] if self.target else None

    def add(self, layer: Described) -> None:
        self.scene.layers.append(layer)
        self.target = [layer]

    def weighted(self) -> list[Described]:
        return [layer for layer in self.scene.layers if layer.type in (*WINDOWED, "fc")]

    def place(self, place: Remark) -> None:
        layers = self.weighted()
        where = place.value
        if where == "middle":
            where = len(layers) // 2 if len(layers) % 2 else None
        if where is not None and -len(layers) <= where < len(layers):
            self.target = [layers[where]]

    def by_place(self, facts: list[Fact], at: list[Remark]) -> None:
        """`the first has stride 2, the second dilation 2`: every fact to the layer named before it."""
        self.state([fact for fact in facts if fact.start < at[0].start])
        for place, following in zip(at, [*at[1:], None]):
            self.place(place)
            end = following.start if following else len(self.scene.text)
            self.state([fact for fact in facts if place.end <= fact.start < end])

    def default(self, family: str, facts: list[Fact]) -> None:
        into = self.scene.defaults.setdefault(family, {})
        for fact in facts:
            into[option_of(kind_of(fact), family)] = fact.value

    def state(self, facts: list[Fact]) -> None:
        """Gives facts to the layer that is spoken of, or to a new one where they can't be its."""
        scene = self.scene
        if not self.target and facts and not self.hidden(facts[0]):
            facts = sorted(facts, key=lambda fact: kind_of(fact) == "count")
        for fact in facts:
            kind = kind_of(fact)
            if kind == "count":
                self.repeat(fact)
                continue
            if kind == "overlap":
                continue
            current = self.target[-1] if self.target else None
            if (
                kind == "out_features"
                and current is not None
                and current.type in CONVS
                and "out_channels" not in current.options
                and not current.implied
            ):
                kind = "out_channels"
            if kind == "out_features" and current is not None and current.type not in ("fc", *WINDOWED):
                open_ = [layer for layer in scene.layers if layer.type == "fc" and "out_features" not in layer.options]
                if open_ and open_[-1] is scene.layers[-2]:
                    self.target = [open_[-1]]
                    current = open_[-1]
            if kind == "out_features" and (
                current is None or current.type != "fc" or "out_features" in current.options
            ):
                self.add(Described("fc", start=fact.start, end=fact.end))
            elif kind == "out_channels" and (current is None or (current.type not in CONVS and current.type != "fc")):
                self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif current is None:
                if kind == "padding":
                    self.add(Described("zero_pad", start=fact.start, end=fact.end, implied=True))
                else:
                    self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif current.type == "zero_pad" and kind != "padding":
                current.type = "conv"
            elif current.type not in (*WINDOWED, "zero_pad", "fc"):
                self.add(Described("conv", start=fact.start, end=fact.end, implied=True))
            elif (
                self.taken(current, kind, fact)
                and kind in ("kernel_size", "out_channels", "out_features")
                and self.goes_on(current, fact)
            ):
                self.add(Described(current.type, start=fact.start, end=fact.end, implied=current.implied))
            if isinstance(fact, Number) and fact.series:
                self.distribute(fact, kind)
                continue
            for layer in self.target:
                name = option_of(kind, layer.type)
                if name in layer.options and layer.options[name] != fact.value:
                    if isinstance(fact, Number):
                        self.scene.unread.append(fact)
                    continue
                layer.options[name] = fact.value
                layer.end = max(layer.end, fact.end)
                scene.owners.setdefault(fact.start, []).append(layer)

    def begin(self, facts: list[Fact]) -> None:
        """Begins a layer where a clause tells filters of a size and the layer before has its own; the same ones are refused."""
        told = {kind_of(fact): fact for fact in facts if kind_of(fact) in ("kernel_size", "out_channels")}
        current = self.current
        if len(told) < 2 or current is None or not set(told) <= set(current.options) or self.code:
            return
        if all(current.options[name] == fact.value for name, fact in told.items()):
            self.scene.unread += [fact for fact in told.values() if isinstance(fact, Number)]
        else:
            first = min(told.values(), key=lambda fact: fact.start)
            self.add(Described(current.type, start=first.start, end=first.end, implied=current.implied))

    def distribute(self, fact: Number, kind: str) -> None:
        """The numbers of a list to as many layers: `three layers with 8, 16 and 32 filters`."""
        if len(self.target) == 1:
            first = self.target[0]
            copies = [
                Described(first.type, dict(first.options), start=first.start, end=first.end) for _ in fact.series[1:]
            ]
            self.scene.layers += copies
            self.target = [first, *copies]
        if len(self.target) != len(fact.series):
            self.scene.unread.append(fact)
            return
        for layer, value in zip(self.target, fact.series):
            name = option_of(kind, layer.type)
            if layer.options.get(name, value) != value:
                self.scene.unread.append(fact)
            layer.options[name] = value

    def goes_on(self, layer: Described, fact: Fact) -> bool:
        """Whether words between them say that another layer follows, where none is named; without them it is a contradiction."""
        between = self.scene.text[layer.end : fact.start]
        return not layer.implied or bool(
            re.search(
                r"(?i)\n|→|->|=>|;|,|\b(?:then|follow\w*|next|second|third|last|after|another|more|and)\b", between
            )
        )

    def taken(self, layer: Described, kind: str, fact: Fact) -> bool:
        name = option_of(kind, layer.type)
        return name in layer.options and layer.options[name] != fact.value

    def hidden(self, fact: Fact) -> bool:
        """Whether it counts hidden layers, which are fully connected."""
        return isinstance(fact, Number) and bool(
            re.match(r"(?i)\s*hidden layers", self.scene.text[fact.end : fact.end + 20])
        )

    def anew(self, since: int, fact: Fact) -> bool:
        """Whether a count stands in a sentence of its own and doesn't say that it counts the layer told before."""
        text = self.scene.text
        told = re.search(
            r"(?i)\b(?:such|these|those|this|them|identical|same|like|stack\w*)\b",
            text[fact.start - 30 : fact.end + 30],
        )
        return bool(re.search(r"[.;?]\s|\n", text[since : fact.start])) and not told

    def repeat(self, fact: Fact) -> None:
        if fact.value == 1:
            return
        if self.code:
            weighted = [layer for layer in self.code if layer.type in (*WINDOWED, "fc", "linear")]
            if fact.value not in (1, len(weighted)) and isinstance(fact, Number):
                self.scene.unread.append(fact)
            return
        if not self.target and self.hidden(fact):
            self.add(Described("fc", start=fact.start, end=fact.end))
        if not isinstance(fact.value, int) or not 1 <= fact.value <= 200 or not self.target:
            if isinstance(fact, Number):
                self.scene.unread.append(fact)
            return
        first = self.target[-1]
        if (
            isinstance(fact, Number)
            and re.search(r"(?i)\b(?:these|those|the|all|both|of)\s+(?:these )?$", self.scene.text[: fact.start])
            and fact.value == len(self.weighted())
        ):
            return
        if any(name in first.options for name in ("kernel_size", "out_channels", "out_features")) and (
            first.end < fact.start - 60 or self.anew(first.end, fact)
        ):
            self.scene.unread.append(fact)  # type: ignore[arg-type]
            return
        copies = [
            Described(first.type, dict(first.options), start=first.start, end=first.end) for _ in range(fact.value - 1)
        ]
        self.scene.layers += copies
        for layers in self.scene.owners.values():
            if first in layers:
                layers += copies
        self.target = [first, *copies]
