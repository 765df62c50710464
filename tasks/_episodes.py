"""What the stages tune, train and score share: an arm's bundles, its detectors by seed, seconds."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crosslog import artifacts, plugins
from crosslog.detection.detector import Detector
from crosslog.detection.episodes.bundle import Bundle
from crosslog.settings import Settings
from tasks._jobs import is_network


def read_bundle(arm: str, part: str) -> Bundle:
    """A bundle that the stage sample wrote: SOURCES or TARGET; read once where several detectors need it."""
    written = artifacts.vectors_path(arm, part)
    return _read_bundle(arm, part, written.stat().st_mtime_ns if written.exists() else 0)


@lru_cache(maxsize=2)
def _read_bundle(arm: str, part: str, _made: int) -> Bundle:
    texts = artifacts.EPISODE_TEXTS.read(experiment=arm, part=part)
    return Bundle(
        windows=artifacts.EPISODE_WINDOWS.read(experiment=arm, part=part),
        events=artifacts.EPISODE_EVENTS.read(experiment=arm, part=part),
        messages=artifacts.EPISODE_MESSAGES.read(experiment=arm, part=part),
        texts=texts,
        vectors=artifacts.read_vectors(artifacts.vectors_path(arm, part), texts.height),
    )


def block_of(settings: Settings, arm: str, detector: str) -> dict[str, Any]:
    """The fields of a detector: its block in params.yaml, under what the stage tune has chosen."""
    chosen = artifacts.chosen_path(arm.partition("/")[0], detector)
    return {**settings.blocks[detector], **artifacts.read_json(chosen)}


def seeded(settings: Settings, arm: str, name: str) -> dict[int, Detector]:
    """A detector per seed, not fitted; one, under the first seed, where it draws no random numbers."""
    method = settings.method_of(name)
    set_up_networks(method)
    block, seeds = block_of(settings, arm, name), settings.arm(arm).seeds
    fields = {field.name for field in dataclasses.fields(plugins.load("detection.detectors", method))}
    if "seed" not in fields:
        return {seeds[0]: plugins.build("detection.detectors", method, block)}
    return {seed: plugins.build("detection.detectors", method, {**block, "seed": seed}) for seed in seeds}


def set_up_networks(name: str) -> None:
    """One thread, and the device that CROSSLOG_DEVICE names, where a detector is a network."""
    if is_network(name):
        from crosslog.detection.learning.device import set_up_torch  # noqa: PLC0415  seconds that the others do not need

        set_up_torch(os.environ.get("CROSSLOG_DEVICE") or "cpu")


def record_seconds(arm: str, detector: str, seconds: Mapping[str, list[float]]) -> None:
    """Put measured seconds beside those that other stages wrote."""
    path = artifacts.seconds_path(arm, detector)
    known = artifacts.read_json(path) if path.exists() else {}
    artifacts.write_json(path, {**known, **{kind: [round(s, 4) for s in each] for kind, each in seconds.items()}})
