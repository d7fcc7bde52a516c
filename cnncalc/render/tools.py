"""The tools themselves: what each calls its figure, what that is, and all the rules it goes by."""

from __future__ import annotations

import json as javascript
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from cnncalc import __version__
from cnncalc.conventions import CONVENTIONS, SYMBOLS, Convention, Rule
from cnncalc.render.conventions import FIRST, WIDTH, facts, facts_of_rule, wrapped
from cnncalc.render.csv import written
from cnncalc.render.json import SCHEMA
from cnncalc.render.lines import Line
from cnncalc.render.markdown import table

_FACTS = ("name", "called", "per", "counts", "how", "tool", "version")


def lines(width: int | None) -> list[Line]:
    """Every tool: what it calls its figure, what that is, how it looks at a network, and its known bugs."""
    room, names = min(width or WIDTH, WIDTH), max(map(len, CONVENTIONS))
    found = [*(Line(text, "title") for text in textwrap.wrap(FIRST, room)), Line("")]
    for name, convention in CONVENTIONS.items():
        indent = " " * (names + 2)
        first = f"“{convention.called}” per {convention.per}: {convention.counts}"
        head, *rest = textwrap.wrap(first, room - names - 2)
        found += [Line(f"{name:<{names}}  {head}", "total"), *(Line(f"{indent}{text}", "total") for text in rest)]
        found += [Line(text, "note") for text in wrapped(f"{convention.how} ({convention.version})", room, indent)]
        for piece, why in _bugs(convention):
            found += [Line(text, "note") for text in wrapped(f"known bug, {piece}: {why}", room, indent)]
    return found


def _bugs(convention: Convention) -> Iterator[tuple[str, str]]:
    """The pieces that a tool means to count otherwise, by the reason."""
    found: dict[str, list[str]] = {}
    for piece, rule in _rules(convention):
        averaging_too = rule.when.get("mode") == "area"
        if rule.bug and not averaging_too and piece not in found.setdefault(rule.why, []):
            found[rule.why].append(piece)
    yield from ((", ".join(pieces), why) for why, pieces in found.items())


def _rules(convention: Convention) -> Iterator[tuple[str, Rule]]:
    for piece in convention.rules:
        yield from ((piece, rule) for rule in convention.rules_of(piece))


def _known(convention: Convention) -> Mapping[str, Any]:
    rules = [{"piece": piece, "when": dict(rule.when), **facts_of_rule(rule)} for piece, rule in _rules(convention)]
    return {**facts(convention.name), "how": convention.how, "rules": rules, "nothing": sorted(convention.nothing)}


def json() -> str:
    """Every convention with all its rules."""
    found = [_known(convention) for convention in CONVENTIONS.values()]
    whole = {"schema": SCHEMA, "cnncalc": __version__, "symbols": SYMBOLS, "conventions": found}
    return f"{javascript.dumps(whole)}\n"


def csv() -> str:
    """A line per convention."""
    return written([_FACTS, *([getattr(one, fact) for fact in _FACTS] for one in CONVENTIONS.values())])


def markdown() -> str:
    """A row per convention."""
    rows = [[getattr(one, fact) for fact in _FACTS] for one in CONVENTIONS.values()]
    return f"{FIRST}\n\n{table(_FACTS, [False] * len(_FACTS), rows)}"
