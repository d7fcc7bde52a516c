"""What one Keras layer comes to in ours; those that ours have no single word for become several."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from cnncalc.questions.calls.arguments import Name, NotReadError
from cnncalc.questions.calls.options import count, flag, number, options, sides, whole_numbers
from cnncalc.questions.described import Described

Found = dict[str, Any]
"""The arguments of a call by Keras's names."""


def refuse(word: str) -> NoReturn:
    """Raises `NotReadError`."""
    raise NotReadError(f"{word} is not known")


def _renamed(found: Found, rank: int | None, **names: str) -> Found:
    """The arguments under our names, checked."""
    names = {"kernel_size": "kernel_size", "strides": "stride", "use_bias": "bias", "groups": "groups", **names}
    return options({names[key]: value for key, value in found.items() if key in names}, rank)


def _padding(found: Found) -> dict[str, str]:
    word = found.get("padding")
    if word is None:
        return {}
    if str(word).lower() not in ("same", "valid") or not isinstance(word, str):
        raise NotReadError(f"padding={word!r}")
    return {"padding": str(word).lower()}


def window(family: str, found: Found, rank: int | None) -> list[Described]:
    """What slides a window: convolutions and pools."""
    if family in ("MaxPool", "AveragePool"):
        kernel = found.pop("pool_size", None)
        found = {"kernel_size": 2 if kernel is None else kernel, **found}
        return [Described("maxpool" if family == "MaxPool" else "avgpool", _renamed(found, rank) | _padding(found))]
    before: list[Described] = []
    if family == "Conv" and rank == 1 and str(found.get("padding")).lower() == "causal":
        before = [_causal(found)]
        del found["padding"]
    common = _renamed(found, rank, dilation_rate="dilation", filters="out_channels") | _padding(found)
    if family == "LocallyConnected":
        return [Described("local", common)]
    if family == "Conv":
        return [*before, Described("conv", common)]
    multiplier = whole_numbers([found.get("depth_multiplier", 1)])[0]
    deep = {"out_channels": "in_channels" if multiplier == 1 else f"{multiplier} * in_channels"}
    depthwise = {**deep, **common, **deep, "groups": "in_channels"}
    if family == "DepthwiseConv":
        return [Described("conv", depthwise)]
    pointwise = {"out_channels": common["out_channels"], "kernel_size": 1}
    pointwise |= {"bias": common["bias"]} if "bias" in common else {}
    return [Described("conv", depthwise | {"bias": False}), Described("conv", pointwise)]


def _causal(found: Found) -> Described:
    """Causal padding: d(k−1) zeros before, so that no output sees what comes after it."""
    (kernel,), (dilation,) = (_single(found.get(key, 1)) for key in ("kernel_size", "dilation_rate"))
    return Described("zero_pad", {"padding": ((dilation * (kernel - 1), 0),)})


def _single(value: Any) -> tuple[int, ...]:
    numbers = whole_numbers(value if isinstance(value, tuple) else [value])
    if len(numbers) != 1:
        raise NotReadError("several numbers for one axis")
    return numbers


def _transposed(family: str, found: Found, rank: int | None) -> list[Described]:
    """Keras's own rule: `same` gives n·s, `valid` at least (n−1)s + k; ours says it by padding and output_padding."""
    word, extra = _padding(found).get("padding", "valid"), found.pop("output_padding", None)
    kernel, stride, dilation = (
        _spread(found.get(key, 1), rank or 2) for key in ("kernel_size", "strides", "dilation_rate")
    )
    pairs = [_pad(word, *axis, extra is None) for axis in zip(kernel, stride, dilation)]
    padding, more = tuple(p for p, _ in pairs), tuple(o for _, o in pairs)
    if extra is not None:
        more = _spread(extra, rank or 2)
    common = _renamed(found, rank, dilation_rate="dilation", filters="out_channels")
    added = {name: sizes for name, sizes in (("padding", padding), ("output_padding", more)) if any(sizes)}
    return [Described("conv_transpose", common | added)]


def _pad(word: str, k: int, s: int, d: int, free: bool) -> tuple[int, int]:
    wide = d * (k - 1) + 1
    if not free:
        return (wide // 2 if word == "same" else 0), 0
    if word == "valid" or wide < s:
        return 0, max(s - wide, 0)
    padding = (wide - s + 1) // 2
    more = 2 * padding - (wide - s)
    if more >= max(s, d):
        raise NotReadError("an even kernel at stride 1, padded on one side")
    return padding, more


def _spread(value: Any, rank: int) -> tuple[int, ...]:
    numbers = whole_numbers(value if isinstance(value, tuple) else [value] * rank)
    if len(numbers) != rank or min(numbers) < 0:
        raise NotReadError(f"{len(numbers)} numbers for {rank} axes")
    return numbers


def _global(family: str, found: Found, rank: int | None) -> list[Described]:
    pool = Described("global_maxpool" if family == "GlobalMaxPool" else "global_avgpool")
    return [pool] if flag(found.get("keepdims") or False) else [pool, Described("flatten")]


def _dense(family: str, found: Found, rank: int | None) -> list[Described]:
    return [Described("linear", _renamed(found, None, units="out_features"))]


def _norm(family: str, found: Found, rank: int | None) -> list[Described]:
    if found.get("axis", -1) not in (-1, 3):
        raise NotReadError("axis=")
    affine = {flag(found.get(key, True)) for key in ("scale", "center")}
    if len(affine) > 1:
        raise NotReadError("scale or center alone")
    stated = {} if affine == {True} else {"affine": False}
    if family == "GroupNormalization":
        return [Described("groupnorm", {"num_groups": count(found.get("groups", 32)), **stated})]
    return [Described("batchnorm", stated)]


def _dropout(family: str, found: Found, rank: int | None) -> list[Described]:
    return [Described(f"dropout{rank}d" if rank else "dropout", {"p": number(found["rate"])})]


def _activation(family: str, found: Found, rank: int | None) -> list[Described]:
    if family == "ReLU":
        most = found.pop("max_value", None)
        return [Described({None: "relu", 6: "relu6"}[most])] if most in (None, 6) and not found else refuse("ReLU(…)")
    if family == "Softmax":
        return [Described("softmax")] if found.get("axis", -1) == -1 else refuse("axis=")
    slope = number(found.get("alpha", 0.3 if family == "LeakyReLU" else 1.0))
    return [Described("leaky_relu", {"negative_slope": slope}) if family == "LeakyReLU" else Described("elu")]


def _edges(family: str, found: Found, rank: int | None) -> list[Described]:
    """Zeros put around or, as negative padding, elements cut off; Keras has pairs in the order of the axes, as ours."""
    cuts = family == "Cropping"
    value, axes = found.get("cropping" if cuts else "padding", 1 if not cuts or rank == 1 else 0), rank or 2
    sign = -1 if cuts else 1
    if isinstance(value, int) and not isinstance(value, bool):
        return [Described("zero_pad", {"padding": sign * value})]
    if not isinstance(value, tuple):
        raise NotReadError("no padding")
    entries = (value,) if axes == 1 and len(value) == 2 else value
    pairs = [whole_numbers(entry if isinstance(entry, tuple) else (entry, entry)) for entry in entries]
    if len(pairs) != axes or any(len(pair) != 2 for pair in pairs):
        raise NotReadError(f"no padding of {axes} axes")
    return [Described("zero_pad", {"padding": tuple([(sign * a, sign * b) for a, b in pairs])})]


def _upsampling(family: str, found: Found, rank: int | None) -> list[Described]:
    mode = {"mode": str(found["interpolation"])} if found.get("interpolation", "nearest") != "nearest" else {}
    if mode and mode["mode"] not in ("bilinear", "bicubic"):
        raise NotReadError("interpolation=")
    return [Described("upsample", {"scale_factor": sides(found.get("size", 2), rank), **mode})]


def _reshape(family: str, found: Found, rank: int | None) -> list[Described]:
    """Channels, which Keras has last, go first."""
    if not isinstance(found["target_shape"], tuple) or isinstance(found["target_shape"], Name):
        raise NotReadError("no shape")
    sizes = whole_numbers(found["target_shape"])
    return [Described("reshape", {"shape": (*sizes[-1:], *sizes[:-1])})]


def _flatten(family: str, found: Found, rank: int | None) -> list[Described]:
    return [Described("flatten")]


READERS: Final = {
    "ConvTranspose": _transposed,
    "GlobalMaxPool": _global,
    "GlobalAveragePool": _global,
    "Dense": _dense,
    "Flatten": _flatten,
    "BatchNormalization": _norm,
    "GroupNormalization": _norm,
    "Dropout": _dropout,
    "SpatialDropout": _dropout,
    **dict.fromkeys(("ReLU", "LeakyReLU", "ELU", "Softmax"), _activation),
    "ZeroPadding": _edges,
    "Cropping": _edges,
    "UpSampling": _upsampling,
    "Reshape": _reshape,
}
