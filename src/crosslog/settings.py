"""params.yaml as frozen, checked types: a misspelt key is an error that names file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Representation = Literal["message", "template", "interpretation"]


class SettingsError(ValueError):
    """A settings file is missing, is not YAML, or says something that crosslog does not understand."""


class Frozen(BaseModel):
    """A settings block: unknown keys are refused, values cannot be changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _first_to_last(lines: tuple[int, int]) -> tuple[int, int]:
    if not 1 <= lines[0] <= lines[1]:
        raise ValueError(f"lines must be the first and the last line, counted from 1, not {list(lines)}")
    return lines


Lines = Annotated[tuple[int, int], AfterValidator(_first_to_last)]


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
    lines: dict[str, Lines] = Field(default_factory=dict)  # system: first and last line to draw from
    max_lines: int | None = Field(default=None, gt=0)  # of systems that `lines` does not name
    published: str | None = None  # the experiment's name in the paper, where its numbers can stand beside ours

    @property
    def systems(self) -> tuple[str, ...]:
        """Every system of the experiment, the target last."""
        return (*self.sources, self.target)

    def part(self, system: str) -> tuple[int, int] | None:
        """First and last line of a system to draw from; None for all."""
        return self.lines.get(system) or ((1, self.max_lines) if self.max_lines else None)

    @model_validator(mode="after")
    def _target_is_new(self) -> Experiment:
        if self.target in self.sources:
            raise ValueError(f"{self.target} is both a source and the target: nothing would be carried over")
        if unknown := sorted(set(self.lines) - set(self.systems)):
            raise ValueError(f"lines names {unknown}, which the experiment does not use")
        return self


class SystemUse(Frozen):
    """How a suite reads a system: with which format, and which part of it where it is not all."""

    format: str
    lines: Lines | None = None
    max_lines: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_part(self) -> SystemUse:
        if self.lines and self.max_lines:
            raise ValueError("give lines or max_lines, not both")
        return self

    @property
    def part(self) -> tuple[int, int] | None:
        """First and last line to read; None for all."""
        return (1, self.max_lines) if self.max_lines else self.lines


class Suite(Frozen):
    """What one `dvc repro` works on: systems, and the experiments over them."""

    name: str
    systems: dict[str, SystemUse]
    representations: tuple[Representation, ...]
    detectors: tuple[str, ...] = Field(min_length=1)
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
    ft_tree: dict[str, Any]


class TokenPrices(Frozen):
    """What a million tokens cost, in US dollars."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class InterpretSettings(Frozen):
    """Who interprets templates: rules on this machine, or an OpenAI-compatible endpoint; how, and at what cost."""

    online: bool
    model: str | None
    base_url: str | None
    prompt: str
    decoding: dict[str, Any]
    batch: int = Field(gt=0)
    concurrency: int = Field(gt=0)
    attempts: int = Field(gt=0)
    max_retries: int = Field(ge=0)
    timeout_seconds: float = Field(gt=0)
    prices: TokenPrices | None
    max_requests: int | None = Field(ge=0)
    max_cost: float | None = Field(ge=0)

    @model_validator(mode="after")
    def _money_can_be_counted(self) -> InterpretSettings:
        if self.max_cost is not None and self.prices is None:
            raise ValueError("max_cost needs prices (input and output, dollars per million tokens); or make it null")
        return self


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


class ReviewSettings(Frozen):
    """How much may stay unreviewed before flows/review.py waits for people, and how long it waits; None: no limit."""

    max_open: int | None = Field(ge=0)
    max_open_share: float | None = Field(ge=0, le=1)
    wait_hours: float = Field(gt=0)


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
    review: ReviewSettings
    defaults: dict[str, Any] = Field(default_factory=dict)  # anchors that experiments merge; no stage reads them

    @model_validator(mode="after")
    def _detectors_have_blocks(self) -> Settings:
        for suite in self.suites.values():
            if missing := [name for name in suite.detectors if name not in self.detectors]:
                raise ValueError(f"suite {suite.name} runs the detectors {missing}, which have no block in `detectors`")
        return self

    @classmethod
    def load(cls, path: Path = Path("params.yaml")) -> Settings:
        """Read and check params.yaml.

        Raises
        ------
        SettingsError
            If the file is missing, is not YAML or does not follow the types here.
        """
        return checked_model(cls, path, read_yaml(path))

    def experiment(self, name: str) -> Experiment:
        """An experiment of the run; an unknown name is an error that lists the known ones."""
        known = self.run.experiments
        if name not in known:
            raise SettingsError(
                f"params.yaml: run {self.run.name} has no experiment {name!r}; known: {', '.join(known)}"
            )
        return known[name]


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


def checked_model(model: type[Model], path: Path, content: Any, *where: str) -> Model:
    """`content`, found at `where` in `path`, as a model; a SettingsError names file and key of what does not fit."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, (*where, *problem['loc'])))}: {problem['msg']}" for problem in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None
