"""What goes in and what comes out: sizes, single sides, channels and batches, told by the words around them."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from cnncalc.questions.numbers import Number
from cnncalc.questions.scene import CONVS, Scene
from cnncalc.questions.spoken import Spoken

_OUTWARDS = re.compile(
    r"(?i)(?:\bafter (?:the )?[\w-]+(?: layer)?|\boutput\w*|\bresult\w*|\bproduc\w+|\bgiv\w+|\bgave|\byield\w*|\bbecom\w+|\bobtain\w*|\bgenerat\w+|\breturns?|\bget\b|\bgets\b|\bgot\b|\breach\w*|\bwant\w*|\bdesir\w*|→|=>|->|\bto|\binto|\bleaves?|\bcomes? out|\bend up with|\bsays?|\bclaims?|\banswer\w*)\s*(?:(?:a|an|the|of|is|as|at|size|sized|shape|dimensions?|volumes?|feature|activation|maps?|tensors?|be|with|exactly|it|:|=|spatial|was|\()\s*)*$"
)

_SURELY_OUT = re.compile(r"(?i)after|output|result|produc|yield|generat|becom|→|=>|->")
_INWARDS = re.compile(
    r"(?i)\b(?:appl\w+|happens?|fed|feed\w*|given|giv\w+|sen[dt]\w*|pass\w*|present\w*|goes|respect|subject\w*|shown|belongs?)\s+(?:in)?to\b[^#]*$|\b(?:takes?(?! to\b)|accepts?|receiv\w+) (?:as input )?(?:an?|the)?[^#]{0,20}$"
)
_ASKED_OF = re.compile(r"(?i)\boutput (?:\w+ )*(?:of|for|from) (?:an?|the)\s*$")
_NOUN = re.compile(
    r"(?i)\s*(?:\w+ )?(?:images?|pictures?|photos?|frames?|volumes?|inputs?|(?:feature )?maps?|tensors?)\b"
)
"""`The output size of a 32×32×3 image that is convolved with …`."""


class Entering:
    """Reads the numbers that belong to no layer."""

    def __init__(self, scene: Scene, spoken: Spoken) -> None:
        self.scene, self.spoken = scene, spoken
        code = spoken.code
        self.restated = {
            value for one in code for name, value in one.options.items() if name in ("out_channels", "out_features")
        }
        """Numbers that the words around code only say once more."""
        self.kernel: dict[str, Any] = {}
        """Sides of a filter of which the other is still to come."""

    def close(self) -> None:
        """What is left at the end: a side of a filter without the other."""
        if self.kernel:
            sides = [number for number in self.scene.numbers if number.role in ("height", "width")]
            self.scene.unread += sides[-1:]

    def rest(self, number: Number) -> None:
        """A number that belongs to no layer: to the input, to an output, or to nothing that is known."""
        scene = self.scene
        role = number.role
        if self.is_product(number):
            return
        if number.is_size and role in ("volume", "input", "output"):
            self.volume(number)
        elif role == "batch":
            if scene.batch is None and isinstance(number.value, int):
                scene.batch = number.value
        elif number.series:
            scene.unread.append(number)
        elif role in ("height", "width", "kernel_height", "kernel_width") and self.is_of_kernel(number):
            self.kernel_side(number)
        elif role in ("height", "width", "length", "side", "in_channels", "features"):
            self.side(number)
        elif number.value in self.restated:
            pass
        elif role == "unread" or (role != "ordinal" and not isinstance(number.value, str)):
            scene.unread.append(number)

    def is_product(self, number: Number) -> bool:
        """Whether it only multiplies out the size before it: `64x64x3 = 12288`."""
        at = self.scene.numbers.index(number)
        before = self.scene.numbers[at - 1] if at else None
        sides = before.value if before is not None and isinstance(before.value, tuple) else ()
        return (
            bool(sides)
            and re.fullmatch(r"#?\s*(?:=|or|i\.e\.,?)\s*", number.before) is not None
            and all(isinstance(side, int) for side in sides)
            and math.prod(sides) == number.value
        )

    def is_of_kernel(self, number: Number) -> bool:
        """Whether a height or a width is that of a filter: the last thing spoken of."""
        if (number.role or "").startswith("kernel"):
            return True
        text = self.scene.text[max(0, number.start - 120) : number.start]
        nouns = re.findall(
            r"(?i)\b(?:(kernels?|filters?|masks?|windows?)|(images?|inputs?|volumes?|pictures?|maps?|scans?|sequence|signal))\b",
            re.split(r"[.;\n]", text)[-1],
        )
        return bool(nouns and nouns[-1][0])

    def kernel_side(self, number: Number) -> None:
        """A single side of a filter; the kernel size once both are known, or on one axis."""
        role = (number.role or "").removeprefix("kernel_")
        self.kernel[role] = number.value
        if self.scene.remark("rank") == 1 or self.scene.rank == 1:
            self.kernel = {}
            self.spoken.state([replace(number, role="kernel_size")])
        elif len(self.kernel) == 2:
            size = self.kernel["height"], self.kernel["width"]
            self.spoken.state([replace(number, role="kernel_size", value=size)])
            self.kernel = {}

    def side(self, number: Number) -> None:
        sides, role = self.scene.sides, number.role or ""
        colour = self.scene.remark("colour")
        if role == "in_channels" and colour is not None and number.value != colour and role not in sides:
            self.spoken.state([replace(number, role="out_channels")])
            return
        if sides.get(role, number.value) != number.value:
            current = self.spoken.target[-1] if self.spoken.target else None
            if (
                role == "in_channels"
                and current is not None
                and current.type in CONVS
                and "out_channels" not in current.options
            ):
                current.options["out_channels"] = number.value
                return
            self.scene.unread.append(number)
        sides[role] = number.value

    def volume(self, number: Number) -> None:
        scene, size = self.scene, number.value
        if not isinstance(size, tuple):
            return
        asked_of = _ASKED_OF.search(number.before) and _NOUN.match(number.after)
        found = None if asked_of or _INWARDS.search(number.before) else _OUTWARDS.search(number.before)
        outwards = number.role == "output" or bool(found and (scene.shape is not None or _SURELY_OUT.match(found[0])))
        if number.role != "input" and outwards and (scene.layers or scene.shape is not None):
            if self.spoken.target and self.spoken.target[-1].gives in (None, size):
                self.spoken.target[-1].gives = size
            elif size not in (scene.shape, scene.output):
                scene.unread.append(number)
            scene.output = size
        elif scene.shape is None or scene.shape == size:
            scene.shape = size
            if number.batch:
                scene.sides["batch"] = None
        elif any(layer.gives == size for layer in scene.layers):
            pass
        else:
            scene.unread.append(number)
