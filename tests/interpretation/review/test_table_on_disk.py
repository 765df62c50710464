from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from crosslog.csv_files import CsvError
from crosslog.interpretation.review import table


def frame(notes: dict[str, str]) -> pl.DataFrame:
    rows = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": key * 16, "template": f"part {key} moved", "occurrences": 1, "note": note}
        | {"interpretation": "The part was moved.", "source": "rules", "status": "pending"}
        for key, note in notes.items()
    ]
    return pl.DataFrame(rows, schema=table.ROW_TYPES, orient="row")


def noted(rows: pl.DataFrame, key: str, note: str) -> pl.DataFrame:
    return rows.with_columns(note=pl.when(pl.col("key") == key * 16).then(pl.lit(note)).otherwise("note"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "interpretations" / "widgets.csv"
    table.rewrite_rows(path, lambda _rows: frame(dict.fromkeys("abcdef", "")))
    return path


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert table.load_rows(tmp_path / "none.csv").equals(table.empty_rows())


def test_rows_are_read_changed_and_written(path: Path) -> None:
    after = table.rewrite_rows(path, lambda rows: noted(rows, "a", "mine"))
    assert table.load_rows(path).equals(after)
    assert after["note"].to_list() == ["mine", "", "", "", "", ""]


def test_writers_at_once_lose_nothing(path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda key: table.rewrite_rows(path, lambda rows: noted(rows, key, key)), "abcdef"))
    assert table.load_rows(path)["note"].to_list() == list("abcdef")


def test_what_an_editor_saved_in_the_meantime_is_kept(path: Path) -> None:
    seen: list[list[str]] = []

    def change(rows: pl.DataFrame) -> pl.DataFrame:
        seen.append(rows["note"].to_list())
        if len(seen) == 1:
            path.write_text(table.format_rows(frame(dict.fromkeys("abcdef", "by an editor"))), encoding="utf-8")
        return noted(rows, "a", "mine")

    table.rewrite_rows(path, change)
    assert len(seen) == 2
    assert table.load_rows(path)["note"].to_list() == ["mine", *["by an editor"] * 5]


def test_what_an_editor_saved_after_the_last_look_at_the_file_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, looks = Path.read_bytes, []

    def reading(of: Path) -> bytes:
        content = read(of)
        looks.append(of)
        if len(looks) == 2:
            path.write_text(table.format_rows(frame(dict.fromkeys("abcdef", "by an editor"))), encoding="utf-8")
        return content

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", reading)
        table.rewrite_rows(path, lambda rows: noted(rows, "a", "mine"))
    assert table.load_rows(path)["note"].to_list() == ["mine", *["by an editor"] * 5]


def test_a_file_that_never_rests_is_left_as_the_others_wrote_it(path: Path) -> None:
    def change(rows: pl.DataFrame) -> pl.DataFrame:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        return noted(rows, "a", "mine")

    with pytest.raises(CsvError, match=r"widgets.csv changes faster than it can be written"):
        table.rewrite_rows(path, change)
    assert table.load_rows(path)["note"].to_list() == [""] * 6


@pytest.mark.parametrize("broken", ["key,template\n", "<<<<<<< mine\n"])
def test_a_file_that_cannot_be_read_is_not_touched(path: Path, broken: str) -> None:
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(CsvError, match=r"widgets\.csv, line 1"):
        table.rewrite_rows(path, lambda rows: rows)
    assert path.read_text(encoding="utf-8") == broken


def test_a_change_that_changes_nothing_leaves_the_file_alone(path: Path) -> None:
    before = path.stat().st_mtime_ns
    table.rewrite_rows(path, lambda rows: rows)
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == ["widgets.csv"]


def test_a_failed_change_leaves_nothing_behind(path: Path) -> None:
    def change(rows: pl.DataFrame) -> pl.DataFrame:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        table.rewrite_rows(path, change)
    assert table.rewrite_rows(path, lambda rows: rows).height == 6
