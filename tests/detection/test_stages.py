"""The stages sample, train and score over the artifacts of two small systems."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from projects import params, write_project
from safetensors.numpy import load_file

from crosslog import artifacts
from crosslog.artifacts import ArtifactError
from crosslog.detection.detectors.exact_match import ExactMatch
from crosslog.detection.episodes.scoring import DetectorError
from crosslog.detection.split import SplitError
from crosslog.interpretation.review import table
from crosslog.settings import SettingsError
from crosslog.templates import template_key
from tasks import evaluate, sample, score, train
from tasks._labelled import UnlabelledError

EVENTS = 600
TEXTS = ["pump runs", "valve shut", "lamp on", "pump broke", "valve stuck"]
LEVELS = ["INFO", "INFO", None, "FATAL", "ERROR"]
# Of nine events, three at a time side by side; the last six events are of none.
SESSIONS = pl.Series([f"s{i // 27 * 3 + i % 3}" if i < 594 else None for i in range(EVENTS)], dtype=pl.String)
DETECTORS: dict[str, Any] = {
    "exact_match": {},
    "all_positive": {},
    "crosyslog": {
        "window": 100,
        "hidden_size": 4,
        "layers": 1,
        "inner_learning_rate": 0.1,
        "outer_learning_rate": 0.01,
        "inner_steps": 1,
        "test_steps": 1,
        "meta_steps": 1,
        "second_order": False,
        "class_weights": False,
        "weight_decay": 0.01,
    },
}
SPLIT: dict[str, Any] = {
    "name": "episodes",
    "episodes": 3,
    "rates": "fractions",
    "source_support": {"events": 100, "rate": [0.05, 0.5]},
    "source_query": {"events": 100, "rate": [0.05, 0.5]},
    "support": {"events": 50, "rate": [0.05, 0.5]},
    "query": {"events": 100, "rate": [0.05, 0.5]},
}
EXPERIMENT: dict[str, Any] = {
    "sources": ["old"],
    "target": "new",
    "detectors": ["exact_match", "crosyslog"],
    "representation": "message",
    "cut": {"length": 30},
    "sampling_seed": 1,
    "seeds": [1, 2],
    "split": SPLIT,
}


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the stage embed leaves it."""
    folder = tmp_path_factory.mktemp("embedded")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_pipeline()
    return folder


@pytest.fixture
def pipeline(embedded: Path, workspace: Path) -> Path:
    """The same in a place of the test's own."""
    return Path(shutil.copytree(embedded, workspace, dirs_exist_ok=True))


def write_pipeline() -> None:
    """What the stage embed leaves, into the current folder."""
    write_params()
    entry = "{description: d, kind: k, format: plain, path: x, labels: tag}"
    Path("systems.yaml").write_text(f"old: {entry}\nnew: {entry}\n", encoding="utf-8")
    for number, system in enumerate(("old", "new")):
        write_system(system, number)
    tuned()


def write_params(**changed: Any) -> None:
    split = {**SPLIT, **{name: changed.pop(name) for name in SPLIT if name in changed}}
    content = params({"suites": {"small": {"experiments": ["e"]}}, "tune.spaces": {}, "detectors": DETECTORS})
    content["experiments"] = {"e": {**EXPERIMENT, "split": split, **changed}}
    write_project(Path(), content, "small")


def write_system(system: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = rng.choice(5, EVENTS, p=[0.4, 0.3, 0.1, 0.1, 0.1]).astype(np.uint32)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    nothing = pl.Series([None] * EVENTS, dtype=pl.String)
    events = pl.DataFrame(
        {
            "line": pl.Series(range(1, EVENTS + 1), dtype=pl.UInt64),
            "time": pl.Series([start + timedelta(seconds=i) for i in range(EVENTS)], dtype=pl.Datetime("us", "UTC")),
            "node": nothing,
            "component": nothing,
            "level": pl.Series([LEVELS[i] for i in ids], dtype=pl.String),
            "message_id": ids,
            "template_id": ids,
            "label": pl.Series(["BROKEN" if i >= 3 else None for i in ids], dtype=pl.String),
            "anomalous": ids >= 3,
            "session": SESSIONS,
        }
    )
    folder = artifacts.EVENTS.at(system=system)
    artifacts.EVENTS.write_part(folder, 0, events[:250])
    artifacts.EVENTS.write_part(folder, 1, events[250:])
    ranks = pl.Series(range(5), dtype=pl.UInt32)
    counts = pl.Series(np.bincount(ids, minlength=5), dtype=pl.UInt64)
    first = pl.Series([1] * 5, dtype=pl.UInt64)
    messages = {"message_id": ranks, "text": TEXTS, "level": LEVELS, "template_id": ranks}
    artifacts.MESSAGES.write(pl.DataFrame({**messages, "count": counts, "first_line": first}), system=system)
    names = {"system": system, "representation": "message", "encoder": "words"}
    units = pl.DataFrame({"message_id": ranks, "row": ranks, "text": TEXTS}).with_columns(
        encoding=pl.lit("0" * 16), unit_length=pl.lit(value=False)
    )
    templates = {
        "template_id": ranks,
        "key": [template_key(text) for text in TEXTS],
        "template": TEXTS,
        "example": TEXTS,
    }
    artifacts.TEMPLATES.write(
        pl.DataFrame({**templates, "count": counts.replace(0, 1), "first_line": first}), system=system
    )
    path = artifacts.UNITS.write(units, **names)
    vectors = np.random.default_rng(9).normal(size=(5, 8)).astype(np.float32)
    artifacts.write_vectors(path.with_suffix(".npy"), vectors)


def tuned(**chosen: dict[str, Any]) -> None:
    """What the stage tune writes."""
    for name in DETECTORS:
        artifacts.write_json(artifacts.chosen_path("e", name), chosen.get(name, {}))


def everything(folder: str) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("part", "roles", "events"),
    [("sources", ["source_support", "source_query"], 200), ("target", ["support", "query"] * 3, 450)],
)
def test_each_bundle_needs_nothing_else(pipeline: Path, part: str, roles: list[str], events: int) -> None:
    sample.main("e")
    windows = artifacts.EPISODE_WINDOWS.read(experiment="e/honest", part=part)
    found = artifacts.EPISODE_EVENTS.read(experiment="e/honest", part=part)
    assert windows.group_by("episode", "role", maintain_order=True).len()["role"].to_list() == roles
    assert found.height == (windows["last"] - windows["first"]).sum() == events
    assert found.equals(found.unique(["system", "line"], maintain_order=True))
    assert sorted(artifacts.EPISODE_MESSAGES.read(experiment="e/honest", part=part)["text"]) == sorted(TEXTS)
    assert {path.name for path in Path("data/episodes/e/honest", part).iterdir()} == {
        "windows.parquet", "events.parquet", "messages.parquet", "texts.parquet", "vectors.npy"
    }  # fmt: skip


def test_a_change_to_the_target_leaves_the_bundle_of_the_sources_alone(pipeline: Path) -> None:
    sample.main("e")
    sources, target = everything("data/episodes/e/honest/sources"), everything("data/episodes/e/honest/target")
    write_system("new", seed=7)
    sample.main("e")
    assert everything("data/episodes/e/honest/sources") == sources
    assert everything("data/episodes/e/honest/target") != target


@pytest.mark.parametrize(
    ("part", "first", "last"), [({"lines": {"new": [200, 520]}}, 200, 520), ({"max_lines": 400}, 1, 400)]
)
def test_episodes_lie_within_the_lines_that_are_asked_for(
    pipeline: Path, part: dict[str, Any], first: int, last: int
) -> None:
    write_params(**part, episodes=2)
    sample.main("e")
    lines = artifacts.EPISODE_EVENTS.read(experiment="e/honest", part="target")["line"]
    assert lines.min() >= first
    assert lines.max() <= last


def test_lines_that_a_system_has_not_are_an_error(pipeline: Path) -> None:
    write_params(lines={"new": [601, 700]})
    with pytest.raises(ArtifactError, match=r"data/events/new holds none of the lines \(601, 700\)"):
        sample.main("e")


LABELS = {"old": "tag", "new": "reviewed"}


def judged(verdicts: list[str]) -> None:
    """Make the target one that people label: a verdict for each of its templates."""
    entries = [
        f"{name}: {{description: d, kind: k, format: plain, path: x, labels: {labels}}}"
        for name, labels in LABELS.items()
    ]
    Path("systems.yaml").write_text("\n".join(entries), encoding="utf-8")
    keys = [template_key(text) for text in TEXTS]
    counts = pl.Series([1] * 5, dtype=pl.UInt64)
    templates = {"template_id": pl.Series(range(5), dtype=pl.UInt32), "key": keys, "template": TEXTS, "example": TEXTS}
    artifacts.TEMPLATES.write(pl.DataFrame({**templates, "count": counts, "first_line": counts}), system="new")
    rows = {
        **dict.fromkeys(table.ROW_COLUMNS, ""), "occurrences": 1, "interpretation": "It says so.", "source": "rules",
        "status": "pending",
    }  # fmt: skip
    given = zip(keys, TEXTS, verdicts, strict=True)
    frame = pl.DataFrame([{**rows, "key": key, "template": text, "verdict": verdict} for key, text, verdict in given])
    artifacts.write_text(
        Path("data/interpretations/new.csv"), table.format_rows(frame.cast({"occurrences": pl.UInt64}))
    )


def test_what_people_say_takes_the_place_of_a_system_s_own_labels(
    pipeline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(["normal", "anomalous", "normal", "normal", ""])
    Path("labels").mkdir()
    rows = "".join(f"300,310,normal,{who},,\n" for who in ("ann", "bob"))
    Path("labels/new.csv").write_text(
        f"first_line,last_line,label,annotator,annotated_at,note\n{rows}", encoding="utf-8"
    )
    write_params(support={"events": 50, "rate": [0.0, 1.0]}, query={"events": 100, "rate": [0.0, 1.0]})
    sample.main("e")
    events = artifacts.EPISODE_EVENTS.read(experiment="e/honest", part="target").join(
        artifacts.EPISODE_MESSAGES.read(experiment="e/honest", part="target").select("message", "text"), on="message"
    )
    said = events.filter(~pl.col("line").is_between(300, 310))
    assert said["anomalous"].equals(said["text"] == "valve shut", check_names=False)
    assert not events.filter(pl.col("line").is_between(300, 310))["anomalous"].any()
    assert "events have no label by people; they count as normal" in capsys.readouterr().err


def test_a_system_that_nobody_has_judged_is_an_error_that_says_how(pipeline: Path) -> None:
    judged([""] * 5)
    with pytest.raises(UnlabelledError, match="judge some templates with `crosslog review judge new`"):
        sample.main("e")


def test_a_target_without_labels_is_named_with_what_to_do(pipeline: Path) -> None:
    judged([""] * 5)
    entries = Path("systems.yaml").read_text(encoding="utf-8")
    Path("systems.yaml").write_text(entries.replace("reviewed", "none"), encoding="utf-8")
    with pytest.raises(UnlabelledError, match=r"^new has no labels, .*`crosslog review judge new`, then .*reviewed`"):
        sample.main("e")


def test_sampling_twice_gives_the_same_bytes(pipeline: Path) -> None:
    sample.main("e")
    first = everything("data/episodes")
    sample.main("e")
    assert first == everything("data/episodes")


def test_an_impossible_request_leaves_the_last_bundle_as_it_was(pipeline: Path) -> None:
    sample.main("e")
    before = everything("data/episodes")
    write_params(episodes=5)
    with pytest.raises(SplitError, match=r"new .*of 5 pairs"):
        sample.main("e")
    assert before == everything("data/episodes")


def test_an_unknown_experiment_is_answered_with_the_known_ones(pipeline: Path) -> None:
    with pytest.raises(SettingsError, match=r"experiments/x\.yaml not found; there are: e"):
        sample.main("x")


def test_a_detector_without_a_block_is_answered_with_those_that_have_one(pipeline: Path) -> None:
    write_params(detectors=["exact_match", "keyword"])
    with pytest.raises(
        SettingsError, match=r"keyword has no block in `detectors` .*; there are: exact_match, all_positive, crosyslog"
    ):
        train.main("e")


def test_a_detector_that_learns_nothing_is_fitted_once_and_leaves_a_file(pipeline: Path) -> None:
    sample.main("e")
    train.main("e", "exact_match")
    assert [path.name for path in Path("data/fitted/e/honest/exact_match/new").iterdir()] == ["seed-1.safetensors"]
    assert load_file("data/fitted/e/honest/exact_match/new/seed-1.safetensors") == {}


def test_each_seed_has_its_weights_and_scores_and_the_same_bytes_again(pipeline: Path) -> None:
    sample.main("e")
    train.main("e", "crosyslog")
    score.main("e", "crosyslog")
    first = everything("data/fitted"), everything("data/scores")
    states = [content for path, content in first[0].items() if path.endswith(".safetensors")]
    assert len(states) == len(set(states)) == 2
    for key in Path("data").rglob("crosyslog.key"):
        key.unlink()
    train.main("e", "crosyslog")
    score.main("e", "crosyslog")
    assert first == (everything("data/fitted"), everything("data/scores"))
    scores = artifacts.SCORES.read(experiment="e/honest", detector="crosyslog")
    assert scores.height == 2 * 450
    assert scores["seed"].unique().sort().to_list() == [1, 2]


def test_scores_cover_each_event_of_each_span_once(pipeline: Path) -> None:
    sample.main("e")
    train.main("e", "exact_match")
    score.main("e", "exact_match")
    scores = artifacts.SCORES.read(experiment="e/honest", detector="exact_match")
    sizes = {"support": 50, "query": 100}
    for key, rows in scores.group_by("episode", "role"):
        assert rows["unit"].to_list() == list(range(sizes[key[1]]))
        assert (rows["labelled"] == (key[1] == "support")).all()
        assert rows.select("target", "support", "sources").unique().rows() == [("new", key[0], "old")]


def test_seconds_of_both_stages_stand_side_by_side(pipeline: Path) -> None:
    sample.main("e")
    train.main("e", "crosyslog")
    score.main("e", "crosyslog")
    train.main("e", "crosyslog")
    seconds = json.loads(Path("data/seconds/e/honest/crosyslog.json").read_text(encoding="utf-8"))
    assert {kind: len(each) for kind, each in seconds.items()} == {"train": 2, "adapt": 6, "score": 6}


def test_scoring_before_training_says_what_to_run(pipeline: Path) -> None:
    sample.main("e")
    with pytest.raises(ArtifactError, match=r"data/fitted/e/honest/exact_match\.key .*run `dvc repro`"):
        score.main("e", "exact_match")


def test_a_broken_promise_names_detector_experiment_and_episode(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.main("e")
    train.main("e", "exact_match")
    monkeypatch.setattr(ExactMatch, "score", lambda self, windows: np.full(windows.size, np.inf, np.float32))
    with pytest.raises(
        DetectorError, match=r"exact_match in e/honest, target new, seed 1, episode 0: 50 of its scores are not finite"
    ):
        score.main("e", "exact_match")
    assert not Path("data/scores/e/honest/exact_match.parquet").exists()


def test_what_the_stage_tune_chose_lies_over_the_block_of_params(pipeline: Path) -> None:
    sample.main("e")
    tuned(crosyslog={"hidden_size": 6})
    train.main("e", "crosyslog")
    state = load_file("data/fitted/e/honest/crosyslog/new/seed-1.safetensors")
    assert state["head.weight"].shape == (2, 6)


def test_training_before_tuning_says_what_to_run(pipeline: Path) -> None:
    sample.main("e")
    artifacts.chosen_path("e", "crosyslog").unlink()
    with pytest.raises(ArtifactError, match=r"data/tuned/e/crosyslog\.json is not there: run `dvc repro`"):
        train.main("e", "crosyslog")


@pytest.mark.parametrize(("protocol", "scored"), [("honest", {1}), ("published", {1})])
def test_each_step_of_each_seed_and_episode_is_counted(pipeline: Path, protocol: str, scored: set[int]) -> None:
    write_params(protocols=[protocol])
    sample.main("e")
    train.main("e", "crosyslog")
    score.main("e", "crosyslog")
    steps = artifacts.STEPS.read(experiment=f"e/{protocol}", detector="crosyslog")
    assert steps.select("seed", "episode", "step").rows() == [
        (seed, episode, step) for seed in (1, 2) for episode in range(3) for step in (0, 1)
    ]
    assert set(steps.filter("scored")["step"]) == scored


def test_shuffled_labels_keep_rates_and_lose_what_they_said(pipeline: Path) -> None:
    sample.main("e")
    own = artifacts.EPISODE_EVENTS.read(experiment="e/honest", part="target")
    write_params(controls={"shuffled": ["exact_match"]})
    sample.main("e")
    moved = artifacts.EPISODE_EVENTS.read(experiment="e/shuffled_honest", part="target")
    assert moved.drop("label", "anomalous").equals(own.drop("label", "anomalous"))
    assert (own.group_by("message").agg(pl.col("anomalous").n_unique())["anomalous"] == 1).all()
    assert (moved.group_by("message").agg(pl.col("anomalous").n_unique())["anomalous"] == 2).all()


SHAPES: dict[str, dict[str, Any]] = {
    "prefix": {
        "cut": {"length": 10, "step": 5}, "unit": "window", "split": {"name": "prefix", "support": 20, "source": 40},
    },
    "sessions": {
        "cut": {"by": "session"}, "unit": "session", "split": {"name": "sessions", "support": 10, "source": 20},
    },
    "in_turn": {
        "sources": "all_but_target", "target": ["old", "new"], "cut": {"length": 1},
        "split": {"name": "leave_one_out", "shots": 5, "query": 0.6, "source": 200},
    },
}  # fmt: skip


def write_shape(shape: str, **changed: Any) -> None:
    write_params()
    Path("experiments/e.yaml").write_text(json.dumps({**EXPERIMENT, **SHAPES[shape], **changed}), encoding="utf-8")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_goes_through_all_stages_and_only_the_published_way_fails_the_audit(
    pipeline: Path, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSLOG_WORKERS", "1")
    write_shape(shape, protocols=["honest", "published"])
    for stage in (sample, train, score, evaluate):
        stage.main("e")
    for protocol, detector in product(("honest", "published"), ("exact_match", "crosyslog")):
        check_outcome(shape, detector, protocol)


def check_outcome(shape: str, detector: str, protocol: str) -> None:
    """What the audit says, and which numbers there are."""
    audits = artifacts.AUDITS.read(experiment=f"e/{protocol}", detector=detector)
    refused = set(audits.filter(passed=False)["check"])
    assert ("support comes before query by line" in refused) == (protocol == "published")
    assert bool(refused) == (protocol == "published")
    metrics = artifacts.METRICS.read(experiment=f"e/{protocol}", detector=detector)
    unit = SHAPES[shape].get("unit", "event")
    assert metrics["level"].unique(maintain_order=True)[0] == unit
    assert "event" not in set(metrics["level"]) or unit == "event"
    if detector == "exact_match" and shape != "sessions":  # it finds nothing but messages that it was shown
        assert set(metrics.filter(metric="recall_unseen", level=unit)["value"].drop_nulls()) <= {0.0}
    f1 = metrics.filter(metric="f1", threshold="fixed", level=unit)
    assert f1["value"].null_count() == 0
    assert f1["target"].to_list() == (["new", "old", "*"] if shape == "in_turn" else ["new"])


def test_every_system_in_turn_is_taught_by_all_others_alone(pipeline: Path) -> None:
    write_shape("in_turn")
    sample.main("e")
    train.main("e", "crosyslog")
    score.main("e", "crosyslog")
    scores = artifacts.SCORES.read(experiment="e/honest", detector="crosyslog")
    assert scores.select("target", "sources").unique().sort("target").rows() == [("new", "old"), ("old", "new")]
    states = {path.as_posix() for path in Path("data/fitted/e/honest/crosyslog").rglob("*.safetensors")}
    assert states == {
        f"data/fitted/e/honest/crosyslog/{target}/seed-{seed}.safetensors"
        for target in ("old", "new")
        for seed in (1, 2)
    }


def test_events_of_no_session_are_left_out_and_counted(pipeline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_shape("sessions")
    sample.main("e")
    assert "new: 6 of 600 events are of no session and left out" in capsys.readouterr().err
    events = artifacts.EPISODE_EVENTS.read(experiment="e/honest", part="target")
    assert events["session"].null_count() == 0
    windows = artifacts.EPISODE_WINDOWS.read(experiment="e/honest", part="target")
    for first, last in windows.select("first", "last").iter_rows():
        assert events[first:last]["session"].n_unique() == 1
    assert events.group_by("session").len()["len"].unique().to_list() == [9]
