"""f and f′ of every activation: against PyTorch and its autograd, against each other, and as they are printed."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc.curve import Curve
from cnncalc.layers import REGISTRY
from cnncalc.layers.activation import Activation
from cnncalc.pytorch.build import construct

CALM = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

ACTIVATIONS = [name for name, layer in REGISTRY.items() if issubclass(layer, Activation)]
OF_ONE = [name for name in ACTIVATIONS if REGISTRY[name].curves[0].of_one]  # type: ignore[attr-defined]
SLOPES = st.sampled_from((-1.5, -0.3, 0.0, 0.01, 0.25, 1.0, 2.0))
OPTIONS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "elu": {"alpha": SLOPES},
    "celu": {"alpha": st.sampled_from((-1.5, 0.3, 1.0, 2.0))},
    "gelu": {"approximate": st.sampled_from(("none", "tanh"))},
    "softplus": {"beta": st.sampled_from((-1.0, 0.5, 1.0, 3.0)), "threshold": st.sampled_from((0.0, 2.0, 20.0))},
    "leaky_relu": {"negative_slope": SLOPES},
    "prelu": {"init": SLOPES},
}
NEAR = sorted(
    {k + d for k in (-6, -3, -1, 0, 0.5, 1, 3, 6) for d in (-0.25, -1e-9, 0.0, 1e-9, 0.25)} | {-90.0, -30.0, 30.0}
)
"""Around every point where a function of ours has a kink, and far from them."""


def layers(name: str) -> st.SearchStrategy[Activation]:
    """Layers of that type with every option it has."""
    return st.fixed_dictionaries(OPTIONS.get(name, {})).map(lambda options: REGISTRY[name](**options))  # type: ignore


def test_every_activation_says_what_it_computes() -> None:
    family = {name for name, layer in REGISTRY.items() if layer.__module__ == Activation.__module__}
    assert set(ACTIVATIONS) == family
    with_options = {name for name in OF_ONE if REGISTRY[name].options()}
    assert set(OPTIONS) == with_options


@pytest.mark.parametrize("name", OF_ONE)
def test_values_and_slopes_are_those_of_pytorch_kinks_included(name: str) -> None:
    @settings(CALM, max_examples=25)
    @given(layers(name))
    def agree(layer: Activation) -> None:
        module = construct(layer.torch((1, len(NEAR)))).double()
        x = torch.tensor(NEAR, dtype=torch.float64, requires_grad=True)
        y = module(x.view(1, 1, -1)).view(-1)
        y.sum().backward()
        ours = [layer.curve.at(point, layer.constants()) for point in NEAR]
        for point, (value, slope), wanted, gradient in zip(NEAR, ours, y.tolist(), x.grad.tolist()):
            # its 1/6, 1/alpha and initial weights are float32
            assert value == pytest.approx(wanted, rel=1e-6, abs=1e-12), point
            assert slope == pytest.approx(gradient, rel=1e-6, abs=1e-12), point

    agree()


@pytest.mark.parametrize("name", OF_ONE)
def test_f_prime_is_the_slope_of_f_but_at_its_kinks(name: str) -> None:
    """Without PyTorch, on both sides of every point: the kinks are where the two sides differ, and nowhere else."""

    @settings(CALM, max_examples=25)
    @given(layers(name))
    def consistent(layer: Activation) -> None:
        curve, constants = layer.curve, layer.constants()
        steps = {p for p in NEAR if abs(p) < 10 and p == round(p, 2)}
        ends = [layer.threshold / layer.beta] if name == "softplus" else []  # type: ignore[attr-defined]
        for point in steps - set(ends):
            here = curve.at(point, constants)[0]
            left = (here - curve.at(point - 1e-6, constants)[0]) / 1e-6
            right = (curve.at(point + 1e-6, constants)[0] - here) / 1e-6
            if point in curve.kinks(constants):
                assert abs(right - left) > 1e-3
                assert left == pytest.approx(curve.at(point - 1e-5, constants)[1], abs=1e-4)
                assert right == pytest.approx(curve.at(point + 1e-5, constants)[1], abs=1e-4)
            else:
                assert left == pytest.approx(right, rel=1e-5, abs=1e-4)
                assert (left + right) / 2 == pytest.approx(curve.at(point, constants)[1], rel=1e-5, abs=1e-4)

    consistent()


def test_kinks() -> None:
    found = {name: REGISTRY[name]().curve.kinks(REGISTRY[name]().constants()) for name in OF_ONE}  # type: ignore
    assert {name: kinks for name, kinks in found.items() if kinks} == {
        "relu": [0],
        "relu6": [0, 6],
        "leaky_relu": [0],
        "prelu": [0],
        "selu": [0],
        "hard_sigmoid": [-3, 3],
        "hard_swish": [-3, 3],
    }
    assert REGISTRY["elu"](alpha=0.5).curve.kinks({"alpha": 0.5}) == [0]  # type: ignore[attr-defined]
    assert REGISTRY["celu"](alpha=0.5).curve.kinks({"alpha": 0.5}) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_jacobians_are_those_of_autograd(name: str) -> None:
    layer = REGISTRY[name](dim=1)
    [curve] = layer.curves  # type: ignore[attr-defined]
    x = torch.tensor([0.3, -1.2, 2.0, 0.0], dtype=torch.float64)
    module = construct(layer.torch((4,))).double()
    wanted = torch.autograd.functional.jacobian(lambda row: module(row.view(1, 4)).view(4), x)
    f = [curve.f({"x_i": x_i, "x_k": tuple(x.tolist())}) for x_i in x.tolist()]
    assert f == pytest.approx(module(x.view(1, 4)).view(4).tolist())
    for i in range(4):
        for j in range(4):
            slope = curve.slope({"f_i": f[i], "f_j": f[j], "delta_ij": int(i == j)})
            assert slope == pytest.approx(wanted[i, j].item(), abs=1e-12)


SIGNS = {"·": "*", "−": "-", "²": "**2", "³": "**3", "≤": "<=", "≥": ">=", "f(x)": "f", "eˣ": "exp(x)"}
SIGNS |= {"e⁻ˣ": "exp(-x)", "π": "pi", "Φ": "Phi", "σ": "sigma", "|x|": "abs(x)", "ln(": "log(", "√2": "sqrt(2)"}
SIGNS |= {"√": "sqrt"}


def read(text: str) -> str:
    """A printed formula as Python."""
    for printed in sorted(SIGNS, key=len, reverse=True):
        text = text.replace(printed, SIGNS[printed])
    return re.sub(r" if ([^,]*),", r" if \1 else", text).removesuffix(" otherwise")


def printed(curve: Curve, x: float, symbols: dict[str, Any]) -> tuple[float, float]:
    """f and f′ at x, computed from what is printed."""
    values = {**vars(math), **symbols, "abs": abs, "min": min, "max": max, "x": x}
    for name, part in curve.parts.items():
        values[name] = eval(read(part.text()), {}, values)
    values["f"] = eval(read(curve.f.text()), {}, values)
    return values["f"], eval(read(curve.slope.text()), {}, values)


@pytest.mark.parametrize("name", OF_ONE)
def test_what_is_printed_is_what_is_computed(name: str) -> None:
    @settings(CALM, max_examples=50)
    @given(layers(name), st.floats(-8, 8) | st.sampled_from(NEAR))
    def same(layer: Activation, x: float) -> None:
        ours = layer.curve.at(x, layer.constants())
        assert printed(layer.curve, x, layer.constants()) == pytest.approx(ours, rel=1e-12, abs=1e-12)

    same()


def test_the_reader_of_what_is_printed_can_fail() -> None:
    assert read("x if x > 0, −1 if x < −5, alpha·(eˣ − 1) otherwise") == (
        "x if x > 0 else -1 if x < -5 else alpha*(exp(x) - 1)"
    )
    right, wrong = Curve("x*x", "2*x"), Curve("x*x", "3*x")
    assert printed(right, 3.0, {}) == right.at(3.0, {}) == (9, 6)
    assert printed(wrong, 3.0, {}) != right.at(3.0, {})


def test_the_formulas_of_the_lectures() -> None:
    shown = {name: [*(curve.f.text() for curve in REGISTRY[name].curves)] for name in OF_ONE}  # type: ignore
    assert shown["sigmoid"] == ["1/(1 + e⁻ˣ)"]
    assert shown["tanh"] == ["(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)"]
    assert shown["relu"] == ["max(0, x)"]
    assert shown["leaky_relu"] == ["x if x > 0, negative_slope·x otherwise"]
    assert shown["elu"] == ["x if x > 0, alpha·(eˣ − 1) otherwise"]
    slopes = {name: REGISTRY[name].curves[0].slope.text() for name in ("sigmoid", "tanh")}  # type: ignore
    assert slopes == {"sigmoid": "f(x)·(1 − f(x))", "tanh": "1 − f(x)²"}


@pytest.mark.parametrize("name", OF_ONE)
def test_far_out_nothing_overflows(name: str) -> None:
    layer = REGISTRY[name]()
    for x in (-700.0, 700.0):
        assert all(map(math.isfinite, layer.curve.at(x, layer.constants())))  # type: ignore[attr-defined]
    assert REGISTRY["sigmoid"]().curve.at(-1e4, {}) == (0, 0)  # type: ignore[attr-defined]
