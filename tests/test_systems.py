"""systems.yaml: what is refused, how it is said, and that it says of the mirror's files what they are."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
from imports import REPOSITORY

from crosslog.settings import SettingsError
from crosslog.systems import Labels, System, load_system, load_systems

SYSTEMS = load_systems(REPOSITORY / "systems.yaml")
PUBLIC = [name for name, entry in SYSTEMS.items() if not entry.path]  # what has a path is a user's own
OWN = "mine: {description: d, kind: k, format: syslog, path: x.log"


def loaded(workspace: Path, text: str) -> System:
    path = workspace / "systems.yaml"
    path.write_text(text, encoding="utf-8")
    return load_system("mine", path)


def test_an_unknown_system_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"no system 'bglx'; known: .*bgl_simulated"):
        load_system("bglx", REPOSITORY / "systems.yaml")


def test_a_system_comes_from_one_place_only(workspace: Path) -> None:
    with pytest.raises(SettingsError, match="mine: Value error, give exactly one of"):
        loaded(workspace, f"{OWN}, simulated: bgl}}\n")


def test_own_logs_need_no_labels_and_may_name_their_source_in_a_word(workspace: Path) -> None:
    assert loaded(workspace, f"{OWN}}}\n").labels == Labels(source="none")
    assert loaded(workspace, f"{OWN}, labels: tag}}\n").labels == Labels(source="tag")


def test_options_are_kept_for_the_format(workspace: Path) -> None:
    assert loaded(workspace, f"{OWN}, options: {{year: 2024}}}}\n").options == {"year": 2024}


def test_a_label_value_may_be_a_number(workspace: Path) -> None:
    block = "{source: lines, file: a.csv, line_column: n, label_column: l, normal: 0, kinds: {1: bad}}"
    labels = loaded(workspace, f"{OWN}, labels: {block}}}\n").labels
    assert (labels.normal, labels.kinds) == ("0", {"1": "bad"})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("{source: rumour}", r"mine\.labels\.source: Input should be 'tag', 'sessions', 'lines', 'reviewed' or 'none'"),
        ("{source: lines, file: a.csv}", "source lines needs line_column, label_column, normal"),
        ("{source: tag, normal: 0}", "belong to source lines, not tag"),
        ("{source: sessions, kinds: {1: bad}}", "belong to source lines, not sessions"),
        ("{source: none, corrections: {a: {}}}", "belong to source sessions, not none"),
        (
            "{source: sessions, corrections: {a: {}}, apply: [b]}",
            r"apply names \['b'\]; there are the corrections \['a'\]",
        ),
        ("{source: tag, week: true}", r"mine\.labels\.week: Extra inputs"),
    ],
)
def test_labels_that_make_no_sense_are_refused(labels: str, message: str, workspace: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        loaded(workspace, f"{OWN}, labels: {labels}}}\n")


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_log_says_its_terms_and_where_it_comes_from(name: str) -> None:
    entry = SYSTEMS[name]
    assert entry.licence
    assert entry.citation or entry.is_simulated
    assert all(file.mirror for file in entry.files)
    assert entry.labels.note or entry.labels.source == "none"
    names = [file.name for file in entry.files]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_label_file_is_there_where_lines_are_labelled(name: str) -> None:
    entry = SYSTEMS[name]
    roles = [file.role for file in entry.files if fnmatch(file.name, entry.labels.file or "")]
    assert roles == (["labels"] if entry.labels.source == "lines" else [])


def test_every_log_of_the_four_papers_is_there() -> None:
    samples = "android apache bgl hadoop hdfs healthapp hpc linux mac openssh openstack proxifier spark thunderbird"
    wanted = {f"{name}_2k" for name in (*samples.split(), "windows", "zookeeper")}
    wanted |= {"bgl", "thunderbird", "spirit", "liberty", "hdfs_v1", "hadoop", "openstack", "hpc"}
    assert wanted <= set(SYSTEMS)


@pytest.mark.mirror
def test_every_file_of_the_mirror_is_what_its_entry_says(mirror: Path) -> None:
    pairs = (line.split(maxsplit=1) for line in (mirror / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    sums = {name.removeprefix("./"): checksum for checksum, name in pairs if not name.startswith("./LICENSE")}
    files = {file.mirror: file for entry in SYSTEMS.values() for file in entry.files if file.mirror in sums}
    assert {name: file.sha256 for name, file in files.items()} == sums
    assert {name: file.bytes for name, file in files.items()} == {name: (mirror / name).stat().st_size for name in sums}
