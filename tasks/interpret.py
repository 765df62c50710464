"""Stage interpret: one plain-English sentence per template, in a CSV that people edit."""

from __future__ import annotations

import sys

import polars as pl

from crosslog import artifacts, schemas
from crosslog.faults import exit_in_words
from crosslog.interpretation.llm.answers import Answers
from crosslog.interpretation.llm.client import Client
from crosslog.interpretation.llm.model import LanguageModel
from crosslog.interpretation.llm.prompting import Prompt
from crosslog.interpretation.meanings import Interpreter, Request, interpret_with_fallback
from crosslog.interpretation.privacy.masking import mask_private, mask_request
from crosslog.interpretation.review import merging, table
from crosslog.interpretation.rules import curated
from crosslog.interpretation.rules.sentences import RuleInterpreter
from crosslog.settings import InterpretSettings, Settings, system_of
from crosslog.systems import load_system
from crosslog.templates import cut_texts


def main(system: str, *options: str) -> None:
    """Bring a system's interpretations up to date; no row that a person touched is rewritten.

    With `--dry-run`, only say what a language model would be asked, and what that costs.
    """
    templates = cut_texts(artifacts.TEMPLATES.read(system=system), "template").with_columns(
        example=pl.col("example").map_elements(mask_private, return_dtype=pl.String)
    )
    path = artifacts.interpretations_path(system)
    existing = table.load_rows(path)
    settings = Settings.load().interpret
    rules, model = (
        RuleInterpreter(),
        build_model(settings, system) if settings.online or "--dry-run" in options else None,
    )
    interpreter: Interpreter = model or rules

    ours = find_own_sentences(system, existing)

    def recognised(rows: pl.DataFrame) -> pl.DataFrame:
        return merging.mark_typed_rows(merging.adopt_rows(rows, ours))

    current = recognised(existing)
    asked = merging.list_requests(templates, current, interpreter.source)
    by_care = curated.find_curated(asked)
    asked = {key: request for key, request in asked.items() if key not in by_care}
    if model and "--dry-run" in options:
        print(f"interpret {system}: {model.estimate(list(asked.values()))}")  # noqa: T201
        return
    standing = current.filter(current["interpretation"] != "")["key"].to_list()
    meanings = {**by_care, **interpret_with_fallback(asked, interpreter, rules, standing)}

    def merged(rows: pl.DataFrame) -> pl.DataFrame:
        """The rows as they are now: people may have gone on while a language model was asked."""
        frame = merging.merge_meanings(templates, recognised(rows), meanings)
        return artifacts.check_frame(frame, schemas.Interpretations, path)

    print(summarise_rows(system, table.rewrite_rows(path, merged), existing))  # noqa: T201
    if model:
        print(f"interpret {system}: {model.client.budget}")  # noqa: T201


def find_own_sentences(system: str, existing: pl.DataFrame) -> dict[str, set[str]]:
    """By key, what crosslog may have written into rows of an earlier version, which did not keep that."""
    old = existing.filter((pl.col("written") == "") & pl.col("source").is_in(table.MACHINES))
    if old.is_empty():
        return {}
    rows = {row["key"]: Request(row["template"], row["example"]) for row in old.iter_rows(named=True)}
    by_rule = dict(zip(rows, RuleInterpreter().interpret(list(rows.values())), strict=True))
    by_care, answers = curated.find_curated(rows), Answers(artifacts.answers_path(system))
    ours = {key: set(answers.ever_given(mask_request(request).template)) for key, request in rows.items()}
    for key, meaning in (*by_rule.items(), *by_care.items()):
        ours[key].add(meaning.sentence)
    return ours


def summarise_rows(system: str, rows: pl.DataFrame, before: pl.DataFrame) -> str:
    """What has come of a system, in a line."""
    added = rows.join(before, on="key", how="anti").height
    kept = sum(merging.is_touched(row) for row in rows.iter_rows(named=True))
    problems, quoted = (
        rows.filter(rows["problems"] != "").height,
        rows.filter(rows["source"] == table.QUOTED_SOURCE).height,
    )
    counts = f"{added} added, {kept} of people, {quoted} quoted, {problems} with problems"
    return f"interpret {system}: {rows.height} rows, {counts}"


def build_model(settings: InterpretSettings, system: str) -> LanguageModel:
    """The interpreter that params.yaml describes; it is silent until it is asked."""
    answers, kind = Answers(artifacts.answers_path(system)), load_system(system_of(system)).kind
    return LanguageModel(settings, Prompt.load(settings.prompt), kind, answers, Client(settings))


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
