"""What a reviewer decides about one row: the columns that change, and the row they change in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from crosslog.faults import UserError
from crosslog.interpretation.review.checks import find_problem_beside, recheck_row, recheck_rows
from crosslog.interpretation.review.table import LONGEST_SENTENCE, is_too_long
from crosslog.schemas import VERDICTS
from crosslog.templates import LONGEST_TEXT

OPEN = ("pending", "rejected")
EDITABLE = ("interpretation", "source", "status", "verdict", "note")  # what a decision may change, its signature aside

ISO_DATE = r"^\d{4}-\d{2}-\d{2}"


class ReviewError(UserError, ValueError):
    """A decision that says too little, or about a row that is not there."""


class ChangedError(ReviewError):
    """Somebody else has decided about the row in the meantime."""


def approve() -> dict[str, str]:
    """The sentence is right."""
    return {"status": "approved"}


def edit(sentence: str) -> dict[str, str]:
    """Put this sentence in the other's place; ReviewError where it is empty or longer than LONGEST_SENTENCE."""
    if not sentence.strip():
        raise ReviewError("an edit needs an interpretation: a sentence to put in place; to have it asked again, reject")
    if is_too_long(sentence.strip()):
        raise ReviewError(f"a sentence of {len(sentence):,} characters: at most {LONGEST_SENTENCE:,} bytes")
    return {"status": "edited", "interpretation": sentence.strip(), "source": "person"}


def reject(note: str) -> dict[str, str]:
    """Ask again, and tell the interpreter this; ReviewError where it is empty or longer than LONGEST_TEXT."""
    if not note.strip():
        raise ReviewError("a rejection needs a note: what is wrong with the sentence")
    if len(note.strip()) > LONGEST_TEXT:
        raise ReviewError(f"a note of {len(note):,} characters: at most {LONGEST_TEXT:,}")
    return {"status": "rejected", "note": note.strip()}


def judge_template(verdict: str) -> dict[str, str]:
    """What an event of this template is: normal, anomalous, depends (on what is around it); empty: not judged."""
    if verdict not in VERDICTS:
        raise ReviewError(f"verdict {verdict!r} is none of {', '.join(filter(None, VERDICTS))}")
    return {"verdict": verdict}


def reopen() -> dict[str, str]:
    """Take a decision about the sentence back."""
    return {"status": "pending"}


def sign_decision(changes: Mapping[str, str], reviewer: str) -> dict[str, str]:
    """A decision with the name of who took it, and the time."""
    return {**changes, "reviewer": reviewer, "reviewed_at": current_time()}


def current_time() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def is_open() -> pl.Expr:
    """Rows that wait for a person: undecided, of a template that the log still has."""
    return pl.col("status").is_in(OPEN) & (pl.col("occurrences") > 0)


def find_key(frame: pl.DataFrame, start: str) -> str:
    """The one key that starts so; ReviewError if there is none, or more."""
    found = frame.filter(pl.col("key").str.starts_with(start.strip().lower()))["key"].to_list()
    if len(found) != 1:
        raise ReviewError(f"{len(found)} rows have a key that starts with {start!r}; give exactly one")
    return str(found[0])


def apply_decision(frame: pl.DataFrame, start: str, changes: Mapping[str, str]) -> pl.DataFrame:
    """The rows with one decision: `changes` made in the row whose key starts so; what they touch is checked again.

    Raises
    ------
    ReviewError
        If no row, or more than one, has such a key.
    """
    key = find_key(frame, start)
    chosen = pl.col("key") == key
    changed = frame.with_columns(
        **{name: pl.when(chosen).then(pl.lit(value)).otherwise(name) for name, value in changes.items()}
    )
    if "interpretation" in changes:
        return recheck_rows(changed)
    row = changed.row(by_predicate=chosen, named=True)
    found = recheck_row(row, find_problem_beside(row["problems"]))
    return changed.with_columns(problems=pl.when(chosen).then(pl.lit(found)).otherwise("problems"))


def judge_unjudged(frame: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The rows with verdicts where nobody has given one: what a person has said of a template stays.

    A row without a verdict that somebody has decided about later than it was judged here may have had it taken back:
    it stays as it is, too.

    Parameters
    ----------
    frame : schemas.Interpretations
    judged : key, verdict, reviewer, reviewed_at, a row per key; keys that are not in `frame` are passed over
    """
    told = frame.select("key").join(judged, on="key", how="left", maintain_order="left")
    dated = frame["reviewed_at"].str.contains(ISO_DATE) & told["reviewed_at"].str.contains(ISO_DATE)
    later = dated & (frame["reviewed_at"] > told["reviewed_at"])
    free = (frame["verdict"] == "") & told["verdict"].is_not_null() & ~later.fill_null(value=False)
    return frame.with_columns(
        pl.when(free).then(told[name]).otherwise(frame[name]).alias(name)
        for name in ("verdict", "reviewer", "reviewed_at")
    )


def check_unchanged(frame: pl.DataFrame, seen: Mapping[str, str]) -> pl.DataFrame:
    """The rows, if the one that `seen` shows (its `key`, and columns of EDITABLE) is still like that.

    Raises
    ------
    ChangedError
        If somebody has changed it.
    """
    row = frame.row(by_predicate=pl.col("key") == find_key(frame, seen["key"]), named=True)
    if any(row[name] != value for name, value in seen.items()):
        raise ChangedError(f"{seen['key'][:8]} was changed elsewhere since it was shown: look at it again")
    return frame
