"""The reader against JSON, against YAML 1.2's scalars, and against everything that it refuses."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import plain

from cnncalc.errors import Problem, Source, SpecError
from cnncalc.spec.yaml import MAX_BYTES, Mapping, Node, Scalar, Sequence, decode, missing_space, read


def parse(text: str) -> Any:
    return plain(read(Source("f", text)))


def problem(text: str) -> Problem:
    with pytest.raises(SpecError) as caught:
        read(Source("f", text))
    (only,) = caught.value.problems
    assert str(caught.value).isprintable() or "\n" in str(caught.value)
    return only


# JSON is YAML but for escaped surrogates, unprintable characters, and numbers past our limits.
_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn"], exclude_characters="\ufeff"), max_size=20
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(-1e70, 1e70, allow_nan=False, allow_infinity=False)
    | _TEXT
)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner), max_leaves=20)


@given(_JSON)
def test_json_reads_as_itself(document: Any) -> None:
    for indent in (None, 1):
        text = json.dumps(document, ensure_ascii=False, indent=indent)
        assert json.dumps(parse(text)) == json.dumps(json.loads(text))


@given(st.text(alphabet="ab:,-[]{}()*&!?%@`|>'\"\\#~ \n\t0é\x1b\u2028", max_size=40))
def test_any_text_is_a_node_or_a_marked_problem(text: str) -> None:
    try:
        read(Source("f", text))
    except SpecError as error:
        for found in error.problems:
            assert found.mark is not None
            assert all(line.isprintable() for line in str(found).splitlines())
            assert found.mark.line <= len((text + "x").splitlines()) + 1


@given(st.binary(max_size=30))
def test_any_bytes_are_a_source_or_a_marked_problem(data: bytes) -> None:
    try:
        assert decode(data, "f").text.encode() in (data, data[3:])
    except SpecError as error:
        assert error.problems[0].mark is not None


SCALARS = [
    ("64", 64),
    ("+3", 3),
    ("-3", -3),
    ("010", 10),
    ("0x1F", 31),
    ("0o17", 15),
    ("0b11", "0b11"),
    ("3:224", "3:224"),
    ("1_000", 1000),
    ("3_504_872", 3504872),
    ("1_000.5", 1000.5),
    ("_1", "_1"),
    ("1_", "1_"),
    ("1__0", "1__0"),
    ("1e3", 1000.0),
    ("1E-3", 0.001),
    (".5", 0.5),
    ("5.", 5.0),
    ("-.5", -0.5),
    (".", "."),
    ("-x", "-x"),
    (".inf", ".inf"),
    ("-.inf", "-.inf"),
    (".nan", ".nan"),
    ("1e999", "1e999"),
    ("9" * 78, "9" * 78),
    ("9" * 77, int("9" * 77)),
    ("9" * 5000, "9" * 5000),
    ("no", "no"),
    ("yes", "yes"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("~", None),
    ("", None),
    ("none", "none"),
    ("2001-01-01", "2001-01-01"),
    ("1 + 1", "1 + 1"),
    ("٣", "٣"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[text[:12] or "empty" for text, _ in SCALARS])
def test_bare_scalars_mean_what_they_mean_in_yaml_1_2(text: str, value: Any) -> None:
    (found,) = parse(f"- {text}\n")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["64", "true", "null", "", "~", ".5"])
def test_quoted_scalars_are_words(text: str) -> None:
    assert parse(f"- '{text}'\n- \"{text}\"\n- |-\n  {text}\n") == [text, text, text]


def test_marks_span_what_was_written() -> None:
    text = "é: &x 'ab' # c\nlist: [1,\n  {a: b}]\nblock:\n  - word word\n    more\nnull:\nalias: *x\n"
    root = read(Source("f", text))
    assert isinstance(root, Mapping)

    def spans(node: Node) -> tuple[int, int, int]:
        return node.mark.line, node.mark.column, node.mark.end

    entries = root.entries
    assert [spans(key) for key, _ in entries.values()][:3] == [(1, 1, 2), (2, 1, 5), (4, 1, 6)]
    assert spans(entries["é"][1]) == (1, 7, 11)
    assert entries["alias"][1] is entries["é"][1]
    assert spans(entries["list"][1]) == (2, 7, 10)
    assert spans(entries["block"][1]) == (5, 3, 4)
    inner = entries["list"][1]
    assert isinstance(inner, Sequence)
    assert spans(inner.items[1]) == (3, 3, 9)
    block = entries["block"][1]
    assert isinstance(block, Sequence)
    assert spans(block.items[0]) == (5, 5, 14)
    assert spans(entries["null"][1]) == (7, 6, 7)


def test_a_part_of_a_scalar_has_its_own_place() -> None:
    root = read(Source("f", "- a + bc\n- 'a + bc'\n- \"a\\x20+ bc\"\n"))
    assert isinstance(root, Sequence)
    marks = [item.part(4, 2) for item in root.items if isinstance(item, Scalar)]
    assert [(m.column, m.end) for m in marks] == [(7, 9), (8, 10), (3, 14)]


REFUSED = [
    # text, line:column, words of the message, words of the hint
    ("{conv: min(a, b)}", "1:8", "ends at a comma", 'quote it: "min(a, b)"'),
    ("{conv: divisible(max(a, b), 8), k: 3}", "1:8", "ends at a comma", '"divisible(max(a, b), 8)"'),
    ("[relu, {conv: min(w[index], 3)}]", "1:15", "ends at a comma", '"min(w[index], 3)"'),
    ("{cb(width, k): [relu]}", "1:2", "ends at a comma", '"cb(width, k)"'),
    ("- {conv: widths[index]}", "1:10", "ends at a comma or bracket", 'quote it: "widths[index]"'),
    ("- conv: [widths[index], 3]", "1:10", "ends at a comma or bracket", 'quote it: "widths[index]"'),
    ("- {conv: (a[0] + 1) // 2, k: 3}", "1:10", "ends at a comma or bracket", '"(a[0] + 1) // 2"'),
    ("- conv: [1,2][index]", "1:14", "already closed", "quoted as a whole"),
    ("- {conv: *w}", "1:10", "no anchor &w", 'quote it: "*w"'),
    ("- conv: * w", "1:9", "can't begin with *", 'quote it: "* w"'),
    ("- {conv: %x, k: 3}", "1:10", "can't begin with %", 'quote it: "%x"'),
    ("- {conv: ?x}", "1:10", "can't begin with ?", 'quote it: "?x"'),
    ("- conv: @x", "1:9", "can't begin with @", 'quote it: "@x"'),
    ("- {when: !x}", "1:10", "tags", "write not"),
    ("- when: !x", "1:9", "tags", "write not"),
    ("!!python/object:os.system x", "1:1", "tags", "quoted"),
    ("- !!int 3", "1:3", "tags", "quoted"),
    ("- ! [a]", "1:3", "tags", "quoted"),
    ("!a!b c", "1:1", "tags", "quoted"),
    ("- conv: 64\n\tk: 3", "2:1", "tab", "spaces"),
    ("layers:\n\t- conv: 64", "2:1", "tab", "spaces"),
    ("- conv: [1, 2\n- relu\n- conv: 3", "1:9", "[ is never closed", "]"),
    ("- {conv: 3, k: [3]\n- conv: [1]", "1:3", "{ is never closed", "}"),
    ("- {a: [1, 2}", "1:12", "} closes the [ of line 1, column 7", None),
    ("[[", "1:2", "[ is never closed", "]"),
    ("- ]", "1:3", "] closes nothing", None),
    ("- [a, , b]", "1:7", "before this comma", None),
    ("- conv: 64, kernel_size: 3", "1:24", "braces", "write {conv: 64, kernel_size: 3}"),
    ("- {conv: 64 k: 3}", "1:14", "second :", "comma"),
    ("name: Foo: bar", "1:10", "second :", 'quote it: "Foo: bar"'),
    ("- conv: 64\n  k: 3\n    s: 2", "3:6", "value of line 2", "column 3"),
    ('- conv: "abc\n- relu', "1:9", "never closed", None),
    ("'a\n---\n'", "1:1", "never closed", None),
    ('- "\\q"', "1:4", "escape", "single quotes"),
    ("a: 1\nb\nc: 2", "2:1", "without a :", "write b: VALUE"),
    ("input:[3]\nlayers: a", "1:1", "space is missing", "write input: [3]"),
    ("- conv:64\n  k: 3", "1:3", "space is missing", "write conv: 64"),
    ("a: 1\n- b", "2:1", "list item among the keys", "column 1"),
    ("a:\n  - b: 1\n  c: 2", "3:3", "without - among", "column 3"),
    ("a: - b", "1:4", "behind its key", "next line"),
    ("{when: a, when: b}", "1:11", "'when' stands here twice, first on line 1", None),
    ("x: 1\n'x': 2", "2:1", "first on line 1", None),
    ("a: {b: 1}\n<<: *x", "2:1", "merge", "defaults"),
    ("? [a]\n: b", "1:3", "one word", "quoted"),
    ("{a: 1}: b", "1:1", "one word", "quoted"),
    ("a: &x [1, *x]", "1:11", "inside its own anchor", None),
    ("a: *b", "1:4", "no anchor &b", None),
    ("a: 1\n--- \nb: 2", "2:1", "second document", "one spec"),
    ("a\n...\nb", "3:1", "document ends", None),
    ("", "1:1", "empty", "input:"),
    ("# nothing\n", "1:1", "empty", "input:"),
    ("---\n", "1:1", "empty", "input:"),
    ("a: b\nc: é\x1b[31m", "2:5", "0x1b", None),
    ("a: \x00", "1:4", "0x00", None),
    ("a: \ud800", "1:4", "0xd800", None),
    ("%FOO\n---\na", "1:1", "can't begin with %", None),
]


@pytest.mark.parametrize(("text", "place", "message", "hint"), REFUSED, ids=[repr(row[0])[:40] for row in REFUSED])
def test_refusals_name_the_place_and_the_cure(text: str, place: str, message: str, hint: str | None) -> None:
    found = problem(text)
    assert found.mark is not None and found.mark.place == f"f:{place}"
    assert message in found.message
    assert found.message == found.message.strip(".")
    if hint:
        assert found.hint and hint in found.hint


def test_a_missing_space_is_left_for_the_reader_of_steps() -> None:
    assert parse("- conv:64\n- {conv:64}") == ["conv:64", {"conv:64": None}]
    assert missing_space("conv:64") == "conv: 64"
    assert missing_space("3:224") is missing_space("relu") is missing_space("a:") is None


def test_parentheses_that_close_nowhere_are_words() -> None:
    assert parse("{name: sad :(, source: (a) b}") == {"name": "sad :(", "source": "(a) b"}


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "[" * 100_000 + "]" * 100_000])
def test_deep_nesting_is_refused_while_it_arrives(text: str) -> None:
    found = problem(text)
    assert "nested deeper than 100" in found.message
    assert found.mark is not None and found.mark.line == 1


def test_a_hundred_levels_are_read_and_one_more_is_not() -> None:
    read(Source("f", "[" * 100 + "]" * 100))
    assert "100" in problem("[" * 101 + "]" * 101).message


def test_nesting_composed_through_aliases_counts() -> None:
    def chain(levels: int) -> str:
        rows = ["- &a0 []"] + [f"- &a{i} [*a{i - 1}]" for i in range(1, levels)]
        return "\n".join(rows)

    read(Source("f", chain(99)))
    found = problem(chain(100))
    assert found.mark is not None and found.mark.line == 100
    assert "nested deeper" in found.message


def test_aliases_share_their_node() -> None:
    rows = ["- &a0 [x]"] + [f"- &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
    root = read(Source("f", "\n".join(rows)))
    assert isinstance(root, Sequence)
    last, before = root.items[-1], root.items[-2]
    assert isinstance(last, Sequence)
    assert all(item is before for item in last.items)


def test_an_anchor_may_be_given_again() -> None:
    assert parse("[&x 1, *x, &x 2, *x]") == [1, 1, 2, 2]


def test_a_document_that_is_no_mapping_is_left_to_others() -> None:
    assert parse("- a") == ["a"]
    assert parse("64") == 64
    assert parse("~") is None
    assert parse("--- \na: 1\n...\n") == {"a": 1}


def test_decode_strips_the_byte_order_mark() -> None:
    source = decode(b"\xef\xbb\xbfa: 1", "f")
    assert source == Source("f", "a: 1")


def test_decode_places_the_bad_byte() -> None:
    with pytest.raises(SpecError) as caught:
        decode("a: é\nb: ü".encode() + b"\xff\n", "f")
    assert str(caught.value).startswith("f:2:5: byte 0xff is not UTF-8\n")


def test_decode_refuses_what_is_too_large() -> None:
    decode(b" " * MAX_BYTES, "f")
    with pytest.raises(SpecError, match="more than 16,777,216 bytes"):
        decode(b" " * (MAX_BYTES + 1), "f")


def test_numbers_are_finite() -> None:
    (number,) = parse("[1.5e70]")
    assert math.isfinite(number)
