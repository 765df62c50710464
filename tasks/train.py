"""Stage train: fit a detector on an experiment's source episodes, once per seed, and save what it has learnt."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from crosslog import artifacts
from crosslog.detection.detector import State
from crosslog.detection.episodes.building import source_episodes
from crosslog.settings import Settings
from tasks._episodes import fitted_path, read_bundle, record_seconds, seeded


def main(name: str, detector: str) -> None:
    """Write data/fitted/<name>/<detector>."""
    settings = Settings.load()
    experiment = settings.experiment(name)
    sources = source_episodes(read_bundle(name, artifacts.SOURCES), experiment.window)
    seconds, states = [], {}
    for seed, untrained in seeded(settings, name, detector).items():
        start = time.perf_counter()
        states[seed] = untrained.fit(sources).state
        seconds.append(time.perf_counter() - start)
    with artifacts.replace_folder(fitted_path(name, detector, 0).parent) as temporary:
        for seed, state in states.items():
            _save(state, temporary / fitted_path(name, detector, seed).name)
    record_seconds(name, detector, {"train": seconds})


def _save(state: State, path: Path) -> None:
    """An empty state gives a file too: a detector that learns nothing from sources has been fitted all the same."""
    path.write_bytes(save({key: np.ascontiguousarray(array) for key, array in sorted(state.items())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
