"""`verify` passes on networks that are right, and is shown to fail once for each thing that it compares.

Each test runs twice: with memory for every tensor, and without any.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from by_hand import Sketch

from cnncalc import loads
from cnncalc.errors import SpecError
from cnncalc.formula import Formula
from cnncalc.layers.conv import Conv
from cnncalc.layers.norm import BatchNorm
from cnncalc.network import Network
from cnncalc.pytorch import LayerCheck, Verification, build, measure, verify


@pytest.fixture(autouse=True, params=[True, False], ids=["cpu", "meta"])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr(measure, "BUDGET", 0)


def residual() -> Network:
    """A bit of everything: a branch added, one concatenated, one multiplied."""
    place = Sketch(input=(4, 8, 8))
    place("stem", "conv", out_channels=4, kernel_size=3, padding=1)
    place("body.conv", "conv", out_channels=4, kernel_size=3, padding=1)
    place("body.norm", "batchnorm")
    place("sum", "add", "body.norm", "stem", "input")
    place("both", "concat", "sum", "stem")
    place("squeeze", "global_avgpool")
    place("gate", "multiply", "both", "squeeze")
    place("out", "fc", out_features=10)
    return place.network()


def failed(verification: Verification) -> dict[str, LayerCheck]:
    """The layers that failed, by path; at least one did."""
    assert not verification.passed
    return {layer.path: layer for layer in verification.layers if not layer.passed}


def differing(verification: Verification, path: str) -> dict[str, tuple[Any, Any]]:
    """Of the one layer that failed: what differs, as predicted and as measured."""
    [(only, layer)] = failed(verification).items()
    assert only == path
    for quantity in layer.failed:
        assert path in verification.checks[quantity].failed
    return {quantity: (layer.predicted.get(quantity), layer.measured.get(quantity)) for quantity in layer.failed}


def test_right_networks_pass_and_say_so_as_json() -> None:
    verification = verify(residual())
    assert verification.passed
    report = json.loads(json.dumps(verification.as_json()))
    assert {key: report[key] for key in ("name", "device", "passed")} == {
        "name": "sketch",
        "device": "cpu",
        "passed": True,
    }
    assert report["checks"]["params"] == {"passed": True, "predicted": 5434, "measured": 5434, "failed": []}
    assert {"output", "params", "buffers", "flops", "join"} <= set(report["checks"])
    stem = report["layers"][0]
    assert (stem["path"], stem["passed"]) == ("stem", True)
    assert stem["predicted"] == stem["measured"]
    assert stem["predicted"]["output"] == [4, 8, 8]
    assert report["layers"][3]["measured"]["join"] == "add(add(body.norm 4×8×8, stem 4×8×8), input 4×8×8)"


def test_several_inputs_outputs_and_shared_weights_pass() -> None:
    place = Sketch(left=(3, 9, 9), right=(3, 12, 12), code=(6,))
    place("conv", "conv", "left", out_channels=4, kernel_size=4, stride=2, padding="same")
    place("again", "conv", "right", out_channels=4, kernel_size=4, stride=2, padding="same", reuses="conv")
    place("fc", "fc", "code", out_features=5)
    place("map", "reshape", "code", shape=(6, 1, 1))
    place("fc_again", "fc", out_features=5, reuses="fc")
    place("unused", "relu", "conv")
    network = place.network("again", "fc_again", "code", "fc")
    verification = verify(network)
    assert verification.passed
    measured = {layer.path: layer.measured for layer in verification.layers}
    assert measured["again"]["params"] == measured["fc_again"]["params"] == 0
    assert measured["again"]["flops"] > 0


def test_wrong_output_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    tamper(monkeypatch, "Conv2d", stride=2)
    place = Sketch(input=(3, 8, 8))
    place("conv1", "conv", out_channels=4, kernel_size=3, padding=1)
    place("relu1", "relu")
    place("fc1", "fc", out_features=2)
    found = differing(verify(place.network()), "conv1")  # the layers behind it are given what they expect
    assert found["output"] == ([4, 8, 8], [4, 4, 4])


def test_wrong_params(monkeypatch: pytest.MonkeyPatch) -> None:
    tamper(monkeypatch, "Linear", bias=False)
    verification = verify(residual())
    assert differing(verification, "out") == {"params": (5130, 5120), "trainable": (5130, 5120)}
    assert (verification.checks["params"].predicted, verification.checks["params"].measured) == (5434, 5424)


def test_wrong_formula_of_params(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchNorm, "biases", Formula("0"))
    assert differing(verify(residual()), "body.norm") == {"params": (4, 8), "trainable": (4, 8)}


def test_weights_counted_as_biases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchNorm, "weights", Formula("2*a*C_in"))
    monkeypatch.setattr(BatchNorm, "biases", Formula("0"))
    assert differing(verify(residual()), "body.norm") == {"weights": (8, 4)}


def test_wrong_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    tamper(monkeypatch, "BatchNorm2d", track_running_stats=False)
    assert differing(verify(residual()), "body.norm") == {"buffers": (9, 0)}


def test_wrong_flops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv, "macs", Formula("prod(o) * C_out * ((C_in / g) * prod(k) + b)"))
    place = Sketch(input=(3, 8, 8))
    place("conv1", "conv", out_channels=4, kernel_size=3, padding=1)
    place("conv2", "conv", out_channels=4, kernel_size=3, bias=False)
    assert differing(verify(place.network()), "conv1") == {"flops": (14336, 13824)}


def test_layer_that_is_trained_though_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Sketch(input=(3,))
    place("fc1", "fc", out_features=2, frozen=True)
    assert verify(place.network()).passed
    monkeypatch.setattr(torch.nn.Module, "requires_grad_", lambda module, flag: module)
    assert differing(verify(place.network()), "fc1") == {"trainable": (0, 8)}


JOINS: dict[str, tuple[str, Callable[..., torch.Tensor]]] = {
    "multiplied instead of added": ("mul(a 4×4×4, b 4×4×4)", lambda a, b: a * b),
    "a branch missing": ("a 4×4×4", lambda a, b: a),
    "one branch twice": ("add(a 4×4×4, a 4×4×4)", lambda a, b: a + a),
    "in another order": ("add(b 4×4×4, a 4×4×4)", lambda a, b: b + a),
    "scaled": ("add(a 4×4×4, b 4×4×4, alpha=2)", lambda a, b: torch.add(a, b, alpha=2)),
    "of something else": ("add(neg(a 4×4×4), b 4×4×4)", lambda a, b: -a + b),
}


@pytest.mark.parametrize("fault", JOINS)
def test_wrong_join(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    seen, wrong = JOINS[fault]
    monkeypatch.setattr(build, "_join", lambda operator, options, *tensors: wrong(*tensors))
    place = Sketch(a=(4, 4, 4), b=(4, 4, 4))
    place("sum", "add", "a", "b")
    assert differing(verify(place.network()), "sum") == {"join": ("add(a 4×4×4, b 4×4×4)", seen)}


def test_join_along_a_wrong_dimension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_join", lambda operator, options, *tensors: torch.cat(tensors, dim=2))
    place = Sketch(a=(4, 4, 4), b=(4, 4, 4))
    place("cat", "concat", "a", "b")
    assert differing(verify(place.network()), "cat") == {
        "output": ([8, 4, 4], [4, 8, 4]),
        "join": ("cat(a 4×4×4, b 4×4×4, dim=1)", "cat(a 4×4×4, b 4×4×4, dim=2)"),
    }


def test_layer_fed_with_a_wrong_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    def network(source: str) -> Network:
        place = Sketch(input=(4, 8, 8))
        place("relu1", "relu")
        place("relu2", "relu")
        place("relu3", "relu", source)
        return place.network()

    monkeypatch.setattr(measure, "build", lambda _: build.build(network("relu1")))
    assert differing(verify(network("relu2")), "relu3") == {"inputs": (["relu2"], ["relu1"])}


def test_wrong_tensor_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def network(output: str) -> Network:
        place = Sketch(input=(4, 8, 8))
        place("relu1", "relu")
        place("relu2", "relu")
        return place.network(output)

    monkeypatch.setattr(measure, "build", lambda _: build.build(network("relu1")))
    verification = verify(network("relu2"))
    assert not verification.passed
    assert verification.checks["outputs"].measured == [["relu1", [4, 8, 8]]]


def test_layer_that_pytorch_does_not_run_or_construct(monkeypatch: pytest.MonkeyPatch) -> None:
    tamper(monkeypatch, "Linear", in_features=7)
    found = differing(verify(residual()), "out")
    assert any(words in found["error"][1] for words in ("shapes cannot be multiplied", "must have same reduction dim"))
    tamper(monkeypatch, "Conv2d", groups=3)
    verification = verify(residual())
    assert "divisible by groups" in differing(verification, "stem")["error"][1]
    assert not verification.as_json()["checks"]["error"]["passed"]


def test_batch_of_one_that_a_norm_refuses() -> None:
    place = Sketch(input=(4, 1, 1))
    place("norm", "instancenorm")
    with pytest.raises(SpecError, match="one single value"):
        verify(place.network())


def tamper(monkeypatch: pytest.MonkeyPatch, name: str, **options: Any) -> None:
    """Has the builder construct modules of that class with other options than the layers said."""
    honest = build.construct

    def construct(calls: Any) -> torch.nn.Module:
        return honest([(found, given | options if found == name else given) for found, given in calls])

    monkeypatch.setattr(build, "construct", construct)


def test_a_join_class_that_names_the_wrong_operator_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    network = loads("input: [4, 4, 4]\nlayers: [{residual: [relu]}]")
    monkeypatch.setattr("cnncalc.layers.join.Add.operator", "mul")
    outcome = verify(network)
    assert not outcome.passed
    [failed] = [layer for layer in outcome.layers if not layer.passed]
    assert (failed.path, failed.failed) == ("add1", ("join",))
    assert failed.predicted["join"] == "add(relu1 4×4×4, input 4×4×4)"
    assert failed.measured["join"] == "mul(relu1 4×4×4, input 4×4×4)"


TWINS = """
input: [4, 8, 8]
layers:
  - {conv: 4, kernel_size: 1, name: a}
  - {conv: 4, kernel_size: 1, name: b}
  - {reuse: a, name: c}
"""


def test_weights_shared_with_the_wrong_layer_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right = loads(TWINS)
    assert verify(right).passed
    wrong = loads(TWINS.replace("reuse: a", "reuse: b"))
    monkeypatch.setattr(measure, "build", lambda _: build.build(wrong))
    outcome = verify(right)
    assert outcome.checks["reuses"].failed == ("c",)
    [failed] = [layer for layer in outcome.layers if not layer.passed]
    assert (failed.predicted["reuses"], failed.measured["reuses"]) == ("a", "b")


def test_a_submodule_that_is_not_called_by_its_path_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    register = build._register
    monkeypatch.setattr(build, "_register", lambda module, path, *rest: register(module, path.replace("a", "x"), *rest))
    outcome = verify(loads(TWINS))
    assert outcome.checks["module"].failed == ("a", "c")
    assert outcome.layers[0].measured["module"] == "x"


def test_outputs_in_another_order_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = loads(f"{TWINS}outputs: [a, b]"), loads(f"{TWINS}outputs: [b, a]")
    assert verify(right).passed
    monkeypatch.setattr(measure, "build", lambda _: build.build(wrong))
    assert not verify(right).checks["outputs"].passed
