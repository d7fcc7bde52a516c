"""The bundled specs as a collection: enough, short, no family repeating a block; and what papers print in tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from plain import plain

from cnncalc import Network, analyze, load
from cnncalc.bundled import folder, names
from cnncalc.figure import Figure
from cnncalc.spec.yaml import decode, read

FILES = {path.stem: path for path in sorted(folder().glob("*.yaml"))}
EXTENDS = re.compile(r"^extends: (\w+)$", re.MULTILINE)
SCREEN_AND_A_HALF = 60


def base(name: str) -> str:
    """The spec at the root of a family."""
    found = EXTENDS.search(FILES[name].read_text(encoding="utf-8"))
    return base(found[1]) if found else name


def test_there_are_many() -> None:
    assert len(names()) >= 90


@pytest.mark.parametrize("path", FILES.values(), ids=lambda path: path.stem)
def test_a_file_is_a_screen_and_a_half_at_most(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= SCREEN_AND_A_HALF
    assert max(map(len, lines)) <= 110


def test_resnet50_fits_a_screen() -> None:
    assert len(FILES["resnet50"].read_text(encoding="utf-8").splitlines()) <= 40


def repeated(bodies: dict[str, dict[str, object]]) -> list[str]:
    """The blocks, by file and name, whose body stands in a file before them too, under whatever name."""
    seen: dict[str, str] = {}
    found = []
    for name, blocks in bodies.items():
        for signature, body in blocks.items():
            if not body:  # a block that a child leaves empty
                continue
            first = seen.setdefault(repr(body), name)
            if first != name:
                found.append(f"{signature} of {name} stands in {first}")
    return found


def top_level(path: Path) -> Any:
    return plain(read(decode(path.read_bytes(), path.name)))


def families() -> dict[str, dict[str, dict[str, object]]]:
    """The blocks of every file, by family."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    for name, path in FILES.items():
        found.setdefault(base(name), {})[name] = top_level(path).get("blocks") or {}
    return found


@pytest.mark.parametrize("family", families().values(), ids=families())
def test_no_file_of_a_family_repeats_a_block(family: dict[str, dict[str, object]]) -> None:
    assert repeated(family) == []


def test_a_repeated_block_is_seen() -> None:
    assert repeated({"a": {"up(n)": ["relu"]}, "b": {"two": [], "down": ["relu"]}}) == ["down of b stands in a"]


# Howard et al. 2017, tables 6 and 7: millions of MACs and parameters at each width, and MACs at each resolution
MOBILENETS = {
    "mobilenet_v1": ("4.2M", "569M"),
    "mobilenet_v1_075": ("2.6M", "325M"),
    "mobilenet_v1_050": ("1.3M", "149M"),
    "mobilenet_v1_025": ("0.5M", "41M"),
}
RESOLUTIONS = {224: "569M", 192: "418M", 160: "290M", 128: "186M"}


def agrees(stated: str, exact: int) -> bool:
    figure = Figure.read(stated)
    assert figure
    return figure.rounds(exact) or figure.cuts(exact)


@pytest.mark.parametrize("name", MOBILENETS)
def test_mobilenet_v1_at_every_width(name: str) -> None:
    totals = analyze(load(name)).totals
    params, macs = MOBILENETS[name]
    assert agrees(params, totals["params"]) and agrees(macs, totals["macs"])


@pytest.mark.parametrize("side", RESOLUTIONS)
def test_mobilenet_v1_at_every_resolution(side: int) -> None:
    totals = analyze(load("mobilenet_v1", input=(3, side, side))).totals
    assert totals["params"] == 4_231_976
    assert agrees(RESOLUTIONS[side], totals["macs"])


def before(network: Network, path: str) -> int:
    """The MACs of all layers but those of one block call."""
    return sum(row.counts["macs"] for row in analyze(network).rows if not row.path.startswith(f"{path}."))


@pytest.mark.parametrize(("groups", "stated"), [(1, "143M"), (2, "140M"), (3, "137M"), (4, "133M"), (8, "137M")])
def test_shufflenet_v1_as_its_table_has_it_without_the_classifier(groups: int, stated: str) -> None:
    assert agrees(stated, before(load(f"shufflenet_v1_g{groups}"), "classifier1"))


def test_resnet50_with_the_stride_where_the_paper_has_it() -> None:
    """He et al. 2015, table 1: 3.8 billion multiply-adds."""
    analysis = analyze(load("resnet50", set={"stride_in_1x1": True}))
    assert (analysis.totals["params"], analysis.totals["macs"]) == (25_557_032, 3_857_973_248)
    assert agrees("3.8G", analysis.totals["macs"])


def test_lenet5_of_1998_layer_by_layer() -> None:
    """LeCun et al. 1998, section II.B: the parameters of C1, S2, C3, S4, C5 and F6."""
    rows = {row.path: row.counts["params"] for row in analyze(load("lenet5_1998")).folded(1)}
    assert rows["S2"] == 12
    assert [rows[name] for name in ("C1", "S4", "C5", "F6")] == [156, 32, 48_120, 10_164]
    assert sum(count for path, count in rows.items() if path.startswith(("map_of", "C3"))) == 1_516
