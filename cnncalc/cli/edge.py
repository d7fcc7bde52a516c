"""The edge of the program: what comes in is parsed here, what goes out is written here, what went wrong ends here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import NoReturn, TypeVar

import typer

from cnncalc.cli.streams import discard
from cnncalc.errors import CannotRun, Problem, SpecError, visible
from cnncalc.layers import Shape
from cnncalc.load import hides_bundled, load
from cnncalc.network import Network
from cnncalc.render.lines import Line, plain, show

Function = TypeVar("Function", bound=Callable[..., None])


def edge(function: Function) -> Function:
    """Turns what went wrong into a message on standard error and an exit code; nothing else in the program does."""

    @wraps(function)
    def command(*args: object, **kwargs: object) -> None:
        try:
            function(*args, **kwargs)
            sys.stdout.flush()
        except SpecError as error:
            _fail(str(error), 2)
        except CannotRun as error:
            _fail(str(error), 3)
        except KeyboardInterrupt:
            _fail("interrupted", 130)
        except BrokenPipeError:
            discard(sys.stdout)
        except OSError as error:
            discard(sys.stdout)
            _fail(f"standard output: {error.strerror or error}", 3)

    return command  # type: ignore[return-value]


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)


def network(spec: str, settings: list[str] | None, shapes: list[str] | None, layout: str, max_layers: int) -> Network:
    """The network of a spec on the command line, its notes on standard error."""
    if hides_bundled(spec):
        sys.stderr.write(f"note: {visible(spec)} is a file here and hides the bundled spec of that name\n")
    values = dict(_pair("--set", text) for text in settings or [])
    try:
        found = load(spec, set=values, input=_shapes(shapes, layout), max_layers=max_layers)
    except SpecError as error:
        _tell(error.notes)
        raise
    _tell(found.notes)
    return found


def _tell(notes: Iterable[str]) -> None:
    sys.stderr.write("".join(f"{visible(note)}\n" for note in notes))


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        example = "alpha=0.5" if option == "--set" else "image=3x224x224"
        raise SpecError(Problem(f"{option} {text}: is NAME=VALUE", hint=f"for example {option} {example}"))
    return name.strip(), value.strip()


def _shapes(texts: list[str] | None, layout: str) -> Shape | dict[str, Shape] | None:
    if not texts:
        return None
    if len(texts) > 1 or "=" in texts[0]:
        pairs = [_pair("--input", text) for text in texts]
        twice = next((name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1), None)
        if twice:
            raise SpecError(Problem(f"--input {twice}: is given twice"))
        return {name: _shape(value, layout) for name, value in pairs}
    return _shape(texts[0], layout)


def _shape(text: str, layout: str) -> Shape:
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) > 4 or not all(part.isascii() and part.isdigit() and 0 < int(part[:20]) < 2**63 for part in parts):
        example = "224x224x3, channels last" if layout == "hwc" else "3x224x224, channels first"
        raise SpecError(Problem(f"--input {text}: is no shape", hint=f"for example {example}"))
    sizes = tuple(map(int, parts))
    return (sizes[-1], *sizes[:-1]) if layout == "hwc" else sizes


def write_lines(lines: list[Line], output: Path | None) -> None:
    """Writes lines, in colour where a terminal shows them."""
    if output is None:
        show(lines)
    else:
        write(plain(lines), output)


def write(text: str, output: Path | None) -> None:
    """Writes a result; a file appears whole or not at all."""
    if output is None or str(output) == "-":
        sys.stdout.write(text)
        return
    try:
        if output.exists() and not output.is_file():  # a device or a pipe is written to, never replaced
            output.write_text(text, encoding="utf-8")
        else:
            _replace(output.resolve(), text)
    except OSError as error:
        raise SpecError(Problem(f"-o {output}: {error.strerror or error}")) from None


def _replace(target: Path, text: str) -> None:
    """Puts a whole file in the place of another, with its permissions."""
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        if target.exists():
            part.chmod(target.stat().st_mode & 0o7777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
