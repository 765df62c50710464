"""What a raw file is and must be: size and checksums, published or those of its first download."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crosslog.atomic import write_json
from crosslog.faults import UserError
from crosslog.systems import SourceFile

DISK_BLOCK_BYTES = 1 << 20
RECORDS = "checksums.json"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class DownloadError(UserError, RuntimeError):
    """A file cannot be had, or is not what systems.yaml says."""


@dataclass(frozen=True)
class FileDigest:
    """Size and checksums of a file."""

    bytes: int
    sha256: str
    md5: str


def measure_file(path: Path) -> FileDigest:
    """Size and checksums of a file."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(DISK_BLOCK_BYTES):
            sha256.update(block)
            md5.update(block)
    return FileDigest(path.stat().st_size, sha256.hexdigest(), md5.hexdigest())


def verify_file(wanted: SourceFile, path: Path, found: FileDigest, remedy: str) -> None:
    """Raise a DownloadError that names file, both numbers and `remedy` where size or a checksum differ."""
    for name in ("bytes", "sha256", "md5"):
        expected, got = getattr(wanted, name), getattr(found, name)
        if expected is not None and expected != got:
            raise DownloadError(f"{path}: {name} must be {expected}, but is {got}; {remedy}")


def add_record(file: SourceFile, folder: Path) -> SourceFile:
    """The file with what its first download was, where systems.yaml has no checksum."""
    known = {name: value for name, value in _records(folder).get(file.name, {}).items() if getattr(file, name) is None}
    return file.model_copy(update=known) if not (file.sha256 or file.md5) else file


def _records(folder: Path) -> dict[str, dict[str, int | str]]:
    path = folder / RECORDS
    records: dict[str, dict[str, int | str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return records


def keep_record(name: str, folder: Path, found: FileDigest) -> None:
    """Keep size and checksum of a first download in checksums.json."""
    records = _records(folder) | {name: {"bytes": found.bytes, "sha256": found.sha256}}
    write_json(folder / RECORDS, dict(sorted(records.items())))


@contextmanager
def name_full_disk(target: Path, remedy: str) -> Iterator[None]:
    """Turns a full disk into a DownloadError that names the file and says `remedy`."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DownloadError(f"{target}: there is no room left on the disk; {remedy}") from None
