"""The numbers that a question offers for one option: `which of the strides 1, 2 and 3`."""

from __future__ import annotations

import re
from typing import Any

_ITEM = r"\d{1,4}(?:x\d{1,4})*"
_LIST = rf"{_ITEM}(?:\s*,\s*{_ITEM})*(?:\s*,)?\s*(?:and|or|&)\s*{_ITEM}"
_CANDIDATES = (
    ("stride", r"strides?"),
    ("padding", r"(?:zero[- ])?paddings?(?: sizes?| amounts?)?"),
    ("kernel_size", r"(?:kernel|filter|window)s?(?: sizes?| widths?)?"),
    ("groups", r"(?:number of groups|group counts?|group numbers?|groups?)"),
    ("dilation", r"dilations?(?: rates?| factors?)?"),
    ("out_channels", r"(?:numbers? of filters|filter counts?)"),
)


_ASKED = r"\b(?:which|what) (?:ones? )?(?:of |among )?(?:the |these |following |possible )*"
_AMONG = r"(?:among|from|out of|of|in)(?: the)?(?: values| numbers)?"


def candidates(text: str) -> tuple[str, str, list[Any]] | None:
    """The text without the numbers that an option may have (`strides 1, 2 and 3`), the option, its numbers."""
    for option, words in _CANDIDATES:
        patterns = (
            rf"{_ASKED}(?P<cut>{words}\s*[:,(]?\s*(?P<list>{_LIST})\)?)(?!\s*(?:filters|channels))",
            rf"{_ASKED}{words}(?P<cut>,? {_AMONG}\s+(?P<list>{_LIST}))",
            rf"{_ASKED}(?P<cut>(?P<list>{_LIST})\s+(?:(?:as|for|is|are) (?:a |the )?(?:possible |"
            rf"valid |legal )?)?{words})\b",
        )
        for pattern in patterns:
            match = re.search(f"(?i){pattern}", text)
            if match is None:
                continue
            items = [tuple(map(int, item.split("x"))) for item in re.findall(_ITEM, match["list"])]
            values = [item[0] if len(item) == 1 else item for item in items]
            start, end = match.span("cut")
            return f"{text[:start]} {text[end:]}", option, values
    return None
