"""Every artifact's path and schema: read and write, both checked. Nothing else opens files under data/ and reports/.

Paths are relative to the top of the repository. Writes go to a temporary name beside the place and are renamed, so a
reader never meets half an artifact.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pandera.errors import SchemaErrors

from crosslog import schemas

SHOWN_FAILURES = 20
Loaded = TypeVar("Loaded")


class ArtifactError(ValueError):
    """An artifact is missing or breaks its schema; the message names the file, the rows and what to do."""


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
        return checked(_loaded(path, self._load), self.schema, path)

    def write(self, frame: pl.DataFrame, **names: str) -> Path:
        """Check and write atomically; the path."""
        path = self.at(**names)
        checked(frame, self.schema, path)
        with replacing(path) as temporary:
            self._store(frame, temporary)
        return path

    def _load(self, path: Path) -> pl.DataFrame:
        if path.suffix == ".parquet":
            return _read_parquet(path)
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

    @contextmanager
    def writer(self, **names: str) -> Iterator[Callable[[pl.DataFrame], None]]:
        """A function that checks and appends a part; the folder appears whole when the block ends without an error."""
        folder = self.at(**names)
        with replacing_folder(folder) as temporary:
            written = 0

            def append(frame: pl.DataFrame) -> None:
                nonlocal written
                checked(frame, self.schema, folder / part_name(written))
                frame.write_parquet(temporary / part_name(written), compression="zstd", statistics=True)
                written += 1

            yield append

    def read_parts(self, columns: list[str] | None = None, **names: str) -> Iterator[pl.DataFrame]:
        """Each part in order, checked whole, then narrowed to `columns`."""
        for path in self._parts(self.at(**names)):
            frame = checked(_loaded(path, _read_parquet), self.schema, path)
            yield frame if columns is None else frame.select(columns)

    def read(self, columns: list[str] | None = None, **names: str) -> pl.DataFrame:
        """All parts in one frame, checked; ask for few columns of what is large."""
        return pl.concat(self.read_parts(columns, **names))

    @staticmethod
    def _parts(folder: Path) -> list[Path]:
        paths = sorted(folder.glob("part-*.parquet"))
        if not paths:
            raise ArtifactError(f"{folder} holds no part: run `dvc repro` to make it")
        return paths


def part_name(number: int) -> str:
    """File name of a part; names sort in order."""
    return f"part-{number:05d}.parquet"


EVENTS = Parts("data/events/{system}", schemas.Events)
MESSAGES = Table("data/messages/{system}.parquet", schemas.Messages)
TEMPLATES = Table("data/templates/{system}.parquet", schemas.Templates)
REMARKS = Table("data/remarks/{system}.json", schemas.Remarks)
UNITS = Table("data/embeddings/{system}/{representation}-{encoder}.parquet", schemas.Units)
SPANS = Table("data/episodes/{experiment}/{part}/spans.parquet", schemas.Spans)
EPISODE_EVENTS = Table("data/episodes/{experiment}/{part}/events.parquet", schemas.EpisodeEvents)
EPISODE_MESSAGES = Table("data/episodes/{experiment}/{part}/messages.parquet", schemas.EpisodeMessages)
EPISODE_TEXTS = Table("data/episodes/{experiment}/{part}/texts.parquet", schemas.EpisodeTexts)
SOURCES, TARGET = "sources", "target"  # the two bundles of an experiment
SCORES = Table("data/scores/{experiment}/{detector}.parquet", schemas.Scores)
METRICS = Table("reports/metrics/{experiment}/{detector}.json", schemas.Metrics)
AUDITS = Table("reports/audits/{experiment}/{detector}.json", schemas.Audits)
CURVES = Table("data/curves/{experiment}/{detector}.parquet", schemas.Curves)


def checked(frame: pl.DataFrame, schema: type[schemas.Schema], path: Path) -> pl.DataFrame:
    """The frame, if it keeps its schema.

    Raises
    ------
    ArtifactError
        Otherwise; it names each failing row, and where there are many, the file that lists them all.
    """
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        raise ArtifactError(_explained(errors.failure_cases, schema, path)) from None
    return frame


def _read_parquet(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, glob=False)


def _loaded(path: Path, load: Callable[[Path], Loaded]) -> Loaded:
    try:
        return load(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is not there: run `dvc repro` to make it") from None
    except (pl.exceptions.PolarsError, ValueError, EOFError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}; delete it and run `dvc repro`") from None


def _explained(failures: pl.DataFrame, schema: type[schemas.Schema], path: Path) -> str:
    cases = [
        f"  {'row ' + str(case['index']) if case['index'] is not None else 'whole column'}: {case['column']}: "
        f"{case['check']} refuses {case['failure_case']!r}"
        for case in failures.head(SHOWN_FAILURES).iter_rows(named=True)
    ]
    head = f"{path} breaks its schema {schema.__name__} in {failures.height} places:"
    if failures.height > SHOWN_FAILURES:
        listing = Path("data/failures") / f"{'-'.join(path.with_suffix('').parts)}.csv"
        with replacing(listing) as temporary:
            failures.write_csv(temporary)
        cases.append(f"  … all {failures.height} of them are in {listing}")
    return "\n".join([head, *cases])


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `folder` when the block ends without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: Path, text: str) -> Path:
    """Write a text atomically, as UTF-8 with Unix line ends."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def write_json(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a mapping atomically, a key a line."""
    return write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def vectors_path(experiment: str, part: str) -> Path:
    """Where the vectors of a bundle's texts lie."""
    return EPISODE_TEXTS.at(experiment=experiment, part=part).with_name("vectors.npy")


def write_vectors(path: Path, vectors: NDArray[np.float32]) -> Path:
    """Write (n, dim) float32 vectors atomically as .npy.

    Raises
    ------
    ArtifactError
        If they are not a float32 matrix of finite numbers.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, _checked_vectors(path, vectors), allow_pickle=False)
    return path


def read_vectors(path: Path, rows: int) -> NDArray[np.float32]:
    """Read (rows, dim) float32 vectors; ArtifactError if they are not that."""
    vectors = _checked_vectors(path, _loaded(path, np.load))
    if len(vectors) != rows:
        raise ArtifactError(f"{path} holds {len(vectors)} vectors, {rows} were expected")
    return vectors


def _checked_vectors(path: Path, vectors: NDArray[Any]) -> NDArray[np.float32]:
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ArtifactError(f"{path} must be a float32 matrix, not {vectors.dtype} of shape {vectors.shape}")
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise ArtifactError(f"{path} holds numbers that are not finite in rows {bad[:SHOWN_FAILURES].tolist()}")
    return vectors
