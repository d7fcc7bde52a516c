"""Random layers of a spec, on a map of a given shape; the reader of the spec may refuse them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from cnncalc.layers import REGISTRY, Shape

Step = dict[str, Any]
Kind = Callable[[Random, Shape], list[Step]]


def layers(random: Random, shape: Shape) -> list[Step]:
    """A layer, or two that go together."""
    (kind,) = random.choices(list(KINDS), list(KINDS.values()))
    return kind(random, shape)


def sized(step: Step, shape: Shape) -> Shape:
    """What one layer makes of a shape; `Unfit` where it doesn't fit."""
    (name, value), *rest = ((key, value) for key, value in step.items() if key not in ("name", "from"))
    layer = REGISTRY[name]
    options = dict(rest) | ({layer.principal: value} if layer.principal and value is not None else {})
    return layer(**{key: layer.options()[key].cast(_tuple(value)) for key, value in options.items()}).on(shape).shape


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def conv(random: Random, shape: Shape) -> list[Step]:
    padding = random.choice(("same", "valid", axes(random, shape, 0, 1, 2, 3), axes(random, shape, 0, 1)))
    stride, dilation = (axes(random, shape, 1, 1, 2, 3) for _ in range(2))
    options = some(random, stride=stride, padding=padding, dilation=dilation)
    if random.random() < 0.1:
        options["padding_mode"] = random.choice(("reflect", "replicate", "circular"))
    groups = random.choice((1, 1, 1, 1, 2, shape[0]))
    out = groups * random.choice((1, 2, 3) if groups == 1 else (1, 2))
    return [{"conv": out, "kernel_size": axes(random, shape, 1, 2, 3, 3, 4, 5), "groups": groups, **options}]


def conv_transpose(random: Random, shape: Shape) -> list[Step]:
    strides, paddings, more = (1, 2, 3, 4), (0, 1, 2), (0, 1)
    options = some(
        random,
        stride=axes(random, shape, *strides),
        padding=axes(random, shape, *paddings),
        output_padding=axes(random, shape, *more),
        dilation=axes(random, shape, 1, 2),
    )
    return [{"conv_transpose": random.choice((2, 3)), "kernel_size": axes(random, shape, 1, 2, 3, 4), **options}]


def local(random: Random, shape: Shape) -> list[Step]:
    padding = random.choice(("same", axes(random, shape, 0, 1)))
    options = some(random, stride=axes(random, shape, 1, 2), padding=padding)
    return [{"maxpool": 3}, {"local": 2, "kernel_size": axes(random, shape, 1, 2, 3), **options}]


def pool(random: Random, shape: Shape) -> list[Step]:
    name = random.choice(("maxpool", "maxpool", "minpool", "avgpool", "sumpool", "lppool", "stochasticpool"))
    options = some(random, stride=axes(random, shape, 1, 2, 3), ceil_mode=random.random() < 0.7)
    if name not in ("lppool", "stochasticpool"):
        options |= some(random, padding=random.choice(("same", axes(random, shape, 0, 1), axes(random, shape, 1, 2))))
    if name in ("maxpool", "minpool"):
        options |= some(random, dilation=axes(random, shape, 1, 2))
    return [{name: axes(random, shape, 1, 2, 3, 3, 4), **options}]


def upsample(random: Random, shape: Shape) -> list[Step]:
    smooth = (("linear",), ("bilinear", "bilinear", "bicubic"), ("trilinear",))[len(shape) - 2]
    mode = random.choice(("nearest", "nearest-exact", "area", *3 * smooth))
    options: Step = {"mode": mode} | ({"align_corners": random.random() < 0.5} if mode in smooth else {})
    to = random.random()
    if to < 0.6:
        return [{"upsample": axes(random, shape, 2, 2, 3), **options}]
    if to < 0.75:
        return [{"upsample": random.choice((0.5, 0.7, 1.5, 2.5)), **options}]
    return [{"upsample": None, "size": [max(1, n + random.randint(-6, 10)) for n in shape[1:]], **options}]


def zero_pad(random: Random, shape: Shape) -> list[Step]:
    pairs = [[random.randint(-3, 4), random.randint(-3, 4)] for _ in shape[1:]]
    return [{"zero_pad": random.choice((random.randint(-2, 3), pairs[0], pairs, pairs))}]


def crop(random: Random, shape: Shape) -> list[Step]:
    sizes = [random.randint((n + 1) // 2, n) for n in shape[1:]]
    offset = [random.randint(0, n - size) for n, size in zip(shape[1:], sizes)]
    return [{"crop": sizes, **some(random, offset=offset)}]


def adaptive(random: Random, shape: Shape) -> list[Step]:
    sizes = [random.choice((None, random.randint(1, n + 2))) for n in shape[1:]]
    return [{random.choice(("adaptive_avgpool", "adaptive_maxpool")): sizes}]


def shuffle(random: Random, shape: Shape) -> list[Step]:
    if len(shape) != 3:
        return [{"channel_shuffle": shape[0]}]
    if random.random() < 0.5:
        return [{"pixel_unshuffle": 2}, {"conv": 3, "kernel_size": 1}]
    return [{"conv": 8, "kernel_size": axes(random, shape, 1, 3)}, {"pixel_shuffle": 2}]


def cut(random: Random, shape: Shape) -> list[Step]:
    if random.random() < 0.3:
        return [{"conv": 4, "kernel_size": 1}, {"slice": 1, "stop": random.choice((2, 3, 4)), "dim": 1}]
    axis, step = random.randrange(1, len(shape)), random.choice((1, 1, 2, 3))
    return [{"slice": random.randint(0, 2), "stop": shape[axis] - random.randint(0, 2), "step": step, "dim": axis + 1}]


def pointwise(random: Random, shape: Shape) -> list[Step]:
    plain = ("batchnorm", "instancenorm", "layernorm", "relu", "gelu", "dropout", "affine")
    step: Step = random.choice((*({name: None} for name in plain), {"lrn": 3}, {"groupnorm": 1}, {"maxout": 2}))
    return [dict(step)]


def mixing(random: Random, shape: Shape) -> list[Step]:
    """Along a whole axis, or axes in another order."""
    swapped = [0, 1, *random.sample(range(2, len(shape) + 1), len(shape) - 1)]
    softmax, linear = {"softmax": random.randint(1, len(shape))}, {"linear": random.randint(3, 12)}
    return [random.choice((softmax, linear, {"permute": swapped}))]


def axes(random: Random, shape: Shape, *values: int) -> Any:
    """One number, or one per axis."""
    if random.random() < 0.6:
        return random.choice(values)
    return [random.choice(values) for _ in shape[1:]]


def some(random: Random, **options: Any) -> Step:
    """These options, each of them more often than not."""
    return {name: value for name, value in options.items() if random.random() < 0.6}


KINDS: dict[Kind, float] = {
    conv: 10,
    pool: 7,
    conv_transpose: 4,
    upsample: 4,
    pointwise: 3,
    zero_pad: 2,
    crop: 1,
    adaptive: 1,
    mixing: 1,
    shuffle: 1,
    cut: 1,
    local: 0.5,
}
"""How often what is drawn."""
