"""Small DVC repositories for flows: stages that keep a journal, and wait or fail where they are told to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from projects import write_params, write_systems

DVC_YAML = """\
stages:
  first:
    cmd: python make.py first
    deps: [first.in]
    outs: [first.txt]
  second:
    cmd: python make.py second
    deps: [first.txt, second.in]
    outs: [second.txt]
  third:
    cmd: python make.py third
    deps: [second.txt]
    outs: [third.txt]
  aside:
    cmd: python make.py aside
    deps: [aside.in]
    outs: [aside.txt]
"""
STAGES = ("first", "second", "third", "aside")
MAKE = """\
import os, pathlib, sys, time
name = sys.argv[1]
told = pathlib.Path(name + ".in")
asked = told.read_text() if told.exists() else ""
journal = open("journal.txt", "a")
print("begin", name, file=journal, flush=True)
if "wait" in asked:
    while not pathlib.Path("go.txt").exists():
        time.sleep(0.05)
if "broken" in asked:
    raise ValueError(name + ".in breaks its schema in 1 places:\\n  row 1: 'broken'")
if "offline" in asked and not pathlib.Path("online.txt").exists():
    pathlib.Path("online.txt").touch()
    from crosslog.faults import NetworkError, exit_in_words
    with exit_in_words():
        raise NetworkError("the server is busy")
pathlib.Path(name + ".txt").write_text(name)
print("end", name, file=journal, flush=True)
"""


def make_pipeline(folder: Path, told: dict[str, str] | None = None) -> Path:
    """A repository of four stages, of which some are told to `wait`, to be `broken` or to be `offline` once."""
    write_params(folder)
    write_systems(folder)
    (folder / "dvc.yaml").write_text(DVC_YAML, encoding="utf-8")
    (folder / "make.py").write_text(MAKE, encoding="utf-8")
    for name in ("first", "second", "aside"):
        (folder / f"{name}.in").write_text((told or {}).get(name, "well"), encoding="utf-8")
    (folder / ".dvc").mkdir()
    (folder / ".dvc" / "config").write_text("[core]\n    no_scm = True\n", encoding="utf-8")
    return folder


def journal(folder: Path) -> list[str]:
    """What has begun and ended so far, such as `begin first`."""
    path = folder / "journal.txt"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def wait_until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait until something is true, or fail and say what was not."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"not within {seconds} seconds: {what}"
        time.sleep(0.1)
