"""Keys beside outputs: where nothing has changed what is there is taken as it is, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosslog.artifacts import ArtifactError, digest_files, is_current, read_digest, record_key, remove_others


@pytest.fixture
def outputs(workspace: Path) -> list[Path]:
    """A folder and a file, with their key."""
    made = [Path("data/fitted/e/honest/knn"), Path("data/steps/e/honest/knn.parquet")]
    made[0].mkdir(parents=True)
    made[1].parent.mkdir(parents=True)
    (made[0] / "state").write_text("1")
    made[1].write_text("2")
    record_key(made, "k")
    return made


def test_outputs_are_current_as_long_as_they_and_what_they_are_made_of_are_the_same(outputs: list[Path]) -> None:
    assert is_current(outputs, "k")
    assert not is_current(outputs, "other")


@pytest.mark.parametrize("change", ["edited", "added", "gone", "folder gone", "key gone"])
def test_an_output_that_is_not_as_it_was_made_is_not_current(outputs: list[Path], change: str) -> None:
    state = outputs[0] / "state"
    if change == "edited":
        state.write_text("3")
    elif change == "added":
        (outputs[0] / "more").write_text("1")
    elif change == "gone":
        outputs[1].unlink()
    elif change == "folder gone":
        state.unlink()
        outputs[0].rmdir()
    else:
        Path("data/fitted/e/honest/knn.key").unlink()
    assert not is_current(outputs, "k")


def test_what_hangs_on_an_output_hangs_on_what_it_is_and_not_on_what_it_was_made_of(outputs: list[Path]) -> None:
    before = read_digest(outputs[0])
    record_key(outputs, "other")
    assert read_digest(outputs[0]) == before
    (outputs[0] / "state").write_text("3")
    record_key(outputs, "other")
    assert read_digest(outputs[0]) != before


def test_an_output_without_a_key_says_what_to_run(workspace: Path) -> None:
    with pytest.raises(ArtifactError, match=r"data/x\.key is not there: run `dvc repro`"):
        read_digest(Path("data/x"))


def test_what_belongs_to_nothing_any_more_is_removed_and_nothing_else(outputs: list[Path]) -> None:
    for name in ("honest/kmeans/state", "honest/kmeans.key", "published/knn/state"):
        path = Path("data/fitted/e") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    remove_others(Path("data/fitted/e"), outputs)
    left = sorted(path.relative_to("data/fitted").as_posix() for path in Path("data/fitted").rglob("*"))
    assert left == ["e", "e/honest", "e/honest/knn", "e/honest/knn.key", "e/honest/knn/state"]
    assert is_current(outputs, "k")


def test_a_digest_is_of_names_and_contents_and_reads_no_file_whole(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("a", "1"), ("b", "2")):
        Path(name).write_text(text)
    first = digest_files(Path("a"), Path("b"))
    monkeypatch.setattr(Path, "read_bytes", None)  # the events of a log may be gigabytes
    assert digest_files(Path("b"), Path("a")) == first
    assert digest_files(Path("a")) != first
    Path("b").write_text("3")
    assert digest_files(Path("a"), Path("b")) != first
