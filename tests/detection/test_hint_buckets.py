"""Events counted on a grid, and how crowded a template's are."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from crosslog.detection.hints import buckets as grid_module
from crosslog.detection.hints.buckets import Buckets, count_buckets, merge_buckets
from crosslog.detection.hints.bursts import FEWEST_STRETCHES, measure_bursts

SECOND = 1_000_000


def events(templates: list[int], seconds: list[int | None] | None = None) -> pl.DataFrame:
    times = [None if second is None else second * SECOND for second in seconds or [None] * len(templates)]
    columns = {"template_id": templates, "time": times, "line": range(1, len(templates) + 1)}
    return pl.DataFrame(columns, schema={"template_id": pl.UInt32, "time": pl.Int64, "line": pl.UInt64})


def measured(frame: pl.DataFrame) -> dict[int, dict[str, float | None]]:
    rows = measure_bursts(count_buckets(frame)).iter_rows(named=True)
    return {row["template_id"]: row for row in rows}


def random_events(count: int, seed: int = 0) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    return events(draw.integers(0, 40, count).tolist(), draw.integers(-50, 5000, count).tolist())


def test_events_are_counted_by_template_and_second_and_by_template_and_sixteen_lines() -> None:
    found = count_buckets(events([7, 7, 3, 7], [0, 0, 1, -1]))
    assert found.times.counts.rows() == [(3, 1, 1), (7, -1, 1), (7, 0, 2)]
    assert found.lines.counts.rows() == [(3, 0, 1), (7, 0, 3)]


def test_an_event_without_a_time_is_counted_by_its_line_alone() -> None:
    found = count_buckets(events([1, 1], [5, None]))
    assert found.times.counts["count"].to_list() == [1]
    assert found.lines.counts["count"].to_list() == [2]


@pytest.mark.parametrize("size", [1, 37, 400])
def test_chunks_add_up_to_the_whole_however_narrow_the_memory(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_module, "MOST_ROWS", 300)
    whole = random_events(1200)
    merged = merge_buckets([count_buckets(whole[start : start + size]) for start in range(0, 1200, size)])
    at_once = count_buckets(whole)
    for name in ("times", "lines"):
        one, other = getattr(merged, name), getattr(at_once, name)
        assert one.width == other.width > 1
        assert one.counts.equals(other.counts)
        assert len(one.counts) <= 300


def test_a_row_a_template_is_the_least_there_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_module, "MOST_ROWS", 3)
    found = count_buckets(events(list(range(10)), list(range(10))))
    assert len(found.times.counts) == 10


def test_nothing_adds_up_to_nothing() -> None:
    assert measure_bursts(merge_buckets([])).is_empty()


def test_all_in_one_stretch_is_a_burst_and_one_in_each_is_none() -> None:
    spread = [second for second in range(100) for _ in range(2)]
    rows = measured(events([1] * 200 + [2] * 10, spread + [50] * 10))
    assert rows[1]["crowding"] == pytest.approx(0)
    assert rows[2]["crowding"] == pytest.approx(1)
    assert (rows[2]["filled"], rows[2]["clusters"], rows[2]["stretches"]) == (1, 1, 100)
    assert rows[2]["begins"] == pytest.approx(50 / 99)


def test_crowding_is_measured_against_chance() -> None:
    rows = measured(events([1] * 100 + [2] * 5, [*range(100), 10, 10, 30, 31, 50]))
    expected = 100 * (1 - 0.99**5)
    assert rows[2]["crowding"] == pytest.approx(1 - (4 - 1) / (expected - 1))
    assert rows[2]["clusters"] == 3  # 30 and 31 are one


def test_quiet_stretches_do_not_count() -> None:
    busy = [*range(50), *range(1_000_000, 1_000_050)]
    close = measured(events([1] * 100 + [2] * 5, [*range(100), 1, 21, 41, 61, 81]))
    apart = measured(events([1] * 100 + [2] * 5, [*busy, 0, 49, 1_000_000, 1_000_010, 1_000_049]))
    assert apart[2]["stretches"] < close[2]["stretches"]
    assert close[2]["crowding"] == pytest.approx(0, abs=0.1)


def test_too_few_events_or_too_short_a_log_say_nothing_of_bursts() -> None:
    assert measured(events([1] * 100 + [2] * 4, [*range(100), 5, 5, 5, 5]))[2]["crowding"] is None
    short = [second for second in range(FEWEST_STRETCHES - 1) for _ in range(2)]
    assert measured(events([1] * len(short), short))[1]["crowding"] is None


def test_lines_tell_where_times_are_missing_or_all_the_same() -> None:
    order = [1, 3] * 399 + [1] + [2] * 16 + [1, 3] * 400
    for seconds in (None, [9] * len(order)):
        assert measured(events(order, seconds))[2]["filled"] == 1
        assert measured(events(order, seconds))[1]["crowding"] == pytest.approx(0, abs=0.05)


def test_one_wrong_clock_does_not_squeeze_the_log_into_one_stretch() -> None:
    seconds = [*range(1000), 4_000_000_000]
    rows = measured(events([1] * 1001, seconds))
    assert rows[1]["stretches"] > 250


def test_what_is_measured_does_not_depend_on_chunks() -> None:
    whole = random_events(3000, seed=1)
    parts: list[Buckets] = [count_buckets(whole[start : start + 500]) for start in range(0, 3000, 500)]
    assert measure_bursts(merge_buckets(parts)).equals(measure_bursts(count_buckets(whole)))
