"""What the stages tune, train, score and evaluate share: an experiment's bundle, its detectors by seed, seconds."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping

from crosslog import artifacts, plugins
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.bundle import Bundle
from crosslog.settings import Settings, SettingsError


def read_bundle(experiment: str, part: str) -> Bundle:
    """A bundle that the stage sample wrote: SOURCES or TARGET."""
    texts = artifacts.EPISODE_TEXTS.read(experiment=experiment, part=part)
    return Bundle(
        windows=artifacts.EPISODE_WINDOWS.read(experiment=experiment, part=part),
        events=artifacts.EPISODE_EVENTS.read(experiment=experiment, part=part),
        messages=artifacts.EPISODE_MESSAGES.read(experiment=experiment, part=part),
        texts=texts,
        vectors=artifacts.read_vectors(artifacts.vectors_path(experiment, part), texts.height),
    )


def seeded(settings: Settings, experiment: str, name: str) -> dict[int, Detector]:
    """A detector per seed, not fitted; one, under the first seed, where it draws no random numbers.

    Its fields are its block in params.yaml, under what the stage tune has chosen.
    """
    if name not in settings.detectors:
        raise SettingsError(f"params.yaml: detectors has no block {name!r}; known: {', '.join(settings.detectors)}")
    set_up_networks(name)
    block = {**settings.detectors[name], **artifacts.read_json(artifacts.chosen_path(experiment, name))}
    seeds = settings.experiment(experiment).seeds
    fields = {field.name for field in dataclasses.fields(plugins.load("detection.detectors", name))}
    if "seed" not in fields:
        return {seeds[0]: plugins.build("detection.detectors", name, block)}
    return {seed: plugins.build("detection.detectors", name, {**block, "seed": seed}) for seed in seeds}


def set_up_networks(name: str) -> None:
    """One thread, and the device that CROSSLOG_DEVICE names, where a detector is a network."""
    if plugins.load("detection.detectors", name).trainable:
        from crosslog.detection.learning.device import set_up_torch  # noqa: PLC0415  seconds that the others do not need

        set_up_torch(os.environ.get("CROSSLOG_DEVICE") or "cpu")


def record_seconds(experiment: str, detector: str, seconds: Mapping[str, list[float]]) -> None:
    """Put measured seconds beside those that other stages wrote."""
    path = artifacts.seconds_path(experiment, detector)
    known = artifacts.read_json(path) if path.exists() else {}
    artifacts.write_json(path, {**known, **{kind: [round(s, 4) for s in each] for kind, each in seconds.items()}})
