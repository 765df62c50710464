"""What a system's raw log is read from: members that are logs, members that label them, and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

import crosslog.logs
from crosslog import artifacts, plugins
from crosslog.logs.line_format import LineFormat
from crosslog.logs.parsing.labels import LabelTable, read_label_table
from crosslog.logs.reading import LeftOut, Member, list_members, survey_files
from crosslog.settings import Settings
from crosslog.systems import System, load_system

CODE = Path(crosslog.logs.__file__).parent
WORTH_A_PROCESS = 1 << 27  # bytes of lines: fewer are read here before another process has started
PACKED = 12  # times that a compressed log is smaller, about


@dataclass(frozen=True)
class Inputs:
    """A system, ready to be read."""

    entry: System
    line_format: LineFormat
    logs: list[Member]
    beside: list[Member]  # that may label the logs
    labels: LabelTable
    left_out: list[LeftOut]  # files and members that are no logs of their own

    @classmethod
    def of(cls, system: str) -> Inputs:
        """The inputs of a system in systems.yaml; the errors of `find_files`, `list_members` and `read_label_table`."""
        entry = load_system(system)
        line_format: LineFormat = plugins.build("logs.formats", entry.format, entry.options)
        left_out: list[LeftOut] = []
        found = list(list_members(_paths(system, entry, "log", left_out), left_out))
        labelling = line_format.label_file or entry.labels.file
        logs = [
            member
            for member in found
            if fnmatch(member.name, entry.members) and not (labelling and fnmatch(Path(member.name).name, labelling))
        ]
        beside = [*found, *list_members(_paths(system, entry, "labels", left_out), left_out)]
        labels = read_label_table(entry.labels, line_format, beside)
        return cls(entry, line_format, logs, beside, labels, left_out)

    @property
    def bytes(self) -> int:
        """Size of the files that hold the logs, as they lie on the disk."""
        return sum(path.stat().st_size for path in {member.path for member in self.logs})

    @property
    def changed(self) -> float:
        """When the newest of the logs was changed, in seconds since 1970."""
        return max((member.changed for member in self.logs), default=0.0)

    @property
    def worth_workers(self) -> int | None:
        """1 where the log is so small that another process would only cost time; None for as many as there are."""
        lines = sum(path.stat().st_size * _packed(path) for path in {member.path for member in self.logs})
        return 1 if lines < WORTH_A_PROCESS else None

    def fingerprint(self, settings: Settings, miner: str) -> str:
        """A digest of all that the events hang on: code, settings, files (by size and time of change)."""
        parts = [path.read_bytes().hex() for path in sorted(CODE.rglob("*.py"))]
        parts += [pl.__version__, settings.parse.model_dump_json(), miner, json.dumps(settings.miners[miner])]
        parts += [self.entry.model_dump_json(exclude={"description", "kind", "expected", "licence", "citation"})]
        parts += [json.dumps(entry) for entry in _listing({member.path for member in (*self.logs, *self.beside)})]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _paths(system: str, entry: System, role: str, left_out: list[LeftOut]) -> list[Path]:
    folder = artifacts.raw_folder(system)
    if role == "log" and entry.path:
        found = survey_files(entry.path)
        left_out += found.left_out
        return found.files
    if role == "log" and entry.simulated:
        return [folder / f"{system}.log"]
    return [folder / file.name for file in entry.files if file.role == role]


def _packed(path: Path) -> int:
    return PACKED if path.suffix in {".gz", ".zip", ".bz2", ".xz", ".zst", ".tgz"} else 1


def _listing(paths: set[Path]) -> Iterator[tuple[str, int, int]]:
    for path in sorted(paths):
        about = path.stat()
        yield path.as_posix(), about.st_size, about.st_mtime_ns
