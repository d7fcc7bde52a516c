"""The schema takes every spec that can be read, and refuses what is broken in a way that no reader could mend."""

from __future__ import annotations

import ast
import functools
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_fuzz as fuzz
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import best_match
from plain import plain
from small import spec
from test_cli import run

from cnncalc import SpecError, bundled, loads
from cnncalc.errors import Source
from cnncalc.layers import Option, Unfit
from cnncalc.schema import schema
from cnncalc.spec.vocabulary import FILE_KEYS, STEP_KEYS, STRUCTURES, TYPES
from cnncalc.spec.yaml import read

HERE = Path(__file__).parent
SPECS = sorted([*bundled.folder().glob("*.yaml"), *(HERE / "specs").glob("*.yaml")])
README = (HERE.parent / "README.md").read_text(encoding="utf-8")

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
DRAFT_7 = Draft7Validator(SCHEMA)


@functools.lru_cache
def known(text: str) -> Any:
    return plain(read(Source("spec.yaml", text)))


def told(text: str) -> str:
    """The place and the message of what is wrong with a spec; nothing where nothing is, by both drafts."""
    found = best_match(VALIDATOR.iter_errors(known(text)))
    assert DRAFT_7.is_valid(known(text)) == (found is None)
    return f"{found.json_path}: {found.message}" if found else ""


def readable(text: str) -> bool:
    """Whether all of it can be read, though its sizes may not fit."""
    try:
        loads(text, max_layers=20_000)
    except SpecError as error:
        return error.partial is not None
    return True


def test_it_is_a_schema_of_2020_12_and_of_draft_7() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


# what can be read is valid


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_is_valid(path: Path) -> None:
    assert told(path.read_text(encoding="utf-8")) == ""


def test_the_language_page_is_valid() -> None:
    pages = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert [told(page) for page in pages] == [""] * len(pages) != []


def written() -> Iterator[str]:
    """The specs, and the lists of steps, that stand in the tests as they are."""
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and len(text) < 2000 and text.count("&") < 5:
                if "layers:" in text:
                    yield text
                if text.lstrip().startswith("- "):
                    yield spec(text)


def test_what_the_tests_write_and_read_is_valid() -> None:
    valid, broken = 0, Counter[bool]()
    for text in dict.fromkeys(written()):
        if readable(text):
            valid += 1
            assert told(text) == "", text
        else:
            broken[refused(text)] += 1
    assert valid > 80
    assert broken[True] > 100


def refused(text: str) -> bool:
    """Whether the schema refuses a text; one that is no YAML never gets to it."""
    try:
        return told(text) != ""
    except SpecError:
        return False


def test_whatever_is_read_of_changed_specs_is_valid() -> None:
    draw, end, found = random.Random(5), time.monotonic() + 5, Counter[tuple[bool, bool]]()
    for _ in range(2000):
        if time.monotonic() > end:
            break
        at = draw.randrange(len(fuzz.TEXTS))
        by_text = draw.random() < 0.5
        text = fuzz.changed_text(draw, fuzz.TEXTS[at]) if by_text else fuzz.changed_tree(draw, fuzz.TREES[at])
        read = readable(text)
        assert not (read and refused(text)), text
        found[read, refused(text)] += 1
    assert found[True, False] > 20
    assert found[False, True] > 20


# options


CONSTANTS = json.loads("""
    [0, 1, -1, 2, 3.0, 0.5, -0.5, 1.5, 1000000000, true, false, null, [], [1], [1, 1], [0, 1], [1, -1], [0.5, 2],
     [1, true], [null, 2], [[1, 2], [3, 4]], [[1, 2]], [[1], [2]], [1, [2, 3]], [1, 2, 3], [[]]]
""")
COMPUTED: list[Any] = ["n + 1", ["in_channels"], [0, [-1, "n"]]]
NEVER: list[Any] = [{}, {"a": 1}, [{}], [1, {"a": 1}], ["n", {}]]


@pytest.mark.parametrize("name", TYPES)
def test_values_of_options_are_judged_as_their_class_does(name: str) -> None:
    layer = TYPES[name]
    steps = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    for option in layer.options().values():
        for value in (*CONSTANTS, *COMPUTED, *NEVER, *option.words):
            takes = value in COMPUTED or (value not in NEVER and casts(option, value))
            options = {**layer.example.options, option.name: value}
            assert steps.is_valid({name: None, **options}) == takes, (option.name, value)
            assert steps.is_valid({name: options}) == takes, (option.name, value)


def casts(option: Option, value: Any) -> bool:
    """Whether the option takes the constant, by its class."""
    try:
        option.cast(frozen(value))
    except Unfit:
        return False
    return True


def frozen(value: Any) -> Any:
    return tuple(map(frozen, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("name", TYPES)
def test_what_an_option_is_about_is_said(name: str) -> None:
    layer = TYPES[name]
    told = SCHEMA["$defs"][f"{name}-options"]["properties"]
    for option in layer.options().values():
        assert option.range in told[option.name]["description"]
        assert (told[option.name].get("default", ...) == option.default) == (
            option.default is not None and not option.required
        )
    assert SCHEMA["$defs"][name]["properties"][name]["description"].startswith(layer.paragraphs()[0])
    assert SCHEMA["$defs"]["words"]["properties"][name]["description"] == layer.paragraphs()[0]


def test_every_key_is_described() -> None:
    assert set(SCHEMA["properties"]) == set(FILE_KEYS)
    words = SCHEMA["$defs"]["words"]["properties"]
    assert set(words) == {*TYPES, *STRUCTURES, *STEP_KEYS}
    assert all(entry["description"] for entry in (*words.values(), *SCHEMA["properties"].values()))


# scopes


NEEDY = [(name, option.name) for name, layer in TYPES.items() for option in layer.options().values() if option.required]


@pytest.mark.parametrize(("name", "missing"), NEEDY)
def test_what_a_layer_needs_is_asked_for_unless_defaults_give_it(name: str, missing: str) -> None:
    options = {**TYPES[name].example.options}
    value = options.pop(missing)
    family = re.sub("[123]d$", "", name)
    for step in ({name: None, **options}, {name: options}):
        lacking: dict[str, Any] = {"input": [3, 8, 8], "layers": [step]}
        assert not VALIDATOR.is_valid(lacking)
        assert not VALIDATOR.is_valid(lacking | {"defaults": {"relu": None, "batchnorm": {"eps": 0.1}}})
        assert not VALIDATOR.is_valid(lacking | {"vars": {"a": 1}, "blocks": {"f(a)": ["relu"]}})
        assert VALIDATOR.is_valid(
            lacking | {"defaults": {family: {missing: list(value) if isinstance(value, tuple) else value}}}
        )
        assert VALIDATOR.is_valid(lacking | {"extends": "alexnet"})


@pytest.mark.parametrize(
    "text",
    [
        "vars: {act: relu}\ninput: [3]\nlayers: [act, {act: null, name: a}]",
        "input: [3]\nlayers: [{repeat: {act: [relu, tanh]}, layers: [act]}]",
        "input: [3]\nlayers: [relu, {repeat: 0, layers: [index, {index: 5, x: 3}]}]",
        "blocks: {'f(scale)': [relu]}\ninput: [3]\nlayers: [{f: 3}, {f: null, scale: 4}, {scale: 2}]",
        "blocks: {'f(a, *, conv=3)': [relu]}\ninput: [3]\nlayers: [{f: 3, conv: [1, {b: 2}, 3]}]",
        "blocks: {f: [relu]}\ninput: [3]\nlayers: [f, {f: null, when: true}]",
        "vars: {size: conv, bias: 8}\ninput: [3, 8]\nlayers: [{size: 64, kernel_size: 3}]",
        "input: [3, 8]\nlayers: [{batchnorm: null, affine: false}, affine, {affine: null, bias: false}]",
        "input: [3, 8]\nlayers: [{conv: {out_channels: 3}, kernel_size: 3}, {conv: , out_channels: 2, kernel_size: 1}]",
        "vars: {shape: [3, 8]}\ninput: shape\nlayers: [relu]",
        "input: '[3, 4 * 2]'\nlayers: [relu]",
        "input: {a: [3], b: '[3]'}\nlayers: [{add: [a, b]}]\noutputs: [input]",
        "input: [3]\nlayers: [{relu, name: 1}, {relu, name: true, from: 1}, {add: [1, []]}, {reuse: 1}]",
        "input: [3]\nlayers: [{relu, when: false, expect: {params: [in_channels], output: [in_channels]}}]",
        "extends: alexnet",
        "extends: alexnet\nlayers: [{relu, from: conv1}, block, {block: 3, relu: 2}]",
        "input: [3, 32, 32]\nlayers: CONV3-64 -> RELU -> FC-10",
    ],
)
def test_what_is_legal_and_looks_odd(text: str) -> None:
    assert told(text) == ""


def test_a_parameter_called_like_a_type_is_what_loosens_the_steps() -> None:
    step = "input: [3]\nlayers: [{f: 3, scale: 2}]"
    assert told(f"blocks: {{'f(a, scale=1)': [relu]}}\n{step}") == ""
    assert told(f"blocks: {{'f(a, scales=1)': [relu]}}\n{step}") != ""
    assert told(f"vars: {{f: relu}}\n{step}") != ""


# what is broken


BROKEN = {
    "layers: 5": "$.layers: 5 is not of type",
    "layers:": "$.layers: None is not of type",
    "layers: []": "$.layers: [] should be non-empty",
    "layers: {conv: 3}": "$.layers: ",
    "layers: [5]": "$.layers[0]: 5 is not of type",
    "layers: [null]": "$.layers[0]: None is not of type",
    "layers: [[relu]]": "$.layers[0]: ['relu'] is not of type",
    "layers: [rleu]": "$.layers[0]: 'rleu' is not one of",
    "layers: [conv]": "$.layers[0]: 'conv' is not one of",
    "layers: [residual]": "$.layers[0]: 'residual' is not one of",
    "layers: [{rleu: 3}]": "$.layers[0]: 'rleu' is not one of",
    "layers: [{kernel_size: 3}]": "$.layers[0]: ",
    "layers: [{name: a}]": "$.layers[0]: ",
    "layers: [{conv: 64}]": "$.layers[0]: 'kernel_size' is a required property",
    "layers: [{conv: {out_channels: 64}}]": "$.layers[0]",
    "layers: [{conv: 64, kernal_size: 3}]": "$.layers[0]: ",
    "layers: [{conv: [1, {}], kernel_size: 3}]": "$.layers[0].conv: [1, {}] is not of type",
    "layers: [{conv: [64, 3], kernel_size: 3}]": "$.layers[0].conv: [64, 3] is not of type",
    "layers: [{conv: 64, kernel_size: [3, {}]}]": "$.layers[0].kernel_size",
    "layers: [{conv: 64, kernel_size: 0}]": "$.layers[0].kernel_size: 0 is less than the minimum of 1",
    "layers: [{conv: 64, kernel_size: 3, bias: 1}]": "$.layers[0].bias: 1 is not of type",
    "layers: [{conv: 64, kernel_size: 3, relu: null}]": "$.layers[0]: 'conv' is not one of",
    "layers: [{relu: 5}]": "$.layers[0].relu: 5 is not of type",
    "layers: [{relu, when: 3}]": "$.layers[0].when: 3 is not of type",
    "layers: [{relu, name: a b}]": "$.layers[0].name: 'a b' does not match",
    "layers: [{relu, name: input}]": "$.layers[0].name",
    "layers: [{relu, from: [a]}]": "$.layers[0].from: ['a'] is not of type",
    "layers: [{relu, expect: {parms: 3}}]": "$.layers[0].expect: ",
    "layers: [{relu, expect: {params: -3}}]": "$.layers[0].expect.params: -3 is less than",
    "layers: [{dropout: 1.5}]": "$.layers[0].dropout: 1.5 is greater than",
    "layers: [{zero_pad: [1, 2, 3, 4]}]": "$.layers[0].zero_pad",
    "layers: [{repeat: 3}]": "$.layers[0]: 'layers' is a required property",
    "layers: [{repeat: [1, 2], layers: [relu]}]": "$.layers[0].repeat: [1, 2] is not of type",
    "layers: [{repeat: 2, layers: [rleu]}]": "$.layers[0].layers[0]: 'rleu' is not one of",
    "layers: [{residual: relu}]": "$.layers[0].residual: 'relu' is not of type",
    "layers: [{residual: [relu], shortcut: }]": "$.layers[0].shortcut: None is not of type",
    "layers: [{add: []}]": "$.layers[0].add: [] should be non-empty",
    "layers: [{add: [{conv: 3}]}]": "$.layers[0].add[0]: ",
    "layers: [{add: [[conv]]}]": "$.layers[0].add[0][0]: 'conv' is not one of",
    "layers: [{concat: [[], []], dim: x y}, {concat: [[]], axis: 1}]": "$.layers[1]: 'axis' is not one of",
    "layers: [{layers: [relu], freeze: 2}]": "$.layers[0].freeze: 2 is not of type",
    "layers: [{reuse: }]": "$.layers[0].reuse: None is not of type",
    "layers: [relu]\nblocks: {f: relu}": "$.blocks.f: 'relu' is not of type",
    "layers: [relu]\nblocks: {f(a: [relu]}": "$.blocks: ",
    "layers: [relu]\nvars: {a b: 1}": "$.vars: 'a b' does not match",
    "layers: [relu]\nvars: {a: {b: 1}}": "$.vars.a: ",
    "layers: [relu]\ndefaults: {convv: {bias: false}}": "$.defaults: ",
    "layers: [relu]\ndefaults: {conv: {bais: false}}": "$.defaults.conv: ",
    "layers: [relu]\ndefaults: {conv: {kernel_size: 0}}": "$.defaults.conv.kernel_size: 0 is less than",
    "layers: [relu]\noutputs: a": "$.outputs: 'a' is not of type",
    "layers: [relu]\nexpect: {memory: 3}": "$.expect",
    "layers: [relu]\nname: [a]": "$.name: ['a'] is not of type",
    "layers: [relu]\nlayer: [relu]": "$: Additional properties",
    "layers: [relu]\nextends: [a]": "$.extends: ['a'] is not of type",
    "": "$: 'layers' is a required property",
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_broken_is_refused_at_its_place(text: str) -> None:
    """By the reader, too; a spec with variables and blocks is judged no less strictly, but for unknown words."""
    text = f"input: [3, 8, 8]\n{text}\n"
    assert told(text).startswith(BROKEN[text.partition("\n")[2].removesuffix("\n")])
    assert not readable(text)
    if "vars:" not in text and "rleu" not in text and "{kernel_size" not in text:
        assert told(f"vars: {{a: 1}}\n{text}") != ""


@pytest.mark.parametrize(
    "shape", ["x", "5", "", "[]", "[0, 3]", "[3, x, {}]", "[1, 2, 3, 4, 5]", "{}", "{a b: [3]}", "{a: 3}", "3x32x32"]
)
def test_what_is_no_shape(shape: str) -> None:
    text = f"input: {shape}\nlayers: [relu]"
    assert told(text).startswith("$.input") and not readable(text)


# the command


def test_the_command(tmp_path: Path) -> None:
    assert json.loads(run("schema").stdout) == SCHEMA
    run("schema", "-o", "cnncalc.schema.json", cwd=tmp_path)
    assert json.loads((tmp_path / "cnncalc.schema.json").read_text(encoding="utf-8")) == SCHEMA
