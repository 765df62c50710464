"""params.yaml and experiments/ as frozen, checked types: a misspelt key is an error that names file, line and key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from crosslog import plugins
from crosslog.settings.blocks import Misfit, Variant, check_variants, find_detector_misfits, find_other_misfits
from crosslog.settings.experiments import (
    ALL_BUT_TARGET,
    Cut,
    Experiment,
    Level,
    Protocol,
    Representation,
    SpanRequest,
    system_of,
)
from crosslog.settings.reading import Frozen, Name, SettingsError, checked_model, locate_key, read_yaml
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
from crosslog.settings.suites import CHOSEN, Suite, SuiteEntry, chosen_suite, load_experiment, load_suite
from crosslog.settings.tuning import Space, TuneSettings

PARAMS = Path("params.yaml")


class Settings(Frozen):
    """params.yaml; experiments and suites are read beside it when they are asked for."""

    suites: dict[Name, SuiteEntry]
    simulate: SimulateSettings
    parse: ParseSettings
    miners: dict[Name, dict[str, Any]]
    interpret: InterpretSettings
    embed: Name  # the encoder of experiments that name none
    encoders: dict[Name, EmbedSettings]
    detectors: dict[Name, dict[str, Any]]
    variants: dict[Name, Variant] = Field(default_factory=dict)
    tune: TuneSettings
    evaluate: EvaluateSettings
    report: ReportSettings
    review: ReviewSettings
    _path: Path = PrivateAttr(default=PARAMS)

    @classmethod
    def load(cls, path: Path = PARAMS) -> Settings:
        """Read and check params.yaml.

        Raises
        ------
        SettingsError
            If the file is missing, is not YAML or does not follow the types here.
        """
        settings = checked_model(cls, path, read_yaml(path))
        settings._path = path
        if problems := [f"{locate_key((path,), key)}: {'.'.join(key)}: {what}" for key, what in settings._misfits]:
            raise SettingsError("\n".join(problems))
        return settings

    @property
    def run(self) -> Suite:
        """The suite that `crosslog use` chose; the errors of `load_suite`."""
        return self.suite(chosen_suite(self._path.parent))

    def suite(self, name: str) -> Suite:
        """A suite of `suites`, every experiment checked; the errors of `load_suite`."""
        suite = load_suite(name, self.suites, self._defaults, self._path.parent)
        for experiment in suite.experiments.values():
            self._check(experiment)
        return suite

    def experiment(self, name: str) -> Experiment:
        """experiments/<name>.yaml, checked; the errors of `load_experiment`."""
        experiment = load_experiment(name, self._defaults, self._path.parent)
        self._check(experiment)
        return experiment

    def arm(self, name: str) -> Experiment:
        """An arm by its name, such as `e1/honest`; an unknown one is an error that lists those there are."""
        arms = self.experiment(name.partition("/")[0]).arms
        if name not in arms:
            raise SettingsError(f"no arm {name}; there are: {', '.join(arms)}")
        return arms[name]

    @property
    def default_encoder(self) -> EmbedSettings:
        """The block of the encoder that experiments have where they name none."""
        return self.encoders[self.embed]

    @property
    def blocks(self) -> dict[str, dict[str, Any]]:
        """The block of every detector, and of every variant of one."""
        return {**self.detectors, **{name: each.block(self.detectors) for name, each in self.variants.items()}}

    def method_of(self, detector: str) -> str:
        """The file in detection/detectors/ that a detector, or a variant of one, is."""
        return self.variants[detector].of if detector in self.variants else detector

    @property
    def _defaults(self) -> dict[str, str]:
        return {"encoder": self.embed, "miner": self.parse.miner}

    @property
    def _misfits(self) -> Iterator[Misfit]:
        """What does not fit its plugin in the blocks of detectors and their variants, miners and encoders."""
        yield from find_detector_misfits(self.detectors, self.variants)
        yield from find_other_misfits(self.miners, self.encoders)

    def _check(self, experiment: Experiment) -> None:
        """Raise a SettingsError where an experiment names what params.yaml has no block for."""
        wanted = (
            ("detectors", experiment.all_detectors, self.blocks),
            ("tune.spaces", experiment.tuned, self.tune.spaces),
            ("encoders", (experiment.encoder,), self.encoders),
            ("miners", (experiment.miner or self.parse.miner,), self.miners),
        )
        for section, named, known in wanted:
            if missing := [name for name in named if name not in known]:
                raise SettingsError(
                    f"experiments/{experiment.name}.yaml: {', '.join(missing)} has no block in `{section}` of "
                    f"{self._path}; there are: {', '.join(known)}"
                )

    @model_validator(mode="after")
    def _switches_name_blocks(self) -> Settings:
        for section, name, known in (
            ("embed", self.embed, self.encoders),
            ("parse.miner", self.parse.miner, self.miners),
        ):
            if name not in known:
                raise ValueError(f"{section}: {name!r} has no block; there are: {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _plugins_are_there(self) -> Settings:
        named = {
            "logs.mining": tuple(self.miners),
            "embedding.encoders": tuple(block.encoder for block in self.encoders.values()),
            "detection.detectors": tuple(self.detectors),
            "reporting": self.report.parts,
        }
        for kind, wanted in named.items():
            if missing := sorted(set(wanted) - set(plugins.names(kind))):
                raise ValueError(
                    f"{', '.join(missing)}: no file of that name in src/crosslog/{kind.replace('.', '/')}; "
                    f"there are: {', '.join(plugins.names(kind))}"
                )
        return self

    @model_validator(mode="after")
    def _variants_are_of_detectors(self) -> Settings:
        check_variants(self.variants, self.detectors)
        return self

    @model_validator(mode="after")
    def _spaces_are_of_fields(self) -> Settings:
        for detector, space in self.tune.spaces.items():
            if unknown := sorted(set(space) - set(self.detectors.get(detector, {}))):
                raise ValueError(f"tune.spaces.{detector} names {unknown}, which its block in `detectors` has not")
        return self


__all__ = [
    "ALL_BUT_TARGET",
    "CHOSEN",
    "Cut",
    "EmbedSettings",
    "EvaluateSettings",
    "Experiment",
    "Frozen",
    "InterpretSettings",
    "Level",
    "Name",
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
    "SuiteEntry",
    "TokenPrices",
    "TuneSettings",
    "Variant",
    "checked_model",
    "chosen_suite",
    "locate_key",
    "read_yaml",
    "system_of",
]
