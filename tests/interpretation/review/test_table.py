from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.csv_files import CsvError
from crosslog.interpretation.review import table
from crosslog.templates import template_key

KEY = "00ff00ff00ff00ff"
HEADER = ",".join(table.ROW_COLUMNS)


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
        "written": "abcdefghijklmnop",
    }
    return pl.DataFrame([{**row, **changes}], schema=table.ROW_TYPES, orient="row")


def read(text: str) -> pl.DataFrame:
    return table.parse_rows(text.encode(), "widgets.csv")


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
    assert read(table.format_rows(given_)).equals(given_)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    given_ = frame(note=text)
    assert read(table.format_rows(given_)).equals(given_)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1"])
def test_no_cell_starts_a_formula(text: str) -> None:
    cells = table.format_rows(frame(note=text)).split("\n", 1)[1].split(",")
    assert cells[-3].lstrip('"').startswith("'")


@pytest.mark.parametrize("text", ["1/2", "12:30", "2026-11-22", "may 12", "12 pm", "50%", "true", "1,5", "$5", "1e5"])
def test_no_cell_is_taken_for_a_number_a_date_or_a_truth_value(text: str) -> None:
    assert "'" + text in table.format_rows(frame(note=text))


def test_no_cell_has_a_formula_in_it_for_a_spreadsheet_that_takes_another_separator() -> None:
    given_ = frame(note="a;=1+1\n-2,@x|+1\tand, so - on")
    assert not re.search(r"[;,|\t\n][=+@-]", table.format_rows(given_))
    assert read(table.format_rows(given_)).equals(given_)


def test_a_key_that_looks_like_a_number_is_kept_a_text() -> None:
    written = table.format_rows(frame(key="1234567890123e45"))
    assert "\n'1234567890123e45," in written
    assert read(written)["key"].to_list() == ["1234567890123e45"]


@pytest.mark.parametrize("mangled", ["1.23E+15", "1234567890123460", "", "#NAME?"])
def test_a_key_that_a_spreadsheet_has_changed_is_found_by_its_template(
    mangled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "template_key", lambda template: "1234567890123456" if template == "widget" else "")
    text = table.format_rows(frame(key="1234567890123456", template="widget")).replace("'1234567890123456", mangled)
    assert read(text)["key"].to_list() == ["1234567890123456"]


def test_a_column_that_was_sorted_alone_is_noticed() -> None:
    names = ["belt slipped", "gear broke", "widget spun"]
    good = pl.concat([frame(key=template_key(name), template=name) for name in names])
    assert read(table.format_rows(good)).height == 3
    shifted = good.with_columns(template=pl.col("template").reverse())
    with pytest.raises(CsvError, match=r"line \d: the template is that of key .* in line \d: was a column"):
        read(table.format_rows(shifted))


def test_the_same_rows_make_the_same_bytes_in_any_order() -> None:
    first, second = frame(), frame(key="0" * 15 + "a")
    assert table.format_rows(pl.concat([first, second])) == table.format_rows(pl.concat([second, first]))
    assert read(table.format_rows(pl.concat([first, second])))["key"].to_list() == ["0" * 15 + "a", KEY]


def test_what_a_spreadsheet_does_to_the_form_is_no_obstacle() -> None:
    plain = table.format_rows(frame())
    windows = "\ufeff" + plain.replace("\n", "\r\n")
    semicolons = plain.replace(",", ";")
    tabs = plain.replace(",", "\t")
    macintosh = plain.replace("\n", "\r")
    quoted = "".join(f'"{line}"\n'.replace(",", '","') for line in plain.splitlines())
    blank = plain + "\n,,,,,,,,,,,,\n\n"
    extra_columns = "\n".join(line + ",," for line in plain.splitlines())
    for text in (windows, semicolons, tabs, macintosh, quoted, blank, extra_columns):
        assert read(text).equals(frame())


def test_a_file_that_a_spreadsheet_saved_as_unicode_text_is_read() -> None:
    given_ = frame(note="ünïcödé")
    text = table.format_rows(given_).removeprefix("\ufeff").replace(",", "\t")
    assert table.parse_rows(text.encode("utf-16"), "widgets.csv").equals(given_)


def test_a_file_that_a_spreadsheet_read_in_another_encoding_is_mended() -> None:
    given_ = frame(note="ünïcödé 漢字 “quoted”")
    written = table.format_rows(given_).encode()
    misread = "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in written)
    assert read(misread.replace("\n", "\r\n")).equals(given_)
    with pytest.raises(CsvError, match="open it anew as UTF-8"):
        read(misread + "漢")


def test_lines_that_a_spreadsheet_took_for_single_cells_are_read() -> None:
    given_ = frame(note='say "a, b"')
    header, row = table.format_rows(given_).splitlines()
    assert read(f'{header}\n"{row.replace(chr(34), chr(34) * 2)}"\n').equals(given_)


def test_a_byte_order_mark_is_written_where_excel_needs_one() -> None:
    assert table.format_rows(frame()).isascii()
    assert table.format_rows(frame(note="müde")).startswith("\ufeff")


@pytest.mark.parametrize(
    "text", ["12752", "12,752", "12.752", "12 752", "12\u202f752", "12752.0", "12752,00", "1.2752E+04"]
)
def test_a_number_in_another_form_is_the_same_number(text: str) -> None:
    assert read(table.format_rows(frame()).replace(",3,", f',"{text}",'))["occurrences"].to_list() == [12752]


def test_what_stands_in_a_column_of_ones_own_goes_into_the_note() -> None:
    header, row = table.format_rows(frame(note="ask Bo")).splitlines()
    text = f"Mood,{header},\nhappy,{row},\n"
    assert read(text).equals(frame(note="ask Bo; Mood: happy"))
    assert read(f"Mood,{header},\n,{row},\n").equals(frame(note="ask Bo"))


def without_written(text: str) -> str:
    """The file as an earlier version wrote it."""
    return "".join(f"{line.rpartition(',')[0]}\n" for line in text.splitlines())


def test_a_file_of_an_earlier_version_is_read_and_nobody_knows_who_wrote_its_sentences() -> None:
    assert read(without_written(table.format_rows(frame()))).equals(frame(written=""))


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [(" ABCDEFGHIJKLMNOP ", ("abcdefghijklmnop", "")), ("#NAME?", ("", "written: #NAME?")), ("", ("", ""))],
)
def test_what_is_no_fingerprint_is_a_word_of_a_persons(cell: str, read_as: tuple[str, str]) -> None:
    text = table.format_rows(frame()).replace("abcdefghijklmnop", cell)
    assert read(text).select("written", "note").row(0) == read_as


@given(st.text(), st.text())
def test_a_fingerprint_is_nothing_that_a_spreadsheet_changes(key: str, sentence: str) -> None:
    assert re.fullmatch("[a-p]{16}", table.fingerprint_sentence(key, sentence))


def test_columns_in_another_order_are_found_by_name() -> None:
    header, row = table.format_rows(frame()).splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in (header, row))
    assert read(turned).equals(frame())


def test_an_empty_status_is_pending_and_a_deleted_sentence_is_asked_for_again() -> None:
    read_ = read(table.format_rows(frame(status="", interpretation="gone")).replace("gone", "  "))
    assert read_.select("status", "interpretation").row(0) == ("pending", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: columns must be"),
        (HEADER.replace("note", "notes") + "\n", r"missing: \['note'\], unknown: \['notes'\]"),
        (HEADER + ",note\n", "each once"),
        (HEADER + "\n" + KEY + ",only two\n", "line 2: 2 cells, 13 were expected"),
        (HEADER + "\n\n1.23E+15,,e,1,i,rules,pending,,,,,,\n", "line 3: key '1.23E\\+15' is not 16 hex"),
        (HEADER + f"\n{KEY},t,e,1,i,rules,perhaps,,,,,,\n", "line 2: status 'perhaps' is none of pending"),
        (HEADER + f"\n{KEY},t,e,many,i,rules,pending,,,,,,\n", "line 2: occurrences 'many'"),
        (HEADER + f"\n{KEY},t,e,1,i,rules,pending,,,,,,\n" * 2, "line 4: key 00ff00ff00ff00ff stands in line 2"),
        (HEADER + f"\n{KEY},t,e,1,{'i' * 2001},rules,pending,,,,,,\n", "line 2: an interpretation of 2,001 charac"),
        (HEADER + f"\n#NAME?,{'t' * 1998} …,e,1,i,rules,pending,,,,,,\n", "no whole template to find it by"),
        (HEADER + f"\n{KEY},t,e,{'9' * 5000},i,rules,pending,,,,,,\n", "line 2: occurrences '999"),
        (HEADER + f"\n{KEY},t,e,1e99,i,rules,pending,,,,,,\n", "line 2: occurrences '1e99' is not a number"),
        (HEADER + f'\n{KEY},"t" x,e,1,i,rules,pending,,,,,,\n', "line 2: "),
        (HEADER + f'\n{KEY},"never closed,e,1,i,rules,pending,,,,,,\n', "line 2: unexpected end"),
        (HEADER + "\n<<<<<<< mine\n", "line 2: 1 cells"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_file_line_and_reason(text: str, reason: str) -> None:
    with pytest.raises(CsvError, match=f"widgets.csv, .*{reason}"):
        read(text.replace("\n" + HEADER, "\n"))


def test_a_file_in_windows_1252_is_read() -> None:
    saved = table.format_rows(frame(note="müde")).removeprefix("\ufeff").encode("cp1252")
    assert table.parse_rows(saved, "widgets.csv").equals(frame(note="müde"))
