"""systems.yaml as frozen, checked types: every log source, where it comes from and how it is labelled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from crosslog import plugins
from crosslog.settings import Frozen, Name, SettingsError, checked_model, locate_key, read_yaml
from crosslog.settings.experiments import Lines

NAME = re.compile("[a-z0-9_]+")
LabelSource = Literal["tag", "sessions", "lines", "reviewed", "none"]


class SourceFile(Frozen):
    """One file to fetch: where, and what it must be."""

    name: str  # file name under data/raw/<system>/
    mirror: str | None = None  # path below CROSSLOG_MIRROR
    url: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    role: Literal["log", "labels"] = "log"


class Expected(Frozen):
    """What a system must hold once parsed; None where nobody has published it."""

    lines: int | None = None
    anomalous: int | None = None
    sessions: int | None = None
    anomalous_sessions: int | None = None


class Labels(Frozen):
    """Where a system's labels come from.

    `tag`: each line carries its own. `sessions`: a file that the format reads labels blocks, applications or instances,
    and a line has the label of its session. `lines`: a CSV labels lines by number. `reviewed`: people judge, after
    parsing, templates in the CSV of interpretations, or lines in labels/<system>.csv. `none`: there are no labels.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, coerce_numbers_to_str=True)

    source: LabelSource
    weak: bool = False  # made by a tool, or given to more than single lines
    note: str = ""  # what a reader of a table must know of them
    # lines: a CSV with a header; a value is `normal` or one of `kinds`
    file: str | None = None  # its name, as a glob
    line_column: str | None = None  # 1-based numbers of raw lines
    label_column: str | None = None
    normal: str | None = None
    kinds: dict[str, str] = Field(default_factory=dict)  # value to kind of anomaly
    # sessions: named sets of disputed labels, session to the kind that it should have (or Normal)
    corrections: dict[str, dict[str, str]] = Field(default_factory=dict)
    apply: tuple[str, ...] = ()  # which of them are applied

    @model_validator(mode="after")
    def _fields_fit_the_source(self) -> Labels:
        of_lines = ("file", "line_column", "label_column", "normal")
        missing = [name for name in of_lines if getattr(self, name) is None]
        if self.source == "lines" and missing:
            raise ValueError(f"source lines needs {', '.join(missing)}")
        if self.source != "lines" and (len(missing) < len(of_lines) or self.kinds):
            raise ValueError(f"{', '.join(of_lines)} and kinds belong to source lines, not {self.source}")
        if self.source != "sessions" and (self.corrections or self.apply):
            raise ValueError(f"corrections and apply belong to source sessions, not {self.source}")
        if unknown := [name for name in self.apply if name not in self.corrections]:
            raise ValueError(f"apply names {unknown}; there are the corrections {list(self.corrections)}")
        return self


class System(Frozen):
    """An entry of systems.yaml: a log source, where it comes from, and on which terms."""

    description: str
    kind: str  # the kind of system, in words that an interpreter may read
    format: Name  # a file in logs/formats/
    lines: Lines | None = None  # first and last line to read, where it is not all
    max_lines: int | None = Field(default=None, gt=0)  # the same, from the first
    simulated: str | None = None  # dialect to simulate; then there is nothing to fetch
    files: tuple[SourceFile, ...] = ()
    path: str | None = None  # a file of one's own, read where it lies
    members: str = "*"  # which members of an archive are logs, as a glob
    labels: Labels = Labels(source="none")
    options: dict[str, Any] = Field(default_factory=dict)  # the block of the format that reads it
    expected: Expected = Expected()
    licence: str = ""
    citation: str = ""

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> System:
        given = [bool(self.simulated), bool(self.files), bool(self.path)]
        if sum(given) != 1:
            raise ValueError("give exactly one of: simulated, files, path")
        return self

    @field_validator("labels", mode="before")
    @classmethod
    def _a_word_is_a_source(cls, value: Any) -> Any:
        return {"source": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_part(self) -> System:
        if self.lines and self.max_lines:
            raise ValueError("give lines or max_lines, not both")
        return self

    @model_validator(mode="after")
    def _the_format_reads_it(self) -> System:
        plugins.check_block("logs.formats", self.format, self.options)
        return self

    @property
    def part(self) -> tuple[int, int] | None:
        """First and last line to read; None for all."""
        return (1, self.max_lines) if self.max_lines else self.lines

    @property
    def is_simulated(self) -> bool:
        """Whether its lines were made here; every table says so."""
        return self.simulated is not None


def load_systems(path: Path = Path("systems.yaml")) -> dict[str, System]:
    """Read and check systems.yaml: name -> system."""
    content = read_yaml(path)
    return {name: _checked(name, path, content) for name in content}


def load_system(name: str, path: Path = Path("systems.yaml")) -> System:
    """One entry of systems.yaml; an unknown name is an error that lists the known ones."""
    content = read_yaml(path)
    if name not in content:
        raise SettingsError(f"{path}: no system {name!r}; known: {', '.join(map(str, content))}")
    return _checked(name, path, content)


def _checked(name: str, path: Path, content: dict[str, Any]) -> System:
    if not NAME.fullmatch(str(name)):
        raise SettingsError(f"{locate_key((path,), [name])}: {name!r}: a system's name is of a-z, 0-9 and _ alone")
    return checked_model(System, path, content[name], name)
