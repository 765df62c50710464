"""Stage parse: a system's raw log as events, distinct messages, templates and their patterns, remarks and statistics.

Chunks are read on all cores, or on the Dask cluster that CROSSLOG_DASK names; an interrupted run goes on from the last
chunk that it finished.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from crosslog import artifacts, plugins
from crosslog.artifacts.unfinished import Unfinished
from crosslog.executor import Pool, open_pool
from crosslog.logs.parsing.facts import Tally, Time
from crosslog.logs.parsing.labels import find_unknown_lines, find_unknown_sessions
from crosslog.logs.parsing.log import ParsedLog, check_log, compare_counts, summarise_log
from crosslog.logs.parsing.messages import Ids
from crosslog.logs.parsing.passes import Completion
from crosslog.logs.progress import ReadingProgress
from crosslog.logs.reading import cut_chunks
from crosslog.settings import Settings
from tasks import _parsing
from tasks._inputs import Inputs
from tasks._parsing import Finishing, Reading

MANY_MESSAGES = 50_000  # mining them takes seconds: say so
Merged = list[tuple[Ids, Time]]  # what each chunk lacks, but for the templates


def main(system: str) -> None:
    """Parse `system` with the format, and as far as, params.yaml says."""
    settings = Settings.load()
    inputs = Inputs.of(system, settings.run.systems[system])
    miner = plugins.build("logs.mining", settings.parse.miner, getattr(settings.parse, settings.parse.miner))
    folder = Unfinished.resume(artifacts.unfinished_folder(system), inputs.fingerprint(settings.parse))
    with open_pool(os.environ, most=inputs.worth_workers) as pool:
        log, merged = _read(pool, folder, inputs, settings.parse.chunk_bytes)
        check_log(log, settings.parse.max_bad_fraction, inputs.line_format, inputs.use.lines)
        if len(log.messages) >= MANY_MESSAGES:
            sys.stderr.write(f"parse {system}: mining {len(log.messages):,} distinct messages\n")
        messages, templates, patterns = log.mine(miner)
        tally = _finish(pool, folder, inputs, merged, messages["template_id"].to_numpy())
    if inputs.use.part is None:
        tally.note_unknown("unknown_session", find_unknown_sessions(inputs.labels, set(tally.sessions)))
        tally.note_unknown("unknown_line", find_unknown_lines(inputs.labels, log.lines))
        compare_counts(log, tally, inputs.entry.expected)
    log.remarks.merge(tally.remarks)
    artifacts.MESSAGES.write(messages, system=system)
    artifacts.TEMPLATES.write(templates, system=system)
    artifacts.PATTERNS.write(patterns, system=system)
    artifacts.REMARKS.write(log.remarks.frame(), system=system)
    artifacts.STATISTICS.write(summarise_log(log, tally, messages, templates), system=system)
    folder.become(artifacts.EVENTS.at(system=system), "part-*.parquet")


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
    for chunk in cut_chunks(inputs.logs, chunk_bytes, inputs.use.part):
        consumed.append(chunk.consumed)
        near = chunk if pool.workers == 1 else _parsing.spool_chunk(folder, chunk)
        yield Reading(folder, inputs.line_format, near)


def _finish(pool: Pool, folder: Unfinished, inputs: Inputs, merged: Merged, template_of: Ids) -> Tally:
    folder.write_frame(_parsing.LABELS, inputs.labels.frame)
    completions = (Completion(ids, template_of[ids], inherited) for ids, inherited in merged)
    finishings = (
        Finishing(folder, inputs.line_format, inputs.labels.source, number, completion)
        for number, completion in enumerate(completions)
    )
    tally = Tally()
    for part in pool.ordered(_parsing.finish_once, finishings):
        tally.add(part)
    return tally


if __name__ == "__main__":
    main(*sys.argv[1:])
