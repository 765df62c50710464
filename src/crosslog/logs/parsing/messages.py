"""The distinct messages of a log and the templates they are mined into; ids are given in first-seen order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from crosslog.logs.parsing.masking import mask_texts
from crosslog.templates import template_key

Ids = NDArray[np.uint32]
# To masks both cases of a letter are alike, and so are the digits 1 to 9: folded, far fewer texts are left.
FOLDING = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ12345678", b"abcdefghijklmnopqrstuvwxyz99999999")


class Miner(Protocol):
    """What every file in mining/ offers: a dataclass whose fields are its block in params.yaml."""

    def mine(self, texts: Sequence[str], counts: Sequence[int]) -> tuple[list[int], list[str]]:
        """The template of each message, and the templates' wordings by id (`<*>` for what varies), all different.

        Messages are all those of a log, each once, in the order in which they were first seen, with the number of their
        events. Ids run from 0 without gaps, in the order of a template's first message.
        """
        ...


class Occurrence(NamedTuple):
    """A distinct message in a run of lines."""

    text: str
    level: str | None  # of its first event
    events: int
    first_line: int


def number_messages(lines: pl.DataFrame) -> tuple[Ids, list[Occurrence]]:
    """Which distinct message each row (columns line, level, text) is, and the messages in first-seen order."""
    folded_ids, folded = _encoded(_folded(lines["text"]))
    message_ids, texts = _encoded(_arrow(mask_texts(pl.Series(folded))))
    ids = message_ids[folded_ids]
    first = _first_places(ids, len(texts))
    columns = (
        texts.to_pylist(),
        lines["level"].gather(first).to_list(),
        np.bincount(ids, minlength=len(texts)).tolist(),
        lines["line"].gather(first).to_list(),
    )
    return ids, [Occurrence(*values) for values in zip(*columns, strict=True)]


def _folded(texts: pl.Series) -> pa.LargeStringArray:
    array = _arrow(texts)
    _, offsets, data = array.buffers()
    whole = b"" if data is None else data.to_pybytes()
    return pa.LargeStringArray.from_buffers(len(array), offsets, pa.py_buffer(whole.translate(FOLDING)), None)


def _arrow(texts: pl.Series) -> pa.LargeStringArray:
    return texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())


def _encoded(texts: pa.LargeStringArray) -> tuple[Ids, pa.LargeStringArray]:
    """The place of each text among the distinct ones, which come in first-seen order."""
    encoded = texts.dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.uint32), encoded.dictionary


def _first_places(ids: Ids, count: int) -> NDArray[np.int64]:
    first = np.empty(count, dtype=np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)  # of equal ids the last that is written stays: the first row
    return first


class MessageTable:
    """The distinct messages of a whole log; it grows by those of its chunks, in order.

    What it holds in the end does not depend on where chunks were cut or by whom they were read.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._levels: list[str | None] = []
        self._counts: list[int] = []
        self._first_lines: list[int] = []

    def add(self, occurrences: Iterable[Occurrence]) -> Ids:
        """The message_id of each of a chunk's messages."""
        ids = []
        for occurrence in occurrences:
            number = self._ids.setdefault(occurrence.text, len(self._ids))
            if number == len(self._counts):
                self._levels.append(occurrence.level)
                self._counts.append(occurrence.events)
                self._first_lines.append(occurrence.first_line)
            else:
                self._counts[number] += occurrence.events
            ids.append(number)
        return np.asarray(ids, dtype=np.uint32)

    def mine(self, miner: Miner) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Columns of schemas.Messages by message_id, and of schemas.Templates by template_id."""
        template_ids, wordings = miner.mine(list(self._ids), self._counts)
        messages = pl.DataFrame(
            {
                "message_id": range(len(self._ids)),
                "text": list(self._ids),
                "level": self._levels,
                "template_id": template_ids,
                "count": self._counts,
                "first_line": self._first_lines,
            },
            schema=_MESSAGES,
        )
        return messages, _templates(messages, wordings)


_MESSAGES = pl.Schema(
    {
        "message_id": pl.UInt32,
        "text": pl.String,
        "level": pl.String,
        "template_id": pl.UInt32,
        "count": pl.UInt64,
        "first_line": pl.UInt64,
    }
)


def _templates(messages: pl.DataFrame, wordings: list[str]) -> pl.DataFrame:
    ordered = messages.sort("template_id", "count", "message_id", descending=[False, True, False])
    grouped = ordered.group_by("template_id", maintain_order=True).agg(
        example=pl.col("text").first(), count=pl.col("count").sum(), first_line=pl.col("first_line").min()
    )
    keys = pl.Series("key", [template_key(wording) for wording in wordings], dtype=pl.String)
    return grouped.with_columns(keys, template=pl.Series(wordings, dtype=pl.String)).select(
        "template_id", "key", "template", "example", "count", "first_line"
    )
