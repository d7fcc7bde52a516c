"""Worked examples: what the lectures work, and PyTorch's numbers for whatever can be drawn."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import on_terminal
from test_cli import failed, run
from torch import Tensor, nn
from torch.nn import functional as F

from cnncalc import SpecError
from cnncalc.worked import compute
from cnncalc.worked.matrix import read
from cnncalc.worked.terms import written

Array = np.ndarray[Any, np.dtype[Any]]

GRID = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
KERNEL = [[0, 1], [2, 3]]
IMAGE = [[2, 4, 9, 1, 4], [2, 1, 4, 4, 6], [1, 1, 2, 9, 2], [7, 3, 5, 1, 3], [2, 3, 4, 8, 5]]
FILTER = [[1, 2, 3], [-4, 7, 4], [2, -5, 1]]
SQUARE = [[29, 15, 28, 184], [0, 100, 70, 38], [12, 12, 7, 2], [12, 12, 45, 6]]
MEANS = [[31, *SQUARE[0][1:]], *SQUARE[1:]]
EDGE = [[1, 1, 0, 0, 0]] * 4
TWO = [GRID, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]
SINGLE = "{conv: 1, padding: 1}"


@pytest.mark.parametrize(
    ("step", "matrices", "output"),
    [
        ("conv", {"input": GRID, "weight": KERNEL}, [[19, 25], [37, 43]]),
        ("conv", {"input": TWO, "weight": [KERNEL, [[1, 2], [3, 4]]]}, [[56, 72], [104, 120]]),
        ("{conv: 1, padding: 1, stride: [3, 2]}", {"input": GRID, "weight": KERNEL}, [[0, 8], [6, 8]]),
        (SINGLE, {"input": GRID, "weight": KERNEL}, [[0, 3, 8, 4], [9, 19, 25, 10], [21, 37, 43, 16], [6, 7, 8, 0]]),
        ("conv", {"input": IMAGE, "weight": FILTER}, [[51, 66, 20], [31, 49, 101], [15, 53, -2]]),
        ("conv", {"input": IMAGE, "weight": FILTER, "flip": True}, [[6, -7, 58], [40, -9, 79], [45, 77, 9]]),
        (
            SINGLE,
            {"input": IMAGE, "weight": FILTER},
            [
                [21, 59, 37, -19, 2],
                [30, 51, 66, 20, 43],
                [-14, 31, 49, 101, -19],
                [59, 15, 53, -2, 21],
                [49, 57, 64, 76, 10],
            ],
        ),
        ("{maxpool: 2}", {"input": SQUARE}, [[100, 184], [12, 45]]),
        ("{avgpool: 2}", {"input": MEANS}, [[36.5, 80], [12, 15]]),
        ("{avgpool: 2}", {"input": SQUARE}, [[36, 80], [12, 15]]),
        ("conv", {"input": EDGE, "weight": [[1, -1]]}, [[0, 1, 0, 0]] * 4),
        ("conv", {"input": EDGE, "weight": [1, -1]}, [[0, 1, 0, 0]] * 4),
        ("{maxpool: [1, 2], stride: 1}", {"input": [[0, 1, 0, 0, 0]] * 4}, [[1, 1, 0, 0]] * 4),
        ("{maxpool: 3, stride: 1, padding: 1}", {"input": [[0, 1, 0, 0]] * 4}, [[1, 1, 1, 0]] * 4),
        ("{maxpool: 2}", {"input": [[0, 1], [3, 4]]}, [[4]]),
    ],
)
def test_what_the_lectures_work(step: str, matrices: dict[str, Any], output: Any) -> None:
    assert compute(step, **matrices).output == output


def test_the_table_of_batch_norm() -> None:
    rows = [[1, 3, 6], [2, 2, 2], [0, 1, 5], [4, 6, 1], [5, 2, 3], [1, 0, 1]]
    notes = " ".join(compute("batchnorm", input=rows).notes)
    for mean in ("10/3 ≈ 3.33333", "= 2,", "11/3 ≈ 3.66667", "2/3 ≈ 0.666667"):
        assert mean in notes
    for deviation in ("σ = 2.0548", "σ = 0,", "σ = 2.16025", "σ = 1.24722", "σ = 0.471405"):
        assert deviation in notes
    for other in ("2.51661", "2.64575", "1.52753", "0.57735"):
        assert other in notes


def test_the_sums_of_products() -> None:
    first = compute("conv", input=GRID, weight=KERNEL).cells[0]
    assert (first.at, first.working, first.value) == ((0, 0), "0×0 + 1×1 + 3×2 + 4×3", 19)
    both = compute("conv", input=TWO, weight=[KERNEL, [[1, 2], [3, 4]]]).cells[0]
    assert both.working == "(0×0 + 1×1 + 3×2 + 4×3) + (1×1 + 2×2 + 4×3 + 5×4)"
    assert compute("{maxpool: 2}", input=[[0, 1], [3, 4]]).cells[0].working == "max(0, 1, 3, 4)"


# PyTorch's numbers. Small whole numbers: doubles hold every sum exactly.


class Drawn:
    """Draws sizes, options and whole numbers."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def one(self, *choices: Any) -> Any:
        return self.data.draw(st.sampled_from(choices))

    def per_axis(self, rank: int, least: int, most: int) -> tuple[int, ...]:
        return tuple(self.data.draw(st.integers(least, most)) for _ in range(rank))

    def numbers(self, *shape: int, least: int = -4) -> Array:
        count = math.prod(shape)
        return np.array(self.data.draw(st.lists(st.integers(least, 4), min_size=count, max_size=count))).reshape(shape)


def tensor(array: Array) -> Tensor:
    return torch.tensor(array, dtype=torch.float64)


def spec(type: str, **options: Any) -> str:
    """A step; YAML reads JSON."""
    return json.dumps({type: None, **options})


def agree(by_torch: Callable[[], Tensor], step: str, **matrices: Any) -> None:
    """Both give the same numbers, or both refuse."""
    try:
        expected = by_torch()
    except (RuntimeError, ValueError):
        with pytest.raises(SpecError):
            compute(step, **matrices)
        return
    computed = compute(step, **matrices)
    found = np.array(computed.output, dtype=float)
    assert found.shape == tuple(expected.shape)
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-9, atol=1e-9)
    assert len(computed.cells) == found.size


def weighted(module: nn.Module, weight: Array, bias: Array | None) -> nn.Module:
    module = module.double().eval()
    module.weight.data = tensor(weight)
    if bias is not None:
        module.bias.data = tensor(bias)
    return module


CONV = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
BACK = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_convolutions_are_those_of_pytorch(data: st.DataObject) -> None:
    drawn = Drawn(data)
    rank, groups, seen, made = drawn.one(1, 2, 3), drawn.one(1, 2), drawn.one(1, 2), drawn.one(1, 2)
    same = drawn.one(False, False, True)
    options: dict[str, Any] = {
        "stride": (1,) * rank if same else drawn.per_axis(rank, 1, 3),
        "padding": "same" if same else drawn.per_axis(rank, 0, 2),
        "dilation": drawn.per_axis(rank, 1, 2),
        "groups": groups,
        "padding_mode": drawn.one("zeros", "zeros", "reflect", "replicate", "circular"),
    }
    kernel = drawn.per_axis(rank, 1, 3)
    x = drawn.numbers(groups * seen, *drawn.per_axis(rank, 1, 5 - rank // 2))
    weight = drawn.numbers(groups * made, seen, *kernel)
    bias = drawn.numbers(groups * made) if drawn.one(True, False) else None

    def by_torch() -> Tensor:
        module = CONV[rank](len(x), len(weight), kernel, bias=bias is not None, **options)
        return weighted(module, weight, bias)(tensor(x)[None])[0]

    agree(by_torch, spec(f"conv{rank}d", **options), input=x, weight=weight, bias=bias)


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_transposed_convolutions_are_those_of_pytorch(data: st.DataObject) -> None:
    drawn = Drawn(data)
    rank, groups, seen, made = drawn.one(1, 2, 3), drawn.one(1, 2), drawn.one(1, 2), drawn.one(1, 2)
    options: dict[str, Any] = {
        "stride": drawn.per_axis(rank, 1, 3),
        "padding": drawn.per_axis(rank, 0, 2),
        "output_padding": drawn.per_axis(rank, 0, 1),
        "dilation": drawn.per_axis(rank, 1, 2),
        "groups": groups,
    }
    kernel = drawn.per_axis(rank, 1, 3)
    x = drawn.numbers(groups * seen, *drawn.per_axis(rank, 1, 3))
    weight = drawn.numbers(len(x), made, *kernel)
    bias = drawn.numbers(groups * made) if drawn.one(True, False) else None

    def by_torch() -> Tensor:
        module = BACK[rank](len(x), groups * made, kernel, bias=bias is not None, **options)
        return weighted(module, weight, bias)(tensor(x)[None])[0]

    agree(by_torch, spec(f"conv_transpose{rank}d", **options), input=x, weight=weight, bias=bias)


def summed(x: Tensor, options: dict[str, Any]) -> Tensor:
    """A convolution with ones over all the windows that a max pool has."""
    rank = x.dim() - 1
    sizes = getattr(nn, f"MaxPool{rank}d")(**options)(x).shape[1:]
    kernel, stride, padding = options["kernel_size"], options["stride"], options["padding"]
    room = [side for p, k, s in zip(padding[::-1], kernel[::-1], stride[::-1]) for side in (p, p + k + s)]
    ones = torch.ones(1, 1, *kernel, dtype=x.dtype)
    sums: Tensor = getattr(F, f"conv{rank}d")(F.pad(x, room)[:, None], ones, stride=stride)[:, 0]
    return sums[(slice(None), *map(slice, sizes))]


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_pools_are_those_of_pytorch(data: st.DataObject) -> None:
    drawn = Drawn(data)
    rank, kind = drawn.one(1, 2, 3), drawn.one("maxpool", "minpool", "avgpool", "sumpool")
    options: dict[str, Any] = {
        "kernel_size": drawn.per_axis(rank, 1, 3),
        "stride": drawn.per_axis(rank, 1, 3),
        "padding": drawn.per_axis(rank, 0, 1),
        "ceil_mode": drawn.one(True, False),
    }
    if kind in ("maxpool", "minpool"):
        options["dilation"] = drawn.per_axis(rank, 1, 2)
    if kind == "avgpool":
        options["count_include_pad"] = drawn.one(True, False)
        if rank > 1 and drawn.one(True, False):
            options["divisor_override"] = 3
    x = drawn.numbers(drawn.one(1, 2), *drawn.per_axis(rank, 1, 5))
    sign = -1 if kind == "minpool" else 1

    def by_torch() -> Tensor:
        if kind == "sumpool":
            return summed(tensor(x), options)
        module = getattr(nn, f"{'Avg' if kind == 'avgpool' else 'Max'}Pool{rank}d")
        result: Tensor = sign * module(**options)(sign * tensor(x))
        if not result.isfinite().all():
            raise ValueError("a window in the padding")
        return result

    agree(by_torch, spec(kind, **options), input=x)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_further_pools_are_those_of_pytorch(data: st.DataObject) -> None:
    drawn = Drawn(data)
    rank = drawn.one(1, 2, 3)
    x = drawn.numbers(drawn.one(1, 2), *drawn.per_axis(rank, 1, 5))
    kernel, stride = drawn.per_axis(rank, 1, 3), drawn.per_axis(rank, 1, 3)
    size = drawn.per_axis(rank, 1, 4)
    powers = {"kernel_size": kernel if rank > 1 else kernel[0], "stride": stride if rank > 1 else stride[0]}
    for name, torch_class in (("avg", "Avg"), ("max", "Max")):
        adaptive = getattr(nn, f"Adaptive{torch_class}Pool{rank}d")
        agree(lambda a=adaptive: a(size)(tensor(x)[None])[0], spec(f"adaptive_{name}pool", output_size=size), input=x)
        if rank > 1:  # rows alone are an image, not channels
            agree(lambda a=adaptive: a(1)(tensor(x)[None])[0], f"global_{name}pool", input=x)
    norm = drawn.one(1, 2, 3, 4)
    positive = abs(x)  # of numbers below 0 PyTorch takes odd powers as they are
    lp = getattr(nn, f"LPPool{rank}d")(norm, **powers)
    agree(
        lambda: lp(tensor(positive)[None])[0],
        spec("lppool", norm_type=norm, kernel_size=kernel, stride=stride),
        input=positive,
    )


def test_padding_same_pads_by_tensorflows_rule_and_never_counts() -> None:
    x = np.arange(1, 26).reshape(1, 5, 5)
    assert compute("{maxpool: 2, padding: same}", input=x[0]).output == [[7, 9, 10], [17, 19, 20], [22, 24, 25]]
    assert compute("{avgpool: 2, padding: same}", input=x[0]).output[0] == [4, 6, 7.5]
    padded = F.pad(tensor(x), (0, 1, 0, 1))  # ⌈5/2⌉ = 3 windows of 2 need 6
    expected = F.conv2d(padded[None], torch.ones(1, 1, 2, 2, dtype=torch.float64), stride=2)[0, 0]
    found = compute("{conv: 1, stride: 2, padding: same}", input=x[0], weight=[[1, 1], [1, 1]])
    assert found.output == expected.tolist()


def test_stochastic_pooling_in_evaluation() -> None:
    computed = compute("{stochasticpool: 2}", input=[[1, 2, 0, 0], [0, 0, 0, 0]])
    assert computed.output == [[Fraction(5, 3), 0]]
    assert computed.cells[0].working == "(1² + 2² + 0² + 0²)/(1 + 2 + 0 + 0)"


def test_lp_pooling_says_where_pytorch_does_otherwise() -> None:
    assert "PyTorch" in compute("{lppool: 2, norm_type: 3}", input=[-1, 2]).notes[0]
    assert "PyTorch" in compute("{lppool: 2, ceil_mode: true}", input=[1, 2, 3]).notes[0]
    assert compute("{lppool: 2}", input=[-3, 4]).notes == ()


ACTIVATIONS = {
    "relu": nn.ReLU(), "relu6": nn.ReLU6(), "elu": nn.ELU(), "selu": nn.SELU(), "celu": nn.CELU(), "gelu": nn.GELU(),
    "{gelu: tanh}": nn.GELU("tanh"), "silu": nn.SiLU(), "mish": nn.Mish(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(),
    "hard_sigmoid": nn.Hardsigmoid(), "hard_swish": nn.Hardswish(), "softplus": nn.Softplus(),
    "{softplus: 2}": nn.Softplus(2), "softsign": nn.Softsign(), "leaky_relu": nn.LeakyReLU(),
    "{leaky_relu: 0.2}": nn.LeakyReLU(0.2), "{elu: 0.5}": nn.ELU(0.5), "prelu": nn.PReLU(), "identity": nn.Identity(),
    "{softmax: 1}": nn.Softmax(0), "log_softmax": nn.LogSoftmax(0),
}  # fmt: skip


@pytest.mark.parametrize("step", ACTIVATIONS)
def test_activations_are_those_of_pytorch(step: str) -> None:
    x = [-30, -7, -3, -2.5, -1, -0.125, 0, 0.5, 1, 2, 3, 6, 7, 40]
    module = ACTIVATIONS[step].double()
    agree(lambda: module(tensor(np.array(x))), step, input=x)


def test_the_learnt_slope_of_prelu() -> None:
    found = compute("prelu", input=[[-1, 2], [-1, 2]], weight=[0.25, 2])
    assert found.output == [[-0.25, 2], [-2, 2]]
    assert found.cells[2].working == "2·(−1)"


def test_softmax_goes_along_its_dim() -> None:
    x = [[1, 2, 4], [0, 0, 0]]
    for dim in (1, 2, -1):
        axis = {1: 0, 2: 1, -1: 1}[dim]
        agree(lambda a=axis: tensor(np.array(x)).softmax(a), f"{{softmax: {dim}}}", input=x)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_batch_norm_is_that_of_pytorch_in_training(data: st.DataObject) -> None:
    drawn = Drawn(data)
    x = drawn.numbers(drawn.one(1, 2, 3), *drawn.per_axis(drawn.one(1, 2), 2, 4))
    gamma, beta = drawn.numbers(len(x)), drawn.numbers(len(x))
    eps = drawn.one(1e-5, 0.5)

    def by_torch() -> Tensor:
        return F.batch_norm(tensor(x)[None], None, None, tensor(gamma), tensor(beta), training=True, eps=eps)[0]

    agree(by_torch, spec("batchnorm", eps=eps), input=x, weight=gamma, bias=beta)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_matrix_products_are_those_of_pytorch(data: st.DataObject) -> None:
    drawn = Drawn(data)
    x = drawn.numbers(*drawn.per_axis(drawn.one(1, 2, 3), 1, 3))
    outputs = drawn.one(1, 2, 3)
    bias = drawn.numbers(outputs)
    last, all_ = drawn.numbers(outputs, x.shape[-1]), drawn.numbers(outputs, x.size)
    agree(lambda: F.linear(tensor(x), tensor(last), tensor(bias)), "linear", input=x, weight=last, bias=bias)
    agree(lambda: F.linear(tensor(x).flatten(), tensor(all_), tensor(bias)), "fc", input=x, weight=all_, bias=bias)


# How matrices are written.


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("[[0,1],[2,3]]", [[0, 1], [2, 3]]),
        ("0 1; 2 3", [[0, 1], [2, 3]]),
        ("[0 1; 2 3]", [[0, 1], [2, 3]]),
        ("[0, 1; 2, 3;]", [[0, 1], [2, 3]]),
        ("0 1\n2 3\n", [[0, 1], [2, 3]]),
        ("0,1\n2,3", [[0, 1], [2, 3]]),
        ("[[0 1]\n [2 3]]", [[0, 1], [2, 3]]),
        ("[0, 1], [2, 3]", [[0, 1], [2, 3]]),
        ("1 2 3", [1, 2, 3]),
        ("[1,\n2]", [1, 2]),
        ("7", [7]),
        ("1/2 0.5 -.5 −2 1. 1e2", [Fraction(1, 2), 0.5, -0.5, -2, 1, 100]),
        ("1 2\n3 4\n\n5 6\n7 8", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
        ("[[[1]],[[2]]]", [[[1]], [[2]]]),
    ],
)
def test_a_matrix_is_read_however_it_is_written(text: str, matrix: Any) -> None:
    assert read(text, "M") == matrix


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no number"),
        ("[]", "no number"),
        ("[[1, 2], [3]]", "row 2 has 1 number, the rows before it 2 numbers"),
        ("1 2; 3", "row 2"),
        ("[1, [2]]", "beside a list"),
        ("[[1], 2]", "beside a list"),
        ("[1, 2", "never closed"),
        ("1 2]", "never opened"),
        ("[1,,2]", "missing before"),
        ("1,,2", "missing before"),
        ("[[1, x]]", "M:1:6: x is no number"),
        ("1e400", "1e400 is no number"),
        ("1/0", "1/0 is no number"),
        ("9" * 50, "is no number"),
        ("[" * 5000, "brackets deeper than 5"),
        ("__import__('os')", "neither a matrix nor a file"),
        ("no/such/file", "neither a matrix nor a file"),
        ("1 " * 100_001, "more than 100,000 numbers"),
        ("\0", "neither a matrix nor a file"),
    ],
)
def test_what_is_no_matrix_is_refused(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=re.escape(told)):
        read(text, "M")


def test_a_matrix_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_text("0,1,2\n3,4,5\n6,7,8\n")
    done = run("compute", "conv", "--input", "image.csv", "--weight", "0 1; 2 3", cwd=tmp_path)
    assert b"0\xc3\x970 + 1\xc3\x971 + 3\xc3\x972 + 4\xc3\x973 = 19" in done.stdout


# Which axes are meant.


@pytest.mark.parametrize(
    ("step", "matrices", "shapes", "output"),
    [
        ("conv", {"input": [1, 2, 3], "weight": [1, 1]}, ((1, 3), (1, 2)), [3, 5]),
        ("conv1d", {"input": [[1, 2, 3]], "weight": [[[1, 1]]]}, ((1, 3), (1, 2)), [[3, 5]]),
        ("conv1d", {"input": [[1, 2], [3, 4]], "weight": [[1, 0], [0, 1]]}, ((2, 2), (1, 1)), [5]),
        ("conv", {"input": [[1, 2]], "weight": [[[1]], [[2]]]}, ((1, 1, 2), (2, 1, 2)), [[[1, 2]], [[2, 4]]]),
        ("{conv: 2, groups: 2}", {"input": [[[1]], [[2]]], "weight": [[[3]], [[4]]]}, ((2, 1, 1), (2, 1, 1)), None),
        ("{maxpool: [2]}", {"input": [[1, 2], [3, 4]]}, ((2, 2), (2, 1)), [[2], [4]]),
        ("conv_transpose", {"input": [[1, 2]], "weight": [[1, 1]]}, ((1, 1, 2), (1, 1, 3)), [[1, 3, 2]]),
        ("batchnorm", {"input": [1, 3]}, ((1, 2), (1, 2)), None),
        ("relu", {"input": -3}, ((1,), (1,)), [0]),
    ],
)
def test_axes_that_nobody_wrote(step: str, matrices: dict[str, Any], shapes: Any, output: Any) -> None:
    computed = compute(step, **matrices)
    assert computed.shapes == shapes
    assert output is None or computed.output == output


@pytest.mark.parametrize(
    ("step", "matrices", "told"),
    [
        ("", {}, "the step is empty"),
        ("~", {}, "an empty step"),
        ("conv", {}, "conv needs out_channels and kernel_size"),
        ("{conv: 1, kernel_size: 2}", {}, "conv needs its weight"),
        ("{conv: 1, kernel: 2}", {"weight": KERNEL}, "here it is called kernel_size"),
        ("{conv: 1, kernel_size: 3}", {"weight": KERNEL}, "the weight is 1×1×2×2; conv on 1×3×3 has 1×1×3×3"),
        ("{conv: 3}", {"weight": KERNEL}, "conv on 1×3×3 has 3×1×2×2"),
        ("conv", {"weight": [[KERNEL] * 2] * 2}, "conv on 1×3×3 has 2×1×2×2"),
        ("conv3d", {"weight": KERNEL}, "three spatial axes"),
        ("{conv: 1, bias: false}", {"weight": KERNEL, "bias": 1}, "no bias here"),
        ("conv", {"weight": KERNEL, "bias": [1, 2]}, "one output"),
        ("{maxpool: 2}", {"bias": 1}, "no bias here"),
        ("{maxpool: 2}", {"weight": KERNEL}, "maxpool has no weight here"),
        ("{maxpool: 4}", {}, "kernel_size at most 3 fits 3"),
        ("{maxpool: 2}", {"flip": True}, "no kernel to flip"),
        ("maxpool", {}, "needs kernel_size"),
        ("dense", {}, "here it is called fc"),
        ("flatten", {}, "not among what is computed"),
        ("{repeat: 2, layers: [relu]}", {}, "one layer at a time"),
        ("{relu: , when: false}", {}, "belong to a network"),
        ("[relu]", {}, "STEP:1:1"),
        ("batchnorm", {"input": 1}, "one single value"),
        ("{batchnorm: , affine: false}", {"weight": 2}, "batchnorm has no weight here"),
        ("{batchnorm: , affine: false}", {"bias": 2}, "batchnorm has no bias here"),
        ("batchnorm", {"input": [1e300, 1]}, "1e+300 is beyond"),
        ("batchnorm", {"input": [10**400, 1]}, "is beyond"),
        ("batchnorm", {"input": [1, 2], "weight": KERNEL}, "one number per channel"),
        ("{softmax: , dim: 0}", {}, "along the batch"),
        ("linear", {"weight": [[[1, 2]]]}, "a matrix, a row for every output"),
        ("conv", {"weight": [[[[[1]]]]]}, "the weight has 5 levels of brackets, here it has 2 for one kernel"),
        ("{maxpool: 2.5}", {}, "kernel_size is a whole number"),
        ("{lppool: 2, norm_type: -1}", {}, "a negative power of 0 has no value"),
        ("{lppool: 2, norm_type: 300}", {"input": [[100, 1], [1, 1]]}, "too large"),
        ("relu", {"input": "[[1|2]]"}, "a bar separates"),
        ("relu", {"input": [[[[[[1]]]]]]}, "deeper than 5 levels"),
        ("{batchnorm: , eps: 0}", {"input": [1, 1]}, "0/0"),
        ("exponential", {"input": 1000}, "beyond what a float holds"),
        ("{zero_pad: 1}", {}, "not among what is computed"),
        ("{conv: 1, padding: 1000000000, stride: 1000000000}", {"weight": KERNEL}, "small examples"),
        ("{conv: 1, padding: 100}", {"weight": KERNEL}, "small examples"),
        ("{adaptive_avgpool: 1000}", {}, "small examples"),
        ("[" * 5000, {}, "STEP:1:"),
    ],
)
def test_refusals_name_the_cure(step: str, matrices: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as caught:
        compute(step, **{"input": GRID, **matrices})
    assert told in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "x", None, {}, [None], [[1], [2, 3]]])
def test_values_that_are_no_numbers_are_refused(value: Any) -> None:
    with pytest.raises(SpecError):
        compute("relu", input=value)


def test_the_kernels_of_a_transposed_convolution_are_per_input_or_per_output() -> None:
    kernels, image = [[[1, 2], [3, 4]], [[1, 0], [0, 1]]], [[1, 2], [3, 4]]
    both = np.array([image, [[1, 1], [1, 1]]])
    into_one = F.conv_transpose2d(torch.tensor(both[None]), torch.tensor(kernels)[:, None])
    assert compute("conv_transpose", input=both, weight=kernels).output == into_one[0, 0].tolist()
    into_two = F.conv_transpose2d(torch.tensor(both[:1][None]), torch.tensor(kernels)[None])
    assert compute("conv_transpose", input=image, weight=kernels).output == into_two[0].tolist()


def test_the_word_same_is_described_as_it_is_written() -> None:
    same = compute("{conv: 1, padding: same}", input=GRID, weight=KERNEL)
    assert same.described == "conv, kernel_size 2×2, padding same"


def test_decimals_mean_what_they_say() -> None:
    assert compute("relu", input=[Decimal("0.1"), 0.1, np.float64(0.1)]).output == [Fraction(1, 10)] * 3
    with pytest.raises(SpecError, match="is no number"):
        compute("relu", input=Decimal("1e999999999"))


# What is printed.


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fraction(19), "19"),
        (Fraction(-2), "−2"),
        (Fraction(73, 2), "36.5"),
        (Fraction(-1, 3), "−1/3"),
        (Fraction(1, 8), "0.125"),
        (Fraction(-1, 1000), "−0.001"),
        (0.1 + 0.2, "0.3"),
        (-math.pi, "−3.14159"),
        (Fraction(10**30), "1" + "0" * 30),
    ],
)
def test_numbers_in_print(number: Fraction | float, text: str) -> None:
    assert written(number) == text


@given(st.fractions(max_denominator=400))
def test_a_decimal_is_the_whole_number(x: Fraction) -> None:
    text = written(x).replace("−", "-")
    assert Fraction(text) == x
    assert ("/" not in text) == (10**12 % x.denominator == 0)


COMMAND = ("compute", "conv", "--input", "[[0,1,2],[3,4,5],[6,7,8]]", "--weight", "[[0,1],[2,3]]")


def test_text_shows_the_matrices_and_every_sum() -> None:
    assert run(*COMMAND).stdout.decode() == (
        "conv, kernel_size 2×2; the kernel is not flipped (cross-correlation)\n"
        "1×3×3 → 1×2×2\n\n"
        "input      weight    output\n"
        "0  1  2    0  1      19  25\n"
        "3  4  5    2  3      37  43\n"
        "6  7  8\n\n"
        "[0, 0]  0×0 + 1×1 + 3×2 + 4×3 = 19\n"
        "[0, 1]  1×0 + 2×1 + 4×2 + 5×3 = 25\n"
        "[1, 0]  3×0 + 4×1 + 6×2 + 7×3 = 37\n"
        "[1, 1]  4×0 + 5×1 + 7×2 + 8×3 = 43\n"
    )


def test_no_line_is_wider_than_the_terminal() -> None:
    rows = "; ".join(" ".join(map(str, range(at, at + 20))) for at in range(6))
    wide = on_terminal(["compute", "{conv: 1}", "--input", rows, "--weight", "1 -2 3; -4 5 -6; 7 -8 9"], 60)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", wide.decode()).splitlines()
    assert max(map(len, lines)) <= 79  # a row of twenty numbers is not cut
    assert max(len(line) for line in lines if "×" in line) <= 60


def test_json_has_floats_and_what_they_can_not_hold() -> None:
    done = json.loads(run(*COMMAND, "--bias=1/3", "--format", "json").stdout)
    assert done["output"][0] == [58 / 3, 76 / 3]
    assert done["cells"][0] == {
        "at": [0, 0],
        "value": 58 / 3,
        "exact": "58/3",
        "working": "0×0 + 1×1 + 3×2 + 4×3 + 1/3",
    }
    assert done["input"] == GRID
    assert (done["schema"], done["shape"], done["flip"]) == (1, [1, 2, 2], False)


def test_markdown_and_a_file(tmp_path: Path) -> None:
    assert run(*COMMAND, "--flip", "--format", "markdown", "-o", "out.md", cwd=tmp_path).stdout == b""
    text = (tmp_path / "out.md").read_text()
    assert "| [0, 0] | 0×3 + 1×2 + 3×1 + 4×0 | 5 |" in text
    assert "turned by half a turn (convolution)" in text


def test_what_is_wrong_ends_with_2() -> None:
    assert "conv needs its weight" in failed(run("compute", "{conv: 1, kernel_size: 1}", "--input", "1"), 2)
    assert "--input:1:3: x is no number" in failed(run("compute", "relu", "--input", "[[x]]"), 2)
    assert failed(run("compute", "relu"), 2)
