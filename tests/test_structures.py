"""Repeats, residuals, joins and groups."""

from __future__ import annotations

import pytest
from small import flow, net, paths, refusal, shapes

from cnncalc import analyze

# repeat


def test_repeat_counts_from_zero() -> None:
    network = net("- {repeat: n + 1, layers: [{conv: 4 * (index + 1), kernel_size: 1}]}", top="vars: {n: 2}")
    assert [shape[0] for shape in shapes(network)] == [4, 8, 12]
    assert paths(network) == ["conv1", "conv2", "conv3"]


def test_repeat_runs_over_lists_in_parallel() -> None:
    layers = """
        - repeat: {width: widths, k: [1, 3], act: [relu, tanh]}
          layers:
            - {conv: width, kernel_size: k, padding: same}
            - act
        """
    assert paths(net(layers, top="vars: {widths: [8, 16]}")) == ["conv1", "relu1", "conv2", "tanh1"]


def test_an_inner_repeat_hides_the_outer_index_and_gives_it_back() -> None:
    layers = """
        - repeat: {a: [1, 2]}
          layers:
            - {repeat: a, layers: [{conv: 10 * a + index, kernel_size: 1}]}
            - {conv: 100 * a + index, kernel_size: 1}
        """
    assert [shape[0] for shape in shapes(net(layers))] == [10, 100, 20, 21, 201]


def test_a_repeat_may_run_no_times() -> None:
    assert paths(net("- relu\n- {repeat: 0, layers: [tanh]}\n- {repeat: {a: []}, layers: [tanh]}")) == ["relu1"]
    assert paths(net("- relu\n- {repeat: 5, layers: []}")) == ["relu1"]
    assert paths(net("- {repeat: 2.0, layers: [relu]}")) == ["relu1", "relu2"]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{repeat: -1, layers: [relu]}", "repeat is a whole number, at least 0, not -1"),
        ("{repeat: 2.5, layers: [relu]}", "repeat is a whole number, at least 0, not 2.5"),
        ("{repeat: true, layers: [relu]}", "repeat is a whole number, at least 0, not true"),
        ("{repeat: relu, layers: [relu]}", "repeat is a whole number, at least 0, not the word relu"),
        (
            "{repeat: sizes, layers: [relu]}",
            "not the list [1, 2] → to run over a list give it a name: repeat: {width: sizes}",
        ),
        (
            "{repeat: [1, 2], layers: [relu]}",
            "repeat is a number or named lists, not a list → for example repeat: {width: [1, 2]}",
        ),
        ("{repeat: {}, layers: [relu]}", "repeat is a number or named lists, not a mapping"),
        (
            "{repeat: {a: 3}, layers: [relu]}",
            "repeat runs over lists; a is 3 → write [3] for a list of one, or repeat: 3",
        ),
        ("{repeat: {a: [1, 2], b: [1]}, layers: []}", "repeat: lists of unequal lengths: a has 2, b has 1"),
        ("{repeat: 3}", "repeat needs layers → for example {repeat: 3, layers: [relu]}"),
        (
            "{repeat: 3, steps: [relu]}",
            "repeat takes no steps → it takes name, when, from, expect, freeze beside layers",
        ),
        ("{repeat: 3, layers: relu}", "layers is a list of steps, not relu → write it as a list: [relu]"),
        ("{repeat: 3, layers: }", "layers is a list of steps, not nothing → an empty list is []"),
        ("{repeat: , layers: [relu]}", "repeat is empty"),
        ("{repeat: {index: [1]}, layers: [relu]}", "index has a meaning of its own"),
        ("{repeat: {min: [1]}, layers: [relu]}", "min has a meaning of its own"),
        ("{repeat: {a-b: [1]}, layers: [relu]}", "a-b can't be the name of a variable"),
        ("{conv: index, kernel_size: 1}", "index counts the repeat that is written around it"),
    ],
)
def test_repeats_that_are_refused(step: str, told: str) -> None:
    assert told in refusal(f"- {step}", top="vars: {sizes: [1, 2]}")


# joins


def test_a_branch_is_a_list_a_name_or_a_group() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 1, name: a}
        - relu
        - concat:
            - []
            - [tanh, {conv: 2, kernel_size: 1}]
            - a
            - input
            - {layers: [{maxpool: 1}], when: deep}
            - {layers: [elu]}
        """,
        top="vars: {deep: false}",
    )
    assert flow(network)[2:] == ["tanh1 < relu1", "conv2 < tanh1", "elu1 < relu1", "concat1 < relu1 conv2 a input elu1"]
    assert network.shape("concat1") == (4 + 2 + 4 + 3 + 4, 32, 32)


def test_joins() -> None:
    network = net(
        """
        - {add: [[], [relu], input]}
        - {multiply: [[], [global_avgpool, sigmoid]]}
        - {concat: [[], []], dim: 2}
        - {concat: [[], [relu]], name: out}
        """
    )
    assert paths(network) == ["relu1", "add1", "global_avgpool1", "sigmoid1", "multiply1", "concat1", "relu2", "out"]
    assert shapes(network)[-3:] == [(3, 64, 32), (3, 64, 32), (6, 64, 32)]


def test_a_join_with_one_branch_left_is_that_branch() -> None:
    layers = "- {concat: [[relu], {layers: [tanh], when: false}], name: j}\n- {elu, from: j}"
    assert flow(net(layers)) == ["relu1 < input", "elu1 < relu1"]
    assert flow(net("- {add: [{layers: [relu], when: false}, []]}\n- tanh")) == ["tanh1 < input"]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "{concat: [{conv: 3, kernel_size: 1}, []]}",
            "a branch of concat is a list of steps, a given name or {layers: […], when: …} → write "
            "[{conv: 3, kernel_size: 1}]",
        ),
        (
            "{concat: [relu, []]}",
            "a branch of concat is a list of steps, a given name or {layers: […], when: …} → write [relu]",
        ),
        ("{concat: [{layers: [relu], name: a}, []]}", "write [{layers: [relu], name: a}]"),
        ("concat:\n    - []\n    -", "a branch of concat can't be empty → [] is the tensor itself"),
        ("{concat: [~, []]}", "a branch of concat can't be empty"),
        (
            "{concat: []}",
            "concat takes a list of branches, not an empty one → for example {concat: [[], [relu]]}; "
            "[] is the tensor itself",
        ),
        ("{concat: }", "concat is empty → for example {concat: [[], [relu]]}"),
        ("concat", "concat is empty"),
        ("{concat: relu}", "concat takes a list of branches, not relu"),
        ("{concat: {relu: }}", "concat takes a list of branches, not a mapping"),
        ("{concat: [[], []], axis: 1}", "concat takes no axis → it takes name, when, from, expect, freeze beside dim"),
        ("{add: [[], []], dim: 1}", "add takes no dim"),
        (
            "{add: [{layers: [relu], when: false}, {layers: [], when: false}]}",
            "add has no branch left: every when: is false",
        ),
        ("{add: [[], nowhere]}", "a branch of add: no step is named nowhere"),
        ("{add: [[], [{conv: 4, kernel_size: 1}]]}", "add1: add needs equal shapes, not 3×32×32 and 4×32×32"),
        ("{multiply: [[], [{conv: 4, kernel_size: 1}]]}", "multiply1: multiply needs equal shapes, or sizes of 1"),
        ("{multiply: [[], [{fc: 3}]]}", "multiply1: multiply needs equal shapes, or sizes of 1, not 3×32×32 and 3"),
        (
            "{concat: [[], [{maxpool: 2}]]}",
            "concat1: concat needs equal shapes but for axis 1, not 3×32×32 and 3×16×16",
        ),
        ("{concat: [[], []], dim: 0}", "concat1: the batch (axis 0) is no axis to concatenate along"),
        ("{concat: [[], []], dim: 5}", "concat1: dim is between -4 and 3 here, not 5"),
    ],
)
def test_joins_that_are_refused(step: str, told: str) -> None:
    assert told in refusal(f"- {step}")


# residuals


def test_a_residual_adds_what_entered() -> None:
    assert flow(net("- relu\n- {residual: [tanh, elu]}")) == [
        "relu1 < input",
        "tanh1 < relu1",
        "elu1 < tanh1",
        "add1 < elu1 relu1",
    ]
    assert flow(net("- {residual: [tanh], shortcut: []}"))[-1] == "add1 < tanh1 input"


def test_a_shortcut_has_its_own_steps() -> None:
    wide = "{conv: 8, kernel_size: 1}"
    layers = f"- {{residual: [{wide}], shortcut: [{wide}, batchnorm], name: r}}\n- {{relu, from: r}}"
    assert flow(net(layers))[-3:] == ["batchnorm1 < conv2", "r < conv1 batchnorm1", "relu1 < r"]
    assert flow(net("- {relu, name: a}\n- {residual: [tanh], shortcut: a}"))[-1] == "add1 < tanh1 a"


def test_a_shortcut_left_out_as_a_whole_leaves_no_addition() -> None:
    layers = "- {residual: [tanh], shortcut: {layers: [], when: in_channels == 9}, name: r}\n- {relu, from: r}"
    assert flow(net(layers)) == ["tanh1 < input", "relu1 < tanh1"]
    # steps left out of a shortcut that is not: the tensor itself is added
    assert flow(net("- {residual: [tanh], shortcut: [{layers: [elu], when: false}]}"))[-1] == "add1 < tanh1 input"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{residual: relu}", "residual is a list of steps, not relu → write it as a list: [relu]"),
        ("residual", "residual is empty"),
        ("{residual: [relu], shortcut: }", "a shortcut can't be empty → [] is the tensor itself"),
        (
            "{residual: [relu], shortcut: relu}",
            "a shortcut is a list of steps, a given name or {layers: […], when: …} → write [relu]",
        ),
        (
            "{residual: [relu], skip: []}",
            "residual takes no skip → it takes name, when, from, expect, freeze beside shortcut",
        ),
        ("{residual: [{conv: 8, kernel_size: 1}]}", "add1: add needs equal shapes, not 8×32×32 and 3×32×32"),
        ("{residual: [{conv: 3, kernel_size: 3}]}", "add1: add needs equal shapes, not 3×30×30 and 3×32×32"),
    ],
)
def test_residuals_that_are_refused(step: str, told: str) -> None:
    assert told in refusal(f"- {step}")


# groups


def test_a_group_is_left_out_named_and_led_as_one() -> None:
    network = net(
        """
        - {layers: [relu, tanh], name: g}
        - {layers: [elu, selu], when: false}
        - {layers: [silu, mish], from: input}
        - {add: [[], g]}
        - {layers: [], name: nothing}
        - {softplus, from: nothing}
        """
    )
    assert flow(network)[2:] == ["silu1 < input", "mish1 < silu1", "add1 < mish1 tanh1", "softplus1 < add1"]


def test_a_repeat_may_be_named_and_left_out_too() -> None:
    network = net(
        "- {repeat: 2, layers: [relu], name: r}\n- {repeat: 2, layers: [tanh], when: false}\n- {add: [[], r]}"
    )
    assert flow(network)[-1] == "add1 < relu2 relu2"


def test_structures_cost_nothing_themselves() -> None:
    flat = net("- relu\n- relu")
    deep = net("- layers: [{layers: [{repeat: 1, layers: [relu, {layers: [relu]}]}]}]")
    assert paths(flat) == paths(deep)
    assert analyze(flat).totals == analyze(deep).totals


def test_what_is_wrong_in_a_group() -> None:
    assert refusal("- {layers: relu}") == "layers is a list of steps, not relu → write it as a list: [relu]"
    assert "layers takes no shortcut" in refusal("- {layers: [relu], shortcut: []}")
    assert refusal("- {repeat: 0, layers: [relu]}").startswith(
        "the network has no layer → every step is empty or left out"
    )


# several inputs and outputs

TWO = "{left: [3, 8, 8], right: [3, 8, 8]}"


def test_several_inputs_are_taken_by_name() -> None:
    network = net(
        "- {relu, from: left}\n- {tanh, from: right, name: t}\n- {add: [left, t]}",
        input=TWO,
    )
    assert flow(network) == ["relu1 < left", "t < right", "add1 < left t"]
    assert network.inputs == {"left": (3, 8, 8), "right": (3, 8, 8)}
    assert flow(net("- {concat: [left, right]}\n- relu", input=TWO)) == ["concat1 < left right", "relu1 < concat1"]


def test_a_block_called_on_an_input_knows_it_as_its_own() -> None:
    top = "blocks: {f: [{conv: in_channels, kernel_size: 1}, {add: [[], input]}]}"
    assert flow(net("- {f, from: right}", input=TWO, top=top))[-1] == "f1.add1 < f1.conv1 right"


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("- relu", "no tensor enters this step: the network has several inputs → add from: with one of left, right"),
        ("- {conv: in_channels, kernel_size: 1}", "no tensor enters this step"),
        ("- {relu, when: in_channels == 3}", "in_channels: no tensor enters here → the network has several inputs"),
        (
            "- {add: [[], left]}",
            "no tensor enters this branch: the network has several inputs → name one of left, right",
        ),
        ("- {relu, from: input}", "from: input is the name of no earlier step here → named so far: left, right"),
        ("- {relu, from: left, name: right}", "right is already taken in line 1"),
        ("- {residual: [{relu, from: left}]}", "no tensor enters this step"),
        ("- f", "no tensor enters this step"),
    ],
)
def test_several_inputs_that_are_not_named(layers: str, told: str) -> None:
    assert told in refusal(layers, input=TWO, top="blocks: {f: [relu]}")


def test_outputs_are_given_names() -> None:
    network = net(
        "- {relu, name: a}\n- {f, name: b}\n- tanh", top="outputs: [a, b.c]\nblocks: {f: [{elu, name: c}, selu]}"
    )
    assert network.outputs == ("a", "b.c")
    assert [note.partition(" note: ")[2] for note in network.notes] == [
        "b.selu1 reaches no output",
        "tanh1 reaches no output",
    ]


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ("[]", "outputs is a list of names, not an empty one"),
        ("a", "outputs is a list of names, not a → for example outputs: [mask, box]"),
        ("[[a]]", "outputs takes the name of an earlier step, not a list"),
        ("[a, a]", "outputs: a is named twice"),
        ("[b]", "outputs: no step is named b"),
        (
            "[relu1]",
            "outputs: relu1 is a default name, and those shift when a step is added → give the step in line 4 a name",
        ),
    ],
)
def test_outputs_that_are_refused(outputs: str, told: str) -> None:
    assert told in refusal("- relu\n- {tanh, name: a}", top=f"outputs: {outputs}")
