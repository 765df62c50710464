"""params.yaml and experiments/: what is refused, and how it is said. `suite.yaml` of the committed ones is a user's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from imports import REPOSITORY
from projects import REMOVED, small_experiment, write_params

from crosslog import plugins
from crosslog.settings import EmbedSettings, Settings, SettingsError, read_yaml
from crosslog.systems import load_systems

COMMITTED = Settings.load(REPOSITORY / "params.yaml")
SUITES = [name for name in COMMITTED.suites if name != "own"]


def refused(folder: Path, changes: dict[str, Any]) -> str:
    """What is said of the small params.yaml and its suite with these changes."""
    path = write_params(folder, changes)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path).suite("small")
    return str(caught.value)


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_names_known_systems(name: str) -> None:
    assert set(COMMITTED.suite(name).systems) <= set(load_systems(REPOSITORY / "systems.yaml"))


def test_every_experiment_is_of_a_suite() -> None:
    named = {experiment for suite in COMMITTED.suites.values() for experiment in suite.experiments}
    assert named == {path.stem for path in (REPOSITORY / "experiments").glob("*.yaml")}


def test_every_file_of_a_plugin_has_its_block() -> None:
    assert set(COMMITTED.detectors) == set(plugins.names("detection.detectors"))
    assert set(COMMITTED.miners) == set(plugins.names("logs.mining"))


def test_no_settings_file_has_an_anchor_which_dvc_would_write_back_broken() -> None:
    for path in [*REPOSITORY.glob("*.yaml"), *(REPOSITORY / "experiments").rglob("*.yaml")]:
        assert not re.search(r"[:\-\[,] *[&*][A-Za-z_]|<<:", path.read_text(encoding="utf-8")), path


def test_the_suite_that_is_run_is_the_chosen_one(workspace: Path) -> None:
    assert Settings.load(write_params(workspace)).run.name == "small"
    assert list(Settings.load(write_params(workspace, suite="other")).run.experiments) == ["e2"]


@pytest.mark.parametrize("chosen", ["", "run: {}", "run: {suite: [small]}", "suite: small"])
def test_a_suite_that_is_not_chosen_says_how_to(workspace: Path, chosen: str) -> None:
    path = write_params(workspace)
    (workspace / "suite.yaml").write_text(chosen, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"suite\.yaml"):
        _ = Settings.load(path).run


def test_an_empty_suite_says_what_to_fill(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="suite mine is empty: name experiments or systems"):
        Settings.load(write_params(workspace, {"suites.mine": {}})).suite("mine")


def test_an_unknown_suite_is_answered_with_those_there_are(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="suites has no 'big'; there are: small, other"):
        Settings.load(write_params(workspace)).suite("big")


def test_an_experiment_lies_over_what_it_extends_mapping_by_mapping(workspace: Path) -> None:
    path = write_params(workspace)
    bases = workspace / "experiments" / "bases"
    bases.mkdir()
    (workspace / "experiments" / "e1.yaml").rename(bases / "base.yaml")
    own = {"extends": "base", "sources": ["belts"], "split": {"episodes": 7, "support": {"events": 30}}}
    (workspace / "experiments" / "e1.yaml").write_text(json.dumps(own), encoding="utf-8")
    found = Settings.load(path).experiment("e1")
    split: Any = found.split
    assert (found.sources, found.target, found.base) == (("belts",), "pumps", "experiments/bases/base.yaml")
    assert (split.episodes, split.support.events, split.support.rate) == (7, 30, (0.01, 0.5))
    assert split.query.events == 40


def test_what_is_wrong_in_a_base_is_said_of_the_base(workspace: Path) -> None:
    path = write_params(workspace)
    bases = workspace / "experiments" / "bases"
    bases.mkdir()
    (bases / "base.yaml").write_text("cut:\n  length: 0\n", encoding="utf-8")
    own = json.loads((workspace / "experiments/e2.yaml").read_text(encoding="utf-8"))
    del own["cut"]
    (workspace / "experiments/e2.yaml").write_text(json.dumps({**own, "extends": "base"}), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"experiments/bases/base\.yaml:2: cut\.length: Input should be greater"):
        Settings.load(path).suite("small")


@pytest.mark.parametrize(
    ("base", "complaint"),
    [
        (None, r"extends 'base', but .*bases/base\.yaml is not there; there are:"),
        ("extends: other", "what is extended extends nothing itself"),
    ],
)
def test_a_base_that_is_none_is_refused(workspace: Path, base: str | None, complaint: str) -> None:
    path = write_params(workspace, {"experiments.e1.extends": "base"})
    if base is not None:
        (workspace / "experiments" / "bases").mkdir()
        (workspace / "experiments" / "bases" / "base.yaml").write_text(base, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        Settings.load(path).suite("small")


def test_arms_are_protocols_and_controls_with_their_own_detectors() -> None:
    experiment = small_experiment(protocols=["honest", "published"], controls={"shuffled": ["crosyslog"]})
    said = {name: (arm.protocol, arm.labels, arm.detectors) for name, arm in experiment.arms.items()}
    assert said == {
        "e1/honest": ("honest", "own", ("exact_match", "crosyslog")),
        "e1/published": ("published", "own", ("exact_match", "crosyslog")),
        "e1/shuffled_honest": ("honest", "shuffled", ("crosyslog",)),
        "e1/shuffled_published": ("published", "shuffled", ("crosyslog",)),
    }


def test_an_unknown_arm_is_answered_with_those_there_are(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="no arm e1/published; there are: e1/honest"):
        Settings.load(write_params(workspace)).arm("e1/published")


def test_a_miner_and_an_encoder_of_its_own_stand_beside_the_others_in_one_suite(workspace: Path) -> None:
    changes = {"experiments.e2.miner": "ft_tree", "experiments.e2.encoder": "own_seeds"}
    suite = Settings.load(write_params(workspace, changes)).suite("small")
    message = ("message",)
    assert suite.encoders == {
        "words": {"gears": message, "belts": message, "pumps": message},
        "own_seeds": {"gears-ft_tree": message, "belts-ft_tree": message},
    }
    same = Settings.load(write_params(workspace, {"experiments.e2.miner": "drain"})).suite("small")
    assert same.experiments["e2"].log_of("gears") == "gears"


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
        ({"encoders.words.grid_bits": 24}, "encoders.words.grid_bits: Input should be less than or equal to 23"),
        ({"encoders.words.grid_bits": REMOVED}, "encoders.words.grid_bits: Field required"),
        ({"encoders.words.encoder": "hasing"}, "hasing: no file of that name in src/crosslog/embedding/encoders"),
        ({"encoders.words.options.dim": "16"}, "encoders.words.options.dim: Input should be a valid integer, not '16'"),
        ({"encoders.own_seeds.systems.pumps": {"seed": 2.5}}, "encoders.own_seeds.systems.pumps.seed: Input should be"),
        ({"embed": "wrods"}, "embed: 'wrods' has no block; there are: words, own_seeds"),
        ({"parse.max_bad_fractoin": 0.1}, "parse.max_bad_fractoin: Extra inputs"),
        ({"parse.miner": "drian"}, "parse.miner: 'drian' has no block; there are: drain, ft_tree"),
        ({"miners.drain.depth": 2.5}, "miners.drain.depth: Input should be a valid integer"),
        ({"miners.drian": {}}, "drian: no file of that name in src/crosslog/logs/mining; there are: drain, ft_tree"),
        ({"detectors.keywort": {}}, "keywort: no file of that name in src/crosslog/detection/detectors"),
        ({"detectors.crosyslog.layers": -1}, "detectors.crosyslog.layers: Input should be greater than or equal to 1"),
        (
            {"detectors.crosyslog.second_order": "no"},
            "detectors.crosyslog.second_order: Input should be a valid boolean",
        ),
        ({"detectors.crosyslog.inner_learning_rate": "1e-3"}, "inner_learning_rate: Input should be a valid number"),
        ({"detectors.crosyslog.layers": REMOVED}, "detectors.crosyslog.layers: is missing (Count)"),
        ({"detectors.crosyslog.seed": 1}, "detectors.crosyslog.seed: is no field; there are: "),
        ({"evaluate.threshold": 7}, "evaluate.threshold: Input should be less than or equal to 1"),
        ({"report.parts": ["comparisn"]}, "comparisn: no file of that name in src/crosslog/reporting"),
        ({"suites.small.experiments": ["e1", "e1"]}, "suites.small: Value error, e1 is named twice"),
        ({"suites.a;touch x": {}}, "suites.a;touch x.[key]: String should match pattern"),
        ({"experiments.e1.detectors": ["keyword"]}, "keyword has no block in `detectors`"),
        ({"experiments.e1.tuned": ["exact_match"]}, "exact_match has no block in `tune.spaces`"),
        ({"experiments.e1.encoder": "wrods"}, "wrods has no block in `encoders`"),
        ({"experiments.e1.miner": "drian"}, "drian has no block in `miners`"),
        ({"experiments.e1.detectors": ["../evil"]}, "detectors.0: String should match pattern"),
        ({"experiments.e1.protocol": "published"}, "protocol: not for a file to say"),
        ({"experiments.e1.seeds": [1, 1]}, "seeds names 1 twice"),
        ({"experiments.e1.seeds": ["1"]}, "seeds.0: Input should be a valid integer"),
        ({"experiments.e1.target": "gears"}, "gears is both a source and the target"),
        ({"experiments.e1.lines": {"hpc": [1, 9]}}, "lines names ['hpc'], which the experiment does not use"),
        ({"experiments.e1.tuned_on": "e3"}, "tuned_on 'e3' is none of the suite's experiments: e1, e2"),
        ({"experiments.e2.tuned_on": "e1"}, "would choose hyper-parameters on labels of ['belts'], which are none"),
        ({"experiments.e1.split.name": "halves"}, "no src/crosslog/detection/splits/halves.py; there are: episodes"),
        ({"experiments.e1.split": "episodes"}, "split names a file in detection/splits/"),
        ({"experiments.e1.split.support.rate": [0.5, 0.1]}, "rate must be two numbers with 0 <= low <= high"),
        ({"experiments.e1.split.episods": 3}, "episods: Extra inputs"),
        ({"experiments.e1.cut": {"by": "session", "step": 5}}, "step 5 would leave events out"),
        ({"experiments.e1.cut": {"length": 5, "step": 9}}, "step 9 would leave events out"),
        ({"experiments.e1.cut": {}}, "a cut by count needs a length"),
        ({"experiments.e1.cut": {"length": 10, "step": 5}}, "unit event needs windows that do not overlap"),
        ({"experiments.e1.unit": "session"}, "unit session needs `cut: {by: session}` without a length"),
        (
            {"experiments.e1.cut": {"by": "session"}, "experiments.e1.unit": "window"},
            "are scored as `unit: session`",
        ),
        (
            {"experiments.e1.unit": "window", "experiments.e1.controls": {"shuffled": ["exact_match"]}},
            "shuffled is for unit event or session",
        ),
        ({"experiments.e1.sources": "all_but_target"}, "all_but_target needs several targets"),
        ({"experiments.e1.target": ["pumps", "pumps"]}, "target names a system twice"),
        ({"tune.trials": 0}, "tune.trials: Input should be greater than 0"),
        ({"tune.startup_trials": 0}, "tune.startup_trials: Input should be greater than 0"),
        (
            {"tune.spaces.crosyslog": {"hiden": {"values": [1]}}},
            "tune.spaces.crosyslog names ['hiden'], which its",
        ),
    ],
    ids=lambda each: re.sub(" at 0x[0-9a-f]+", "", str(each)),
)
def test_a_slip_is_refused_with_file_key_and_reason(workspace: Path, changes: dict[str, Any], complaint: str) -> None:
    said = refused(workspace, changes)
    assert re.search(r"(params|experiments/e\d)\.yaml", said)
    assert complaint in said


def test_a_slip_is_said_with_its_line(workspace: Path) -> None:
    said = refused(workspace, {"detectors.crosyslog.layers": -1})
    line = int(said.split("params.yaml:")[1].split(":")[0])
    assert (workspace / "params.yaml").read_text().splitlines()[line - 1].strip() == '"layers": -1,'


def test_a_slip_of_a_whole_file_is_said_without_a_line_and_a_key(workspace: Path) -> None:
    said = refused(workspace, {"experiments.e1.seeds": [1, 1]})
    assert said.endswith("experiments/e1.yaml: Value error, seeds names 1 twice")


def test_a_key_that_stands_twice_is_said_with_its_line_and_nothing_about_programs(workspace: Path) -> None:
    (workspace / "params.yaml").write_text("suites: {}\nembed: words\nembed: bert\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(workspace / "params.yaml")
    assert re.search(r'params\.yaml:3 is not valid YAML: .*found duplicate key "embed"', str(caught.value))
    assert "suppress" not in str(caught.value)


def test_a_base_outside_of_its_folder_is_refused(workspace: Path) -> None:
    path = write_params(workspace, {"experiments.e1.extends": "../../elsewhere"})
    (workspace / "experiments" / "bases").mkdir()
    (workspace / "elsewhere.yaml").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"extends '\.\./\.\./elsewhere'"):
        Settings.load(path).suite("small")


def test_what_is_not_utf8_is_said_with_its_line(workspace: Path) -> None:
    path = write_params(workspace)
    path.write_bytes(b"# params\n# caf\xe9\n" + path.read_bytes())
    with pytest.raises(SettingsError, match=r"params\.yaml:2: not UTF-8 .*: save it as UTF-8"):
        Settings.load(path)


def test_a_rate_in_percent_is_refused_where_rates_are_fractions_and_read_where_they_are_not(workspace: Path) -> None:
    wide = {"experiments.e1.split.query": {"events": 40, "rate": [1, 50]}}
    assert "query: rate [1.0, 50.0] in fractions is more than everything" in refused(workspace, wide)
    percent = write_params(workspace, {**wide, "experiments.e1.split.rates": "percent"})
    split: Any = Settings.load(percent).experiment("e1").split
    assert split.span("query").rate == (0.01, 0.5)


def test_many_slips_do_not_fill_the_screen(workspace: Path) -> None:
    said = refused(
        workspace,
        {f"interpret.{name}": None for name in ("batch", "attempts", "prompt", "online")}
        | {f"interpret.{name}": "x" for name in ("concurrency", "max_retries", "timeout_seconds")},
    )
    assert said.splitlines()[-1] == "… and 2 more"
    assert len(said.splitlines()) == 6


@pytest.mark.parametrize("suite", ["crosyslog_simulated", "crosyslog_real", "crosyslog_cfdr"])
def test_every_row_of_the_papers_tables_has_its_experiment_in_both_protocols(suite: str) -> None:
    found = COMMITTED.suite(suite).everything.values()
    rows = [(each.published, each.protocol) for each in found if each.labels == "own"]
    names = ["E1", "E2", "a1", "a2", "a3", "b1", "b2", "b3"]
    assert sorted(rows) == sorted((name, protocol) for name in names for protocol in ("honest", "published"))
    assert {(each.split.episodes, len(each.seeds)) for each in found} == {(20, 5)}


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
    assert ": tune.spaces.crosyslog.hidden_size" in said
    assert complaint in said


def test_broken_yaml_and_a_missing_file_say_what_to_do(workspace: Path) -> None:
    (workspace / "params.yaml").write_text("suites: [1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is not valid YAML"):
        Settings.load(workspace / "params.yaml")
    with pytest.raises(SettingsError, match="run from the top of the repository"):
        Settings.load(workspace / "nowhere.yaml")


def test_what_was_read_is_the_reader_s_to_change_and_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("gears: {teeth: [12, 24]}\n")
    read_yaml(path)["gears"]["teeth"].append(36)
    assert read_yaml(path) == {"gears": {"teeth": [12, 24]}}
    path.write_text("gears: {teeth: [12]}\n")
    assert read_yaml(path) == {"gears": {"teeth": [12]}}
