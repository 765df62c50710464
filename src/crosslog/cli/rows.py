"""The CSVs of interpretations, and decisions written into them: what the terminal and the page share."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from crosslog import artifacts, schemas
from crosslog.interpretation import decisions, store


def systems() -> list[str]:
    """Every system that has interpretations."""
    return sorted(path.stem for path in artifacts.interpretations_path("any").parent.glob("*.csv"))


def of(system: str) -> pl.DataFrame:
    """schemas.Interpretations of a system."""
    return store.load(_path(system))


def elsewhere(system: str) -> dict[str, pl.DataFrame]:
    """The same of all other systems, by name."""
    return {other: of(other) for other in systems() if other != system}


def reviewer_named(name: str | None) -> str:
    """Who decides: the name given, Git's user, or whose login it is."""
    git = shutil.which("git")
    if not name and git:
        name = subprocess.run([git, "config", "user.name"], capture_output=True, text=True, check=False).stdout.strip()
    return name or getpass.getuser()


def change(system: str, changed: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Rewrite a system's rows (see store.rewrite), and check them first; the new rows."""
    path = _path(system)
    return store.rewrite(path, lambda rows: artifacts.check_frame(changed(rows), schemas.Interpretations, path))


def decide(system: str, taken: Sequence[tuple[str, dict[str, str]]], reviewer: str | None) -> str:
    """Write decisions, (start of a key, changes) each, all or none; what was done, in words."""
    name = reviewer_named(reviewer)

    def all_taken(rows: pl.DataFrame) -> pl.DataFrame:
        for key, changes in taken:
            rows = decisions.decided(rows, key, decisions.signed(changes, name))
        return rows

    rows = change(system, all_taken)
    left = rows.filter(decisions.is_open()).height
    keys = [decisions.key_in(rows, key) for key, _ in taken]
    found = rows.filter(pl.col("key").is_in(keys) & (pl.col("problems") != ""))
    return "\n".join(
        [
            f"{system}: {len(taken)} decided by {name}, {left} open; `dvc repro` computes what depends on them",
            *(f"{row['key']}: {row['problems']}" for row in found.iter_rows(named=True)),
        ]
    )


def _path(system: str) -> Path:
    path = artifacts.interpretations_path(system)
    if system not in systems():
        raise artifacts.ArtifactError(f"{path} is not there: run `dvc repro interpret@{system}`")
    return path
