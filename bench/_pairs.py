"""Pairs of templates that mean the same or not, and how well vectors tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.evaluation.metrics import compute_auroc
from crosslog.settings import EvaluateSettings

PAIRS = Path(__file__).parent / "data/meaning_pairs.csv"
MOST_MISSING = 0.05  # of the listed templates; without more it is no longer the list that was chosen
TOP = 5
EQUAL = 1e-6  # cosines closer than this are a tie
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Pairs(NamedTuple):
    """Pairs of rows of a table of templates, (pairs, 2), and what a reader said of each."""

    rows: Ints
    same: Flags
    hard: Flags
    missing: list[str]  # listed templates that the table lacks; their pairs are left out


class Purity(NamedTuple):
    """How near templates of the same meaning are: shares, and the mean of 1 / rank."""

    nearest: float
    by_meaning: float  # the same, each meaning counted once
    top: float
    reciprocal: float


def found(pairs: pl.DataFrame, templates: pl.DataFrame) -> Pairs:
    """The pairs (key_a, system_a, key_b, system_b, meaning) whose templates (system, key, template) are all there.

    Raises
    ------
    SystemExit
        If more than `MOST_MISSING` of the listed templates are not; the message names them.
    """
    sides = [_placed(pairs, side, templates) for side in "ab"]
    named = pl.concat(sides).unique(["system", "key"], maintain_order=True)
    missing = named.filter(pl.col("row").is_null()).select(pl.format("{} of {}", "key", "system")).to_series().to_list()
    if len(missing) > MOST_MISSING * named.height:
        raise SystemExit(
            f"{len(missing)} of the {named.height} listed templates are not in their logs: {', '.join(missing)}. "
            "Parsing gives other templates than it did: choose their pairs again"
        )
    whole = pl.DataFrame({"a": sides[0]["row"], "b": sides[1]["row"], "same": pairs["meaning"] == "same"}).drop_nulls()
    rows, same = whole.select("a", "b").to_numpy().astype(np.int64), whole["same"].to_numpy()
    return Pairs(rows, same, hard(templates["template"].to_list(), rows, same), missing)


def hard(texts: Sequence[str], rows: Ints, same: Flags) -> Flags:
    """Which pairs words mislead about: the same with less in common than the median pair, or different with more.

    What two texts have in common is counted in words, as a share of those of the shorter one.
    """
    words = [set(text.split()) for text in texts]
    common = np.array([len(words[a] & words[b]) / max(1, min(len(words[a]), len(words[b]))) for a, b in rows])
    middle = np.median(common)
    return np.asarray(np.where(same, common < middle, common > middle))


def meanings(rows: Ints, size: int) -> Ints:
    """(size,) a number per template, equal where pairs of the same meaning link two, directly or through others."""
    numbers = np.arange(size)
    while True:
        lowest = numbers.copy()
        np.minimum.at(lowest, rows[:, 0], numbers[rows[:, 1]])
        np.minimum.at(lowest, rows[:, 1], numbers[rows[:, 0]])
        if (lowest == numbers).all():
            return numbers
        numbers = lowest


def ranks(vectors: NDArray[np.float32], systems: NDArray[np.str_], meaning: Ints, asked: Ints) -> Floats:
    """Rank, for each template asked, of the nearest one of its meaning among all templates of the other systems.

    Vectors have length one. A template of another meaning that is just as near counts one half.
    """
    result = np.empty(len(asked))
    for place, row in enumerate(asked):
        cosines, others = vectors @ vectors[row], systems != systems[row]
        alike = others & (meaning == meaning[row])
        lead = cosines[alike].max() - cosines[others & ~alike]
        result[place] = 1 + (lead < -EQUAL).sum() + (np.abs(lead) <= EQUAL).sum() / 2
    return result


def purity(rank: Floats, meaning: Ints) -> Purity:
    """What the ranks of some templates, and the meaning of each, come to."""
    nearest = rank <= 1
    by_meaning = [float(nearest[meaning == one].mean()) for one in np.unique(meaning)]
    return Purity(
        float(nearest.mean()), float(np.mean(by_meaning)), float((rank <= TOP).mean()), float((1 / rank).mean())
    )


def areas(same: Flags, cosines: Floats, settings: EvaluateSettings) -> Floats:
    """(resamples,) AUROC over pairs drawn with replacement: the same draws whenever there are as many pairs."""
    draws = np.random.default_rng(settings.seed).integers(len(same), size=(settings.resamples, len(same)))
    return np.array([compute_auroc(same[draw], cosines[draw]) for draw in draws])


def means(values: Floats, meaning: Ints, settings: EvaluateSettings) -> Floats:
    """(resamples,) means over templates where whole meanings are drawn with replacement; the same draws likewise."""
    _, group = np.unique(meaning, return_inverse=True)
    sums, sizes = np.bincount(group, values), np.bincount(group)
    drawn = np.random.default_rng(settings.seed).integers(len(sizes), size=(settings.resamples, len(sizes)))
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))


def interval(values: Floats, confidence: float) -> tuple[float, float]:
    """Percentile interval of resampled values; undefined ones are left out."""
    low, high = np.nanquantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _placed(pairs: pl.DataFrame, side: str, templates: pl.DataFrame) -> pl.DataFrame:
    places = templates.select("system", "key").with_row_index("row")
    named = pairs.select(system=f"system_{side}", key=f"key_{side}")
    return named.join(places, on=["system", "key"], how="left", maintain_order="left")
