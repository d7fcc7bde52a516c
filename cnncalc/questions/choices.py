"""Multiple choice: the choices of a question, told from its facts and from its parts, and the one that an answer is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Choice(NamedTuple):
    """One of the answers that a question offers."""

    letter: str
    """As the question writes it; empty where it has bullets."""
    text: str
    start: int
    end: int
    """Where it stands in the question, its letter included."""


def split_choices(text: str) -> tuple[str, tuple[Choice, ...]]:
    """The question without its choices, blanks in their place so that everything else stays where it is; the choices.

    >>> split_choices("Output size? A) 28x28 B) 30x30")[1][1].text
    '30x30'
    """
    for style in _STYLES:
        for run in reversed([*_runs(style, text)]):
            choices = _choices(style, run, text)
            if choices and _are_choices(style, choices, text):
                start, end = choices[0].start, choices[-1].end
                blank = "".join(sign if sign == "\n" else " " for sign in text[start:end])
                return text[:start] + blank + text[end:], choices
    return text, ()


class _Style(NamedTuple):
    """A way of marking choices: the pattern of a mark, and the marks in their order."""

    mark: re.Pattern[str]
    order: Sequence[str] = ()
    lines: bool = True
    """Whether every choice has a line of its own."""


_BULLET = r"(?:[-*+•●▪◦○◯☐□⚪‣∙]|\( ?\)|\[ ?\])"
_LINE = rf"^[ \t]*(?:{_BULLET}[ \t]+)?\**(?:[Oo]ption[ \t]+)?"
_LETTERS, _ROMAN, _DIGITS = "abcdefgh", ("i", "ii", "iii", "iv", "v", "vi"), "12345678"
_ROMAN_MARK = r"(?P<m>i{1,3}|iv|vi?|I{1,3}|IV|VI?)"


def _style(mark: str, order: Sequence[str] = _LETTERS, *, lines: bool = True) -> _Style:
    return _Style(re.compile((_LINE if lines else r"(?<![\w(])\**") + mark, re.MULTILINE), order, lines)


_STYLES = (
    _style(r"\((?P<m>[A-Ha-h])\)\**[ \t]*(?=\S)"),
    _style(r"(?P<m>[A-Ha-h])(?:\\?\)|[.:]|[ \t]+[-–—:])\**[ \t]*(?=\S)"),
    _style(r"\[(?P<m>[A-Ha-h])\][ \t]*(?=\S)"),
    _style(r"(?P<m>[A-H])(?=[(\[] *-?\d)"),
    _style(r"(?P<m>[A-H])[ \t]+(?=\S)"),
    _style(rf"\(?{_ROMAN_MARK}[.)][ \t]*(?=\S)", _ROMAN),
    _style(r"\(?(?P<m>[1-8])[.)][ \t]+(?=\S)", _DIGITS),
    _style(r"\((?P<m>[A-Ha-h])\)\**[ \t]*(?=\S)", lines=False),
    _style(r"(?P<m>[A-Ha-h])\)\**[ \t]*(?=\S)", lines=False),
    _style(r"(?P<m>[A-H])[.:][ \t]+(?=\S)", lines=False),
    _style(rf"\({_ROMAN_MARK}\)[ \t]*(?=\S)", _ROMAN, lines=False),
    _style(r"\(?(?P<m>[1-8])\)[ \t]+(?=\S)", _DIGITS, lines=False),
    _Style(re.compile(rf"^[ \t]*{_BULLET}[ \t]+(?=\S)", re.MULTILINE)),
    _Style(re.compile(r"^[ \t]*(?=[(\[]?\d[\dx×,. )\]]*$)", re.MULTILINE)),
)


def _runs(style: _Style, text: str) -> Iterator[list[re.Match[str]]]:
    """Marks that follow each other in their order, and bullets on lines that do."""
    run: list[re.Match[str]] = []
    for match in style.mark.finditer(text):
        if style.order:
            wanted = style.order[len(run) % len(style.order)]
            letter = match["m"]
            goes_on = run and letter.lower() == wanted and letter.isupper() == run[0]["m"].isupper()
            starts = letter.lower() == style.order[0]
        else:
            goes_on, starts = run and not text[run[-1].end() : match.start()].strip("\n").count("\n"), True
        if goes_on:
            run.append(match)
        elif starts:
            yield run
            run = [match]
    yield run


def _choices(style: _Style, run: list[re.Match[str]], text: str) -> tuple[Choice, ...]:
    found = []
    for at, match in enumerate(run):
        last = at == len(run) - 1
        end = _end(text, match.end(), style.lines) if last else run[at + 1].start()
        inner = re.sub(r"(?:[\s,;|}]|\bor\b)*$", "", text[match.end() : end][:_LONGEST]).replace("**", "")
        sentence = _VALUE_SENTENCE.match(inner) if last and not _is_value(inner) else None
        if sentence:
            inner, end = sentence[1], match.end() + len(sentence[0].rstrip())
        letter = match["m"] if style.order else ""
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        found.append(Choice(letter, inner, start, end))
    return tuple(found)


def _end(text: str, start: int, lines: bool) -> int:
    """Where the last choice ends: with its line, and one of several lines with its paragraph."""
    line = text.find("\n", start)
    line = len(text) if line < 0 else line
    if not lines or _is_value(text[start:line].strip()):
        return line
    blank = re.compile(r"\n[ \t]*\n").search(text, start)
    return blank.start() if blank else len(text)


_LONGEST = 400
_NUMBER = r"[-+−]?(?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+)"
_SHAPE = rf"{_NUMBER}(?:\s*(?:[x×✕X*,;:/]|by)\s*{_NUMBER})*"
_UNIT = r"(?:\s*(?:[KMGTkB%]|[KMGT]i?B|[kK]B)(?![A-Za-z]))?(?:[ -]+[A-Za-z][A-Za-z()/]*){0,4}"
_VALUE = re.compile(
    rf"(?:[A-Za-z_ ]{{1,20}}[=:]\s*|[~≈=]\s*|about |approx\w*\.? |exactly )?[(\[]?\s*{_SHAPE}\s*[)\]]?{_UNIT}\.?"
)
_VALUE_SENTENCE = re.compile(rf"([(\[]?\s*{_SHAPE}\s*[)\]]?{_UNIT})(?:\.\s+(?=[A-Z])|\s*\?|\s*\n)")
_WORDS = re.compile(
    r"(?:none|all|both|neither|any)(?: of)?(?: the)?(?: above| these| them| others?)?|other|(?:it )?depends.{0,30}"
    r"|same|valid|yes|no|true|false|(?:can(?:no|')t|can not) be (?:determined|computed)"
    r"|not (?:possible|enough information).{0,30}|impossible|error",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:what|how|which|why|when|where|calculate|compute|find|determine|show|give|draw|explain|describe|write|state"
    r"|derive|name|list|suppose|assume|consider|is|are|does|do|can|prove|sketch|estimate|repeat|now|evaluate|report"
    r"|the (?:number|size|shape))\b",
    re.IGNORECASE,
)
_LAYER = re.compile(
    r"conv|pool|filter|kernel|stride|padd|dense|linear|\bfc\b|fully|layer|input|channel|relu|dropout|flatten|neuron",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"param|size|shape|volume|dimension|weights|macs|flops|operations|memory|receptive|multipl|output|bias",
    re.IGNORECASE,
)
_PICKS = re.compile(
    r"(?<!\bin )(?<!\bon )(?<!\bof )(?<!, )\bwhich\b"
    r"|\b(?:choose|select|pick|combination|correct|true|one of the|options?|choices)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\b(?:each|every|after|for|given|with|of|on|inputs?|(?:the )?following(?: \w+)?|compute|calculate|find)\s*:?\s*$"
    r"|\bfor (?:each|all|the following)\b|\b(?:each|all) of the following\b|\bin each\b|\brespectively\b"
    r"|\b(?:if|when|for|with|using|given)\b[^?.]{0,40}\b(?:padd?\w*|strides?|kernels?|filters?|dilations?|inputs?|images?"
    r"|channels?|sizes?)\s*(?:is|are|of|=|[a-z])?\s*:?\s*$",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\b(?:is|are|will|would|can|could|should|must)\b")


def _is_value(text: str) -> bool:
    """Whether it is a number or a shape, perhaps with its unit."""
    return len(text) < 80 and bool(_VALUE.fullmatch(text))


def _are_choices(style: _Style, choices: tuple[Choice, ...], text: str) -> bool:
    """Whether these are answers to choose from, not facts and not parts of the question."""
    texts = [choice.text for choice in choices]
    stem, after = text[: choices[0].start].rstrip(), text[choices[-1].end :]
    if len(choices) < 2 or not all(texts) or not stem or any("?" in one for one in texts) or "?" in after:
        return False
    sentences = re.split(r"(?<=[.?!])\s+", stem[-300:])
    asked = next((one for one in reversed(sentences) if one.endswith("?")), sentences[-1])
    picks = bool(_PICKS.search(asked))
    if _EACH.search(stem[-80:]) and not picks:
        return False
    words = [one for one in texts if _WORDS.fullmatch(one.rstrip("."))]
    if all(_is_value(one) or one in words for one in texts):
        if words or style.order in (_LETTERS, _ROMAN):
            return True
        units = {re.sub(r"[\d.,\s]+", " ", _shape_signs(one)).strip() for one in texts}
        return len(units) == 1 and (picks or stem[-1] in "?:_…")
    if style.order in (_LETTERS, _ROMAN) and stem[-1] in "?:_…" and sum(map(_is_value, texts)) > len(texts) // 2:
        return True
    if not style.order or any(map(_ASKS.match, texts)):
        return False
    claims = all(len(one.split()) >= 5 and _CLAIM.search(one) for one in texts)
    if any(_LAYER.search(one) or (_QUANTITY.search(one) and not re.search(r"\d", one)) for one in texts):
        return picks or claims
    return picks or (stem[-1] in "?:_…" and style.order is not _DIGITS)


def _shape_signs(text: str) -> str:
    return re.sub(r"(?<=\d)\s*(?:[x×✕X*,;:/]|by)\s*(?=\d)|[()\[\]]", " ", text)
