"""JSON Schema (2020-12) of the spec language, from the layer classes and the vocabulary.

Its keywords mean the same in draft 7, which is what many editors know. It never refuses a spec that can be read; names
and shapes it knows nothing of.
"""

from __future__ import annotations

from typing import Final

from cnncalc import __version__
from cnncalc.schema.steps import claims, definitions
from cnncalc.schema.values import DEFINITIONS, IDENTIFIER, NAME, Schema, ref
from cnncalc.spec.read_claims import OF_THE_NETWORK
from cnncalc.spec.vocabulary import STRUCTURES, TYPES

_KEYS: Final[dict[str, Schema]] = {
    "extends": {
        "description": "a bundled spec or a file beside this one, from which all comes that is not given here",
        "allOf": [ref("scalar")],
    },
    "name": {"description": "what the network is called", "type": ["string", "number", "boolean", "null"]},
    "source": {"description": "where it is described", "type": ["string", "number", "boolean", "null"]},
    "input": {
        "description": "its shape, channels first, without the batch: [3, 224, 224]; several inputs are a mapping",
        "type": ["array", "string", "object"],
        "propertyNames": {"pattern": NAME},
        "minProperties": 1,
        "additionalProperties": ref("shape"),
        "allOf": [{"if": {"type": "object"}, "else": ref("shape")}],
    },
    "vars": {
        "description": "variables, which --set changes; each sees those above it",
        "type": ["object", "null"],
        "propertyNames": {"pattern": IDENTIFIER},
        "additionalProperties": ref("value"),
    },
    "defaults": {
        "description": "options for every step of a layer type",
        "type": ["object", "null"],
        "properties": {
            name: {
                "type": ["object", "null"],
                "allOf": [ref(f"{name}-options")],
                "propertyNames": {"enum": [*layer.options()]},
            }
            for name, layer in TYPES.items()
        },
        "additionalProperties": False,
    },
    "blocks": {
        "description": "functions: a signature as in Python, and the steps that a call stands for",
        "type": ["object", "null"],
        "propertyNames": {"pattern": r"^\s*[A-Za-z_][A-Za-z0-9_]*\s*(\(.*\)\s*)?$"},
    },
    "layers": {
        "description": "the steps, or a pattern: INPUT -> [CONV3-64 -> RELU]*2 -> FC-10",
        "type": ["array", "string"],
        "minItems": 1,
        "minLength": 1,
    },
    "outputs": {
        "description": "the names of the steps whose tensors come out, where they are several",
        "type": ["array", "null"],
        "minItems": 1,
        "items": ref("scalar"),
    },
    "expect": {
        "description": "what the source states of the network; cnncalc check compares",
        "anyOf": [{"type": "null"}, claims(OF_THE_NETWORK)],
    },
}


def schema() -> Schema:
    """The schema of a spec."""
    in_scope: dict[str, Schema] = {
        scope: {
            "properties": {
                "layers": {"items": ref(f"step-{scope}")},
                "blocks": {"additionalProperties": ref(f"steps-{scope}")},
            }
        }
        for scope in ("closed", "open", "loose")
    }
    named = {"anyOf": [{"required": ["vars"]}, {"required": ["blocks"]}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A network for cnncalc",
        "$comment": f"cnncalc {__version__}",
        "type": "object",
        "properties": _KEYS,
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "else": {"required": ["input", "layers"]},
        "allOf": [
            {
                "if": _loose(),
                "then": in_scope["loose"],
                "else": {"if": named, "then": in_scope["open"], "else": in_scope["closed"]},
            },
            {"if": {"anyOf": [{"required": ["vars"]}, {"required": ["extends"]}]}, "else": _no_names_in_shapes()},
        ],
        "$defs": {**DEFINITIONS, **definitions()},
    }


def _loose() -> Schema:
    """Whether a parent, `defaults:` or a parameter called like a type may supply what a step seems to lack."""
    names = "|".join([*TYPES, *STRUCTURES])
    parameter = {"pattern": rf"[(,]\s*(?:{names})\s*(?:[,=)]|$)"}
    gives = {
        name: {"not": {"anyOf": [{"required": [key]} for key in needs]}}
        for name, layer in TYPES.items()
        if (needs := [key for key, opt in layer.options().items() if opt.required])
    }
    return {
        "anyOf": [
            {"required": ["extends"]},
            {"required": ["defaults"], "properties": {"defaults": {"not": {"properties": gives}}}},
            {"required": ["blocks"], "properties": {"blocks": {"not": {"propertyNames": {"not": parameter}}}}},
        ]
    }


def _no_names_in_shapes() -> Schema:
    """Without variables an expression that is a shape is a list."""
    shape = {"if": {"type": "string"}, "then": {"pattern": "\\["}}
    return {"properties": {"input": {**shape, "additionalProperties": shape}}}
