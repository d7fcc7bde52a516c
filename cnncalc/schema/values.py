"""What may stand as a value: constants of an option's kind, or what is computed.

Refused is only what is refused while a spec is read: what is judged later may stand where it is never evaluated.
"""

from __future__ import annotations

from typing import Any, Final, Optional

from cnncalc.layers import Option
from cnncalc.layers import options as kinds

Schema = dict[str, Any]

IDENTIFIER: Final = "^[A-Za-z_][A-Za-z0-9_]*$"
NAME: Final = "^[A-Za-z0-9_-]+$"

_SINGLE: Final[dict[Any, tuple[str, ...]]] = {
    **dict.fromkeys((int, Optional[int], kinds.Axes, Optional[kinds.Axes]), ("integer",)),
    **dict.fromkeys((kinds.Padding, kinds.Tail, kinds.Pairs), ("integer",)),
    **dict.fromkeys((float, Optional[float], kinds.Scales, Optional[kinds.Scales]), ("number",)),
    **dict.fromkeys((bool, Optional[bool]), ("boolean",)),
    **dict.fromkeys((str, tuple[int, ...], Optional[tuple[int, ...]]), ()),
    kinds.Sizes: ("integer", "null"),
}
"""The types of a single value, by kind."""

_ALONE: Final = (int, Optional[int], float, Optional[float], bool, Optional[bool], str)
"""The kinds that take no list."""


def ref(name: str) -> Schema:
    """A definition by its name."""
    return {"$ref": f"#/$defs/{name}"}


def either(constants: Schema) -> Schema:
    """A list of these constants, or one with something computed in it."""
    return {"if": {"contains": ref("computed")}, "then": {"items": ref("value")}, "else": {"minItems": 1, **constants}}


def given(opt: Option, *others: str) -> Schema:
    """What stands behind an option; `others` are types that it has there too."""
    single = list(_SINGLE[opt.kind])
    bounds = {"minimum": opt.least, "exclusiveMinimum": opt.above, "maximum": opt.most}
    limits = {key: bound for key, bound in bounds.items() if isinstance(bound, (int, float))}
    null = ["null"] if opt.takes_null else []
    types = dict.fromkeys((*single, *null, "string", "array", *others))
    flat: Schema = {"type": [*types], **limits, "minLength": 1}
    if opt.kind in _ALONE:
        lists: Schema = {"items": ref("value"), "contains": ref("computed")}
    elif opt.kind is kinds.Pairs:
        pair = {"minItems": 2, "maxItems": 2, "items": {"type": "integer"}}
        lists = either({"anyOf": [pair, {"items": {"type": "array", **pair}}]})
    else:
        lists = either({"items": {"type": single or ["integer"], **limits}})
    flat |= lists
    return {"anyOf": [{"enum": list(opt.words)}, flat]} if opt.words else flat


def option(opt: Option) -> Schema:
    """An option with what is said of it."""
    told: Schema = {
        "description": f"{opt.range}; {opt.default_text if opt.required else f'{opt.default_text} by default'}"
    }
    if not opt.required and opt.default is not None:
        told["default"] = opt.default
    return told | given(opt)


_COUNT: Final[Schema] = {"type": ["integer", "string", "array"], "minimum": 0, "minLength": 1}

DEFINITIONS: Final[dict[str, Schema]] = {
    "value": {"type": ["string", "number", "boolean", "null", "array"], "items": ref("value")},
    "computed": {
        "description": "an expression, or a list with expressions in it",
        "type": ["string", "array"],
        "minLength": 1,
        "items": ref("value"),
        "contains": ref("computed"),
    },
    "scalar": {"type": ["string", "number", "boolean"], "minLength": 1},
    "flag": {
        "type": ["boolean", "string", "array"],
        "minLength": 1,
        "contains": ref("computed"),
        "items": ref("value"),
    },
    "shape": {
        "type": ["array", "string"],
        "minItems": 1,
        "maxItems": 4,
        "items": {"type": ["integer", "string"], "minimum": 1, "minLength": 1},
    },
    "claimed-count": _COUNT | either({"items": _COUNT | {"contains": ref("computed")}}),
    "claimed-shape": {
        "type": ["array", "string"],
        "minLength": 1,
        **either({"anyOf": [{"items": {"type": "integer"}}, {"items": ref("claimed-shape")}]}),
    },
}
