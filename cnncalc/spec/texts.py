"""The texts of a spec: its own, and those it takes the rest from by `extends:`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from cnncalc import bundled
from cnncalc.errors import Problem, SpecError
from cnncalc.spec import yaml
from cnncalc.spec.budget import Budget
from cnncalc.spec.find import Text, extended
from cnncalc.spec.nodes import Mapping, Node, Scalar
from cnncalc.spec.problems import described, is_nothing

_BEGINNING = "a spec begins with input: [3, 224, 224] and layers:"

Entry = TypeVar("Entry")


class Texts(NamedTuple):
    """The top levels of the texts, the spec's own first, each extended by the one before it."""

    roots: tuple[Mapping, ...]

    @property
    def own(self) -> Mapping:
        return self.roots[0]

    @property
    def length(self) -> int:
        """How many characters there are to read."""
        return sum(len(root.source.text) for root in self.roots)

    def find(self, key: str) -> Node | None:
        """What stands behind a key in the first text that has it."""
        return next((root.entries[key][1] for root in self.roots if key in root.entries), None)

    def each(self, key: str) -> Iterator[Node]:
        """What stands behind a key in every text that has it, the spec's own last."""
        return (root.entries[key][1] for root in reversed(self.roots) if key in root.entries)


def merged(own: dict[str, Entry], inherited: dict[str, Entry]) -> dict[str, Entry]:
    """The entries of both in the order of the inherited ones; what is new stands where its own text reads on.

    >>> list(merged({"x": 1, "b": 2, "y": 3}, {"a": 4, "b": 5, "c": 6}))
    ['a', 'x', 'b', 'c', 'y']
    """
    new: dict[str, Entry] = {}
    before: dict[str, dict[str, Entry]] = {}
    for name, entry in own.items():
        if name in inherited:
            before[name], new = new, {}
        else:
            new[name] = entry
    found: dict[str, Entry] = {}
    for name, entry in inherited.items():
        found |= before.get(name, {})
        found[name] = own.get(name, entry)
    return found | new


def read_texts(text: Text, budget: Budget) -> Texts:
    """The text and, one after the other, those it extends."""
    roots = [_root(text)]
    chain: dict[Path | None, str] = {text.path and text.path.resolve(): text.source.name}
    while "extends" in roots[-1].entries:
        node = _extends(roots[-1])
        budget.count(node.mark)
        try:
            text = extended(node, text)
            path = text.path and text.path.resolve()
            if path in chain:
                raise SpecError(_circle(node, [*chain.values()][[*chain].index(path) :]))
            chain[path] = text.source.name
            roots.append(_root(text))
        except SpecError as error:
            raise SpecError(_seen_from(node, problem) for problem in error.problems) from None
    return Texts(tuple(roots))


def _seen_from(node: Scalar, problem: Problem) -> Problem:
    """The problem, with the reason why its file is read at all if that is not the one in which `extends:` stands."""
    if problem.mark is None or problem.mark.source is node.source:
        return problem
    reason = f"line {node.line} of {node.source.name} extends this file"
    return problem._replace(because=(*problem.because, reason))


def _root(text: Text) -> Mapping:
    root = yaml.read(text.source)
    if not isinstance(root, Mapping):
        raise SpecError(Problem(f"a spec is a mapping, not {described(root)}", root.mark, hint=_BEGINNING))
    return root


def _extends(root: Mapping) -> Scalar:
    """The name that stands behind `extends:`."""
    node = root.entries["extends"][1]
    if isinstance(node, Scalar) and node.text and not is_nothing(node):
        return node
    hint = "for example extends: resnet50; a spec extends one other, which may extend another"
    raise SpecError(Problem(f"extends takes the name of a spec, not {described(node)}", node.mark, hint=hint))


def _circle(node: Scalar, names: list[str]) -> Problem:
    """The refusal of a chain that comes back to one of its files."""
    stem = node.text.removesuffix(".yaml")
    hint = f"the bundled one is extends: {stem}" if stem in bundled.names() and stem != node.text else None
    if len(names) == 1:
        return Problem(f"extends: {names[0]} extends itself", node.mark, hint=hint)
    chain = " → ".join([*names, names[0]])
    return Problem("extends: the specs extend each other in a circle", node.mark, (chain,), hint)
