"""The built module: names, memory while it runs, and the modules that PyTorch lacks."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from by_hand import Sketch
from small import net
from torch import Tensor, nn

from cnncalc.network import Placed
from cnncalc.pytorch import modules
from cnncalc.pytorch.build import Compute, build


def test_submodules_are_called_by_the_paths() -> None:
    place = Sketch(input=(3, 8, 8))
    for path in (
        "conv-1",
        "stage1.block2.conv3",
        "stage1.block2.type",
        "half",
        "training.forward",
        "0",
        "type_",
        "type",
    ):
        place(path, "conv", "input", out_channels=2, kernel_size=1)
    place("same", "conv", "input", out_channels=2, kernel_size=3, stride=2, padding="same")
    built = build(place.network())
    found = {name for name, module in built.named_modules() if isinstance(module, nn.Conv2d)}
    assert found == {
        *("conv-1", "stage1.block2.conv3", "stage1.block2.type_", "half_", "training_.forward_", "0"),
        *("type_", "type__", "same.1"),
    }
    assert isinstance(built.get_submodule("same"), nn.Sequential)


def test_nothing_is_allocated_before_it_is_asked_for() -> None:
    place = Sketch(input=(10**5,))
    place("fc1", "fc", out_features=10**6)
    assert {parameter.device.type for parameter in build(place.network()).parameters()} == {"meta"}


def test_weights_that_are_used_again_are_the_same_tensors() -> None:
    place = Sketch(input=(6,))
    place("fc1", "fc", out_features=4, frozen=True)
    place("map", "reshape", "input", shape=(6, 1, 1))
    place("fc2", "fc", out_features=4, reuses="fc1")
    built = build(place.network())
    assert len(list(built.parameters())) == 2
    assert not any(parameter.requires_grad for parameter in built.parameters())
    assert built.get_parameter("fc1.weight") is built.get_parameter("fc2.1.weight")


def test_initialised_network_computes_what_its_modules_do() -> None:
    place = Sketch(image=(3, 8, 8), gate=(4, 1, 1))
    place("conv", "conv", "image", out_channels=4, kernel_size=3)
    place("gated", "multiply", "conv", "gate")
    place("both", "concat", "gated", "conv")
    built = build(place.network("both", "conv"), device="cpu").eval()
    image, gate = torch.randn(2, 3, 8, 8), torch.randn(2, 4, 1, 1)
    both, conv = built(image, gate)
    assert torch.equal(conv, built.get_submodule("conv")(image))
    assert torch.equal(both, torch.cat((conv * gate, conv), dim=1))


def test_tensors_are_freed_after_their_last_use() -> None:
    place = Sketch(input=(3, 8, 8))
    for number in range(6):
        place(f"relu{number}", "relu")
    place("sum", "add", "relu5", "relu1")
    alive: list[weakref.ref[Tensor]] = []
    most: list[int] = []

    def through(placed: Placed, compute: Compute, arguments: Sequence[Tensor]) -> Any:
        result = compute(*arguments)
        alive.append(weakref.ref(result))
        most.append(sum(reference() is not None for reference in alive))
        return result

    build(place.network(), device="cpu")(torch.zeros(1, 3, 8, 8), through=through)
    assert most == [1, 2, 2, 3, 3, 3, 3]  # relu1 is kept for the sum


@pytest.mark.parametrize(
    "module",
    [
        modules.Slice(1, None, 2, dim=-1),
        modules.Slice(1, 3),
        modules.Permute((0, 2, 1, 3)),
        modules.Crop((2, 3), (1, 0)),
        modules.DropPath(0.5).eval(),
    ],
    ids=lambda module: type(module).__name__,
)
def test_views_are_views(module: nn.Module) -> None:
    x = torch.randn(2, 4, 5, 6)
    assert module(x).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_stochastic_pool_draws_in_proportion(rank: int) -> None:
    torch.manual_seed(0)
    x = torch.zeros(4000, 1, *[2] * rank)
    x.flatten(1)[:, 0], x.flatten(1)[:, -1] = 1.0, 3.0
    drawn = modules.StochasticPool((2,) * rank, (2,) * rank)(x)
    assert set(drawn.unique().tolist()) == {1.0, 3.0}
    assert (drawn == 3).float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_stochastic_pool_over_the_edge_and_over_nothing() -> None:
    x = torch.tensor([[[0.0, 0, 5, 0, 7]]])
    pool = modules.StochasticPool((2,), (2,), ceil_mode=True)
    assert pool(x).tolist() == pool.eval()(x).tolist() == [[[0, 5, 7]]]


def test_drop_path_drops_whole_images_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    out = modules.DropPath(0.25)(torch.ones(4000, 2, 3))
    kept = out.flatten(1)
    assert kept.unique().tolist() == [0, pytest.approx(4 / 3)]
    assert (kept.min(1).values == kept.max(1).values).all()
    assert out.mean().item() == pytest.approx(1, abs=0.05)
    assert (modules.DropPath(1.0)(torch.ones(5, 2)) == 0).all()


def test_joins_are_operators_which_tools_tell_from_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    network = net("- {conv: 3, kernel_size: 1}\n- add: [[], [relu]]\n- multiply: [[], [relu], []]")
    built = build(network, "cpu")
    for owner in (torch, Tensor):
        for name in ("add", "mul", "add_", "mul_"):
            if hasattr(owner, name):
                monkeypatch.setattr(owner, name, None)
    x = built.get_submodule("conv1")(torch.ones(1, 3, 2, 2))
    torch.testing.assert_close(built(torch.ones(1, 3, 2, 2)), (x + x.relu()) ** 2 * (x + x.relu()).relu())
