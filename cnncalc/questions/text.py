"""A question as typed, in one spelling: the signs of sizes, quotes, numbers and lists that people write in many ways."""

from __future__ import annotations

import re

_SIGNS = {
    **dict.fromkeys("×✕✖⨯⨉ⅹх∗⋅·", "×"),
    **dict.fromkeys("−–—‐‑‒﹣－", "-"),
    **dict.fromkeys("’‘‛`´", "'"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("→⟶⇒➔➜➝⟹↦▶►", "→"),
    **dict.fromkeys("    　", " "),
    "\t": "  ",
    **dict.fromkeys("•●▪‣◦∙", "-"),
    "＝": "=",
    "，": ",",
    "：": ":",
    "；": ";",
    "？": "?",
    "（": "(",
    "）": ")",
    "²": "^2",
    "³": "^3",
    "…": "...",
    "\r": "\n",
    "\ufeff": "",
    "\u200b": "",
}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))

_LATEX = (
    (re.compile(r"\\(?:times|cdot|ast)(?![a-zA-Z])"), "×"),
    (re.compile(r"\\mathbb\s*\{\s*R\s*\}\s*\^\s*\{([^{}]{1,60})\}"), r"\1"),
    (re.compile(r"\\(?:to|rightarrow|Rightarrow|longrightarrow)(?![a-zA-Z])"), "→"),
    (re.compile(r"\\(?:text|mathrm|mathbf|textbf|textit|emph|mathit)\s*\{([^{}]{0,200})\}"), r"\1"),
    (re.compile(r"\\[()\[\],;!]|\$|\\(?:left|right|quad|qquad)(?![a-zA-Z])"), " "),
    (re.compile(r"(?<=[A-Za-z])_\{(\w{1,12})\}"), r"_\1"),
    (re.compile(r"\*\*(?=\S)([^*\n]{1,200}?)(?<=\S)\*\*"), r"\1"),
)

_UNITS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_UNITS, 1)} | {w: 10 * t for t, w in enumerate(_TENS, 2)}
_ONE_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER_WORDS = re.compile(
    rf"(?<![\w'])(?:a dozen|(?:a|(?:{'|'.join(_UNITS)}))[\s-]hundred(?:[\s-]and)?(?:[\s-](?:{_ONE_WORD}))?(?:-(?:{_ONE_WORD}))?"
    rf"|(?:{'|'.join(_TENS)})(?:-|\s(?!\w+-by-))(?:{'|'.join(_UNITS[:9])})|(?:{_ONE_WORD})|zero)(?![\w'])",
    re.IGNORECASE,
)
_COUNTED = (
    r"(?:-?(?:channels?|filters?|kernels?|pixels?|px|layers?|strides?|zeros?|units?|neurons?|feature maps?|hidden|"
    r"input|output|convolution\w*|conv|pool\w*|batch|images?|groups?|by|x|dimension\w*|row|column|padding|"
    r"bias|fully|dense|max|fc|\d+\s?[x×]\s?\d+)\b)"
)
_ONE_COUNTS = re.compile(rf"\s*{_COUNTED}", re.IGNORECASE)
_ONE_VALUE = re.compile(
    r"(?:\b(?:strides?|padding|pad|rate|dilation|size|of|is|by|to|and|with|factor|width|height|=|:)\s*)$", re.IGNORECASE
)

_NUMBER = r"\d+(?:\.\d+)?"
_SYMBOL = r"(?:[A-Za-z](?:_?(?:in|out|\d|[A-Za-z]))?)"
_SIDE = rf"(?:{_NUMBER}|(?!a\s){_SYMBOL}(?![A-Za-z]))"
_PIXELS = r"(?:[\s-]*(?:pixels?|px)\b)?"
_TIMES = rf"{_PIXELS}\s*(?:×|[xX*](?=\s*[\dA-Za-z(])|-?\bby\b-?)\s*"
_SIZE = re.compile(rf"(?<![\w.×]){_SIDE}(?:{_TIMES}{_SIDE})+(?![\w×]|\.\d)")
_GROUPED = re.compile(r"(?<![\w.,(\[])(\d{1,3}(?:,\d{3})+)(?![\w,]|\.\d)")
_GROUPED_INSIDE = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+)(?=\s*[×x])")
_ROWS = re.compile(r"(?i)(?<![\w.×])(\d+) rows? (?:and|by|x|,|&) (\d+) columns?\b")
_TUPLE = re.compile(
    rf"[(\[]\s*((?:(?:None|\?|[A-Za-z_]\w*\s*=\s*)?\s*(?:{_SIDE}|None|\?)?\s*,\s*)+(?:[A-Za-z_]\w*\s*=\s*)?{_SIDE})\s*,?\s*[)\]]"
)
_BRACKETED = re.compile(
    r"\(\s*(\S{1,40}x\S{1,40})\s*\)(?=\s*(?:filter|kernel|conv|pool|window|input|image|matrix|mask))"
)


def plain(text: str) -> str:
    """The text in one spelling of its signs, letter for letter the same otherwise."""
    text = text.replace("\r\n", "\n")
    text = _SIGN.sub(lambda found: _SIGNS[found[0]], text)
    for pattern, replacement in _LATEX:
        text = pattern.sub(replacement, text)
    return text


def spelled(text: str) -> str:
    """The text with number words as digits, and sizes and tuples as `32x32x3`."""
    text = figures(text)
    text = _ROWS.sub(r"\1x\2", text)
    text = _GROUPED.sub(lambda found: found[1].replace(",", ""), text)
    text = _GROUPED_INSIDE.sub(lambda found: found[1].replace(",", ""), text)
    text = _SIZE.sub(_size, text)
    text = _TUPLE.sub(_tuple, text)
    return _BLANKS.sub(" ", _BRACKETED.sub(r"\1", text))


def figures(text: str) -> str:
    """The text with number words as digits."""
    return _NUMBER_WORDS.sub(lambda found: _figure(found, text), text)


_BLANKS = re.compile(r"[^\S\n]{2,}")
"""Patterns that allow blanks in several places take long over many."""


def _figure(found: re.Match[str], text: str) -> str:
    if "dozen" in found[0].lower():
        return "12"
    words = re.split(r"[\s-]+", found[0].lower())
    if words == ["one"]:
        before, after = text[max(0, found.start() - 20) : found.start()], text[found.end() : found.end() + 20]
        if re.search(
            r"(?i)\b(?:each|every|any|the|this|that|which|last|first|top|middle|second|bottom|no|other)\s+$", before
        ):
            return found[0]
        if re.search(r"(?i)\b(?:in|of|per|does)\s+$", before) and _OF_ONE.match(after):
            return found[0]
        counts = (
            _ONE_COUNTS.match(after)
            or re.search(r"(?i)\b(?:stride|dilation(?: rate)?|padding)(?: of)? $", before)
            or (_ONE_VALUE.search(before) and re.match(r"\s*(?:[,.;)\n?]|and\b|$)", after))
        )
        return "1" if counts else found[0]
    if words[0] == "zero" and re.match(r"[\s-]*pad", text[found.end() : found.end() + 8], re.IGNORECASE):
        return found[0]
    total = 0
    for word in words:
        if word == "hundred":
            total = (total or 1) * 100
        else:
            total += _WORDS.get(word, 0)
    return str(total)


_OF_ONE = re.compile(r"(?i)\s*(?:conv\w* )?(?:filter|kernel|neuron|unit)\b\s*(?:[?(,.]|have\b|has\b|$)")
"""What is asked of one of several: `the weights in one filter`."""
_BETWEEN = re.compile(rf"{_TIMES}")


def _size(found: re.Match[str]) -> str:
    if "×" in found[0] and re.search(r"(?i)\bby\b", found[0]):  # "to 64 by 1×1" is no size of three sides
        return re.sub(r"\s*×\s*", "x", found[0])
    sides = _BETWEEN.split(found[0])
    if not all(sides):
        return found[0]
    if "a" in sides and "×" not in found[0]:  # "reduced to 16 by a layer" is no size
        return found[0]
    if not any(side[0].isdigit() for side in sides) and "×" not in found[0] and len(sides) < 3:
        joined = re.search(r"\b[xX*]\b", found[0])
        if not joined:  # words: "height by width" are no sizes
            return found[0]
    return "x".join(sides)


def _tuple(found: re.Match[str]) -> str:
    entries = [entry.strip() for entry in found[1].split(",")]
    if any(not entry for entry in entries):
        return found[0]
    named = [re.match(r"([A-Za-z_]\w*)\s*=\s*(.+)", entry) for entry in entries]
    if any(named):
        return " (" + ", ".join(f"{one[1]}={one[2]}" if one else entry for one, entry in zip(named, entries)) + ")"
    batch = "batchx" if entries[0] in ("None", "?") else ""
    rest = entries[1:] if batch else entries
    if any(entry in ("None", "?") for entry in rest):
        return found[0]
    if len(rest) == 1 and not batch:
        return found[0]
    return f" {batch}{'x'.join(rest)} "
