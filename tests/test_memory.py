"""Memory: storages as predicted and as PyTorch makes, keeps and frees them; and the laws of the figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import torch
from by_hand import Sketch
from declared import TYPES, Draw, draws
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from storages import measured_live, measured_saved, train

from cnncalc import SpecError, analyze, load, loads
from cnncalc.cost import needs
from cnncalc.layers import REGISTRY, Unfit
from cnncalc.memory import Memory, memory, most, overwriting, views
from cnncalc.network import Network
from cnncalc.pytorch.build import build
from cnncalc.render.columns import COLUMNS
from cnncalc.render.units import human_bytes

torch.set_num_threads(1)

CALM = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
for_each = pytest.mark.parametrize


def of(network: Network, batch: int = 1, dtype: str = "float32", *, in_place: bool = False) -> Memory:
    return memory(analyze(network, batch=batch, dtype=dtype), in_place=in_place)


def total(found: Memory, use: str) -> int:
    return needs(found)[use].total


def agree(network: Network, batch: int, dtype: str = "float32", *, in_place: bool = False) -> None:
    """What is predicted of every layer is what PyTorch does, in evaluation and in training."""
    found = of(network, batch, dtype, in_place=in_place)
    evaluated, trained = (
        overwriting(network, batch, training=training) if in_place else frozenset[str]() for training in (False, True)
    )
    with default_dtype(dtype):
        live, saved = measured_live(network, batch, evaluated), measured_saved(network, batch, trained)
        train(network, batch, trained)
    assert [(use.path, use.allocated, use.live) for use in found.uses] == live
    assert {use.path: use.saved for use in found.uses} == saved


@contextmanager
def default_dtype(dtype: str) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        yield
    finally:
        torch.set_default_dtype(before)


# the networks that everybody knows

KNOWN = {"resnet50": (3, 64, 64), "densenet121": (3, 64, 64), "mobilenet_v2": (3, 64, 64), "unet": (1, 188, 188)}


@for_each("in_place", [False, True])
@for_each("name", KNOWN)
def test_known_networks_on_small_images(name: str, in_place: bool) -> None:
    agree(load(name, input={"input": KNOWN[name]}), 2, in_place=in_place)


@for_each("in_place", [False, True])
@for_each("name", KNOWN)
def test_peaks_of_known_networks(name: str, in_place: bool) -> None:
    network = load(name)
    measured = measured_live(network, 1, overwriting(network) if in_place else frozenset())
    assert of(network, in_place=in_place).peak == max(live for _, _, live in measured)


@for_each("name", KNOWN)
def test_what_autograd_keeps_of_known_networks(name: str) -> None:
    network = load(name)
    found = of(network)
    measured = measured_saved(network, 1)
    assert found.saved == sum(measured.values())
    assert {use.path: use.saved for use in found.uses} == measured


def test_figures_that_are_known() -> None:
    """VGG-16 by hand: 150,528 of the image, 13,547,520 of convolutions, 1,530,368 of pools, 9,192 of fc."""
    vgg = load("vgg16")
    plain, lean = of(vgg), of(vgg, in_place=True)
    relus = 13_547_520 + 2 * 4096
    assert lean.elements == 150_528 + 13_547_520 + 1_505_280 + 25_088 + 2 * 4096 + 1000 == 15_237_608
    assert plain.elements == 15_237_608 + relus == 28_793_320
    assert lean.activations == 60_950_432
    assert (plain.peak, plain.peak_at) == (4 * (150_528 + 2 * 64 * 224 * 224), "relu1")
    assert plain.weights == 4 * 138_357_544


# every layer type

BEHIND = {
    "rotated": lambda c, *n: ((*n, c), "permute", {"dims": (0, len(n) + 1, *range(1, len(n) + 1))}),
    "swapped": lambda *n: (
        (*n[:-2], n[-1], n[-2]),
        "permute",
        {"dims": (0, *range(1, len(n) - 1), len(n), len(n) - 1)},
    ),
    "cropped": lambda c, *n: ((c, *[size + 2 for size in n]), "crop", {"size": n}),
    "sliced": lambda c, *n: ((c + 2, *n), "slice", {"start": 1, "stop": c + 1}),
    "stepped": lambda *n: ((*n[:-1], 2 * n[-1]), "slice", {"step": 2, "dim": len(n)}),
}
"""Views that don't lie in order: of which shape, and how to come by the one that is wanted."""
PLAIN = ("gradient", "frozen", "alone")


REFUSED = {
    "batchnorm": ("more than 1 value per channel", "eps must be positive"),
    "lrn": ("view size is not compatible",),
    "pixel_shuffle": ("Unsupported memory format",),
    "pixel_unshuffle": ("Unsupported memory format",),
}
"""What PyTorch refuses in training, or of an input that doesn't lie in order."""


@pytest.mark.filterwarnings("ignore")  # PyTorch's, of what it will refuse one day
@for_each("type", TYPES)
def test_every_layer_type(type: str) -> None:
    agreed: Counter[str] = Counter()

    @settings(CALM, max_examples=25)
    @given(draws(type, "none"), st.sampled_from([*BEHIND]))
    def agrees(draw: Draw, behind: str) -> None:
        for way in (*PLAIN, behind):
            if not_followed(draw, way):
                continue
            try:
                network = one_layer(draw, way)
                analyze(network, batch=draw.batch)
            except (Unfit, SpecError):  # illegal after all
                continue
            try:
                agree(network, draw.batch)
            except (RuntimeError, ValueError) as error:
                assert any(words in str(error) for words in REFUSED.get(type, ())), error
            else:
                agreed[way] += 1

    agrees()
    assert all(agreed[way] >= 5 for way in PLAIN)
    assert sum(agreed[way] for way in BEHIND) >= 3


@for_each("type", TYPES)
def test_the_example_of_every_layer_type(type: str) -> None:
    example = REGISTRY[type].example
    for options in ({}, *example.variants):
        agree(one_layer(Draw(type, {**example.options, **options}, example.inputs, 2), "gradient"), 2)


def one_layer(draw: Draw, way: str) -> Network:
    """The layer behind one that asks it for a gradient, or behind a view of that, or alone.

    `Unfit` where the layer is illegal, or an input has too few axes for such a view.
    """
    declared = REGISTRY[draw.type].options()
    if way in BEHIND and min(map(len, draw.inputs)) < 2:
        raise Unfit("no order to disturb")
    views = [BEHIND[way](*shape) if way in BEHIND else (shape, "", {}) for shape in draw.inputs]
    place = Sketch(**{f"input{at}": shape for at, (shape, _, _) in enumerate(views)})
    sources = []
    for source, (_, view, options) in zip([*place.inputs], views):
        trained = source if "alone" in way else place(f"before_{source}", "affine", source)
        sources.append(place(f"view_{source}", view, trained, **options) if view else trained)
    options = {name: declared[name].cast(value) for name, value in draw.options.items()}
    place("layer", draw.type, *sources, frozen="frozen" in way, **options)
    return place.network()


def not_followed(draw: Draw, way: str) -> bool:
    """What PyTorch does otherwise on the CPU, in two corners.

    A volume from a transposed convolution has as much storage as its input, should that be larger; a stochastic pool
    that needs no padding keeps the order of a permuted input.
    """
    if draw.type.startswith("conv_transpose") and len(draw.inputs[0]) == 4:
        try:
            return math.prod(one_layer(draw, "alone").layers[0].output) < math.prod(draw.inputs[0])
        except Unfit:
            return False
    return draw.type == "stochasticpool" and way in ("rotated", "swapped")


# whole networks at random

SHAPE = (4, 6, 6)
KEEPING: tuple[tuple[str, dict[str, Any]], ...] = (
    *[(name, {}) for name in ("relu", "relu6", "elu", "silu", "leaky_relu", "hard_swish", "sigmoid", "tanh", "gelu")],
    *[(name, {}) for name in ("batchnorm", "instancenorm", "layernorm", "affine", "identity", "dropout", "dropout2d")],
    ("conv", {"out_channels": 4, "kernel_size": 3, "padding": 1}),
    ("conv", {"out_channels": 4, "kernel_size": 1, "bias": False}),
    ("maxpool", {"kernel_size": 3, "stride": 1, "padding": 1}),
    ("avgpool", {"kernel_size": 3, "stride": 1, "padding": 1}),
    ("drop_path", {"p": 0.5}),
    ("dropout", {"p": 0.0}),
    ("prelu", {}),
    ("lrn", {"size": 3}),
    ("scale", {"factor": 2}),
    ("slice", {"start": 1, "stop": None}),
    ("flatten", {"start_dim": 2}),
    ("reshape", {"shape": (2, -1)}),
    ("crop", {"size": 4}),
)
JOINS = ("add", "multiply", "concat")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Branches, joins, views, frozen and dead ends, weights used again; one output or several."""
    place = Sketch(input=SHAPE, other=SHAPE)
    for at in range(draw(st.integers(1, 9))):
        name, shapes = f"layer{at}", place.shapes
        source = draw(st.sampled_from([*shapes][-4:]) | st.sampled_from([*shapes]))
        same = [other for other, shape in shapes.items() if shape == shapes[source]]
        frozen = draw(st.sampled_from((False, False, True)))
        again = [p for p in place.layers if p.sized.weights.value and p.inputs[0] == shapes[source] and not p.reuses]
        kind = draw(st.sampled_from(("one", "one", "one", "join", "again")))
        try:
            if kind == "join":
                others = draw(st.lists(st.sampled_from(same), min_size=1, max_size=2))
                place(name, draw(st.sampled_from(JOINS)), source, *others)
            elif kind == "again" and again:
                first = draw(st.sampled_from(again))
                place(name, first.layer.type, source, reuses=first.path, **vars(first.layer))
            else:
                type, options = draw(st.sampled_from(KEEPING))
                place(name, type, source, frozen=frozen, **options)
        except Unfit:
            continue
    assume(place.layers)
    paths = [placed.path for placed in place.layers]
    return place.network(*draw(st.lists(st.sampled_from(paths), min_size=1, max_size=2, unique=True)))


@settings(CALM, max_examples=600)
@given(networks(), st.booleans())
def test_networks_with_branches(network: Network, in_place: bool) -> None:
    agree(network, 2, in_place=in_place)


@for_each("frozen", [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]], ids=str)
@for_each("type", ["add", "multiply", "concat"])
def test_joins_of_what_needs_a_gradient_and_what_needs_none(type: str, frozen: list[int]) -> None:
    place = Sketch(input=(4, 6, 6))
    for at in range(3):
        place(f"conv{at}", "conv", "input", out_channels=4, kernel_size=1, frozen=at in frozen)
    place("pair", type, "conv0", "conv1")
    place("three", type, "conv0", "conv1", "conv2")
    for output in ("pair", "three"):
        agree(place.network(output), 2)


def net(layers: str, input: str = "[4, 8, 8]", **options: Any) -> Network:
    return loads(f"input: {input}\nlayers: {layers}", **options)


# in place


@for_each(
    ("layers", "evaluation", "training"),
    [
        ("[{conv: 4, kernel_size: 1}, relu]", {"relu1"}, {"relu1"}),
        ("[relu]", set(), set()),  # the network's input
        ("[flatten, relu]", set(), set()),  # still
        ("[{conv: 4, kernel_size: 1}, gelu]", set(), set()),  # PyTorch has none in place
        ("[{conv: 4, kernel_size: 1}, {residual: [relu]}]", set(), set()),  # the sum reads it too
        ("[{conv: 4, kernel_size: 1}, flatten, relu]", {"relu1"}, {"relu1"}),
        ("[{conv: 4, kernel_size: 1, name: a}, flatten, {relu, name: b}, {fc: 2, from: a}]", set(), set()),
        ("[sigmoid, relu]", {"relu1"}, {"relu1"}),  # nothing to train: nothing is kept
        ("[{conv: 4, kernel_size: 1}, sigmoid, relu]", {"relu1"}, set()),
        ("[{conv: 4, kernel_size: 1}, relu, elu]", {"relu1", "elu1"}, {"relu1"}),
        ("[{conv: 4, kernel_size: 1}, silu, elu]", {"silu1", "elu1"}, {"silu1", "elu1"}),
        ("[{conv: 4, kernel_size: 1}, dropout, relu]", {"relu1"}, {"relu1"}),
    ],
)
def test_what_is_overwritten(layers: str, evaluation: set[str], training: set[str]) -> None:
    network = net(layers)
    assert (overwriting(network), overwriting(network, training=True)) == (evaluation, training)
    agree(network, 2, in_place=True)


def test_an_output_is_not_overwritten() -> None:
    text = "input: [4, 8, 8]\noutputs: [a, b]\nlayers: [{conv: 4, kernel_size: 1, name: a}, {relu, name: b}]"
    assert overwriting(loads(text)) == set()
    agree(loads(text), 2, in_place=True)


def test_overwriting_what_is_kept_would_be_an_error_of_the_backward_pass() -> None:
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        train(net("[{conv: 4, kernel_size: 1}, sigmoid, relu]"), 2, {"relu1"})


# the other figures


def test_columns() -> None:
    network = loads("""
input: [3, 16, 16]
blocks:
  b: [{conv: 4, kernel_size: 3}, relu]
layers: [b, {maxpool: 2}, flatten, {fc: 5}]
""")
    analysis = analyze(network, batch=2)
    found, (folded, *_) = memory(analysis), analysis.folded(1)
    for name, field in (("activation_bytes", "allocated"), ("live_bytes", "live"), ("saved_bytes", "saved")):
        column = COLUMNS[name]
        values = [getattr(use, field) for use in found.uses]
        assert column.values(analysis, analysis.rows) == values
        assert column.get(analysis, folded) == (max if field == "live" else sum)(values[:2])
        assert column.total(analysis) == ("" if field == "live" else human_bytes(sum(values)))
    one, other = (COLUMNS["live_bytes"].values(a, a.rows) for a in (analyze(network), analysis))
    assert [2 * live for live in one] == other


@for_each("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_weights_and_buffers_are_those_of_the_module(dtype: str) -> None:
    """The counters of BatchNorm stay int64 in half precision."""
    network = net("[{conv: 4, kernel_size: 1, freeze: true}, batchnorm, {instancenorm, track_running_stats: true}]")
    built = build(network).to(getattr(torch, dtype))
    found = of(network, dtype=dtype)
    assert found.buffers == sum(buffer.nbytes for buffer in built.buffers())
    assert found.weights == sum(parameter.nbytes for parameter in built.parameters())
    assert found.trainable == sum(parameter.nbytes for parameter in built.parameters() if parameter.requires_grad)


def test_weights_used_again_are_counted_once() -> None:
    network = net("[{conv: 4, kernel_size: 1, name: a}, {reuse: a}, {batchnorm, name: n}, {reuse: n}]")
    found, built = of(network), build(network)
    assert found.weights == sum(parameter.nbytes for parameter in built.parameters())
    assert found.buffers == sum(buffer.nbytes for buffer in built.buffers())


@for_each(
    ("name", "make"),
    {
        "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        "adam": lambda parameters: torch.optim.Adam(parameters),
    }.items(),
)
def test_training_has_gradients_and_what_the_optimizer_keeps(name: Any, make: Any) -> None:
    network = net("[{conv: 4, kernel_size: 3}, batchnorm, relu, {fc: 5, freeze: true}, {fc: 2}]")
    built, found = build(network, device="cpu"), of(network, batch=3)
    optimizer = make(built.parameters())
    built(torch.rand(3, 4, 8, 8)).sum().backward()
    optimizer.step()
    gradients = sum(parameter.grad.nbytes for parameter in built.parameters() if parameter.grad is not None)
    states = [value for state in optimizer.state.values() for key, value in state.items() if key != "step"]
    kept = sum(value.nbytes for value in states if value is not None)
    assert total(found, name) == found.weights + found.buffers + found.saved + gradients + kept
    assert total(found, "inference") == found.weights + found.buffers + found.peak


@for_each("dtype", ["float64", "float16", "int8"])
def test_storages_are_proportional_to_the_size_of_a_number_and_indices_are_int64(dtype: str) -> None:
    network = net("[{conv: 4, kernel_size: 1}, {maxpool: 2}, batchnorm, relu]")
    found, single = of(network, 3, dtype), of(network, 3)
    size, indices = {"float64": 8, "float16": 2, "int8": 1}[dtype], 8 * 3 * 4 * 16
    assert 4 * found.peak == size * single.peak
    assert found.elements == single.elements
    assert 4 * (found.saved - indices) == size * (single.saved - indices)


def test_float64_is_measured() -> None:
    network = net("[{conv: 4, kernel_size: 1}, {maxpool: 2}, batchnorm, relu, {fc: 3}]")
    agree(network, 2, "float64")


SLICED = "[{conv: 50, kernel_size: 1}, {slice: 0, stop: 1}, instancenorm]"
"""Of one image a slice of channels lies in order, and with it autograd keeps all of the tensor; of two it is copied."""


@for_each("use", ["inference", "sgd", "adam"])
@for_each("in_place", [False, True])
@for_each(
    "network",
    [
        net("[{conv: 8, kernel_size: 3}, batchnorm, elu, {maxpool: 2}, {fc: 3}]"),
        net("[{select: [0, 1]}, batchnorm]"),
        net(SLICED),
        net("[{groupnorm: 4}, relu]", input="[4]"),  # refuses a batch of one
    ],
    ids=["affine", "indices", "views", "groupnorm"],
)
def test_the_largest_batch_is_the_largest_that_fits(network: Network, in_place: bool, use: str) -> None:
    def need(batch: int) -> int:
        return total(of(network, batch, in_place=in_place), use)

    needs: dict[int, int] = {}
    for batch in range(1, 40):
        with suppress(SpecError):
            needs[batch] = need(batch)
    budgets = sorted({need + more for need in needs.values() for more in (-1, 0, 1)})
    for budget in budgets[:-2]:
        fitting = [batch for batch, need in needs.items() if need <= budget]
        assert most(budget, need) == max(fitting, default=0)


def test_where_nothing_grows_with_the_batch_there_is_no_largest() -> None:
    network = net("[{conv: 4, kernel_size: 1, freeze: true}, relu]")
    assert most(1000, lambda batch: total(of(network, batch), "sgd")) is None
    assert most(10, lambda batch: total(of(network, batch), "sgd")) == 0


def test_views() -> None:
    assert views(net("[flatten, {dropout: 0.5}, identity, relu]")) == {"flatten1", "dropout1", "identity1"}
    assert views(net("[{permute: [0, 3, 1, 2]}, flatten]")) == {"permute1"}
    assert views(net("[{slice: 1}, {crop: 4}, {reshape: [3, -1]}]")) == {"slice1", "crop1"}


def test_a_batch_of_one_may_need_more_than_two() -> None:
    network = net(SLICED)
    assert total(of(network, 1), "sgd") > total(of(network, 2), "sgd")
    agree(network, 1)
    agree(network, 2)


def test_counts_past_every_machine_word_are_exact() -> None:
    side = 2**62
    network = net(f"[relu, {{fc: {side}}}]", input=f"[{side}]")
    assert of(network).activations == 3 * 4 * side
    assert most(10**60, lambda batch: total(of(network, batch), "inference")) == (
        10**60 - 4 * (side * side + side)
    ) // (3 * 4 * side)


# what is written in the order in which it is read

OUT_OF_ORDER = (
    '["relu"]',
    '["sigmoid", {"scale": 2}]',
    '[{"residual": ["sigmoid"]}]',
    '[{"linear": 8}, {"permute": [0, 3, 1, 2]}, {"scale": 2}]',
    '[{"permute": [0, 3, 1, 2]}, {"conv": 4, "kernel_size": 3}, "batchnorm", {"maxpool": 2}]',
    '[{"dropout": 0.5}, "gelu"]',
)
"""Layers behind a permutation, which are flattened: whether that copies depends on the order that they write in."""


@for_each("layers", OUT_OF_ORDER)
@for_each("batch", [1, 2])
@for_each("in_place", [False, True])
def test_layers_that_keep_an_order(layers: str, batch: int, in_place: bool) -> None:
    behind = ", ".join(('"affine"', '{"permute": [0, 2, 3, 1]}', layers[1:-1], '"flatten"', '{"linear": 3}'))
    agree(loads(f'{{"input": [4, 6, 5], "layers": [{behind}]}}'), batch, in_place=in_place)


def test_a_flatten_behind_a_permuted_activation_copies() -> None:
    found = of(loads('{"input": [4, 6, 5], "layers": [{"permute": [0, 2, 3, 1]}, "relu", "flatten"]}'))
    assert {use.path: use.allocated for use in found.uses} == {"permute1": 0, "relu1": 480, "flatten1": 480}


def test_a_piece_of_a_map_lies_as_the_map_does() -> None:
    """With its channels innermost, though not without gaps: what reads it writes so, and the flatten is a view."""
    layers = (
        '["affine", {"permute": [0, 3, 1, 2]}, "instancenorm", {"permute": [0, 3, 1, 2]}, {"crop": 3},'
        ' {"groupnorm": 2}, {"permute": [0, 2, 3, 1]}, "flatten", {"linear": 2}]'
    )
    network = loads(f'{{"input": [4, 6, 6], "layers": {layers}}}')
    for batch in (1, 2):
        agree(network, batch)
    assert {use.path: use.allocated for use in of(network).uses}["flatten1"] == 0
