"""The bundle of an experiment: the events of its windows with dense ids, and all that training and scoring need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.detection.episodes.severity import SEVERITIES, UNKNOWN
from crosslog.detection.events import Texts
from crosslog.faults import UserError

MESSAGE = ("text", "template", "severity")  # what makes two events' messages one
TEXT = ("text", "encoding")  # what makes two texts' vectors one: an encoder may have options for each system
EVENT_COLUMNS = ("system", "line", "time", "node", "session", "message", "unit", "label", "anomalous")


class BundleError(UserError, ValueError):
    """The parts of a bundle do not fit one another: an event without message, text or vector."""


@dataclass(frozen=True)
class SystemPart:
    """What one system brings: its windows, their events, its messages and templates, and its texts with vectors."""

    windows: pl.DataFrame  # columns of schemas.EpisodeWindows, bounds into `events`
    events: pl.DataFrame  # in the order of the cut: line, time, node, session, message_id, label, anomalous
    messages: pl.DataFrame  # schemas.Messages
    templates: pl.DataFrame  # schemas.Templates
    units: pl.DataFrame  # schemas.Units
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Bundle:
    """Frames as in schemas.EpisodeWindows, EpisodeEvents, EpisodeMessages and EpisodeTexts; vectors (texts, dim)."""

    windows: pl.DataFrame
    events: pl.DataFrame
    messages: pl.DataFrame
    texts: pl.DataFrame
    vectors: NDArray[np.float32]

    @cached_property
    def shared_texts(self) -> Texts:
        """What all its events refer to."""
        return Texts(
            table=self.vectors,
            texts=self.texts["text"].to_list(),
            messages=self.messages["text"].to_list(),
            templates=self._template_rows["template"].to_list(),
            severities=self.messages["severity"].to_numpy(),
            unit_length=bool(self.texts["unit_length"].all()),
        )

    @cached_property
    def template_of(self) -> NDArray[np.int32]:
        """(messages,) the row of each message's template."""
        rows = self.messages.join(self._template_rows, on="template", how="left", maintain_order="left")["index"]
        return rows.to_numpy().astype(np.int32)

    @cached_property
    def _template_rows(self) -> pl.DataFrame:
        return self.messages.select(pl.col("template").unique(maintain_order=True)).with_row_index()


def build_bundle(parts: Mapping[str, SystemPart]) -> Bundle:
    """Join the parts; ids are dense and in order of first use, systems in the order of `parts`.

    Raises
    ------
    BundleError
        If an event's message has no text or no vector.
    """
    events = pl.concat([_joined(system, part) for system, part in parts.items()])
    messages = _numbered(events.select(MESSAGE), "message")
    texts = _numbered(events.select(pl.col("unit_text").alias("text"), "encoding", "unit_length"), "unit")
    joined = events.join(messages, on=MESSAGE, maintain_order="left", nulls_equal=True).join(
        texts.rename({"text": "unit_text"}).drop("unit_length"),
        on=("unit_text", "encoding"),
        maintain_order="left",
    )
    return Bundle(
        windows=pl.concat([part.windows for part in parts.values()]),
        events=joined.select(EVENT_COLUMNS),
        messages=messages,
        texts=texts,
        vectors=_vectors(joined.unique("unit", keep="first", maintain_order=True).sort("unit"), parts),
    )


def merge_bundles(first: Bundle, second: Bundle) -> Bundle:
    """One bundle over both: the first keeps its ids, texts that both have stand once; windows and events are of both.

    Where a system is in both, its events of the second stand behind those of the first, and so do its windows' bounds.

    Raises
    ------
    BundleError
        If their vectors differ in length.
    """
    _check_dims({"first": first.vectors, "second": second.vectors})
    messages, message_ids = _united(first.messages, second.messages, "message", MESSAGE)
    texts, units = _united(first.texts, second.texts, "unit", TEXT)
    events = second.events.with_columns(
        message=message_ids.gather(second.events["message"]), unit=units.gather(second.events["unit"])
    )
    new = units.to_numpy() >= first.texts.height
    before = first.events.group_by("system").agg(before=pl.len().cast(pl.UInt64))
    shifted = second.windows.join(before, on="system", how="left", maintain_order="left").with_columns(
        pl.col("first", "last") + pl.col("before").fill_null(0)
    )
    return Bundle(
        windows=pl.concat([first.windows, shifted.drop("before")]),
        events=pl.concat([first.events, events]),
        messages=messages,
        texts=texts,
        vectors=np.concatenate([first.vectors, second.vectors[new]]),
    )


def _united(
    first: pl.DataFrame, second: pl.DataFrame, name: str, key: tuple[str, ...]
) -> tuple[pl.DataFrame, pl.Series]:
    """Rows of both, each once, and the new id of each row of `second`."""
    rows = pl.concat([first, second]).unique(key, keep="first", maintain_order=True).drop(name).with_row_index(name)
    ids = second.select(key).join(rows, on=key, how="left", maintain_order="left")[name]
    return rows, ids


def _joined(system: str, part: SystemPart) -> pl.DataFrame:
    messages = part.messages.select("message_id", "text", "template_id", _severity().alias("severity"))
    joined = (
        part.events.select(pl.lit(system).alias("system"), pl.all())
        .join(messages, on="message_id", how="left", maintain_order="left")
        .join(part.templates.select("template_id", "template"), on="template_id", how="left", maintain_order="left")
        .join(part.units.rename({"text": "unit_text"}), on="message_id", how="left", maintain_order="left")
    )
    lost = joined.filter(pl.any_horizontal(pl.col("text", "template", "row").is_null()))
    if lost.height:
        line, message = lost.row(0, named=True)["line"], lost.row(0, named=True)["message_id"]
        raise BundleError(
            f"{system}: {lost.height} events have a message without text, template or vector, the first in line {line} "
            f"(message_id {message}); run the stages parse and embed of {system} again"
        )
    return joined


def _numbered(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Each distinct row with its id, in order of first use."""
    return rows.unique(keep="first", maintain_order=True).with_row_index(name)


def _severity() -> pl.Expr:
    word = pl.col("level").str.to_lowercase().str.strip_chars()
    return word.replace_strict(SEVERITIES, default=UNKNOWN, return_dtype=pl.Int8).fill_null(UNKNOWN)


def _vectors(firsts: pl.DataFrame, parts: Mapping[str, SystemPart]) -> NDArray[np.float32]:
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
