"""The stage: reads every artifact of a run, and writes every chapter, figure and number."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from projects import params, write_project
from reporting.cells import PARTS

from crosslog import plugins
from crosslog.artifacts import (
    AUDITS,
    CURVES,
    METRICS,
    RESAMPLES,
    STATISTICS,
    STEPS,
    TRIALS,
    ArtifactError,
    chosen_path,
    write_json,
)
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Settings, SettingsError
from tasks import report

DETECTORS = Settings.load(Path(__file__).parents[2] / "params.yaml").detectors
CROSYSLOG, LSTM, LOGTAD = (dict(DETECTORS[name]) for name in ("crosyslog", "lstm", "logtad"))


def test_every_chapter_is_a_plugin_and_every_plugin_a_chapter() -> None:
    assert sorted(PARTS) == plugins.names("reporting")


ARMS = {
    "e1": "e1/honest", "control": "e1/shuffled_honest", "a2": "a2/honest", "a2p": "a2/published", "e3": "e3/honest"
}  # fmt: skip


@pytest.fixture
def written(workspace: Path, inputs: Inputs) -> Settings:
    """A workspace with params.yaml, experiments, systems.yaml and every number of `inputs`."""
    return write(as_files(inputs), {"e1": {}, "e3": {}})


@pytest.fixture
def as_written(paper: Inputs) -> Inputs:
    """What of `paper` files can say: an experiment with a control, and an ablation in both protocols."""
    kept = as_files(paper)
    return replace(kept, chosen={run: {"hidden_size": 128} if each else {} for run, each in kept.chosen.items()})


@pytest.fixture
def written_paper(workspace: Path, as_written: Inputs) -> Settings:
    few = ["crosyslog", "logtad"]
    both = {"detectors": few, "protocols": ["honest", "published"], "tuned_on": "a2", "tuned": []}
    return write(as_written, {"e1": {"controls": {"shuffled": few}}, "a2": both})


def as_files(inputs: Inputs) -> Inputs:
    """The same with the names that arms of files have, and without arms that none has."""
    arms = {ARMS[arm]: each for arm, each in inputs.suite.everything.items() if arm in ARMS}
    detectors = {ARMS[arm]: each for arm, each in inputs.suite.detectors.items() if arm in ARMS}
    frames = {name: renamed(getattr(inputs, name)) for name in ("metrics", "audits", "curves", "steps", "trials")}
    runs = {name: renamed_runs(getattr(inputs, name)) for name in ("resamples", "chosen", "seconds", "files")}
    return replace(inputs, suite=replace(inputs.suite, everything=arms, detectors=detectors), **frames, **runs)


def renamed(frame: pl.DataFrame) -> pl.DataFrame:
    known = frame.filter(pl.col("experiment").is_in(list(ARMS)))
    return known.with_columns(pl.col("experiment").replace(ARMS))


def renamed_runs(runs: Mapping[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    return {(ARMS[arm], detector): each for (arm, detector), each in runs.items() if arm in ARMS}


def write(inputs: Inputs, experiments: Mapping[str, Mapping[str, Any]]) -> Settings:
    """`experiments`: what files say of those beside what the first arm of each has."""
    content = params({"suites": {"small": {"experiments": list(experiments)}}, "report.parts": list(PARTS)})
    content["detectors"] = {"keyword": {}, "crosyslog": CROSYSLOG, "lstm": LSTM, "logtad": LOGTAD}
    content["experiments"] = {
        name: said_of(inputs, f"{name}/honest") | {"tuned": list(inputs.suite.tuned), **experiment}
        for name, experiment in experiments.items()
    }
    write_project(Path(), content, "small")
    systems = {name: system.model_dump(mode="json") for name, system in inputs.systems.items()}
    Path("systems.yaml").write_text(json.dumps(systems))
    for name in inputs.systems:
        STATISTICS.write(inputs.statistics.filter(system=name).drop("system"), system=name)
    for name, seconds in inputs.embedding_seconds.items():
        write_json(Path("data/seconds/embed", f"{name}.json"), seconds)
    for experiment, detector in inputs.suite.runs:
        write_run(inputs, {"experiment": experiment, "detector": detector})
    return Settings.load()


def said_of(inputs: Inputs, arm: str) -> dict[str, Any]:
    """An arm as a file says it."""
    told = json.loads(inputs.suite.everything[arm].model_dump_json(exclude={"name", "base", "protocol", "labels"}))
    return {**told, "detectors": list(inputs.suite.detectors[arm]), "controls": {}, "protocols": ["honest"]}


def write_run(inputs: Inputs, names: Mapping[str, str]) -> None:
    METRICS.write(inputs.metrics.filter(**names).with_columns(pl.col("folds").cast(pl.UInt32)), **names)
    AUDITS.write(inputs.audits.filter(**names), **names)
    CURVES.write(inputs.curves.filter(**names), **names)
    STEPS.write(inputs.steps.filter(**names).drop(names), **names)
    run = (names["experiment"], names["detector"])
    RESAMPLES.write(pl.concat(map(resampled_frame, inputs.resamples[run].items())), **names)
    experiment = names["experiment"].partition("/")[0]
    write_json(chosen_path(experiment, names["detector"]), inputs.chosen[run])
    if inputs.suite.tuned and names["detector"] in inputs.suite.tuned:
        named = {**names, "experiment": experiment}
        TRIALS.write(inputs.trials.filter(**names).drop(names), **named)


def resampled_frame(item: tuple[tuple[str, str, str], Iterable[float]]) -> pl.DataFrame:
    (level, metric, threshold), values = item
    number = pl.int_range(pl.len(), dtype=pl.UInt32).alias("resample")
    named = (pl.lit(level).alias("level"), pl.lit(metric).alias("metric"), pl.lit(threshold).alias("threshold"))
    return pl.DataFrame({"value": values}, schema={"value": pl.Float32}, strict=False).select(*named, number, "value")


def test_the_stage_writes_every_chapter_figure_and_number_and_says_where(
    written: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report.main()
    top = report.place("")
    kinds = (".md", ".svg", ".html", ".csv")
    assert sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.suffix in kinds) == [
        "comparison.md", "curves.csv", "figures/adaptation.svg", "figures/outcome.svg", "figures/precision_recall.svg",
        "index.html", "seconds.md", "tables/ablations.md", "tables/adaptation.md", "tables/datasets.md",
        "tables/effectiveness.md", "tables/hyper_parameters.md", "tables/precision_recall.md", "tables/provenance.md",
    ]  # fmt: skip
    assert capsys.readouterr().out.startswith("report small: reports/small/index.html")


def test_every_file_that_the_report_leads_to_is_there(written: Settings) -> None:
    report.main()
    top = report.place("")
    leading = 0
    for path in (top / "index.html", *top.rglob("*.md")):
        for target in re.findall(r'(?:<a href="|\]\()([^"#)]+)["#)]', path.read_text(encoding="utf-8")):
            assert (path.parent / target).is_file(), f"{path} leads to {target}"
            leading += 1
    assert leading > 50


def test_showing_prints_the_tables_and_writes_nothing(written: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    report.main("--show")
    told = capsys.readouterr().out
    assert "real (weak labels)" in told
    assert told.rstrip().endswith("index.html")
    assert not report.place("index.html").exists()


def test_the_stage_reads_controls_searches_and_seconds(written_paper: Settings, as_written: Inputs) -> None:
    read, paper = report.read_inputs(written_paper), as_written
    assert read.steps.sort(*read.steps.columns[:5]).equals(paper.steps.sort(*read.steps.columns[:5]))
    assert read.trials.equals(paper.trials)
    assert read.chosen == paper.chosen
    assert read.embedding_seconds == paper.embedding_seconds
    assert list(read.detectors) == ["keyword", "crosyslog", "lstm", "logtad"]
    assert set(read.metrics["experiment"]) == set(paper.suite.everything)
    assert {run: {key: list(each) for key, each in numbers.items()} for run, numbers in read.resamples.items()} == {
        run: {("event", "f1", "fixed"): pytest.approx([0.88, 0.96, 1, 1])} for run in paper.suite.runs
    }
    report.main()
    assert {path for path in read.files.values() if not (report.place("") / path).is_file()} == set()


def test_metrics_stand_by_experiment_arm_and_detector(written_paper: Settings) -> None:
    report.main()
    numbers = json.loads(report.place("metrics.json").read_text())
    assert {name: list(arms) for name, arms in numbers.items()} == {
        "e1": ["honest", "shuffled"],
        "a2": ["honest", "published"],
    }
    assert list(numbers["e1"]["honest"]) == ["keyword", "crosyslog", "lstm"]
    assert numbers["e1"]["honest"]["crosyslog"] == {"f1": 0.9877, "f1_support": 0.9, "auprc": 0.9, "type_recall": 0.9}


def test_curves_are_those_of_the_unit_at_every_second_recall(written: Settings) -> None:
    report.main()
    rows = list(csv.reader(report.place("curves.csv").read_text().splitlines()))
    assert rows[0] == ["experiment", "arm", "detector", "recall", "precision"]
    assert rows[1:4] == [["e1", "honest", "crosyslog", recall, "1.0"] for recall in ("0.0", "0.5", "1.0")]
    assert rows[4:7] == [
        ["e1", "honest", "logtad", recall, precision]
        for recall, precision in (("0.0", "1.0"), ("0.5", "0.8"), ("1.0", "0.6"))
    ]
    assert len(rows) == 1 + 2 * 2 * 3


def test_missing_numbers_say_how_to_make_them(written: Settings) -> None:
    path = METRICS.at(experiment="e3/honest", detector="logtad")
    path.unlink()
    with pytest.raises(ArtifactError, match=rf"{path.as_posix()} is not there: run `dvc repro`"):
        report.main()
    assert not report.place("comparison.md").exists()


def test_a_system_that_systems_yaml_does_not_know_is_named(written: Settings) -> None:
    Path("systems.yaml").write_text("{}")
    with pytest.raises(SettingsError, match=r"systems\.yaml: no entry for old, "):
        report.main()
