"""The report: a table a log, and how each number was measured."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bench._peers import pins
from bench.detect.candidates import WORDS, Candidate, Outcome
from bench.detect.logs import BenchedLog
from bench.parsing.machine import cores
from bench.parsing.table import MIB, NOTHING, table

SHOWN = (10, 50, 100, 1000)
HEADER = (
    "candidate",
    "seconds",
    "CPU seconds",
    "peak memory, MiB",
    "times crosslog's seconds",
    "lines shown",
    "first alert: finding",
    "first alert: line shown",
    *(f"alert types in {lines:,} lines" for lines in SHOWN),
    "remark",
)
METHOD = """\
Every candidate reads the same plain file, in which each line's tag has been taken out (`-`), so that nobody can read a
label. {repeated}
Seconds are wall seconds of the whole process, start included; memory is the peak of the resident sets of the process
and all that it started, sampled every 50 ms. A candidate is stopped after {limits}.

What is shown is read from the first finding on. crosslog's findings show their first line each, LogLead's detectors a
line each, grep its lines in the order of the file, cordon blocks of lines, put in the order of their scores here. An
alert is a line with a tag, its type the message without numbers; it counts where its own line is shown. "First run"
begins with an empty `--state`, "again" with what the first run left there.

cordon {cordon} has its default settings and the same weights of all-MiniLM-L6-v2 as crosslog. LogLead {loglead}'s
detectors score words of masked messages, rarity trained on all lines, out of vocabulary on the first half. grep's
words: `{words}`.
"""
REPEATED = (
    "`thunderbird_19k` has 19,350 lines: where more\nare asked for it is repeated, each time two hours later; "
    "what was rare is then as rare, but no longer\nsingle."
)


def write_report(
    measured: Sequence[tuple[BenchedLog, Sequence[tuple[Candidate, Outcome]]]], limits: str, cordon: str
) -> str:
    """The whole report as Markdown."""
    loglead = pins("loglead")["loglead"]
    machine = f"{cores()} cores. Load average when it ended: {os.getloadavg()[0]:.1f}; others' work takes from all."
    method = METHOD.format(limits=limits, cordon=cordon, loglead=loglead, words=WORDS, repeated=REPEATED)
    sections = [_write_section(log, rows) for log, rows in measured]
    return "\n\n".join(["# Detection without labels", machine, *sections, "## How it was measured", method])


def _write_section(log: BenchedLog, rows: Sequence[tuple[Candidate, Outcome]]) -> str:
    title = f"## {log.system}, {log.lines:,} lines: {len(log.alerts):,} alerts of {len(set(log.alerts.values()))} types"
    ours = rows[0][1].run.seconds if rows[0][1].run else None
    return f"{title}\n\n{table(HEADER, [_write_row(log, *row, ours) for row in rows])}"


def _write_row(log: BenchedLog, candidate: Candidate, outcome: Outcome, ours: float | None) -> tuple[str, ...]:
    if outcome.failure or outcome.run is None:
        return (candidate.name, *[NOTHING] * (len(HEADER) - 2), outcome.failure)
    run, showing = outcome.run, outcome.showing
    first = showing.find_first(log.alerts)
    return (
        candidate.name,
        f"{run.seconds:.1f}",
        f"{run.cpu_seconds:.1f}",
        f"{run.memory / MIB:,.0f}",
        f"{run.seconds / ours:.2f}" if ours else NOTHING,
        f"{showing.lines:,}",
        *((f"{first[0]:,}", f"{first[1]:,}") if first else ("none", "none")),
        *(str(showing.count_types(log.alerts, lines)) for lines in SHOWN),
        "",
    )
