"""The report: a table per log, the ratios, and how each number was measured."""

from __future__ import annotations

from collections.abc import Sequence

from bench.parsing.machine import cores
from bench.parsing.results import Row, Section, growth, ratio

MIB = 1024**2
NOTHING = "–"
HEADER = (
    "candidate",
    "seconds",
    "CPU seconds",
    "lines/s",
    "times crosslog's best",
    "peak memory, MiB",
    "of it anonymous",
    "templates",
    "remark",
)
METHOD = """\
Seconds are wall seconds of the whole process, from start to exit, imports included ("start" is what the imports alone
took, once, warm); the median of {repeats}. CPU seconds are those of the process and all that it started and waited
for. Candidates run one after another, each in a fresh process, every second turn in reverse order; the log has been
read once before, so it is in the page cache. Peak memory is the resident set of the process and all its descendants,
summed and sampled every 50 ms; what several processes share counts for each, so it is an upper bound. "Anonymous"
leaves out pages backed by files.

crosslog is `python -m tasks.parse`: it ends with checked events, messages and templates in parquet. The peers end
with what they hold in memory; nothing is written. LogLead uses all cores, as its libraries do by default; its loader,
its mask and its parser are called as in the parser benchmark of its authors. "Groups only" leaves out the templates.
Drain3 is given the message of each line, in its default configuration, in one process. A candidate is stopped after
{seconds:.0f} s or at {memory:.1f} GiB; nothing is extrapolated.
"""


def report(sections: Sequence[Section], grown: Sequence[tuple[Row, Row]], opening: str, method: str) -> str:
    """The whole report as markdown."""
    parts = ["# Parsing: raw lines to events, messages and templates", opening]
    parts += [_section(section) for section in sections]
    parts += [_growth(grown)] if grown else []
    return "\n\n".join([*parts, "## How it was measured", method.strip()]) + "\n"


def _section(section: Section) -> str:
    log = section.log
    title = f"## {log.lines:,} lines ({log.size / MIB:,.0f} MiB, {log.origin})"
    rows = [_cells(row, section.best) for row in section.rows]
    return "\n\n".join([title, table(HEADER, rows), "\n".join(f"- {line}" for line in findings(section))])


def findings(section: Section) -> list[str]:
    """The ratios of a section, in sentences."""
    advantage, speed_up = ratio(section.rival, section.best), section.speed_up
    lines = []
    if section.rival and advantage:
        lines.append(
            f"crosslog's best is {advantage:.1f} times as fast as the fastest other ({section.rival.candidate.name})."
        )
    if speed_up:
        lines.append(f"Two workers are {speed_up:.2f} times as fast as one, on {cores()} cores.")
    return lines or ["Too few candidates finished for a ratio."]


def _cells(row: Row, best: Row | None) -> tuple[str, ...]:
    if row.failure:
        return (row.candidate.name, *[NOTHING] * (len(HEADER) - 2), row.failure)
    counts = row.outcomes[-1].counts
    slower = ratio(row, best)
    return (
        row.candidate.name,
        _spread([run.seconds for run in row.runs], row.seconds),
        f"{row.middle(lambda run: run.cpu_seconds):.1f}",
        f"{row.rate:,.0f}",
        f"{slower:.2f}" if slower else NOTHING,
        f"{row.memory / MIB:,.0f}",
        f"{row.middle(lambda run: run.anonymous) / MIB:,.0f}",
        f"{counts['templates']:,}",
        _remark(row),
    )


def _spread(values: Sequence[float], middle: float) -> str:
    return f"{middle:.1f}" + (f" ({min(values):.1f}–{max(values):.1f})" if len(values) > 1 else "")


def _remark(row: Row) -> str:
    counts, words = row.outcomes[-1].counts, []
    if row.start.run:
        words.append(f"start {row.start.run.seconds:.1f} s")
    words += [f"{phase} {seconds:.1f} s" for phase, seconds in counts.get("phases", {}).items()]
    if "messages" in counts:
        words.append(f"{counts['messages']:,} messages")
    if counts["lines"] != row.log.lines:
        words.append(f"only {counts['lines']:,} events")
    return ", ".join(words)


def _growth(grown: Sequence[tuple[Row, Row]]) -> str:
    header = (
        "candidate",
        "lines",
        "seconds",
        "lines/s",
        "peak memory, MiB",
        "of it anonymous",
        "memory, ratio",
        "remark",
    )
    rows = [cells for small, large in grown for cells in (_grown(small, ""), _grown(large, _ratio(small, large)))]
    return "\n\n".join(["## Memory of larger logs", table(header, rows)])


def _ratio(small: Row, large: Row) -> str:
    grown = growth(small, large)
    return f"{grown:.2f}" if grown else NOTHING


def _grown(row: Row, grown: str) -> tuple[str, ...]:
    name, lines = row.candidate.name, f"{row.log.lines:,}"
    if row.failure:
        return (name, lines, *[NOTHING] * 4, grown, row.failure)
    anonymous = row.middle(lambda run: run.anonymous)
    sizes = (f"{row.memory / MIB:,.0f}", f"{anonymous / MIB:,.0f}")
    return (name, lines, f"{row.seconds:.1f}", f"{row.rate:,.0f}", *sizes, grown, "")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table with aligned columns; the first and the last column are words, the others numbers."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    words = {0, len(header) - 1}
    lines = [
        "| " + " | ".join(_padded(cell, widths[at], at in words) for at, cell in enumerate(row)) + " |"
        for row in (header, *rows)
    ]
    rule = (
        "|"
        + "|".join("-" * (width + 2) if at in words else "-" * (width + 1) + ":" for at, width in enumerate(widths))
        + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _padded(cell: str, width: int, left: bool) -> str:
    return cell.ljust(width) if left else cell.rjust(width)
