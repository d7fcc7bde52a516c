"""Tables of layers in a question, with blanks to fill in: between bars, or in columns as a framework prints a summary."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

_BAR = re.compile(r"^[^\n|]*\|[^\n]*$", re.MULTILINE)
_RULE = re.compile(r"[\s|:=_+-]*")
_HEADER = re.compile(
    r"(?i)^\s*layers?\b.*\b(?:outputs?|activations?|shapes?|volumes?|sizes?|dimensions?|params?|parameters|weights)\b.*$"
)
_COLUMNS = (
    ("unknown", r"(?i)\bgradients?\b|\bmemory\b(?!\))|\btime\b|\bconnect"),
    ("input", r"(?i)\binputs?\b"),
    ("filters", r"(?i)(?:#|\bnumber|\bnum\b|\bno\.?).*\b(?:filters|kernels|channels|maps|units|neurons)\b|^(?:output )?(?:channels|(?:feature )?maps|units|filters|neurons)$"),
    ("kernel", r"(?i)^(?!.*(?:output|number|num|#)).*\b(?:kernels?|filters?|windows?)\b(?:.*\bsizes?\b)?|\bsizes? of (?:the )?(?:kernels?|filters?)|^[kf]$"),
    ("stride", r"(?i)\bstrides?\b|^s$"),
    ("padding", r"(?i)\bpad(?:ding)?\b|^p$"),
    ("receptive", r"(?i)\breceptive\b|^rf$"),
    ("macs", r"(?i)\bmacs?\b|\bmultiplications?\b|\bmultiply-add\w*"),
    ("biases", r"(?i)^(?!.*weights).*\bbias(?:es)?\b(?!.*param)"),
    ("params", r"(?i)\bparam(?:s|eters?)?\b|\bweights (?:and|\+|&) bias(?:es)?\b"),
    ("weights", r"(?i)\bweights\b"),
    ("output", r"(?i)\b(?:outputs?|activations?|volumes?|shapes?|sizes?|dimensions?|feature maps?|result)\b"),
    ("layer", r"(?i)\b(?:layers?|types?|names?|operations?|stages?|modules?|steps?)\b"),
)  # fmt: skip
_COLUMN = tuple((name, re.compile(words)) for name, words in _COLUMNS)
_PREFIX = {"kernel": "kernel", "stride": "stride", "padding": "padding"}
_NAMED = re.compile(r"^\s*(?P<name>\w+(?:-\d+)?)\s*\((?P<kind>[A-Za-z]+(?:[123]D)?)\)\s*$")
_MODULE = re.compile(r"^\s*(?P<kind>[A-Z][A-Za-z]+\d?d?)-(?P<at>\d+)\s*$")
_CLASS = {
    "conv2d": "conv", "maxpooling2d": "max pool", "maxpool2d": "max pool", "averagepooling2d": "avg pool", "avgpool2d": "avg pool", "dense": "dense",
    "linear": "linear", "flatten": "flatten", "dropout": "dropout", "batchnormalization": "batchnorm", "batchnorm2d": "batchnorm", "activation": "relu",
    "relu": "relu", "inputlayer": "input", "globalaveragepooling2d": "global average pooling", "softmax": "softmax", "leakyrelu": "leaky relu",
}  # fmt: skip
_NONE = re.compile(r"(?i)\s*(?:-+|n/?a|none)\s*")
_OPEN = re.compile(r"\s*[\[(]?\s*(?:\?+|\.\.\.)?\s*[\])]?\s*")
_LETTER = re.compile(r"\s*(?:\(?[A-Z]\)?|\((?:[a-z]|[ivx]{1,4})\)|[A-Z]\s*=\s*\?)\s*")
_BATCH = re.compile(r"[\[(]\s*(?:-1|None|\?|N|batch(?:_size)?)\s*,\s*(?=[\d?])")
_ENTRIES = re.compile(r"[\[(]?\s*((?:\d+|\?)(?:\s*[x×,]\s*(?:\d+|\?))*)\s*,?\s*[\])]?")
_SUMS = re.compile(r"(?i)\s*(?:total|trainable|non-trainable|sum)\b.*")


@dataclass
class Cell:
    """A cell with a number or a size: what it states, `None` for what is open; a blank has no entries."""

    entries: tuple[int | None, ...]
    batch: bool = False
    label: str | None = None
    """The letter that stands there for what is asked."""

    @property
    def is_blank(self) -> bool:
        return None in self.entries or not self.entries


@dataclass
class Row:
    """A layer in the words of its cells, and what else is said of it, or asked, by column."""

    words: str
    name: str | None = None
    cells: dict[str, Cell] = field(default_factory=dict)


@dataclass
class Table:
    """The rows of a table, and where in the text it stands."""

    columns: tuple[str, ...]
    rows: list[Row]
    start: int
    end: int
    total: bool = False
    """Whether its last row is for sums, and open."""

    @property
    def has_batch(self) -> bool:
        """Whether its sizes begin with the place of the batch, as a framework prints them."""
        return any(cell.batch for row in self.rows for cell in row.cells.values())


def table(text: str) -> Table | None:
    """The table in a text; None where there is none, or a column or a cell of it is not understood."""
    text = re.sub(r"_{2,}", lambda found: "?".ljust(len(found[0])), text)
    lines = _barred(text)
    if lines is None or len(lines) < 3:
        return None
    columns = _columns(_cells(text[slice(*lines[0])]))
    if columns is None:
        return None
    made = Table(columns, [], lines[0][0], lines[-1][1])
    for start, end in lines[1:]:
        if _RULE.fullmatch(text[start:end]):
            continue
        cells = _cells(text[start:end])
        if cells and _SUMS.fullmatch(cells[0]):
            made.total = made.total or any(_OPEN.fullmatch(cell) for cell in cells[1:])
            if any(re.search(r"\d", cell) for cell in cells):
                return None
            continue
        row = _row(columns, cells)
        if row is None:
            return None
        made.rows.append(row)
    return made


def is_table(text: str) -> bool:
    """Whether lines stand below a header that names layers and something of them."""
    lines = _barred(text)
    if lines is None or len(lines) < 3:
        return False
    columns = _columns(_cells(text[slice(*lines[0])]))
    return (columns is not None and len(columns) > 1) or "layer" in text[slice(*lines[0])].lower()


def _barred(text: str) -> list[tuple[int, int]] | None:
    """The lines of a table between bars, one below the other."""
    found = [match.span() for match in _BAR.finditer(text)]
    together = all(not text[one[1] : other[0]].strip() for one, other in itertools.pairwise(found))
    return found if found and together else None


def ruled(text: str) -> str:
    """The text with bars between the columns of a summary that a framework has printed."""
    for start, end in reversed(_printed(text) or []):
        first, *rest = _spaced(text[start:end]) or [""]
        module = _MODULE.match(first)
        first = f"{module['kind']}_{module['at']} ({module['kind']})" if module else first
        text = f"{text[:start]}{' | '.join([first, *rest])}{text[end:]}"
    return text


def _printed(text: str) -> list[tuple[int, int]] | None:
    """The lines of a summary as a framework prints it, from its header to the last with two columns."""
    if _BAR.search(text):
        return None
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    heads = [
        at
        for at, span in enumerate(lines)
        if _HEADER.match(text[slice(*span)]) and len(_spaced(text[slice(*span)])) > 1
    ]
    if len(heads) != 1:
        return None
    kept = lines[heads[0] : heads[0] + 1]
    for span in lines[heads[0] + 1 :]:
        line = text[slice(*span)]
        if not (_RULE.fullmatch(line) or len(_spaced(line)) > 1):
            break
        kept.append(span)
    return kept


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    inner = inner[:-1] if inner.endswith("|") and line.strip().startswith("|") else inner
    return [cell.strip() for cell in inner.split("|")]


def _spaced(line: str) -> list[str]:
    return [
        cell for cell in re.split(r"\s{2,}|\s(?=[\[(](?:None|-1|\?),)|(?<=[\])])\s+(?=[\d?])", line.strip()) if cell
    ]


def _columns(heads: list[str]) -> tuple[str, ...] | None:
    found = []
    for at, head in enumerate(heads):
        if at == 0 and not head:
            found.append("layer")
            continue
        name = next((name for name, words in _COLUMN if words.search(head)), None)
        name = "layer" if at == 0 and name is None else name
        if name is None or name == "unknown":
            return None
        found.append(name)
    if found.count("layer") == 0:
        found[0] = "layer"
    return (
        tuple(found)
        if len({one for one in found if one != "layer"}) == len([one for one in found if one != "layer"])
        else None
    )


def _row(columns: tuple[str, ...], cells: list[str]) -> Row | None:
    cells = [*cells, *[""] * (len(columns) - len(cells))]
    if len(cells) > len(columns):
        return None
    row = Row("")
    words = []
    for name, cell in zip(columns, cells):
        if name == "layer":
            words.append(_layer(row, cell))
        elif name in ("kernel", "stride", "padding", "filters"):
            if _NONE.fullmatch(cell) or not cell:
                continue
            if _OPEN.fullmatch(cell):
                return None
            words.append(f"{cell} maps" if name == "filters" and cell.isdigit() else f"{_PREFIX.get(name, '')} {cell}")
        elif not _NONE.fullmatch(cell) or not cell:
            made = _cell(cell)
            if made is None:
                return None
            row.cells[name] = made
    row.words = " ".join(one for one in words if one)
    return row


def _layer(row: Row, cell: str) -> str:
    named = _NAMED.match(cell)
    if named and named["kind"].lower() in _CLASS:
        row.name = named["name"]
        return _CLASS[named["kind"].lower()]
    return cell


def _cell(cell: str) -> Cell | None:
    """What a cell states, with `None` for each entry that is open; None where it is not understood."""
    if _OPEN.fullmatch(cell):
        return Cell(())
    if _LETTER.fullmatch(cell):
        return Cell((), label=cell.strip("() "))
    batch = bool(_BATCH.match(cell)) or cell.lstrip(" ([").startswith("batchx")
    inner = _BATCH.sub("(", cell) if _BATCH.match(cell) else re.sub(r"^([\s\[(]*)batchx", r"\1", cell)
    inner = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", inner) if not re.search(r"[x(\[]", inner) else inner
    found = _ENTRIES.fullmatch(inner.strip())
    if found is None:
        return None
    return Cell(tuple(None if one.strip() == "?" else int(one) for one in re.split(r"[x×,]", found[1])), batch)
