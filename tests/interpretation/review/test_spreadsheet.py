"""The CSV through LibreOffice itself: opened, saved as a workbook, and saved as a CSV again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from crosslog.interpretation.review import table
from crosslog.templates import template_key

SECONDS = 240
OPENED = "--infilter=CSV:44,34,76,1"  # as its window does where there is a byte-order mark
SAVED = "csv:Text - txt - csv (StarCalc):"  # separator, quote, encoding (76: UTF-8), first line
# LibreOffice drops a tab inside a cell when it saves an .ods: the one thing that is not here.
NASTY = [
    *("=1+1", "+49 30", "-rf", "@SUM(A1)", "'=quoted", "''=twice", "'plain", "＝1", "a;=1+1,-2"),
    *("1234567890123456", "12345e67", "007", "1/2", "12:30", "2026-11-22", "may 12", "true", "50%", "1,5", "$5", "(5)"),
    *("two\nlines", 'a "quoted" word', "semi;colon, comma", "  spaces  ", "ünïcödé 漢字", "2026-11-22T08:00:00+00:00"),
]
KEYS = ["1234567890123456", "1234567890123e45", "0012345678901234", "0" * 16, "1e23456789012345"]

libreoffice = shutil.which("soffice")
pytestmark = pytest.mark.skipif(libreoffice is None, reason="LibreOffice (`soffice`) is not installed")


def rows() -> pl.DataFrame:
    """Rows whose cells and keys a spreadsheet likes to change."""
    keys = [*map(template_key, NASTY), *KEYS]
    records = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": key, "template": text, "example": text, "occurrences": 12752 + place, "interpretation": f"It {text}"}
        | {"source": "rules", "status": "pending", "reviewed_at": "2026-11-22T08:00:00+00:00", "note": text}
        for place, (key, text) in enumerate(zip(keys, [*NASTY, *(f"part {key}" for key in KEYS)], strict=True))
    ]
    return pl.DataFrame(records, schema=table.ROW_TYPES, orient="row").sort("key")


def converted(folder: Path, name: str, kind: str) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(libreoffice), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), OPENED, name]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=SECONDS)


@pytest.mark.parametrize(("workbook", "separator"), [("ods", 44), ("xlsx", 59)])
def test_every_row_and_key_comes_back_from_a_workbook(tmp_path: Path, workbook: str, separator: int) -> None:
    (tmp_path / "rows.csv").write_text(table.format_rows(rows()), encoding="utf-8")
    converted(tmp_path, "rows.csv", workbook)
    (tmp_path / "rows.csv").unlink()
    converted(tmp_path, f"rows.{workbook}", f"{SAVED}{separator},34,76,1")
    assert table.parse_rows((tmp_path / "rows.csv").read_bytes(), workbook).equals(rows())
