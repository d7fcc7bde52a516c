"""A question that goes backwards, read: what is open, what shall come out, and the searches for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.questions import engine
from cnncalc.questions.described import UNKNOWN, Described
from cnncalc.questions.goals import Goal
from cnncalc.questions.plan import Options, Plan, planned
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import POOLS, WINDOWED, Scene
from cnncalc.questions.sought import Sought
from cnncalc.solving import Solutions, solve

Sizes = tuple[int | None, ...]
Step = tuple[str, Options]

MOST_TRIED = 2048
"""The largest number tried for a lone option on inputs that are larger still."""
TRIALS = (480, 960, 1920)
"""Sides of the input where the question gives none: what it asks for has to be the same for all."""
WORDS = {
    "kernel_size": "kernel size", "stride": "stride", "padding": "padding", "dilation": "dilation", "groups": "groups",
    "out_channels": "filters", "output_padding": "output padding", "input": "input", "in_channels": "input channels",
    "in_features": "inputs", "out_features": "units", "repeat": "layers",
}  # fmt: skip


@dataclass
class Task:
    """A question that goes backwards, read."""

    question: str
    scene: Scene
    plan: Plan
    goal: Goal
    seeking: list[Sought]
    keeps: bool
    """Whether every layer shall keep the size of its input."""
    commands: list[str] = field(default_factory=list)
    """The searches, as they could be typed."""

    @property
    def unknown(self) -> list[str]:
        """The options sought, each once."""
        return list(dict.fromkeys(one.option for one in self.seeking))

    def search(self, steps: Sequence[Step], input: Sizes, output: Sizes, **bounds: int) -> Solutions:
        """Runs the steps backwards."""
        largest = max(size or 0 for size in (*input[1:], *output[1:]))
        told = [
            options[name] for _, options in steps for name in ("kernel_size", "stride", "padding") if name in options
        ]
        if any(isinstance(one, int) and one > MOST_TRIED for one in told):
            raise not_understood(f"nothing is searched for with a window or a stride above {MOST_TRIED:,}")
        if len(self.unknown) > 1 and largest > MOST_TRIED:
            raise not_understood(f"several numbers are not searched for on sides above {MOST_TRIED:,}")
        if len(self.unknown) == 1 and self.unknown != ["input"] and largest > MOST_TRIED:
            bounds.setdefault(self.unknown[0], MOST_TRIED)
        return self.solve(chain(steps), input, output, **bounds)

    def solve(self, text: str, input: Sizes, output: Sizes, **bounds: int) -> Solutions:
        """Runs a step in the spec language backwards."""
        self.commands.append(f"cnncalc solve '{text}' --input {_shown(input)} --output {_shown(output)}")
        return solve(text, input=input, output=output, bounds=bounds)

    def split(self, size: Sequence[Any]) -> Sizes:
        """A size as the question writes it: channels first, None for channels that it leaves out."""
        return split(self.scene, self.plan, size)


def split(scene: Scene, plan: Plan, size: Sequence[Any]) -> Sizes:
    """A size as the question writes it: channels first, None for channels that it leaves out."""
    rank = len(plan.sides)
    if any(not isinstance(side, int) for side in size):
        raise not_understood("a size here is no number")
    if len(size) == rank:
        return None, *size
    if len(size) > rank + 2 or len(size) < rank:
        raise not_understood(f"the size {'×'.join(map(str, size))} does not fit {rank} spatial axes", scene.text)
    own = tuple(size)[-(rank + 1) :]
    layout = plan.layout if plan.with_channels and scene.shape else None
    layout = layout or planned(replace(scene, shape=own, sides={}, layers=[], entering=None)).layout
    return (own[-1], *own[:-1]) if layout == "hwc" else own


def _shown(sizes: Sizes) -> str:
    return "x".join("_" if size is None else str(size) for size in sizes)


def chain(steps: Sequence[Step]) -> str:
    """Steps as one step of the spec language."""
    texts = [engine.step(*step) for step in steps]
    if len(texts) == 1:
        return texts[0]
    if len(set(texts)) == 1:
        return f"{{repeat: {len(texts)}, layers: [{texts[0]}]}}"
    return f"{{repeat: 1, layers: [{', '.join(texts)}]}}"


def settled(steps: Sequence[Step], unknown: Sequence[str] = ()) -> list[Step]:
    """Steps as a search takes them: a trial number of filters where it matters to nobody."""
    found = []
    for kind, options in steps:
        options = dict(options)
        for name in ("out_channels", "out_features"):
            if name in options and name not in unknown and options[name] in (None, UNKNOWN):
                options[name] = int(options.get("groups") or 1) if isinstance(options.get("groups"), int) else 1
        if "kernel_size" in options and options["kernel_size"] in (None, UNKNOWN) and "kernel_size" not in unknown:
            raise not_understood("the question doesn't say the size of the filter")
        for value in options.values():
            entries = value if isinstance(value, tuple) else (value,)
            if any(isinstance(one, str) and one.isalpha() and len(one) == 1 for one in entries):
                raise not_understood("what is sought can't be told from symbols")
        found.append((kind, options))
    return found


def takes(layer: Described, option: str) -> bool:
    """Whether a layer has that option."""
    if option in ("kernel_size", "stride", "padding"):
        return layer.type in WINDOWED
    if option == "dilation":
        return layer.type in ("conv", "conv_transpose", "depthwise", "maxpool", "local")
    if option in ("out_channels", "groups"):
        return layer.type in ("conv", "conv_transpose", "local", "pointwise", "separable")
    if option == "output_padding":
        return layer.type == "conv_transpose"
    return option == "out_features" and layer.type in ("fc", "linear")


def is_open(layer: Described, option: str) -> bool:
    """Whether the question leaves that option of the layer open."""
    return takes(layer, option) and layer.options.get(option, UNKNOWN) == UNKNOWN


def is_tied(task: Task, layers: Sequence[Described]) -> bool:
    """Whether windows that don't overlap are wanted, so that the stride is the window."""
    return task.scene.remark("overlap") is False and all(layer.type in POOLS for layer in layers)
