"""Stage score: adapt a fitted detector to each episode's support, then score support and query without labels."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import polars as pl

from crosslog import artifacts, sources
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.adapting import AdaptationRules
from crosslog.detection.episodes.building import build_episodes, build_source_episodes
from crosslog.detection.episodes.bundle import Bundle, merge_bundles
from crosslog.detection.episodes.scoring import DetectorError, Scored, score_episodes
from crosslog.faults import exit_in_words
from crosslog.settings import Settings
from tasks import _jobs, train
from tasks._episodes import block_of, read_bundle, record_seconds, seeded
from tasks._jobs import Job

STEPWISE = b"def adaptations("  # a method that shows its steps, which are counted where they are made


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


def main(name: str, *detectors: str) -> None:
    """Write data/scores/<name> and data/steps/<name>: a frame per arm and detector."""
    _jobs.run_jobs(_jobs.Stage("score", outputs, of_arm, of_job, score_detector, _jobs.is_network), name, detectors)


def outputs(job: Job) -> tuple[Path, Path]:
    """The frames of a detector."""
    names = {"experiment": job.arm, "detector": job.detector}
    return artifacts.SCORES.at(**names), artifacts.STEPS.at(**names)


def of_arm(settings: Settings, arm: str) -> dict[str, bytes]:
    """The windows of sources and target."""
    bundles = artifacts.read_digest(artifacts.episodes_folder(arm))
    return {**_jobs.describe(settings.arm(arm)), "episodes": bundles}


def of_job(settings: Settings, job: Job) -> dict[str, bytes]:
    """What was learnt, the source that adapts and scores, and the threshold that steps are counted at."""
    own = sources.read_sources(_jobs.module_of(settings.method_of(job.detector)))
    threshold = str(settings.evaluate.threshold) if any(STEPWISE in source for source in own.values()) else ""
    return {
        **own,
        **sources.read_sources(score_episodes.__module__, score_detector.__module__),
        "fitted": artifacts.read_digest(*train.outputs(job)),
        "block": json.dumps(block_of(settings, *job), sort_keys=True).encode(),
        "threshold": threshold.encode(),
    }


def score_detector(job: Job) -> None:
    """Adapt a detector to each support and score support and query."""
    bundle = merge_bundles(read_bundle(job.arm, artifacts.SOURCES), read_bundle(job.arm, artifacts.TARGET))
    folds = list(_folds(Settings.load(), *job, bundle))
    names = {"experiment": job.arm, "detector": job.detector}
    artifacts.SCORES.write(pl.concat(fold.frame(artifacts.SCORES, fold.scored.frame) for fold in folds), **names)
    artifacts.STEPS.write(pl.concat(fold.frame(artifacts.STEPS, fold.scored.steps) for fold in folds), **names)
    adapt, score = zip(*((fold.scored.adapt_seconds, fold.scored.score_seconds) for fold in folds), strict=True)
    record_seconds(*job, {"adapt": list(adapt), "score": list(score)})


def _folds(settings: Settings, name: str, detector: str, bundle: Bundle) -> Iterator[_Fold]:
    experiment = settings.arm(name)
    rules = AdaptationRules(experiment, settings.evaluate.threshold)
    for seed, untrained in seeded(settings, name, detector).items():
        for target in experiment.targets:
            fitted, taught = _restored(untrained, name, detector, target, seed)
            teaching = build_source_episodes(bundle, experiment.sources_of(target), experiment.unit)
            met = " ".join(dict.fromkeys([*taught, *(episode.support.system for episode in teaching)]))
            episodes = build_episodes(bundle, target, experiment.unit, source=False)
            try:
                for number, scored in enumerate(score_episodes(fitted, episodes, teaching, rules)):
                    yield _Fold(seed, target, number, met, scored)
            except DetectorError as error:
                raise DetectorError(f"{detector} in {name}, target {target}, seed {seed}, {error}") from None


def _restored(untrained: Detector, name: str, detector: str, target: str, seed: int) -> tuple[Detector, list[str]]:
    """The fitted detector, and the systems that it was fitted on."""
    state, about = artifacts.read_state(artifacts.fitted_path(name, detector, target, seed))
    return dataclasses.replace(untrained, state=state), about.get("sources", "").split()


if __name__ == "__main__":
    with exit_in_words():
        import_module("tasks.score").main(*sys.argv[1:])  # workers of a pool find its functions by this name
