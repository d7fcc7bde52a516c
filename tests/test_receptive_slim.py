"""Receptive fields against the published table of TF-Slim networks.

`receptive/rows.json` holds the rows of six networks from google-research/receptive_field (Araujo, Norris & Sim 2019):
net, resolution, endpoint, size, stride, padding, and the side of the map there. Each network is written beside it, its
steps called as the last part of TF-Slim's endpoints. A row without a resolution holds for any input: its size and
stride are compared at 224; where it also states a padding that padding is the same at every resolution.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from cnncalc import receptive
from cnncalc.network import Network
from cnncalc.receptive import Field

HERE = Path(__file__).parent / "receptive"
PUBLISHED = Path(__file__).parents[2] / "shared" / "receptive_fields.jsonl"

FINAL = {
    "alexnet_v2": (195, 32, 64),
    "vgg_16": (212, 32, 90),
    "mobilenet_v1": (315, 32, 126),
    "resnet_v1_50": (483, 32, 239),
    "inception_v2": (699, 32, 318),
    "inception_v3": (1311, 32, 618),
}
"""Size, stride and padding of the last map of each network at 224×224."""


class Published(NamedTuple):
    net: str
    resolution: int | None
    endpoint: str
    rf: int
    stride: int
    padding: int | None
    side: int


ROWS = [Published(*row) for row in json.loads((HERE / "rows.json").read_text(encoding="utf-8"))]


@functools.cache
def network(net: str, resolution: int) -> Network:
    return cnncalc.load(HERE / f"{net}.yaml", input=(3, resolution, resolution))


@functools.cache
def fields(net: str, resolution: int) -> dict[str, Field]:
    return dict(receptive.fields(network(net, resolution)))


def at(row: Published) -> tuple[str, int]:
    """The tensor of an endpoint, and the resolution at which to look."""
    resolution, step = row.resolution or 224, row.endpoint.rpartition("/")[2]
    return network(row.net, resolution).blocks.get(step, step), resolution


def test_all_rows_are_there() -> None:
    counts = {(net, at): 0 for net in FINAL for at in (None, 224, 321)}
    for row in ROWS:
        counts[row.net, row.resolution] += 1
    endpoints = dict(zip(FINAL, (7, 13, 14, 4, 15, 18)))
    assert counts == {(net, at): endpoints[net] for net, at in counts}
    assert len(ROWS) == 213


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.endpoint}-{row.resolution}".replace("/", "."))
def test_a_published_row(row: Published) -> None:
    tensor, resolution = at(row)
    assert network(row.net, resolution).shape(tensor)[1:] == (row.side,) * 2
    field = fields(row.net, resolution)[tensor]
    assert field.size == (row.rf,) * 2
    assert field.stride == (row.stride,) * 2
    assert field.aligned is True
    if row.padding is not None:
        assert field.padding == (row.padding,) * 2
    else:
        assert row.resolution is None  # with one, nothing is left open


@pytest.mark.parametrize("net", FINAL)
def test_the_final_row(net: str) -> None:
    last = [row for row in ROWS if (row.net, row.resolution) == (net, 224)][-1]
    size, stride, padding = FINAL[net]
    assert (last.rf, last.stride, last.padding) == FINAL[net]
    field = fields(net, 224)[at(last)[0]]
    assert field == Field((size,) * 2, (stride,) * 2, (padding,) * 2, True)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published table is not part of the repository")
def test_the_rows_are_those_published() -> None:
    lines = [json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines()]
    taken = [line for line in lines if line["net"] in FINAL]
    assert all(line["match"] for line in taken)  # none of these is doubtful
    names = ("net", "resolution", "endpoint", "rf", "stride", "padding")
    assert [Published(*(line[name] for name in names), line["computed"]["size"]) for line in taken] == ROWS
