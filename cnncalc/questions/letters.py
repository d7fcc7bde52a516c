"""Letters that stand in a size and are given their values elsewhere: `an n × n image …, with n = 7, f = 3`."""

from __future__ import annotations

import re

_LETTERS = re.compile(r"(?<![\w.])[A-Za-z](?:\s*[x×]\s*[A-Za-z])+(?!\w)")
_GIVEN = re.compile(r"(?<![\w.])(?P<letter>[A-Za-z])\s*=\s*(?P<value>\d{1,6})(?!\w|\.\d|\s*[x×*+/-])")
_JOINT = re.compile(r"\s*(?:[x×])\s*")


def substituted(text: str) -> str:
    """The text with the values in the sizes, and in the stride or padding of that letter, and blanks where they were given.

    >>> substituted("an n x n image, an f x f filter; n = 7, f = 3")
    'an 7 x 7 image, an 3 x 3 filter;      ,      '
    """
    given: dict[str, set[str]] = {}
    for match in _GIVEN.finditer(text):
        given.setdefault(match["letter"], set()).add(match["value"])
    sizes = {letter for match in _LETTERS.finditer(text) for letter in _JOINT.split(match[0])}
    values = {letter: next(iter(found)) for letter, found in given.items() if len(found) == 1}
    if not sizes or not sizes <= set(values):
        return text
    known = {letter for letter in values if letter in sizes or _of_option(letter).search(text)}
    text = _GIVEN.sub(lambda found: " " * len(found[0]) if found["letter"] in known else found[0], text)
    text = _LETTERS.sub(lambda found: re.sub(r"[A-Za-z]", lambda one: values.get(one[0], one[0]), found[0]), text)
    for letter in known - sizes:
        text = _of_option(letter).sub(values[letter], text)
    return text


def _of_option(letter: str) -> re.Pattern[str]:
    """Where a letter is the stride or the padding, or counts filters: `padding p`, `k filters`."""
    return re.compile(
        rf"(?<=stride ){letter}(?!\w|\s*=)|(?<=padding ){letter}(?!\w|\s*=)|(?<=pad ){letter}(?!\w|\s*=)"
        rf"|(?<=stride of ){letter}(?!\w|\s*=)|(?<=padding of ){letter}(?!\w|\s*=)"
        rf"|(?<!\w){letter}(?=\s+(?:filters|kernels|channels|maps|feature maps)\b)"
    )
