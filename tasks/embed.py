"""Stage embed: one vector per distinct text of each representation; only texts that no store knows are encoded."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import polars as pl

from crosslog import artifacts
from crosslog.embedding.encoder import RoundedEncoder, build_encoder
from crosslog.embedding.store import encoding_of, vectors_for
from crosslog.executor import Pool, open_pool
from crosslog.faults import exit_in_words
from crosslog.interpretation.review import table
from crosslog.settings import Representation, Settings, SettingsError, system_of

EMPTY = "(empty message)"  # what stands for a message without a word


def main(encoder: str) -> None:
    """Embed with an encoder of params.yaml whatever texts the suite's experiments read with it."""
    settings = Settings.load()
    wanted = settings.run.encoders.get(encoder)
    if wanted is None:
        raise SettingsError(f"no experiment of the suite has the encoder {encoder}: run `crosslog use` again")
    block = settings.encoders[encoder]
    loaded: dict[str, RoundedEncoder] = {}
    with artifacts.replace_folder(artifacts.embeddings_folder(encoder)) as temporary:
        for log, representations in wanted.items():
            options = repr(
                block.options_for(system_of(log))
            )  # systems with the same ones share what takes seconds to load
            loaded[options] = loaded.get(options) or build_encoder(block, system_of(log))
            for representation in representations:
                _embed(
                    loaded[options],
                    {"system": log, "representation": representation, "encoder": encoder},
                    temporary.name,
                )


def _embed(encoder: RoundedEncoder, names: dict[str, str], folder: str) -> None:
    log, representation = names["system"], cast(Representation, names["representation"])
    units = with_rows(texts_of(log, representation)).with_columns(
        encoding=pl.lit(encoding_of(encoder)), unit_length=pl.lit(encoder.unit_length)
    )
    distinct = units.unique("row").sort("row")["text"].to_list()
    started = time.monotonic()
    vectors, new = vectors_for(distinct, artifacts.vector_store(encoder.identity()), encoder, pool_for)
    seconds = time.monotonic() - started
    path = artifacts.UNITS.write(units, **{**names, "encoder": folder})
    artifacts.write_vectors(path.with_suffix(".npy"), vectors)
    entry = {"texts": len(distinct), "new": new, "seconds": round(seconds, 4), "identity": encoder.identity()}
    record_seconds(log, f"{representation}-{names['encoder']}", entry)
    print(f"embed {' '.join(names.values())}: {len(distinct)} texts, {new} new, {seconds:.1f} s")  # noqa: T201


def record_seconds(system: str, name: str, entry: Mapping[str, Any]) -> None:
    """Put the seconds of a run beside those of others; one that encoded nothing leaves what the same encoder took."""
    path = artifacts.embedding_seconds_path(system)
    known = artifacts.read_json(path) if path.exists() else {}
    if entry["new"] or known.get(name, {}).get("identity") != entry["identity"]:
        artifacts.write_json(path, {**known, name: entry})


def pool_for(shards: int) -> AbstractContextManager[Pool]:
    """Where shards are encoded; an encoder keeps two cores busy (embedding/transformer.py)."""
    return open_pool(os.environ, most=shards, threads=2)


def texts_of(system: str, representation: Representation) -> pl.DataFrame:
    """(message_id, text) of every message, in order of message_id; the text is what the representation says."""
    messages = artifacts.MESSAGES.read(system=system).sort("message_id")
    if representation == "message":
        texts = messages.select("message_id", "text")
    else:
        meanings = templates_of(system, representation)
        texts = messages.select("message_id", "template_id").join(
            meanings, on="template_id", how="left", maintain_order="left"
        )
    return texts.select("message_id", pl.col("text").replace("", EMPTY))


def templates_of(system: str, representation: Representation) -> pl.DataFrame:
    """(template_id, text) of every template: itself, or its interpretation."""
    templates = artifacts.TEMPLATES.read(system=system)
    if representation == "template":
        return templates.select("template_id", text="template")
    path = artifacts.interpretations_path(system)
    if not path.exists():
        raise artifacts.ArtifactError(f"{path} is not there: run `dvc repro interpret@{system}`")
    meanings = table.parse_rows(path.read_bytes(), str(path)).select("key", text="interpretation")
    joined = templates.join(meanings, on="key", how="left")
    lacking = joined.filter(pl.col("text").fill_null("") == "")["template"].to_list()
    if lacking:
        raise artifacts.ArtifactError(
            f"{path} has no interpretation for {len(lacking)} templates, such as {lacking[0]!r}: "
            f"run `dvc repro interpret@{system}`"
        )
    return joined.select("template_id", "text")


def with_rows(texts: pl.DataFrame) -> pl.DataFrame:
    """(message_id, row, text): distinct texts are numbered in the order in which messages first need them."""
    rows = texts.select(pl.col("text").unique(maintain_order=True)).with_row_index("row")
    return texts.join(rows, on="text", how="left", maintain_order="left").select("message_id", "row", "text")


if __name__ == "__main__":
    with exit_in_words():
        main(*sys.argv[1:])
