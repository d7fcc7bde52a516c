"""How long a whole `cnncalc summary` takes into a pipe, as a ratio to importing what it stands on.

    python tests/benchmarks/startup.py [RUNS]

Runs are paired: base and command in turn, in one environment; the figure is the median of the ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

BASE = [sys.executable, "-c", "import typer, rich.table, rich.console, yaml"]
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "cnncalc")
COMMANDS = {
    "summary alexnet": 1.25,
    "summary resnet50": 1.5,
    "summary densenet121": None,
    "explain alexnet conv1": None,
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - start


def main(runs: int = 15) -> None:
    for name, limit in COMMANDS.items():
        command = [PROGRAM, *name.split()]
        seconds(BASE), seconds(command)
        pairs = [(seconds(BASE), seconds(command)) for _ in range(runs)]
        ratio = statistics.median(ours / base for base, ours in pairs)
        base, ours = (1000 * statistics.median(times) for times in zip(*pairs))
        told = f", at most {limit}" if limit else ""
        print(f"{name:<24} {ours:6.0f} ms  base {base:6.0f} ms  ratio {ratio:.2f}{told}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
