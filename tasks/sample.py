"""Stage sample: split an experiment's systems, and write their windows as two bundles that need nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from crosslog import artifacts, sources
from crosslog.detection.episodes.bundle import SystemPart, build_bundle
from crosslog.detection.episodes.ordering import Order, collect_windows, order_events
from crosslog.detection.episodes.shuffling import mark_anomalous, shuffle_labels
from crosslog.detection.split import Log, Part, Split
from crosslog.faults import exit_in_words
from crosslog.settings import Experiment, Settings
from crosslog.systems import load_system
from tasks._jobs import MEANING, OF_OTHERS
from tasks._labelled import labelled_parts

COLUMNS = ["line", "time", "node", "session", "message_id", "label", "anomalous"]


def main(name: str) -> None:
    """Write data/episodes/<name>: a folder per arm, with a bundle of the sources and one of the target."""
    settings = Settings.load()
    arms = settings.experiment(name).arms
    for arm, experiment in arms.items():
        folder, key = artifacts.episodes_folder(arm), sources.digest_contents(_parts(experiment))
        if not artifacts.is_current([folder], key):
            with artifacts.replace_folder(folder) as temporary:
                _write(experiment, temporary)
            artifacts.record_key([folder], key)
    folders = [artifacts.episodes_folder(arm) for arm in arms]
    artifacts.remove_others(folders[0].parent, folders)


def _parts(experiment: Experiment) -> dict[str, bytes]:
    """All that the bundles of an arm hang on: its settings, the systems' artifacts, labels and source."""
    split = type(experiment.split).__module__
    return {
        **sources.read_sources(build_bundle.__module__, split, labelled_parts.__module__, "tasks.sample", MEANING),
        "experiment": experiment.model_dump_json(exclude=OF_OTHERS | {"seeds", "published"}).encode(),
        **{system: artifacts.digest_files(*_files(system, experiment)).encode() for system in experiment.systems},
    }


def _files(system: str, experiment: Experiment) -> Iterable[Path]:
    log = experiment.log_of(system)
    yield artifacts.EVENTS.at(system=log)
    yield artifacts.MESSAGES.at(system=log)
    yield artifacts.TEMPLATES.at(system=log)
    units = artifacts.UNITS.at(system=log, representation=experiment.representation, encoder=experiment.encoder)
    yield from (units, units.with_suffix(".npy"))
    if load_system(system).labels.source == "reviewed":
        yield from (artifacts.interpretations_path(log), artifacts.line_labels_path(system))


def _write(experiment: Experiment, folder: Path) -> None:
    for part, systems in ((artifacts.SOURCES, experiment.teachers), (artifacts.TARGET, experiment.targets)):
        source = part == artifacts.SOURCES
        made = build_bundle({system: _part(system, experiment, source) for system in systems})
        names = {"experiment": str(folder.relative_to(artifacts.episodes_folder(""))), "part": part}
        artifacts.EPISODE_WINDOWS.write(made.windows, **names)
        artifacts.EPISODE_EVENTS.write(made.events, **names)
        artifacts.EPISODE_MESSAGES.write(made.messages, **names)
        artifacts.EPISODE_TEXTS.write(made.texts, **names)
        artifacts.write_vectors(artifacts.vectors_path(**names), made.vectors)


def _part(system: str, experiment: Experiment, source: bool) -> SystemPart:
    order = _order(system, experiment)
    windows, lines = collect_windows(_split(system, experiment, order, source), order, system)
    log = experiment.log_of(system)
    events = lines.join(_events(log, lines), on="line", how="left", maintain_order="left")
    if experiment.labels == "shuffled":
        events = shuffle_labels(events, windows, experiment.sampling_seed, whole=experiment.unit == "session")
    names = {"system": log, "representation": experiment.representation, "encoder": experiment.encoder}
    units = artifacts.UNITS.read(**names)
    return SystemPart(
        windows=mark_anomalous(windows, events),
        events=events,
        messages=artifacts.MESSAGES.read(system=log),
        templates=artifacts.TEMPLATES.read(system=log),
        units=units,
        vectors=artifacts.read_vectors(artifacts.UNITS.at(**names).with_suffix(".npy"), units["row"].n_unique()),
    )


def _order(system: str, experiment: Experiment) -> Order:
    """All of a system's labelled events in the order of the cut."""
    by_session = experiment.cut.by == "session"
    columns = ["line", "anomalous", *["session"] * by_session]
    order = order_events(
        pl.concat(labelled_parts(experiment.log_of(system), columns, experiment.part(system))), by_session=by_session
    )
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


def _events(log: str, lines: pl.DataFrame) -> pl.DataFrame:
    wanted = lines.select(pl.col("line").min(), last=pl.col("line").max()).row(0)
    parts: Iterable[pl.DataFrame] = labelled_parts(log, COLUMNS, wanted)
    return pl.concat(part.join(lines, on="line", how="semi") for part in parts)


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
