"""The spread of initial weights: equal to what `torch.nn.init` computes from the weights of the built network."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.init import _calculate_fan_in_and_fan_out as fans_in_torch
from typer.testing import CliRunner

from cnncalc import Network, load, loads
from cnncalc.cli import app
from cnncalc.initialisation import initial
from cnncalc.layers import REGISTRY, Layer
from cnncalc.pytorch.build import build
from cnncalc.render.columns import COLUMNS

ONE_LAYER = "input: [6, 9, 8]\nlayers: [{layer}]"


def weights(network: Network) -> dict[str, torch.Tensor]:
    """The weights that sum inputs, by the path of their layer."""
    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    found = {name: module.weight for name, module in build(network).named_modules() if isinstance(module, kinds)}
    # a fc on a map is a sequence of two modules
    return {name if name in network.by_path else name.rpartition(".")[0]: weight for name, weight in found.items()}


@pytest.mark.parametrize(
    "spec",
    [
        *("alexnet", "resnet50", "mobilenet_v2", "shufflenet_v1_g3", "googlenet", "dcgan_generator", "c3d"),
        ONE_LAYER.format(layer="{conv: 12, kernel_size: [3, 2], groups: 3}"),
        ONE_LAYER.format(layer="{conv_transpose: 12, kernel_size: [3, 2], groups: 3}"),
        ONE_LAYER.format(layer="{conv: 12, kernel_size: 4, padding: same, stride: 2}"),
        "input: [7, 35]\nlayers: [{linear: 17}]",
        "input: [7, 35]\nlayers: [{conv_transpose1d: 4, kernel_size: 5}]",
    ],
)
def test_fans_are_those_of_torch(spec: str) -> None:
    network = loads(spec) if "\n" in spec else load(spec)
    found = {placed.path: initial(placed) for placed in network.layers}
    torches = weights(network)
    assert torches
    assert {path for path, one in found.items() if one} == {*torches}
    for path, weight in torches.items():
        one = found[path]
        assert one is not None
        assert (one.fan_in.value, one.fan_out.value) == fans_in_torch(weight)


@pytest.mark.parametrize("layer", ["{conv: 300, kernel_size: 5}", "{fc: 700}", "{conv_transpose: 300, kernel_size: 5}"])
def test_deviations_are_those_that_torch_draws_with(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = loads(ONE_LAYER.format(layer=layer))
    [weight], one = weights(network).values(), initial(network.layers[0])
    drawn: list[float] = []
    monkeypatch.setattr(torch.Tensor, "normal_", lambda tensor, mean, std, generator=None: drawn.append(std))
    nn.init.xavier_normal_(weight)
    nn.init.kaiming_normal_(weight)
    assert one is not None
    assert drawn == pytest.approx([one.xavier_std.value, one.kaiming_std.value], rel=1e-15)


def test_weights_of_every_position_start_as_those_of_a_convolution() -> None:
    local, conv = (
        initial(loads(ONE_LAYER.format(layer=layer)).layers[0])
        for layer in ("{local: 5, kernel_size: 3}", "{conv: 5, kernel_size: 3}")
    )
    assert local is not None
    assert conv is not None
    assert [number.value for number in local] == [number.value for number in conv]


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_a_layer_has_fans_where_it_has_macs(kind: type[Layer]) -> None:
    nothing = Layer.fan_in
    assert (kind.fan_in is nothing) == (kind.fan_out is nothing) == (kind.macs is nothing)


def test_weights_used_again_are_not_initialised_again() -> None:
    spec = "input: [4, 8, 8]\nlayers: [{conv: 4, kernel_size: 1, name: q}, {reuse: q}]"
    first, second = loads(spec).layers
    assert initial(first)
    assert initial(second) is None


def test_the_formula_is_the_paper_s_and_not_the_slide_s() -> None:
    """He et al. 2015, equation 15, where the lecture squares 1 + a."""
    found = initial(load("alexnet").by_path["conv2"])
    assert found is not None
    formula = found.kaiming_std.formula
    assert formula({"fan_in": 50, "a": 1}) == math.sqrt(2 / 100)
    assert formula.text() == "√(2/((1 + a²)·fan_in))"


def test_columns_are_empty_where_there_are_no_weights() -> None:
    from cnncalc import analyze

    analysis = analyze(load("resnet50"))
    found = [COLUMNS["fan_in"].get(analysis, row) for row in analysis.rows]
    assert found[:2] == [147, None]
    assert COLUMNS["kaiming_std"].cell(None, "chw") == "–"
    assert COLUMNS["fan_in"].get(analysis, analysis.folded(1)[0]) in (147, None)


def test_what_has_no_weights_is_sorted_to_the_end() -> None:
    asked = "summary lenet5 --sort fan_in --top 6 --format csv --columns layer,fan_in"
    assert CliRunner().invoke(app, asked.split()).stdout.splitlines() == [
        "layer,fan_in",
        "conv3,400",
        "conv2,150",
        "fc1,120",
        "fc2,84",
        "conv1,25",
        "tanh1,",
    ]
