"""Finding a spec: a file, standard input, or a bundled one by its name; and the nearest names where there is none."""

from __future__ import annotations

import sys
from os import PathLike
from pathlib import Path

from cnncalc import bundled
from cnncalc.errors import Problem, Source, SpecError, did_you_mean, nearest
from cnncalc.spec import yaml


def found(spec: str | PathLike[str]) -> tuple[Source, str | None]:
    """The text of a spec, and the name of the network if the text gives it none."""
    text = str(spec)
    if text == "-" and sys.stdin is None:
        raise SpecError(Problem("<stdin>: standard input is closed"))
    if text == "-":
        return yaml.decode(sys.stdin.buffer.read(yaml.MAX_BYTES + 1), "<stdin>"), None
    if not text:
        raise SpecError(Problem("the name of the spec is empty", hint=f"bundled: {', '.join(bundled.names())}"))
    path = Path(text)
    try:
        if not path.is_file() and "/" not in text and not isinstance(spec, Path):
            inside = bundled.folder() / f"{text.removesuffix('.yaml')}.yaml"
            if inside.is_file():
                return yaml.decode(inside.read_bytes(), inside.name), inside.stem
        with path.open("rb") as file:
            data = file.read(yaml.MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(_missing(path, text, error)) from None
    except ValueError:  # a null character
        raise SpecError(Problem(f"{text}: no file can be called so")) from None
    return yaml.decode(data, text), path.stem


def hides_bundled(spec: str) -> bool:
    """Whether a local file hides a bundled spec of that name."""
    return "/" not in spec and spec.removesuffix(".yaml") in bundled.names() and Path(spec).is_file()


def _missing(path: Path, text: str, error: OSError) -> Problem:
    if isinstance(error, IsADirectoryError):
        beside = sorted(inside.name for inside in path.glob("*.yaml"))
        hint = f"in it: {', '.join(beside[:8])}{', …' if len(beside) > 8 else ''}" if beside else _bundled_near(path)
        return Problem(f"{text}: is a directory, not a spec", hint=hint)
    if not isinstance(error, FileNotFoundError):
        return Problem(f"{text}: {error.strerror or error}")
    what = "no such file" if "/" in text else "no such file, and no bundled spec of that name"
    is_bundled = _plain(path.stem) in map(_plain, bundled.names())
    return Problem(f"{text}: {what}", hint=(None if is_bundled else _file_near(path)) or _bundled_near(path))


def _file_near(path: Path) -> str | None:
    """The hint that names the nearest file in the same folder."""
    try:
        beside = sorted(str(path.parent / inside.name) for inside in path.parent.glob("*.yaml"))
    except OSError:
        return None
    return did_you_mean(str(path), beside)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _bundled_near(path: Path) -> str:
    """The hint that names the nearest bundled specs, or all of them."""
    stem = _plain(path.stem)
    plain = {_plain(name): name for name in bundled.names()}
    alike = [name for key, name in plain.items() if len(stem) > 2 and (key.startswith(stem) or stem.startswith(key))]
    if alike:
        return f"did you mean {' or '.join(alike)}, which is bundled?"
    meant = nearest(stem, plain)
    return f"did you mean {plain[meant]}, which is bundled?" if meant else f"bundled: {', '.join(bundled.names())}"
