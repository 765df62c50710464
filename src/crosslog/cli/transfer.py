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
    """Write data/proposals/<system>.csv; answers that people gave to the same proposals stay.

    Without sources, a real system learns from all real ones: what a simulated one calls an anomaly it made up.
    """
    encoder = build_encoder(Settings.load().default_encoder)
    mature = [_known(source, encoder) for source in sources or _sources_of(system)]
    templates = rows.load_system_rows(system).filter(pl.col("occurrences") > 0)
    found = transfer_verdicts(
        (templates.select("key", "template"), _vectors(templates, encoder)),
        (pl.concat(side[0] for side in mature), np.concatenate([side[1] for side in mature])),
    )
    path = artifacts.proposals_path(system)

    def renewed_file(content: bytes | None) -> bytes:
        existing = None if content is None else proposals.parse_proposals(content, str(path))
        renewed = artifacts.check_frame(proposals.renew_proposals(found, existing), schemas.Proposals, path)
        return proposals.format_proposals_like(renewed, content, str(path))

    renewed = proposals.parse_proposals(rewrite_file(path, renewed_file), str(path))
    counts = " and ".join(f"{(renewed['proposal'] == name).sum()} {name}" for name in ("anomalous", "normal"))
    alike = ", ".join(f"{(renewed['state'] == state).sum()} {state}" for state in ("known", "drifted"))
    nothing = (renewed["state"] == "new").sum()
    say(f"{path}: {counts} proposed; of {renewed.height} templates {alike}, {nothing} with nothing alike")
    say(f"write accept or refuse in its column `answer`, then: crosslog transfer {system} --accept")


def accept_verdicts(system: str, reviewer: str | None) -> None:
    """Write the proposals that people accepted as verdicts beside the interpretations, where nobody has judged yet.

    Who answered in the CSV is who judged. An answer that names nobody is signed there, with `reviewer` and the time.
    """
    path = artifacts.proposals_path(system)
    if not path.exists():
        raise artifacts.ArtifactError(f"{path} is not there: write it with `crosslog transfer {system}`")
    before = rows.load_system_rows(system)
    name, time = rows.name_reviewer(reviewer), decisions.current_time()

    def signed_file(content: bytes | None) -> bytes:
        answered = proposals.parse_proposals(content or b"", str(path))
        return proposals.format_proposals_like(proposals.sign_answers(answered, name, time), content, str(path))

    accepted = proposals.list_accepted(proposals.parse_proposals(rewrite_file(path, signed_file), str(path)))
    after = rows.change_rows(system, lambda frame: decisions.judge_unjudged(frame, accepted))
    _say_accepted(system, accepted, before, after)


def _say_accepted(system: str, accepted: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> None:
    """How many verdicts were written, and which answers were not, and why."""
    told = accepted.select("key", proposed="verdict")
    asked = told.join(after.select("key", "verdict"), on="key", how="left")
    earlier = asked.join(before.select("key", was="verdict"), on="key", how="left")
    taken = earlier.filter((pl.col("was") == "") & (pl.col("verdict") != "")).height
    say(f"{system}: {taken} of {asked.height} accepted proposals taken as verdicts; `dvc repro` computes what depends")
    for key, proposed, verdict, _ in earlier.filter(pl.col("verdict") != pl.col("proposed")).iter_rows():
        judged = f"judged it {verdict}" if verdict else "decided about it after that"
        say(f"{key[: rows.SHORT_KEY]}: {proposed} was accepted, but somebody {judged}: that stays")
    gone = asked["verdict"].null_count()
    if gone:
        say(f"{gone} accepted proposals are of templates that {system} no longer has")


def _sources_of(system: str) -> list[str]:
    """The other systems that have labels; of a real system the real ones."""
    others = [name for name in rows.list_systems() if name != system and artifacts.EVENTS.at(system=name).exists()]
    entries = {name: load_system(name) for name in others}
    labelled = [name for name, entry in entries.items() if entry.labels.source != "none"]
    taught = [name for name in labelled if load_system(system).is_simulated or not entries[name].is_simulated]
    if not labelled:
        raise artifacts.ArtifactError("no other system has labels here: run `dvc repro` for one that has")
    if not taught:
        raise artifacts.ArtifactError(
            f"only simulated systems have labels here ({', '.join(labelled)}), and {system} is real: run `dvc repro` "
            "for a real one, or name a simulated one with --from"
        )
    return taught


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
