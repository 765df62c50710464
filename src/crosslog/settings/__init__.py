"""params.yaml as frozen, checked types: a misspelt key is an error that names file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from crosslog.settings.reading import Frozen, SettingsError, checked_model, read_yaml
from crosslog.settings.stages import (
    EmbedSettings,
    EvaluateSettings,
    InterpretSettings,
    ParseSettings,
    ReportSettings,
    ReviewSettings,
    SimulateSettings,
    TokenPrices,
)
from crosslog.settings.suites import (
    ALL_BUT_TARGET,
    Cut,
    Experiment,
    Level,
    Protocol,
    Representation,
    SpanRequest,
    Suite,
    SystemUse,
)
from crosslog.settings.tuning import Space, TuneSettings


class Settings(Frozen):
    """params.yaml."""

    suites: dict[str, Suite]
    run: Suite
    simulate: SimulateSettings
    parse: ParseSettings
    interpret: InterpretSettings
    encoders: dict[str, EmbedSettings]
    embed: EmbedSettings
    detectors: dict[str, dict[str, Any]]
    tune: TuneSettings
    evaluate: EvaluateSettings
    report: ReportSettings
    review: ReviewSettings
    defaults: dict[str, Any] = Field(default_factory=dict)  # anchors that experiments merge; no stage reads them

    @model_validator(mode="after")
    def _detectors_have_blocks(self) -> Settings:
        for suite in self.suites.values():
            run = (*suite.detectors, *suite.variant_detectors)
            if missing := [name for name in run if name not in self.detectors]:
                raise ValueError(f"suite {suite.name} runs the detectors {missing}, which have no block in `detectors`")
            if missing := [name for name in suite.tuned if name not in self.tune.spaces]:
                raise ValueError(f"suite {suite.name} tunes {missing}, which have no space in `tune.spaces`")
        return self

    @model_validator(mode="after")
    def _spaces_are_of_fields(self) -> Settings:
        for detector, space in self.tune.spaces.items():
            if unknown := sorted(set(space) - set(self.detectors.get(detector, {}))):
                raise ValueError(f"tune.spaces.{detector} names {unknown}, which its block in `detectors` has not")
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
        """An experiment or variant of the run; an unknown name is an error that lists the known ones."""
        known = self.run.everything
        if name not in known:
            raise SettingsError(
                f"params.yaml: run {self.run.name} has no experiment {name!r}; known: {', '.join(known)}"
            )
        return known[name]


__all__ = [
    "ALL_BUT_TARGET",
    "Cut",
    "EmbedSettings",
    "EvaluateSettings",
    "Experiment",
    "Frozen",
    "InterpretSettings",
    "Level",
    "ParseSettings",
    "Protocol",
    "ReportSettings",
    "Representation",
    "ReviewSettings",
    "Settings",
    "SettingsError",
    "SimulateSettings",
    "Space",
    "SpanRequest",
    "Suite",
    "SystemUse",
    "TokenPrices",
    "TuneSettings",
    "checked_model",
    "read_yaml",
]
