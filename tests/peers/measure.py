"""Writes models.json: params, buffers and MACs of models of torchvision and timm, as the libraries build and run them.

    python tests/peers/measure.py

runs where torch, torchvision and timm are installed. Nothing of cnncalc goes into the table. Each model runs once on
zeros, in evaluation mode; its MACs are half the FLOPs of its convolutions and linear layers by FlopCounterMode.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

TABLE = Path(__file__).with_name("models.json")

TORCHVISION = {
    112: "r3d_18 mc3_18 r2plus1d_18",
    224: "alexnet googlenet vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn "
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d "
    "wide_resnet50_2 wide_resnet101_2 densenet121 densenet161 densenet169 densenet201 squeezenet1_0 squeezenet1_1 "
    "mobilenet_v2 mobilenet_v3_large mobilenet_v3_small mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 "
    "shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 "
    "regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf regnet_x_32gf "
    "regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf regnet_y_8gf regnet_y_16gf regnet_y_32gf "
    "convnext_tiny convnext_small convnext_base convnext_large efficientnet_b0 fcn_resnet50 deeplabv3_resnet50",
    240: "efficientnet_b1",
    260: "efficientnet_b2",
    299: "inception_v3",
    300: "efficientnet_b3",
    380: "efficientnet_b4",
    384: "efficientnet_v2_s",
    456: "efficientnet_b5",
    480: "efficientnet_v2_m efficientnet_v2_l",
    528: "efficientnet_b6",
    600: "efficientnet_b7",
}
"""The models by the side of their input; a video has 16 frames."""
TIMM = {
    224: "vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn "
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d "
    "wide_resnet50_2 wide_resnet101_2 densenet121 densenet161 densenet169 densenet201 "
    "seresnet18 seresnet34 seresnet50 seresnet101 seresnet152 resnetv2_50 regnety_004 "
    "convnext_tiny convnext_small convnext_base convnext_large efficientnet_b0 mobilenetv1_100 mobilenetv2_100 "
    "mobilenetv3_large_100 mobilenetv3_small_100 mnasnet_050 mnasnet_075 mnasnet_100",
    240: "efficientnet_b1",
    256: "darknet53 cspdarknet53",
    260: "efficientnet_b2",
    299: "inception_v3 inception_v4 inception_resnet_v2 legacy_xception",
    300: "efficientnet_b3",
    380: "efficientnet_b4",
    456: "efficientnet_b5",
    528: "efficientnet_b6",
    600: "efficientnet_b7",
}
SPECS = {
    "alexnet": "alexnet_torchvision",
    "googlenet": "googlenet_torchvision",
    "legacy_xception": "xception",
    "mobilenetv1_100": "mobilenet_v1",
    "mobilenetv2_100": "mobilenet_v2",
    "mobilenetv3_large_100": "mobilenet_v3_large",
    "mobilenetv3_small_100": "mobilenet_v3_small",
    "mnasnet_050": "mnasnet0_5",
    "mnasnet_075": "mnasnet0_75",
    "mnasnet_100": "mnasnet1_0",
    "regnety_004": "regnet_y_400mf",
    "resnetv2_50": "preact_resnet50",
}
"""The bundled specs that are not called like the model."""
OPTIONS: dict[str, dict[str, Any]] = {
    "googlenet": {"aux_logits": False, "init_weights": False},
    "inception_v3": {"aux_logits": False, "init_weights": False},
    "fcn_resnet50": {"weights_backbone": None},
    "deeplabv3_resnet50": {"weights_backbone": None},
}
"""What the constructors of torchvision are given."""


def main() -> None:
    rows = []
    for library, wanted in (("torchvision", TORCHVISION), ("timm", TIMM)):
        for side, models in wanted.items():
            for model in models.split():
                rows.append(measured(library, model, side))
                print(*rows[-1].values(), flush=True)
    versions = {module.__name__: module.__version__ for module in (torch, torchvision, timm)}
    names = {"torchvision": torchvision.models.list_models(), "timm": timm.list_models()}
    TABLE.write_text(table(versions, rows, names), encoding="utf-8")


def measured(library: str, model: str, side: int) -> dict[str, Any]:
    """The row of a model."""
    if library == "torchvision":
        options = OPTIONS.get(model, {})
        built = torchvision.models.get_model(model, weights=None, **options).eval()
    else:
        options = {}
        built = timm.create_model(model, pretrained=False).eval()
    video = "torchvision.models.video" in type(built).__module__
    shape = [3, *([16] if video else []), side, side]
    return {
        "spec": SPECS.get(model, model),
        "library": library,
        "model": model,
        "options": options,
        "input": shape,
        "params": sum(parameter.numel() for parameter in built.parameters()),
        "buffers": sum(buffer.numel() for buffer in built.buffers()),
        "macs": macs(built, torch.zeros(1, *shape)),
    }


def macs(built: nn.Module, images: torch.Tensor) -> int:
    """The multiplications of convolutions and linear layers; an error where something else has any."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        built(images)
    root, kinds = type(built).__name__, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
    meant = [f"{root}.{name}" for name, module in built.named_modules() if isinstance(module, kinds)]
    counts = counter.get_flop_counts()
    flops = sum(sum(counts[name].values()) for name in meant if name in counts)
    if flops != counter.get_total_flops():
        raise ValueError(f"{root} multiplies outside of convolutions and linear layers")
    return flops // 2


def table(versions: dict[str, str], rows: list[dict[str, Any]], names: dict[str, list[str]]) -> str:
    """JSON with a line per model, then every name that the libraries know."""
    models = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    known = ",\n".join(
        f"  {json.dumps(library)}: {json.dumps(textwrap.wrap(' '.join(listed), 110), indent=4)}"
        for library, listed in names.items()
    )
    return f'{{\n"versions": {json.dumps(versions)},\n"models": [\n{models}\n],\n"names": {{\n{known}\n}}\n}}\n'


if __name__ == "__main__":
    main()
