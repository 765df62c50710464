"""What can be wrong with a raw file, said with its name and what to do about it."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pyarrow as pa
from isal import isal_zlib

from crosslog.faults import UserError


class ReadingError(UserError, ValueError):
    """A file is missing, cut short, not what its ending says, or not fit to be read as lines."""


DAMAGE: tuple[type[Exception], ...] = (
    EOFError,
    zlib.error,
    cast("type[Exception]", isal_zlib.error),
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    pa.ArrowInvalid,
)


def name_place(name: str, path: Path) -> str:
    """A member as messages name it: its path, with its name before it where it lies in an archive."""
    return path.as_posix() if name in (path.name, path.as_posix()) else f"{name} in {path.as_posix()}"


@contextmanager
def name_damage(name: str, path: Path) -> Iterator[None]:
    """Turns what decompressors and the disk raise into a ReadingError that names the member."""
    try:
        yield
    except DAMAGE as error:
        raise describe_damage(name, path, error) from None
    except OSError as error:
        if error.errno is None:  # a decompressor's, not the disk's
            raise describe_damage(name, path, error) from None
        raise ReadingError(f"{name_place(name, path)} cannot be read: {error.strerror}") from None


def describe_damage(name: str, path: Path, error: Exception | str) -> ReadingError:
    """The error of a file that is cut short or was changed on its way."""
    return ReadingError(
        f"{name_place(name, path)} is cut short or damaged ({error}): get it anew from where it comes from; where "
        f"crosslog fetched it, remove {path} and run the stage again"
    )
