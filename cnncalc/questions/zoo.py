"""Networks known by their names: what a bundled spec answers where the question states no layer of its own."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.analysis import Analysis, Row, analyze
from cnncalc.load import load
from cnncalc.questions import engine
from cnncalc.questions.answers import UNITS, told
from cnncalc.questions.calls import read_code
from cnncalc.questions.plan import Plan
from cnncalc.questions.remarks import remarks
from cnncalc.questions.reply import Answer, Assumption, Reply, not_understood
from cnncalc.questions.text import spelled
from cnncalc.questions.wanted import wanted

_NAMES = (
    (r"vgg(?:net)?[ -]?(11|13|16|19)(?: with batch[ -]?norm\w*|[ -]?bn)\b", "vgg{}_bn"),
    (r"vgg(?:net)?[ -]?(11|13|16|19)\b", "vgg{}"),
    (r"resnet[ -]?(18|34|50|101|152)\b", "resnet{}"),
    (r"densenet[ -]?(121|161|169|201)\b", "densenet{}"),
    (r"mobilenet[ -]?v2\b", "mobilenet_v2"),
    (r"efficientnet[ -]?(b[0-7])\b", "efficientnet_{}"),
    (r"squeezenet[ -]?1[._](0|1)\b", "squeezenet1_{}"),
    (r"convnext[ -](tiny|small|base)\b", "convnext_{}"),
)  # fmt: skip
"""Names that mean one network; AlexNet, LeNet and others are several."""
_NAME = tuple((re.compile(rf"(?i)\b{words}"), spec) for words, spec in _NAMES)
_KNOWN = """
a accumulate accumulates all altogether an and architecture are bias biases by calculate class classes classic
cnn color colour comprise comprises compute connected contain contained contains conv convnet convolution
convolutional convolutions count deep dense did do does each entire every exact exactly excluding famous fc
final find first flop flops for forward fully give has have having how ignore ignoring image imagenet images in
include included includes including input inputs is it its last layer layers learnable linear mac macs many me
model models much multiplications multiply need needed needs net network networks number numbers of on one only
operations or original overall own parameter parameters params pass perform performed please popular pytorch
require required requires residual rgb run second single size standard state take takes tell term terms the
there third to together torch torchvision total totally trainable variant version was weight weights what whole
with without
"""
_WORDS = frozenset(_KNOWN.split())
_WORD = re.compile(r"[A-Za-z]+|\d[\dx,]*")
_KINDS = {
    "conv": re.compile(r"(?i)\bconv(?:olution(?:al|s)?|s)?\b"),
    "fc": re.compile(r"(?i)\b(?:fully[- ]connected|fc|dense|linear)\b"),
}
_PLACE = re.compile(r"(?i)\b(first|second|third|last|final)\b(?= (?:conv|fully|fc|dense|linear))")
_PLACES = {"first": 0, "second": 1, "third": 2, "last": -1, "final": -1}
_SEVERAL = {"operations": ("macs",), "weights_biases": ("weights", "biases")}
_CHAINED = re.compile(
    r"(?i)(?:\b(?:add|put|insert|plac|includ|append|us)\w*\s+(?:an? )?(?:batch[ -]?norm\w*|bn)(?: layers?)?|\b(?:batch[ -]?norm\w*|bn)(?: layers?)?\s+(?:is|are|gets?|being)\s+(?:added|put|inserted|placed|used|appended))\s+"
    r"(?:after|behind|to)\s+(?:(?P<every>each|every|all)(?: of the)? conv\w*(?: layers?)?|(?:the )?(?:\d+ )?conv\w*(?: layers?)? (?:of|with|having)(?: sizes?)? (?P<list>\d+(?:\s*,\s*\d+)*(?:\s*,?\s*and \d+)?) (?:feature )?(?:maps|filters|channels|output channels))"
)
_LESS = re.compile(r"(?i)\b(?:without|excluding|ignor\w+|only)\b(?! (?:the |any |its )*(?:bias|weights))")
_MORE = re.compile(
    r"(?i)\b(?:additional|extra|more|added|grow|grows|increase|increases|gain|gains|further|new|betas?|gammas?)\b"
)


class _Known(NamedTuple):
    """A network named in a question."""

    spec: str
    analysis: Analysis
    start: int
    end: int


def known(question: str, text: str) -> Reply | None:
    """The reply where a question speaks of a bundled network, and of nothing that is not in its spec."""
    words = _without_program(spelled(text))
    added = _added_norms(question, words)
    if added is not None:
        return added
    found = _named(words)
    if found is None:
        return None
    rest = words[: found.start] + " it " + words[found.end :]
    if not _says_no_more(rest, found.analysis):
        return None
    without = [one for one in remarks(rest) if one.kind == "bias" and one.value is False]
    asked = [
        name
        for one in wanted(rest, [(one.start, one.end) for one in without])
        for name in _SEVERAL.get(one.quantity, (one.quantity,))
    ]
    rows = _meant(found.analysis, rest)
    answers = []
    for name in asked:
        if name not in UNITS or name == "non_trainable" or rows is None:
            return None
        name = "weights" if without and name in ("params", "trainable") else name
        value = sum(row.counts[name] for row in rows)
        answers.append(Answer(name, value, f"{told(value)} {UNITS[name]}", None, UNITS[name]))
    if not answers or len({answer.quantity for answer in answers}) != len(asked):
        return None
    source = Assumption("network", found.spec, f"the bundled spec {found.spec}")
    return Reply(question, f"extends: {found.spec}\n", tuple(answers), (), (source,))


def _without_program(text: str) -> str:
    for start, end in read_code(text).spans:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _named(text: str) -> _Known | None:
    """The one network that a text names, once or more often."""
    found = [
        (match, spec.format(*(group.lower() for group in match.groups())))
        for words, spec in _NAME
        for match in words.finditer(text)
    ]
    found = [one for at, one in enumerate(found) if not any(other[0].start() == one[0].start() for other in found[:at])]
    if len({spec for _, spec in found}) != 1:
        return None
    match, spec = found[-1]
    return _Known(spec, analyze(load(spec)), match.start(), match.end())


def _says_no_more(text: str, analysis: Analysis) -> bool:
    """Whether every word and number is one that changes nothing, or that the selection of layers reads."""
    shape = next(iter(analysis.network.inputs.values()))
    sizes = {"x".join(map(str, sides)) for sides in (shape, (*shape[1:], shape[0]), shape[1:])}
    if _LESS.search(text):
        return False
    for word in _WORD.findall(text):
        if (
            word[0].isdigit()
            and word not in sizes
            and not (word == "1" and re.search(r"\b1 (?:\w+ )?(?:image|input|forward|\d+x)", text))
            and not (word == "1000" and re.search(r"1000[ -](?:\w+ )?class", text))
        ):
            return False
        if word[0].isalpha() and word.lower() not in _WORDS:
            return False
    return True


def _meant(analysis: Analysis, text: str) -> list[Row] | None:
    """The rows of the layers that a text speaks of, all where it names none; None where that is not certain."""
    kinds = [kind for kind, words in _KINDS.items() if words.search(text)]
    if not kinds:
        return None if re.search(r"(?i)\blayers?\b", text) else list(analysis.rows)
    rows = [
        row for row in analysis.rows if (row.type == "conv" if kinds[0] == "conv" else row.type in ("fc", "linear"))
    ]
    place = _PLACE.search(text)
    if len(kinds) > 1 or re.search(r"(?i)\b(?:each|every)\b", text):
        return None
    if place is not None:
        return [rows[_PLACES[place[1].lower()]]] if len(rows) > 2 else None
    plural = re.search(r"(?i)\b(?:convolutions|layers)\b", text)
    return rows if plural or len(rows) == 1 else None


def _added_norms(question: str, text: str) -> Reply | None:
    """How many parameters batch normalisation adds behind convolutions: those of a named network, or of so many maps each."""
    found = _CHAINED.search(text)
    if found is None or not _MORE.search(text):
        return None
    asked = {one.quantity for one in wanted(text, [])} - {"ratio", "layers", "channels"}
    keras = any(one.kind == "framework" and one.value == "keras" for one in remarks(question))
    if not asked or not asked <= {"params", "trainable"} or (keras and asked != {"trainable"}):
        return None
    source: tuple[Assumption, ...] = ()
    if found["list"]:
        channels = [int(one) for one in re.findall(r"\d+", found["list"])]
    else:
        network = _named(text)
        if network is None or re.search(r"(?i)\b(?:except|but|block|half|only)\b", text):
            return None
        channels = [row.output[0] for row in network.analysis.rows if row.type == "conv"]
        source = (Assumption("network", network.spec, f"the bundled spec {network.spec}"),)
    if not all(1 <= one <= 10**6 for one in channels):
        raise not_understood("these are no numbers of feature maps")
    total = 0
    for one in channels:
        plan = Plan(one, (8, 8), "chw", None, True, [("batchnorm", {})], [range(1)])
        total += engine.made(plan)[0].counts["params"]
    name = "trainable" if "trainable" in asked else "params"
    steps = (f"batchnorm: 2·C summed over C = {', '.join(map(str, channels))} = {told(total)}",)
    return Reply(
        question,
        f"input: [{channels[-1]}, _, _]\nlayers:\n  - batchnorm\n",
        (Answer(name, total, f"{told(total)} {UNITS[name]}", None, UNITS[name]),),
        steps,
        source,
    )
