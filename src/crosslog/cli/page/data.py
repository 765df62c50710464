"""What the page shows, and the decisions it sends, as plain JSON values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from crosslog.cli.review import progress, rows
from crosslog.cli.review.judging import order_by_help
from crosslog.interpretation.review import decisions
from crosslog.interpretation.review.ordering import order_by_worth

SEEN = ("key", *decisions.EDITABLE)
DECISIONS: dict[str, Callable[[str], dict[str, str]]] = {
    "approve": lambda _text: decisions.approve(),
    "edit": decisions.edit,
    "reject": decisions.reject,
    "judge": decisions.judge_template,
    "reopen": lambda _text: decisions.reopen(),
}


def describe_systems(first: str | None, reviewer: str) -> dict[str, Any]:
    """Every system with its progress, which to show first, and who reviews."""
    found = [
        {"name": name, **progress.count_progress(rows.load_system_rows(name))._asdict()} for name in rows.list_systems()
    ]
    most = max(found, key=lambda entry: entry["open"], default={"name": ""})
    return {"systems": found, "first": first or most["name"], "reviewer": reviewer}


def describe_system(system: str) -> dict[str, Any]:
    """A system's rows, the one most worth a look first; `help` is the place in the order of verdicts."""
    at = stamp_file(system)
    frame = rows.load_system_rows(system)
    elsewhere = rows.load_other_rows(system)
    places = order_by_help(system, frame, elsewhere).select("key").with_row_index("help")
    ordered = order_by_worth(frame, elsewhere).join(places, on="key", how="left", maintain_order="left")
    return {"version": at, "rows": ordered.to_dicts(), "progress": progress.count_progress(frame)._asdict()}


def stamp_file(system: str) -> str:
    """What changes when a system's file does."""
    stat = rows.find_file(system).stat()
    return f"{stat.st_mtime_ns}-{stat.st_size}"


def take_decision(system: str, seen: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, Any]:
    """Write one decision: the row as it now is, the progress, and the file's new version.

    Parameters
    ----------
    system : its name
    seen : the columns SEEN of the row as the page shows it
    changes : a decision with its signature

    Raises
    ------
    ChangedError
        If the row is no longer as the page shows it.
    """
    before = stamp_file(system)

    def changed(frame: pl.DataFrame) -> pl.DataFrame:
        return decisions.apply_decision(decisions.check_unchanged(frame, seen), seen["key"], changes)

    frame = rows.change_rows(system, changed)
    row = frame.row(by_predicate=pl.col("key") == seen["key"], named=True)
    state = {
        "progress": progress.count_progress(frame)._asdict(),
        "before": before,
        "version": stamp_file(system),
    }
    return {"row": row, **state}
