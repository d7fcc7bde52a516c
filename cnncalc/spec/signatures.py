"""Signatures of blocks, `bottleneck(width, stride=1, *, groups=1)`, read as Python's."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Final

from cnncalc.spec.nodes import Node, Scalar
from cnncalc.spec.problems import described
from cnncalc.spec.read_names import RESERVED_NAMES
from cnncalc.spec.read_steps import Entries, StepReader
from cnncalc.spec.tree import Block, Parameter
from cnncalc.spec.visible import Visible
from cnncalc.spec.vocabulary import FILE_KEYS, OPTIONS, TYPES

SIGNATURE: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\((.*)\)\s*)?", re.DOTALL)
_HEAD: Final = "def f("
_EXAMPLE: Final = "bottleneck(width, stride=1, *, groups=1)"
# A part of the language that a block can't take the name of.
_TAKEN: Final = frozenset((*TYPES, *RESERVED_NAMES, *FILE_KEYS, *OPTIONS, "shortcut"))


def by_name(reader: StepReader, blocks: Node) -> Entries:
    """The signatures of one text and their bodies by the names of the blocks; what is no signature, by its text."""
    found: Entries = {}
    for text, (key, body) in reader.entries(blocks, "blocks").items():
        match = SIGNATURE.fullmatch(text)
        name = match[1] if match else text
        if name in found:
            reader.problems.add(f"two blocks are called {name}, the first in line {found[name][0].line}", key)
        else:
            found[name] = key, body
    return found


def read_signature(reader: StepReader, key: Scalar, visible: Visible) -> Block | None:
    """The block that the signature declares, its body still to be read; None where it can't be read."""
    match = SIGNATURE.fullmatch(key.text)
    if match is None:
        hint = f"a name of letters, digits and _, then its parameters: {_EXAMPLE}"
        reader.problems.add(f"{described(key)} is no signature of a block", key, hint=hint)
        return None
    name = match[1]
    if name in _TAKEN:
        kind = "a layer type" if name in TYPES else "an option" if name in OPTIONS else "a word of the language"
        hint = f"call it my_{name}, for example"
        reader.problems.add(f"a block can't be called {name}, which is {kind}", key, hint=hint)
        return None
    parameters = _parameters(reader, key, match, visible)
    return None if parameters is None else Block(name, parameters, key)


def _parameters(
    reader: StepReader, key: Scalar, match: re.Match[str], visible: Visible
) -> tuple[Parameter, ...] | None:
    args = _parsed(match[2] or "")
    if args is None:
        hint = f"it is read as in Python: {_EXAMPLE}"
        reader.problems.add(f"the parameters of {match[1]} can't be read", key, hint=hint)
        return None
    seen = visible.within(())
    found: dict[str, Parameter] = {}
    shift = match.start(2) - len(_HEAD)
    for arg, default, by_name_only in _arguments(args):
        part = key.part(arg.col_offset + shift, len(arg.arg))
        if arg.arg in found:
            reader.problems.add(f"{match[1]} has two parameters called {arg.arg}", part)
        reader.check_variable(arg.arg, part)
        value = None
        if default is not None:
            start, end = default.col_offset, default.end_col_offset or default.col_offset
            value = reader.value(key.within(start + shift, end - start), seen, f"{match[1]}: {arg.arg}")
        found[arg.arg] = Parameter(arg.arg, value, by_name_only)
        seen = seen.within((arg.arg,))
    return tuple(found.values())


def _arguments(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None, bool]]:
    """Every parameter, its default, and whether it is given by name only."""
    padded = [None] * (len(args.args) - len(args.defaults)) + list(args.defaults)
    for arg, default in zip(args.args, padded):
        yield arg, default, False
    for arg, default in zip(args.kwonlyargs, args.kw_defaults):
        yield arg, default, True


def _parsed(text: str) -> ast.arguments | None:
    """The parameters of a signature, None where they can't be read."""
    if len(text) > 500 or not text.isascii() or not text.isprintable():
        return None
    try:
        with warnings.catch_warnings():  # of Python's about 1if: what we think of it follows
            warnings.simplefilter("ignore")
            [function] = ast.parse(f"{_HEAD}{text}): pass").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if not isinstance(function, ast.FunctionDef) or not isinstance(function.body[0], ast.Pass):
        return None
    args = function.args
    annotated = any(arg.annotation for arg in (*args.args, *args.kwonlyargs))
    return None if args.posonlyargs or args.vararg or args.kwarg or annotated else args
