"""A file or a folder is replaced whole or not at all, wherever the process that does it is killed."""

from __future__ import annotations

import errno
from itertools import count
from pathlib import Path

import pytest
from killing import killed_before

from crosslog.atomic import move_folder, replace_file, replace_folder, restore_folder, write_json, write_text

OLD, NEW = {"a": "old", "b": "old"}, {"a": "new"}


def put(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def files_of(folder: Path) -> dict[str, str]:
    """What `put` put there."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def renew(folder: Path) -> None:
    """Replace a folder by NEW."""
    with replace_folder(folder) as temporary:
        put(temporary, NEW)


def write_half_and_stop(path: Path) -> None:
    """Fail in the middle of a write."""
    path.write_text("half")
    raise KeyboardInterrupt


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    path = write_json(tmp_path / "made/here.json", {"word": "ärger"})
    assert path.read_text(encoding="utf-8") == '{\n "word": "ärger"\n}\n'
    assert write_text(path, "after").read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o644
    assert files_of(path.parent) == {"here.json": "after"}


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_text(tmp_path / "kept", "before")
    with pytest.raises(KeyboardInterrupt), replace_file(path) as temporary:
        write_half_and_stop(temporary)
    assert files_of(tmp_path) == {"kept": "before"}


def test_who_looks_for_all_files_of_a_kind_does_not_find_one_in_the_making(tmp_path: Path) -> None:
    with replace_file(tmp_path / "one.csv"):
        assert list(tmp_path.glob("*.csv")) == []


def test_a_write_of_a_folder_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    put(tmp_path / "made", OLD)
    with pytest.raises(KeyboardInterrupt), replace_folder(tmp_path / "made") as temporary:
        write_half_and_stop(temporary / "a")
    assert files_of(tmp_path / "made") == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_folder_is_replaced_with_nothing_of_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    renew(put(tmp_path / "made", OLD))
    renew(tmp_path / "fresh/made")
    assert files_of(tmp_path / "made") == files_of(tmp_path / "fresh/made") == NEW
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "made"]
    assert [path.name for path in (tmp_path / "fresh").iterdir()] == ["made"]


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_folder_whole(tmp_path: Path) -> None:
    found = []
    for number in count(1):
        folder = put(tmp_path / f"{number}/made", OLD)
        killed = killed_before(number, lambda: renew(folder))  # noqa: B023 done at once
        restore_folder(folder)
        found.append(files_of(folder))
        if not killed:
            break
    changed = found.index(NEW)
    assert found == [OLD] * changed + [NEW] * (len(found) - changed)


def test_the_next_writer_goes_on_from_wherever_one_was_killed(tmp_path: Path) -> None:
    for number in count(1):
        folder = put(tmp_path / f"{number}/made", OLD)
        killed = killed_before(number, lambda: renew(folder))  # noqa: B023 done at once
        with pytest.raises(KeyboardInterrupt), replace_folder(folder) as temporary:
            write_half_and_stop(temporary / "a")
        restore_folder(folder)
        assert files_of(folder) in (OLD, NEW)
        renew(folder)
        assert files_of(folder) == NEW
        assert not folder.with_name(".made.old").exists()
        if not killed:
            break


def test_a_reader_that_puts_the_old_folder_back_does_not_stop_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, new = put(tmp_path / "made", OLD), put(tmp_path / "new", NEW)
    rename, read = Path.replace, []

    def replace(path: Path, target: Path) -> Path:
        if path == new and not folder.exists() and not read:
            restore_folder(folder)
            read.append(files_of(folder))
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    move_folder(new, folder)
    assert read == [OLD]
    assert files_of(folder) == NEW


@pytest.mark.parametrize(
    "full", [OSError(errno.ENOSPC, "No space left on device"), OSError("No space left on device (os error 28)")]
)
def test_a_full_disk_is_named_with_what_to_do_and_leaves_the_old_file(workspace: Path, full: OSError) -> None:
    path = write_text(Path("data/kept"), "before")
    refused = pytest.raises(OSError, match="no room on the disk for data/kept: free some and run again")
    with refused, replace_file(path) as temporary:
        temporary.write_text("half")
        raise full
    assert files_of(path.parent) == {"kept": "before"}
