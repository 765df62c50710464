"""Episodes of windows from a bundle: what detectors learn from and are scored on."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from crosslog.detection.episodes.bundle import Bundle
from crosslog.detection.windows import PAD, Episode, Windows, fold


def source_episodes(bundle: Bundle, length: int) -> list[Episode]:
    """One labelled episode per source system, in the bundle's order."""
    return _episodes(bundle, ("source_support", "source_query"), length)


def target_episodes(bundle: Bundle, length: int) -> list[Episode]:
    """The target's episodes, in order; withhold the query's labels from whatever scores them."""
    return _episodes(bundle, ("support", "query"), length)


def span_windows(bundle: Bundle, span: dict[str, Any], length: int) -> Windows:
    """Windows of `length` events over one span (a row of schemas.Spans), the last one padded.

    Raises
    ------
    ValueError
        If the bundle does not hold as many events as the span says.
    """
    events = bundle.events.filter(
        pl.col("system") == span["system"], pl.col("line").is_between(span["first_line"], span["last_line"])
    )
    if events.height != span["events"]:
        raise ValueError(f"the bundle holds {events.height} events of the span {span}; run the stage sample again")
    return Windows(
        ids=fold(events["unit"].to_numpy().astype(np.int32), length, PAD),
        table=bundle.vectors,
        texts=bundle.text_list,
        messages=fold(events["message"].to_numpy().astype(np.int32), length, PAD),
        message_texts=bundle.message_list,
        severities=bundle.messages["severity"].to_numpy(),
        labels=fold(events["anomalous"].to_numpy().astype(np.bool_), length, False),
        lines=fold(events["line"].to_numpy().astype(np.int64), length, PAD),
        system=str(span["system"]),
    )


def _episodes(bundle: Bundle, roles: tuple[str, str], length: int) -> list[Episode]:
    support, query = (
        [span_windows(bundle, span, length) for span in bundle.spans.filter(role=role).iter_rows(named=True)]
        for role in roles
    )
    return [Episode(*pair) for pair in zip(support, query, strict=True)]
