"""The stage resolve: a change of the settings changes the file of each stage that reads it, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from projects import write_params, write_systems

from crosslog.cli.use import use_suite
from crosslog.settings import SettingsError
from crosslog.sources import read_sources
from tasks import resolve

STAGES = ("sample", "tune", "train", "score", "evaluate")


def resolved(**changes: Any) -> dict[str, bytes]:
    write_params(Path(), {key.replace("__", "."): value for key, value in changes.items()})
    write_systems(Path())
    use_suite("small")
    resolve.main()
    return {
        path.relative_to("data/settings").as_posix(): path.read_bytes() for path in Path().rglob("data/settings/*/*")
    }


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({"detectors__crosyslog__layers": 2}, ["e1/tune", "e1/train", "e1/score", "e2/train", "e2/score"]),
        ({"experiments__e2__seeds": [1, 2]}, ["e2/sample", "e2/train", "e2/score", "e2/evaluate"]),
        ({"experiments__e2__detectors": ["exact_match"]}, [f"e2/{stage}" for stage in STAGES[1:]]),
        ({"experiments__e1__protocols": ["honest", "published"]}, ["e1/sample", "e1/train", "e1/score", "e1/evaluate"]),
        ({"evaluate__threshold": 0.4}, ["e1/tune", "e1/score", "e1/evaluate", "e2/score", "e2/evaluate"]),
        ({"evaluate__resamples": 30}, ["e1/evaluate", "e2/evaluate"]),
        ({"tune__trials": 9}, ["e1/tune"]),
        ({"review__max_open": 3}, []),
        ({"interpret__batch": 3}, []),
    ],
    ids=str,
)
def test_a_change_reaches_the_stages_that_read_it_alone(
    workspace: Path, change: dict[str, Any], stale: list[str]
) -> None:
    before, after = resolved(), resolved(**change)
    assert list(before) == list(after)
    assert sorted(name.removesuffix(".json") for name in before if before[name] != after[name]) == sorted(stale)


def test_what_belongs_to_no_experiment_of_the_suite_is_removed(workspace: Path) -> None:
    resolved()
    use_suite("other")
    resolve.main()
    assert sorted(path.name for path in Path("data/settings").iterdir()) == ["e2"]


@pytest.mark.parametrize(
    "change",
    [
        {"suites.small.experiments": ["e1"]},
        {"experiments.e2.encoder": "own_seeds"},
        {"experiments.e2.representation": "template"},
        {"experiments.e2.miner": "ft_tree"},
    ],
    ids=str,
)
def test_a_choice_that_is_older_than_the_settings_is_refused_and_says_what_to_run(
    workspace: Path, change: dict[str, Any]
) -> None:
    resolved()
    chosen = Path("suite.yaml").read_text(encoding="utf-8")
    write_params(Path(), change)
    Path("suite.yaml").write_text(chosen, encoding="utf-8")
    with pytest.raises(SettingsError, match="older than the settings that it was made of: run `crosslog use small`"):
        resolve.main()


@pytest.mark.parametrize(
    ("touched", "stale"),
    [
        ("crosslog.detection.detectors.exact_match", ["train", "score"]),
        ("crosslog.detection.detectors.knn", []),  # of no experiment
        ("crosslog.evaluation.levels", ["evaluate"]),
        ("crosslog.detection.splits.episodes", ["sample"]),
        ("crosslog.logs.reading.lines", []),
        ("crosslog.settings.experiments", [*STAGES]),
        ("tasks._episodes", ["tune", "train", "score", "evaluate"]),
    ],
)
def test_a_touched_source_reaches_the_stages_that_run_it_alone(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, touched: str, stale: list[str]
) -> None:
    def with_a_comment(*modules: str) -> dict[str, bytes]:
        return {name: text + b"#" * (name == touched) for name, text in read_sources(*modules).items()}

    before = resolved()
    monkeypatch.setattr(resolve, "read_sources", with_a_comment)
    after = resolved()
    changed = {name.removesuffix(".json") for name in before if before[name] != after[name]}
    assert {name.removeprefix("e2/") for name in changed if name.startswith("e2/")} == set(stale)
