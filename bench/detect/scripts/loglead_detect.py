"""Scores the lines of a log with LogLead's rarity or out-of-vocabulary detector, in LogLead's own environment.

Usage: loglead_detect.py rarity|oov FILE FORMAT MOST. Follows the steps that LogLead's authors publish: loader, nulls
out, mask, words, detector. Rarity is trained on all lines; the out-of-vocabulary detector needs lines to know words
from and takes the first half. Prints a JSON list of the MOST lines that score highest, of equals the first in the file.
"""

from __future__ import annotations

import json
import sys

import polars as pl
from loglead import AnomalyDetector  # type: ignore[import-not-found]
from loglead.enhancers import EventLogEnhancer  # type: ignore[import-not-found]
from loglead.loaders import BGLLoader, ThuSpiLibLoader  # type: ignore[import-not-found]

LOADERS = {"bgl_events": BGLLoader, "thunderbird_19k": ThuSpiLibLoader}


def main(variant: str, path: str, system: str, most: str) -> None:
    """Print the numbers of the lines that score highest."""
    frame = LOADERS[system](filename=path).execute().with_row_index("number", offset=1)
    frame = frame.filter(pl.col("m_message").is_not_null())
    enhancer = EventLogEnhancer(frame)
    enhancer.mask()
    enhancer.words("e_message_normalized")
    scored = score_lines(enhancer.df, variant)
    first = scored.sort("pred_ano_proba", descending=True, maintain_order=True).head(int(most))
    print(json.dumps(first["number"].to_list()))


def score_lines(words: pl.DataFrame, variant: str) -> pl.DataFrame:
    """The lines with a column pred_ano_proba, the detector's score."""
    detector = AnomalyDetector(item_list_col="e_words", print_scores=False, auc_roc=True)
    detector.train_df = words if variant == "rarity" else words.head(len(words) // 2)
    detector.test_df = words
    detector.prepare_train_test_data()
    train = detector.train_RarityModel if variant == "rarity" else detector.train_OOVDetector
    train()
    scored: pl.DataFrame = detector.predict()
    return scored


if __name__ == "__main__":
    main(*sys.argv[1:])
