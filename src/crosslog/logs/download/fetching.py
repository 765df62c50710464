"""Raw files of a system: from a mirror or their public address, verified, and put in place in one step.

Addresses and folders are arguments.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from crosslog.atomic import replace_file, write_text
from crosslog.logs.download.checksums import (
    DISK_BLOCK_BYTES,
    DownloadError,
    add_record,
    keep_record,
    measure_file,
    name_full_disk,
    verify_file,
)
from crosslog.logs.download.transfer import TransferProgress, transfer_file
from crosslog.logs.download.versions import forget_version
from crosslog.systems import SourceFile


def fetch_file(file: SourceFile, folder: Path, mirror: str, wait: Callable[[float], None] = time.sleep) -> Path:
    """The file under `folder`, fetched unless it is there; verified either way.

    Parameters
    ----------
    file : what to fetch, and what it must be; where no checksum is known, that of the first download is kept in
        checksums.json beside the file, and holds from then on
    folder : where it goes; a transfer that breaks leaves `<name>.part` there, and the next call goes on from it
    mirror : folder or base URL (http, https, file) to look in first; empty for none
    wait : what passes the seconds between attempts

    Raises
    ------
    DownloadError
        If no source has the file, size or checksum differ, or the disk is full.
    BrokenTransferError
        If the transfer breaks ATTEMPTS times without progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    part = target.with_name(target.name + ".part")
    wanted = add_record(file, folder)
    if target.exists():
        found = measure_file(target)
        verify_file(wanted, target, found, f"remove {target} to fetch it again")
    else:
        with name_full_disk(target, f"what has come is kept in {part}: make room and run the stage again"):
            source = _obtain(file, part, mirror, wait)
        found = measure_file(part)
        try:
            verify_file(wanted, target, found, f"it came from {source}: it was removed; is that the right source?")
        except DownloadError:
            part.unlink()
            raise
        finally:
            forget_version(part)
        part.replace(target)
    if not (file.sha256 or file.md5):
        keep_record(file.name, folder, found)
    return target


def _obtain(file: SourceFile, part: Path, mirror: str, wait: Callable[[float], None]) -> str:
    for source in _sources(file, mirror):
        if source.startswith(("http://", "https://")):
            arrived = transfer_file(source, part, TransferProgress(file.name, file.bytes), wait, file.bytes)
        else:
            arrived = _copy(_path(source), part)
        if arrived:
            return source
    raise DownloadError(
        f"{file.name} is not to be had (looked in: {', '.join(_sources(file, mirror)) or 'nowhere'}): set "
        f"CROSSLOG_MIRROR to a folder or base URL that holds {file.mirror or file.name}, or put it at "
        f"{part.with_suffix('')} yourself"
    )


def _sources(file: SourceFile, mirror: str) -> Iterator[str]:
    if mirror and file.mirror:
        yield f"{mirror.rstrip('/')}/{file.mirror}"
    if file.url:
        yield file.url


def _path(source: str) -> Path:
    return Path(url2pathname(urlsplit(source).path) if source.startswith("file:") else source)


def _copy(source: Path, part: Path) -> bool:
    if not source.is_file():
        return False
    with source.open("rb") as reading, part.open("wb") as writing:
        while block := reading.read(DISK_BLOCK_BYTES):
            writing.write(block)
    return True


def write_listing(paths: Iterable[Path], target: Path) -> Path:
    """Write path, size and time of change of files that stay where they lie, so that a change of theirs shows."""
    rows = [
        {"path": path.as_posix(), "bytes": path.stat().st_size, "changed_ns": path.stat().st_mtime_ns} for path in paths
    ]
    return write_text(target, json.dumps(rows, indent=1) + "\n")


def store_chunks(chunks: Iterable[bytes], target: Path) -> Path:
    """Write chunks to a file that appears when all of them are there; nothing of it stays when that fails."""
    with replace_file(target) as temporary, temporary.open("wb") as file:
        file.writelines(chunks)
    return target
