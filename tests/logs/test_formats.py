from __future__ import annotations

import pickle
import time
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path

import polars as pl
import pytest
from format_lines import MIRROR, OPTIONS, build, read, sample

from crosslog import plugins
from crosslog.logs.line_format import FIELDS
from crosslog.logs.reading import list_members, read_member_text
from crosslog.systems import load_systems

SYSTEMS = Path(__file__).parents[2] / "systems.yaml"
FORMATS = plugins.names("logs.formats")
NO_COMPONENT = {"apache_2k", "bgl_events"}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_reads_all_of_its_sample(name: str) -> None:
    frame = read(build(name, **OPTIONS.get(name, {})), sample(name))
    assert len(frame) >= 30
    assert frame["content"].null_count() == 0
    assert frame["time"].drop_nulls().is_sorted() or name == "plain"  # whose lines are of several zones
    assert frame["time"].null_count() < len(frame) * 0.7
    assert frame.schema["time"] == pl.Datetime("us", "UTC")
    assert {frame.schema[field] for field in FIELDS[1:]} == {pl.String}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("odd", ["\ufffd\ufffd", "x y", "-", "- ", " leading blank", "a b c d e f g h i j k", "{", "<"])
def test_an_odd_line_shifts_nothing(name: str, odd: str) -> None:
    good = sample(name)[0]
    alone = read(build(name, **OPTIONS.get(name, {})), [good])
    assert read(build(name, **OPTIONS.get(name, {})), [good, odd, good])[[0, 2]].equals(pl.concat([alone, alone]))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_all_fields_and_travels_to_a_worker(name: str) -> None:
    line_format = build(name, **OPTIONS.get(name, {}))
    assert set(line_format.columns) == set(FIELDS)
    assert pickle.loads(pickle.dumps(line_format)) == line_format


@pytest.mark.parametrize("name", FORMATS)
def test_a_chunk_without_lines_is_read_as_one(name: str) -> None:
    assert read(build(name, **OPTIONS.get(name, {})), []).is_empty()


@pytest.mark.mirror
def test_every_log_of_the_mirror_is_read(mirror: Path) -> None:
    there = {
        name
        for name, entry in load_systems(SYSTEMS).items()
        if entry.files and all(file.mirror and (mirror / file.mirror).is_file() for file in entry.files)
    }
    assert there == set(MIRROR)


@pytest.mark.mirror
@pytest.mark.parametrize("system", MIRROR)
def test_a_real_log_is_read_line_by_line(mirror: Path, system: str) -> None:
    entry = load_systems(SYSTEMS)[system]
    paths = [mirror / file.mirror for file in entry.files if file.role == "log" and file.mirror]
    logs = [member for member in list_members(paths) if fnmatch(member.name, entry.members)]
    text = "\n".join(read_member_text(member).replace("\r", "") for member in logs)
    lines = [line for line in text.split("\n") if line.strip()]
    frame = read(build(MIRROR[system], **entry.options), lines)
    assert frame["content"].null_count() <= len(lines) / 100
    assert frame["time"].null_count() <= len(lines) / 100 or system == "hadoop"  # whose traces inherit theirs
    assert frame["component"].is_null().all() == (system in NO_COMPONENT)


RUNS = ["a", "A", "7", " ", ":", "/", "[", '"', "\\", "-", ".", "a.", "A1_", "7-", "é", "[a ", 'a="', "<1>", "@"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_long_line_is_read_in_linear_time(name: str) -> None:
    """Of something quadratic 60 kB would take minutes."""
    line_format, start = build(name, **OPTIONS.get(name, {})), sample(name)[0][:40]
    long = [head + run * (60_000 // len(run)) for run in RUNS for head in ("", start)]
    began = time.process_time()
    found = read(line_format, long)
    assert len(found) == len(long)
    assert time.process_time() - began < 30


@pytest.mark.parametrize("name", ["hadoop", "hdfs", "openstack"])
def test_a_long_line_of_a_label_file_is_read_in_linear_time(name: str) -> None:
    began = time.process_time()
    for run in RUNS:
        with suppress(ValueError):
            build(name).session_labels(run * (200_000 // len(run)))
    assert time.process_time() - began < 30
