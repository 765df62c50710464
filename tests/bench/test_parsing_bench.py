"""The parsing benchmark: what it measures, how it counts, and what its report says when something fails."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench._peers import Peers, pins
from bench.parsing.__main__ import main
from bench.parsing.candidates import PEERS, SCRIPTS, Bench, Candidate, Outcome, environment, failure, ours
from bench.parsing.inputs import Log, given, simulated
from bench.parsing.measuring import Limits, Run, measured
from bench.parsing.results import Row, Section, compared, growth
from bench.parsing.table import report, table
from bench.parsing.workspace import SYSTEM, lay
from crosslog.settings import Settings
from crosslog.systems import load_system

MIB = 1024**2
PLENTY = Limits(60, 8 * 1024 * MIB)


def run(seconds: float, memory: int = 100 * MIB) -> Run:
    return Run(seconds, seconds, memory, memory // 2, 0, "", "", "")


def row(candidate: Candidate, log: Log, *seconds: float, failure: str = "") -> Row:
    counts = {"lines": log.lines, "templates": 12}
    outcomes = tuple(Outcome(run(value), counts=counts) for value in seconds)
    return Row(candidate, log, Outcome(run(0.5)), outcomes or (Outcome(None, failure),))


@pytest.fixture
def log(tmp_path: Path) -> Log:
    path = tmp_path / "a.log"
    path.write_text("- one\n- two\n", encoding="utf-8")
    return Log(path, 1000, "bgl", "made up")


# measuring


def python(program: str, limits: Limits = PLENTY, folder: Path = Path()) -> Run:
    return measured([sys.executable, "-c", program], folder, os.environ, limits)


HOLDS = "import time; held = b'x' * ({} * 2**20); time.sleep({})"


def test_memory_is_that_of_the_process_and_of_what_it_starts() -> None:
    child = f"subprocess.run([sys.executable, '-c', {HOLDS.format(100, 0.4)!r}], check=True)"
    found = python(f"import subprocess, sys; held = b'x' * (150 * 2**20); {child}")
    assert found.status == 0
    assert 250 <= found.memory / MIB <= 330
    assert 250 <= found.anonymous / MIB <= found.memory / MIB


def test_a_short_peak_of_one_process_is_not_missed() -> None:
    found = python("b'x' * (200 * 2**20); import time; time.sleep(0.3)")
    assert found.memory / MIB >= 200


def test_too_much_memory_ends_the_process_and_what_it_started() -> None:
    child = HOLDS.format(200, 60)
    program = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {child!r}]); "
        "print(child.pid, flush=True); child.wait()"
    )
    found = python(program, Limits(60, 100 * MIB))
    assert found.stopped == "more than 0.1 GiB"
    assert found.seconds < 30
    for _ in range(100):  # to die takes a moment
        if not living(int(found.output)):
            return
        time.sleep(0.1)
    pytest.fail("the process that it started lives on")


def living(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "(zombie)" not in status.read_text(encoding="utf-8")


def test_a_run_that_takes_too_long_says_how_far_it_came() -> None:
    found = python("import time; print('{\"lines\": 200000}', flush=True); time.sleep(60)", Limits(1, PLENTY.memory))
    assert failure(found) == "stopped after 1 s at 200,000 lines"


def test_a_failure_names_the_error_and_no_folder() -> None:
    found = python("open('/somewhere/on/this/machine')")
    assert failure(found) == "failed with status 1 (FileNotFoundError)"


# logs, settings, environments


def test_a_simulated_log_is_written_once(tmp_path: Path) -> None:
    first = simulated("spirit", 300, tmp_path)
    written = first.path.stat().st_mtime_ns
    assert (first.lines, first.format, given(first.path, first.format).lines) == (300, "cfdr_syslog", 300)
    assert simulated("spirit", 300, tmp_path).path.stat().st_mtime_ns == written


def test_a_last_line_without_newline_counts(tmp_path: Path) -> None:
    path = tmp_path / "own.log"
    path.write_bytes(b"- one\n- two")
    assert given(path, "bgl").lines == 2


def test_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unpack it first"):
        given(tmp_path / "own.log.gz", "bgl")


def test_the_workspace_holds_the_repositorys_settings_with_one_system(tmp_path: Path, log: Log) -> None:
    lay(tmp_path, log)
    settings, system = Settings.load(tmp_path / "params.yaml"), load_system(SYSTEM, tmp_path / "systems.yaml")
    assert settings.parse == Settings.load().parse
    assert system.format == "bgl"
    assert (system.path, system.labels.source) == (str(log.path), "tag")


def test_crosslog_is_told_its_workers_and_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSLOG_DASK", "tcp://127.0.0.1:1")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    mine, theirs = environment(ours(2)), environment(PEERS[0])
    assert (mine["CROSSLOG_WORKERS"], "CROSSLOG_DASK" in mine) == ("2", False)
    assert not {"PYTHONPATH", "CROSSLOG_DASK"} & set(theirs)


@pytest.mark.parametrize("candidate", PEERS, ids=lambda candidate: candidate.name)
def test_a_peers_script_compiles_and_its_packages_are_pinned(candidate: Candidate) -> None:
    compile((SCRIPTS / candidate.script).read_text(encoding="utf-8"), candidate.script, "exec")
    assert candidate.peer in pins(candidate.peer)


def test_a_peer_that_is_not_there_is_a_row_that_says_so(tmp_path: Path, log: Log) -> None:
    bench = Bench(tmp_path, Peers(tmp_path / "peers", install=False), PLENTY)
    assert bench.run(PEERS[0], log) == Outcome(None, "not installed")


# numbers


def test_every_second_turn_goes_backwards_and_a_failure_is_not_repeated() -> None:
    candidates = [ours(1), ours(2), PEERS[0]]
    order: list[Candidate] = []

    def once(candidate: Candidate) -> Outcome:
        order.append(candidate)
        return Outcome(run(1), "failed" if candidate is candidates[1] else "")

    starts = {candidate: Outcome(run(1)) for candidate in candidates}
    outcomes = compared(starts, 3, once)
    assert order == [*candidates, candidates[2], candidates[0], candidates[0], candidates[2]]
    assert [len(outcomes[candidate]) for candidate in candidates] == [3, 1, 3]


def test_what_does_not_start_is_not_run() -> None:
    starts = {PEERS[0]: Outcome(None, "not installed")}
    assert compared(starts, 2, pytest.fail) == {PEERS[0]: (starts[PEERS[0]],)}


def test_ratios_are_of_medians_and_leave_out_what_failed(log: Log) -> None:
    rows = (
        row(ours(1), log, 4.0, 3.0, 9.0),
        row(ours(2), log, 2.0),
        row(PEERS[0], log, failure="stopped after 9 s"),
        row(PEERS[1], log, 7.0, 9.0),
    )
    section = Section(log, rows)
    assert (rows[0].seconds, rows[0].rate) == (4.0, 250.0)
    assert section.speed_up == 2.0
    assert (section.best, section.rival) == (rows[1], rows[3])


def test_growth_is_the_ratio_of_peaks(log: Log) -> None:
    small, large = (Row(ours(1), log, Outcome(None), (Outcome(run(1, memory)),)) for memory in (200, 250))
    assert growth(small, large) == 1.25


def test_growth_over_a_run_that_failed_is_unknown(log: Log) -> None:
    assert growth(row(ours(1), log, 1.0), row(ours(1), log, failure="stopped")) is None


# report


def test_a_table_is_aligned() -> None:
    assert table(("name", "n", "remark"), [("a", "10", "x")]) == (
        "| name |  n | remark |\n|------|---:|--------|\n| a    | 10 | x      |"
    )


def test_the_report_shows_every_candidate_and_every_ratio(log: Log) -> None:
    section = Section(
        log,
        (
            row(ours(1), log, 2.0, 4.0),
            row(ours(2), log, 2.0),
            row(PEERS[0], log, 9.0),
            row(PEERS[1], log, failure="gone"),
        ),
    )
    text = report([section], [(row(ours(1), log, 1.0), row(ours(1), log, 2.0))], "opening", "method")
    assert "## 1,000 lines (0 MiB, made up)" in text
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert cells[1] == ["crosslog, 1 worker", "3.0 (2.0–4.0)", "3.0", "333", "1.50", "100", "50", "12", "start 0.5 s"]
    assert cells[3][4] == "4.50"
    assert cells[4] == [PEERS[1].name, *["–"] * 7, "gone"]
    assert (
        "- crosslog's best is 4.5 times as fast as the fastest other (LogLead: load, mask, tipping (groups only))."
        in text
    )
    assert "- Two workers are 1.50 times as fast as one" in text
    assert cells[-1] == ["crosslog, 1 worker", "1,000", "2.0", "500", "100", "50", "1.00", ""]


def test_events_that_are_missing_are_said(log: Log) -> None:
    outcome = Outcome(run(1.0), counts={"lines": 998, "templates": 12, "phases": {"load": 0.25}})
    text = report([Section(log, (Row(ours(1), log, Outcome(None), (outcome,)),))], [], "", "")
    assert "load 0.2 s, only 998 events" in text
    assert "- Too few candidates finished for a ratio." in text


def test_one_command_writes_and_prints_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache, target = tmp_path / "cache", tmp_path / "reports" / "parsing.md"
    monkeypatch.setattr(Bench, "start", lambda bench, candidate: Outcome(run(0.5)))
    monkeypatch.setattr(Bench, "run", lambda bench, candidate, log: row(candidate, log, log.lines / 100).outcomes[0])
    sizes = "--lines 200 --memory --memory-lines 100 300"
    main([*sizes.split(), "--skip-install", "--cache", str(cache), "--report", str(target)])
    text = target.read_text(encoding="utf-8")
    assert text in capsys.readouterr().out
    assert f"python -m bench.parsing {sizes} --skip-install --cache cache --report parsing.md" in text
    assert str(tmp_path) not in text
    assert "is 1.0 times as fast as the fastest other" in text
    assert [line.split("|")[2].strip() for line in text.split("## Memory")[1].splitlines() if "1 worker" in line] == [
        "100",
        "300",
    ]
    assert {path.name for path in cache.iterdir()} == {f"bgl-{lines}-7.log" for lines in (100, 200, 300)}


def test_an_archive_ends_the_command_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="unpack it first"):
        main(["--file", str(tmp_path / "own.log.gz"), "--cache", str(tmp_path)])


@pytest.mark.pipeline
def test_crosslogs_parse_stage_is_run_and_its_artifacts_are_counted(tmp_path: Path) -> None:
    log = simulated("bgl", 20_000, tmp_path)
    bench = Bench(tmp_path, Peers(tmp_path / "peers", install=False), PLENTY)
    assert not bench.start(ours(2)).failure
    outcome = bench.run(ours(2), log)
    assert outcome.failure == "", outcome.run and outcome.run.errors
    assert outcome.counts["lines"] == 20_000
    assert 0 < outcome.counts["templates"] <= outcome.counts["messages"]
    assert [path.name for path in tmp_path.iterdir()] == [log.path.name]
