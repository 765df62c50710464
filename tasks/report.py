"""Render the report: tables, figure and page; print the comparison at the end."""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path

import polars as pl
from rich.console import Console

from crosslog import plugins
from crosslog.artifacts import AUDITS, CURVES, METRICS, Table, write_text
from crosslog.reporting._inputs import Inputs
from crosslog.reporting._terminal import terminal_table
from crosslog.settings import Settings, SettingsError
from crosslog.systems import load_systems


def main(option: str = "") -> None:
    """Write each part of params report.parts and print the compact tables; with `--show`, print only."""
    settings = Settings.load()
    inputs = read_inputs(settings)
    if option != "--show":
        for name in settings.report.parts:
            for path, text in plugins.load("reporting", name)().render(inputs).items():
                write_text(Path(path), text)
    show(inputs)


def read_inputs(settings: Settings) -> Inputs:
    """Everything that a report is made of.

    Raises
    ------
    ArtifactError
        If an experiment or detector has no numbers yet; it says to run `dvc repro`.
    SettingsError
        If systems.yaml does not know a system of the run.
    """
    systems = load_systems()
    unknown = [name for name in settings.run.systems if name not in systems]
    if unknown:
        raise SettingsError(f"systems.yaml: no entry for {', '.join(unknown)}; known: {', '.join(systems)}")
    pairs = list(product(settings.run.experiments, settings.run.detectors))
    return Inputs(
        suite=settings.run,
        detectors={name: settings.detectors[name] for name in settings.run.detectors},
        embed=settings.embed,
        evaluate=settings.evaluate,
        systems={name: systems[name] for name in settings.run.systems},
        metrics=_all(METRICS, pairs),
        audits=_all(AUDITS, pairs),
        curves=_all(CURVES, pairs),
        seconds=_seconds(pairs),
    )


def show(inputs: Inputs) -> None:
    """Print a compact table per experiment."""
    console = Console()
    for experiment in inputs.suite.experiments:
        console.print(terminal_table(inputs, experiment))


def _all(table: Table, pairs: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.concat(table.read(experiment=experiment, detector=detector) for experiment, detector in pairs)


def _seconds(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, list[float]]]:
    """Timings that are there: they are no artifact, so none has to be."""
    paths = {pair: Path("data/seconds", pair[0], f"{pair[1]}.json") for pair in pairs}
    return {pair: json.loads(path.read_text(encoding="utf-8")) for pair, path in paths.items() if path.exists()}


if __name__ == "__main__":
    main(*sys.argv[1:])
