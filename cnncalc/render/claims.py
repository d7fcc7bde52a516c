"""The findings of a check: a table, a line, and of a false claim what is claimed, what is true and how far apart."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cnncalc.claims import VERDICTS, Finding, Findings
from cnncalc.errors import Mark, Problem, visible
from cnncalc.figure import Figure
from cnncalc.render.cells import shape_text
from cnncalc.render.grid import Grid
from cnncalc.render.lines import Line

HEADERS = ("layer", "quantity", "claimed", "exact", "")
LEAVES_FIRST = ("claimed", "exact")
"""The order in which columns are left out where the terminal is narrow; of a false claim both are told below."""


def table(findings: Findings, layout: str, width: int | None) -> list[Line]:
    """Every claim beside the exact number."""
    if not findings.found:
        return [Line(f"{findings.name}: valid, {_counts(findings)}")]
    rows = [_row(finding, layout) for finding in findings.found]
    grid = Grid(HEADERS, HEADERS, (False, False, True, True, False), rows)
    return [Line(f"{findings.name}: {_counts(findings)}", "title"), Line(""), *grid.lines(width, LEAVES_FIRST)]


def _row(finding: Finding, layout: str) -> tuple[str, list[str]]:
    claim, verdict = finding.claim, finding.verdict
    told = {"right": "✓", "truncated": "✓ truncated", "false": f"✗ {apart(finding.ratio)}"}[verdict]
    cells = [claim.path or "total", claim.quantity, _value(claim.value, layout), _value(finding.truth, layout), told]
    return "bad" if verdict == "false" else "", cells


def one_line(spec: str, findings: Findings) -> Line:
    """The outcome of one spec among several."""
    sign, role = ("✓", "good") if findings.passed else ("✗", "bad")
    cut = [f"{found.claim.path} {found.claim.quantity}".strip() for found in findings.with_verdict("truncated")]
    named = f" ({', '.join(cut)})" if cut else ""
    return Line(f"{sign} {spec:<24}  {_counts(findings)}{named}", role)


def _counts(findings: Findings) -> str:
    """How many claims there are, how many of them right, false and, last, truncated."""
    total = len(findings.found) or findings.set_aside
    claims = f"{total:,} claim{'' if total == 1 else 's'}"
    if not findings.found:
        return f"{claims} not looked at" if total else "no claims"
    counts = {verdict: len(findings.with_verdict(verdict)) for verdict in VERDICTS}
    told = [f"{count:,} {verdict}" for verdict, count in counts.items() if count]
    return f"{claims} right" if counts["right"] == total else f"{claims}, {', '.join(told)}"


def remarks(spec: str, findings: Findings, layout: str) -> Iterator[str]:
    """What is told beside the result: how many claims were not looked at, and every false entry of an `expect:`,
    once however often repeats and calls state it.
    """
    if findings.set_aside:
        why = "what a source states holds for the variables and inputs of the spec itself"
        yield f"note: {visible(spec)}: {_counts(findings)}: {why}"
    by_entry: dict[Mark, list[Finding]] = {}
    for finding in findings.with_verdict("false"):
        by_entry.setdefault(finding.claim.mark, []).append(finding)
    for mark, (first, *more) in by_entry.items():
        hint = f"and {len(more):,} more from here, up to {more[-1].claim.path}" if more else None
        yield str(Problem(_sentence(first, layout), mark, hint=hint))


def _sentence(finding: Finding, layout: str) -> str:
    claim = finding.claim
    of, far = f"{claim.path}: " if claim.path else "", apart(finding.ratio)
    told = f"{claim.quantity} claimed {_value(claim.value, layout)}, exact {_value(finding.truth, layout)}"
    return f"{of}{told}{f': {far}' if far else ''}"


def _value(value: Any, layout: str) -> str:
    if isinstance(value, tuple):
        shapes = value if isinstance(value[0], tuple) else (value,)
        return ", ".join(shape_text(shape, layout) for shape in shapes)
    return str(value) if isinstance(value, Figure) else f"{value:,}"


def apart(ratio: Fraction | None) -> str:
    """How far a claim is from the truth: from twice on as a factor, below in percent of the truth.

    >>> apart(Fraction(10)), apart(Fraction(10, 21)), apart(Fraction(1004, 1000)), apart(None)
    ('10 × too high', '2.1 × too low', '0.4 % too high', '')
    """
    if ratio is None or ratio == 1:
        return ""
    side, factor = ("high", ratio) if ratio > 1 else ("low", 1 / ratio)
    if factor >= 2:
        return f"{_decimal(factor)} × too {side}"
    percent = abs(ratio - 1) * 100
    return f"{_decimal(percent)} % too {side}" if percent >= Fraction(1, 100) else f"less than 0.01 % too {side}"


def _decimal(number: Fraction) -> str:
    """About two digits: whole from 10 on, one place from 1 on, else two."""
    places = 0 if number >= 10 else 1 if number >= 1 else 2
    whole, part = divmod(round(number * 10**places), 10**places)
    return f"{whole:,}.{part:0{places}d}".rstrip("0").rstrip(".") if part else f"{whole:,}"
