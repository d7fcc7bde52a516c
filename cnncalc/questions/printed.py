"""What code prints: `print(layer(x).shape)` asks for a shape, a sum over `numel()` for parameters."""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"\bprint\(\s*(?P<name>\w{1,60})(?P<call>\([\w, ]{0,60}\))?\s*\.\s*(?:shape|size\(\))\s*\)(?![^\n#]*\S)"
)
_ASKS = re.compile(r"(?i)\bwhat\b[^?\n]{0,80}\b(?:print(?:s|ed)?|output|outputs|displayed|shown)\b[^?\n]{0,60}[?:]")
_ASSIGNED = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*=(?!=)")
_SUM = re.compile(
    r"(?i)\bwhat (?:does|is|will|would)\s+(?:print\(\s*)?sum\((?P<one>\w+)\.numel\(\) for (?P=one) in (?P<module>\w[^\n]{0,300}?)\.parameters\(\)\)"
    r"\s*\)?\s*(?:return|give|print|be|equal|yield|evaluate to)?\s*\?"
)


def printed(text: str) -> str:
    """The text with what its code prints asked for in words.

    >>> printed("What does sum(p.numel() for p in nn.Linear(3, 4).parameters()) return?")
    'nn.Linear(3, 4): what is the number of parameters?'
    """
    text = _SUM.sub(lambda found: f"{found['module']}: what is the number of parameters?", text)
    shapes, asks = list(_SHAPE.finditer(text)), list(_ASKS.finditer(text))
    if len(shapes) != 1 or len(asks) != 1 or len(re.findall(r"\bprint\(", text)) != 1:
        return text
    [shape], [ask] = shapes, asks
    assigned = _ASSIGNED.findall(text[: shape.start()])
    if not shape["call"] and (not assigned or assigned[-1] != shape["name"]):
        return text  # of something on the way
    for start, end, words in sorted([(*shape.span(), ""), (*ask.span(), "What is the output shape?")], reverse=True):
        text = text[:start] + words + text[end:]
    return text
