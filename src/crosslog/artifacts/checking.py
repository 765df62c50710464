"""What every artifact goes through on its way in and out: its schema, and errors that name file, rows and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from pandera.errors import SchemaErrors

from crosslog import schemas
from crosslog.artifacts.paths import failures_path
from crosslog.atomic import replace_file
from crosslog.faults import UserError

SHOWN_FAILURES = 20
Content = TypeVar("Content")


class ArtifactError(UserError, ValueError):
    """An artifact is missing or breaks its schema; the message names the file, the rows and what to do."""


def check_frame(frame: pl.DataFrame, schema: type[schemas.Schema], path: Path) -> pl.DataFrame:
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


def _explained(failures: pl.DataFrame, schema: type[schemas.Schema], path: Path) -> str:
    cases = [
        f"  {'row ' + str(case['index']) if case['index'] is not None else 'whole column'}: {case['column']}: "
        f"{case['check']} refuses {case['failure_case']!r}"
        for case in failures.head(SHOWN_FAILURES).iter_rows(named=True)
    ]
    head = f"{path} breaks its schema {schema.__name__} in {failures.height} places:"
    if failures.height > SHOWN_FAILURES:
        listing = failures_path(path)
        with replace_file(listing) as temporary:
            failures.write_csv(temporary)
        cases.append(f"  … all {failures.height} of them are in {listing}")
    return "\n".join([head, *cases])


def read_parquet(path: Path) -> pl.DataFrame:
    """One parquet file, its name taken literally."""
    return pl.read_parquet(path, glob=False)


def read_json(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file; ArtifactError if it is missing or damaged."""
    content: dict[str, Any] = load_file(path, lambda file: json.loads(file.read_text(encoding="utf-8")))
    return content


def load_file(path: Path, load: Callable[[Path], Content]) -> Content:
    """What `load` makes of the file; an ArtifactError that says what to do where it is missing or damaged."""
    try:
        return load(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is not there: run `dvc repro` to make it") from None
    except (pl.exceptions.PolarsError, ValueError, EOFError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}; delete it and run `dvc repro`") from None
