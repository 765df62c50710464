"""Stage sample: draw an experiment's episodes and write them as two bundles that need nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace

import polars as pl

from crosslog import artifacts
from crosslog.detection.episodes.bundle import Bundle, Part, bundle, inside
from crosslog.detection.episodes.sampling import sample
from crosslog.detection.episodes.shuffling import shuffled
from crosslog.settings import Experiment, Settings
from tasks._labelled import labelled_parts


def main(name: str) -> None:
    """Write data/episodes/<name>/sources and data/episodes/<name>/target."""
    settings = Settings.load()
    experiment = settings.experiment(name)
    for part, systems in ((artifacts.SOURCES, experiment.sources), (artifacts.TARGET, (experiment.target,))):
        _write(_bundle(experiment, systems, settings.embed.encoder), name, part)


def _bundle(experiment: Experiment, systems: tuple[str, ...], encoder: str) -> Bundle:
    spans, parts = [], {}
    for system in systems:
        labels = pl.concat(labelled_parts(system, ["line", "anomalous"], experiment.part(system)))
        drawn = sample(labels, system, experiment)
        part = _part(system, drawn, experiment.representation, encoder)
        if experiment.labels == "shuffled":
            events, drawn = shuffled(part.events, drawn, experiment.sampling_seed)
            part = replace(part, events=events)
        spans.append(drawn)
        parts[system] = part
    return bundle(pl.concat(spans), parts)


def _part(system: str, spans: pl.DataFrame, representation: str, encoder: str) -> Part:
    names = {"system": system, "representation": representation, "encoder": encoder}
    columns = ["line", "time", "message_id", "label", "anomalous"]
    lines = spans.select(pl.col("first_line").min(), pl.col("last_line").max()).row(0)
    vectors = artifacts.UNITS.at(**names).with_suffix(".npy")
    units = artifacts.UNITS.read(**names)
    return Part(
        events=pl.concat(inside(events, spans) for events in labelled_parts(system, columns, lines)),
        messages=artifacts.MESSAGES.read(system=system),
        units=units,
        vectors=artifacts.read_vectors(vectors, units["row"].n_unique()),
    )


def _write(made: Bundle, name: str, part: str) -> None:
    with artifacts.replace_folder(artifacts.SPANS.at(experiment=name, part=part).parent) as temporary:
        names = {"experiment": name, "part": temporary.name}
        artifacts.SPANS.write(made.spans, **names)
        artifacts.EPISODE_EVENTS.write(made.events, **names)
        artifacts.EPISODE_MESSAGES.write(made.messages, **names)
        artifacts.EPISODE_TEXTS.write(made.texts, **names)
        artifacts.write_vectors(artifacts.vectors_path(**names), made.vectors)


if __name__ == "__main__":
    main(*sys.argv[1:])
