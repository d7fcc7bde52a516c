"""From a scene to a spec: ranks, layouts, defaults, and the steps in the words of the spec language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from cnncalc.questions.described import UNKNOWN, Described
from cnncalc.questions.reply import Assumption, not_understood
from cnncalc.questions.scene import POOLS, WINDOWED, Scene

Options = dict[str, Any]
Shape = tuple[Any, ...]


@dataclass
class Plan:
    """A chain of steps and what goes in, channels first; a side is a number, a symbol, or None if it isn't given."""

    channels: Any
    sides: Shape
    layout: str
    """How the question writes shapes: `chw` or `hwc`."""
    batch: int | None
    """Only if the question writes it."""
    with_channels: bool
    """Whether the question writes shapes with channels."""
    steps: list[tuple[str, Options]] = field(default_factory=list)
    parts: list[range] = field(default_factory=list)
    """Which steps a layer of the question comes to."""
    takes: list[int | None] = field(default_factory=list)
    """Per step how many channels or features it takes, where the question says so."""
    assumptions: list[Assumption] = field(default_factory=list)
    chained: bool = False
    """Whether the code says that every layer takes what the one before it gives."""
    separate: bool = False
    """Whether every part acts on the input itself."""
    convention: str = "torch"
    """Whose count of parameters: `keras` adds the statistics of norms."""

    def assume(self, fact: str, value: Any, because: str = "not given") -> None:
        if all(one.fact != fact for one in self.assumptions):
            self.assumptions.append(Assumption(fact, value, because))

    @property
    def shape(self) -> Shape:
        """Channels first."""
        return self.channels, *self.sides

    def written(self, shape: Shape) -> list[Any]:
        """A shape, channels first, as the question writes them."""
        channels, *sides = shape
        if not sides:
            return [channels] if self.batch is None else [self.batch, channels]
        written = [*sides, channels] if self.layout == "hwc" else [channels, *sides]
        return written if self.batch is None else [self.batch, *written]


def planned(scene: Scene) -> Plan:
    """The plan of a scene; `NotUnderstood` where what it states can't be true together."""
    rank = _rank(scene)
    plan = _entering(scene, rank)
    first = scene.layers[0] if scene.layers else None
    if first is not None and isinstance(first.takes, int):
        if plan.channels is None:
            plan.channels = first.takes
        if first.type == "linear" and not any(isinstance(side, int) for side in plan.sides):
            plan.channels, plan.sides = first.takes, ()
    plan.separate, plan.chained = scene.separate, scene.chained
    plan.convention = "keras" if scene.framework == "keras" else "torch"
    if not scene.layers and scene.shape is not None and not scene.mentions:
        scene.layers.append(Described("identity"))
    for layer in scene.layers:
        steps = _steps(layer, len(plan.sides) or rank, plan, scene)
        plan.parts.append(range(len(plan.steps), len(plan.steps) + len(steps)))
        plan.steps += steps
        plan.takes += [*[None] * (len(steps) - 1), layer.takes if isinstance(layer.takes, int) else None]
    return plan


def _rank(scene: Scene) -> int:
    kernels = [layer.options.get("kernel_size") for layer in scene.layers if layer.type in WINDOWED]
    ranks = {len(kernel) for kernel in kernels if isinstance(kernel, tuple)}
    if scene.entering is not None:
        return len(scene.entering) - 1
    if scene.rank is not None:
        return scene.rank
    shape = scene.shape
    said = scene.remark("rank")
    if ranks == {3} and shape is not None and len(shape) <= 3 and said != 3:
        channels = {kernel[2] for kernel in kernels if isinstance(kernel, tuple)}
        first, last = shape[0], shape[-1]
        if len(shape) == 3 and not channels <= {first, last}:
            raise not_understood(
                "a filter is as deep as its input, but here the third side of the filter is not", scene.text
            )
        return 2
    if ranks == {3} and shape is None and said != 3:
        return 2
    if said == 1 and all(kernel[-1] == 1 for kernel in kernels if isinstance(kernel, tuple)):
        return 1
    if len(ranks) == 1:
        return max(ranks)
    if said is not None and (shape is None or len(shape) in (said, said + 1, said + 2)):
        return int(said)
    if shape is not None and len(shape) == 1:
        return 1
    if shape is None and "length" in scene.sides and not {"height", "width", "side"} & set(scene.sides):
        return 1
    if shape is not None and len(shape) == 4 and scene.sides.get("batch", 1) is not None:
        if not any(layer.type in WINDOWED for layer in scene.layers):
            return 2
        return (
            3
            if shape[0] == shape[1] == shape[2] != shape[3] or shape[1] == shape[2] == shape[3] != shape[0] > 64
            else 2
        )
    if shape is not None and len(shape) == 5:
        return 3
    return 2


def _entering(scene: Scene, rank: int) -> Plan:
    shape, sides = scene.shape, dict(scene.sides)
    if scene.entering is not None:
        return Plan(scene.entering[0], scene.entering[1:], scene.layout or "chw", scene.batch, True)
    channels = sides.get("in_channels")
    colour = scene.remark("colour")
    batch: int | None = None
    layout = _layout(scene, shape, rank)
    with_channels = shape is None or len(shape) > rank
    if shape is None:
        spatial = _spatial(sides, rank)
    else:
        rest = shape
        if len(rest) == rank + 2:
            batch, rest = rest[0], rest[1:]
        if len(rest) == rank + 1:
            own = rest[-1] if layout == "hwc" else rest[0]
            if channels is not None and channels != own:
                raise not_understood(f"the input has {own} channels in one place and {channels} in another", scene.text)
            channels, spatial = own, (rest[:-1] if layout == "hwc" else rest[1:])
        elif len(rest) == rank:
            spatial = rest
        else:
            raise not_understood(
                f"the size {'×'.join(map(str, shape))} does not fit a layer with {rank} spatial axes", scene.text
            )
    if colour is not None and channels is None:
        channels = colour
    fully = bool(scene.layers) and scene.layers[0].type in ("fc", "linear")
    if shape is None and fully and all(side is None for side in spatial):
        features = sides.get("features", channels)
        return Plan(features, (), layout, batch, True)
    if "features" in sides and rank == 1 and channels is None:
        channels = sides.pop("features")
    if "features" in sides:
        raise not_understood(f"it is not clear what {sides['features']} inputs are", scene.text)
    if "batch" in sides or (scene.batch is not None and shape is not None and len(shape) == rank + 2):
        batch = batch or scene.batch
    if scene.remark("batched") and scene.batch is not None:
        batch = scene.batch
    return Plan(channels, tuple(spatial), layout, batch, with_channels or channels is not None)


def _spatial(sides: dict[str, Any], rank: int) -> Shape:
    if rank == 1:
        return (sides.get("length", sides.get("side", sides.get("width"))),)
    if "side" in sides:
        return (sides["side"],) * rank
    height, width = sides.get("height"), sides.get("width")
    if rank == 2 and (height is not None or width is not None):
        return (height if height is not None else width, width if width is not None else height)
    return (None,) * rank


def _layout(scene: Scene, shape: Shape | None, rank: int) -> str:
    said = scene.layout or scene.remark("layout")
    if shape is not None and [str(side).lower() for side in shape][:2] == ["w", "h"]:
        raise not_understood("it is not clear whether the width or the height comes first", scene.text)
    own = shape[-(rank + 1) :] if shape is not None and len(shape) > rank else ()
    if (
        rank == 2
        and scene.layout == "chw"
        and not scene.remark("layout")
        and len(own) == 3
        and own[0] == own[1] != own[2]
    ):
        raise not_understood("PyTorch has the channels first, and the size seems to have them last", scene.text)
    if said:
        return str(said)
    if shape is None or len(shape) < rank + 1:
        return "hwc"
    own = shape[-(rank + 1) :]
    if isinstance(own[0], str) and own[0].lower().startswith("c"):
        return "chw"
    if rank == 1:
        return "hwc" if own[0] not in (1, 3) or own[1] in (1, 3) else "chw"
    first, last, inner = own[0], own[-1], own[1:-1]
    if first == last and first in (1, 3) and set(inner) != {first}:
        size = "×".join(map(str, own))
        raise not_understood(f"it is not clear which side of {size} is the channels, the first or the last", scene.text)
    if last == inner[-1] != first:
        return "chw"
    if first == inner[0] != last:
        return "hwc"
    if first in (1, 3) and last not in (1, 3):
        return "chw"
    return "hwc"


_DIRECT = {"stride", "padding", "dilation", "groups", "output_padding", "out_channels", "out_features", "kernel_size"}


def _steps(layer: Described, rank: int, plan: Plan, scene: Scene) -> list[tuple[str, Options]]:
    """The steps of the spec that a layer comes to."""
    options = {name: value for name, value in layer.options.items() if name != "overlap"}
    kind = layer.type
    for name in ("kernel_size", "stride", "padding", "dilation"):
        if isinstance(options.get(name), tuple):
            options[name] = _per_axis(options[name], name, rank, plan, scene)
    if options.get("kernel_size") == "input":
        options["kernel_size"] = _short(tuple(plan.sides)) if not plan.steps else UNKNOWN
    if options.get("padding") == "zero":
        options["padding"] = 0
        plan.assume("padding", 0, "“zero padding” without an amount is read as none")
    before = _causal(options, rank)
    if kind in (
        "flatten",
        "fc",
        "relu",
        "sigmoid",
        "tanh",
        "softmax",
        "dropout",
        "batchnorm",
        "layernorm",
        "global_avgpool",
        "global_maxpool",
    ) or kind not in (*WINDOWED, "zero_pad"):
        if kind == "fc" and "out_features" not in options and "principal" not in options:
            options["out_features"] = UNKNOWN
        bias = scene.remark("bias")
        if kind == "fc" and bias is False:
            options.setdefault("bias", False)
        return [(kind, options)]
    if kind in POOLS:
        kind = "maxpool" if kind == "pool" else kind
        options.pop("out_channels", None)
        if "kernel_size" not in options:
            if "stride" in options:
                options["kernel_size"] = options["stride"]
                plan.assume("window", options["stride"], "not given, taken as the stride")
            else:
                options["kernel_size"] = None
        if "stride" not in options:
            plan.assume("stride of the pool", _short(options["kernel_size"]), "not given, taken as the window")
        options.pop("dilation", None) if options.get("dilation") == 1 else None
        return [*before, (kind, options)]
    if kind == "zero_pad":
        return [("zero_pad", {"padding": options.get("padding")})]
    if "bias" not in options and scene.remark("bias") is False:
        options["bias"] = False
    options.setdefault("kernel_size", None)
    if kind == "pointwise":
        options["kernel_size"] = 1
        kind = "conv"
    if kind == "separable":
        own = {name: value for name, value in options.items() if name != "out_channels"}
        bias = {"bias": options["bias"]} if "bias" in options else {}
        depthwise = {"out_channels": "in_channels", **own, "groups": "in_channels"}
        return [
            *before,
            ("conv", depthwise),
            ("conv", {"out_channels": options.get("out_channels"), "kernel_size": 1, **bias}),
        ]
    if kind == "depthwise":
        options["out_channels"] = "in_channels"
        options["groups"] = "in_channels"
        kind = "conv"
    kernel = layer.options.get("kernel_size")
    if (
        "out_channels" not in options
        and (plan.channels == 1 or (isinstance(kernel, tuple) and len(kernel) > rank))
        and not re.search(r"(?i)\b(?:filters|kernels|feature maps|masks)\b", scene.text)
    ):
        options["out_channels"] = 1
        plan.assume("filters", 1)
    options.setdefault("out_channels", None)
    return [*before, (kind, options)]


def _short(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


def _per_axis(value: Shape, name: str, rank: int, plan: Plan, scene: Scene) -> Any:
    if len(value) == rank + 1 and name == "kernel_size":
        last_first = value[-1] if value[-1] == plan.channels or plan.channels is None else value[0]
        rest = value[:-1] if last_first is value[-1] or value[-1] == plan.channels else value[1:]
        if plan.channels is None:
            plan.channels = last_first
        elif last_first != plan.channels and plan.channels is not None and not plan.steps:
            raise not_understood(f"the filter is {last_first} deep, the input has {plan.channels} channels", scene.text)
        value = rest
    if len(value) != rank:
        if rank == 1 and 1 in value and len(value) == 2:
            return value[0] if value[1] == 1 else value[1]
        raise not_understood(f"{name} {'×'.join(map(str, value))} does not fit {rank} spatial axes", scene.text)
    return _short(value)


def _causal(options: Options, rank: int) -> list[tuple[str, Options]]:
    if options.get("padding") != "causal":
        return []
    kernel, dilation = options.get("kernel_size"), options.get("dilation", 1)
    options["padding"] = 0
    if rank != 1 or not isinstance(kernel, int):
        raise not_understood("causal padding is for one axis")
    return [("zero_pad", {"padding": f"[[{dilation}*({kernel} - 1), 0]]"})]
