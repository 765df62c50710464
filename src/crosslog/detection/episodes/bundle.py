"""The bundle of an experiment: the events of its spans with dense ids, and all that training and scoring need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.episodes.severity import SEVERITIES, UNKNOWN


class BundleError(ValueError):
    """The parts of a bundle do not fit one another: an event without message, text or vector."""


@dataclass(frozen=True)
class Part:
    """What one system brings: its events inside spans, its messages, and the text and vector of each message."""

    events: pl.DataFrame  # columns of schemas.Events: line, time, message_id, label, anomalous
    messages: pl.DataFrame  # schemas.Messages
    units: pl.DataFrame  # schemas.Units
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Bundle:
    """Frames as in schemas.Spans, EpisodeEvents, EpisodeMessages and EpisodeTexts; vectors (texts, dim)."""

    spans: pl.DataFrame
    events: pl.DataFrame
    messages: pl.DataFrame
    texts: pl.DataFrame
    vectors: NDArray[np.float32]

    @cached_property
    def message_list(self) -> list[str]:
        """Text of each message."""
        return self.messages["text"].to_list()

    @cached_property
    def text_list(self) -> list[str]:
        """Text behind each row of `vectors`."""
        return self.texts["text"].to_list()


def inside(events: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """The events whose line lies in one of the spans, in order."""
    inclusive = [pl.col("line").is_between(first, last) for first, last in spans["first_line", "last_line"].iter_rows()]
    return events.filter(pl.any_horizontal(inclusive))


def bundle(spans: pl.DataFrame, parts: Mapping[str, Part]) -> Bundle:
    """Join the parts; ids are dense and in order of first use, systems in the order of `parts`.

    Raises
    ------
    BundleError
        If an event's message has no text or no vector.
    """
    events = pl.concat([_joined(system, part) for system, part in parts.items()])
    messages = _numbered(events, "text", "message")
    texts = _numbered(events, "unit_text", "unit")
    joined = events.join(messages, on="text", maintain_order="left").join(texts, on="unit_text", maintain_order="left")
    return Bundle(
        spans=spans,
        events=joined.select("system", "line", "time", "message", "unit", "label", "anomalous"),
        messages=_first(joined, "message").select("message", "text", _severity().alias("severity")),
        texts=_first(joined, "unit").select("unit", pl.col("unit_text").alias("text")),
        vectors=_vectors(_first(joined, "unit"), parts),
    )


def merged(first: Bundle, second: Bundle) -> Bundle:
    """One bundle over both: the first keeps its ids, and texts that both have stand once.

    Raises
    ------
    BundleError
        If their vectors differ in length.
    """
    _check_dims({"first": first.vectors, "second": second.vectors})
    messages, message_ids = _united(first.messages, second.messages, "message")
    texts, units = _united(first.texts, second.texts, "unit")
    events = second.events.with_columns(
        message=message_ids.gather(second.events["message"]), unit=units.gather(second.events["unit"])
    )
    new = units.to_numpy() >= first.texts.height
    return Bundle(
        spans=pl.concat([first.spans, second.spans]),
        events=pl.concat([first.events, events]),
        messages=messages,
        texts=texts,
        vectors=np.concatenate([first.vectors, second.vectors[new]]),
    )


def _united(first: pl.DataFrame, second: pl.DataFrame, name: str) -> tuple[pl.DataFrame, pl.Series]:
    """Rows of both, each text once, and the new id of each row of `second`."""
    rows = pl.concat([first, second]).unique("text", keep="first", maintain_order=True).drop(name)
    rows = rows.with_row_index(name)
    ids = second.select("text").join(rows, on="text", how="left", maintain_order="left")[name]
    return rows, ids


def _joined(system: str, part: Part) -> pl.DataFrame:
    units = part.units.rename({"text": "unit_text"})
    joined = (
        part.events.sort("line")
        .select(pl.lit(system).alias("system"), "line", "time", "message_id", "label", "anomalous")
        .join(part.messages.select("message_id", "text", "level"), on="message_id", how="left", maintain_order="left")
        .join(units, on="message_id", how="left", maintain_order="left")
    )
    lost = joined.filter(pl.col("text").is_null() | pl.col("row").is_null())
    if lost.height:
        line, message = lost.row(0, named=True)["line"], lost.row(0, named=True)["message_id"]
        raise BundleError(
            f"{system}: {lost.height} events have a message without text or vector, the first in line {line} "
            f"(message_id {message}); run the stages parse and embed of {system} again"
        )
    return joined


def _numbered(events: pl.DataFrame, text: str, name: str) -> pl.DataFrame:
    """Each distinct text with its id, in order of first use."""
    return events.select(text).unique(keep="first", maintain_order=True).with_row_index(name)


def _first(joined: pl.DataFrame, name: str) -> pl.DataFrame:
    return joined.unique(name, keep="first", maintain_order=True).sort(name)


def _severity() -> pl.Expr:
    word = pl.col("level").str.to_lowercase().str.strip_chars()
    return word.replace_strict(SEVERITIES, default=UNKNOWN, return_dtype=pl.Int8).fill_null(UNKNOWN)


def _vectors(firsts: pl.DataFrame, parts: Mapping[str, Part]) -> NDArray[np.float32]:
    dim = _check_dims({system: part.vectors for system, part in parts.items()})
    vectors = np.empty((firsts.height, dim), dtype=np.float32)
    for system, part in parts.items():
        here = firsts.filter(pl.col("system") == system)
        vectors[here["unit"].to_numpy()] = part.vectors[here["row"].to_numpy()]
    return vectors


def _check_dims(vectors: Mapping[str, NDArray[np.float32]]) -> int:
    dims = {name: each.shape[1] for name, each in vectors.items()}
    if len(set(dims.values())) > 1:
        raise BundleError(f"vectors of the systems differ in length: {dims}; embed all with one encoder")
    return int(next(iter(dims.values())))
