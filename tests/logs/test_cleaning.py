from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog import schemas
from crosslog.logs.parsing.cleaning import clean_lines
from crosslog.logs.parsing.remarks import REMARK_KINDS, RemarkTable
from crosslog.logs.reading import LONGEST_LINE

Met = dict[str, tuple[int, int, str]]


def frame(*raw: bytes) -> pl.DataFrame:
    lines = range(11, 11 + len(raw))
    return pl.DataFrame({"line": lines, "raw": raw}, schema={"line": pl.UInt64, "raw": pl.Binary})


def clean(*raw: bytes, unfinished: tuple[int, ...] = ()) -> tuple[list[tuple[int, str]], Met]:
    remarks = RemarkTable()
    found = clean_lines(frame(*raw), unfinished, remarks)
    assert found.schema["raw"] == pl.String
    return found.rows(), {kind: (count, first, sample) for kind, count, first, sample in remarks.rows()}


def test_clean_lines_stay_and_make_no_remark() -> None:
    assert clean(b"one", b" two\t", "drei Füße".encode()) == ([(11, "one"), (12, " two\t"), (13, "drei Füße")], {})


def test_bytes_that_are_no_utf8_are_replaced_in_their_lines_alone() -> None:
    rows, met = clean(b"one", b"caf\xe9", "café".encode())
    assert rows == [(11, "one"), (12, "caf\ufffd"), (13, "café")]
    assert met == {"not_utf8": (1, 12, "caf\ufffd")}


def test_few_bad_lines_are_found_among_many() -> None:
    lines = [b"line %d" % number for number in range(3000)]
    lines[700] = lines[2999] = b"\xff"
    rows, met = clean(*lines)
    assert [text for _, text in rows if not text.startswith("line")] == ["\ufffd", "\ufffd"]
    assert met == {"not_utf8": (2, 711, "\ufffd")}


def test_nul_becomes_a_blank_and_a_carriage_return_at_the_end_goes() -> None:
    rows, met = clean(b"a\0b", b"in\rside", b"end\r", b"a\0\r")
    assert rows == [(11, "a b"), (12, "in\rside"), (13, "end"), (14, "a ")]
    assert met == {"nul": (2, 11, "a b"), "carriage_return": (2, 13, "end")}


def test_lines_without_a_word_are_left_out_and_counted() -> None:
    rows, met = clean(b"", b"one", b" \t ", b"\r", b"\0")
    assert rows == [(12, "one")]
    assert met["empty"] == (4, 11, "")


def test_a_line_without_newline_is_remarked() -> None:
    assert clean(b"one", b"two", b"three", unfinished=(0, 2))[1] == {"no_final_newline": (2, 11, "one")}


def test_of_an_endless_line_the_start_is_kept() -> None:
    fitting, endless = b"x" * LONGEST_LINE, b"y" * (LONGEST_LINE + 1)
    rows, met = clean(b"one", fitting, endless)
    assert rows == [(11, "one"), (12, fitting.decode()), (13, "y" * LONGEST_LINE)]
    assert met == {"too_long": (1, 13, "y" * 120)}


@pytest.mark.parametrize("character", ["é", "語", "𝄞"])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_an_endless_line_is_not_cut_within_a_character(character: str, before: int) -> None:
    line = (b"x" * before + character.encode() * LONGEST_LINE)[: LONGEST_LINE + 1]
    ((_, text),), met = clean(line)
    assert set(met) == {"too_long"}
    assert text == "x" * before + character * ((LONGEST_LINE - before) // len(character.encode()))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[m", "red and green"),
        (b"\x1b[2K\x1b[?25lgizmo turned", "gizmo turned"),
        (b"\x1b]8;;http://z.example\x1b\\link\x1b]8;;\x1b\\", "link"),
    ],
)
def test_colours_of_a_terminal_are_cut_out_and_counted(line: bytes, text: str) -> None:
    rows, met = clean(b"plain", line)
    assert rows == [(11, "plain"), (12, text)]
    assert met["ansi"][:2] == (1, 12)


def test_an_escape_that_never_ends_takes_no_text_with_it() -> None:
    line = b"\x1b[" + b"1;" * 30_000 + b"\x1b]" + b"x" * 3000
    assert clean(line)[0] == [(11, line.decode())]


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\x1b" not in line), min_size=1))
def test_any_bytes_become_the_text_that_python_decodes(raw: list[bytes]) -> None:
    texts = [line.decode(errors="replace").lstrip("\0").replace("\0", " ").removesuffix("\r") for line in raw]
    remarks = RemarkTable()
    found = clean_lines(frame(*raw), (), remarks)
    assert len(found) + remarks.count("empty") == len(raw)
    kept = set(found["line"])
    assert found["raw"].to_list() == [text for line, text in enumerate(texts, 11) if line in kept]
    assert all(texts[line - 11].strip() == "" for line in range(11, 11 + len(raw)) if line not in kept)


# remarks


def table(*rows: tuple[str, int, int, str]) -> RemarkTable:
    remarks = RemarkTable()
    remarks.merge(rows)
    return remarks


def test_remarks_of_two_parts_are_added_and_the_first_line_stays() -> None:
    first = table(("nul", 2, 5, "a"), ("empty", 1, 9, ""))
    first.merge(table(("too_long", 1, 20, "x"), ("nul", 3, 21, "b")).rows())
    assert first.rows() == [("nul", 5, 5, "a"), ("too_long", 1, 20, "x"), ("empty", 1, 9, "")]


def test_remarks_go_through_json() -> None:
    remarks = table(("nul", 2, 5, "a"), ("unknown_session", 1, 0, "blk_7"))
    again = table(*json.loads(json.dumps(remarks.rows())))
    assert again.rows() == remarks.rows()
    assert schemas.Remarks.validate(again.frame()).rows() == remarks.rows()


def test_an_unknown_kind_of_remark_is_an_error() -> None:
    with pytest.raises(ValueError, match="'nulls' is no kind of remark; there are: not_utf8, nul"):
        table(("nulls", 1, 1, ""))


def test_every_kind_of_remark_is_explained() -> None:
    assert [kind for kind in REMARK_KINDS if f"`{kind}`" not in str(RemarkTable.__doc__)] == []


def test_a_remark_counts_no_row_where_nothing_is_known() -> None:
    remarks = RemarkTable()
    remarks.add("unlabelled", frame(b"a", b"b").cast({"raw": pl.String}), pl.Series([None, True]))
    assert remarks.rows() == [("unlabelled", 1, 12, "b")]
