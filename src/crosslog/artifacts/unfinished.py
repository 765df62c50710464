"""A folder in the making that outlives an interruption, so that the next run goes on from its last whole file."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from crosslog.artifacts.checking import load_file
from crosslog.artifacts.packing import read_packed, write_packed
from crosslog.atomic import move_folder, replace_file, write_text

FINGERPRINT = "fingerprint"


@dataclass(frozen=True)
class Unfinished:
    """Files on their way to becoming an artifact; each appears whole or not at all, from whatever process."""

    folder: Path

    @classmethod
    def resume(cls, folder: Path, fingerprint: str) -> Unfinished:
        """The folder as an earlier run left it, emptied where that run's fingerprint was another.

        The fingerprint stands for all that the files hang on: settings, input, code.
        """
        mark = folder / FINGERPRINT
        if not mark.exists() or mark.read_text(encoding="utf-8") != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            write_text(mark, fingerprint)
        return cls(folder)

    def at(self, name: str) -> Path:
        """Where a file of this name lies."""
        return self.folder / name

    def has(self, name: str) -> bool:
        """Whether the file is there, whole."""
        return self.at(name).exists()

    def write_json(self, name: str, content: Any) -> None:
        """Write plain values."""
        write_text(self.at(name), json.dumps(content, ensure_ascii=False, separators=(",", ":")))

    def read_json(self, name: str) -> Any:
        """What `write_json` wrote; ArtifactError if it is damaged."""
        return load_file(self.at(name), lambda path: json.loads(path.read_text(encoding="utf-8")))

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Write a frame for ourselves, quick to write and to read: each distinct text of a column once."""
        with replace_file(self.at(name)) as temporary:
            frame.cast({pl.String: pl.Categorical}).write_ipc(temporary, compression="uncompressed")

    def read_frame(self, name: str) -> pl.DataFrame:
        """What `write_frame` wrote; ArtifactError if it is damaged."""
        return load_file(self.at(name), pl.read_ipc).cast({pl.Categorical: pl.String})

    def write_rows(self, name: str, frame: pl.DataFrame) -> None:
        """Write a chunk's rows for ourselves, in few bytes: all chunks of a log lie there at once."""
        with replace_file(self.at(name)) as temporary:
            write_packed(frame, temporary)

    def read_rows(self, name: str) -> pl.DataFrame:
        """What `write_rows` wrote; ArtifactError if it is damaged."""
        return load_file(self.at(name), read_packed)

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Write bytes; where they lie."""
        with replace_file(self.at(name)) as temporary:
            temporary.write_bytes(content)
        return self.at(name)

    def drop(self, name: str) -> None:
        """Remove a file that is of no more use."""
        self.at(name).unlink(missing_ok=True)

    def become(self, target: Path, pattern: str) -> None:
        """Take the place of `target` with the files that match, whole or not at all; the rest is removed."""
        wanted = set(self.folder.glob(pattern))
        for path in self.folder.iterdir():
            if path not in wanted:
                path.unlink()
        move_folder(self.folder, target)
