"""The command line: parses options, calls the public API, prints. Nothing is computed here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc import __version__
from cnncalc.cli.ask import ask
from cnncalc.cli.check import check
from cnncalc.cli.compare import compare
from cnncalc.cli.compute import compute
from cnncalc.cli.conventions import conventions
from cnncalc.cli.cost import cost
from cnncalc.cli.explain import explain
from cnncalc.cli.layers import layers
from cnncalc.cli.quiz import quiz
from cnncalc.cli.schema import schema
from cnncalc.cli.solve import solve
from cnncalc.cli.specs import specs
from cnncalc.cli.streams import discard, prepare
from cnncalc.cli.summary import summary
from cnncalc.cli.verify import verify

app = typer.Typer(
    name="cnncalc",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    *(summary, explain, verify, check, compare, conventions, cost),
    *(ask, solve, compute, quiz),
    *(specs, layers, schema),
)
for command in COMMANDS:
    app.command()(command)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"cnncalc {__version__}\n")
        sys.stdout.flush()
        raise typer.Exit


@app.callback()
def options_of_the_program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Output shapes, parameters and MACs of convolutional networks, each number with its formula."""


def main() -> None:
    """The program `cnncalc`."""
    prepare()
    # to make the parsers of all commands would take a tenth of the start
    named = [info for info in app.registered_commands if getattr(info.callback, "__name__", "") in sys.argv[1:2]]
    app.registered_commands = named or app.registered_commands
    try:
        app()
    except OSError as error:  # while the help or the version is written; commands have their own edge
        discard(sys.stdout)
        sys.stderr.write(f"standard output: {error.strerror or error}\n")
        sys.exit(3)
