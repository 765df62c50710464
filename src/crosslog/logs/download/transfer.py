"""A file over HTTP, resumed where an attempt broke: the one module of the library that reaches log archives."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from crosslog.faults import NetworkError
from crosslog.logs.download.checksums import DownloadError
from crosslog.logs.download.versions import FileVersion, forget_version, keep_version, read_version

ATTEMPTS = 6
TIMEOUT_SECONDS = 60.0
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
LENGTHS = frozenset({"content-length", "transfer-encoding"})  # without either, a dropped connection looks like the end
HOPELESS_ERRORS = (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL)


class BrokenTransferError(DownloadError, NetworkError):
    """A transfer broke off too often in a row; what has come is kept."""


@dataclass
class TransferProgress:
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


def transfer_file(
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
            except HOPELESS_ERRORS as error:
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
    start, known = _size(part), read_version(part)
    if known is None or known.url != url:
        # Of what version the part is, nobody knows: only a published size can tell.
        start, known = start if size else 0, None
    headers = {"Accept-Encoding": "identity"} | _range(start, known)
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code in (404, 410):
            return False
        if response.status_code == 416:
            return _finished_before(response, part, known)
        if response.status_code in RETRIED:
            raise httpx.TransportError(f"HTTP status {response.status_code}")
        if not response.is_success:
            raise DownloadError(
                f"{url} answers with HTTP status {response.status_code}: fetch it by hand into {part.parent}"
            )
        version = FileVersion.of(url, response.headers)
        if not _continues(response, start):
            start = 0
        elif known and known.differs(version):
            _drop(part)
            raise httpx.TransportError("the file on the server is another than before; starting anew")
        if not start:
            part.unlink(missing_ok=True)
            keep_version(part, version)
        _append(response, part, start, progress)
        if size and _size(part) < size and not LENGTHS & response.headers.keys():
            raise httpx.TransportError(f"it ended after {_size(part):,} of {size:,} bytes")
    return True


def _continues(response: httpx.Response, start: int) -> bool:
    return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _range(start: int, known: FileVersion | None) -> dict[str, str]:
    return {"Range": f"bytes={start}-", **(known.condition if known else {})} if start else {}


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    forget_version(part)


def _finished_before(response: httpx.Response, part: Path, known: FileVersion | None) -> bool:
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    same = known is None or not known.differs(FileVersion.of(known.url, response.headers))
    if total == str(_size(part)) and same:
        return True
    _drop(part)
    raise httpx.TransportError("what was kept does not belong to this file; starting anew")


def _append(response: httpx.Response, part: Path, start: int, progress: Callable[[int], None]) -> None:
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        for block in response.iter_raw():
            file.write(block)
            progress(file.tell())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
