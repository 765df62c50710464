"""Runs a command and measures it with all processes that it starts: seconds, CPU seconds, peak memory (Linux only).

Memory is sampled from /proc every `INTERVAL` seconds. `memory` is the resident set, summed over the processes: pages
that several share, such as libraries, count for each of them, and pages of a mapped file count too, so it is an upper
bound. `anonymous` leaves out what is backed by files, which the kernel can drop. A single process cannot hide a short
peak between two samples, because the kernel keeps its highest resident set.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.05
KIB = 1024


@dataclass(frozen=True)
class Limits:
    """What ends a run: seconds, and bytes of resident memory of all its processes."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Run:
    """One run of a command; `stopped` says which limit ended it, `status` is its exit status (negative: a signal)."""

    seconds: float
    cpu_seconds: float
    memory: int
    anonymous: int
    status: int
    stopped: str
    output: str
    errors: str


@dataclass
class Watch:
    """What has been seen of a process and its descendants so far."""

    root: int
    limits: Limits
    memory: int = 0
    anonymous: int = 0
    stopped: str = ""
    known: set[int] = field(default_factory=set)  # a process stays known when the one that started it is gone

    def sample(self) -> None:
        """Look at every process once, and end them all where memory passes its limit."""
        self.known = {process for start in {self.root, *self.known} for process in tree(start)}
        held = [found for process in self.known if (found := _held(process))]
        total = sum(resident for resident, _, _ in held)
        self.memory = max(self.memory, total, *(highest for _, highest, _ in held), 0)
        self.anonymous = max(self.anonymous, sum(anonymous for _, _, anonymous in held))
        if total > self.limits.memory:
            self.stop(f"more than {self.limits.memory / KIB**3:.1f} GiB")

    def stop(self, reason: str) -> None:
        """End every process."""
        self.stopped = self.stopped or reason
        for process in self.known | set(tree(self.root)):
            try:
                os.kill(process, 9)
            except ProcessLookupError:
                continue

    def until(self, ended: threading.Event) -> None:
        """Sample until the event is set, or time runs out."""
        last = time.perf_counter() + self.limits.seconds
        while not ended.wait(INTERVAL):
            self.sample()
            if time.perf_counter() > last:
                self.stop(f"after {self.limits.seconds:.0f} s")


def measured(command: Sequence[str], folder: Path, environment: Mapping[str, str], limits: Limits) -> Run:
    """Run a command in a folder to its end, or to a limit."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=output, stderr=errors, start_new_session=True
        )
        watch, ended = Watch(process.pid, limits), threading.Event()
        watcher = threading.Thread(target=watch.until, args=(ended,))
        watcher.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            ended.set()
            watcher.join()
            if process.returncode is None:  # the wait was interrupted
                watch.stop("interrupted")
                process.wait()
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8", errors="replace"))
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, watch.memory, watch.anonymous, process.returncode, watch.stopped, texts[0], texts[1])


def tree(root: int) -> list[int]:
    """A process that lives and all it started, directly or not; empty where it is gone."""
    found = [root] if Path(f"/proc/{root}").exists() else []
    for process in found:
        for thread in _listed(Path(f"/proc/{process}/task")):
            found += map(int, _read(thread / "children").split())
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it has just ended
        return []


def _held(process: int) -> tuple[int, int, int] | None:
    """Resident, highest resident and anonymous bytes of a process; None where it is gone."""
    lines = dict(line.split(":", 1) for line in _read(Path(f"/proc/{process}/status")).splitlines())
    if "VmRSS" not in lines:  # gone, or about to be
        return None
    resident, highest, anonymous, shared = (
        int(lines[name].split()[0]) * KIB for name in ("VmRSS", "VmHWM", "RssAnon", "RssShmem")
    )
    return resident, highest, anonymous + shared


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
