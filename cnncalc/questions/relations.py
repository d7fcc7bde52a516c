"""Words that relate one thing to another: they change the answer, so that each must have been read or mean nothing here.

A layer that stands behind another in the text comes behind it in the network; a word that says otherwise is refused, and so is
one that says whose attribute a number is, what it is equal to, or which side of an image it is for, where nothing has read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnncalc.questions.described import Described
from cnncalc.questions.remarks import places
from cnncalc.questions.scene import CONVS, POOLS, WINDOWED, Scene, spans
from cnncalc.questions.wanted import Wanted, sentences

Span = tuple[int, int]

_CLAUSE = re.compile(r"[;:?\n]|\.(?=\s|$)|→|=>|->|\bthen\b|\bnext\b", re.IGNORECASE)
_BACKWARDS = re.compile(
    r"(?i)\b(?:(?<!and )after(?! (?:that|this|which|it)\b| (?:the )?convolution\s*[.,;?])|behind(?! (?:it|that|which|this)\b)|follow(?:s|ing)\b(?! (?:layers?|convs?|network|steps?)\b)|on top of(?! (?:it|that|this|which)\b)|fed (?:by|from|with)|succeed\w*|"
    r"(?:outputs?|results?|(?:feature|activation) maps?) of (?:an?|the|each|every|\d\w*)|comes? from|receives?(?! (?:an? |the )?(?:[\w-]+ )?\d))\b"
)
"""What stands between a layer and the one whose output it takes."""
_NEVER = re.compile(
    r"(?i)\b(?:between|preced(?:es|ed|ing)|\d+ (?:more|fewer|less) (?:\w+ ){1,3}than|(?:first|second|third|fourth|last|1st|2nd|3rd) of(?: the| these)?(?= (?:\d|them|«))|previous (?:\w+ )?(?:layers?|conv\w*|pool\w*) (?:use[sd]?|has|had|have|with|applie[sd]|is an?|was an?)|(?:follows?|comes?) later|later on|prior to|ahead of|in front of|(?:before|behind|after|between) (?:each|every|both|all|any|them|these|those)\b(?! of the)(?!\s*\?|\s*$)|each time|before(?= (?:the|an?|it|that|pool\w*|conv\w*|flatten\w*|\d)\b)|"
    r"(?:after|before|behind|between) (?:the )?(?:1st|2nd|3rd|first|second|third|last|final)(?! (?:hidden|conv|pool|layer))|how many output (?:\w+ )?depend\w*|"
    r"(?:without|excluding|except(?: for)?|ignoring|omitting|apart from|besides|other than|leaving out|not counting|outside) (?:the |any |of )*(?:\w+ )?(?:layers?|conv\w*|pool\w*|fc|first|last|second)|"
    r"(?:next|second|third)[- ](?:to[- ])?(?:the[- ])?last|last but|all (?:\w+ )*but|every (?:\w+ )*but|"
    r"rgb (?:and|plus) \w+ channels?|w(?:idth)? ?(?:x|×|by|×) ?h(?:eight)?|"
    r"(?:each|every|both|all|one)\b[^.;?\n]{0,30}?\bfollowed|followed by [^.;?\n]{0,40}\beach|from (?:the )?(?:last|top|end) to (?:the )?(?:first|bottom|start))\b"
)


_CONTRASTED = re.compile(r"(?i)\b(?:differ\w*|ratio|compar\w+|choose|chosen)\b[^.;?\n]*$")
"""What stands before a `between` that orders no layers."""


def unread(scene: Scene, asked: list[Wanted], read: re.Pattern[str] | None = None) -> Span | None:
    """Where a word relates things in a way that nothing has read; the caller reads those that begin with `read`."""
    checks = (
        _out_of_order,
        _misplaced,
        _one_sided,
        _unsaid,
        _compared,
        _partly_biased,
        _kind,
        _of_a_part,
        _whose,
        _flat,
        _up_to,
        _of_classes,
        _of_none,
    )
    found = (span for check in checks for span in check(scene, asked))
    return next((span for span in found if not (read and read.match(scene.text[slice(*span)]))), None)


_KINDS = re.compile(
    r"(?i)\b(?:transposed?|depth-?wise|point-?wise|separable|local(?:ly)?|average|avg|mean|global(?:ly)?|min)\b(?! (?:and|of all|of the|over|value))"
)


def _kind(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where a kind of layer is named, and no layer is of that kind."""
    made = {layer.type for layer in scene.layers}
    for one in scene.mentions:
        if (
            one.type
            in (
                "local",
                "depthwise",
                "separable",
                "pointwise",
                "conv_transpose",
                "avgpool",
                "global_avgpool",
                "global_maxpool",
            )
            and one.type not in made
        ):
            yield one.start, one.end
    for match in _KINDS.finditer(scene.text):
        if not any(one.start <= match.start() < one.end for one in scene.mentions):
            yield match.span()


def _partly_biased(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where a bias is said of some layers only, or of something other than a filter."""
    said = [one for one in scene.remarks if one.kind == "bias"]
    local = any(layer.type == "local" for layer in scene.layers)
    weighted = [layer for layer in scene.layers if layer.type in (*CONVS, "fc")]
    for one in said:
        own = {part.part for part in asked if part.part[0] <= one.start < part.part[1]}
        if not one.value and own and any(part.part not in own and part.quantity in _BIASED for part in asked):
            yield one.start, one.end
        start = max((found.end() for found in _CLAUSE.finditer(scene.text, 0, one.start)), default=0)
        following = _CLAUSE.search(scene.text, one.end)
        clause = scene.text[start : following.start() if following else len(scene.text)]
        if (
            one.value != said[0].value
            or (len(weighted) > 1 and places(clause))
            or (not local and _POSITION.search(clause))
            or (one.value and _COMMON.search(clause))
        ):
            yield one.start, one.end


_BIASED = ("params", "trainable", "biases", "filter_params", "memory")
"""What a bias counts in."""
_COMMON = re.compile(r"(?i)\b(?:shared?|shares|sharing|common|same(?! (?:padding|conv\w*)))\b")
_POSITION = re.compile(r"(?i)\b(?:positions?|locations?|pixels?|places?)\b")


_ATTRIBUTE = re.compile(r"(?i)\b(?:strides?|strided|pad(?:s|ding|ded)?|dilat\w+|groups?|bias(?:es|ed)?)\b")
_IDLE = re.compile(
    r"(?i)\b(?:after|with) (?:the )?pad(?:ding)?\W|\bpad (?:it|them|the \w+) (?:using|with|by)\b|\b(?!a\b)[A-Za-z](?:_\w+)?\W+(?:is |for |denotes |means )?(?:the )?(?:stride|padding|dilation|groups?)\b"
)
"""An attribute that is only named: a letter's meaning, the state after a padding said before."""
_DILATED = re.compile(r"(?i)\bdilated\b(?= (?:\w+ ){0,2}?(?:conv\w*|layers?|kernels?|filters?))")
_PADDED = re.compile(r"(?i)\bpadded (?:images?|inputs?|volumes?|pictures?|maps?)\b")


_LIKE = re.compile(
    r"(?i)\b(?:same|identical(?!ly)|likewise|similar(?:ly)?|equal(?:s|ling)?|match(?:es|ing)?|as (?:many|much|large|big|wide|deep|high|long|small) as|ditto|(?:not|n't)\b(?! (?:using|shared?|overlap\w*|given|stated|specified|know|sure|understand|matter|need\w*|get|see|clear)\b)|only (?:in|on|at|for|the|to)|rather|(?<!, )but (?:the|one|a|an|not|for|in|\d))\b"
)
_REFERS = re.compile(
    r"(?i)\bsame (?:layers?|conv\w*|network|inputs?|images?|volumes?|model|architecture|operations?|for|in (?:both|all|each)|way|on (?:both|all)|along|setup|settings|as the input depth|\d)\b|\bsame(?=\s*[?.])|\bequal to #?\d"
)
"""A likeness with what stands here already."""


def _compared(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where a thing is said to be like another one, or not to be, and nothing has read it."""
    read = spans(asked, scene.mentions, scene.remarks) + [one.words for one in scene.numbers]
    read += [match.span() for match in _REFERS.finditer(scene.text)]
    for match in _LIKE.finditer(scene.text):
        if not any(start <= match.start() < end for start, end in read):
            yield match.span()


def _unsaid(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where an attribute is spoken of that nothing has read: a bias that all share, a stride equal to the kernel."""
    read = spans(asked, scene.mentions, scene.remarks) + [one.words for one in scene.numbers]
    read += [match.span() for match in _IDLE.finditer(scene.text)]
    if [layer.type for layer in scene.layers] == ["zero_pad"]:
        read += [match.span() for match in _PADDED.finditer(scene.text)]
    convs = [layer for layer in scene.layers if layer.type in CONVS]
    if convs and all("dilation" in layer.options for layer in convs):
        read += [match.span() for match in _DILATED.finditer(scene.text)]
    for match in _ATTRIBUTE.finditer(scene.text):
        if not any(start <= match.start() < end for start, end in read):
            yield match.span()


_SIDES = re.compile(
    r"(?i)\b(?:left|right|top|bottom|upper|lower|above|below|horizontal(?:ly)?|vertical(?:ly)?|beginning|start|end|one side|one end|in (?:total|all|sum)|altogether|together|combined|total(?: padding)?)\b"
)
_ALL_SIDES = (("left", "right", "top", "bottom"), ("horizontal", "vertical"), ("beginning", "end"), ("start", "end"))


def _one_sided(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where a padding is said to be on some of the sides, or to be the sum over two; that on every side is read."""
    paddings = [(one.start, one.words[1], one.value) for one in scene.numbers if one.role == "padding"]
    paddings += [
        (one.start, one.end, one.value) for one in scene.remarks if one.kind == "padding" and one.value in ("zero", 0)
    ]
    for start, end in sentences(scene.text):
        for first, last, value in paddings:
            if not start <= first < end:
                continue
            begin, stop = (start, end) if value != 0 else (last, min(end, last + 25))
            found = _SIDES.search(scene.text, begin, stop)
            if found and not any(all(side in scene.text[start:end].lower() for side in sides) for sides in _ALL_SIDES):
                yield found.span()


def _misplaced(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where an ordinal stands whose facts were not given to the layer of that place, and to no other."""
    layers = [layer for layer in scene.layers if layer.type in (*WINDOWED, "fc")]
    ordinals = places(scene.text)
    for at, place in enumerate(ordinals):
        start = max((found.end() for found in _CLAUSE.finditer(scene.text, 0, place.start)), default=0)
        following = _CLAUSE.search(scene.text, place.end)
        end = following.start() if following else len(scene.text)
        if at and ordinals[at - 1].start > start:
            start = ordinals[at - 1].end
        if at + 1 < len(ordinals):
            end = min(end, ordinals[at + 1].start)
        facts = [fact for fact in scene.owners if place.end <= fact < end] or [
            fact for fact in scene.owners if start <= fact < place.start
        ]
        right = [
            alike[place.value]
            for alike in _alike(layers)
            if isinstance(place.value, int) and -len(alike) <= place.value < len(alike)
        ]
        for fact in facts:
            owners = scene.owners[fact]
            if len(layers) > 1 and right and (len(owners) != 1 or not any(owners[0] is one for one in right)):
                yield place.start, place.end


def _alike(layers: list[Described]) -> list[list[Described]]:
    """All layers, and those of each kind."""
    kinds = [POOLS, CONVS, ("fc",)]
    return [layers, *([layer for layer in layers if layer.type in kind] for kind in kinds)]


def _out_of_order(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where the text tells the layers in another order than that of the network."""
    text = scene.text
    for match in _NEVER.finditer(text):
        if not (match[0].lower() == "between" and _CONTRASTED.search(text[: match.start()])):
            yield match.span()
    named = [one.start for one in scene.mentions if one.type != "flatten"] + [
        one.start for one in scene.numbers if one.role in ("kernel_size", "pool_size")
    ]
    ahead = re.search(r"(?i)\bnext (?:\w+ )?(?:layer|conv\w*|pool\w*)", text[: min(named, default=len(text))])
    if ahead:
        yield ahead.span()
    for match in _BACKWARDS.finditer(text):
        start = max((found.end() for found in _CLAUSE.finditer(text, 0, match.start())), default=0)
        following = _CLAUSE.search(text, match.end())
        end = following.start() if following else len(text)
        layer = re.search(r"\blayers?\s+(?:right |directly |just )?$", text[start : match.start()])
        if (layer or any(start <= at < match.start() for at in named)) and any(
            match.start() < at < end for at in named
        ):
            yield match.span()


_UNIT = re.compile(
    r"(?i)\b(?:per|a|an|the|each|every|one|single|1)\s+(?:(?:a|an|the|each|every|one|single|1|given|input|output|conv\w*|individual|its)\s+)*"
    r"(?P<unit>filters?|kernels?|windows?|neurons?|units?|nodes?|(?<!the )(?:weights?|parameters?)|pixels?|positions?|locations?|values?|elements?|(?<=per )seconds?|channels?|maps?|rows?|columns?)\b(?! (?:sizes?|sharing|width|height|maps?|matrix|layers?))"
)
_BIAS = re.compile(
    r"(?i)\b(?:with|includ\w+|an?|own|owns|plus|and|has|have|its|one|1|no)\s+(?:\w+ )?bias|\bbias(?:es)? (?:per|for)"
)
_OF_UNITS = {
    **dict.fromkeys(
        (
            "receptive",
            "effective_kernel",
            "neuron_connections",
            "filter_params",
            "connections",
            "filter_shape",
            "total_stride",
        ),
        ".*",
    ),
    **dict.fromkeys(("output", "spatial", "width", "height", "length", "elements"), "maps?|channels?"),
    **dict.fromkeys(("memory", "output_memory"), "weights?|parameters?|values?|elements?"),
}
"""The quantities that are told of less than a layer, and of what."""


def _of_a_part(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where a quantity is asked of less than a layer: multiplications per pixel, channels of a filter."""
    said = [one.words for one in scene.numbers if one.role]
    said += [(one.start, one.end) for one in scene.remarks if one.kind == "colour"]
    for one in asked:
        allowed = _OF_UNITS.get(one.quantity, "")
        for match in _UNIT.finditer(scene.text, *one.part):
            at = match.start("unit")
            if any(start <= at < end for start, end in [*said, (one.start, one.end)]):
                continue
            counted = one.quantity == "biases" and re.search(
                r"(?i)how many|number of|count", scene.text[slice(*one.part)]
            )
            if not counted and _BIAS.search(
                re.split(r"[,;:.?()\n]", scene.text[: match.start()])[-1]
                + re.split(r"[,;:.?()\n]", scene.text[match.start() :])[0]
            ):
                continue
            if re.fullmatch(allowed, match["unit"].lower()) or any(other.start <= at < other.end for other in asked):
                continue
            yield match.span()


_BATCH = re.compile(r"(?i)\b(?:of|for) (?:the |a )?(?:whole |entire |full )?(?:mini-?)?batch\b|\boutput tensor\b")
_ONE_IMAGE = re.compile(r"(?i)\b(?:per|one|each|every|single|an?) (?:single )?(?:image|example|sample|picture|input)\b")
_LETTERED = re.compile(r"\b(?:[Ll]ayer|[Cc]onv|[Nn]etwork|[Mm]odel|[Oo]ption) ([A-Z])\b")
_INNER = re.compile(r"(?i)\b(?:bottleneck|latent|code|encoding|embedding|representation)\b")
_HALVES = re.compile(r"(?i)\b(?:encoder|decoder|generator|discriminator|head|backbone|stem|trunk|body|branch)\b")
"""What lies within a network, and what parts of one are called."""
_OF_INPUT = re.compile(r"(?i)\b(?:has|have|does|of|do|in) (?:its|the|an?) input\b(?! (?:of|is|has|layer|to|with)\b)")


def _whose(scene: Scene, asked: list[Wanted]) -> Iterator[Span]:
    """Where something is asked of a layer known by a letter that none has, of the input, or of a batch where one image is told."""
    names = {(layer.name or "").lower() for layer in scene.layers}
    for one in asked:
        lettered = _LETTERED.search(scene.text, *one.part)
        if lettered and len(scene.layers) > 1 and lettered[0].lower() not in names:
            yield lettered.span()
        inner = _INNER.search(scene.text, *one.part)
        if inner and len(scene.layers) > 1 and one.quantity in ("output", "spatial", "elements", "channels", "length"):
            yield inner.span()
        halves = {found[0].lower() for found in _HALVES.finditer(scene.text)}
        half = _HALVES.search(scene.text, *one.part)
        if half and len(halves) > 1:
            yield half.span()
        of_input = _OF_INPUT.search(scene.text, *one.part)
        if of_input and one.quantity == "channels":
            yield of_input.span()
        if one.quantity in ("output", "elements") and scene.batch not in (
            None,
            1,
            *(scene.shape or ()),
            *(scene.entering or ()),
        ):
            batch = _BATCH.search(scene.text, *one.part)
            if batch or (one.quantity == "elements" and not _ONE_IMAGE.search(scene.text, *one.sentence)):
                yield batch.span() if batch else (one.start, one.end)


_PADDED_TO = re.compile(
    r"(?i)\b(?:pad(?:s|ded)?|dilated?)\b[^.;?\n]{0,40}?\b(?<!equal )(?<!set )to (?:an? |the )?(?:size |shape |width )?(?:of )?\d"
)
_OVERLAPPING = re.compile(r"(?i)(?<!non-)(?<!non)(?<!not )(?<!no )\boverlapping\b")


def _up_to(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where the size that comes out of a padding or of a dilation is told, or that windows overlap, and not by how much."""
    if any(layer.type in POOLS and "stride" not in layer.options for layer in scene.layers):
        yield from (match.span() for match in _OVERLAPPING.finditer(scene.text))
    yield from (match.span() for match in _PADDED_TO.finditer(scene.text))


def _of_none(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where something is said of all layers of a kind, and there is none."""
    made = {kind for layer in scene.layers for kind in (layer.type, _family(layer.type))}
    for one in scene.mentions:
        kinds = {one.type, _family(one.type)}
        if one.article in ("all", "every", "each") and kinds & set(scene.defaults) and not kinds & made:
            yield one.start, one.end


def _family(kind: str) -> str:
    return "pool" if kind in POOLS else "conv" if kind in CONVS else kind


def _of_classes(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where a number of classes is told and no layer that gives them."""
    if any(one.type in ("fc", "softmax") for one in scene.mentions):
        return
    for one in scene.numbers:
        if one.role == "out_features" and re.match(r"(?i)[\s-]*(?:\w+ )?(?:classes|categories|labels)", one.after):
            yield one.words
    return None


def _flat(scene: Scene, _: list[Wanted]) -> Iterator[Span]:
    """Where a convolution along one axis meets an image, which has two."""
    if re.search(r"(?i)\b(?:images?|pictures?|photos?)\b", scene.text):
        yield from ((one.start, one.end) for one in scene.remarks if one.kind == "rank" and one.value == 1)
