"""Likeness of texts by their letters: rows that say the same as another, and rows that another system has too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from crosslog.interpretation.review.words import OPPOSITES

SAME_SENTENCE = 95  # ratio from which two sentences say the same; picked on the simulated systems' sentences
SAME_TEMPLATE = 80  # token-sort ratio from which two templates are one message that a miner has split
CLOSE = 75  # ratio from which another system's template is worth a reviewer's look
COMPARED_AT_ONCE = 512  # texts compared with the others at once: bounds the memory
MOST_CANDIDATES = 20  # like sentences whose templates are compared
ALL_COMPARED = 2000  # texts up to which each is compared with every other; beyond, with those that share a rare word
RARE_WORDS, OF_A_WORD = 3, 40  # rarest words of a text, and texts that have one, by which others are found
LISTED = pl.List(pl.String)


def find_twins(sentences: Sequence[str], templates: Sequence[str]) -> list[int | None]:
    """For each sentence the place of one that says the same of another message; None where there is none.

    Templates that a miner has split (all but the same words) are one message, unless a word and its opposite tell them
    apart.
    """
    found: list[int | None] = [None] * len(sentences)
    for place, likes in _likes(sentences) if len(sentences) <= ALL_COMPARED else _likes_by_words(sentences):
        others = (int(other) for other in likes if other != place)
        found[place] = next((other for other in others if _differ(templates[place], templates[other])), None)
    return found


def find_closest(texts: Sequence[str], others: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """For each text the ratio (0 to 100; 0 below CLOSE) and the place of the most alike of the others."""
    ratios, places = np.zeros(len(texts), dtype=np.uint8), np.zeros(len(texts), dtype=np.intp)
    for start in range(0, len(texts) if others else 0, COMPARED_AT_ONCE):
        part = slice(start, start + COMPARED_AT_ONCE)
        table = process.cdist(texts[part], others, scorer=fuzz.ratio, score_cutoff=CLOSE, dtype=np.uint8)
        ratios[part], places[part] = table.max(axis=1), table.argmax(axis=1)
    return ratios, places


def have_opposites(template: str, other: str) -> bool:
    """Whether a word that turns a message into its opposite (not, up, down, …) stands in only one of two templates."""
    return bool((set(template.split()) ^ set(other.split())) & OPPOSITES)


def _likes(sentences: Sequence[str]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Places and their like ones. In order of length only neighbours can be alike, so most pairs are never compared."""
    frame = (
        pl.DataFrame({"text": sentences}, schema={"text": pl.String})
        .with_row_index("place")
        .filter(pl.col("text").str.strip_chars() != "")
    )
    ordered = frame.with_columns(length=pl.col("text").str.len_chars()).sort("length", "text", "place")
    texts, places, lengths = ordered["text"].to_list(), ordered["place"].to_numpy(), ordered["length"].to_numpy()
    reach = (200 - SAME_SENTENCE) / SAME_SENTENCE  # a longer one cannot reach the ratio
    for start in range(0, len(texts), COMPARED_AT_ONCE):
        stop = min(start + COMPARED_AT_ONCE, len(texts))
        low = int(np.searchsorted(lengths, lengths[start] / reach))
        high = int(np.searchsorted(lengths, lengths[stop - 1] * reach, side="right"))
        table = process.cdist(
            texts[start:stop], texts[low:high], scorer=fuzz.ratio, score_cutoff=SAME_SENTENCE, dtype=np.uint8
        )
        for row, likes in enumerate(table):
            yield int(places[start + row]), places[low + np.flatnonzero(likes)[: MOST_CANDIDATES + 1]]


def pair_by_words(texts: Sequence[str], others: Sequence[str]) -> pl.DataFrame:
    """(place, other), sorted: for each text the others that share one of its rarest words; linear in the texts.

    Of a word that many others have it is the first OF_A_WORD of them.
    """
    ours, theirs = (
        pl.DataFrame({"word": pl.Series([list(dict.fromkeys(text.lower().split())) for text in some], dtype=LISTED)})
        .with_row_index(name)
        .explode("word")
        .drop_nulls("word")
        for name, some in (("place", texts), ("other", others))
    )
    known = theirs.group_by("word").agg(pl.col("other").sort().head(OF_A_WORD), often=pl.len())
    rare = ours.join(known, on="word").sort("place", "often", "word").group_by("place", maintain_order=True)
    return rare.head(RARE_WORDS).explode("other").select("place", "other").unique().sort("place", "other")


def _likes_by_words(sentences: Sequence[str]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """As `_likes`, by pairs that share a rare word; sentences that are the same are one, whose first stands for all."""
    frame = pl.DataFrame({"text": sentences}).with_row_index("at").filter(pl.col("text").str.strip_chars() != "")
    groups = frame.group_by("text", maintain_order=True).agg(pl.col("at").head(MOST_CANDIDATES + 1), every="at")
    texts, firsts = groups["text"].to_list(), groups["at"].to_list()
    pairs = pair_by_words(texts, texts)
    ones, others = ([texts[place] for place in pairs[name]] for name in ("place", "other"))
    like = process.cpdist(ones, others, scorer=fuzz.ratio, score_cutoff=SAME_SENTENCE, dtype=np.uint8) > 0
    found = pairs.filter(pl.Series(like, dtype=pl.Boolean)).group_by("place", maintain_order=True).agg("other")
    known = dict(found.iter_rows())
    for number, every in enumerate(groups["every"]):
        likes = [at for other in known.get(number, [number]) for at in firsts[other]][: MOST_CANDIDATES + 1]
        for place in every:
            yield int(place), np.array(likes, dtype=np.intp)


def _differ(template: str, other: str) -> bool:
    return have_opposites(template, other) or fuzz.token_sort_ratio(template, other) < SAME_TEMPLATE
