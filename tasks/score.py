"""Stage score: adapt a fitted detector to each episode's support, then score support and query without labels."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from crosslog import artifacts
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.adapting import AdaptationRules
from crosslog.detection.episodes.building import build_episodes, build_source_episodes
from crosslog.detection.episodes.bundle import Bundle, merge_bundles
from crosslog.detection.episodes.scoring import DetectorError, Scored, score_episodes
from crosslog.settings import Settings
from tasks._episodes import read_bundle, record_seconds, seeded


class _Fold(NamedTuple):
    seed: int
    target: str
    episode: int
    sources: str
    scored: Scored

    def frame(self, table: artifacts.Table, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of what was scored, with the names of the fold, in the order of the table's columns."""
        numbers = {"episode": self.episode, "support": self.scored.support}
        named = frame.with_columns(
            pl.lit(self.seed, pl.Int64).alias("seed"),
            *(pl.lit(text).alias(name) for name, text in (("target", self.target), ("sources", self.sources))),
            *(pl.lit(number, pl.UInt32).alias(name) for name, number in numbers.items()),
        )
        return named.select(*table.schema.to_schema().columns)


def main(name: str, detector: str) -> None:
    """Write data/scores/<name>/<detector>.parquet and data/steps/<name>/<detector>.parquet."""
    settings = Settings.load()
    sources, targets = read_bundle(name, artifacts.SOURCES), read_bundle(name, artifacts.TARGET)
    folds = list(_folds(settings, name, detector, merge_bundles(sources, targets)))
    frames = [fold.frame(artifacts.SCORES, fold.scored.frame) for fold in folds]
    steps = [fold.frame(artifacts.STEPS, fold.scored.steps) for fold in folds]
    artifacts.SCORES.write(pl.concat(frames), experiment=name, detector=detector)
    artifacts.STEPS.write(pl.concat(steps), experiment=name, detector=detector)
    adapt, score = zip(*((fold.scored.adapt_seconds, fold.scored.score_seconds) for fold in folds), strict=True)
    record_seconds(name, detector, {"adapt": list(adapt), "score": list(score)})


def _folds(settings: Settings, name: str, detector: str, bundle: Bundle) -> Iterator[_Fold]:
    experiment = settings.experiment(name)
    rules = AdaptationRules(experiment, settings.evaluate.threshold)
    for seed, untrained in seeded(settings, name, detector).items():
        for target in experiment.targets:
            fitted, taught = _restored(untrained, name, detector, target, seed)
            sources = build_source_episodes(bundle, experiment.sources_of(target), experiment.unit)
            met = " ".join(dict.fromkeys([*taught, *(episode.support.system for episode in sources)]))
            episodes = build_episodes(bundle, target, experiment.unit, source=False)
            try:
                for number, scored in enumerate(score_episodes(fitted, episodes, sources, rules)):
                    yield _Fold(seed, target, number, met, scored)
            except DetectorError as error:
                raise DetectorError(f"{detector} in {name}, target {target}, seed {seed}, {error}") from None


def _restored(untrained: Detector, name: str, detector: str, target: str, seed: int) -> tuple[Detector, list[str]]:
    """The fitted detector, and the systems that it was fitted on."""
    state, about = artifacts.read_state(artifacts.fitted_path(name, detector, target, seed))
    return dataclasses.replace(untrained, state=state), about.get("sources", "").split()


if __name__ == "__main__":
    main(*sys.argv[1:])
