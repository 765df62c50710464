"""A log studied: its templates, what they mean, and how much each deserves a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import plugins
from crosslog.cli.detect.gathering import DetectError, LogFiles
from crosslog.cli.detect.knowing import gather_known
from crosslog.cli.detect.memory import Memory
from crosslog.cli.detect.options import parse_since
from crosslog.cli.detect.scanning import Occurrences, ScannedLog, count_events, scan_log
from crosslog.detection.hints.joining import Meanings, score_templates
from crosslog.detection.hints.meaning import KnownTexts
from crosslog.embedding.encoder import RoundedEncoder, build_encoder
from crosslog.interpretation.meanings import Meaning, Request
from crosslog.interpretation.rules import curated
from crosslog.interpretation.rules.sentences import RuleInterpreter
from crosslog.logs.parsing.log import show_examples
from crosslog.logs.parsing.messages import MessageTable, Miner
from crosslog.settings import EmbedSettings

MOST_ENCODED = 300  # templates, those that look worst without: the model takes 10 ms of a core for each new one


@dataclass(frozen=True, eq=False)
class Tools:
    """What logs are studied with.

    Attributes
    ----------
    miner, encoder : the default ones of params.yaml
    spool : a folder for what is in the making
    """

    miner: Miner
    encoder: RoundedEncoder
    spool: Path

    @classmethod
    def build(cls, params: Mapping[str, Any], spool: Path) -> Tools:
        """From the content of params.yaml."""
        name = params["parse"]["miner"]
        miner: Miner = plugins.build("logs.mining", name, params["miners"][name])
        encoder = build_encoder(EmbedSettings.model_validate(params["encoders"][params["embed"]]))
        return cls(miner, encoder, spool)


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
    has_baseline : whether it is compared with another log, and not with its own beginning
    judged : by key a language model's verdict and its sentence, where it was asked
    """

    read: ScannedLog
    occurrences: Occurrences
    templates: pl.DataFrame
    vectors: NDArray[np.float32]
    scores: pl.DataFrame
    known: KnownTexts
    memory: Memory
    has_baseline: bool = False
    judged: Mapping[str, tuple[str, str]] = field(default_factory=dict)

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
    shown = show_examples(templates, occurrences.tally).select("template_id", "key", "template", "example")
    rows = _join_counts(shown, occurrences, ordinary)
    rows = _interpret(rows, memory.load_rows())
    known = gather_known(memory, tools.encoder)
    vectors = _encode(rows, occurrences, memory, tools.encoder)
    scores = score_templates(_facts(rows), occurrences.buckets, Meanings(vectors, known))
    return StudiedLog(read, occurrences, rows, vectors, scores, known, memory, has_baseline=good is not None)


def _join_counts(templates: pl.DataFrame, occurrences: Occurrences, ordinary: Occurrences | None) -> pl.DataFrame:
    """Templates that occur, with what there is to compare their counts with as baseline_count."""
    rows = templates.join(occurrences.templates.filter(pl.col("count") > 0), on="template_id", how="inner")
    if rows.is_empty():
        raise DetectError("no event at or after the time that --since names")
    if ordinary is not None:
        counts = ordinary.templates.select("template_id", baseline_count="count")
        total = pl.lit(ordinary.templates["count"].sum(), pl.UInt64)
        rows = rows.join(counts, on="template_id", how="left").with_columns(
            pl.col("baseline_count").fill_null(0), baseline_total=total
        )
    elif total_before := occurrences.templates["before"].sum():
        rows = rows.with_columns(baseline_count="before", baseline_total=pl.lit(total_before, pl.UInt64))
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


def _facts(rows: pl.DataFrame) -> pl.DataFrame:
    """What score_templates reads."""
    compared = ["baseline_count", "baseline_total"] if "baseline_count" in rows.columns else []
    level = pl.when(pl.col("level") >= 0).then("level")
    return rows.select("template_id", "count", *compared, "example", text="template", levels=level)


def _encode(
    rows: pl.DataFrame, occurrences: Occurrences, memory: Memory, encoder: RoundedEncoder
) -> NDArray[np.float32]:
    """(templates, dim) vectors of all sentences, or of those whose templates look worst without, and zeros."""
    worst = np.arange(len(rows))
    if len(rows) > MOST_ENCODED:
        bare = score_templates(_facts(rows), occurrences.buckets)["score"].to_numpy()
        worst = np.sort(np.argsort(-bare, kind="stable")[:MOST_ENCODED])
    vectors = np.zeros((len(rows), encoder.dim), dtype=np.float32)
    vectors[worst] = memory.find_vectors(rows["sentence"].gather(worst).to_list(), encoder)
    return vectors
