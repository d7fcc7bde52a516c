"""Specs that would take all time or memory are refused before they do; large honest ones are read."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable

import pytest

from cnncalc import SpecError, loads

INPUT = "input: [3, 32, 32]\n"
UNROLLS = "the spec unrolls to more than "


def tower(step: str, first: str) -> str:
    """Forty anchors, each holding the one before it twice."""
    return f"  - &a0 {first}\n" + "".join(f"  - &a{n + 1} {step.format(f'*a{n}')}\n" for n in range(40))


def block_chain(length: int, times: int, last: str) -> str:
    calls = "".join(f"  b{n}: [{', '.join([f'b{n + 1}'] * times)}]\n" for n in range(length))
    return f"{INPUT}blocks:\n{calls}  b{length}: {last}\nlayers: [b0]\n"


def layers(steps: str, top: str = "") -> str:
    return f"{INPUT}{top}\nlayers: [{steps}]\n"


def entries(key: str, count: int, entry: Callable[[int], str], rest: str = "layers: [relu]") -> str:
    return f"{INPUT}{key}:\n" + "".join(f"  {entry(n)}\n" for n in range(count)) + rest


def other_names(n: int) -> str:
    """Twice the step before, each time within a repeat of another name: every reading of it is a new one."""
    first, second = (f"{{repeat: {{{name}{n}: [1]}}, layers: [*a{n - 1}]}}" for name in "xy")
    return f"- &a{n} {{layers: [{first}, {second}]}}" if n else "- &a0 {layers: [relu]}"


LONG = ", ".join(["n"] * 9_000)
SUM = "+".join(["n"] * 240)
NOTHINGS = "{repeat: 10**5, layers: []}"
TOO_LONG = "values; at most 10,000 are read"
BOMBS: dict[str, tuple[str, str]] = {
    "forty blocks, each calling the next twice": (block_chain(40, 2, "[]"), UNROLLS),
    "the same around a layer": (block_chain(40, 2, "[relu]"), UNROLLS),
    "a chain of a thousand blocks": (block_chain(1000, 1, "[relu]"), "nested deeper than 100"),
    "a billion layers": (layers("{repeat: 10**9, layers: [relu]}"), UNROLLS),
    "a billion nothings": (layers("{repeat: 10**9, layers: []}"), UNROLLS),
    "10**15 nothings": (layers(f"{{repeat: 10**5, layers: [{{repeat: 10**5, layers: [{NOTHINGS}]}}]}}"), UNROLLS),
    "layers left out": (layers("{repeat: 10**5, layers: [{repeat: 10**5, layers: [{relu, when: false}]}]}"), UNROLLS),
    "aliases in layers": (f"{INPUT}layers:\n{tower('{{layers: [{0}, {0}]}}', '{layers: [relu]}')}", UNROLLS),
    "aliases in branches": (
        f"{INPUT}layers:\n{tower('{{add: [[{0}], [{0}]]}}', '{layers: [relu]}')}",
        "nested deeper than 100",
    ),
    "aliases under names that differ": (
        entries("layers", 24, other_names, ""),
        "the aliases of this text unfold to too much",
    ),
    "aliases in vars": (
        entries("vars", 40, lambda n: f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" if n else "a0: &a0 [1, 2]"),
        TOO_LONG,
    ),
    "aliases in options": (
        entries(
            "layers",
            40,
            lambda n: f"- {{conv: 1, kernel_size: &a{n} {f'[*a{n - 1}, *a{n - 1}]' if n else '[1, 1]'}}}",
            "",
        ),
        "kernel_size is a whole number, or one per axis, not [[1, 1], [1, 1]]",
    ),
    "aliases in arguments": (
        entries(
            "layers",
            40,
            lambda n: f"- {{f: [&a{n} {f'[*a{n - 1}, *a{n - 1}]' if n else '[1, 1]'}]}}",
            "blocks: {f(x): [relu]}",
        ),
        TOO_LONG,
    ),
    "lists that double": (
        entries("vars", 60, lambda n: f'a{n}: "[a{n - 1}, a{n - 1}]"' if n else "a0: 1"),
        "a list of more than 10,000 values",
    ),
    "numbers that square themselves": (
        entries("vars", 60, lambda n: f"a{n}: a{n - 1} * a{n - 1}" if n else "a0: 3"),
        "is out of bounds; numbers are below 2**256",
    ),
    "2**(10**9)": (layers("relu", "vars: {a: 2**(10**9)}"), "2 ** 1000000000 is out of bounds"),
    "a number of a million digits": (
        layers(f"{{conv: {'9' * 10**6}, kernel_size: 1}}"),
        "an expression of 1,000,000 characters; at most 500 are read",
    ),
    "5,000 brackets": (
        layers(f'{{conv: "{"(" * 5000}1{")" * 5000}", kernel_size: 3}}'),
        "10,001 characters; at most 500",
    ),
    "100,000 brackets of YAML": (f"{INPUT}layers: {'[' * 100_000}", "nested deeper than 100 levels"),
    "100,000 braces of YAML": (f"{INPUT}layers: {'{a: ' * 100_000}", "nested deeper than 100 levels"),
    "the largest of a long list, often": (
        layers("{repeat: 10**5, layers: [{relu, when: max(l) > 3}]}", f"vars: {{n: 1, l: [{LONG}]}}"),
        UNROLLS,
    ),
    "a long list handed on, often": (
        layers(f"{{repeat: 10**5, layers: [{{f: [[{LONG}]]}}]}}", "vars: {n: 1}\nblocks: {f(x): []}"),
        UNROLLS,
    ),
    "a long expression, often": (
        layers(f"{{repeat: 90_000, layers: [{{relu, when: {SUM} > 999}}]}}", "vars: {n: 1}"),
        UNROLLS,
    ),
    "a list of 50,000 values": (
        layers(f"{{conv: 1, kernel_size: [{'1, ' * 50_000}]}}"),
        f"a list of 50,001 {TOO_LONG}",
    ),
    "50,000 arguments": (
        layers(f"{{f: [{'1, ' * 50_000}]}}", "blocks: {f(x): []}"),
        "f takes 1 (x) by position, found 50000",
    ),
    "50,000 branches": (
        layers(f"{{multiply: [{'[], ' * 50_000}input]}}, {{concat: [{'[], ' * 50_000}input]}}, oops"),
        "unknown layer type oops",
    ),
    "50,000 branches of which the last differs": (
        layers(f"{{maxpool: 2}}, {{multiply: [{'[], ' * 50_000}input]}}"),
        "multiply1: multiply needs equal shapes, or sizes of 1, not 3×16×16 and 3×32×32",
    ),
    "a word of 200,000 letters": (layers("x" * 200_000), "unknown layer type xxx"),
    "a call run again and again": (
        layers("{f, name: a}, {repeat: 10**4, layers: [{reuse: a}]}", "blocks: {f: [{repeat: 1000, layers: [relu]}]}"),
        UNROLLS,
    ),
    "20,000 variables": (
        entries("vars", 20_000, lambda n: f"v{n}: {n}", "blocks: {f: []}\nlayers: [{repeat: 90_000, layers: [f]}]"),
        "the network has no layer",
    ),
    "20,000 signatures": (
        entries("blocks", 20_000, lambda n: f"b{n}(x=1): [relu]", "layers: [oops]"),
        "unknown layer type oops",
    ),
    "20,000 mistakes": (
        entries("layers", 20_000, lambda n: "- {conv: 8, kernal_size: 3}", ""),
        "conv has no option kernal_size",
    ),
    "sizes that double": (layers("{repeat: 10**4, layers: [{concat: [[], []]}]}"), "sizes are below 2**63"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_time(name: str) -> None:
    text, told = BOMBS[name]
    start = time.process_time()
    with pytest.raises(SpecError) as caught:
        loads(text, max_layers=200_000)
    assert time.process_time() - start < 30
    report = str(caught.value)
    assert told in report
    assert len(report) < 30_000


def test_the_default_limit_holds_time_and_memory() -> None:
    """The worst of them at a million steps, in a process that may have a gigabyte."""
    resource = pytest.importorskip("resource")
    program = textwrap.dedent(
        """
        import resource, sys, time
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
        from cnncalc import SpecError, loads
        try:
            loads(sys.stdin.read())
        except SpecError as error:
            print(error.problems[0].message, time.process_time())
        """
    )
    assert resource
    text = BOMBS["the same around a layer"][0]
    done = subprocess.run([sys.executable, "-c", program], input=text, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("the spec unrolls to more than 1,000,000 steps"), done.stderr
    assert float(done.stdout.split()[-1]) < 60


def test_max_layers_counts_every_step_iteration_and_call() -> None:
    def least(steps: str, blocks: str = "{}") -> int:
        """The smallest limit that the network is within."""
        text = f"{INPUT}blocks: {blocks}\nlayers: [{steps}, relu]"
        for limit in range(100):
            try:
                loads(text, max_layers=limit)
            except SpecError as error:
                assert f"unrolls to more than {limit:,} steps" in str(error)
            else:
                return limit - 1  # for the relu
        raise AssertionError

    assert least("relu") == 1
    assert least("{relu, when: false}") == 1
    assert least("{layers: [relu, relu]}") == 3
    assert least("{repeat: 3, layers: []}") == 4
    assert least("{repeat: 3, layers: [relu]}") == 7
    assert least("f, f", "{f: [relu, relu]}") == 6
    assert least("{residual: [relu]}") == 2
    assert least("{add: [[relu], []]}") == 4
    assert least("{f, name: a}, {reuse: a}", "{f: [relu, relu]}") == 6


def large(make: Callable[[int], str]) -> float:
    text = f"{INPUT}layers:\n{''.join(make(n) for n in range(20_000))}"
    start = time.process_time()
    assert len(loads(text).layers) == 20_000
    return time.process_time() - start


def test_twenty_thousand_plain_layers_take_no_longer_than_they_should() -> None:
    """0.4 s where this was written; ten times as many take ten times as long."""
    kinds = ["{conv: 8, kernel_size: 3, padding: 1}", "batchnorm", "relu", "{dropout: 0.5}"]
    assert large(lambda n: f"  - {kinds[n % 4]}\n") < 4
    assert large(lambda n: f"  - {{relu, name: n{n}}}\n") < 4
    assert large(lambda n: f"  - {{conv: {n % 5 + 1}, kernel_size: 1}}\n") < 4
