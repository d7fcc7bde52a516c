"""What a question that goes backwards says that shall come out, cut from its text so that the rest can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_N = r"(?P<n>\d{1,18})(?![\d.]*\d|x|\s*x\s*\d|\s*%)"
_NOT_SIZES = (
    r"(?!\s*(?:channels?|feature|maps?|filters?|kernels?|planes?|neurons?|units?|classes|nodes|param|"
    r"weights?|bias|layers?|groups?|bytes?|bits?|times))"
)

_EXACTLY = r"(?:exactly |precisely |only |about )?"
_COUNT = r"(?:parameters?|params|weights|macs|flops|multiply-accumulates|multiplications)"
_FREE = r"(?:learnable |trainable |free |model |network |scalar |total |learned )*"
_TOTAL = (
    r"(?:number|numbers|total|totals|totall?ing|amounts? to|adds? up to|comes? to|sums? to|count(?: is|"
    r" of)?|equals?|are|is|was|were|=|:|be)"
)

_AREA = (
    r"(?:an? |the |its |whole |full |entire |all (?:of )?|complete |area |region |window |patch |field |"
    r"square |stretch |of |at |least |exactly )*"
)

_INPUT = r"(?:input|image|original)"
_SIDE = (
    r"(?:size|side|sides|width|height|length|resolution|spatial|map|feature|volume|image|shape|dimension|"
    r"dimensions|must|should|be|is|was|has|shall|of|to|=|:|equal|equals|wide|a|an|the)"
)


_PATTERNS = (
    (
        "count",
        re.compile(
            rf"(?i)\b(?:has|have|had|with|contains?|needs?|holds?|owns?|is|are|uses?|gives?|of|"
            rf"takes?)?\s*{_EXACTLY}{_N} {_FREE}(?P<what>{_COUNT})\b(?! (?:per|each|for each|"
            rf"for every))(?: (?:in total|altogether|in all))?"
        ),
    ),
    (
        "count",
        re.compile(
            rf"(?i)\b(?P<before>parameters?|params|weights|biases|together|count|number|layers?|filters|it|"
            rf"bias)\b\s*,?\s*(?:in total |in all |together |altogether )?{_TOTAL}(?: (?:of|is|to|in total|"
            rf"a total of))?\s*{_EXACTLY}{_N}{_NOT_SIZES}(?=\s*(?:[.,;?!)]|$|in total|and\b|altogether))"
        ),
    ),
    (
        "seen",
        re.compile(
            r"(?i)\b(?:(?:the )?same )?receptive[- ]fields?(?: (?:size|width|side|must|should|to|has|have|shall|at|least|be|is|"
            r"of|as|like|the|a|an|one|1|single|reach|reaches|exactly|equal|grow|grows|becomes?|covers?|cover|"
            r"span|spans|equals|exceed|until|it|same|large|big|wide|not|smaller|less|than)\b|"
            r"[ =:])*(?P<n>\d{1,9})(?P<size>(?:x\d+)*)(?: (?:pixels?|samples?|steps|input|wide|(?:conv\w*|"
            r"kernel|filter|layer|window)(?: layers?| filter| kernel)?))*"
        ),
    ),
    (
        "seen",
        re.compile(
            r"(?i)(?P<n>\d{1,9})(?P<size>(?:x\d+)*)[- ](?:(?:pixels?|samples?|steps)[- ])?(?:wide |"
            r"large )?receptive[- ]fields?\b"
        ),
    ),
    (
        "seen",
        re.compile(
            rf"(?i)\b(?:sees?|covers?|spans?|looks? (?:at|upon)|"
            rf"depends? on)\s+{_AREA}(?P<n>\d{{1,9}})(?P<size>(?:x\d+)*)(?: (?:pixels?|samples?|steps|image|"
            rf"input|region|area|window|patch|input pixels|of the input)(?: of the (?:input|image))?)*"
        ),
    ),
    (
        "seen",
        re.compile(
            r"(?i)\b(?:an )?effective(?: kernel| filter| window)? (?:size|field|extent|width|side)s?(?: is|"
            r" be| of| to| must| should|=|:)*\s*(?P<n>\d{1,9})(?P<size>(?:x\d+)*)"
        ),
    ),
    (
        "seen",
        re.compile(
            r"(?i)\bsees?\s+(?:exactly )?as much(?: of the input)? as\s+(?:an? |one |1 |a single |"
            r"single )?(?P<n>\d{1,9})(?P<size>(?:x\d+)*)(?: (?:conv\w*|kernel|filter|layer|window))*"
        ),
    ),
    (
        "whole",
        re.compile(
            r"(?i)\b(?:sees?|covers?|spans?|looks? at|depends? on)\s+(?:all of |all )?(?:the |an? |"
            r"its )*(?:(?:full|whole|entire|complete) (?:input |original )?(?:image|input|picture|map|signal|"
            r"sequence)|all (?:of )?(?:the )?(?:image|input)\b)"
        ),
    ),
    (
        "output",
        re.compile(
            rf"(?i)\boutput\b(?:\s*{_SIDE}\b|\s*[=:])*\s*{_N}{_NOT_SIZES}(?: pixels?\b| samples?\b| steps?\b|"
            rf" long\b| wide\b)*"
        ),
    ),
    (
        "output",
        re.compile(
            r"(?i)\b(?:down to|up to|to|into|leaves?|becomes?|gives?|produc\w+|→|=>|->)\s+(?:a |an |one |"
            r"only |just )?(?:of )?(?:(?:length|size|side|width|map|output|signal|sequence)s?(?: of|"
            r" with)? (?:length |size |side |width )?(?P<n>\d{1,9})(?!x|\d|\s*(?:channel|filter|map|unit))|"
            r"(?P<m>\d{1,9}) (?:samples|steps|time steps|positions|values|pixels|points)\b)"
        ),
    ),
    (
        "input",
        re.compile(
            rf"(?i)\b{_INPUT}\b(?:\s*{_SIDE}\b|\s*[=:])*\s*{_N}{_NOT_SIZES}(?: pixels?\b| samples?\b| steps?\b|"
            rf" long\b| wide\b)*"
        ),
    ),
    (
        "factor",
        re.compile(
            r"(?i)\b(?P<way>(?:down|up)-?(?:samples?|sampled|sampling|scales?|scaled|scaling)|(?:reduc|shrink|"
            r"enlarg|increas|decreas|grow|magnif)\w*)\b(?P<what>[^.?\n\d]{0,40}?)\b(?:by|with)(?: a|"
            r" the)?(?: factor)?(?: of)? (?P<n>\d{1,3})\b(?!x|\s*(?:pixels?|rows|in))"
        ),
    ),
    (
        "double",
        re.compile(
            r"(?i)\b(?P<word>halv(?:es?|ed|ing)|doubl(?:es?|ed|ing)|quarter(?:s|ed|ing)|tripl(?:es?|ed|"
            r"ing))\b(?= (?:the |its |a |an |both |every |each |spatial |input |output )*(?:\d+x\d+|size|"
            r"sides?|resolution|spatial|height|width|length|dimensions?|maps?|image|input|feature|picture|"
            r"volume))(?: (?:the |its |both |every |each |spatial |input |output )*(?:sizes?|sides?|"
            r"resolution|height and width|width and height|height|width|length|dimensions?)\b(?: of)?)?"
        ),
    ),
)
_FACTORS = {"halv": (1, 2), "doub": (2, 1), "quar": (1, 4), "trip": (3, 1)}


@dataclass
class Goal:
    """What shall come out."""

    counts: dict[str, int] = field(default_factory=dict)
    """`params`, `weights`, `macs`, `flops`."""
    seen: int | None = None
    """The side of the receptive field."""
    whole: bool = False
    """Whether the receptive field shall cover the input."""
    output: int | None = None
    """The side of the output, where only a single number is said."""
    input: int | None = None
    """The side of the input, likewise."""
    factor: tuple[int, int] | None = None
    """Output over input."""
    clash: bool = False
    """Whether two goals of a kind are said."""
    spans: list[tuple[int, int]] = field(default_factory=list)


def cut(text: str) -> tuple[str, Goal]:
    """The goal, and the text without it."""
    goal = Goal()
    for kind, pattern in _PATTERNS:
        for match in reversed(list(pattern.finditer(text))):
            if _note(goal, kind, match, text):
                start, end = match.end("before") if match.groupdict().get("before") else match.start(), match.end()
                goal.spans.append((start, end))
                text = text[:start] + " " + text[end:]
    return text, goal


def _note(goal: Goal, kind: str, match: re.Match[str], text: str) -> bool:
    groups = match.groupdict()
    number = next((int(groups[name]) for name in ("n", "m") if groups.get(name)), 0)
    if kind == "count":
        return _count(goal, groups.get("what") or "", number, match, text)
    if kind == "whole":
        goal.whole = True
    elif kind == "factor":
        if re.search(r"(?i)channel|depth|filter|param|maps", groups["what"] or "") or number < 1:
            return False
        grows = re.match(r"(?i)up|enl|inc|grow|magn", groups["way"])
        _set(goal, "factor", (number, 1) if grows else (1, number))
    elif kind == "double":
        _set(goal, "factor", _FACTORS[groups["word"][:4].lower()])
    elif kind == "seen":
        sides = {number, *(int(side) for side in (groups["size"] or "").split("x") if side)}
        goal.clash |= len(sides) > 1
        _set(goal, "seen", number)
    else:
        _set(goal, kind, number)
    return True


def _set(goal: Goal, name: str, value: object) -> None:
    goal.clash |= getattr(goal, name) not in (None, value)
    setattr(goal, name, value)


def _count(goal: Goal, what: str, number: int, match: re.Match[str], text: str) -> bool:
    if not what:
        before = text[max(text.rfind(sign, 0, match.start()) for sign in ".?\n;") + 1 : match.start()]
        named = re.findall(rf"(?i)\b{_COUNT}\b", before)
        if not named:
            return False
        what = named[0]
    word = what.lower()
    name = (
        "params"
        if word.startswith("param")
        else "weights"
        if word == "weights"
        else "flops"
        if word == "flops"
        else "macs"
    )
    goal.clash |= goal.counts.get(name, number) != number
    goal.counts[name] = number
    return True
