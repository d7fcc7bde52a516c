"""What this machine has: devices and memory. Every refusal is a `CannotRun` that says what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import torch

from cnncalc.errors import CannotRun, visible

CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "/sys/fs/cgroup/memory/memory.stat",
    ),
)
"""Limit, use and statistics of a container's memory: version 2 and version 1."""


def device_of(name: str) -> torch.device:
    """The device of that name, if it is one of this machine."""
    here = devices()
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", name):
        raise CannotRun(f"unknown device {visible(name)}: cpu, cuda, cuda:N or mps; this machine has {', '.join(here)}")
    if name not in here and not (name == "cuda" and "cuda:0" in here):
        raise CannotRun(f"this machine has no device {name}; it has {', '.join(here)}")
    return torch.device(name)


def devices() -> list[str]:
    """The devices that PyTorch can use here."""
    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return ["cpu", *cuda, *(["mps"] if torch.backends.mps.is_available() else [])]


def require_memory(what: str, need: int, device: torch.device) -> None:
    """Refuses before anything is allocated what can't be held."""
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else available_memory()
    if free is not None and need > free:
        less = "" if device.type == "cpu" else "; device cpu needs none for what is too large"
        raise CannotRun(f"{visible(what)} needs {_size(need)} of memory on {device}, {_size(free)} are available{less}")


def available_memory() -> int | None:
    """Bytes that can still be had: of the machine, or of the container if that has less; None where nobody says."""
    return min(_limits(), default=None)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of PyTorch says that memory ran short; on the CPU it has no class of its own."""
    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    spoken = ("out of memory", "not enough memory", "allocate memory")
    return isinstance(error, RuntimeError) and any(words in str(error) for words in spoken)


def _limits() -> Iterator[int]:
    machine = _statistics("/proc/meminfo").get("MemAvailable")
    if machine is not None:
        yield machine * 1024
    elif {"SC_AVPHYS_PAGES", "SC_PAGE_SIZE"} <= getattr(os, "sysconf_names", {}).keys():
        yield os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit, use, statistics in CGROUPS:
        most, used = _text(limit).strip(), _text(use).strip()
        if most.isdecimal() and used.isdecimal():
            stat = _statistics(statistics)  # file pages that can be dropped count as used
            yield max(0, int(most) - int(used) + stat.get("total_inactive_file", stat.get("inactive_file", 0)))


def _statistics(path: str) -> dict[str, int]:
    entries = (line.replace(":", " ").split() for line in _text(path).splitlines())
    return {entry[0]: int(entry[1]) for entry in entries if len(entry) > 1 and entry[1].isdecimal()}


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _size(count: int) -> str:
    return f"{count:,} bytes ({count / 2**30:,.2f} GiB)"
