"""A log studied: its templates, what they mean, and how much each deserves a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import plugins
from crosslog.cli.detect.gathering import DetectError, LogFiles
from crosslog.cli.detect.memory import Memory
from crosslog.cli.detect.options import parse_since
from crosslog.cli.detect.scanning import Occurrences, ScannedLog, count_events, scan_log
from crosslog.detection.hints.joining import Meanings, score_templates
from crosslog.detection.hints.meaning import KnownTexts
from crosslog.embedding.encoder import RoundedEncoder, build_encoder
from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.rules import curated
from crosslog.interpretation.rules.sentences import RuleInterpreter
from crosslog.logs.parsing.messages import MessageTable, Miner
from crosslog.settings import EmbedSettings

MOST_ENCODED = 2_000  # templates, those that deserve a look for other reasons first: a model takes 2 ms for each


@dataclass(frozen=True, eq=False)
class Tools:
    """What logs are studied with.

    Attributes
    ----------
    miner, encoder : the default ones of params.yaml
    known : what is known of failures elsewhere
    spool : a folder for what is in the making
    """

    miner: Miner
    encoder: RoundedEncoder
    known: KnownTexts
    spool: Path

    @classmethod
    def build(cls, params: Mapping[str, Any], known: KnownTexts, spool: Path) -> Tools:
        """From the content of params.yaml."""
        name = params["parse"]["miner"]
        miner: Miner = plugins.build("logs.mining", name, params["miners"][name])
        encoder = build_encoder(EmbedSettings.model_validate(params["encoders"][params["embed"]]))
        return cls(miner, encoder, known, spool)


@dataclass(frozen=True, eq=False)
class StudiedLog:
    """A log, and a row for each of its templates.

    Attributes
    ----------
    read : its files, lines and remarks
    occurrences : its events
    templates : template_id, key, template, example, sentence, source and the columns of `occurrences.templates`, for
        each template that occurs; baseline_count where there is something to compare with
    vectors : (templates, dim) of their sentences; zero where one was not encoded
    scores : what `score_templates` gives, in their order
    known : what is known of failures elsewhere
    memory : what people said of them
    """

    read: ScannedLog
    occurrences: Occurrences
    templates: pl.DataFrame
    vectors: NDArray[np.float32]
    scores: pl.DataFrame
    known: KnownTexts
    memory: Memory

    @property
    def files(self) -> LogFiles:
        """Its files."""
        return self.read.files


def study_log(
    files: LogFiles, baseline: LogFiles | None, since: str | None, memory: Memory, tools: Tools
) -> StudiedLog:
    """Read, mine, interpret, encode and score a log.

    Parameters
    ----------
    files, baseline : the log, and that of a good day, which is mined with it
    since : a time; earlier events are what the later ones are compared with, where there is no baseline
    memory : what people said before
    tools : what it is done with

    Raises
    ------
    ReadingError, DetectError
        If a file cannot be read, or `since` says nothing here.
    """
    messages = MessageTable()
    good = None if baseline is None else scan_log(baseline, messages, tools.spool)
    read = scan_log(files, messages, tools.spool)
    mined, templates, _ = read.log.mine(tools.miner)
    template_of = mined["template_id"].to_numpy()
    occurrences = count_events(read, template_of, None)
    if since is not None:
        occurrences = count_events(read, template_of, parse_since(since, occurrences.tally.last_time))
    ordinary = None if good is None else count_events(good, template_of, None)
    rows = _join_counts(templates.select("template_id", "key", "template", "example"), occurrences, ordinary)
    rows = _interpret(rows, memory.load_rows())
    scores, vectors = _score(rows, occurrences, memory, tools)
    return StudiedLog(read, occurrences, rows, vectors, scores, tools.known, memory)


def _join_counts(templates: pl.DataFrame, occurrences: Occurrences, ordinary: Occurrences | None) -> pl.DataFrame:
    """Templates that occur, with what there is to compare their counts with as baseline_count."""
    rows = templates.join(occurrences.templates.filter(pl.col("count") > 0), on="template_id", how="inner")
    if rows.is_empty():
        raise DetectError("no event at or after the time that --since names")
    if ordinary is not None:
        counts = ordinary.templates.select("template_id", baseline_count="count")
        rows = rows.join(counts, on="template_id", how="left").with_columns(pl.col("baseline_count").fill_null(0))
    elif occurrences.templates["before"].sum():
        rows = rows.with_columns(baseline_count="before")
    return rows.sort("template_id")


def _interpret(rows: pl.DataFrame, remembered: pl.DataFrame) -> pl.DataFrame:
    """The rows with sentence and source: a person's or a language model's, else a curated one, else what rules say."""
    asked = {row["key"]: Request(row["template"], row["example"]) for row in rows.iter_rows(named=True)}
    spoken = remembered.filter((pl.col("interpretation") != "") & pl.col("key").is_in(list(asked)))
    found = {
        row["key"]: Meaning(row["interpretation"], row["source"])
        for row in spoken.filter(~pl.col("source").is_in(["rules", "quoted"])).iter_rows(named=True)
    }
    found = {**curated.find_curated(asked), **found}
    left = {key: request for key, request in asked.items() if key not in found}
    found |= dict(zip(left, RuleInterpreter().interpret(list(left.values())), strict=True))
    return rows.with_columns(
        sentence=pl.Series([found[key].sentence for key in rows["key"]], dtype=pl.String),
        source=pl.Series([found[key].source for key in rows["key"]], dtype=pl.String),
    )


def _score(
    rows: pl.DataFrame, occurrences: Occurrences, memory: Memory, tools: Tools
) -> tuple[pl.DataFrame, NDArray[np.float32]]:
    """What score_templates gives, and the vectors: of all templates, or of those that look worst without them."""
    facts = rows.select(
        "template_id",
        "count",
        *(["baseline_count"] if "baseline_count" in rows.columns else []),
        text="template",
        levels=pl.when(pl.col("level") >= 0).then("level"),
    )
    worst: Sequence[int] = range(len(rows))
    if len(rows) > MOST_ENCODED:
        bare = score_templates(facts, occurrences.buckets)["score"]
        worst = bare.arg_sort(descending=True)[:MOST_ENCODED].sort().to_list()
    vectors = np.zeros((len(rows), tools.encoder.dim), dtype=np.float32)
    vectors[list(worst)] = memory.find_vectors(rows["sentence"].gather(list(worst)).to_list(), tools.encoder)
    return score_templates(facts, occurrences.buckets, Meanings(vectors, tools.known)), vectors
