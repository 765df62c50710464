"""What a person can put right is said in one line, and a stage's exit code tells the network's faults from others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from imports import REPOSITORY
from projects import write_params, write_systems

from crosslog.faults import NETWORK_EXIT_CODE, NetworkError, UserError, exit_in_words


@pytest.mark.parametrize(("error", "code"), [(UserError("mend x"), 1), (NetworkError("later"), NETWORK_EXIT_CODE)])
def test_a_fault_of_a_person_or_of_the_network_has_no_traceback(
    error: UserError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, exit_in_words():
        raise error
    assert ended.value.code == code
    assert capsys.readouterr().err == f"{type(error).__name__}: {error}\n"


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(KeyError), exit_in_words():
        raise KeyError("x")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("tasks.parse", "nowhere"), "SettingsError: systems.yaml: no system 'nowhere'; known: gears, belts, pumps\n"),
        (("tasks.train", "nowhere"), "SettingsError: experiments/nowhere.yaml not found; there are: e1, e2\n"),
        (("tasks.sample", "e1"), "ArtifactError: data/events/gears holds no part: run `dvc repro` to make it\n"),
        (("tasks.embed", "bert"), "SettingsError: no experiment of the suite has the encoder bert: run `crosslog use`"),
        (("tasks.report",), "ArtifactError: data/statistics/gears.parquet is not there: run `dvc repro` to make it\n"),
    ],
)
def test_a_stage_says_in_one_line_what_a_person_can_put_right(
    workspace: Path, command: tuple[str, ...], said: str
) -> None:
    write_params(workspace)
    write_systems(workspace)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "src")])}
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(said), done.stderr
    assert len(done.stderr.splitlines()) == 1
