"""The explanation of layers in LaTeX, as a fragment for a hand-in: formulas in `align*`, symbols, values, result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnncalc.analysis import Analysis
from cnncalc.network import Placed
from cnncalc.notation import latex_sign
from cnncalc.render import page as pages
from cnncalc.render.explain import Explanation, explained
from cnncalc.render.latex import escaped
from cnncalc.render.working import Step

ROOM = 60
"""Characters of a formula as text that fit beside its name into the column of an article."""


def render(analysis: Analysis, placed: Sequence[Placed], layout: str, unit: pages.Page | None = None) -> str:
    """The explanations one after the other, then what one unit sees."""
    needs = "amsmath,booktabs" if unit else "amsmath"
    layers = [_layer(explained(one, analysis, layout)) for one in placed]
    return "\n".join([f"% needs \\usepackage{{{needs}}}", *layers, *([pages.latex(unit)] if unit else [])])


def _layer(one: Explanation) -> str:
    parts = [f"\\subsection*{{{prose(one.heading)}}}\n{prose(one.flow)}\n{align(one.steps)}"]
    if one.zero:
        parts.append(f"0 by definition: {escaped(', '.join(one.zero))}.\n")
    for part in one.parts:
        told = prose(f"{part.told[:1].upper()}{part.told[1:]}")
        parts.append(f"{told}\n{align(part.steps)}" if part.steps else f"{told}.\n")
    if one.legend:
        parts.append(legend(one.legend))
    return "\n".join(parts)


def prose(text: str) -> str:
    """Escaped; what is too long for a line may be broken inside the path of a layer, behind a dot."""
    return re.sub(r"(?<=\w)\.(?=\w)", r".\\allowbreak{}", escaped(text)) if len(text) > ROOM else escaped(text)


def align(steps: Sequence[Step]) -> str:
    """The steps below each other: a name, the formula in symbols, in values, and the result."""
    rows = " \\\\\n".join(row for step in steps for row in _rows(step))
    return f"\\begin{{align*}}\n{rows}\n\\end{{align*}}\n"


def legend(symbols: Sequence[tuple[str, str]]) -> str:
    """What the symbols mean."""
    meanings = "; ".join(f"${latex_sign(symbol)}$ = {escaped(meaning)}" for symbol, meaning in symbols)
    return f"\\noindent Here {meanings}.\n"


def _rows(step: Step) -> Iterator[str]:
    """As many of formula, values and result in a row as there is room for."""
    row, used = rf"\text{{{escaped(step.name)}}} &", len(step.name)
    for at, (relation, text, written) in enumerate(_sides(step)):
        if at and used + len(text) > ROOM:
            yield row.rstrip()
            row, used = "&", 0
        row, used = f"{row}{relation} {written} ", used + len(text)
    yield row.rstrip()


def _sides(step: Step) -> Iterator[tuple[str, str, str]]:
    """What stands behind the name: the sign before it, its text, and its LaTeX."""
    symbols, values = step.number.formula.text(), step.number.text()
    if symbols != step.result:
        yield "=", symbols, step.number.formula.latex()
    if values not in (symbols, str(step.number.value)):
        yield "=", values, step.number.latex()
    exact, *rounded = step.result.split(" = ")
    yield r"\approx" if isinstance(step.number.value, float) else "=", exact, figure(exact)
    for other in rounded:
        yield r"\approx", other, figure(other)


def figure(text: str) -> str:
    """A number in math mode, its digits in groups; a unit behind it is a word."""
    number, _, unit = text.partition(" ")
    grouped = re.sub(r",(?=\d)", "{,}", number)
    return rf"{grouped}\text{{ {escaped(unit)}}}" if unit else grouped
