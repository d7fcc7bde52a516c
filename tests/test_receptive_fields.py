"""Size, stride, padding and alignment of fields against what single units see by the definition of their layers."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from receptive.branched import branched
from receptive.positions import Positions, TooLong

from cnncalc import loads, receptive
from cnncalc.network import Network, Placed
from cnncalc.receptive import Field

SEEDS = 150
NONE = Field(None, None, None, None)
ASIDE = ("adaptive_avgpool", "adaptive_maxpool", "global_avgpool", "global_maxpool", "fc", "linear", "permute")
"""Behind these a unit has no neighbour whose region goes on with a stride; their cases are by hand."""


def settled(network: Network) -> list[Placed]:
    """The layers before which the definition says of every position, also outside its map, what it sees."""
    found = dict.fromkeys(network.inputs, True)
    for placed in network.layers:
        found[placed.path] = _settled(placed) and all(found[source] for source in placed.sources)
    return [placed for placed in network.layers if found[placed.path]]


def _settled(placed: Placed) -> bool:
    mode, dim = getattr(placed.layer, "mode", ""), getattr(placed.layer, "dim", 1)
    beside = placed.layer.type in ("concat", "softmax") and dim > 1
    around = getattr(placed.layer, "padding_mode", "zeros") != "zeros"
    return not (placed.layer.type in ASIDE or mode == "area" or beside or around)


def by_definition(network: Network, path: str) -> Field:
    """The field of a tensor as its units' regions have it."""
    axes = [Positions(network, axis) for axis in range(len(network.shape(path)) - 1)]
    sizes = tuple(axis.size(path) for axis in axes)
    if 0 in sizes:
        return NONE
    aligned = [axis.aligned(path) for axis in axes]
    starts = [axis.span(path, 0) if even else None for axis, even in zip(axes, aligned)]
    strides = tuple(axis.stride(path) if even else None for axis, even in zip(axes, aligned))
    paddings = tuple(-start[0] if start else None for start in starts)
    return Field(sizes, strides, paddings, all(aligned))


def test_fields_are_what_the_units_see() -> None:
    compared, silent, wrong = Counter[bool | None](), 0, list[str]()
    for network in map(loads, map(branched, range(SEEDS))):
        fields = receptive.fields(network)
        for placed in settled(network):
            try:
                known = by_definition(network, placed.path)
            except TooLong:
                silent += 1
                continue
            compared[known.aligned] += 1
            if fields[placed.path] == NONE and known.aligned is False:
                silent += 1  # branches whose periods have a common one that is too long to follow
            elif fields[placed.path] != known:
                wrong.append(f"{network.name} {placed.path}: {fields[placed.path]}, by definition {known}")
    assert not wrong, f"{len(wrong)} of {compared.total()}:\n" + "\n".join(wrong[:5])
    assert compared[True] > 700 and compared[False] > 400
    assert silent < compared.total() / 25


def test_the_check_can_fail() -> None:
    """Where a convolution is another one, its field is not what the units see."""
    text = "input: [1, 30]\nlayers: [{{conv: 1, kernel_size: {}, stride: {}, padding: {}}}, {{maxpool: 3}}]"
    known = by_definition(loads(text.format(3, 2, 1)), "maxpool1")
    assert known == Field((7,), (6,), (1,), True)
    for other in ((4, 2, 1), (3, 1, 1), (3, 2, 0)):
        assert receptive.fields(loads(text.format(*other)))["maxpool1"] != known


HALF = Fraction(1, 2)
ON_20 = {
    "{repeat: 2, layers: [{conv: 2, kernel_size: 3, stride: 2, padding: 1}]}": Field((7,), (4,), (3,), True),
    "{maxpool: 3, stride: 2, padding: same}": Field((3,), (2,), (0,), True),
    "{maxpool: 4, stride: 3, padding: same}": Field((4,), (3,), (1,), True),
    "{zero_pad: [2, 0]}, {maxpool: 2}": Field((2,), (2,), (2,), True),
    "{zero_pad: [-3, 0]}": Field((1,), (1,), (-3,), True),
    "{conv_transpose: 1, kernel_size: 4, stride: 2, padding: 1}": Field((2,), (HALF,), (1,), True),
    "{upsample: 2}": Field((1,), (HALF,), (0,), True),
    # unit 0 lies a quarter before pixel 0, between it and one before
    "{upsample: 2, mode: linear}": Field((2,), (HALF,), (1,), True),
    "{adaptive_avgpool: 5}": Field((4,), (4,), (0,), True),
    "{adaptive_avgpool: 3}": Field((8,), (None,), (0,), True),
    # r + (n − 1)·j: 5 + 15·1 of 16 units, 3 + 8·2 of 9
    "{conv: 1, kernel_size: 3, dilation: 2}, global_avgpool": Field((20,), (None,), (0,), True),
    "{conv: 2, kernel_size: 3, stride: 2}, {fc: 5}, relu, {fc: 3}": Field((19,), (None,), (0,), True),
    "{residual: [{conv: 1, kernel_size: 3, padding: 1}]}": Field((3,), (1,), (1,), True),
    # −1 … 1 and 0 … 2
    "{add: [[{conv: 1, kernel_size: 3, padding: 1}], [{conv: 1, kernel_size: 3}, {zero_pad: [0, 2]}]]}": Field(
        (4,), (None,), (None,), False
    ),
    # 2i … 2i + 1 and i + 5
    "{concat: [[{maxpool: 2}], [{crop: 10}]]}": Field((6,), (None,), (None,), False),
    # once apart, always apart
    "{add: [[], [{zero_pad: [1, -1]}]]}, {conv: 1, kernel_size: 3}": Field((4,), (None,), (None,), False),
    "{add: [[relu], [sigmoid], []]}": Field((1,), (1,), (0,), True),
    "{conv: 1, kernel_size: 20}, {multiply: [[], [relu]]}": Field((20,), (1,), (0,), True),
}
"""Steps on 20 pixels, and the field of the last of them."""


@pytest.mark.parametrize("steps", ON_20)
def test_fields_known_by_hand(steps: str) -> None:
    network = loads(f"input: [1, 20]\nlayers: [{steps}]")
    assert receptive.fields(network)[network.layers[-1].path] == ON_20[steps]


def test_every_axis_has_its_own() -> None:
    network = loads("input: [1, 20, 30]\nlayers: [{conv: 1, kernel_size: [3, 1], stride: [2, 1], padding: [1, 0]}]")
    assert receptive.fields(network)["conv1"] == Field((3, 1), (2, 1), (1, 0), True)


def test_what_is_not_spatial_has_none() -> None:
    assert receptive.fields(loads("input: [10]\nlayers: [{linear: 3}]"))["linear1"] == NONE
