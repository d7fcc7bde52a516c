"""`cnncalc verify` of every bundled network: how long it takes and how much memory it has at most.

    python tests/benchmarks/zoo.py

ends with 1 where either is more than is promised, on two cores.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

SECONDS, GIB = 180, 4
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system tells the largest resident set."""


def main() -> int:
    start = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", "cnncalc", "verify"], check=False).returncode
    seconds = time.perf_counter() - start
    gib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * UNIT / 2**30
    print(f"{seconds:.0f} s of at most {SECONDS}, {gib:.2f} GiB of at most {GIB}")
    return code or int(seconds > SECONDS or gib > GIB)


if __name__ == "__main__":
    sys.exit(main())
