"""`cnncalc schema`."""

from __future__ import annotations

from cnncalc.cli import options
from cnncalc.cli.edge import edge, write


@edge
def schema(output: options.Output = None) -> None:
    """JSON Schema of the spec language, for editors."""
    import json

    from cnncalc.schema import schema as made

    write(f"{json.dumps(made(), indent=1, ensure_ascii=False)}\n", output)
