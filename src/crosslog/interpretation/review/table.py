"""The CSV of interpretations that people edit: read forgivingly, written exactly, rewritten so that no edit is lost."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crosslog import csv_files
from crosslog.csv_files import CsvError, cells
from crosslog.csv_files.rewriting import read_if_there, rewrite_file
from crosslog.schemas import STATUSES, VERDICTS, WRITERS, Interpretations
from crosslog.templates import CUT_MARK, cut_text, template_key

ROW_COLUMNS = tuple(Interpretations.to_schema().columns)
ROW_TYPES = {name: pl.UInt64 if name == "occurrences" else pl.String for name in ROW_COLUMNS}
QUOTED_SOURCE = "quoted"  # the template's own words, where nobody has others
RANKS = {
    QUOTED_SOURCE: 0,
    "rules": 0,
    "llm": 1,
    "curated": 2,
}  # a sentence may take the place of one of its rank or a lower
MACHINES = tuple(RANKS)
WRITTEN = "written"  # files of earlier versions do not have it, and a reviewer need not see it
SHOWN_COLUMNS = tuple(name for name in ROW_COLUMNS if name != WRITTEN)
ROW_CHOICES = {"source": WRITERS, "status": STATUSES, "verdict": VERDICTS}
ROW_KEY = re.compile(r"[0-9a-f]{16}")
WRITTEN_FORM = re.compile(r"[a-p]{16}")
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # a spreadsheet takes digits for a number
LONGEST_SENTENCE = 2000  # bytes of an interpretation, in UTF-8
KEY_ROUNDING = 10  # a spreadsheet keeps 15 digits of a number, and a key has 16


def empty_rows() -> pl.DataFrame:
    """The frame of no interpretations."""
    return pl.DataFrame(schema=ROW_TYPES)


def fingerprint_sentence(key: str, sentence: str) -> str:
    """What tells later whether the sentence of a row is still this one, however it is spaced: 16 letters."""
    words = " ".join(sentence.split())
    return hashlib.sha256(f"{key}\0{words}".encode()).hexdigest()[:16].translate(LETTERS)


def is_as_written(row: Mapping[str, Any]) -> bool:
    """Whether the sentence of a row is the one that crosslog wrote last; false where nobody knows what that was."""
    return bool(row[WRITTEN] == fingerprint_sentence(row["key"], row["interpretation"]))


def is_too_long(sentence: str) -> bool:
    """Whether a sentence has more than LONGEST_SENTENCE bytes."""
    return len(sentence.encode(errors="surrogatepass")) > LONGEST_SENTENCE


def load_rows(path: Path) -> pl.DataFrame:
    """The rows in a file; none where there is no file."""
    return _frame(read_if_there(path), path)


def rewrite_rows(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Replace the rows in a file by what `change` makes of them, in the form the file has; the new rows.

    `change` may be called several times and must depend on nothing but its argument (see rewrite_file).

    Raises
    ------
    CsvError
        If the file cannot be read, or others keep changing it; it is then as they left it.
    """
    rows = empty_rows()

    def changed(content: bytes | None) -> bytes:
        nonlocal rows
        rows = change(_frame(content, path))
        return csv_files.format_csv_like(ROW_COLUMNS, rows.sort("key").iter_rows(), content, str(path))

    rewrite_file(path, changed)
    return rows


def _frame(content: bytes | None, path: Path) -> pl.DataFrame:
    return empty_rows() if content is None else parse_rows(content, str(path))


def format_rows(frame: pl.DataFrame) -> str:
    """The CSV of a frame of schemas.Interpretations: in order of key, with nothing that a spreadsheet would run."""
    return csv_files.format_csv(ROW_COLUMNS, frame.sort("key").iter_rows())


def parse_rows(content: bytes, name: str) -> pl.DataFrame:
    """The frame in a CSV, in order of key, whatever a spreadsheet or an editor did to its form.

    A byte-order mark, line ends of Windows, semicolons or tabs, another order of rows or columns, blank lines and
    columns at the end, and numbers in another form are no obstacle. What stands in a column of one's own goes into
    `note`. A key that a spreadsheet has changed is found by its template. An empty status is `pending`. A file without
    the column `written` is one of which nobody knows which sentences crosslog wrote: the cells are empty.

    Parameters
    ----------
    content : the file
    name : how messages call it

    Raises
    ------
    CsvError
        If a row cannot be read, a key comes twice, a column is missing, or one column was sorted without the others.
    """
    seen: dict[str, int] = {}
    found = []
    for line, record in parse_records(content, name):
        key = record["key"]
        if key in seen:
            raise CsvError(f"{name}, line {line}: key {key} stands in line {seen[key]} already: remove one of the two")
        seen[key] = line
        found.append(record)
    _refuse_shifted(found, seen, name)
    return pl.DataFrame(found, schema=ROW_TYPES, orient="row").sort("key")


def parse_records(content: bytes, name: str, more: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row of such a CSV with the line it starts in; it has the columns `more` beside COLUMNS."""
    for line, row in csv_files.parse_csv(content, (*more, *SHOWN_COLUMNS), name, optional=(WRITTEN,)):
        yield line, _record(row, f"{name}, line {line}", more)


def _record(row: Mapping[str, str], where: str, more: Sequence[str]) -> dict[str, Any]:
    written = row[WRITTEN].strip().lower()
    record: dict[str, Any] = {**row, WRITTEN: written if WRITTEN_FORM.fullmatch(written) else ""}
    record["note"] = _with_own_columns({**row, WRITTEN: "" if record[WRITTEN] else row[WRITTEN]}, more)
    record["key"] = _key(record["key"], record["template"], where)
    record |= {column: cut_text(record[column]) for column in ("template", "example")}
    record["status"] = record["status"].strip() or "pending"
    for column, choices in ROW_CHOICES.items():
        record[column] = record[column].strip().lower()
        if record[column] not in choices:
            raise CsvError(f"{where}: {column} {record[column]!r} is none of {', '.join(filter(None, choices))}")
    occurrences = cells.parse_count(record["occurrences"])
    if occurrences is None:
        raise CsvError(f"{where}: occurrences {record['occurrences']!r} is not a number")
    if is_too_long(record["interpretation"]):
        long = len(record["interpretation"])
        raise CsvError(f"{where}: an interpretation of {long:,} characters: at most {LONGEST_SENTENCE:,} bytes")
    if not record["interpretation"].strip():
        record |= {"interpretation": "", "status": "pending"}  # a sentence that was deleted is asked for again
    return {**{name: record[name] for name in (*more, *ROW_COLUMNS)}, "occurrences": occurrences}


def _with_own_columns(row: Mapping[str, str], more: Sequence[str]) -> str:
    """The note, and behind it what stands in columns that somebody has added."""
    own = [
        f"{name}: {cell.strip()}" for name, cell in row.items() if name not in (*SHOWN_COLUMNS, *more) and cell.strip()
    ]
    return "; ".join(filter(None, [row["note"], *own]))


def _key(cell: str, template: str, where: str) -> str:
    key, own = cell.strip().strip("'").lower(), template_key(template)
    rounded = key.isdecimal() and own.isdecimal() and abs(int(key) - int(own)) <= KEY_ROUNDING
    if ROW_KEY.fullmatch(key) and not rounded:
        return key
    if not template.strip() or template.endswith(CUT_MARK):
        raise CsvError(
            f"{where}: key {cell!r} is not 16 hexadecimal digits, and there is no whole template to find it by: "
            "put both back, or remove the row (it is asked for again)"
        )
    return own


def _refuse_shifted(found: Sequence[Mapping[str, Any]], lines: Mapping[str, int], name: str) -> None:
    """Templates that stand beside each other's keys: a column was sorted alone, and no sentence is where it belongs."""
    for record in found:
        owner = template_key(record["template"])
        if owner != record["key"] and owner in lines:
            raise CsvError(
                f"{name}, line {lines[record['key']]}: the template is that of key {owner} in line {lines[owner]}: "
                "was a column sorted without the others? Undo that, then save again"
            )
