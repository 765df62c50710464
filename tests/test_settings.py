"""params.yaml: what is refused, and how it is said. `run` and `embed` of the committed one are a user's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from imports import REPOSITORY
from projects import REMOVED, small_settings, write_params

from crosslog import plugins
from crosslog.settings import EmbedSettings, Settings, SettingsError
from crosslog.systems import load_systems

COMMITTED = Settings.load(REPOSITORY / "params.yaml")


def refused(folder: Path, changes: dict[str, Any]) -> str:
    """What is said of the small params.yaml with these changes."""
    path = write_params(folder, changes)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    return str(caught.value)


def test_every_suite_names_known_systems_formats_and_detectors() -> None:
    systems = load_systems(REPOSITORY / "systems.yaml")
    for suite in COMMITTED.suites.values():
        assert set(suite.systems) <= set(systems)
        assert {use.format for use in suite.systems.values()} <= set(plugins.names("logs.formats"))
    assert set(COMMITTED.detectors) == set(plugins.names("detection.detectors"))


def test_the_committed_switches_each_name_a_block() -> None:
    assert COMMITTED.run in COMMITTED.suites.values()
    assert COMMITTED.embed in COMMITTED.encoders.values()


def test_the_suite_that_is_run_is_one_of_those_written_out(workspace: Path) -> None:
    assert Settings.load(write_params(workspace)).run.name == "small"
    other = small_settings().suites["other"].model_dump()
    assert Settings.load(write_params(workspace, {"run": other})).run.name == "other"


def test_every_encoder_block_fits_its_file_for_every_system() -> None:
    systems = load_systems(REPOSITORY / "systems.yaml")
    for block in COMMITTED.encoders.values():
        assert set(block.systems) <= set(systems)
        for system in systems:
            plugins.build("embedding.encoders", block.encoder, block.options_for(system))


def test_the_published_lengths_are_those_of_the_papers_code() -> None:
    published = COMMITTED.encoders["bert_published"]
    lengths = {"bgl": 10, "thunderbird": 17, "spirit": 16, "liberty": 13}
    alike = {"bgl_events": 10, "thunderbird_19k": 17, **{f"{name}_simulated": each for name, each in lengths.items()}}
    found = {system: published.options_for(system)["max_tokens"] for system in published.systems}
    assert found == {**lengths, **alike}


def test_options_of_a_system_override_those_of_all() -> None:
    block = EmbedSettings(encoder="hashing", grid_bits=12, options={"dim": 8, "seed": 1}, systems={"bgl": {"dim": 4}})
    assert block.options_for("bgl") == {"dim": 4, "seed": 1}
    assert block.options_for("spirit") == {"dim": 8, "seed": 1}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"encoders.own_seeds.encodr": "hashing"}, "encoders.own_seeds.encodr: Extra inputs"),
        ({"encoders.own_seeds.systems.pumps": {"sed": 2}}, "systems.pumps overrides ['sed'], which options"),
        ({"embed.grid_bits": 24}, "embed.grid_bits: Input should be less than or equal to 23"),
        ({"embed.grid_bits": REMOVED}, "embed.grid_bits: Field required"),
        ({"parse.max_bad_fractoin": 0.1}, "params.yaml: parse.max_bad_fractoin: Extra inputs"),
        ({"run.detectors": ["keywort"]}, "runs the detectors ['keywort'], which have no block"),
        ({"run.tuned": ["exact_match"]}, "tunes ['exact_match'], which have no space"),
        ({"run.systems.pumps": REMOVED}, "experiment e1 uses ['pumps'], which the suite's systems do not list"),
        ({"run.experiments.e1.target": "gears"}, "gears is both a source and the target"),
        ({"run.experiments.e1.lines": {"hpc": [1, 9]}}, "lines names ['hpc'], which the experiment does not use"),
        ({"run.experiments.e1.tuned_on": "e3"}, "tuned_on 'e3' is none of the suite's experiments: e1, e2"),
        ({"run.experiments.e2.tuned_on": "e1"}, "would choose hyper-parameters on labels of ['belts'], which are none"),
        (
            {"run.experiments.e1.split.name": "halves"},
            "no src/crosslog/detection/splits/halves.py; there are: episodes",
        ),
        ({"run.experiments.e1.split": "episodes"}, "split names a file in detection/splits/"),
        ({"run.experiments.e1.split.support.rate": [0.5, 0.1]}, "rate must be two numbers with 0 <= low <= high"),
        ({"run.experiments.e1.split.episods": 3}, "episods: Extra inputs"),
        ({"run.experiments.e1.cut": {"by": "session", "step": 5}}, "step 5 would leave events out"),
        ({"run.experiments.e1.cut": {"length": 5, "step": 9}}, "step 9 would leave events out"),
        ({"run.experiments.e1.cut": {}}, "a cut by count needs a length"),
        ({"run.experiments.e1.cut": {"length": 10, "step": 5}}, "unit event needs windows that do not overlap"),
        ({"run.experiments.e1.unit": "session"}, "unit session needs `cut: {by: session}` without a length"),
        (
            {"run.experiments.e1.cut": {"by": "session"}, "run.experiments.e1.unit": "window"},
            "are scored as `unit: session`",
        ),
        (
            {"run.experiments.e1.unit": "window", "run.experiments.e1.labels": "shuffled"},
            "shuffled is for unit event or session",
        ),
        ({"run.experiments.e1.sources": "all_but_target"}, "all_but_target needs several targets"),
        ({"run.experiments.e1.target": ["pumps", "pumps"]}, "target names a system twice"),
        ({"tune.trials": 0}, "params.yaml: tune.trials: Input should be greater than 0"),
        ({"tune.startup_trials": 0}, "params.yaml: tune.startup_trials: Input should be greater than 0"),
        (
            {"tune.spaces.crosyslog": {"hiden": {"values": [1]}}},
            "tune.spaces.crosyslog names ['hiden'], which its",
        ),
    ],
    ids=lambda each: re.sub(" at 0x[0-9a-f]+", "", str(each)),
)
def test_a_slip_is_refused_with_file_key_and_reason(workspace: Path, changes: dict[str, Any], complaint: str) -> None:
    said = refused(workspace, changes)
    assert "params.yaml" in said
    assert complaint in said


def test_a_rate_in_percent_is_refused_where_rates_are_fractions_and_read_where_they_are_not(workspace: Path) -> None:
    wide = {"run.experiments.e1.split.query": {"events": 40, "rate": [1, 50]}}
    assert "query: rate [1.0, 50.0] in fractions is more than everything" in refused(workspace, wide)
    split: Any = small_settings({**wide, "run.experiments.e1.split.rates": "percent"}).experiment("e1").split
    assert split.span("query").rate == (0.01, 0.5)


def test_one_slip_that_many_experiments_merge_does_not_fill_the_screen(workspace: Path) -> None:
    said = refused(workspace, {"run.experiments.e1.cut.length": 0})
    assert "e1.cut.length: Input should be greater than 0" in said
    assert said.splitlines()[-1].startswith("… and ")
    assert len(said.splitlines()) == 6


@pytest.mark.parametrize("suite", ["crosyslog_simulated", "crosyslog_real", "crosyslog_cfdr"])
def test_every_row_of_the_papers_tables_has_its_experiment_in_both_protocols(suite: str) -> None:
    found = COMMITTED.suites[suite]
    rows = [(each.published, each.protocol) for each in found.everything.values() if each.labels == "own"]
    names = ["E1", "E2", "a1", "a2", "a3", "b1", "b2", "b3"]
    assert sorted(rows) == sorted((name, protocol) for name in names for protocol in ("honest", "published"))
    assert {(each.split.episodes, len(each.seeds)) for each in found.everything.values()} == {(20, 5)}
    honest = {each.published: each for each in found.everything.values() if each.protocol == "honest"}
    for each in found.everything.values():  # nothing but the protocol lies between two columns
        assert each.published is not None
        alike = honest[each.published].model_copy(update={"protocol": each.protocol, "labels": each.labels})
        assert alike == each


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ({"lines": [9, 3]}, "lines must be the first and the last line, counted from 1"),
        ({"lines": [0, 3]}, "lines must be the first and the last line, counted from 1"),
        ({"lines": [1, 3], "max_lines": 5}, "give lines or max_lines, not both"),
        ({"max_lines": 0}, "greater than 0"),
    ],
)
def test_a_part_of_a_system_that_is_none_is_refused(workspace: Path, part: dict[str, Any], complaint: str) -> None:
    assert complaint in refused(workspace, {"run.systems.gears": {"format": "bgl", **part}})


def test_lines_may_be_written_with_underscores(workspace: Path) -> None:
    path = write_params(workspace, {"run.systems.gears": {"format": "bgl", "lines": ["FIRST", "LAST"]}})
    written = path.read_text().replace('"FIRST"', "40_000_000").replace('"LAST"', "45_000_000")
    path.write_text(written)
    assert Settings.load(path).run.systems["gears"].part == (40_000_000, 45_000_000)


@pytest.mark.parametrize(
    ("space", "complaint"),
    [
        ({"low": 0.02}, "give either values, or low and high"),
        ({"values": [0.1], "high": 2.0}, "give either values, or low and high"),
        ({"values": []}, "at least 1 item"),
        ({"low": 2.0, "high": 0.02}, "low 2 and high 0.02 are no range"),
        ({"low": 0, "high": 2.0, "log": True}, "low 0 and high 2 are no range above 0"),
        ({"low": 0.02, "high": 2.0, "lgo": True}, "Extra inputs"),
    ],
)
def test_a_space_that_is_none_is_refused(workspace: Path, space: dict[str, Any], complaint: str) -> None:
    said = refused(workspace, {"tune.spaces.crosyslog.hidden_size": space})
    assert "params.yaml: tune.spaces.crosyslog.hidden_size" in said
    assert complaint in said


def test_broken_yaml_and_a_missing_file_say_what_to_do(workspace: Path) -> None:
    (workspace / "params.yaml").write_text("run: [1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not valid YAML"):
        Settings.load(workspace / "params.yaml")
    with pytest.raises(SettingsError, match="run from the top of the repository"):
        Settings.load(workspace / "nowhere.yaml")
