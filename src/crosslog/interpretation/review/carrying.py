"""Reviewed sentences of templates whose wording has changed, carried over to the new wording as suggestions.

A miner words a template anew as a log grows: a word that turns out to vary becomes `<*>`, and the key changes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from crosslog.interpretation.review.likeness import have_opposites, pair_by_words
from crosslog.interpretation.review.table import WRITTEN, fingerprint_sentence

REVIEWED = ("approved", "edited")
ALL_PAIRS = 100_000  # of new and gone templates, up to which each is compared with each
LIKENESS_OF_REWORDED = 85  # token-sort ratio from which a new template is a gone one in other words


def suggest_rows(templates: pl.DataFrame, existing: pl.DataFrame) -> dict[str, dict[str, Any]]:
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
    known = gone.sort("occurrences", "key", descending=[True, False]).rows(named=True)
    rows = new.sort("key").rows(named=True) if known else []
    for row, candidates in zip(rows, _candidates(rows, known), strict=True):
        old = _most_alike(row["template"], candidates)
        if old is not None:
            found[row["key"]] = {**old, "key": row["key"], **_suggested(row["key"], old)}
    return found


def _suggested(key: str, old: dict[str, Any]) -> dict[str, str]:
    judged = f", judged {old['verdict']}" if old["verdict"] else ""
    note = f"was{judged}: {old['template']}"
    empty = dict.fromkeys(("verdict", "reviewer", "reviewed_at", "problems"), "")
    return {**empty, "status": "pending", "note": note, WRITTEN: fingerprint_sentence(key, old["interpretation"])}


def _candidates(rows: Sequence[dict[str, Any]], known: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What each new row may reword: all that is known, or where that is too much what shares a rare word with it."""
    if len(rows) * len(known) <= ALL_PAIRS:
        yield from (known for _ in rows)
        return
    pairs = pair_by_words([row["template"] for row in rows], [row["template"] for row in known])
    others = dict(pairs.group_by("place").agg(pl.col("other").sort()).iter_rows())
    yield from ([known[other] for other in others.get(place, ())] for place in range(len(rows)))


def _most_alike(template: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    likes = ((_likeness(template, row["template"]), row) for row in rows)
    likeness, best = max(likes, key=lambda pair: pair[0], default=(0.0, None))
    return best if likeness >= LIKENESS_OF_REWORDED else None


def _likeness(template: str, old: str) -> float:
    if have_opposites(template, old):
        return 0
    words, others = template.split(), old.split()
    pairs = list(zip(words, others, strict=False))
    same = sum(word == other for word, other in pairs)
    if len(words) == len(others) and 2 * same >= len(words) and all(w == o or "<*>" in (w, o) for w, o in pairs):
        return 100
    return fuzz.token_sort_ratio(template, old)
