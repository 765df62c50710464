"""Suites of experiments: what one `dvc repro` works on, from experiments/ and the lists in params.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import model_validator

from crosslog.settings.experiments import Experiment, Representation, system_of
from crosslog.settings.reading import Frozen, Name, SettingsError, check_merged, read_yaml

EXPERIMENTS, BASES = Path("experiments"), Path("experiments/bases")
CHOSEN = Path("suite.yaml")  # what `crosslog use` writes and dvc.yaml reads
OF_ARMS = ("name", "base", "protocol", "labels")  # what no file says


class SuiteEntry(Frozen):
    """A suite in params.yaml."""

    experiments: tuple[Name, ...] = ()
    systems: tuple[Name, ...] = ()  # that are parsed and interpreted beside those of the experiments

    @model_validator(mode="after")
    def _nothing_is_named_twice(self) -> SuiteEntry:
        for named in (self.experiments, self.systems):
            if twice := sorted({name for name in named if named.count(name) > 1}):
                raise ValueError(f"{', '.join(twice)} is named twice")
        return self


class Suite(Frozen):
    """Experiments and systems by name; every detector of an experiment runs on each of its arms."""

    name: Name
    experiments: Mapping[Name, Experiment]
    systems: tuple[Name, ...]

    @property
    def everything(self) -> dict[str, Experiment]:
        """Every arm by its name, such as `e1/honest`, in the order of the experiments."""
        return {name: arm for experiment in self.experiments.values() for name, arm in experiment.arms.items()}

    @property
    def detectors(self) -> tuple[str, ...]:
        """Every detector that runs somewhere."""
        return tuple(dict.fromkeys(name for each in self.experiments.values() for name in each.all_detectors))

    @property
    def logs(self) -> dict[str, str | None]:
        """Log (`Experiment.log_of`): its miner, None for the default one; those of a system beside one another."""
        used = {each.log_of(system): each.miner for each in self.experiments.values() for system in each.systems}
        read = {system_of(log) for log in used}
        asked = {**used, **{system: None for system in self.systems if system not in read}}
        return dict(sorted(asked.items(), key=lambda log: self.systems.index(system_of(log[0]))))

    @property
    def encoders(self) -> dict[str, dict[str, tuple[Representation, ...]]]:
        """Encoder: log (`Experiment.log_of`): the representations of it that some experiment reads."""
        found: dict[str, dict[str, dict[Representation, None]]] = {}
        for experiment in self.experiments.values():
            for system in experiment.systems:
                of_log = found.setdefault(experiment.encoder, {}).setdefault(experiment.log_of(system), {})
                of_log[experiment.representation] = None
        return {encoder: {log: tuple(kinds) for log, kinds in logs.items()} for encoder, logs in found.items()}

    def detectors_of(self, arm: str) -> tuple[str, ...]:
        """The detectors that run on an arm."""
        return self.everything[arm].detectors

    @property
    def runs(self) -> list[tuple[str, str]]:
        """Every arm with each detector that runs on it."""
        return [(name, detector) for name, arm in self.everything.items() for detector in arm.detectors]

    def is_searched(self, arm: str, detector: str) -> bool:
        """Whether hyper-parameters of a detector are searched for on the sources that an arm is tuned on."""
        experiment = self.everything[arm]
        return detector in experiment.tuned and self.experiments[experiment.tuned_on].searchable

    @model_validator(mode="after")
    def _searches_see_the_experiment_s_own_sources(self) -> Suite:
        for name, experiment in self.experiments.items():
            where = f"experiment {name}: tuned_on {experiment.tuned_on!r}"
            if experiment.tuned_on not in self.experiments:
                raise ValueError(f"{where} is none of the suite's experiments: {', '.join(self.experiments)}")
            searched = self.experiments[experiment.tuned_on]
            if foreign := sorted(set(searched.teachers) - set(experiment.teachers)):
                raise ValueError(
                    f"{where} would choose hyper-parameters on labels of {foreign}, which are none of its sources; "
                    "let it be tuned_on itself"
                )
        return self


def load_suite(name: str, suites: Mapping[str, SuiteEntry], defaults: Mapping[str, str], top: Path = Path()) -> Suite:
    """The suite of this name: its experiments from files, and every system that they or the suite name.

    Parameters
    ----------
    suites
        Those of params.yaml.
    defaults
        `encoder` and `miner` of an experiment that names none.
    top
        The folder that params.yaml and experiments/ are in.

    Raises
    ------
    SettingsError
        If there is no such suite or experiment, or a file does not follow the types here.
    """
    if name not in suites:
        raise SettingsError(f"{top / 'params.yaml'}: suites has no {name!r}; there are: {', '.join(suites)}")
    entry = suites[name]
    experiments = {each: load_experiment(each, defaults, top) for each in entry.experiments}
    used = [system for experiment in experiments.values() for system in experiment.systems]
    content = {"name": name, "experiments": experiments, "systems": tuple(dict.fromkeys((*used, *entry.systems)))}
    if not content["systems"]:
        raise SettingsError(f"{top / 'params.yaml'}: suite {name} is empty: name experiments or systems in `suites`")
    return check_merged(Suite, (top / "params.yaml",), content)


def load_experiment(name: str, defaults: Mapping[str, str], top: Path = Path()) -> Experiment:
    """experiments/<name>.yaml, over the file in experiments/bases/ that it extends; see `load_suite`."""
    path = top / EXPERIMENTS / f"{name}.yaml"
    if not path.exists():
        there = ", ".join(sorted(each.stem for each in (top / EXPERIMENTS).glob("*.yaml")))
        raise SettingsError(f"{path} not found; there are: {there}")
    own = read_yaml(path)
    extended = own.pop("extends", None)
    base = path if extended is None else _find_base(path, extended, top)
    below = {} if extended is None else read_yaml(base)
    if "extends" in below:
        raise SettingsError(f"{base}: what is extended extends nothing itself")
    merged = merge_blocks({"encoder": defaults["encoder"], "tuned_on": name}, below, own)
    if reserved := [key for key in OF_ARMS if key in merged]:
        raise SettingsError(f"{path}: {', '.join(reserved)}: not for a file to say; see `protocols` and `controls`")
    if merged.get("miner") == defaults["miner"]:
        merged["miner"] = None
    return check_merged(Experiment, (path, base), {**merged, "name": name, "base": base.relative_to(top).as_posix()})


def _find_base(path: Path, extended: Any, top: Path) -> Path:
    base = top / BASES / f"{extended}.yaml"
    if base.name != f"{extended}.yaml" or not base.exists():  # a path would lead out of the folder
        there = ", ".join(sorted(each.stem for each in (top / BASES).glob("*.yaml")))
        raise SettingsError(f"{path}: extends {extended!r}, but {base} is not there; there are: {there}")
    return base


def merge_blocks(*blocks: Mapping[str, Any]) -> dict[str, Any]:
    """Later blocks over earlier ones, mapping by mapping; anything else is replaced whole."""
    merged: dict[str, Any] = {}
    for block in blocks:
        for key, value in block.items():
            both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = merge_blocks(merged[key], value) if both else value
    return merged


def chosen_suite(top: Path = Path()) -> str:
    """The suite that suite.yaml names: what `dvc repro` works on."""
    run = read_yaml(top / CHOSEN).get("run")
    if not isinstance(run, Mapping) or not isinstance(run.get("suite"), str):
        raise SettingsError(f"{top / CHOSEN} names no suite: run `crosslog use SUITE`")
    return str(run["suite"])
