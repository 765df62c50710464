"""What other systems' labels say of a system's templates, as proposals that a person accepts or refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import artifacts, schemas
from crosslog.cli import rows
from crosslog.cli.saying import say
from crosslog.embedding.encoder import Encoder, build_encoder
from crosslog.embedding.store import vectors_for
from crosslog.interpretation import decisions
from crosslog.labelling import proposals, verdicts
from crosslog.labelling.transfer import transferred
from crosslog.settings import Settings
from crosslog.systems import load_system

Side = tuple[pl.DataFrame, NDArray[np.float32]]


def propose(system: str, sources: Sequence[str]) -> None:
    """Write data/proposals/<system>.csv; answers that people gave to the same proposals stay."""
    encoder = build_encoder(Settings.load().embed)
    mature = [_known(source, encoder) for source in sources or _labelled_systems(system)]
    if not mature:
        raise artifacts.ArtifactError("no other system has labels here: run `dvc repro` for one that has")
    templates = rows.of(system).filter(pl.col("occurrences") > 0)
    found = transferred(
        (templates.select("key", "template"), _vectors(templates, encoder)),
        (pl.concat(side[0] for side in mature), np.concatenate([side[1] for side in mature])),
    )
    path = artifacts.proposals_path(system)
    existing = proposals.read(path.read_bytes(), str(path)) if path.exists() else None
    renewed = artifacts.check_frame(proposals.renewed(found, existing), schemas.Proposals, path)
    artifacts.write_text(path, proposals.formatted(renewed))
    counts = " and ".join(f"{(renewed['proposal'] == name).sum()} {name}" for name in ("anomalous", "normal"))
    states = ", ".join(f"{(renewed['state'] == state).sum()} {state}" for state in ("known", "drifted", "new"))
    say(f"{path}: {counts} proposed; of {renewed.height} templates {states}")
    say("write accept or refuse in its column `answer`, then: crosslog transfer SYSTEM --accept")


def accept(system: str, reviewer: str | None) -> None:
    """Write the proposals that people accepted as verdicts beside the interpretations."""
    path = artifacts.proposals_path(system)
    if not path.exists():
        raise artifacts.ArtifactError(f"{path} is not there: write it with `crosslog transfer {system}`")
    taken = proposals.accepted(proposals.read(path.read_bytes(), str(path)))
    known = set(rows.of(system)["key"])
    verdicts_by_key = [
        (row["key"], decisions.judge(row["verdict"])) for row in taken.iter_rows(named=True) if row["key"] in known
    ]
    say(rows.decide(system, verdicts_by_key, reviewer))


def _labelled_systems(system: str) -> list[str]:
    others = [name for name in rows.systems() if name != system and artifacts.EVENTS.at(system=name).exists()]
    return [name for name in others if load_system(name).labels.source != "none"]


def _known(system: str, encoder: Encoder) -> Side:
    """A system's templates with the verdict that people gave, or else the one of its labels; and their vectors."""
    judged = artifacts.TEMPLATES.read(system=system).join(_by_labels(system), on="template_id", how="left")
    sentences = rows.of(system).select("key", "interpretation", said="verdict")
    told = judged.join(sentences, on="key").with_columns(
        system=pl.lit(system),
        verdict=pl.when(pl.col("said").is_in(verdicts.NAMED)).then("said").otherwise(pl.col("verdict").fill_null("")),
    )
    named = told.filter(pl.col("verdict").is_in(verdicts.NAMED))
    return named.select("system", "key", "template", "verdict"), _vectors(named, encoder)


def _by_labels(system: str) -> pl.DataFrame:
    labels = load_system(system).labels
    if labels.source in ("none", "reviewed"):
        return pl.DataFrame(schema={"template_id": pl.UInt32, "verdict": pl.String})
    events = artifacts.EVENTS.read(["template_id", "anomalous"], system=system)
    return verdicts.of_labels(events, weak=labels.weak).select("template_id", "verdict")


def _vectors(templates: pl.DataFrame, encoder: Encoder) -> NDArray[np.float32]:
    """(n, dim) vectors of length one of the templates' sentences."""
    vectors, _ = vectors_for(templates["interpretation"].to_list(), artifacts.vector_store(encoder.identity()), encoder)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors
