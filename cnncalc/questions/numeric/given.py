"""Which of the matrices in a question is the input, which the kernel."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from cnncalc.questions.matrices import Found
from cnncalc.questions.numeric.asked import size
from cnncalc.questions.reply import not_understood
from cnncalc.worked.matrix import Nested

_KERNEL = r"kernels?|filters?|weights?|masks?|operators?|template|detector|sobel|prewitt|laplacian|sharpen\w*|blur\w*"
_INPUT = (
    r"inputs?|images?|signals?|sequences?|feature maps?|features?|pictures?|pixels?|data|patch|logits?|scores?"
    r"|activations?|array|table|values?|mini-?batch|grid|vector|matrix"
)
_OUTPUT = r"outputs?|results?|answer|expected|ground truth|target|labels?"
_ROLES = re.compile(
    rf"\b(?:(?P<kernel>{_KERNEL})|(?P<output>{_OUTPUT})|(?P<bias>bias(?:es)?)|(?P<input>{_INPUT}))\b", re.IGNORECASE
)
_LETTER = re.compile(
    r"(?<![\w\\])(?:\\\w+\{)?([A-Za-z])(?:_?\d|\[n\]|\[\w\]|_\w|\}|\([^()]{0,9}\))?\s*(?:=|:|:="
    r"|\\in)\s*(?:\w+\.\w+\()?\s*\$*$"
)
_LETTERS = {**dict.fromkeys("xXI", "input"), **dict.fromkeys("wWkKh", "kernel"), "b": "bias"}
_BEHIND = re.compile(
    rf"\s*\)?\s*,?\s*(?:as|is|being|\()\s*(?:the|a|an|our)?\s*(?:\w+\s+)?(?:(?P<kernel>{_KERNEL})"
    rf"|(?P<input>{_INPUT}))\b",
    re.IGNORECASE,
)

_IS = re.compile(r"[^:=]*[:=]\s*(?:\n.*)?$|\s*(?:(?:map|matrix|image|is|was|are|were|being)\s+)*$")
_CALL = re.compile(r"\w+\.(?:array|tensor|Tensor|matrix|constant|FloatTensor)\(\s*$")


class Given(NamedTuple):
    """The matrices by what they are."""

    inputs: list[Nested]
    kernels: list[Nested]
    channels: bool
    """Whether several of a kind are the channels of one."""

    def input(self) -> Nested:
        """The one input, or its channels."""
        if len(self.inputs) == 1:
            return self.inputs[0]
        if self.channels and len({tuple(size(one)) for one in self.inputs}) == 1:
            return self.inputs
        raise not_understood(f"{len(self.inputs)} matrices could be the input")

    def kernel(self) -> Nested:
        """The one kernel, or that of every channel."""
        if len(self.kernels) == 1:
            return self.kernels[0]
        if self.channels and len(self.kernels) == len(self.inputs) > 1:
            return self.kernels
        count = len(self.kernels)
        raise not_understood(
            f"{count} matrices could be the kernel" if count else "the values of the kernel are not given"
        )

    @property
    def turns(self) -> bool:
        """Whether half a turn changes the kernel."""
        return any(_turned(one) != one for one in self.kernels)

    def sizes(self, entered: Nested | None) -> set[tuple[int, ...]]:
        """The sizes of the matrices, a vector also as a row."""
        matrices = [*self.inputs, *self.kernels, *([] if entered is None else [entered])]
        found = {tuple(size(one))[-2:] for one in matrices}
        found |= {(1, *one) for one in found if len(one) == 1} | {(*one, 1) for one in found if len(one) == 1}
        return found | {one[1:] for one in found if len(one) == 2 and one[0] == 1}


def _turned(values: Nested) -> Nested:
    return [_turned(one) for one in reversed(values)] if isinstance(values, list) else values


def given(found: list[Found]) -> Given:
    """The matrices by their labels; two without any by their sizes."""
    roles: list[str | None] = []
    for one in found:  # what follows upon "and" is the same again
        again = roles and re.fullmatch(r"\W*(?:and)?\W*", one.label)
        roles.append(_role(one) or (roles[-1] if again else None))
    if "output" in roles:
        raise not_understood("the output is given too; ask for what is not")
    values = [one.values for one in found]
    free = [at for at, role in enumerate(roles) if role is None]
    if len(free) == len(found) == 2:
        first, second = (math.prod(size(one)) for one in values)
        if first == second:
            raise not_understood("it is not clear which matrix is the input and which the kernel")
        roles = ["kernel", "input"] if first < second else ["input", "kernel"]
    elif len(free) == 1 and len(found) == 2:
        other = roles[1 - free[0]]
        roles[free[0]] = "input" if other == "kernel" else "kernel"
    elif free and len(found) == 1:
        roles[0] = "input"
    elif free:
        raise not_understood("it is not clear which matrix is the input and which the kernel")
    by_role: dict[str, list[Any]] = {"input": [], "kernel": [], "bias": []}
    for role, value in zip(roles, values):
        by_role[role or "input"].append(value)
    if by_role["bias"]:
        raise not_understood("a bias of several numbers is not read")
    listed = any(re.search(r"(?i)channel|\b(?:red|green|blue|[rgb])\s*[:=]", one.label) for one in found)
    return Given(by_role["input"], by_role["kernel"], listed)


def _role(one: Found) -> str | None:
    behind = _BEHIND.match(one.behind)
    if behind and behind.lastgroup:
        return str(behind.lastgroup)
    label = _CALL.sub("", _BEHIND.sub("", one.label, count=1) if _BEHIND.match(one.label) else one.label)
    label = re.split(r"[.?!;]\s|\n\s*\n(?=.*\n)", label)[-1] if label.strip() else label
    letter = _LETTER.search(label)
    words = list(_ROLES.finditer(label))
    nearest = words[-1] if words else None
    if nearest and nearest.lastgroup == "output" and not _IS.match(label, nearest.end()):
        words = [word for word in words if word.lastgroup != "output"]
        nearest = words[-1] if words else None
    if nearest and nearest.lastgroup:
        weak = nearest[0].lower() in ("matrix", "vector", "array", "values", "table", "grid")
        strong = [
            w
            for w in words
            if w.lastgroup == "kernel"
            and label[w.end() : nearest.start()].strip(" :('") in ("", "of", "is the", "is a", "is")
        ]
        if weak and strong:
            return "kernel"
        if not weak or not letter or letter[1] not in _LETTERS:
            if weak and letter and letter[1] not in _LETTERS:
                return None
            return str(nearest.lastgroup)
    if letter and letter[1] in _LETTERS:
        return _LETTERS[letter[1]]
    return None
