"""Counting conventions: what other tools print for a network, to the digit, and why it differs from its MACs.

One file per tool holds its rules. `base` says how a rule reads and what its symbols mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cnncalc.analysis import Analysis
from cnncalc.conventions.base import SYMBOLS, Convention, Rule, worked_out
from cnncalc.conventions.calflops import CALFLOPS
from cnncalc.conventions.deepspeed import DEEPSPEED
from cnncalc.conventions.fvcore import FVCORE
from cnncalc.conventions.keras import KERAS
from cnncalc.conventions.netscope import NETSCOPE
from cnncalc.conventions.paper import PAPER
from cnncalc.conventions.ptflops import ATEN, PTFLOPS
from cnncalc.conventions.pytorch import TORCH
from cnncalc.conventions.seen import look
from cnncalc.conventions.thop import THOP
from cnncalc.conventions.torchinfo import TORCHINFO
from cnncalc.formula import Number
from cnncalc.network import Placed

__all__ = ["CONVENTIONS", "SYMBOLS", "Convention", "Count", "Rule", "count", "counted", "counts"]

CONVENTIONS: Mapping[str, Convention] = MappingProxyType(
    {
        convention.name: convention
        for convention in (TORCH, PAPER, KERAS, TORCHINFO, FVCORE, THOP, PTFLOPS, ATEN, CALFLOPS, DEEPSPEED, NETSCOPE)
    }
)
"""Every convention by its name."""


class Count(NamedTuple):
    """What a tool counts for a layer, and the rule it goes by; no number where the tool stops with an error."""

    number: Number | None
    rule: Rule


def count(
    placed: Placed, convention: Convention, batch: int = 1, facts: Mapping[str, Any] = MappingProxyType({})
) -> Count:
    """What the tool counts for one layer, of the whole batch or of one image as the tool has it."""
    piece, options, symbols = look(placed, 1 if convention.per == "image" else batch)
    rule = next(rule for rule in convention.rules_of(piece) if rule.fits({**options, **facts}))
    if rule.formula is None:
        return Count(None, rule)
    return Count(rule.formula.of(worked_out(rule, symbols)), rule)


def counts(analysis: Analysis, name: str) -> dict[str, Count]:
    """What the tool counts for every layer, by its path; `KeyError` for a name that is no convention's."""
    convention, layers = CONVENTIONS[name], analysis.network.layers
    stops = convention.stops(analysis.network)
    if stops:
        return dict.fromkeys((placed.path for placed in layers), Count(None, Rule(None, stops, bug=True)))
    facts, alike, found = convention.facts(analysis.network), dict[Any, Count](), dict[str, Count]()
    for placed in layers:
        own = facts.get(placed.path, {})
        key = placed.layer, placed.inputs, placed.reuses is None, *own.items()
        if key not in alike:
            alike[key] = count(placed, convention, analysis.batch, own)
        found[placed.path] = alike[key]
    return found


def counted(analysis: Analysis, name: str) -> dict[str, Number | None]:
    """The numbers of `counts` with their formulas; None for a layer on which the tool stops with an error."""
    return {path: found.number for path, found in counts(analysis, name).items()}
