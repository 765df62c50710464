"""Spans are disjoint, in order of time, within their rates, and fixed by the seed."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import polars as pl
import pytest
from detection.asked import experiment as asked_for

from crosslog.detection.split import Log, SplitError
from crosslog.settings import Experiment


def experiment(episodes: int, support: int = 20, query: int = 100, rate: tuple[float, float] = (0, 1)) -> Experiment:
    spans = {"support": {"events": support, "rate": rate}, "query": {"events": query, "rate": rate}}
    return asked_for(episodes=episodes, **spans)


def log(events: int, anomalous: list[int] | None = None, first: int = 1) -> pl.DataFrame:
    flags = np.isin(np.arange(events), anomalous if anomalous is not None else np.arange(0, events, 10))
    return pl.DataFrame({"line": np.arange(first, first + events, dtype=np.uint64), "anomalous": flags})


def sample(labels: pl.DataFrame, system: str, asked: Experiment) -> pl.DataFrame:
    """The spans that the split draws: episode, role, first_line, last_line, events, anomalous."""
    lines, flags = labels["line"].to_numpy().astype(np.int64), labels["anomalous"].to_numpy()
    rng = np.random.default_rng([asked.sampling_seed, *system.encode()])
    draw = asked.split.split_target if system == asked.target else asked.split.split_source
    rows = []
    for part in draw(Log(system, lines, flags, None, asked.cut), asked.protocol, rng):
        first, last = int(part.bounds[0, 0]), int(part.bounds[-1, 1])
        assert (part.bounds[1:, 0] == part.bounds[:-1, 1]).all()
        rows.append((part.episode, part.role, lines[first], lines[last - 1], last - first, flags[first:last].sum()))
    columns = ["episode", "role", "first_line", "last_line", "events", "anomalous"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def keeps_its_promises(spans: pl.DataFrame, labels: pl.DataFrame, asked: Experiment) -> None:
    bounds = spans.select("first_line", "last_line").rows()
    assert all(a[1] < b[0] or b[1] < a[0] for a, b in combinations(bounds, 2))
    for _, pair in spans.group_by("episode"):
        support, query = pair.sort("role", descending=True).iter_rows(named=True)
        assert support["role"].endswith("support")
        assert support["last_line"] < query["first_line"]
    for span in spans.iter_rows(named=True):
        inside = labels.filter(pl.col("line").is_between(span["first_line"], span["last_line"]))
        assert (inside.height, inside["anomalous"].sum()) == (span["events"], span["anomalous"])
        low, high = asked.split.support.rate
        assert low <= span["anomalous"] / span["events"] <= high


def test_the_target_gives_as_many_pairs_as_there_are_episodes() -> None:
    asked = experiment(episodes=5, rate=(0.05, 0.2))
    labels = log(20_000)
    spans = sample(labels, "new", asked)
    keeps_its_promises(spans, labels, asked)
    assert spans["role"].to_list() == ["support", "query"] * 5
    assert spans["episode"].to_list() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert spans.filter(role="query")["first_line"].is_sorted()


def test_a_source_gives_one_pair() -> None:
    spans = sample(log(500), "old", experiment(episodes=5))
    assert spans["role"].to_list() == ["source_support", "source_query"]
    assert spans["events"].to_list() == [20, 100]


@pytest.mark.parametrize("events", [600, 605, 700])
def test_a_log_that_is_all_but_full_still_gives_them_all(events: int) -> None:
    asked, labels = experiment(episodes=5), log(events)
    keeps_its_promises(sample(labels, "new", asked), labels, asked)


def test_scarce_anomalies_are_shared_out_to_the_last() -> None:
    asked = experiment(episodes=3, support=5, query=10, rate=(0.1, 1))
    labels = log(90, anomalous=[2, 11, 33, 47, 61, 70])
    keeps_its_promises(sample(labels, "new", asked), labels, asked)


def test_the_one_place_that_fits_is_found() -> None:
    asked = experiment(episodes=1, support=5, query=10, rate=(0.2, 1))
    labels = log(40, anomalous=[30, 31, 20])
    assert sample(labels, "new", experiment(episodes=1, support=5, query=10, rate=(0.1, 0.3))).height == 2
    with pytest.raises(SplitError):
        sample(log(40, anomalous=[30]), "new", asked)


def test_a_seed_fixes_the_draw_and_another_changes_it() -> None:
    asked = experiment(episodes=5)
    first, again = (sample(log(20_000), "new", asked) for _ in range(2))
    other = sample(log(20_000), "new", asked.model_copy(update={"sampling_seed": 43}))
    assert first.equals(again)
    assert not first["first_line"].equals(other["first_line"])


def test_another_system_or_order_of_systems_changes_nothing() -> None:
    asked = experiment(episodes=2)
    more = asked.model_copy(update={"sources": ("older", "old")})
    assert sample(log(2_000), "old", asked).equals(sample(log(2_000), "old", more))


def test_starts_are_spread_over_the_whole_log() -> None:
    asked = experiment(episodes=1, support=1, query=1)
    firsts = [
        sample(log(1_000), "new", asked.model_copy(update={"sampling_seed": seed}))["first_line"].to_list()
        for seed in range(200)
    ]
    support, query = np.array(firsts, dtype=np.float64).T
    assert 430 < query.mean() < 570  # uniform over the log
    assert 190 < support.mean() < 310  # uniform over what is before the query


def test_rates_are_inclusive() -> None:
    asked = experiment(episodes=1, support=10, query=10, rate=(0.1, 0.1))
    assert sample(log(100), "new", asked)["anomalous"].to_list() == [1, 1]


def test_lines_that_could_not_be_read_leave_gaps() -> None:
    labels = log(300).with_columns(line=pl.col("line") * 3)
    spans = sample(labels, "new", experiment(episodes=1))
    assert ((spans["last_line"] - spans["first_line"]) == 3 * (spans["events"] - 1)).all()


def test_too_many_episodes_are_refused_with_what_would_fit() -> None:
    message = (
        r"(?s)new \(605 events, 61 of them anomalous\): 5 of 6 pairs .*"
        r"support: 20 events with 0 to 1 anomalous: at most 30 disjoint spans.*query: 100 events"
    )
    with pytest.raises(SplitError, match=message):
        sample(log(605), "new", experiment(episodes=6))


def test_a_rate_that_does_not_occur_is_refused_with_those_that_do() -> None:
    with pytest.raises(SplitError, match=r"at most 0 disjoint spans; spans of that length have 0\.1 to 0\.1"):
        sample(log(605), "new", experiment(episodes=1, rate=(0.5, 1)))


def test_a_log_that_is_too_short_is_refused_with_its_length() -> None:
    with pytest.raises(SplitError, match=r"source_query: 100 events .*: the system has only 50 events"):
        sample(log(50), "old", experiment(episodes=1))


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(SplitError, match="only 0 events"):
        sample(log(0), "old", experiment(episodes=1))


def test_anomalies_only_before_the_support_cannot_make_a_query() -> None:
    asked = experiment(episodes=1, support=10, query=10, rate=(0.5, 1))
    with pytest.raises(SplitError, match="0 of 1 pairs"):
        sample(log(1_000, anomalous=list(range(990, 1000))), "new", asked)


def test_percent_reads_the_same_numbers_a_hundred_times_smaller() -> None:
    labels = log(20_000, anomalous=list(range(0, 20_000, 500)))
    asked = experiment(episodes=3, query=1000, support=500, rate=(0.1, 0.5))
    with pytest.raises(SplitError, match=r"500 events with 0\.1 to 0\.5 anomalous: at most 0 disjoint spans"):
        sample(labels, "new", asked)
    spans = sample(
        labels, "new", asked.model_copy(update={"split": asked.split.model_copy(update={"rates": "percent"})})
    )
    assert (spans["anomalous"] / spans["events"]).is_between(0.001, 0.005).all()


def as_published(**changed: object) -> Experiment:
    return experiment(episodes=8, support=100, query=300, rate=(0.01, 0.5)).model_copy(
        update={"protocol": "published", **changed}
    )


def test_as_published_supports_and_queries_are_disjoint_among_themselves_alone() -> None:
    spans = sample(log(6000), "new", as_published())
    for role in ("support", "query"):
        bounds = spans.filter(role=role).sort("first_line").select("first_line", "last_line").rows()
        assert len(bounds) == 8
        assert all(before[1] < after[0] for before, after in pairwise(bounds))
    support, query = (spans.filter(role=role).sort("episode") for role in ("support", "query"))
    assert (support["first_line"] > query["last_line"]).any()
    assert not query["first_line"].is_sorted()
    overlaps = support.join(query, how="cross", suffix="_query").filter(
        (pl.col("first_line") <= pl.col("last_line_query")) & (pl.col("first_line_query") <= pl.col("last_line"))
    )
    assert overlaps.height > 0


def test_as_published_a_full_log_is_still_shared_out() -> None:
    spans = sample(log(2400), "new", as_published())
    queries = spans.filter(role="query")
    assert sorted(queries["first_line"].to_list()) == list(range(1, 2400, 300))


def test_as_published_too_many_spans_are_refused_with_the_role_that_lacks_them() -> None:
    with pytest.raises(SplitError, match=r"(?s)7 of 8 disjoint query spans are possible.*query: 300 events"):
        sample(log(2399), "new", as_published())
