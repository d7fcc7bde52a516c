"""What the outputs that a list states tell of its layers: filters, strides and paddings that it doesn't say."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace

from cnncalc.errors import SpecError
from cnncalc.questions import engine
from cnncalc.questions.answers import told
from cnncalc.questions.described import Described
from cnncalc.questions.plan import Plan, planned
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, WINDOWED, Scene


def completed(scene: Scene) -> Plan:
    """The plan of a list, with what the outputs that it states tell of its layers; `NotUnderstood` where they can't be true."""
    plan = planned(scene)
    if any(layer.gives for layer in scene.layers):
        for layer in scene.layers:
            if layer.type in _FILTERED and layer.gives is not None and len(layer.gives) == 3:
                layer.options.setdefault("out_channels", layer.gives[-1 if plan.layout == "hwc" else 0])
        for at, layer in enumerate(scene.layers):
            if layer.gives is not None:
                _settle(scene, at)
        plan = planned(scene)
    for at, layer in enumerate(scene.layers):
        if layer.takes is None:
            continue
        enters = engine.made(plan)[plan.parts[at][0]].input
        enters = enters if layer.type == "fc" else enters[:1]
        if math.prod(enters) != layer.takes:
            raise not_understood(
                f"the question says that a layer takes {layer.takes}, but {told(math.prod(enters))} go in"
            )
    return plan


_FILTERED = ("conv", "conv_transpose", "pointwise", "local")
_TRIES: dict[str, tuple[dict[str, object], ...]] = {
    "conv": ({}, {"padding": "same"}, {"stride": 2, "padding": "same"}, {"stride": 2}),
    "pool": (
        {},
        {"kernel_size": 2},
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {"kernel_size": 3, "stride": 2},
        {"kernel_size": 4},
    ),
}


def _settle(scene: Scene, at: int) -> None:
    """Gives a layer the stride, padding or window that makes of its input what the question says, where it doesn't say them."""
    layer = scene.layers[at]
    stated = dict(layer.options)
    for more in _TRIES["pool" if layer.type in POOLS else "conv"] if layer.type in WINDOWED else ({},):
        if set(more) & set(stated) or ("kernel_size" not in stated and layer.type in POOLS and not more):
            continue
        layer.options = {**stated, **more}
        with suppress(SpecError):
            plan = planned(replace(scene, layers=scene.layers[: at + 1]))
            shape = engine.made(plan)[-1].output
            if _is(layer, shape):
                return
    layer.options = stated
    raise not_understood(
        f"the question says that {told(layer.gives or ())} comes out of a layer, which what it says of the layer doesn't give"
    )


def _is(layer: Described, shape: tuple[object, ...]) -> bool:
    """Whether a stated size is this shape: channels first or last, or the sides alone."""
    channels, *sides = shape
    return list(layer.gives or ()) in ([channels, *sides], [*sides, channels], sides)
