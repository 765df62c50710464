from __future__ import annotations

from pathlib import Path

import pytest
from cli.csvs import DONE, FREQUENT, OTHER, RARE, row

OPEN = Path("open.csv")


@pytest.fixture
def exported(files, crosslog) -> dict[str, Path]:
    code, output = crosslog("review", "export", str(OPEN))
    assert (code, output.startswith("open.csv: 3 open rows of 2 systems")) == (0, True)
    return files


def typed(key: str, old: str, new: str) -> None:
    """Replace something in a row of the exported file, as a person would."""
    lines = OPEN.read_text(encoding="utf-8").splitlines()
    assert any(key in line and old in line for line in lines)
    OPEN.write_text("\n".join(line.replace(old, new) if key in line else line for line in lines), encoding="utf-8")


def test_open_rows_of_all_systems_are_in_one_file(exported) -> None:
    lines = OPEN.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("system,seen,key,template,")
    assert [line.split(",")[0] for line in lines[1:]] == ["belts", "gears", "gears"]
    assert DONE not in OPEN.read_text(encoding="utf-8")


def test_what_was_decided_in_it_is_taken_in_and_nothing_else(exported, crosslog) -> None:
    before = row(exported["gears"], FREQUENT)
    typed(OTHER, "pending", "approved")
    typed(RARE, "The part [a] broke apart.", "The first gear lost a tooth.")
    code, output = crosslog("review", "import", str(OPEN))
    assert (code, output) == (0, "open.csv: 2 decisions taken in by Ada")
    assert (row(exported["belts"], OTHER)["status"], row(exported["belts"], OTHER)["reviewer"]) == ("approved", "Ada")
    edited = row(exported["gears"], RARE)
    assert (edited["status"], edited["source"], edited["reviewer"]) == ("edited", "person", "Ada")
    assert row(exported["gears"], FREQUENT) == before


def test_a_sentence_typed_over_and_approved_is_a_persons(exported, crosslog) -> None:
    typed(RARE, "The part [a] broke apart.,rules,pending", "The first gear lost a tooth.,rules,approved")
    assert crosslog("review", "import", str(OPEN))[0] == 0
    edited = row(exported["gears"], RARE)
    assert (edited["status"], edited["source"]) == ("approved", "person")


def test_taking_it_in_twice_changes_nothing_more(exported, crosslog) -> None:
    typed(OTHER, "pending", "approved")
    crosslog("review", "import", str(OPEN))
    before = exported["belts"].read_bytes()
    assert crosslog("review", "import", str(OPEN)) == (0, "open.csv: 0 decisions taken in by Ada")
    assert exported["belts"].read_bytes() == before


def test_what_was_decided_here_in_the_meantime_is_not_overwritten_but_named(exported, crosslog) -> None:
    crosslog("review", "edit", "gears", RARE, "I was first with this gear.")
    crosslog("review", "edit", "gears", FREQUENT, "And with that one.")
    typed(RARE, "The part [a] broke apart.", "I was second.")
    typed(OTHER, "pending", "approved")
    code, output = crosslog("review", "import", str(OPEN))
    assert code == 1
    assert "open.csv, line 4: aaaaaaaa of gears was changed here since the export" in output
    assert "bbbbbbbb" not in output
    assert row(exported["gears"], RARE)["interpretation"] == "I was first with this gear."
    assert row(exported["belts"], OTHER)["status"] == "approved"


def test_a_file_that_a_spreadsheet_has_saved_is_taken_in(exported, crosslog) -> None:
    typed(OTHER, "pending", "approved")
    text = "\ufeff" + OPEN.read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")
    OPEN.write_bytes(text.encode())
    assert crosslog("review", "import", str(OPEN))[1] == "open.csv: 1 decisions taken in by Ada"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("The part [a] broke apart.", "", "open.csv, line 4: no sentence"),
        ("pending", "rejected", "open.csv, line 4: rejected without a note"),
        ("pending", "aproved", "open.csv, line 4: status 'aproved'"),
        ("gears,", "cogs,", "no interpretations of cogs are here"),
    ],
)
def test_a_file_with_a_row_that_cannot_be_taken_in_changes_nothing(exported, crosslog, old, new, reason: str) -> None:
    typed(OTHER, "pending", "approved")
    typed(RARE, old, new)
    code, output = crosslog("review", "import", str(OPEN))
    assert (code, reason in output) == (1, True)
    assert row(exported["belts"], OTHER)["status"] == "pending"
