from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.csv_files import CsvError, format_csv, parse_csv

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
    ],
)
def test_what_a_spreadsheet_does_to_the_form_is_no_obstacle(text: str) -> None:
    assert [cells for _, cells in read(text)] == [{"widget": "a", "note": "b"}]


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
        (b"widget,note\na,\xe9\n", "line 2: not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(content: bytes, reason: str) -> None:
    with pytest.raises(CsvError, match=f"widgets.csv, {reason}"):
        list(parse_csv(content, COLUMNS, "widgets.csv"))
