"""Finding a spec: a file, standard input, or a bundled one by its name; and the nearest names where there is none."""

from __future__ import annotations

import re
import sys
from os import PathLike
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from cnncalc import bundled
from cnncalc.errors import Problem, Source, SpecError, did_you_mean
from cnncalc.spec import yaml
from cnncalc.spec.nodes import Scalar


class Text(NamedTuple):
    """The text of a spec, and the file that it was read from, if it was."""

    source: Source
    path: Path | None = None

    @property
    def name(self) -> str | None:
        """The name of the network if the text gives it none."""
        return self.path.stem if self.path else None


def found(spec: str | PathLike[str]) -> Text:
    """The text of a spec that is named on the command line or in a call."""
    text = str(spec)
    if text == "-" and sys.stdin is None:
        raise SpecError(Problem("<stdin>: standard input is closed"))
    if text == "-":
        return Text(yaml.decode(sys.stdin.buffer.read(yaml.MAX_BYTES + 1), "<stdin>"))
    path = Path(text)
    if not text:
        raise SpecError(Problem("the name of the spec is empty", hint=_bundled_near(path)))
    try:
        inside = None if isinstance(spec, Path) or path.is_file() else _bundled(text)
        data = _data(inside or path)
    except (OSError, ValueError) as error:
        raise SpecError(_unread(error, text, path)) from None
    return Text(yaml.decode(data, inside.name if inside else text), inside or path)


def extended(name: Scalar, by: Text) -> Text:
    """The text that `extends:` names: a file in the folder of the text it stands in or below, else a bundled spec."""
    text = name.text
    folder = by.path.parent if by.path else None
    try:
        refusal = _leaves(text, by)
        beside = folder / text if folder else None
        inside = None if beside and beside.is_file() else _bundled(text)
        path = inside or beside
        if refusal is None and path and path.exists() and not path.is_file() and not path.is_dir():
            refusal = Problem(f"extends: {text}: is no plain file")  # a pipe may never end
        data = _data(path) if path and refusal is None else b""
    except (OSError, ValueError) as error:
        problem = _unread(error, text, Path(text), folder or Path())
        raise SpecError(problem._replace(message=f"extends: {problem.message}", mark=name.mark)) from None
    if refusal is not None:
        raise SpecError(refusal._replace(mark=name.mark))
    if path is None:
        message = f"extends: {text}: no bundled spec of that name, and {by.source.name} has no folder to look in"
        raise SpecError(Problem(message, name.mark, hint=_bundled_near(Path(text))))
    shown = inside.name if inside else str(Path(by.source.name).parent / text)
    return Text(yaml.decode(data, shown), path)


def _leaves(text: str, by: Text) -> Problem | None:
    """The refusal of a path that leads out of the folder."""
    if text.startswith("/") or PureWindowsPath(text).is_absolute():
        what = "is an absolute path"
    elif ".." in re.split(r"[/\\]", text):
        what = "leads out of its folder"
    else:
        return None
    last = Path(re.split(r"[/\\]", text)[-1])
    if by.path and (by.path.parent / last).is_file() and last.name:
        hint = f"write {last}"
    elif last.stem in bundled.names():
        hint = f"write {last.stem}, which is bundled"
    else:
        hint = "it names a bundled spec, or a file beside this one or below"
    return Problem(f"extends: {text} {what}", hint=hint)


def hides_bundled(spec: str) -> bool:
    """Whether a local file hides a bundled spec of that name."""
    return "/" not in spec and spec.removesuffix(".yaml") in bundled.names() and Path(spec).is_file()


def _data(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(yaml.MAX_BYTES + 1)


def _bundled(text: str) -> Path | None:
    """The bundled spec of that name, with or without .yaml."""
    inside = bundled.folder() / f"{text.removesuffix('.yaml')}.yaml"
    return inside if "/" not in text and inside.is_file() else None


def _unread(error: OSError | ValueError, text: str, path: Path, folder: Path = Path()) -> Problem:
    """Why a spec can't be read, and the nearest one that can; the path begins in the folder."""
    if isinstance(error, ValueError):  # a null character
        return Problem(f"{text}: no file can be called so")
    if isinstance(error, IsADirectoryError):
        beside = sorted(inside.name for inside in (folder / path).glob("*.yaml"))
        hint = f"in it: {', '.join(beside[:8])}{', …' if len(beside) > 8 else ''}" if beside else _bundled_near(path)
        return Problem(f"{text}: is a directory, not a spec", hint=hint)
    if not isinstance(error, FileNotFoundError):
        return Problem(f"{text}: {error.strerror or error}")
    what = "no such file" if "/" in text else "no such file, and no bundled spec of that name"
    return Problem(f"{text}: {what}", hint=_file_near(path, folder) or _bundled_near(path))


def _file_near(path: Path, folder: Path) -> str | None:
    """The hint that names the nearest file beside the path, unless a bundled spec is meant."""
    from cnncalc.spec.catalogue import is_bundled

    try:
        beside = sorted(str(path.parent / inside.name) for inside in (folder / path.parent).glob("*.yaml"))
    except OSError:
        return None
    if f"{path}.yaml" in beside:
        return f"did you mean {path}.yaml?"
    return None if is_bundled(path.stem) else did_you_mean(str(path), beside)


def _bundled_near(path: Path) -> str:
    from cnncalc.spec.catalogue import bundled_near  # reads every bundled text

    return bundled_near(path.stem)
