"""What one variant of a comparison takes from the others: channels, sizes of filters, paddings, the input."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cnncalc.questions.blocks import Part
from cnncalc.questions.described import Described
from cnncalc.questions.plan import planned
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, Scene
from cnncalc.questions.variants import WEIGHTY, Said, Variant, again, is_one
from cnncalc.questions.widths import settle_channels

_REDUCES = re.compile(r"(?i)\b(?:first|preced\w+|reduc\w+|squeez\w+|compress\w+|bottleneck|shrink\w+)\b")
_SPATIAL = ("macs", "flops", "operations", "output", "spatial", "width", "height", "elements", "receptive")
_UNCOUNTED = ("receptive", "spatial", "width", "height")
"""What no number of channels changes."""


def completed(groups: list[list[Part]], found: Said, scene: Scene, asked: Iterable[str]) -> list[Variant]:
    """The variants with their plans, each with what it takes from the others; only what is certain."""
    variants = [Variant(_name(scene.text, group), _repeated(group)) for group in groups]
    _check(variants, found, scene.text)
    _whole(variants, scene.text)
    _kernels(variants, found, scene.text)
    settle_channels(variants, found, scene, any(name not in _UNCOUNTED for name in asked))
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
        if is_one(one) and one.type in ("conv", "pointwise") and not is_one(other) and other.type == "conv":
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
            elif name == "padding" and is_one(part):
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
                part for part in variant.parts if part.type in WEIGHTY and not is_one(part) and name not in part.facts
            ]
            if len(bare) > 1 and found.input is not None:
                raise not_understood(
                    "the question doesn't say whether the layers of the stack keep the size of their input", scene.text
                )


def _plan(variant: Variant, found: Said, scene: Scene) -> None:
    layers = []
    for part in variant.parts:
        options: dict[str, Any] = {
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
