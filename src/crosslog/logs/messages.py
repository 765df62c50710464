"""The distinct messages of a log and the templates they are mined into; ids are given in first-seen order."""

from __future__ import annotations

import hashlib
from typing import Protocol

import polars as pl

from crosslog.logs.masking import masked


class Miner(Protocol):
    """What every file in mining/ offers: a dataclass whose fields are its block in params.yaml.

    Ids are final when `add` gives them, run from 0 without gaps, and no two templates read the same.
    """

    def add(self, text: str) -> int:
        """The template that a message, given once, joins or founds."""
        ...

    def templates(self) -> list[str]:
        """Wordings by id, `<*>` for what varies."""
        ...


class MessageTable:
    """Grows with every chunk; ids and templates do not depend on where chunks are cut."""

    def __init__(self, miner: Miner) -> None:
        self._miner = miner
        self._ids: dict[str, int] = {}
        self._template_ids: list[int] = []
        self._counted: pl.DataFrame | None = None

    def add(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Replace column `said` by message_id and template_id (UInt32); the frame has columns line and level."""
        said = frame.select("said").unique(maintain_order=True).lazy()
        distinct = said.with_columns(text=masked(pl.col("said"))).collect(engine="streaming")
        texts = distinct["text"].unique(maintain_order=True)
        known = pl.DataFrame(
            {"text": texts, "message_id": pl.Series([self._id(text) for text in texts], dtype=pl.UInt32)}
        )
        known = known.with_columns(template_id=self._templates_of(known["message_id"]))
        distinct = distinct.join(known, on="text", how="left", maintain_order="left")
        events = frame.join(distinct.drop("text"), on="said", how="left", maintain_order="left").drop("said")
        self._count(events)
        return events

    def _id(self, text: str) -> int:
        number = self._ids.setdefault(text, len(self._ids))
        if number == len(self._template_ids):
            self._template_ids.append(self._miner.add(text))
        return number

    def _templates_of(self, message_ids: pl.Series) -> pl.Series:
        return pl.Series([self._template_ids[number] for number in message_ids], dtype=pl.UInt32)

    def _count(self, events: pl.DataFrame) -> None:
        counted = events.group_by("message_id").agg(
            level=pl.col("level").first(), count=pl.len().cast(pl.UInt64), first_line=pl.col("line").first()
        )
        if self._counted is not None:
            both = pl.concat([self._counted, counted]).group_by("message_id", maintain_order=True)
            counted = both.agg(pl.col("level").first(), pl.col("count").sum(), pl.col("first_line").first())
        self._counted = counted

    def messages(self) -> pl.DataFrame:
        """Columns of schemas.Messages, by message_id."""
        texts = pl.DataFrame({"text": list(self._ids), "template_id": self._template_ids}, schema_overrides=UNSIGNED)
        texts = texts.with_row_index("message_id")
        counted = texts.join(self._counts(), on="message_id", how="left", maintain_order="left")
        return counted.select("message_id", "text", "level", "template_id", "count", "first_line")

    def _counts(self) -> pl.DataFrame:
        columns = {"message_id": pl.UInt32, "level": pl.String, "count": pl.UInt64, "first_line": pl.UInt64}
        return pl.DataFrame(schema=columns) if self._counted is None else self._counted

    def templates(self) -> pl.DataFrame:
        """Columns of schemas.Templates, by template_id."""
        grouped = (
            self.messages()
            .sort("template_id", "count", "message_id", descending=[False, True, False])
            .group_by("template_id", maintain_order=True)
            .agg(example=pl.col("text").first(), count=pl.col("count").sum(), first_line=pl.col("first_line").min())
        )
        wordings = pl.Series("template", self._miner.templates(), dtype=pl.String)
        keys = pl.Series("key", [template_key(wording) for wording in wordings], dtype=pl.String)
        return grouped.with_columns(template=wordings, key=keys).select(
            "template_id", "key", "template", "example", "count", "first_line"
        )


UNSIGNED = {"template_id": pl.UInt32}


def template_key(template: str) -> str:
    """The name of a template that outlives a run: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(template.encode()).hexdigest()[:16]
