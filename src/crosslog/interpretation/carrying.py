"""Reviewed sentences of templates whose wording has changed, carried over to the new wording as suggestions.

A miner words a template anew as a log grows: a word that turns out to vary becomes `<*>`, and the key changes with it.
"""

from __future__ import annotations

import re
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from crosslog.interpretation.likeness import have_opposites

REVIEWED = ("approved", "edited")
REWORDED = 85  # token-sort ratio from which a new template is a gone one in other words
PREFIX = re.compile(r"was(?:, judged \w+)?: ")  # of a suggestion's note; checks.REWORDED knows it too


def suggestions(templates: pl.DataFrame, existing: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """A row of schemas.Interpretations for each new template that rewords a gone one which people reviewed, by key.

    It has the reviewed sentence, pending, and the old wording in `note`; a verdict is named there too but not taken
    over: it was given to other words.

    Parameters
    ----------
    templates : schemas.Templates
    existing : schemas.Interpretations
    """
    gone = existing.filter(pl.col("status").is_in(REVIEWED)).join(templates, on="key", how="anti")
    new = templates.join(existing, on="key", how="anti")
    found: dict[str, dict[str, Any]] = {}
    for row in new.sort("key").iter_rows(named=True) if gone.height else ():
        old = _most_alike(row["template"], gone)
        if old is not None:
            found[row["key"]] = {**old, "key": row["key"], **_suggested(old)}
    return found


def old_wording_is_known(existing: pl.DataFrame) -> pl.Series:
    """Whether each row's sentence is still the one that its old wording, named in `note`, has."""
    sentences = dict(existing.select("template", "interpretation").iter_rows())
    columns = existing.select("note", "interpretation").iter_rows()
    known = [bool(PREFIX.match(note)) and sentences.get(PREFIX.sub("", note, 1)) == text for note, text in columns]
    return pl.Series("known", known, dtype=pl.Boolean)


def _suggested(old: dict[str, Any]) -> dict[str, str]:
    judged = f", judged {old['verdict']}" if old["verdict"] else ""
    note = f"was{judged}: {old['template']}"
    return {"status": "pending", "note": note, "verdict": "", "reviewer": "", "reviewed_at": "", "problems": ""}


def _most_alike(template: str, gone: pl.DataFrame) -> dict[str, Any] | None:
    rows = gone.sort("occurrences", "key", descending=[True, False]).iter_rows(named=True)
    likeness, best = max(((_likeness(template, row["template"]), row) for row in rows), key=lambda pair: pair[0])
    return best if likeness >= REWORDED else None


def _likeness(template: str, old: str) -> float:
    if have_opposites(template, old):
        return 0
    words, others = template.split(), old.split()
    pairs = list(zip(words, others, strict=False))
    same = sum(word == other for word, other in pairs)
    if len(words) == len(others) and 2 * same >= len(words) and all(w == o or "<*>" in (w, o) for w, o in pairs):
        return 100
    return fuzz.token_sort_ratio(template, old)
