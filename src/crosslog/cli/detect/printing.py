"""Findings as text, for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from rich.text import Text

from crosslog.cli.detect.studying import StudiedLog
from crosslog.monitoring.findings import Finding, format_runs, format_time

SHOWN_RUNS = 6
SHOWN_SAMPLE = 80
SHOWN_OTHERS = 5
LONGEST_SHOWN_LINE = 400  # characters on the terminal; JSON and page have more of it
WORTH_SAYING = {
    "unreadable": "lines are not of this format, and kept as they are",
    "not_utf8": "lines are not UTF-8",
    "too_long": "lines are too long, and cut",
    "guessed_year": "lines name no year: it is reckoned from when the file was changed",
    "far_backwards": "lines are a day or more older than the line before",
}
HOT, WARM = 0.75, 0.5  # scores from which a rank is red, and yellow


def describe_log(log: StudiedLog) -> str:
    """How a log was read: lines, format, and from when to when."""
    tally = log.occurrences.tally
    span = [format_time(time) for time in (tally.first_time, tally.last_time) if time is not None]
    when = f", {' to '.join(dict.fromkeys(span))}" if span else ", without times"
    return f"{log.read.log.lines:,} lines read as {log.files.trial.title}{when}"


def describe_oddities(remarks: pl.DataFrame) -> Iterator[str]:
    """What the reader of a log should know of how it was read, a line each."""
    for kind, lines, first, sample in remarks.select("kind", "lines", "first_line", "sample").iter_rows():
        if kind in WORTH_SAYING:
            yield f"{lines:,} {WORTH_SAYING[kind]}, the first is line {first:,}: {sample[:SHOWN_SAMPLE]!r}"


def describe_finding(finding: Finding, rank: int) -> Iterator[Text]:
    """A blank line, the meaning, the raw line with its context, how often and where else, and why."""
    yield Text()
    colour = "red" if finding.score >= HOT else "yellow" if finding.score >= WARM else "default"
    quoted = " (its own words)" if finding.source == "quoted" else ""
    yield Text.assemble(
        (f"{rank:>3}  ", f"bold {colour}"), (finding.meaning, "bold"), (f"{quoted}  {finding.score:.2f}", "dim")
    )
    quote = finding.quote
    first = quote.line - len(quote.before)
    for number, line in enumerate((*quote.before, quote.raw, *quote.after), start=first):
        style = "default" if number == quote.line else "dim"
        yield Text.assemble(("     ", ""), (f"{quote.file}:{number}: ", "cyan"), (cut_line(line), style))
    yield Text(f"     {describe_occurrences(finding)}", style="dim")
    yield Text(f"     why: {'; '.join(reason.text for reason in finding.why)}")
    for other in finding.together[:SHOWN_OTHERS]:
        yield Text(f"     with it: {other.meaning} ({describe_count(other.count)})", style="dim")
    if len(finding.together) > SHOWN_OTHERS:
        yield Text(f"     and {len(finding.together) - SHOWN_OTHERS} others", style="dim")


def describe_occurrences(finding: Finding) -> str:
    """How often, when, and in which lines."""
    parts = [describe_count(finding.count) + (f" ({finding.earlier:,} before)" if finding.earlier else "")]
    if finding.times:
        first, last = (format_time(time) for time in finding.times)
        parts.append(first if first == last else f"{first} to {last}")
    if finding.count > 1:
        parts += _name_lines(finding)
    return ", ".join(parts)


def cut_line(line: str) -> str:
    """The line, or as much of it as a person reads."""
    return line if len(line) <= LONGEST_SHOWN_LINE else f"{line[:LONGEST_SHOWN_LINE]} …"


def describe_count(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count:,} times"


def _name_lines(finding: Finding) -> Iterator[str]:
    kept = sum(map(len, finding.lines.values()))
    single = len(finding.lines) == 1
    for file, numbers in finding.lines.items():
        yield f"lines {'' if single else f'of {file} '}{format_runs(numbers, SHOWN_RUNS)}"
    if finding.count > kept:
        yield f"and {finding.count - kept:,} later ones"
