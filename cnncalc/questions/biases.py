"""Biases that one part of a question leaves out, and the others don't: `(a) weights (no bias)? (b) parameters?`."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.questions.scene import Scene
from cnncalc.questions.wanted import Wanted

_WITHOUT = {"params": "weights", "trainable": "weights", "weights": "weights"}
"""What a count is called once its biases are left out."""


def apart(scene: Scene, asked: list[Wanted]) -> list[Wanted]:
    """What is asked, the weights alone where its own part leaves out the biases; such a remark holds for no other part."""
    for at, remark in enumerate(scene.remarks):
        if remark.kind != "bias" or remark.value is not False:
            continue
        own = [one for one in asked if one.part[0] <= remark.start < one.part[1]]
        others = [one for one in asked if one not in own]
        parts = {one.part for one in own}
        if not others or len(parts) != 1 or any(one.part in parts for one in others):
            continue
        if not all(one.quantity in _WITHOUT or _says_weights(scene, one) for one in own):
            continue
        scene.remarks[at] = remark._replace(kind="bias of a part")
        asked = [
            replace(one, quantity=_WITHOUT.get(one.quantity, one.quantity)) if one in own else one for one in asked
        ]
    return asked


def _says_weights(scene: Scene, one: Wanted) -> bool:
    """Whether it is one filter's weights: they are told without biases for their words."""
    return one.quantity == "filter_params" and "weight" in scene.text[one.start : one.end].lower()
