"""Names, paths, what a reference may mean, and `reuse`."""

from __future__ import annotations

import pytest
from small import flow, net, paths, refusal, refusals, shapes

from cnncalc import analyze

BLOCKS = """
blocks:
  cb(width): [{conv: width, kernel_size: 1, name: c}, batchnorm, {relu, name: act}]
  pair(width): [{cb: width, name: first}, {cb: width}, {add: [[], first], name: sum}]
"""


def test_default_names_are_type_and_ordinal_in_their_scope() -> None:
    network = net(
        """
        - {conv: 4, kernel_size: 1}
        - {conv: 4, kernel_size: 1, name: stem}
        - layers: [{conv: 4, kernel_size: 1}]
        - {repeat: 2, layers: [{conv: 4, kernel_size: 1}, {pair: 4}]}
        - {residual: [{conv: 4, kernel_size: 1}]}
        - {pair: 4, name: tail}
        """,
        top=BLOCKS,
    )
    own = [path for path in paths(network) if "." not in path]
    assert own == ["conv1", "stem", "conv3", "conv4", "conv5", "conv6", "add1"]
    assert paths(network)[4:9] == [
        "pair1.first.c",
        "pair1.first.batchnorm1",
        "pair1.first.act",
        "pair1.cb2.c",
        "pair1.cb2.batchnorm1",
    ]
    assert paths(network)[-1] == "tail.sum"
    assert network.layers[4].calls[-1].path == "pair1.first"
    assert [call.block for call in network.layers[4].calls] == ["pair", "cb"]


def test_names_given_in_a_repeat_are_numbered() -> None:
    network = net(
        """
        - repeat: 2
          layers:
            - {relu, name: a, when: index == 0}
            - {repeat: 2, layers: [{tanh, name: b}, {add: [[], b]}]}
        - {add: [a1, b4]}
        - {f: b2}
        """,
        top="blocks: {f(x): [{add: [[], x]}]}",
    )
    assert flow(network) == [
        "a1 < input",
        "b1 < a1",
        "add1 < b1 b1",
        "b2 < add1",
        "add2 < b2 b2",
        "b3 < add2",
        "add3 < b3 b3",
        "b4 < add3",
        "add4 < b4 b4",
        "add5 < a1 b4",
        "f1.add1 < add5 b2",
    ]


def test_within_the_repeat_a_name_is_that_of_the_last_iteration() -> None:
    layers = "- {repeat: 3, layers: [{add: [[], a], when: index > 0}, {relu, name: a}]}"
    assert flow(net(layers)) == ["a1 < input", "add1 < a1 a1", "a2 < add1", "add2 < a2 a2", "a3 < add2"]


def test_a_name_may_stand_for_either_of_two_steps() -> None:
    layers = "- {relu, name: a, when: deep}\n- {tanh, name: a, when: not deep}\n- {elu, from: a}"
    assert flow(net(layers, top="vars: {deep: false}"))[-1] == "elu1 < a"


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("- {relu, name: a}\n- {tanh, name: a}", "a is already taken in line 4 → names are unique"),
        ("- &s {relu, name: a}\n- *s", "a is already taken in line 4"),
        (
            "- {relu, name: conv1}\n- {conv: 3, kernel_size: 1}",
            "conv1, the default name of this step, is already taken in line 4",
        ),
        ("- {conv: 3, kernel_size: 1}\n- {relu, name: conv1}", "conv1 is already taken in line 4"),
        ("- {repeat: 2, layers: [{relu, name: a}, {tanh, name: a}]}", "a is already taken in line 4"),
        ("- {relu, name: a}\n- {repeat: 2, layers: [{tanh, name: a}]}", "a is already taken in line 4"),
        ("- {repeat: 2, layers: [{tanh, name: a}]}\n- {relu, name: a}", "a is already taken in line 4"),
        ("- {repeat: 2, layers: [{tanh, name: a}]}\n- {relu, name: a2}", "a2 is already taken in line 4"),
        (
            "- {repeat: 2, layers: [{tanh, name: a}]}\n- {relu, from: a}",
            "from: a is given in a repeat, which numbers it → the last one is a2",
        ),
        ("- {relu, name: a.b}", "name: a.b can't be a name"),
        ("- {relu, name: é}", "name: é can't be a name"),
        ("- {relu, name: }", "name: nothing can't be a name"),
        ('- {relu, name: ""}', 'name: "" can\'t be a name'),
        ("- {relu, name: null}", "name: nothing can't be a name"),
        ("- {relu, name: [a]}", "name: a list can't be a name"),
        ("- {relu, name: input}", "name: input can't be a name"),
    ],
)
def test_names_that_are_refused(layers: str, told: str) -> None:
    assert told in refusal(layers)


def test_any_letter_digit_dash_or_underscore_makes_a_name() -> None:
    for name in ("A-1_b", "7", "-", "true", "nothing", "type", "half", "no", "relu", "conv"):
        assert flow(net(f"- {{relu, name: {name}}}\n- {{add: [[], {name}]}}")) == [
            f"{name} < input",
            f"add1 < {name} {name}",
        ]


def test_dotted_paths_lead_into_earlier_calls() -> None:
    network = net(
        "- {pair: 4, name: p}\n- relu\n- {add: [[], p.first.c, p.sum, p.first, p]}\n- {tanh, from: p.first.act}",
        top=BLOCKS,
    )
    assert flow(network)[-2:] == ["add1 < relu1 p.first.c p.sum p.first.act p.sum", "tanh1 < p.first.act"]


@pytest.mark.parametrize("reference", ["p.cb2.c", "p.nothing", "p.sum.c", "pair1.sum", "first", "p.", ".p", "p..sum"])
def test_dotted_paths_that_lead_nowhere(reference: str) -> None:
    (problem,) = refusals(f"- {{pair: 4, name: p}}\n- {{relu, from: {reference}}}", top=BLOCKS)
    assert (
        f"from: {reference} is the name of no earlier step here" in problem.message
        or "no step is named" in problem.message
    )


def test_dotted_paths_have_no_default_names() -> None:
    for reference, line in (("p.cb2", 5), ("p.first.batchnorm1", 4)):
        told = refusal(f"- {{pair: 4, name: p}}\n- {{relu, from: {reference}}}", top=BLOCKS)
        assert told.startswith(f"from: {reference} is a default name, and those shift when a step is added")
        assert f"give the step in line {line - 1} a name" in told


def test_a_body_sees_no_names_of_its_caller() -> None:
    top = "blocks: {f: [relu, {add: [[], outer]}]}"
    assert (
        "outer is the name of no earlier step here → a block knows no names of its caller: hand the tensor to f"
        in refusal("- {relu, name: outer}\n- f", top=top)
    )
    assert refusal("- f\n- {tanh, from: inner}", top="blocks: {f: [{relu, name: inner}]}").startswith(
        "from: inner is the name of no earlier step"
    )


def test_input_is_what_enters_the_scope() -> None:
    top = "blocks: {f: [relu, {add: [[], input]}]}"
    assert flow(net("- tanh\n- f\n- {add: [[], input]}", top=top))[-2:] == [
        "f1.add1 < f1.relu1 tanh1",
        "add1 < f1.add1 input",
    ]


# reuse


def test_a_layer_again_has_no_parameters_of_its_own() -> None:
    network = net(
        """
        - {conv: 3, kernel_size: 3, name: c}
        - {reuse: c}
        - {reuse: c, name: again, freeze: true}
        - {relu, from: again}
        """
    )
    assert flow(network)[1:] == ["reuse1 < c", "again < reuse1", "relu1 < again"]
    assert [placed.reuses for placed in network.layers] == [None, "c", "c", None]
    rows = analyze(network).rows
    assert [row.counts["params"] for row in rows] == [84, 0, 0, 0]
    assert [row.counts["macs"] for row in rows] == [81 * 30**2, 81 * 28**2, 81 * 26**2, 0]


def test_a_call_again_runs_all_its_layers() -> None:
    network = net(
        """
        - {pair: 3, name: p}
        - {reuse: p, name: q, from: input}
        - {add: [p, q]}
        - {reuse: q, name: r}
        - {add: [r.first.c, q.sum]}
        """,
        top=BLOCKS,
    )
    again = [placed for placed in network.layers if placed.path.startswith("q.")]
    assert [placed.path for placed in again] == [p.replace("p.", "q.", 1) for p in paths(network) if p.startswith("p.")]
    assert again[0].sources == ("input",)
    assert [placed.reuses for placed in again][:3] == ["p.first.c", "p.first.batchnorm1", "p.first.act"]
    assert [[call.path for call in placed.calls] for placed in again][:4] == [["q", "q.first"]] * 3 + [["q", "q.cb2"]]
    assert network.blocks["q"] == "q.sum"
    assert network.blocks["q.first"] == "q.first.act"
    assert flow(network)[-1] == "add2 < r.first.c q.sum"
    assert network.by_path["r.first.c"].reuses == "p.first.c"
    totals = analyze(network).totals
    assert totals["params"] == 2 * (12 + 6)
    assert totals["macs"] == 3 * 2 * 9 * 32 * 32


def test_what_a_call_takes_from_outside_stays_when_it_runs_again() -> None:
    top = "blocks: {f(other): [{conv: 3, kernel_size: 1}, {add: [[], other]}]}"
    network = net("- {relu, name: a}\n- {f: a, name: g}\n- {reuse: g}", top=top)
    assert flow(network)[-2:] == ["reuse1.conv1 < g.add1", "reuse1.add1 < reuse1.conv1 a"]


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        (
            "- {conv: 8, kernel_size: 3, name: c}\n- {reuse: c}",
            "reuse: the weights of c don't fit: it was made for 3×32×32, here enters 8×30×30",
        ),
        ("- {batchnorm, name: c}\n- {conv: 8, kernel_size: 1}\n- {reuse: c}", "reuse: the weights of c don't fit"),
        (
            "- {batchnorm, affine: false, name: c}\n- {conv: 8, kernel_size: 1}\n- {reuse: c}",
            "reuse: the weights of c don't fit",
        ),
        ("- {fc: 3, name: c}\n- {reuse: c}", "reuse: the weights of c don't fit"),
        ("- {local: 3, kernel_size: 1, name: c}\n- {maxpool: 2}\n- {reuse: c}", "reuse: the weights of c don't fit"),
        ("- {maxpool: 20, name: c}\n- {reuse: c}", "reuse1: maxpool does not fit"),
        (
            "- {layers: [relu, tanh], name: c}\n- {reuse: c}",
            "reuse takes a layer or a block call; c is neither → put the steps into a block",
        ),
        ("- {add: [[], []], name: c}\n- {reuse: c}", "reuse takes a layer or a block call; c is neither"),
        ("- {reuse: input}", "reuse takes a layer or a block call; input is neither"),
        ("- {reuse: conv1}", "reuse: conv1 is the name of no earlier step here"),
        ("- {reuse: }", "reuse is empty → for example {reuse: NAME}"),
        ("- {reuse: [a]}", "reuse takes the name of an earlier step, not a list"),
        ("- {relu, name: c}\n- {reuse: c, kernel_size: 3}", "reuse takes no kernel_size"),
    ],
)
def test_reuse_that_is_refused(layers: str, told: str) -> None:
    assert told in refusal(layers)


def test_a_call_again_must_unroll_to_the_same_layers() -> None:
    top = "blocks: {f: [{relu, when: in_channels == 3}, {select: [0]}]}"
    told = refusal("- {f, name: a}\n- {reuse: a}", top=top)
    assert told.startswith("reuse: on this tensor a unrolls to other layers: 1 instead of 2")
    top = "blocks: {f(n=in_channels): [{conv: n, kernel_size: 1}, {conv: in_channels + 1, kernel_size: 1}]}"
    assert shapes(net("- {f, name: a}\n- {reuse: a, from: input}", top=top)) == [(3, 32, 32), (4, 32, 32)] * 2


def test_weights_fit_wherever_their_shapes_do() -> None:
    # the padding of `same` differs between the two, the weights don't
    network = net(
        """
        - {conv: 3, kernel_size: 3, stride: 2, padding: same, name: c}
        - {reuse: c}
        - {maxpool: 2, name: p}
        - {reuse: p}
        """
    )
    assert shapes(network) == [(3, 16, 16), (3, 8, 8), (3, 4, 4), (3, 2, 2)]
