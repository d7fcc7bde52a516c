"""What one variant of a comparison takes from the others: channels, sizes of filters, paddings, the input."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cnncalc.questions.blocks import Part
from cnncalc.questions.described import Described
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, Scene
from cnncalc.questions.variants import Said, again

_REDUCES = re.compile(r"(?i)\b(?:first|preced\w+|reduc\w+|squeez\w+|compress\w+|bottleneck|shrink\w+)\b")
_SPATIAL = ("macs", "flops", "operations", "output", "spatial", "width", "height", "elements", "receptive")
_UNCOUNTED = ("receptive", "spatial", "width", "height")
"""What no number of channels changes."""
WEIGHTY = ("conv", "local", "conv_transpose", "depthwise", "pointwise", "separable")


@dataclass
class Variant:
    """One of the things compared: its layers, and the plan that they come to."""

    name: str
    parts: list[Part]
    scene: Scene | None = None
    plan: Plan | None = None
    output: tuple[Any, ...] | None = None
    """What the question says that comes out."""
    entering: Any = None
    """How many channels go in."""


def completed(groups: list[list[Part]], found: Said, scene: Scene, asked: Iterable[str]) -> list[Variant]:
    """The variants with their plans, each with what it takes from the others; `NotUnderstood` where that is not certain."""
    variants = [Variant(_name(scene.text, group), _repeated(group)) for group in groups]
    _check(variants, found, scene.text)
    _whole(variants, scene.text)
    _kernels(variants, found, scene.text)
    _channels(variants, found, scene, any(name not in _UNCOUNTED for name in asked))
    asked = list(asked)
    spatial = any(name in _SPATIAL for name in asked)
    for name in ("padding", "stride", "dilation"):
        _windows(variants, found, scene, name, spatial, bool({"macs", "flops", "operations"} & {*asked}))
    for variant in variants:
        _plan(variant, found, scene)
    return variants


def _name(text: str, group: list[Part]) -> str:
    names = [
        re.sub(
            r"\s+",
            " ",
            f"{part.count} × {text[part.start : part.end]}" if part.count > 1 else text[part.start : part.end],
        )
        for part in group
    ]
    return " + ".join(names)[:80]


def _repeated(group: list[Part]) -> list[Part]:
    made = []
    for part in group:
        for at in range(_counted(part)):
            made.append(again(part))
            if at:
                made[-1].facts.pop("in", None)
    return made


def _counted(part: Part) -> int:
    if not isinstance(part.count, int) or not 1 <= part.count <= 200:
        raise not_understood(f"{part.count} layers are not drawn")
    return part.count


def _whole(variants: list[Variant], text: str) -> None:
    """`5×5, or first squeezing to 24 channels by 1×1`: the layer that is reduced for follows."""
    for variant in variants:
        [*others] = [one for one in variants if one is not variant]
        one = variant.parts[0]
        if len(variant.parts) > 1 or len(others) != 1 or len(others[0].parts) != 1:
            continue
        other = others[0].parts[0]
        if _ones(one) and one.type in ("conv", "pointwise") and not _ones(other) and other.type == "conv":
            around = text[max(0, one.start - 60) : one.end + 60]
            if not _REDUCES.search(around):
                continue
            variant.parts = [one, again(other)]
            variant.parts[1].facts.pop("in", None)
            variant.name += " + the same"


_OF_ALL = (
    "in",
    "out",
    "both",
    "channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "height",
    "width",
    "side",
    "length",
)
_OF_CONV = (
    "in",
    "out",
    "both",
    "channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "gives",
    "single",
    "counted",
)
_OF = {
    "fc": ("out_features", "out", "in"),
    "conv": (*_OF_CONV, "expansion"),
    "pointwise": (*_OF_CONV, "expansion"),
    **dict.fromkeys(POOLS, ("kernel_size", "stride", "padding", "gives")),
}


def _check(variants: list[Variant], found: Said, text: str) -> None:
    """Refuses what is said of a layer, or of all, and would not be used."""
    unused = [name for name in found.facts if name not in _OF_ALL]
    for variant in variants:
        for part in variant.parts:
            unused += [
                name for name in part.facts if name not in _OF.get(part.type, _OF_CONV if part.type in WEIGHTY else ())
            ]
    if unused:
        raise not_understood(f"it is not clear which layer has the {unused[0].replace('_', ' ')}", text)
    every = [part for variant in variants for part in variant.parts]
    if any(
        part.facts.get("single") or (part.facts.get("counted") and part.facts["out"] == 1) for part in every
    ) and any(part.facts.get("counted") and part.facts["out"] > 1 for part in every):
        raise not_understood("it is not clear whether the filters stand side by side or one after the other", text)


def _ones(part: Part) -> bool:
    kernel = part.facts.get("kernel_size")
    return part.type == "pointwise" or kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})


def _kernels(variants: list[Variant], found: Said, text: str) -> None:
    every = [
        part
        for variant in variants
        for part in variant.parts
        if part.type in (*WEIGHTY, *POOLS) and part.type != "pointwise"
    ]
    stated = {part.facts["kernel_size"] for part in every if "kernel_size" in part.facts}
    for part in every:
        if "kernel_size" in part.facts:
            continue
        common = found.facts.get("kernel_size") or (next(iter(stated)) if len(stated) == 1 else None)
        if common is None or (part.type in POOLS):
            raise not_understood(
                "the question doesn't say the size of the filter for every layer", text, (part.start, part.end)
            )
        part.facts["kernel_size"] = common


def _one(values: Iterable[Any], what: str, text: str) -> Any:
    """The value that all agree in; None without any."""
    kept = {value for value in values if value is not None}
    if len(kept) > 1:
        raise not_understood(f"it is not clear {what}: {' or '.join(map(str, sorted(kept, key=str)))}", text)
    return next(iter(kept), None)


def _channels(variants: list[Variant], found: Said, scene: Scene, counted: bool) -> None:
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
        alike = channels if channels is not None and channels == last and not _ones(part) else None
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


def _windows(variants: list[Variant], found: Said, scene: Scene, name: str, spatial: bool, counted: bool) -> None:
    """Stride, padding or dilation: each layer's own, else what is said of all, else what the others have."""
    every = [part for variant in variants for part in variant.parts if part.type in WEIGHTY]
    own = {part.facts[name] for part in every if name in part.facts}
    words = ("same", "valid", 0) if name == "padding" else (1,)
    for part in every:
        if name in part.facts:
            continue
        value = found.facts.get(name)
        if value is None and own:
            kernels = {other.facts.get("kernel_size") for other in every if name in other.facts}
            if len(own) == 1 and (
                own <= set(words)
                or (kernels == {part.facts.get("kernel_size")} and len({len(v.parts) for v in variants}) == 1)
            ):
                value = next(iter(own))
            elif name == "padding" and _ones(part):
                continue
            elif spatial:
                raise not_understood(
                    f"it is not clear whether the {name} is the same for all", scene.text, (part.start, part.end)
                )
        if value is None and name == "padding" and scene.remark("keeps"):
            value = "same"
        if value is not None:
            part.facts[name] = value
    if name == "padding" and counted:
        for variant in variants:
            bare = [
                part for part in variant.parts if part.type in WEIGHTY and not _ones(part) and name not in part.facts
            ]
            if len(bare) > 1 and found.input is not None:
                raise not_understood(
                    "the question doesn't say whether the layers of the stack keep the size of their input", scene.text
                )


def _plan(variant: Variant, found: Said, scene: Scene) -> None:
    layers = []
    for part in variant.parts:
        options = {
            name: part.facts[name]
            for name in ("kernel_size", "stride", "padding", "dilation", "groups")
            if name in part.facts
        }
        options |= {"groups": found.facts["groups"]} if "groups" in found.facts and part.type == "conv" else {}
        if part.type in WEIGHTY and part.type != "depthwise" and "out" in part.facts:
            options["out_channels"] = part.facts["out"]
        if part.type == "fc":
            options["out_features"] = part.facts.get("out_features", part.facts.get("out")) or _held(
                found.output, scene
            )
        if part.type == "pointwise":
            options.pop("kernel_size", None)
        layers.append(Described(part.type, options, start=part.start, end=part.end))
    sides = (
        {} if variant.entering is None or (found.input and len(found.input) > 2) else {"in_channels": variant.entering}
    )
    sides |= {name: found.facts[name] for name in ("height", "width", "side", "length") if name in found.facts}
    remarks = [one for one in scene.remarks if one.kind != "colour"]
    variant.output = found.output
    variant.scene = Scene(scene.text, layers=layers, shape=found.input, sides=sides, remarks=remarks)
    variant.plan = planned(variant.scene)


def _held(shape: tuple[Any, ...] | None, scene: Scene) -> int:
    """How many numbers a volume holds, for a layer that makes one number each."""
    if shape is None or not all(isinstance(side, int) for side in shape):
        raise not_understood("the question doesn't say how many units the dense layer has", scene.text)
    total = 1
    for side in shape:
        total *= side
    return total
