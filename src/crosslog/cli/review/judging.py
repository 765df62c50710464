"""Which templates of a system to ask a verdict for first: labelling.judging, given what lies on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import artifacts
from crosslog.labelling.judging import KnownVectors, order_templates
from crosslog.vectors import normalise_vectors

REPRESENTATION = "interpretation"
# A hint for the very first verdicts, which have no other to go by; never a label.
FAILURE = r"(?i)\b(?:error|err|fail|failed|failure|fatal|panic|fault|abort|aborted|lost|dead|timeout|timed out|corrupt)"


def order_by_help(system: str, frame: pl.DataFrame, elsewhere: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows without a verdict, that which helps most first, with columns worth, chance and doubt.

    Sentences that have no vector yet are judged by their occurrences and words alone.

    Parameters
    ----------
    system : its name
    frame : its schemas.Interpretations
    elsewhere : the same of other systems, by name; what is judged there is evidence here
    """
    current = frame.filter(pl.col("occurrences") > 0)
    asked = current.select(
        "key", "occurrences", "verdict", first_line=pl.lit(0), suspicious=pl.col("template").str.contains(FAILURE)
    )
    vectors = _vectors(system, current["interpretation"].to_list())
    found = order_templates(asked, vectors, None if vectors is None else _known(elsewhere, vectors.shape[1]))
    return found.join(frame, on="key", how="left", maintain_order="left")


def _known(elsewhere: Mapping[str, pl.DataFrame], width: int) -> KnownVectors:
    judged = {
        verdict: [_of_verdict(system, frame, verdict, width) for system, frame in elsewhere.items()]
        for verdict in ("anomalous", "normal")
    }
    none = np.empty((0, width), dtype=np.float32)
    return KnownVectors(np.vstack([none, *judged["anomalous"]]), np.vstack([none, *judged["normal"]]))


def _of_verdict(system: str, frame: pl.DataFrame, verdict: str, width: int) -> NDArray[np.float32]:
    texts = frame.filter(pl.col("verdict") == verdict)["interpretation"].to_list()
    vectors = _vectors(system, texts) if texts else None
    return np.empty((0, width), dtype=np.float32) if vectors is None or vectors.shape[1] != width else vectors


def _vectors(system: str, texts: Sequence[str]) -> NDArray[np.float32] | None:
    """(texts, dim) vectors of length one; of length zero where a text has none; None where nothing is embedded."""
    paths = sorted(artifacts.embeddings_folder("").glob(f"*/{system}/{REPRESENTATION}.npy"))
    if not paths:
        return None
    encoder = paths[0].parents[1].name
    units = artifacts.UNITS.read(system=system, representation=REPRESENTATION, encoder=encoder)
    rows = dict(units.select("text", "row").iter_rows())
    stored = artifacts.read_vectors(paths[0], int(units["row"].max()) + 1)  # type: ignore[arg-type]
    found = np.zeros((len(texts), stored.shape[1]), dtype=np.float32)
    for place, text in enumerate(texts):
        if text in rows:
            found[place] = stored[rows[text]]
    return normalise_vectors(found)
