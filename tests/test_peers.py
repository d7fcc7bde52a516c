"""Bundled networks that torchvision or timm has too have the numbers that `peers/measure.py` read off the libraries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cnncalc import analyze, load
from cnncalc.bundled import names

TABLE = json.loads((Path(__file__).parent / "peers" / "models.json").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = TABLE["models"]
OURS = {"alexnet", "googlenet"}
"""The lectures' networks of these names, not torchvision's."""


def differences(row: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """What the spec of a row counts otherwise on the row's input: ours and theirs."""
    totals = analyze(load(row["spec"], input=row["input"])).totals
    return {what: (totals[what], row[what]) for what in ("params", "buffers", "macs") if totals[what] != row[what]}


def without_a_row(specs: Iterable[str]) -> set[str]:
    """Of these specs, those that bear a model's name and were not measured."""
    models = {model for lines in TABLE["names"].values() for line in lines for model in line.split()}
    return models & set(specs) - OURS - {row["spec"] for row in ROWS}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["spec"] in names()], ids=lambda row: f"{row['library']}-{row['model']}"
)
def test_a_network_of_the_libraries_has_their_numbers(row: dict[str, Any]) -> None:
    assert differences(row) == {}


def test_every_network_with_a_name_of_the_libraries_is_measured() -> None:
    assert {"torch", "torchvision", "timm"} == TABLE["versions"].keys()
    assert without_a_row(names()) == set()
    assert not OURS & {row["spec"] for row in ROWS}
    assert sum(row["spec"] in names() for row in ROWS) >= 98  # a spec that is renamed would go unseen


def test_a_difference_is_seen() -> None:
    [right, *_] = [row for row in ROWS if row["model"] == "resnet50"]
    for what in ("params", "buffers", "macs"):
        assert differences(right | {what: right[what] + 1}) == {what: (right[what], right[what] + 1)}
    assert differences(right | {"input": [3, 256, 224]}).keys() == {"macs"}
    assert differences(right | {"spec": "vgg16"}).keys() == {"params", "buffers", "macs"}
    assert without_a_row(["swin_t", "inception_next_tiny", "resnet50", "alexnet", "lenet5"]) == {
        "swin_t",
        "inception_next_tiny",
    }
