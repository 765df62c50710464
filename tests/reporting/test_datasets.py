"""What logs add up to, beside what a paper prints of the same logs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from reporting.cells import chapter_of, markdown_of

from crosslog.reporting.numbers.inputs import Inputs
from crosslog.reporting.papers.logs import Counts, differences, published_logs
from crosslog.systems import Expected, Labels, System, load_systems

TOP = Path(__file__).parents[2]


def rows_of(inputs: Inputs) -> list[str]:
    """The table's rows, without its head."""
    text = markdown_of(inputs, "datasets")
    return [line for line in text.splitlines() if line.startswith("|")][2:]


def notes_of(inputs: Inputs) -> list[str]:
    return [block for block in chapter_of(inputs, "datasets").blocks if isinstance(block, str)]


@pytest.fixture
def whole(inputs: Inputs) -> Inputs:
    """A run over two logs that a paper counts: one as in the paper, one not."""
    counted = {"bgl": Expected(lines=4747963, anomalous=348460), "thunderbird": Expected(lines=211212192)}
    systems = {
        name: System(
            description=name, kind="", format="plain", path=name, labels=Labels(source="tag"), expected=expected
        )
        for name, expected in counted.items()
    }
    first, last = datetime(2005, 6, 3, 22, tzinfo=UTC), datetime(2006, 1, 4, 16, tzinfo=UTC)
    counts = [
        ("bgl", 4747963, 4747963, 348460, 41, first, last, 4000, 900),
        ("thunderbird", 211212192, 211212192, 17467459, 34, first, last, 5000, 2000),
    ]
    statistics = pl.DataFrame(counts, schema=inputs.statistics.schema, orient="row")
    suite = replace(inputs.suite, systems=tuple(systems))
    return replace(inputs, suite=suite, systems=systems, statistics=statistics)


def test_a_row_has_shares_days_and_marks(inputs: Inputs) -> None:
    assert rows_of(inputs) == [
        "| old | 1,000 | 1,000 (100.0 %) | 0 (0.0 %) | 0 | – | – | – | 9 | 7 |",
        "| made (simulated) | 2,000 | 1,850 (92.5 %) | 150 (7.5 %) | 3 | 2005-06-03 | 2005-06-05 | 1 | 1,234 | 56 |",
        "| real (weak labels) | 30 | 29 (96.7 %) | 1 (3.3 %) | 1 | 2005-06-03 | 2005-06-03 | 0 | 4 | 4 |",
    ]


def test_a_run_without_a_log_of_the_paper_does_not_speak_of_it(inputs: Inputs) -> None:
    (note,) = notes_of(inputs)
    assert note.startswith("Anomalous events are those with a label.")
    assert "Check" not in markdown_of(inputs, "datasets")


def test_what_nothing_labels_is_not_called_normal(inputs: Inputs) -> None:
    bare = inputs.systems["old"].model_copy(update={"labels": Labels(source="none")})
    unlabelled = replace(inputs, systems={**inputs.systems, "old": bare})
    assert rows_of(unlabelled)[0] == "| old | 1,000 | – | – | – | – | – | – | 9 | 7 |"


def test_a_whole_log_stands_beside_the_papers_numbers(whole: Inputs) -> None:
    events = "4,747,963 | 4,399,503 (92.7 %) | 348,460 (7.3 %) | 41"
    printed = "211,212,174 | 193,744,715 (91.7 %) | 17,467,459 (8.3 %) | 34"
    bgl, bgl_in_paper, thunderbird, thunderbird_in_paper = rows_of(whole)
    assert bgl == f"| bgl | {events} | 2005-06-03 | 2006-01-04 | 214 | 4,000 | 900 | as in the paper |"
    assert bgl_in_paper == f"| bgl, CroSysLog, Table I | {events} | 2005 | 2006 | 214 | – | – | – |"
    assert thunderbird.endswith("| events 211,212,192 here, 211,212,174 there; days 214 here, 244 there |")
    assert thunderbird_in_paper == f"| thunderbird, CroSysLog, Table I | {printed} | 2005 | 2006 | 244 | – | – | – |"


def test_published_numbers_that_disagree_are_named_and_others_are_not(whole: Inputs) -> None:
    _, meaning, disagreement = notes_of(whole)
    assert meaning.startswith("“as in the paper”: events,")
    assert disagreement == (
        "Published numbers of thunderbird disagree: systems.yaml expects 211,212,192 lines, "
        "CroSysLog, Table I has 211,212,174 events."
    )


def test_a_part_of_a_log_is_named_and_not_compared(whole: Inputs) -> None:
    part = {"bgl": whole.systems["bgl"].model_copy(update={"lines": (5, 2000)})}
    (row,) = rows_of(replace(whole, suite=replace(whole.suite, systems=("bgl",)), systems=part))
    assert row.startswith("| bgl, lines 5 to 2,000 | 4,747,963 |")
    assert row.endswith("| 4,000 | 900 |")


def test_a_number_that_is_not_known_differs() -> None:
    here, there = Counts(9, 1, 1, None), Counts(9, 2, 1, 1234)
    assert differences(here, there) == "anomalous 1 here, 2 there; days – here, 1,234 there"
    assert differences(there, there) == ""


def test_the_papers_logs_are_entries_of_systems_yaml() -> None:
    known = load_systems(TOP / "systems.yaml")
    assert {name for log in published_logs().logs for name in log.systems} <= set(known)
    assert {log.systems[0] for log in published_logs().logs} == {"bgl", "thunderbird", "liberty", "spirit"}
