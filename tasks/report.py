"""Stage report: chapters as Markdown and as a page, figures, and numbers for DVC; `--show` prints the comparison."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console

from crosslog import plugins
from crosslog.artifacts import (
    AUDITS,
    CURVES,
    METRICS,
    RESAMPLES,
    STATISTICS,
    STEPS,
    TRIALS,
    Table,
    chosen_path,
    embedding_seconds_path,
    read_json,
    report_path,
    seconds_path,
    write_text,
)
from crosslog.faults import exit_in_words
from crosslog.reporting.document.report import write_report
from crosslog.reporting.document.terminal import terminal_table
from crosslog.reporting.numbers.differences import group_resamples
from crosslog.reporting.numbers.inputs import Inputs
from crosslog.settings import Settings, SettingsError, Suite, chosen_suite, system_of
from crosslog.systems import System, load_systems

Key = TypeVar("Key", bound=Hashable)


def main(option: str = "") -> None:
    """Write the chapters of params report.parts; with `--show`, print the compact tables instead."""
    settings = Settings.load()
    inputs = read_inputs(settings)
    if option == "--show":
        show(inputs)
    else:
        chapters = {name: plugins.load_function("reporting", name, "chapter") for name in settings.report.parts}
        files = write_report(inputs, {name: chapter(inputs) for name, chapter in chapters.items()})
        for path, text in files.items():
            write_text(place(path), text)
        _copy_numbers(inputs)
        print(f"report {inputs.suite.name}: {place('index.html')}; `python -m tasks.report --show` prints its tables")  # noqa: T201


def place(path: str) -> Path:
    """Where a file of the suite's report lies."""
    return report_path(chosen_suite(), path)


def read_inputs(settings: Settings) -> Inputs:
    """Everything that a report is made of.

    Raises
    ------
    ArtifactError
        If an experiment or detector has no numbers yet; it says to run `dvc repro`.
    SettingsError
        If systems.yaml does not know a system of the run.
    """
    run, runs = settings.run, settings.run.runs
    return Inputs(
        suite=run,
        detectors={detector: settings.blocks[detector] for detector in dict.fromkeys(pair[1] for pair in runs)},
        encoders={name: settings.encoders[name] for name in run.encoders},
        evaluate=settings.evaluate,
        systems=_systems(run),
        statistics=_statistics(run.logs),
        metrics=_all(METRICS, runs),
        audits=_all(AUDITS, runs),
        curves=_all(CURVES, runs),
        resamples={pair: _resampled(*pair) for pair in runs},
        steps=_named(STEPS, runs),
        chosen={pair: read_json(chosen_path(_experiment(pair[0]), pair[1])) for pair in runs},
        trials=_trials([pair for pair in runs if run.is_searched(*pair)]),
        seconds=_timed({pair: seconds_path(*pair) for pair in runs}),
        embedding_seconds=_timed({name: embedding_seconds_path(name) for name in run.logs}),
        files={(arm, detector): f"metrics/{arm}/{detector}.json" for arm, detector in runs},
    )


def show(inputs: Inputs) -> None:
    """Print a compact table per arm of an experiment, and where the page lies."""
    console = Console()
    for arm in inputs.suite.everything:
        console.print(terminal_table(inputs, arm))
    console.print(f"All numbers, figures and what came out: {place('index.html')}", highlight=False, soft_wrap=True)


def _copy_numbers(inputs: Inputs) -> None:
    """Put beside the report the files that its numbers lead to."""
    for (arm, detector), path in inputs.files.items():
        write_text(place(path), METRICS.at(experiment=arm, detector=detector).read_text(encoding="utf-8"))


def _all(table: Table, runs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.concat(table.read(experiment=experiment, detector=detector) for experiment, detector in runs)


def _resampled(experiment: str, detector: str) -> dict[tuple[str, str, str], NDArray[np.float64]]:
    return group_resamples(RESAMPLES.read(experiment=experiment, detector=detector))


def _named(table: Table, runs: list[tuple[str, str]]) -> pl.DataFrame:
    """Artifacts that do not say whose they are, after the names of their run; an empty frame where there are none."""
    frames = [_of(table.schema.empty(), "", "")]
    frames += [_of(table.read(experiment=name, detector=detector), name, detector) for name, detector in runs]
    return pl.concat(frames)


def _of(frame: pl.DataFrame, experiment: str, detector: str) -> pl.DataFrame:
    return frame.select(pl.lit(experiment).alias("experiment"), pl.lit(detector).alias("detector"), pl.all())


def _trials(runs: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """What was tried for each run; a search is of an experiment, and so of all of its arms."""
    frames = [_of(TRIALS.schema.empty(), "", "")]
    for arm, detector in runs:
        frames.append(_of(TRIALS.read(experiment=_experiment(arm), detector=detector), arm, detector))
    return pl.concat(frames)


def _experiment(arm: str) -> str:
    return arm.partition("/")[0]


def _systems(suite: Suite) -> dict[str, System]:
    known = load_systems()
    if unknown := [name for name in suite.systems if name not in known]:
        raise SettingsError(f"systems.yaml: no entry for {', '.join(unknown)}; known: {', '.join(known)}")
    return {name: known[system_of(name)] for name in (*suite.systems, *suite.logs)}


def _statistics(systems: Iterable[str]) -> pl.DataFrame:
    return pl.concat(STATISTICS.read(system=name).select(pl.lit(name).alias("system"), pl.all()) for name in systems)


def _timed(paths: Mapping[Key, Path]) -> dict[Key, dict[str, Any]]:
    """Timings that are there: they are no artifact, so none has to be."""
    return {key: read_json(path) for key, path in paths.items() if path.exists()}


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
