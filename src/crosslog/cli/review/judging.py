"""Which templates of a system to ask a verdict for first: what is believed of them, given what lies on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import artifacts
from crosslog.cli.review.spread import load_spread
from crosslog.detection.hints.belief import apply_verdicts
from crosslog.detection.hints.joining import Meanings, score_templates
from crosslog.detection.hints.meaning import KnownTexts
from crosslog.labelling.judging import order_templates
from crosslog.labelling.verdicts import NAMING_VERDICTS
from crosslog.vectors import normalise_vectors

REPRESENTATION = "interpretation"


def order_by_help(system: str, frame: pl.DataFrame, elsewhere: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows without a verdict, that which helps most first, with columns worth, chance and doubt.

    Parameters
    ----------
    system : its name; where its events are parsed, bursts and levels count; where it is embedded, meanings do
    frame : its schemas.Interpretations
    elsewhere : the same of other systems, by name; what is judged there is evidence here
    """
    current = frame.filter(pl.col("occurrences") > 0)
    vectors = _vectors(system, current["interpretation"].to_list())
    spread = load_spread(system)
    facts = current.select("key", text="template", count="occurrences").join(
        spread.templates, on="key", how="left", maintain_order="left"
    )
    meanings = None if vectors is None else Meanings(vectors, _known(elsewhere, vectors.shape[1]))
    believed = apply_verdicts(score_templates(facts, spread.buckets, meanings), vectors, current["verdict"].to_list())
    asked = current.select("key", "occurrences", "verdict", first_line=pl.lit(0))
    found = order_templates(asked.hstack(believed.select("chance", "doubt")))
    return found.join(frame, on="key", how="left", maintain_order="left")


def _known(elsewhere: Mapping[str, pl.DataFrame], width: int) -> KnownTexts:
    parts = [_of_system(system, frame, width) for system, frame in elsewhere.items()]
    rows = pl.concat(
        [pl.DataFrame(schema={"interpretation": pl.String, "verdict": pl.String}), *(one for one, _ in parts)]
    )
    vectors = np.vstack([np.empty((0, width), dtype=np.float32), *(two for _, two in parts)])
    texts = rows["interpretation"].to_list()
    return KnownTexts(vectors, texts, texts, (rows["verdict"] == "anomalous").to_numpy())


def _of_system(system: str, frame: pl.DataFrame, width: int) -> tuple[pl.DataFrame, NDArray[np.float32]]:
    """The judged sentences of another system with a vector of this width, and these."""
    judged = frame.filter(pl.col("verdict").is_in(NAMING_VERDICTS)).select("interpretation", "verdict")
    vectors = _vectors(system, judged["interpretation"].to_list()) if len(judged) else None
    if vectors is None or vectors.shape[1] != width:
        return judged.clear(), np.empty((0, width), dtype=np.float32)
    return judged, vectors


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
