"""A layer that a question names: a new one, or one that it has spoken of."""

from __future__ import annotations

import re

from cnncalc.questions.described import Described
from cnncalc.questions.mentions import Mention
from cnncalc.questions.remarks import Remark
from cnncalc.questions.scene import CONVS, POOLS, WINDOWED, Fact, Scene, family_of, kind_of
from cnncalc.questions.spoken import Spoken
from cnncalc.questions.wanted import is_asking, sentences

_REFERENCES = frozenset(
    [
        "the",
        "this",
        "that",
        "these",
        "those",
        "such",
        "its",
        "our",
        "said",
        "same",
        "each",
        "every",
        "above",
        "all",
        "whole",
    ]
)
_OF_ITS_OWN = {"kernel_size", "out_channels", "out_features", "pool_size", "count"}
"""Facts that make a layer another one."""
_FOLLOWS = re.compile(r"(?i)(?:\bfollowed by|\bthen|\bnext|→|=>|->)\s+(?:an? |another )?$")
_MORE = {"padding", "stride", "dilation"}


class Naming:
    """Decides what a mention is; `name` gives it its facts."""

    def __init__(self, scene: Scene, spoken: Spoken) -> None:
        self.scene, self.spoken = scene, spoken

    def name(self, mention: Mention, facts: list[Fact], at: list[Remark]) -> None:
        """One mention with the facts that go with it and the ordinals before it."""
        if self.is_flattening(mention, facts):
            return
        family = family_of(mention.type)
        alike = [layer for layer in self.scene.layers if family_of(layer.type) == family]
        kinds = {kind_of(fact) for fact in facts}
        if self.is_in_code(family, facts):
            self.refer(mention, at)
        elif named := self.named(mention):
            self.refer(mention, at)
            self.spoken.target = [named]
            self.spoken.state(facts)
        elif self.is_of_all(mention, kinds):
            self.spoken.default(family, facts)
        elif alike and not facts and self.scene.text[: mention.start].rstrip().endswith("("):
            self.refer(mention, at)
        elif all(one.implied for one in alike) and self.is_implied(mention, kinds):
            self.becomes(mention, facts)
        elif at and not facts and mention.article == "the" and not alike:
            self.refer(mention, at)
        elif self.is_current(mention, facts):
            current = self.spoken.current
            if current is not None and (current.options or current.gives):
                self.refer(mention, at)
            self.becomes(mention, facts, general=mention.type in ("pool", "conv"))
        elif self.says_more(alike, kinds) and not at:
            self.spoken.state(facts)
        elif alike and not kinds & _OF_ITS_OWN and self.is_again(mention, facts, at):
            pass
        elif facts or alike or not self.is_only_asked(mention):
            if self.spoken.code and not facts:
                self.scene.doubtful.append(mention)
            self.spoken.add(Described(mention.type, name=mention.name, start=mention.start, end=mention.end))
            self.spoken.state(facts)

    def becomes(self, mention: Mention, facts: list[Fact], *, general: bool = False) -> None:
        """The layer that is spoken of is this one."""
        current = self.spoken.current
        if current is not None:
            current.type = current.type if general else mention.type
            current.implied = False
        self.spoken.state(facts)

    def is_flattening(self, mention: Mention, facts: list[Fact]) -> bool:
        """A fully connected layer flattens by itself; code says what it does."""
        fully = any(one.type == "fc" for one in self.scene.mentions)
        return mention.type == "flatten" and not facts and not self.spoken.code and fully

    def is_in_code(self, family: str, facts: list[Fact]) -> bool:
        """Whether the words only speak of what stands in the code."""
        return not facts and any(family_of(layer.type) == family for layer in self.spoken.code)

    def named(self, mention: Mention) -> Described | None:
        """The layer of the same name."""
        name = (mention.name or "").lower()
        return next((layer for layer in self.scene.layers if name and (layer.name or "").lower() == name), None)

    def is_of_all(self, mention: Mention, kinds: set[str]) -> bool:
        """`All conv layers have 3x3 filters`, but not `each fully connected to the input`."""
        to = mention.type == "fc" and re.match(r"\s*(?:to|with)\b", self.scene.text[mention.end :])
        return mention.article in ("all", "every", "each") and bool(kinds) and not to and "count" not in kinds

    def is_implied(self, mention: Mention, kinds: set[str]) -> bool:
        """Whether the layer that is known by its filters alone may be the one that is named now."""
        layer = self.spoken.current
        if layer is None or not layer.implied:
            return False
        if mention.type in POOLS:
            return not kinds and "out_channels" not in layer.options
        return mention.type in CONVS and not kinds & set(layer.options)

    def is_current(self, mention: Mention, facts: list[Fact]) -> bool:
        """Whether it is the layer that is spoken of: of the same kind, and nothing is known of it yet or nothing is added."""
        layer = self.spoken.current
        if layer is None or family_of(layer.type) != family_of(mention.type):
            return False
        return not layer.options or (not facts and mention.article in _REFERENCES)

    def says_more(self, alike: list[Described], kinds: set[str]) -> bool:
        """One thing more of the layer that is spoken of: `a "same" convolution`."""
        layer = self.spoken.current
        return bool(kinds) and kinds <= _MORE and layer in alike and not (layer and kinds & set(layer.options))

    def is_again(self, mention: Mention, facts: list[Fact], at: list[Remark]) -> bool:
        """Whether a layer is spoken of again; its facts are then given to it."""
        if at and facts:
            self.spoken.place(at[-1])
        elif mention.article in _REFERENCES or at or (not facts and not self.listed(mention)):
            self.refer(mention, at)
        else:
            return False
        self.spoken.state(facts)
        return True

    def is_only_asked(self, mention: Mention) -> bool:
        """Whether a question asks about something that it hasn't told of."""
        known = mention.type in (*WINDOWED, "fc", "flatten")
        return mention.article in _REFERENCES and not known and self.asks(mention)

    def asks(self, mention: Mention) -> bool:
        """Whether it stands in a sentence that asks."""
        return any(
            start <= mention.start < end and is_asking(self.scene.text[start:end])
            for start, end in sentences(self.scene.text)
        )

    def refer(self, mention: Mention, at: list[Remark]) -> None:
        near = [place for place in at if mention.start - place.end < 25]
        self.scene.references.append((mention, near[-1].value if near else None))

    def listed(self, mention: Mention) -> bool:
        """Whether a layer without any fact stands in a list: alone on its line or between arrows."""
        text = self.scene.text
        if _FOLLOWS.search(text, max(0, mention.start - 40), mention.start):
            return True
        left = max(text.rfind(sign, 0, mention.start) for sign in "\n→>,;+[(")
        right = min(
            (at for at in (text.find(sign, mention.end) for sign in "\n→=-,;+])") if at >= 0), default=len(text)
        )
        around = text[left + 1 : mention.start] + text[mention.end : right]
        return len(re.findall(r"[A-Za-z]+", around)) <= 2
