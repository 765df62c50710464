"""A round of judging: the templates whose verdict helps most, one key each, and what it changes."""

from __future__ import annotations

import contextlib
import sys

import click
import polars as pl
from rich.console import Console

from crosslog.cli.detect.printing import describe_finding
from crosslog.cli.detect.selecting import FLOOR, Around, rate_templates, select_template
from crosslog.cli.detect.studying import StudiedLog
from crosslog.cli.page.server import serve_page
from crosslog.cli.review.rows import name_reviewer
from crosslog.interpretation.meanings import Meaning
from crosslog.interpretation.review import merging
from crosslog.interpretation.review.decisions import ChangedError
from crosslog.labelling.judging import order_templates

VERDICT_KEYS = {"n": "normal", "a": "anomalous", "d": "depends", "0": ""}
SKIP, BACK, QUIT = "s", "u", "q"
KEYS = "n normal, a anomalous, d depends, 0 no verdict, s skip, u take the last back, q stop"
AROUND = Around(2)
SHOWN_CHANGES = 5


def judge_log(log: StudiedLog, reviewer: str | None = None) -> int:
    """Ask for verdicts until there is no template left or the person stops; how many were given.

    Raises
    ------
    CsvError, OSError
        If the verdicts cannot be kept; those given before are.
    """
    console = Console(stderr=True)
    name = name_reviewer(reviewer)
    keep_templates(log)
    console.print(f"verdicts are kept in {log.memory.path}; {KEYS}", markup=False, highlight=False)
    given: list[tuple[str, str]] = []  # key, and the verdict before
    skipped: set[str] = set()
    while (place := _next(log, skipped)) is not None:
        key = str(log.templates["key"][place])
        answer = _ask(console, log, place)
        if answer == QUIT:
            break
        if answer == SKIP:
            skipped.add(key)
        elif answer == BACK and given:
            last, before = given.pop()
            _judge(console, log, (last, _verdict(log, last), before), name)
        elif answer in VERDICT_KEYS:
            given.append((key, ""))
            _judge(console, log, (key, "", VERDICT_KEYS[answer]), name)
    return len(given)


def judge_on_page(log: StudiedLog, reviewer: str | None = None) -> None:
    """Show the log's templates on the local page of reviews, where they can be judged, until Ctrl-C.

    Raises
    ------
    CsvError, OSError
        If what is remembered cannot be read or written.
    """
    keep_templates(log)
    with contextlib.chdir(log.memory.folder):  # laid out as a clone is
        serve_page(log.memory.system, 0, reviewer)


def keep_templates(log: StudiedLog) -> None:
    """Put the log's templates, each with its sentence, beside what is remembered; rows of others stay as they are."""
    templates, meanings = _templates(log), _meanings(log)

    def merged(rows: pl.DataFrame) -> pl.DataFrame:
        here = pl.col("key").is_in(templates["key"].to_list())
        found = merging.merge_meanings(templates, rows.filter(here), meanings)
        return pl.concat([found.select(rows.columns), rows.filter(~here)]).sort("key")

    log.memory.keep_templates(merged)


def _templates(log: StudiedLog) -> pl.DataFrame:
    return log.templates.select("template_id", "key", "template", "example", "count", "first_line")


def _meanings(log: StudiedLog) -> dict[str, Meaning]:
    rows = log.templates.select("key", "sentence", "source").iter_rows()
    return {key: Meaning(sentence, source) for key, sentence, source in rows if source != "person"}


def _next(log: StudiedLog, skipped: set[str]) -> int | None:
    """The row of the template whose verdict helps most; None where all are judged or skipped."""
    asked = log.templates.select("key", "first_line", occurrences="count")
    ordered = order_templates(asked.hstack(rate_templates(log).select("verdict", "chance", "doubt")))
    left = ordered.filter(~pl.col("key").is_in(list(skipped)))["key"]
    return None if left.is_empty() else int(log.templates["key"].index_of(left[0]))  # type: ignore[arg-type]


def _ask(console: Console, log: StudiedLog, place: int) -> str:
    """One of the keys, for a template that is shown with a few lines."""
    finding = select_template(log, place, AROUND)
    for line in describe_finding(finding, place + 1):
        console.print(line, soft_wrap=True, highlight=False)
    console.print(f"     {finding.template}", style="dim", markup=False, highlight=False, soft_wrap=True)
    while True:
        console.print(f"     [{'/'.join((*VERDICT_KEYS, SKIP, BACK, QUIT))}] ", end="", markup=False)
        answer = _read_key()
        console.print(answer, markup=False)
        if answer in (*VERDICT_KEYS, SKIP, BACK, QUIT):
            return answer
        console.print(f"     {KEYS}", markup=False, highlight=False)


def _read_key() -> str:
    """A key, without return; of what is piped in, the first letter of a line, and QUIT at its end."""
    if sys.stdin.isatty():
        try:
            return str(click.getchar()).lower()
        except (EOFError, KeyboardInterrupt):
            return QUIT
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else QUIT


def _judge(console: Console, log: StudiedLog, change: tuple[str, str, str], reviewer: str) -> None:
    """Keep a verdict (key, what it was, what it is to be), and say at once which findings come and go."""
    key, was, verdict = change
    before = _matter(log)
    try:
        log.memory.keep_verdict(key, verdict, was, reviewer)
    except ChangedError as error:
        console.print(f"     {error}", style="red", markup=False, highlight=False)
        return
    after = _matter(log)
    console.print(f"     {len(after):,} findings now, {len(before):,} before", style="dim", highlight=False)
    for sign, changed in (("+", after - before), ("-", before - after)):
        for sentence in sorted(changed)[:SHOWN_CHANGES]:
            console.print(f"     {sign} {sentence}", style="dim", markup=False, highlight=False)


def _verdict(log: StudiedLog, key: str) -> str:
    return str(log.memory.load_rows().row(by_predicate=pl.col("key") == key, named=True)["verdict"])


def _matter(log: StudiedLog) -> set[str]:
    """Sentences of the templates that are findings."""
    return set(log.templates["sentence"].filter(rate_templates(log)["score"] >= FLOOR))
