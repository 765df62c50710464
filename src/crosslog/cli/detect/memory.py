"""What detection remembers from run to run: a folder laid out as a clone of crosslog is, with `data/` in it."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
import polars as pl
from numpy.typing import NDArray

import crosslog
from crosslog import artifacts, schemas
from crosslog.cli.detect.gathering import DetectError
from crosslog.embedding.cache import recall_vectors
from crosslog.embedding.encoder import RoundedEncoder
from crosslog.interpretation.review import decisions, merging, table
from crosslog.logs.reading import strip_rotation
from crosslog.settings import PARAMS, SettingsError, read_yaml
from crosslog.systems import SYSTEM_NAME

NOT_IN_NAMES = re.compile("[^a-z0-9]+")
LONGEST_SYSTEM = 40


@dataclass(frozen=True)
class Memory:
    """The folder, and the name under which a log's verdicts are kept in it."""

    folder: Path
    system: str

    @property
    def path(self) -> Path:
        """The CSV of the log's templates, sentences and verdicts."""
        return self.folder / artifacts.interpretations_path(self.system)

    def load_rows(self) -> pl.DataFrame:
        """schemas.Interpretations of what is remembered of the log; no row where nothing is."""
        return table.load_rows(self.path)

    def keep_templates(self, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
        """Rewrite the CSV, checked first (see table.rewrite_rows); the new rows."""
        return table.rewrite_rows(
            self.path,
            lambda rows: artifacts.check_frame(
                change(merging.mark_typed_rows(rows)), schemas.Interpretations, self.path
            ),
        )

    def keep_verdict(self, key: str, verdict: str, before: str, reviewer: str) -> pl.DataFrame:
        """Write what a person said of a template that they saw with the verdict `before`; the new rows.

        Raises
        ------
        ChangedError
            If somebody else has judged it since.
        """
        signed = decisions.sign_decision(decisions.judge_template(verdict), reviewer)

        def judged(rows: pl.DataFrame) -> pl.DataFrame:
            return decisions.apply_decision(
                decisions.check_unchanged(rows, {"key": key, "verdict": before}), key, signed
            )

        return self.keep_templates(judged)

    def find_vectors(self, texts: Sequence[str], encoder: RoundedEncoder) -> NDArray[np.float32]:
        """(texts, dim) vectors of length one; those that are new are kept, where the folder can be written."""
        found = recall_vectors(texts, self.folder / artifacts.vector_cache(encoder.identity()), encoder)
        for remark in found.remarks:
            sys.stderr.write(f"{remark}\n")
        return found.vectors


def find_folder(asked: Path | None) -> Path:
    """The folder that was asked for, else the user's own for programs' state."""
    return asked or Path(platformdirs.user_state_dir("crosslog"))


def name_log(files: Sequence[str], asked: Sequence[str]) -> str:
    """The name of a log's verdicts: that of its file, however rotated or packed; of several, of what was asked for."""
    logs = {strip_rotation(file) for file in files}
    whole = Path(logs.pop() if len(logs) == 1 else asked[0]).name.lower()
    name = NOT_IN_NAMES.sub("_", whole).strip("_") or "log"
    if len(name) <= LONGEST_SYSTEM:
        return name
    return f"{name[:LONGEST_SYSTEM].strip('_')}_{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def check_system(name: str | None) -> str | None:
    """The name, if it is one for a system: it is part of a path.

    Raises
    ------
    DetectError
        If it is none.
    """
    if name is not None and not SYSTEM_NAME.fullmatch(name):
        raise DetectError(f"--system {name}: small letters, digits and _ alone")
    return name


def read_params(folder: Path) -> dict[str, dict[str, object]]:
    """params.yaml of the clone that the folder is, else the one that crosslog comes with.

    Raises
    ------
    SettingsError
        If there is none.
    """
    package = Path(crosslog.__file__).parent
    for place in (folder, package, package.parents[1]):
        if (place / PARAMS).is_file():
            return read_yaml(place / PARAMS)
    raise SettingsError(f"{PARAMS} is not in the installed package: install crosslog anew")
