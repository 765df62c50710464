"""What the numbers were measured on: cores, memory, versions; no host name, no path, no date."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from bench._peers import pins

GIB = 1024**3


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def available_memory() -> int:
    """Bytes that the kernel can give without swapping."""
    return _kibibytes("MemAvailable") * 1024


def description() -> str:
    """Machine, versions, and how busy the machine is, in three sentences."""
    memory = _kibibytes("MemTotal") * 1024 / GIB
    ours = f"Python {platform.python_version()}, crosslog {version('crosslog')} with polars {version('polars')}"
    loglead, drain3 = pins("loglead"), pins("drain3")
    theirs = (
        f"LogLead {loglead['loglead']} with polars {loglead['polars']} and tipping {loglead['tipping']}, "
        f"Drain3 {drain3['drain3']}"
    )
    return f"{cores()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()}. {ours}; {theirs}. {_load()}"


def _load() -> str:
    return f"Load average when it began: {os.getloadavg()[0]:.1f} (others' work takes from every candidate's seconds)."


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _kibibytes(name: str) -> int:
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
