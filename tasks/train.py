"""Stage train: fit a detector on an experiment's source episodes, once per target and seed, and save what it learnt."""

from __future__ import annotations

import sys
import time

from crosslog import artifacts
from crosslog.detection.episodes.building import build_source_episodes
from crosslog.settings import Settings
from tasks._episodes import read_bundle, record_seconds, seeded


def main(name: str, detector: str) -> None:
    """Write data/fitted/<name>/<detector>."""
    settings = Settings.load()
    experiment, bundle = settings.experiment(name), read_bundle(name, artifacts.SOURCES)
    seconds = []
    folder = artifacts.fitted_path(name, detector, "", 0).parent
    with artifacts.replace_folder(folder) as temporary:
        for target in experiment.targets:
            systems = experiment.sources_of(target)
            sources = build_source_episodes(bundle, systems, experiment.unit)
            for seed, untrained in seeded(settings, name, detector).items():
                start = time.perf_counter()
                state = untrained.fit(sources).state
                seconds.append(time.perf_counter() - start)
                path = artifacts.fitted_path(name, detector, target, seed).relative_to(folder)
                artifacts.write_state(temporary / path, state, {"sources": " ".join(systems)})
    record_seconds(name, detector, {"train": seconds})


if __name__ == "__main__":
    main(*sys.argv[1:])
