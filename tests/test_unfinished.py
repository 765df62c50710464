"""What an interrupted run left is taken up only where all that it hangs on is the same."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from crosslog.artifacts import ArtifactError
from crosslog.artifacts.unfinished import Unfinished

FRAME = pl.DataFrame({"line": [1, 2]})


def test_an_interrupted_run_finds_what_it_left(tmp_path: Path) -> None:
    before = Unfinished.opened(tmp_path / "made", "the same")
    before.write_frame("chunk", FRAME)
    before.write_json("facts", {"events": [["gear", None]]})
    after = Unfinished.opened(tmp_path / "made", "the same")
    assert after.read_frame("chunk").equals(FRAME)
    assert after.read_json("facts") == {"events": [["gear", None]]}
    assert not after.has("other")


def test_nothing_is_left_of_a_run_with_other_settings_input_or_code(tmp_path: Path) -> None:
    Unfinished.opened(tmp_path / "made", "one").write_frame("chunk", FRAME)
    assert not Unfinished.opened(tmp_path / "made", "another").has("chunk")


def test_an_interruption_before_the_fingerprint_leaves_nothing_to_trust(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/chunk").write_text("half")
    assert not Unfinished.opened(tmp_path / "made", "one").has("chunk")


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    made = Unfinished.opened(tmp_path / "made", "one")
    made.at("chunk").write_bytes(b"not a frame")
    made.at("facts").write_text('{"events":')
    with pytest.raises(ArtifactError, match="chunk cannot be read"):
        made.read_frame("chunk")
    with pytest.raises(ArtifactError, match="facts cannot be read"):
        made.read_json("facts")


def test_only_the_wanted_files_become_the_artifact(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events/part-00009.parquet").touch()
    made = Unfinished.opened(tmp_path / "made", "one")
    made.write_bytes("part-00000.parquet", b"new")
    made.write_json("facts", {})
    made.become(tmp_path / "events", "part-*.parquet")
    assert [path.name for path in (tmp_path / "events").iterdir()] == ["part-00000.parquet"]
    assert not (tmp_path / "made").exists()
