from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.csv_files import CsvError, format_csv, format_csv_like, parse_csv

COLUMNS = ("widget", "note")


def read(text: str) -> list[tuple[int, dict[str, str]]]:
    return list(parse_csv(text.encode(), COLUMNS, "widgets.csv"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.just("w"))
def test_any_text_comes_back_as_it_was(note: str, widget: str) -> None:
    assert read(format_csv(COLUMNS, [(widget, note)])) == [(2, {"widget": "w", "note": note})]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "1234567890123e45"])
def test_no_cell_starts_a_formula_or_becomes_a_number(cell: str) -> None:
    assert format_csv(("note",), [(cell,)]).split("\n", 1)[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers() -> None:
    assert format_csv(COLUMNS, [(12, 0.5)]) == "widget,note\n12,0.5\n"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffwidget,note\r\na,b\r\n",
        "widget;note\na;b\n",
        "note\twidget\nb\ta\n",
        " Widget , NOTE,,\na,b,,\n,,,\n\n",
        "sep=;\nwidget;note\na;b\n",
        '"sep=;"\r\nwidget;note\r\na;b\r\n',
        "\ufeffSEP=|\r\nnote|widget\r\nb|a\r\n",
        "sep=\t\nwidget\tnote\na\tb\n",
    ],
)
def test_what_a_spreadsheet_does_to_the_form_is_no_obstacle(text: str) -> None:
    assert [cells for _, cells in read(text)] == [{"widget": "a", "note": "b"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read(encoding: str) -> None:
    content = "widget;note\r\na;für 5 €\r\n".encode(encoding)
    assert [cells for _, cells in parse_csv(content, COLUMNS, "w.csv")] == [{"widget": "a", "note": "für 5 €"}]


def test_windows_1252_is_read_and_said(caplog: pytest.LogCaptureFixture) -> None:
    list(parse_csv("widget,note\na,müde\n".encode("cp1252"), COLUMNS, "tired.csv"))
    assert caplog.messages == ["tired.csv is not UTF-8: it is read as Windows-1252; `CSV UTF-8` would leave no doubt"]


@pytest.mark.parametrize(
    "before",
    [
        b"widget,note\na,b\n",
        b"widget,note\r\na,b\r\n",
        "\ufeffwidget;note\r\na;b\r\n".encode(),
        "sep=;\r\nwidget;note\r\na;müde\r\n".encode("cp1252"),
        "\ufeffsep=;\nwidget;note\na;b\n".encode(),
        "\ufeffwidget\tnote\r\na\tmüde\r\n".encode("utf-16-le"),
        "\ufeffwidget\tnote\na\tb\n".encode("utf-16-be"),
        b'widget;note\na;"1;2, 3"\n',
    ],
)
def test_what_is_written_back_has_the_form_that_a_person_chose(before: bytes) -> None:
    rows = [(cells["widget"], cells["note"]) for _, cells in parse_csv(before, COLUMNS, "w.csv")]
    assert format_csv_like(COLUMNS, rows, before, "w.csv") == before


def test_a_letter_that_windows_1252_has_not_is_written_in_utf_8() -> None:
    before = "widget;note\na;müde\n".encode("cp1252")
    assert format_csv_like(COLUMNS, [("a", "→")], before, "w.csv") == "\ufeffwidget;note\na;→\n".encode()


def test_a_line_is_numbered_with_the_separators_line_too() -> None:
    assert [line for line, _ in read("sep=;\nwidget;note\na;b\n")] == [3]
    with pytest.raises(CsvError, match=r"widgets\.csv, line 3: 1 cells, 2 were expected"):
        read("sep=;\nwidget;note\na\n")


def test_rows_are_numbered_as_an_editor_shows_them() -> None:
    assert [line for line, _ in read('widget,note\n\na,"two\nlines"\nb,c\n')] == [3, 5]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1: columns must be widget, note, each once; missing: \\['widget', 'note'\\]"),
        (b"widget,widget,note\n", "line 1: .* each once"),
        (b"widget,note\na\n", "line 2: 1 cells, 2 were expected"),
        (b"widget,note\na,b,c\n", "line 2: 3 cells, 2 were expected"),
        (b'widget,note\na,"b\n', "line 2: unexpected end of data"),
        ("widget,note\nü,b\na,".encode() + b"\xe9\n", "line 3: not UTF-8"),
        (b"widget,note\na,\x81\n", "line 2: not UTF-8"),
        (b"\xff\xfew\x00i", "line 1: not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(content: bytes, reason: str) -> None:
    with pytest.raises(CsvError, match=f"widgets.csv, {reason}"):
        list(parse_csv(content, COLUMNS, "widgets.csv"))
