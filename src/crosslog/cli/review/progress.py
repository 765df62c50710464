"""How far the review has come."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table

from crosslog import artifacts, schemas
from crosslog.cli.review import rows
from crosslog.cli.terminal import say
from crosslog.interpretation.review import decisions
from crosslog.interpretation.review.table import QUOTED_SOURCE

BAR = 10  # characters


class ReviewProgress(NamedTuple):
    """Counts of one system's rows."""

    rows: int
    open: int
    flagged: int  # open, with problems
    judged: int  # with a verdict
    quoted: int  # open, and nobody has put into words
    seen: float  # share of events whose template somebody has decided about


def count_progress(frame: pl.DataFrame) -> ReviewProgress:
    """The progress in schemas.Interpretations."""
    waiting = frame.filter(decisions.is_open())
    events = int(frame["occurrences"].sum())
    seen = 1 - int(waiting["occurrences"].sum()) / events if events else 1.0
    flagged, judged = waiting.filter(pl.col("problems") != "").height, frame.filter(pl.col("verdict") != "").height
    quoted = waiting.filter(pl.col("source") == QUOTED_SOURCE).height
    return ReviewProgress(frame.height, waiting.height, flagged, judged, quoted, seen)


def show_systems() -> None:
    """Print the progress of every system that has interpretations."""
    listing = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("system", "reviewed", "open", "flagged", "quoted", "judged", "events"):
        left = name in ("system", "reviewed")
        listing.add_column(name, no_wrap=name != "system", overflow="fold", justify="left" if left else "right")
    for system in rows.list_systems():
        done = count_progress(rows.load_system_rows(system))
        share = 1 - done.open / done.rows if done.rows else 1.0
        bar = ("█" * round(share * BAR)).ljust(BAR, "·")
        counts = f"{done.open} of {done.rows}", str(done.flagged), str(done.quoted), str(done.judged)
        listing.add_row(system, f"{bar} {share:4.0%}", *counts, f"{done.seen:.0%}")
    Console().print(listing)
    say("`crosslog review list SYSTEM` lists what is most worth a look, `crosslog review serve` shows it as a page.")


def show_run() -> None:
    """Print the counts of every system of the run, and which reports exist."""
    from crosslog.settings import Settings  # noqa: PLC0415 half a second that a review need not take

    run = Settings.load().run
    listing = Table(title=f"suite {run.name}", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    listing.padding = (0, 1, 0, 0)
    listing.add_column("system", overflow="fold")
    for name in ("rows", *schemas.STATUSES, "flagged"):
        listing.add_column(name, no_wrap=True, justify="right")
    for system in run.logs:
        listing.add_row(system, *_counts(system))
    Console().print(listing)
    for name in run.everything:
        folder = artifacts.METRICS.at(experiment=name, detector="any").parent
        reports = sorted(path.stem for path in folder.glob("*.json"))
        say(f"{name}: {', '.join(reports) or 'no report yet'}")
    comparison = artifacts.report_path(run.name, "comparison.md")
    say(f"{comparison}: {'there' if comparison.exists() else 'not yet; run `dvc repro`'}")


def _counts(system: str) -> list[str]:
    if system not in rows.list_systems():
        return ["none yet"]
    frame = rows.load_system_rows(system)
    counts = [frame.filter(pl.col("status") == name).height for name in schemas.STATUSES]
    return [str(count) for count in (frame.height, *counts, frame.filter(pl.col("problems") != "").height)]
