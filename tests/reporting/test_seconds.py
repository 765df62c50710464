"""Seconds by phase, for all seeds and for one, beside the paper's."""

from __future__ import annotations

from dataclasses import replace

from reporting.cells import markdown_of

from crosslog.reporting.numbers.inputs import Inputs


def text_of(inputs: Inputs) -> str:
    return markdown_of(inputs, "seconds")


def test_seconds_are_summed_and_shared_out_among_seeds(inputs: Inputs) -> None:
    text = text_of(inputs)
    assert "| crosyslog | 3.50 | 0.25 | 0.12 | 1.75 | 0.12 | 0.06 | 6.5419 | 0.6328 |" in text


def test_what_was_not_timed_is_a_dash_and_named(inputs: Inputs) -> None:
    text = text_of(inputs)
    assert "| logtad | – | – | – | – | – | – | 110.3545 from Liberty; 115.1244 from BGL | 1.7622 from Liberty" in text
    assert "Not timed here: logtad (" in text
    assert "Not timed here: crosyslog, logtad (" in text


def test_without_training_there_is_no_share_of_a_seed(inputs: Inputs) -> None:
    scored = replace(inputs, seconds={("e3", "crosyslog"): {"score": [1.0, 2.0]}})
    assert "| crosyslog | – | – | 3.00 | – | – | – |\n" in text_of(scored)


def test_variants_say_what_they_are_and_controls_have_no_paper(paper: Inputs) -> None:
    text = text_of(paper)
    assert "## a2, as published" in text
    control = text.split("## e1, labels shuffled")[1].split("\n## ")[0]
    assert "Table VI" not in control


def test_encoding_stands_by_system(inputs: Inputs) -> None:
    assert "| old | message-hashing | 1,234 | 5 | 0.50 |" in text_of(inputs)
    assert text_of(replace(inputs, embedding_seconds={})).endswith("## Texts to vectors\n\nNot timed here.\n")
