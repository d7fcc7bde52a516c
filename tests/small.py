"""Small specs, written in a line or two, and what becomes of them."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest

from cnncalc import Network, SpecError, loads
from cnncalc.errors import Problem

INPUT = "[3, 32, 32]"


def spec(layers: str, input: str = INPUT, top: str = "") -> str:
    """The text of a spec; `layers` holds its steps with their dashes, `top` whatever else stands at the top."""
    return f"input: {input}\n{dedent(top).strip()}\nlayers:\n{indent(dedent(layers).strip(), '  ')}\n"


def net(layers: str, input: str = INPUT, top: str = "", **options: Any) -> Network:
    return loads(spec(layers, input, top), name="a.yaml", **options)


def flow(network: Network) -> list[str]:
    """Every layer as `path < its sources`, inputs included."""
    return [f"{placed.path} < {' '.join(placed.sources)}" for placed in network.layers]


def paths(network: Network) -> list[str]:
    return [placed.path for placed in network.layers]


def shapes(network: Network) -> list[tuple[int, ...]]:
    return [placed.output for placed in network.layers]


def refusals(layers: str, input: str = INPUT, top: str = "", **options: Any) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        net(layers, input, top, **options)
    return caught.value.problems


def refusal(layers: str, input: str = INPUT, top: str = "", **options: Any) -> str:
    """The one thing that is wrong: its message, and its hint behind an arrow."""
    (problem,) = refusals(layers, input, top, **options)
    return f"{problem.message} → {problem.hint}" if problem.hint else problem.message
