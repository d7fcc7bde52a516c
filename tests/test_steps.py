"""One step: which key is its type, its options, and the keys that go on any step."""

from __future__ import annotations

import pytest
from small import flow, net, paths, refusal, refusals, shapes

from cnncalc import SpecError, analyze, loads
from cnncalc.layers import REGISTRY


@pytest.mark.parametrize(
    "step",
    [
        "{conv: 8, kernel_size: 3, padding: 1}",
        "{padding: 1, kernel_size: 3, conv: 8}",
        "{conv: null, out_channels: 8, kernel_size: 3, padding: 1}",
        "{conv: {out_channels: 8, kernel_size: 3}, padding: 1}",
        "{conv: {out_channels: 8, kernel_size: 3, padding: 1}}",
        "{conv: 8, kernel_size: [3, 3], padding: [1, 1]}",
        '{conv: "8", kernel_size: "1 + 2", padding: same}',
        "{conv: 8.0, kernel_size: 3, padding: 2 / 2}",
        "{conv2d: 8, kernel_size: 3, padding: 1}",
    ],
)
def test_ways_to_write_one_convolution(step: str) -> None:
    network = net(f"- {step}")
    assert shapes(network) == [(8, 32, 32)]
    assert analyze(network).totals["params"] == 224


def test_a_step_is_a_bare_type_or_a_mapping() -> None:
    network = net("- relu\n- {relu, name: a}\n- relu:\n- {relu: null}\n- {relu: {}}")
    assert paths(network) == ["relu1", "a", "relu3", "relu4", "relu5"]


@pytest.mark.parametrize(
    ("step", "type"),
    [
        ("{batchnorm: , affine: false}", "batchnorm"),
        ("{affine: false, batchnorm: }", "batchnorm"),
        ("{affine: , bias: false}", "affine"),
        ("{instancenorm: , affine: true}", "instancenorm"),
        ("{groupnorm: 3, affine: false}", "groupnorm"),
    ],
)
def test_an_option_may_be_called_like_a_type(step: str, type: str) -> None:
    (placed,) = net(f"- {step}").layers
    assert placed.layer.type == type


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{conv: 8, relu: , kernel_size: 3}", "two types in one step: conv and relu"),
        ("{relu: , repeat: 2, layers: []}", "two types in one step: relu and repeat"),
        ("{conv: 8, kernel_size: 3, affine: true}", "two types in one step: conv and affine"),
        ("{name: a}", "a step without a layer type → for example {relu, name: act}"),
        ("{}", "a step without a layer type"),
        ("{stride: 2, name: a}", "a step without a layer type: stride is an option → for example {conv: …, stride: 2}"),
        ("{filters: 8}", "a step without a layer type: filters is an option → for example {conv: …, out_channels: 8}"),
        ("~", "an empty step → write a layer behind the dash"),
        ("", "an empty step"),
        ("[relu]", "a step is a layer type or a mapping, not a list"),
        ("conv2: 8", "unknown layer type conv2 → did you mean conv2d?"),
        ("Conv2D: 8", "unknown layer type Conv2D → here it is called conv2d"),
        ("conv 8", "unknown layer type conv 8 → write conv: 8"),
        ("conv:8", "unknown layer type conv:8 → a space is missing: conv: 8"),
        ("relu\n    - tanh", "unknown layer type relu - tanh → - tanh is a step of its own"),
        ("activation: relu", "unknown layer type activation → an activation is a step of its own: - relu"),
        ("flubber", "unknown layer type flubber"),
        ('""', 'unknown layer type ""'),
        ("relu: 5", "relu takes no value, found 5 → write - relu"),
        ("{relu, slope: 3}", "relu has no option slope → it takes none"),
        ("{batchnorm: 64}", "batchnorm takes no value, found 64 → it takes eps, momentum, affine"),
        ("{conv: 8, out_channels: 9, kernel_size: 3}", "out_channels is given twice, beside conv and behind it"),
        ("{conv: {out_channels: 8, kernel_size: 3}, kernel_size: 3}", "kernel_size is given twice"),
        ("{conv: 8, kernal_size: 3}", "conv has no option kernal_size → did you mean kernel_size?"),
        ("{conv: 8, kernel_size: 3, pad: 1}", "conv has no option pad → here it is called padding"),
        ("{conv: 8, kernel_size: 3, strides: 1}", "conv has no option strides → here it is called stride"),
        ("{conv: 8, kernel_size: 3, in_channels: 3}", "the input channels follow from the layer before"),
        ("{conv: 8, kernel_size: 3, activation: relu}", "an activation is a step of its own"),
        ("{conv: 8, kernel_size: 3, shortcut: []}", "conv has no option shortcut"),
        ("conv: 8", "conv needs kernel_size → for example {conv: 8, kernel_size: 3}"),
        ("conv", "conv needs out_channels and kernel_size → for example {conv: 64, kernel_size: 3}"),
    ],
)
def test_steps_that_are_refused(step: str, told: str) -> None:
    assert told in refusal(f"- {step}")


def test_other_tools_words_are_told_ours() -> None:
    words = {"dense": "fc", "swish": "silu", "bn": "batchnorm", "MaxPooling2D": "maxpool", "Concatenate": "concat"}
    for word, ours in words.items():
        assert refusal(f"- {{{word}: 4}}") == f"unknown layer type {word} → here it is called {ours}"
    assert "deconvolution inverts a convolution" in refusal("- {deconv: 8, kernel_size: 3}")


def test_every_type_is_known_by_its_name() -> None:
    for name, layer in REGISTRY.items():
        if name not in ("add", "concat", "multiply"):
            for problem in refusals(f"- {{{name}: , flubber: 1}}"):
                assert problem.message == f"{layer.type} has no option flubber" or "needs" in problem.message


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("stride: fast", "stride is a whole number, or one per axis, not fast"),
        ("stride: 0", "stride is at least 1, not 0"),
        ("stride: 1.5", "stride is a whole number, or one per axis, not 1.5 → make it whole: int(1.5)"),
        ("stride: [1, 2, 3]", "conv1: stride has 3 entries, the input has 2 spatial axes"),
        ("stride: {a: 1}", "stride is a number, an expression or a list, not a mapping"),
        ("stride: ", "stride is a whole number, or one per axis, not null"),
        ("stride: relu", "stride is a whole number, or one per axis, not the word relu"),
        ("stride: 2**70", "stride is below 2**63, not 1180591620717411303424"),
        ("stride: 2**300", "2 ** 300 is out of bounds; numbers are below 2**256"),
        ("stride: 1/0", "1 / 0 divides by zero"),
        ("stride: 2x2", "stride: an operator is missing between 2 and x2"),
        ("bias: no", "bias is true or false, not no → write false"),
        ("bias: Yes", "bias is true or false, not Yes → write true"),
        ("bias: flase", "bias is true or false, not flase → did you mean false?"),
        ("bias: 1", "bias is true or false, not 1"),
        ("padding: SAME", "padding is a whole number, or one per axis, or one of same, valid, not SAME → write same"),
        ("padding_mode: zero", "not zero → did you mean zeros?"),
        ("padding_mode: 3", "padding_mode is one of zeros, reflect, replicate, circular, not 3"),
    ],
)
def test_options_that_are_refused(option: str, told: str) -> None:
    assert told in refusal(f"- {{conv: 8, kernel_size: 3, {option}}}")


def test_options_take_expressions_booleans_and_floats_too() -> None:
    top = "vars: {wide: true, k: 3, p: 0.5, pad: same, sizes: [3, 5], mode: reflect}"
    network = net(
        """
        - {conv: 64 if wide else 8, kernel_size: sizes, padding: pad, bias: not wide}
        - {conv: 8, kernel_size: k, padding: k // 2, bias: in_channels == 64, padding_mode: mode}
        - {dropout: p / 2}
        - {upsample: 1.5, mode: "nearest"}
        """,
        top=top,
    )
    first, second, dropout, _ = (placed.layer for placed in network.layers)
    assert (first.bias, first.kernel_size, second.bias, second.padding_mode) == (False, (3, 5), True, "reflect")
    assert dropout.p == 0.25
    assert network.layers[-1].output == (8, 48, 48)


def test_a_word_of_the_fixed_list_wins_over_a_variable() -> None:
    assert shapes(net("- {conv: 8, kernel_size: 3, padding: same}", top="vars: {same: 3}")) == [(8, 32, 32)]


def test_every_independent_problem_is_told_at_once() -> None:
    found = refusals(
        """
        - {conv: 8, kernal_size: 3}
        - dense: 3
        - {relu, when: 3 >}
        - {conv: widht, kernel_size: 3, stride: 1/0}
        - {concat: [[], ]}
        - {tanh, from: nowhere}
        """,
        top="vars: {width: 3}\nexpect: {parms: 3}\nfreeze: true",
    )
    marks = [problem.mark.line for problem in found if problem.mark]
    assert marks == [3, 4, 6, 7, 8, 9, 9, 11]


def test_when_leaves_a_step_out() -> None:
    network = net(
        "- {relu, when: deep}\n- {tanh, when: not deep}\n- layers: [{elu, when: in_channels == 4}]",
        top="vars: {deep: false}",
    )
    assert paths(network) == ["tanh1"]


@pytest.mark.parametrize("value", ["1", "relu", "in_channels", "[true]", "", "null", "yes"])
def test_when_is_true_or_false(value: str) -> None:
    for key in ("when", "freeze"):
        assert f"{key} is true or false, not " in refusal(f"- {{relu, {key}: {value}}}")


def test_when_sees_the_tensor_only_on_the_first_step() -> None:
    net("- {relu, when: in_channels == 3}\n- layers: [{tanh, when: in_channels == 3}]")
    for condition in ("in_channels == 3", '"in_shape[0] == 3"', "3 < in_channels"):
        found = refusal(f"- relu\n- {{tanh, when: {condition}}}")
        assert "is not the first of its list" in found
        assert "- layers: [{layers: […], when: " in found
        assert "or a block parameter with the default in_" in found
    # a variable hides the channels it was made from, and a branch is judged where all its sisters are
    net(
        "- relu\n- {f, when: true}\n- {add: [[], {layers: [tanh], when: in_channels == 3}]}",
        top="blocks: {f(wide=in_channels > 2): [relu, {tanh, when: wide}]}",
    )


def test_a_step_left_out_need_not_find_its_tensor() -> None:
    layers = "- {conv: 3, kernel_size: 1, name: skip, when: deep}\n- {relu, from: skip, when: deep}\n- tanh"
    assert flow(net(layers, top="vars: {deep: false}")) == ["tanh1 < input"]
    assert flow(net(layers, top="vars: {deep: true}"))[1] == "relu1 < skip"


def test_from_takes_another_tensor() -> None:
    network = net(
        """
        - {conv: 8, kernel_size: 1, name: wide}
        - {conv: 4, kernel_size: 1}
        - {conv: 2 * in_channels, kernel_size: 1, from: wide}
        - {relu, from: input}
        """
    )
    assert flow(network) == ["wide < input", "conv2 < wide", "conv3 < wide", "relu1 < input"]
    assert network.shape("conv3") == (16, 32, 32)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("[a]", "from takes the name of an earlier step, not a list"),
        ("", "from takes the name of an earlier step, not nothing"),
        ("b", "from: no step is named b → give the step that is meant a name: {…, name: b}; there are a, later"),
        ("ltaer", "from: no step is named ltaer → did you mean later?"),
        ("later", "from: later is the name of no earlier step here → the step of that name stands further down"),
        ("a.b", "from: a.b is the name of no earlier step here"),
        ("relu", "from: relu is the name of no earlier step here → from takes the name: of a step"),
        (
            "conv1",
            "from: conv1 is a default name, and those shift when a step is added → give the step in line 4 a name",
        ),
    ],
)
def test_from_is_refused(source: str, told: str) -> None:
    layers = f"- {{conv: 3, kernel_size: 1}}\n- {{relu, name: a}}\n- {{tanh, from: {source}}}\n- {{elu, name: later}}"
    assert told in refusal(layers)


def test_freeze_makes_everything_within_untrainable() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 1}
        - {layers: [{conv: 4, kernel_size: 1}, {conv: 4, kernel_size: 1, freeze: false}], freeze: true}
        - {f, freeze: in_channels == 4}
        - {conv: 4, kernel_size: 1, freeze: not true}
        """,
        top="blocks: {f: [{conv: 4, kernel_size: 1}]}",
    )
    assert [placed.frozen for placed in network.layers] == [False, True, True, True, False]
    totals = analyze(network).totals
    assert totals["params"] - totals["trainable"] == 3 * 20


def test_expect_is_entered_with_its_layers() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 1, expect: {output: [4, 32, 32], params: 16, macs: 4 * 3 * 32 * 32}}
        - {layers: [relu, relu], expect: {output: "[in_channels, 32, 32]", params: 0}}
        - {repeat: 2, layers: [{tanh, expect: {biases: index}}]}
        """,
        top="expect: {depth: 1, params: 16.0}",
    )
    found = [(claim.path, claim.first, claim.last, claim.quantity, claim.value) for claim in network.claims]
    assert found == [
        ("conv1", 0, 1, "output", (4, 32, 32)),
        ("conv1", 0, 1, "params", 16),
        ("conv1", 0, 1, "macs", 12288),
        ("relu1 … relu2", 1, 3, "output", (4, 32, 32)),
        ("relu1 … relu2", 1, 3, "params", 0),
        ("tanh1", 3, 4, "biases", 0),
        ("tanh2", 4, 5, "biases", 1),
        ("", 0, 5, "depth", 1),
        ("", 0, 5, "params", 16),
    ]


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ("{parms: 3}", "expect: unknown quantity parms → did you mean params?"),
        ("{size: 3}", "expect: unknown quantity size → here it is called output"),
        ("{xyz: 3}", "expect: unknown quantity xyz → quantities: output, params"),
        ("5", "expect is a mapping such as {params: 760}, not 5"),
        ("{params: many}", "expect: params: unknown name many"),
        ("{params: null}", "expect: params: null is no count"),
        ("{params: -1}", "expect: params: -1 is no count"),
        ("{params: 1.5}", "expect: params: 1.5 is no count"),
        ("{params: 1 / 2}", "expect: params: 0.5 is no count"),
        ("{output: 5}", "expect: output is a list of sizes, not 5 → for example [64, 112, 112]"),
        ("{output: [1.5]}", "expect: output: 1.5 is not a whole number"),
    ],
)
def test_expect_is_refused(claims: str, told: str) -> None:
    assert told in refusal(f"- {{relu, expect: {claims}}}")


def test_claims_are_about_the_specs_own_variables_and_inputs() -> None:
    text = "input: [3, 8, 8]\nvars: {a: 1}\nlayers: [relu]\nexpect: {params: 0}"
    assert loads(text).claims
    assert not loads(text, set={"a": 2}).claims
    assert not loads(text, input=(3, 9, 9)).claims


def test_defaults_act_on_their_type() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 1}
        - {conv: 4, kernel_size: 1, bias: true}
        - {conv2d: 4}
        - maxpool: 2
        - minpool: 2
        - {f: 7}
        """,
        top="""
        vars: {k: 3}
        defaults: {conv: {bias: false, kernel_size: k, padding: same}, conv2d: {stride: 2}, maxpool: {stride: 1}}
        blocks: {f(k): [{conv: in_channels}]}
        """,
    )
    first, second, third, _, minpool, inner = (placed.layer for placed in network.layers)
    assert (first.bias, second.bias, third.bias, third.stride) == (False, True, False, 2)
    assert first.kernel_size == 1
    assert minpool.stride is None  # a default of maxpool is none of minpool
    assert inner.kernel_size == 3  # defaults see the variables, no parameter of a block


@pytest.mark.parametrize(
    ("defaults", "told"),
    [
        ("{cnv: {bias: false}}", "defaults: unknown layer type cnv → did you mean conv?"),
        ("{conv: {bia: false}}", "conv has no option bia → did you mean bias?"),
        ("{conv: 3}", "defaults: conv is a mapping, not 3"),
        ("[conv]", "defaults is a mapping, not a list"),
        ("{conv: {bias: 3}}", "bias is true or false, not 3"),
        ("{conv: {kernel_size: k}}", "kernel_size is a whole number, or one per axis, not k"),
        ("{conv: {kernel_size: index}}", "not index → index counts the repeat"),
    ],
)
def test_defaults_are_refused(defaults: str, told: str) -> None:
    assert told in refusal("- relu", top=f"defaults: {defaults}")


def test_a_size_at_fault_ends_the_reading_with_what_was_placed() -> None:
    with pytest.raises(SpecError) as caught:
        net(
            "- tanh\n- f\n- {conv: 4, kernel_size: 99}",
            "[3, 8, 8]",
            "blocks: {f: [relu, {conv: 4, kernel_size: 9}, tanh]}",
        )
    assert [problem.message for problem in caught.value.problems] == [
        "f1.conv1: conv does not fit: the output would be 0 long"
    ]
    partial = caught.value.partial
    assert paths(partial) == ["tanh1", "f1.relu1"]
    assert partial.blocks == {"f1": "f1.relu1"}
    assert [row.path for row in analyze(partial).folded(1)] == ["tanh1", "f1"]
