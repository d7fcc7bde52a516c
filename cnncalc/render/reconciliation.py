"""What the tools print for a network, and how that comes about from its MACs."""

from __future__ import annotations

import json as javascript
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from cnncalc import __version__
from cnncalc.analysis import Analysis
from cnncalc.conventions import SYMBOLS
from cnncalc.conventions.base import Rule
from cnncalc.conventions.parts import Figure, Part, figures
from cnncalc.render.comparison import times
from cnncalc.render.conventions import FIRST, WIDTH, facts, facts_of_rule, wrapped
from cnncalc.render.csv import written
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.render.summary import heading

OURS = {"macs": "MACs", "flops": "2 × MACs", "params": "params"}


def lines(analysis: Analysis, layout: str, width: int | None) -> list[Line]:
    """Every tool's figure, below it what it counts beside ours, and the symbols."""
    found, room = figures(analysis), min(width or WIDTH, WIDTH)
    top = [*(Line(text, "note") for text in textwrap.wrap(FIRST, room)), Line("")]
    top += [Line(_heading(analysis, layout), "title"), Line("")]
    names, totals = max(map(len, found)), {name: _total(figure) for name, figure in found.items()}
    wide = max(map(len, totals.values()))
    told: dict[tuple[Any, ...], str] = {}
    for name, figure in found.items():
        differences = _differences(figure)
        again = told.setdefault((figure.counted, *((amounts, rule[:2]) for amounts, rule in differences)), name)
        as_another = f", as {again}" if differences and again != name else ""
        said = f"{name:<{names}}  {totals[name]:>{wide}}  {_said(figure)}{as_another}"
        top += [Line(one, "total") for one in textwrap.wrap(said, room, subsequent_indent=" " * (names + 2))]
        if as_another:
            continue
        for amounts, rule in differences:
            text = f"{amounts}: {_because(rule)}"
            top += [Line(one, "note") for one in wrapped(text, room, "    ")]
    legend = "; ".join(f"{symbol} = {SYMBOLS[symbol]}" for symbol in _symbols(found.values()))
    return [*top, Line(""), *(Line(text, "note") for text in textwrap.wrap(legend, room))]


def _heading(analysis: Analysis, layout: str) -> str:
    macs, batch = f"{analysis.totals['macs']:,} MACs", analysis.batch
    return f"{heading(analysis, layout)}: {f'{macs} for a batch of {batch}' if batch > 1 else macs}"


def _total(figure: Figure) -> str:
    return "no figure" if figure.counted is None else f"{figure.counted:,}"


def _said(figure: Figure) -> str:
    """`flops = 1.0055 × MACs`, and what it is beside its differences."""
    convention, value = figure.convention, figure.counted
    per = f", per {convention.per}" if convention.per == "image" else ""
    same = value == figure.ours
    ratio = "" if convention.beside == "params" or value is None or not figure.macs else times(value, figure.macs)
    between = f"= {OURS[convention.beside]}" if same else f"{ratio.replace('×', ' × MACs')}".strip()
    return f"“{convention.called}”{per}{'  ' if between else ''}{between}"


def _differences(figure: Figure) -> list[tuple[str, Rule]]:
    """By rule what is counted beside ours, split by layer type."""
    by_rule: dict[tuple[Any, ...], list[Part]] = {}
    for part in figure.parts:
        if part.beyond != 0 or part.rule.bug:
            formula = part.rule.formula
            by_rule.setdefault((formula and formula.source, part.rule.why), []).append(part)
    return [(", ".join(map(_amount, parts)), parts[0].rule) for parts in by_rule.values()]


def _amount(part: Part) -> str:
    if part.beyond is None:
        return part.type
    return f"{'−' if part.beyond < 0 else '+'} {abs(part.beyond):,} {part.type}"


def _because(rule: Rule) -> str:
    formula = f"{rule.formula.text()}, " if rule.formula else ""
    return f"{formula}{'a known bug: ' if rule.bug else ''}{rule.why}"


def _symbols(found: Iterable[Figure]) -> list[str]:
    """The symbols of the formulas that are shown."""
    formulas = [rule.formula for figure in found for _, rule in _differences(figure) if rule.formula]
    used = {symbol for formula in formulas for symbol in formula.symbols}
    return [symbol for symbol in SYMBOLS if symbol in used]


def markdown(analysis: Analysis, layout: str) -> str:
    """The figures as a table, a line per rule."""
    rows = []
    for name, figure in figures(analysis).items():
        what = [f"{amounts}: {_because(rule)}" for amounts, rule in _differences(figure)]
        rows.append((name, _total(figure), _said(figure), "; ".join(what)))
    body = table(("tool", "prints", "calls it", "beside ours"), (False, True, False, False), rows)
    return f"### {escaped(_heading(analysis, layout))}\n\n{FIRST}\n\n{body}"


def json(analysis: Analysis) -> str:
    """Every figure with its parts, exact."""
    network = analysis.network
    found = [
        {
            **facts(name),
            "counted": figure.counted,
            "beside": figure.convention.beside,
            "ours": figure.ours,
            "parts": [_part(part) for part in figure.parts],
        }
        for name, figure in figures(analysis).items()
    ]
    whole = {
        "schema": SCHEMA,
        "cnncalc": __version__,
        "name": network.name,
        "inputs": network.inputs,
        "batch": analysis.batch,
        "totals": {name: analysis.totals[name] for name in ("macs", "flops", "params")},
        "conventions": found,
    }
    return f"{javascript.dumps(whole)}\n"


def _part(part: Part) -> dict[str, Any]:
    return {
        "type": part.type,
        "layers": part.layers,
        "counted": part.counted,
        "ours": part.ours,
        "beyond": part.beyond,
        **facts_of_rule(part.rule),
    }


def csv(analysis: Analysis) -> str:
    """A line per convention, layer type and rule, and no total, so that a column can be summed."""
    rows: list[Sequence[Any]] = []
    for name, figure in figures(analysis).items():
        for part in figure.parts:
            rows.append([name, figure.convention.called, figure.convention.per, *_part(part).values()])
    headers = ["convention", "called", "per", "type", "layers", "counted", "ours", "beyond", "formula", "why", "bug"]
    return written([headers, *rows])
