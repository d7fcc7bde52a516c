"""What the tools print for a network, and how that comes about from its MACs."""

from __future__ import annotations

import json as javascript
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cnncalc import __version__
from cnncalc.analysis import Analysis
from cnncalc.conventions import SYMBOLS
from cnncalc.conventions.parts import Figure, Part, figures
from cnncalc.render.comparison import times
from cnncalc.render.conventions import FIRST, WIDTH, facts, facts_of_rule, wrapped
from cnncalc.render.csv import written
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import escaped, table
from cnncalc.render.summary import heading
from cnncalc.render.units import human

OURS = {"macs": "MACs", "flops": "2 × MACs", "params": "params"}


def lines(analysis: Analysis, layout: str, width: int | None) -> list[Line]:
    """Every tool's figure, below it what it counts beside ours, and the symbols."""
    found, room = figures(analysis), min(width or WIDTH, WIDTH)
    top = [*(Line(text, "note") for text in textwrap.wrap(FIRST, room)), Line("")]
    top += [Line(_heading(analysis, layout), "title"), Line("")]
    names, totals = max(map(len, found)), {name: _total(figure) for name, figure in found.items()}
    wide = max(map(len, totals.values()))
    rounded = {name: _rounded(figure) for name, figure in found.items()}
    across = max(map(len, rounded.values()))
    told: dict[tuple[Any, ...], str] = {}
    for name, figure in found.items():
        differences = _differences(figure)
        again = told.setdefault((figure.counted, *differences), name)
        as_another = f"as {again}" if differences and again != name else ""
        said = f"{rounded[name]:>{across}}  {_said(figure, as_another or _beside_ours(figure, analysis.batch))}"
        said = f"{name:<{names}}  {totals[name]:>{wide}}  {said}"
        top += [Line(one, "total") for one in textwrap.wrap(said, room, subsequent_indent=" " * (names + 2))]
        if as_another:
            continue
        for text in map(str, differences):
            top += [Line(one, "note") for one in wrapped(text, room, "    ")]
    return [*top, Line(""), *(Line(text, "note") for text in textwrap.wrap(_legend(found), room))]


def _legend(found: Mapping[str, Figure]) -> str:
    """What the symbols of the formulas mean that are shown."""
    shown = " ".join(one.formula for figure in found.values() for one in _differences(figure))
    used = set(re.findall(r"\w+", shown))
    return "; ".join(f"{symbol} = {meaning}" for symbol, meaning in SYMBOLS.items() if symbol in used)


def _heading(analysis: Analysis, layout: str) -> str:
    macs, batch = f"{analysis.totals['macs']:,} MACs", analysis.batch
    return f"{heading(analysis, layout)}: {f'{macs} for a batch of {batch}' if batch > 1 else macs}"


def _total(figure: Figure) -> str:
    return "no figure" if figure.counted is None else f"{figure.counted:,}"


def _rounded(figure: Figure) -> str:
    return "" if figure.counted is None else human(figure.counted)


def _said(figure: Figure, what: str) -> str:
    """`“flops”  1.0055 × MACs`: what the tool calls its figure, and what that is."""
    convention = figure.convention
    per = f", per {convention.per}" if convention.per == "image" else ""
    return "  ".join(filter(None, (f"“{convention.called}”{per}", what)))


def _beside_ours(figure: Figure, batch: int) -> str:
    """What the figure is of ours, or what the differences below it are added to."""
    beside, ours = figure.convention.beside, OURS[figure.convention.beside]
    if figure.counted is None:
        return ""
    if figure.counted == figure.ours:
        return f"= {ours}{' of one image' if figure.convention.per == 'image' and batch > 1 else ''}"
    if beside != "macs":
        return f"{ours} ({figure.ours:,}) and" if figure.ours else ""
    return times(figure.counted, figure.macs).replace("×", " × MACs") if figure.macs else ""


class Difference(NamedTuple):
    """What a tool counts beside ours by one rule: how much of it by layer type, by which formula, and why."""

    amounts: str
    formula: str
    why: str

    def __str__(self) -> str:
        return f"{self.amounts}: {', '.join(filter(None, self[1:]))}"


def _differences(figure: Figure) -> list[Difference]:
    by_rule: dict[tuple[Any, ...], list[Part]] = {}
    for part in figure.parts:
        if part.beyond != 0 or part.rule.bug:
            formula = part.rule.formula
            by_rule.setdefault((formula and formula.source, part.rule.why), []).append(part)
    return [_difference(figure, parts) for parts in by_rule.values()]


def _difference(figure: Figure, parts: Sequence[Part]) -> Difference:
    rule = parts[0].rule
    why = f"{'a known bug: ' if rule.bug else ''}{rule.why}"
    return Difference(", ".join(map(_amount, parts)), _beyond(figure, parts), why)


def _beyond(figure: Figure, parts: Sequence[Part]) -> str:
    """The formula of what is counted beside ours."""
    formula, ours = parts[0].rule.formula, {"macs": "MAC", "flops": "2·MAC", "params": "own"}[figure.convention.beside]
    text = formula.text() if formula else "0"
    if not any(part.ours for part in parts):
        return "" if text == "0" else text
    return text.removeprefix(f"{ours} + ") if text.startswith(f"{ours} + ") else f"{text} in place of {ours}"


def _amount(part: Part) -> str:
    if not part.beyond:
        return part.type
    return f"{'−' if part.beyond < 0 else '+'} {abs(part.beyond):,} {part.type}"


def markdown(analysis: Analysis, layout: str) -> str:
    """The figures as a table, a line per rule."""
    rows, found = [], figures(analysis)
    for name, figure in found.items():
        what = map(str, _differences(figure))
        rows.append(
            (
                name,
                _total(figure),
                _rounded(figure),
                _said(figure, _beside_ours(figure, analysis.batch)),
                "; ".join(what),
            )
        )
    body = table(("tool", "prints", "", "what it is", "how it comes about"), (False, True, True, False, False), rows)
    return f"### {escaped(_heading(analysis, layout))}\n\n{FIRST}\n\n{body}\n{escaped(_legend(found))}\n"


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
