"""Labelled logs for the benches: those in data/, and the public ones that CROSSLOG_MIRROR holds, parsed in passing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from ruamel.yaml import YAML

from crosslog.detection.episodes.severity import SEVERITIES
from crosslog.detection.hints.buckets import Buckets, count_buckets
from crosslog.embedding.encoder import build_encoder
from crosslog.embedding.store import vectors_for
from crosslog.labelling import verdicts
from crosslog.settings import Settings
from crosslog.systems import System, load_systems

REPOSITORY = Path(__file__).parent.parent
SAMPLE, WHOLE = "bgl_2k", "bgl_events"  # of one machine: neither may teach the other
SAMPLE_PATH = "loghub_2k/BGL_2k.log"
STAGES = """
import sys
from tasks import download, parse
for system in sys.argv[1:]:
    download.main(system)
    parse.main(system)
"""


@dataclass(frozen=True)
class Log:
    """A log's templates, in order of template_id, with what its labels say of them.

    Attributes
    ----------
    templates : template_id, key, template, occurrences, first_line, verdict (all empty)
    counts : verdict (by its own labels), events, anomalous
    vectors : (n, dim) float32 of length one
    facts, buckets : as `score_templates` takes them
    """

    name: str
    system: System
    templates: pl.DataFrame
    counts: pl.DataFrame
    vectors: NDArray[np.float32]
    facts: pl.DataFrame
    buckets: Buckets

    @property
    def marked(self) -> str:
        """Its name, with what a reader must know of its lines or labels."""
        mark = "simulated" if self.system.is_simulated else "weak labels" if self.system.labels.weak else ""
        return f"{self.name} ({mark})" if mark else self.name

    def teaches(self, other: Log) -> bool:
        """Whether what is known of it may be used on another: real logs on real ones, never on the same machine."""
        same_machine = {self.name, other.name} == {SAMPLE, WHOLE}
        alike = self.system.is_simulated == other.system.is_simulated
        return alike and self.name not in (other.name, SAMPLE) and not same_machine


def labelled_logs() -> list[Log]:
    """Every log of data/ and of the mirror that has labels."""
    systems = load_systems()
    with tempfile.TemporaryDirectory() as folder:
        found = {path.name: Path() for path in sorted(Path("data/events").glob("*"))}
        if os.environ.get("CROSSLOG_MIRROR"):
            systems |= parse_mirror(Path(folder), mirrored_systems())
            found |= {path.name: Path(folder) for path in sorted(Path(folder, "data/events").glob("*"))}
        return [
            _log(name, systems[name], place)
            for name, place in found.items()
            if name in systems and systems[name].labels.source != "none"
        ]


def mirrored_systems() -> list[str]:
    """The suite `real`, and the sample of BGL."""
    return [*Settings.load(REPOSITORY / "params.yaml").suite("real").systems, SAMPLE]


def parse_mirror(folder: Path, systems: Collection[str]) -> dict[str, System]:
    """Parse systems of the mirror in a workspace of their own; their entries of systems.yaml."""
    mirror = str(Path(os.environ["CROSSLOG_MIRROR"]).resolve())
    entries = YAML(typ="safe").load(REPOSITORY / "systems.yaml")
    sample = {key: value for key, value in entries[WHOLE].items() if key not in ("files", "expected")}
    entries[SAMPLE] = sample | {"path": f"{mirror}/{SAMPLE_PATH}", "description": "2,000 lines of BGL"}
    YAML(typ="safe").dump(entries, folder / "systems.yaml")
    shutil.copy(REPOSITORY / "params.yaml", folder)
    environment = {
        **os.environ,
        "CROSSLOG_MIRROR": mirror,
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'src'}",
    }
    command = [sys.executable, "-c", STAGES, *systems]
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return {name: entry for name, entry in load_systems(folder / "systems.yaml").items() if name in systems}


def _log(name: str, system: System, place: Path) -> Log:
    templates = pl.read_parquet(place / f"data/templates/{name}.parquet").sort("template_id")
    columns = ("template_id", "time", "line", "level", "anomalous")
    events = pl.scan_parquet(place / f"data/events/{name}/*.parquet").select(columns).collect()
    counts = verdicts.derive_verdicts(events, weak=system.labels.weak)
    encoder = build_encoder(Settings.load().default_encoder)
    vectors, _ = vectors_for(templates["template"].to_list(), Path("data/vectors") / encoder.identity(), encoder)
    return Log(
        name,
        system,
        templates.select("template_id", "key", "template", "first_line", occurrences="count", verdict=pl.lit("")),
        templates.select("template_id").join(counts, on="template_id", maintain_order="left").drop("template_id"),
        vectors,
        templates.select("template_id", "count", text="template").join(
            _worst_levels(events), on="template_id", how="left", maintain_order="left"
        ),
        count_buckets(events.with_columns(pl.col("time").dt.epoch("us"))),
    )


def _worst_levels(events: pl.DataFrame) -> pl.DataFrame:
    severity = pl.col("level").str.to_lowercase().replace_strict(SEVERITIES, default=None, return_dtype=pl.Int8)
    return events.group_by("template_id").agg(levels=severity.max())
