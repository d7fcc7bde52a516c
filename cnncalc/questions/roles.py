"""What a number in a question is: told by the words between it and the numbers beside it.

The words before a number begin, and those behind it end, with `#` where another number adjoins.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LETTER = r"(?:[(\[]?\b[A-Za-z](?:_\w{1,6}|\d)?\b[)\]]?)"
_FILL = (
    rf"(?:[\s(\[-]|=|:|(?:that|which|whose|of|is|are|was|be|equals?|equal to|to|set|value|has|have|having|at|being|by|a|an|the|with|uses?|using|each|all|both|"
    rf"spatial|sizes?|sized|shapes?|dimensions?|dims?|dimensionality|extent|width and height|height and width|side|side length|support|rate|factor|step|length|amount|"
    rf"parameter|only|just|exactly|now|dimensional|measuring|per side|,? ?(?:say|namely)|{_LETTER})(?![A-Za-z]))*"
)
_KERNEL = (
    r"(?:kernels?(?: ?/ ?filters?)?|filters?(?: ?/ ?kernels?)?|windows?|masks?|operators?|patch(?:es)?|tiles?|feature detectors?|"
    r"(?:max|av(?:era)?g(?:e)?|mean|min|sum)?[- ]?pool(?:ings?|ed|s)?(?: layers?| windows?| regions?| operation)?|conv(?:olution(?:al)?)?s?(?:[123]d)?(?: layers?| operation)?|"
    r"weight matrix|regions?|neighbou?rhoods?)"
)
_MAPS = (
    r"(?:filters?(?: ?/ ?kernels?)?|kernels?(?: ?/ ?filters?)?|masks?|feature[- ]?(?:maps?|detectors?|planes?)|activation maps?|output[- ](?:channels?|feature[- ]?maps?|maps?|planes?|features?|depth)|"
    r"channels? (?:out\b|at the output|in the output)|out[- ]?channels?|maps|conv(?:olution(?:al)?)? (?:filters?|kernels?)|learned features)"
)
_ADJECTIVE = (
    r"(?:different|learnable|such|separate|independent|distinct|individual|trainable|of (?:these|those|them)|total|spatial|2-?d|3-?d|1-?d|square|learned|identical|"
    r"depthwise|pointwise|transposed|the|these|those|linear|small|large|parallel|layer|\(?[KFNM]\)?|convolutional|conv|sized|dilated|output|of)"
)
_UNITS = r"(?:hidden |output |fully[- ]connected |dense |linear )*(?:neurons?|units?|nodes?|perceptrons?|outputs?\b(?! (?:channels?|maps?|feature|planes?|depth|steps?|pixels?|units?|neurons?|values?|elements?|positions?|volumes?|size|of\b))|(?:output )?classes|categories|logits|class scores|labels)"
_INPUT = (
    r"(?:inputs?|images?|pictures?|photos?|photographs?|pics?|scans?|frames?|spectrograms?|signals?|sequences?|time series|volumes?|tensors?|"
    r"(?:feature|activation)[- ]?maps?|maps?|matri(?:x|ces)|data|clips?|videos?|grids?|activations?|arrays?|digits?|samples?|cubes?|thumbnails?|crops?|feature volumes?|representation)"
)
_COLOUR = r"(?:\(?(?:rgb|colou?r(?:ed)?|gr[ae]y(?:[- ]?scale)?|binary|black[- ]and[- ]white|mono(?:chrome)?|square|2-?d|3-?d|1-?d|single[- ]channel|input|small|padded|zero-padded|resulting|output|feature|mnist|cifar(?:-?10)?|intermediate|spatial|medical|mri|ct)\)?[\s,-]*)"
_TO_OUTPUT = (
    r"(?:outputs?|results?|resulting|produc\w+|gives?|giving|gave|yield\w*|becom\w+|obtain\w*|generat\w+|returns?|get|gets|reach\w*|want(?:ed|s)?|desired?|"
    r"(?:up|down)-?sampl\w+ (?:it )?(?:from )?#? ?to|to|into|end up with|leaves?|comes? out)"
)
OF_LAYERS = r"(?:conv(?:olution(?:al)?)?s?(?: operations?| layers?| stages?)|convolutions|convs|layers?\b(?! of zero)|(?:max|average|avg)?[- ]?pool(?:ing)?s?(?: layers?| operations?)|(?:fully[- ]connected|dense|fc) layers|transposed convolutions)"
LAYER_ADJECTIVE = r"(?:more |of the above |above |such |stacked |successive |consecutive |identical |sequential |cascaded |of (?:these|those|them|this|the same) |similar |standard |valid |same |dilated |hidden |non-strided |strided |unpadded |padded |further |causal |1d |2d |conv\w* |pooling |kernel |plain |depthwise )*"


class Rule(NamedTuple):
    """A role and the words that give it: those right before the number, those right behind it."""

    role: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    sizes: bool | None
    """Whether it is for sizes such as 3x3 (True), for single numbers (False), or for both (None)."""


def _before(role: str, words: str, sizes: bool | None = None, after: str | None = None) -> Rule:
    behind = re.compile(rf"\s*(?:{after})", re.IGNORECASE) if after else None
    return Rule(role, re.compile(rf"(?:{words})\s*$", re.IGNORECASE), behind, sizes)


def _after(role: str, words: str, sizes: bool | None = None) -> Rule:
    return Rule(role, None, re.compile(rf"[\s-]*(?:{words})", re.IGNORECASE), sizes)


# a word that leads on to the next number belongs to that one: "3x3 stride 1"
_NOT_ON = rf"(?!{_FILL}\s*#)"
_ON_SIZE = r"(?:\s*(?:of )?(?:size|shape|dimension)s?\b)"

_AS_KERNEL = rf"(?:(?:{_ADJECTIVE}|dilated|max(?:imum)?|av(?:era)?g(?:e)?|mean|min|sum|transposed?|depth-?wise|point-?wise|pixel|pixels|causal|standard|regular|normal|strided|stacked|valid|same|(?:non-?)?overlapping|local|zero-padded|1d|2d|3d|atrous|grouped|separable|sliding|ordinary|full|dense|plain|naive|direct)[\s-]+)*(?:{_KERNEL}|convolv\w+|deconv\w*|up-?conv\w*|bottleneck|receptive fields?)\b"

RULES = (
    _before(
        "ordinal",
        r"\b(?:layer|step|stage|block|part|case|option|network|model|question|level|exercise|problem|figure|table|chapter|section|lecture|week|quiz|conv|pool|fc) #?",
        False,
        r"[:.)]|\s*$",
    ),
    _after("height", r"(?:pixels? |px )?(?:high|tall)\b", False),
    _after("width", r"(?:pixels? |px )?wide\b", False),
    _before(
        "length",
        rf"\b(?:sequences?|signals?|series|sentences?|waveforms?|input)(?: of)?(?: length)?{_FILL}",
        False,
        r"\s*(?:time ?steps?|samples?|words?|elements?|values?|points?|tokens?|with|and|,|\.|$)",
    ),
    _after("features", r"features?\b(?! maps?)(?! detectors?)", False),
    _before("kernel_size", r"\b(?:filters?|kernels?|masks?)\b[^.;,#]{0,25}\b(?:is|are|measures?)", True),
    # volumes
    _before(
        "input",
        r"\bglobal[- ]?(?:average|avg|max|mean)[- ]?pool\w*(?: layer)? (?:of|on|over|to|for)(?: an?| the)?",
        True,
    ),
    _before(
        "in_channels",
        r"\b(?:windows?|signals?|series|sequences?|recordings?) (?:have|has|with|of)",
        False,
        r"\s*(?:input )?(?:channels?|bands?)\b",
    ),
    _before(
        "input",
        r"\binputs? (?:of|to|into|for) (?:an? |the |this |our |each )?(?:[\w-]+ ){0,3}?layers? (?:be|is|was|has|have|had|being|are)(?: an?| the| of)*(?: size| shape| dimensions?)?(?: of)?",
        True,
    ),
    _before(
        "out_channels",
        r"#\s*(?:images?|inputs?|volumes?|maps?|tensors?) (?:in)?to",
        False,
        r"\s*(?:output )?(?:channels|maps|feature maps)",
    ),
    _before(
        "unread", r"\b(?:zero-?)?pad(?:ded|ding)?\b(?: (?:with|by) zeros?)?[^#.;\n]{0,20}?(?<!set )(?<!equal )\bto"
    ),
    _after("output", r"[\])]?\s*(?:is |comes |are )?(?:after|from) the\b", True),
    _before("volume", r"(?:→|=>|->)", True, r"(?:→|=>|->|$|[,.;)]|(?:output|volume|feature|map)s?\b)"),
    Rule("volume", None, re.compile(r"\s*(?=→|=>|->)"), True),
    _after("input", r"(?:went|goes|go|comes?|came|is fed|are fed|fed) in\b|in\b(?=\s*[,;]\s*#)", True),
    _after("output", r"(?:came|comes?) out\b|out\b(?=\s*(?:[,.;?)]|$))", True),
    _before("input", r"\bout of|(?:[,;:]|^)\s*in\s*[:=]?", True),
    _before("output", r"[,;:]\s*out(?:put)?\s*[:=]?", True),
    _before("input", r"#.*\bfrom(?: an?| the)?", True, r"\s*(?:with|by|using|through|via|under|$|[,.?;])"),
    _before("output", r"\boutputs? of [^.;#]{0,40}\b(?:is|was|are|be)", True),
    _before(
        "output",
        r"#\s*(?:map|image|input|feature map|volume|picture)s? (?:is|has become|becomes|has shrunk to|shrinks to|reaches|measures)(?: only| just)?",
        True,
    ),
    _after(
        "output", r"outputs?\b(?! (?:channels?|feature|maps?|neurons?|units?|classes|layer|padding|filters?))", True
    ),
    _before("volume", r"(?:[:,]|\bfrom|\blayer|\bconv\w*|\dd)\s*", True, r"\s*to\s*#"),
    _after("volume", rf"\)?\s*{_COLOUR}*{_INPUT}\b(?! size| patch)", True),
    _after("kernel_size", _AS_KERNEL + _NOT_ON, True),
    _before(
        "output",
        rf"\boutput(?: layer| volume| feature maps?| maps?| tensor| image| shape| size| dimensions?)*\b{_FILL}",
        True,
    ),
    _before(
        "input",
        rf"\binput(?: volume| feature maps?| maps?| tensor| image| shape| size| dimensions?| data)*\b{_FILL}",
        True,
    ),
    # strides, paddings, dilations, groups
    _before("batch", rf"\b(?:mini-?)?batch(?:[_ -]?size)?(?:es)?\b{_FILL}", False),
    _after("out_channels", r"of (?:them|these|those)\b", False),
    _after("count", r"times (?=in a row|in succession|consecutively|one after)", False),
    _after("side", r"(?:pixels? |px )?square\b", False),
    _after("batch", r"(?:input |rgb |colou?r |such )*(?:images?|samples|examples|pictures?)\b", False),
    _before("output_padding", rf"\boutput[_ -]?padding{_FILL}"),
    _before("stride", rf"\bstrid(?:es?|ed|ing)\b(?:[\s-]*conv\w*)?-?{_FILL}"),
    _before(
        "stride",
        r"\b(?:mov\w+|shift\w*|slid\w+|jump\w*|hop\w*)(?: (?:by|over|across|the|it|filter|window|kernel|a))*",
        False,
        r"(?:pixels?|positions?|steps?|cells?)",
    ),
    _before("stride", rf"\bstep(?:[ -]size|s)?{_FILL}", None),
    _after("stride", rf"(?:pixels?[- ])?strid(?:es?|ed?)\b{_NOT_ON}"),
    _before("dilation", rf"\b(?:dilat(?:ion|ed|e)s?|dilation[_ ]rate|atrous(?: rate)?)\b(?: convolutions?)?-?{_FILL}"),
    _before("dilation", rf"\brate{_FILL}", False),
    _after("dilation", rf"dilat(?:ed|ion)\b{_NOT_ON}", False),
    _before(
        "padding",
        rf"\b(?:zero[- ]?)?pad(?:d(?:ing|ed))?\b(?:\s(?:it|the input|them|this|(?:on )?(?:each|all|every|both) (?:sides?|borders?|edges?)))*{_FILL}",
    ),
    _before(
        "padding",
        r"\bpad(?:d(?:ing|ed))?\b[^.;\n#]{0,40}? (?:with|by|of|using)",
        False,
        r"(?:pixels?|zeros?|rows?|layers? of zeros?|rings?|px|on (?:each|all|every|both)|border)",
    ),
    _after("padding", rf"(?:pixels? |px )?(?:of )?(?:zero[- ]?)?padd?(?:ing|ed)?\b{_NOT_ON}"),
    _after(
        "padding",
        r"(?:pixels? of zeros?|zeros? (?:on|around|at|to) (?:each|every|all|both|the)|pixels? (?:border|on (?:each|every) side)|rings? of zeros)",
        False,
    ),
    _before("groups", rf"\b(?:groups?|cardinality)\b{_FILL}", False),
    _after("groups", r"(?:conv\w* |channel |equal |separate )?groups?\b", False),
    _before("pool_size", rf"\bpool[_ ]size{_FILL}"),
    _after("kernel_size", r"(?:(?:such|more|stacked|identical|plain|unpadded|padded) )*layers\b", True),
    # counts of layers
    _after("count", rf"{LAYER_ADJECTIVE}{OF_LAYERS}\b", False),
    # channels
    _before("out_channels", r"\bdepth K ?=?", False),
    _before(
        "in_channels",
        r"\b(?:applied|works?|working|operat\w+|acts?|acting) (?:to|on|over)(?: all| the)?",
        False,
        r"\s*(?:input )?(?:feature maps|maps|channels)\b",
    ),
    _after(
        "in_channels",
        r"(?:input|in|incoming)(?:put)?[- ](?:channels?|feature[- ]?maps?|maps?|planes?|features? maps?|depth|filters)",
        False,
    ),
    _after("out_features", rf"{_UNITS}\b", False),
    _before(
        "in_channels",
        r"\b(?:from|takes?(?: in)?|maps|mapping|accepts?|receiv\w+|gets|has|have|with|turns|of)",
        False,
        r"\s*(?:input )?(?:channels?|maps|feature maps)?\s*(?:channels? )?(?:to|into|→|->|=>|and (?:produc|output|yield|giv|generat|emit)\w*)\s*#",
    ),
    _before("in_channels", r"", False, r"\s*(?:channels?|maps|ch)?\s*(?:→|->|=>)\s*#\Z(?<!\n)"),
    _before(
        "out_channels",
        r"#\s*(?:input )?(?:channels?|maps|feature maps)?\s*(?:channels? )?(?:to|into|and (?:produc|output|yield|giv|generat|emit)\w*)(?: exactly)?",
        False,
        r"(?!\s*(?:by\b|x\b|px\b|pixels?\b|on\b|at\b))",
    ),
    _before("out_channels", r"#\s*(?:channels?|maps|ch)?\s*(?:→|->|=>)", False),
    _before(
        "out_channels",
        r"\b(?:conv\w*|filters?|layers?|one|and|kernels?|it|operation|convolution)\s*(?:which |that )?(?:outputs?|produc\w+|yield\w*|generat\w+|emit\w*|giv\w+|return\w*|to give|to produce|has)",
        False,
        r"\s*(?:output )?(?:channels?|maps|feature[- ]?maps?|planes|$|[,.;)]|and)",
    ),
    _after("in_channels", r"(?:channels? )?(?:input|in)(?: channels?)?\s*(?:and|,|/|&|to)\s*#", False),
    _after("in_channels", r"channels? (?:in\b|as input|at the input|in the input)", False),
    _before(
        "in_channels",
        rf"\b(?:input|in)[- _]?(?:channels?|feature[- ]?maps?|maps?|depth|planes?)\b(?: count)?{_FILL}",
        False,
    ),
    _before("in_channels", rf"\bC_?(?:in|1|i)\b{_FILL}", False),
    _before("out_channels", rf"\bC_?(?:out|2|o)\b{_FILL}", False),
    _after(
        "out_channels",
        rf"(?:{_ADJECTIVE} )*{_MAPS}\b(?!{_ON_SIZE}(?!{_FILL}#))(?! (?:are|is) (?:given|fed|the input))",
        False,
    ),
    _after(
        "out_channels",
        r"(?:channels? )?(?:output|out)\b(?! (?:neuron|unit|node|class|step|pixel|position|element|volume|map|size|of\b|value|dim))",
        False,
    ),
    _before(
        "out_channels",
        rf"\b(?:(?:number|no\.?|num|count) of |# ?(?:of )?)(?:conv\w* )?(?:filters?|kernels?|output channels?|channels|feature[- ]?maps?|output maps?){_FILL}",
        False,
    ),
    _before(
        "out_channels",
        rf"\b(?:output channels?|out[-_ ]?channels?|output feature[- ]?maps?|output maps?|output depth){_FILL}",
        False,
    ),
    _before("out_channels", r"\b(?:filters|feature maps|channels_out|kernels) ?[=:]", False),
    _after(
        "features",
        r"(?:input (?:features?|neurons?|units?|nodes|values|variables)|inputs\b|features (?:in\b|per))",
        False,
    ),
    _before("features", rf"\b(?:input layer|input vector|in_features|input features|number of inputs)\b{_FILL}", False),
    _before("features", r"\bfrom", False, r"\s*(?:inputs?|features|neurons|units|nodes)?\s*(?:in)?to\s*#"),
    _before("out_features", rf"\b(?:neurons?|units?|nodes?|out_features|classes){_FILL}", False),
    _before(
        "out_features",
        rf"\b(?:fully[- ]connected|dense|fc|linear|hidden|softmax)(?: layers?)?(?:,| to| into|-){_FILL}",
        False,
    ),
    _before("out_features", rf"\b(?:fully[- ]connected|dense|fc|linear|hidden|softmax)(?: layers?)?{_FILL}", False),
    # kernels
    _before("kernel_size", rf"\b(?:kernel|filter|window)[_ ]sizes?{_FILL}"),
    _before(
        "kernel_size",
        rf"\b(?:kernels?|filters?|windows?|masks?|operators?|patch(?:es)?|tiles?|extent|receptive field)\b{_FILL}",
    ),
    _after("kernel_size", _AS_KERNEL),
    _before("kernel_size", rf"\b{_KERNEL}(?: with| of| over| using|,)*{_FILL}"),
    # channels and sides of the input
    _after("in_channels", r"(?:colou?r |image |rgb )?(?:channels?|bands?|colou?rs)\b", False),
    _before("in_channels", rf"\b(?:channels?|bands?|depth|channel count|colou?r channels?)\b{_FILL}", False),
    _after("in_channels", r"deep\b", False),
    _before("volume", rf"\b{_INPUT}\b(?: (?:as|from))?{_FILL}", True),
    _before("volume", rf"\b(?:of )?(?:shapes?|sizes?|dimensions?)\b{_FILL}", True),
    _after("kernel_size", r"(?:wide|long|taps?)(?: (?:filters?|kernels?|conv\w*))", False),
    _before("height", rf"\b(?:height|rows?)\b{_FILL}", False),
    _before("width", rf"\b(?:width|cols?|columns?)\b{_FILL}", False),
    _before("length", rf"\blength\b{_FILL}", False),
    _after(
        "length",
        r"(?:time[- ]?)?steps?\b|(?:samples?|elements?|values?|points?|tokens?|characters?)(?: long)?\b|long\b",
        False,
    ),
)


LETTERS = {
    "s": "stride", "st": "stride", "p": "padding", "pad": "padding", "d": "dilation", "g": "groups", "w": "width", "h": "height",
    "l": "length", "n": "side", "i": "side", "k": "K", "f": "F", "c": "in_channels", "cin": "in_channels", "cout": "out_channels", "b": "batch", "op": "output_padding",
    "w1": "width", "h1": "height", "d1": "in_channels", "w_1": "width", "h_1": "height", "d_1": "in_channels", "ksize": "kernel_size",
    "nf": "out_channels", "nk": "out_channels", "co": "out_channels", "oc": "out_channels", "ci": "in_channels", "ic": "in_channels", "kh": "kernel_height", "kw": "kernel_width", "win": "side", "hin": "side", "w_in": "side", "h_in": "side", "n_in": "side",
}  # fmt: skip
"""What a letter before `=` is, where the question doesn't say; K and F are either the size of a filter or their number."""
