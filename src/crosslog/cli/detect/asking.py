"""A language model's word on the templates that look worst: what each means, and whether a person should see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from crosslog import artifacts
from crosslog.cli.detect.studying import StudiedLog
from crosslog.interpretation.llm.answers import Answers
from crosslog.interpretation.llm.client import Client
from crosslog.interpretation.llm.model import LanguageModel
from crosslog.interpretation.llm.prompting import Prompt
from crosslog.interpretation.meanings import Request
from crosslog.settings import InterpretSettings

JUDGING_PROMPT = "judge-1"
ASKED_ABOUT = 50  # templates of a log, those that look worst without a model: a page of them, a few cents
UNSURE_SOURCES = ("rules", "quoted")  # sentences that a model's takes the place of
ANSWERS = {"Anomalous because": "anomalous", "Normal because": "normal", "Unclear because": "depends"}


def ask_model(log: StudiedLog, params: Mapping[str, Any]) -> StudiedLog:
    """The log with a model's sentences where rules had none better, and its verdicts.

    Each template is asked about once; answers are kept beside the log's verdicts. What is sent is masked as an
    interpretation's request is.

    Raises
    ------
    ClientError
        If the endpoint cannot be reached, or none is set; what was answered until then is kept.
    """
    settings = InterpretSettings.model_validate({**params["interpret"], "online": True})  # as the option says
    answers = Answers(log.memory.folder / artifacts.answers_path(log.memory.system))
    worst = np.argsort(-log.scores["score"].to_numpy(), kind="stable")[:ASKED_ABOUT].tolist()
    rows = log.templates.with_row_index("row").filter(pl.col("row").is_in(worst))
    kind, client = f"a log that is read as {log.files.trial.title}", Client(settings)
    unsure = rows.filter(pl.col("source").is_in(UNSURE_SOURCES))
    sentences = _ask(LanguageModel(settings, Prompt.load(settings.prompt), kind, answers, client), unsure)
    judged = _ask(LanguageModel(settings, Prompt.load(JUDGING_PROMPT), kind, answers, client), rows)
    return replace(log, templates=_with_sentences(log.templates, sentences), judged=dict(_read_verdicts(judged)))


def _ask(model: LanguageModel, rows: pl.DataFrame) -> dict[str, str]:
    """By key the model's sentence, where there is one."""
    requests = [Request(template, example) for template, example in rows.select("template", "example").iter_rows()]
    said = zip(rows["key"], model.interpret(requests), strict=True)
    return {key: meaning.sentence for key, meaning in said if meaning.sentence}


def _with_sentences(templates: pl.DataFrame, sentences: Mapping[str, str]) -> pl.DataFrame:
    found = pl.col("key").replace_strict(sentences, default=None, return_dtype=pl.String)
    source = pl.when(found.is_not_null()).then(pl.lit("llm")).otherwise("source")
    return templates.with_columns(sentence=pl.coalesce(found, "sentence"), source=source)


def _read_verdicts(said: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Key, verdict and sentence; a sentence that begins otherwise says nothing."""
    for key, sentence in said.items():
        for start, verdict in ANSWERS.items():
            if sentence.startswith(start):
                yield key, (verdict, sentence)
