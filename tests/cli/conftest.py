"""Interpretations of two systems in a folder of their own, and `crosslog` typed there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.csvs import DONE, FREQUENT, OTHER, RARE, written
from typer.testing import CliRunner

from crosslog.cli import app


@pytest.fixture
def crosslog() -> Callable[..., tuple[int, str]]:
    """Runs a command; its exit code and what it printed, blanks folded."""
    runner = CliRunner(env={"COLUMNS": "240", "CROSSLOG_REVIEWER": "Ada"})

    def run(*words: str) -> tuple[int, str]:
        result = runner.invoke(app, words)
        return result.exit_code, " ".join(result.output.split())

    return run


@pytest.fixture
def files(workspace: Path) -> dict[str, Path]:
    """`gears` with two open rows and an approved one, `belts` with one open row: system -> CSV."""
    gears = [(RARE, 2, "pending", ""), (FREQUENT, 90, "pending", ""), (DONE, 5, "approved", "normal")]
    return {"gears": written("gears", gears), "belts": written("belts", [(OTHER, 7, "pending", "")])}
