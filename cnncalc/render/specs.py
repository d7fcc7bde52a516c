"""The bundled specs: a table of them, or the text of one below its totals."""

from __future__ import annotations

import json as javascript
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnncalc import __version__
from cnncalc.analysis import Analysis
from cnncalc.comparison import TOTALS, totals
from cnncalc.render.cells import shape_text
from cnncalc.render.csv import written
from cnncalc.render.grid import Grid
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import table as markdown_table
from cnncalc.render.units import human
from cnncalc.spec.catalogue import Entry, chain

INDENT = "  "
LEAVES_FIRST = ("network", "source", "input")
"""The order in which columns are left out where the terminal is narrow."""


class Listed(NamedTuple):
    """A bundled spec with its numbers, below `level` others that it extends."""

    level: int
    entry: Entry
    analysis: Analysis


def table(listed: Sequence[Listed], width: int | None, of: int) -> list[Line]:
    """A line per spec, `of` so many that there are; who extends another stands indented below it."""
    names = ("spec", "network", "input", "params", "macs", "source")
    headers = ("spec", "network", "input", "params", "MACs", "source")
    numeric = (False, False, True, True, True, False)
    grid = Grid(names, headers, numeric, [("", _cells(one)) for one in listed])
    count = f"{of} specs" if len(listed) == of else f"{len(listed)} of {of} specs"
    told = (
        f"{count}; one that extends another stands below it. cnncalc specs NAME shows one, --format csv exact numbers"
    )
    return [*grid.lines(width, LEAVES_FIRST), Line(""), *_notes(told, width)]


def markdown(listed: Sequence[Listed]) -> str:
    """The table with exact numbers."""
    rows = []
    for one in listed:
        name, network, shapes, *_, source = _cells(one, short=False)
        exact = [f"{one.analysis.totals[quantity]:,}" for quantity in ("params", "macs")]
        rows.append([f"`{name.strip()}`", network, shapes, *exact, source])
    headers = ("spec", "network", "input", "params", "MACs", "source")
    return markdown_table(headers, (False, False, True, True, True, False), rows)


def csv(listed: Sequence[Listed]) -> str:
    """A line per spec, exact."""
    rows: list[Sequence[Any]] = [["spec", "name", "source", "extends", "input", *TOTALS]]
    for one in listed:
        inputs = tuple(one.analysis.network.inputs.values())
        rows.append([*_named(one).values(), inputs, *totals(one.analysis).values()])
    return written(rows)


def json(listed: Sequence[Listed]) -> str:
    """A list of the specs, exact."""
    found = [{**_named(one), "inputs": one.analysis.network.inputs, "totals": totals(one.analysis)} for one in listed]
    return f"{javascript.dumps({'schema': SCHEMA, 'cnncalc': __version__, 'specs': found})}\n"


def text(one: Listed, known: Mapping[str, Entry], width: int | None) -> list[Line]:
    """The spec as it is written, and what it extends; all around it is a comment, so that it stays a spec."""
    entry, counts = one.entry, totals(one.analysis)
    own = _text(entry)
    title = f"{one.analysis.network.name} on {_inputs(one.analysis)}"
    layers = f"{counts['layers']:,} layer{'s' if counts['layers'] > 1 else ''}"
    sums = f"{counts['params']:,} params, {counts['macs']:,} MACs, depth {counts['depth']}, {layers}"
    lines = [Line(f"# {title}", "title"), Line(f"# {sums}", "title")]
    if not re.search(r"^source:", own, re.MULTILINE):
        lines += _notes(entry.origin, width, "# ")
    related = [*_related(entry, known)]
    lines += _notes(f"see also {', '.join(related)}", width, "# ") if related else []
    lines += [Line(""), *map(Line, own.splitlines())]
    for base in chain(entry, known):
        lines += [Line(""), Line(f"# what it extends, {base.name}:", "title")]
        lines += [Line(f"# {line}", "note") for line in _text(base).splitlines()]
    return lines


def _text(entry: Entry) -> str:
    return entry.path.read_text(encoding="utf-8")


def _related(entry: Entry, known: Mapping[str, Entry]) -> Iterator[str]:
    """The names of what it extends, of what extends that or itself, and those that hold its own."""
    for other in known.values():
        near = other.name == entry.base or other.base in {entry.name, entry.base} - {""}
        if other != entry and (near or entry.name in other.name):
            yield other.name


def _named(one: Listed) -> dict[str, Any]:
    entry = one.entry
    return {
        "spec": entry.name,
        "name": one.analysis.network.name,
        "source": entry.origin,
        "extends": entry.base or None,
    }


def _inputs(analysis: Analysis) -> str:
    return " ".join(map(shape_text, analysis.network.inputs.values()))


def _cells(one: Listed, short: bool = True) -> list[str]:
    name, totals = INDENT * one.level + one.entry.name, one.analysis.totals
    network, source = one.analysis.network.name, one.entry.origin
    if short:
        network, source = textwrap.shorten(network, 30, placeholder=" …"), _author(source)
    return [name, network, _inputs(one.analysis), human(totals["params"]), human(totals["macs"]), source]


def _author(origin: str) -> str:
    """The first author and the year, or what stands before the first comma: Szegedy 2014.

    >>> _author("Wang, Yan & Oates 2017, figure 1b")
    'Wang 2017'
    """
    dated = re.match(r"(.*?)\b((?:19|20)\d\d)", origin)
    first = re.split(r" et al|[,:;]| &", dated[1])[0] if dated else re.split("[,:;]", origin)[0]
    return " ".join([textwrap.shorten(first, 20, placeholder=" …"), *([dated[2]] if dated else [])])


def _notes(text: str, width: int | None, before: str = "") -> list[Line]:
    room = max(40, min(width or 100, 100)) - len(before)
    return [Line(f"{before}{line}", "note") for line in textwrap.wrap(text, room, break_on_hyphens=False)]
