"""Chooses a suite: writes its lists where DVC reads them, suite.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from crosslog.artifacts import SOURCES, episodes_folder, replace_file, report_path
from crosslog.settings import CHOSEN, Experiment, Settings, SettingsError, Suite, read_yaml, system_of
from crosslog.systems import load_systems

_HEAD = """# Written by `crosslog use {name}`: what `dvc repro` works on. Run it again
# after a change of experiments/, of `suites` in params.yaml or of a format in systems.yaml.
"""


def use_suite(name: str) -> str:
    """Write suite.yaml, where it would be another, and say what it has; SettingsError where the suite is not sound."""
    settings = Settings.load()
    suite = settings.suite(name)
    text = _HEAD.format(name=name) + _dump({"run": describe_suite(settings, suite)})
    if not CHOSEN.exists() or CHOSEN.read_text(encoding="utf-8") != text:
        with replace_file(CHOSEN) as temporary:
            temporary.write_text(text, encoding="utf-8")
    arms, runs = len(suite.everything), len(suite.runs)
    return (
        f"{CHOSEN}: suite {name}, {len(suite.systems)} systems, {len(suite.experiments)} experiments ({arms} arms), "
        f"{runs} detector runs; `dvc repro` makes {report_path(name, '') if arms else 'their interpretations'}"
    )


def check_choice(settings: Settings) -> None:
    """Raise a SettingsError where suite.yaml is not what `use_suite` would write now: what is new would never run."""
    suite = settings.run
    if read_yaml(CHOSEN)["run"] != describe_suite(settings, suite):
        raise SettingsError(f"{CHOSEN} is older than the settings that it was made of: run `crosslog use {suite.name}`")


def describe_suite(settings: Settings, suite: Suite) -> dict[str, Any]:
    """The lists that dvc.yaml goes through, by the stage that does."""
    return {
        "suite": suite.name,
        "systems": list(suite.systems),
        "logs": dict(_logs(settings, suite)),
        "encoders": {
            name: {
                "encoder": settings.encoders[name].encoder,
                "texts": {log: list(kinds) for log, kinds in logs.items()},
            }
            for name, logs in suite.encoders.items()
        },
        "reports": [suite.name] * bool(suite.experiments),
        "experiments": {name: _experiment(suite, experiment) for name, experiment in suite.experiments.items()},
    }


def _logs(settings: Settings, suite: Suite) -> Iterator[tuple[str, dict[str, str]]]:
    """What each log is read with: every system once for each miner that an experiment asks for."""
    entries = load_systems()
    if unknown := [system for system in suite.systems if system not in entries]:
        raise SettingsError(f"systems.yaml: no entry for {', '.join(unknown)}; known: {', '.join(entries)}")
    for log, miner in suite.logs.items():
        system = system_of(log)
        yield log, {"system": system, "format": entries[system].format, "miner": miner or settings.parse.miner}


def _experiment(suite: Suite, experiment: Experiment) -> dict[str, str]:
    """Files that a stage of an experiment hangs on."""
    tuned_on = suite.experiments[experiment.tuned_on]
    return {"base": experiment.base, "tuned_on": (episodes_folder(tuned_on.search_arm) / SOURCES).as_posix()}


def _dump(content: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = None  # the innermost on one line
    yaml.width = 110
    yaml.dump(content, out)
    return out.getvalue()
