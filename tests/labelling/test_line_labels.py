from __future__ import annotations

import polars as pl
import pytest

from crosslog.csv_files import CsvError
from crosslog.labelling import line_labels
from crosslog.schemas import Annotations

HEADER = "first_line,last_line,label,annotator,annotated_at,note\n"


def read(rows: str) -> pl.DataFrame:
    return line_labels.parse_annotations((HEADER + rows).encode(), "labels/widgets.csv")


def test_spans_and_single_lines_are_read_in_order_of_lines() -> None:
    frame = read("8,9,disk,ann,2026-11-01,\n3,,Normal, ann ,,a look\n")
    assert frame.rows() == [(3, 3, "normal", "ann", "", "a look"), (8, 9, "disk", "ann", "2026-11-01", "")]
    Annotations.validate(frame)


def test_a_file_without_rows_has_no_labels() -> None:
    frame = read("")
    assert frame.is_empty()
    Annotations.validate(frame)


def test_what_is_written_is_read_back() -> None:
    frame = read('3,5,normal,ann,,"=1+1; so"\n1,2,anomalous,bob,,\n')
    assert line_labels.parse_annotations(line_labels.format_annotations(frame).encode(), "again").equals(frame)


def test_semicolons_windows_line_ends_and_another_order_of_columns_are_no_obstacle() -> None:
    text = "\ufeffannotator;label;note;annotated_at;last_line;first_line\r\nann;normal;;;5;3\r\n;;;;;\r\n"
    assert line_labels.parse_annotations(text.encode(), "w").rows() == [(3, 5, "normal", "ann", "", "")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("x,,normal,ann,,\n", "line 2: first_line 'x' is not the number of a line"),
        ("0,,normal,ann,,\n", "line 2: first_line '0' is not the number of a line"),
        ("5,1.2E+04,normal,ann,,\n", "line 2: last_line '1.2E\\+04' is not the number of a line"),
        ("99999999999999999999,,normal,ann,,\n", "line 2: first_line '9+' is not the number of a line"),
        ("5,4,normal,ann,,\n", "line 2: last_line 4 comes before first_line 5"),
        ("5,,,ann,,\n", "line 2: label is empty"),
        ("5,,normal,,,\n", "line 2: annotator is empty"),
        *(
            (f"5,,{word},ann,,\n", f"line 2: label '{word}' is neither")
            for word in ("nomal", "Normal.", "Success", "0")
        ),
        ("5,,anomolous,ann,,\n", "line 2: label 'anomolous' is neither"),
        ("9" * 5000 + ",,normal,ann,,\n", "line 2: first_line '9+' is not the number of a line"),
        ("1,5,normal,ann,,\n\n5,9,disk,ann,,\n", "line 4: ann calls log line 5 'disk', but 'normal' in line 2"),
    ],
)
def test_what_cannot_be_read_is_named_with_file_line_and_reason(rows: str, reason: str) -> None:
    with pytest.raises(CsvError, match=f"labels/widgets.csv, {reason}"):
        read(rows)


def test_one_annotator_may_say_the_same_twice_and_two_may_differ() -> None:
    assert len(read("1,5,normal,ann,,\n4,9,normal,ann,,\n1,9,disk,bob,,\n")) == 3
