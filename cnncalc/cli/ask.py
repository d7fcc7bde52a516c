"""`cnncalc ask`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cnncalc.cli import options
from cnncalc.cli.edge import edge, write, write_lines
from cnncalc.errors import Problem, SpecError
from cnncalc.render.lines import width

if TYPE_CHECKING:
    from cnncalc.spec.yaml import Node


@edge
def ask(
    question: Annotated[
        list[str] | None,
        typer.Argument(help="The question; without it standard input, or a prompt on a terminal.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="Answer every question of a file, with one JSON object per line: a YAML list, or text with blank lines"
            " between the questions.",
            metavar="FILE",
        ),
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="The answers alone, one per line.")] = False,
    format: Annotated[Literal["text", "json"], typer.Option(help="Form of the output.")] = "text",
    output: options.Output = None,
) -> None:
    """Answers a question in words, with the working."""
    if brief and (format == "json" or file):
        raise SpecError(Problem("--brief goes with text, not with JSON"))
    if file and question:
        raise SpecError(Problem(f"--file {file} and a question: give one of the two"))
    if file:
        _answer_all(_questions(file), output)
    elif question and question != ["-"]:
        _answer(" ".join(question), brief, format, output)
    elif not question and sys.stdin is not None and sys.stdin.isatty():
        _converse(brief, format, output)
    else:
        _answer(_piped(), brief, format, output)


def _answer(question: str, brief: bool, format: str, output: Path | None) -> None:
    from cnncalc.questions import ask, render

    reply = ask(question)
    if format == "json":
        write(render.as_json(reply), output)
    else:
        room = None if output else width(sys.stdout)
        write_lines(list(render.brief(reply) if brief else render.lines(reply, room)), output)


def _answer_all(questions: list[str], output: Path | None) -> None:
    from cnncalc.questions import ask, render

    told, failed = [], False
    for question in questions:
        try:
            line = render.as_json(ask(question))
        except SpecError as error:
            line, failed = render.refusal(question, error), True
        told.append(line)
        if output is None:
            write(line, None)
            sys.stdout.flush()
    if output is not None:
        write("".join(told), output)
    if failed:
        raise typer.Exit(2)


def _converse(brief: bool, format: str, output: Path | None) -> None:
    """Answers questions typed on a terminal until the input ends; an error is told and the next one awaited."""
    if output is not None:
        raise SpecError(Problem(f"-o {output}: goes with a question or with --file, not with the prompt"))
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no UTF-8 is refused with the question
    with suppress(ImportError):  # gives the prompt a history and an editor; not on every system
        import readline  # noqa: F401
    sys.stderr.write("A question in words; quit or Ctrl-D ends.\n")
    while True:
        try:
            question = _typed()
            if question.strip().lower() in ("quit", "exit"):
                return
            if question.strip():
                _answer(question, brief, format, None)
                sys.stdout.flush()
        except SpecError as error:
            sys.stderr.write(f"{error}\n")
        except EOFError:
            sys.stderr.write("\n")
            return


def _typed() -> str:
    """What was typed up to Enter, or pasted: the lines of a paste arrive at once and are one question."""
    prompt = "? "
    if not sys.stdout.isatty():  # input() would write the prompt among the answers
        sys.stderr.write(prompt)
        sys.stderr.flush()
        prompt = ""
    found = [input(prompt)]
    while _pending():
        found.append(input())
    return "\n".join(found)


def _pending() -> bool:
    import select

    with suppress(OSError, ValueError):  # Windows asks sockets only
        return bool(select.select([sys.stdin], [], [], 0.02)[0])
    return False


def _piped() -> str:
    """Standard input, of what is too long no more than the beginning; what is no UTF-8 in it is refused later."""
    from cnncalc.questions.limits import LONGEST

    data = b"" if sys.stdin is None else sys.stdin.buffer.read(4 * LONGEST + 4)
    return data.decode("utf-8-sig", "surrogateescape")


def _questions(file: Path) -> list[str]:
    """The questions of a file."""
    from cnncalc.spec import yaml

    try:
        with file.open("rb") as stream:
            data = stream.read(yaml.MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(Problem(f"--file {file}: {error.strerror or error}")) from None
    source = yaml.decode(data, str(file))
    if file.suffix in (".yaml", ".yml", ".json"):
        found = list(_listed(yaml.read(source)))
    else:
        paragraphs = groupby(source.text.splitlines(), key=lambda line: bool(line.strip()))
        found = ["\n".join(lines) for filled, lines in paragraphs if filled]
    if not found:
        raise SpecError(Problem(f"--file {file}: there is no question in it"))
    return found


def _listed(root: Node) -> Iterator[str]:
    from cnncalc.spec.yaml import Mapping, Scalar, Sequence

    if not isinstance(root, Sequence):
        raise SpecError(Problem("a file of questions is a list", root.mark, hint="- How many parameters …?"))
    for item in root.items:
        node = item.entries["question"][1] if isinstance(item, Mapping) and "question" in item.entries else item
        if not isinstance(node, Scalar):
            raise SpecError(Problem("is no question", item.mark, hint="a text, or a mapping with the key question"))
        yield node.text
