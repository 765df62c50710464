"""Labels that people give to lines and spans of a log: `labels/<system>.csv`, read forgivingly, written exactly.

The columns are those of schemas.Annotations. `label` is `normal`, `anomalous`, or a word for the kind of anomaly; an
empty `last_line` means one line.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz import fuzz

from crosslog import csv_files
from crosslog.csv_files import CsvError
from crosslog.labelling.people import list_votes
from crosslog.schemas import Annotations

ANNOTATION_COLUMNS = tuple(Annotations.to_schema().columns)
LABEL_WORDS = ("normal", "anomalous")
ANNOTATION_TYPES = {
    name: pl.UInt64 if name in ("first_line", "last_line") else pl.String for name in ANNOTATION_COLUMNS
}
LAST_LINE_NUMBER = 2**63 - 1
MOST_DIGITS = 40  # of a number that is worth a look
LONGEST_LABEL = 80  # characters
# What other tools write for `normal`; as the name of a kind of anomaly each would turn its line into one.
OF_NORMAL = frozenset(
    [
        "ok",
        "okay",
        "good",
        "fine",
        "success",
        "successful",
        "benign",
        "no",
        "none",
        "nothing",
        "false",
        "n",
        "na",
        "n/a",
        "-",
        "0",
    ]
)
OF_ANOMALOUS = frozenset(["anomaly", "abnormal", "bad", "yes", "true", "y", "1", "x"])
MISSPELT = 75  # ratio from which a word is `normal` or `anomalous` with a slip in it


def format_annotations(frame: pl.DataFrame) -> str:
    """The CSV of a frame of schemas.Annotations, in order of lines and annotators."""
    return csv_files.format_csv(
        ANNOTATION_COLUMNS, frame.select(ANNOTATION_COLUMNS).sort(ANNOTATION_COLUMNS).iter_rows()
    )


def parse_annotations(content: bytes, name: str) -> pl.DataFrame:
    """schemas.Annotations in order of lines and annotators, whatever a spreadsheet did to the file's form.

    Parameters
    ----------
    content : the file
    name : how messages call it

    Raises
    ------
    CsvError
        If a row cannot be read, or one annotator calls a line two things.
    """
    rows = [
        {**_record(cells, f"{name}, line {line}"), "row": line}
        for line, cells in csv_files.parse_csv(content, ANNOTATION_COLUMNS, name)
    ]
    frame = pl.DataFrame(rows, schema={**ANNOTATION_TYPES, "row": pl.UInt32}, orient="row")
    _agrees_with_itself(frame, name)
    return frame.drop("row").sort(ANNOTATION_COLUMNS)


def _record(cells: dict[str, str], where: str) -> dict[str, object]:
    first = _number(cells["first_line"], "first_line", where)
    last = _number(cells["last_line"], "last_line", where) if cells["last_line"].strip() else first
    if last < first:
        raise CsvError(f"{where}: last_line {last} comes before first_line {first}")
    return {
        **cells,
        "first_line": first,
        "last_line": last,
        "label": _label(cells["label"], where),
        "annotator": _filled(cells["annotator"], "annotator", where),
    }


def _number(cell: str, column: str, where: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS and 1 <= int(text) <= LAST_LINE_NUMBER):
        raise CsvError(f"{where}: {column} {cell!r} is not the number of a line (1, 2, 3, …)")
    return int(text)


def _label(cell: str, where: str) -> str:
    """`normal`, `anomalous`, or a kind of anomaly; a word that may mean one of the two is not taken for a kind."""
    label = _filled(cell, "label", where)
    word = label.lower()
    if word in LABEL_WORDS:
        return word
    slip = any(fuzz.ratio(word, known) >= MISSPELT for known in LABEL_WORDS)
    if slip or word in OF_NORMAL | OF_ANOMALOUS or not any(map(str.isalpha, word)) or len(word) > LONGEST_LABEL:
        raise CsvError(f"{where}: label {label[:LONGEST_LABEL]!r} is neither normal, anomalous, nor a kind of anomaly")
    return label


def _filled(cell: str, column: str, where: str) -> str:
    if not cell.strip():
        raise CsvError(f"{where}: {column} is empty")
    return cell.strip()


def _agrees_with_itself(frame: pl.DataFrame, name: str) -> None:
    """An error for the first line of the log that one annotator calls two things."""
    labels = list_votes(frame).group_by("first_line", "annotator").agg(pl.col("label").n_unique())
    for row in labels.filter(pl.col("label") > 1).sort("first_line").head(1).iter_rows(named=True):
        line, who = row["first_line"], row["annotator"]
        covers = (pl.col("first_line") <= line) & (pl.col("last_line") >= line) & (pl.col("annotator") == who)
        said = frame.filter(covers).unique("label", keep="first").sort("row").select("row", "label").rows()
        (first, before), (second, after) = said[:2]
        raise CsvError(
            f"{name}, line {second}: {who} calls log line {line} {after!r}, but {before!r} in line {first}: "
            "remove one of the two"
        )
