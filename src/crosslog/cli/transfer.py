"""What other systems' labels say of a system's templates, as proposals that a person accepts or refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog import artifacts, schemas
from crosslog.cli.review import rows
from crosslog.cli.terminal import say
from crosslog.csv_files.rewriting import rewrite_file
from crosslog.embedding.encoder import Encoder, build_encoder
from crosslog.embedding.store import vectors_for
from crosslog.interpretation.review import decisions
from crosslog.labelling import proposals, verdicts
from crosslog.labelling.transfer import transfer_verdicts
from crosslog.settings import Settings
from crosslog.systems import load_system
from crosslog.vectors import normalise_vectors

Side = tuple[pl.DataFrame, NDArray[np.float32]]


def propose_verdicts(system: str, sources: Sequence[str]) -> None:
    """Write data/proposals/<system>.csv; answers that people gave to the same proposals stay."""
    encoder = build_encoder(Settings.load().default_encoder)
    mature = [_known(source, encoder) for source in sources or _labelled_systems(system)]
    if not mature:
        raise artifacts.ArtifactError("no other system has labels here: run `dvc repro` for one that has")
    templates = rows.load_system_rows(system).filter(pl.col("occurrences") > 0)
    found = transfer_verdicts(
        (templates.select("key", "template"), _vectors(templates, encoder)),
        (pl.concat(side[0] for side in mature), np.concatenate([side[1] for side in mature])),
    )
    path = artifacts.proposals_path(system)

    def renewed_file(content: bytes | None) -> bytes:
        existing = None if content is None else proposals.parse_proposals(content, str(path))
        renewed = artifacts.check_frame(proposals.renew_proposals(found, existing), schemas.Proposals, path)
        return proposals.format_proposals(renewed).encode()

    renewed = proposals.parse_proposals(rewrite_file(path, renewed_file), str(path))
    counts = " and ".join(f"{(renewed['proposal'] == name).sum()} {name}" for name in ("anomalous", "normal"))
    states = ", ".join(f"{(renewed['state'] == state).sum()} {state}" for state in ("known", "drifted", "new"))
    say(f"{path}: {counts} proposed; of {renewed.height} templates {states}")
    say("write accept or refuse in its column `answer`, then: crosslog transfer SYSTEM --accept")


def accept_verdicts(system: str, reviewer: str | None) -> None:
    """Write the proposals that people accepted as verdicts beside the interpretations."""
    path = artifacts.proposals_path(system)
    if not path.exists():
        raise artifacts.ArtifactError(f"{path} is not there: write it with `crosslog transfer {system}`")
    taken = proposals.list_accepted(proposals.parse_proposals(path.read_bytes(), str(path)))
    known = set(rows.load_system_rows(system)["key"])
    verdicts_by_key = [
        (row["key"], decisions.judge_template(row["verdict"]))
        for row in taken.iter_rows(named=True)
        if row["key"] in known
    ]
    say(rows.write_decisions(system, verdicts_by_key, reviewer))


def _labelled_systems(system: str) -> list[str]:
    others = [name for name in rows.list_systems() if name != system and artifacts.EVENTS.at(system=name).exists()]
    return [name for name in others if load_system(name).labels.source != "none"]


def _known(system: str, encoder: Encoder) -> Side:
    """A system's templates with the verdict that people gave, or else the one of its labels; and their vectors."""
    judged = artifacts.TEMPLATES.read(system=system).join(_by_labels(system), on="template_id", how="left")
    sentences = rows.load_system_rows(system).select("key", "interpretation", said="verdict")
    told = judged.join(sentences, on="key").with_columns(
        system=pl.lit(system),
        verdict=pl.when(pl.col("said").is_in(verdicts.NAMING_VERDICTS))
        .then("said")
        .otherwise(pl.col("verdict").fill_null("")),
    )
    named = told.filter(pl.col("verdict").is_in(verdicts.NAMING_VERDICTS))
    return named.select("system", "key", "template", "verdict"), _vectors(named, encoder)


def _by_labels(system: str) -> pl.DataFrame:
    labels = load_system(system).labels
    if labels.source in ("none", "reviewed"):
        return pl.DataFrame(schema={"template_id": pl.UInt32, "verdict": pl.String})
    events = artifacts.EVENTS.read(["template_id", "anomalous"], system=system)
    return verdicts.derive_verdicts(events, weak=labels.weak).select("template_id", "verdict")


def _vectors(templates: pl.DataFrame, encoder: Encoder) -> NDArray[np.float32]:
    """(n, dim) vectors of length one of the templates' sentences."""
    vectors, _ = vectors_for(templates["interpretation"].to_list(), artifacts.vector_store(encoder.identity()), encoder)
    return normalise_vectors(vectors)
