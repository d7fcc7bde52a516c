"""Variables, inputs, and what is set from outside."""

from __future__ import annotations

from typing import Any

import pytest
from small import INPUT, net, refusal, refusals, shapes

from cnncalc import SpecError, loads


def width(value: str, top: str = "", **options: Any) -> int:
    """The number of channels that an expression gives."""
    return net(f'- {{conv: "{value}", kernel_size: 1}}', top=top, **options).layers[-1].output[0]


def test_variables_are_evaluated_in_order() -> None:
    top = "vars: {a: 3, b: a * 2, c: '[a, b, 4]', d: 'c[1] + 1', flag: a < b, half: 0.5, big: 1_000}"
    assert [width(e, top) for e in ("b", "c[2]", "d", "8 if flag else 4", "int(9 * half)", "big")] == [
        6,
        4,
        7,
        8,
        4,
        1000,
    ]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ("{a: b, b: 3}", "vars: a: unknown name b → b is declared further down; a variable sees those above it"),
        ("{a: a}", "vars: a: unknown name a"),
        ("{a: in_channels}", "vars: a: unknown name in_channels → in_channels is known in steps and in the defaults"),
        ("{a: index}", "vars: a: unknown name index"),
        ("{a: {b: 1}}", "vars: a is a number, an expression or a list, not a mapping"),
        ("{a: 1/0}", "1 / 0 divides by zero"),
        ("{a: 2**300}", "2 ** 300 is out of bounds"),
        ("{a: 3 apples}", "vars: a: an operator is missing between 3 and apples → write 3 * apples"),
        ("{a: 3x3}", "vars: a: an operator is missing between 3 and x3"),
        ("{a: hello world}", "vars: a: an operator is missing between hello and world"),
        ("{a b: 1}", "a b can't be the name of a variable → letters, digits and _, as in depth2"),
        ("{1a: 1}", "1a can't be the name of a variable"),
        ("{é: 1}", "é can't be the name of a variable"),
        ("{index: 1}", "index has a meaning of its own"),
        ("{in_channels: 1}", "in_channels has a meaning of its own"),
        ("{input: 1}", "input has a meaning of its own"),
        ("{min: 1}", "min has a meaning of its own"),
        ("{null: 1}", "null has a meaning of its own"),
        ("{lambda: 1}", "lambda has a meaning of its own"),
        ("{repeat: 1}", "repeat has a meaning of its own"),
        ("{name: 1}", "name has a meaning of its own"),
        ("[1]", "vars is a mapping, not a list"),
        ("7", "vars is a mapping, not 7"),
    ],
)
def test_variables_that_are_refused(variables: str, told: str) -> None:
    assert told in refusal("- relu", top=f"vars: {variables}")


def test_set_gives_variables_other_values() -> None:
    top = "vars: {a: 3, b: 2 * a, c: [1, 2], d: true, act: relu}"
    assert width("b", top, set={"a": "5"}) == 10
    assert width("b", top, set={"a": 5}) == 10
    assert width("b", top, set={"b": "a + 1"}) == 4
    assert width("b", top, set={"b": "0x10"}) == 16
    assert width("c[1]", top, set={"c": "[7, a + 6]"}) == 9
    assert width("c[1]", top, set={"c": [7, 9]}) == 9
    assert width("4 if d else 5", top, set={"d": "false"}) == 5
    assert width("int(a)", top, set={"a": "2.5"}) == 2
    for value in ("tanh", "tanh if d else elu"):
        assert net("- act", top=top, set={"act": value}).layers[0].layer.type == "tanh"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"beta": "1"}, "--set beta: no such variable → declared: alpha, wide"),
        ({"alhpa": "1"}, "--set alhpa: no such variable → did you mean alpha?"),
        ({"alpha": "x"}, "alpha: unknown name x"),
        ({"alpha": "wide"}, "alpha: unknown name wide"),
        ({"alpha": "1 +"}, "alpha: the expression breaks off behind +"),
        ({"alpha": "[1"}, "this [ is never closed"),
        ({"alpha": ""}, "alpha: an empty expression"),
        ({"alpha": "{a: 1}"}, "alpha is a number, an expression or a list, not a mapping"),
        ({"alpha": "!!int 3"}, "tags are not read"),
        ({"alpha": "2**999"}, "2 ** 999 is out of bounds"),
        ({"alpha": "\x1b[31m"}, "control character 0x1b in the text"),
        ({"alpha": 2**300}, "--set alpha: "),
        ({"alpha": {"a": 1}}, "--set alpha: a number, a word or a list of them, not a dict"),
        ({"alpha": float("nan")}, "--set alpha: nan is out of bounds"),
        ({"alpha": [[]] * 20_000}, "--set alpha: a list of more than 10,000 values"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], told: str) -> None:
    assert told in refusal("- relu", top="vars: {alpha: 1, wide: 2}", set=settings)


def test_a_setting_that_goes_round_in_circles() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "not a list" in refusal("- relu", top="vars: {alpha: 1}", set={"alpha": loop})


def test_nothing_can_be_set_where_nothing_is_declared() -> None:
    assert refusal("- relu", set={"a": "1"}) == "--set a: no such variable → the spec declares no vars:"


@pytest.mark.parametrize(
    ("input", "shape"),
    [
        ("[3, 32, 32]", (3, 32, 32)),
        ("[c, 2 * n, n // 2]", (3, 16, 4)),
        ("'[c, n, n]'", (3, 8, 8)),
        ("whole", (1, 2, 3)),
        ("[c]", (3,)),
        ("[3, 8.0]", (3, 8)),
        ("[1, 2, 3, 4]", (1, 2, 3, 4)),
        ("{input: [5]}", (5,)),
        ("{pixels: [5, 5]}", (5, 5)),
    ],
)
def test_inputs(input: str, shape: tuple[int, ...]) -> None:
    assert shapes(net("- relu", input=input, top="vars: {n: 8, c: 3, whole: [1, 2, 3]}")) == [shape]


@pytest.mark.parametrize(
    ("input", "told"),
    [
        ("224", "input is a list, channels first, not 224 → a vector of 224 features is [224]"),
        ("", "input is a list, channels first, not null → for example [3, 224, 224]"),
        ("3x224x224", "input is a list, not 3x224x224 → write [3, 224, 224]"),
        ("3 × 224 × 224", "input is a list, not 3 × 224 × 224 → write [3, 224, 224]"),
        ("(3, 224, 224)", "input: this can't stand in an expression → a list is written [a, b]"),
        ("3, 224, 224", "input: this can't stand in an expression → a list is written [a, b]"),
        ("[]", "input has 1 to 4 sizes, not 0 → [F], [C, L], [C, H, W] or [C, D, H, W], without the batch"),
        ("[1, 3, 224, 224, 3]", "input has 1 to 4 sizes, not 5"),
        ("[3, 0, 5]", "input: a size is at least 1, not 0"),
        ("[3, -4, 5]", "input: a size is at least 1, not -4"),
        ("[3, 4.5, 5]", "input: 4.5 is not a whole number → int, round or divisible make it one"),
        ("[3, [4], 5]", "input: the list [4] is not a whole number"),
        ("[3, true, 5]", "input: true is not a whole number"),
        ("[3, relu, 5]", "input: the word relu is not a whole number"),
        ("[3, n, 5]", "input: unknown name n"),
        ("[3, 2**63, 5]", "input: 9223372036854775808 is no size; sizes are below 2**63"),
        ("{}", "input is empty → for example input: [3, 224, 224]"),
        ("{a.b: [3]}", "a.b can't be the name of an input"),
        ("{a: 3}", "input is a list, channels first, not 3"),
        ("{a: [3], b: 3}", "input: b is a list, channels first, not 3"),
    ],
)
def test_inputs_that_are_refused(input: str, told: str) -> None:
    assert told in refusal("- relu", input=input)


def test_a_wrong_size_is_marked_itself() -> None:
    (problem,) = refusals("- relu", input="[3, 0, 5]")
    assert problem.mark is not None and (problem.mark.line, problem.mark.column, problem.mark.end) == (1, 12, 13)


def test_input_may_be_given_instead() -> None:
    text = "input: {a: [3, 8, 8], b: [3, 4, 4]}\nlayers: [{relu, from: a}, {tanh, from: b}]"
    network = loads(text, input={"b": (5, 6)})
    assert network.inputs == {"a": (3, 8, 8), "b": (5, 6)}
    assert loads("input: [3]\nlayers: [relu]", input=[7, 7]).inputs == {"input": (7, 7)}
    assert loads("input: {x: [3]}\nlayers: [relu]", input=(7, 7)).inputs == {"x": (7, 7)}


@pytest.mark.parametrize(
    ("input", "told"),
    [
        (5, "--input is a list, channels first, not 5"),
        ("3x4", "--input is a list, channels first, not "),
        ((), "--input has 1 to 4 sizes, not 0"),
        ((3, 0), "--input: a size is at least 1, not 0"),
        ((3, 1.5), "--input: 1.5 is not a whole number"),
        ({"x": (5,)}, "--input x: no input is called so → the inputs are input"),
        ({"inptu": (5,)}, "--input inptu: no input is called so → did you mean input?"),
    ],
)
def test_inputs_given_wrongly(input: Any, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        loads("input: [3, 8, 8]\nlayers: [relu]", input=input)
    (problem,) = caught.value.problems
    assert told in (f"{problem.message} → {problem.hint}" if problem.hint else problem.message)
    assert problem.mark is None


def test_one_shape_for_several_inputs() -> None:
    with pytest.raises(SpecError, match="--input: the network has the inputs a, b\n  name one: a=3x8x8"):
        loads("input: {a: [3], b: [3]}\nlayers: [{add: [a, b]}]", input=(3, 8, 8))


def test_sizes_stay_below_their_limit() -> None:
    told = refusal("- {repeat: 100, layers: [{upsample: 2}]}")
    assert told == "upsample58: an output of 3×9223372036854775808×9223372036854775808; sizes are below 2**63"


# the top of the file


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["the document is empty"]),
        ("# only a comment\n", ["the document is empty"]),
        ("[input, layers]", ["a spec is a mapping, not a list"]),
        ("hello", ["a spec is a mapping, not hello"]),
        ("layers: [relu]", ["the spec has no input:"]),
        ("input: [3]", ["the spec has no layers:"]),
        ("{}", ["the spec has no input:", "the spec has no layers:"]),
        (
            "inptu: [3]\nlayer: [relu]",
            ["the spec has no input:", "unknown key inptu", "the spec has no layers:", "unknown key layer"],
        ),
        ("input: [3]\nlayers: []", ["the network has no layer"]),
        ("input: [3]\nlayers:", ["layers is a list of steps, not nothing"]),
        ("input: [3]\nlayers: {relu: }", ["layers is a list of steps, not a mapping"]),
        ("input: [3]\nlayers: INPUT -> FC", ["fc needs out_features"]),
        (
            "input: [3]\nlayers: [relu]\nname: [a]\nsource: {a: b}",
            ["name is a text, not a list", "source is a text, not a mapping"],
        ),
        ("input: [3]\nlayers: [relu]\ninput: [4]", ["key 'input' stands here twice, first on line 1"]),
    ],
)
def test_tops_that_are_refused(text: str, told: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        loads(text)
    assert sorted(problem.message for problem in caught.value.problems) == sorted(told)


def test_empty_keys_are_left_out() -> None:
    network = loads(
        "name:\nsource:\ninput: [3]\nvars:\ndefaults:\nblocks:\nlayers: [relu]\noutputs:\nexpect:\n", name="n.yaml"
    )
    assert (network.name, network.source, network.claims) == ("n.yaml", None, ())
    named = loads("name: 007\nsource: true\ninput: [3]\nlayers: [relu]")
    assert (named.name, named.source) == ("007", "true")


# notes


def told(layers: str, input: str = INPUT, top: str = "") -> list[str]:
    return [note.partition(" note: ")[2] for note in net(layers, input, top).notes]


def test_an_input_that_looks_like_height_width_channels() -> None:
    note = "read as 32 channels of 32×3; channels come first"
    assert told("- relu", "[32, 32, 3]") == [note]
    assert told("- relu", "[240, 320, 3]") == ["read as 240 channels of 320×3; channels come first"]
    assert told("- relu", "[28, 28, 1]") == ["read as 28 channels of 28×1; channels come first"]
    for fine in ("[3, 32, 32]", "[1, 28, 28]", "[100, 1, 1]", "[3, 3, 3]", "[64, 7, 7]", "[32, 3]"):
        assert told("- relu", fine) == []


def test_an_input_of_two_numbers_under_a_conv() -> None:
    note = "read as 28 channels of length 28; a grey image is [1, 28, 28]"
    assert told("- {conv: 4, kernel_size: 3}", "[28, 28]") == [note]
    assert told("- batchnorm\n- {conv: 4, kernel_size: 3}\n- {conv: 4, kernel_size: 3}", "[28, 28]") == [note]
    assert told("- {conv1d: 4, kernel_size: 3}", "[28, 28]") == []
    assert told("- {conv: 4, kernel_size: 3}", "[1, 176]") == []


def test_linear_on_several_axes_of_a_map() -> None:
    note = "linear acts on the last axis; for a fully connected layer write fc"
    conv = "- {conv: 4, kernel_size: 3}\n"
    for between in (
        "",
        "- relu\n",
        "- {maxpool: 2}\n- dropout\n",
        "- batchnorm\n- relu\n- {add: [[], []]}\n",
        "- global_avgpool\n",
    ):
        assert told(f"{conv}{between}- {{linear: 10}}") == [note]
    for between in (
        "- flatten\n",
        "- {permute: [0, 2, 3, 1]}\n- layernorm\n",
        "- {flatten: 2}\n",
        "- fc: 4\n",
        "- {reshape: [10, -1]}\n",
    ):
        assert told(f"{conv}{between}- {{linear: 10}}") == []
    assert told("- {linear: 4}\n- relu\n- {linear: 10}") == []


def test_steps_that_reach_no_output_are_noted_once_each() -> None:
    layers = "- relu\n- {repeat: 3, layers: [{tanh, from: input}]}\n- {elu, from: input}"
    network = net(layers)
    assert list(network.notes) == [
        "a.yaml:4:5: note: relu1 reaches no output",
        "a.yaml:5:26: note: tanh1 and 2 more from this step reach no output",
    ]
