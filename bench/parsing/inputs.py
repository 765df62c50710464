"""The log that every candidate reads: simulated once and kept, or a file of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crosslog.logs.download.fetching import store_chunks
from crosslog.logs.simulate import simulate_lines
from crosslog.logs.simulate.vocabulary import load_dialect

FORMATS = {"bgl": "bgl", "syslog": "cfdr_syslog"}  # a dialect's kind of line -> the format that reads it
SEED = 7
BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Log:
    """A plain text file of whole lines, read with a format of crosslog; `origin` says in words what it is."""

    path: Path
    lines: int
    format: str
    origin: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size


def simulated(dialect: str, lines: int, folder: Path) -> Log:
    """A simulated log, written to `folder` where it is not there yet."""
    path = folder / f"{dialect}-{lines}-{SEED}.log"
    if not path.exists():
        store_chunks(simulate_lines(dialect, lines, SEED), path)
    return Log(path.resolve(), lines, FORMATS[load_dialect(dialect).line], f"simulated, dialect {dialect}, seed {SEED}")


def given(path: Path, line_format: str) -> Log:
    """A file of one's own.

    Raises
    ------
    ValueError
        If it is not plain text: the peers read no archives.
    """
    if path.suffix in (".gz", ".zip"):
        raise ValueError(f"{path}: unpack it first, the peers read plain text only")
    return Log(path.resolve(), _lines(path), line_format, "a file of one's own")


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")
