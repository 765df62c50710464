"""Raw files of a system: from a mirror or their public address, resumed, verified, and put in place in one step.

The one module of the library that reaches log archives. Addresses and folders are arguments.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from crosslog.faults import NetworkError
from crosslog.logs.checksums import (
    BLOCK_BYTES,
    DownloadError,
    measure,
    record,
    room_for,
    store,
    verify,
    with_record,
)
from crosslog.systems import SourceFile

ATTEMPTS = 6
TIMEOUT_SECONDS = 60.0
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
LENGTHS = frozenset({"content-length", "transfer-encoding"})  # without either, a dropped connection looks like the end
HOPELESS = (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL)


class BrokenTransferError(DownloadError, NetworkError):
    """A transfer broke off too often in a row; what has come is kept."""


@dataclass
class Progress:
    """Says on stderr how far a transfer is, every `seconds`."""

    name: str
    total: int | None = None
    seconds: float = field(default_factory=lambda: 0.5 if sys.stderr.isatty() else 5.0)
    _last: float = field(default_factory=time.monotonic)

    def __call__(self, done: int) -> None:
        """Tell that `done` bytes are there."""
        if time.monotonic() - self._last < self.seconds:
            return
        self._last = time.monotonic()
        whole = f" of {self.total / 1e6:,.1f}" if self.total else ""
        sys.stderr.write(f"{self.name}: {done / 1e6:,.1f}{whole} MB\n")


def fetch(file: SourceFile, folder: Path, mirror: str, wait: Callable[[float], None] = time.sleep) -> Path:
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
    wanted = with_record(file, folder)
    if target.exists():
        found = measure(target)
        verify(wanted, target, found, f"remove {target} to fetch it again")
    else:
        with room_for(target, f"what has come is kept in {part}: make room and run the stage again"):
            source = _obtain(file, part, mirror, wait)
        found = measure(part)
        try:
            verify(wanted, target, found, f"it came from {source}: it was removed; is that the right source?")
        except DownloadError:
            part.unlink()
            raise
        part.replace(target)
    if not (file.sha256 or file.md5):
        record(file.name, folder, found)
    return target


def _obtain(file: SourceFile, part: Path, mirror: str, wait: Callable[[float], None]) -> str:
    for source in _sources(file, mirror):
        if source.startswith(("http://", "https://")):
            arrived = transfer(source, part, Progress(file.name, file.bytes), wait, file.bytes)
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
        while block := reading.read(BLOCK_BYTES):
            writing.write(block)
    return True


def transfer(
    url: str,
    part: Path,
    progress: Callable[[int], None],
    wait: Callable[[float], None],
    size: int | None = None,
) -> bool:
    """Fetch `url`, of `size` bytes if known, into `part`, going on where it ends; False where the server lacks it.

    Raises
    ------
    DownloadError
        If the server refuses, or it is no address to fetch from.
    BrokenTransferError
        If ATTEMPTS in a row bring not one byte.
    """
    failures = 0
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT_SECONDS) as client:
        while True:
            before = _size(part)
            try:
                return _attempt(client, url, part, progress, size)
            except HOPELESS as error:
                raise DownloadError(f"{url} cannot be fetched ({error}): correct it in systems.yaml") from None
            except httpx.TransportError as error:
                failures = 1 if _size(part) > before else failures + 1
                if failures == ATTEMPTS:
                    raise BrokenTransferError(_broken(url, part, error)) from None
                seconds = 2.0 ** (failures - 1)
                sys.stderr.write(f"{url}: {error or type(error).__name__}; trying again in {seconds:g} s\n")
                wait(seconds)


def _broken(url: str, part: Path, error: Exception) -> str:
    return (
        f"{url}: {ATTEMPTS} attempts in a row failed ({error or type(error).__name__}); {_size(part):,} bytes are kept "
        f"in {part}: run the stage again to go on, or set CROSSLOG_MIRROR to a folder that has the file"
    )


def _attempt(client: httpx.Client, url: str, part: Path, progress: Callable[[int], None], size: int | None) -> bool:
    start = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code in (404, 410):
            return False
        if response.status_code == 416:
            return _finished_before(response, part)
        if response.status_code in RETRIED:
            raise httpx.TransportError(f"HTTP status {response.status_code}")
        if not response.is_success:
            raise DownloadError(
                f"{url} answers with HTTP status {response.status_code}: fetch it by hand into {part.parent}"
            )
        _append(response, part, start if _continues(response, start) else 0, progress)
        if size and _size(part) < size and not LENGTHS & response.headers.keys():
            raise httpx.TransportError(f"it ended after {_size(part):,} of {size:,} bytes")
    return True


def _continues(response: httpx.Response, start: int) -> bool:
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _finished_before(response: httpx.Response, part: Path) -> bool:
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    if total == str(_size(part)):
        return True
    part.unlink()
    raise httpx.TransportError("what was kept does not belong to this file; starting anew")


def _append(response: httpx.Response, part: Path, start: int, progress: Callable[[int], None]) -> None:
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        for block in response.iter_raw():
            file.write(block)
            progress(file.tell())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def write_listing(paths: Iterable[Path], target: Path) -> Path:
    """Write path, size and time of change of files that stay where they lie, so that a change of theirs shows."""
    rows = [
        {"path": path.as_posix(), "bytes": path.stat().st_size, "changed_ns": path.stat().st_mtime_ns} for path in paths
    ]
    return store([json.dumps(rows, indent=1).encode() + b"\n"], target)
