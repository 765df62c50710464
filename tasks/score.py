"""Stage score: adapt a fitted detector to each episode's support, then score support and query without labels."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import polars as pl
from safetensors import SafetensorError
from safetensors.numpy import load_file

from crosslog import artifacts
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.adapting import Rules
from crosslog.detection.episodes.building import source_episodes, target_episodes
from crosslog.detection.episodes.bundle import merged
from crosslog.detection.episodes.scoring import DetectorError, score_episodes
from crosslog.settings import Settings
from tasks._episodes import fitted_path, read_bundle, record_seconds, seeded


def main(name: str, detector: str) -> None:
    """Write data/scores/<name>/<detector>.parquet and data/steps/<name>/<detector>.parquet."""
    settings = Settings.load()
    experiment = settings.experiment(name)
    bundle = merged(read_bundle(name, artifacts.SOURCES), read_bundle(name, artifacts.TARGET))
    sources, targets = source_episodes(bundle, experiment.window), target_episodes(bundle, experiment.window)
    rules = Rules(experiment, settings.evaluate.threshold)
    frames, steps, adapt, score = [], [], [], []
    for seed, untrained in seeded(settings, name, detector).items():
        fitted = _restored(untrained, name, detector, seed)
        try:
            for number, scored in enumerate(score_episodes(fitted, targets, sources, rules)):
                frames.append(_of(scored.frame, seed, number, artifacts.SCORES))
                steps.append(_of(scored.steps, seed, number, artifacts.STEPS))
                adapt.append(scored.adapt_seconds)
                score.append(scored.score_seconds)
        except DetectorError as error:
            raise DetectorError(f"{detector} in {name}, seed {seed}, {error}") from None
    artifacts.SCORES.write(pl.concat(frames), experiment=name, detector=detector)
    artifacts.STEPS.write(pl.concat(steps), experiment=name, detector=detector)
    record_seconds(name, detector, {"adapt": adapt, "score": score})


def _of(frame: pl.DataFrame, seed: int, episode: int, table: artifacts.Table) -> pl.DataFrame:
    """The frame with its seed and episode, in the order of the table's columns."""
    numbered = frame.with_columns(seed=pl.lit(seed, pl.Int64), episode=pl.lit(episode, pl.UInt32))
    return numbered.select(*table.schema.to_schema().columns)


def _restored(untrained: Detector, name: str, detector: str, seed: int) -> Any:
    path = fitted_path(name, detector, seed)
    try:
        return dataclasses.replace(untrained, state=load_file(path))  # type: ignore[type-var]
    except (FileNotFoundError, SafetensorError) as error:
        raise artifacts.ArtifactError(f"{path} cannot be read ({error}): run `dvc repro` to make it") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
