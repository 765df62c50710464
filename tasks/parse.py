"""Stage parse: a system's raw log as events, distinct messages, templates and their patterns, remarks and statistics.

Chunks are read on all cores, or on the Dask cluster that CROSSLOG_DASK names; an interrupted run goes on from the last
chunk that it finished.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from crosslog import artifacts, plugins
from crosslog.artifacts.unfinished import Unfinished
from crosslog.executor import Pool, open_pool
from crosslog.faults import exit_in_words
from crosslog.logs.parsing.continuations import find_follower
from crosslog.logs.parsing.facts import Start, Tally
from crosslog.logs.parsing.labels import find_unknown_lines, find_unknown_sessions
from crosslog.logs.parsing.log import ParsedLog, check_log, compare_counts, show_examples, summarise_log
from crosslog.logs.parsing.messages import Ids
from crosslog.logs.parsing.passes import Completion
from crosslog.logs.progress import ReadingProgress
from crosslog.logs.reading import cut_chunks
from crosslog.settings import Settings, system_of
from tasks import _parsing
from tasks._inputs import Inputs
from tasks._parsing import Finishing, Reading

MANY_MESSAGES = 50_000  # mining them takes seconds: say so
Merged = list[tuple[Ids, Start]]  # what each chunk lacks, but for the templates


def main(log: str) -> None:
    """Parse a system's log with the format, and as far as, systems.yaml says; `<system>-<miner>` with that miner."""
    settings = Settings.load()
    inputs = Inputs.of(system_of(log))
    name = log.partition("-")[2] or settings.parse.miner
    miner = plugins.build("logs.mining", name, settings.miners[name])
    folder = Unfinished.resume(artifacts.unfinished_folder(log), inputs.fingerprint(settings, name))
    with open_pool(os.environ, most=inputs.worth_workers) as pool:
        parsed, merged = _read(pool, folder, inputs, settings.parse.chunk_bytes)
        check_log(parsed, settings.parse.max_bad_fraction, inputs.line_format, inputs.entry.lines)
        if len(parsed.messages) >= MANY_MESSAGES:
            sys.stderr.write(f"parse {log}: mining {len(parsed.messages):,} distinct messages\n")
        messages, templates, patterns = parsed.mine(miner)
        first_year = parsed.find_first_year(inputs.line_format.first_year, inputs.changed)
        template_of = messages["template_id"].to_numpy()
        completions = (Completion(ids, template_of[ids], start, first_year) for ids, start in merged)
        tally = _finish(pool, folder, inputs, completions)
    if inputs.entry.part is None:
        tally.note_unknown("unknown_session", find_unknown_sessions(inputs.labels, set(tally.sessions)))
        tally.note_unknown("unknown_line", find_unknown_lines(inputs.labels, parsed.lines))
        compare_counts(parsed, tally, inputs.entry.expected)
    tally.note_unknown("left_out_file", inputs.left_out)
    parsed.remarks.merge(tally.remarks)
    artifacts.MESSAGES.write(messages, system=log)
    artifacts.TEMPLATES.write(show_examples(templates, tally), system=log)
    artifacts.PATTERNS.write(patterns, system=log)
    artifacts.REMARKS.write(parsed.remarks.frame(), system=log)
    artifacts.STATISTICS.write(summarise_log(parsed, tally, messages, templates), system=log)
    folder.become(artifacts.EVENTS.at(system=log), "part-*.parquet")


def _read(pool: Pool, folder: Unfinished, inputs: Inputs, chunk_bytes: int) -> tuple[ParsedLog, Merged]:
    log, merged = ParsedLog(), []
    consumed: list[int] = []
    with ReadingProgress(f"parse {folder.folder.name}", inputs.bytes) as progress:
        for facts in pool.ordered(_parsing.read_once, _readings(pool, folder, inputs, chunk_bytes, consumed)):
            merged.append(log.add(facts))
            progress(log.lines, consumed[len(merged) - 1])
    return log, merged


def _readings(
    pool: Pool, folder: Unfinished, inputs: Inputs, chunk_bytes: int, consumed: list[int]
) -> Iterator[Reading]:
    for chunk in cut_chunks(inputs.logs, chunk_bytes, inputs.entry.part, find_follower(inputs.line_format)):
        consumed.append(chunk.consumed)
        near = chunk if pool.workers == 1 else _parsing.spool_chunk(folder, chunk)
        yield Reading(folder, inputs.line_format, near)


def _finish(pool: Pool, folder: Unfinished, inputs: Inputs, completions: Iterable[Completion]) -> Tally:
    folder.write_frame(_parsing.LABELS, inputs.labels.frame)
    finishings = (
        Finishing(folder, inputs.line_format, inputs.labels.source, number, completion)
        for number, completion in enumerate(completions)
    )
    tally = Tally()
    for part in pool.ordered(_parsing.finish_once, finishings):
        tally.add(part)
    return tally


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
