"""Whether what a spec's source states is true: the entries of every `expect:` against the exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, get_args

from cnncalc.analysis import Analysis, analyze
from cnncalc.figure import Figure
from cnncalc.layers import Shape
from cnncalc.network import Claim, Network

Verdict: TypeAlias = Literal["right", "false", "truncated"]
"""*Truncated* is a figure whose further digits were cut off where rounding gives another last digit."""
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


@dataclass(frozen=True)
class Finding:
    """A claim and the truth."""

    claim: Claim
    truth: int | Shape | tuple[Shape, ...]

    @property
    def value(self) -> Any:
        """What is claimed, as a number or shape."""
        claimed = self.claim.value
        return claimed.value if isinstance(claimed, Figure) else claimed

    @property
    def verdict(self) -> Verdict:
        claimed = self.claim.value
        if isinstance(claimed, Figure) and isinstance(self.truth, int):
            return "right" if claimed.rounds(self.truth) else "truncated" if claimed.cuts(self.truth) else "false"
        return "right" if claimed == self.truth else "false"

    @property
    def ratio(self) -> Fraction | None:
        """What is claimed over what is true; None of shapes, and where one of the two is 0."""
        if isinstance(self.truth, int) and self.truth and self.value:
            return Fraction(self.value, self.truth)
        return None

    def as_json(self) -> dict[str, Any]:
        """As `check --format json` prints it; the path of the network itself is null."""
        claim, ratio = self.claim, self.ratio
        return {
            "path": claim.path or None,
            "quantity": claim.quantity,
            "claimed": claim.written,
            "value": self.value,
            "truth": self.truth,
            "verdict": self.verdict,
            "ratio": None if ratio is None else float(ratio),
            "file": claim.mark.source.name,
            "line": claim.mark.line,
            "column": claim.mark.column,
        }


@dataclass(frozen=True)
class Findings:
    """All claims of a network."""

    name: str
    found: tuple[Finding, ...]
    set_aside: int = 0
    """How many claims were not looked at: they hold for the variables and inputs of the spec itself."""

    @property
    def passed(self) -> bool:
        return not self.with_verdict("false")

    def with_verdict(self, verdict: Verdict) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.found if finding.verdict == verdict)

    def as_json(self) -> dict[str, Any]:
        """As `check --format json` prints it."""
        claims = [finding.as_json() for finding in self.found]
        return {"name": self.name, "passed": self.passed, "claims": claims}


def check(network: Network) -> Findings:
    """Compares every claim, for a batch of one and float32; raises `SpecError` as `analyze` does.

    >>> [finding] = check(loads("input: [8]\\nlayers: [{fc: 12}]\\nexpect: {params: 0.10K}")).found
    >>> finding.truth, finding.verdict, finding.ratio
    (108, 'truncated', Fraction(25, 27))
    """
    analysis = analyze(network)
    found = tuple(Finding(claim, _truth(analysis, claim)) for claim in network.claims)
    return Findings(network.name, found, network.claims_set_aside)


def _truth(analysis: Analysis, claim: Claim) -> int | Shape | tuple[Shape, ...]:
    network, quantity = analysis.network, claim.quantity
    if quantity == "output":
        shapes = tuple(map(network.shape, [claim.tensor] if claim.path else network.outputs))
        return shapes if _is_list_of_shapes(claim.value) or len(shapes) > 1 else shapes[0]
    if quantity == "layers":
        return len(analysis.rows)
    if quantity == "depth":
        return analysis.depth
    return sum(row.counts[quantity] for row in analysis.rows[claim.first : claim.last])


def _is_list_of_shapes(value: Any) -> bool:
    return isinstance(value, tuple) and isinstance(value[0], tuple)
