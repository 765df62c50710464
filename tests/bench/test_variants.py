from __future__ import annotations

import json
from pathlib import Path

import pytest
from projects import write_params

from bench import published_numbers, variants
from bench.variants import Line, compare_figures, environment_of, format_table, main, read_figures, stages_of

MADE = {"events": "e", "episodes": "s", "embeddings": "v", "vectors": "v", "messages": "m"}


@pytest.fixture
def project(workspace: Path) -> Path:
    """A workspace in which a pipeline has come as far as the stage sample."""
    write_params(workspace)
    (workspace / "systems.yaml").write_text("")
    (workspace / "labels").mkdir()
    for name, text in MADE.items():
        (workspace / "data" / name).mkdir(parents=True)
        (workspace / "data" / name / "file").write_text(text)
    return workspace


def metrics(folder: Path, detector: str, **values: float) -> None:
    path = folder / f"data/metrics/e1/honest/{detector}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"level": level, "metric": metric, "threshold": "" if metric == "auprc" else "fixed", "value": value}
        for level in ("window", "type")
        for metric, value in values.items()
    ]
    path.write_text(json.dumps(rows))


@pytest.mark.parametrize(("end", "holds"), [(0.5, [True, True]), (0.502, [False, True]), (0.503, [False, False])])
def test_a_method_without_a_network_must_not_move_and_a_network_hardly(end: float, holds: list[bool]) -> None:
    assert [Line("m", "f1", "fixed", (0.5, end), network).holds for network in (False, True)] == holds


def test_a_number_that_one_kind_alone_defines_does_not_hold() -> None:
    assert not Line("m", "f1", "fixed", (None, 0.5), True).holds
    assert Line("m", "f1", "fixed", (None, None), False).holds


def test_the_table_shows_every_kind_and_what_moves_too_much(project: Path) -> None:
    metrics(project, "exact_match", f1=0.5, auprc=0.25)
    one = {"exact_match": read_figures(project, "e1/honest", "exact_match")}
    metrics(project, "exact_match", f1=0.5, auprc=0.375)
    other = {"exact_match": read_figures(project, "e1/honest", "exact_match")}
    lines = list(compare_figures([one, other], {"exact_match": False}))
    assert format_table(["this", "that"], lines).splitlines()[2:] == [
        "| exact_match | f1 fixed | 0.5000 | 0.5000 | 0 |  |",
        "| exact_match | f1 support |  |  | 0 |  |",
        "| exact_match | auprc | 0.2500 | 0.3750 | 1.2e-01 | too much |",
    ]


def test_an_empty_word_takes_a_variable_away() -> None:
    own = {"OPENBLAS_L2_SIZE": "512", "HOME": "h"}
    assert environment_of("Haswell", own)["OPENBLAS_CORETYPE"] == "Haswell"
    assert "OPENBLAS_L2_SIZE" not in environment_of("Haswell", own)
    assert environment_of("as it is", own)["OPENBLAS_L2_SIZE"] == "512"


def test_vectors_are_made_anew_only_where_that_is_asked_for(project: Path) -> None:
    stages = [(stage, "e1", "level", "knn") for stage in ("train", "score", "evaluate")]
    assert list(stages_of("e1", ["level", "knn"], embed=False)) == stages
    assert list(stages_of("e1", ["level", "knn"], embed=True)) == [("embed", "words"), ("sample", "e1"), *stages]


@pytest.mark.parametrize("embed", [False, True])
def test_kinds_run_apart_and_what_is_here_stays_as_it_is(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], embed: bool
) -> None:
    seen: list[set[str]] = []

    def pretend(stage: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        seen.append({path.name for path in (folder / "data").iterdir()})
        if stage[0] == "evaluate":
            for detector in stage[2:]:
                metrics(folder, detector, f1=0.5 if "MKL_CBWR" in environment else 0.501)

    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    monkeypatch.setattr(variants, "run_stage", pretend)
    words = ["--arm", "e1/honest", "--detectors", "exact_match,crosyslog", "--kinds", "as it is,plain MKL"]
    assert main([*words, *["--embed"] * embed]) == 1
    printed = capsys.readouterr().out
    assert "| exact_match | f1 fixed | 0.5010 | 0.5000 | 1.0e-03 | too much |" in printed
    assert "| crosyslog | f1 fixed | 0.5010 | 0.5000 | 1.0e-03 |  |" in printed
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    made = {"events", "messages", "tuned"} | (set() if embed else {"episodes", "embeddings", "vectors"})
    assert all(names == made for names in seen)


def test_frozen_numbers_hold_within_what_their_method_allows() -> None:
    keys = {"experiment": "e1", "level": "event", "metric": "f1", "threshold": "fixed"}
    frozen = [{**keys, "detector": name, "value": 0.5, "low": 0.4, "high": 0.6} for name in ("trivial", "network")]
    run = [{**row, "value": 0.502, "low": 0.403} for row in frozen]
    found = list(published_numbers.describe_differences(frozen, run, lambda name: name == "network"))
    assert found == [
        "e1 trivial event f1: value 0.5 is now 0.502, 0.0 apart at most",
        "e1 trivial event f1: low 0.4 is now 0.403, 0.0 apart at most",
        "e1 network event f1: low 0.4 is now 0.403, 0.002 apart at most",
    ]


def test_a_frozen_row_is_measured_in_the_last_run(workspace: Path) -> None:
    for experiment, value in (("e1/honest", 0.1504), ("e1/published", 0.4031)):
        path = workspace / f"data/metrics/{experiment}/lstm.json"
        path.parent.mkdir(parents=True)
        row = {"level": "event", "metric": "f1", "threshold": "fixed", "value": value, "low": 0.1, "high": None}
        path.write_text(json.dumps([row]))
    row = {"experiment": "e1/published", "detector": "lstm", "level": "event", "metric": "f1", "threshold": "fixed"}
    measured = published_numbers.measured_row({**row, "value": 0.4, "low": 0.2, "high": 0.5})
    assert measured == {**row, "value": 0.403, "low": 0.1, "high": None}
    assert published_numbers.measured_row({**row, "metric": "f1_gap", "value": 0})["value"] == 0.253
    with pytest.raises(SystemExit, match=r"mlp\.json is not there: run what the number comes from first"):
        published_numbers.measured_row({**row, "detector": "mlp", "value": 0})
