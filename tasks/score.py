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
from crosslog.detection.episodes.building import source_episodes, target_episodes
from crosslog.detection.episodes.bundle import merged
from crosslog.detection.episodes.scoring import DetectorError, Scored, score_episode
from crosslog.detection.windows import Episode
from crosslog.settings import Settings
from tasks._episodes import fitted_path, read_bundle, record_seconds, seeded


def main(name: str, detector: str) -> None:
    """Write data/scores/<name>/<detector>.parquet."""
    settings = Settings.load()
    experiment = settings.experiment(name)
    bundle = merged(read_bundle(name, artifacts.SOURCES), read_bundle(name, artifacts.TARGET))
    sources, targets = source_episodes(bundle, experiment.window), target_episodes(bundle, experiment.window)
    frames, adapt, score = [], [], []
    for seed, untrained in seeded(settings, detector, experiment.seeds).items():
        fitted = _restored(untrained, name, detector, seed)
        for number, episode in enumerate(targets):
            scored = _scored(fitted, episode, sources, f"{detector} in {name}, seed {seed}, episode {number}")
            frames.append(
                scored.frame.select(
                    pl.lit(seed, pl.Int64).alias("seed"),
                    pl.lit(number, pl.UInt32).alias("episode"),
                    *("role", "window", "line", "score", "labelled"),
                )
            )
            adapt.append(scored.adapt_seconds)
            score.append(scored.score_seconds)
    artifacts.SCORES.write(pl.concat(frames), experiment=name, detector=detector)
    record_seconds(name, detector, {"adapt": adapt, "score": score})


def _restored(untrained: Detector, name: str, detector: str, seed: int) -> Any:
    path = fitted_path(name, detector, seed)
    try:
        return dataclasses.replace(untrained, state=load_file(path))  # type: ignore[type-var]
    except (FileNotFoundError, SafetensorError) as error:
        raise artifacts.ArtifactError(f"{path} cannot be read ({error}): run `dvc repro` to make it") from None


def _scored(fitted: Detector, episode: Episode, sources: list[Episode], where: str) -> Scored:
    try:
        return score_episode(fitted, episode, sources)
    except DetectorError as error:
        raise DetectorError(f"{where}: {error}") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
