"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from cnncalc.cli import complete

Spec: TypeAlias = Annotated[
    str,
    typer.Argument(help="A file, - for standard input, or the name of a bundled spec.", autocompletion=complete.specs),
]
Specs: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(help="Specs; all bundled ones without.", metavar="[SPEC]...", autocompletion=complete.specs),
]
Set: TypeAlias = Annotated[list[str] | None, typer.Option(help="Another value for a variable.", metavar="NAME=VALUE")]
Input: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Another input shape, such as 3x224x224; of a named input NAME=3x224x224.", metavar="SHAPE"),
]
Batch: TypeAlias = Annotated[int, typer.Option(min=1, help="Images per batch.")]
Dtype: TypeAlias = Annotated[
    Literal["float64", "float32", "float16", "bfloat16", "int8"], typer.Option(help="Type of the numbers.")
]
Layout: TypeAlias = Annotated[
    Literal["chw", "hwc"], typer.Option(help="Order of the shapes on the command line and in tables.")
]
Convention: TypeAlias = Annotated[
    Literal[
        "torch",
        "paper",
        "keras",
        "torchinfo",
        "fvcore",
        "thop",
        "ptflops",
        "ptflops-aten",
        "calflops",
        "deepspeed",
        "netscope",
    ]
    | None,
    typer.Option(help="Also what this tool counts, to the digit."),
]
Output: TypeAlias = Annotated[Path | None, typer.Option("-o", help="Write to this file instead.", metavar="FILE")]
MaxLayers: TypeAlias = Annotated[int, typer.Option(min=1, help="How many steps a spec may unroll to.")]
