"""Frames on disk: one file, or numbered parts in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crosslog import schemas
from crosslog.artifacts.checking import ArtifactError, check_frame, load_file, read_parquet
from crosslog.atomic import replace_file, restore_folder


@dataclass(frozen=True)
class Table:
    """One frame in one file; the ending of `path` says how it is stored (.parquet, or .json with a row a line)."""

    path: str
    schema: type[schemas.Schema]

    def at(self, **names: str) -> Path:
        """Where the artifact of these names lies."""
        return Path(self.path.format(**names))

    def read(self, **names: str) -> pl.DataFrame:
        """Read and check.

        Raises
        ------
        ArtifactError
            If the file is missing or breaks its schema.
        """
        path = self.at(**names)
        return check_frame(load_file(path, self._load), self.schema, path)

    def write(self, frame: pl.DataFrame, **names: str) -> Path:
        """Check and write atomically; the path."""
        path = self.at(**names)
        check_frame(frame, self.schema, path)
        with replace_file(path) as temporary:
            self._store(frame, temporary)
        return path

    def _load(self, path: Path) -> pl.DataFrame:
        if path.suffix == ".parquet":
            return read_parquet(path)
        columns = {name: column.dtype.type for name, column in self.schema.to_schema().columns.items()}
        return pl.DataFrame(json.loads(path.read_text(encoding="utf-8")), schema=columns, orient="row")

    def _store(self, frame: pl.DataFrame, path: Path) -> None:
        if self.path.endswith(".parquet"):
            frame.write_parquet(path, compression="zstd", statistics=True)
        else:
            rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in frame.iter_rows(named=True))
            path.write_text(f"[\n{rows}\n]\n" if rows else "[]\n", encoding="utf-8")


@dataclass(frozen=True)
class Parts:
    """A frame in numbered parquet parts in one folder, for what does not fit in memory."""

    path: str
    schema: type[schemas.Schema]

    def at(self, **names: str) -> Path:
        """The folder."""
        return Path(self.path.format(**names))

    def write_part(self, folder: Path, number: int, frame: pl.DataFrame) -> Path:
        """Check and write one part, atomically, into a folder that takes the artifact's place once all are there."""
        path = folder / part_name(number)
        check_frame(frame, self.schema, path)
        with replace_file(path) as temporary:
            frame.write_parquet(temporary, compression="zstd", statistics=True)
        return path

    def read_parts(
        self, columns: list[str] | None = None, lines: tuple[int, int] | None = None, **names: str
    ) -> Iterator[pl.DataFrame]:
        """Each part in order, checked whole, then narrowed to `columns` and to lines from the first to the last.

        Raises
        ------
        ArtifactError
            If there is no part, or none of these lines.
        """
        found = False
        for path in self._parts(self.at(**names)):
            if lines and not load_file(path, lambda part: _holds(part, lines)):
                continue
            found = True
            frame = check_frame(load_file(path, read_parquet), self.schema, path)
            frame = frame.filter(pl.col("line").is_between(*lines)) if lines else frame
            yield frame if columns is None else frame.select(columns)
        if not found:
            raise ArtifactError(f"{self.at(**names)} holds none of the lines {lines}: correct `lines` in params.yaml")

    def read(
        self, columns: list[str] | None = None, lines: tuple[int, int] | None = None, **names: str
    ) -> pl.DataFrame:
        """All parts in one frame, as `read_parts` narrows them; ask for few columns of what is large."""
        return pl.concat(self.read_parts(columns, lines, **names))

    @staticmethod
    def _parts(folder: Path) -> list[Path]:
        restore_folder(folder)
        paths = sorted(folder.glob("part-*.parquet"))
        if not paths:
            raise ArtifactError(f"{folder} holds no part: run `dvc repro` to make it")
        return paths


def _holds(part: Path, lines: tuple[int, int]) -> bool:
    first, last = pl.scan_parquet(part, glob=False).select(pl.min("line"), last=pl.max("line")).collect().row(0)
    return first is not None and bool(first <= lines[1] and last >= lines[0])


def part_name(number: int) -> str:
    """File name of a part; names sort in order."""
    return f"part-{number:05d}.parquet"
