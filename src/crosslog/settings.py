"""params.yaml and systems.yaml as frozen, checked types: a misspelt key is an error that names file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Representation = Literal["message", "template", "interpretation"]


class SettingsError(ValueError):
    """A settings file is missing, is not YAML, or says something that crosslog does not understand."""


class Frozen(BaseModel):
    """A settings block: unknown keys are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SpanRequest(Frozen):
    """How many consecutive events a span holds, and which share of them may be anomalous (fractions, inclusive)."""

    events: int = Field(gt=0)
    rate: tuple[float, float]

    @model_validator(mode="after")
    def _rates_are_fractions(self) -> SpanRequest:
        low, high = self.rate
        if not 0 <= low <= high <= 1:
            raise ValueError(f"rate must be two fractions with 0 <= low <= high <= 1, not {list(self.rate)}")
        return self


class Experiment(Frozen):
    """Which systems teach which, on which text, and how its episodes are drawn."""

    sources: tuple[str, ...] = Field(min_length=1)
    target: str
    representation: Representation
    window: int = Field(gt=0)
    episodes: int = Field(gt=0)
    sampling_seed: int
    seeds: tuple[int, ...] = Field(min_length=1)
    source_support: SpanRequest
    source_query: SpanRequest
    support: SpanRequest
    query: SpanRequest
    published: str | None = None  # the experiment's name in the paper, where its numbers can stand beside ours

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system of the experiment, the target last."""
        return (*self.sources, self.target)

    @model_validator(mode="after")
    def _target_is_new(self) -> Experiment:
        if self.target in self.sources:
            raise ValueError(f"{self.target} is both a source and the target: nothing would be carried over")
        return self


class Suite(Frozen):
    """What one `dvc repro` works on: systems (name: format), and the experiments over them."""

    name: str
    systems: dict[str, str]
    representations: tuple[Representation, ...]
    experiments: dict[str, Experiment]

    @model_validator(mode="after")
    def _experiments_use_what_there_is(self) -> Suite:
        for name, experiment in self.experiments.items():
            missing = [system for system in experiment.systems if system not in self.systems]
            if missing:
                raise ValueError(f"experiment {name} uses {missing}, which the suite's systems do not list")
            if experiment.representation not in self.representations:
                raise ValueError(
                    f"experiment {name} uses representation {experiment.representation!r}; "
                    "add it to the suite's representations"
                )
        return self


class SimulateSettings(Frozen):
    """Size and seed of the simulated logs."""

    lines: int = Field(gt=0)
    seed: int


class ParseSettings(Frozen):
    """How raw bytes become events, messages and templates."""

    chunk_bytes: int = Field(gt=0)
    max_bad_fraction: float = Field(ge=0, le=1)
    miner: str
    drain: dict[str, Any]


class InterpretSettings(Frozen):
    """Who interprets templates: rules on this machine, or an OpenAI-compatible endpoint."""

    online: bool
    model: str
    base_url: str | None
    prompt: str
    temperature: float = Field(ge=0)
    max_retries: int = Field(ge=0)
    timeout_seconds: float = Field(gt=0)


class EmbedSettings(Frozen):
    """Which encoder turns texts into vectors; `options` is the encoder's own block."""

    encoder: str
    options: dict[str, Any]


class EvaluateSettings(Frozen):
    """Thresholds and intervals; none of them is ever chosen on a query."""

    threshold: float
    type_false_positive_rate: float = Field(gt=0, lt=1)
    resamples: int = Field(gt=0)
    confidence: float = Field(gt=0, lt=1)
    seed: int


class ReportSettings(Frozen):
    """Which files of reporting/ are rendered, in this order."""

    parts: tuple[str, ...]


class Settings(Frozen):
    """params.yaml."""

    suites: dict[str, Suite]
    run: Suite
    simulate: SimulateSettings
    parse: ParseSettings
    interpret: InterpretSettings
    embed: EmbedSettings
    detectors: dict[str, dict[str, Any]]
    evaluate: EvaluateSettings
    report: ReportSettings
    defaults: dict[str, Any] = Field(default_factory=dict)  # anchors that experiments merge; no stage reads them

    @classmethod
    def load(cls, path: Path = Path("params.yaml")) -> Settings:
        """Read and check params.yaml.

        Raises
        ------
        SettingsError
            If the file is missing, is not YAML or does not follow the types here.
        """
        return _checked(cls, path, read_yaml(path))

    def experiment(self, name: str) -> Experiment:
        """An experiment of the run; an unknown name is an error that lists the known ones."""
        known = self.run.experiments
        if name not in known:
            raise SettingsError(
                f"params.yaml: run {self.run.name} has no experiment {name!r}; known: {', '.join(known)}"
            )
        return known[name]


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


class System(Frozen):
    """An entry of systems.yaml: a log source, where it comes from, and on which terms."""

    description: str
    kind: str  # the kind of system, in words that an interpreter may read
    simulated: str | None = None  # dialect to simulate; then there is nothing to fetch
    files: tuple[SourceFile, ...] = ()
    path: str | None = None  # a file of one's own, read where it lies
    members: str = "*"  # which members of an archive are logs, as a glob
    labels: str
    expected: Expected = Expected()
    licence: str = ""
    citation: str = ""

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> System:
        given = [bool(self.simulated), bool(self.files), bool(self.path)]
        if sum(given) != 1:
            raise ValueError("give exactly one of: simulated, files, path")
        return self

    @property
    def is_simulated(self) -> bool:
        """Whether its lines were made here; every table says so."""
        return self.simulated is not None


def load_systems(path: Path = Path("systems.yaml")) -> dict[str, System]:
    """Read and check systems.yaml: name -> system."""
    return {name: _checked(System, path, entry, name) for name, entry in read_yaml(path).items()}


def load_system(name: str, path: Path = Path("systems.yaml")) -> System:
    """One entry of systems.yaml; an unknown name is an error that lists the known ones."""
    systems = load_systems(path)
    if name not in systems:
        raise SettingsError(f"{path}: no system {name!r}; known: {', '.join(systems)}")
    return systems[name]


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML 1.2 file."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} not found: run from the top of the repository") from None
    except YAMLError as error:
        raise SettingsError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path} must be a mapping of names to values")
    return content


Model = TypeVar("Model", bound=BaseModel)


def _checked(model: type[Model], path: Path, content: Any, *where: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, (*where, *problem['loc'])))}: {problem['msg']}" for problem in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None
