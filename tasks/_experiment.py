"""An experiment by its name, its two bundles, and where their vectors lie."""

from __future__ import annotations

from pathlib import Path

from crosslog import artifacts
from crosslog.settings import Experiment, Settings, SettingsError

SOURCES, TARGET = "sources", "target"


def experiment_named(settings: Settings, name: str) -> Experiment:
    """An experiment of the run; an unknown name is an error that lists the known ones."""
    known = settings.run.experiments
    if name not in known:
        raise SettingsError(
            f"params.yaml: run {settings.run.name} has no experiment {name!r}; known: {', '.join(known)}"
        )
    return known[name]


def vectors_path(experiment: str, part: str) -> Path:
    """Where the vectors of a part's texts lie."""
    return artifacts.EPISODE_TEXTS.at(experiment=experiment, part=part).with_name("vectors.npy")
