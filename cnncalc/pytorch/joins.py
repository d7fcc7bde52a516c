"""What a join computes, in one notation for what was predicted and what was seen: `add(conv2 8×4×4, input 8×4×4)`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from cnncalc.layers.base import dims
from cnncalc.layers.join import Join
from cnncalc.network import Placed

_MEANT = {"add": "add", "multiply": "mul", "concat": "cat"}
"""What the types mean, said once more: the network is built from what their classes say."""

Operation = tuple[Any, str, dict[str, Any]]
"""The result of an operator, its name, and its arguments by theirs."""


def predicted_join(placed: Placed) -> str:
    """What a join of this type computes."""
    assert isinstance(placed.layer, Join)
    operator = _MEANT.get(placed.layer.type, placed.layer.operator)
    operands = [leaf(source, shape) for source, shape in zip(placed.sources, placed.inputs)]
    if operator == "cat":
        options = placed.layer.torch_options(*placed.inputs)
        return call(operator, operands, options)
    return functools.reduce(lambda one, other: call(operator, [one, other], {}), operands)


def call(operator: str, operands: list[str], options: dict[str, Any]) -> str:
    """An operation in writing."""
    return f"{operator}({', '.join([*operands, *(f'{key}={value}' for key, value in options.items())])})"


def leaf(name: str, shape: tuple[int, ...]) -> str:
    """A tensor in writing."""
    return f"{name} {dims(shape)}"


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Writes down every operation below it, as PyTorch's dispatcher sees it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        arguments = {declared.name: value for declared, value in zip(func._schema.arguments, args)}
        self.operations.append((result, func._schema.name.removeprefix("aten::"), arguments | (kwargs or {})))
        return result

    def expression(self, tensor: Any, name: Callable[[Tensor], str]) -> str:
        """What a tensor was computed from, down to tensors that were there before."""
        for result, operator, arguments in reversed(self.operations):
            if result is tensor:
                listed = {key: list(v) if isinstance(v, (list, tuple)) else [v] for key, v in arguments.items()}
                operands = [x for values in listed.values() for x in values if isinstance(x, Tensor)]
                options = {key: v for key, v in arguments.items() if isinstance(v, (int, float))}
                return call(operator, [self.expression(x, name) for x in operands], options)
        return leaf(name(tensor), tuple(tensor.shape[1:])) if isinstance(tensor, Tensor) else str(tensor)
