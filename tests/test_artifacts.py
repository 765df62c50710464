"""Artifacts are checked at the door, and appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from crosslog import artifacts
from crosslog.artifacts import ArtifactError

CURVE = pl.DataFrame(
    {
        "experiment": ["e", "e"],
        "detector": ["d", "d"],
        "level": ["event", "window"],
        "recall": [0.0, 1.0],
        "precision": [1.0, 0.25],
    }
)
AUDIT = pl.DataFrame(
    {"experiment": ["e"], "detector": ["d"], "check": ["disjoint"], "passed": [True], "detail": ["ärger, 0 events"]}
)


def test_what_is_written_is_read_back(workspace: Path) -> None:
    artifacts.CURVES.write(CURVE, experiment="e", detector="d")
    artifacts.AUDITS.write(AUDIT, experiment="e", detector="d")
    assert artifacts.CURVES.read(experiment="e", detector="d").equals(CURVE)
    assert artifacts.AUDITS.read(experiment="e", detector="d").equals(AUDIT)


def test_the_same_frame_gives_the_same_bytes(workspace: Path) -> None:
    first = artifacts.CURVES.write(CURVE, experiment="e", detector="d").read_bytes()
    assert artifacts.CURVES.write(CURVE, experiment="e", detector="d").read_bytes() == first


def test_a_broken_frame_names_every_failing_row_and_leaves_the_old_file(workspace: Path) -> None:
    path = artifacts.CURVES.write(CURVE, experiment="e", detector="d")
    before = path.read_bytes()
    broken = CURVE.with_columns(precision=pl.Series([2.0, -1.0]))
    with pytest.raises(ArtifactError) as failure:
        artifacts.CURVES.write(broken, experiment="e", detector="d")
    assert "data/curves/e/d.parquet breaks its schema Curves in 2 places" in str(failure.value)
    assert "row 0: precision" in str(failure.value)
    assert "row 1: precision" in str(failure.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["d.parquet"]


def test_many_failing_rows_are_listed_in_a_file(workspace: Path) -> None:
    broken = pl.concat([CURVE.with_columns(level=pl.lit("line"))] * 50)
    with pytest.raises(ArtifactError, match=r"… all 100 of them are in data/failures/data-curves-e-d\.csv"):
        artifacts.CURVES.write(broken, experiment="e", detector="d")
    assert pl.read_csv("data/failures/data-curves-e-d.csv").height == 100


def test_an_artifact_broken_on_disk_is_refused_on_read(workspace: Path) -> None:
    path = artifacts.CURVES.write(CURVE, experiment="e", detector="d")
    CURVE.drop("recall").write_parquet(path)
    with pytest.raises(ArtifactError, match="recall"):
        artifacts.CURVES.read(experiment="e", detector="d")


def test_a_file_that_is_no_artifact_at_all_is_refused_by_name(workspace: Path) -> None:
    path = artifacts.CURVES.write(CURVE, experiment="e", detector="d")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ArtifactError, match=r"data/curves/e/d\.parquet cannot be read"):
        artifacts.CURVES.read(experiment="e", detector="d")


def test_a_missing_artifact_says_how_to_make_it(workspace: Path) -> None:
    with pytest.raises(ArtifactError, match=r"data/curves/e/d\.parquet is not there: run `dvc repro`"):
        artifacts.CURVES.read(experiment="e", detector="d")
    with pytest.raises(ArtifactError, match="data/events/bgl holds no part"):
        artifacts.EVENTS.read(system="bgl")


def test_parts_are_read_in_order_and_narrowed_to_the_columns_asked_for(workspace: Path) -> None:
    parts = artifacts.Parts("data/curves-in-parts/{name}", artifacts.CURVES.schema)
    for number in range(12):
        parts.write_part(parts.at(name="x"), number, CURVE.with_columns(recall=pl.lit(number / 12)))
    recalls = parts.read(["recall"], name="x")
    assert recalls.columns == ["recall"]
    assert recalls["recall"].is_sorted()
    assert recalls.height == 24


def test_a_broken_part_is_refused_by_its_name(workspace: Path) -> None:
    parts = artifacts.Parts("data/curves-in-parts/{name}", artifacts.CURVES.schema)
    with pytest.raises(ArtifactError, match=r"made/part-00003\.parquet breaks its schema Curves"):
        parts.write_part(Path("made"), 3, CURVE.drop("recall"))
    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("vectors", "problem"),
    [
        (np.zeros(3, np.float32), "must be a float32 matrix"),
        (np.zeros((2, 3)), "must be a float32 matrix"),
        (np.array([[0.0], [np.nan]], np.float32), r"not finite in rows \[1\]"),
    ],
)
def test_vectors_that_are_no_matrix_of_finite_numbers_are_refused(
    workspace: Path, vectors: np.ndarray, problem: str
) -> None:
    with pytest.raises(ArtifactError, match=problem):
        artifacts.write_vectors(Path("v.npy"), vectors)
    assert not Path("v.npy").exists()


def test_vectors_come_back_and_their_number_is_checked(workspace: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    artifacts.write_vectors(Path("v.npy"), vectors)
    assert np.array_equal(artifacts.read_vectors(Path("v.npy"), rows=2), vectors)
    with pytest.raises(ArtifactError, match="holds 2 vectors, 3 were expected"):
        artifacts.read_vectors(Path("v.npy"), rows=3)
