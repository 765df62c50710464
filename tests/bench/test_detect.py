from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from bench.detect import candidates, report
from bench.detect.candidates import Candidate, Outcome, run_candidate
from bench.detect.logs import BenchedLog, lay_log
from bench.detect.showing import Showing
from bench.parsing.measuring import Limits

ALERTS = {2: "a", 3: "a", 7: "b"}
LIMITS = Limits(60, 1 << 32)
LINE = "{} {} 2005.11.15 dn7 Nov 15 23:30:{:02} dn7/dn7 pump[41]: {}"


def mirror(folder: Path) -> Path:
    lines = [
        LINE.format("-", 1132126200, 0, "belt 4 turns"),
        LINE.format("TORN", 1132126201, 1, "belt 5 torn at 0x1f"),
        LINE.format("TORN", 1132126202, 2, "belt 6 torn at 0x2e"),
    ]
    (folder / "cfdr").mkdir()
    with gzip.open(folder / "cfdr" / "thunderbird_19k.log.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return folder


def laid(folder: Path, lines: int) -> BenchedLog:
    return lay_log("thunderbird_19k", lines, mirror(folder), folder)


def test_no_tag_is_left_and_alerts_are_known_by_their_line_and_type(tmp_path: Path) -> None:
    log = laid(tmp_path, 3)
    assert "TORN" not in log.path.read_text()
    assert all(line.startswith("- 11321262") for line in log.path.read_text().splitlines())
    assert sorted(log.alerts) == [2, 3]
    assert len(set(log.alerts.values())) == 1  # what differs is a number


def test_a_log_that_is_too_short_is_repeated_two_hours_later(tmp_path: Path) -> None:
    log = laid(tmp_path, 5)
    assert len(log.path.read_text().splitlines()) == 5
    assert log.raw[3] == "- 1132133400 2005.11.16 dn7 Nov 16 01:30:00 dn7/dn7 pump[41]: belt 4 turns"
    assert sorted(log.alerts) == [2, 3, 5]


def test_what_is_shown_is_read_from_the_first_finding_on() -> None:
    showing = Showing([[5], [6, 7, 8], [2]])
    assert showing.lines == 5
    assert showing.find_first(ALERTS) == (2, 3)
    assert [showing.count_types(ALERTS, lines) for lines in (2, 3, 4, 5)] == [0, 1, 1, 2]
    assert Showing([[1], [9]]).find_first(ALERTS) is None


def test_outputs_become_line_numbers_best_first() -> None:
    blocks = [{"start_line": 1, "end_line": 2, "score": 0.1}, {"start_line": 9, "end_line": 9, "score": 0.7}]
    assert candidates._read_cordon(json.dumps({"anomalies": blocks})) == [[9], [1, 2]]
    assert candidates._read_grep("12:belt failed\n40:no error\n") == [[12], [40]]
    assert candidates._read_ours('{"line": 7, "lines": []}\n{"line": 3, "lines": []}\n') == [[7], [3]]


def run(folder: Path, code: str) -> Outcome:
    candidate = Candidate("one", lambda *_: [sys.executable, "-c", code], candidates._read_grep)
    return run_candidate(candidate, laid(folder, 3), folder, 10, LIMITS)


def test_a_candidate_that_breaks_with_the_exit_code_of_findings_is_a_failure(tmp_path: Path) -> None:
    assert run(tmp_path, "raise ValueError").failure == "failed with status 1"


def test_a_table_says_place_and_types_and_why_there_is_no_result(tmp_path: Path) -> None:
    outcome = run(tmp_path, "print('1:belt'); print('3:torn'); raise SystemExit(1)")
    assert outcome.showing == Showing([[1], [3]])
    one = Candidate("one", lambda *_: [], candidates._read_grep)
    log = lay_log("thunderbird_19k", 3, tmp_path, tmp_path)
    text = report.write_report([(log, [(one, outcome), (one, Outcome(None, failure="not installed"))])], "1 s", "1")
    first, second = (line for line in text.splitlines() if line.startswith("| one"))
    assert [cell.strip() for cell in first.split("|")][6:13] == ["2", "2", "2", "1", "1", "1", "1"]
    assert "not installed" in second
