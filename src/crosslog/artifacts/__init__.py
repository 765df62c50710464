"""Every artifact's path and schema: read and write, both checked. Nothing else opens files under data/ and reports/.

Paths are relative to the top of the repository. Writes go to a temporary name beside the place and are renamed, so a
reader never meets half an artifact.
"""

from __future__ import annotations

from pathlib import Path

from crosslog import schemas
from crosslog.artifacts.checking import ArtifactError, check_frame, read_json
from crosslog.artifacts.frames import Parts, Table, part_name
from crosslog.artifacts.keys import digest_files, is_current, key_path, read_digest, record_key, remove_others
from crosslog.artifacts.paths import (
    answers_path,
    chosen_path,
    embedding_seconds_path,
    embeddings_folder,
    fitted_path,
    interpretations_path,
    journal_path,
    line_labels_path,
    proposals_path,
    raw_folder,
    report_path,
    seconds_path,
    settings_path,
    unfinished_folder,
    vector_cache,
    vector_store,
)
from crosslog.artifacts.states import read_state, write_state
from crosslog.artifacts.vectors import read_vectors, write_vectors
from crosslog.atomic import replace_file, replace_folder, write_json, write_text

EVENTS = Parts("data/events/{system}", schemas.ParsedEvents)
MESSAGES = Table("data/messages/{system}.parquet", schemas.Messages)
TEMPLATES = Table("data/templates/{system}.parquet", schemas.Templates)
PATTERNS = Table("data/patterns/{system}.parquet", schemas.Patterns)
REMARKS = Table("data/remarks/{system}.json", schemas.Remarks)
STATISTICS = Table("data/statistics/{system}.parquet", schemas.Statistics)
UNITS = Table("data/embeddings/{encoder}/{system}/{representation}.parquet", schemas.Units)
EPISODE_WINDOWS = Table("data/episodes/{experiment}/{part}/windows.parquet", schemas.EpisodeWindows)
EPISODE_EVENTS = Table("data/episodes/{experiment}/{part}/events.parquet", schemas.EpisodeEvents)
EPISODE_MESSAGES = Table("data/episodes/{experiment}/{part}/messages.parquet", schemas.EpisodeMessages)
EPISODE_TEXTS = Table("data/episodes/{experiment}/{part}/texts.parquet", schemas.EpisodeTexts)
SOURCES, TARGET = "sources", "target"  # the two bundles of an arm
SCORES = Table("data/scores/{experiment}/{detector}.parquet", schemas.Scores)
STEPS = Table("data/steps/{experiment}/{detector}.parquet", schemas.Steps)
TRIALS = Table("data/tuned/{experiment}/{detector}.trials.json", schemas.Trials)
METRICS = Table("data/metrics/{experiment}/{detector}.json", schemas.Metrics)
AUDITS = Table("data/audits/{experiment}/{detector}.json", schemas.Audits)
CURVES = Table("data/curves/{experiment}/{detector}.parquet", schemas.Curves)
RESAMPLES = Table("data/resamples/{experiment}/{detector}.parquet", schemas.Resamples)


def episodes_folder(arm: str) -> Path:
    """The two bundles of an arm of an experiment."""
    return Path("data/episodes") / arm


def vectors_path(experiment: str, part: str) -> Path:
    """Where the vectors of a bundle's texts lie."""
    return EPISODE_TEXTS.at(experiment=experiment, part=part).with_name("vectors.npy")


__all__ = [
    "ArtifactError",
    "Parts",
    "Table",
    "answers_path",
    "check_frame",
    "chosen_path",
    "digest_files",
    "embedding_seconds_path",
    "embeddings_folder",
    "episodes_folder",
    "fitted_path",
    "interpretations_path",
    "is_current",
    "journal_path",
    "key_path",
    "line_labels_path",
    "part_name",
    "proposals_path",
    "raw_folder",
    "read_digest",
    "read_json",
    "read_state",
    "read_vectors",
    "record_key",
    "remove_others",
    "replace_file",
    "replace_folder",
    "report_path",
    "seconds_path",
    "settings_path",
    "unfinished_folder",
    "vector_cache",
    "vector_store",
    "vectors_path",
    "write_json",
    "write_state",
    "write_text",
    "write_vectors",
]
