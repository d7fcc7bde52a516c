"""Transposed convolutions drawn as zeros inserted: the grid, and the N, S, F and P behind a drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cnncalc.errors import SpecError
from cnncalc.questions.engine import made
from cnncalc.questions.plan import Plan
from cnncalc.questions.reply import Answer, Reply, not_understood
from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import is_asking, sentences
from cnncalc.solving import solve

_DRAWN = re.compile(
    r"(?i)\b(?:(?:zero|0)[- ]?insert\w*|insert\w* (?:of |\w+ )?zeros?|zeros? (?:\w+ )?(?:inserted|"
    r"between))\b|\b\d+ 0s? between\b"
)
_BORDER = re.compile(
    r"(?i)\bgrid\b[^.?\n]*\b(?:with|including|and) (?:its |the |all )*(?:borders?|padding|margins?)\b|"
    r"\bpadded grid\b"
)
_SIZE = r"(?P<n>\d{1,4})x(?P=n)(?![x\d])"
_IS = r"(?:\s*(?:is|of|has|becomes|gets|then|size|map|a|an|=|:))*\s*"
_FACTS: Final = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("grid", rf"{_SIZE}[- ](?:\w+[- ])?grid\b"),
        ("grid", rf"\bgrid\b{_IS}{_SIZE}"),
        ("F", rf"{_SIZE} (?:filter|kernel)s?\b"),
        ("F", rf"\b(?:filter|kernel)s?\b{_IS}{_SIZE}"),
        ("output", rf"{_SIZE} outputs?\b"),
        ("output", rf"\b(?:outputs?|gives?|giving|yields?|produces?|leads to)\b{_IS}{_SIZE}"),
        ("N", rf"{_SIZE} (?:inputs?|maps?|images?)\b"),
        ("N", rf"\binputs?\b{_IS}{_SIZE}"),
        (
            "zeros",
            r"\b(?P<n>\d{1,3}) (?:zeros?|0s?|rows? of zeros)(?: (?:is|are|was|were|gets?))?(?: inserted|"
            r" put| placed| added)? between\b",
        ),
        ("S", rf"\bstride\b{_IS}(?P<n>\d{{1,3}})\b"),
        ("P", rf"\bpadding\b{_IS}(?P<n>\d{{1,3}})\b"),
    )
)
NAMES: Final = {"N": "input size", "S": "stride", "F": "filter size", "P": "padding"}
_FIRST: Final = "{conv_transpose: 1, kernel_size: 1, stride: %s}"
"""A filter of one cell copies the grid, zeros between and no border."""


def inserted(question: str, scene: Scene) -> Reply | None:
    """The reply to a question about a grid of inserted zeros; None if it is no such question."""
    text = scene.text
    asking = " ".join(text[slice(*span)] for span in sentences(text) if is_asking(text[slice(*span)]))
    if not _DRAWN.search(text) or "grid" not in text.lower() or not asking:
        return None
    facts, rest = _facts(text)
    if re.search(r"\d", rest) or _BORDER.search(text):
        raise not_understood("it is not clear what every number of this drawing is", text)
    if re.search(r"(?i)\b(?:how (?:large|big|wide)|what|which|size)\b[^.?\n]*\bgrid\b", asking) and "grid" not in facts:
        answers = [_grid(facts)]
    else:
        answers = _drawing(facts)
        named = [
            name
            for name, words in NAMES.items()
            if re.search(rf"(?-i:\b{name}\b)|\b{words.split()[0]}\b", asking, re.IGNORECASE)
        ]
        answers = [one for one in answers if one.quantity in named or one.quantity not in NAMES]
    shown = ", ".join(f"{name} = {value}" for name, value in facts.items())
    return Reply(question, f"conv_transpose, {shown}", tuple(answers))


def _facts(text: str) -> tuple[dict[str, int], str]:
    """What the drawing shows, and the text without it."""
    found: dict[str, int] = {}
    for name, pattern in _FACTS:
        match = pattern.search(text)
        if match and found.setdefault(name, int(match["n"])) == int(match["n"]):
            text = f"{text[: match.start()]} {text[match.end() :]}"
    text = _DRAWN.sub(" ", text)
    if "zeros" in found:  # two cells with so many zeros between
        zeros = found.pop("zeros")
        [(stride,)] = solve(_FIRST % "_", input=(1, 2), output=(1, zeros + 2)).settings
        if found.setdefault("S", int(str(stride))) != stride:
            raise not_understood("the stride and the zeros between don't agree", text)
    return found, text


def _grid(facts: Mapping[str, int]) -> Answer:
    """How large the grid is, its border not counted."""
    if not {"N", "S"} <= facts.keys() or "P" in facts:
        raise not_understood("the question doesn't say the size of the input and the zeros between, or counts a border")
    steps = [("conv_transpose", {"out_channels": 1, "kernel_size": 1, "stride": facts["S"]})]
    side = made(Plan(1, (facts["N"],), "chw", None, True, steps))[-1].output[1]
    return Answer("grid", side, f"{side}×{side}: {facts['N']} cells with {facts['S'] - 1} between neighbours")


def _drawing(facts: Mapping[str, int]) -> list[Answer]:
    """The N, S, F and P that the question leaves open."""
    if not {"grid", "output", "F"} <= facts.keys():
        raise not_understood("the question doesn't say the grid, the filter and the output")
    pairs = solve(_FIRST % "_", input=(1, None), output=(1, facts["grid"])).settings
    sides = [{"N": int(str(size)), "S": int(str(stride))} for stride, size in pairs]
    sides = [
        row for row in sides if row["S"] > 1 and all(facts.get(name, value) == value for name, value in row.items())
    ]
    rows = [row | {"F": facts["F"], "P": padding} for row in sides for padding in _paddings(facts, row, facts["F"])]
    rows = [row for row in rows if facts.get("P", row["P"]) == row["P"]]
    if len(rows) == 1:
        return [Answer(name, value, f"{name} = {value}, the {NAMES[name]}") for name, value in rows[0].items()]
    if rows:
        texts = (", ".join(f"{name} = {value}" for name, value in row.items()) for row in rows)
        return [Answer("settings", [list(row.values()) for row in rows], "; or ".join(texts), columns=tuple(NAMES))]
    row = sides[0] if sides else None
    near = (
        [(size, *_paddings(facts, row, size)[:1]) for size in (facts["F"] - 1, facts["F"] + 1) if size > 0]
        if row
        else []
    )
    others = [f"a {size}×{size} filter with P = {padding}" for size, padding in (one for one in near if len(one) == 2)]
    drawn = f" with N = {row['N']}, S = {row['S']}" if row else ""
    would = f"; {' or '.join(others)} would{drawn}" if others else ""
    shown = f"{facts['grid']}×{facts['grid']}", f"{facts['F']}×{facts['F']}", f"{facts['output']}×{facts['output']}"
    text = f"none: no whole padding makes {shown[2]} of a {shown[0]} grid with a {shown[1]} filter{would}"
    return [Answer("settings", "none", text)]


def _paddings(facts: Mapping[str, int], row: Mapping[str, int], size: int) -> list[int]:
    """The padding that gives the output with a filter of that size, if any does."""
    step = f"{{conv_transpose: 1, kernel_size: {size}, stride: {row['S']}, padding: _}}"
    try:
        found = solve(step, input=(1, row["N"]), output=(1, facts["output"])).settings
    except SpecError:
        return []
    return [int(str(padding)) for (padding,) in found]
