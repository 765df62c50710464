"""Stage sample: draw an experiment's episodes and write them as a bundle that needs nothing else."""

from __future__ import annotations

import sys

import polars as pl

from crosslog import artifacts
from crosslog.detection.episodes.bundle import Bundle, Part, bundle, inside
from crosslog.detection.episodes.sampling import sample
from crosslog.settings import Settings
from tasks._experiment import experiment_named, vectors_path


def main(name: str) -> None:
    """Write data/episodes/<name>."""
    settings = Settings.load()
    experiment = experiment_named(settings, name)
    spans, parts = [], {}
    for system in experiment.systems:
        labels = artifacts.EVENTS.read(["line", "anomalous"], system=system)
        spans.append(sample(labels, system, experiment))
        parts[system] = _part(system, spans[-1], experiment.representation, settings.embed.encoder)
    _write(bundle(pl.concat(spans), parts), name)


def _part(system: str, spans: pl.DataFrame, representation: str, encoder: str) -> Part:
    names = {"system": system, "representation": representation, "encoder": encoder}
    columns = ["line", "time", "message_id", "label", "anomalous"]
    vectors = artifacts.UNITS.at(**names).with_suffix(".npy")
    units = artifacts.UNITS.read(**names)
    return Part(
        events=pl.concat([inside(events, spans) for events in artifacts.EVENTS.read_parts(columns, system=system)]),
        messages=artifacts.MESSAGES.read(system=system),
        units=units,
        vectors=artifacts.read_vectors(vectors, units["row"].n_unique()),
    )


def _write(made: Bundle, name: str) -> None:
    with artifacts.replacing_folder(artifacts.SPANS.at(experiment=name).parent) as temporary:
        artifacts.SPANS.write(made.spans, experiment=temporary.name)
        artifacts.EPISODE_EVENTS.write(made.events, experiment=temporary.name)
        artifacts.EPISODE_MESSAGES.write(made.messages, experiment=temporary.name)
        artifacts.EPISODE_TEXTS.write(made.texts, experiment=temporary.name)
        artifacts.write_vectors(vectors_path(temporary.name), made.vectors)


if __name__ == "__main__":
    main(*sys.argv[1:])
