from __future__ import annotations

import polars as pl
import pytest

from crosslog.interpretation.meanings import MOST_WORDS
from crosslog.interpretation.review import table
from crosslog.interpretation.review.checks import find_problems, recheck_rows
from crosslog.interpretation.review.problems import ProblemKind, parse_problems, weigh_problems
from crosslog.templates import template_key

TEMPLATE = "kernel widget <*> spun down after timeout on ext3 volume"
EXAMPLE = "kernel widget left spun down after timeout on ext3 volume"


def frame(*rows: tuple[str, str]) -> pl.DataFrame:
    """Rows of (template, sentence)."""
    records = [
        dict.fromkeys(table.ROW_COLUMNS, "")
        | {"key": template_key(template), "template": template, "example": template, "occurrences": 1}
        | {"interpretation": sentence, "source": "rules", "status": "pending"}
        | {"written": table.fingerprint_sentence(template_key(template), sentence)}
        for template, sentence in rows
    ]
    return pl.DataFrame(records, schema=table.ROW_TYPES, orient="row")


@pytest.mark.parametrize(
    "sentence",
    [
        "The operating system kernel stopped a widget because it timed out.",
        "A widget stopped after a time-out.",
        "The InfiniBand network lost its connection.",
        "The ext3 file system on a SCSI disk was mounted.",
        "The I/O node lost its TCP connection to the DHCP server.",
        "The naïve watchdog was started.",
    ],
)
def test_a_plain_sentence_has_no_problem(sentence: str) -> None:
    assert find_problems(sentence, TEMPLATE, EXAMPLE) == ""


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("  ", "no sentence"),
        ("The widget turned. Then it stopped.", "more than one sentence"),
        ("The widget\nturned around.", "more than one line"),
        ("Widget turned.", "shorter than 3 words"),
        ("turn the " * MOST_WORDS, f"longer than {MOST_WORDS} words"),
        ("The widget <*> turned.", "wildcard left"),
        ("The widget <hex> turned.", "wildcard left"),
        ("The widget at 10.0.0.7 turned.", "identifier left: 10.0.0.7"),
        ("The widget read /var/spool/widgets and stopped.", "identifier left: /var/spool/widgets"),
        ("The widget reported 0x1f to ada@example.org today.", "identifier left: 0x1f, ada@example.org"),
        ("The block blk_-1608999 was removed.", "identifier left: blk_-1608999"),
        ("Kernel widget spun down after timeout on ext3 volume!", "only repeats the template"),
        ("The widget stopped, which is normal.", "judges without support in the message: normal"),
        ("The widget of the Falcon controller stopped.", "not in the message: Falcon"),
        ("The widget stopped 3 times within an hour.", "not in the message: 3"),
        ("Der Kernel hat das Gerät nach einer Pause gestoppt und ist aus.", "not English: der, das, und, ist"),
        ("Le noyau est dans une boucle.", "not English: le, est, dans, une"),
        ("Ядро остановилось после ошибки.", "not English: the letters Я а б в д е и к"),
        ("Widget spun nothing more happened anywhere today.", "not English: none of its usual small words"),
    ],
)
def test_an_error_of_form_or_content_is_named(sentence: str, problem: str) -> None:
    assert problem in find_problems(sentence, TEMPLATE, EXAMPLE).split("; ")


def test_a_verdict_word_number_or_name_of_the_message_itself_may_stay() -> None:
    template = "falcon 3 back at normal speed"
    assert find_problems("The Falcon 3 is back at a normal speed.", template, template) == ""


def test_a_cell_is_read_back_as_kinds_and_details() -> None:
    found = parse_problems(find_problems("Falcon <*> is benign. It is 7 10.0.0.1", TEMPLATE, EXAMPLE))
    assert found == [
        (ProblemKind.SENTENCES, ""),
        (ProblemKind.WILDCARD, ""),
        (ProblemKind.IDENTIFIER, "10.0.0.1"),
        (ProblemKind.JUDGED, "benign"),
        (ProblemKind.INVENTED, "7"),
    ]


def test_more_and_worse_problems_are_more_severe() -> None:
    none, light, grave = (
        weigh_problems(""),
        weigh_problems("longer than 40 words"),
        weigh_problems("not in the message: Falcon"),
    )
    assert 0 == none < light < grave < weigh_problems("not in the message: Falcon; longer than 40 words") < 1


def test_rows_that_say_the_same_of_other_messages_name_each_other() -> None:
    rows = frame(
        ("pump <*> lost pressure", "The pump reported its state."),
        ("valve <*> was replaced by crew", "The pump reported its state."),
        ("lamp <*> is lit", "The lamp was turned on."),
    )
    keys = rows["key"]
    assert recheck_rows(rows)["problems"].to_list() == [
        f"says nearly the same as {keys[1][:8]}, another message",
        f"says nearly the same as {keys[0][:8]}, another message",
        "",
    ]


def test_a_message_that_the_miner_has_split_may_have_one_sentence() -> None:
    rows = frame(
        ("pump <*> lost its pressure", "The pump failed."), ("pump seven lost its pressure", "The pump failed.")
    )
    assert recheck_rows(rows)["problems"].to_list() == ["", ""]


def test_a_message_and_its_contrary_may_not_have_one_sentence() -> None:
    rows = frame(
        ("link to pump is up", "The network link changed."), ("link to pump is down", "The network link changed.")
    )
    assert all(recheck_rows(rows)["problems"])


def test_an_interpreters_remark_stays_until_somebody_decides() -> None:
    remark = "the language model found no sentence in 3 tries: this one is by rule or a quotation"
    rows = frame(("pump <*> lost pressure", "The pump reported its state.")).with_columns(problems=pl.lit(remark))
    assert recheck_rows(rows)["problems"].to_list() == [remark]
    assert recheck_rows(rows.with_columns(status=pl.lit("approved")))["problems"].to_list() == [""]


def test_all_rows_are_compared_also_across_blocks() -> None:
    rows = [(f"template {key}", f"The part {key} failed.") for key in map(template_key, map(str, range(1100)))]
    found = recheck_rows(frame(*rows, ("quite another thing", rows[7][1])))["problems"].to_list()
    assert [place for place, text in enumerate(found) if "says nearly the same" in text] == [7, 1100]
