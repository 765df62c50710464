"""Environments of the peers: each in a venv of its own, made from its pinned list in peers/."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

LISTS = Path(__file__).parent / "peers"


class PeerError(RuntimeError):
    """A peer's environment is not there, or could not be made."""


@dataclass(frozen=True)
class Peers:
    """Where the environments lie, and whether missing ones are made."""

    folder: Path
    install: bool

    def python(self, peer: str) -> Path:
        """The interpreter of a peer's environment, which is made where it is missing or its list has changed.

        Raises
        ------
        PeerError
            If it is missing and shall not be made, or pip fails; what pip said goes to standard error.
        """
        home, wanted = self.folder / peer, _wanted(peer)
        python, stamp = home / "bin" / "python", home / "installed.txt"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return python
        if not self.install:
            raise PeerError("not installed")
        _install(peer, home)
        stamp.write_text(wanted, encoding="utf-8")
        return python


def pins(peer: str) -> dict[str, str]:
    """A peer's pinned packages: name -> version."""
    lines = (line.partition("#")[0].strip() for line in _list(peer).read_text(encoding="utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


def _wanted(peer: str) -> str:
    return f"{sys.version}\n{_list(peer).read_text(encoding='utf-8')}"


def _install(peer: str, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=True)
    command = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(_list(peer))]
    done = subprocess.run(command, check=False, stdout=sys.stderr)
    if done.returncode:
        raise PeerError("could not be installed")


def _list(peer: str) -> Path:
    return LISTS / f"{peer}.txt"
