from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.interpretation import table

KEY = "00ff00ff00ff00ff"
HEADER = ",".join(table.COLUMNS)


def frame(**changes: object) -> pl.DataFrame:
    row = {
        "key": KEY,
        "template": "widget <*> spun",
        "example": "widget 7 spun",
        "occurrences": 3,
        "interpretation": "A widget turned around.",
        "source": "rules",
        "status": "pending",
        "verdict": "",
        "reviewer": "",
        "reviewed_at": "",
        "note": "",
        "problems": "",
    }
    return pl.DataFrame([{**row, **changes}], schema=table.TYPES, orient="row")


def read(text: str) -> pl.DataFrame:
    return table.read(text.encode(), "widgets.csv")


NASTY = [
    "=1+1",
    "+49 30",
    "-rf",
    "@SUM(A1)",
    "'=quoted",
    "''=twice",
    "'plain",
    "\ttab",
    "\rreturn",
    "two\nlines",
    "two\r\nlines",
    'a "quoted" word',
    "semi;colon, comma",
    "  spaces  ",
    "1234567890123456",
    "12345e67",
    "ünïcödé 漢字 \u2028 separator",
    "nul \x00 byte",
    "＝1",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_nasty_cell_comes_back_as_it_was(text: str) -> None:
    given_ = frame(note=text, template=text, example=text)
    assert read(table.formatted(given_)).equals(given_)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    given_ = frame(note=text)
    assert read(table.formatted(given_)).equals(given_)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1"])
def test_no_cell_starts_a_formula(text: str) -> None:
    cells = table.formatted(frame(note=text)).split("\n", 1)[1].split(",")
    assert cells[-2].lstrip('"').startswith("'")


def test_a_key_that_looks_like_a_number_is_kept_a_text() -> None:
    written = table.formatted(frame(key="1234567890123e45"))
    assert "\n'1234567890123e45," in written
    assert read(written)["key"].to_list() == ["1234567890123e45"]


def test_the_same_rows_make_the_same_bytes_in_any_order() -> None:
    first, second = frame(), frame(key="0" * 15 + "a")
    assert table.formatted(pl.concat([first, second])) == table.formatted(pl.concat([second, first]))
    assert read(table.formatted(pl.concat([first, second])))["key"].to_list() == ["0" * 15 + "a", KEY]


def test_what_a_spreadsheet_does_to_the_form_is_no_obstacle() -> None:
    plain = table.formatted(frame())
    windows = "\ufeff" + plain.replace("\n", "\r\n")
    semicolons = plain.replace(",", ";")
    blank = plain + "\n,,,,,,,,,,,\n\n"
    extra_columns = "\n".join(line + ",," for line in plain.splitlines())
    for text in (windows, semicolons, blank, extra_columns):
        assert read(text).equals(frame())


def test_columns_in_another_order_are_found_by_name() -> None:
    header, row = table.formatted(frame()).splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in (header, row))
    assert read(turned).equals(frame())


def test_an_empty_status_is_pending_and_a_deleted_sentence_is_asked_for_again() -> None:
    read_ = read(table.formatted(frame(status="", interpretation="gone")).replace("gone", "  "))
    assert read_.select("status", "interpretation").row(0) == ("pending", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: columns must be"),
        (HEADER.replace("note", "notes") + "\n", r"missing: \['note'\], unknown: \['notes'\]"),
        (HEADER + ",mood\n", r"unknown: \['mood'\]"),
        (HEADER + "\n" + KEY + ",only two\n", "line 2: 2 cells, 12 were expected"),
        (HEADER + "\n\n1.23E+15,t,e,1,i,rules,pending,,,,,\n", "line 3: key '1.23e\\+15' is not 16 hex"),
        (HEADER + f"\n{KEY},t,e,1,i,rules,perhaps,,,,,\n", "line 2: status 'perhaps' is none of pending"),
        (HEADER + f"\n{KEY},t,e,many,i,rules,pending,,,,,\n", "line 2: occurrences 'many'"),
        (HEADER + f"\n{KEY},t,e,1,i,rules,pending,,,,,\n" * 2, "line 4: key 00ff00ff00ff00ff stands in line 2"),
        (HEADER + f'\n{KEY},"t" x,e,1,i,rules,pending,,,,,\n', "line 2: "),
        (HEADER + f'\n{KEY},"never closed,e,1,i,rules,pending,,,,,\n', "line 2: unexpected end"),
        (HEADER + "\n<<<<<<< mine\n", "line 2: 1 cells"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_file_line_and_reason(text: str, reason: str) -> None:
    with pytest.raises(table.TableError, match=f"widgets.csv, .*{reason}"):
        read(text.replace("\n" + HEADER, "\n"))


def test_another_encoding_is_an_error_that_names_the_line() -> None:
    with pytest.raises(table.TableError, match="line 2: not UTF-8"):
        table.read(table.formatted(frame(note="müde")).encode("latin-1"), "widgets.csv")
