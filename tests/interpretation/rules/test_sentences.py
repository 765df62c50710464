from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.interpretation.meanings import Request
from crosslog.interpretation.review.checks import find_problems
from crosslog.interpretation.rules.glossary import Glossary
from crosslog.interpretation.rules.sentences import RuleInterpreter, head_of, write_sentence


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("kernel info <*> ddr faults found and corrected", "The memory corrected an error by itself."),
        ("kernel edac widget <*> corrected", "The memory corrected an error by itself, concerning widget."),
        ("nfs mount daemon <*> not responding", "The network file system got no answer, concerning file system."),
        ("pbs_mom cannot open <*>", "The job scheduler failed to open something."),
        (
            "gear oven timed out, no response, restarting",
            "The gear component timed out because there was no answer and restarted, concerning oven.",
        ),
        ("opensm found no configuration to change", "The InfiniBand network did not change."),
        ("scsi widget started", "The disk controller started, concerning widget."),
        ("widget gear", "The widget component wrote a message about gear."),
        ("<*> <*>", "The system wrote a message about its state."),
        ("", "The system wrote a message about its state."),
    ],
)
def test_a_sentence_says_who_did_what_and_why(template: str, expected: str) -> None:
    assert write_sentence(template) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kernel fatal ddr uncorrectable", "edac multi bit"),
        ("nfs not responding", "rpciod no response"),
        ("sshd failed password", "sshd authentication failure"),
        ("ciod timeout", "ciod timed out"),
        ("oom", "out of memory"),
    ],
)
def test_two_systems_words_for_the_same_come_out_the_same(one: str, other: str) -> None:
    assert write_sentence(one) == write_sentence(other)


@given(st.text())
def test_any_text_gets_one_well_formed_sentence_twice_the_same(text: str) -> None:
    found = write_sentence(text)
    assert found == write_sentence(text)
    assert set(filter(None, find_problems(found, text, "").split("; "))) <= {"only repeats the template"}


def test_a_note_or_an_example_does_not_sway_the_rules() -> None:
    plain, noted = RuleInterpreter().interpret([Request("gear broke", "x"), Request("gear broke", "y", "note")])
    assert plain == noted


def test_no_term_of_the_glossary_stands_twice_in_one_kind() -> None:
    seen = [(words, term.kind) for entries in Glossary.load().terms.values() for words, term in entries]
    assert sorted({item for item in seen if seen.count(item) > 1}) == []


@pytest.mark.parametrize(
    ("template", "example", "head"),
    [
        ("console of <*> opened", "mmcs info console of p opened", "mmcs info"),
        ("<*>: one i/o node", "mmcs info p one i o node", "mmcs info p"),
        ("console opened", "console opened", ""),
        ("console opened", "something else", ""),
        ("<*>", "mmcs info p", ""),
    ],
)
def test_what_an_example_has_before_its_template_is_the_head(template: str, example: str, head: str) -> None:
    assert head_of(Request(template, example)) == head


def test_the_component_in_front_is_the_subject_of_a_template_that_names_none() -> None:
    with_head, without = RuleInterpreter().interpret(
        [Request("<*> handed back", "kernel info p handed back"), Request("<*> handed back", "p handed back")]
    )
    assert with_head.sentence.startswith("The operating system kernel ")
    assert not without.sentence.startswith("The operating system kernel ")
