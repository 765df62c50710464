"""What an interrupted run left is taken up only where all that it hangs on is the same."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import polars as pl
import pytest
from killing import killed_before

from crosslog.artifacts import ArtifactError
from crosslog.artifacts.unfinished import Unfinished
from crosslog.atomic import restore_folder

FRAME = pl.DataFrame({"line": [1, 2]})


def test_an_interrupted_run_finds_what_it_left(tmp_path: Path) -> None:
    before = Unfinished.resume(tmp_path / "made", "the same")
    before.write_frame("chunk", FRAME)
    before.write_json("facts", {"events": [["gear", None]]})
    after = Unfinished.resume(tmp_path / "made", "the same")
    assert after.read_frame("chunk").equals(FRAME)
    assert after.read_json("facts") == {"events": [["gear", None]]}
    assert not after.has("other")


def test_nothing_is_left_of_a_run_with_other_settings_input_or_code(tmp_path: Path) -> None:
    Unfinished.resume(tmp_path / "made", "one").write_frame("chunk", FRAME)
    assert not Unfinished.resume(tmp_path / "made", "another").has("chunk")


def test_an_interruption_before_the_fingerprint_leaves_nothing_to_trust(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/chunk").write_text("half")
    assert not Unfinished.resume(tmp_path / "made", "one").has("chunk")


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    made = Unfinished.resume(tmp_path / "made", "one")
    made.at("chunk").write_bytes(b"not a frame")
    made.at("facts").write_text('{"events":')
    with pytest.raises(ArtifactError, match="chunk cannot be read"):
        made.read_frame("chunk")
    with pytest.raises(ArtifactError, match="facts cannot be read"):
        made.read_json("facts")


def test_only_the_wanted_files_become_the_artifact(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events/part-00009.parquet").touch()
    made = Unfinished.resume(tmp_path / "made", "one")
    made.write_bytes("part-00000.parquet", b"new")
    made.write_json("facts", {})
    made.become(tmp_path / "events", "part-*.parquet")
    assert [path.name for path in (tmp_path / "events").iterdir()] == ["part-00000.parquet"]
    assert not (tmp_path / "made").exists()


def test_a_kill_while_it_becomes_the_artifact_leaves_the_old_or_the_new_one_whole(tmp_path: Path) -> None:
    found = []
    for number in count(1):
        events, made = tmp_path / f"{number}/events", Unfinished.resume(tmp_path / f"{number}/made", "one")
        for name in ("part-00000.parquet", "part-00001.parquet"):
            Unfinished(events).write_bytes(name, b"old")
        made.write_bytes("part-00000.parquet", b"new")
        made.write_json("facts", {})
        killed = killed_before(number, lambda: made.become(events, "part-*.parquet"))  # noqa: B023 done at once
        restore_folder(events)
        found.append({path.name: path.read_text() for path in events.iterdir()})
        if not killed:
            break
    old, new = {"part-00000.parquet": "old", "part-00001.parquet": "old"}, {"part-00000.parquet": "new"}
    changed = found.index(new)
    assert found == [old] * changed + [new] * (len(found) - changed)
