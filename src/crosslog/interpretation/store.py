"""The CSV on the disk, rewritten so that nobody's edit is lost: not another process's, and not an editor's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from crosslog.csv_files.rewriting import read_if_there, rewrite_file
from crosslog.interpretation import table


def load(path: Path) -> pl.DataFrame:
    """The rows in a file; none where there is no file."""
    return _frame(read_if_there(path), path)


def rewrite(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Replace the rows in a file by what `change` makes of them; the new rows.

    `change` may be called several times and must depend on nothing but its argument (see rewrite_file).

    Raises
    ------
    CsvError
        If the file cannot be read, or others keep changing it; it is then as they left it.
    """
    rows = table.empty()

    def changed(content: bytes | None) -> bytes:
        nonlocal rows
        rows = change(_frame(content, path))
        return table.formatted(rows).encode()

    rewrite_file(path, changed)
    return rows


def _frame(content: bytes | None, path: Path) -> pl.DataFrame:
    return table.empty() if content is None else table.read(content, str(path))
