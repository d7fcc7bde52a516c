"""The input region of single units against the gradient, on random networks with branches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from receptive.branched import branched
from receptive.gradient import Box, Unit, regions, run
from receptive.positions import Positions, Span

from cnncalc import loads, receptive
from cnncalc.layers.join import Join
from cnncalc.network import Network
from cnncalc.pytorch.build import construct

NETWORKS = 500
Predict = Callable[[Network, str, tuple[int, ...]], Box | None]

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """On maps this small threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def units(network: Network, seed: int) -> list[Unit]:
    """Units of the last layer, of every join and of a few others: corners, edges or the middle, anywhere."""
    drawn, layers = random.Random(seed), network.layers
    others = drawn.sample(layers, min(3, len(layers)))
    chosen = {p.path: p for p in (*others, *(p for p in layers if isinstance(p.layer, Join)), layers[-1])}
    found: dict[Unit, None] = {}
    for path, placed in chosen.items():
        sizes = placed.output[1:]
        corner = tuple(drawn.choice((0, size - 1)) for size in sizes)
        edge = tuple(drawn.choice((0, size // 2)) for size in sizes)
        anywhere, last = tuple(drawn.randrange(size) for size in sizes), tuple(size - 1 for size in sizes)
        found |= dict.fromkeys((path, at) for at in ((0,) * len(sizes), last, corner, edge, anywhere))
    return list(found)


def mismatches(text: str, predict: Predict, seed: int) -> tuple[list[str], list[Box | None]]:
    """Every unit whose prediction is not what the gradient says, in words; and what the gradient says of all."""
    network = loads(text)
    asked = units(network, seed)
    measured = regions(network, asked)
    predicted = [predict(network, path, at) for path, at in asked]
    told = [
        f"{path} at {at}: predicted {said}, the gradient has {seen}"
        for (path, at), said, seen in zip(asked, predicted, measured)
        if said != seen
    ]
    return [f"{mismatch}\n  in {text}" for mismatch in told], measured


def test_the_gradient_sees_what_is_predicted() -> None:
    compared, wrong, types = list[Box | None](), list[str](), Counter[str]()
    networks = [branched(seed) for seed in range(NETWORKS)]
    assert len(set(networks)) == len(networks) == 500
    for seed, text in enumerate(networks):
        found, measured = mismatches(text, receptive.region, seed)
        wrong += found
        compared += measured
        types.update({placed.layer.type for placed in loads(text).layers})
    assert not wrong, f"{len(wrong)} of {len(compared)} units:\n" + "\n".join(wrong[:3])
    # that nothing of this was idle
    assert len(compared) > 9_000
    assert sum(seen is None for seen in compared) > 200
    assert {len(seen) for seen in compared if seen} == {1, 2, 3}
    assert not DRAWN - types.keys(), DRAWN - types.keys()


DRAWN = {
    *("conv", "conv_transpose", "local", "maxpool", "minpool", "avgpool", "sumpool", "lppool", "stochasticpool"),
    *("adaptive_avgpool", "adaptive_maxpool", "global_avgpool", "fc", "upsample", "pixel_shuffle", "pixel_unshuffle"),
    *("zero_pad", "crop", "slice", "channel_shuffle", "maxout", "add", "multiply", "concat"),
    *("softmax", "linear", "permute"),
    *("batchnorm", "instancenorm", "layernorm", "groupnorm", "lrn", "dropout", "affine", "relu"),
}


def one_pixel_more(network: Network, path: str, at: tuple[int, ...]) -> Box | None:
    said = receptive.region(network, path, at)
    return said and (*said[:-1], (said[-1][0], said[-1][1] + 1))


def its_neighbour(network: Network, path: str, at: tuple[int, ...]) -> Box | None:
    sizes = network.shape(path)[1:]
    return receptive.region(network, path, tuple((i + 1) % size for i, size in zip(at, sizes)))


@pytest.mark.parametrize("predict", [one_pixel_more, its_neighbour, lambda *unit: None])
def test_the_check_can_fail(predict: Predict) -> None:
    found = [mismatches(branched(seed), predict, seed) for seed in range(10, 20)]
    wrong, seeing = sum(len(told) for told, _ in found), sum(seen is not None for _, all in found for seen in all)
    assert wrong > seeing / 2


def alone(step: str, shape: str = "[1, 7, 9]") -> Network:
    return loads(f"input: {shape}\nlayers: [{step}]")


BY_HAND = {
    # three convolutions of 3 see 7, cut off at the edges
    "{repeat: 3, layers: [{conv: 2, kernel_size: 3, padding: 1}]}": ("conv3", {0: (0, 3), 8: (5, 11), 19: (16, 19)}),
    "{maxpool: 3, stride: 2, ceil_mode: true}": ("maxpool1", {0: (0, 2), 9: (18, 19)}),
    # seven windows reach 6·3 + 5 = 23: three more than there are, one of them before
    "{conv: 1, kernel_size: 5, stride: 3, padding: same}": ("conv1", {0: (0, 3), 1: (2, 6), 6: (17, 19)}),
    "{conv: 1, kernel_size: 2, dilation: 4, padding: 1}": ("conv1", {0: (3, 3), 1: (0, 4), 17: (16, 16)}),
    # every third unit has a weight, those between have none
    "{conv_transpose: 1, kernel_size: 1, stride: 3}": ("conv_transpose1", {0: (0, 0), 1: None, 2: None, 57: (19, 19)}),
    "{conv_transpose: 1, kernel_size: 4, stride: 2}": ("conv_transpose1", {0: (0, 0), 2: (0, 1), 41: (19, 19)}),
    "{upsample: 2}": ("upsample1", {0: (0, 0), 1: (0, 0), 2: (1, 1), 39: (19, 19)}),
    "{upsample: 2, mode: linear}": ("upsample1", {0: (0, 0), 1: (0, 1), 2: (0, 1), 39: (19, 19)}),
    # 20 pixels on 39 units: every second falls on a pixel
    "{upsample: null, size: 39, mode: linear, align_corners: true}": ("upsample1", {0: (0, 0), 1: (0, 1), 2: (1, 1)}),
    "{adaptive_avgpool: 3}": ("adaptive_avgpool1", {0: (0, 6), 1: (6, 13), 2: (13, 19)}),
    "{zero_pad: [-2, 3]}": ("zero_pad1", {0: (2, 2), 17: (19, 19), 18: None}),
    "{crop: 8}": ("crop1", {0: (6, 6), 7: (13, 13)}),
    "{conv: 1, kernel_size: 3, padding: 1, padding_mode: circular}": ("conv1", {0: (0, 19), 1: (0, 2)}),
    "{concat: [[{crop: 8, offset: 0}], [{crop: 8, offset: 5}]]}": ("concat1", {0: (0, 5), 7: (7, 12)}),
    "{multiply: [[], [global_avgpool, sigmoid]]}": ("multiply1", {3: (0, 19)}),
    "{fc: 10}": ("fc1", {None: (0, 19)}),
}
"""Steps on 20 pixels, and what some units see of them."""


@pytest.mark.parametrize("step", BY_HAND)
def test_cases_known_by_hand(step: str) -> None:
    path, cases = BY_HAND[step]
    network = alone(step, "[1, 20]")
    asked = [(path, () if at is None else (at,)) for at in cases]
    known = [None if seen is None else (seen,) for seen in cases.values()]
    assert regions(network, asked) == known
    assert [receptive.region(network, *unit) for unit in asked] == known


BEHIND_A_STAND_IN: dict[str, float] = {
    "{maxpool: 3, stride: 2, padding: 1, ceil_mode: true}": 1,
    "{maxpool: [2, 3], padding: same, dilation: 2, stride: [3, 1]}": 1,
    "{minpool: [3, 2], padding: [1, 0], dilation: [1, 2]}": -1,
    "{lppool: [3, 2], stride: 2, ceil_mode: true}": 1,
    "{stochasticpool: [2, 4], stride: [3, 2], ceil_mode: true}": 1,
    "{adaptive_maxpool: [3, 4]}": 1,
    "{upsample: 1.5, mode: bilinear}": 1,
    "{upsample: null, size: [4, 17], mode: bicubic, align_corners: true}": 1,
    "{upsample: [2, 3], mode: nearest-exact}": 1,
}
"""Steps that the gradient meets through a stand-in, and a pixel that their own output notices on a map of zeros."""


@pytest.mark.parametrize("step", BEHIND_A_STAND_IN)
def test_a_stand_in_sees_what_the_layer_sees(step: str) -> None:
    """The layer itself, as PyTorch has it, is shown one pixel after the other."""
    network = alone(step)
    placed = network.layers[-1]
    module: Any = construct(placed.layer.torch(*placed.inputs)).eval()
    pixels = torch.eye(63, dtype=torch.float64).view(63, 1, 7, 9) * BEHIND_A_STAND_IN[step]
    noticed = module(pixels).abs() > 1e-9
    asked = [(placed.path, (row, column)) for row in range(placed.output[1]) for column in range(placed.output[2])]
    shown = [noticed[:, 0, row, column].view(7, 9).nonzero() for _, (row, column) in asked]
    boxes = [tuple(zip(at.amin(0).tolist(), at.amax(0).tolist())) if len(at) else None for at in shown]
    assert regions(network, asked) == boxes


@pytest.mark.parametrize("seed", range(40))
def test_the_stand_ins_are_linear(seed: int) -> None:
    """Else the gradient at one image would tell of that image, not of the network."""
    network = loads(branched(seed))
    ((_, shape),) = network.inputs.items()
    one, other = torch.rand(2, 1, *shape, dtype=torch.float64)
    images = torch.cat([one, other, one + other, torch.zeros_like(one)])
    for path, tensor in run(network, images).items():
        torch.testing.assert_close(tensor[0] + tensor[1], tensor[2] + tensor[3], msg=path)


class Clipped(Positions):
    """With edges: a position outside its map shows nothing."""

    def _span(self, tensor: str, at: int) -> Span | None:
        return super()._span(tensor, at) if 0 <= at < self.network.shape(tensor)[1] else None


def test_the_definitions_agree_with_the_gradient() -> None:
    """On sequences, where no other axis can hide a unit; with edges, that of the paddings apart."""
    compared = 0
    for network in map(loads, map(branched, range(200))):
        modes = {getattr(placed.layer, "padding_mode", "zeros") for placed in network.layers}
        if len(network.inputs["input"]) > 2 or modes != {"zeros"}:
            continue
        maps = [placed for placed in network.layers if placed.layer.type != "fc"]
        units = [(placed.path, (at,)) for placed in maps for at in range(0, placed.output[1], 7)]
        clipped = Clipped(network, 0)
        spans = [clipped.span(path, at) for path, (at,) in units]
        assert [seen and seen[0] for seen in regions(network, units)] == spans, network.name
        compared += len(units)
    assert compared > 3_000
