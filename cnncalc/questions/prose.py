"""What may stand around a list of layers: sentences that introduce it, and nothing that might change it."""

from __future__ import annotations

import re

from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted, is_asking, sentences

_KNOWN = """
a above activation activations after afterward afterwards alexnet all also an and answer answers applied applies
apply architecture architectures are as assume at average batch be being below blank blanks build built by
called can cell cells channel channels channels-first cifar class classes classic classification classifier cnn
cnns color colour coloured column complete composed comprises connected consider consist consisting consists
contain containing contains conv convnet convnets convolution convolutional data dataset deep define defined
dense depth describe described describes design designed digit digits dimensions each enters entries entry every
exam exercise feature features fed feed fill finally first five followed following follows for format four from
fully gaps given go goes gray grayscale grey greyscale has have having he height hello help here hi hidden
homework i image imagenet images imagine in input inputs inspired into is it its keras last layer layers layout
left lenet let like list look made map maps marks max me means mini missing mnist mnist-like model model.summary
models modern monochrome multiplication my name named net nets network networks neural next notation note number
numbers object of on one or order our output outputs param parameter parameters params part pass passed passes
path photo picture pictures pixel pixels please pool pooling problem process processed processes px pytorch
question questions quiz recognition report rgb right row rows run runs scale sent sequence shape shapes she show
shown similar simple simplicity simplified simply six size sizes small small-scale stack stacked standard
structure student style summary suppose table take takes task teacher tensor tensorflow thanks that the them
then there these they this three through tiny to torch toy two type types typical unknown us use used uses using
value values variant version vgg vgg-style vggnet volume volumes want was we weights where width with write you
your
"""
_WORDS = frozenset(_KNOWN.split())
"""Words of sentences that only say that a network comes; no verb among them changes one."""
_HARMLESS = re.compile(
    r"(?i)\b(?:(?:the )?non-?linear(?:ity|ities)?(?: activations?(?: functions?)?)?(?: layers?)? (?:is|are) (?:omitted|ignored|not shown|left out)(?: throughout| everywhere| here)?"
    r"|(?:note that )?the third dimension of (?:each|every|the) (?:conv\w* )?filters? is (?:omitted|not shown|left out)[^.;]{0,20}(?:inferred|clear|known) from the (?:previous layer|input|layer before)"
    r"|(?:while )?(?:max )?pooling [^.;\n]{0,90}is (?:performed|done|applied) on each channel(?: ?/ ?feature map)? (?:separately|independently))"
)
"""Sentences that say what is so anyhow."""
_WORD = re.compile(r"(?<![\w«.])[A-Za-z][A-Za-z'-]+(?![\w»])")
_KIND = re.compile(r"(?i)\b(?:conv\w*|fc|dense|linear|fully|pool\w*|output|hidden|first|second|third|last|final)\b")


def changing(scene: Scene, asked: list[Wanted]) -> tuple[int, int] | None:
    """Where a sentence beside the list says something that nothing has read; None where all of them only introduce it."""
    read = [
        number.words
        for number in scene.numbers
        if number.role in ("batch", "volume", "input", "in_channels", "height", "width")
    ]
    read += [
        (one.start, one.end)
        for one in scene.remarks
        if one.kind in ("bias", "bytes", "layout", "batched", "colour", "framework", "rank", "overlap")
    ]
    read += [match.span() for match in _HARMLESS.finditer(scene.text)]
    for start, end in sentences(scene.text):
        if any(start <= one.start < end for one in asked) or is_asking(scene.text[start:end]):
            continue
        for match in _WORD.finditer(scene.text, start, end):
            if (
                match[0].lower() not in _WORDS
                and not any(first <= match.start() < last for first, last in read)
                and not _is_name(scene.text, match)
            ):
                return match.span()
        biased = any(start <= one.start < end for one in scene.remarks if one.kind == "bias")
        partly = _KIND.search(scene.text, start, end)
        if biased and partly:
            return partly.span()
    return None


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether it is the name of the network, or of a person, that begins a line: `LeNet-like:`."""
    return text[match.end() : match.end() + 1] == ":" or (
        match[0][0].isupper() and text[match.end() : match.end() + 2].startswith("'s")
    )
