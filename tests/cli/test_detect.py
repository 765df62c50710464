"""`crosslog detect`, as it is typed, on logs of a made-up mill; vectors are hashed words, so nothing is loaded."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from chat import Handler, completion, entries, serving
from click.testing import Result
from imports import REPOSITORY
from polars.testing import assert_frame_equal
from projects import write_params
from typer.testing import CliRunner

from crosslog.cli import app
from crosslog.cli.detect.memory import Memory
from crosslog.cli.detect.selecting import rank_log
from crosslog.interpretation.review.decisions import ChangedError

BURST = range(400, 430)  # lines, from 1


def mill(lines: int = 600, *, burst: bool = True, day: int = 1) -> list[str]:
    """Lines of an ordinary day; some of them, when the belt tears."""
    draw = random.Random(7)
    said = []
    for number in range(1, lines + 1):
        stamp = f"2026-03-{day:02} {6 + number // 120:02}:{number // 2 % 60:02}:{number % 2 * 30:02}"
        if burst and number in BURST:
            said.append(f"{stamp} ERROR drive [belt] belt {draw.randrange(9)} torn, drive stopped with fault {number}")
        else:
            what = draw.choice(["sack {} filled to {} kg", "gear {} turned {} times", "hopper {} holds {} litres"])
            said.append(f"{stamp} INFO mill [main] {what.format(draw.randrange(50), draw.randrange(900))}")
    return said


class Mill:
    """A folder with logs and a state; runs `crosslog detect` there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "state").mkdir()
        write_params(folder / "state", {"interpret.max_retries": 0, "encoders.words.options.dim": 512})

    def write(self, name: str, lines: list[str]) -> str:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return name

    def run(self, *words: str, given: bytes | None = None) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["detect", "--state", "state", *words], input=given)

    def findings(self, *words: str, given: bytes | None = None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("--json", *words, given=given).stdout.splitlines()]


@pytest.fixture
def place(workspace: Path) -> Mill:
    return Mill(workspace)


def test_the_torn_belt_comes_first_with_its_line_and_why(place: Mill) -> None:
    lines = mill()
    result = place.run(place.write("mill.log", lines))
    assert result.exit_code == 1
    for words in (
        "mill.log: 600 lines read as plain, 2026-03-01T06:00:30Z to 2026-03-01T11:00:00Z",
        f"mill.log:400: {lines[399]}",
        f"mill.log:399: {lines[398]}",
        f"mill.log:401: {lines[400]}",
        "30 times, 2026-03-01T09:20:00Z to 2026-03-01T09:34:30Z, lines 400-429",
        'says "fault"',
        "comes in bursts",
        "its level is error",
        "not known: no baseline",
    ):
        assert words in result.stdout
    assert "\x1b" not in result.stdout  # plain where no terminal is


def test_json_has_a_finding_a_line_as_the_documentation_says(place: Mill) -> None:
    first = place.findings(place.write("mill.log", mill()))[0]
    documented = {
        name.strip("` ")
        for row in (REPOSITORY / "docs/detect.md").read_text(encoding="utf-8").partition("## JSON")[2].splitlines()
        if row.startswith("| `")
        for name in row.split("|")[1].split(",")
    }
    assert set(first) == documented
    assert (first["schema"], first["rank"], first["count"], first["earlier"]) == (1, 1, 30, 0)
    assert (first["file"], first["line"], first["lines"]) == ("mill.log", 400, {"mill.log": list(BURST)})
    assert first["raw"] == mill()[399]
    assert (first["first_time"], first["last_time"]) == ("2026-03-01T09:20:00Z", "2026-03-01T09:34:30Z")
    assert {why["kind"] for why in first["why"]} >= {"burst", "words"}
    assert 0.5 < first["score"] <= 1


def test_nothing_is_found_in_an_ordinary_day(place: Mill) -> None:
    result = place.run(place.write("mill.log", mill(burst=False)))
    assert (result.exit_code, "0 findings among 3 templates" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.log"], "nowhere.log is no file"),
        (["mill.log", "--as", "cuneiform"], "no such format; there are: bgl"),
        (["mill.log", "--since", "yesterday"], "--since yesterday: neither a time"),
        (["mill.log", "--since", "2030-01-01"], "no event at or after"),
        (["empty.log"], "no line with a word in it"),
        (["bytes.log"], "looks binary"),
        (["mill.log", "--baseline", "words.log", "--as", "plain"], ""),
        (["mill.log", "--baseline", "sys.log"], "say with --as what both are"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_two(place: Mill, words: list[str], said: str) -> None:
    place.write("mill.log", mill())
    place.write("empty.log", [])
    place.write("words.log", ["a mill", "a gear"])
    place.write("sys.log", [f"Mar  1 06:00:{second:02} mill cron[7]: job {second} done" for second in range(30)])
    (place.folder / "bytes.log").write_bytes(bytes(range(256)) * 20)
    result = place.run(*words)
    assert result.exit_code == (2 if said else 1)
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_a_baseline_says_what_is_new_and_what_is_more_often(place: Mill) -> None:
    good = place.write("good.log", mill(burst=False))
    flood = [f"2026-03-02 12:00:{n % 60:02} INFO mill [main] gear {n} turned {n} times" for n in range(4000)]
    first, *others = place.findings(place.write("bad.log", mill(day=2) + flood), "--baseline", good)
    assert first["why"][0]["text"] == "never seen in the baseline"
    more = next(one for one in others if "turned" in one["template"])
    assert "times its share of events in the baseline" in " ".join(why["text"] for why in more["why"])
    assert more["earlier"] > 0
    assert first["line"] == 400  # of the log, not of the two together


def test_since_looks_at_the_end_and_compares_it_with_what_was_before(place: Mill) -> None:
    log = place.write("mill.log", mill())
    assert "never seen before" in place.run(log, "--since", "2h").stdout
    assert place.run(log, "--since", "2026-03-01T10:00").exit_code == 0  # the belt was mended by then
    assert place.run(log, "--since", "2026-03-01T10:00:00+01:00").exit_code == 1


def test_rotated_packed_and_other_files_of_a_folder(place: Mill) -> None:
    lines = mill()
    (place.folder / "logs").mkdir()
    (place.folder / "logs/mill.log.1.gz").write_bytes(gzip.compress("".join(f"{x}\n" for x in lines[:410]).encode()))
    place.write("logs/mill.log", lines[410:])
    place.write("logs/cron.log", [f"Mar  1 06:00:{second:02} mill cron[7]: job {second} done" for second in range(30)])
    (place.folder / "logs/wtmp").write_bytes(bytes(range(256)) * 20)
    result = place.run("logs", "--json")
    first = json.loads(result.stdout.splitlines()[0])
    assert first["lines"] == {
        "logs/mill.log.1.gz": list(range(400, 411)),
        "logs/mill.log": list(range(1, 20)),
    }
    assert (first["file"], first["line"]) == ("logs/mill.log.1.gz", 400)
    assert "not read: logs/wtmp" in result.stderr


def test_standard_input_is_read_as_a_file_is(place: Mill) -> None:
    lines = "".join(f"{line}\n" for line in mill())
    by_file = place.findings(place.write("mill.log", mill()))
    by_pipe = place.findings("-", given=lines.encode())
    assert [one["raw"] for one in by_pipe] == [one["raw"] for one in by_file]
    assert by_pipe[0]["file"] == "-"


def test_the_best_findings_that_fit_a_budget(place: Mill) -> None:
    log = place.write("mill.log", [*mill(), "2026-03-01 12:00:00 ERROR press [x] press failed, plate broken"])
    every = place.run(log).stdout
    small = place.run(log, "--budget", "500").stdout
    assert len(small) < len(every)
    assert "mill.log:400:" in small
    assert "press failed" not in small.replace(mill()[398], "")
    assert "more: --top 2 and a larger --budget" in small
    assert place.run(log, "--json", "--budget", "1").stdout == ""
    assert "mill.log:400:" in place.run(log, "--budget", "380").stdout  # in few words


def test_the_page_holds_everything_and_escapes_it(place: Mill) -> None:
    lines = mill()
    lines[404] = lines[404].replace("drive stopped", "drive <script>alert(1)</script> stopped")
    lines[398] = "2026-03-01 09:19:30 INFO mill [main] sack <b>1</b> filled to 3 kg"
    place.run(place.write("mill.log", lines), "--html", "out/page.html")
    page = (place.folder / "out/page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "sack &lt;b&gt;1&lt;/b&gt; filled" in page
    assert "src=" not in page.replace('href="data:,"', "")
    assert page.count("<article") == page.count('<svg class="lane"') >= 1
    assert "20 more of its lines" in page


def test_a_verdict_is_kept_and_changes_what_is_found(place: Mill) -> None:
    log = place.write("mill.log", mill())
    result = place.run(log, "--judge", given=b"n\nn\nn\nn\n")
    assert result.exit_code == 0
    assert "0 findings now, 1 before" in result.stderr
    csv = place.folder / "state/data/interpretations/mill_log.csv"
    assert csv.read_text(encoding="utf-8").count(",normal,") == 4
    assert place.run(log).exit_code == 0
    assert place.run(log, "--system", "other").exit_code == 1  # verdicts of another system
    place.run(log, "--judge", "--system", "third", given=b"x\ns\ns\nq\nn\n")
    assert ",normal," not in (csv.parent / "third.csv").read_text(encoding="utf-8")


def test_what_a_verdict_teaches_silences_nothing_that_nobody_judged(place: Mill) -> None:
    quiet = [
        f"worker {n % 4}: 0 errors, 0 failures, {n} done" if n % 5 == 0 else f"copied {n} in {n}" for n in range(900)
    ]
    quiet[700:704] = [f"gave up waiting for the lock held by worker {n}" for n in range(4)]
    log = place.write("quiet.log", quiet)
    key = next(one["key"] for one in place.findings(log) if "gave up" in one["template"])
    place.run(log, "--judge", given=b"n\nq\n")
    assert key in [one["key"] for one in place.findings(log)]


def test_the_lines_of_an_event_are_shown_with_its_first(place: Mill) -> None:
    lines = mill()
    trace = [
        "java.lang.RuntimeException: wrap",
        "\tat mill.Belt.run(Belt.java:7)",
        "Caused by: java.io.IOException: torn",
    ]
    lines[399:400] = [lines[399], *trace]
    found = place.findings(place.write("mill.log", lines), "--context", "0")
    assert [one["after"] for one in found if one["line"] == 400] == [trace]


def test_texts_of_a_folder_are_logs_of_their_own(place: Mill) -> None:
    place.write("mixed/a.txt", [f"copied block {n} in {n % 20} ms" for n in range(3000)])
    place.write("mixed/b.txt", [f"verifying segment {n} ok" if n % 3 else f"worker {n} done" for n in range(300)])
    result = place.run("mixed")
    assert (result.exit_code, result.stdout.count("lines read as plain")) == (0, 2)


def test_a_damaged_rotation_takes_no_other_file_with_it(place: Mill) -> None:
    place.write("logs/app.log", mill())
    (place.folder / "logs/app.log.1.gz").write_bytes(
        gzip.compress(b"2026-02-28 06:00:00 INFO mill all is well\n" * 99)[:40]
    )
    result = place.run("logs")
    assert (result.exit_code, "logs/app.log:400:" in result.stdout) == (1, True)
    assert "not read: logs/app.log.1.gz" in result.stderr


def test_an_event_without_a_time_among_those_with_one_is_found(place: Mill) -> None:
    lines = [
        json.dumps({"time": f"2026-03-01T00:00:{n % 60:02}Z", "level": "info", "msg": f"served {n}"})
        for n in range(200)
    ]
    lines[100] = json.dumps({"level": "error", "msg": "fatal crash of the core"})
    assert [one["line"] for one in place.findings(place.write("a.jsonl", lines))] == [101]


def test_lines_are_numbered_as_the_file_has_them_beside_empty_ones(place: Mill) -> None:
    lines = mill()
    lines[398], lines[430] = "", ""
    (first,) = place.findings(place.write("mill.log", lines), "--context", "2")
    assert (first["line"], first["before"], len(first["after"])) == (400, [lines[397], ""], 2)


def test_a_line_is_not_quoted_from_another_file_than_was_read(place: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    log = place.write("mill.log", mill())
    monkeypatch.setattr(
        "crosslog.cli.detect.running.rank_log", lambda one: place.write("mill.log", mill(90)) and rank_log(one)
    )
    assert "has changed since it was read" in place.findings(log)[0]["raw"]


@pytest.mark.parametrize("twice", ["./mill.log", "link.log"])
def test_a_file_that_is_named_twice_is_read_once(place: Mill, twice: str) -> None:
    log = place.write("mill.log", mill())
    (place.folder / "link.log").symlink_to("mill.log")
    assert place.findings(log, twice)[0]["count"] == 30


def test_the_page_takes_the_place_of_no_log(place: Mill) -> None:
    log = place.write("mill.log", mill())
    result = place.run(log, "--html", log)
    assert (result.exit_code, (place.folder / log).read_text().startswith("2026")) == (2, True)
    (place.folder / "page.html").symlink_to("real.html")
    place.run(log, "--html", "page.html")
    assert (place.folder / "page.html").is_symlink()
    assert (place.folder / "real.html").exists()


def test_a_verdict_of_somebody_else_is_not_written_over(place: Mill) -> None:
    log = place.write("mill.log", mill())
    place.run(log, "--judge", given=b"a\nq\n")
    csv = place.folder / "state/data/interpretations/mill_log.csv"
    kept = Memory(place.folder / "state", "mill_log")
    key = next(row["key"] for row in kept.load_rows().iter_rows(named=True) if row["verdict"])
    with pytest.raises(ChangedError):
        kept.keep_verdict(key, "normal", "", "Eve")
    assert ",anomalous," in csv.read_text(encoding="utf-8")


@pytest.mark.parametrize("system", ["../evil", "a/b", "Big", ""])
def test_a_system_s_name_leads_out_of_no_folder(place: Mill, system: str) -> None:
    result = place.run(place.write("mill.log", mill()), "--system", system)
    assert (result.exit_code, "small letters, digits and _ alone" in result.stderr) == (2, True)


def test_a_broken_csv_of_another_system_stops_nothing(place: Mill) -> None:
    log = place.write("mill.log", mill())
    place.write("state/data/interpretations/other.csv", ["no,csv,of,ours"])
    result = place.run(log)
    assert (result.exit_code, "nothing is learnt of other" in result.stderr) == (1, True)


def test_each_text_of_a_folder_is_compared_with_its_own_baseline(place: Mill) -> None:
    for day in ("good", "bad"):
        place.write(f"{day}/a.txt", [f"copied block {n} in {n % 20} ms" for n in range(300)])
        place.write(f"{day}/b.txt", [f"verifying segment {n} ok" for n in range(300)])
    result = place.run("bad", "--baseline", "good")
    assert (result.exit_code, "never seen" in result.stdout) == (0, False)
    (place.folder / "bad/b.txt").rename(place.folder / "bad/c.txt")
    result = place.run("bad", "--baseline", "good")
    assert (result.exit_code, "none or several named like" in result.stderr.replace("\n", " ")) == (2, True)


def test_what_people_silenced_is_told_beside_json_too(place: Mill) -> None:
    log = place.write("mill.log", mill())
    place.run(log, "--judge", given=b"n\nn\nn\nn\n")
    result = place.run(log, "--json")
    assert (result.stdout, "silent: 4 templates that people judged normal" in result.stderr) == ("", True)


def test_judging_a_part_of_a_log_forgets_nothing_of_the_rest(place: Mill) -> None:
    place.run(place.write("mill.log", mill()), "--judge", "--system", "mill", given=b"q\n")
    kept = Memory(place.folder / "state", "mill")
    before = kept.load_rows()
    place.run(place.write("part.log", mill(burst=False)[:50]), "--judge", "--system", "mill", given=b"q\n")
    torn = pl.col("template").str.contains("torn")
    assert_frame_equal(kept.load_rows().filter(torn), before.filter(torn))
    assert before.filter(torn).height == 1


def test_a_format_is_named_as_it_is_said(place: Mill) -> None:
    line = '192.0.2.1 - - [27/Nov/2025:03:00:{:02} +0000] "GET /a HTTP/1.1" 200 5 "-" "curl"'
    log = place.write("access.log", [line.format(second) for second in range(60)])
    said = place.run(log).stdout.partition("lines read as ")[2].partition(", 2025")[0]
    assert said.startswith("pattern (")
    assert f"lines read as {said}" in place.run(log, "--as", said).stdout


def test_a_verdict_is_taken_back(place: Mill) -> None:
    log = place.write("mill.log", mill())
    result = place.run(log, "--judge", given=b"n\nu\nq\n")
    assert result.exit_code == 1
    csv = place.folder / "state/data/interpretations/mill_log.csv"
    assert ",normal," not in csv.read_text(encoding="utf-8")


def test_what_a_person_judged_anomalous_is_found_however_ordinary(place: Mill) -> None:
    log = place.write("mill.log", mill(burst=False))
    assert place.run(log, "--judge", given=b"a\nq\n").exit_code == 1
    first = place.findings(log)[0]
    assert (first["verdict"], first["score"], first["why"][0]["kind"]) == ("anomalous", 1.0, "judged")


def test_a_state_that_cannot_be_written_costs_nothing_but_time(place: Mill) -> None:
    log = place.write("mill.log", mill())
    place.write("state/data/detected", ["a file where a folder should be"])
    result = place.run(log)
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)


def test_a_hostile_line_moves_no_cursor(place: Mill) -> None:
    lines = mill()
    lines[399] += " \x1b[2J\x07\x08 \x9b31m" + "y" * 70_000
    result = place.run(place.write("mill.log", lines))
    assert not {"\x1b", "\x07", "\x08", "\x9b"} & set(result.stdout)
    assert max(map(len, result.stdout.splitlines())) < 2_200


def test_a_fault_of_ours_is_trouble_and_no_finding(place: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosslog.cli.detect.running.rank_log", lambda _: 1 // 0)
    assert place.run(place.write("mill.log", mill())).exit_code == 2


def test_a_reader_that_goes_away_is_no_trouble(place: Mill) -> None:
    log = place.write("mill.log", mill())
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}
    command = f"{sys.executable} -c 'from crosslog.cli import app; app()' detect --state state {log} | true"
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def judging(handler: Handler, body: dict[str, Any]) -> None:
    """A model that knows mills: a torn belt should be seen, all else is ordinary."""
    judged = "operator" in body["messages"][0]["content"]
    said = [
        ("Anomalous because a belt is torn." if "torn" in entry["template"] else "Normal because the mill is at work.")
        if judged
        else "The drive belt of the mill tore and stopped."
        for entry in entries(body)
    ]
    reply = {"interpretations": [{"number": n, "interpretation": text} for n, text in enumerate(said, 1)]}
    handler.send(completion(json.dumps(reply)))


def test_a_language_model_is_asked_once_and_heard(place: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    log = place.write("mill.log", mill())
    before = place.findings(log)[0]
    with serving() as server:
        server.always = judging
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        after = place.findings(log, "--llm")[0]
        asked = len(server.asked)
        assert place.findings(log, "--llm")[0] == after
        assert len(server.asked) == asked > 0
        sent = json.dumps(server.asked)
    assert after["score"] > before["score"]
    assert (after["source"], after["meaning"]) == ("llm", "The drive belt of the mill tore and stopped.")
    assert "a language model: Anomalous because a belt is torn." in [why["text"] for why in after["why"]]
    assert "fault 40" not in sent  # templates and examples, never a raw line
    assert place.findings(log)[0]["score"] == before["score"]  # nobody asked


def test_an_endpoint_that_is_not_there_is_trouble(place: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    result = place.run(place.write("mill.log", mill()), "--llm")
    assert (result.exit_code, "Traceback" in result.stderr) == (2, False)


def test_what_people_judged_of_other_systems_is_known_here(place: Mill) -> None:
    log = place.write("mill.log", mill())
    assert place.run(log, "--judge", "--system", "old", given=b"a\na\na\na\n").exit_code == 1
    why = place.findings(log, "--system", "new")[0]["why"]
    assert "like old (1.0" in next(one["text"] for one in why if one["kind"] == "known")
