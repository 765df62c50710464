"""The real logs give every span that CroSysLog's tables ask for, in both protocols."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from imports import REPOSITORY

from crosslog import artifacts
from crosslog.detection.episodes.sampling import sample
from crosslog.settings import Settings
from tasks import download, parse

SUITE = Settings.load(REPOSITORY / "params.yaml").suites["crosyslog_real"]


@pytest.fixture(scope="module")
def labels(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """`line` and `anomalous` of every system of the suite, as the stage parse has them."""
    folder = tmp_path_factory.mktemp("real")
    params = (REPOSITORY / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(params.replace("\nrun: *simulated", "\nrun: *crosyslog_real"))
    shutil.copy(REPOSITORY / "systems.yaml", folder)
    found, before = {}, Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSLOG_MIRROR", str(mirror))
        os.chdir(folder)
        try:
            for system in SUITE.systems:
                download.main(system)
                parse.main(system)
                found[system] = artifacts.EVENTS.read(["line", "anomalous"], system=system)
        finally:
            os.chdir(before)
            shutil.rmtree(folder)
    return found


@pytest.mark.mirror
@pytest.mark.parametrize("name", SUITE.everything)
def test_an_experiment_has_its_episodes(labels: dict[str, pl.DataFrame], name: str) -> None:
    experiment = SUITE.everything[name]
    target = sample(labels[experiment.target], experiment.target, experiment)
    assert target["role"].to_list() == ["support", "query"] * 20
    for system in experiment.sources:
        assert sample(labels[system], system, experiment).height == 2
    if experiment.protocol == "honest":
        support, query = (target.filter(role=role).sort("episode") for role in ("support", "query"))
        assert (support["last_line"] < query["first_line"]).all()
        ordered = target.sort("first_line")
        assert (ordered["first_line"] > ordered["last_line"].shift(1)).drop_nulls().all()
