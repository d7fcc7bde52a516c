"""Random networks with branches, as specs: a seed is a network.

Branches run with strides, offsets and paddings of their own and are then cut, padded or resampled to one size, so that
some joins are aligned and most are not. What mixes channels with positions (pixel_shuffle) or tells channels apart
(slice) stands behind a dense convolution: a position stands for all its channels.
"""

from __future__ import annotations

import json
import math
from random import Random

from receptive.draws import Step, layers, sized

from cnncalc.layers import Shape, Unfit

Branch = tuple[list[Step], Shape]
"""Steps, and the shape that leaves them."""

SIDES = {1: (8, 40), 2: (8, 22), 3: (8, 9)}
MOST = {1: 60, 2: 900, 3: 1500}
"""The most positions a map may have, by its rank."""


def branched(seed: int) -> str:
    """The spec of one network; JSON, which is YAML."""
    random = Random(seed)
    rank = random.choices((1, 2, 3), (4, 5, 1))[0]
    shape = (random.choice((1, 2, 4)), *(random.randint(*SIDES[rank]) for _ in range(rank)))
    return json.dumps({"name": f"seed {seed}", "input": shape, "layers": _Drawing(random).network(shape)})


class _Drawing:
    """The steps of one network, as they are drawn."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.named: list[tuple[str, Shape]] = []

    def network(self, shape: Shape) -> list[Step]:
        steps, shape = self.steps(shape, self.random.randint(1, 4), joins=1)
        for _ in range(self.random.choice((1, 1, 1, 2, 2, 3))):
            more, shape = self.join(shape, joins=1)
            steps += more
        more, shape = self.steps(shape, self.random.randint(0, 3), joins=1)
        ends: list[list[Step]] = [[{"fc": 3}], [{"fc": 3}, {"fc": 2}], [{"global_avgpool": None}, {"fc": 3}]]
        return [*steps, *more, *self.random.choice([*[[]] * 17, *ends])]

    def steps(self, shape: Shape, count: int, joins: int) -> Branch:
        """That many steps, among them joins, in these again as many levels of joins as `joins` has left."""
        steps: list[Step] = []
        for _ in range(count):
            if joins and self.random.random() < 0.3:
                more, shape = self.join(shape, joins)
                steps += more
                continue
            more, shape = self.layer(shape)
            steps += more
            if joins == 1 and self.random.random() < 0.3:
                name = f"skip{len(self.named)}"
                steps[-1]["name"] = name
                self.named.append((name, shape))
        return steps, shape

    def layer(self, shape: Shape) -> Branch:
        """A layer that fits and makes no map that is too large."""
        while True:
            steps, made = layers(self.random, shape), shape
            try:
                for step in steps:
                    made = sized(step, made)
            except Unfit:
                continue
            if math.prod(made[1:]) <= MOST[len(made) - 1]:
                return steps, made

    def join(self, shape: Shape, joins: int) -> Branch:
        """Two or three branches joined along some axis or none."""
        kind = self.random.choice(("add", "add", "concat", "concat", "multiply", "residual", "beside"))
        count = 2 if kind == "residual" else self.random.choice((2, 2, 3))
        branches = [self.branch(shape, joins - 1) for _ in range(count)]
        if kind == "multiply" and self.random.random() < 0.5:
            return self.gated(branches[0])
        target = self.random.choice([made for _, made in branches])
        axis = {"concat": 0, "beside": self.random.randrange(1, len(target))}.get(kind)
        fitted = [self.fit(steps, made, target, axis) for steps, made in branches]
        lists, shapes = [steps for steps, _ in fitted], [made for _, made in fitted]
        if axis is not None:
            length = sum(made[axis] for made in shapes)
            target = tuple(length if at == axis else size for at, size in enumerate(target))
        if kind == "residual":
            return [{"residual": lists[0], "shortcut": lists[1]}], target
        if kind == "beside":
            return [{"concat": lists, "dim": (axis or 0) + 1}], target
        if target[0] > 8:
            return [{kind: lists}, {"conv": 3, "kernel_size": 1}], (3, *target[1:])
        return [{kind: lists}], target

    def gated(self, branch: Branch) -> Branch:
        """Squeeze and excitation: a product with a gate that has size 1 along some axes."""
        steps, made = branch
        squeezed = [self.random.choice((1, 1, None)) for _ in made[1:]]
        wide = {"conv": self.random.choice((1, made[0])), "kernel_size": 1}
        gate: list[Step] = [{"adaptive_avgpool": squeezed}, wide, {"sigmoid": None}]
        return [*steps, {"multiply": self.random.choice(([[], gate], [gate, []]))}], made

    def branch(self, shape: Shape, joins: int) -> Branch:
        """Steps from here, or from an earlier tensor."""
        if self.named and self.random.random() < 0.25:
            name, shape = self.random.choice(self.named)
            (first, *rest), shape = self.steps(shape, self.random.randint(1, 2), joins=0)
            return [first | {"from": name}, *rest], shape
        return self.steps(shape, self.random.choice((0, 1, 1, 2, 3)), joins)

    def fit(self, steps: list[Step], shape: Shape, target: Shape, free: int | None) -> Branch:
        """The branch with what brings it to the target's size along every axis but the free one."""
        wanted = tuple(n if at == free else o for at, (n, o) in enumerate(zip(shape, target)))
        if shape[1:] != wanted[1:]:
            steps = [*steps, self.resized(shape[1:], wanted[1:])]
        if shape[0] != wanted[0]:
            steps = [*steps, {"conv": wanted[0], "kernel_size": 1}]
        return steps, wanted

    def resized(self, sizes: Shape, wanted: Shape) -> Step:
        """One of the ways from these sizes to those."""
        way = self.random.random()
        if way < 0.25 and all(map(int.__ge__, sizes, wanted)):
            return {"crop": wanted, "offset": [self.random.randint(0, n - o) for n, o in zip(sizes, wanted)]}
        if way < 0.4:
            return {"upsample": None, "size": wanted, "mode": self.random.choice(("nearest", "nearest-exact"))}
        if way < 0.5:
            return {"adaptive_maxpool": wanted}
        total = [o - n for n, o in zip(sizes, wanted)]
        before = [self.random.randint(min(0, more), max(0, more)) for more in total]
        return {"zero_pad": [[first, more - first] for first, more in zip(before, total)]}
