"""How many channels go into and come out of every layer of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.questions.blocks import Part
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.variants import WEIGHTY, Said, Variant, is_one


def _one(values: Iterable[Any], what: str, text: str) -> Any:
    """The value that all agree in; None without any."""
    kept = {value for value in values if value is not None}
    if len(kept) > 1:
        raise not_understood(f"it is not clear {what}: {' or '.join(map(str, sorted(kept, key=str)))}", text)
    return next(iter(kept), None)


def settle_channels(variants: list[Variant], found: Said, scene: Scene, counted: bool) -> None:
    """Settles how many channels go into and come out of every layer."""
    text, common = scene.text, found.facts
    firsts = [variant.parts[0] for variant in variants]
    rank = 2
    from_volume = _channels_of(found.input, scene, rank)
    entering = _one(
        [common.get("in"), from_volume, scene.remark("colour"), *(part.facts.get("in") for part in firsts)],
        "how many channels go in",
        text,
    )
    width = common.get("both") or _one(
        (part.facts.get("both") for v in variants for part in v.parts), "how many channels there are", text
    )
    ambiguous = {part.facts["channels"] for v in variants for part in v.parts if "channels" in part.facts} | (
        {common["channels"]} if "channels" in common else set()
    )
    outs = [part.facts.get("out") for v in variants for part in v.parts]
    if ambiguous and entering is None and width is None:
        if len(ambiguous) == 1 and "out" not in common and not any(outs):
            width = next(iter(ambiguous))
        elif "channels" in common and len(ambiguous) == 1:
            entering = common["channels"]
        else:
            raise not_understood(
                "it is not clear whether the channels said are those that go in or those that come out", text
            )
    elif ambiguous:
        if "channels" in common and common["channels"] not in (entering, width):
            raise not_understood(
                "it is not clear whether the channels said are those that go in or those that come out", text
            )
        for v in variants:
            for part in v.parts:
                if "channels" in part.facts:
                    part.facts.setdefault("out", part.facts["channels"])
    entering = width if entering is None else entering
    of_output = _channels_of(found.output, scene, rank)
    last = _one([common.get("out"), of_output, width], "how many channels come out", text)
    ends = {_outs(v.parts) for v in variants} - {None}
    last = next(iter(ends)) if last is None and len(ends) == 1 else last
    for variant in variants:
        _along(variant, entering, last, width, common, text, counted)


def _channels_of(shape: tuple[Any, ...] | None, scene: Scene, rank: int) -> Any:
    if shape is None or len(shape) <= rank:
        return None
    return planned(
        Scene(scene.text, shape=shape, remarks=[one for one in scene.remarks if one.kind == "layout"])
    ).channels


def _outs(group: list[Part]) -> Any:
    shaped = [part for part in group if part.type in WEIGHTY and part.type != "depthwise"]
    return shaped[-1].facts.get("out") if shaped else None


def _along(
    variant: Variant, entering: Any, last: Any, width: Any, common: dict[str, Any], text: str, counted: bool
) -> None:
    channels = entering
    for at, part in enumerate(variant.parts):
        stated = part.facts.get("in")
        if stated is not None and channels is not None and stated != channels:
            raise not_understood(
                f"{channels} channels go into a layer that is said to take {stated}", text, (part.start, part.end)
            )
        channels = stated if channels is None else channels
        if at == 0:
            variant.entering = channels
        if part.type == "depthwise" and part.facts.get("out", channels) != channels:
            raise not_understood(
                "a depthwise layer has as many filters as channels go in", text, (part.start, part.end)
            )
        if part.type not in WEIGHTY or part.type == "depthwise":
            continue
        if "expansion" in part.facts:
            if not isinstance(channels, int):
                raise not_understood(
                    "the question doesn't say how many channels are expanded", text, (part.start, part.end)
                )
            part.facts.setdefault("out", part.facts["expansion"] * channels)
        rest = [one for one in variant.parts[at + 1 :] if one.type in WEIGHTY and one.type != "depthwise"]
        alike = channels if channels is not None and channels == last and not is_one(part) else None
        single = 1 if part.facts.get("single") and len(variant.parts) == 1 else None
        known = [
            part.facts.get("out"),
            part.facts.get("both"),
            width,
            common.get("out"),
            alike if rest else last,
            single,
        ]
        out = next((value for value in known if value is not None), None)
        if out is None and not counted:
            continue
        if out is None:
            raise not_understood(
                "the question doesn't say how many channels come out of every layer", text, (part.start, part.end)
            )
        part.facts["out"] = channels = out
