"""Rewriting a file that an editor saves at the worst moments: nothing of what it saved is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crosslog.csv_files import CsvError
from crosslog.csv_files.rewriting import rewrite_file

SYSTEMS = ("linux", "another")  # with and without an exchange of two names in one step


class Editor:
    """Saves `saves[n]`, as editors do, right after the n-th time (1, 2, …) that anybody reads a file."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.saves, self._reads = path, dict[int, bytes](), 0
        read = Path.read_bytes

        def reading(of: Path) -> bytes:
            content = read(of)
            self._reads += 1
            if self._reads in self.saves:
                self._save(self.saves[self._reads])
            return content

        monkeypatch.setattr(Path, "read_bytes", reading)

    def _save(self, content: bytes) -> None:
        new = self.path.with_name("new")
        new.write_bytes(content)
        new.replace(self.path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "widgets.csv"
    path.parent.mkdir()
    path.write_bytes(b"first")
    return path


@pytest.fixture
def editor(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    with monkeypatch.context() as patched:
        yield Editor(path, patched)


def with_ours(content: bytes | None) -> bytes:
    return (content or b"") + b" and ours"


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_saved_after_the_last_look_is_found_and_changed_in_turn(
    path: Path, editor: Editor, system: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    editor.saves = {2: b"theirs"}
    rewrite_file(path, with_ours)
    assert path.read_bytes() == b"theirs and ours"
    assert "widgets.csv was saved by somebody else in the meantime" in caplog.text
    assert [file.name for file in path.parent.iterdir()] == ["widgets.csv"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_saved_while_that_is_put_back_counts_and_the_other_is_kept_beside_it(
    path: Path, editor: Editor, system: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    editor.saves = {2: b"theirs", 3: b"theirs, better"}
    rewrite_file(path, with_ours)
    assert path.read_bytes() == b"theirs, better and ours"
    assert path.with_name("widgets.csv.saved-meanwhile").read_bytes() == b"theirs"
    assert "is kept in" in caplog.text


def test_what_was_kept_before_is_kept_on(path: Path, editor: Editor) -> None:
    path.with_name("widgets.csv.saved-meanwhile").write_bytes(b"of yesterday")
    editor.saves = {2: b"theirs", 3: b"theirs, better"}
    rewrite_file(path, with_ours)
    assert path.with_name("widgets.csv.saved-meanwhile").read_bytes() == b"of yesterday"
    assert path.with_name("widgets.csv.saved-meanwhile-2").read_bytes() == b"theirs"


def test_a_file_that_somebody_makes_in_the_meantime_is_not_replaced(path: Path) -> None:
    path.unlink()
    seen: list[bytes | None] = []

    def change(content: bytes | None) -> bytes:
        seen.append(content)
        path.write_bytes(b"theirs") if len(seen) == 1 else None
        return with_ours(content)

    rewrite_file(path, change)
    assert (seen, path.read_bytes()) == ([None, b"theirs"], b"theirs and ours")


def test_an_editor_that_writes_into_the_file_it_has_open_is_found_too(path: Path, editor: Editor) -> None:
    with path.open("r+b") as file:
        editor._save = lambda content: (file.write(content), file.flush())  # type: ignore[method-assign]
        editor.saves = {2: b"other"}
        rewrite_file(path, with_ours)
        assert path.read_bytes() == b"other and ours"


def test_a_file_that_never_rests_is_left_as_the_others_wrote_it(path: Path) -> None:
    def change(content: bytes | None) -> bytes:
        path.write_bytes((content or b"") + b".")
        return b"ours"

    with pytest.raises(CsvError, match=r"widgets.csv changes faster than it can be written"):
        rewrite_file(path, change)
    assert path.read_bytes() == b"first" + b"." * 20


@pytest.mark.parametrize("system", SYSTEMS)
def test_writers_at_once_lose_nothing(path: Path, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda letter: rewrite_file(path, lambda old: (old or b"") + letter), [b"a", b"b", b"c"] * 4))
    assert sorted(path.read_bytes().decode().removeprefix("first")) == sorted("abc" * 4)


def test_a_change_that_changes_nothing_or_fails_leaves_the_file_alone(path: Path) -> None:
    before = path.stat().st_mtime_ns

    def failing(_content: bytes | None) -> bytes:
        raise ValueError("no")

    rewrite_file(path, lambda content: content or b"")
    with pytest.raises(ValueError, match="no"):
        rewrite_file(path, failing)
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == ["widgets.csv"]
