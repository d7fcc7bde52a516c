"""A real (pseudo) terminal to run the program on."""

from __future__ import annotations

import os
import pty
import subprocess
import sys


def on_terminal(arguments: list[str], columns: int, **env: str) -> bytes:
    """What the program writes to a real (pseudo) terminal."""
    leader, follower = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR")}
    environment = kept | {"COLUMNS": str(columns), "TERM": "xterm-256color"} | env
    process = subprocess.Popen([sys.executable, "-m", "cnncalc", *arguments], stdout=follower, env=environment)
    os.close(follower)
    text = b""
    while True:
        try:
            read = os.read(leader, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not read:
            break
        text += read
    process.wait()
    os.close(leader)
    return text
