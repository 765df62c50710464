"""Shared fixtures: an empty workspace, the folder of real logs, and those logs parsed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from projects import project_of

from tasks import download, parse


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


@pytest.fixture(scope="session")
def parsed_log(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """System -> the workspace in which the stages download and parse have run for it; to be read, not written.

    Each real log is parsed once, whichever of pytest's processes asks for it first.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "parsed"
    shared.mkdir(exist_ok=True)

    def find(system: str) -> Path:
        folder, done = shared / system, shared / f"{system}.done"
        with FileLock(shared / f"{system}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                _parse(system, folder, mirror)
                done.touch()
        return folder

    return find


def _parse(system: str, folder: Path, mirror: Path) -> None:
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CROSSLOG_MIRROR", str(mirror))
        project_of(folder)
        download.main(system)
        parse.main(system)
    shutil.rmtree(folder / "data/raw")
