"""Steps: one layer type with its options, one structure, or the call of a block whose name a schema can't know.

A step is judged in one of three scopes. `closed`: nothing gives words a meaning but the language. `open`: variables,
blocks or a repeat may, so a step of unknown words may be a call. `loose`: `defaults:` may hold what a step lacks, and a
parameter of a block may be called like a layer type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cnncalc.layers import REGISTRY, Layer
from cnncalc.schema.values import IDENTIFIER, NAME, Schema, given, option, ref
from cnncalc.spec.read_claims import OF_A_STEP
from cnncalc.spec.vocabulary import OPTIONS, STEP_KEYS, STRUCTURES, TYPES

SCOPES: Final = ("closed", "open", "loose")

_COMMON: Final[dict[str, Schema]] = {
    "name": {
        "description": "a name for the step: letters, digits, _ and -",
        "type": ["string", "number", "boolean"],
        "pattern": NAME,
        "not": {"const": "input"},
    },
    "when": {"description": "left out when false", "allOf": [ref("flag")]},
    "from": {"description": "takes this tensor instead of the one before", "allOf": [ref("scalar")]},
    "expect": {"description": "what a source states of the step", "allOf": [ref("claims-of-a-step")]},
    "freeze": {"description": "true: its parameters are not trainable", "allOf": [ref("flag")]},
}

_STRUCTURES: Final = {
    "repeat": "a number, or named lists to run over; its layers: are repeated, index counts from 0",
    "residual": "a list of steps, to whose output what entered is added, or the shortcut:",
    "add": "a list of branches, whose outputs are added",
    "concat": "a list of branches, whose outputs are joined along dim",
    "multiply": "a list of branches, whose outputs are multiplied",
    "layers": "a list of steps that are left out, named or frozen together",
    "reuse": "the name of a step that runs again with the same weights",
}

_TYPE_KEYS: Final = [*TYPES, *STRUCTURES]
_WORDS: Final = sorted({*_TYPE_KEYS, *STEP_KEYS, *OPTIONS, *(key for keys in STRUCTURES.values() for key in keys)})


def claims(quantities: Iterable[str]) -> Schema:
    """The entries of an `expect:`."""
    kinds = {quantity: ref("claimed-shape" if quantity == "output" else "claimed-count") for quantity in quantities}
    return {"type": "object", "properties": kinds, "additionalProperties": False}


def definitions() -> dict[str, Schema]:
    """Everything that the lists of steps refer to."""
    told = {name: {"description": layer.paragraphs()[0]} for name, layer in TYPES.items()}
    told |= {name: {"description": text} for name, text in _STRUCTURES.items()}
    found: dict[str, Schema] = {
        "claims-of-a-step": claims(OF_A_STEP),
        "step": {"properties": _COMMON},
        "words": {"properties": told | _COMMON},
    }
    for layer in TYPES.values():
        found |= _layer(layer)
    found["layer"] = _one_of_the_types(complete=False)
    found["complete-layer"] = _one_of_the_types(complete=True)
    for scope in SCOPES:
        found |= _structures(scope)
        found[f"steps-{scope}"] = {"type": "array", "items": ref(f"step-{scope}")}
        found[f"branch-{scope}"] = _branch(scope)
        # a block may be called TRUE, which YAML takes for a boolean
        words = ["string"] if scope == "closed" else ["string", "boolean"]
        bare = {"if": {"type": words}, "then": _bare(scope), "else": _mapping(scope)}
        found[f"step-{scope}"] = {"type": [*words, "object"], **bare}
    return found


def _required(layer: type[Layer]) -> list[str]:
    return [name for name, opt in layer.options().items() if opt.required]


def _present(key: str, *owners: str) -> Schema:
    """Whether a step has the key, and not as an option of one of the owners."""
    return {"required": [key], **({"not": {"anyOf": [{"required": [owner]} for owner in owners]}} if owners else {})}


def _layer(layer: type[Layer]) -> Iterator[tuple[str, Schema]]:
    """A layer type: its options, a step of it, and a step that has all it needs."""
    name, options = layer.type, layer.options()
    principal = options.get(layer.principal or "")
    behind: Schema = {"type": ["null", "object"]} if principal is None else given(principal, "null", "object")
    if principal is not None and principal.kind is int:
        behind["type"].remove("array")
    behind |= {"description": " ".join(layer.paragraphs()), "allOf": [ref(f"{name}-options")]}
    behind["propertyNames"] = {"enum": [*options]}
    yield f"{name}-options", {"properties": {key: option(opt) for key, opt in options.items()}}
    yield (
        name,
        {
            "allOf": [ref("step"), ref(f"{name}-options")],
            "properties": {name: behind},
            "propertyNames": {"enum": [name, *options, *STEP_KEYS]},
        },
    )
    needs = _required(layer)
    if not needs:
        return
    inside = [{"anyOf": [{"required": [key]}, {"properties": {name: {"required": [key]}}}]} for key in needs]
    others = [key for key in needs if key != layer.principal]
    nothing = {"if": {"properties": {name: {"type": "null"}}}, "then": {"required": needs}}
    yield (
        f"complete-{name}",
        {
            "allOf": [ref(name)],
            "if": {"properties": {name: {"type": "object"}}},
            "then": {"allOf": inside},
            "else": {"required": others, **nothing},
        },
    )


def _one_of_the_types(complete: bool) -> Schema:
    """The layer type whose name is among the keys."""
    found = []
    for name, layer in TYPES.items():
        owners = [other for other, cls in TYPES.items() if name in cls.options()]
        full = complete and _required(layer)
        found.append({"if": _present(name, *owners), "then": ref(f"complete-{name}" if full else name)})
    return {"allOf": found}


def _structures(scope: str) -> Iterator[tuple[str, Schema]]:
    """The structures, whose steps are of the scope; named lists of a repeat give words a meaning."""
    steps, branch = ref(f"steps-{scope}"), ref(f"branch-{scope}")
    branches = {"type": "array", "minItems": 1, "items": branch}
    values: dict[str, Schema] = {
        "repeat": {
            "type": ["number", "string", "boolean", "object"],
            "minLength": 1,
            "minProperties": 1,
            "propertyNames": {"pattern": IDENTIFIER},
            "additionalProperties": ref("value"),
        },
        "residual": steps,
        "add": branches,
        "concat": branches,
        "multiply": branches,
        "layers": steps,
        "reuse": {"allOf": [ref("scalar")]},
    }
    beside = {"shortcut": branch, **{key: option(opt) for key, opt in REGISTRY["concat"].options().items()}}
    found = []
    for name, keys in STRUCTURES.items():
        others = {key: beside[key] for key in keys if key in beside}
        structure: Schema = {
            "allOf": [ref("step")],
            "properties": {name: {"description": _STRUCTURES[name], **values[name]}, **others},
            "propertyNames": {"enum": [name, *keys, *STEP_KEYS]},
        }
        if name == "repeat":
            named = {"properties": {"repeat": {"type": "object"}}} if scope == "closed" else False
            inner = {"properties": {"layers": ref("steps-open")}}
            structure |= {"required": ["layers"], "if": named, "then": inner, "else": {"properties": {"layers": steps}}}
        owners = [other for other, keys in STRUCTURES.items() if name in keys]
        found.append({"if": _present(name, *owners), "then": structure})
    yield f"structure-{scope}", {"allOf": found}


def _branch(scope: str) -> Schema:
    """Steps on the current tensor, the name of another tensor, or steps that may be left out."""
    return {
        "description": "a list of steps on the current tensor, a given name, or {layers: […], when: …}",
        "type": ["array", "object", "string", "number", "boolean"],
        "minLength": 1,
        "items": ref(f"step-{scope}"),
        "required": ["layers"],
        "properties": {"layers": ref(f"steps-{scope}"), "when": _COMMON["when"]},
        "additionalProperties": False,
    }


def _bare(scope: str) -> Schema:
    """A word that stands for a step; one of the language that can't stand alone is refused."""
    alone = [name for name, layer in TYPES.items() if scope == "loose" or not _required(layer)]
    if scope == "closed":
        return {"enum": [*alone, "index"]}  # which a repeat could let stand for a type
    others = "|".join(name for name in _TYPE_KEYS if name not in alone)
    return {"anyOf": [{"enum": alone}, {"minLength": 1, "pattern": f"^(?!(?:{others})$)"}]}


def _mapping(scope: str) -> Schema:
    """A step with keys: a type or structure with what belongs to it, or a call."""
    call: Schema = {"not": {"propertyNames": {"enum": [*STEP_KEYS]}}}
    layer = ref("complete-layer")
    if scope == "loose":
        layer = {"if": {"propertyNames": {"enum": _WORDS}}, "then": ref("layer")}
    elif scope == "closed":
        typed = {"anyOf": [{"required": [name]} for name in (*_TYPE_KEYS, "index")]}
        call |= {"if": typed, "else": {"propertyNames": {"enum": [*_TYPE_KEYS, *STEP_KEYS]}}}
    return {"allOf": [ref("words"), call, layer, ref(f"structure-{scope}")]}
