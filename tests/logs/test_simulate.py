from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, islice

import numpy as np
import pytest
from numpy.typing import NDArray

from crosslog.logs.simulate import CHUNK_LINES, DIALECTS, simulate_lines
from crosslog.logs.simulate.draws import Draws
from crosslog.logs.simulate.lines import Writer
from crosslog.logs.simulate.slots import SLOT
from crosslog.logs.simulate.vocabulary import UPDATE, Dialect, date_wordings, load_dialect

LINES = 60_000
SHARES = {"bgl": 0.073, "thunderbird": 0.083, "spirit": 0.667, "liberty": 0.366}
CATEGORIES = {"bgl": 41, "thunderbird": 34, "spirit": 32, "liberty": 22}
DAYS = {"bgl": 214, "thunderbird": 244, "spirit": 556, "liberty": 575}

HEAD = r"(-|[A-Z]\w*) (\d{10}) (\d{4})\.(\d\d)\.(\d\d) "
BGL = re.compile(
    HEAD + r"(R[0-7]{2}-M[01]-(?:N[0-9A-F](?:-C:J\d\d-U[01]1)?|S|L[0-3])) \3-\4-\5-\d\d\.\d\d\.\d\d\.\d{6} \6 "
    r"RAS [A-Z]+ (?:INFO|WARNING|ERROR|SEVERE|FATAL|FAILURE) \S.*\S"
)
SYSLOG = re.compile(
    HEAD + r"([a-z]+\d*) [A-Z][a-z]{2} [1-9]\d? \d\d:\d\d:\d\d (?:\6/\6|src@\6) [a-z][\w()]*(?:\[\d+\])?: \S.*\S"
)


@pytest.fixture(scope="module", params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def log(dialect: str) -> list[str]:
    return simulated(dialect, LINES)


@pytest.fixture(scope="module")
def anomalous(log: list[str]) -> NDArray[np.bool_]:
    return np.array([not line.startswith("- ") for line in log])


@pytest.fixture(scope="module")
def said(log: list[str]) -> NDArray[np.str_]:
    """What each line says, without its variables, in a rough way."""
    texts = [line.split(" RAS " if " RAS " in line else "@" if " src@" in line else "/", 1)[1] for line in log]
    return np.array([re.sub(r"^[a-z]+\d* |0x\w+|/\S+|\S*\d\S*", "*", text) for text in texts])


def simulated(dialect: str, lines: int, seed: int = 7) -> list[str]:
    return b"".join(simulate_lines(dialect, lines, seed)).decode("ascii").splitlines()


def has_share(before: NDArray[np.int64], first: int, events: int) -> bool:
    """Whether a span's share of alerts lies between 1 % and 50 %; `before` counts the alerts before each line."""
    return 0.01 <= (before[first + events] - before[first]) / events <= 0.5


def episodes(anomalous: NDArray[np.bool_], support: int, query: int) -> int:
    """How many disjoint pairs of a support and a later query a first-come search finds."""
    before = np.concatenate([[0], np.cumsum(anomalous)])
    sizes, found, first = (support, query), 0, 0
    while first + sizes[found % 2] <= len(anomalous):
        fits = has_share(before, first, sizes[found % 2])
        first += sizes[found % 2] if fits else 20
        found += fits
    return found // 2


def test_every_line_has_the_format_of_its_system(dialect: str, log: list[str]) -> None:
    pattern = BGL if dialect == "bgl" else SYSLOG
    assert [line for line in log if not pattern.fullmatch(line)] == []


def test_so_many_lines_are_written_as_asked_for(log: list[str]) -> None:
    assert len(log) == LINES


def test_the_share_of_anomalous_lines_is_the_published_one(dialect: str, anomalous: NDArray[np.bool_]) -> None:
    assert anomalous.mean() == pytest.approx(SHARES[dialect], abs=0.01)


def test_every_alert_category_occurs_and_they_are_as_many_as_published(dialect: str, log: list[str]) -> None:
    assert len({line.split(" ", 1)[0] for line in log} - {"-"}) == CATEGORIES[dialect]


def test_categories_are_heavy_tailed(dialect: str, log: list[str]) -> None:
    counts = [count for label, count in Counter(line.split(" ", 1)[0] for line in log).most_common() if label != "-"]
    assert sum(counts[: len(counts) // 4]) > 0.5 * sum(counts)
    assert counts[0] > 20 * counts[-1]


def test_the_clock_never_goes_back_and_covers_the_published_duration(dialect: str, log: list[str]) -> None:
    seconds = np.array([int(line.split(" ", 2)[1]) for line in log])
    assert (np.diff(seconds) >= 0).all()
    assert (seconds[-1] - seconds[0]) / 86_400 == pytest.approx(DAYS[dialect], abs=1)


def test_the_printed_time_is_the_epoch(dialect: str, log: list[str]) -> None:
    for line in log[::997]:
        second = int(line.split(" ", 2)[1]) % 86_400
        clock = re.search(r" \d{4}-\d\d-\d\d-(\d\d)\.(\d\d)\.(\d\d)\.| (\d\d):(\d\d):(\d\d) ", line)
        assert clock is not None
        hours, minutes, seconds = (int(part) for part in clock.groups() if part is not None)
        assert hours * 3600 + minutes * 60 + seconds == second


def test_alerts_come_in_bursts(anomalous: NDArray[np.bool_]) -> None:
    changes = np.count_nonzero(np.diff(anomalous))
    share = anomalous.mean()
    assert changes < 0.3 * 2 * share * (1 - share) * len(anomalous)


def test_a_burst_is_mostly_one_category(log: list[str]) -> None:
    labels = np.array([line.split(" ", 1)[0] for line in log])
    pairs = (labels[1:] != "-") & (labels[:-1] != "-")
    assert 0.6 < (labels[1:] == labels[:-1])[pairs].mean() < 1


def test_later_lines_hold_types_that_earlier_ones_have_not(
    said: NDArray[np.str_], anomalous: NDArray[np.bool_]
) -> None:
    third = LINES // 3
    early, late = set(said[:third]), set(said[-third:])
    late_alerts = set(said[-third:][anomalous[-third:]])
    assert len(late - early) > 0.1 * len(late)
    assert late_alerts - early
    assert early - late


def test_a_support_shows_only_a_part_of_the_alert_types_after_it(
    said: NDArray[np.str_], anomalous: NDArray[np.bool_]
) -> None:
    shares = []
    for first in range(0, LINES - 12_000, 6_000):
        support, query = slice(first, first + 2_000), slice(first + 2_000, first + 12_000)
        seen, asked = set(said[support][anomalous[support]]), set(said[query][anomalous[query]])
        shares.append(len(asked & seen) / len(asked))
    assert 0.05 < np.mean(shares) < 0.75


def test_few_types_are_sometimes_an_alert_and_sometimes_not(
    said: NDArray[np.str_], anomalous: NDArray[np.bool_]
) -> None:
    both = set(said[anomalous]) & set(said[~anomalous])
    assert 1 <= len(both) <= 0.05 * len(set(said))


def test_there_are_few_hundred_types_but_lines_differ(log: list[str], said: NDArray[np.str_]) -> None:
    assert 150 < len(set(said)) < 2_000
    assert len(set(log)) > 0.99 * len(log)


def test_episodes_with_the_share_asked_for_are_there(anomalous: NDArray[np.bool_]) -> None:
    assert episodes(anomalous, support=400, query=2_000) >= 10


def test_the_same_arguments_give_the_same_bytes(dialect: str) -> None:
    assert simulated(dialect, 3_000) == simulated(dialect, 3_000)
    assert simulated(dialect, 3_000) != simulated(dialect, 3_000, seed=8)


def test_chunks_do_not_change_the_bytes(dialect: str) -> None:
    lines = 10_000
    writer = Writer(load_dialect(dialect), lines, Draws(f"{dialect}/7"))
    pieces = [writer.write(first, min(first + 1_234, lines)) for first in range(0, lines, 1_234)]
    assert b"".join(pieces) == b"".join(simulate_lines(dialect, lines, 7))


def test_lines_come_in_chunks_of_bounded_size() -> None:
    chunks = simulate_lines("bgl", 100 * CHUNK_LINES, seed=1)
    assert [chunk.count(b"\n") for chunk in islice(chunks, 2)] == [CHUNK_LINES, CHUNK_LINES]
    assert [chunk.count(b"\n") for chunk in simulate_lines("bgl", CHUNK_LINES + 5, seed=1)] == [CHUNK_LINES, 5]


@pytest.mark.parametrize("lines", [0, 1, 2, 50, 999])
def test_any_size_works(dialect: str, lines: int) -> None:
    text = b"".join(simulate_lines(dialect, lines, seed=3))
    assert text.count(b"\n") == lines
    assert text.endswith(b"\n") or lines == 0


def test_an_unknown_dialect_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no dialect 'cray'; known: bgl, liberty, spirit, thunderbird"):
        simulate_lines("cray", 10, seed=1)


def test_a_negative_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="-1"):
        simulate_lines("bgl", -1, seed=1)


@pytest.mark.parametrize(("one", "other"), list(combinations(DIALECTS, 2)))
def test_two_systems_share_failures_in_meaning_but_not_in_wording(one: str, other: str) -> None:
    first, second = load_dialect(one).alerts, load_dialect(other).alerts
    assert len(first.keys() & second.keys()) >= 8
    said = {bare(text) for alert in first.values() for text in alert.says}
    assert said.isdisjoint({bare(text) for alert in second.values() for text in alert.says})


def bare(wording: str) -> str:
    """A wording's message without component, slots and punctuation."""
    return re.sub(r"\{\w+\}|[^a-z]+", " ", wording.split(":", 1)[-1].lower()).strip()


def test_each_system_has_failures_that_no_other_has(dialect: str) -> None:
    others = [load_dialect(other).alerts.keys() for other in DIALECTS if other != dialect]
    assert load_dialect(dialect).alerts.keys() - set().union(*others)


def test_each_system_has_enough_normal_wordings_and_none_is_said_twice(dialect: str) -> None:
    known = load_dialect(dialect)
    texts = [part for says in known.says for wording in says for part in wording.split(UPDATE)]
    assert 60 <= sum(len(says) for says in known.normal.values()) <= 150
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_normal_activity_uses_alarming_words_too(dialect: str) -> None:
    normal = " ".join(text for says in load_dialect(dialect).normal.values() for text in says).lower()
    words = ("error", "fail", "fatal", "refused", "killed", "wrong", "denied", "rejected", "timed out", "aborted")
    assert sum(word in normal for word in words) >= 3


def test_a_concept_has_a_wording_at_every_moment(dialect: str) -> None:
    known = load_dialect(dialect)
    texts = date_wordings(known, Draws("any"))
    for moment in (0.0, 0.31, 0.5, 0.99):
        in_use = {wording.concept for wording in texts if wording.since <= moment < wording.until}
        assert in_use == set(range(len(known.says)))


def test_a_wording_with_an_unknown_slot_is_an_error_that_names_it() -> None:
    content = load_dialect("liberty").model_dump()
    content["normal"]["odd"] = ("watch[{pid}]: {colour} lamp",)
    with pytest.raises(ValueError, match="unknown slots \\['colour'\\]"):
        Dialect.model_validate(content)


def test_no_slot_is_left_unfilled(log: list[str]) -> None:
    assert [line for line in log if SLOT.search(line)] == []
