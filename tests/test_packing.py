from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from crosslog.artifacts.packing import read_packed, write_packed

START = datetime(2024, 5, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "times",
    [[START, None, START - timedelta(days=9)], [None, None, START], [None] * 3, [datetime.min.replace(tzinfo=UTC)] * 3],
)
def test_a_packed_frame_comes_back_as_it_was(tmp_path: Path, times: list[datetime | None]) -> None:
    frame = pl.DataFrame(
        {"line": [7, 8, 3], "time": times, "turn": [None, 1, -2], "text": ["a", None, "a"], "empty": [None] * 3},
        schema={
            "line": pl.UInt64,
            "time": pl.Datetime("us", "UTC"),
            "turn": pl.Int32,
            "text": pl.String,
            "empty": pl.String,
        },
    )
    for part in (frame, frame.clear(), frame.select("text")):
        write_packed(part, tmp_path / "a.parquet")
        found = read_packed(tmp_path / "a.parquet")
        assert found.schema == part.schema
        assert found.equals(part)


def test_rows_of_a_log_take_few_bytes(tmp_path: Path) -> None:
    count = 50_000
    frame = pl.DataFrame(
        {
            "line": pl.int_range(1, count + 1, dtype=pl.UInt64, eager=True),
            "time": pl.datetime_range(START, START + timedelta(seconds=count - 1), "1s", time_unit="us", eager=True),
            "node": [f"zn{number % 97}" for number in range(count)],
        }
    )
    write_packed(frame, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < count * 2
