"""The command line: parses options, calls the public API, prints. Nothing is computed here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeVar

import typer

from cnncalc import Analysis, CannotRun, Network, SpecError, __version__, analyze, load
from cnncalc.errors import Problem, visible
from cnncalc.layers import Shape
from cnncalc.load import hides_bundled
from cnncalc.render import columns as table_columns
from cnncalc.render import summary as summary_table
from cnncalc.render.lines import Line, plain, show, width
from cnncalc.spec.expand import MAX_LAYERS

app = typer.Typer(
    name="cnncalc",
    help="Output shapes, parameters and MACs of convolutional networks, each number with its formula.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Spec = Annotated[str, typer.Argument(help="A file, - for standard input, or the name of a bundled spec.")]
Columns = Annotated[
    str | None,
    typer.Option(help="Comma-separated columns, all, or shares such as params%.", metavar="NAMES"),
]
Set = Annotated[list[str] | None, typer.Option(help="Another value for a variable.", metavar="NAME=VALUE")]
Input = Annotated[
    list[str] | None,
    typer.Option(help="Another input shape, such as 3x224x224; of a named input NAME=3x224x224.", metavar="SHAPE"),
]
Batch = Annotated[int, typer.Option(min=1, help="Images per batch.")]
Dtype = Annotated[
    Literal["float64", "float32", "float16", "bfloat16", "int8"], typer.Option(help="Type of the numbers.")
]
Layout = Annotated[Literal["chw", "hwc"], typer.Option(help="Order of the shapes on the command line and in tables.")]
Output = Annotated[Path | None, typer.Option("-o", help="Write to this file instead.", metavar="FILE")]
MaxLayers = Annotated[int, typer.Option(min=1, help="How many steps a spec may unroll to.")]

Function = TypeVar("Function", bound=Callable[..., None])


def edge(function: Function) -> Function:
    """Turns what went wrong into a message on standard error and an exit code; nothing else in this file does."""

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
            # what is still buffered would raise again when Python closes the stream
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return command  # type: ignore[return-value]


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(code)


@app.command()
@edge
def summary(
    spec: Spec,
    columns: Columns = None,
    depth: Annotated[int | None, typer.Option(min=1, help="Fold block calls below this level.")] = None,
    sort: Annotated[str | None, typer.Option(help="Sort by this column, largest first.", metavar="COLUMN")] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only the first rows.")] = None,
    input: Input = None,
    set: Set = None,
    batch: Batch = 1,
    dtype: Dtype = "float32",
    layout: Layout = "chw",
    format: Annotated[Literal["table", "json", "csv", "markdown"], typer.Option(help="Form of the output.")] = "table",
    output: Output = None,
    max_layers: MaxLayers = MAX_LAYERS,
) -> None:
    """The layer table: output shapes, parameters and MACs, per layer and in total."""
    analysis = _analysis_or_part(spec, set, input, layout, max_layers, batch, dtype)
    shown = table_columns.chosen(columns if columns or format != "csv" else "all", analysis)
    rows = analysis.folded(depth) if depth else analysis.rows
    if sort:
        key = table_columns.sort_key(sort)
        rows = tuple(sorted(rows, key=key, reverse=True))
    rows = rows[:top]
    if format == "json":
        from cnncalc.render import json as json_output

        _write(json_output.render(analysis, rows), output)
    elif format == "csv":
        from cnncalc.render import csv as csv_output

        _write(csv_output.render(rows, shown), output)
    elif format == "markdown":
        from cnncalc.render import markdown

        _write(markdown.render(analysis, rows, shown, layout), output)
    else:
        room = None if output else width(sys.stdout)
        _write_lines(summary_table.lines(analysis, rows, shown, layout=layout, tree=not sort, width=room), output)


@app.command()
@edge
def explain(
    spec: Spec,
    layer: Annotated[str | None, typer.Argument(help="The path of a layer or block call; all without it.")] = None,
    input: Input = None,
    set: Set = None,
    batch: Batch = 1,
    dtype: Dtype = "float32",
    layout: Layout = "chw",
    format: Annotated[Literal["text", "markdown"], typer.Option(help="Form of the output.")] = "text",
    output: Output = None,
    max_layers: MaxLayers = MAX_LAYERS,
) -> None:
    """Every number of a layer: the formula in symbols, then in values, then the result."""
    from cnncalc.render import explain as explanation

    analysis = analyze(_load(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    placed = explanation.chosen(analysis, layer)
    if format == "markdown":
        _write(explanation.markdown(analysis, placed, layout), output)
    else:
        _write_lines(explanation.lines(analysis, placed, layout), output)


@app.command()
@edge
def verify(
    specs: Annotated[
        list[str] | None, typer.Argument(help="Specs; all bundled ones without.", metavar="[SPEC]...")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:N or mps.")] = "cpu",
    input: Input = None,
    set: Set = None,
    layout: Layout = "chw",
    format: Annotated[Literal["table", "json"], typer.Option(help="Form of the output.")] = "table",
    output: Output = None,
    max_layers: MaxLayers = MAX_LAYERS,
) -> None:
    """Builds the network in PyTorch, runs it, and compares every prediction with what was measured."""
    import json

    from cnncalc import pytorch
    from cnncalc.bundled import names
    from cnncalc.render import verification as outcome
    from cnncalc.render.progress import Steps

    wanted = specs or names()
    done: list[pytorch.Verification] = []
    lines: list[Line] = []
    code = 0
    steps = Steps(wanted)
    for spec in steps:
        try:
            verification = pytorch.verify(_load(spec, set, input, layout, max_layers), device=device)
        except (SpecError, CannotRun) as error:
            code = max(code, 2 if isinstance(error, SpecError) else 3)
            sys.stderr.write(f"{error}\n")
            continue
        done.append(verification)
        code = max(code, 0 if verification.passed else 1)
        if len(wanted) > 1 and format == "table" and not output:
            steps.show(outcome.one_line(spec, verification))
        lines += outcome.one_line(spec, verification)
    if format == "json":
        _write(f"{json.dumps([verification.as_json() for verification in done])}\n", output)
    elif len(wanted) == 1 and done:
        _write_lines(outcome.table(done[0], None if output else width(sys.stdout)), output)
    elif output:
        _write(plain(lines), output)
    if code:
        raise typer.Exit(code)


def _analysis_or_part(
    spec: str, set: list[str] | None, input: list[str] | None, layout: Layout, max_layers: int, batch: int, dtype: Dtype
) -> Analysis:
    """The analysis; where a size is at fault, the table up to the failing layer goes to standard error first."""
    try:
        return analyze(_load(spec, set, input, layout, max_layers), batch=batch, dtype=dtype)
    except SpecError as error:
        if isinstance(error.partial, Network):
            part = analyze(error.partial, dtype=dtype)
            shown = table_columns.chosen(None, part)
            show(summary_table.lines(part, part.rows, shown, layout=layout, width=width(sys.stderr)), sys.stderr)
            sys.stderr.write("\n")
        raise


def _load(
    spec: str, set: list[str] | None, input: list[str] | None, layout: str, max_layers: int = MAX_LAYERS
) -> Network:
    """The network of a spec on the command line, its notes on standard error."""
    if hides_bundled(spec):
        sys.stderr.write(f"note: {visible(spec)} is a file here and hides the bundled spec of that name\n")
    settings = dict(_pair("--set", text) for text in set or [])
    network = load(spec, set=settings, input=_shapes(input, layout), max_layers=max_layers)
    for note in network.notes:
        sys.stderr.write(f"{visible(note)}\n")
    return network


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise SpecError(Problem(f"{option} {text}: is NAME=VALUE", hint=f"for example {option} alpha=0.5"))
    return name.strip(), value.strip()


def _shapes(texts: list[str] | None, layout: str) -> Shape | dict[str, Shape] | None:
    if not texts:
        return None
    if any("=" in text for text in texts) or len(texts) > 1:
        return {name: _shape(value, layout) for name, value in (_pair("--input", text) for text in texts)}
    return _shape(texts[0], layout)


def _shape(text: str, layout: str) -> Shape:
    parts = text.lower().replace("×", "x").split("x")
    if not all(part.isascii() and part.isdigit() and 0 < int(part) < 2**63 for part in parts) or len(parts) > 4:
        raise SpecError(Problem(f"--input {text}: is no shape", hint="for example 3x224x224, channels first"))
    sizes = tuple(map(int, parts))
    return (sizes[-1], *sizes[:-1]) if layout == "hwc" else sizes


def _write_lines(lines: list[Line], output: Path | None) -> None:
    if output is None:
        show(lines)
    else:
        _write(plain(lines), output)


def _write(text: str, output: Path | None) -> None:
    """Writes a result; a file appears whole or not at all."""
    if output is None:
        sys.stdout.write(text)
        return
    part = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SpecError(Problem(f"-o {output}: {error.strerror or error}")) from None


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"cnncalc {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Output shapes, parameters and MACs of convolutional networks, each number with its formula."""


def main() -> None:
    """The program `cnncalc`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
