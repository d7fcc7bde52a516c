"""What may stand around a list of layers: sentences that introduce it, and nothing that might change it."""

from __future__ import annotations

import re

from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted, is_asking, sentences

_WORDS = frozenset(
    (
        "a an the this that these there here its it we you i our your my he she us me them they "
        "consider given suppose assume let take imagine look have has having is are was be being build built design designed describe describes described define defined shown show "
        "use uses used using want consists consist consisting contains contain containing comprises composed made of with in on at to into for from by as and or also "
        "following follows below above next then after through goes go passes passed pass fed feed runs run processed processes process takes take applied apply applies sent enters "
        "network networks net nets cnn cnns convnet convnets convolutional convolution conv neural deep model models architecture architectures classifier structure layer layers sequence stack stacked list column left right table "
        "input inputs image images picture pictures photo colour color coloured rgb grey gray greyscale grayscale scale monochrome volume volumes tensor map maps size sizes shape shapes pixel pixels px channel channels feature features "
        "mnist cifar imagenet data dataset digit digits batch mini small simple toy tiny simplified typical standard classic modern first like style similar variant version inspired type types "
        "each every all one two three four five six question questions exercise problem task homework exam quiz part please answer answers help hello hi thanks my teacher student "
        "lenet alexnet vgg vggnet notation where means layout format order height width depth first channels-first classes class classification object recognition "
        "can write multiplication fill complete blanks blank missing gaps marks sizes given number numbers parameters parameter param params activation activations weights dimensions output outputs summary report "
        "name path called named mnist-like note vgg-style small-scale keras pytorch tensorflow torch model.summary cell cells row rows value values entry entries unknown "
        "fully connected dense pooling pool max average hidden followed finally afterwards afterward next last simplicity simply"
    ).split()
)  # fmt: skip
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
    read = [number.words for number in scene.numbers if number.role in ("batch", "volume", "input", "in_channels", "height", "width")]
    read += [(one.start, one.end) for one in scene.remarks if one.kind in ("bias", "bytes", "layout", "batched", "colour", "framework", "rank", "overlap")]
    read += [match.span() for match in _HARMLESS.finditer(scene.text)]
    for start, end in sentences(scene.text):
        if any(start <= one.start < end for one in asked) or is_asking(scene.text[start:end]):
            continue
        for match in _WORD.finditer(scene.text, start, end):
            if match[0].lower() not in _WORDS and not any(first <= match.start() < last for first, last in read) and not _is_name(scene.text, match):
                return match.span()
        biased = any(start <= one.start < end for one in scene.remarks if one.kind == "bias")
        partly = _KIND.search(scene.text, start, end)
        if biased and partly:
            return partly.span()
    return None


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether it is the name of the network, or of a person, that begins a line: `LeNet-like:`."""
    return text[match.end() : match.end() + 1] == ":" or (match[0][0].isupper() and text[match.end() : match.end() + 2].startswith("'s"))
