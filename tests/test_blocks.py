"""Blocks: signatures, calls, what a body sees; and the words that variables and parameters may hold."""

from __future__ import annotations

import pytest
from small import flow, net, paths, refusal, shapes

CB = "blocks: {'cb(width, k=1, *, act=relu)': [{conv: width, kernel_size: k, padding: same}, act]}"


@pytest.mark.parametrize(
    ("call", "widths", "act"),
    [
        ("{cb: 8}", (8, 1), "relu"),
        ("{cb: [8]}", (8, 1), "relu"),
        ("{cb: [8, 3]}", (8, 3), "relu"),
        ("{cb: 8, k: 3}", (8, 3), "relu"),
        ("{cb: [8], k: 3}", (8, 3), "relu"),
        ("{cb: [8, 3], act: tanh}", (8, 3), "tanh"),
        ("{cb: {width: 8, k: 3}}", (8, 3), "relu"),
        ("{cb: {width: 8}, k: 3, act: tanh if 1 < 2 else elu}", (8, 3), "tanh"),
        ("{cb: , width: 8}", (8, 1), "relu"),
        ("{k: 3, act: tanh, width: 8, cb: }", (8, 3), "tanh"),
    ],
)
def test_ways_to_call(call: str, widths: tuple[int, int], act: str) -> None:
    conv, activation = (placed.layer for placed in net(f"- {call}", top=CB).layers)
    assert (conv.out_channels, conv.kernel_size, activation.type) == (*widths, act)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("cb", "cb needs width → its signature is cb(width, k=1, *, act=relu)"),
        (
            "{cb: [8, 3, tanh]}",
            "cb takes 2 (width, k) by position, found 3 → what stands behind * is given by name: {cb: …, act: …}",
        ),
        ("{cb: 8, width: 9}", "width is given twice → its signature is cb(width, k=1, *, act=relu)"),
        ("{cb: {width: 8}, width: 9}", "width is given twice"),
        ("{cb: 8, kernel: 3}", "cb has no parameter kernel"),
        ("{cb: 8, kk: 3}", "cb has no parameter kk → did you mean k?"),
        ("{cb: 8, k: {a: 1}}", "k is a number, an expression or a list, not a mapping"),
        ("{cb: 8, k: j}", "k: unknown name j"),
        ("{cb: 8, k: relu}", "kernel_size is a whole number, or one per axis, not the word relu"),
        (
            "{cb: 8, act: 3}",
            "a step without a layer type: act is 3 → a variable stands for a type where it holds the name",
        ),
        ("{cb: 8, act: cb}", "cb needs width"),
        ("{one: [0, 1]}", "one takes 1 (x) by position, found 2 → a list as the only argument is written [[0, 1]]"),
        ("{none: 3}", "none takes none by position, found 1 → its signature is none"),
    ],
)
def test_calls_that_are_refused(call: str, told: str) -> None:
    top = CB[:-1] + ", one(x): [{select: x}], none: []}"
    assert told in refusal(f"- {call}", top=top)


def test_a_single_list_is_written_in_two_brackets() -> None:
    assert shapes(net("- {one: [[0, 2]]}", top="blocks: {one(x): [{select: x}]}")) == [(2, 32, 32)]
    assert shapes(net("- {one: both}", top="vars: {both: [0, 2]}\nblocks: {one(x): [{select: x}]}")) == [(2, 32, 32)]


def test_defaults_are_evaluated_at_each_call_from_left_to_right() -> None:
    top = """
        vars: {scale: 2}
        blocks:
          wide(width, inner=scale * width, project=in_channels != inner, deep=in_shape[1] > 20):
            - {conv: inner, kernel_size: 1, when: project}
            - {relu, when: not project}
            - {tanh, when: deep}
        """
    network = net("- {wide: 4}\n- {wide: 4}\n- {maxpool: 2}\n- {wide: [4, 8]}\n- {wide: 4, project: true}", top=top)
    assert paths(network) == [
        "wide1.conv1", "wide1.tanh1", "wide2.relu1", "wide2.tanh1", "maxpool1", "wide3.relu1", "wide4.conv1",
    ]  # fmt: skip


def test_a_parameter_hides_a_variable_and_is_gone_behind_the_call() -> None:
    top = "vars: {n: 5}\nblocks: {f(n): [{conv: n, kernel_size: 1}, g], g: [{conv: n, kernel_size: 1}]}"
    assert [shape[0] for shape in shapes(net("- {f: 8}\n- {conv: n, kernel_size: 1}", top=top))] == [8, 5, 5]


def test_a_parameter_may_be_a_list_a_boolean_or_null() -> None:
    top = """
        blocks:
          f(sizes, bias, stop=null):
            - {repeat: {n: sizes}, layers: [{conv: n, kernel_size: 1, bias: bias}]}
            - {slice: 0, stop: stop}
        """
    assert [shape[0] for shape in shapes(net("- {f: [[4, 6], false]}", top=top))] == [4, 6, 6]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("{conv: n, kernel_size: 1}", "n"),
        ("{conv: index + 1, kernel_size: 1}", "index"),
        ("{conv: width, kernel_size: 1}", "width"),
    ],
)
def test_a_body_sees_nothing_of_its_caller(body: str, name: str) -> None:
    top = f"blocks: {{inner: [{body}], outer(width): [inner]}}"
    told = refusal("- {repeat: {n: [4]}, layers: [{outer: 4}]}", top=top)
    assert "out_channels is a whole number, not" in told or f"unknown name {name}" in told


def test_a_body_sees_its_own_repeats() -> None:
    top = "blocks: {f: [{repeat: {n: [4, 6]}, layers: [{conv: n + index, kernel_size: 1}]}]}"
    assert [shape[0] for shape in shapes(net("- {repeat: 2, layers: [f]}", top=top))] == [4, 7, 4, 7]


def test_blocks_may_stand_in_any_order_and_be_empty() -> None:
    assert flow(net("- a\n- {add: [[], input]}", top="blocks:\n  a: [b]\n  b(): []\n")) == ["add1 < input input"]


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        ("conv", "a block can't be called conv, which is a layer type → call it my_conv, for example"),
        ("concat", "a block can't be called concat, which is a word of the language"),
        ("stride", "a block can't be called stride, which is an option"),
        ("shortcut", "a block can't be called shortcut, which is a word of the language"),
        ("when", "a block can't be called when, which is a word of the language"),
        ("vars", "a block can't be called vars, which is a word of the language"),
        ("index", "a block can't be called index, which is a word of the language"),
        ("max", "a block can't be called max, which is a word of the language"),
        ("my-block", "my-block is no signature of a block → a name of letters, digits and _, then its parameters"),
        ("f(", "f( is no signature of a block"),
        ('"f(a, a)"', "f has two parameters called a"),
        (
            '"f(*a)"',
            "the parameters of f can't be read → it is read as in Python: bottleneck(width, stride=1, *, groups=1)",
        ),
        ('"f(**a)"', "the parameters of f can't be read"),
        ('"f(a, /)"', "the parameters of f can't be read"),
        ('"f(a: int)"', "the parameters of f can't be read"),
        ('"f(a=1, b)"', "the parameters of f can't be read"),
        ('"f(a b)"', "the parameters of f can't be read"),
        ('"f(a=b)"', "f: a: unknown name b"),
        ('"f(a=1+)"', "the parameters of f can't be read"),
        ('"f(a=index)"', "f: a: unknown name index → index counts the repeat"),
        ('"f(a=g(3))"', "f: a: unknown function 'g'"),
        ('"f(in_channels)"', "in_channels has a meaning of its own"),
        ('"f(index)"', "index has a meaning of its own"),
        ('"f(name)"', "name has a meaning of its own"),
        ('"f(min=3)"', "min has a meaning of its own"),
    ],
)
def test_signatures_that_are_refused(signature: str, told: str) -> None:
    assert told in refusal("- relu", top=f"blocks: {{{signature}: [relu]}}")


def test_blocks_that_are_refused() -> None:
    assert refusal("- relu", top="blocks: {'f(a)': [], f: []}") == "two blocks are called f, the first in line 2"
    assert refusal("- relu", top="blocks: {f: }") == "block f is a list of steps, not nothing → an empty list is []"
    assert refusal("- relu", top="blocks: [f]") == "blocks is a mapping, not a list"
    assert "inside [ ] and { } a bare value ends at a comma" in refusal("- relu", top="blocks: {f(a, b): []}")


def test_recursion_is_refused() -> None:
    assert refusal("- a", top="blocks: {a: [a]}") == "block a calls itself, which never ends"
    assert (
        refusal("- a", top="blocks: {a: [b], b: [{c: 1}], c(n): [{residual: [a]}]}")
        == "block a calls itself, which never ends"
    )
    assert "block a calls itself" in refusal("- {a: 3}", top="blocks: {a(n): [{a: n - 1, when: n > 0}]}")
    assert "block a calls itself" in refusal("- {a: a}", top="blocks: {a(f): [{f: f}]}")


# words


def test_a_variable_may_hold_a_type_a_block_or_a_name() -> None:
    top = """
        vars: {deep: true, act: tanh if deep else relu, block: cb, source: left, pad: same}
        blocks:
          cb(width, act=act, *, kernel_size=3): [{conv: width, kernel_size: kernel_size, padding: pad}, act]
          twice(block, other, act=act): [{block: 8}, {block: [8], kernel_size: 1}, {add: [[], other]}, {act: }]
        """
    network = net(
        """
        - {cb: 8, name: left}
        - {block: 8, act: elu if in_channels == 8 else act}
        - {twice: [block, left], name: t}
        - {relu, from: source}
        - {add: [source, t]}
        """,
        top=top,
    )
    assert flow(network) == [
        "left.conv1 < input",
        "left.tanh1 < left.conv1",
        "cb2.conv1 < left.tanh1",
        "cb2.elu1 < cb2.conv1",
        "t.cb1.conv1 < cb2.elu1",
        "t.cb1.tanh1 < t.cb1.conv1",
        "t.cb2.conv1 < t.cb1.tanh1",
        "t.cb2.tanh1 < t.cb2.conv1",
        "t.add1 < t.cb2.tanh1 left.tanh1",
        "t.tanh1 < t.add1",
        "relu1 < left.tanh1",
        "add1 < left.tanh1 t.tanh1",
    ]


def test_a_word_may_be_an_option_a_dashed_a_dotted_or_a_numbered_name_or_input() -> None:
    top = """
        vars: {mode: nearest}
        blocks: {'f(x, y=input)': [{relu, from: x}, {add: [[], y]}], g: [{tanh, name: out}]}
        """
    network = net(
        """
        - {relu, name: a-b}
        - {g, name: g}
        - {repeat: 2, layers: [{elu, name: r}]}
        - {f: a-b}
        - {f: g.out}
        - {f: [r1, input]}
        - {upsample: 1, mode: mode}
        """,
        top=top,
    )
    assert [line for line in flow(network) if line.startswith("f")] == [
        "f1.relu1 < a-b",
        "f1.add1 < f1.relu1 r2",
        "f2.relu1 < g.out",
        "f2.add1 < f2.relu1 f1.add1",
        "f3.relu1 < r1",
        "f3.add1 < f3.relu1 input",
    ]


def test_a_word_is_handed_on_through_several_calls() -> None:
    top = "blocks: {a(x): [{b: x}], b(y): [relu, {c: [y, tanh]}], 'c(z, t)': [{add: [z, []]}, t]}"
    assert flow(net("- {elu, name: x}\n- {conv: 3, kernel_size: 1}\n- {a: x}", top=top))[-2:] == [
        "a1.b1.c1.add1 < x a1.b1.relu1",
        "a1.b1.c1.tanh1 < a1.b1.c1.add1",
    ]


def test_the_type_of_a_step_is_the_word_among_its_keys() -> None:
    """Parameters are often called like options; the order of keys never matters."""
    top = "vars: {kernel_size: 3, stride: 2, kind: conv}"
    for step in ("{kind: 8, kernel_size: 1, stride: 2}", "{kernel_size: 1, stride: stride, kind: 8}"):
        assert shapes(net(f"- {step}", top=top)) == [(8, 16, 16)]
    assert "stride is 2" in refusal("- {stride: 1, kernel_size: 1}", top=top)
    told = refusal("- {kind: 8, other: }", top=f"{top[:-1]}, other: relu}}")
    assert told == "two types in one step: kind, which is conv and other, which is relu → give each a step of its own"


def test_layers_of_different_words_are_told_apart() -> None:
    """Steps read once their word is known may come and go; what is kept of one must never serve for another."""
    top = "blocks: {f(act): [{act: }, {act: }]}"
    layers = "- {repeat: {act: [relu, tanh, elu, selu, silu, mish, gelu, relu6]}, layers: [{f: act}, act]}"
    types = [placed.layer.type for placed in net(layers, top=top).layers]
    assert types == [act for act in ("relu", "tanh", "elu", "selu", "silu", "mish", "gelu", "relu6") for _ in range(3)]


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("- {act: , p: 3}", "relu has no option p"),
        ("- size", "a step without a layer type: size is 3"),
        ("- {size: 3}", "a step without a layer type: size is 3"),
        ("- {join: [[], []]}", "join is add, which is no layer type and no block"),
        ("- {pad: 3}", "pad is same, which is no layer type and no block"),
        ("- {relu, from: act}", "from: act, which is relu, is the name of no earlier step here"),
        (
            "- {add: [[], act]}",
            "a branch: act, which is relu, is the name of no earlier step here → for the layer "
            "itself write the list [act]",
        ),
        ("- {relu, from: size}", "from: size is the name of no earlier step here"),
        ("- {conv: act, kernel_size: 1}", "out_channels is a whole number, not the word relu"),
        ("- {relu, when: act}", "when is true or false, not the word relu"),
        ("- {conv: act + 1, kernel_size: 1}", "+ takes numbers, not the word relu"),
        ("- in_channels", "unknown layer type in_channels"),
    ],
)
def test_words_that_are_refused(layers: str, told: str) -> None:
    assert told in refusal(layers, top="vars: {act: relu, size: 3, join: add, pad: same}")
