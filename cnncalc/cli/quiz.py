"""`cnncalc quiz`."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cnncalc.cli import complete, options
from cnncalc.cli.edge import edge, network, write
from cnncalc.errors import Problem, SpecError, did_you_mean, shortened, visible
from cnncalc.render.lines import show, width
from cnncalc.spec.expand import MAX_LAYERS


@edge
def quiz(
    topic: Annotated[
        str,
        typer.Argument(
            help="output, padding, pool, params, macs, transposed, dilation, depthwise, receptive, fc, network or all.",
            autocompletion=complete.topics,
        ),
    ] = "all",
    spec: Annotated[
        str | None,
        typer.Option(help="Ask about the layers of this spec.", autocompletion=complete.specs, metavar="SPEC"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.")] = None,
    count: Annotated[int | None, typer.Option(min=1, max=1000, help="How many questions; 5 without.")] = None,
    sheet: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Print a sheet of so many questions and its key.", metavar="N")
    ] = None,
    format: Annotated[
        Literal["markdown", "latex"] | None, typer.Option(help="Form of the sheet; markdown without.")
    ] = None,
    output: options.Output = None,
) -> None:
    """Practice questions, checked, with the working shown after a miss."""
    from cnncalc import quiz as practice
    from cnncalc.quiz import session
    from cnncalc.quiz import sheet as sheets

    if topic not in (practice.ALL, *practice.TOPICS):
        hint = did_you_mean(topic, practice.TOPICS) or f"topics: {', '.join((*practice.TOPICS, practice.ALL))}"
        raise SpecError(Problem(f"{topic}: no topic is called so", hint=hint))
    if sheet is not None and count is not None:
        raise SpecError(Problem("--count: the sheet has its own number", hint=f"leave it out, or --sheet {count}"))
    if sheet is None:
        _refuse_of_a_sheet(spec, format, output)
    seed = random.randrange(10**6) if seed is None else seed
    asked = sheet or count or 5
    if spec is None:
        questions, about = practice.questions(topic, seed, asked), topic
    else:
        found = network(spec, None, None, "chw", MAX_LAYERS)
        questions, about = practice.questions_about(found, topic, seed, asked), found.name
    if not questions:
        raise SpecError(Problem(f"--spec {spec}: has no layer for a question about {topic}"))
    if len(questions) < asked:
        sys.stderr.write(f"note: there are no more than {len(questions)} such questions\n")
    if sheet is None:
        sys.stderr.write(f"note: --seed {seed} asks the same questions again\n")
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")
        session.run(questions, _read, show, width(sys.stdout))
    else:
        title = f"Practice questions: {visible(about)}, seed {seed}"
        write((sheets.document if format == "latex" else sheets.markdown)(questions, title), output)


def _refuse_of_a_sheet(spec: str | None, format: str | None, output: Path | None) -> None:
    """Raises `SpecError` for what only a sheet can have."""
    if format or output:
        given = "--format" if format else "-o"
        raise SpecError(Problem(f"{given}: is for a sheet", hint="for example --sheet 10"))
    if spec == "-":
        raise SpecError(Problem("--spec -: standard input is where the answers come from", hint="give the spec a file"))


def _read() -> str | None:
    """The next answer; one that comes from a file or a pipe is shown as if it were typed."""
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline() if sys.stdin else ""
    if not line or not sys.stdin.isatty():
        sys.stdout.write(f"{shortened(line.strip())}\n")
    return line or None
