"""Shared fixtures: an empty workspace, and the folder of real logs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of real logs, or a skip with the reason."""
    folder = os.environ.get("CROSSLOG_MIRROR", "")
    if not folder:
        pytest.skip("CROSSLOG_MIRROR is not set: no real logs to read")
    path = Path(folder).resolve()
    if not path.is_dir():
        pytest.skip(f"CROSSLOG_MIRROR={folder} is not a folder here")
    return path
