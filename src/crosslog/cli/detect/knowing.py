"""What is known of failures before a log is read: kinds that ship with crosslog, and what people judged elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import polars as pl

from crosslog import artifacts
from crosslog.cli.detect.memory import Memory
from crosslog.csv_files import CsvError
from crosslog.detection.hints.meaning import KnownTexts
from crosslog.embedding.encoder import RoundedEncoder
from crosslog.interpretation.review import table
from crosslog.labelling.known.events import KnownEvents, KnownEventsError, load_known_events, read_sentences

SIMULATED = "_simulated"  # how such systems' names end: their failures are invented, and nothing is learnt of them


def gather_known(memory: Memory, encoder: RoundedEncoder) -> KnownTexts:
    """Kinds of failures and of ordinary events, and judged templates of other systems, each with its name.

    Parameters
    ----------
    memory : of the log that is looked at: what was judged there is no news
    encoder : whose vectors are compared
    """
    shipped = _load_shipped(memory, encoder)
    judged = pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(("name", "sentence", "verdict"), pl.String)), *_judged(memory)]
    )
    sentences = judged["sentence"].to_list()
    return KnownTexts(
        np.concatenate([shipped.vectors, memory.find_vectors(sentences, encoder)]) if sentences else shipped.vectors,
        [*shipped.kinds, *judged["name"]],
        [*shipped.sentences, *sentences],
        np.concatenate([shipped.anomalous, (judged["verdict"] == "anomalous").to_numpy()]),
    )


def _load_shipped(memory: Memory, encoder: RoundedEncoder) -> KnownEvents:
    """With the vectors that ship, or with the encoder's own where it is another."""
    try:
        return load_known_events(encoder.identity())
    except KnownEventsError:
        kinds, sentences, anomalous = read_sentences()
        return KnownEvents(memory.find_vectors(sentences, encoder), kinds, sentences, anomalous)


def _judged(memory: Memory) -> Iterator[pl.DataFrame]:
    """name, sentence and verdict of what people judged of other systems that are remembered in the same folder."""
    for path in sorted((memory.folder / artifacts.interpretations_path("any")).parent.glob("*.csv")):
        if path.stem == memory.system or path.stem.endswith(SIMULATED):
            continue
        try:
            rows = table.load_rows(path).filter(pl.col("verdict").is_in(["normal", "anomalous"]))
        except (CsvError, OSError) as error:
            sys.stderr.write(f"nothing is learnt of {path.stem}: {error}\n")
            continue
        yield rows.select(pl.lit(path.stem).alias("name"), pl.col("interpretation").alias("sentence"), "verdict")
