"""The bundled networks have the numbers that their sources state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnncalc import Analysis, analyze, check, load
from cnncalc.bundled import names

SPECS = Path(__file__).parent / "specs"

# params, MACs, depth: of the lecture or paper, or as torchvision has them, measured
PUBLISHED: dict[str, dict[str, int]] = {
    "alexnet": {"params": 62_378_344, "weights": 62_367_776, "macs": 1_135_256_096, "depth": 8, "layers": 22},
    "vgg16": {"params": 138_357_544, "macs": 15_470_264_320, "depth": 16},
    "resnet50": {"params": 25_557_032, "macs": 4_089_184_256, "depth": 50},
    "densenet121": {"params": 7_978_856, "macs": 2_834_161_664, "depth": 121},
    "googlenet": {"params": 6_998_552, "depth": 22},
    "mobilenet_v1": {"params": 4_231_976, "macs": 568_740_352, "depth": 28},
    "lenet5": {"params": 61_706, "macs": 416_520, "depth": 5},
    "keras_cifar10": {"params": 2_625_866, "macs": 78_820_352},
    "unet": {"params": 31_030_658, "macs": 150_428_424_448},
    "c3d": {"params": 79_991_015, "depth": 11},
    "dcgan_generator": {"params": 18_855_040, "macs": 640_614_400},
    "fcn_time_series": {"params": 269_477, "macs": 46_322_304},
}


def quantities(analysis: Analysis) -> dict[str, Any]:
    return {**analysis.totals, "depth": analysis.depth, "layers": len(analysis.rows)}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_numbers(name: str) -> None:
    found = quantities(analyze(load(name)))
    assert {quantity: found[quantity] for quantity in PUBLISHED[name]} == PUBLISHED[name]


@pytest.mark.parametrize("name", names())
def test_every_claim_holds(name: str) -> None:
    network = load(name)
    findings = check(network)
    assert network.source
    assert findings.found
    assert [found.claim.mark.place for found in findings.with_verdict("false")] == []


def test_alexnet_layer_by_layer() -> None:
    rows = {row.path: row for row in analyze(load("alexnet.yaml")).rows}
    assert rows["conv1"].output == (96, 55, 55)
    assert rows["conv1"].counts["params"] == 34_944
    assert rows["conv1"].mark.line == 5
    assert rows["maxpool3"].output == (256, 6, 6)


@pytest.mark.parametrize(("alpha", "params"), [(1.0, 4_231_976), (0.75, 2_585_560), (0.5, 1_331_592), (0.25, 470_072)])
def test_mobilenet_v1_at_its_widths(alpha: float, params: int) -> None:
    assert analyze(load("mobilenet_v1", set={"alpha": alpha})).totals["params"] == params
    assert analyze(load("mobilenet_v1", set={"alpha": str(alpha)})).totals["params"] == params


def test_mobilenet_v2_from_its_table() -> None:
    totals = analyze(load(SPECS / "mobilenet_v2.yaml")).totals
    assert (totals["params"], totals["macs"]) == (3_504_872, 300_774_272)


def test_the_families_that_variables_reach() -> None:
    resnet101 = analyze(load("resnet50", set={"depths": [3, 4, 23, 3]}))
    assert (resnet101.totals["params"], resnet101.totals["macs"], resnet101.depth) == (44_549_160, 7_801_405_440, 101)
