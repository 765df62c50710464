"""The distinct messages of a log and the templates they are mined into; ids are given in first-seen order.

A message is a component, a level and a statement. Its text, which stands for it, is of all three; its template is of
the statement alone, so that what two components say alike is of one template.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from crosslog.logs.parsing.masking import NO_TEXT, mask_contents, mask_texts, spell_digits
from crosslog.logs.wordings.naming import Mined
from crosslog.logs.wordings.patterns import NONE_KNOWN, KnownTemplates
from crosslog.templates import template_key

Ids = NDArray[np.uint32]
Places = NDArray[np.int64]
# To masks both cases of a letter are alike, and so are the digits 1 to 9: folded, far fewer texts are left.
FOLDING = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ12345678", b"abcdefghijklmnopqrstuvwxyz99999999")


class Miner(Protocol):
    """What every file in mining/ offers: a dataclass whose fields are its block in params.yaml."""

    def mine(self, texts: Sequence[str], counts: Sequence[int], known: KnownTemplates = NONE_KNOWN) -> Mined:
        """The template of each statement, and the patterns of all templates that are known then.

        Statements are all those of a log, each once, in the order in which they were first seen, with the number of
        their events. One that fits a known template is of it; the others found new ones, whose ids follow without gaps
        in the order of their first statement. Wordings (`<*>` for what varies) all differ. The patterns match a
        statement to the template that it was mined into.
        """
        ...


class Occurrence(NamedTuple):
    """A distinct message in a run of lines."""

    key: str  # text and statement, a line each
    level: str | None  # of its first event
    events: int
    first_line: int


def number_messages(lines: pl.DataFrame) -> tuple[Ids, list[Occurrence]]:
    """Which distinct message each row (columns line, level, head, content) is, and the messages in first-seen order."""
    head_ids, heads = _encoded(_folded(lines["head"]))
    content_ids, contents = _encoded(_folded(spell_digits(lines["content"])))
    pair_ids, pairs = _encoded(pa.array(head_ids.astype(np.int64) * len(contents) + content_ids))
    head_of, content_of = np.divmod(pairs.to_numpy(), max(1, len(contents)))
    key_ids, keys = _encoded(_arrow(_keys(pl.Series(heads), head_of, mask_contents(pl.Series(contents)), content_of)))
    ids = key_ids[pair_ids]
    first = _first_places(ids, len(keys))
    columns = (
        keys.to_pylist(),
        lines["level"].gather(first).to_list(),
        np.bincount(ids, minlength=len(keys)).tolist(),
        lines["line"].gather(first).to_list(),
    )
    return ids, [Occurrence(*values) for values in zip(*columns, strict=True)]


def _keys(heads: pl.Series, head_of: Places, contents: pl.DataFrame, content_of: Places) -> pl.Series:
    """Text and statement of each pair of a head and a content."""
    head = mask_texts(heads).gather(head_of)
    said = contents[content_of]
    text = pl.concat_str(pl.lit(head), said["text"], separator=" ")
    text = text.str.strip_chars(" ").replace("", NO_TEXT)
    return pl.select(key=pl.concat_str(text, said["statement"], separator="\n"))["key"]


def _folded(texts: pl.Series) -> pa.LargeStringArray:
    array = _arrow(texts)
    _, offsets, data = array.buffers()
    whole = b"" if data is None else data.to_pybytes()
    return pa.LargeStringArray.from_buffers(len(array), offsets, pa.py_buffer(whole.translate(FOLDING)), None)


def _arrow(texts: pl.Series) -> pa.LargeStringArray:
    return texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())


def _encoded(values: pa.Array) -> tuple[Ids, pa.Array]:
    """The place of each value among the distinct ones, which come in first-seen order."""
    encoded = values.dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.uint32), encoded.dictionary


def _first_places(ids: Ids, count: int) -> Places:
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

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, occurrences: Iterable[Occurrence]) -> Ids:
        """The message_id of each of a chunk's messages."""
        ids = []
        for occurrence in occurrences:
            number = self._ids.setdefault(occurrence.key, len(self._ids))
            if number == len(self._counts):
                self._levels.append(occurrence.level)
                self._counts.append(occurrence.events)
                self._first_lines.append(occurrence.first_line)
            else:
                self._counts[number] += occurrence.events
            ids.append(number)
        return np.asarray(ids, dtype=np.uint32)

    def mine(self, miner: Miner) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Columns of schemas.Messages by message_id, of schemas.Templates by template_id, and of schemas.Patterns.

        The templates have no `example`: that stands in the lines.
        """
        messages = self._frame()
        statements = messages.group_by("statement", maintain_order=True).agg(pl.col("count").sum())
        mined = miner.mine(statements["statement"].to_list(), statements["count"].to_list())
        of = statements.select("statement", template_id=pl.Series(mined.template_ids, dtype=pl.UInt32))
        messages = messages.join(of, on="statement", how="left", maintain_order="left").select(_MESSAGES)
        return messages, _templates(messages, mined.patterns.templates), mined.patterns.frame()

    def _frame(self) -> pl.DataFrame:
        """A row for each message, with its statement and without its template."""
        columns = {
            "message_id": pl.int_range(len(self._ids), dtype=pl.UInt32, eager=True),
            "key": pl.Series(self._ids.keys(), dtype=pl.String),
            "level": pl.Series(self._levels, dtype=pl.String),
            "count": pl.Series(self._counts, dtype=pl.UInt64),
            "first_line": pl.Series(self._first_lines, dtype=pl.UInt64),
        }
        said = pl.col("key").str.split_exact("\n", 1).struct.rename_fields(["text", "statement"])
        return pl.DataFrame(columns).with_columns(said.struct.unnest()).drop("key")


_MESSAGES = ("message_id", "text", "level", "template_id", "count", "first_line")


def _templates(messages: pl.DataFrame, wordings: Sequence[str]) -> pl.DataFrame:
    grouped = (
        messages.sort("template_id")
        .group_by("template_id", maintain_order=True)
        .agg(count=pl.col("count").sum(), first_line=pl.col("first_line").min())
    )
    keys = pl.Series("key", [template_key(wording) for wording in wordings], dtype=pl.String)
    return grouped.with_columns(keys, template=pl.Series(wordings, dtype=pl.String)).select(
        "template_id", "key", "template", "count", "first_line"
    )
