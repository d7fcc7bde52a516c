"""What a source states: the entries of an `expect:`, a shape, a whole number or a count as papers write it."""

from __future__ import annotations

import re
from typing import Any, Final

from cnncalc.analysis import QUANTITIES
from cnncalc.errors import did_you_mean
from cnncalc.figure import LONGEST, Figure
from cnncalc.spec.expressions import Expression, ExpressionError, whole
from cnncalc.spec.nodes import Mapping, Node, Scalar, Sequence
from cnncalc.spec.problems import described
from cnncalc.spec.read_values import ValueReader
from cnncalc.spec.tree import Constant, Expectation, Value
from cnncalc.spec.values import described as kind_of
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import OTHER_QUANTITIES

OF_A_STEP: Final = ("output", *QUANTITIES)
OF_THE_NETWORK: Final = (*OF_A_STEP, "depth", "layers")
"""What an `expect:` may state of a step, and of the network."""

_LIKE_A_FIGURE = re.compile(r"[~≈<>≤≥±]?\s*(?P<number>[0-9.][0-9_.,]*)\s*(?P<unit>[A-Za-z]*)[A-Za-z /-]*\+?\s*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_IN_WORDS: Final = {"thousand": "K", "million": "M", "billion": "G", "bn": "G", "trillion": "T"}


def read_expectations(
    reader: ValueReader, node: Node | None, visible: Visible, quantities: tuple[str, ...] = OF_A_STEP
) -> tuple[Expectation, ...]:
    """The entries of an `expect:`, each of one of the quantities."""
    if node is not None and not isinstance(node, Mapping):
        reader.problems.add(f"expect is a mapping such as {{params: 760}}, not {described(node)}", node)
    if not isinstance(node, Mapping):
        return ()
    found = []
    for quantity, (key, entry) in node.entries.items():
        if quantity in quantities:
            found += [Expectation(quantity, _value(reader, quantity, one, visible)) for one in _each(quantity, entry)]
            continue
        ours = OTHER_QUANTITIES.get(quantity.lower())
        hint = f"here it is called {ours}" if ours else did_you_mean(quantity, quantities)
        hint = hint or f"quantities: {', '.join(quantities)}"
        reader.problems.add(f"expect: unknown quantity {described(key)}", key, hint=hint)
    return tuple(found)


def _each(quantity: str, node: Node) -> tuple[Node, ...]:
    """The statements of one quantity: a list of counts states it more than once, to the digit and as a paper does."""
    if isinstance(node, Sequence) and node.items and quantity != "output":
        return tuple(node.items)
    return (node,)


def _value(reader: ValueReader, quantity: str, node: Node, visible: Visible) -> Value:
    """The value of one entry; what can be judged without evaluating is judged here."""
    problems, known = reader.problems, len(reader.problems.found)
    if isinstance(node, Scalar) and _is_rounded(node) and quantity != "output":
        figure = Figure.read(node.text)
        kind = "count" if quantity in QUANTITIES else "whole number"
        if figure is None or quantity not in QUANTITIES or (quantity == "param_bytes" and "B" in figure.text):
            hint = _cure(node.text) if quantity in QUANTITIES else "only counts such as params are written so"
            problems.add(f"expect: {quantity}: {described(node)} is no {kind}", node, hint=hint)
        return Constant(node, figure)
    value = reader.value(node, visible, f"expect: {quantity}")
    if isinstance(value, Constant) and len(problems.found) == known:
        try:
            claimed(quantity, value.value)
        except ExpressionError as error:
            problems.add(error.message, node, hint=error.hint)
    return value


def _is_rounded(node: Scalar) -> bool:
    """Whether it is, or is meant as, a number as papers write it: one number and words, and no expression."""
    if not isinstance(node.value, str) or len(node.text) > LONGEST or not _LIKE_A_FIGURE.fullmatch(node.text):
        return False
    try:
        Expression(node.text)
    except ExpressionError:
        return True
    return False


def _cure(text: str) -> str:
    """How a count that can't be read would be written."""
    found = _LIKE_A_FIGURE.fullmatch(text)
    assert found
    number, unit = found["number"], found["unit"]
    number = number.replace(",", "_" if _GROUPED.fullmatch(number) else ".")
    if not unit and number.replace("_", "").isdigit():
        return f"write {number}"
    figure = Figure.read(f"{number}{_IN_WORDS.get(unit.lower(), unit[:1].upper())}")
    return f"write {figure}" if figure and figure.text != text else "for example 60_965_224, 61M or 0.47M"


def claimed(quantity: str, value: Any) -> Any:
    """What an `expect:` states: a figure, or whole numbers."""
    try:
        if quantity != "output":
            return value if isinstance(value, Figure) else whole_count(value)
        if isinstance(value, tuple) and value:
            shapes = all(isinstance(item, tuple) for item in value)
            return tuple(claimed("output", item) for item in value) if shapes else tuple(map(whole, value))
    except ExpressionError as error:
        raise ExpressionError(f"expect: {quantity}: {error.message}", hint=error.hint) from None
    raise ExpressionError(f"expect: output is a list of sizes, not {kind_of(value)}", hint="for example [64, 112, 112]")


def whole_count(value: Any) -> int:
    """A count of any size, written as an integer or as a float that is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ExpressionError(f"{kind_of(value)} is no count")
    return value
