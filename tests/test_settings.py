"""params.yaml: what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import REPOSITORY

from crosslog import plugins
from crosslog.settings import EmbedSettings, Settings, SettingsError
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


def test_every_encoder_block_fits_its_file_for_every_system() -> None:
    settings = Settings.load(REPOSITORY / "params.yaml")
    systems = load_systems(REPOSITORY / "systems.yaml")
    assert settings.embed == settings.encoders["minilm"]
    for block in settings.encoders.values():
        assert set(block.systems) <= set(systems)
        for system in systems:
            plugins.build("embedding.encoders", block.encoder, block.options_for(system))


def test_the_published_lengths_are_those_of_the_papers_code() -> None:
    published = Settings.load(REPOSITORY / "params.yaml").encoders["bert_published"]
    lengths = {"bgl": 10, "thunderbird": 17, "spirit": 16, "liberty": 13}
    alike = {"bgl_events": 10, "thunderbird_19k": 17, **{f"{name}_simulated": each for name, each in lengths.items()}}
    found = {system: published.options_for(system)["max_tokens"] for system in published.systems}
    assert found == {**lengths, **alike}


@pytest.mark.parametrize("name", ["minilm", "bert", "bert_published"])
def test_the_encoder_is_one_word(workspace: Path, name: str) -> None:
    settings = Settings.load(written(workspace, PARAMS.replace("embed: *minilm", f"embed: *{name}")))
    assert settings.embed == settings.encoders[name]


def test_options_of_a_system_override_those_of_all() -> None:
    block = EmbedSettings(encoder="hashing", grid_bits=12, options={"dim": 8, "seed": 1}, systems={"bgl": {"dim": 4}})
    assert block.options_for("bgl") == {"dim": 4, "seed": 1}
    assert block.options_for("spirit") == {"dim": 8, "seed": 1}


def test_an_encoder_block_that_is_not_run_is_checked_too(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("encoder: hugging_face", "encodr: hugging_face"))
    with pytest.raises(SettingsError, match=r"params\.yaml: encoders\.bert\.encodr: Extra inputs"):
        Settings.load(path)


def test_an_option_of_a_system_that_the_encoder_lacks_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("&spirit_tokens {max_tokens: 16}", "&spirit_tokens {max_token: 16}"))
    complaint = r"params\.yaml: encoders\.bert_published: .*systems\.spirit overrides \['max_token'\], which options"
    with pytest.raises(SettingsError, match=complaint):
        Settings.load(path)


def test_a_misspelt_key_is_named_with_its_file(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("max_bad_fraction:", "max_bad_fractoin:"))
    with pytest.raises(SettingsError, match=r"params\.yaml: parse\.max_bad_fractoin: Extra inputs"):
        Settings.load(path)


def test_a_rate_in_percent_is_refused_where_rates_are_fractions_and_read_where_they_are_not(workspace: Path) -> None:
    wide = PARAMS.replace("query: {events: 10000, rate: [0.01, 0.5]}", "query: {events: 1, rate: [1, 50]}")
    with pytest.raises(SettingsError, match=r"query: rate \[1\.0, 50\.0\] in fractions is more than everything"):
        Settings.load(written(workspace, wide))
    settings = Settings.load(written(workspace, wide.replace("rates: fractions", "rates: percent")))
    assert settings.experiment("e1_simulated").span("query").rate == (0.01, 0.5)


def test_one_slip_that_many_experiments_merge_does_not_fill_the_screen(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("    window: 100\n", "    window: 0\n"))
    with pytest.raises(SettingsError, match=r"(?s)window: .*… and \d+ more\Z") as caught:
        Settings.load(path)
    assert len(str(caught.value).splitlines()) == 6


@pytest.mark.parametrize("suite", ["crosyslog_simulated", "crosyslog_real", "crosyslog_cfdr"])
def test_every_row_of_the_papers_tables_has_its_experiment_in_both_protocols(suite: str) -> None:
    found = Settings.load(REPOSITORY / "params.yaml").suites[suite]
    rows = [(each.published, each.protocol) for each in found.everything.values() if each.labels == "own"]
    names = ["E1", "E2", "a1", "a2", "a3", "b1", "b2", "b3"]
    assert sorted(rows) == sorted((name, protocol) for name in names for protocol in ("honest", "published"))
    assert {(each.episodes, len(each.seeds)) for each in found.everything.values()} == {(20, 5)}
    honest = {each.published: each for each in found.everything.values() if each.protocol == "honest"}
    for each in found.everything.values():  # nothing but the protocol lies between two columns
        assert each.published is not None
        alike = honest[each.published].model_copy(update={"protocol": each.protocol, "labels": each.labels})
        assert alike == each


def test_hyper_parameters_are_never_chosen_on_the_target(workspace: Path) -> None:
    own = "target: spirit_simulated\n        tuned_on: e1_simulated"
    other = "target: spirit_simulated\n        tuned_on: e3"
    e3 = "e3: {<<: *crosyslog, tuned_on: e3, target: bgl_simulated, sources: [spirit_simulated]}"
    changed = PARAMS.replace(own, other).replace("    experiments:\n", f"    experiments:\n      {e3}\n", 1)
    path = written(workspace, changed)
    with pytest.raises(SettingsError, match="tuned_on 'e3' would choose hyper-parameters on spirit_simulated, its own"):
        Settings.load(path)


def test_a_search_needs_two_sources_to_leave_one_out(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("sources: [thunderbird_19k, hdfs_2percent]", "sources: [hdfs_2percent]"))
    with pytest.raises(SettingsError, match="tuned_on 'e1_real' has one source; leaving one out needs two"):
        Settings.load(path)


def test_a_search_is_named_after_an_experiment_of_the_suite(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("tuned_on: bgl_real", "tuned_on: bgl_reel"))
    with pytest.raises(SettingsError, match="tuned_on 'bgl_reel' is none of the suite's experiments: bgl_real, thu"):
        Settings.load(path)


def test_a_tuned_detector_without_a_space_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("&networks [crosyslog,", "&networks [keyword,"))
    with pytest.raises(SettingsError, match=r"tunes \['keyword'\], which have no space"):
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


@pytest.mark.parametrize(
    ("space", "complaint"),
    [
        ("{low: 0.02}", "give either values, or low and high"),
        ("{values: [0.1], high: 2.0}", "give either values, or low and high"),
        ("{values: []}", "at least 1 item"),
        ("{low: 2.0, high: 0.02}", "low 2 and high 0.02 are no range$"),
        ("{low: 0, high: 2.0, log: true}", "low 0 and high 2 are no range above 0"),
        ("{low: 0.02, high: 2.0, lgo: true}", "Extra inputs"),
    ],
)
def test_a_space_that_is_none_is_refused(workspace: Path, space: str, complaint: str) -> None:
    path = written(workspace, PARAMS.replace("{low: 0.0005, high: 0.05, log: true}", space))
    with pytest.raises(SettingsError, match=rf"params\.yaml: tune\.spaces\.metalog\.inner_learning_rate.*{complaint}"):
        Settings.load(path)


@pytest.mark.parametrize("number", ["trials: 40", "startup_trials: 8"])
def test_a_search_without_trials_is_refused(workspace: Path, number: str) -> None:
    key, _ = number.split(": ")
    path = written(workspace, PARAMS.replace(f"  {number}\n", f"  {key}: 0\n").replace(f"  {number} ", f"  {key}: 0 "))
    with pytest.raises(SettingsError, match=rf"params\.yaml: tune\.{key}: Input should be greater than 0"):
        Settings.load(path)


def test_a_space_of_a_field_that_a_detector_lacks_is_refused(workspace: Path) -> None:
    path = written(workspace, PARAMS.replace("      adversary_weight: {values:", "      adversary_wieght: {values:"))
    with pytest.raises(SettingsError, match=r"tune\.spaces\.logtad names \['adversary_wieght'\], which its block in"):
        Settings.load(path)


def test_broken_yaml_and_a_missing_file_say_what_to_do(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="is not valid YAML"):
        Settings.load(written(workspace, "run: [1\n"))
    with pytest.raises(SettingsError, match="run from the top of the repository"):
        Settings.load(workspace / "nowhere.yaml")
