"""Keys beside outputs: what a result was made of, so that where nothing of that has changed it is taken as it is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from crosslog.artifacts.checking import ArtifactError
from crosslog.atomic import restore_folder, write_text
from crosslog.sources import digest_contents


def is_current(outputs: Sequence[Path], key: str) -> bool:
    """Whether the outputs are there, as they were made, and were made of what the key stands for."""
    place = key_path(outputs[0])
    for output in outputs:
        restore_folder(output)
    if not place.exists() or not all(output.exists() for output in outputs):
        return False
    return place.read_text(encoding="utf-8") == _entry(outputs, key)


def record_key(outputs: Sequence[Path], key: str) -> None:
    """Put beside outputs what they were made of, and what they are: without it they are not current."""
    write_text(key_path(outputs[0]), _entry(outputs, key))


def key_path(output: Path) -> Path:
    """Where the key of an output lies: beside it."""
    return output.with_suffix(".key")


def read_digest(output: Path) -> bytes:
    """A digest of what was made, from the key beside it; ArtifactError where there is none."""
    try:
        return key_path(output).read_bytes().splitlines()[1]
    except (FileNotFoundError, IndexError):
        raise ArtifactError(f"{key_path(output)} is not there: run `dvc repro` to make {output}") from None


def digest_files(*paths: Path) -> str:
    """A digest of files, and of all files in folders, by name and content; what is not there is nothing."""
    return digest_contents({path.as_posix(): _digest(path) for path in _files(paths)})


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:  # never whole in memory: the events of a log may be gigabytes
        return hashlib.file_digest(file, "sha256").digest()


def _entry(outputs: Sequence[Path], key: str) -> str:
    return f"made of {key}\nis {digest_files(*outputs)}\n"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            yield path


def remove_others(folder: Path, kept: Iterable[Path]) -> None:
    """Remove whatever lies in a folder and neither is, nor leads to, nor lies below what is kept, or is its key."""
    wanted = {path for output in kept for path in (output, key_path(output))}
    leading = {parent for path in wanted for parent in path.parents}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path not in leading and wanted.isdisjoint((path, *path.parents)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
