"""What mature systems know of their templates, carried over to a new system's as weak proposals.

Sharma and Yelleti 2025 ("drift-based labelling") match new messages to known anomalies by meaning and by letters. Here
known normal templates compete with the anomalous ones, the match is shown, and nothing is a label until a person
accepts it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Similarities = NDArray[np.float32]

TEMPLATE_WILDCARD = re.compile(r"<[^<> ]*>")
TEMPLATES_AT_ONCE = 512  # new templates compared at a time: the matrix stays small
SHARPNESS = 0.05  # difference in similarity to the opposite verdict that counts as certain by 1 - 1/(1 + e)
TRANSFER_STATES = ("known", "drifted", "new")
TRANSFER_SCHEMA = {
    "key": pl.String,
    "template": pl.String,
    "proposal": pl.String,
    "confidence": pl.Float64,
    "by": pl.String,
    "matched_system": pl.String,
    "matched_key": pl.String,
    "matched_template": pl.String,
    "state": pl.String,
}


@dataclass(frozen=True)
class MatchLevels:
    """How similar two templates must be to match; below, nothing is alike.

    `meaning` is the lowest level, in steps of .05, from which nine of ten proposals between unlike systems are right.
    Of simulated systems, each taught by the other three, .76 are right at .5 (of those that say anomalous .64), .82 at
    .8, .90 at .85. Of BGL and Thunderbird, each taught by the other real logs, .91 at .5 (3 of 11 that say anomalous);
    from .6 to .8 none that says anomalous is right, at .85 nothing is proposed (`python -m bench.transfer`).
    """

    meaning: float = 0.85  # cosine of their vectors, of all-MiniLM-L6-v2
    letters: float = 0.8  # share of letters in common (Indel similarity); Sharma and Yelleti's code has .8


def transfer_verdicts(
    new: tuple[pl.DataFrame, Similarities], mature: tuple[pl.DataFrame, Similarities], levels: MatchLevels | None = None
) -> pl.DataFrame:
    """A proposal for each template of a new system, from the most similar known template.

    Parameters
    ----------
    new : key, template; and their (n, dim) vectors of length one
    mature : system, key, template, verdict (`normal` or `anomalous`) of other systems; and their vectors
    levels : from which similarity on two templates match

    Returns
    -------
    pl.DataFrame
        A row per new template in its order: key, template, proposal (a verdict, or empty without a match); confidence
        (similarity of the match, times how much closer it is than the closest of the opposite verdict; 0 without a
        match); by (`meaning`, `letters` or `both`); the matched system, key and template; state: `known` (the same
        words, or the same meaning), `drifted` (nearly the same letters, other words), `new` (nothing matches)
    """
    templates, known, levels = new[0], mature[0], levels or MatchLevels()
    rows = []
    for start in range(0, len(templates), TEMPLATES_AT_ONCE):
        some = templates[start : start + TEMPLATES_AT_ONCE]
        meaning = (
            new[1][start : start + TEMPLATES_AT_ONCE] @ mature[1].T
            if len(known)
            else np.empty((len(some), 0), np.float32)
        )
        letters = compare_letters(some["template"].to_list(), known["template"].to_list())
        worded = np.outer(_have_words(some["template"]), _have_words(known["template"]))
        meaning, letters = meaning * worded, letters * worded
        rows += [
            {"key": key, "template": template, **_proposal(template, known, (meaning[row], letters[row]), levels)}
            for row, (key, template) in enumerate(some.select("key", "template").iter_rows())
        ]
    return pl.DataFrame(rows, schema=TRANSFER_SCHEMA, orient="row")


def compare_letters(ones: list[str], others: list[str]) -> Similarities:
    """(n, m) shares of letters in common, 0 to 1; case and wildcards do not count."""
    words = [[" ".join(_words(text)) for text in texts] for texts in (ones, others)]
    return np.asarray(process.cdist(*words, scorer=fuzz.ratio, dtype=np.float32) / 100)


def _have_words(templates: pl.Series) -> NDArray[np.bool_]:
    """Which templates say anything: two of values alone are not alike."""
    return templates.str.replace_all(TEMPLATE_WILDCARD.pattern, " ").str.contains(r"\p{Alphabetic}").to_numpy()


def _proposal(
    template: str, known: pl.DataFrame, similarities: tuple[Similarities, Similarities], levels: MatchLevels
) -> dict[str, str | float | None]:
    meaning, letters = similarities
    by_meaning, by_letters = meaning >= levels.meaning, letters >= levels.letters
    strength = np.maximum(np.where(by_meaning, meaning, 0), np.where(by_letters, letters, 0))
    if not strength.any():
        return {"proposal": "", "confidence": 0.0, "by": "", "state": "new"}
    best = int(np.argmax(strength))
    match = known.row(best, named=True)
    opposite = np.maximum(meaning, letters)[known["verdict"].to_numpy() != match["verdict"]]
    lead = strength[best] - opposite.max() if len(opposite) else 1.0
    drifted = by_letters[best] and sorted(_words(template)) != sorted(_words(match["template"]))
    return {
        "proposal": match["verdict"],
        "confidence": float(strength[best] / (1 + np.exp(-lead / SHARPNESS))),
        "by": "both" if by_meaning[best] and by_letters[best] else "meaning" if by_meaning[best] else "letters",
        **{f"matched_{name}": match[name] for name in ("system", "key", "template")},
        "state": "drifted" if drifted else "known",
    }


def _words(template: str) -> list[str]:
    return TEMPLATE_WILDCARD.sub(" ", template.lower()).split()
