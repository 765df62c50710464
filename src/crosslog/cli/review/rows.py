"""The CSVs of interpretations, and decisions written into them: what the terminal and the page share."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from crosslog import artifacts, schemas
from crosslog.interpretation.review import decisions, table

SHORT_KEY = 8  # digits, enough to name a row


def list_systems() -> list[str]:
    """Every system that has interpretations."""
    return sorted(path.stem for path in artifacts.interpretations_path("any").parent.glob("*.csv"))


def find_file(system: str) -> Path:
    """A system's CSV; ArtifactError where there is none."""
    if system not in list_systems():
        path = artifacts.interpretations_path(system)
        raise artifacts.ArtifactError(f"{path} is not there: run `dvc repro interpret@{system}`")
    return artifacts.interpretations_path(system)


def load_system_rows(system: str) -> pl.DataFrame:
    """schemas.Interpretations of a system."""
    return table.load_rows(find_file(system))


def load_other_rows(system: str) -> dict[str, pl.DataFrame]:
    """The same of all other systems, by name."""
    return {other: load_system_rows(other) for other in list_systems() if other != system}


def name_reviewer(name: str | None) -> str:
    """Who decides: the name given, Git's user, or whose login it is."""
    git = shutil.which("git")
    if not name and git:
        name = subprocess.run([git, "config", "user.name"], capture_output=True, text=True, check=False).stdout.strip()
    return name or getpass.getuser()


def change_rows(system: str, changed: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Rewrite a system's rows (see table.rewrite_rows), and check them first; the new rows."""
    path = find_file(system)
    return table.rewrite_rows(path, lambda rows: artifacts.check_frame(changed(rows), schemas.Interpretations, path))


def write_decisions(system: str, taken: Sequence[tuple[str, dict[str, str]]], reviewer: str | None) -> str:
    """Write decisions, (start of a key, changes) each, all or none; what was done, in words."""
    name = name_reviewer(reviewer)

    def all_taken(rows: pl.DataFrame) -> pl.DataFrame:
        for key, changes in taken:
            rows = decisions.apply_decision(rows, key, decisions.sign_decision(changes, name))
        return rows

    rows = change_rows(system, all_taken)
    left = rows.filter(decisions.is_open()).height
    keys = [decisions.find_key(rows, key) for key, _ in taken]
    found = rows.filter(pl.col("key").is_in(keys) & (pl.col("problems") != ""))
    return "\n".join(
        [
            f"{system}: {len(taken)} decided by {name}, {left} open; `dvc repro` computes what depends on them",
            *(f"{row['key']}: {row['problems']}" for row in found.iter_rows(named=True)),
        ]
    )
