"""What a question asks for, in the order in which it asks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cnncalc.questions.reply import not_understood

_ASKING = re.compile(
    r"(?i)\?|=\s*$|\b(?:what|what's|whats|how (?:many|much|large|big|wide|long|high|deep|do|does|is|are|can)|which|calculate|compute|find|determine|give|state|work out|derive|report|tell me|show|list|evaluate|estimate|"
    r"specify|name|draw|fill|write down|count|fill in|need to know|want to know|provide|deduce|obtain the|figure out|is the|will the|would the|please|says?|answer|predict|compare|output (?:size|shape|volume|dimensions?)\s*:?\s*$|params?\s*:?\s*$)\b"
)
BEGIN = re.compile(
    r"(?i)\b(?:what|what's|whats|how (?:many|much|large|big|wide|long|high|deep)|which|calculate|compute|find|determine|give|state|work out|derive|report|evaluate|estimate|specify|write down|deduce|figure out)\b"
)
_FURTHER = re.compile(r"(?i)\W*(?:and|or|but)\b|\W*(?:what|how) about\b")
HEAD = re.compile(
    r"(?i)\b(?:how (?:many|much|large|big|wide|long|high|deep)|what(?:'s| is| are| would| will| does))\b(?! (?:of (?:them|these)|wrong))"
)
_PART = re.compile(
    r"(?i)\b(?:and|or),? (?:what|how|which|the (?:total|number))\b|,? what(?:'s| is)\b|\bhow (?:many|much)\b|\((?:[a-h]|i{1,3}|iv|v)\)"
)
_ASIDE = re.compile(
    r"(?i)\((?:each|one|every|weights and bias|assum|includ|exclud|ignor|format|with|without|hint|note|no |count|where|in the|as |e\.g|i\.e|all )[^()]*\)"
)
_SENTENCE = re.compile(r"[^?\n.;]*(?:\.\d[^?\n.;]*)*[?\n.;]?")
_SIZE = r"(?:sizes?|shapes?|dimensions?|dimensionality|dims?|volumes?|resolutions?|extents?)"
_PARAMS = r"(?:param(?:eter)?s?(?: count)?|parms|learnable (?:values?|numbers?|variables)|trainable (?:values?|numbers?|variables|weights and biases)|weights and bias(?:es)? (?:in total|altogether|together)|(?:total )?weights \+ biases|weights plus biases|params/weights|parameters/weights|numbers (?:have to|must|need to) be learn\w+|values? (?:have to|must|need to|does \w+ need to) (?:be )?learn\w*|degrees of freedom)(?!\s*(?:are |is )?(?:given|as follows|below|:|sharing))"
_INPUTS = r"input (?:pixels?|time ?steps?|elements?|samples?|values?|positions?|units?|neurons?)"

QUANTITIES = (
    ("fault", r"\bwhat(?:'s| is| went) wrong\b|\bwhy (?:does|is|do|am|did)\b[^?\n]*\b(?:errors?|fails?|wrong|crash\w*)\b"),
    ("receptive", rf"\bRF\b|\breceptive[- ]fields?(?: sizes?)?|\bfields? of view|\b(?:how (?:many|large|much|big|wide)|what) [^.?\n]*?(?:{_INPUTS}|of the (?:input|image)|(?:input|image) region|patch|pixels|samples|steps|inputs)[^.?\n]*?\b(?:see|sees|depend\w*|cover\w*|influence\w*|affect\w*|contribut\w*|look\w* at|reach\w*|responsib\w*|determine)\b|\bregion of the (?:input|image)"),
    ("effective_kernel", rf"\beffective[- ](?:kernel|filter|window|field)?\s*{_SIZE}?|\beffective (?:kernel|filter|receptive field)|\binput pixels does it span|\bspan\w*\b(?= )"),
    ("output_memory", r"\bmemory\b[^.?\n]*?(?:stor\w+|for|of|to hold|need\w*)[^.?\n]*?\b(?:output|activations?|feature maps?|result)"),
    ("memory", r"\bmemory\b|\b(?:kilo|mega|giga)?bytes\b|\b(?:how (?:many|much)|in) (?:[KMG]i?B)\b|\bstorage\b|\bRAM\b|\bdisk space\b"),
    ("non_trainable", r"\bnon-?trainable(?: param\w+)?"),
    ("params", r"\btotal\b(?=\s*(?:,|and)\s*(?:non-?)?trainable)"),
    ("trainable", r"\btrainable\b(?=\s*(?:,|and|or)\s)|\btrainable param\w+|\b(?:total|all) trainable\b|\btrainable\s*\?"),
    ("neuron_connections", r"\bconnections? (?:does|do|has|have|are|is)\b[^.?\n]{0,30}?\b(?:each|every|one|a single|a|1|per) (?:\w+ )?(?:neuron|unit|node)\b|\b(?:incoming|input) connections\b|\bconnections? (?:per|of (?:a|each|one)) (?:\w+ )?(?:neuron|unit)"),
    ("connections", r"\bconnections?\b"),
    ("total_stride", r"\b(?:total|overall|effective|cumulative|combined|product of(?: the)?) strides?\b|\bstride product\b|\bjump\b|\bstride of the (?:whole )?(?:network|stack)"),
    ("filter_params", rf"\b(?:{_PARAMS}|weights)\b[^.,?\n]{{0,30}}?\b(?:in |per |does |of )?(?:each|every|one|a single|single|1|per) (?:\d+x\d+ )?(?:conv\w* )?(?:filter|kernel|neuron|unit|output (?:neuron|unit))\b"),
    ("filter_shape", rf"\b(?:{_SIZE}|depth|number of channels) (?:of|do|does|must|should) (?:each |every |one |the |a |its )*(?:\w+ )?(?:conv\w* )?(?:filters?|kernels?|weight (?:tensor|matrix)|weights)\b|\b(?:filter|kernel|weight)s?(?: tensor)?'?s? (?:shape|depth)"),
    ("params", rf"\b{_PARAMS}\b"),
    ("weights_biases", r"\bweights and (?:how many )?bias(?:es)?\b(?= (?:are|does|do|has|have|in|is))(?=[^?]*\b(?:each|separately|respectively)\b)|\bweights and bias(?:es)?\b|\bhow many weights and how many bias\w*|\bnumber of weights and (?:the )?(?:number of )?bias\w*"),
    ("biases", r"\bbias(?:es)?(?: (?:terms?|parameters?|values?))?\b"),
    ("weights", r"\bweights?\b(?! (?:sharing|decay|matrix|matrices))"),
    ("flops", r"\bfl[ou]+ps?\b|\bfloating[- ]point (?:operations?|ops)\b"),
    ("macs", r"\bG?MACs?\b|\bmult(?:iply)?[- ]?(?:and[- ])?(?:accumulates?|adds?|accs?)(?: operations?)?|\bmultiplications?\b|\bmultipl(?:y|ies)\b|\bmults?\b|\bproducts\b|\bmult-adds\b|\bmadds\b"),
    ("operations", r"\b(?:operations?|ops)\b|\bcomputation(?:al|s)?(?: costs?)?\b|\barithmetic (?:cost|operations?)\b"),
    ("layers", r"\b(?:how many|number of|what number of)\b(?: \w+)*? [^.?\n\x01]*?(?:layers|convolutions|convs|times)\b"),
    ("padding", r"(?<!after )(?<!before )(?<!the )\bpadding\b(?! layer)|\bthe padding\b|\bpad\b|\bpadded\b(?! (?:images?|inputs?|volumes?|pictures?|maps?|size))|\bzeros? (?:must|should|need|have to|are needed)"),
    ("stride", r"\bstrides?\b"),
    ("dilation", r"\bdilation(?: rate| factor)?\b"),
    ("kernel_size", rf"\b(?:kernel|filter|window|pool(?:ing)?|mask)(?: width| side)?[- _]?{_SIZE}(?: of the (?:filter|kernel)s?)?|\b{_SIZE} of (?:the |each |its |a )*(?:kernel|filter|window|mask|pooling window)s?\b"),
    ("filters", r"\b(?:how many|number of|#|count of) (?:the )?(?:conv\w* |different |output )?(?:filters|kernels|masks)\b"),
    ("groups", r"\bgroups\b"),
    ("factor", r"\b(?:up|down)-?s(?:ampling|caling) factor|\bupscal\w+ factor|\bscale factor|\bfactor of upsampling"),
    ("ratio", r"\bratio\b|\bby (?:what|which) factor|\bwhat factor|\bhow many times (?:fewer|more|less|smaller|larger|bigger|cheaper|as)|\bhow much (?:cheaper|smaller|larger|bigger|more|fewer|less)\b|\breduction(?: factor)?\b|\bspeed-?up\b|\bsaving(?:s)?\b|\bper ?cent(?:age)?\b|\bfraction\b|\bcompar(?:e|ed|ison)\b|\bfactor\b"),
    ("input", rf"\b{_SIZE} (?:of |must |should |did |was |does )*(?:the |its |an? )*(?:original |smallest |minimum |largest )?(?:input|image)\b|\binput(?: image| volume| feature map)?(?: spatial)?[- ]{_SIZE}|\b(?:how (?:large|big|wide)|what size) (?:must|should|was|were|is) (?:the|its|an?) (?:\w+ )?(?:input|image)\b"),
    ("in_features", r"\bin_features\b|\binput features\b|\bflatten(?:ed)?\b[^.?\n]*?\b(?:size|length|vector|neurons|units|features|shape|long|dimensions?|elements?)\b|\b(?:size|length|dimension\w*|shape) of (?:the |a )*flattened|\bfeatures (?:enter|go into|feed|reach|arrive)\w*"),
    ("elements", r"\bhow many (?:output |hidden )?(?:neurons|units|activations|values|elements|numbers|outputs|nodes|features|entries|scalars)\b|\b(?:total )?number of (?:output |hidden )?(?:neurons|units|activations|values|elements|outputs|nodes|entries|scalars)\b"),
    ("spatial", rf"\bhow many rows and (?:how many )?columns\b|\bspatial[- ](?:output )?{_SIZE}|\bheight (?:and|x|by|&) (?:the )?width|\bwidth (?:and|x|by|&) (?:the )?height|\b(?:side|sides)(?: length)?(?: of)?\b|\bfeature[- ]?map sizes?\b(?! and)"),
    ("channels", r"\b(?:number of |how many )(?:output |out )?(?:channels|feature maps|activation maps|maps|planes)\b|\b(?:output |resulting )?depth\b|\boutput channels\b|\bhow deep\b"),
    ("length", r"\bhow many (?:output )?(?:samples|time ?steps|positions)\b|\boutput[_ ]length\b|\b(?:how long|length)\b"),
    ("width", r"\b(?:output )?width\b|\bhow wide\b"),
    ("height", r"\b(?:output )?height\b|\bhow (?:high|tall)\b"),
    ("output", rf"(?:(?<=[:,&?])|(?<=\band))\s*(?:the )?outputs?(?=\s*(?:,|&|\?|\band\b|\bthen\b|$))|\boutputs?(?=\s*(?:,|&|and)\s*(?:the )?(?:number|#|params?|parameters|weights|macs|flops|receptive|multiplications))|\bwhat happens to\b|\.size\(\)|\.shape\b|\b(?-i:o)\s*(?:=|:)?\s*\?|\b(?:what is|find|compute) (?-i:o)\b|\b(?:becomes?|gives?|yields?|produces?|results?|remains?|leaves it|comes out|(?:is|are) left|turns? (?:\w+ ){{0,3}}into)\s*(?:which \w+|what)?\s*[:?]?\s*$|\bwhat (?:does|do|did|will) [^.?\n]*? (?:become|give|yield|produce|look like)\b|\boutputs?\b(?: \w+){{0,2}}? {_SIZE}|(?<!\ba )(?<!\ban )(?<!channel )(?<!input )(?<!image )\b{_SIZE}\b|\boutputs?(?: \w+)? (?:is|are|will be|would be)\s*[:.]*\s*$|\binto\s*:?\s*$|\bhow (?:large|big|wide)\b|\bwhat (?:comes? out|is (?:the|its) (?:outputs?|results?)|does it (?:produce|output))\b|\bout(?:put)?\s*(?:=|:|→|->)?\s*\?|(?:→|->|=>|=)\s*\?+|\boutputs?\b(?=\s*\??\s*$)|\bwhat (?:is|are|will be|would be) (?:the )?(?:\w+ )?outputs?\b|\b(?:calculate|compute|find|determine|give|state) (?:the )?(?:\w+ )?outputs?\b"),
)  # fmt: skip
"""What can be asked, the more telling words first: what they take is not read again by the others."""
_QUANTITIES = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in QUANTITIES)


MOST = 60
"""Things that a question may ask for."""


@dataclass
class Wanted:
    """One thing asked: a quantity and where its words stand."""

    quantity: str
    start: int
    end: int
    sentence: tuple[int, int] = (0, 0)
    part: tuple[int, int] = (0, 0)
    """The part of the sentence that asks for it."""


_OF_ONE = ("filter_params", "neuron_connections")
"""What names the filter in its own words, which state facts: `a single 1x1 filter`."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences (or lines) of a text begin and end."""
    return [match.span() for match in _SENTENCE.finditer(text) if match[0].strip()]


def heads(text: str) -> int:
    """How many things are asked for at least: every `how many` and `what` of a sentence that ends with a question mark."""
    asking = [text[start:end] for start, end in sentences(text) if text[start:end].rstrip().endswith("?")]
    return sum(max(len(HEAD.findall(sentence)), bool(_FURTHER.match(sentence))) for sentence in asking)


def is_asking(sentence: str) -> bool:
    """Whether a sentence asks for something."""
    return bool(_ASKING.search(sentence.strip()))


def _of_sentence(sentence: str, start: int, read: list[tuple[int, int]], everything: bool) -> Iterator[Wanted]:
    """What one sentence asks for, from its first question word on."""
    whole = _blank(sentence, [match.span() for match in _ASIDE.finditer(sentence)])
    begin = BEGIN.search(whole)
    if begin and not everything:
        whole = _blank(whole, [(0, begin.start())])
    rest = _blank(whole, read)
    for name, pattern in _QUANTITIES:
        for match in pattern.finditer(whole if name in _OF_ONE else rest):
            if "\x01" not in rest[slice(*match.span())]:
                yield Wanted(name, start + match.start(), start + match.end(), (start, start + len(sentence)))
                rest = _blank(rest, [match.span()], "\x01")


def _blank(text: str, spans: Iterable[tuple[int, int]], sign: str = "\x00") -> str:
    for first, last in spans:
        first, last = max(first, 0), min(last, len(text))
        if first < last:
            text = text[:first] + sign * (last - first) + text[last:]
    return text


def wanted(text: str, read: list[tuple[int, int]], *, everything: bool = False) -> list[Wanted]:
    """Everything asked for; `read` are the spans that say a fact and so can't ask for one (`stride 2`)."""
    found: list[Wanted] = []
    going = False
    for start, end in sentences(text):
        sentence = text[start:end]
        goes_on = going and text[start - 1 : start] in (";", ":", ",") and not re.search(r"\d", sentence)
        going = is_asking(sentence) or goes_on
        if going or everything:
            found += _of_sentence(sentence, start, [(first - start, last - start) for first, last in read], everything)
    if not found and not everything:
        return wanted(text, read, everything=True)
    if len(found) > MOST:
        raise not_understood(f"the question asks for more than {MOST} things")
    found.sort(key=lambda one: one.start)
    for one in found:
        start, end = one.sentence
        cuts = [start, *(start + match.start() for match in _PART.finditer(text[start:end])), end]
        one.part = next((first, last) for first, last in itertools.pairwise(cuts) if first <= one.start < last)
    return found
