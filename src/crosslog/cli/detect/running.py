"""`crosslog detect` from the files to what is said of them."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.text import Text

from crosslog.cli.detect.asking import ask_model
from crosslog.cli.detect.budget import bound_tokens, fit_texts
from crosslog.cli.detect.gathering import STANDARD_INPUT, DetectError, LogFiles, gather_logs
from crosslog.cli.detect.judging import judge_log, judge_on_page
from crosslog.cli.detect.memory import Memory, check_system, find_folder, name_log, read_params
from crosslog.cli.detect.options import Asked
from crosslog.cli.detect.page import FindingOnPage, LogOnPage, PageWords, write_page, write_page_file
from crosslog.cli.detect.printing import describe_finding, describe_log, describe_oddities
from crosslog.cli.detect.selecting import (
    Around,
    RankedLog,
    Selected,
    count_findings,
    rank_log,
    rate_templates,
    select_findings,
)
from crosslog.cli.detect.strips import draw_strip
from crosslog.cli.detect.studying import StudiedLog, Tools, study_log
from crosslog.detection.hints.reasons import explain_silence
from crosslog.logs.reading import strip_rotation

NO_FINDING, SOME_FINDING = 0, 1  # exit codes, as grep's; 2 is trouble
MORE_LINES = 20  # of a finding, quoted beside the first where a page shows them


@dataclass(frozen=True)
class Shown:
    """How findings are shown, and what is asked before: people, here or on a page, and a language model."""

    json: bool = False
    html: Path | None = None
    judge: bool = False
    page: bool = False
    llm: bool = False


def detect_findings(asked: Asked, shown: Shown) -> int:
    """Study the logs, show what matters, and return the exit code.

    Raises
    ------
    UserError
        If a log cannot be read, or an option says what cannot be done.
    """
    if shown.judge and STANDARD_INPUT in asked.paths:
        raise DetectError(
            "--judge reads keys from standard input, and so does -: write the log to a file, or use --page"
        )
    with tempfile.TemporaryDirectory(prefix="crosslog-") as folder:
        logs = list(_study(asked, Path(folder)))
        if shown.llm:
            params = read_params(find_folder(asked.state))
            logs = [ask_model(log, params) for log in logs]
        for log in logs if shown.judge or shown.page else ():
            (judge_on_page if shown.page else judge_log)(log)
        around = Around(asked.context, MORE_LINES if shown.html else 0)
        ranked = [rank_log(log) for log in logs]
        found = select_findings(ranked, asked.top, around)
        if shown.html:
            write_page_file(shown.html, _page(ranked, found), [one.path for log in logs for one in log.files.members])
        if shown.json:
            sys.stderr.writelines(f"{said}\n" for log in logs for said in _tell_silenced(log))
            _print_json(found, asked.budget)
        else:
            _print_text(ranked, found, asked)
    return SOME_FINDING if found else NO_FINDING


def _study(asked: Asked, folder: Path) -> Iterator[StudiedLog]:
    state = find_folder(asked.state)
    tools = Tools.build(read_params(state), folder)
    logs, left_out = gather_logs(asked.paths, asked.title, folder)
    ordinary, others = gather_logs(asked.baseline, asked.title, folder) if asked.baseline else ([], [])
    for file in (*left_out, *others):
        sys.stderr.write(f"not read: {file}\n")
    for log in logs:
        memory = Memory(state, check_system(asked.system) or name_log([one.name for one in log.members], asked.paths))
        studied = study_log(log, _find_baseline(log, ordinary) if asked.baseline else None, asked.since, memory, tools)
        for oddity in describe_oddities(studied.read.log.remarks.frame()):
            sys.stderr.write(f"{name_files(log)}: {oddity}\n")
        yield studied


def _find_baseline(log: LogFiles, ordinary: Sequence[LogFiles]) -> LogFiles:
    alike = [one for one in ordinary if (one.trial.format, one.trial.options) == (log.trial.format, log.trial.options)]
    named = [one for one in alike if _name_family(one) == _name_family(log)]
    if len(named) == 1 or len(alike) == 1:
        return (named or alike)[0]
    if alike:
        raise DetectError(
            f"the baseline has {len(alike)} logs read as {log.trial.title}, none or several named like "
            f"{name_files(log)}: name one with it"
        )
    formats = ", ".join(other.trial.title for other in ordinary)
    raise DetectError(
        f"the baseline is read as {formats}, {name_files(log)} as {log.trial.title}: say with --as what both are, "
        f"or name a baseline of the same kind"
    )


def _name_family(log: LogFiles) -> str:
    return Path(strip_rotation(log.members[0].name)).name


def name_files(log: LogFiles) -> str:
    """What a log is called: its file, or the first of them and how many there are."""
    first = log.members[0].name
    name = "standard input" if first == STANDARD_INPUT else first
    return name if len(log.members) == 1 else f"{name} and {len(log.members) - 1:,} other files"


def _print_json(found: Sequence[Selected], budget: int | None) -> None:
    lines = [orjson.dumps(one.finding.as_json(rank)).decode() for rank, one in enumerate(found, start=1)]
    for line in fit_texts(lines, budget):
        print(line)  # noqa: T201


def _print_text(ranked: Sequence[RankedLog], found: Sequence[Selected], asked: Asked) -> None:
    console, logs = Console(soft_wrap=True), [one.log for one in ranked]
    heads = [f"{name_files(log.files)}: {describe_log(log)}" for log in logs]
    total, templates = count_findings(ranked), sum(len(log.templates) for log in logs)
    heads.append(f"{total:,} finding{'' if total == 1 else 's'} among {templates:,} templates")
    for head in heads:
        console.print(head, style="bold", markup=False, highlight=False)
    silences = list(dict.fromkeys(one for log in logs for one in _explain(log)))
    left = None if asked.budget is None else asked.budget - sum(map(bound_tokens, [*heads, *silences]))
    texts = [list(describe_finding(one.finding, rank)) for rank, one in enumerate(found, start=1)]
    if left is not None and texts and not fit_texts([_join(texts[0])], left):
        texts = [list(describe_finding(one.finding.shorten(), rank)) for rank, one in enumerate(found, start=1)]
    kept = len(fit_texts([_join(text) for text in texts], left))
    for line in (line for text in texts[:kept] for line in text):
        console.print(line, highlight=False)
    if kept < total:
        larger = " and a larger --budget" if asked.budget else ""
        console.print(f"\n{total - kept:,} more: --top {total}{larger}", style="dim", highlight=False)
    for silence in silences:
        console.print(silence, style="dim", markup=False, highlight=False)


def _explain(log: StudiedLog) -> Iterator[str]:
    """What is not known of a log, and what people silenced in it."""
    yield from (f"not known: {silence}" for silence in explain_silence(log.scores))
    yield from _tell_silenced(log)


def _tell_silenced(log: StudiedLog) -> Iterator[str]:
    silent = int((rate_templates(log)["verdict"] == "normal").sum())
    if silent:
        yield f"silent: {silent:,} templates that people judged normal ({log.memory.path})"


def _join(text: Sequence[Text]) -> str:
    return "\n".join(line.plain for line in text)


def _page(ranked: Sequence[RankedLog], found: Sequence[Selected]) -> str:
    logs = [one.log for one in ranked]
    pages = {
        id(log): LogOnPage(name_files(log.files), describe_log(log), draw_strip(log.occurrences.buckets))
        for log in logs
    }
    total, templates = count_findings(ranked), sum(len(log.templates) for log in logs)
    shown = [
        FindingOnPage(one.finding, pages[id(one.log)], one.log.templates["template_id"][one.row], one.more)
        for one in found
    ]
    head = PageWords(
        f"{total:,} finding{'' if total == 1 else 's'} in {', '.join(page.name for page in pages.values())}",
        f"The {len(found):,} that matter most, of {templates:,} kinds of event",
        "Made by crosslog detect. Scores join what can be known without labels, and what people said of templates.",
    )
    return write_page(head, shown, list(pages.values()))
