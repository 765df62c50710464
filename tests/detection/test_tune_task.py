"""The stage tune over the bundle of two small source systems: nothing but they can change what it chooses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from imports import REPOSITORY
from projects import params, write_project
from threadpoolctl import threadpool_limits

from crosslog import artifacts, plugins
from crosslog.detection.detectors.knn import Knn
from crosslog.detection.tuning.history import SearchError
from crosslog.evaluation.metrics import compute_f1
from crosslog.settings import Settings, SettingsError
from crosslog.sources import read_sources
from tasks import _searches, tune

SPAN = 120  # events
TEXTS = 12  # per system, a quarter of them anomalous
DETECTORS: dict[str, Any] = {
    "keyword": {},
    "knn": {"neighbours": 30},
    "logistic": {"inverse_penalty": 0.001, "balanced": True, "max_iterations": 1000},
}
SPACES: dict[str, Any] = {
    "knn": {"neighbours": {"low": 1, "high": 40, "log": True}},
    "logistic": {"inverse_penalty": {"low": 0.0001, "high": 0.01, "log": True}, "balanced": {"values": [False, True]}},
}
TUNE: dict[str, Any] = {"trials": 6, "startup_trials": 2, "seed": 3, "spaces": SPACES}
SPLIT: dict[str, Any] = {
    "name": "episodes",
    "episodes": 1,
    "rates": "fractions",
    "source_support": {"events": SPAN, "rate": [0.05, 0.5]},
    "source_query": {"events": SPAN, "rate": [0.05, 0.5]},
    "support": {"events": 40, "rate": [0.05, 0.5]},
    "query": {"events": SPAN, "rate": [0.05, 0.5]},
}
EXPERIMENT: dict[str, Any] = {
    "sources": ["old", "older"],
    "target": "new",
    "representation": "message",
    "cut": {"length": 10},
    "sampling_seed": 1,
    "seeds": [1, 2],
    "split": SPLIT,
    "detectors": ["keyword", "knn", "logistic"],
    "tuned": ["knn", "logistic"],
}


@pytest.fixture
def pipeline(workspace: Path) -> Iterator[Path]:
    """A workspace as the stage sample leaves it."""
    write_params()
    write_bundle(artifacts.SOURCES, ("old", "older"), ("source_support", "source_query"))
    write_bundle(artifacts.TARGET, ("new",), ("support", "query"))
    with threadpool_limits(1):  # problems this small are slower on several threads
        yield workspace


def write_params(experiment: dict[str, Any] | None = None, **sections: Any) -> None:
    """A small params.yaml and three experiments; `experiment` and `sections` say what of it is otherwise."""
    own = {**EXPERIMENT, **(experiment or {})}
    content = {**params({"suites": {"small": {"experiments": ["e", "f", "a"]}}}), "detectors": DETECTORS, "tune": TUNE}
    few = {"detectors": ["keyword", "knn"], "sources": ["older", "old"], "tuned_on": "e"}
    content["experiments"] = {"e": own, "f": {**own, "seeds": [7], "tuned_on": "e"}, "a": {**own, **few}}
    write_project(Path(), {**content, **sections}, "small")


def write_bundle(part: str, systems: tuple[str, ...], roles: tuple[str, str], seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    anomalous = np.arange(TEXTS * len(systems)) % 4 == 0
    vectors = rng.normal(size=(len(anomalous), 6)).astype(np.float32)
    vectors[:, 0] += np.where(anomalous, 2, -2)
    texts = [f"{part} text {i}" for i in range(len(anomalous))]
    ids = [rng.integers(0, TEXTS, 2 * SPAN) + TEXTS * number for number in range(len(systems))]
    events = pl.concat(events_of(system, used) for system, used in zip(systems, ids, strict=True))
    windows = [
        {
            "system": system, "episode": 0, "role": role, "first": at * SPAN + first, "last": at * SPAN + first + 10,
            "anomalous": True,
        }
        for system in systems for at, role in enumerate(roles) for first in range(0, SPAN, 10)
    ]  # fmt: skip
    rank = pl.Series(range(len(texts)), dtype=pl.UInt32)
    names = {"experiment": "e/honest", "part": part}
    artifacts.EPISODE_WINDOWS.write(fitting(pl.DataFrame(windows), artifacts.EPISODE_WINDOWS), **names)
    artifacts.EPISODE_EVENTS.write(events, **names)
    messages = pl.DataFrame({"message": rank, "text": texts, "template": texts}).with_columns(
        severity=pl.lit(1, pl.Int8)
    )
    artifacts.EPISODE_MESSAGES.write(messages, **names)
    encoded = pl.DataFrame({"unit": rank, "text": texts}).with_columns(
        encoding=pl.lit("e"), unit_length=pl.lit(value=False)
    )
    artifacts.EPISODE_TEXTS.write(encoded, **names)
    artifacts.write_vectors(artifacts.vectors_path(**names), vectors)


def events_of(system: str, ids: np.ndarray) -> pl.DataFrame:
    columns = {
        "system": [system] * len(ids), "line": range(1, len(ids) + 1), "time": [None] * len(ids),
        "node": [None] * len(ids), "session": [None] * len(ids),
        "message": ids, "unit": ids, "label": [None] * len(ids), "anomalous": ids % 4 == 0,
    }  # fmt: skip
    return fitting(pl.DataFrame(columns), artifacts.EPISODE_EVENTS)


def fitting(frame: pl.DataFrame, table: artifacts.Table) -> pl.DataFrame:
    """The frame with the types of its schema."""
    types = {name: column.dtype.type for name, column in table.schema.to_schema().columns.items()}
    return frame.cast(types)


def everything() -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(Path("data/tuned").rglob("*")) if path.is_file()}


def chosen(experiment: str, detector: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(artifacts.chosen_path(experiment, detector).read_text(encoding="utf-8"))
    return values


def journals() -> list[Path]:
    return sorted(Path("data/searches").glob("*.journal"))


def test_each_detector_has_its_values_and_each_search_its_history(
    pipeline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tune.main("e")
    assert sorted(path.name for path in Path("data/tuned/e").iterdir()) == [
        "keyword.json", "knn.json", "knn.trials.json", "logistic.json", "logistic.trials.json"
    ]  # fmt: skip
    assert chosen("e", "keyword") == {}
    assert isinstance(chosen("e", "knn")["neighbours"], int)
    assert sorted(chosen("e", "logistic")) == ["balanced", "inverse_penalty"]
    trials = artifacts.TRIALS.read(experiment="e", detector="knn")
    assert trials.height == 6
    assert json.loads(trials["values"][0]) == {"neighbours": 30}
    assert trials.filter("chosen")["values"].to_list() == [json.dumps(chosen("e", "knn"))]
    assert trials["value"][0] < trials.filter("chosen")["value"].item()
    assert list(json.loads(trials["left_out"][0])) == ["old", "older"]
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"tune knn on e: 6 trials, best {trials['value'].max():.4f}"
    assert second.startswith("tune logistic on e: 6 trials, best ")


def test_the_target_cannot_change_what_is_chosen(pipeline: Path) -> None:
    tune.main("e")
    before, searched = everything(), journals()
    write_bundle(artifacts.TARGET, ("new",), ("support", "query"), seed=8)
    tune.main("e")
    assert (everything(), journals()) == (before, searched)
    shutil.rmtree("data/episodes/e/honest/target")
    shutil.rmtree("data/searches")
    tune.main("e")
    assert (everything(), journals()) == (before, searched)


def test_a_change_to_the_sources_is_searched_for_anew(pipeline: Path) -> None:
    tune.main("e")
    before = everything()
    write_bundle(artifacts.SOURCES, ("old", "older"), ("source_support", "source_query"), seed=8)
    tune.main("e")
    assert everything() != before
    assert len(journals()) == 4


def test_experiments_that_are_tuned_on_the_same_sources_share_a_search(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune.main("e")
    monkeypatch.setattr(Knn, "score", None)  # nothing is tried again
    tune.main("f")
    tune.main("a")
    assert len(journals()) == 2
    assert chosen("f", "logistic") == chosen("e", "logistic")
    assert chosen("a", "knn") == chosen("e", "knn")
    assert sorted(path.name for path in Path("data/tuned/a").iterdir()) == [
        "keyword.json", "knn.json", "knn.trials.json"
    ]  # fmt: skip


def test_more_trials_go_on_from_those_there_are(pipeline: Path) -> None:
    tune.main("e")
    few = artifacts.TRIALS.read(experiment="e", detector="logistic")
    write_params(tune={**TUNE, "trials": 9})
    tune.main("e")
    more = artifacts.TRIALS.read(experiment="e", detector="logistic")
    assert len(journals()) == 2
    assert more.height == 9
    assert more.drop("chosen")[:6].equals(few.drop("chosen"))


def test_a_search_that_was_interrupted_ends_as_one_that_was_not(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune.main("e")
    whole = everything()
    shutil.rmtree("data/searches")
    shutil.rmtree("data/tuned")
    with monkeypatch.context() as patched:
        patched.setattr(_searches.metrics, "compute_f1", dying_after(20))
        with pytest.raises(KeyboardInterrupt):
            tune.main("e")
    assert not Path("data/tuned/e").exists()
    tune.main("e")
    assert everything() == whole


def dying_after(calls: int) -> Callable[..., float]:
    left = iter(range(calls))

    def judged(anomalous: np.ndarray, flagged: np.ndarray) -> float:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return compute_f1(anomalous, flagged)

    return judged


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("detectors", {**DETECTORS, "knn": {"neighbours": 5}}),
        ("tune", {**TUNE, "startup_trials": 3}),
        ("tune", {**TUNE, "seed": 4}),
        ("tune", {**TUNE, "spaces": {**SPACES, "knn": {"neighbours": {"values": [1, 2]}}}}),
        ("experiment", {"unit": "window"}),
        ("experiment", {"split": {**SPLIT, "support": {"events": 60, "rate": [0.05, 0.5]}}}),
        ("evaluate", {**params()["evaluate"], "threshold": 0.4}),
    ],
    ids=["block", "startup_trials", "seed", "space", "unit", "support", "threshold"],
)
def test_a_setting_that_can_change_what_is_found_asks_for_another_search(
    pipeline: Path, section: str, values: dict[str, Any]
) -> None:
    before = journal_of("knn")
    write_params(**{section: values})
    assert journal_of("knn") != before


def test_settings_that_cannot_change_what_is_found_ask_for_the_same_search(pipeline: Path) -> None:
    before = journal_of("knn")
    spaces = {**SPACES, "logistic": {"balanced": {"values": [True, False]}}}
    write_params({"tuned": ["knn"]}, tune={**TUNE, "trials": 9, "spaces": spaces})
    assert journal_of("knn") == before
    assert journal_of("logistic") != before


def journal_of(detector: str) -> Path:
    settings = Settings.load()
    return _searches.journal_of(settings, detector, settings.experiment("e"))


def test_the_code_that_a_search_runs_is_in_its_fingerprint_and_other_detectors_are_not(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noting(*modules: str) -> dict[str, bytes]:
        read.extend(read_sources(*modules))
        return read_sources(*modules)

    monkeypatch.setattr(_searches, "read_sources", noting)
    journal_of("knn")
    assert {name for name in read if ".detectors." in name} == {"crosslog.detection.detectors.knn"}
    assert set(read) > {
        "crosslog.detection.events", "crosslog.detection.episodes.scoring", "crosslog.detection.learning.counts",
        "crosslog.detection.tuning.search", "crosslog.evaluation.metrics",
    }  # fmt: skip


def test_nothing_heavy_is_loaded_where_nothing_is_tuned(pipeline: Path) -> None:
    write_params({"tuned": []})
    shutil.rmtree("data/episodes")
    code = "import sys; from tasks import tune; tune.main('e'); print({'torch', 'optuna'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
    assert [chosen("e", detector) for detector in DETECTORS] == [{}, {}, {}]
    assert not Path("data/tuned/e/knn.trials.json").exists()
    assert not journals()


def test_a_detector_that_draws_random_numbers_is_given_the_one_seed_of_the_search(pipeline: Path) -> None:
    block = Settings.load(REPOSITORY / "params.yaml").detectors["protonet"]
    spaces = {"protonet": {"shots": {"values": [5, 20]}}}
    write_params({"detectors": ["protonet"]}, detectors={"protonet": block}, tune={**TUNE, "spaces": spaces})
    made = _searches.problem_of(Settings.load(), "protonet", []).build({"shots": 5})
    assert made == plugins.build("detection.detectors", "protonet", {**block, "shots": 5, "seed": 3})


def test_a_block_that_does_not_fit_its_detector_is_an_error_before_anything_is_tried(pipeline: Path) -> None:
    write_params(detectors={**DETECTORS, "knn": {"neighbours": 5, "nieghbours": 5}})
    with pytest.raises(
        SettingsError, match=r"params.yaml:\d+: detectors.knn.nieghbours: is no field; there are: neigh"
    ):
        tune.main("e")


def test_a_search_in_which_all_fails_says_why_and_what_to_delete(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Knn, "score", lambda self, windows: np.full(windows.size, np.nan, np.float32))
    with pytest.raises(SearchError, match=r"knn: each of 6 .* not finite.* delete data/searches/\w+\.journal"):
        tune.main("e")
    assert not Path("data/tuned/e").exists()


def test_an_unknown_experiment_is_answered_with_the_known_ones(pipeline: Path) -> None:
    with pytest.raises(SettingsError, match=r"experiments/x\.yaml not found; there are: a, e, f"):
        tune.main("x")
