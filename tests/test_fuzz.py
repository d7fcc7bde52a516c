"""Whatever is done to a spec, it is read or refused with a `SpecError`: never another exception, never a hang.

`python tests/test_fuzz.py SEED COUNT` runs more cases than the test does.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from typing import Any

from plain import plain

from cnncalc import SpecError, analyze, bundled, loads
from cnncalc.errors import Source
from cnncalc.layers import REGISTRY
from cnncalc.spec.vocabulary import FILE_KEYS, STEP_KEYS, STRUCTURES
from cnncalc.spec.yaml import read

EVERYTHING = """
input: {a: [3, 16, 16], b: [3, 16, 16]}
vars: {act: relu, n: 2, widths: [8, 16], deep: true, pad: same}
defaults: {conv: {kernel_size: 3, padding: pad}, maxpool: {stride: n}}
blocks:
  cb(width, k=3, *, act=act, s=1): [{conv: width, kernel_size: k, stride: s}, batchnorm, act]
  skip(other, body=cb, w=in_channels): [{residual: [{body: [w]}]}, {concat: [[], other]}]
layers:
  - {cb: 8, from: a, name: left}
  - {cb: 8, from: b, name: right, when: deep}
  - {concat: [left, right, {layers: [{cb: 4}], when: n > 3}], dim: 1}
  - repeat: {w: widths, i: [0, 1]}
    layers:
      - {cb: {width: w, act: tanh if index else act}, name: c}
      - {skip: left, when: index == 5}
  - {residual: [{conv: 16}, relu6], shortcut: {layers: [], when: not deep}}
  - {reuse: right, name: again, from: a}
  - {layers: [{maxpool: 2}], freeze: true, expect: {output: [16, 8, 8]}}
  - {multiply: [[], [global_avgpool, {fc: 4}, {fc: "in_shape[0] * 2"}, {reshape: [in_channels, 1, 1]}]]}
  - fc: 10
expect: {params: 5}
"""
WORDS = [*REGISTRY, *STRUCTURES, *STEP_KEYS, *FILE_KEYS, "shortcut", "index", "f(a)", "act", "n", "w"]
WORDS += sorted({name for layer in REGISTRY.values() for name in layer.options()})
VALUES: list[Any] = [
    0,
    1,
    2,
    3,
    -1,
    7,
    1.5,
    1e30,
    2**70,
    True,
    False,
    None,
    "",
    "relu",
    "same",
    "in_channels",
    "in_shape",
    "index",
    "n",
]
VALUES += [
    "[1",
    "x+",
    "a",
    "input",
    "w if n else 3",
    "1/0",
    "2**300",
    [],
    [[]],
    [1],
    [1, 2],
    [1, 2, 3, 4, 5],
    {},
    {"a": 1},
    "conv1",
]
VALUES += [
    "a.b",
    "-",
    "é",
    "\x1b[31m",
    [0, 1],
    {"layers": []},
    ["relu"],
    [{"conv": 3}],
    "min(1,2)",
    "inf",
    ".nan",
    "1e400",
    -7,
    10**20,
]
SIGNS = "abx019.:,-[]{}()*&!?%@`|>'\"\\#~ \n\t_é\x00\x1b\u2028=<+/"


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything in the tree."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in entries for place in places(value, (*path, key)))]


def changed_text(draw: random.Random, text: str) -> str:
    for _ in range(draw.choice([1, 1, 1, 2, 3, 8])):
        at = draw.randrange(len(text) or 1)
        words = [match.span() for match in re.finditer(r"[A-Za-z_0-9.]+", text)] or [(0, 0)]
        (start, end), other = draw.choice(words), draw.choice(words)
        lines = text.split("\n")
        row = draw.randrange(len(lines))
        text = draw.choice(
            [
                text[:at] + text[at + 1 :],
                text[:at] + draw.choice(SIGNS) + text[at:],
                text[:at] + draw.choice(SIGNS) + text[at + 1 :],
                text[:start] + text[other[0] : other[1]] + text[end:],
                text[:start] + str(draw.choice([*WORDS, *VALUES])) + text[end:],
                "\n".join([*lines[:row], draw.choice(lines), *lines[row:]]),
                "\n".join([*lines[:row], " " * draw.randrange(4) + lines[row], *lines[row + 1 :]]),
                "\n".join([*lines[:row], *lines[row + 1 :]]),
            ]
        )
    return text


def changed_tree(draw: random.Random, tree: Any) -> str:
    tree = json.loads(json.dumps(tree))
    for _ in range(draw.choice([1, 1, 2, 4])):
        within = [place for place in places(tree) if place]
        if not within or len(json.dumps(tree)) > 30_000:
            break
        *path, key = draw.choice(within)
        parent = tree
        for step in path:
            parent = parent[step]
        kind = draw.randrange(6)
        if kind == 0:
            parent[key] = draw.choice(VALUES)
        elif kind == 1:
            parent[key] = [parent[key]]
        elif kind == 2:
            found = tree
            for step in draw.choice(within):
                found = found[step]
            parent[key] = json.loads(json.dumps(found))
        elif kind == 3 and isinstance(parent, dict):
            parent[draw.choice(WORDS)] = parent.pop(key)
        elif kind == 4 and isinstance(parent, dict):
            parent[draw.choice(WORDS)] = draw.choice(VALUES)
        else:
            del parent[key]
    return json.dumps(tree, ensure_ascii=draw.random() < 0.5)


TEXTS = [path.read_text(encoding="utf-8") for path in sorted(bundled.folder().glob("*.yaml"))] + [EVERYTHING] * 3
TREES = [plain(read(Source("f", text))) for text in TEXTS]


def check(text: str) -> str:
    """Reads and counts the spec; what becomes of it."""
    partial = None
    try:
        network = loads(text, name="f.yaml", max_layers=20_000)
        analysis = analyze(network)
    except SpecError as error:
        assert error.problems
        report = str(error)
        assert report.replace("\n", "").isprintable()
        assert all(problem.mark is not None for problem in error.problems)
        assert len(report) < 60_000
        partial = error.partial
        if partial is None:
            return "refused"
        analysis = analyze(partial)
    assert analysis.depth >= 0
    for depth in (1, 2, 3):
        assert sum(row.counts["params"] for row in analysis.folded(depth)) == analysis.totals["params"]
    return "partial" if partial else "read"


def run(seed: int, count: int, seconds: float = 1e9) -> dict[str, int]:
    draw, found, end = random.Random(seed), {"refused": 0, "partial": 0, "read": 0}, time.monotonic() + seconds
    for _ in range(count):
        if time.monotonic() > end:
            break
        at = draw.randrange(len(TEXTS))
        text = changed_text(draw, TEXTS[at]) if draw.random() < 0.5 else changed_tree(draw, TREES[at])
        try:
            found[check(text)] += 1
        except BaseException:
            sys.stderr.write(f"{text}\n")
            raise
    return found


def test_everything_in_it_is_read() -> None:
    assert check(EVERYTHING) == "read"


def test_changed_specs_are_read_or_refused() -> None:
    found = run(seed=1, count=3000, seconds=12)
    assert all(count > 0 for count in found.values())


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2])))
