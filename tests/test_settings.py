"""params.yaml: what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import REPOSITORY

from crosslog import plugins
from crosslog.settings import Settings, SettingsError
from crosslog.systems import load_systems

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
        assert {use.format for use in suite.systems.values()} <= set(plugins.names("logs.formats"))
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
    path = written(workspace, PARAMS.replace("      spirit_simulated: {format: cfdr_syslog}\n", ""))
    with pytest.raises(SettingsError, match="experiment e2_simulated uses \\['spirit_simulated'\\]"):
        Settings.load(path)


@pytest.mark.parametrize(
    ("use", "complaint"),
    [
        ("lines: [9, 3]", "lines must be the first and the last line, counted from 1"),
        ("lines: [0, 3]", "lines must be the first and the last line, counted from 1"),
        ("lines: [1, 3], max_lines: 5", "give lines or max_lines, not both"),
        ("max_lines: 0", "greater than 0"),
    ],
)
def test_a_part_of_a_system_that_is_none_is_refused(workspace: Path, use: str, complaint: str) -> None:
    path = written(workspace, PARAMS.replace("bgl: {format: bgl}", f"bgl: {{format: bgl, {use}}}"))
    with pytest.raises(SettingsError, match=complaint):
        Settings.load(path)


def test_lines_may_be_written_with_underscores(workspace: Path) -> None:
    path = written(
        workspace, PARAMS.replace("bgl: {format: bgl}", "bgl: {format: bgl, lines: [40_000_000, 45_000_000]}")
    )
    assert Settings.load(path).suites["cfdr"].systems["bgl"].part == (40_000_000, 45_000_000)


def test_a_detector_without_a_block_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("[all_positive, keyword,", "[all_positive, keywort,"))
    with pytest.raises(SettingsError, match="runs the detectors \\['keywort'\\], which have no block"):
        Settings.load(path)


def test_lines_of_a_system_that_the_experiment_does_not_use_are_refused(workspace: Path) -> None:
    path = written(
        workspace, PARAMS.replace("        published: E1\n", "        published: E1\n        lines: {hpc: [1, 9]}\n")
    )
    with pytest.raises(SettingsError, match="lines names \\['hpc'\\], which the experiment does not use"):
        Settings.load(path)


def test_broken_yaml_and_a_missing_file_say_what_to_do(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="is not valid YAML"):
        Settings.load(written(workspace, "run: [1\n"))
    with pytest.raises(SettingsError, match="run from the top of the repository"):
        Settings.load(workspace / "nowhere.yaml")
