"""Stage sample: split an experiment's systems, and write their windows as two bundles that need nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np
import polars as pl

from crosslog import artifacts
from crosslog.detection.episodes.bundle import Bundle, SystemPart, build_bundle
from crosslog.detection.episodes.ordering import Order, collect_windows, order_events
from crosslog.detection.episodes.shuffling import mark_anomalous, shuffle_labels
from crosslog.detection.split import Log, Part, Split
from crosslog.settings import Experiment, Settings
from tasks._labelled import labelled_parts

COLUMNS = ["line", "time", "node", "session", "message_id", "label", "anomalous"]


def main(name: str) -> None:
    """Write data/episodes/<name>/sources and data/episodes/<name>/target."""
    settings = Settings.load()
    experiment, encoder = settings.experiment(name), settings.embed.encoder
    for part, systems in ((artifacts.SOURCES, experiment.teachers), (artifacts.TARGET, experiment.targets)):
        source = part == artifacts.SOURCES
        _write(build_bundle({system: _part(system, experiment, encoder, source) for system in systems}), name, part)


def _part(system: str, experiment: Experiment, encoder: str, source: bool) -> SystemPart:
    order = _order(system, experiment)
    windows, lines = collect_windows(_split(system, experiment, order, source), order, system)
    events = lines.join(_events(system, lines), on="line", how="left", maintain_order="left")
    if experiment.labels == "shuffled":
        events = shuffle_labels(events, windows, experiment.sampling_seed, whole=experiment.unit == "session")
    names = {"system": system, "representation": experiment.representation, "encoder": encoder}
    units = artifacts.UNITS.read(**names)
    return SystemPart(
        windows=mark_anomalous(windows, events),
        events=events,
        messages=artifacts.MESSAGES.read(system=system),
        templates=artifacts.TEMPLATES.read(system=system),
        units=units,
        vectors=artifacts.read_vectors(artifacts.UNITS.at(**names).with_suffix(".npy"), units["row"].n_unique()),
    )


def _order(system: str, experiment: Experiment) -> Order:
    """All of a system's labelled events in the order of the cut."""
    by_session = experiment.cut.by == "session"
    columns = ["line", "anomalous", *["session"] * by_session]
    order = order_events(pl.concat(labelled_parts(system, columns, experiment.part(system))), by_session=by_session)
    if order.without_session:
        total = len(order.lines) + order.without_session
        sys.stderr.write(f"{system}: {order.without_session:,} of {total:,} events are of no session and left out\n")
    return order


def _split(system: str, experiment: Experiment, order: Order, source: bool) -> list[Part]:
    split = experiment.split
    assert isinstance(split, Split), f"{split} is no split"
    log = Log(system, order.lines, order.anomalous, order.sessions, experiment.cut)
    rng = np.random.default_rng([experiment.sampling_seed, *system.encode()])
    return (split.split_source if source else split.split_target)(log, experiment.protocol, rng)


def _events(system: str, lines: pl.DataFrame) -> pl.DataFrame:
    wanted = lines.select(pl.col("line").min(), last=pl.col("line").max()).row(0)
    parts: Iterable[pl.DataFrame] = labelled_parts(system, COLUMNS, wanted)
    return pl.concat(part.join(lines, on="line", how="semi") for part in parts)


def _write(made: Bundle, name: str, part: str) -> None:
    with artifacts.replace_folder(artifacts.EPISODE_WINDOWS.at(experiment=name, part=part).parent) as temporary:
        names = {"experiment": name, "part": temporary.name}
        artifacts.EPISODE_WINDOWS.write(made.windows, **names)
        artifacts.EPISODE_EVENTS.write(made.events, **names)
        artifacts.EPISODE_MESSAGES.write(made.messages, **names)
        artifacts.EPISODE_TEXTS.write(made.texts, **names)
        artifacts.write_vectors(artifacts.vectors_path(**names), made.vectors)


if __name__ == "__main__":
    main(*sys.argv[1:])
