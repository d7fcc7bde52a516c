"""Matrices and vectors in a question's text, however they are typed: brackets, LaTeX, rows on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from cnncalc.errors import Source, SpecError
from cnncalc.worked.matrix import Nested, number, parsed

_NUMBER = r"[-+−–]?(?:\d+(?:\.\d*)?|\.\d+)(?:/\d+)?"
_LIST = re.compile(r"[\d\s.,;/+\-−–\[\]]*")
_LATEX = re.compile(
    r"\\begin\{((?:[bpvBV]|small)?matrix|array)\}(?:\{[^{}\n]{0,40}\})?([^\\]{0,5}(?:(?!\\(?:begin|end)).){0,4000})\\end\{\1\}",
    re.DOTALL,
)
_FRACTION = re.compile(r"([-−–]?)\s*\\[dt]?frac\{\s*(-?)(\d+)\s*\}\{\s*(\d+)\s*\}")
_FRAME = re.compile(r"[\s|+=:─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╰╯⎡⎤⎣⎦⎢⎥-]{3,}")
_SIDES = str.maketrans(dict.fromkeys("│┃║|⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠&", " "))
_ROW = re.compile(rf"[\[(]?\s*({_NUMBER}(?:(?:\s*[,;]\s*|\s+){_NUMBER})*)\s*[,;]?\s*[\])]?[,;]?\s*(?:\\\\)?")
_HEADED = re.compile(r"(?P<row>\s*[Rr]ow\s*\d+\s*[:=]\s*)|(?:1-?[dD]\s)?[^\d\[\]=:\n]{1,40}[=:]\s*(?=[-+−–.\d|│])")
_TIMES = r"(?:[^\S\n]*[×*·]|\s*\\times|\s*\\cdot)"  # a star that begins a line is a bullet
_FACTOR = re.compile(
    r"((?:(?<==)|(?<== ))[-−–] ?|[-−–](?=[\d(\\]))?"
    rf"(?:(?:\\[dt]?frac\{{(\d+)\}}\{{(\d+)\}}|\(?(?<![\w./])(\d+)\s*/\s*(\d+)\)?)(?:{_TIMES}|[^\S\n]*x)?"
    rf"|(?<![\w./])(\d+(?:\.\d+)?){_TIMES})\s*$"
    r"|((?<![\w)\]}])[-−–]|(?<== )[-−–] )$"
)
_BEHIND = re.compile(rf"(?:[^\S\n]*([/÷])|{_TIMES})[^\S\n]*\(?(\d+)(?:\s*/\s*(\d+))?\)?(?!\d|\.\d|\[)")
_CHANGED = re.compile(r"[^\S\n]*\^|ᵀ|\.T\b")
"""A power or a transpose."""
_SHAPE_WORD = re.compile(
    r"(?:shape|size|sizes|dimensions?|dims?|volume|resolution|strides?|pad(?:ding)?s?|dilations?|rate|axis|axes|dim|range|interval"
    r"|position|index|indices|point|at|location|coordinates?|cell|entry|element|pixel)\W*(?:(?:is|are|of|as|=|:)\W*)*$"
)

_NAMED = re.compile(
    r"(?<![a-z])(?:[xwhfgy]|signal|sequence|vector|values?|array|data|numbers|kernel|filter|weights?)"
    r"\W*(?:(?:is|are|=|:)\W*)*$"
)
_TAKEN = re.compile(
    r"(?<![a-z])(?:inputs?|pooling|softmax|sigmoid|tanh|relu|logits?|scores?|row|window|region|of|to|with|on|over|and)\W*(?:(?:is|are|=|:)\W*)*$"
)

_LONGEST: Final = 4000
"""Characters of a bracket and of a line."""


class Found(NamedTuple):
    """A matrix in the text; `values` is None where it is not clear: uneven rows, a division by 0, a transpose."""

    values: Nested | None
    start: int
    end: int
    label: str
    """What stands before it, back to the matrix before."""
    behind: str
    """What stands behind it."""

    @property
    def shape(self) -> tuple[int, ...]:
        sizes, level = [], self.values
        while isinstance(level, list):
            sizes.append(len(level))
            level = level[0]
        return tuple(sizes)


def matrices(text: str) -> list[Found]:
    """Every matrix, in the order of the text; shapes and indices in brackets are none."""
    if not any(sign in text for sign in "[\n\\{"):
        return []
    found: list[tuple[Nested | None, int, int]] = []
    for finder in (_latex, _brackets, _rows):
        taken = [(start, end) for _, start, end in found]
        found += [one for one in finder(text) if all(one[2] <= a or b <= one[1] for a, b in taken)]
    found.sort(key=lambda one: one[1])
    return list(_labelled(text, found))


def _labelled(text: str, found: list[tuple[Nested | None, int, int]]) -> Iterator[Found]:
    behind = 0
    for values, start, end in found:
        near = max(behind, start - 40)
        factor = _FACTOR.search(text[near:start])
        if factor:
            start = near + factor.start()
            above, below = factor[2] or factor[4] or factor[6] or "1", factor[3] or factor[5] or "1"
            values = _times(values, f"-{above}" if factor[1] or factor[7] else above, below)
        after = _BEHIND.match(text, end)
        if after:
            end = after.end()
            scale = after[2], after[3] or "1"
            values = _times(values, *(scale[::-1] if after[1] else scale))
        if _CHANGED.match(text, end) or (text[start - 1 : start], text[end : end + 1]) == ("|", "|"):
            values = None
        yield Found(values, start, end, text[max(behind, start - 160) : start], text[end : end + 40])
        behind = end


def _times(values: Nested | None, above: str, below: str) -> Nested | None:
    """The matrix times a fraction; None where that divides by 0."""
    if isinstance(values, list) and Fraction(below):
        return _scaled(values, Fraction(above) / Fraction(below))
    return None


def _scaled(values: Nested, factor: Fraction) -> Nested:
    return [_scaled(one, factor) for one in values] if isinstance(values, list) else values * factor


def _latex(text: str) -> Iterator[tuple[Nested | None, int, int]]:
    if "\\begin" not in text:
        return
    for match in _LATEX.finditer(text):
        lines = re.split(r"\\\\(?:\[[^\]]{0,9}\])?", match[2].replace("\\hline", " "))
        rows = [_FRACTION.sub(r"\1\2\3/\4", line).split("&") for line in lines if line.strip()]
        cells = [[cell.strip(" \n\t{}").replace("–", "-") for cell in row] for row in rows]
        if cells and all(re.fullmatch(_NUMBER, cell) for row in cells for cell in row):
            yield _matrix([[number(cell) for cell in row] for row in cells]), match.start(), match.end()


def _matrix(rows: Sequence[list[Any]]) -> Nested | None:
    """The rows, where they are as long as each other and hold numbers only."""
    return rows if len(set(map(len, rows))) == 1 and not any(None in row for row in rows) else None


def _brackets(text: str) -> Iterator[tuple[Nested | None, int, int]]:
    """Lists in square brackets; a vector only where it can't be a shape or an index."""
    at = 0
    vectors: list[tuple[list[Any], int, int]] = []
    for start, end in _pairs(text):
        inside = text[start:end]
        if start < at or not re.search(r"\d", inside) or not _LIST.fullmatch(inside):
            continue
        at = end
        if start and (text[start - 1].isalnum() or text[start - 1] in "])_"):
            continue  # an index
        try:
            values = parsed(Source("", inside.replace("–", "-")))
        except SpecError:
            yield None, start, end
            continue
        if isinstance(values[0], list):
            yield (values[0] if len(values) == 1 and isinstance(values[0][0], list) else values), start, end
        elif len(values) > 1:
            vectors.append((values, start, end))
    for run in _together(text, vectors):
        rows, start, end = [values for values, _, _ in run], run[0][1], run[-1][2]
        if len(run) > 1:
            yield _matrix(rows), start, end
        elif not _is_shape(rows[0], text[max(0, start - 60) : start].lower()):
            yield rows[0], start, end


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Where each bracket that opens is closed, an outer one before those in it."""
    open_, found = [], {}
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            open_.append(match.start())
        elif open_:
            start = open_.pop()
            if match.end() - start <= _LONGEST:
                found[start] = match.end()
    yield from sorted(found.items())


def _together(text: str, vectors: list[tuple[list[Any], int, int]]) -> Iterator[list[tuple[list[Any], int, int]]]:
    """Vectors that are rows of one matrix: each on a line of its own right below the other."""
    run: list[tuple[list[Any], int, int]] = []
    for one in vectors:
        if run and re.fullmatch(r"[ \t]*,?[ \t]*\n[ \t]*", text[run[-1][2] : one[1]]):
            run.append(one)
            continue
        if run:
            yield run
        run = [one]
    if run:
        yield run


def _is_shape(values: list[Fraction], before: str) -> bool:
    """Whether a list of numbers is rather a shape, a size or a place than values."""
    if _SHAPE_WORD.search(before) or re.search(r"shapes?\b[^.\n]{0,40}$", before):
        return True
    if any(x <= 0 or x.denominator > 1 for x in values):
        return False
    if len(values) > 4:
        return False
    if _NAMED.search(before):
        square = (
            (len(values) > 2 and values[-1] == values[-2]) or values[-3:-2] == values[-2:-1] or values[0] == values[1]
        )
        return values[1:] == values[:-1] if len(values) == 2 else square and max(values) >= 16
    if not _TAKEN.search(before) or len(values) < 3:
        return True
    return max(values) > 4 and (values[-1] == values[-2] or values[-3] == values[-2])


def _rows(text: str) -> Iterator[tuple[Nested | None, int, int]]:
    """Lines that hold nothing but numbers, two or more in a row; a headed line or one below a label may be alone."""
    rows: list[list[Fraction]] = []
    start = end = at = 0
    headed = False
    for line in [*text.splitlines(keepends=True), ""]:
        row, head = _row(line.rstrip("\n\r"), bool(rows))
        if rows and (row is None or head):
            yield from _run(text, rows, start, end, headed)
            rows = []
        if row:
            if not rows:
                start, headed = at + head, head > 0
            rows.append(row)
            end = at + len(line.rstrip())
        at += len(line)


def _row(line: str, within: bool) -> tuple[list[Fraction] | None, int]:
    """The numbers of a line and where they begin; an empty row for a frame, None for anything else."""
    if len(line) > _LONGEST:
        return None, 0
    if _FRAME.fullmatch(line) and not re.search(r"\d", line):
        return [], 0
    heading = _HEADED.match(line)
    head = heading.end() if heading else 0
    match = _ROW.fullmatch(line[head:].translate(_SIDES).strip())
    if match is None:
        return None, 0
    numbers = [number(one.replace("–", "-")) for one in re.findall(_NUMBER, match[1])]
    if any(one is None for one in numbers):
        return None, 0
    return [one for one in numbers if one is not None], 0 if heading and heading["row"] else head


def _run(
    text: str, rows: list[list[Fraction]], start: int, end: int, headed: bool
) -> Iterator[tuple[Nested | None, int, int]]:
    if len(rows) > 1 and min(map(len, rows)) > 1:
        yield _matrix(rows), start, end
    elif len(rows) == 1 and len(rows[0]) > 2 and (headed or text[:start].rstrip().endswith(":")):
        yield from ([] if _is_shape(rows[0], text[max(0, start - 60) : start].lower()) else [(rows[0], start, end)])
