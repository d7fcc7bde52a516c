"""Questions about a network that is written as a list of layers: read strictly, or not at all."""

from __future__ import annotations

import re

from cnncalc.questions import engine, working
from cnncalc.questions.answers import UNITS, is_whole, plain, told
from cnncalc.questions.calls import Code, read_code
from cnncalc.questions.completing import completed
from cnncalc.questions.definitions import written_out
from cnncalc.questions.filled import Filled, answers, described, entering, filled
from cnncalc.questions.forward import COUNTS, OUTPUTS, forward
from cnncalc.questions.guard import check, check_words
from cnncalc.questions.listing import Listing, are_separate, is_of, listed, of_all
from cnncalc.questions.norms import behind
from cnncalc.questions.prose import changing
from cnncalc.questions.reading import read
from cnncalc.questions.referring import elliptical, references, resolved, signed, spoken
from cnncalc.questions.reply import Answer, NotUnderstood, Reply, not_understood
from cnncalc.questions.scene import ATTRIBUTES, POOLS, Scene, stated
from cnncalc.questions.shorthand import corrected, expanded
from cnncalc.questions.tables import is_table, ruled, table
from cnncalc.questions.text import spelled
from cnncalc.questions.wanted import Wanted, wanted
from cnncalc.questions.zoo import known

_FORWARD = (
    *OUTPUTS,
    *COUNTS,
    "weights_biases",
    "receptive",
    "total_stride",
    "connections",
    "operations",
    "memory",
    "output_memory",
    "input",
)
_OF_COLUMNS = {
    **dict.fromkeys(OUTPUTS, "output"),
    "input": "input",
    "memory": "output",
    "trainable": "params",
    **{name: name for name in ("params", "weights", "biases", "macs")},
}
"""What is asked in words, and the column of a table where it stands."""
_LAYER_FACTS = ("padding", "stride", "dilation", "keeps", "kernel_size")


def network(question: str, text: str) -> Reply | None:
    """The reply where the question lists a network and asks what goes forward; None where it is no list, or not all of it is known."""
    named = behind(question, text) or known(question, text)
    if named is not None:
        return named
    code = read_code(text)
    if code.layers or code.unread:
        return None
    drawn = spelled(ruled(text))
    tabled = _tabled(question, drawn)
    if tabled is not None:
        return tabled
    if is_table(drawn):
        raise not_understood("not every row, column or cell of the table is understood")
    listing = None if are_separate(text) else listed(spelled(text))
    scene = None if listing is None else _scene(listing)
    if scene is None:
        return None
    asked = elliptical(scene, wanted(scene.text, stated(scene)))
    if not asked or any(one.quantity not in _FORWARD for one in asked):
        return None
    try:
        check(scene, asked)
    except NotUnderstood:
        return None
    span = changing(scene, asked)
    if span is not None:
        raise not_understood(
            f"what “{scene.text[slice(*span)]}” changes in the network is not understood", scene.text, span
        )
    scene.references = [resolved(scene, mention, place) for mention, place in scene.references]
    plan = completed(scene)
    return forward(question, scene, asked, plan)


_FILL = re.compile(
    r"(?i)missing|fill\w*|complet\w*|blanks?|unknown|absent|gaps?|tables?|columns?|rows?|summary|question|marks?|place|belongs?|entries|empty|cells?|stands?|left|model|entry|torchsummary|prints?|printed|tool|report\w*|below|above|following"
)


def _tabled(question: str, text: str) -> Reply | None:
    """The reply where the layers stand in a table; None where none does, or a part of it is not understood."""
    words = written_out(text)
    drawn = None if words is None else table(words)
    found = None if drawn is None else described(drawn)
    if words is None or drawn is None or not found:
        return None
    flat = [layer for row in found for layer in row]
    around, defaults = of_all(
        words[: drawn.start] + " ".join(f"«{at}»" for at in range(len(flat))) + " .\n" + words[drawn.end :]
    )
    scene = _scene(Listing(around, tuple(flat), tuple(defaults)))
    if scene is None:
        return None
    shape = entering(drawn)
    if shape is not None and scene.shape not in (None, shape):
        return None
    scene.shape = scene.shape or shape
    if drawn.has_batch:
        scene.layout = "chw" if re.search(r"\[\s*-1\s*,", words) else "hwc"
    asked = wanted(scene.text, stated(scene))
    check_words(scene, asked, _FILL)
    span = changing(scene, asked)
    if span is not None:
        raise not_understood(
            f"what “{scene.text[slice(*span)]}” changes in the network is not understood", scene.text, span
        )
    if scene.unread:
        return None
    filling = bool(
        re.search(r"(?i)\b(?:fill|complet|missing|blank|gaps?\b|unknown|question mark|place of)", scene.text)
    )
    done = filled(drawn, found, scene)
    replies = _blanks(done, scene, asked, filling)
    if replies is None:
        return None
    made = [one for _, several in done.rows for one in several or ()]
    steps = working.steps(made, [one.quantity for one in asked])
    return Reply(
        question,
        engine.spec(done.plan),
        tuple(replies),
        steps,
        tuple(done.plan.assumptions),
        scene.framework or "torch",
    )


def _blanks(done: Filled, scene: Scene, asked: list[Wanted], filling: bool) -> list[Answer] | None:
    """The answers for the blanks that are asked for, and for the sums; None where something else is asked."""
    columns: set[str] = set()
    sums = []
    for one in asked:
        if one.quantity in COUNTS and is_whole(scene, one):
            sums.append(one.quantity)
        elif one.quantity in _OF_COLUMNS:
            columns.add(_OF_COLUMNS[one.quantity])
        else:
            return None
    found = answers(done, None if filling or not columns else columns)
    if not found and not sums:
        return None
    for quantity in sums:
        if any(several == [] for _, several in done.rows):
            raise not_understood("not every layer of the table is known")
        value = sum(made.counts[quantity] for _, several in done.rows for made in several or ())
        found.append(Answer(quantity, plain(value), f"{told(value)} {UNITS[quantity]}", None, UNITS[quantity]))
    return found


def _scene(listing: Listing) -> Scene | None:
    """The list and what stands around it; None where facts of layers are left there that nobody has read."""
    for default in listing.defaults:
        of = [layer for layer in listing.layers if is_of(layer, default)]
        if not of:
            return None
        for layer in of:
            for name, value in default.options.items():
                layer.options.setdefault(name, value)
    code = Code(listing.layers, None, None, None, None, (), (), None, False)
    marked, named = signed(listing.text, listing.layers)
    text, meant = references(spoken(expanded(corrected(marked)), len(listing.layers)), named, listing.layers)
    scene = read(text, code)
    scene.references += meant
    if scene.layers != list(listing.layers):
        return None
    if any(number.role in ATTRIBUTES for number in scene.numbers) or any(
        one.kind in _LAYER_FACTS for one in scene.remarks
    ):
        return None
    if len({one.value for one in scene.remarks if one.kind == "bias"}) > 1:
        return None
    overlapping = [
        layer
        for layer in scene.layers
        if layer.type in POOLS and layer.options.get("stride") not in (None, layer.options.get("kernel_size"))
    ]
    if overlapping and scene.remark("overlap") is False:
        return None
    return scene
