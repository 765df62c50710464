"""params.yaml and systems.yaml: what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import REPOSITORY

from crosslog import plugins
from crosslog.settings import Settings, SettingsError, load_system, load_systems

PARAMS = (REPOSITORY / "params.yaml").read_text(encoding="utf-8")


def written(workspace: Path, text: str) -> Path:
    path = workspace / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_suite_names_known_systems_formats_and_detectors() -> None:
    settings = Settings.load(REPOSITORY / "params.yaml")
    systems = load_systems(REPOSITORY / "systems.yaml")
    for suite in settings.suites.values():
        assert set(suite.systems) <= set(systems)
        assert set(suite.systems.values()) <= set(plugins.names("logs.formats"))
    assert set(settings.detectors) == set(plugins.names("detection.detectors"))


def test_the_switch_is_one_word(workspace: Path) -> None:
    settings = Settings.load(written(workspace, PARAMS.replace("run: *simulated", "run: *real")))
    assert settings.run == settings.suites["real"]


def test_a_misspelt_key_is_named_with_its_file(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("max_bad_fraction:", "max_bad_fractoin:"))
    with pytest.raises(SettingsError, match=r"params\.yaml: parse\.max_bad_fractoin: Extra inputs"):
        Settings.load(path)


def test_a_rate_in_percent_is_refused(workspace: Path) -> None:
    path = written(
        workspace, PARAMS.replace("query: {events: 10000, rate: [0.01, 0.5]}", "query: {events: 1, rate: [1, 50]}")
    )
    with pytest.raises(SettingsError, match="rate must be two fractions"):
        Settings.load(path)


def test_a_target_among_its_sources_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("target: spirit_simulated", "target: bgl_simulated"))
    with pytest.raises(SettingsError, match="bgl_simulated is both a source and the target"):
        Settings.load(path)


def test_an_experiment_over_a_system_that_the_suite_lacks_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("      spirit_simulated: cfdr_syslog\n", ""))
    with pytest.raises(SettingsError, match="experiment e2_simulated uses \\['spirit_simulated'\\]"):
        Settings.load(path)


def test_broken_yaml_and_a_missing_file_say_what_to_do(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="is not valid YAML"):
        Settings.load(written(workspace, "run: [1\n"))
    with pytest.raises(SettingsError, match="run from the top of the repository"):
        Settings.load(workspace / "nowhere.yaml")


def test_an_unknown_system_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no system 'bglx'; known: .*bgl_simulated"):
        load_system("bglx", REPOSITORY / "systems.yaml")


def test_a_system_comes_from_one_place_only(workspace: Path) -> None:
    path = workspace / "systems.yaml"
    path.write_text("mine: {description: d, kind: k, labels: none, path: x.log, simulated: bgl}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="mine: Value error, give exactly one of"):
        load_systems(path)
