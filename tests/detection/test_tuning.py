"""Searches for hyper-parameters: folds that leave a source out, and a history that an interruption does not change."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from detection.made import make_texts, make_windows
from detection.toy import LENGTH, only, problem
from filelock import FileLock, Timeout
from optuna.storages import BaseStorage, InMemoryStorage

from crosslog import schemas
from crosslog.detection.events import Episode, Windows
from crosslog.detection.tuning.folds import leave_one_out
from crosslog.detection.tuning.history import Found, SearchError
from crosslog.detection.tuning.journal import opened
from crosslog.detection.tuning.search import Judge, Problem, search
from crosslog.evaluation.metrics import compute_f1
from crosslog.settings import Space, TuneSettings
from crosslog.sources import digest_contents

SOURCES, TARGET = problem(events=400)
SPACE = {"place": Space(low=-1.0, high=1.0), "side": Space(values=(-1, 1))}
SETTINGS = TuneSettings(trials=12, startup_trials=4, seed=5, spaces={})


@dataclass(frozen=True)
class Sided:
    """Flags what lies beyond a place in the direction that anomalies share: best just above 0, on side 1."""

    place: float
    side: int
    steps: int = 3
    units: ClassVar[frozenset[str]] = frozenset({"event"})
    state: dict[str, Any] = field(default_factory=dict)

    def fit(self, sources: list[Episode]) -> Sided:
        if self.place > 0.8:
            raise RuntimeError("diverged")
        return self

    def adapt(self, support: Windows, sources: list[Episode]) -> Sided:
        return self

    def score(self, windows: Windows) -> np.ndarray:
        assert not windows.labelled
        beyond = self.side * windows.table[windows.events.units[windows.slots], 0] > self.place
        return np.where(self.place < -0.8, np.nan, beyond).astype(np.float32)


def f1(labels: np.ndarray, scores: np.ndarray) -> float:
    return compute_f1(labels, scores >= 0.5)


def sided(
    judge: Judge = f1, space: Mapping[str, Space] = SPACE, default: Sided = Sided(0.7, 1), sources: Any = SOURCES
) -> Problem:
    return Problem(lambda drawn: replace(default, **drawn), space, leave_one_out(sources, 100), judge)


def run(trials: int, storage: BaseStorage | None = None, **changed: Any) -> Found:
    settings = SETTINGS.model_copy(update={"trials": trials})
    return search(sided(**changed), settings, storage or InMemoryStorage())


def interrupted_after(calls: int) -> Judge:
    """A judge whose process dies when it is asked once more than that."""
    left = iter(range(calls))

    def judge(labels: np.ndarray, scores: np.ndarray) -> float:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return f1(labels, scores)

    return judge


def labelled(labels: list[int], length: int) -> Windows:
    """Windows of events 1, 2, 3, … with these labels, each its own text."""
    rows = np.arange(len(labels)).reshape(-1, length)
    return make_windows(rows, np.array(labels).reshape(-1, length), make_texts(np.eye(len(labels))), "small")


def lines_of(labels: list[int], events: int) -> list[list[int]]:
    """Lines of the supports that a span of windows of two events is cut into."""
    span = labelled(labels, 2)
    (fold, _) = leave_one_out([Episode(span, span), SOURCES[0]], events)
    return [episode.support.lines.ravel().tolist() for episode in fold.episodes]


def test_each_source_is_left_out_once_and_teaches_the_others() -> None:
    folds = leave_one_out([*SOURCES, TARGET], 100)
    taught = [(fold.left_out, [episode.support.system for episode in fold.sources]) for fold in folds]
    assert taught == [
        ("first", ["second", "target"]), ("second", ["first", "target"]), ("target", ["first", "second"])
    ]  # fmt: skip
    for fold, source in zip(folds, [*SOURCES, TARGET], strict=True):
        assert [len(episode.support) for episode in fold.episodes] == [100 // LENGTH] * 4
        assert all(episode.query is source.query for episode in fold.episodes)


def test_a_span_is_cut_into_supports_of_whole_windows_and_about_the_target_s_size() -> None:
    assert lines_of([0, 1] * 4, events=4) == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert lines_of([0, 1] * 5, events=4) == [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10]]
    assert lines_of([0, 1] * 2, events=1) == [[1, 2], [3, 4]]


def test_a_span_that_is_no_longer_is_the_support_itself() -> None:
    assert lines_of([0, 1, 0, 0], events=4) == [[1, 2, 3, 4]]
    assert lines_of([0, 1, 0, 0], events=9) == [[1, 2, 3, 4]]


def test_supports_of_one_class_are_left_out_unless_there_are_no_others() -> None:
    assert lines_of([0, 1, 0, 0, 0, 1, 1, 1], events=2) == [[1, 2], [5, 6]]
    assert lines_of([0, 0, 1, 1], events=2) == [[1, 2, 3, 4]]
    assert lines_of([0, 0, 0, 0], events=2) == [[1, 2, 3, 4]]


def test_padding_is_no_event_of_a_support() -> None:
    kept = only(SOURCES[0].support, label=True)
    (fold, _) = leave_one_out([Episode(kept, SOURCES[0].query), SOURCES[1]], 100)
    assert len(fold.episodes) == 1


@pytest.mark.parametrize(("sources", "there"), [(SOURCES[:1], "there is first"), ([], "there is none")])
def test_one_source_cannot_be_left_out(sources: list[Episode], there: str) -> None:
    with pytest.raises(ValueError, match=f"leaving one source out needs two, {there}"):
        leave_one_out(sources, 100)


def test_the_planted_best_is_found() -> None:
    found = run(25, default=Sided(0.7, -1))
    assert found.chosen["side"] == 1
    assert -0.5 < found.chosen["place"] < 0.6  # what separates the toy's texts
    assert found.best == 1.0
    assert found.trials["value"][0] < 0.5
    assert found.trials.height == 25


def test_the_history_keeps_its_schema_and_marks_the_first_of_the_best() -> None:
    trials = schemas.Trials.validate(run(25).trials)
    assert trials["trial"].to_list() == list(range(25))
    complete = trials.filter(state="complete")
    (chosen,) = trials.filter("chosen").iter_rows(named=True)
    assert chosen["trial"] == complete.filter(value=complete["value"].max())["trial"].min()
    for row in complete.iter_rows(named=True):
        left_out = json.loads(row["left_out"])
        assert list(left_out) == ["first", "second"]
        assert row["value"] == pytest.approx(sum(left_out.values()) / 2)


def test_of_trials_that_are_worth_the_same_the_first_is_chosen() -> None:
    found = run(6, judge=lambda labels, scores: 0.5, default=Sided(0.25, 1))
    assert found.chosen == {"place": 0.25, "side": 1}


def test_the_values_in_params_yaml_are_the_first_trial() -> None:
    assert json.loads(run(1, default=Sided(-0.25, -1)).trials["values"][0]) == {"place": -0.25, "side": -1}


def test_values_in_params_yaml_that_the_space_does_not_hold_are_drawn() -> None:
    first = json.loads(run(1, default=Sided(3.0, -1)).trials["values"][0])
    assert first["side"] == -1
    assert -1 <= first["place"] <= 1
    assert json.loads(run(1, default=Sided(0.5, 7)).trials["values"][0])["side"] in (-1, 1)


def test_a_field_that_is_an_int_is_drawn_in_whole_numbers() -> None:
    found = run(8, space={"steps": Space(low=1, high=90, log=True)}, default=Sided(0.7, 1))
    drawn = [json.loads(values)["steps"] for values in found.trials["values"]]
    assert drawn[0] == 3
    assert {type(steps) for steps in drawn} == {int}
    assert len(set(drawn)) > 3


def test_a_trial_below_the_median_is_cut_short_but_never_after_its_last_fold() -> None:
    trials = run(25).trials
    pruned = trials.filter(state="pruned")
    assert pruned.height > 2
    assert pruned["trial"].min() >= SETTINGS.startup_trials
    assert pruned["value"].is_null().all()
    assert {tuple(json.loads(left_out)) for left_out in pruned["left_out"]} == {("first",)}


def test_a_trial_that_fails_does_not_stop_the_search() -> None:
    failed = run(25).trials.filter(state="failed")
    assert failed.height > 0
    assert failed["value"].is_null().all()
    places = {json.loads(values)["place"] > 0.8 for values in failed["values"]}
    assert places == {True, False}  # one kind raises, the other gives scores that are not finite


def test_a_search_whose_trials_all_fail_says_why_the_first_did() -> None:
    with pytest.raises(SearchError, match="each of 3 trials failed, the first because of RuntimeError: diverged"):
        run(3, space={"side": SPACE["side"]}, default=Sided(0.9, 1))


def test_a_judge_that_fails_is_no_detector_that_does() -> None:
    def broken(labels: np.ndarray, scores: np.ndarray) -> float:
        raise ValueError("no such threshold")

    with pytest.raises(ValueError, match="no such threshold"):
        run(3, judge=broken)


def test_what_cannot_be_judged_is_worth_nothing() -> None:
    found = run(2, judge=lambda labels, scores: math.nan)
    assert found.trials["value"].to_list() == [0.0, 0.0]


def test_the_judge_is_given_every_event_of_the_query_and_no_padding() -> None:
    given: list[tuple[int, ...]] = []

    def judge(labels: np.ndarray, scores: np.ndarray) -> float:
        given.append((*labels.shape, *scores.shape))
        return 1.0

    run(1, judge=judge, sources=problem(events=390)[0])
    assert set(given) == {(390, 390)}


@pytest.mark.parametrize("calls", [0, 3, 4, 8, 13, 21, 40])
def test_a_search_that_was_interrupted_ends_as_one_that_was_not(tmp_path: Path, calls: int) -> None:
    whole = run(12)
    path = tmp_path / "searches" / "a.journal"
    with pytest.raises(KeyboardInterrupt), opened(path) as storage:
        run(12, storage, judge=interrupted_after(calls))
    with opened(path) as storage:
        resumed = run(12, storage)
    assert resumed.chosen == whole.chosen
    assert resumed.trials.equals(whole.trials)


def test_a_search_may_be_interrupted_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    for calls in (0, 2, 9, 1, 12):
        with pytest.raises(KeyboardInterrupt), opened(path) as storage:
            run(12, storage, judge=interrupted_after(calls))
    with opened(path) as storage:
        assert run(12, storage).trials.equals(run(12).trials)


@pytest.mark.parametrize("left", [b"", b'{"op_code": 6, "trial'])
def test_a_process_that_died_while_writing_leaves_nothing_in_the_way(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "a.journal"
    with opened(path) as storage:
        run(3, storage)
    with path.open("ab") as file:
        file.write(left)
    Path(f"{path}.lock").touch()
    with opened(path) as storage:
        assert run(6, storage).trials.equals(run(6).trials)


def test_more_trials_go_on_from_those_there_are_and_fewer_are_the_first_of_them(tmp_path: Path) -> None:
    asked = []

    def judge(labels: np.ndarray, scores: np.ndarray) -> float:
        asked.append(labels)
        return f1(labels, scores)

    with opened(tmp_path / "a.journal") as storage:
        few = run(5, storage)
        more = run(12, storage, judge=judge)
        again = run(5, storage, judge=interrupted_after(0))
    assert more.trials.drop("chosen")[:5].equals(few.trials.drop("chosen"))
    assert more.trials.equals(run(12).trials)
    assert again.trials.equals(few.trials)
    assert len(asked) == 4 * sum(len(json.loads(left_out)) for left_out in more.trials["left_out"][5:])


def test_what_is_searched_for_by_two_is_done_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with opened(path) as storage:
        run(3, storage)
        with pytest.raises(Timeout), FileLock(path.with_suffix(".lock"), timeout=0):
            pass
    with opened(path) as storage:
        assert run(3, storage, judge=interrupted_after(0)).trials.height == 3


def test_a_fingerprint_tells_names_and_contents_apart_but_not_their_order() -> None:
    first = digest_contents({"a": b"1", "b": b"2"})
    assert first == digest_contents({"b": b"2", "a": b"1"})
    others: list[Mapping[str, bytes]] = [{"a": b"1"}, {"a": b"2", "b": b"1"}, {"a": b"1b2"}, {"ab": b"12"}, {}]
    assert len({first, *map(digest_contents, others)}) == 6
