"""Where those files lie that are no checked frame: one function each, relative to the top of the repository."""

from __future__ import annotations

from pathlib import Path


def raw_folder(system: str) -> Path:
    """A system's log and labels, as they came or were simulated."""
    return Path("data/raw") / system


def unfinished_folder(system: str) -> Path:
    """What an interrupted run has made of a system's events."""
    return Path("data/unfinished/events") / system


def interpretations_path(system: str) -> Path:
    """The meanings of a system's templates, which people edit."""
    return Path("data/interpretations") / f"{system}.csv"


def answers_path(system: str) -> Path:
    """What a language model answered about a system's templates."""
    return Path("data/answers") / f"{system}.jsonl"


def proposals_path(system: str) -> Path:
    """Verdicts on a system's templates that people accept or refuse."""
    return Path("data/proposals") / f"{system}.csv"


def line_labels_path(system: str) -> Path:
    """People's labels of a system's lines."""
    return Path("labels") / f"{system}.csv"


def embeddings_folder(encoder: str) -> Path:
    """UNITS that an encoder of params.yaml has made, and beside each of them its vectors."""
    return Path("data/embeddings") / encoder


def vector_store(identity: str) -> Path:
    """The shards of all vectors that one encoder has made."""
    return Path("data/vectors") / identity


def vector_cache(identity: str) -> Path:
    """The vectors of one encoder that detection keeps from run to run: it alone, for it drops old ones."""
    return Path("data/detected/vectors") / identity


def settings_path(experiment: str, stage: str) -> Path:
    """What a stage of an experiment reads of the settings."""
    return Path("data/settings") / experiment / f"{stage}.json"


def fitted_path(experiment: str, detector: str, target: str, seed: int) -> Path:
    """Where the state lies that a detector was fitted to before it meets a target."""
    return Path("data/fitted", experiment, detector, target, f"seed-{seed}.safetensors")


def chosen_path(experiment: str, detector: str) -> Path:
    """The hyper-parameters that a search chose for a detector: a mapping, empty where nothing is tuned."""
    return Path("data/tuned") / experiment / f"{detector}.json"


def journal_path(fingerprint: str) -> Path:
    """The journal of the search that has this fingerprint."""
    return Path("data/searches") / f"{fingerprint}.journal"


def seconds_path(experiment: str, detector: str) -> Path:
    """What each stage of a detector took here; no artifact, so it need not be there."""
    return Path("data/seconds") / experiment / f"{detector}.json"


def embedding_seconds_path(system: str) -> Path:
    """What embedding a system took here; no artifact, so it need not be there."""
    return Path("data/seconds/embed") / f"{system}.json"


def failures_path(path: Path) -> Path:
    """The list of all rows that fail in an artifact which was to lie at `path`."""
    return Path("data/failures") / f"{'-'.join(path.with_suffix('').parts)}.csv"


def report_path(suite: str, name: str) -> Path:
    """A file of a suite's report, such as comparison.md or figures/adaptation.svg."""
    return Path("reports") / suite / name
